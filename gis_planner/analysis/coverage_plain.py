"""The heavy loops without a compiler, by scipy: the fallback, and what the kernels are held against."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from gis_planner.analysis.arcs import EQUAL_M, Small
from gis_planner.analysis.arrays import Floats, Rows, ranges

_NOBODY = 2**31 - 1


def spread(
    first: Rows,
    last: Rows,
    to: Small,
    walk_m: Floats,
    node: Rows,
    metres: Floats,
    owner: Rows,
    rank: Rows,
    limit_m: float,
) -> tuple[Floats, Small]:
    """Measure from seeds to every node within the limit; see `Engine.spread`."""
    n = len(first)
    distance = _distances(first, last, to, walk_m, node, metres, limit_m)
    nearest = np.full(n, _NOBODY, dtype=np.int64)
    near = metres <= distance[node] + EQUAL_M
    np.minimum.at(nearest, node[near], rank[owner[near]])
    arcs = ranges(first, last)
    start = np.repeat(np.arange(n), last - first)
    tight = np.isfinite(distance[start]) & (distance[start] + walk_m[arcs] <= distance[to[arcs]] + EQUAL_M)
    source, target = start[tight], to[arcs[tight]]
    while (
        better := nearest[source] < nearest[target]
    ).any():  # a number runs along the paths, one arc a round
        np.minimum.at(nearest, target[better], nearest[source[better]])
    nearest[~np.isfinite(distance)] = _NOBODY
    return distance, _named(nearest, rank)


def repair(
    first: Rows,
    last: Rows,
    to: Small,
    walk_m: Floats,
    node: Rows,
    metres: Floats,
    owner: Rows,
    rank: Rows,
    distance: Floats,
    nearest: Small,
    limit_m: float,
    suspects: Rows,
    candidates: Rows,
    mark: Small,
) -> Small:
    """Bring labels up to date after a local change, by measuring all of them again; see `Engine.repair`."""
    fresh_m, fresh = spread(first, last, to, walk_m, node, metres, owner, rank, limit_m)
    changed = np.flatnonzero((fresh_m != distance) | (fresh != nearest)).astype(np.int32)
    distance[:] = fresh_m
    nearest[:] = fresh
    return changed


def _named(ranks: Rows, rank: Rows) -> Small:
    """Give whom ranks belong to, -1 for nobody's."""
    named = np.full(len(ranks), -1, dtype=np.int32)
    found = ranks != _NOBODY
    named[found] = np.argsort(rank, kind="stable")[ranks[found]]
    return named


def pick(
    units: Rows,
    point_first: Rows,
    point_last: Rows,
    edge: Rows,
    offset_m: Floats,
    leg_m: Floats,
    edge_from: Rows,
    edge_to: Rows,
    walk_m: Floats,
    distance: Floats,
    nearest: Small,
    rank: Rows,
    near_edge: Rows,
    near_offset_m: Floats,
    near_leg_m: Floats,
    near_owner: Rows,
    direct_unit: Rows,
    direct_m: Floats,
    direct_owner: Rows,
) -> tuple[Floats, Small]:
    """Choose for units the nearest owner, and of equally near ones the first; see `Engine.pick`."""
    n = len(units)
    low, high = point_first[units], point_last[units]
    points, unit = ranges(low, high), np.repeat(np.arange(n), high - low)
    on, off, leg = edge[points], offset_m[points], leg_m[points]
    near_low, near_high = (
        np.searchsorted(near_edge, on, side="left"),
        np.searchsorted(near_edge, on, side="right"),
    )
    near = ranges(near_low, near_high)
    at = np.repeat(np.arange(len(on)), near_high - near_low)
    direct_low = np.searchsorted(direct_unit, units, side="left")
    direct_high = np.searchsorted(direct_unit, units, side="right")
    direct = ranges(direct_low, direct_high)
    totals = np.concatenate(
        [
            distance[edge_from[on]] + (leg + off),
            distance[edge_to[on]] + (leg + (walk_m[on] - off)),
            (near_leg_m[near] + np.abs(near_offset_m[near] - off[at])) + leg[at],
            direct_m[direct],
        ]
    )
    whom = np.concatenate(
        [nearest[edge_from[on]], nearest[edge_to[on]], near_owner[near], direct_owner[direct]]
    ).astype(np.int64)
    whose = np.concatenate([unit, unit, unit[at], np.repeat(np.arange(n), direct_high - direct_low)])
    shortest = np.full(n, np.inf)
    np.minimum.at(shortest, whose, totals)
    equal = np.isfinite(totals) & (totals <= shortest[whose] + EQUAL_M)
    best = np.full(n, _NOBODY, dtype=np.int64)
    np.minimum.at(best, whose[equal], rank[whom[equal]])
    return shortest, _named(best, rank)


def measure_between(
    first: Rows,
    last: Rows,
    to: Small,
    walk_m: Floats,
    edge_from: Rows,
    edge_to: Rows,
    edge_walk_m: Floats,
    unit_first: Rows,
    edge: Rows,
    offset_m: Floats,
    leg_m: Floats,
    low: int,
    high: int,
    limit_m: float,
) -> Floats:
    """Measure from some units to all later ones; see `Engine.measure_between`."""
    n = len(unit_first) - 1
    between = np.full((high - low, n), np.nan)
    unit = np.repeat(np.arange(n), np.diff(unit_first))
    back_m = edge_walk_m[edge] - offset_m
    for i in range(low, high):
        mine = slice(unit_first[i], unit_first[i + 1])
        node = np.concatenate([edge_from[edge[mine]], edge_to[edge[mine]]])
        into = np.concatenate([leg_m[mine] + offset_m[mine], leg_m[mine] + back_m[mine]])
        distance = _distances(first, last, to, walk_m, node, into, limit_m)
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
        between[i - low, later] = shortest[later]
    return between


def _distances(
    first: Rows, last: Rows, to: Small, walk_m: Floats, node: Rows, metres: Floats, limit_m: float
) -> Floats:
    """Measure from one node more, which an arc of its metres leads from to every seed."""
    n = len(first)
    if len(node) == 0:
        return np.full(n, np.inf)
    shortest = np.full(n, np.inf)
    np.minimum.at(shortest, node, metres)
    seeds = np.unique(node)
    arcs = ranges(first, last)
    graph = csr_array(
        (
            np.concatenate([walk_m[arcs], shortest[seeds]]),
            np.concatenate([to[arcs].astype(np.int64), seeds]),
            np.concatenate([[0], np.cumsum(last - first), [len(arcs) + len(seeds)]]),
        ),
        shape=(n + 1, n + 1),
    )
    found = dijkstra(graph, indices=[n], limit=limit_m)
    return np.asarray(found[0, :n], dtype=np.float64)
