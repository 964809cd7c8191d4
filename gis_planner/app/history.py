"""What undo would take back and redo would do again, in words."""

from __future__ import annotations

from gis_planner.errors import PlannerError
from gis_planner.io.project_file import EditRow
from gis_planner.messages import Message
from gis_planner.model import edits as e
from gis_planner.model.changes import describe
from gis_planner.model.choices import FACILITY_KINDS
from gis_planner.model.edits import Edit, read_edit
from gis_planner.model.layers import LAYER_NAMES, layer
from gis_planner.model.rules import rule_facts, rule_names
from gis_planner.workflow.open_project import LogRow, OpenProject


def undo_title(opened: OpenProject) -> Message | None:
    """Say the edit that undo would take back, None when there is none."""
    path = opened.file.path_to(opened.stand.head)
    return _say(path[-1]) if path else None


def redo_title(opened: OpenProject) -> Message | None:
    """Say the edit that redo would do again, None when there is none."""
    if not opened.can_redo:
        return None
    ahead = opened.file.path_to(opened.stand.redo_tip)
    done = len(opened.file.path_to(opened.stand.head))
    return _say(ahead[done]) if done < len(ahead) else None


def row_title(row: LogRow) -> Message:
    """Say one row of the history."""
    try:
        return say_edit(read_edit(row.kind, 1, row.body))
    except PlannerError:
        return Message("app.both", zh=row.title, en=row.title)


def _say(row: EditRow) -> Message:
    try:
        return say_edit(read_edit(row.kind, row.version, row.body))
    except PlannerError:
        return Message("app.both", zh=row.title, en=row.title)


def say_edit(edit: Edit) -> Message:
    """Say an edit as a person would: which way it went, and things by their titles."""
    told = _which_way(edit)
    if told is not None:
        return told
    message = describe(edit)
    values = dict(message.values)
    declared = layer(str(values["layer"])) if values.get("layer") in LAYER_NAMES else None
    if declared is not None:
        values["layer"] = Message("app.both", zh=declared.zh, en=declared.en)
        if values.get("column") in declared.column_names:
            column = declared.column(str(values["column"]))
            values["column"] = Message("app.both", zh=column.zh, en=column.en)
    return Message(message.key, **values)


def _which_way(edit: Edit) -> Message | None:
    """Say edits that go two ways by the way that they went, None for the others."""
    if isinstance(edit, e.SetRule) and edit.name in rule_names():
        known = rule_facts(edit.name)
        title = Message("app.both", zh=known["zh"], en=known["en"])
        return Message("app.did.rule", rule=title, value=edit.value, unit=_unit(known["unit"]))
    if isinstance(edit, e.MoveCompounds):
        way = {None: "leave", "new": "new_cluster"}.get(edit.to, "move")
        return Message(f"app.did.{way}", n=len(edit.compounds), to=edit.to)
    if isinstance(edit, e.Lock):
        return Message(
            f"app.did.{'lock' if edit.locked else 'unlock'}", ids=list(edit.ids[:3]), n=len(edit.ids)
        )
    if isinstance(edit, e.CloseFacility):
        return Message(f"app.did.{'close' if edit.closed else 'reopen'}", id=edit.id)
    if isinstance(edit, e.SetAttribute) and (edit.layer, edit.column) == ("roads", "walkable"):
        way = "close_street" if edit.value is False else "open_street"
        return Message(f"app.did.{way}", id=edit.id)
    if isinstance(edit, e.OpenEntrance):
        return Message(f"app.did.{'open_entrance' if edit.open else 'close_entrance'}", id=edit.id)
    if isinstance(edit, e.AddFacility):
        kind = next((k for k in FACILITY_KINDS if k.id == edit.facility_kind), None)
        named = Message("app.both", zh=kind.zh, en=kind.en) if kind is not None else edit.facility_kind
        return Message("app.did.add_facility", kind=named, id=edit.id)
    if isinstance(edit, e.DeclareSurveyComplete) and not edit.complete and edit.layer in LAYER_NAMES:
        return Message("app.did.not_complete", layer=Message(f"layers.{edit.layer}"))
    if isinstance(edit, e.SetNotApplicable) and edit.reason is None:
        return Message("app.did.applies", cluster=edit.cluster, element=edit.element)
    return None


def _unit(unit: str) -> Message:
    return Message("app.both", zh=f" {unit}" if unit else "", en="" if unit in ("户", "个") else unit)
