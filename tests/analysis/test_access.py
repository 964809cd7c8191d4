from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from maps import compounds_from, facilities_from, layer_from, project_of, roads_from

from gis_planner.analysis.access import AccessFound, find_access
from gis_planner.analysis.barriers import collect_barriers
from gis_planner.analysis.network import build_network
from gis_planner.analysis.units import list_units
from gis_planner.model.project import Project
from gis_planner.model.results import Network
from gis_planner.model.rules import Rules
from gis_planner.model.tables import Frame, take

RULES = Rules()


def access_of(project: Project, rules: Rules = RULES) -> tuple[Network, AccessFound]:
    network, _ = build_network(project.table("roads"), rules)
    units, _ = list_units(project)
    return network, find_access(project, network, units, collect_barriers(project), rules)


def rows_of(found: AccessFound, owner: str) -> list[tuple[int, float, float, Any]]:
    table = found.access[found.access["owner_id"] == owner]
    return [
        (int(e), round(float(o), 6), round(float(leg), 6), gate)
        for e, o, leg, gate in zip(
            table["edge_id"], table["offset_m"], table["leg_m"], table["entrance_id"], strict=True
        )
    ]


def legs_of(found: AccessFound, owner: str) -> list[float]:
    return [leg for _, _, leg, _ in rows_of(found, owner)]


STREET = roads_from({"R1": [(-100, -10), (200, -10)]})


def test_a_parallel_street_is_reached_from_both_ends_of_the_outline() -> None:
    _, found = access_of(project_of(compounds=compounds_from("A"), roads=STREET))
    assert rows_of(found, "compounds/A") == [(0, 100, 10, None), (0, 150, 10, None)]


def test_every_street_within_reach_gives_an_access_point() -> None:
    roads = roads_from(
        {"R1": [(-100, -10), (200, -10)], "R2": [(-100, 90), (200, 90)], "R3": [(-100, 101), (200, 101)]}
    )
    _, found = access_of(project_of(compounds=compounds_from("A"), roads=roads))
    assert legs_of(found, "compounds/A") == [10, 10, 40, 40]


def test_a_street_through_the_compound_is_met_on_its_outline() -> None:
    roads = roads_from({"R1": [(-100, 20), (200, 20)]})
    _, found = access_of(project_of(compounds=compounds_from("A"), roads=roads))
    assert rows_of(found, "compounds/A") == [(0, 100, 0, None), (0, 150, 0, None)]


def test_a_way_wholly_inside_is_reached_from_the_outline() -> None:
    roads = roads_from({"R1": [(20, 25), (26, 25)]})
    _, found = access_of(project_of(compounds=compounds_from("A"), roads=roads))
    assert rows_of(found, "compounds/A") == [(0, 0, 20, None)]


def test_a_facility_starts_from_its_point_and_an_area_from_its_outline() -> None:
    facilities = layer_from(
        "facilities",
        {"F1": shapely.Point(30, 10), "F2": shapely.box(0, 10, 40, 20)},
        kind={"F1": "toilet", "F2": "parking"},
    )
    _, found = access_of(project_of(facilities=facilities, roads=STREET))
    assert rows_of(found, "F1") == [(0, 130, 20, None)]
    assert rows_of(found, "F2") == [(0, 100, 20, None), (0, 140, 20, None)]


def test_a_facility_far_from_any_street_has_no_access_and_the_reason_is_said() -> None:
    project = project_of(
        compounds=compounds_from("A"), facilities=facilities_from({"F1": ("toilet", 0, 5000)}), roads=STREET
    )
    _, found = access_of(project)
    assert rows_of(found, "F1") == []
    assert found.reasons["facilities/F1"].key == "network.too_far"
    assert found.reasons["facilities/F1"].values["distance"] == 5010.0
    assert [(i.code, i.feature) for i in found.issues] == [("network.facility_unreached", "F1")]


@pytest.mark.parametrize("kind", ["river", "water", "railway", "wall"])
def test_a_leg_does_not_cross_what_people_cannot_cross(kind: str) -> None:
    barriers = layer_from("barriers", {"X1": "LINESTRING (-500 -5, 500 -5)"}, kind=kind)
    facilities = facilities_from({"F1": ("toilet", 0, 5), "F2": ("toilet", 0, -7)})
    _, found = access_of(project_of(facilities=facilities, roads=STREET, barriers=barriers))
    assert legs_of(found, "F1") == []
    assert legs_of(found, "F2") == [3]
    assert found.reasons["facilities/F1"].values["what"].key == f"network.barrier_{kind}"


