from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from maps import compounds_from, facilities_from, layer_from, project_of, roads_from
from towns import small_town
from walks import Walks, walks_in

from gis_planner.analysis.routes import Route, find_route, lay_ways, trace_walk


def route_in(walks: Walks, unit: str, facility: str) -> Route | None:
    found = walks.found
    return find_route(
        walks.network, found.access, found.direct, walks.units, found.facilities, unit, facility
    )


def drawn_length(route: Route) -> float:
    return sum(line.length for _, line in route.pieces)


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 2**20))
def test_every_route_has_the_length_that_coverage_states(seed: int) -> None:
    walks = walks_in(small_town(seed, blocks=4, with_parcels=False))
    rows = walks.coverage[walks.coverage["distance_m"].notna()]
    for unit, facility, distance in zip(
        rows["unit_id"], rows["facility_id"], rows["distance_m"], strict=True
    ):
        route = route_in(walks, unit, facility)
        assert route is not None
        assert route.length_m == pytest.approx(distance, abs=1e-9)
        if route.pieces[0][0] != "direct" or not unit.startswith("compounds/"):
            assert drawn_length(route) == pytest.approx(distance, abs=1e-5)
        for (_, one), (_, other) in zip(route.pieces, route.pieces[1:], strict=False):
            assert shapely.Point(one.coords[-1]).distance(shapely.Point(other.coords[0])) < 1e-5


def test_a_route_runs_from_the_gate_along_the_streets_to_the_facility() -> None:
    roads = roads_from(
        {"R1": [(-100, -10), (200, -10)], "R2": [(200, -10), (200, 300)], "R3": [(-100, -10), (-100, 300)]}
    )
    gates = layer_from("entrances", {"E1": shapely.Point(20, 0), "E2": shapely.Point(40, 0)})
    facilities = facilities_from({"F1": ("toilet", 205, 100)})
    project = project_of(compounds=compounds_from("A"), roads=roads, entrances=gates, facilities=facilities)
    route = route_in(walks_in(project), "compounds/A", "F1")
    assert route is not None
    assert route.entrance_id == "E2"
    assert route.length_m == 10 + 160 + 110 + 5
    assert [(kind, list(line.coords)) for kind, line in route.pieces] == [
        ("leg", [(40, 0), (40, -10)]),
        ("path", [(40, -10), (200, -10), (200, 100)]),
        ("leg", [(200, 100), (205, 100)]),
    ]


def test_a_route_along_one_edge_does_not_touch_its_ends() -> None:
    facilities = facilities_from({"F1": ("toilet", 80, -20)})
    roads = roads_from({"R1": [(-100, -10), (200, -10)]})
    route = route_in(
        walks_in(project_of(compounds=compounds_from("A"), roads=roads, facilities=facilities)),
        "compounds/A",
        "F1",
    )
    assert route is not None
    assert [list(line.coords) for kind, line in route.pieces if kind == "path"] == [[(50, -10), (80, -10)]]


def test_a_direct_walk_is_one_straight_piece() -> None:
    gates = layer_from("entrances", {"E1": shapely.Point(20, 0)})
    buildings = layer_from("buildings", {"B1": shapely.box(5, 5, 10, 10)})
    project = project_of(
        compounds=compounds_from("A"),
        buildings=buildings,
        entrances=gates,
        roads=roads_from({"R1": [(-100, -10), (200, -10)]}),
        facilities=facilities_from({"F1": ("toilet", 20, 40)}),
    )
    walks = walks_in(project)
    from_building, from_gate = (route_in(walks, unit, "F1") for unit in ("buildings/B1", "compounds/A"))
    assert from_building is not None
    assert from_gate is not None
    assert [(kind, list(line.coords)) for kind, line in from_building.pieces] == [
        ("direct", [(10, 10), (20, 40)])
    ]
    assert [(kind, list(line.coords)) for kind, line in from_gate.pieces] == [("direct", [(20, 0), (20, 40)])]


