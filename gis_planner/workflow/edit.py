"""Make edits, take them back, do them again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from gis_planner.errors import PlannerError, ProjectFileError, RuleError
from gis_planner.io.import_tables import ImportTable
from gis_planner.io.project_file import NewEdit
from gis_planner.messages import Message
from gis_planner.model.edits import Edit, ImportLayer, SetAttribute, read_edit
from gis_planner.model.project import Project
from gis_planner.workflow.checks import check_edits
from gis_planner.workflow.open_project import OpenProject, title_of

_CORRECTIONS = (ImportLayer, SetAttribute)


def apply_edits(
    opened: OpenProject,
    edits: Sequence[Edit],
    *,
    scenarios: Sequence[str] | None = None,
    tables: Sequence[ImportTable] = (),
    who: str = "",
) -> Project:
    """Apply edits in one durable transaction and give the state after them.

    They go to the scenario that is worked on; imports and corrections of data go to every scenario unless
    `scenarios` names some (one that lacks the corrected feature is left as it is). Raises RuleError or
    ProjectFileError; then nothing has changed.
    """
    if not edits:
        return opened.project
    check_edits(opened.project, edits)
    opened.check_up_to_date()
    rows = opened.file.scenarios()
    everywhere = scenarios is None and all(isinstance(edit, _CORRECTIONS) for edit in edits)
    names = set(scenarios or ()) or ({row.name for row in rows} if everywhere else {opened.scenario})
    for name in names:
        opened.file.scenario(name)
    chosen = [row for row in rows if row.name in names]
    batch = [NewEdit(edit.kind, edit.version, edit.body(), title_of(edit)) for edit in edits]
    batches: dict[int | None, list[NewEdit]] = {}
    for head in {row.head: None for row in chosen}:
        if _fits(
            opened, head, edits, must=any(row.head == head and row.name == opened.scenario for row in chosen)
        ):
            batches[head] = batch
    moving = [row for row in chosen if row.head in batches]
    opened.file.append(batches, moving, tables=tables, who=who)
    return opened.stand_at(opened.file.scenario(opened.scenario))


def _fits(opened: OpenProject, head: int | None, edits: Sequence[Edit], *, must: bool) -> bool:
    try:
        state = opened.state_at(head)
        for edit in edits:
            state = opened.after(state, edit)
    except RuleError:
        if must:
            raise
        return False
    return True


def undo(opened: OpenProject, n: int = 1) -> Project:
    """Take back the last `n` edits of the scenario; they stay in the file (ProjectFileError when there are fewer)."""
    path = opened.file.path_to(opened.stand.head)
    if n < 1 or n > len(path):
        raise ProjectFileError(Message("project.nothing_to_undo"), Message("project.history_remedy"))
    stand = opened.stand
    tip = stand.redo_tip if stand.redo_tip is not None else stand.head
    opened.file.move_head(stand, path[-n].parent, tip)
    return opened.stand_at(opened.file.scenario(stand.name))


def redo(opened: OpenProject, n: int = 1) -> Project:
    """Do `n` edits again that were taken back; raises ProjectFileError when there are fewer."""
    stand = opened.stand
    done = {row.id for row in opened.file.path_to(stand.head)}
    ahead = (
        [row.id for row in opened.file.path_to(stand.redo_tip) if row.id not in done]
        if opened.can_redo
        else []
    )
    if n < 1 or n > len(ahead):
        raise ProjectFileError(Message("project.nothing_to_redo"), Message("project.history_remedy"))
    head = ahead[n - 1]
    opened.file.move_head(stand, head, None if head == stand.redo_tip else stand.redo_tip)
    return opened.stand_at(opened.file.scenario(stand.name))


def read_edit_list(path: Path) -> list[Edit]:
    """Read a list of edits, one JSON object a line: `{"kind": …, fields …}`.

    Fields may also stand in a `body` object, as the log shows them. Raises RuleError naming the line; ImportLayer is
    refused, because its table cannot come from outside.
    """
    edits: list[Edit] = []
    # Not splitlines: a name may hold a line separator of Unicode, which JSON writes as it is.
    for number, line in enumerate(_text_of(path).split("\n"), 1):
        if line.strip():
            edits.append(_read_line(line, number))
    return edits


def _text_of(path: Path) -> str:
    if not path.is_file():
        raise RuleError(Message("edits.no_list", file=path.name), Message("edits.no_list_remedy"))
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as fault:
        raise RuleError(
            Message("edits.list_not_utf8", file=path.name), Message("edits.list_not_utf8_remedy")
        ) from fault
    except OSError as fault:
        raise RuleError(
            Message("project.unreadable", file=path.name, why=fault.strerror or str(fault)),
            Message("project.unreadable_remedy"),
        ) from fault


def _read_line(line: str, number: int) -> Edit:
    def wrong(why: Message) -> RuleError:
        return RuleError(Message("edits.bad_line", line=number, why=why), Message("edits.remedy"))

    try:
        item = json.loads(line)
    except (ValueError, RecursionError):
        raise wrong(Message("edits.bad_json")) from None
    if not isinstance(item, dict):
        raise wrong(Message("edits.bad_json"))
    kind = str(item.pop("kind", ""))
    version = item.pop("version", 1)
    body = item["body"] if isinstance(item.get("body"), dict) else item
    if kind == "ImportLayer":
        raise RuleError(Message("edits.import_from_outside", line=number), Message("edits.remedy"))
    try:
        return read_edit(kind, version if isinstance(version, int) else 1, body)
    except PlannerError as fault:
        raise wrong(fault.problem) from fault
