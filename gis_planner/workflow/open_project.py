"""The open project: a file, the scenario that is worked on, and the state that its edits fold to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyproj

from gis_planner.errors import ProjectFileError, RuleError
from gis_planner.io.project_file import EditRow, ProjectFile, ScenarioRow
from gis_planner.io.read_standard import read_profiles
from gis_planner.messages import Message, load_catalogue
from gis_planner.model.changes import apply, describe
from gis_planner.model.edits import Edit, ImportLayer, SetProfile, read_edit
from gis_planner.model.project import Project
from gis_planner.model.tables import Frame

MAIN = "main"


@dataclass(frozen=True)
class LogRow:
    """One row of the history: an edit, the scenarios whose path holds it, and whether it is in force here."""

    id: int
    parent: int | None
    scenarios: tuple[str, ...]
    at_utc: str
    kind: str
    title: str
    who: str
    active: bool
    body: Mapping[str, Any]


class OpenProject:
    """A project that is open: the one thing that the verbs change.

    `project` is the folded state of `scenario`; it is replaced, never changed. States that were folded are kept, they
    share their tables, so undo, redo and switching are instant.
    """

    def __init__(self, file: ProjectFile, scenario: str) -> None:
        self.file = file
        self._tables: dict[str, Frame] = {}
        meta = file.meta()
        crs = meta.get("crs", "auto")
        self._states: dict[int | None, Project] = {
            None: Project(title=meta.get("title", ""), crs="" if crs == "auto" else crs)
        }
        self.stand = file.scenario(scenario)
        self.project = self.state_at(self.stand.head)

    @property
    def path(self) -> Path:
        """The project file's path."""
        return self.file.path

    @property
    def scenario(self) -> str:
        """The name of the scenario that is worked on."""
        return self.stand.name

    @property
    def can_undo(self) -> bool:
        """Whether there is an edit to take back."""
        return self.stand.head is not None

    @property
    def can_redo(self) -> bool:
        """Whether an edit was taken back that can be done again."""
        return self.stand.redo_tip is not None and self.stand.redo_tip != self.stand.head

    def scenarios(self) -> list[str]:
        """Give the names of all scenarios."""
        return [row.name for row in self.file.scenarios()]

    def log(self) -> list[LogRow]:
        """Give the whole tree of edits in the order of their making."""
        holders: dict[int, list[str]] = {}
        for row in self.file.scenarios():
            for edit in self.file.path_to(row.head):
                holders.setdefault(edit.id, []).append(row.name)
        active = {edit.id for edit in self.file.path_to(self.stand.head)}
        return [
            LogRow(
                e.id,
                e.parent,
                tuple(holders.get(e.id, ())),
                e.at_utc,
                e.kind,
                e.title,
                e.who,
                e.id in active,
                e.body,
            )
            for e in self.file.all_edits()
        ]

    def last_edit_title(self) -> str:
        """Give the title of the edit that undo would take back, empty when there is none."""
        path = self.file.path_to(self.stand.head)
        return path[-1].title if path else ""

    def state_at(self, head: int | None) -> Project:
        """Fold the edits from the root to `head`, from the nearest state that is known."""
        path = self.file.path_to(head)
        known = max((i for i, row in enumerate(path) if row.id in self._states), default=-1)
        state = self._states[path[known].id] if known >= 0 else self._states[None]
        for row in path[known + 1 :]:
            state = self.after(state, self._edit(row))
            self._states[row.id] = state
        return state

    def after(self, state: Project, edit: Edit) -> Project:
        """Give a state after one more edit, import tables read from the file where they are not known yet."""
        crs = (state.crs or edit.project_crs or "") if isinstance(edit, ImportLayer) else state.crs

        def load(name: str) -> Frame:
            assert isinstance(edit, ImportLayer), "only imports name tables"
            if edit.content_sha256 not in self._tables:
                self._tables[edit.content_sha256] = self.file.load_table(
                    name, edit.layer, crs, edit.content_sha256
                )
            return self._tables[edit.content_sha256]

        return apply(state, edit, load)

    def keep_table(self, content_sha256: str, table: Frame) -> None:
        """Remember the table of an import that is about to be written, so that it need not be read back."""
        self._tables[content_sha256] = table

    def stand_at(self, stand: ScenarioRow) -> Project:
        """Go to where a scenario stands now and give its state."""
        self.project = self.state_at(stand.head)
        self.stand = stand
        return self.project

    def check_up_to_date(self) -> None:
        """Raise ProjectFileError when another window or command has moved this scenario on since it was read."""
        if self.file.scenario(self.scenario) != self.stand:
            raise ProjectFileError(
                Message("project.moved_on", file=self.path.name), Message("project.moved_on_remedy")
            )

    def close(self) -> None:
        """Close the file."""
        self.file.close()

    def _edit(self, row: EditRow) -> Edit:
        try:
            return read_edit(row.kind, row.version, row.body)
        except RuleError as fault:
            raise ProjectFileError(
                Message("project.bad_edit", file=self.path.name, id=row.id), fault.problem
            ) from fault


def new_project(path: Path, *, title: str = "", profile: str = "default", crs: str = "auto") -> OpenProject:
    """Make a project file and open it.

    `crs` is `auto` (the first import fixes it) or a projected system in metres. Raises RuleError for an unknown
    profile or CRS, ProjectFileError when the file exists or cannot be written.
    """
    if profile not in read_profiles():
        raise RuleError(
            Message("rules.no_profile", profile=profile),
            Message("rules.no_profile_remedy", known=sorted(read_profiles())),
        )
    file = ProjectFile.create(path, title=title or path.stem, crs=_checked_crs(crs))
    opened = OpenProject(file, MAIN)
    if profile != "default":
        from gis_planner.workflow.edit import apply_edits  # edits need an open project

        apply_edits(opened, [SetProfile(profile)])
    return opened


def open_project(path: Path, *, scenario: str | None = None) -> OpenProject:
    """Open a project file on a scenario (the first one where none is named); raises ProjectFileError."""
    file = ProjectFile.open(path)
    try:
        return OpenProject(file, scenario or file.scenarios()[0].name)
    except BaseException:
        file.close()
        raise


def title_of(edit: Edit) -> str:
    """Say an edit in one short Chinese line, as the log stores it."""
    return load_catalogue().text(describe(edit), "zh")


def _checked_crs(crs: str) -> str:
    if crs == "auto":
        return crs
    wrong = RuleError(Message("project.bad_crs", crs=crs), Message("project.bad_crs_remedy"))
    try:
        known = pyproj.CRS.from_user_input(crs)
    except pyproj.exceptions.CRSError as fault:
        raise wrong from fault
    if not known.is_projected or any(axis.unit_name != "metre" for axis in known.axis_info):
        raise wrong
    code = known.to_epsg()
    return f"EPSG:{code}" if code else known.to_wkt()
