"""What shall become of each layer of the files at hand, as a person decided it; no widgets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from gis_planner.errors import PlannerError
from gis_planner.io.columns import match_columns
from gis_planner.io.crs import is_degrees
from gis_planner.io.inspect import Found
from gis_planner.io.options import ReadOptions
from gis_planner.messages import Message
from gis_planner.model.layers import layer
from gis_planner.model.project import Project
from gis_planner.progress import Part, Progress
from gis_planner.workflow.importing import ImportedLayer, read_for_import, store_imports
from gis_planner.workflow.open_project import OpenProject


@dataclass(frozen=True)
class Plan:
    """One layer of a file and what is to become of it.

    Empty `crs`, `datum`, `encoding` leave it to the file; `columns` holds only what the person chose. `mode` is empty
    where the layer is still empty; `update_by` the column by which an update finds its features. `done` tells that it
    is already stored.
    """

    path: Path
    found: Found
    take: bool = True
    layer: str = ""
    crs: str = ""
    datum: str = ""
    encoding: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    mode: str = ""
    update_by: str = ""
    done: bool = False

    @property
    def is_table(self) -> bool:
        """Whether it has no geometry of its own and is joined to features that are there."""
        return self.found.geometry == "none"

    @property
    def headings(self) -> tuple[str, ...]:
        """The columns of the file."""
        return (*self.found.columns.values(), *self.found.unmatched)

    def options(self) -> ReadOptions:
        """Give the options for reading it."""
        return ReadOptions(
            layer=self.layer or None,
            source_layer=self.found.source_layer or None,
            crs=self.crs or None,
            datum=self.datum or None,
            encoding=self.encoding or None,
            columns=dict(self.columns),
        )


def make_plans(path: Path, found: Sequence[Found], project: Project) -> list[Plan]:
    """Plan to take every layer that was recognised, as what it was taken for."""
    plans = []
    for one in _joined(found):
        plan = Plan(path, one, take=one.layer is not None and one.rows > 0, layer=one.layer or "")
        plans.append(with_mode(plan, project))
    return plans


def _joined(found: Sequence[Found]) -> list[Found]:
    """Join the many layers of a drawing that become one layer of the project."""
    drawn: dict[str, list[Found]] = {}
    for one in found:
        if one.driver == "DXF" and one.layer is not None:
            drawn.setdefault(one.layer, []).append(one)
    joined: list[Found] = []
    for one in found:
        parts = drawn.get(one.layer or "", [one]) if one.driver == "DXF" else [one]
        if one is not parts[0]:
            continue
        if len(parts) > 1:
            needs = tuple(dict.fromkeys(need for part in parts for need in part.needs))
            rows = sum(part.rows for part in parts)
            unmatched = tuple(dict.fromkeys(name for part in parts for name in part.unmatched))
            one = replace(one, source_layer="", rows=rows, needs=needs, unmatched=unmatched)
        joined.append(one)
    return joined


def with_mode(plan: Plan, project: Project, *, filled: frozenset[str] = frozenset()) -> Plan:
    """Choose the only mode there is: fill an empty layer, update from a table; else the person must choose."""
    if not plan.layer:
        return replace(plan, mode="", update_by="")
    if plan.is_table:
        key = plan.update_by or ("id" if "id" in plan.found.columns else "name")
        known = ("id", *text_columns(plan.layer))
        return replace(plan, mode="update", update_by=key if key in known else "id")
    if not is_filled(plan.layer, project, filled):
        return replace(plan, mode="", update_by="")
    return plan


def is_filled(layer_name: str, project: Project, filled: frozenset[str]) -> bool:
    """Tell whether a layer holds features, now or after what is taken before."""
    return len(project.table(layer_name)) > 0 or layer_name in filled


def text_columns(layer_name: str) -> tuple[str, ...]:
    """Give the columns by which an update may find its features."""
    return tuple(column.name for column in layer(layer_name).columns if column.type == "text")


def column_matches(plan: Plan) -> dict[str, str]:
    """Give for each declared column the source column that would fill it, with what the person chose."""
    if not plan.layer:
        return {}
    if plan.layer == plan.found.layer and not plan.columns:
        return dict(plan.found.columns)
    try:
        match = match_columns(layer(plan.layer), plan.headings, plan.columns, file=plan.path.name)
    except PlannerError:
        return dict(plan.columns)
    return {"id": match.id_heading, **match.columns} if match.id_heading else dict(match.columns)


def missing(plan: Plan, project: Project, *, filled: frozenset[str] = frozenset()) -> list[Message]:
    """Say what must still be told before it can be taken."""
    if not plan.take or plan.done:
        return []
    found, told = plan.found, []
    if not plan.layer:
        told.append(Message("app.import.need_layer"))
    if "--crs" in found.needs and not plan.crs:
        told.append(Message("app.import.need_crs"))
    if not plan.datum and (
        "--datum" in found.needs or (plan.crs and is_degrees(plan.crs) and found.driver in _TABLES)
    ):
        told.append(Message("app.import.need_datum"))
    if "--encoding" in found.needs and not plan.encoding:
        told.append(Message("app.import.need_encoding"))
    if plan.layer and not plan.is_table and is_filled(plan.layer, project, filled) and not plan.mode:
        told.append(Message("app.import.need_mode", layer=Message(f"layers.{plan.layer}")))
    if plan.layer and plan.is_table and not is_filled(plan.layer, project, filled):
        told.append(Message("app.import.need_outlines", layer=Message(f"layers.{plan.layer}")))
    return told


_TABLES = ("CSV", "XLSX")


def in_order(plans: Sequence[Plan]) -> list[Plan]:
    """Order what is taken: layers with outlines before tables that are joined to them, compounds first of all."""
    return sorted(
        (plan for plan in plans if plan.take and not plan.done),
        key=lambda plan: (plan.is_table, plan.layer != "compounds"),
    )


@dataclass(frozen=True, eq=False)
class Outcome:
    """What was stored, and what stopped the rest (None: nothing did)."""

    stored: tuple[tuple[Plan, ImportedLayer], ...]
    stopped_at: Plan | None = None
    error: PlannerError | None = None


def carry_out(plans: Sequence[Plan], opened: OpenProject, progress: Progress) -> Outcome:
    """Read and store one layer after the other, each durable by itself; the first that cannot be taken ends it."""
    stored: list[tuple[Plan, ImportedLayer]] = []
    wanted = in_order(plans)
    for at, plan in enumerate(wanted):
        part = Part(progress, at / len(wanted), (at + 0.8) / len(wanted))
        try:
            part.report(0.0, Message("app.job.read", file=plan.path.name))
            imported = read_for_import(plan.path, plan.options(), opened, progress=part)
            part.report(1.0, Message("app.job.store"))
            done = store_imports(opened, imported, mode=plan.mode or None, update_by=plan.update_by or None)
        except PlannerError as error:
            return Outcome(tuple(stored), plan, error)
        stored.extend((plan, one) for one in done)
    return Outcome(tuple(stored))
