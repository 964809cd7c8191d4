"""Streets that meet: ends brought exactly onto the street they run into, and everything cut at junctions."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, MultiLineString, Point, Polygon, STRtree
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from sample_town.ground import GRID, Street, one_line

_REACH_M = 45.0  # an end drawn by hand that lies within this of another street runs into it
_SAME_CORNER_M = 14.0  # two streets that arrive this close meet in one corner
_CRUMB_M = 0.5

Corner = tuple[float, float]


def join_ends(streets: list[Street]) -> list[Street]:
    """Lengthen or shorten every street so that its ends lie on the streets they run into, the greater ones first."""
    joined = list(streets)
    corners: list[Point] = []
    for row, street in enumerate(joined):
        first = shapely.union_all([s.line for s in joined[:row]])
        others = shapely.union_all([s.line for s in joined[row + 1 :]])
        line = _end_on(street.line, first, others, corners)
        line = _turned(_end_on(_turned(line), first, others, corners))
        joined[row] = replace(street, line=one_line(line))
    return joined


def _end_on(line: LineString, first: BaseGeometry, others: BaseGeometry, corners: list[Point]) -> LineString:
    end = Point(line.coords[-1])
    corner = next((c for c in corners if c.distance(end) < _SAME_CORNER_M), None)
    if corner is None:
        (x0, y0), (x1, y1) = line.coords[-2], line.coords[-1]
        run = float(np.hypot(x1 - x0, y1 - y0))
        beyond = (x1 + (x1 - x0) / run * _REACH_M, y1 + (y1 - y0) / run * _REACH_M)
        longer = LineString([*line.coords, beyond])
        tail = substring(longer, max(0.0, line.length - _REACH_M), longer.length)
        met = _crossings(tail, first) or _crossings(tail, others)
        if not met:
            return line
        near = min(met, key=end.distance)
        corner = next((c for c in corners if c.distance(near) < _SAME_CORNER_M), None)
        if corner is None:
            corner = shapely.set_precision(near, GRID)
            corners.append(corner)
        line = one_line(substring(longer, 0, longer.project(near)))
    points = [p for p in list(line.coords)[:-1] if Point(p).distance(corner) > _SAME_CORNER_M]
    return LineString([*points, corner.coords[0]])


def _crossings(tail: BaseGeometry, lines: BaseGeometry) -> list[Point]:
    met = shapely.intersection(tail, lines)
    return [Point(part.coords[0]) for part in shapely.get_parts(met) if not part.is_empty]


def cut_at_junctions(streets: list[Street]) -> list[Street]:
    """Cut streets where they meet, so that every piece runs from junction to junction in the direction drawn."""
    noded = shapely.get_parts(shapely.unary_union(_with_met_ends(streets), grid_size=GRID))
    middles = shapely.line_interpolate_point(noded, 0.5, normalized=True)
    owner = STRtree([s.line for s in streets]).nearest(middles)
    junctions = _junctions(noded)
    pieces: list[Street] = []
    for row in sorted(set(owner.tolist())):
        line = streets[row].line
        parts = _merge_between(noded[owner == row], junctions)
        order = [line.project(part.interpolate(0.5, normalized=True)) for part in parts]
        parts = [parts[i] for i in sorted(range(len(parts)), key=order.__getitem__)]
        pieces += [replace(streets[row], line=_along(part, line)) for part in parts]
    return _without_crumbs(pieces)


def _with_met_ends(streets: list[Street]) -> list[LineString]:
    """Give the lines with a corner wherever another ends on them, so that noding by whole centimetres misses none."""
    lines = [street.line for street in streets]
    tree = STRtree(lines)
    for corner in corners_of(streets):
        place = Point(corner)
        for row in tree.query(place, predicate="dwithin", distance=2 * GRID).tolist():
            points = list(lines[row].coords)
            if corner not in points:
                at_m = lines[row].project(place)
                before = [p for p in points if lines[row].project(Point(p)) < at_m]
                lines[row] = LineString([*before, corner, *points[len(before) :]])
    return lines


def _without_crumbs(pieces: list[Street]) -> list[Street]:
    """Leave out pieces that are next to nothing, and let what met at their two ends meet in one."""
    same: dict[Corner, Corner] = {}
    for piece in pieces:
        if piece.line.length < _CRUMB_M:
            one, other = (_resolve(corner, same) for corner in _ends(piece.line))
            if one != other:
                same[other] = one
    kept = [piece for piece in pieces if piece.line.length >= _CRUMB_M]
    return [replace(piece, line=_with_ends(piece.line, same)) for piece in kept]


def _resolve(corner: Corner, same: dict[Corner, Corner]) -> Corner:
    while corner in same:
        corner = same[corner]
    return corner


def _ends(line: LineString) -> tuple[Corner, Corner]:
    (x0, y0), (x1, y1) = line.coords[0], line.coords[-1]
    return (x0, y0), (x1, y1)


def _with_ends(line: LineString, same: dict[Corner, Corner]) -> LineString:
    start, end = _ends(line)
    return LineString([_resolve(start, same), *line.coords[1:-1], _resolve(end, same)])


def corners_of(pieces: list[Street]) -> list[Corner]:
    """Give every end of pieces of street once, sorted."""
    return sorted({end for piece in pieces for end in _ends(piece.line)})


def _junctions(noded: NDArray[Any]) -> set[Corner]:
    counts: Counter[Corner] = Counter()
    for line in noded:
        counts.update([line.coords[0], line.coords[-1]])
    return {corner for corner, count in counts.items() if count != 2}


def _merge_between(lines: NDArray[Any], junctions: set[Corner]) -> list[LineString]:
    merged = shapely.line_merge(MultiLineString(list(lines)))
    out: list[LineString] = []
    for line in shapely.get_parts(merged):
        points = list(line.coords)
        cuts = [i for i, point in enumerate(points) if point in junctions and 0 < i < len(points) - 1]
        edges = [0, *cuts, len(points) - 1]
        out += [LineString(points[a : b + 1]) for a, b in pairwise(edges)]
    return out


def _along(part: LineString, line: LineString) -> LineString:
    forward = line.project(Point(part.coords[0])) <= line.project(Point(part.coords[-1]))
    return part if forward else _turned(part)


def _turned(line: LineString) -> LineString:
    return LineString(list(line.coords)[::-1])


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


def _raise(piece: Street, where: BaseGeometry, raised: Street) -> list[Street]:
    inside = shapely.intersection(piece.line, where)
    a_m = piece.line.project(Point(inside.coords[0]))
    b_m = piece.line.project(Point(inside.coords[-1]))
    cuts = [(0.0, a_m, piece), (a_m, b_m, raised), (b_m, piece.line.length, piece)]
    return [replace(kept, line=one_line(substring(piece.line, a, b))) for a, b, kept in cuts if b - a > 0.5]
