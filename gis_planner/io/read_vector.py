"""Shapefiles in: shapes by GDAL from private copies, attributes byte by byte."""

from __future__ import annotations

import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any

import fiona
import numpy as np
import pyogrio
import shapely
from fiona.errors import FionaError
from numpy.typing import NDArray
from pyogrio.errors import DataSourceError
from shapely.geometry.base import BaseGeometry

from gis_planner.io.dbf import Dbf, read_dbf
from gis_planner.io.encoding import EncodingGuess
from gis_planner.io.limits import LIMITS, damaged, too_many_rows
from gis_planner.io.raw import Doubt, RawLayer, as_shapes, no_shapes
from gis_planner.io.read_gpkg import unreadable_shape
from gis_planner.io.unpack import ShapefileParts
from gis_planner.messages import Message

_NO_TEXT = EncodingGuess("", True, Message("import.encoding.no_text"))


def read_shapefile(parts: ShapefileParts, *, file: str, encoding: str = "") -> RawLayer:
    """Read one shapefile; `encoding` is what a person says of its attributes."""
    fids, shapes, doubts = _read_shapes(parts.shp, file)
    table = (
        read_dbf(parts.dbf, declared=parts.cpg, given=encoding, file=file) if parts.dbf is not None else None
    )
    if table is None:
        doubts.append(
            Doubt("shapefile.no_attributes", "warning", None, Message("import.shapefile.no_attributes"))
        )
    if parts.index_rebuilt:
        doubts.append(
            Doubt(
                "shapefile.index",
                "note",
                None,
                Message("import.shapefile.index"),
                Message("import.repair.index"),
            )
        )
    columns, shapes, doubts, numbers = _join(table, fids, shapes, doubts)
    return RawLayer(
        source_layer=parts.name,
        driver="ESRI Shapefile",
        columns=columns,
        shapes=shapes,
        geometry_from="file",
        encoding=table.encoding if table is not None else _NO_TEXT,
        stated_crs=parts.prj,
        short_names=True,
        data_date=table.date if table is not None else "",
        doubts=tuple(doubts),
        numbers=numbers,
    )


def _read_shapes(shp: Path, file: str) -> tuple[NDArray[np.int64], NDArray[Any], list[Doubt]]:
    """Read the shapes of a private copy and the record number of each."""
    try:
        # fiona can pin the driver, pyogrio cannot but reads eight times faster: what opens pinned is read fast.
        with fiona.open(shp, enabled_drivers=["ESRI Shapefile"]) as pinned:
            count = len(pinned)
        if count > LIMITS.rows:
            raise too_many_rows(file, LIMITS.rows)
        with warnings.catch_warnings():
            # GDAL warns of open rings without saying whose; the shapes below tell that themselves.
            warnings.simplefilter("ignore", RuntimeWarning)
            _, fids, wkb, _ = pyogrio.raw.read(shp, columns=[], return_fids=True)
    except (FionaError, DataSourceError, OSError, ValueError, RuntimeError) as error:
        raise damaged(file, str(error).replace(str(shp), file)) from error
    shapes = shapely.from_wkb(wkb, on_invalid="ignore")
    doubts: list[Doubt] = []
    for row, raw in enumerate(wkb):
        if raw is None or shapes[row] is not None:
            continue
        shapes[row] = _closed(raw)
        if shapes[row] is None:
            doubts.append(unreadable_shape(row))
        else:
            message = Message("import.geometry.open_ring", n=1)
            doubts.append(
                Doubt("geometry.open_ring", "warning", row, message, Message("import.repair.closed"))
            )
    return np.asarray(fids, dtype=np.int64), shapes, doubts


def _closed(wkb: bytes) -> BaseGeometry | None:
    """Read a shape whose rings do not end where they begin, closing them; None when that is not what is wrong."""
    try:
        return shapely.from_wkb(wkb, on_invalid="fix")
    except (shapely.errors.ShapelyError, ValueError):
        return None


def _join(
    table: Dbf | None, fids: NDArray[np.int64], shapes: NDArray[Any], doubts: list[Doubt]
) -> tuple[dict[str, list[Any]], NDArray[Any], list[Doubt], list[int]]:
    """Bring attributes and shapes together by record; deleted records go, records of one file alone stay.

    Gives columns, shapes, doubts, and the number of each record that stays.
    """
    if table is None:
        return {}, shapes, doubts, [int(fid) + 1 for fid in fids]
    records = len(table.deleted)
    total = max(records, int(fids.max(initial=-1)) + 1)
    row_of_fid = {int(fid): row for row, fid in enumerate(fids)}
    kept = [n for n in range(total) if n >= records or not table.deleted[n]]
    place = {row_of_fid[n]: new for new, n in enumerate(kept) if n in row_of_fid}
    if records != len(fids):
        doubts = [
            *doubts,
            Doubt(
                "shapefile.counts_differ", "warning", None,
                Message("import.shapefile.counts_differ", shapes=len(fids), records=records),
            ),
        ]  # fmt: skip
    joined = no_shapes(len(kept))
    for row, new in place.items():
        joined[new] = shapes[row]
    columns = {
        heading: [cells[n] if n < records else None for n in kept] for heading, cells in table.columns.items()
    }
    moved = [
        doubt if doubt.row is None else replace(doubt, row=place[doubt.row])
        for doubt in doubts
        if doubt.row is None or doubt.row in place
    ]
    return columns, as_shapes(list(joined)), moved, [n + 1 for n in kept]
