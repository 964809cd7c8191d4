"""Streets that meet: ends brought exactly onto the street they run into, and everything cut at junctions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely
from shapely import LineString, MultiLineString, Point, Polygon, STRtree
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from sample_town.ground import GRID, Street

_REACH_M = 45.0  # an end drawn by hand that lies within this of another street runs into it
_SAME_CORNER_M = 14.0  # two streets that arrive this close meet in one corner


def join_ends(streets: list[Street]) -> list[Street]:
    """Lengthen or shorten every street so that its ends lie on the streets they run into."""
    joined = list(streets)
    corners: list[Point] = []
    for row, street in enumerate(joined):
        first = shapely.union_all([s.line for s in joined[:row]])
        others = shapely.union_all([s.line for s in joined[row + 1 :]])
        line = _end_on(street.line, first, others, corners)
        line = shapely.reverse(_end_on(shapely.reverse(line), first, others, corners))
        joined[row] = replace(street, line=shapely.set_precision(line, GRID, mode="pointwise"))
    return joined


def _end_on(line: LineString, first: BaseGeometry, others: BaseGeometry, corners: list[Point]) -> LineString:
    end = Point(line.coords[-1])
    corner = next((c for c in corners if c.distance(end) < _SAME_CORNER_M), None)
    if corner is None:
        (x0, y0), (x1, y1) = line.coords[-2], line.coords[-1]
        run = np.hypot(x1 - x0, y1 - y0)
        longer = LineString(
            [*line.coords, (x1 + (x1 - x0) / run * _REACH_M, y1 + (y1 - y0) / run * _REACH_M)]
        )
        tail = substring(longer, max(0.0, line.length - _REACH_M), longer.length)
        met = _crossings(tail, first) or _crossings(tail, others)
        if not met:
            return line
        near = min(met, key=end.distance)
        corner = next((c for c in corners if c.distance(near) < _SAME_CORNER_M), None)
        if corner is None:
            corner = shapely.set_precision(near, GRID)
            corners.append(corner)
        line = substring(longer, 0, longer.project(near))
    points = [p for p in list(line.coords)[:-1] if Point(p).distance(corner) > _SAME_CORNER_M]
    return LineString([*points, corner.coords[0]])


def _crossings(tail: LineString, lines: BaseGeometry) -> list[Point]:
    met = shapely.intersection(tail, lines)
    return [Point(p.coords[0]) for p in shapely.get_parts(met) if not p.is_empty]


def pass_over_and_under(pieces: list[Street], river: Polygon, railway: Polygon) -> list[Street]:
    """Cut out the bridges over the river and the underpass below the railway; small ways cross it at grade."""
    out: list[Street] = []
    for piece in pieces:
        if piece.line.intersects(river):
            out += _raise(piece, river.buffer(9), replace(piece, level=1, bridge=True))
        elif piece.road_class == "trunk" and piece.line.intersects(railway):
            out += _raise(piece, railway.buffer(28), replace(piece, level=-1, tunnel=True))
        else:
            out.append(piece)
    return out


def _raise(piece: Street, where: Polygon, raised: Street) -> list[Street]:
    inside = shapely.intersection(piece.line, where)
    a_m = piece.line.project(Point(inside.coords[0]))
    b_m = piece.line.project(Point(inside.coords[-1]))
    cuts = [(0.0, a_m, piece), (a_m, b_m, raised), (b_m, piece.line.length, piece)]
    lines = [shapely.set_precision(substring(piece.line, a, b), GRID, mode="pointwise") for a, b, _ in cuts]
    return [replace(kept, line=line) for line, (_, _, kept) in zip(lines, cuts, strict=True)]


def cut_at_junctions(streets: list[Street]) -> list[Street]:
    """Cut streets of equal level where they meet, so that every piece runs from junction to junction."""
    ground = [s for s in streets if s.level == 0]
    noded = shapely.get_parts(shapely.unary_union([s.line for s in ground], grid_size=GRID))
    tree = STRtree([s.line for s in ground])
    middles = shapely.line_interpolate_point(noded, 0.5, normalized=True)
    owner = tree.nearest(middles)
    pieces: list[Street] = []
    for row in sorted(set(owner.tolist())):
        street = ground[row]
        mine = noded[owner == row]
        merged = _merge_between(mine, _junctions(noded))
        merged.sort(key=lambda part: street.line.project(part.interpolate(0.5, normalized=True)))
        pieces += [replace(street, line=_along(part, street.line)) for part in merged]
    return pieces + [s for s in streets if s.level != 0]


def _junctions(noded: np.ndarray) -> set[tuple[float, float]]:
    counts: dict[tuple[float, float], int] = {}
    for line in noded:
        for end in (line.coords[0], line.coords[-1]):
            counts[end] = counts.get(end, 0) + 1
    return {point for point, count in counts.items() if count != 2}


def _merge_between(lines: np.ndarray, junctions: set[tuple[float, float]]) -> list[LineString]:
    merged = shapely.line_merge(MultiLineString(list(lines)))
    out: list[LineString] = []
    for line in shapely.get_parts(merged):
        cuts = [i for i, p in enumerate(line.coords) if p in junctions and 0 < i < len(line.coords) - 1]
        edges = [0, *cuts, len(line.coords) - 1]
        out += [LineString(line.coords[a : b + 1]) for a, b in zip(edges[:-1], edges[1:], strict=True)]
    return out


def _along(part: LineString, line: LineString) -> LineString:
    forward = line.project(Point(part.coords[0])) <= line.project(Point(part.coords[-1]))
    return part if forward else shapely.reverse(part)
