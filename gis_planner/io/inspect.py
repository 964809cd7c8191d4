"""What is in a file, what we would take it for, and why: shown before anything is taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_planner.io.columns import ColumnMatch, find_positions, match_columns
from gis_planner.io.crs import CrsGuess, datum_of, is_degrees, judge_crs, sample_points
from gis_planner.io.encoding import EncodingGuess
from gis_planner.io.guard import admit
from gis_planner.io.options import ReadOptions
from gis_planner.io.raw import RawLayer
from gis_planner.io.read_raw import read_raw
from gis_planner.io.recognise import Recognised, recognise, shapes_of
from gis_planner.io.values import as_text
from gis_planner.messages import Message
from gis_planner.model.layers import layer

_SAMPLE_ROWS = 5
_SAMPLE_WIDTH = 60


@dataclass(frozen=True)
class DatumGuess:
    """The datum (wgs84, cgcs2000, gcj02, bd09 or a registry's name; None: not told), whether it is certain, and why."""

    datum: str | None
    certain: bool
    reason: Message


@dataclass(frozen=True)
class Found:
    """One layer in a file, what it would be taken for, and why.

    `columns` maps declared names to source columns, `unmatched` are the other source columns, `sample` the first rows
    as they stand. `needs` are the options of the command line without which it cannot be taken.
    """

    source_layer: str
    driver: str
    geometry: str
    rows: int
    layer: str | None
    layer_reason: Message
    crs: CrsGuess
    datum: DatumGuess
    encoding: EncodingGuess
    columns: Mapping[str, str]
    unmatched: tuple[str, ...]
    sample: tuple[dict[str, Any], ...]
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Judged:
    """What was judged of one layer of a file, and how its columns match those of the layer that it becomes."""

    recognised: Recognised
    crs: CrsGuess
    datum: DatumGuess
    match: ColumnMatch | None

    def needs(self, raw: RawLayer) -> tuple[str, ...]:
        """Name the options that must be given."""
        wanted = [] if self.recognised.layer else ["--as"]
        if self.uses_places(raw):
            if not self.crs.certain and not (
                raw.geometry_from == "table" and self.crs.crs and is_degrees(self.crs.crs)
            ):
                wanted.append("--crs")
            elif not self.datum.certain:
                wanted.append("--datum")
        if not raw.encoding.certain:
            wanted.append("--encoding")
        return tuple(wanted)

    def uses_places(self, raw: RawLayer) -> bool:
        """Tell whether shapes will be taken; points in a table of areas only stand beside them."""
        if raw.geometry_from == "none":
            return False
        name = self.recognised.layer
        areas = name is not None and layer(name).geometry == "polygon"
        return not (areas and raw.geometry_from == "table" and shapes_of(raw) in ("point", "none"))


def inspect_file(
    path: Path | str, *, project_crs: str = "", options: ReadOptions | None = None
) -> tuple[Found, ...]:
    """Look into a file and say what each of its layers would be taken for. Raises InputError as `read_file` does.

    `options` tell how it would look with another CRS, datum or encoding.
    """
    options = (options or ReadOptions()).checked()
    with admit(path) as file:
        raws = read_raw(file, options)
    return tuple(_found(raw, judge(raw, options, file.stem, file.name, project_crs)) for raw in raws)


def judge(raw: RawLayer, options: ReadOptions, stem: str, file: str, project_crs: str) -> Judged:
    """Judge one layer of a file: which layer it is, where it lies, on which earth."""
    if options.layer is not None:
        recognised = Recognised(options.layer, Message("import.layer_reason.given"))
    else:
        recognised = recognise(raw, stem)
    points = points_of(raw)
    stated_here = raw.stated_crs
    if raw.geometry_from == "table" and is_degrees(stated_here):
        stated_here = ""  # tools write SRID=4326 before any longitude; a table's datum must be given
    if raw.geometry_from == "none":
        crs = CrsGuess(None, True, Message("import.crs.none"))
    else:
        crs = judge_crs(
            points,
            stated=stated_here,
            given=options.crs or "",
            project_crs=project_crs,
            datum=options.datum or "",
            file=file,
        )
    match = None
    if recognised.layer is not None:
        declared = layer(recognised.layer)
        headings = list(raw.columns)
        match = match_columns(declared, headings, options.columns, short_names=raw.short_names, file=file)
    return Judged(recognised, crs, _judge_datum(raw, crs, options.datum), match)


def points_of(raw: RawLayer) -> NDArray[np.float64]:
    """Give a sample of a layer's coordinates, shape (n, 2)."""
    return sample_points(np.asarray(shapely.get_coordinates(raw.shapes), dtype=np.float64))


def _judge_datum(raw: RawLayer, crs: CrsGuess, given: str | None) -> DatumGuess:
    if raw.geometry_from == "none":
        return DatumGuess(None, True, Message("import.datum.none"))
    if given:
        return DatumGuess(given, True, Message("import.datum.given"))
    if raw.datum:
        return DatumGuess(raw.datum, True, raw.datum_reason or Message("import.datum.format"))
    if crs.crs is None:
        return DatumGuess(None, False, Message("import.datum.unknown"))
    if is_degrees(crs.crs):
        if raw.geometry_from == "table":
            return DatumGuess(None, False, Message("import.datum.table"))
        if not crs.certain:
            return DatumGuess(None, False, Message("import.datum.degrees"))
    key = "import.datum.stated" if crs.stated else "import.datum.assumed"
    return DatumGuess(datum_of(crs.crs), crs.certain, Message(key))


def _found(raw: RawLayer, judged: Judged) -> Found:
    positions = find_positions(list(raw.columns), {}) if raw.geometry_from == "table" else {}
    unmatched = (
        judged.match.unmatched
        if judged.match
        else tuple(h for h in raw.columns if h not in positions.values())
    )
    columns = dict(judged.match.columns) if judged.match else {}
    if judged.match and judged.match.id_heading:
        columns = {"id": judged.match.id_heading, **columns}
    return Found(
        source_layer=raw.source_layer,
        driver=raw.driver,
        geometry=shapes_of(raw),
        rows=raw.rows,
        layer=judged.recognised.layer,
        layer_reason=judged.recognised.reason,
        crs=judged.crs,
        datum=judged.datum,
        encoding=raw.encoding,
        columns=columns,
        unmatched=unmatched,
        sample=tuple(_sample(raw, row) for row in range(min(raw.rows, _SAMPLE_ROWS))),
        needs=judged.needs(raw),
    )


def _sample(raw: RawLayer, row: int) -> dict[str, Any]:
    shown = raw.columns or raw.declared
    return {
        heading: as_text(cells[row])[:_SAMPLE_WIDTH]
        for heading, cells in shown.items()
        if heading not in raw.hidden
    }
