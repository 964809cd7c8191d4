"""The search for catchments without a compiler, by scipy: the fallback, and what the kernel is held against."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from gis_planner.analysis.arcs import Small
from gis_planner.analysis.arrays import Floats, Rows, ranges


def search_catchments(
    first: Rows,
    to: Small,
    walk_m: Floats,
    edge_from: Rows,
    edge_to: Rows,
    edge_walk_m: Floats,
    leave_first: Rows,
    leave_unit: Rows,
    leave_m: Floats,
    along_first: Rows,
    along_unit: Rows,
    along_offset_m: Floats,
    along_leg_m: Floats,
    n_units: int,
    facility_first: Rows,
    edge: Rows,
    offset_m: Floats,
    leg_m: Floats,
    direct_first: Rows,
    direct_unit: Rows,
    direct_m: Floats,
    limit_m: float,
) -> tuple[Rows, Rows, Floats]:
    """Find for every facility the units within the limit; see `catchments.Search`."""
    n = len(first) - 1
    n_facilities = len(facility_first) - 1
    counts = np.zeros(n_facilities, dtype=np.int64)
    units: list[Rows] = [np.zeros(0, dtype=np.int64)]
    metres: list[Floats] = [np.zeros(0)]
    for f in range(n_facilities):
        mine = slice(facility_first[f], facility_first[f + 1])
        e, offset, leg = edge[mine], offset_m[mine], leg_m[mine]
        into = np.full(n, np.inf)
        np.minimum.at(into, edge_from[e], leg + offset)
        np.minimum.at(into, edge_to[e], leg + (edge_walk_m[e] - offset))
        distance = _spread(first, to, walk_m, into, limit_m)
        reached = np.flatnonzero(distance <= limit_m)
        ways = ranges(leave_first[reached], leave_first[reached + 1])
        start = np.repeat(reached, leave_first[reached + 1] - leave_first[reached])
        along = ranges(along_first[e], along_first[e + 1])
        at = np.repeat(np.arange(len(e)), along_first[e + 1] - along_first[e])
        straight = slice(direct_first[f], direct_first[f + 1])
        shortest = np.full(n_units, np.inf)
        np.minimum.at(shortest, leave_unit[ways], distance[start] + leave_m[ways])
        walked = (leg[at] + np.abs(offset[at] - along_offset_m[along])) + along_leg_m[along]
        np.minimum.at(shortest, along_unit[along], walked)
        np.minimum.at(shortest, direct_unit[straight], direct_m[straight])
        near = np.flatnonzero(shortest <= limit_m)
        counts[f] = len(near)
        units.append(near)
        metres.append(shortest[near])
    return counts, np.concatenate(units), np.concatenate(metres)


def _spread(first: Rows, to: Small, walk_m: Floats, into: Floats, limit_m: float) -> Floats:
    """Measure from one node more, which an arc leads from to every node that is walked into."""
    n = len(first) - 1
    seeds = np.flatnonzero(into <= limit_m)
    if len(seeds) == 0:
        return np.full(n, np.inf)
    graph = csr_array(
        (
            np.concatenate([walk_m, into[seeds]]),
            np.concatenate([to.astype(np.int64), seeds]),
            np.concatenate([first, [len(to) + len(seeds)]]),
        ),
        shape=(n + 1, n + 1),
    )
    found = dijkstra(graph, indices=[n], limit=limit_m)
    return np.asarray(found[0, :n], dtype=np.float64)
