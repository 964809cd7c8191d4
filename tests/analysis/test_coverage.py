from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from maps import compounds_from, facilities_from, layer_from, project_of, roads_from
from reference import find_faults
from towns import small_town
from walks import Walks, exported, hide_numba, walks_in

from gis_planner.analysis import coverage_kernel, coverage_plain
from gis_planner.analysis.arcs import list_arcs
from gis_planner.analysis.coverage import measure_coverage
from gis_planner.analysis.engine import load_engine
from gis_planner.model.choices import NINE_KINDS
from gis_planner.model.project import Project
from gis_planner.model.results import Network
from gis_planner.model.rules import Rules
from gis_planner.model.tables import Frame, append_rows, geometries, take

RULES = Rules()


def faults_of(walks: Walks, rules: Rules = RULES) -> list[str]:
    nodes, edges = exported(walks.network)
    found = walks.found
    return find_faults(
        nodes,
        edges,
        walks.units,
        found.facilities,
        found.access,
        found.direct,
        walks.coverage,
        search_max=rules.search_max_m,
        limit=rules.limit_m,
    )


STREET = roads_from({"R1": [(0, 0), (5000, 0)]})


def street_with(compound_x: float, roads: Frame = STREET, **places: tuple[str, float, float]) -> Project:
    compounds = layer_from("compounds", {"A": shapely.box(compound_x, 10, compound_x + 1, 20)}, name="A")
    return project_of(compounds=compounds, facilities=facilities_from(places), roads=roads)


def test_the_distance_is_leg_and_path_and_leg() -> None:
    roads = roads_from({"R1": [(0, 0), (300, 0)], "R2": [(300, 0), (300, 400)]})
    walks = walks_in(street_with(100, roads, F1=("toilet", 310, 150)))
    assert walks.of("compounds/A") == (10 + 199 + 150 + 10, "F1", True, "served")


def test_two_on_one_edge_walk_along_it() -> None:
    walks = walks_in(street_with(100, F1=("toilet", 160, -5)))
    assert walks.of("compounds/A") == (10 + 59 + 5, "F1", True, "served")


def test_two_on_one_loop_take_the_shorter_way_round() -> None:
    roads = roads_from({"R1": [(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)]})
    walks = walks_in(street_with(20, roads, F1=("toilet", -4, 30)))
    assert walks.of("compounds/A")[0] == pytest.approx(10 + 20 + 30 + 4)


@pytest.mark.parametrize(("x", "expected"), [(1091.0, (True, "served")), (1091.01, (False, "beyond_limit"))])
def test_the_limit_is_a_length_legs_included(x: float, expected: tuple[bool, str]) -> None:
    walks = walks_in(street_with(100, F1=("toilet", x, 0)))
    assert walks.of("compounds/A")[2:] == expected


def test_beyond_the_search_the_distance_is_unknown_and_says_so() -> None:
    walks = walks_in(street_with(100, F1=("toilet", 3092.0, 0)))
    assert walks.of("compounds/A") == (None, None, False, "beyond_search")
    assert walks_in(street_with(100, F1=("toilet", 3091.0, 0))).of("compounds/A")[0] == 3000.0


def test_minutes_follow_the_walking_speed() -> None:
    walks = walks_in(street_with(100, F1=("toilet", 461, 0)), RULES.with_value("walk_speed_m_s", 1.0))
    row = walks.coverage[walks.coverage["kind"] == "toilet"].iloc[0]
    assert row["distance_m"] == 370.0
    assert row["minutes"] == pytest.approx(370 / 60)


def test_reasons_tell_apart_why_nobody_serves() -> None:
    compounds = layer_from(
        "compounds", {"A": shapely.box(100, 10, 101, 20), "B": shapely.box(0, 900, 10, 910)}, name="x"
    )
    facilities = facilities_from(
        {"F1": ("toilet", 200, 0), "F2": ("library", 300, 0)}, status={"F2": "closed"}
    )
    walks = walks_in(project_of(compounds=compounds, facilities=facilities, roads=STREET))
    assert walks.of("compounds/A", "toilet")[3] == "served"
    assert walks.of("compounds/A", "library") == (None, None, False, "no_facility")
    assert walks.of("compounds/B", "toilet") == (None, None, False, "no_access")
    assert walks.of("compounds/B", "library") == (None, None, False, "no_facility")


def test_nothing_is_said_where_nothing_was_loaded() -> None:
    walks = walks_in(street_with(100, F1=("toilet", 200, 0)), assessed=False)
    assert set(walks.coverage["reason"]) == {"not_assessed"}
    assert walks.coverage[["distance_m", "facility_id", "minutes", "reached"]].isna().all().all()


def test_of_equally_near_facilities_the_smallest_id_is_named() -> None:
    walks = walks_in(street_with(100, F3=("toilet", 200, 3), F1=("toilet", 200, -3), F2=("toilet", 1, -3)))
    assert walks.of("compounds/A")[:2] == (112, "F1")


