"""A first start, in a process of its own: open a project, measure, and say when what was there.

`start_child.py PROJECT` prints JSON: the clock when the window was shown, when the figures were there, the fingerprint.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path


def main(arguments: list[str]) -> int:
    """Show an empty window, open the project, study it."""
    from gis_planner.paths import prepare_environment

    prepare_environment()
    from gis_planner.app.application import make_application
    from gis_planner.app.main_window import MainWindow
    from gis_planner.app.preferences import load_preferences
    from gis_planner.messages import load_catalogue

    application = make_application(arguments[:1])
    window = MainWindow(load_preferences(Path(arguments[1]) / "preferences.json"), load_catalogue())
    window.show()
    application.processEvents()
    shown = time.time()

    from gis_planner.workflow.open_project import open_project
    from gis_planner.workflow.studying import run_study

    opened = open_project(Path(arguments[0]))
    ready = time.time()
    results = run_study(opened.project)
    studied = time.time()
    opened.close()
    window.close()
    said = {"shown": shown, "opened": ready, "studied": studied, "fingerprint": results.fingerprint}
    print(json.dumps(said))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
