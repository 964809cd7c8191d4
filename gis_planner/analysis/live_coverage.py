"""Who reaches what, kept up to date.

The labels of every node (metres to the nearest facility of a kind, and which one it is) and what every unit picks
from them are arrays that a local change repairs in place. They are a cache of a pure function: after every change they
equal, bit for bit, what measuring everything anew gives, whatever the order of changes, rows or threads.

A change is told in parts (`set_facility`, `set_unit_points`, `change_edges` …) and carried out by `settle`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from gis_planner.analysis.arcs import EQUAL_M, Small
from gis_planner.analysis.arrays import Floats, Rows, ranges
from gis_planner.analysis.engine import load_engine
from gis_planner.analysis.live_arcs import LiveArcs
from gis_planner.model.room import put_after

REASONS: tuple[str, ...] = (
    "served",
    "beyond_limit",
    "beyond_search",
    "no_access",
    "no_facility",
    "not_assessed",
)
_SERVED, _BEYOND_LIMIT, _BEYOND_SEARCH, _NO_ACCESS, _NO_FACILITY, _ = range(6)


class AccessPoints(NamedTuple):
    """Where one owner meets the network: row of the edge, offset on its walk_m, length of the leg; (k,) each."""

    edge: Rows
    offset_m: Floats
    leg_m: Floats

    def at(self, rows: Rows | slice) -> AccessPoints:
        """Give the points at these positions."""
        return AccessPoints(self.edge[rows], self.offset_m[rows], self.leg_m[rows])


def join_points(owners: Sequence[AccessPoints]) -> tuple[Rows, AccessPoints]:
    """Put the points of many owners into one, those of owner k at first[k] … first[k + 1]."""
    first = np.concatenate([[0], np.cumsum([len(own.edge) for own in owners])]).astype(np.int64)
    every = [NO_POINTS, *owners]
    return first, AccessPoints(
        np.concatenate([own.edge for own in every]),
        np.concatenate([own.offset_m for own in every]),
        np.concatenate([own.leg_m for own in every]),
    )


NO_POINTS = AccessPoints(np.empty(0, dtype=np.int64), np.empty(0), np.empty(0))


@dataclass(eq=False)
class _Kind:
    """What one kind of facility is walked to from: seeds sorted by node, access points sorted by edge, labels."""

    node: Rows
    metres: Floats
    owner: Rows
    near_edge: Rows
    near_offset_m: Floats
    near_leg_m: Floats
    near_owner: Rows
    distance: Floats
    nearest: Small
    shortest: Floats
    whose: Small
    suspects: list[int] = field(default_factory=list)
    candidates: list[int] = field(default_factory=list)
    nodes: list[int] = field(default_factory=list)  # units here pick again
    units: list[int] = field(default_factory=list)


class LiveCoverage:
    """The coverage of many units by the facilities of some kinds.

    `shortest` and `whose` are (kinds, units): metres (inf where nothing is within the search) and the slot of the
    facility (-1), whose id is `facility_ids[slot]`. Facilities keep their slots; the smallest id wins where several are
    as near.
    """

    def __init__(
        self,
        arcs: LiveArcs,
        first: Rows,
        points: AccessPoints,
        *,
        kinds: int,
        search_max_m: float,
    ) -> None:
        """Take a network and the access points of its units, those of unit k at first[k] … first[k + 1]."""
        self.arcs = arcs
        self.search_max_m = search_max_m
        self.unit_first: Rows = first[:-1].copy()
        self.unit_last: Rows = first[1:].copy()
        self.edge, self.offset_m, self.leg_m = points
        self.units_of_node = _UnitsOfNode(
            arcs, np.repeat(np.arange(len(first) - 1), np.diff(first)), points.edge
        )
        self.facility_ids: list[str] = []
        self.slot_of: dict[str, int] = {}
        self.kind: Rows = np.empty(0, dtype=np.int64)
        self.rank: Rows = np.empty(0, dtype=np.int64)
        self.facility_points: list[AccessPoints] = []
        self.direct_unit: Rows = np.empty(0, dtype=np.int64)
        self.direct_slot: Rows = np.empty(0, dtype=np.int64)
        self.direct_m: Floats = np.empty(0)
        self._mark: Small = np.zeros(arcs.nodes, dtype=np.int32)
        self._kinds = [self._nothing() for _ in range(kinds)]

    @property
    def units(self) -> int:
        """The number of units."""
        return len(self.unit_first)

    @property
    def kinds(self) -> int:
        """The number of kinds."""
        return len(self._kinds)

    def shortest(self, kind: int) -> Floats:
        """Give everyone's metres to the nearest facility of a kind, inf beyond the search."""
        return self._kinds[kind].shortest

    def whose(self, kind: int) -> Small:
        """Give the slot of everyone's nearest facility of a kind, -1 for nobody."""
        return self._kinds[kind].whose

    def labels(self, kind: int) -> tuple[Floats, Small]:
        """Give the metres and the nearest facility's slot at every node."""
        return self._kinds[kind].distance, self._kinds[kind].nearest

    def reasons(self, kind: int, limit_m: float, units: Rows | None = None) -> Small:
        """Say of units why they are served or not, as positions in `REASONS`."""
        rows = np.arange(self.units) if units is None else units
        shortest = self._kinds[kind].shortest[rows]
        reason = np.full(len(rows), _BEYOND_SEARCH, dtype=np.int32)
        reason[shortest <= self.search_max_m] = _BEYOND_LIMIT
        reason[shortest <= limit_m] = _SERVED
        if not (self.kind == kind).any():
            reason[:] = _NO_FACILITY
            return reason
        stuck = np.flatnonzero(self.unit_first[rows] == self.unit_last[rows])
        if len(stuck):
            walked = self.direct_unit[self.kind[self.direct_slot] == kind]
            at = np.searchsorted(walked, rows[stuck])
            beside = np.zeros(len(stuck), dtype=bool)
            inside = at < len(walked)
            beside[inside] = walked[at[inside]] == rows[stuck[inside]]
            reason[stuck[~beside]] = _NO_ACCESS
        return reason

    # --- telling what changes

    def set_facilities(
        self,
        ids: Sequence[str],
        kinds: Rows,
        first: Rows,
        points: AccessPoints,
        direct: tuple[Rows, Rows, Floats],
    ) -> None:
        """Take all facilities at once (kind -1: not walked to); `direct` are (unit, position in ids, metres)."""
        order = sorted(range(len(ids)), key=lambda row: ids[row])
        self.facility_ids = list(ids)
        self.slot_of = {name: slot for slot, name in enumerate(ids)}
        self.kind = np.array(kinds, dtype=np.int64)
        self.rank = np.empty(len(ids), dtype=np.int64)
        self.rank[order] = np.arange(len(ids))
        self.facility_points = [
            points.at(slice(low, high))
            for low, high in zip(first[:-1].tolist(), first[1:].tolist(), strict=True)
        ]
        self._set_direct(*direct)
        owner = np.repeat(np.arange(len(ids)), np.diff(first))
        for number in range(self.kinds):
            mine = np.flatnonzero(self.kind[owner] == number)
            kind = self._kinds[number] = self._nothing()
            self._add_entries(kind, owner[mine], points.at(mine))

    def set_facility(
        self, facility_id: str, kind: int, points: AccessPoints, direct: tuple[Rows, Floats]
    ) -> None:
        """Add a facility or change it: its kind (-1: not walked to), access points, and walks inside its
        compound (unit, metres)."""
        slot = self.add_slot(facility_id)
        before = int(self.kind[slot])
        if before >= 0:
            self._withdraw(self._kinds[before], slot)
        kept = self.direct_slot != slot
        new = np.full(len(direct[0]), slot, dtype=np.int64)
        self._set_direct(
            np.concatenate([self.direct_unit[kept], direct[0]]),
            np.concatenate([self.direct_slot[kept], new]),
            np.concatenate([self.direct_m[kept], direct[1]]),
        )
        self.kind[slot] = kind
        self.facility_points[slot] = points
        if kind >= 0:
            self._offer(self._kinds[kind], slot, points)
            self._kinds[kind].units += direct[0].tolist()

    def set_unit_points(self, units: Rows, points: Sequence[AccessPoints]) -> None:
        """Give units other access points."""
        start = len(self.edge)
        _, more = join_points(points)
        self.edge = put_after(self.edge, more.edge)
        self.offset_m = put_after(self.offset_m, more.offset_m)
        self.leg_m = put_after(self.leg_m, more.leg_m)
        for unit, own in zip(units.tolist(), points, strict=True):
            self.unit_first[unit], self.unit_last[unit] = start, start + len(own.edge)
            start += len(own.edge)
            self.units_of_node.add(unit, self.arcs.ends(own.edge))
        for kind in self._kinds:
            kind.units += units.tolist()

    def set_unit_direct(self, units: Rows, direct: tuple[Rows, Rows, Floats]) -> None:
        """Give units other walks inside their compound: (unit, slot, metres)."""
        kept = ~np.isin(self.direct_unit, units)
        self._set_direct(
            np.concatenate([self.direct_unit[kept], direct[0]]),
            np.concatenate([self.direct_slot[kept], direct[1]]),
            np.concatenate([self.direct_m[kept], direct[2]]),
        )
        for kind in self._kinds:
            kind.units += units.tolist()

    def change_edges(self, removed: Rows, ends: Rows, walk_m: Floats, nodes: int) -> Rows:
        """Take edges out and put others in; `ends` (k, 2), new nodes have the next numbers. Gives the new edges' rows.

        Access points on edges that are gone must be replaced before `settle`.
        """
        if nodes > self.arcs.nodes:
            self._grow(nodes)
        for edge in removed.tolist():
            a, b = self.arcs.take_out(edge)
            metres = float(self.arcs.edge_walk_m[edge])
            for kind in self._kinds:
                for here, there in ((a, b), (b, a)):
                    if kind.distance[here] + metres <= kind.distance[there] + EQUAL_M:
                        kind.suspects.append(there)
        rows = self.arcs.put_in(ends, walk_m)
        for kind in self._kinds:
            kind.candidates += ends.ravel().tolist()
        return rows

    # --- carrying it out

    def measure(self, *, threads: int = 1) -> None:
        """Measure everything anew."""
        every = np.arange(self.units, dtype=np.int64)

        def run(number: int) -> None:
            kind = self._kinds[number]
            kind.distance, kind.nearest = load_engine(self.arcs.nodes).spread(
                *self.arcs.columns(), kind.node, kind.metres, kind.owner, self.rank, self.search_max_m
            )
            kind.shortest, kind.whose = self._pick(number, every)
            kind.suspects, kind.candidates, kind.nodes, kind.units = [], [], [], []

        if threads > 1:
            with ThreadPoolExecutor(threads) as pool:
                list(pool.map(run, range(self.kinds)))
        else:
            for number in range(self.kinds):
                run(number)

    def settle(self) -> list[Rows]:
        """Carry out what was told since; gives for every kind the units whose distance or facility differs."""
        return [self._settle(number) for number in range(self.kinds)]

    def _settle(self, number: int) -> Rows:
        kind = self._kinds[number]
        if not (kind.suspects or kind.candidates or kind.nodes or kind.units):
            return np.empty(0, dtype=np.int64)
        changed = np.array(kind.nodes, dtype=np.int64)
        if kind.suspects or kind.candidates:
            touched = load_engine(self.arcs.nodes).repair(
                *self.arcs.columns(), kind.node, kind.metres, kind.owner, self.rank, kind.distance, kind.nearest,
                self.search_max_m, np.array(kind.suspects, dtype=np.int64), np.array(kind.candidates, dtype=np.int64),
                self._mark,
            )  # fmt: skip
            changed = np.concatenate([changed, touched.astype(np.int64)])
        told = kind.units
        kind.suspects, kind.candidates, kind.nodes, kind.units = [], [], [], []
        units = np.unique(np.concatenate([self.units_of_node.of(changed), np.array(told, dtype=np.int64)]))
        shortest, whose = self._pick(number, units)
        other = (shortest != kind.shortest[units]) | (whose != kind.whose[units])
        kind.shortest[units], kind.whose[units] = shortest, whose
        differing: Rows = units[other]
        return differing

    def _pick(self, number: int, units: Rows) -> tuple[Floats, Small]:
        kind = self._kinds[number]
        mine = self.kind[self.direct_slot] == number
        shortest, whose = load_engine(len(units)).pick(
            units, self.unit_first, self.unit_last, self.edge, self.offset_m, self.leg_m,
            self.arcs.edge_from, self.arcs.edge_to, self.arcs.edge_walk_m, kind.distance, kind.nearest, self.rank,
            kind.near_edge, kind.near_offset_m, kind.near_leg_m, kind.near_owner,
            self.direct_unit[mine], self.direct_m[mine], self.direct_slot[mine],
        )  # fmt: skip
        beyond = shortest > self.search_max_m
        shortest[beyond], whose[beyond] = np.inf, -1
        return shortest, whose

    # --- seeds

    def _nothing(self) -> _Kind:
        none, metres = np.empty(0, dtype=np.int64), np.empty(0)
        far, nobody = np.full(self.arcs.nodes, np.inf), np.full(self.arcs.nodes, -1, dtype=np.int32)
        shortest, whose = np.full(self.units, np.inf), np.full(self.units, -1, dtype=np.int32)
        return _Kind(none, metres, none, none, metres, metres, none, far, nobody, shortest, whose)

    def _add_entries(self, kind: _Kind, owner: Rows, points: AccessPoints) -> Rows:
        """Put access points among the seeds and the points by edge; gives the nodes that they lead to."""
        node, metres = self._leads(points)
        twice = np.concatenate([owner, owner])
        node_all = np.concatenate([kind.node, node])
        order = np.argsort(node_all, kind="stable")
        kind.node = node_all[order]
        kind.metres = np.concatenate([kind.metres, metres])[order]
        kind.owner = np.concatenate([kind.owner, twice])[order]
        edge_all = np.concatenate([kind.near_edge, points.edge])
        order = np.argsort(edge_all, kind="stable")
        kind.near_edge = edge_all[order]
        kind.near_offset_m = np.concatenate([kind.near_offset_m, points.offset_m])[order]
        kind.near_leg_m = np.concatenate([kind.near_leg_m, points.leg_m])[order]
        kind.near_owner = np.concatenate([kind.near_owner, owner])[order]
        return node

    def _leads(self, points: AccessPoints) -> tuple[Rows, Floats]:
        edge = points.edge
        back_m = points.leg_m + (self.arcs.edge_walk_m[edge] - points.offset_m)
        node = np.concatenate([self.arcs.edge_from[edge], self.arcs.edge_to[edge]])
        return node, np.concatenate([points.leg_m + points.offset_m, back_m])

    def _offer(self, kind: _Kind, slot: int, points: AccessPoints) -> None:
        owner = np.full(len(points.edge), slot, dtype=np.int64)
        node = self._add_entries(kind, owner, points)
        kind.candidates += node.tolist()
        kind.nodes += node.tolist()

    def _withdraw(self, kind: _Kind, slot: int) -> None:
        gone = kind.owner == slot
        node, metres = kind.node[gone], kind.metres[gone]
        kind.suspects += node[metres <= kind.distance[node] + EQUAL_M].tolist()
        kind.nodes += node.tolist()
        kind.node, kind.metres, kind.owner = kind.node[~gone], kind.metres[~gone], kind.owner[~gone]
        kept = kind.near_owner != slot
        kind.near_edge, kind.near_owner = kind.near_edge[kept], kind.near_owner[kept]
        kind.near_offset_m, kind.near_leg_m = kind.near_offset_m[kept], kind.near_leg_m[kept]
        kind.units += self.direct_unit[self.direct_slot == slot].tolist()

    def add_slot(self, facility_id: str) -> int:
        """Give the slot of a facility, a new one where it has none yet."""
        known = self.slot_of.get(facility_id)
        if known is not None:
            return known
        slot = self.slot_of[facility_id] = len(self.facility_ids)
        place = sum(name < facility_id for name in self.facility_ids)
        self.facility_ids.append(facility_id)
        self.rank[self.rank >= place] += 1
        self.rank = np.append(self.rank, place)
        self.kind = np.append(self.kind, -1)
        self.facility_points.append(NO_POINTS)
        return slot

    def _set_direct(self, unit: Rows, slot: Rows, metres: Floats) -> None:
        order = np.lexsort((slot, unit))
        self.direct_unit, self.direct_slot, self.direct_m = unit[order], slot[order], metres[order]

    def _grow(self, nodes: int) -> None:
        more = nodes - self.arcs.nodes
        self.arcs.grow(nodes)
        self._mark = put_after(self._mark, np.zeros(more, dtype=np.int32))
        for kind in self._kinds:
            kind.distance = put_after(kind.distance, np.full(more, np.inf))
            kind.nearest = put_after(kind.nearest, np.full(more, -1, dtype=np.int32))


class _UnitsOfNode:
    """Which units step onto an edge that ends at a node."""

    def __init__(self, arcs: LiveArcs, unit: Rows, edge: Rows) -> None:
        node = np.concatenate([arcs.edge_from[edge], arcs.edge_to[edge]])
        order = np.argsort(node, kind="stable")
        self._node = node[order].astype(np.int32)
        self._unit = np.concatenate([unit, unit])[order].astype(np.int32)
        self._later: dict[int, list[int]] = {}

    def add(self, unit: int, nodes: Iterable[int]) -> None:
        """Note where a unit steps on since; where it did before it is still named, which costs a look."""
        for node in nodes:
            self._later.setdefault(node, []).append(unit)

    def of(self, nodes: Rows) -> Rows:
        """Give the units of these nodes."""
        wanted = nodes.astype(np.int32)  # of the very type, or the whole array is copied for the search
        low = np.searchsorted(self._node, wanted, side="left")
        high = np.searchsorted(self._node, wanted, side="right")
        found = self._unit[ranges(low, high)].astype(np.int64)
        if not self._later:
            return found
        later = [unit for node in nodes.tolist() for unit in self._later.get(node, ())]
        return np.concatenate([found, np.array(later, dtype=np.int64)])
