"""A foreign file becomes layers that can be stored, and issues.

Read top-down: let the file in, read its layers as they stand, choose what is taken and as what, ask for what cannot
be told, choose the plane, then read columns and bring shapes in order. Every outcome is one of three: taken with
issues, refused because nothing survives (InputError), or something must be given (UnclearInputError names the option).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from gis_planner.analysis.validation import doubled_names
from gis_planner.errors import InputError, UnclearInputError
from gis_planner.io.choose import choose_layers
from gis_planner.io.clean import Cleaned, clean_geometries
from gis_planner.io.crs import (
    CrsGuess,
    check_project_crs,
    choose_zone,
    is_degrees,
    like_cgcs2000,
    lonlat_extent,
    make_mover,
    stretch,
    zone_of,
)
from gis_planner.io.datum import SHIFTED
from gis_planner.io.fill import Filled, fill_columns
from gis_planner.io.guard import Admitted, admit
from gis_planner.io.identify import make_ids
from gis_planner.io.inspect import Judged, judge, points_of
from gis_planner.io.listing import IssueListing, place_of
from gis_planner.io.options import ReadOptions as ReadOptions
from gis_planner.io.raw import Doubt, RawLayer
from gis_planner.io.read_raw import read_raw
from gis_planner.io.values import as_text
from gis_planner.messages import Message
from gis_planner.model.issues import Issue
from gis_planner.model.layers import Layer, layer
from gis_planner.model.project import Source
from gis_planner.model.tables import Frame, conform
from gis_planner.progress import SILENT, Progress

_SHAPE_CODES = ("geometry.unreadable", "geometry.no_place", "geometry.not_finite")
_STRETCHED, _STRETCHED_OUT = 0.002, 0.02
_OPTION_WORDS = {
    "--crs": "import.need.crs",
    "--datum": "import.need.datum",
    "--encoding": "import.need.encoding",
}


@dataclass(frozen=True, eq=False)
class Imported:
    """One layer, ready to be stored.

    `table` is conformed and in the project's CRS; without geometry (`has_geometry` False) it waits to be joined
    to features by id or name. `extras` are the user's own columns, row-aligned. `given` are the declared columns
    that the file had. `source` leaves mode and table empty. `project_crs` is the one given, or the data's zone.
    `numbers` tell where each row stands in the file, counted from 1; empty where the format has no rows.
    """

    layer: str
    table: Frame
    extras: pd.DataFrame
    has_geometry: bool
    given: frozenset[str]
    source: Source
    issues: tuple[Issue, ...]
    project_crs: str
    numbers: tuple[int, ...] = ()


def read_file(
    path: Path | str, options: ReadOptions, *, project_crs: str = "", progress: Progress = SILENT
) -> tuple[Imported, ...]:
    """Read a foreign file into layers of the project; an OSM file or a GeoPackage gives several.

    `project_crs` empty: the CGCS2000 3-degree zone of the data. Raises InputError when the file cannot be taken or no
    feature survives, UnclearInputError when its layer, CRS, datum or encoding must be given.
    """
    options = options.checked()
    target = check_project_crs(project_crs) if project_crs else ""
    with admit(path) as file:
        raws = read_raw(file, options, progress=progress)
    taken, skipped = choose_layers(raws, options, stem=file.stem, file=file.name)
    taken, placeless = _with_places(taken)
    if not taken:
        raise _nothing_left(file.name, placeless)
    judged = [judge(raw, replace(options, layer=name), file.stem, file.name, target) for raw, name in taken]
    _ask(taken, judged, file.name)
    target = target or _choose_plane(taken, judged, file.name)

    results: list[Imported] = []
    lost = list(placeless)
    for number, ((raw, name), verdict) in enumerate(zip(taken, judged, strict=True)):
        progress.report(
            number / len(taken), Message("import.progress.layer", layer=Message(f"layers.{name}"))
        )
        one = _import(file, raw, layer(name), verdict, target)
        if len(one.table):
            results.append(one)
        else:
            lost.extend(one.issues)
    if not results:
        raise _nothing_left(file.name, lost)
    notes = [*lost, *_unborn(raws, options), *_notes(results, skipped, options)]
    results[0] = replace(results[0], issues=(*results[0].issues, *notes))
    return tuple(results)


def _with_places(taken: Sequence[tuple[RawLayer, str]]) -> tuple[list[tuple[RawLayer, str]], list[Issue]]:
    """Set layers aside whose features lie nowhere at all; gives the rest, and why those cannot be taken."""
    kept: list[tuple[RawLayer, str]] = []
    issues: list[Issue] = []
    for raw, name in taken:
        if raw.geometry_from == "none" or len(points_of(raw)):
            kept.append((raw, name))
            continue
        listing = IssueListing(name)
        for doubt in raw.doubts:
            listing.add(doubt.code, doubt.severity, "", doubt.message, repair=doubt.repair)
        if not any(doubt.severity == "error" for doubt in raw.doubts):
            key = "missing" if all(shape is None or shape.is_empty for shape in raw.shapes) else "not_finite"
            listing.add(f"geometry.{key}", "error", "", Message(f"import.geometry.{key}"))
        issues.extend(listing.issues())
    return kept, issues


def _ask(taken: Sequence[tuple[RawLayer, str]], judged: Sequence[Judged], file: str) -> None:
    """Ask for everything that cannot be told, at once."""
    needs: dict[str, Message] = {}
    for (raw, _), verdict in zip(taken, judged, strict=True):
        for option in verdict.needs(raw):
            reason = {
                "--crs": verdict.crs.reason,
                "--datum": verdict.datum.reason,
                "--encoding": raw.encoding.reason,
            }[option]
            needs.setdefault(option, reason)
    if needs:
        raise UnclearInputError(
            Message("import.unclear", file=file, reasons=list(needs.values())),
            Message("import.unclear_remedy", options=[Message(_OPTION_WORDS[option]) for option in needs]),
        )


def _choose_plane(taken: Sequence[tuple[RawLayer, str]], judged: Sequence[Judged], file: str) -> str:
    """Choose the project's plane: the zone that the largest layer is in already, else that of its middle."""
    placed = [
        (raw, v.crs) for (raw, _), v in zip(taken, judged, strict=True) if v.uses_places(raw) and v.crs.crs
    ]
    if not placed:
        return ""
    raw, guess = max(placed, key=lambda pair: pair[0].rows)
    points = points_of(raw)
    own = zone_of(guess.crs or "")
    if own is not None:
        return own
    extent = (
        lonlat_extent(np.median(points, axis=0, keepdims=True), guess.crs or "", swapped=guess.swapped)
        if len(points)
        else None
    )
    if extent is None:
        return ""
    zone = choose_zone(extent[0])
    if zone is None:
        raise UnclearInputError(
            Message("import.crs.no_zone", file=file, lon=round(extent[0], 2), lat=round(extent[1], 2)),
            Message("import.crs.no_zone_remedy"),
        )
    return zone


