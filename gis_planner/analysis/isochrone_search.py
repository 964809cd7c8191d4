"""The compiled search behind isochrones: what streets are reached, and where exactly each is cut.

A search touches only what it reaches. Its answer does not name nodes but *sources*: places on an edge (its ends,
access points) from which one walks along it, each with the metres walked so far. A source that another one reaches
sooner is dropped, so most edges keep one. The distance at any offset of an edge is the smallest of a source's metres
and the way from it; that is all that cutting, drawing and painting need.
"""

from __future__ import annotations

from heapq import heappop, heappush

import numpy as np

from gis_planner.analysis.arcs import Small
from gis_planner.analysis.arrays import Floats, Rows
from gis_planner.analysis.compiling import compiled


@compiled
def reach_edges(
    first: Rows,
    to: Small,
    arc_edge: Small,
    edge_from: Rows,
    edge_to: Rows,
    walk_m: Floats,
    start_edge: Rows,
    start_offset_m: Floats,
    start_leg_m: Floats,
    limit_m: float,
    distance: Floats,
) -> tuple[Rows, Rows, Floats, Floats]:
    """Find every edge that is reached within the limit, with its sources.

    `first`, `to`, `arc_edge` list the edges at each node, loops too. Starts are sorted by edge and offset. `distance`
    (one for each node) is all infinite, and is so again afterwards. Gives the edges, sorted, and the sources of edge k
    at first[k] … first[k + 1]: offset and metres, sorted by offset.
    """
    heap = [(0.0, np.int64(0))]
    heap.clear()
    touched = [np.int64(0)]
    touched.clear()
    for a in range(len(start_edge)):
        e = start_edge[a]
        for which in range(2):
            v = edge_to[e] if which else edge_from[e]
            along = walk_m[e] - start_offset_m[a] if which else start_offset_m[a]
            into = start_leg_m[a] + along
            if into <= limit_m and into < distance[v]:
                if distance[v] == np.inf:
                    touched.append(v)
                distance[v] = into
                heappush(heap, (into, v))
    while len(heap) > 0:
        reached, v = heappop(heap)
        if reached > distance[v]:
            continue
        for arc in range(first[v], first[v + 1]):
            u = np.int64(to[arc])
            onward = reached + walk_m[arc_edge[arc]]
            if onward <= limit_m and onward < distance[u]:
                if distance[u] == np.inf:
                    touched.append(u)
                distance[u] = onward
                heappush(heap, (onward, u))

    found = [np.int64(0)]
    found.clear()
    for v in touched:
        for arc in range(first[v], first[v + 1]):
            e = np.int64(arc_edge[arc])
            if edge_from[e] == v or distance[edge_from[e]] == np.inf:
                found.append(e)
    for a in range(len(start_edge)):
        e = start_edge[a]
        again = a > 0 and start_edge[a - 1] == e
        if not again and distance[edge_from[e]] == np.inf and distance[edge_to[e]] == np.inf:
            found.append(e)
    edges = np.sort(np.array(found, dtype=np.int64))

    source_first = np.zeros(len(edges) + 1, dtype=np.int64)
    room = 2 * len(edges) + len(start_edge)
    offset = np.empty(room)
    metres = np.empty(room)
    n = 0
    for k in range(len(edges)):
        e = edges[k]
        begin = n
        if distance[edge_from[e]] < np.inf:
            offset[n], metres[n] = 0.0, distance[edge_from[e]]
            n += 1
        a = np.searchsorted(start_edge, e)
        while a < len(start_edge) and start_edge[a] == e:
            if start_leg_m[a] <= limit_m:
                offset[n], metres[n] = start_offset_m[a], start_leg_m[a]
                n += 1
            a += 1
        if distance[edge_to[e]] < np.inf:
            offset[n], metres[n] = walk_m[e], distance[edge_to[e]]
            n += 1
        n = _drop_beaten(offset, metres, begin, n)
        source_first[k + 1] = n
    for v in touched:
        distance[v] = np.inf
    return edges, source_first, offset[:n].copy(), metres[:n].copy()


@compiled
def _drop_beaten(offset: Floats, metres: Floats, begin: int, end: int) -> int:
    """Keep only the sources that no other one reaches as soon; gives the new end."""
    kept = begin
    best = np.inf  # of the sources before: metres less offset
    for k in range(begin, end):
        if best + offset[k] > metres[k]:
            best = metres[k] - offset[k]
            offset[kept], metres[kept] = offset[k], metres[k]
            kept += 1
    end = kept
    kept = end
    best = np.inf
    for k in range(end - 1, begin - 1, -1):
        if best - offset[k] > metres[k]:
            best = metres[k] + offset[k]
            kept -= 1
            offset[kept], metres[kept] = offset[k], metres[k]
    n = end - kept
    for k in range(n):
        offset[begin + k], metres[begin + k] = offset[kept + k], metres[kept + k]
    return begin + n


@compiled
def distance_at(offset: Floats, metres: Floats, begin: int, end: int, place: float) -> float:
    """Give the distance at an offset of an edge whose sources stand at begin … end."""
    shortest = np.inf
    for k in range(begin, end):
        shortest = min(shortest, metres[k] + abs(place - offset[k]))
    return shortest


@compiled
def cut_edges(
    walk_m: Floats, edges: Rows, source_first: Rows, offset: Floats, metres: Floats, limit_m: float
) -> tuple[Rows, Floats, Floats]:
    """Cut the reached edges where the distance is the limit.

    Gives the stretches that are reached: the position of the edge, and from which offset to which.
    """
    room = len(offset)
    row = np.empty(room, dtype=np.int64)
    low = np.empty(room)
    high = np.empty(room)
    n = 0
    for k in range(len(edges)):
        begin = n
        for j in range(source_first[k], source_first[k + 1]):
            left = limit_m - metres[j]
            if left <= 0.0:
                continue
            a, b = max(offset[j] - left, 0.0), min(offset[j] + left, walk_m[edges[k]])
            if n > begin and a <= high[n - 1]:
                high[n - 1] = max(high[n - 1], b)
            elif b > a:
                row[n], low[n], high[n] = k, a, b
                n += 1
    return row[:n].copy(), low[:n].copy(), high[:n].copy()


@compiled
def draw_stretches(
    first_vertex: Rows, xy: Floats, along: Floats, edge: Rows, low: Floats, high: Floats
) -> tuple[Floats, Rows]:
    """Draw stretches of edges as vertices (k, 2) and the stretch that each is part of."""
    room = 0
    for k in range(len(edge)):
        room += first_vertex[edge[k] + 1] - first_vertex[edge[k]] + 2
    drawn = np.empty((room, 2))
    of = np.empty(room, dtype=np.int64)
    n = 0
    for k in range(len(edge)):
        begin, end = first_vertex[edge[k]], first_vertex[edge[k] + 1]
        for i in range(begin, end - 1):
            if along[i + 1] <= low[k] or along[i] >= high[k]:
                continue
            for which in range(2):
                place = min(high[k], along[i + 1]) if which else max(low[k], along[i])
                if which == 0 and n > 0 and of[n - 1] == k:
                    continue  # it is the end of the segment before
                share = (place - along[i]) / (along[i + 1] - along[i])
                drawn[n, 0] = xy[i, 0] + share * (xy[i + 1, 0] - xy[i, 0])
                drawn[n, 1] = xy[i, 1] + share * (xy[i + 1, 1] - xy[i, 1])
                of[n] = k
                n += 1
    return drawn[:n].copy(), of[:n].copy()
