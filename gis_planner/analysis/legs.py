"""Legs: the straight first and last metres between a place and the network.

A leg leads from a shape (an outline, a gate, a point) to an edge. On an edge that meets the shape there is a
leg of no length at every meeting point. On another edge the leg is the shortest one; where several are equally
short, as along a street that runs parallel to a wall, both the first and the last along the edge are legs, so
that nothing depends on where a line happens to have its vertices.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_planner.analysis.arrays import Floats, Rows
from gis_planner.analysis.noding import meeting_points
from gis_planner.model.results import Network

EQUAL_M = 1e-6  # legs that differ by less are equally short
_PER_M = 2.0**20  # lengths along a stroke are told apart to a millionth of a metre
_CHUNK = 2_000_000  # pairs of a vertex and a segment that are measured at a time


@dataclass(frozen=True, eq=False)
class Legs:
    """Legs as arrays of one length.

    `owner` is the row of the shape that was asked for, `edge` the row of the edge, `start` and `end` (k, 2) the
    ends of the leg, `length_m` its length, `offset_m` where it meets the edge, on the scale of walk_m.
    """

    owner: Rows
    edge: Rows
    start: Floats
    end: Floats
    length_m: Floats
    offset_m: Floats

    def take(self, rows: NDArray[Any]) -> Legs:
        """Give the legs at these positions, or where a mask is true."""
        return Legs(
            self.owner[rows],
            self.edge[rows],
            self.start[rows],
            self.end[rows],
            self.length_m[rows],
            self.offset_m[rows],
        )


def find_legs(shapes: NDArray[Any], network: Network, reach_m: float) -> Legs:
    """Find the legs of every shape to every edge within reach."""
    owner, edge = network.edges_near(shapes, reach_m)
    return legs_between(shapes, network.edge_lines, owner, edge, network, edge)


def legs_between(
    shapes: NDArray[Any], lines: NDArray[Any], owner: Rows, line: Rows, network: Network, edge: Rows
) -> Legs:
    """Give the legs of these pairs of a shape and a line; each line is an edge, or a part of one.

    `owner`, `line` and `edge` (k,) are rows of the shapes, the lines and the network's edges.
    """
    meets = shapely.intersects(shapes[owner], lines[line])
    points, met = meeting_points(shapes[owner[meets]], lines[line[meets]])
    place = shapely.get_coordinates(points)
    met = np.flatnonzero(meets)[met]
    apart = np.flatnonzero(~meets)
    pair, start, end = _shortest(shapes, lines, owner[apart], line[apart])
    pair = np.concatenate([met, apart[pair]])
    start, end = np.concatenate([place, start]), np.concatenate([place, end])
    offset = offsets_on(network, edge[pair], end)
    return _unique(Legs(owner[pair], edge[pair], start, end, np.hypot(*(end - start).T), offset))


def offsets_on(network: Network, edge: Rows, xy: Floats) -> Floats:
    """Give where these places lie on their edges, from edge_from on the scale of walk_m."""
    located = shapely.line_locate_point(network.edge_lines[edge], shapely.points(xy))
    scaled = located * (network.walk_m[edge] / network.length_m[edge])
    return np.clip(scaled, 0.0, network.walk_m[edge])


def outlines(shapes: NDArray[Any]) -> NDArray[Any]:
    """Give where people step out of each shape: the outline of an area, else the shape itself."""
    result = shapes.copy()
    areal = shapely.get_dimensions(shapes) == 2
    mixed = areal & (shapely.get_type_id(shapes) == 7)
    for row in np.flatnonzero(mixed).tolist():
        parts = shapely.get_parts(shapes[row])
        result[row] = shapely.union_all(parts[shapely.get_dimensions(parts) == 2])
    result[areal] = shapely.boundary(result[areal])
    return result


def _unique(legs: Legs) -> Legs:
    """Sort legs by owner, edge, offset and length, and drop repeats (a ring starts where it ends)."""
    order = np.lexsort((legs.length_m, legs.offset_m, legs.edge, legs.owner))
    legs = legs.take(order)
    again = np.zeros(len(order), dtype=bool)
    again[1:] = (np.diff(legs.owner) == 0) & (np.diff(legs.edge) == 0) & (np.diff(legs.offset_m) <= EQUAL_M)
    again[1:] &= np.abs(np.diff(legs.length_m)) <= EQUAL_M
    return legs.take(~again)


@dataclass(frozen=True, eq=False)
class _Strokes:
    """Vertices and segments of many shapes, flat; those of shape k stand at first[k] … first[k + 1]."""

    vertex: Floats
    vertex_along: Floats
    first_vertex: Rows
    head: Floats
    step: Floats
    head_along: Floats
    first_segment: Rows


def _strokes(shapes: NDArray[Any]) -> _Strokes:
    parts, shape_of_part = shapely.get_parts(shapes, return_index=True)
    vertex, part = shapely.get_coordinates(parts, return_index=True)
    shape = shape_of_part[part]
    rows = np.flatnonzero(part[1:] == part[:-1])
    step = vertex[rows + 1] - vertex[rows]
    length = np.zeros(len(vertex), dtype=np.int64)
    length[rows + 1] = np.rint(np.hypot(*step.T) * _PER_M)
    count = np.arange(len(shapes) + 1)
    start = np.searchsorted(shape, count)
    total = np.cumsum(length)  # whole numbers: what lies along one stroke does not depend on the others
    along = (
        total - np.repeat(total[start[:-1][np.diff(start) > 0]], np.diff(start)[np.diff(start) > 0])
    ) / _PER_M
    return _Strokes(
        vertex,
        along,
        start,
        vertex[rows],
        step,
        along[rows],
        np.searchsorted(shape[rows], count),
    )


def _shortest(
    shapes: NDArray[Any], lines: NDArray[Any], owner: Rows, line: Rows
) -> tuple[Rows, Floats, Floats]:
    """Give (pair, start, end) of the shortest legs of pairs that do not meet.

    The shortest way between two strokes that do not meet begins or ends at a vertex.
    """
    if len(owner) == 0:
        return owner, np.zeros((0, 2)), np.zeros((0, 2))
    used, owner = np.unique(owner, return_inverse=True)
    ours = _strokes(shapes[used])
    used, line = np.unique(line, return_inverse=True)
    theirs = _strokes(lines[used])
    work = (
        np.diff(ours.first_vertex)[owner] * np.diff(theirs.first_segment)[line]
        + np.diff(theirs.first_vertex)[line] * np.diff(ours.first_segment)[owner]
    )
    chunk = np.cumsum(work) // _CHUNK
    found = []
    for rows in np.split(np.arange(len(owner)), np.flatnonzero(np.diff(chunk)) + 1):
        pair, start, end = _shortest_of_chunk(ours, theirs, owner[rows], line[rows])
        found.append((rows[pair], start, end))
    pairs, starts, ends = zip(*found, strict=True)
    return np.concatenate(pairs), np.concatenate(starts), np.concatenate(ends)


def _shortest_of_chunk(
    ours: _Strokes, theirs: _Strokes, owner: Rows, line: Rows
) -> tuple[Rows, Floats, Floats]:
    pair_a, vertex, segment = _products(ours.first_vertex, theirs.first_segment, owner, line)
    start_a = ours.vertex[vertex]
    end_a, along_a = _foot(theirs, segment, start_a)
    pair_b, vertex, segment = _products(theirs.first_vertex, ours.first_segment, line, owner)
    end_b, along_b = theirs.vertex[vertex], theirs.vertex_along[vertex]
    start_b, _ = _foot(ours, segment, end_b)

    pair = np.concatenate([pair_a, pair_b])
    start, end = np.concatenate([start_a, start_b]), np.concatenate([end_a, end_b])
    along = np.concatenate([along_a, along_b])
    length = np.hypot(*(end - start).T)
    shortest = np.full(len(owner), np.inf)
    np.minimum.at(shortest, pair, length)
    rows = np.flatnonzero(length <= shortest[pair] + EQUAL_M)

    rows = rows[np.lexsort((length[rows], along[rows], pair[rows]))]
    group = pair[rows]
    leads = np.flatnonzero(np.diff(group, prepend=-1))
    ends = np.append(leads[1:], len(rows)) - 1
    spread = along[rows[ends]] - along[rows[leads]] > EQUAL_M
    best = rows[np.lexsort((along[rows], length[rows], group))][leads]
    chosen = np.concatenate([best[~spread], rows[leads[spread]], rows[ends[spread]]])
    return pair[chosen], start[chosen], end[chosen]


def _products(first_a: Rows, first_b: Rows, a: Rows, b: Rows) -> tuple[Rows, Rows, Rows]:
    """Give every combination (pair, item of a, item of b) of pairs of shapes."""
    count_a, count_b = first_a[a + 1] - first_a[a], first_b[b + 1] - first_b[b]
    total = count_a * count_b
    pair = np.repeat(np.arange(len(a)), total)
    within = np.arange(len(pair)) - np.repeat(np.cumsum(total) - total, total)
    return pair, first_a[a][pair] + within // count_b[pair], first_b[b][pair] + within % count_b[pair]


def _foot(strokes: _Strokes, segment: Rows, xy: Floats) -> tuple[Floats, Floats]:
    """Give the nearest place of a segment to each point, and where it lies along the stroke."""
    head, step = strokes.head[segment], strokes.step[segment]
    squared = (step**2).sum(axis=1)
    share = ((xy - head) * step).sum(axis=1) / np.where(squared > 0.0, squared, 1.0)
    share = np.clip(share, 0.0, 1.0)
    foot = np.where((share == 1.0)[:, None], head + step, head + share[:, None] * step)
    return foot, strokes.head_along[segment] + share * np.sqrt(squared)
