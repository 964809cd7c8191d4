"""The verdicts of the project as it stands, and of what a hand tries, while the next study is still to come.

After a study has ended, a job lays out what follows edits quickly (`LiveStudy`) and the ground of isochrones. From then
on every edit is followed at once. While something is dragged, the project with it at its new place is followed as well:
in memory, with no edit and no file; letting go takes that back. The next study confirms what was followed: where one
cell differed, all would be laid out anew from the study. What cannot be followed quickly is dropped, never guessed.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from gis_planner.app.jobs import JobRunner
from gis_planner.errors import PlannerError
from gis_planner.messages import Message
from gis_planner.model.changes import apply
from gis_planner.model.edits import Edit
from gis_planner.model.project import Project
from gis_planner.model.results import Results
from gis_planner.model.tables import Frame
from gis_planner.progress import Progress

if TYPE_CHECKING:
    from gis_planner.analysis.isochrone_ground import WalkGround
    from gis_planner.analysis.live_study import Cell, CellChange, LiveStudy

# A preview that takes longer would hold back the hand; after two such in one drag the figures come at the drop.
_FRAME_S = 0.05
_LATE_FRAMES = 2

CellId = tuple[str, str]


class Following(QObject):
    """Follows a project; `changed` when other cells stand or are tried than before, or none any more.

    `study` is None until it is laid out; `tried` is the edit that a hand tries, None where it tries none.
    """

    changed = Signal()

    def __init__(self, jobs: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._standing: Project | None = None
        self._before: dict[CellId, Cell] = {}
        self._late = 0
        self.study: LiveStudy | None = None
        self.ground: WalkGround | None = None
        self.tried: Edit | None = None

    # laying out

    def lay_out(self, project: Project, results: Results) -> None:
        """Take what a study found: it confirms what was followed, else all is laid out from it, in a job."""
        study = self.study
        if study is not None and self._standing is not project:
            return  # edited while it was studied: what is followed is already further
        if study is not None and self.ground is not None:
            if self._is_confirmed(study, results):
                return
            logging.getLogger(__name__).error("a study differs from what was followed; it is laid out anew")
        self.drop()
        self._standing = project

        def work(progress: Progress) -> tuple[LiveStudy, WalkGround] | None:
            # compiled kernels: only in the job
            from gis_planner.analysis.isochrone_ground import lay_ground
            from gis_planner.analysis.live_study import LiveStudy

            progress.report(0.0, Message("app.job.following"))
            if not LiveStudy.can_follow(project, results):
                return None
            ground = lay_ground(project, results.network)
            progress.report(0.3, Message("app.job.following"))
            return LiveStudy(project, results), ground

        self._start(work)

    def _start(self, work: Callable[[Progress], tuple[LiveStudy, WalkGround | None] | None]) -> None:
        def take(found: tuple[LiveStudy, WalkGround | None] | None) -> None:
            after = self._standing
            if found is not None and after is not None:
                self.study, self.ground = found
                self._standing = found[0].project
                if after is not self._standing:  # edited meanwhile
                    self.follow(after)
                self.changed.emit()

        self._jobs.cancel("following")
        self._jobs.start(Message("app.job.following"), work, kind="following", done=take, failed=self._fail)

    def _follow_beside(self, study: LiveStudy, after: Project) -> None:
        """Follow in a job what touches whole clusters or shapes; nothing is live until it has ended."""
        ground, self.study, self.ground = self.ground, None, None

        def work(progress: Progress) -> tuple[LiveStudy, WalkGround | None] | None:
            progress.report(0.0, Message("app.job.following"))
            change = study.update(after)
            return study, None if change.reach.streets or change.reach.anew else ground

        self._start(work)

    def drop(self) -> None:
        """Follow nothing until a study has ended."""
        self._jobs.cancel("following")
        there = self._standing is not None
        self.study = self.ground = self.tried = self._standing = None
        if there:
            self.changed.emit()

    def _is_confirmed(self, study: LiveStudy, results: Results) -> bool:
        cells = self._before if self.tried is not None else study.cells
        found = {
            (v.cluster_id, v.element): (
                v.status,
                v.value if v.status in ("pass", "partial", "fail") else None,
            )
            for v in results.verdicts
        }
        return study.standard == results.standard and found == {
            key: tuple(cell) for key, cell in cells.items()
        }

    def _fail(self, error: BaseException) -> None:
        """Go on without: the study alone gives the figures."""
        if not isinstance(error, PlannerError):
            raise error

    # following

    def follow(self, after: Project) -> None:
        """Bring everything up to date after an edit, or let go of it where that would take a study."""
        before, study = self._standing, self.study
        self.tried, self._late = None, 0
        if before is None:
            return
        if before.packs != after.packs or before.crs != after.crs or before.loaded != after.loaded:
            self.drop()
            return
        self._standing = after  # what is still laid out catches up when it is there
        if study is not None and study.project is not after:
            if before.grouping is after.grouping and study.reach.keeps_up(after):
                self._update(study, after)
            else:
                self._follow_beside(study, after)
        self.changed.emit()

    def try_edit(self, edit: Edit) -> bool:
        """Show what an edit would do; tells whether that was possible and quick enough."""
        study, standing = self.study, self._standing
        if study is None or standing is None or self._late >= _LATE_FRAMES:
            return False
        if self.tried is None:
            self._before = dict(study.cells)
        began = time.perf_counter()
        try:
            preview = apply(standing, edit, _load_nothing)
        except PlannerError:
            return False
        self.tried = edit
        if not study.reach.keeps_up(preview) or not self._update(study, preview):
            return False
        self._late = self._late + 1 if time.perf_counter() - began > _FRAME_S else 0
        if self._late >= _LATE_FRAMES:
            self._take_back()
        self.changed.emit()
        return self.tried is not None

    def let_go(self) -> None:
        """Take back what was tried."""
        self._late = 0
        if self.tried is not None:
            self._take_back()
            self.changed.emit()

    def _take_back(self) -> None:
        study, standing = self.study, self._standing
        self.tried = None
        if study is not None and standing is not None:
            self._update(study, standing)

    def _update(self, study: LiveStudy, after: Project) -> bool:
        try:
            change = study.update(after)
        except PlannerError:
            self.drop()
            return False
        if change.reach.streets or change.reach.anew:
            self.ground = None  # the next study lays it out again
        return True

    # what is tried

    @property
    def tried_cells(self) -> tuple[CellChange, ...]:
        """The cells that what is tried changes, by cluster and element."""
        if self.study is None or self.tried is None:
            return ()
        from gis_planner.analysis.live_study import Cell, CellChange

        nothing = Cell("not_assessed", None)
        return tuple(
            CellChange(*key, self._before.get(key, nothing), cell)
            for key, cell in self.study.cells.items()
            if self._before.get(key) != cell
        )


def _load_nothing(sha256: str) -> Frame:
    raise AssertionError(f"what a hand tries imports nothing: {sha256}")