def test_equally_near_means_within_rounding() -> None:
    roads = roads_from(
        {
            "R1": [(0, 0), (0.1, 0), (0.30000000000000004, 0)],
            "R2": [(0.1, 0), (0.1, 0.2)],
            "R3": [(0, 0), (-40, 0)],
        }
    )
    rules = RULES.with_value("noding_tolerance_m", 0.0)
    project = street_with(-30, roads, F2=("toilet", 0.3, 0), F1=("toilet", 0.1, 0.2))
    assert walks_in(project, rules).of("compounds/A")[1] == "F1"


def test_a_facility_across_the_river_serves_nobody_without_a_bridge() -> None:
    roads = roads_from({"south": [(0, 0), (500, 0)], "north": [(0, 100), (500, 100)]})
    river = layer_from("barriers", {"X1": shapely.box(-500, 20, 900, 60)}, kind="river")
    compounds = layer_from("compounds", {"A": shapely.box(100, 5, 110, 15)}, name="A")
    base = {
        "compounds": compounds,
        "barriers": river,
        "facilities": facilities_from({"F1": ("toilet", 105, 65)}),
    }
    walks = walks_in(project_of(**base, roads=roads))
    assert walks.of("compounds/A") == (None, None, False, "beyond_search")
    assert [(i.code, i.feature) for i in walks.found.issues] == [("network.facility_unreached", "F1")]
    bridge = append_rows(roads, roads_from({"bridge": [(500, 0), (500, 100)]}, bridge=True))
    assert walks_in(project_of(**base, roads=bridge)).of("compounds/A")[0] == 5 + 390 + 100 + 395 + 35


def test_a_footbridge_over_a_street_gives_no_way_down() -> None:
    roads = roads_from({"low": [(0, 0), (300, 0)], "high": [(150, -200), (150, 200)]}, level={"high": 1})
    walks = walks_in(street_with(20, roads, F1=("toilet", 150, 190)))
    assert walks.of("compounds/A")[3] == "beyond_search"


def test_an_island_of_the_network_serves_only_itself() -> None:
    roads = roads_from({"main": [(0, 0), (500, 0)], "island": [(0, 300), (500, 300)]})
    compounds = layer_from(
        "compounds", {"A": shapely.box(100, 5, 110, 15), "B": shapely.box(100, 305, 110, 315)}, name="x"
    )
    walks = walks_in(
        project_of(compounds=compounds, roads=roads, facilities=facilities_from({"F1": ("toilet", 120, 295)}))
    )
    assert walks.of("compounds/A")[3] == "beyond_search"
    assert walks.of("compounds/B") == (20, "F1", True, "served")


def test_inside_one_compound_people_walk_straight_without_streets() -> None:
    entrances = layer_from("entrances", {"E1": shapely.Point(25, 0)}, status="closed")
    buildings = layer_from("buildings", {"B1": shapely.box(5, 5, 10, 10)})
    facilities = facilities_from({"F1": ("toilet", 10, 40)})
    project = project_of(
        compounds=compounds_from("A"),
        buildings=buildings,
        entrances=entrances,
        facilities=facilities,
        roads=STREET,
    )
    walks = walks_in(project)
    assert walks.of("buildings/B1") == (30, "F1", True, "served")
    assert walks.of("compounds/A") == (10, "F1", True, "served")
    assert walks.of("buildings/B1", "library")[3] == "no_facility"


def test_the_table_has_every_unit_and_kind_in_order() -> None:
    walks = walks_in(small_town(4))
    pairs = list(zip(walks.coverage["unit_id"], walks.coverage["kind"], strict=True))
    assert pairs == sorted(pairs)
    assert len(pairs) == len(walks.units) * 9


def test_an_empty_town_gives_an_empty_table() -> None:
    coverage = walks_in(project_of()).coverage
    assert len(coverage) == 0
    assert list(coverage.columns) == [
        "unit_id",
        "kind",
        "distance_m",
        "facility_id",
        "minutes",
        "reached",
        "reason",
    ]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**20))
def test_coverage_equals_an_independent_recomputation(seed: int) -> None:
    rules = RULES.with_value("limit_m", 250).with_value("search_max_m", 700)
    assert faults_of(walks_in(small_town(seed), rules), rules) == []


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**20), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(seed: int, random: Any) -> None:
    town = small_town(seed, blocks=4)
    turned = {}
    for name in town.loaded:
        order = list(range(len(town.table(name))))
        random.shuffle(order)
        turned[name] = take(town.table(name), order)
    pd.testing.assert_frame_equal(
        walks_in(town).coverage, walks_in(project_of(**turned)).coverage, check_exact=True
    )


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**20), st.tuples(st.integers(0, 400), st.integers(0, 400)))
def test_a_further_facility_never_lowers_coverage(seed: int, place: tuple[int, int]) -> None:
    town = small_town(seed)
    more = facilities_from({"G1": ("library", *place)})
    tables = {name: town.table(name) for name in town.loaded}
    richer = {**tables, "facilities": append_rows(town.table("facilities"), more)}
    before, after = walks_in(town).coverage, walks_in(project_of(**richer)).coverage
    assert (after["distance_m"].fillna(np.inf) <= before["distance_m"].fillna(np.inf) + 1e-9).all()
    assert (after["reached"] >= before["reached"]).all()


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**20))
def test_a_further_entrance_never_lowers_coverage(seed: int) -> None:
    town = small_town(seed)
    closed = town.table("entrances")
    status = closed["status"].to_numpy(dtype=object).copy()
    gated = {c for c, s in zip(closed["compound_id"], status, strict=True) if s == "open" and c is not None}
    status[[c in gated for c in closed["compound_id"]]] = "open"
    opened = closed.assign(status=pd.Series(status, dtype=object))
    tables = {name: town.table(name) for name in town.loaded}
    before = walks_in(town).coverage
    after = walks_in(project_of(**{**tables, "entrances": opened})).coverage
    assert (after["distance_m"].fillna(np.inf) <= before["distance_m"].fillna(np.inf) + 1e-9).all()