def test_a_route_is_found_beyond_any_limit() -> None:
    roads = roads_from({"R1": [(0, 0), (30000, 0)], "R2": [(30000, 0), (30000, 100)]})
    project = project_of(
        compounds=layer_from("compounds", {"A": shapely.box(0, 5, 1, 9)}, name="A"),
        roads=roads,
        facilities=facilities_from({"F1": ("toilet", 30004, 100)}),
    )
    route = route_in(walks_in(project), "compounds/A", "F1")
    assert route is not None
    assert route.length_m == pytest.approx(5 + 29999 + 100 + 4)


def test_where_no_way_leads_there_is_no_route() -> None:
    roads = roads_from({"R1": [(-100, -10), (200, -10)], "R2": [(0, 900), (100, 900)]})
    facilities = facilities_from({"F1": ("toilet", 20, 910), "F2": ("toilet", 20, 5000)})
    walks = walks_in(project_of(compounds=compounds_from("A"), roads=roads, facilities=facilities))
    assert route_in(walks, "compounds/A", "F1") is None
    assert route_in(walks, "compounds/A", "F2") is None


def test_the_row_order_of_access_does_not_matter() -> None:
    walks = walks_in(small_town(9))
    row = walks.coverage[walks.coverage["distance_m"].notna()].iloc[5]
    route = route_in(walks, row["unit_id"], row["facility_id"])
    shuffled = walks.found.access.iloc[
        np.random.default_rng(1).permutation(len(walks.found.access))
    ].reset_index(drop=True)
    other = find_route(
        walks.network,
        shuffled,
        pd.DataFrame(walks.found.direct),
        walks.units,
        walks.found.facilities,
        row["unit_id"],
        row["facility_id"],
    )
    assert route is not None
    assert other is not None
    assert route.length_m == other.length_m
    assert [line.wkt for _, line in route.pieces] == [line.wkt for _, line in other.pieces]


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 2**20))
def test_a_trace_tells_what_the_drawn_route_passes(seed: int) -> None:
    walks = walks_in(small_town(seed, blocks=4, with_parcels=False))
    rows = walks.coverage[walks.coverage["distance_m"].notna()]
    ways = lay_ways(
        walks.network, walks.found.access, walks.found.direct, rows["unit_id"].tolist(),
        rows["facility_id"].tolist(),
    )  # fmt: skip
    line_of: dict[str, list[shapely.LineString]] = {}
    for road, line in zip(walks.network.road_ids, walks.network.edge_lines, strict=True):
        line_of.setdefault(road, []).append(line)
    for unit, facility in zip(rows["unit_id"], rows["facility_id"], strict=True):
        trace, route = trace_walk(ways, unit, facility), route_in(walks, unit, facility)
        assert trace is not None
        assert route is not None
        assert (trace.length_m, trace.entrance_id) == (route.length_m, route.entrance_id)
        assert trace.direct == (route.pieces[0][0] == "direct")
        for kind, line in route.pieces:
            if kind == "path":
                named = shapely.union_all([piece for road in trace.road_ids for piece in line_of[road]])
                assert shapely.difference(line, shapely.buffer(named, 1e-5)).length < 1e-4
                for road in trace.road_ids:
                    assert shapely.distance(shapely.union_all(line_of[road]), line) < 1e-5


def test_a_trace_names_the_gate_and_each_road_once_in_a_row() -> None:
    roads = roads_from({"R1": [(-100, -10), (100, -10), (200, -10)], "R2": [(200, -10), (200, 300)]})
    gates = layer_from("entrances", {"E1": shapely.Point(20, 0), "E2": shapely.Point(40, 0)})
    facilities = facilities_from({"F1": ("toilet", 205, 100)})
    project = project_of(compounds=compounds_from("A"), roads=roads, entrances=gates, facilities=facilities)
    walks = walks_in(project)
    ways = lay_ways(walks.network, walks.found.access, walks.found.direct, ["compounds/A"], ["F1"])
    trace = trace_walk(ways, "compounds/A", "F1")
    assert trace is not None
    assert (trace.entrance_id, trace.facility_entrance_id) == ("E2", None)
    assert trace.road_ids == ("R1", "R2")
