"""The search for catchments, compiled: from each facility alone, as far as the limit.

What a search touches is put back after it, so that the work is that of the streets around a facility and not that
of the town. Distances are the very sums of `coverage_kernel`: the smallest over the facilities of a kind is, to the
last bit, the distance that coverage states.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from typing import TypeVar, cast

import numba
import numpy as np

from gis_planner.analysis.arcs import Small
from gis_planner.analysis.arrays import Floats, Rows

_Function = TypeVar("_Function", bound=Callable[..., object])


def _compiled(function: _Function) -> _Function:
    return cast(_Function, numba.njit(cache=True, nogil=True)(function))


@_compiled
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
    n_facilities = len(facility_first) - 1
    distance = np.full(len(first) - 1, np.inf)
    touched = np.empty(len(first) - 1, dtype=np.int64)
    shortest = np.full(n_units, np.inf)
    near = np.empty(n_units, dtype=np.int64)
    count = np.zeros(n_facilities, dtype=np.int64)
    unit = np.empty(1024, dtype=np.int64)
    metres = np.empty(1024)
    size = 0
    for f in range(n_facilities):
        queue = [(0.0, np.int64(-1))]
        queue.pop()
        seen = 0
        found = 0
        for a in range(facility_first[f], facility_first[f + 1]):
            e = edge[a]
            for which in range(2):
                v = edge_to[e] if which else edge_from[e]
                into = leg_m[a] + (edge_walk_m[e] - offset_m[a]) if which else leg_m[a] + offset_m[a]
                if into <= limit_m and into < distance[v]:
                    if distance[v] == np.inf:
                        touched[seen] = v
                        seen += 1
                    distance[v] = into
                    heappush(queue, (into, v))
            for k in range(along_first[e], along_first[e + 1]):
                total = (leg_m[a] + abs(offset_m[a] - along_offset_m[k])) + along_leg_m[k]
                u = along_unit[k]
                if total <= limit_m and total < shortest[u]:
                    if shortest[u] == np.inf:
                        near[found] = u
                        found += 1
                    shortest[u] = total
        while len(queue) > 0:
            reached, v = heappop(queue)
            if reached > distance[v]:
                continue
            for arc in range(first[v], first[v + 1]):
                onward = reached + walk_m[arc]
                w = np.int64(to[arc])
                if onward <= limit_m and onward < distance[w]:
                    if distance[w] == np.inf:
                        touched[seen] = w
                        seen += 1
                    distance[w] = onward
                    heappush(queue, (onward, w))
        for i in range(seen):
            v = touched[i]
            for k in range(leave_first[v], leave_first[v + 1]):
                total = distance[v] + leave_m[k]
                u = leave_unit[k]
                if total <= limit_m and total < shortest[u]:
                    if shortest[u] == np.inf:
                        near[found] = u
                        found += 1
                    shortest[u] = total
            distance[v] = np.inf
        for k in range(direct_first[f], direct_first[f + 1]):
            u = direct_unit[k]
            if direct_m[k] <= limit_m and direct_m[k] < shortest[u]:
                if shortest[u] == np.inf:
                    near[found] = u
                    found += 1
                shortest[u] = direct_m[k]

        if size + found > len(unit):
            room = 2 * len(unit) + found
            unit = np.concatenate((unit, np.empty(room - len(unit), dtype=np.int64)))
            metres = np.concatenate((metres, np.empty(room - len(metres))))
        near[:found].sort()
        for i in range(found):
            u = near[i]
            unit[size] = u
            metres[size] = shortest[u]
            size += 1
            shortest[u] = np.inf
        count[f] = found
    return count, unit[:size].copy(), metres[:size].copy()
