"""The bounded repair of distances after one change, compiled.

Whatever may rest on a seed or an arc that is gone loses its label (Ramalingam and Reps 1996) and is measured anew
from what is left around it; whatever a new seed or arc brings nearer is measured on from there. The labels are then
those of a search of the whole network, bit for bit: smallest float64 sums, and the first of the owners as near.
"""

from __future__ import annotations

import numpy as np

from gis_planner.analysis.arcs import EQUAL_M, Small
from gis_planner.analysis.arrays import Floats, Rows
from gis_planner.analysis.heap_kernel import compiled, name_owner, pop, push


@compiled
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
    """Bring labels up to date after a local change, in place; gives the nodes whose labels differ from before.

    Arcs and seeds are those after the change. `suspects` are nodes whose label may rest on a seed or an arc that is
    gone; whatever rests on them in turn is measured anew. `candidates` are nodes that a new seed or arc may bring
    nearer. `mark` (n,) is zero, and zero again afterwards.
    """
    # What may rest on something that is gone, by the distances before.
    room = 1024 + len(suspects) + len(candidates)
    touched = np.empty(room, dtype=np.int32)
    old_m = np.empty(room)
    old_owner = np.empty(room, dtype=np.int32)
    known_m = np.empty(room)  # the labels that neighbours have been told
    known_owner = np.empty(room, dtype=np.int32)
    size = 0
    for v in suspects:
        if mark[v] == 0 and distance[v] < np.inf:
            mark[v] = size + 1
            touched[size] = v
            size += 1
    lost = 0
    while lost < size:
        v = touched[lost]
        old_m[lost] = distance[v]
        old_owner[lost] = nearest[v]
        known_m[lost] = -1.0
        lost += 1
        if size + last[v] - first[v] >= room:
            more = room + last[v] - first[v]
            room += more
            touched = np.concatenate((touched, np.empty(more, dtype=np.int32)))
            old_m = np.concatenate((old_m, np.empty(more)))
            old_owner = np.concatenate((old_owner, np.empty(more, dtype=np.int32)))
            known_m = np.concatenate((known_m, np.empty(more)))
            known_owner = np.concatenate((known_owner, np.empty(more, dtype=np.int32)))
        for arc in range(first[v], last[v]):
            u = to[arc]
            if mark[u] == 0 and distance[u] < np.inf and distance[v] + walk_m[arc] <= distance[u] + EQUAL_M:
                mark[u] = size + 1
                touched[size] = u
                size += 1
    for k in range(lost):
        distance[touched[k]] = np.inf
        nearest[touched[k]] = -1

    # From what is left around them, and from what is new.
    heap_room = 1024 + 4 * lost + 4 * len(candidates)
    keys = np.empty(heap_room)
    nodes = np.empty(heap_room, dtype=np.int32)
    heap = 0
    for k in range(lost + len(candidates)):
        v = int(touched[k]) if k < lost else int(candidates[k - lost])
        best = np.inf
        s = np.searchsorted(node, v)
        while s < len(node) and node[s] == v:
            best = min(best, metres[s])
            s += 1
        for arc in range(first[v], last[v]):
            best = min(best, distance[to[arc]] + walk_m[arc])
        if best > limit_m or best > distance[v] + EQUAL_M:
            continue
        if mark[v] == 0:
            mark[v] = size + 1
            touched[size] = v
            old_m[size] = distance[v]
            old_owner[size] = nearest[v]
            known_m[size] = distance[v]
            known_owner[size] = nearest[v]
            size += 1
        distance[v] = min(distance[v], best)
        heap = push(keys, nodes, heap, distance[v], v)
    while heap > 0:
        reached = keys[0]
        v = nodes[0]
        heap = pop(keys, nodes, heap)
        if reached > distance[v]:
            continue
        whose = name_owner(first, last, to, walk_m, node, metres, owner, rank, distance, nearest, v)
        nearest[v] = whose
        place = mark[v] - 1
        if known_m[place] == reached and known_owner[place] == whose:
            continue
        known_m[place] = reached
        known_owner[place] = whose
        degree = last[v] - first[v]
        if heap + degree > heap_room:
            more = heap_room + degree
            heap_room += more
            keys = np.concatenate((keys, np.empty(more)))
            nodes = np.concatenate((nodes, np.empty(more, dtype=np.int32)))
        if size + degree >= room:
            more = room + degree
            room += more
            touched = np.concatenate((touched, np.empty(more, dtype=np.int32)))
            old_m = np.concatenate((old_m, np.empty(more)))
            old_owner = np.concatenate((old_owner, np.empty(more, dtype=np.int32)))
            known_m = np.concatenate((known_m, np.empty(more)))
            known_owner = np.concatenate((known_owner, np.empty(more, dtype=np.int32)))
        for arc in range(first[v], last[v]):
            u = to[arc]
            onward = reached + walk_m[arc]
            if onward > limit_m or onward > distance[u] + EQUAL_M:
                continue
            if mark[u] == 0:
                mark[u] = size + 1
                touched[size] = u
                old_m[size] = distance[u]
                old_owner[size] = nearest[u]
                known_m[size] = distance[u]
                known_owner[size] = nearest[u]
                size += 1
            distance[u] = min(distance[u], onward)
            heap = push(keys, nodes, heap, distance[u], u)

    changed = 0
    for k in range(size):
        v = touched[k]
        mark[v] = 0
        if distance[v] != old_m[k] or nearest[v] != old_owner[k]:
            touched[changed] = v
            changed += 1
    return touched[:changed].copy()