@pytest.mark.parametrize("kind", ["trunk_road", "expressway"])
def test_a_trunk_road_does_not_block_a_leg(kind: str) -> None:
    barriers = layer_from("barriers", {"X1": "LINESTRING (-500 -5, 500 -5)"}, kind=kind)
    _, found = access_of(
        project_of(facilities=facilities_from({"F1": ("toilet", 0, 5)}), roads=STREET, barriers=barriers)
    )
    assert legs_of(found, "F1") == [15]


def test_a_river_area_blocks_and_its_bank_is_free() -> None:
    barriers = layer_from("barriers", {"X1": shapely.box(-500, -8, 500, 5)}, kind="river")
    facilities = facilities_from(
        {"across": ("toilet", 0, 20), "bank": ("toilet", 0, 5), "here": ("toilet", 30, -8)}
    )
    _, found = access_of(project_of(facilities=facilities, roads=STREET, barriers=barriers))
    assert legs_of(found, "across") == []
    assert legs_of(found, "bank") == []
    assert legs_of(found, "here") == [2]


def test_who_stands_in_the_water_leaves_by_the_near_bank_alone() -> None:
    barriers = layer_from("barriers", {"X1": shapely.box(-500, -8, 500, 30)}, kind="river")
    roads = roads_from({"R1": [(-100, -10), (200, -10)], "R2": [(-100, 33), (200, 33)]})
    facilities = facilities_from({"F1": ("toilet", 0, -6), "F2": ("toilet", 0, 26)})
    network, found = access_of(project_of(facilities=facilities, roads=roads, barriers=barriers))
    reached = {owner: [network.road_ids[e] for e, _, _, _ in rows_of(found, owner)] for owner in ("F1", "F2")}
    assert reached == {"F1": ["R1"], "F2": ["R2"]}


def test_nobody_wades_along_the_river_to_a_bridge() -> None:
    barriers = layer_from("barriers", {"X1": shapely.box(-500, -8, 500, 30)}, kind="river")
    roads = roads_from({"R1": [(40, -60), (40, 60)]})
    facilities = facilities_from({"F1": ("toilet", 0, -5), "F2": ("toilet", 0, -9)})
    _, found = access_of(project_of(facilities=facilities, roads=roads, barriers=barriers))
    assert legs_of(found, "F1") == []
    assert legs_of(found, "F2") == [40]


def test_an_outline_drawn_into_the_river_gives_no_way_across() -> None:
    barriers = layer_from("barriers", {"X1": shapely.box(-500, 45, 500, 80)}, kind="river")
    roads = roads_from({"R1": [(-100, 85), (200, 85)]})
    _, found = access_of(project_of(compounds=compounds_from("A"), roads=roads, barriers=barriers))
    assert legs_of(found, "compounds/A") == []
    assert found.reasons["compounds/A"].values["what"].key == "network.barrier_river"


def test_touching_a_barrier_is_free() -> None:
    lines = {
        "end": "LINESTRING (-50 -3, 0 -3)",
        "corner": "LINESTRING (-40 -9, 0 -4, -40 1)",
        "along": "LINESTRING (0 -5, 0 2)",
        "start": "LINESTRING (-20 5, 20 5)",
        "goal": "LINESTRING (-500 -10, 500 -10)",
    }
    facilities = facilities_from({"F1": ("toilet", 0, 5)})
    for line in lines.values():
        barriers = layer_from("barriers", {"X1": line}, kind="railway")
        _, found = access_of(project_of(facilities=facilities, roads=STREET, barriers=barriers))
        assert legs_of(found, "F1") == [15], line


def test_a_barrier_in_two_pieces_blocks_where_they_join() -> None:
    barriers = layer_from(
        "barriers", {"X1": "LINESTRING (-50 0, 0 -5)", "X2": "LINESTRING (0 -5, 50 0)"}, kind="river"
    )
    _, found = access_of(
        project_of(facilities=facilities_from({"F1": ("toilet", 0, 5)}), roads=STREET, barriers=barriers)
    )
    assert legs_of(found, "F1") == []


def gate(**places: tuple[float, float]) -> dict[str, shapely.Point]:
    return {name: shapely.Point(*place) for name, place in places.items()}


