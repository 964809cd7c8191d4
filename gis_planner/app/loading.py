"""What is imported beside the window, so that the window is there at once: GIS libraries first, the rest later."""

from __future__ import annotations

import importlib
from collections.abc import Sequence

from gis_planner.messages import Message
from gis_planner.progress import Progress

# What a job imports beside the window; the heavy part is what these import in turn.
LIBRARIES = (
    "gis_planner.workflow.open_project",
    "gis_planner.workflow.edit",
    "gis_planner.workflow.scenarios",
    "gis_planner.cartography.scene",
    "gis_planner.cartography.paint_scene",
    "gis_planner.cartography.legend",
)
# What is wanted later, imported when the window already works.
LATER = ("gis_planner.workflow.studying", "gis_planner.workflow.importing", "gis_planner.workflow.exporting")


def load_libraries(names: Sequence[str], progress: Progress) -> None:
    """Import modules one after the other."""
    for at, name in enumerate(names):
        progress.report(at / len(names), Message("app.job.libraries"))
        importlib.import_module(name)


def load_and_warm(progress: Progress) -> None:
    """Import what is wanted later, then warm the kernels: side by side both would import the same modules."""
    load_libraries(LATER, progress)
    warm_up(progress)


def warm_up(progress: Progress) -> None:
    """Compile the kernels of a study, or load them where they were compiled before."""
    progress.report(0.0, Message("app.job.warming"))
    from gis_planner.analysis.warming import warm_kernels

    warm_kernels()
