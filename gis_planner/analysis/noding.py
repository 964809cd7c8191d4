"""Where walkable lines join.

Lines from OpenStreetMap join only where they share a node: what merely crosses may be a bridge. Drawn lines
join at their ends, within a tolerance and whatever their levels (a bridge comes down to the street it
continues), where an end touches another line of its level, and where lines of one level cross. A drawn end
also joins the shared node that it reaches. Nothing else joins.

A stop is a place on one way where it may be left; stops that are one place carry one node number.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from gis_planner.analysis.arrays import Floats, Rows
from gis_planner.analysis.ways import Ways

# Computed crossings of the same lines differ in the last digits: one level, one millimetre, one place.
SAME_PLACE_M = 1e-3
SAME_VERTEX_M = 1e-6

# What decides where a node lies: a shared node, else the crossing or touched line, else the ends that meet.
SHARED, INTERIOR, END = 0, 1, 2


@dataclass(frozen=True, eq=False)
class Stops:
    """Places on ways where they may be left, sorted by way and distance along it.

    `way`, `along` (metres from the way's start), `xy`, `rank` (SHARED, INTERIOR or END) and `node`, the number
    of the place. `passed` are (stop, way): drawn ends that lie on a line of another level without joining it.
    """

    way: Rows
    along: Floats
    xy: Floats
    rank: Rows
    node: Rows
    passed: Rows


def find_stops(ways: Ways, tolerance_m: float) -> Stops:
    """Find every stop of every way, and which of them are one place."""
    book = _Book()
    ends = _add_ends(book, ways)
    crossed = _add_crossings(book, ways, ends)
    passed = _add_touches(book, ways, ends, crossed, tolerance_m)
    book.unite(_close_pairs(book.xy[: len(ends)], tolerance_m))
    book.unite(_close_pairs_of_one_level(book.xy, ways.level[book.way]))
    _add_shared(book, ways, _reached_vertices(ways, len(ends), tolerance_m))

    order = np.lexsort((np.arange(len(book.way)), book.along, book.way))
    book.unite(_steps_of_no_length(order, book.way, book.along))
    node = book.number_places()
    position = np.empty(len(order), dtype=np.int64)
    position[order] = np.arange(len(order))
    passed = np.column_stack([position[passed[:, 0]], passed[:, 1]])
    return Stops(book.way[order], book.along[order], book.xy[order], book.rank[order], node[order], passed)


class _Book:
    """Stops as they are found, and pairs of them that are one place."""

    def __init__(self) -> None:
        self.way: Rows = np.zeros(0, dtype=np.int64)
        self.along: Floats = np.zeros(0)
        self.xy: Floats = np.zeros((0, 2))
        self.rank: Rows = np.zeros(0, dtype=np.int64)
        self._pairs: list[Rows] = []

    def add(self, way: Rows, along: Floats, xy: Floats, rank: int) -> Rows:
        """Take stops and give their numbers."""
        start = len(self.way)
        self.way = np.concatenate([self.way, way])
        self.along = np.concatenate([self.along, along])
        self.xy = np.concatenate([self.xy, xy])
        self.rank = np.concatenate([self.rank, np.full(len(way), rank, dtype=np.int64)])
        return np.arange(start, len(self.way))

    def unite(self, pairs: Rows) -> None:
        """Take pairs (k, 2) of stop numbers that are one place."""
        self._pairs.append(pairs.reshape(-1, 2).astype(np.int64))

    def number_places(self) -> Rows:
        """Give every stop the number of its place."""
        n = len(self.way)
        pairs = np.concatenate([np.zeros((0, 2), dtype=np.int64), *self._pairs])
        graph = coo_array((np.ones(len(pairs), dtype=np.int8), (pairs[:, 0], pairs[:, 1])), shape=(n, n))
        return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


def _add_ends(book: _Book, ways: Ways) -> Rows:
    """Add both ends of every drawn way; the k-th drawn way has the stops 2k and 2k + 1."""
    drawn = np.flatnonzero(~ways.shared)
    vertices = np.column_stack([ways.first[drawn], ways.first[drawn + 1] - 1]).ravel()
    return book.add(np.repeat(drawn, 2), ways.along[vertices], ways.xy[vertices], END)


def _add_crossings(book: _Book, ways: Ways, ends: Rows) -> Rows:
    """Join drawn ways of one level where they meet; give (way, other way, meeting stop of the way) both ways round."""
    drawn = np.flatnonzero(~ways.shared)
    shapes = ways.shapes[drawn]
    a, b = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    kept = (a < b) & (ways.level[drawn[a]] == ways.level[drawn[b]])
    kept[kept] = ~_meet_only_at_ends(ways, drawn, a[kept], b[kept])
    points, pair = meeting_points(shapes[a[kept]], shapes[b[kept]])
    a, b = a[kept][pair], b[kept][pair]
    at_a = _stop_at(book, ways, drawn, a, points)
    at_b = _stop_at(book, ways, drawn, b, points)
    book.unite(np.column_stack([at_a, at_b]))
    met = np.column_stack([drawn[a], drawn[b], at_a])
    return np.concatenate([met, np.column_stack([drawn[b], drawn[a], at_b])])


def _meet_only_at_ends(ways: Ways, drawn: Rows, a: Rows, b: Rows) -> NDArray[np.bool_]:
    """Tell which pairs touch nowhere but where an end lies exactly on an end: the joining of ends sees to those."""
    first, last = ways.first[drawn], ways.first[drawn + 1] - 1
    same = np.zeros(len(a), dtype=bool)
    for one in (first, last):
        for other in (first, last):
            same |= (ways.xy[one[a]] == ways.xy[other[b]]).all(axis=1)
    shapes = ways.shapes[drawn]
    rows = np.flatnonzero(same)
    same[rows] = shapely.relate_pattern(shapes[a[rows]], shapes[b[rows]], "FF*F0****")
    return same


def meeting_points(one: NDArray[Any], other: NDArray[Any]) -> tuple[NDArray[Any], Rows]:
    """Give the points where pairs of lines cross or touch, and both ends of every stretch that they share."""
    meeting = np.asarray(shapely.intersection(one, other), dtype=object)
    several_lines = shapely.get_type_id(meeting) == 5
    meeting[several_lines] = shapely.line_merge(meeting[several_lines])
    meeting, pair = shapely.get_parts(meeting, return_index=True)
    meeting, inner = shapely.get_parts(meeting, return_index=True)
    pair = pair[inner]
    is_line = shapely.get_type_id(meeting) == 1
    points = np.concatenate(
        [meeting[~is_line], shapely.get_point(meeting[is_line], 0), shapely.get_point(meeting[is_line], -1)]
    )
    return points, np.concatenate([pair[~is_line], pair[is_line], pair[is_line]])


def _stop_at(book: _Book, ways: Ways, drawn: Rows, row: Rows, points: NDArray[Any]) -> Rows:
    """Give a stop at these points of drawn ways: an end where the point is one, else a new stop."""
    way = drawn[row]
    along = shapely.line_locate_point(ways.shapes[way], points)
    xy = shapely.get_coordinates(points)
    stops = np.full(len(way), -1, dtype=np.int64)
    for which, end in ((0, ways.first[way]), (1, ways.first[way + 1] - 1)):
        near = np.hypot(*(xy - ways.xy[end]).T) <= SAME_VERTEX_M
        stops[near] = 2 * row[near] + which
    inside = stops < 0
    stops[inside] = book.add(way[inside], along[inside], xy[inside], INTERIOR)
    return stops


def _add_touches(book: _Book, ways: Ways, ends: Rows, crossed: Rows, tolerance_m: float) -> Rows:
    """Join drawn ends with the drawn ways of their level that they almost touch.

    Gives (stop, way) of ends that lie on a way of another level; those are not joined.
    """
    drawn = np.flatnonzero(~ways.shared)
    points = np.asarray(shapely.points(book.xy[: len(ends)]), dtype=object)
    end, other = shapely.STRtree(ways.shapes[drawn]).query(
        points, predicate="dwithin", distance=max(tolerance_m, SAME_VERTEX_M)
    )
    way = drawn[other]
    kept = way != book.way[end]
    for vertex in (ways.first[way], ways.first[way + 1] - 1):
        kept &= np.hypot(*(book.xy[end] - ways.xy[vertex]).T) > tolerance_m
    end, way = end[kept], way[kept]

    one_level = ways.level[way] == ways.level[book.way[end]]
    passed = np.column_stack([end[~one_level], way[~one_level]])
    end, way = end[one_level], way[one_level]
    fresh = ~_met_near_end(book, ways, crossed, end, way, tolerance_m)
    end, way = end[fresh], way[fresh]
    along = np.asarray(shapely.line_locate_point(ways.shapes[way], points[end]))
    xy = shapely.get_coordinates(shapely.line_interpolate_point(ways.shapes[way], along))
    book.unite(np.column_stack([end, book.add(way, along, xy, INTERIOR)]))
    return passed


def _met_near_end(
    book: _Book, ways: Ways, crossed: Rows, end: Rows, way: Rows, tolerance_m: float
) -> NDArray[np.bool_]:
    """Tell which ends belong to a way that meets the other one within the tolerance of that very end."""
    n = len(ways.shapes)
    drawn = np.flatnonzero(~ways.shared)
    first_end = np.zeros(n, dtype=np.int64)
    first_end[drawn] = 2 * np.arange(len(drawn))
    met = np.zeros(len(end), dtype=bool)
    for which in (0, 1):
        stop = first_end[crossed[:, 0]] + which
        close = np.hypot(*(book.xy[stop] - book.xy[crossed[:, 2]]).T) <= tolerance_m
        met |= np.isin(end * n + way, stop[close] * n + crossed[close, 1])
    return met


def _close_pairs(xy: Floats, distance_m: float) -> Rows:
    if len(xy) == 0:
        return np.zeros((0, 2), dtype=np.int64)
    return np.asarray(cKDTree(xy).query_pairs(distance_m, output_type="ndarray"), dtype=np.int64)


def _close_pairs_of_one_level(xy: Floats, level: Rows) -> Rows:
    pairs = _close_pairs(xy, SAME_PLACE_M)
    same: Rows = pairs[level[pairs[:, 0]] == level[pairs[:, 1]]]
    return same


def _reached_vertices(ways: Ways, n_ends: int, tolerance_m: float) -> Rows:
    """Give (end stop, vertex row) of the nearest shared vertex of its level that each drawn end reaches."""
    drawn = np.flatnonzero(~ways.shared)
    vertices = np.flatnonzero(ways.vertex >= 0)
    if n_ends == 0 or len(vertices) == 0:
        return np.zeros((0, 2), dtype=np.int64)
    end_vertex = np.column_stack([ways.first[drawn], ways.first[drawn + 1] - 1]).ravel()
    near = cKDTree(ways.xy[end_vertex]).sparse_distance_matrix(
        cKDTree(ways.xy[vertices]), tolerance_m, output_type="ndarray"
    )
    end, vertex = near["i"], vertices[near["j"]]
    kept = ways.level[ways.way[end_vertex[end]]] == ways.level[ways.way[vertex]]
    end, vertex, distance = end[kept], vertex[kept], near["v"][kept]
    order = np.lexsort((vertex, distance, end))
    _, nearest = np.unique(end[order], return_index=True)
    return np.column_stack([end[order][nearest], vertex[order][nearest]]).astype(np.int64)


def _add_shared(book: _Book, ways: Ways, reached: Rows) -> None:
    """Join shared ways at the vertex ids that occur twice, end a way, or are reached by a drawn end."""
    named = ways.vertex >= 0
    stops = named & (np.bincount(ways.vertex[named], minlength=1)[ways.vertex] > 1)
    ends = np.concatenate([ways.first[:-1], ways.first[1:] - 1])
    stops[ends] = named[ends]
    stops[np.isin(ways.vertex, ways.vertex[reached[:, 1]]) & named] = True
    rows = np.flatnonzero(stops)
    added = book.add(ways.way[rows], ways.along[rows], ways.xy[rows], SHARED)

    order = np.argsort(ways.vertex[rows], kind="stable")
    same = np.diff(ways.vertex[rows][order]) == 0
    book.unite(np.column_stack([added[order][:-1][same], added[order][1:][same]]))
    stop_of = np.full(len(ways.xy), -1, dtype=np.int64)
    stop_of[rows] = added
    book.unite(np.column_stack([reached[:, 0], stop_of[reached[:, 1]]]))


def _steps_of_no_length(order: Rows, way: Rows, along: Floats) -> Rows:
    """Give the pairs of successive stops of a way with nothing between them."""
    before, after = order[:-1], order[1:]
    none = (way[before] == way[after]) & (along[after] - along[before] <= SAME_VERTEX_M)
    return np.column_stack([before[none], after[none]])
