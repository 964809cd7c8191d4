"""Start the window, or the command line when a verb is given."""

from __future__ import annotations

import multiprocessing
import sys


def main() -> int:
    """Run what the arguments ask for and give the exit code."""
    multiprocessing.freeze_support()
    from gis_planner.cli.main import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
