"""Edit a project for ever and say each edit's number once it is acknowledged; a test kills this."""

from __future__ import annotations

import sys
from pathlib import Path

from gis_planner.model.edits import SetRule
from gis_planner.workflow.edit import apply_edits
from gis_planner.workflow.open_project import open_project

opened = open_project(Path(sys.argv[1]))
number = int(sys.argv[2])
while True:
    number += 1
    apply_edits(opened, [SetRule("seed", number)])
    print(number, flush=True)
