"""Streets that come and go: noding around them again gives the network that building everything gives."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from maps import layer_from

from gis_planner.analysis.live_network import change_streets, keep_alive
from gis_planner.analysis.network import build_network
from gis_planner.analysis.row_tree import RowTree
from gis_planner.model.layers import layer
from gis_planner.model.results import Network
from gis_planner.model.rules import Rules
from gis_planner.model.tables import Frame, append_rows, bools, geometries, ids, set_values

RULES = Rules()


def shape_of(network: Network, alive: np.ndarray | None = None) -> tuple[set[object], set[object]]:
    """Give the edges, and which ends of them meet, without the numbers of nodes."""
    rows = np.flatnonzero(alive) if alive is not None else np.arange(len(network.edge_from))
    edges = set()
    meeting: dict[int, set[object]] = defaultdict(set)
    for row in rows.tolist():
        key = (network.road_ids[row], network.edge_lines[row].wkb, float(network.walk_m[row]))
        edges.add((key, float(network.length_m[row])))
        meeting[int(network.edge_from[row])].add((key, 0))
        meeting[int(network.edge_to[row])].add((key, 1))
    return edges, {frozenset(ends) for ends in meeting.values()}


def drawn_streets(seed: int, count: int) -> Frame:
    """Draw streets that cross, touch, nearly touch and lie on each other; some on bridges, some with node ids."""
    random = np.random.default_rng(seed)
    corners = np.round(random.uniform(0, 700, (count, 2)), 1)
    lines, levels, noding, vertex = {}, {}, {}, {}
    for number in range(count):
        picked = random.choice(count, int(random.integers(2, 5)), replace=False)
        xy = corners[picked] + random.choice([0.0, 0.0, 0.04, 0.5], (len(picked), 1))
        if number % 7 == 3:
            xy = np.concatenate([xy, xy[:1]])  # a ring
        name = f"W{number:03d}"
        lines[name] = shapely.LineString(xy)
        levels[name] = int(random.choice([0, 0, 0, 0, 1]))
        shared = number % 3 == 0
        noding[name] = "shared" if shared else "drawn"
        names = [str(k) for k in picked] + ([str(picked[0])] if number % 7 == 3 else [])
        vertex[name] = " ".join(names) if shared else None
    return layer_from("roads", lines, level=levels, noding=noding, vertex_ids=vertex)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**31), st.integers(4, 26))
def test_streets_that_come_and_go_leave_the_network_that_building_gives(seed: int, count: int) -> None:
    random = np.random.default_rng(seed)
    roads = drawn_streets(seed, count)
    tree = RowTree(geometries(roads))
    live = keep_alive(build_network(roads, RULES)[0])
    for step in range(6):
        if random.random() < 0.4:
            xy = np.round(random.uniform(0, 700, (3, 2)), 1)
            ends = geometries(roads)[random.integers(0, len(roads))].coords
            xy[0] = ends[0] if random.random() < 0.7 else xy[0]
            name = f"N{step}"
            roads = append_rows(roads, layer_from("roads", {name: shapely.LineString(xy)}, noding="drawn"))
        else:
            row = int(random.integers(0, len(roads)))
            name = ids(roads)[row]
            value = None if bools(roads, "walkable")[row] is False else False
            roads = set_values(roads, [row], layer("roads").column("walkable"), [value])
        whole = build_network(roads, RULES)[0]
        tree.follow(geometries(roads))
        change = change_streets(live, roads, [ids(roads).index(name)], RULES, tree=tree)
        if change is None:
            live = keep_alive(whole)
            continue
        live = change.network
        assert shape_of(live, live.alive) == shape_of(whole)
        assert not live.alive[change.gone].any()
        names = [live.road_ids[row] for row in range(len(live.alive))]
        assert names == list(live.road_ids)
        assert len(names) == len(live.road_ids)
        assert live.road_ids[-1] == names[-1]
        assert list(live.road_ids[2:]) == names[2:]


def test_most_changes_need_no_building_anew() -> None:
    found = []
    for seed in range(40):
        roads = drawn_streets(seed, 20)
        live = keep_alive(build_network(roads, RULES)[0])
        closed = set_values(roads, [5], layer("roads").column("walkable"), [False])
        change = change_streets(live, closed, [5], RULES, tree=RowTree(geometries(roads)))
        found.append(change is not None)
    assert sum(found) >= 30
