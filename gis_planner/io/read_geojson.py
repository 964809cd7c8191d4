"""GeoJSON in, feature by feature, so that one broken shape does not cost the others."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import shapely
from shapely.geometry import LineString, MultiLineString, MultiPoint, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from gis_planner.errors import InputError
from gis_planner.io.encoding import decode, judge_encoding
from gis_planner.io.limits import LIMITS, damaged, too_deep, too_many_rows
from gis_planner.io.raw import Doubt, RawLayer, as_shapes
from gis_planner.io.read_gpkg import odd_coordinate, unreadable_shape
from gis_planner.messages import Message

_DEEPEST_COLLECTION = 4
_LONGEST_NUMBER = 30
_GEOMETRIES = (
    "Point",
    "MultiPoint",
    "LineString",
    "MultiLineString",
    "Polygon",
    "MultiPolygon",
    "GeometryCollection",
)
_BROKEN = (
    TypeError,
    ValueError,
    KeyError,
    IndexError,
    AttributeError,
    OverflowError,
    shapely.errors.ShapelyError,
)


def read_geojson(body: bytes, *, file: str, stem: str, encoding: str = "") -> RawLayer:
    """Read a FeatureCollection, a Feature or a bare geometry. Raises InputError for JSON that is none of these."""
    marked = body.removeprefix(b"\xef\xbb\xbf")
    guess = judge_encoding([marked], given=encoding, file=file)
    whole = _parse(decode(marked, guess.encoding), file)
    features = _features(whole, file)
    if len(features) > LIMITS.rows:
        raise too_many_rows(file, LIMITS.rows)
    shapes: list[BaseGeometry | None] = []
    doubts: list[Doubt] = []
    names: dict[str, None] = {}
    heights = 0
    for row, feature in enumerate(features):
        shape, doubt, has_height = _shape(feature.get("geometry"), row)
        heights += has_height
        shapes.append(shape)
        if doubt is not None:
            doubts.append(doubt)
        names.update(dict.fromkeys(_properties(feature)))
    if len(names) > LIMITS.columns:
        raise damaged(file, Message("import.file.header"))
    columns = {name: [_cell(_properties(f).get(name)) for f in features] for name in names}
    feature_ids = [f.get("id") for f in features]
    if any(v is not None for v in feature_ids) and "id" not in columns:
        columns["id"] = [_cell(v) for v in feature_ids]
    if heights:
        message = Message("import.geometry.heights", n=heights)
        doubts.append(Doubt("geometry.heights", "note", None, message, Message("import.repair.heights")))
    stated = _stated_crs(whole)
    return RawLayer(
        source_layer=str(whole.get("name") or stem),
        driver="GeoJSON",
        columns=columns,
        shapes=as_shapes(shapes),
        geometry_from="file",
        encoding=guess,
        stated_crs=stated or _standard_crs(shapes),
        doubts=tuple(doubts),
    )


def _parse(text: str, file: str) -> dict[str, Any]:
    try:
        whole = json.loads(text, parse_int=_whole_number, parse_float=_number, parse_constant=_constant)
    except RecursionError as error:
        raise too_deep(file) from error
    except json.JSONDecodeError as error:
        raise damaged(file, Message("import.file.json", line=error.lineno, column=error.colno)) from error
    if not isinstance(whole, dict):
        raise _not_geojson(file, "[]")
    return whole


def _whole_number(digits: str) -> int | float:
    """Read a whole number; one with more digits than any coordinate or count is as good as infinite."""
    return int(digits) if len(digits) <= _LONGEST_NUMBER else math.inf


def _number(digits: str) -> float:
    return float(digits[:400])


def _constant(_: str) -> float:
    return math.nan


def _features(whole: dict[str, Any], file: str) -> list[dict[str, Any]]:
    kind = whole.get("type")
    if kind == "FeatureCollection" and isinstance(whole.get("features"), list):
        return [f if isinstance(f, dict) else {} for f in whole["features"]]
    if kind == "Feature":
        return [whole]
    if kind in _GEOMETRIES:
        return [{"geometry": whole}]
    raise _not_geojson(file, str(kind or ", ".join(map(str, list(whole)[:3])))[:60])


def _not_geojson(file: str, found: str) -> InputError:
    return InputError(
        Message("import.geojson.not_one", file=file, found=found), Message("import.geojson.not_one_remedy")
    )


def _properties(feature: Mapping[str, Any]) -> dict[str, Any]:
    found = feature.get("properties")
    return found if isinstance(found, dict) else {}


def _cell(value: Any) -> Any:
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    try:
        return json.dumps(value, ensure_ascii=False)[:1000]
    except (RecursionError, ValueError):
        return None


def _stated_crs(whole: Mapping[str, Any]) -> str:
    """Give the CRS of the older standard's `crs` member, as `EPSG:n` where it is a name of that."""
    member = whole.get("crs")
    name = member.get("properties", {}).get("name", "") if isinstance(member, dict) else ""
    text = str(name)
    if "CRS84" in text.upper():
        return "EPSG:4326"
    digits = text.rsplit(":", 1)[-1]
    return f"EPSG:{digits}" if "EPSG" in text.upper() and digits.isdigit() else ""


