"""What each edit does to a project.

`apply` is pure and fast: it shares every table that the edit leaves alone, never runs a solver and never reads
a file (import tables are handed in by `load_table`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from shapely.geometry import LineString, Point

from gis_planner.messages import Message
from gis_planner.model import edits as e
from gis_planner.model.choices import FACILITY_KINDS, FACILITY_STATUS, ROAD_CLASSES
from gis_planner.model.clusters import Cluster, Grouping
from gis_planner.model.drawn_areas import check_rings
from gis_planner.model.edits import Edit, edit_error
from gis_planner.model.issues import Issue
from gis_planner.model.joins import merge_import
from gis_planner.model.layers import (
    FIRST_YEAR,
    LARGEST,
    LAST_YEAR,
    LAYER_NAMES,
    SIGNED_COLUMNS,
    Column,
    layer,
)
from gis_planner.model.origins import origins_after
from gis_planner.model.project import ChosenPack, Project, Source
from gis_planner.model.regrouping import check_cluster, check_number, regroup
from gis_planner.model.standard import SUBJECTS
from gis_planner.model.tables import (
    Frame,
    append_rows,
    conform,
    ids,
    row_of,
    rows_by_id,
    set_geometries,
    set_values,
    texts,
)

LoadTable = Callable[[str], Frame]


def apply(project: Project, edit: Edit, load_table: LoadTable) -> Project:
    """Give the project after one edit.

    Raises RuleError when the edit names something that is not there or that cannot be; the project given is
    never changed.
    """
    return _CHANGES[type(edit)](project, edit, load_table)


def _import_layer(project: Project, edit: e.ImportLayer, load_table: LoadTable) -> Project:
    _check_layer(edit.layer)
    there, incoming = project.table(edit.layer), load_table(edit.table)
    table = merge_import(there, incoming, edit)
    runs = tuple(tuple(run) for run in edit.source.get("numbers", ()))
    facts = {"layer": edit.layer, "mode": edit.mode, "table": edit.table, "numbers": runs}
    source = Source(**{**edit.source, **facts})
    sources, issues = project.sources, project.import_issues
    if edit.mode == "replace":
        sources = tuple(kept for kept in sources if kept.layer != edit.layer)
        issues = tuple(kept for kept in issues if kept.layer != edit.layer)
    changed = replace(
        project,
        crs=project.crs or edit.project_crs or "",
        sources=(*sources, source),
        import_issues=issues + tuple(Issue.from_json(body) for body in edit.issues),
        origins=origins_after(project.origins, there, incoming, table, edit),
        moved=project.moved - set(ids(incoming)) if edit.layer == "facilities" else project.moved,
    )
    return _with_table(changed, edit.layer, table)


def _set_rule(project: Project, edit: e.SetRule, _: LoadTable) -> Project:
    return replace(project, rules=project.rules.with_value(edit.name, edit.value))


def _set_profile(project: Project, edit: e.SetProfile, _: LoadTable) -> Project:
    return replace(project, profile=edit.profile)


def _set_clusters(project: Project, edit: e.SetClusters, _: LoadTable) -> Project:
    known = set(ids(project.table("compounds")))
    seen: set[str] = set()
    clusters = []
    for body in edit.clusters:
        cluster = _read_cluster(body)
        for member in cluster.members:
            if member not in known:
                raise edit_error("edits.no_compound", compound=member)
            if member in seen:
                raise edit_error("edits.compound_twice", compound=member)
            seen.add(member)
        clusters.append(cluster)
    if len({c.id for c in clusters}) < len(clusters):
        raise edit_error("edits.cluster_twice")
    for cluster in clusters:
        check_number(cluster.number)
        if any(c.number == cluster.number and c.id != cluster.id for c in clusters):
            raise edit_error("edits.number_taken", number=cluster.number)
    grouping = replace(project.grouping, origin=dict(edit.origin)).with_clusters(clusters)
    return _with_grouping(project, grouping)


def _read_cluster(body: Mapping[str, Any]) -> Cluster:
    try:
        members = body["members"]
        if not isinstance(members, list | tuple) or not all(isinstance(m, str) for m in members):
            raise TypeError
        if not members or not str(body["id"]).strip():
            raise ValueError
        return Cluster(
            id=str(body["id"]),
            number=int(body["number"]),
            name=str(body.get("name", "")),
            members=tuple(sorted(members)),
            locked=bool(body.get("locked", False)),
        )
    except (KeyError, TypeError, ValueError, OverflowError):
        raise edit_error("edits.bad_cluster") from None


def _regroup(project: Project, edit: Edit, _: LoadTable) -> Project:
    if isinstance(edit, e.MoveCompounds):
        _check_compounds(project, edit.compounds)
    return _with_grouping(project, regroup(project.grouping, edit))


def _set_footprint(project: Project, edit: e.SetFootprint, _: LoadTable) -> Project:
    grouping = project.grouping
    check_cluster(grouping, edit.cluster)
    kept = {cluster: rings for cluster, rings in grouping.drawn.items() if cluster != edit.cluster}
    if edit.rings is not None:
        check_rings(edit.cluster, edit.rings)
        kept[edit.cluster] = edit.rings
    return _with_grouping(project, replace(grouping, drawn=kept))


def _lock(project: Project, edit: e.Lock, _: LoadTable) -> Project:
    grouping = project.grouping
    if edit.target == "cluster":
        for cluster_id in edit.ids:
            check_cluster(grouping, cluster_id)
        clusters = [replace(c, locked=edit.locked) if c.id in edit.ids else c for c in grouping.clusters]
        return _with_grouping(project, grouping.with_clusters(clusters))
    if edit.target == "compound":
        _check_compounds(project, edit.ids)
        locked = (
            grouping.locked_compounds | set(edit.ids)
            if edit.locked
            else grouping.locked_compounds - set(edit.ids)
        )
        return _with_grouping(project, replace(grouping, locked_compounds=frozenset(locked)))
    raise edit_error("edits.bad_lock_target", target=edit.target)


def _set_attribute(project: Project, edit: e.SetAttribute, _: LoadTable) -> Project:
    _check_layer(edit.layer)
    try:
        column = layer(edit.layer).column(edit.column)
    except KeyError:
        known = list(layer(edit.layer).column_names)
        raise edit_error("edits.no_column", layer=edit.layer, column=edit.column, known=known) from None
    row = _row(project, edit.layer, edit.id)
    value = _checked_value(column, edit.value)
    return _with_table(project, edit.layer, set_values(project.table(edit.layer), [row], column, [value]))


def _checked_value(column: Column, value: Any) -> Any:
    known = [c.id for c in column.choices]
    wrong = edit_error(
        "edits.no_choice" if known else "edits.bad_value",
        column=column.name,
        value=str(value)[:80],
        known=known,
    )
    if value is None:
        return None
    if column.type == "bool":
        if not isinstance(value, bool):
            raise wrong
        return value
    if column.type in ("int", "year", "float", "ratio"):
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= LARGEST:
            raise wrong
        if column.type in ("int", "year") and value != int(value):
            raise wrong
        if value < 0 and column.name not in SIGNED_COLUMNS:
            raise wrong
        if (column.type == "ratio" and value > 1) or (
            column.type == "year" and not FIRST_YEAR <= value <= LAST_YEAR
        ):
            raise wrong
        return value
    if column.type == "choice" and value not in known:
        raise wrong
    return str(value)


def _add_facility(project: Project, edit: e.AddFacility, _: LoadTable) -> Project:
    if edit.facility_kind not in {choice.id for choice in FACILITY_KINDS}:
        raise edit_error(
            "edits.no_kind", facility_kind=edit.facility_kind, known=[c.id for c in FACILITY_KINDS]
        )
    if edit.status not in {choice.id for choice in FACILITY_STATUS}:
        raise edit_error(
            "edits.no_choice", column="status", value=edit.status, known=[c.id for c in FACILITY_STATUS]
        )
    _checked_value(layer("facilities").column("capacity"), edit.capacity)
    table = project.table("facilities")
    if not edit.id.strip() or row_of(table, edit.id) is not None:
        raise edit_error("edits.id_taken", id=edit.id)
    new = conform(
        "facilities",
        {
            "id": [edit.id],
            "name": [edit.name],
            "kind": [edit.facility_kind],
            "status": [edit.status],
            "capacity": [edit.capacity],
        },
        [Point(edit.x, edit.y)],
        crs=project.crs or None,
    )
    return _with_table(project, "facilities", append_rows(table, new))


def _move_facility(project: Project, edit: e.MoveFacility, _: LoadTable) -> Project:
    row = _row(project, "facilities", edit.id)
    changed = replace(project, moved=project.moved | {edit.id})
    return _with_table(
        changed, "facilities", set_geometries(project.table("facilities"), [row], [Point(edit.x, edit.y)])
    )


def _close_facility(project: Project, edit: e.CloseFacility, _: LoadTable) -> Project:
    row = _row(project, "facilities", edit.id)
    table, column = project.table("facilities"), layer("facilities").column("status")
    before = texts(table, "status")[row] or "existing"
    status = "closed" if edit.closed else project.closed_from.get(edit.id, "existing")
    kept = {facility: was for facility, was in project.closed_from.items() if facility != edit.id}
    if edit.closed and before != "closed":
        kept[edit.id] = before
    elif edit.closed:
        kept = dict(project.closed_from)
    changed = replace(project, closed_from=kept)
    return _with_table(changed, "facilities", set_values(table, [row], column, [status]))


def _open_entrance(project: Project, edit: e.OpenEntrance, _: LoadTable) -> Project:
    table = project.table("entrances")
    status = "open" if edit.open else "closed"
    row = rows_by_id(table).get(edit.id)
    if row is not None:
        column = layer("entrances").column("status")
        return _with_table(project, "entrances", set_values(table, [row], column, [status]))
    if edit.x is None or edit.y is None or not edit.id.strip():
        raise edit_error("edits.no_feature", layer="entrances", id=edit.id)
    if edit.compound_id is not None:
        _check_compounds(project, (edit.compound_id,))
    new = conform(
        "entrances",
        {"id": [edit.id], "compound_id": [edit.compound_id], "status": [status]},
        [Point(edit.x, edit.y)],
        crs=project.crs or None,
    )
    return _with_table(project, "entrances", append_rows(table, new))


def _draw_street(project: Project, edit: e.DrawStreet, _: LoadTable) -> Project:
    table, known = project.table("roads"), [choice.id for choice in ROAD_CLASSES]
    if edit.road_class not in known:
        raise edit_error("edits.no_choice", column="class", value=edit.road_class, known=known)
    level = _checked_value(layer("roads").column("level"), edit.level)
    if not edit.id.strip() or row_of(table, edit.id) is not None:
        raise edit_error("edits.id_taken", id=edit.id)
    if len(set(edit.coords)) < 2 or not all(abs(x) <= LARGEST and abs(y) <= LARGEST for x, y in edit.coords):
        raise edit_error("edits.bad_line_of_street", id=edit.id)
    columns = {"name": edit.name, "class": edit.road_class, "level": level, "noding": "drawn"}
    new = conform(
        "roads",
        {"id": [edit.id], **{name: [value] for name, value in columns.items()}},
        [LineString(edit.coords)],
        crs=project.crs or None,
    )
    return _with_table(project, "roads", append_rows(table, new))


def _declare_complete(project: Project, edit: e.DeclareSurveyComplete, _: LoadTable) -> Project:
    _check_layer(edit.layer)
    complete = project.complete | {edit.layer} if edit.complete else project.complete - {edit.layer}
    return replace(project, complete=frozenset(complete))


def _set_not_applicable(project: Project, edit: e.SetNotApplicable, _: LoadTable) -> Project:
    _check_subject(edit.subject)
    if edit.subject == "compound":
        _check_compounds(project, (edit.cluster,))
        kept = _with_reason(project.compounds_not_applicable, (edit.cluster, edit.element), edit.reason)
        return replace(project, compounds_not_applicable=kept)
    check_cluster(project.grouping, edit.cluster)
    kept = _with_reason(project.not_applicable, (edit.cluster, edit.element), edit.reason)
    return replace(project, not_applicable=kept)


def _with_reason(
    reasons: Mapping[tuple[str, str], str], cell: tuple[str, str], reason: str | None
) -> dict[tuple[str, str], str]:
    kept = {key: other for key, other in reasons.items() if key != cell}
    if reason is not None:
        if not reason.strip():
            raise edit_error("edits.reason_needed")
        kept[cell] = reason.strip()
    return kept


def _use_standard(project: Project, edit: e.UseStandard, _: LoadTable) -> Project:
    _check_subject(edit.subject)
    chosen = ChosenPack(edit.standard, edit.sha256, edit.text)
    return replace(project, packs={**project.packs, edit.subject: chosen})


def _check_subject(subject: str) -> None:
    if subject not in SUBJECTS:
        raise edit_error("edits.bad_subject", subject=subject, known=list(SUBJECTS))


_CHANGES: Mapping[type[Edit], Callable[[Project, Any, LoadTable], Project]] = {
    e.ImportLayer: _import_layer,
    e.SetRule: _set_rule,
    e.SetProfile: _set_profile,
    e.SetClusters: _set_clusters,
    e.MoveCompounds: _regroup,
    e.MergeClusters: _regroup,
    e.SplitCluster: _regroup,
    e.DissolveCluster: _regroup,
    e.NameCluster: _regroup,
    e.SetFootprint: _set_footprint,
    e.Lock: _lock,
    e.SetAttribute: _set_attribute,
    e.AddFacility: _add_facility,
    e.MoveFacility: _move_facility,
    e.CloseFacility: _close_facility,
    e.OpenEntrance: _open_entrance,
    e.DrawStreet: _draw_street,
    e.DeclareSurveyComplete: _declare_complete,
    e.SetNotApplicable: _set_not_applicable,
    e.UseStandard: _use_standard,
}


def _with_table(project: Project, name: str, table: Frame) -> Project:
    changed = replace(project, tables={**project.tables, name: table}, loaded=project.loaded | {name})
    if name == "compounds" and project.grouping.clusters:
        known = set(ids(table))
        clusters = [
            replace(c, members=tuple(m for m in c.members if m in known)) for c in project.grouping.clusters
        ]
        return _with_grouping(changed, project.grouping.with_clusters(clusters))
    return changed


def _with_grouping(project: Project, grouping: Grouping) -> Project:
    alive = {cluster.id for cluster in grouping.clusters}
    kept = {key: reason for key, reason in project.not_applicable.items() if key[0] in alive}
    return replace(project, grouping=grouping, not_applicable=kept)


def _check_layer(name: str) -> None:
    if name not in LAYER_NAMES:
        raise edit_error("edits.no_layer", layer=name, known=list(LAYER_NAMES))


def _check_compounds(project: Project, compounds: tuple[str, ...]) -> None:
    if not compounds:
        raise edit_error("edits.nothing_named")
    known = rows_by_id(project.table("compounds"))
    for compound in compounds:
        if compound not in known:
            raise edit_error("edits.no_compound", compound=compound)


def _row(project: Project, layer_name: str, feature: str) -> int:
    row = row_of(project.table(layer_name), feature)
    if row is None:
        raise edit_error("edits.no_feature", layer=layer_name, id=feature)
    return row


def describe(edit: Edit) -> Message:
    """Say an edit in one short line for the undo menu and the log."""
    values = {
        name: value
        for name, value in edit.body().items()
        if isinstance(value, str | int | float) or value is None
    }
    values["n"] = len(next((v for v in edit.body().values() if isinstance(v, list)), []))
    return Message(f"edits.title.{edit.kind}", **values)
