"""What the document lets jobs do. What only they need (compiled kernels) is imported in them."""

from __future__ import annotations

from collections.abc import Sequence

from gis_planner.errors import Cancelled
from gis_planner.messages import Message
from gis_planner.model.edits import Edit, SetClusters
from gis_planner.model.project import Project
from gis_planner.model.results import Results
from gis_planner.progress import Progress


def find_alternatives_in_job(project: Project, n: int, progress: Progress) -> tuple[SetClusters, ...]:
    """Find other good groupings; stopped, those that were found so far."""
    from gis_planner.workflow.alternatives import find_alternatives

    progress.report(0.0, Message("app.job.alternatives"))
    return find_alternatives(project, n, progress=StoppedOnce(progress))


def propose_in_job(project: Project, around: Sequence[str], progress: Progress) -> Edit:
    """Propose a grouping; stopped, the best that was found so far."""
    from gis_planner.workflow.studying import propose_grouping

    progress.report(0.0, Message("app.job.grouping"))
    return propose_grouping(project, around=around, progress=StoppedOnce(progress))


class StoppedOnce:
    """Passes on reports until the work was told to stop; what the solver then gives is brought to its end in peace."""

    def __init__(self, whole: Progress) -> None:
        self._whole = whole
        self._told = False

    def report(self, share: float, doing: Message) -> None:
        """Report; raises `Cancelled` the first time that the work shall stop."""
        if self._told:
            return
        try:
            self._whole.report(share, doing)
        except Cancelled:
            self._told = True
            raise


def study_in_job(project: Project, progress: Progress) -> Results:
    """Study a project."""
    from gis_planner.workflow.studying import run_study

    progress.report(0.0, Message("app.job.study"))
    return run_study(project, progress=progress)