def _standard_crs(shapes: Sequence[BaseGeometry | None]) -> str:
    """Give WGS 84, which the standard (RFC 7946) fixes, where the coordinates can be degrees at all."""
    points = shapely.get_coordinates([s for s in shapes if s is not None])
    fits = (abs(points[:, 0]) <= 180) & (abs(points[:, 1]) <= 180)
    return "EPSG:4326" if len(points) and fits.mean() >= 0.5 else ""


@dataclass
class _Seen:
    """What was met on the way through one geometry."""

    open_rings: int = 0
    heights: bool = False
    odd: bool = False


def _shape(geometry: Any, row: int) -> tuple[BaseGeometry | None, Doubt | None, bool]:
    if geometry is None:
        return None, None, False
    seen = _Seen()
    try:
        shape = _make(geometry, seen, 0)
    except _BROKEN:
        return None, odd_coordinate(row) if seen.odd else unreadable_shape(row), False
    if seen.odd:
        return None, odd_coordinate(row), False
    if seen.open_rings:
        message = Message("import.geometry.open_ring", n=seen.open_rings)
        doubt = Doubt("geometry.open_ring", "warning", row, message, Message("import.repair.closed"))
        return shape, doubt, seen.heights
    return shape, None, seen.heights


def _make(geometry: Mapping[str, Any], seen: _Seen, depth: int) -> BaseGeometry:
    """Make a shape of a geometry object; rings that are not closed are closed and counted."""
    kind, at = geometry["type"], geometry.get("coordinates")
    if kind == "GeometryCollection":
        if depth >= _DEEPEST_COLLECTION:
            raise ValueError("collections too deep")
        return shapely.geometrycollections([_make(part, seen, depth + 1) for part in geometry["geometries"]])
    if kind not in _GEOMETRIES:
        raise ValueError(f"unknown geometry {kind!r}")
    if not at:
        return shapely.from_wkt(f"{kind.upper()} EMPTY")
    if kind == "Point":
        return Point(_position(at, seen))
    if kind == "MultiPoint":
        return MultiPoint(_positions(at, seen))
    if kind == "LineString":
        return LineString(_positions(at, seen))
    if kind == "MultiLineString":
        return MultiLineString([_positions(line, seen) for line in at])
    if kind == "Polygon":
        return _polygon(at, seen)
    return MultiPolygon([_polygon(rings, seen) for rings in at])


def _polygon(rings: Sequence[Sequence[Any]], seen: _Seen) -> Polygon:
    closed = []
    for ring in rings:
        points = _positions(ring, seen)
        # NaN is never equal to itself, so compare by what is written.
        if repr(points[0]) != repr(points[-1]):
            seen.open_rings += 1
            points.append(points[0])
        closed.append(points)
    return Polygon(closed[0], closed[1:])


def _positions(positions: Sequence[Any], seen: _Seen) -> list[tuple[float, float]]:
    return [_position(p, seen) for p in positions]


def _position(position: Sequence[Any], seen: _Seen) -> tuple[float, float]:
    x, y = position[0], position[1]
    seen.heights = seen.heights or len(position) > 2
    place = _coordinate(x), _coordinate(y)
    seen.odd = seen.odd or not all(map(math.isfinite, place))
    return place


def _coordinate(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | None):
        raise TypeError("a coordinate is a number")
    return math.nan if value is None else float(value)
