"""Start the window, or the command line when a verb is given."""

from __future__ import annotations

import multiprocessing
import sys
from pathlib import Path


def main() -> int:
    """Run what the arguments ask for and give the exit code."""
    multiprocessing.freeze_support()
    from gis_planner.cli.main import run

    return run(sys.argv[1:], _open_window)


def _open_window(project: Path | None, scenario: str | None, sample: bool) -> int:
    from gis_planner.app.application import run

    return run(project, scenario=scenario, sample=sample)


if __name__ == "__main__":
    sys.exit(main())
