"""The scenarios side by side: each is summed up from its own study, one job after the other.

What was summed up is kept by the state that it came from, so an undo, a redo and a switch find it again, and no figure
is ever shown for another state than its own. Stopping keeps the scenarios that are ready.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from gis_planner.analysis.scenario_figures import ScenarioFigures, sum_up_scenario
from gis_planner.app.document import Document
from gis_planner.app.hearing import Hearing
from gis_planner.errors import PlannerError
from gis_planner.messages import Message
from gis_planner.model.project import Project
from gis_planner.model.results import Results
from gis_planner.progress import Part, Progress

_MOST_KEPT = 400


@dataclass(frozen=True, eq=False)
class Compared:
    """One scenario with its state and, once it was measured, its figures."""

    name: str
    project: Project
    figures: ScenarioFigures | None


class Comparing(QObject):
    """Sums up the scenarios of the open project; `changed` when one more is known."""

    changed = Signal()

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._known: dict[int, tuple[Project, ScenarioFigures]] = {}
        self._hearing = Hearing()
        self._hearing.on(document.results_changed, self._take_results)
        self._take_results()

    @property
    def measuring(self) -> bool:
        """Whether scenarios are being measured."""
        return self._document.jobs.has("compare")

    def scenarios(self) -> list[Compared]:
        """Give every scenario in the order of its making, as it stands now."""
        opened = self._document.open_project
        if opened is None:
            return []
        found = []
        for row in opened.file.scenarios():
            project = opened.state_at(row.head)
            known = self._known.get(id(project))
            found.append(
                Compared(row.name, project, known[1] if known is not None and known[0] is project else None)
            )
        return found

    def measure(self) -> None:
        """Measure the scenarios that are not known yet, in a job; each is shown as soon as it is ready."""
        missing = [one for one in self.scenarios() if one.figures is None and one.project.grouping.clusters]
        if not missing or self.measuring:
            return
        self._measure(missing, 0)

    def _measure(self, missing: list[Compared], at: int) -> None:
        project = missing[at].project

        def work(progress: Progress) -> tuple[ScenarioFigures, Results]:
            from gis_planner.workflow.studying import run_study  # compiled kernels: only in the job

            doing = Message("app.compare.measuring", at=at + 1, n=len(missing), name=missing[at].name)
            progress.report(at / len(missing), doing)
            part = _Saying(Part(progress, at / len(missing), (at + 1) / len(missing)), doing)
            results = run_study(project, progress=part)
            return sum_up_scenario(project, results), results

        def done(found: tuple[ScenarioFigures, Results]) -> None:
            self._keep(project, found[0])
            self._document.keep_results(project, found[1])
            if at + 1 < len(missing) and self._document.open_project is not None:
                self._measure(missing, at + 1)
            self.changed.emit()

        self._document.jobs.start(
            Message("app.compare.job"), work, kind="compare", done=done, failed=self._fail
        )

    def _keep(self, project: Project, figures: ScenarioFigures) -> None:
        self._known = dict(list(self._known.items())[-_MOST_KEPT:])
        self._known[id(project)] = (project, figures)

    def _take_results(self) -> None:
        """Sum up what was studied anyway."""
        project, results = self._document.studied, self._document.results
        if project is None or results is None:
            return
        known = self._known.get(id(project))
        if known is None or known[0] is not project:
            self._keep(project, sum_up_scenario(project, results))
            self.changed.emit()

    def _fail(self, error: BaseException) -> None:
        if not isinstance(error, PlannerError):
            raise error
        self._document.failed.emit(error)

    def shut_down(self) -> None:
        """Hear no more of the document."""
        self._hearing.stop()


class _Saying:
    """Passes on how far a study is, and says which scenario it is about instead of what it does."""

    def __init__(self, whole: Progress, doing: Message) -> None:
        self._whole, self._doing = whole, doing

    def report(self, share: float, doing: Message) -> None:
        """Report the share under the scenario's name."""
        self._whole.report(share, self._doing)