def test_a_compound_with_entrances_is_left_through_its_open_gates() -> None:
    entrances = layer_from(
        "entrances", gate(E1=(20, 0), E2=(40, 0), E3=(30, 0)), status={"E1": "open", "E2": "closed"}
    )
    _, found = access_of(project_of(compounds=compounds_from("A"), entrances=entrances, roads=STREET))
    assert rows_of(found, "compounds/A") == [(0, 120, 10, "E1"), (0, 130, 10, "E3")]


def test_a_compound_whose_gates_are_all_closed_has_no_access() -> None:
    entrances = layer_from("entrances", gate(E1=(20, 0)), status="closed")
    buildings = layer_from("buildings", {"B1": shapely.box(10, 10, 20, 20)})
    project = project_of(
        compounds=compounds_from("A"), buildings=buildings, entrances=entrances, roads=STREET
    )
    _, found = access_of(project)
    assert len(found.access) == 0
    assert {key: reason.key for key, reason in found.reasons.items()} == {
        "buildings/B1": "network.gates_closed",
        "compounds/A": "network.gates_closed",
    }
    assert sorted(i.code for i in found.issues) == [
        "network.buildings_unreached",
        "network.compound_unreached",
    ]


def test_a_building_walks_straight_to_each_open_gate_whatever_the_distance() -> None:
    entrances = layer_from("entrances", gate(E1=(20, 0), E2=(480, 0)), status="open")
    buildings = layer_from("buildings", {"B1": shapely.box(10, 30, 20, 40)})
    roads = roads_from({"R1": [(-100, -10), (700, -10)]})
    compounds = compounds_from("AAAAAAAAAA")
    _, found = access_of(
        project_of(compounds=compounds, buildings=buildings, entrances=entrances, roads=roads)
    )
    near, far = 30.0 + 10.0, round(float(np.hypot(460, 30)), 6) + 10.0
    assert rows_of(found, "buildings/B1") == [(0, 120, near, "E1"), (0, 580, pytest.approx(far), "E2")]
    line = found.access[found.access["owner_id"] == "buildings/B1"].geometry.iloc[0]
    assert list(line.coords) == [(20, 30), (20, 0), (20, -10)]


def test_a_building_also_uses_ways_inside_but_no_leg_leaves_the_compound() -> None:
    entrances = layer_from("entrances", gate(E1=(45, 0)), status="open")
    buildings = layer_from("buildings", {"B1": shapely.box(2, 30, 12, 40)})
    roads = roads_from(
        {"gate": [(45, -30), (45, 30)], "inside": [(45, 30), (20, 30)], "outside": [(-5, -30), (-5, 90)]}
    )
    project = project_of(compounds=compounds_from("A"), buildings=buildings, entrances=entrances, roads=roads)
    network, found = access_of(project)
    used = {(network.road_ids[e], gate) for e, _, _, gate in rows_of(found, "buildings/B1")}
    assert used == {("inside", None), ("gate", None), ("gate", "E1"), ("inside", "E1")}
    assert min(legs_of(found, "buildings/B1")) == 8


def test_a_street_along_the_outline_is_not_inside() -> None:
    entrances = layer_from("entrances", gate(E1=(25, 50)), status="open")
    buildings = layer_from("buildings", {"B1": shapely.box(20, 5, 30, 10)})
    roads = roads_from({"south": [(-100, 0), (200, 0)], "north": [(-100, 55), (200, 55)]})
    project = project_of(compounds=compounds_from("A"), buildings=buildings, entrances=entrances, roads=roads)
    network, found = access_of(project)
    assert {network.road_ids[e] for e, _, _, _ in rows_of(found, "buildings/B1")} == {"north"}


def test_a_facility_inside_gates_is_reached_through_them() -> None:
    entrances = layer_from("entrances", gate(E1=(25, 0)), status="open")
    facilities = facilities_from({"F1": ("toilet", 25, 40)})
    project = project_of(
        compounds=compounds_from("A"), facilities=facilities, entrances=entrances, roads=STREET
    )
    _, found = access_of(project)
    assert rows_of(found, "F1") == [(0, 125, 50, "E1")]


