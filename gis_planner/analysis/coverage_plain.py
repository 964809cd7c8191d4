"""The heavy loops without a compiler, by scipy: the fallback, and what the kernels are held against."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from gis_planner.analysis.arcs import EQUAL_M, Small
from gis_planner.analysis.arrays import Floats, Rows, ranges

_NOBODY = 2**31 - 1


def spread(
    first: Rows, to: Small, walk_m: Floats, node: Rows, metres: Floats, owner: Rows, limit_m: float
) -> tuple[Floats, Small]:
    """Measure from seeds to every node within the limit; see `Engine.spread`."""
    n = len(first) - 1
    distance = _distances(first, to, walk_m, node, metres, limit_m)
    nearest = np.full(n, _NOBODY, dtype=np.int32)
    near = metres <= distance[node] + EQUAL_M
    nearest[node[near]] = owner[near]
    start = np.repeat(np.arange(n), np.diff(first))
    tight = np.isfinite(distance[start]) & (distance[start] + walk_m <= distance[to] + EQUAL_M)
    source, target = start[tight], to[tight]
    while (
        better := nearest[source] < nearest[target]
    ).any():  # a number runs along the paths, one arc a round
        np.minimum.at(nearest, target[better], nearest[source[better]])
    nearest[~np.isfinite(distance)] = -1
    return distance, nearest


def pick(
    unit_first: Rows,
    edge: Rows,
    offset_m: Floats,
    leg_m: Floats,
    edge_from: Rows,
    edge_to: Rows,
    walk_m: Floats,
    distance: Floats,
    owner: Small,
    near_low: Rows,
    near_high: Rows,
    near_offset_m: Floats,
    near_leg_m: Floats,
    near_owner: Rows,
    direct_first: Rows,
    direct_m: Floats,
    direct_owner: Rows,
) -> tuple[Floats, Small]:
    """Choose for every unit the nearest owner, and of equally near ones the smallest; see `Engine.pick`."""
    n = len(unit_first) - 1
    unit = np.repeat(np.arange(n), np.diff(unit_first))
    near = ranges(near_low, near_high)
    at = np.repeat(np.arange(len(edge)), near_high - near_low)
    totals = np.concatenate(
        [
            distance[edge_from[edge]] + (leg_m + offset_m),
            distance[edge_to[edge]] + (leg_m + (walk_m[edge] - offset_m)),
            (near_leg_m[near] + np.abs(near_offset_m[near] - offset_m[at])) + leg_m[at],
            direct_m,
        ]
    )
    whom = np.concatenate([owner[edge_from[edge]], owner[edge_to[edge]], near_owner[near], direct_owner])
    whose = np.concatenate([unit, unit, unit[at], np.repeat(np.arange(n), np.diff(direct_first))])
    shortest = np.full(n, np.inf)
    np.minimum.at(shortest, whose, totals)
    equal = np.isfinite(totals) & (totals <= shortest[whose] + EQUAL_M)
    nearest = np.full(n, _NOBODY, dtype=np.int32)
    np.minimum.at(nearest, whose[equal], whom[equal].astype(np.int32))
    nearest[~np.isfinite(shortest)] = -1
    return shortest, nearest


def measure_between(
    first: Rows,
    to: Small,
    walk_m: Floats,
    edge_from: Rows,
    edge_to: Rows,
    edge_walk_m: Floats,
    unit_first: Rows,
    edge: Rows,
    offset_m: Floats,
    leg_m: Floats,
    limit_m: float,
) -> Floats:
    """Measure between all pairs of units; see `Engine.measure_between`."""
    n = len(unit_first) - 1
    between = np.full((n, n), np.nan)
    np.fill_diagonal(between, 0.0)
    unit = np.repeat(np.arange(n), np.diff(unit_first))
    back_m = edge_walk_m[edge] - offset_m
    for i in range(n):
        mine = slice(unit_first[i], unit_first[i + 1])
        node = np.concatenate([edge_from[edge[mine]], edge_to[edge[mine]]])
        into = np.concatenate([leg_m[mine] + offset_m[mine], leg_m[mine] + back_m[mine]])
        distance = _distances(first, to, walk_m, node, into, limit_m)
        totals = np.minimum(
            distance[edge_from[edge]] + (leg_m + offset_m), distance[edge_to[edge]] + (leg_m + back_m)
        )
        for k in range(unit_first[i], unit_first[i + 1]):
            same = edge == edge[k]
            along = (leg_m[k] + np.abs(offset_m[k] - offset_m[same])) + leg_m[same]
            totals[same] = np.minimum(totals[same], along)
        shortest = np.full(n, np.inf)
        np.minimum.at(shortest, unit, totals)
        later = np.flatnonzero((np.arange(n) > i) & (shortest <= limit_m))
        between[i, later] = between[later, i] = shortest[later]
    return between


def _distances(first: Rows, to: Small, walk_m: Floats, node: Rows, metres: Floats, limit_m: float) -> Floats:
    """Measure from one node more, which an arc of its metres leads from to every seed."""
    n = len(first) - 1
    if len(node) == 0:
        return np.full(n, np.inf)
    shortest = np.full(n, np.inf)
    np.minimum.at(shortest, node, metres)
    seeds = np.unique(node)
    graph = csr_array(
        (
            np.concatenate([walk_m, shortest[seeds]]),
            np.concatenate([to.astype(np.int64), seeds]),
            np.concatenate([first, [len(to) + len(seeds)]]),
        ),
        shape=(n + 1, n + 1),
    )
    found = dijkstra(graph, indices=[n], limit=limit_m)
    return np.asarray(found[0, :n], dtype=np.float64)