def _import(file: Admitted, raw: RawLayer, declared: Layer, judged: Judged, target: str) -> Imported:
    """Read columns, give ids, bring shapes into the plane, and put the table together."""
    listing = IssueListing(declared.name)
    placed = judged.uses_places(raw) and bool(judged.crs.crs) and bool(target)
    filled = fill_columns(raw, declared, judged.match, file.stem, placed=placed)
    heading = judged.match.id_heading if judged.match else ""
    if raw.ids is not None:
        ids = list(raw.ids)
    else:
        ids = make_ids(declared, raw.columns[heading] if heading else None, raw.rows, heading, listing)
    doubts = [*raw.doubts, *filled.doubts, *_crs_doubts(raw, judged, target, placed)]
    cleaned = _clean(raw, declared, judged, target, ids, filled, doubts) if placed else None
    rows = cleaned.rows if cleaned else list(range(raw.rows))
    own_ids = cleaned.ids if cleaned else ids
    shapes: Sequence[Any] = cleaned.shapes if cleaned else [None] * raw.rows
    extras = {
        h: cells for h, cells in filled.extras.items() if h != heading or list(map(as_text, cells)) != ids
    }
    columns: dict[str, Sequence[Any]] = {
        name: [values[row] for row in rows] for name, values in filled.values.items()
    }
    table = conform(declared.name, {"id": own_ids, **columns}, list(shapes), crs=target or None)
    _list_doubts(listing, doubts, ids, rows, shapes)
    doubled = doubled_names(table) if declared.name == "compounds" else []
    return Imported(
        layer=declared.name,
        table=table,
        extras=pd.DataFrame(
            {h: pd.Series([cells[r] for r in rows], dtype=object) for h, cells in extras.items()},
            index=range(len(rows)),
        ),
        has_geometry=cleaned is not None,
        given=frozenset(filled.values),
        source=_source(file, raw, declared, judged, len(rows), placed),
        issues=(*listing.issues(), *(cleaned.issues if cleaned else ()), *doubled),
        project_crs=target,
        numbers=_numbers(raw, rows),
    )


def _numbers(raw: RawLayer, rows: Sequence[int]) -> tuple[int, ...]:
    """Give the place in the file of each row that was taken, nothing where the format has no rows."""
    if raw.numbers is None:
        return tuple(row + 1 for row in rows)
    return tuple(raw.numbers[row] for row in rows) if len(raw.numbers) else ()


def _clean(
    raw: RawLayer,
    declared: Layer,
    judged: Judged,
    target: str,
    ids: list[str],
    filled: Filled,
    doubts: Sequence[Doubt],
) -> Cleaned:
    move = make_mover(
        judged.crs.crs or "", target, datum=judged.datum.datum or "", swapped=judged.crs.swapped
    )
    twins: list[Hashable] = (
        list(zip(*(map(str, values) for values in filled.values.values()), strict=True)) or [()] * raw.rows
    )
    listed = {doubt.row for doubt in doubts if doubt.row is not None and doubt.code in _SHAPE_CODES}
    return clean_geometries(declared, ids, raw.shapes, move, twins=twins, listed=listed)


