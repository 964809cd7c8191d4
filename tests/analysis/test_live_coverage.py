"""After every local change the arrays equal, bit for bit, what measuring everything anew gives."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_planner.analysis.arrays import Floats, Rows
from gis_planner.analysis.live_arcs import LiveArcs
from gis_planner.analysis.live_coverage import REASONS, AccessPoints, LiveCoverage, join_points

KINDS, SEARCH_M = 3, 900.0


class Town:
    """What a live coverage is told, kept beside it, so that it can be laid out anew."""

    def __init__(self, seed: int, side: int) -> None:
        self.random = np.random.default_rng(seed)
        self.whole = seed % 2 == 0  # whole metres: many facilities are exactly as near
        self.nodes = side * side
        grid = np.arange(self.nodes).reshape(side, side)
        ends = np.concatenate(
            [
                np.stack([grid[:-1].ravel(), grid[1:].ravel()], axis=1),
                np.stack([grid[:, :-1].ravel(), grid[:, 1:].ravel()], axis=1),
                [[0, 0], [1, 1], [0, 1]],  # loops and an edge beside another
            ]
        )
        ends = ends[self.random.random(len(ends)) < 0.8]
        self.ends, self.walk_m = ends, self.metres(len(ends), 100)
        self.alive = np.ones(len(ends), dtype=bool)
        self.units = [self.points() for _ in range(4 * side)]
        self.facilities: dict[str, tuple[int, AccessPoints, dict[int, float]]] = {}
        for number in range(3 * side // 2):
            self.facilities[f"F{self.random.integers(0, 10**6):06d}-{number}"] = self.facility()
        self.live = self.anew()

    def metres(self, n: int, about: float) -> Floats:
        found = self.random.uniform(0.1, 1.0, n) * about
        return np.ceil(found) if self.whole else found

    def points(self) -> AccessPoints:
        edge = self.random.choice(np.flatnonzero(self.alive), int(self.random.integers(0, 4)))
        offset = self.walk_m[edge] * self.random.random(len(edge))
        offset = np.floor(offset) if self.whole else offset
        order = np.lexsort((offset, edge))
        return AccessPoints(edge[order], offset[order], self.metres(len(edge), 30))

    def facility(self) -> tuple[int, AccessPoints, dict[int, float]]:
        inside = self.random.choice(len(self.units), int(self.random.integers(0, 3)), replace=False)
        direct = dict(zip(inside.tolist(), self.metres(len(inside), 60).tolist(), strict=True))
        return int(self.random.integers(-1, KINDS)), self.points(), direct

    def anew(self) -> LiveCoverage:
        """Lay everything out as it stands now; the rows of edges are those that are alive, in their order."""
        row = np.cumsum(self.alive) - 1
        kept = self.alive
        arcs = LiveArcs(self.nodes, self.ends[kept, 0], self.ends[kept, 1], self.walk_m[kept])
        moved = [AccessPoints(row[p.edge], p.offset_m, p.leg_m) for p in self.units]
        live = LiveCoverage(arcs, *join_points(moved), kinds=KINDS, search_max_m=SEARCH_M)
        names = sorted(self.facilities)
        points = [self.facilities[name][1] for name in names]
        first = np.concatenate([[0], np.cumsum([len(p.edge) for p in points])]).astype(np.int64)
        walks = [
            (unit, slot, metres)
            for slot, name in enumerate(names)
            for unit, metres in self.facilities[name][2].items()
        ]
        live.set_facilities(
            names,
            np.array([self.facilities[name][0] for name in names], dtype=np.int64),
            first,
            AccessPoints(
                row[np.concatenate([p.edge for p in points])],
                np.concatenate([p.offset_m for p in points]),
                np.concatenate([p.leg_m for p in points]),
            ),
            (
                np.array([w[0] for w in walks], dtype=np.int64),
                np.array([w[1] for w in walks], dtype=np.int64),
                np.array([w[2] for w in walks], dtype=np.float64),
            ),
        )
        live.measure()
        return live

    def change(self) -> None:
        """Make one change of any sort and tell the live coverage."""
        what = int(self.random.integers(0, 6))
        if what == 0:
            self.put(f"F{self.random.integers(0, 10**6):06d}", self.facility())
        elif what == 1:
            self.put(str(self.random.choice(sorted(self.facilities))), self.facility())
        elif what == 2:
            name = str(self.random.choice(sorted(self.facilities)))
            _, points, direct = self.facilities[name]
            self.put(name, (int(self.random.integers(-1, KINDS)), points, direct))
        elif what == 3:
            units = self.random.choice(len(self.units), 2, replace=False).astype(np.int64)
            points = [self.points() for _ in units]
            for unit, own in zip(units.tolist(), points, strict=True):
                self.units[unit] = own
            self.live.set_unit_points(units, points)
        elif what == 4:
            self.draw_street()
        else:
            self.close_street()

    def put(self, name: str, facility: tuple[int, AccessPoints, dict[int, float]]) -> None:
        self.facilities[name] = facility
        kind, points, direct = facility
        pairs = np.array(sorted(direct), dtype=np.int64)
        self.live.set_facility(
            name, kind, points, (pairs, np.array([direct[u] for u in pairs.tolist()], dtype=float))
        )

    def draw_street(self) -> None:
        ends = self.random.integers(0, self.nodes, (2, 2)).astype(np.int64)
        ends[1] = [ends[0, 1], self.nodes]  # on to a new node
        self.nodes += 1
        self.edges_become(np.empty(0, dtype=np.int64), ends)

    def close_street(self) -> None:
        gone = self.random.choice(np.flatnonzero(self.alive), 2, replace=False).astype(np.int64)
        self.edges_become(gone, np.empty((0, 2), dtype=np.int64))
        units = [unit for unit, own in enumerate(self.units) if np.isin(own.edge, gone).any()]
        for unit in units:
            self.units[unit] = self.points()
        self.live.set_unit_points(np.array(units, dtype=np.int64), [self.units[unit] for unit in units])
        for name, (kind, points, direct) in list(self.facilities.items()):
            if np.isin(points.edge, gone).any():
                self.put(name, (kind, self.points(), direct))

    def edges_become(self, gone: Rows, ends: Rows) -> None:
        walk = self.metres(len(ends), 100)
        self.alive[gone] = False
        self.ends, self.walk_m = np.concatenate([self.ends, ends]), np.concatenate([self.walk_m, walk])
        self.alive = np.concatenate([self.alive, np.ones(len(ends), dtype=bool)])
        self.live.change_edges(gone, ends, walk, self.nodes)


def state(live: LiveCoverage) -> list[object]:
    names = np.array([*live.facility_ids, None], dtype=object)
    found: list[object] = []
    for kind in range(live.kinds):
        distance, nearest = live.labels(kind)
        found += [distance.tolist(), names[nearest].tolist(), live.shortest(kind).tolist()]
        found += [names[live.whose(kind)].tolist(), live.reasons(kind, 400.0).tolist()]
    return found


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**31), st.integers(3, 9))
def test_after_every_change_all_is_as_if_measured_anew(seed: int, side: int) -> None:
    town = Town(seed, side)
    before = [town.live.shortest(kind).copy() for kind in range(KINDS)]
    for _ in range(12):
        town.change()
        touched = town.live.settle()
        assert state(town.live) == state(town.anew())
        for kind in range(KINDS):
            differs = np.flatnonzero(town.live.shortest(kind) != before[kind])
            assert set(differs.tolist()) <= set(touched[kind].tolist())
            before[kind] = town.live.shortest(kind).copy()


def test_several_changes_are_carried_out_at_once() -> None:
    town = Town(7, 8)
    for _ in range(25):
        town.change()
    town.live.settle()
    assert state(town.live) == state(town.anew())


@pytest.mark.parametrize("threads", [1, 2])
def test_threads_show_in_nothing(threads: int) -> None:
    town = Town(5, 9)
    before = state(town.live)
    town.live.measure(threads=threads)
    assert state(town.live) == before


def test_taking_a_change_back_gives_the_same_bits() -> None:
    town = Town(11, 9)
    before = state(town.live)
    name = sorted(town.facilities)[0]
    was = town.facilities[name]
    town.put(name, ((was[0] + 1) % KINDS, town.points(), {}))
    town.live.settle()
    assert state(town.live) != before
    town.put(name, was)
    town.live.settle()
    assert state(town.live) == before


def test_reasons_are_told_apart() -> None:
    arcs = LiveArcs(3, np.array([0, 1]), np.array([1, 2]), np.array([500.0, 2000.0]))
    none = AccessPoints(np.empty(0, dtype=np.int64), np.empty(0), np.empty(0))
    at = [
        AccessPoints(np.array([e]), np.array([o]), np.array([0.0]))
        for e, o in ((0, 0.0), (1, 0.0), (1, 1500.0))
    ]
    live = LiveCoverage(arcs, *join_points([*at, none]), kinds=2, search_max_m=1500.0)
    empty = np.empty(0, dtype=np.int64)
    live.set_facilities(["F"], np.array([0]), np.array([0, 1]), at[0], (empty, empty, np.empty(0)))
    live.measure()
    assert [REASONS[r] for r in live.reasons(0, 400.0)] == [
        "served",
        "beyond_limit",
        "beyond_search",
        "no_access",
    ]
    assert {REASONS[r] for r in live.reasons(1, 400.0)} == {"no_facility"}
