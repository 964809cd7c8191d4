"""Which kind of shape a layer takes, and how a neighbouring kind becomes it."""

from __future__ import annotations

import shapely
from shapely.geometry import LinearRing, LineString, MultiLineString, MultiPolygon, Point, Polygon
from shapely.geometry.base import BaseGeometry

from gis_planner.messages import Message
from gis_planner.model.layers import Layer

_GAP_M = 1.0
_GAP_SHARE = 0.01
_SYMBOL_M2 = 100.0
_EMPTY_HANDED = (None, None)

Fitted = tuple[BaseGeometry | None, Message | None, Message | None]


def fit_type(shape: BaseGeometry, layer: Layer) -> Fitted:
    """Make a shape one that the layer takes.

    Gives the shape (None: it cannot be one), and where something was changed or refused what was found and done.
    """
    if isinstance(shape, LinearRing):
        shape = LineString(shape.coords)
    if layer.geometry == "polygon":
        return _as_polygon(shape)
    if layer.geometry == "line":
        return _as_line(shape)
    if layer.geometry == "point":
        return _as_point(shape)
    if shape.geom_type == "GeometryCollection":
        return _parts(shape, int(shapely.get_dimensions(shape)))
    if layer.name == "barriers" and shapely.get_dimensions(shape) == 0:
        return _refused("import.type.point")
    return shape, *_EMPTY_HANDED


def _as_polygon(shape: BaseGeometry) -> Fitted:
    if isinstance(shape, Polygon | MultiPolygon):
        return shape, *_EMPTY_HANDED
    if shape.geom_type == "GeometryCollection" and shapely.get_dimensions(shape) == 2:
        return _parts(shape, 2)
    if not isinstance(shape, LineString | MultiLineString):
        return _refused("import.type.point" if shapely.get_dimensions(shape) == 0 else "import.type.line")
    rings: list[Polygon] = []
    widest = 0.0
    for line in shapely.get_parts(shape):
        gap = Point(line.coords[0]).distance(Point(line.coords[-1]))
        if len(line.coords) < 3 + (gap == 0) or gap > min(_GAP_M, _GAP_SHARE * line.length):
            return _refused("import.type.line")
        widest = max(widest, gap)
        rings.append(Polygon(line.coords))
    made: BaseGeometry = rings[0] if len(rings) == 1 else MultiPolygon(rings)
    if widest > 0:
        return (
            made,
            Message("import.geometry.unclosed", gap=round(widest, 3)),
            Message("import.repair.closed"),
        )
    return made, Message("import.geometry.line_as_polygon"), Message("import.repair.filled")


def _as_line(shape: BaseGeometry) -> Fitted:
    if isinstance(shape, LineString | MultiLineString):
        return shape, *_EMPTY_HANDED
    if shape.geom_type == "GeometryCollection" and any(
        shapely.get_dimensions(p) == 1 for p in shapely.get_parts(shape)
    ):
        return _parts(shape, 1)
    return _refused("import.type.polygon" if shapely.get_dimensions(shape) == 2 else "import.type.point")


def _as_point(shape: BaseGeometry) -> Fitted:
    dimension = int(shapely.get_dimensions(shape))
    if dimension == 0:
        return shape, *_EMPTY_HANDED
    symbol = (
        Polygon(shape.coords)
        if isinstance(shape, LineString) and shape.is_closed and len(shape.coords) > 3
        else shape
    )
    if shapely.get_dimensions(symbol) == 2 and 0 < symbol.area <= _SYMBOL_M2:
        return symbol.centroid, Message("import.geometry.symbol"), Message("import.repair.centroid")
    return _refused("import.type.polygon" if dimension == 2 else "import.type.line")


def _parts(shape: BaseGeometry, dimension: int) -> Fitted:
    """Take the parts of one dimension out of a collection."""
    parts = [p for p in shapely.get_parts(shape) if shapely.get_dimensions(p) == dimension and not p.is_empty]
    flat = [q for p in parts for q in shapely.get_parts(p)]
    if not flat:
        return _refused("import.type.empty")
    made: BaseGeometry
    if len(flat) == 1:
        made = flat[0]
    elif dimension == 2:
        made = shapely.multipolygons(flat)
    elif dimension == 1:
        made = shapely.multilinestrings(flat)
    else:
        made = shapely.multipoints(flat)
    return made, Message("import.geometry.collection"), Message("import.repair.parts_of_kind")


def _refused(kind: str) -> Fitted:
    return None, Message("import.geometry.wrong_type", kind=Message(kind)), Message("import.repair.left_out")