def _crs_doubts(raw: RawLayer, judged: Judged, target: str, placed: bool) -> list[Doubt]:
    """Say what was assumed or done about coordinates."""
    if not placed:
        if raw.geometry_from == "table":
            return [
                Doubt(
                    "table.points",
                    "note",
                    None,
                    Message("import.table.points"),
                    Message("import.repair.points_aside"),
                )
            ]
        return []
    doubts: list[Doubt] = []
    crs = judged.crs
    doubts.extend(_stretched(crs, target))
    if crs.swapped:
        doubts.append(Doubt("crs.swapped", "warning", None, crs.reason, Message("import.repair.swapped")))
    if not crs.stated and not is_degrees(crs.crs or ""):
        doubts.append(
            Doubt("crs.judged", "warning", None, Message("import.crs.judged", crs=crs.crs, reason=crs.reason))
        )
    if judged.datum.datum in SHIFTED:
        message = Message("import.datum.shifted", datum=judged.datum.datum)
        doubts.append(Doubt("datum.shifted", "note", None, message, Message("import.repair.unshifted")))
    elif like_cgcs2000(target) and not like_cgcs2000(crs.crs or ""):
        doubts.append(
            Doubt(
                "crs.other_datum",
                "warning",
                None,
                Message("import.crs.other_datum", datum=judged.datum.datum),
            )
        )
    return doubts


def _stretched(crs: CrsGuess, target: str) -> list[Doubt]:
    """Doubt a project's plane that shows this place at another length than it has on the ground."""
    if crs.lonlat_extent is None:
        return []
    west, south, east, north = crs.lonlat_extent
    share = stretch(target, (west + east) / 2.0, (south + north) / 2.0)
    said = {"crs": target[:80], "percent": f"{share * 100.0:.1f}"}
    if share > _STRETCHED_OUT:
        raise InputError(Message("import.crs.stretched", **said), Message("import.crs.stretched_remedy"))
    if share > _STRETCHED:
        return [Doubt("crs.stretched", "warning", None, Message("import.crs.stretched", **said))]
    return []


def _list_doubts(
    listing: IssueListing,
    doubts: Sequence[Doubt],
    ids: Sequence[str],
    rows: Sequence[int],
    shapes: Sequence[Any],
) -> None:
    """Make issues of the doubts, each with its feature and, where it has a shape, its place."""
    place = {row: shape for row, shape in zip(rows, shapes, strict=True) if shape is not None}
    for doubt in doubts:
        feature = "" if doubt.row is None else ids[doubt.row]
        shape = None if doubt.row is None else place.get(doubt.row)
        x, y = place_of(shape)
        where = (x, y) if x is not None and y is not None else None
        listing.add(doubt.code, doubt.severity, feature, doubt.message, repair=doubt.repair, place=where)


def _source(
    file: Admitted, raw: RawLayer, declared: Layer, judged: Judged, rows: int, placed: bool
) -> Source:
    columns = dict(judged.match.columns) if judged.match else {}
    if judged.match and judged.match.id_heading:
        columns = {"id": judged.match.id_heading, **columns}
    if judged.match and placed:
        columns.update(
            {key: heading for key, heading in judged.match.positions.items() if heading in raw.hidden}
        )
    return Source(
        layer=declared.name, mode="", file=file.name, sha256=file.sha256,
        source_layer=raw.source_layer, driver=raw.driver,
        crs=(judged.crs.crs or "") if placed else "", datum=(judged.datum.datum or "") if placed else "",
        encoding=raw.encoding.encoding, columns=columns, rows=rows, table="",
        data_date=raw.data_date, licence=raw.licence,
    )  # fmt: skip


def _unborn(raws: Sequence[RawLayer], options: ReadOptions) -> list[Issue]:
    """List the doubts of layers that the format knows but of which nothing could be made."""
    issues: list[Issue] = []
    for raw in raws:
        if not raw.rows and raw.layer and options.layer in (None, raw.layer):
            issues.extend(Issue(d.code, d.severity, raw.layer, "", d.message, d.repair) for d in raw.doubts)
    return issues


def _notes(results: Sequence[Imported], skipped: Sequence[str], options: ReadOptions) -> list[Issue]:
    """Say what of the file was not taken."""
    first = results[0].layer
    notes: list[Issue] = []
    if skipped:
        message = Message("import.layers_skipped", names=list(skipped)[:20], n=len(skipped))
        notes.append(Issue("layers.skipped", "warning", first, "", message))
    driver = results[0].source.driver
    if driver == "OSM" and options.layer is None and all(one.layer != "compounds" for one in results):
        notes.append(
            Issue("osm.no_compounds", "warning", "compounds", "", Message("import.osm.no_compounds"))
        )
    return notes


def _nothing_left(file: str, issues: Sequence[Issue]) -> InputError:
    """Say that no feature survived, and the reasons, each once."""
    reasons = {issue.message.key: issue.message for issue in issues if issue.severity == "error"}
    return InputError(
        Message(
            "import.nothing_left",
            file=file,
            reasons=list(reasons.values())[:5] or [Message("import.geometry.missing")],
        ),
        Message("import.nothing_left_remedy"),
    )
