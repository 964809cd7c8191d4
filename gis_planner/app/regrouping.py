"""What a hand tries with clusters, and what that would change, while nothing is decided yet.

What answers at once (`LiveGrouping`) is laid out in a job when a tool or a page first asks for it, and follows every
edit of clusters from then on; whatever else changes lets go of it. Places that a hand passes between two frames are
only remembered; the last of them is tried. Nothing is told of a place that was not measured.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from gis_planner.analysis.eligibility import awaits_cluster, takes_part
from gis_planner.analysis.eligibility_sentences import eligibility_sentence
from gis_planner.app.document import Document
from gis_planner.app.hearing import Hearing
from gis_planner.errors import PlannerError
from gis_planner.messages import Message
from gis_planner.model.edits import Edit
from gis_planner.model.project import Project
from gis_planner.progress import Part, Progress

if TYPE_CHECKING:
    from gis_planner.analysis.live_grouping import LiveGrouping
    from gis_planner.analysis.moving import Host, Trial
    from gis_planner.analysis.splitting import Split

_REST_MS = 120
Blocked = Mapping[int, Mapping[int, Message]]
Divided = Mapping[int, Mapping[int, frozenset[str]]]
Tried = Callable[["LiveGrouping"], "Trial | None"]


@dataclass(frozen=True, eq=False)
class Answers:
    """What a job lays out: the figures, what lies between compounds that are no allowed neighbours, and of what kinds.

    `blocked` names each barrier, `divided` gives the kinds of all lines between every two that lie beside each other.
    """

    live: LiveGrouping
    blocked: Blocked
    divided: Divided


class Regrouping(QObject):
    """Holds what answers a hand; `changed` when it is there or gone, or when something else is tried.

    `live` is None until it is laid out; `trial` is what is tried now, None where nothing is.
    """

    changed = Signal()

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._wanted = False
        self._next: Tried | None = None
        self.live: LiveGrouping | None = None
        self.blocked: Blocked = {}
        self.divided: Divided = {}
        self.trial: Trial | None = None
        self.split: Split | None = None
        self._frame = QTimer(self)
        self._frame.setSingleShot(True)
        self._frame.timeout.connect(self._try)
        self._ahead: Iterator[object] | None = None
        self._between = QTimer(self)
        self._between.setSingleShot(True)
        self._between.setInterval(0)
        self._between.timeout.connect(self._try_ahead)
        self._hearing = Hearing()
        self._hearing.on(document.project_changed, self._follow)
        self._hearing.on(document.results_changed, self._lay_out)
        self._hearing.on(document.live.changed, self._lay_out)

    # laying out

    def want(self) -> None:
        """Ask for answers: they are laid out in a job where they are not there yet."""
        self._wanted = True
        self._lay_out()

    @property
    def waiting(self) -> bool:
        """Whether answers were asked for and are still being laid out."""
        return self._wanted and self.live is None and self._document.project is not None

    def _lay_out(self) -> None:
        document, project = self._document, self._document.project
        jobs = document.jobs
        if not self._wanted or project is None or not project.grouping.clusters:
            return
        study = document.live.study
        reach = study.reach if study is not None and study.project is project else None
        if self.live is not None and (self.live.reach is not None or reach is None):
            return
        if document.live.tried is not None or jobs.has("study") or jobs.has("following"):
            return  # asked again when that has ended
        results = document.results
        fresh = document.studied is project and results is not None
        areas = {c.id: c.footprint for c in results.clusters} if fresh and results is not None else {}

        def work(progress: Progress) -> Answers:
            # compiled kernels: only in the job
            from gis_planner.analysis.barriers import collect_barriers
            from gis_planner.analysis.live_grouping import LiveGrouping
            from gis_planner.analysis.lone_sets import find_divided
            from gis_planner.analysis.reasons import find_blocked
            from gis_planner.analysis.study import serve_town, survey_ground
            from gis_planner.analysis.town_of_results import town_of
            from gis_planner.io.read_standard import read_profiles
            from gis_planner.workflow.standards import packs_in_use

            progress.report(0.0, Message("app.job.regrouping"))
            if fresh and results is not None:
                town, neighbours = town_of(project, results), results.neighbours
            else:
                ground = survey_ground(project, progress=Part(progress, 0.0, 0.5))
                town = serve_town(project, packs_in_use(project)["cluster"], ground)
                neighbours = ground.neighbours
            blocked = find_blocked(town, neighbours, collect_barriers(project))
            live = LiveGrouping(
                project,
                town,
                reach,
                standard=packs_in_use(project)["cluster"],
                profile=read_profiles()[project.profile],
                areas=areas,
            )
            live.warm(progress=Part(progress, 0.6, 1.0))
            return Answers(live, blocked, find_divided(town, neighbours))

        jobs.cancel("regrouping")
        jobs.start(
            Message("app.job.regrouping"),
            work,
            kind="regrouping",
            done=lambda found: self._take(project, found),
            failed=self._fail,
        )

    def _take(self, project: Project, found: Answers) -> None:
        current = self._document.project
        self.live, self.blocked, self.divided = found.live, found.blocked, found.divided
        if current is not project:
            self._follow(project, current)
        if self.live is not None:
            self.changed.emit()

    def _follow(self, before: Project | None, after: Project | None) -> None:
        """Stand on the project as it is now, or let go where more than its clusters changed."""
        self.let_go()
        live = self.live
        if after is None:
            self._wanted = False
        if live is None:
            self._lay_out()
            return
        if after is not None and live.keeps_up(after):
            live.update(after)
        else:
            self.live = None
            self._lay_out()
        self.changed.emit()

    def _fail(self, error: BaseException) -> None:
        """Go on without: edits are made, the study tells what they did."""
        if not isinstance(error, PlannerError):
            raise error
        self._wanted = False

    # asking

    def hosts(self, compounds: Sequence[str]) -> tuple[Host, ...]:
        """Give who may take compounds, and why others may not; nothing where that is not known yet."""
        if self.live is None or not compounds:
            return ()
        from gis_planner.analysis.moving import hosts_in

        outside = self._outside(compounds)
        hosts = hosts_in(self.live, tuple(compounds))
        if not outside:
            return hosts
        return tuple(
            replace(host, refusals=(*outside, *host.refusals))
            if self.live.grouping.has(host.target)
            else host
            for host in hosts
        )

    def _outside(self, compounds: Sequence[str]) -> tuple[Message, ...]:
        """Say which of these compounds take no part in clusters by the eligibility that was last found, and why."""
        results = self._document.results
        if results is None or self.live is None:
            return ()
        grouped, wanted = self.live.grouping.cluster_of(), set(compounds)
        return tuple(
            Message("app.trial.no_part", name=self._name(found.compound_id), why=eligibility_sentence(found))
            for found in results.eligibility
            if found.compound_id in wanted
            and found.compound_id not in grouped
            and not takes_part(found.result)
            and not awaits_cluster(found)
        )

    def _name(self, compound: str) -> str:
        town = self.live.town if self.live is not None else None
        return town.names[town.row[compound]] if town is not None and compound in town.row else compound

    def take_up(self, compounds: Sequence[str]) -> None:
        """Try the places around compounds that were taken up, one between two events, so that answers are at hand."""
        if self.live is not None:
            from gis_planner.analysis.moving import try_everywhere

            self._ahead = try_everywhere(self.live, tuple(compounds))
            self._between.start()

    def _try_ahead(self) -> None:
        if self._ahead is not None and next(self._ahead, None) is not None:
            self._between.start()
        else:
            self._ahead = None

    def hold(self, compounds: Sequence[str], target: str, *, rest: bool = False) -> None:
        """Hold compounds over a cluster, over "new" or "out"; told of at the next frame.

        With `rest` only once the hand rests there: what lies far off was not looked at ahead and takes a moment.
        """
        from gis_planner.analysis.moving import OUT, try_move

        held = tuple(compounds)

        def tried(live: LiveGrouping) -> Trial:
            trial = try_move(live, held, target)
            outside = self._outside(held) if target != OUT else ()
            return replace(trial, breaks=(*outside, *trial.breaks)) if outside else trial

        self._next = tried
        self.split = self.trial = None  # what was told of another place is not true of this one
        self._frame.start(_REST_MS if rest else 0)

    def hold_edit(self, edit: Edit) -> None:
        """Hold any edit of clusters; told of at the next frame."""
        from gis_planner.analysis.moving import try_edits

        self._next = lambda live: try_edits(live, [edit])
        self.split = self.trial = None
        self._frame.start(0)

    def hold_split(self, find: Callable[[LiveGrouping], Split | None]) -> None:
        """Hold a split that is to be found; told of at the next frame."""
        from gis_planner.analysis.splitting import try_split

        def tried(live: LiveGrouping) -> Trial | None:
            self.split = find(live)
            return try_split(live, self.split) if self.split is not None and self.split.edit else None

        self._next = tried
        self._frame.start(0)

    def settle(self) -> None:
        """Try at once what is held: the hand lets go before the next frame."""
        if self._frame.isActive():
            self._frame.stop()
            self._try()

    def let_go(self) -> None:
        """Hold nothing any more."""
        self._frame.stop()
        self._between.stop()
        self._next = self._ahead = None
        there = self.trial is not None or self.split is not None
        self.trial = self.split = None
        if there:
            self.changed.emit()

    def _try(self) -> None:
        live, tried = self.live, self._next
        if live is None or tried is None:
            return
        try:
            self.trial = tried(live)
        except PlannerError:
            self.trial = None
        self.changed.emit()

    def shut_down(self) -> None:
        """Hear no more of the document."""
        self._frame.stop()
        self._hearing.stop()
