"""Where the rows of a table lie, as its columns tell it: longitude and latitude, x and y, or WKT."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis_planner.io.raw import Doubt, no_shapes
from gis_planner.io.values import as_text, is_blank
from gis_planner.messages import Message

_EWKT = re.compile(r"^\s*SRID\s*=\s*(\d+)\s*;\s*", re.IGNORECASE)
_WKT = re.compile(r"^\s*(?:SRID|MULTI|POINT|LINESTRING|POLYGON|GEOMETRYCOLLECTION)", re.IGNORECASE)
_PAIR = re.compile(r"^\s*[\[(]?\s*([+-]?\d+(?:\.\d+)?)\s*[,，;；\s]\s*([+-]?\d+(?:\.\d+)?)\s*[\])]?\s*$")
_DEGREES = re.compile(
    r"^\s*[EN东北]?\s*(\d{1,3})\s*[°度]\s*(\d{1,2})\s*['′分]\s*(\d{1,2}(?:\.\d+)?)\s*(?:[\"″秒]|'')?\s*[EN东北]?\s*$"
)
_USABLE_SHARE = 0.5


@dataclass(frozen=True, eq=False)
class Places:
    """The shape of each row (None: none told), the fields they were made of, and the CRS that WKT states."""

    shapes: NDArray[Any]
    used: tuple[str, ...]
    stated_crs: str = ""
    doubts: tuple[Doubt, ...] = ()

    @property
    def found(self) -> bool:
        """Tell whether the table says at all where its rows lie."""
        return bool(self.used)


def read_places(columns: Mapping[str, Sequence[Any]]) -> Places:
    """Read the places of rows from the columns lon and lat, x and y, or wkt, whichever there are, in that order."""
    rows = max((len(cells) for cells in columns.values()), default=0)
    if "wkt" in columns:
        read = _read_texts([as_text(v) for v in columns["wkt"]])
        if read is not None:
            return read
    for first, second in (("lon", "lat"), ("x", "y")):
        if first in columns and second in columns:
            return _read_pairs(columns[first], columns[second], (first, second))
    return Places(no_shapes(rows), ())


def _read_texts(texts: Sequence[str]) -> Places | None:
    """Read WKT or number pairs; None when the column holds neither (an address, say)."""
    filled = [t for t in texts if not is_blank(t)]
    usable = [t for t in filled if _WKT.match(t) or _PAIR.match(t)]
    if not filled or len(usable) < _USABLE_SHARE * len(filled):
        return None
    shapes = no_shapes(len(texts))
    doubts: list[Doubt] = []
    srids: set[str] = set()
    for row, text in enumerate(texts):
        shape, srid = _read_text(text)
        srids.update({srid} if srid else ())
        shapes[row] = shape
        if shape is None and not is_blank(text):
            doubts.append(_unreadable(row, text))
    return Places(shapes, ("wkt",), f"EPSG:{srids.pop()}" if len(srids) == 1 else "", tuple(doubts))


def _read_text(text: str) -> tuple[BaseGeometry | None, str]:
    pair = _PAIR.match(text)
    if pair:
        return shapely.Point(float(pair.group(1)), float(pair.group(2))), ""
    srid = _EWKT.match(text)
    try:
        return shapely.from_wkt(_EWKT.sub("", text)), srid.group(1) if srid else ""
    except (shapely.errors.ShapelyError, ValueError):
        return None, ""


def _read_pairs(first: Sequence[Any], second: Sequence[Any], used: tuple[str, ...]) -> Places:
    x = np.array([read_coordinate(v) for v in first], dtype=np.float64)
    y = np.array([read_coordinate(v) for v in second], dtype=np.float64)
    shapes = no_shapes(len(x))
    told = np.isfinite(x) & np.isfinite(y)
    shapes[told] = shapely.points(x[told], y[told])
    doubts = [
        _unreadable(row, f"{as_text(first[row])}, {as_text(second[row])}"[:60])
        for row in np.flatnonzero(~told).tolist()
        if not (is_blank(as_text(first[row])) and is_blank(as_text(second[row])))
    ]
    # Columns that nobody filled say nothing of places; the table may still be joined by its names.
    return Places(shapes, used if told.any() or doubts else (), "", tuple(doubts))


def read_coordinate(cell: Any) -> float:
    """Read one coordinate, a plain number or degrees, minutes and seconds; NaN when it is none."""
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return float(cell) if abs(cell) < 1e300 else math.nan
    text = as_text(cell).replace("，", ",")
    try:
        return float(text.rstrip("°度"))
    except ValueError:
        pass
    found = _DEGREES.match(text)
    if not found:
        return math.nan
    degrees, minutes, seconds = (float(part) for part in found.groups())
    return degrees + minutes / 60.0 + seconds / 3600.0 if minutes < 60 and seconds < 60 else math.nan


def _unreadable(row: int, text: str) -> Doubt:
    return Doubt(
        "geometry.no_place",
        "error",
        row,
        Message("import.geometry.no_place", value=text[:60]),
        Message("import.repair.left_out"),
    )
