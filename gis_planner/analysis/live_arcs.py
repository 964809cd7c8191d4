"""The arcs of a network that can lose and gain edges: every edge both ways, by the node it starts from.

The arcs of node v are first[v] … last[v]. A node that outgrows its place moves to the end of the arrays, so a change
touches the ends of the changed edges alone; loops are edges without arcs, no shortest path uses them.
"""

from __future__ import annotations

import numpy as np

from gis_planner.analysis.arcs import Small, sort_arcs
from gis_planner.analysis.arrays import Floats, Rows
from gis_planner.model.room import put_after


class LiveArcs:
    """Edges by row (`edge_from`, `edge_to`, `edge_walk_m`), which stay, `alive` where they count, and their arcs."""

    def __init__(self, nodes: int, edge_from: Rows, edge_to: Rows, walk_m: Floats) -> None:
        """Take noded edges of nodes 0 … nodes - 1."""
        self.edge_from: Rows = np.array(edge_from, dtype=np.int64)
        self.edge_to: Rows = np.array(edge_to, dtype=np.int64)
        self.edge_walk_m: Floats = np.array(walk_m, dtype=np.float64)
        self.alive = np.ones(len(self.edge_from), dtype=bool)
        self.nodes = nodes
        bounds, self.to, self.walk_m, self.edge = sort_arcs(
            nodes, self.edge_from, self.edge_to, self.edge_walk_m
        )
        self.first: Rows = bounds[:-1].copy()
        self.last: Rows = bounds[1:].copy()
        self._room: Rows = self.last.copy()  # up to where the arcs of a node may grow
        self._used = len(self.to)

    def columns(self) -> tuple[Rows, Rows, Small, Floats]:
        """Give first, last, to and walk_m, as the engines take them."""
        return self.first, self.last, self.to, self.walk_m

    def ends(self, edges: Rows) -> list[int]:
        """Give the nodes at which these edges end."""
        return [*self.edge_from[edges].tolist(), *self.edge_to[edges].tolist()]

    def take_out(self, edge: int) -> tuple[int, int]:
        """Take an edge out and give its ends."""
        a, b = int(self.edge_from[edge]), int(self.edge_to[edge])
        self.alive[edge] = False
        if a != b:
            for v in (a, b):
                low, high = int(self.first[v]), int(self.last[v])
                at = low + int(np.flatnonzero(self.edge[low:high] == edge)[0])
                for column in (self.to, self.walk_m, self.edge):
                    column[at] = column[high - 1]
                self.last[v] = high - 1
        return a, b

    def put_in(self, ends: Rows, walk_m: Floats) -> Rows:
        """Put edges (k, 2) in and give their rows."""
        start = len(self.edge_from)
        self.edge_from = put_after(self.edge_from, ends[:, 0])
        self.edge_to = put_after(self.edge_to, ends[:, 1])
        self.edge_walk_m = put_after(self.edge_walk_m, walk_m)
        self.alive = np.concatenate([self.alive, np.ones(len(ends), dtype=bool)])
        for row, ((a, b), metres) in enumerate(zip(ends.tolist(), walk_m.tolist(), strict=True), start):
            if a != b:
                self._append(a, b, metres, row)
                self._append(b, a, metres, row)
        return np.arange(start, len(self.edge_from), dtype=np.int64)

    def grow(self, nodes: int) -> None:
        """Have room for nodes up to this number, without arcs yet."""
        more = np.full(nodes - self.nodes, self._used, dtype=np.int64)
        self.first = put_after(self.first, more)
        self.last = put_after(self.last, more)
        self._room = put_after(self._room, more)
        self.nodes = nodes

    def _append(self, node: int, to: int, metres: float, edge: int) -> None:
        low, high = int(self.first[node]), int(self.last[node])
        if high == self._room[node]:
            size, room = high - low, 2 * (high - low) + 4
            while self._used + room > len(self.to):
                self._double()
            moved = self._used
            for column in (self.to, self.walk_m, self.edge):
                column[moved : moved + size] = column[low:high]
            self.first[node], self._room[node] = moved, moved + room
            self._used += room
            high = moved + size
        self.to[high], self.walk_m[high], self.edge[high] = to, metres, edge
        self.last[node] = high + 1

    def _double(self) -> None:
        more = max(1024, len(self.to) // 8)
        self.to = np.concatenate([self.to, np.zeros(more, dtype=np.int32)])
        self.walk_m = np.concatenate([self.walk_m, np.zeros(more)])
        self.edge = np.concatenate([self.edge, np.zeros(more, dtype=np.int32)])