def test_moving_the_town_changes_no_distance() -> None:
    town = small_town(11)
    moved = {
        name: town.table(name).set_geometry(town.table(name).geometry.translate(437123.4, 3823456.7))
        for name in town.loaded
    }
    here, there = walks_in(town).coverage, walks_in(project_of(**moved)).coverage
    np.testing.assert_allclose(here["distance_m"], there["distance_m"], atol=1e-6)
    assert here["reason"].tolist() == there["reason"].tolist()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**20), st.sampled_from([200.0, 650.0, 1e9]))
def test_the_plain_engine_equals_the_compiled_one_to_the_last_bit(seed: int, limit: float) -> None:
    walks = walks_in(small_town(seed, blocks=4))
    arcs = list_arcs(walks.network)
    random = np.random.default_rng(seed)
    count = min(len(walks.network.xy), int(random.integers(0, 6)))
    node = np.sort(random.choice(len(walks.network.xy), count, replace=False)).astype(np.int64)
    metres = np.where(random.random(count) < 0.3, 0.0, random.integers(0, 300, count).astype(float))
    owner = random.integers(0, 4, count)
    rank = random.permutation(4)
    arguments = (*arcs.columns(), node, metres, owner, rank, limit)
    for compiled, plain in zip(
        coverage_kernel.spread(*arguments), coverage_plain.spread(*arguments), strict=True
    ):
        np.testing.assert_array_equal(compiled, plain)


def test_the_plain_engine_gives_the_same_coverage(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = walks_in(small_town(5)).coverage
    hide_numba(monkeypatch)
    plain = walks_in(small_town(5)).coverage
    pd.testing.assert_frame_equal(compiled, plain, check_exact=True)


@pytest.mark.parametrize(
    "fault", [ImportError("no numba"), RuntimeError("cannot cache function: no locator available")]
)
def test_without_a_compiler_or_its_cache_the_plain_engine_is_used(
    monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    hide_numba(monkeypatch, fault)
    assert load_engine() is coverage_plain


def test_shortest_distances_equal_networkx_on_parallel_edges_and_loops() -> None:
    random = np.random.default_rng(2)
    n, m = 40, 130
    ends = np.sort(random.integers(0, n, (m, 2)), axis=1).astype(np.int64)
    walk = random.integers(1, 50, m).astype(float)
    lines = np.array([shapely.LineString([(0, 0), (w, 0)]) for w in walk], dtype=object)
    network = Network(np.zeros((n, 2)), ends[:, 0].copy(), ends[:, 1].copy(), walk, walk, lines, ("r",) * m)
    arcs = list_arcs(network)
    seeds = np.array([3, 17], dtype=np.int64)
    for engine in (coverage_kernel, coverage_plain):
        found, _ = engine.spread(
            *arcs.columns(), seeds, np.array([0.0, 5.0]), np.array([0, 1]), np.array([0, 1]), np.inf
        )
        graph = nx.Graph()
        graph.add_nodes_from(range(n))
        for (a, b), w in zip(ends.tolist(), walk.tolist(), strict=True):
            if not graph.has_edge(a, b) or w < graph[a][b]["weight"]:
                graph.add_edge(a, b, weight=w)
        graph.add_edge("s", 3, weight=0.0)
        graph.add_edge("s", 17, weight=5.0)
        expected = nx.single_source_dijkstra_path_length(graph, "s")
        assert found.tolist() == [expected.get(v, np.inf) for v in range(n)]


def test_inputs_stay_as_they_were() -> None:
    town = small_town(3)
    before = {name: geometries(town.table(name)).tolist() for name in town.loaded}
    walks = walks_in(town)
    copies = walks.found.access.copy()
    measure_coverage(
        walks.network,
        walks.units,
        walks.found.facilities,
        walks.found.access,
        walks.found.direct,
        RULES,
        kinds=NINE_KINDS,
        assessed=True,
    )
    assert before == {name: geometries(town.table(name)).tolist() for name in town.loaded}
    pd.testing.assert_frame_equal(pd.DataFrame(copies), pd.DataFrame(walks.found.access))