def test_units_and_facilities_of_one_compound_walk_directly() -> None:
    entrances = layer_from("entrances", gate(E1=(25, 0), E2=(0, 40)), status={"E1": "open", "E2": "closed"})
    buildings = layer_from("buildings", {"B1": shapely.box(5, 5, 10, 10), "B2": shapely.box(60, 5, 70, 10)})
    facilities = facilities_from({"F1": ("toilet", 25, 40), "F2": ("toilet", 75, 40)})
    project = project_of(
        compounds=compounds_from("AB"),
        buildings=buildings,
        facilities=facilities,
        entrances=entrances,
        roads=STREET,
    )
    _, found = access_of(project)
    pairs = {(u, f): round(d, 6) for u, f, d in found.direct.itertuples(index=False)}
    assert pairs == {
        ("buildings/B1", "F1"): round(float(np.hypot(15, 30)), 6),
        ("buildings/B2", "F2"): round(float(np.hypot(5, 30)), 6),
        ("compounds/A", "F1"): 40.0,
        ("compounds/B", "F2"): 10.0,
    }


def test_a_gate_opens_its_own_wall_and_no_other() -> None:
    entrances = layer_from("entrances", gate(E1=(25, 0)), status="open")
    own = "LINEARRING (0 0, 50 0, 50 50, 0 50, 0 0)"
    walls = {
        "X1": shapely.LineString(shapely.from_wkt(own).coords),
        "X2": shapely.LineString([(-50, -6), (100, -6)]),
    }
    base = {"compounds": compounds_from("A"), "entrances": entrances, "roads": STREET}
    _, found = access_of(
        project_of(**base, barriers=layer_from("barriers", {"X1": walls["X1"]}, kind="wall"))
    )
    assert legs_of(found, "compounds/A") == [10]
    _, found = access_of(project_of(**base, barriers=layer_from("barriers", walls, kind="wall")))
    assert legs_of(found, "compounds/A") == []
    assert found.reasons["compounds/A"].values["what"].key == "network.barrier_wall"


def test_the_wall_of_a_compound_without_given_entrances_does_not_block() -> None:
    wall = {"X1": shapely.box(-1, -1, 51, 51).exterior}
    buildings = layer_from("buildings", {"B1": shapely.box(10, 10, 20, 20)})
    base = {"compounds": compounds_from("A"), "buildings": buildings, "roads": STREET}
    _, found = access_of(project_of(**base, barriers=layer_from("barriers", wall, kind="wall")))
    assert legs_of(found, "compounds/A") == [10, 10]
    assert legs_of(found, "buildings/B1") == [20, 20]


def test_a_wall_keeps_outsiders_from_the_ways_behind_it() -> None:
    entrances = layer_from("entrances", gate(E1=(25, 0)), status="open")
    roads = roads_from({"inside": [(10, 20), (40, 20)], "street": [(-100, -40), (200, -40)]})
    walls = layer_from("barriers", {"X1": shapely.box(0, 0, 50, 50).exterior}, kind="wall")
    facilities = facilities_from({"F1": ("supermarket", 10, -4)})
    project = project_of(
        compounds=compounds_from("A"), entrances=entrances, roads=roads, barriers=walls, facilities=facilities
    )
    network, found = access_of(project)
    assert {network.road_ids[e] for e, _, _, _ in rows_of(found, "F1")} == {"street"}


def test_a_leg_from_a_gate_does_not_leave_through_the_back() -> None:
    entrances = layer_from("entrances", gate(E1=(15, 30)), status="open")
    roads = roads_from({"back": [(-100, -10), (200, -10)], "front": [(-100, 35), (200, 35)]})
    compounds = layer_from("compounds", {"A": shapely.box(0, 0, 30, 30)}, name="A")
    network, found = access_of(project_of(compounds=compounds, entrances=entrances, roads=roads))
    assert [network.road_ids[e] for e, _, _, _ in rows_of(found, "compounds/A")] == ["front"]
    deep = layer_from("entrances", gate(E1=(15, 24)), status="open", compound_id="A")
    network, found = access_of(project_of(compounds=compounds, entrances=deep, roads=roads))
    assert [network.road_ids[e] for e, _, _, _ in rows_of(found, "compounds/A")] == ["front"]


