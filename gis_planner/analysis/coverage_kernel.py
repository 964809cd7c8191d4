"""The heavy loops, compiled: shortest paths from many seeds, the nearest for every unit, all pairs of units.

The search from many seeds corrects labels block by block: nodes are numbered along a Z-order curve, so a block of
successive nodes is a small piece of town that fits into the fastest memory. Inside a block nodes leave in the order of
their distance, by buckets; what crosses its border waits until the block beyond has its turn. Sums are float64 and the
smallest over all paths, so the order of the search shows in nothing (adding is monotone also when rounded).

Kernels take plain arrays, read-only or not, hold no lock, and are kept in the user's own cache folder.
"""

from __future__ import annotations

import numpy as np

from gis_planner.analysis.arcs import EQUAL_M, Small
from gis_planner.analysis.arrays import Floats, Rows
from gis_planner.analysis.heap_kernel import compiled, name_owner, pop, push
from gis_planner.analysis.repair_kernel import repair

__all__ = ["measure_between", "pick", "repair", "spread"]

_NOBODY = 2**31 - 1
_BLOCK_BITS = 12  # 4,096 nodes: their labels and arcs stay in the cache of one core
_EPOCH_M = 500.0  # no block runs farther ahead of the others than this
_BUCKET_M = 30.0  # about an edge


@compiled
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
    distance, nearest, tied = _correct_labels(first, last, to, walk_m, node, metres, owner, limit_m)
    settle_ties(first, last, to, walk_m, node, metres, owner, rank, distance, nearest, tied)
    return distance, nearest


@compiled
def _correct_labels(
    first: Rows,
    last: Rows,
    to: Small,
    walk_m: Floats,
    node: Rows,
    metres: Floats,
    owner: Rows,
    limit_m: float,
) -> tuple[Floats, Small, Rows]:
    """Give distances, an owner that is as near, and the nodes at which more than one may be."""
    n = len(first)
    distance = np.full(n, np.inf)
    nearest = np.full(n, -1, dtype=np.int32)
    tied = np.zeros(n, dtype=np.uint8)
    if len(node) == 0:
        return distance, nearest, np.flatnonzero(tied)
    if limit_m == np.inf:
        limit_m = metres.max() + walk_m.sum()
    blocks = ((n - 1) >> _BLOCK_BITS) + 1
    waiting = np.full(
        n, -1, dtype=np.int32
    )  # in the list of its block: 2 + the next node, 1 for the last, -1 for none
    head = np.full(blocks, -1, dtype=np.int32)
    lowest = np.full(blocks, np.inf)
    for k in range(len(node)):
        v = node[k]
        if nearest[v] >= 0 and nearest[v] != owner[k] and abs(metres[k] - distance[v]) <= EQUAL_M:
            tied[v] = 1
        if metres[k] <= limit_m and metres[k] < distance[v]:
            distance[v] = metres[k]
            nearest[v] = owner[k]
            b = v >> _BLOCK_BITS
            if waiting[v] == -1:
                waiting[v] = head[b] + 2 if head[b] >= 0 else 1
                head[b] = v
            lowest[b] = min(lowest[b], metres[k])

    per_m = 1.0 / max(_BUCKET_M, limit_m / 4096.0)
    buckets = int(limit_m * per_m) + 2
    bucket = np.full(buckets, -1, dtype=np.int32)
    room = 16 << _BLOCK_BITS
    entry_next = np.empty(room, dtype=np.int32)
    entry_node = np.empty(room, dtype=np.int32)
    done_m = np.full(1 << _BLOCK_BITS, np.inf)
    end_m = _EPOCH_M
    while True:
        nearest_m = lowest.min()
        if nearest_m == np.inf:
            break
        end_m = max(end_m, (np.floor(nearest_m / _EPOCH_M) + 1.0) * _EPOCH_M)
        busy = True
        while busy:
            busy = False
            for b in range(blocks):
                if lowest[b] >= end_m:
                    continue
                busy = True
                base = b << _BLOCK_BITS
                here, top, size, free = buckets, -1, 0, -1
                later, later_m = -1, np.inf
                v = head[b]
                while v >= 0:
                    following = waiting[v]
                    if distance[v] < end_m:
                        waiting[v] = -1
                        i = int(distance[v] * per_m)
                        entry_node[size] = v
                        entry_next[size] = bucket[i]
                        bucket[i] = size
                        size += 1
                        here = min(here, i)
                        top = max(top, i)
                    else:
                        waiting[v] = later + 2 if later >= 0 else 1
                        later = v
                        later_m = min(later_m, distance[v])
                    v = following - 2 if following >= 2 else -1
                head[b] = later
                lowest[b] = later_m
                while here <= top:
                    entry = bucket[here]
                    if entry < 0:
                        here += 1
                        continue
                    bucket[here] = entry_next[entry]
                    v = entry_node[entry]
                    entry_next[entry] = free
                    free = entry
                    reached = distance[v]
                    if done_m[v - base] == reached or int(reached * per_m) != here:
                        continue
                    done_m[v - base] = reached
                    whose = nearest[v]
                    for arc in range(first[v], last[v]):
                        u = to[arc]
                        onward = reached + walk_m[arc]
                        before = distance[u]
                        if onward > before + EQUAL_M or onward > limit_m:
                            continue
                        if nearest[u] != whose and abs(before - onward) <= EQUAL_M:
                            tied[u] = 1
                        if onward >= before:
                            continue
                        distance[u] = onward
                        nearest[u] = whose
                        beyond = u >> _BLOCK_BITS
                        if beyond == b and onward < end_m and (free >= 0 or size < room):
                            i = int(onward * per_m)
                            if free >= 0:
                                entry = free
                                free = entry_next[entry]
                            else:
                                entry = size
                                size += 1
                            entry_node[entry] = u
                            entry_next[entry] = bucket[i]
                            bucket[i] = entry
                            top = max(top, i)
                        else:  # beyond the border, or no room left: when the block has its turn
                            if waiting[u] == -1:
                                waiting[u] = head[beyond] + 2 if head[beyond] >= 0 else 1
                                head[beyond] = u
                            lowest[beyond] = min(lowest[beyond], onward)
                done_m[:] = np.inf
    return distance, nearest, np.flatnonzero(tied)


