"""The one mutable object of the window: the open project, and the results that were last found for it.

What only a job needs (the study with its compiled kernels, the exporters) is imported in the job, so that a project is
on the screen before it.

An edit is in the project file before it shows. Every change is told once, as `project_changed(before, after)`;
a panel compares by identity what it shows and refills itself. Whether results are out of date is never stored:
it is a comparison of the project now with the project that they came from.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from gis_planner.analysis.comparison import Flip, find_flips
from gis_planner.app.document_jobs import find_alternatives_in_job, propose_in_job, study_in_job
from gis_planner.app.following import Following
from gis_planner.app.jobs import Job, JobRunner
from gis_planner.cartography.sheet_values import SheetFacts
from gis_planner.errors import PlannerError
from gis_planner.messages import Language, Message
from gis_planner.model.edits import Edit
from gis_planner.model.project import Project
from gis_planner.model.results import Results
from gis_planner.progress import Progress
from gis_planner.workflow.edit import apply_edits, redo, undo
from gis_planner.workflow.open_project import OpenProject
from gis_planner.workflow.scenarios import branch, switch

Loader = Callable[[Progress], OpenProject]

# What a study reads of a project beside its tables.
_INPUTS = ("crs", "profile", "rules", "grouping", "complete", "not_applicable")


def find_changes(before: Project | None, after: Project | None) -> frozenset[str]:
    """Tell which inputs of a study differ: names of layers and of the project's other inputs.

    Tables are compared by identity, small values by identity and then by what they say.
    """
    if before is after or before is None or after is None:
        return frozenset()
    changed = {name for name in after.tables if after.tables[name] is not before.tables.get(name)}
    for name in _INPUTS:
        old, new = getattr(before, name), getattr(after, name)
        if old is not new and old != new:
            changed.add(name)
    changed.update(before.loaded ^ after.loaded)
    return frozenset(changed)


class Document(QObject):
    """The open project and its latest results.

    `project_changed(before, after)` comes after every edit, undo, redo, switch, opening and closing (None where
    there is no project); `results_changed` when results were found or dropped; `saved(when)` when an edit is
    durable; `failed(error)` when something asked for could not be done; `writing_changed` when a job begins or
    ends to write to the file, during which no edit is taken.
    """

    project_changed = Signal(object, object)
    results_changed = Signal()
    scenario_changed = Signal(str)
    saved = Signal(object)
    failed = Signal(object)
    writing_changed = Signal()

    def __init__(self, jobs: JobRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.jobs = jobs
        self.live = Following(jobs, self)
        self.who = ""
        self.auto_study = False
        self._open: OpenProject | None = None
        self._results: Results | None = None
        self._studied: Project | None = None
        self._flips: tuple[Flip, ...] = ()
        self._found: dict[int, tuple[Project, Results]] = {}
        self._exported: Project | None = None
        self._writer: Job | None = None
        self._began: dict[str, int | None] = {}
        self.project_changed.connect(self._study_by_itself)

    # what is shown

    @property
    def open_project(self) -> OpenProject | None:
        """The open project file, None on the welcome page."""
        return self._open

    @property
    def project(self) -> Project | None:
        """The project as it stands."""
        return self._open.project if self._open is not None else None

    @property
    def results(self) -> Results | None:
        """The latest results, out of date or not."""
        return self._results

    @property
    def studied(self) -> Project | None:
        """The state of the project that the results came from."""
        return self._studied

    @property
    def is_live(self) -> bool:
        """Whether the cells to be seen are those that are followed, the results being older or something tried."""
        return self.live.study is not None and (self.live.tried is not None or bool(self.changes))

    @property
    def flips(self) -> tuple[Flip, ...]:
        """The cells whose verdict differs from that of the study before."""
        return self._flips

    @property
    def exported(self) -> Project | None:
        """The state of the project that was last exported, None when nothing was."""
        return self._exported

    @property
    def changes(self) -> frozenset[str]:
        """The inputs that changed since the results were found; empty when the results are up to date."""
        return find_changes(self._studied, self.project)

    @property
    def studying(self) -> bool:
        """Whether a study runs."""
        return self.jobs.has("study")

    @property
    def writing(self) -> bool:
        """Whether a job writes to the project file; edits wait until it has ended."""
        return self._writer is not None

    @property
    def can_edit(self) -> bool:
        """Whether an edit would be taken now."""
        return self._open is not None and not self.writing

    # opening and closing

    def load(
        self,
        loader: Loader,
        title: Message,
        *,
        opened: Callable[[], object] | None = None,
        failed: Callable[[BaseException], object] | None = None,
    ) -> Job:
        """Open what `loader` gives, in a job; the project before it stays open until then."""
        self.jobs.cancel("open")

        def done(fresh: OpenProject) -> None:
            self.adopt(fresh)
            if opened is not None:
                opened()

        return self.jobs.start(title, loader, kind="open", done=done, failed=failed or self.failed.emit)

    def adopt(self, fresh: OpenProject) -> None:
        """Show another open project; the one before it is closed."""
        before = self.project
        self._drop()
        self._open = fresh
        self._began = {row.name: row.head for row in fresh.file.scenarios()}
        self.scenario_changed.emit(fresh.scenario)
        self.project_changed.emit(before, fresh.project)

    def close(self) -> None:
        """Close the project; every edit is already saved."""
        before = self.project
        self._drop()
        if before is not None:
            self.project_changed.emit(before, None)

    def close_file(self) -> None:
        """Close the project file at the end of the program, when no job runs any more; nobody is told."""
        if self._open is not None:
            self._open.close()
            self._open = None

    def _drop(self) -> None:
        self.jobs.cancel("study")
        if self._open is not None:
            closing = self._open
            if self._writer is not None:  # the file is closed by the job that still writes to it
                self._writer.cancel()
                self._writer.ended.connect(closing.close)
                self._writer = None
            else:
                closing.close()
        self._open = None
        self._found.clear()
        self._exported = None
        self._show_results(None, None)

    # editing

    def apply(self, *edits: Edit, scenarios: Sequence[str] | None = None) -> bool:
        """Make edits, durable before they show; tells whether it was done (`failed` says why not)."""
        return self._change(lambda fresh: apply_edits(fresh, edits, scenarios=scenarios, who=self.who))

    def undo(self) -> bool:
        """Take back the last edit of the scenario."""
        return self._change(undo)

    def undo_all(self) -> bool:
        """Take back everything that was done in this scenario since the project was opened."""
        opened = self._open
        if opened is None:
            return False
        path: list[int | None] = [None, *(row.id for row in opened.file.path_to(opened.stand.head))]
        first = self._began.get(opened.scenario)
        if first not in path or path[-1] == first:
            return False
        return self._change(lambda fresh: undo(fresh, len(path) - 1 - path.index(first)))

    def redo(self) -> bool:
        """Do again what was taken back."""
        return self._change(redo)

    def branch(self, name: str) -> bool:
        """Begin a scenario of this name from the state as it stands, and go there."""

        def work(fresh: OpenProject) -> None:
            branch(fresh, name)
            if fresh.scenario != name:
                switch(fresh, name)

        return self._change(work, scenario=True)

    def switch(self, name: str) -> bool:
        """Go to another scenario."""
        return self._change(lambda fresh: switch(fresh, name), scenario=True)

    def _change(self, verb: Callable[[OpenProject], object], *, scenario: bool = False) -> bool:
        if self._open is None or self.writing:
            return False
        before = self._open.project
        try:
            verb(self._open)
        except PlannerError as error:
            self.failed.emit(error)
            return False
        if scenario:
            self._began.setdefault(self._open.scenario, self._open.stand.head)
            self.scenario_changed.emit(self._open.scenario)
        self._tell(before)
        return True

    def _tell(self, before: Project | None) -> None:
        """Tell that the project may have changed, after the file holds the change."""
        after = self.project
        self.saved.emit(datetime.now())
        if after is not before:
            if after is not None:
                self.live.follow(after)
            kept = self._found.get(id(after))
            if kept is not None:
                self._show_results(after, kept[1])
            self.project_changed.emit(before, after)

    def write(
        self,
        title: Message,
        work: Callable[[OpenProject, Progress], Any],
        *,
        done: Callable[[Any], object] | None = None,
    ) -> Job | None:
        """Let a job write to the project file (an import of large tables); edits wait until it has ended."""
        if self._open is None or self.writing:
            return None
        fresh, before = self._open, self._open.project
        job = self.jobs.start(title, lambda progress: work(fresh, progress), kind="write")
        self._writer = job

        def ended() -> None:
            if self._writer is job:
                self._writer = None
                self.writing_changed.emit()
                if self._open is fresh:
                    self._tell(before)

        job.ended.connect(ended)
        job.failed.connect(self.failed.emit)
        if done is not None:
            job.done.connect(done)
        self.writing_changed.emit()
        return job

    # studying

    def study(self, *, recluster: bool = False, around: Sequence[str] = ()) -> Job | None:
        """Study the project in a job; where it has no grouping, or a new one is asked for, one is proposed first.

        `around` names clusters: they and those beside them are formed anew, the rest of the town stays. What is
        locked stays always. The proposal becomes an edit, which ends the job and begins the study of the project with
        it. The results before stay visible meanwhile.
        """
        project = self.project
        if project is None:
            return None
        self.jobs.cancel("study")
        if recluster or around or not (project.grouping.clusters or project.grouping.origin):
            return self.jobs.start(
                Message("app.job.grouping"),
                lambda progress: propose_in_job(project, around, progress),
                kind="study",
                done=lambda edit: self._take_proposal(project, edit, around),
                failed=self.failed.emit,
                gives_best=True,
            )
        return self._measure(project)

    def _take_proposal(self, project: Project, edit: Edit, around: Sequence[str]) -> None:
        current = self.project
        if current is not project:  # edited meanwhile: what was proposed is for another project
            still = [c for c in around if current is not None and current.grouping.has(c)]
            if not around or still:
                self.study(recluster=True, around=still)
            return
        automatic, self.auto_study = self.auto_study, False
        taken = self.apply(edit)
        self.auto_study = automatic
        if taken and self.project is not None:
            self._measure(self.project)

    def _measure(self, project: Project) -> Job:
        return self.jobs.start(
            Message("app.job.study"),
            lambda progress: study_in_job(project, progress),
            kind="study",
            done=lambda results: self._take_results(project, results),
            failed=self.failed.emit,
        )

    def keep_results(self, project: Project, results: Results) -> None:
        """Remember what a study of a state found, so that going there shows it at once; the oldest are forgotten."""
        self._found = dict(list(self._found.items())[-7:])
        self._found[id(project)] = (project, results)

    def _take_results(self, project: Project, results: Results) -> None:
        current = self.project
        if current is None:
            return
        self.keep_results(project, results)
        self._show_results(project, results)
        if current is not project:
            self._study_by_itself(project, current)

    def _show_results(self, project: Project | None, results: Results | None) -> None:
        if results is not self._results or project is not self._studied:
            before = self._results
            self._flips = find_flips(before, results) if before is not None and results is not None else ()
            self._results, self._studied = results, project
            if project is None or results is None:
                self.live.drop()
            elif project is self.project:
                self.live.lay_out(project, results)
            self.results_changed.emit()

    def _study_by_itself(self, before: Project | None, after: Project | None) -> None:
        """Measure again after an edit, where the person wants that; a grouping is never proposed unasked."""
        if after is None or not after.grouping.clusters or not self.auto_study:
            return
        if self._studied is None or self.changes:
            self.study()

    def add_alternatives(self, n: int, done: Callable[[list[str], int], object]) -> Job | None:
        """Find up to `n` other groupings in a job and make a scenario of each; stopped, of those found so far.

        `done` hears the names of the scenarios, and how many were asked for.
        """
        project = self.project
        if project is None:
            return None

        def found(groupings: Any) -> None:
            from gis_planner.workflow.alternatives import add_alternatives

            if self.project is not project:
                return  # they were found for another state; nothing of it is kept
            names: list[str] = []

            def add(fresh: OpenProject) -> None:
                names.extend(add_alternatives(fresh, groupings, n, who=self.who))

            if self._change(add, scenario=True):
                done(names, n)

        self.jobs.cancel("alternatives")
        return self.jobs.start(
            Message("app.job.alternatives"),
            lambda progress: find_alternatives_in_job(project, n, progress),
            kind="alternatives",
            done=found,
            failed=self.failed.emit,
            gives_best=True,
        )

    # handing out

    def export(
        self,
        folder: Path,
        *,
        what: Sequence[str],
        clusters: Sequence[str] | None,
        language: Language,
        facts: SheetFacts,
        done: Callable[[list[Path]], object],
    ) -> Job | None:
        """Write outputs of results that are up to date, in a job; None where there are none or they are out of date."""
        opened, project, results = self._open, self.project, self._results
        if opened is None or project is None or results is None or self.changes:
            return None

        def work(progress: Progress) -> list[Path]:
            from gis_planner.workflow.exporting import export

            return export(
                opened,
                results,
                folder,
                what=what,
                clusters=clusters,
                language=language,
                facts=facts,
                progress=progress,
            )

        def written(files: list[Path]) -> None:
            self._exported = project
            self.results_changed.emit()
            done(files)

        return self.jobs.start(
            Message("app.job.export"), work, kind="export", done=written, failed=self.failed.emit
        )
