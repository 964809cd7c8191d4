"""Take what was read from a file into the project."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

from gis_planner.errors import InputError, UnclearInputError
from gis_planner.io.import_tables import ImportTable, prepare_table
from gis_planner.io.read_file import Imported, ReadOptions, read_file
from gis_planner.messages import Message
from gis_planner.model.edits import ImportLayer
from gis_planner.model.issues import Issue
from gis_planner.model.joins import match_rows
from gis_planner.model.layers import layer
from gis_planner.model.origins import runs_of
from gis_planner.model.project import Project
from gis_planner.model.tables import Frame, geometries, ids, take, texts
from gis_planner.progress import SILENT, Progress
from gis_planner.workflow.checks import FAR_KM, distance_km
from gis_planner.workflow.edit import apply_edits
from gis_planner.workflow.open_project import OpenProject

MODES = ("append", "replace", "update")


@dataclass(frozen=True)
class ImportedLayer:
    """What one import did: the layer, how it was filled, rows taken or updated, and the doubts found on the way."""

    layer: str
    mode: str
    rows: int
    matched: int
    table: str
    issues: tuple[Issue, ...]


def read_for_import(
    path: Path, options: ReadOptions, opened: OpenProject, *, progress: Progress = SILENT
) -> tuple[Imported, ...]:
    """Read a file for this project; raises InputError, or UnclearInputError naming what must be given."""
    if path.exists() and path.resolve() == opened.path.resolve():
        raise InputError(Message("importing.itself", file=path.name), Message("importing.itself_remedy"))
    imported = read_file(path, options, project_crs=opened.project.crs, progress=progress)
    return tuple(_placed(new, opened.project) for new in imported)


def store_imports(
    opened: OpenProject,
    imported: Sequence[Imported],
    *,
    mode: str | None = None,
    update_by: str | None = None,
    scenarios: Sequence[str] | None = None,
    data_date: str = "",
) -> list[ImportedLayer]:
    """Store what was read as import tables and edits, in one transaction, and say what was done.

    `mode` is append, replace or update (by `update_by`: `id` or a declared column); a layer that is empty needs none.
    `data_date` (ISO) is the date of the data where the files do not say it themselves.
    Raises UnclearInputError when a filled layer needs a mode, InputError when nothing of a file finds its place.
    """
    first = opened.file.next_table_number()
    project = opened.project
    done: list[ImportedLayer] = []
    edits: list[ImportLayer] = []
    tables: list[ImportTable] = []
    for number, new in enumerate(imported, first):
        summary, edit, table, frame = _plan(
            project, _dated(new, data_date), f"import_{number}", mode, update_by
        )
        opened.keep_table(edit.content_sha256, frame)
        done.append(summary)
        edits.append(edit)
        tables.append(table)
    apply_edits(opened, edits, tables=tables, scenarios=scenarios)
    return done


def _dated(new: Imported, data_date: str) -> Imported:
    return new if new.source.data_date else replace(new, source=replace(new.source, data_date=data_date))


def _plan(
    project: Project, new: Imported, name: str, mode: str | None, update_by: str | None
) -> tuple[ImportedLayer, ImportLayer, ImportTable, Frame]:
    there = project.table(new.layer)
    chosen = _mode(new, filled=len(there) > 0, mode=mode, update_by=update_by)
    frame, extras, issues, matched = new.table, new.extras, list(new.issues), 0
    numbers = new.numbers
    if chosen == "append":
        frame, issues = _with_free_ids(frame, set(ids(there)), issues, new.layer)
    elif chosen == "update":
        key = _key(new.layer, update_by or "id")
        found = _matched(there, frame, key, new)
        matched, rows = len(found.places), found.rows
        frame, extras = take(frame, rows), extras.iloc[rows].reset_index(drop=True)
        numbers = tuple(numbers[row] for row in rows) if numbers else ()
        frame, issues = _with_free_ids(frame, set(ids(there)), issues, new.layer, places=found.places)
        issues += found.issues
    crs = project.crs or new.project_crs
    table = prepare_table(name, new.layer, frame, extras, crs=crs, has_geometry=new.has_geometry)
    source: dict[str, Any] = asdict(
        replace(
            new.source, layer=new.layer, mode=chosen, table=name, rows=len(frame), numbers=runs_of(numbers)
        )
    )
    edit = ImportLayer(
        layer=new.layer, table=name, content_sha256=table.sha256, mode=chosen, source=source,
        given=tuple(sorted(new.given)), update_by=(update_by or "id") if chosen == "update" else None,
        has_geometry=new.has_geometry, issues=tuple(issue.to_json() for issue in issues),
        project_crs=None if project.crs else new.project_crs,
    )  # fmt: skip
    return ImportedLayer(new.layer, chosen, len(frame), matched, name, tuple(issues)), edit, table, frame


def _mode(new: Imported, *, filled: bool, mode: str | None, update_by: str | None) -> str:
    titles = {"layer": Message(f"layers.{new.layer}"), "file": new.source.file}
    if update_by is not None and mode in (None, "update"):
        mode = "update"
    if mode == "update" and not filled:
        raise InputError(
            Message("importing.nothing_to_update", **titles), Message("importing.nothing_to_update_remedy")
        )
    if not filled:
        if not new.has_geometry:
            raise InputError(
                Message("importing.no_outlines", **titles), Message("importing.no_outlines_remedy")
            )
        return "fill"
    if mode is None:
        key = "importing.table_needs_key" if not new.has_geometry else "importing.filled"
        raise UnclearInputError(Message(key, **titles), Message(f"{key}_remedy"))
    if mode in ("append", "replace") and not new.has_geometry:
        raise UnclearInputError(
            Message("importing.table_needs_key", **titles), Message("importing.table_needs_key_remedy")
        )
    return mode


def _key(layer_name: str, update_by: str) -> str:
    declared = layer(layer_name)
    if update_by == "id" or update_by in declared.id_synonyms:
        return "id"
    for column in declared.columns:
        if update_by in (column.name, column.zh) and column.type == "text":
            return column.name
    known = ["id", *(column.name for column in declared.columns if column.type == "text")]
    raise UnclearInputError(
        Message("importing.bad_key", key=update_by, layer=Message(f"layers.{layer_name}")),
        Message("importing.bad_key_remedy", known=known),
    )


@dataclass(frozen=True)
class _Matched:
    """The rows of a file that an update takes, the feature that each matched one is, and what found nobody."""

    rows: list[int]
    places: Mapping[str, str]
    issues: list[Issue]


def _matched(there: Frame, frame: Frame, key: str, new: Imported) -> _Matched:
    matches = match_rows(there, frame, key)
    names = ids(frame) if key == "id" else texts(frame, key)
    issues = [
        Issue("import.unmatched", "warning", new.layer, "",
              Message("importing.unmatched", name=names[row], file=new.source.file))
        for row in matches.unmatched
        if not new.has_geometry
    ]  # fmt: skip
    issues += [
        Issue("import.ambiguous", "warning", new.layer, "",
              Message("importing.ambiguous", name=names[row], file=new.source.file))
        for row in matches.ambiguous
    ]  # fmt: skip
    rows = [row for row, _ in matches.pairs]
    if new.has_geometry:
        rows += list(matches.unmatched)
    if not rows:
        raise InputError(
            Message(
                "importing.nobody_matched",
                file=new.source.file,
                layer=Message(f"layers.{new.layer}"),
                key=key,
            ),
            Message("importing.nobody_matched_remedy"),
        )
    own, known = ids(frame), ids(there)
    return _Matched(sorted(rows), {own[row]: known[place] for row, place in matches.pairs}, issues)


def _with_free_ids(
    frame: Frame,
    taken: set[str],
    issues: Sequence[Issue],
    layer_name: str,
    *,
    places: Mapping[str, str] = MappingProxyType({}),
) -> tuple[Frame, list[Issue]]:
    """Give new features ids that are free in the layer, and let the doubts name the features as the project does.

    `places` gives the feature of the layer that each matched one is. A doubt about a row that did not get into the
    layer must not point at another feature that happens to bear its id.
    """
    own = ids(frame)
    used = taken | set(own)
    names: dict[str, str] = {}
    renamed: list[Issue] = []
    for feature in own:
        free, serial = feature, 2
        while feature not in places and (free in taken or (free != feature and free in used)):
            free, serial = f"{feature}-{serial}", serial + 1
        if free != feature:
            used.add(free)
            renamed.append(
                Issue("import.id_taken", "note", layer_name, free, Message("importing.id_taken", id=feature),
                      Message("importing.id_renamed", id=free))
            )  # fmt: skip
        names[feature] = free
    changed = frame.copy()
    changed["id"] = pd.Series([names[feature] for feature in own], dtype=object)
    known = {**names, **places}
    return changed, [*(_about(issue, known, taken) for issue in issues), *renamed]


def _about(issue: Issue, known: Mapping[str, str], taken: set[str]) -> Issue:
    """Give a doubt about a row of a file as a doubt about the feature that it became."""
    other = issue.message.values.get("other")
    message = issue.message
    if isinstance(other, str) and other in known:
        message = Message(message.key, **{**message.values, "other": known[other]})
    if issue.feature in known:
        return replace(issue, feature=known[issue.feature], message=message)
    if issue.feature in taken:
        return replace(
            issue, feature="", message=Message("importing.in_file", id=issue.feature, what=message)
        )
    return replace(issue, message=message)


def _placed(new: Imported, project: Project) -> Imported:
    """Doubt a layer that lies far from everything that the project holds.

    Raises UnclearInputError when its coordinate system was taken from the project: eastings without a zone prefix fit
    every zone alike, and far away they were taken for the wrong one.
    """
    away = distance_km(project, geometries(new.table)) if new.has_geometry else 0.0
    if away <= FAR_KM:
        return new
    file, km = new.source.file, round(away)
    if any(issue.code == "crs.judged" for issue in new.issues) and new.source.crs == project.crs:
        raise UnclearInputError(
            Message("importing.far", file=file, km=km), Message("importing.far_remedy", crs=project.crs)
        )
    issue = Issue("import.far", "warning", new.layer, "", Message("importing.far", file=file, km=km))
    return replace(new, issues=(*new.issues, issue))