@compiled
def settle_ties(
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
    tied: Rows,
) -> None:
    """Name at every node the first of the owners that are as near; `tied` are the nodes to look at, distances stand.

    A changed name is carried on along the shortest paths, nearest nodes first.
    """
    room = 1024 + 2 * len(tied)
    keys = np.empty(room)
    nodes = np.empty(room, dtype=np.int32)
    size = 0
    for v in tied:
        size = push(keys, nodes, size, distance[v], v)
    before = -1
    while size > 0:
        v = nodes[0]
        size = pop(keys, nodes, size)
        if v == before:
            continue
        before = v
        whose = name_owner(first, last, to, walk_m, node, metres, owner, rank, distance, nearest, v)
        if whose == nearest[v]:
            continue
        nearest[v] = whose
        if size + last[v] - first[v] > room:
            room *= 2
            more = room - len(keys)
            keys = np.concatenate((keys, np.empty(more)))
            nodes = np.concatenate((nodes, np.empty(more, dtype=np.int32)))
        for arc in range(first[v], last[v]):
            u = to[arc]
            if distance[v] + walk_m[arc] <= distance[u] + EQUAL_M:
                size = push(keys, nodes, size, distance[u], u)


@compiled
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
    shortest = np.full(len(units), np.inf)
    whose = np.full(len(units), -1, dtype=np.int32)
    for row in range(len(units)):
        unit = units[row]
        from_direct = np.searchsorted(direct_unit, unit)
        best = np.inf
        first_rank = _NOBODY
        who = -1
        for again in range(2):
            for a in range(point_first[unit], point_last[unit]):
                e = edge[a]
                for end in range(2):
                    v = edge_to[e] if end else edge_from[e]
                    into = leg_m[a] + (walk_m[e] - offset_m[a]) if end else leg_m[a] + offset_m[a]
                    total = distance[v] + into
                    if again == 0:
                        best = min(best, total)
                    elif total <= best + EQUAL_M and rank[nearest[v]] < first_rank:
                        first_rank = rank[nearest[v]]
                        who = nearest[v]
                k = np.searchsorted(near_edge, e)
                while k < len(near_edge) and near_edge[k] == e:
                    total = (near_leg_m[k] + abs(near_offset_m[k] - offset_m[a])) + leg_m[a]
                    if again == 0:
                        best = min(best, total)
                    elif total <= best + EQUAL_M and rank[near_owner[k]] < first_rank:
                        first_rank = rank[near_owner[k]]
                        who = near_owner[k]
                    k += 1
            k = from_direct
            while k < len(direct_unit) and direct_unit[k] == unit:
                if again == 0:
                    best = min(best, direct_m[k])
                elif direct_m[k] <= best + EQUAL_M and rank[direct_owner[k]] < first_rank:
                    first_rank = rank[direct_owner[k]]
                    who = direct_owner[k]
                k += 1
            if best == np.inf:
                break
        if best < np.inf:
            shortest[row] = best
            whose[row] = who
    return shortest, whose


@compiled
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
    units = len(unit_first) - 1
    between = np.full((high - low, units), np.nan)
    distance = np.full(len(first), np.inf)
    start_of = np.full(len(edge_from), -1, dtype=np.int64)
    room = 1024
    keys = np.empty(room)
    nodes = np.empty(room, dtype=np.int32)
    touched = np.empty(len(first), dtype=np.int32)
    for i in range(low, high):
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
                    size = push(keys, nodes, size, into, v)
        while size > 0:
            reached = keys[0]
            v = nodes[0]
            size = pop(keys, nodes, size)
            if reached > distance[v]:
                continue
            if size + last[v] - first[v] > room:
                room = 2 * room + last[v] - first[v]
                keys = np.concatenate((keys, np.empty(room - len(keys))))
                nodes = np.concatenate((nodes, np.empty(room - len(nodes), dtype=np.int32)))
            for arc in range(first[v], last[v]):
                u = to[arc]
                onward = reached + walk_m[arc]
                if onward < distance[u] and onward <= limit_m:
                    if distance[u] == np.inf:
                        touched[seen] = u
                        seen += 1
                    distance[u] = onward
                    size = push(keys, nodes, size, onward, u)

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
                between[i - low, j] = best
        for k in range(seen):
            distance[touched[k]] = np.inf
        for a in range(unit_first[i], unit_first[i + 1]):
            start_of[edge[a]] = -1
    return between
