"""The heavy loops, compiled: shortest paths from many seeds, the nearest for every unit, all pairs of units.

Kernels take plain arrays, read-only or not, hold no lock, and are kept in the user's own cache folder.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import numba
import numpy as np

from gis_planner.analysis.arcs import EQUAL_M, Small
from gis_planner.analysis.arrays import Floats, Rows

_Function = TypeVar("_Function", bound=Callable[..., object])
_NOBODY = 2**31 - 1


def _compiled(function: _Function) -> _Function:
    return cast(_Function, numba.njit(cache=True, nogil=True)(function))


@_compiled
def _push(keys: Floats, nodes: Small, size: int, key: float, node: int) -> int:
    """Put an entry into the heap and give its new size; the caller sees that there is room."""
    at = size
    while at > 0:
        above = (at - 1) >> 1
        if keys[above] <= key:
            break
        keys[at] = keys[above]
        nodes[at] = nodes[above]
        at = above
    keys[at] = key
    nodes[at] = node
    return size + 1


@_compiled
def _pop(keys: Floats, nodes: Small, size: int) -> int:
    """Take the first entry off the heap and give its new size."""
    size -= 1
    key = keys[size]
    node = nodes[size]
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and keys[below + 1] < keys[below]:
            below += 1
        if keys[below] >= key:
            break
        keys[at] = keys[below]
        nodes[at] = nodes[below]
        at = below
    keys[at] = key
    nodes[at] = node
    return size


@_compiled
def spread(
    first: Rows, to: Small, walk_m: Floats, node: Rows, metres: Floats, owner: Rows, limit_m: float
) -> tuple[Floats, Small]:
    """Measure from seeds to every node within the limit; see `Engine.spread`."""
    n = len(first) - 1
    distance = np.full(n, np.inf)
    nearest = np.full(n, -1, dtype=np.int32)
    seed_m = np.full(n, np.inf)
    seed_owner = np.full(n, _NOBODY, dtype=np.int32)
    room = 1024 + len(node)
    keys = np.empty(room)
    nodes = np.empty(room, dtype=np.int32)
    size = 0
    for k in range(len(node)):
        v = node[k]
        seed_m[v] = metres[k]
        seed_owner[v] = owner[k]
        if metres[k] <= limit_m:
            distance[v] = metres[k]
            size = _push(keys, nodes, size, metres[k], v)

    while size > 0:
        reached = keys[0]
        v = nodes[0]
        size = _pop(keys, nodes, size)
        if reached > distance[v]:
            continue
        if size + first[v + 1] - first[v] > room:
            room = 2 * room + first[v + 1] - first[v]
            more_keys = np.empty(room)
            more_nodes = np.empty(room, dtype=np.int32)
            more_keys[:size] = keys[:size]
            more_nodes[:size] = nodes[:size]
            keys = more_keys
            nodes = more_nodes
        whose = seed_owner[v] if seed_m[v] <= reached + EQUAL_M else _NOBODY
        for arc in range(first[v], first[v + 1]):
            u = to[arc]
            onward = reached + walk_m[arc]
            if onward < distance[u]:
                if onward <= limit_m:
                    distance[u] = onward
                    size = _push(keys, nodes, size, onward, u)
            elif distance[u] + walk_m[arc] <= reached + EQUAL_M and 0 <= nearest[u] < whose:
                whose = nearest[u]
        nearest[v] = whose
    return distance, nearest


@_compiled
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
    shortest = np.full(n, np.inf)
    whose = np.full(n, -1, dtype=np.int32)
    for unit in range(n):
        best = np.inf
        who = _NOBODY
        for again in range(2):
            for a in range(unit_first[unit], unit_first[unit + 1]):
                e = edge[a]
                total = distance[edge_from[e]] + (leg_m[a] + offset_m[a])
                if again == 0:
                    best = min(best, total)
                elif total <= best + EQUAL_M:
                    who = min(who, owner[edge_from[e]])
                total = distance[edge_to[e]] + (leg_m[a] + (walk_m[e] - offset_m[a]))
                if again == 0:
                    best = min(best, total)
                elif total <= best + EQUAL_M:
                    who = min(who, owner[edge_to[e]])
                for k in range(near_low[a], near_high[a]):
                    total = (near_leg_m[k] + abs(near_offset_m[k] - offset_m[a])) + leg_m[a]
                    if again == 0:
                        best = min(best, total)
                    elif total <= best + EQUAL_M:
                        who = min(who, near_owner[k])
            for k in range(direct_first[unit], direct_first[unit + 1]):
                if again == 0:
                    best = min(best, direct_m[k])
                elif direct_m[k] <= best + EQUAL_M:
                    who = min(who, direct_owner[k])
            if best == np.inf:
                break
        if best < np.inf:
            shortest[unit] = best
            whose[unit] = who
    return shortest, whose


@_compiled
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
    units = len(unit_first) - 1
    between = np.full((units, units), np.nan)
    distance = np.full(len(first) - 1, np.inf)
    start_of = np.full(len(edge_from), -1, dtype=np.int64)
    room = 1024
    keys = np.empty(room)
    nodes = np.empty(room, dtype=np.int32)
    touched = np.empty(len(first) - 1, dtype=np.int32)
    for i in range(units):
        between[i, i] = 0.0
        size = 0
        seen = 0
        for a in range(unit_first[i], unit_first[i + 1]):
            e = edge[a]
            if start_of[e] < 0:
                start_of[e] = a
            for which in range(2):
                v = edge_to[e] if which else edge_from[e]
                into = leg_m[a] + (edge_walk_m[e] - offset_m[a]) if which else leg_m[a] + offset_m[a]
                if into <= limit_m and into < distance[v]:
                    if distance[v] == np.inf:
                        touched[seen] = v
                        seen += 1
                    distance[v] = into
                    if size + 1 > room:
                        room = 2 * room
                        keys = np.concatenate((keys, np.empty(room - len(keys))))
                        nodes = np.concatenate((nodes, np.empty(room - len(nodes), dtype=np.int32)))
                    size = _push(keys, nodes, size, into, v)
        while size > 0:
            reached = keys[0]
            v = nodes[0]
            size = _pop(keys, nodes, size)
            if reached > distance[v]:
                continue
            if size + first[v + 1] - first[v] > room:
                room = 2 * room + first[v + 1] - first[v]
                keys = np.concatenate((keys, np.empty(room - len(keys))))
                nodes = np.concatenate((nodes, np.empty(room - len(nodes), dtype=np.int32)))
            for arc in range(first[v], first[v + 1]):
                u = to[arc]
                onward = reached + walk_m[arc]
                if onward < distance[u] and onward <= limit_m:
                    if distance[u] == np.inf:
                        touched[seen] = u
                        seen += 1
                    distance[u] = onward
                    size = _push(keys, nodes, size, onward, u)

        for j in range(i + 1, units):
            best = np.inf
            for a in range(unit_first[j], unit_first[j + 1]):
                e = edge[a]
                best = min(best, distance[edge_from[e]] + (leg_m[a] + offset_m[a]))
                best = min(best, distance[edge_to[e]] + (leg_m[a] + (edge_walk_m[e] - offset_m[a])))
                k = start_of[e]
                while 0 <= k < unit_first[i + 1] and edge[k] == e:
                    best = min(best, (leg_m[k] + abs(offset_m[k] - offset_m[a])) + leg_m[a])
                    k += 1
            if best <= limit_m:
                between[i, j] = best
                between[j, i] = best
        for k in range(seen):
            distance[touched[k]] = np.inf
        for a in range(unit_first[i], unit_first[i + 1]):
            start_of[edge[a]] = -1
    return between
