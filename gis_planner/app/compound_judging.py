"""The verdicts of the compound that is looked at, judged in a job when its page asks for them.

The walks of everybody to the kinds of the compound standard are measured with the first compound and kept as long as
the results are; so the next page has its cells in a moment.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from gis_planner.app.document import Document
from gis_planner.messages import Message
from gis_planner.model.project import Project
from gis_planner.model.results import Results
from gis_planner.progress import Progress

if TYPE_CHECKING:
    import pandas as pd

    from gis_planner.workflow.compound_cells import CompoundCell

    Judged = tuple["pd.DataFrame", tuple[CompoundCell, ...]]


class CompoundJudging(QObject):
    """Holds the cells of compounds of the results that stand; `changed` when those that were asked for are there."""

    changed = Signal()

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._results: Results | None = None
        self._walks: pd.DataFrame | None = None
        self._asked = ""
        self.found: Mapping[str, tuple[CompoundCell, ...]] = {}

    def cells(self, compound: str) -> tuple[CompoundCell, ...] | None:
        """Give the cells of a compound with what stands behind them, None while they are judged.

        There are none without a study, or without a compound standard in use.
        """
        results, project = self._document.results, self._document.studied
        if results is not self._results:
            self._results, self._walks, self.found, self._asked = results, None, {}, ""
        if results is None or project is None or results.compound_standard is None:
            return ()
        if compound not in self.found and self._asked != compound:
            self._judge(project, results, compound)
        return self.found.get(compound)

    def _judge(self, project: Project, results: Results, compound: str) -> None:
        walks, jobs = self._walks, self._document.jobs

        def work(progress: Progress) -> Judged:
            from gis_planner.workflow.compound_cells import open_compound, walks_of_pack

            progress.report(0.0, Message("app.job.compound_cells"))
            known = walks_of_pack(project, results) if walks is None else walks
            progress.report(0.7, Message("app.job.compound_cells"))
            return known, open_compound(project, results, compound, walks=known)

        def take(judged: Judged) -> None:
            if self._document.results is not results:
                return
            self._walks = judged[0]
            self.found = {**self.found, compound: judged[1]}
            self._asked = ""
            self.changed.emit()

        def forget() -> None:
            if self._asked == compound:
                self._asked = ""

        jobs.cancel("compound_cells")
        self._asked = compound
        title = Message("app.job.compound_cells")
        job = jobs.start(title, work, kind="compound_cells", done=take, failed=self._fail)
        job.cancelled.connect(forget)

    def _fail(self, error: BaseException) -> None:
        raise error