def test_entrances_go_to_the_compound_they_name_else_to_the_nearest() -> None:
    entrances = layer_from(
        "entrances",
        gate(E1=(52, 0), E2=(25, -4), E3=(25, -30), E4=(20, 900), E5=(48, 2)),
        compound_id={"E1": "A", "E4": "A", "E5": "Z"},
        status="open",
    )
    project = project_of(compounds=compounds_from("A.B"), entrances=entrances, roads=STREET)
    _, found = access_of(project)
    assert {g for _, _, _, g in rows_of(found, "compounds/A")} == {"E1", "E2", "E5"}
    assert {g for _, _, _, g in rows_of(found, "compounds/B")} == {None}
    assert {(i.code, i.feature) for i in found.issues} == {
        ("network.entrance_without_compound", "E3"),
        ("network.entrance_far_away", "E4"),
        ("network.entrance_of_unknown_compound", "E5"),
    }


def test_an_open_gate_far_from_any_street_says_so() -> None:
    entrances = layer_from("entrances", gate(E1=(25, 50)), status="open")
    _, found = access_of(project_of(compounds=compounds_from("A"), entrances=entrances, roads=STREET))
    assert found.reasons["compounds/A"].key == "network.gate_too_far"
    assert found.reasons["compounds/A"].values["distance"] == 60.0


def test_a_building_that_lies_elsewhere_steps_out_by_itself() -> None:
    entrances = layer_from("entrances", gate(E1=(25, 0)), status="open")
    buildings = layer_from("buildings", {"B1": shapely.box(100, 0, 110, 10)}, compound_id="A")
    project = project_of(
        compounds=compounds_from("A"), buildings=buildings, entrances=entrances, roads=STREET
    )
    _, found = access_of(project)
    assert rows_of(found, "buildings/B1") == [(0, 200, 10, None), (0, 210, 10, None)]


def test_a_facility_on_an_island_of_the_network_is_listed() -> None:
    roads = roads_from({"R1": [(-100, -10), (200, -10)], "R2": [(0, 800), (100, 800)]})
    facilities = facilities_from(
        {"F1": ("toilet", 10, 810), "F2": ("toilet", 10, -20), "F3": ("toilet", 20, 810)},
        status={"F3": "closed"},
    )
    _, found = access_of(project_of(compounds=compounds_from("A"), roads=roads, facilities=facilities))
    assert [(i.code, i.feature) for i in found.issues] == [("network.facility_unreached", "F1")]
    assert found.issues[0].message.values["reason"].key == "network.on_an_island"


def test_without_streets_nobody_has_access_and_one_issue_says_so() -> None:
    project = project_of(compounds=compounds_from("AB"), facilities=facilities_from({"F1": ("toilet", 0, 0)}))
    _, found = access_of(project)
    assert len(found.access) == 0
    assert {r.key for r in found.reasons.values()} == {"network.no_streets"}
    assert [i.code for i in found.issues] == ["network.no_streets"]


def test_features_without_a_place_say_so() -> None:
    compounds = layer_from("compounds", {"A": None, "B": "POLYGON EMPTY"}, name="x")
    facilities = layer_from("facilities", {"F1": None}, kind="toilet")
    _, found = access_of(project_of(compounds=compounds, facilities=facilities, roads=STREET))
    assert {r.key for r in found.reasons.values()} == {"network.no_place"}
    assert len(found.reasons) == 3


def test_closed_facilities_do_not_count() -> None:
    facilities = facilities_from(
        {"F1": ("toilet", 0, 0), "F2": ("toilet", 0, 0), "F3": ("toilet", 0, 0)},
        status={"F1": "closed", "F2": "proposed"},
    )
    _, found = access_of(project_of(facilities=facilities, roads=STREET))
    assert found.facilities["counted"].tolist() == [False, True, True]


TOWN: dict[str, Frame] = {
    "compounds": compounds_from("AAB\nC.B"),
    "buildings": layer_from(
        "buildings", {f"b{k}": shapely.box(9 + 17 * k, 12 + 9 * k, 15 + 17 * k, 20 + 9 * k) for k in range(8)}
    ),
    "parcels": layer_from("parcels", {"p1": shapely.box(-80, -80, 0, 0), "p2": shapely.box(50, 0, 100, 50)}),
    "entrances": layer_from(
        "entrances", gate(E1=(30, 50), E2=(100, 70), E3=(0, 20)), status={"E3": "closed"}
    ),
    "barriers": layer_from(
        "barriers",
        {"X1": "LINESTRING (-100 -30, 300 -25)", "X2": "LINESTRING (50 50, 50 100)"},
        kind={"X1": "river", "X2": "wall"},
    ),
    "facilities": facilities_from(
        {"F1": ("toilet", 30, 80), "F2": ("library", 75, 25), "F3": ("toilet", 140, -60)}
    ),
    "roads": roads_from(
        {
            "R1": [(-100, -12), (60, -8), (300, -15)],
            "R2": [(60, -8), (62, 40), (75, 48), (75, 130)],
            "R3": [(-100, 45), (40, 48), (75, 48), (220, 45)],
            "R4": [(10, 90), (40, 80), (40, 48)],
            "R5": [(-100, -50), (300, -50)],
        }
    ),
}


def same_access(one: AccessFound, other: AccessFound) -> None:
    pd.testing.assert_frame_equal(pd.DataFrame(one.access), pd.DataFrame(other.access))
    pd.testing.assert_frame_equal(one.direct, other.direct)
    assert one.reasons == other.reasons
    assert [i.to_json() for i in one.issues] == [i.to_json() for i in other.issues]


@settings(max_examples=15, deadline=None)
@given(st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(random: Any) -> None:
    turned = {}
    for name, table in TOWN.items():
        order = list(range(len(table)))
        random.shuffle(order)
        turned[name] = take(table, order)
    same_access(access_of(project_of(**TOWN))[1], access_of(project_of(**turned))[1])


def test_neither_vertex_order_nor_place_matters() -> None:
    straight = access_of(project_of(**TOWN))[1].access
    reverse = {
        name: table.set_geometry(table.geometry.reverse()) for name, table in TOWN.items() if name != "roads"
    }
    backwards = access_of(project_of(**{**TOWN, **reverse}))[1].access
    moved_tables = {n: t.set_geometry(t.geometry.translate(512000.0, 3.8e6)) for n, t in TOWN.items()}
    moved = access_of(project_of(**moved_tables))[1].access
    moved = moved.set_geometry(moved.geometry.translate(-512000.0, -3.8e6))
    for other in (backwards, moved):
        assert len(straight) == len(other)
        for owner in set(straight["owner_id"]):
            for one, two in zip(places_of(straight, owner), places_of(other, owner), strict=True):
                assert one == pytest.approx(two, abs=2e-6)


def places_of(access: Frame, owner: str) -> list[tuple[float, ...]]:
    rows = access[access["owner_id"] == owner]
    gates = [0 if g is None else int(g[1:]) for g in rows["entrance_id"]]
    x, y = np.round(
        shapely.get_coordinates(shapely.get_point(np.array(rows.geometry.array), -1)), 5
    ).T.tolist()
    return sorted(zip(gates, x, y, rows["leg_m"].round(5).tolist(), strict=True))


def test_every_leg_is_what_its_line_says() -> None:
    network, found = access_of(project_of(**TOWN))
    access = found.access
    assert len(access) > 50
    np.testing.assert_allclose(shapely.length(access.geometry.array), access["leg_m"], atol=1e-9)
    edges = network.edge_lines[access["edge_id"].to_numpy()]
    ends = shapely.get_point(np.array(access.geometry.array), -1)
    assert shapely.distance(edges, ends).max() < 1e-9
    np.testing.assert_allclose(shapely.line_locate_point(edges, ends), access["offset_m"], atol=1e-9)
    assert (access["offset_m"] >= 0).all()
    assert (access["offset_m"].to_numpy() <= network.walk_m[access["edge_id"].to_numpy()]).all()


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(-40, 40), st.integers(-40, 40)), min_size=2, max_size=5, unique=True),
    st.lists(st.tuples(st.integers(-40, 40), st.integers(-40, 40)), min_size=3, max_size=6, unique=True),
)
def test_the_shortest_leg_is_the_distance(
    line: list[tuple[int, int]], corners: list[tuple[int, int]]
) -> None:
    area = shapely.MultiPoint(corners).convex_hull
    if area.area == 0.0:
        return
    project = project_of(
        facilities=layer_from("facilities", {"F1": area}, kind="parking"), roads=roads_from({"R1": line})
    )
    network, found = access_of(project)
    for edge, shape in enumerate(network.edge_lines):
        distance = shapely.distance(area.exterior, shape)
        legs = [leg for e, _, leg, _ in rows_of(found, "F1") if e == edge]
        if distance < 50.0:
            assert min(legs) == pytest.approx(distance, abs=1e-6)
            assert max(legs) <= distance + 2e-6
        else:
            assert legs == []
