from __future__ import annotations

from collections.abc import Sequence

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from maps import layer_from, roads_from

from gis_planner.analysis.network import build_network
from gis_planner.model.issues import Issue
from gis_planner.model.results import Network
from gis_planner.model.rules import Rules
from gis_planner.model.tables import Frame, take

RULES = Rules()


def build(roads: Frame, rules: Rules = RULES) -> Network:
    return build_network(roads, rules)[0]


def codes(roads: Frame, rules: Rules = RULES) -> list[str]:
    return [issue.code for issue in build_network(roads, rules)[1]]


def degrees(network: Network) -> dict[tuple[float, float], int]:
    count = np.bincount(np.concatenate([network.edge_from, network.edge_to]), minlength=len(network.xy))
    places = np.round(network.xy, 3).tolist()
    return {(x, y): int(n) for (x, y), n in zip(places, count, strict=True)}


def graph_of(network: Network) -> nx.MultiGraph:
    graph = nx.MultiGraph()
    graph.add_nodes_from(range(len(network.xy)))
    graph.add_edges_from(zip(network.edge_from.tolist(), network.edge_to.tolist(), strict=True))
    return graph


def same(one: Network, other: Network) -> bool:
    return (
        np.array_equal(one.xy, other.xy)
        and np.array_equal(one.edge_from, other.edge_from)
        and np.array_equal(one.edge_to, other.edge_to)
        and np.array_equal(one.walk_m, other.walk_m)
        and one.road_ids == other.road_ids
        and bool(shapely.equals_exact(one.edge_lines, other.edge_lines, tolerance=0.0).all())
    )


def test_drawn_lines_of_one_level_join_where_they_cross() -> None:
    network = build(roads_from({"R1": [(0, 50), (100, 50)], "R2": [(40, 0), (40, 100)]}))
    assert degrees(network)[(40, 50)] == 4
    assert sorted(network.walk_m.tolist()) == [40, 50, 50, 60]


def test_a_bridge_does_not_join_what_it_crosses() -> None:
    lines = {"R1": [(0, 50), (100, 50)], "R2": [(40, 0), (40, 100)]}
    for columns in ({"level": {"R2": 1}}, {"bridge": {"R2": True}}, {"tunnel": {"R2": True}}):
        network = build(roads_from(lines, **columns))
        assert len(network.edge_from) == 2
        assert nx.number_connected_components(graph_of(network)) == 2


def test_a_bridge_joins_the_streets_that_it_continues() -> None:
    lines = {
        "west": [(0, 0), (40, 0)],
        "bridge": [(40, 0), (60, 0)],
        "east": [(60, 0), (100, 0)],
        "under": [(50, -9), (50, 9)],
    }
    network = build(roads_from(lines, level={"bridge": 1}))
    assert nx.number_connected_components(graph_of(network)) == 2
    assert degrees(network)[(40, 0)] == degrees(network)[(60, 0)] == 2


def test_two_bridges_of_one_level_join_where_they_cross() -> None:
    roads = roads_from({"R1": [(0, 50), (100, 50)], "R2": [(40, 0), (40, 100)]}, level=2)
    assert degrees(build(roads))[(40, 50)] == 4


def test_ends_join_within_the_tolerance_and_the_gap_is_listed() -> None:
    roads = roads_from({"R1": [(0, 0), (50, 0)], "R2": [(50.08, 0), (100, 0)]})
    network, issues = build_network(roads, RULES)
    assert len(network.xy) == 3
    assert network.walk_m.sum() == pytest.approx(100.0)
    joined = [i for i in issues if i.code == "network.joined"]
    assert [(i.message.values["gap"], i.message.values["roads"], i.severity) for i in joined] == [
        (0.08, ["R1", "R2"], "note")
    ]


def test_ends_farther_apart_than_the_tolerance_stay_apart() -> None:
    roads = roads_from({"R1": [(0, 0), (50, 0)], "R2": [(50.12, 0), (100, 0)]})
    assert len(build(roads).xy) == 4
    assert len(build(roads, RULES.with_value("noding_tolerance_m", 0.2)).xy) == 3


def test_a_joint_of_less_than_a_centimetre_is_not_listed() -> None:
    assert codes(roads_from({"R1": [(0, 0), (50, 0)], "R2": [(50.005, 0), (100, 0)]})) == []


def test_an_end_that_almost_touches_a_line_of_its_level_joins_it() -> None:
    lines = {"R1": [(0, 0), (100, 0)], "R2": [(30, 0.06), (30, 80)]}
    network = build(roads_from(lines))
    assert degrees(network)[(30, 0)] == 3
    assert sorted(np.round(network.walk_m, 9).tolist()) == [30, 70, 80]


def test_an_end_on_a_line_of_another_level_does_not_join_and_is_listed() -> None:
    lines = {"R1": [(0, 0), (100, 0)], "R2": [(30, 0), (30, 80)]}
    network, issues = build_network(roads_from(lines, level={"R2": 1}), RULES)
    assert nx.number_connected_components(graph_of(network)) == 2
    assert "network.end_on_other_level" in [i.code for i in issues]


def test_a_line_drawn_a_little_too_far_still_joins_once() -> None:
    network = build(roads_from({"R1": [(0, 0), (100, 0)], "R2": [(30, -0.05), (30, 80)]}))
    assert degrees(network)[(30, 0)] == 4
    assert nx.number_connected_components(graph_of(network)) == 1


def test_osm_ways_join_only_where_they_share_a_node() -> None:
    lines = {"W1": [(0, 50), (40, 50), (100, 50)], "W2": [(40, 0), (40, 50), (40, 100)]}
    apart = {"W1": "1 2 3", "W2": "4 5 6"}
    joined = {"W1": "1 2 3", "W2": "4 2 6"}
    assert (
        nx.number_connected_components(graph_of(build(roads_from(lines, noding="shared", vertex_ids=apart))))
        == 2
    )
    network = build(roads_from(lines, noding="shared", vertex_ids=joined, level={"W2": 1}))
    assert degrees(network)[(40, 50)] == 4


def test_a_way_that_returns_to_its_own_node_makes_a_loop() -> None:
    lines = {"W1": [(0, 0), (10, 0), (20, 10), (20, -10), (10, 0)]}
    network = build(roads_from(lines, noding="shared", vertex_ids={"W1": "1 2 3 4 2"}))
    loop = network.edge_from == network.edge_to
    assert loop.tolist().count(True) == 1
    assert network.walk_m[loop][0] == pytest.approx(2 * np.hypot(10, 10) + 20)


def test_a_drawn_end_joins_the_osm_node_that_it_reaches_at_its_level() -> None:
    lines = {"W1": [(0, 0), (40, 0), (100, 0)], "R1": [(40, 0.05), (40, 80)], "R2": [(70, 0), (70, 80)]}
    columns = {"noding": {"W1": "shared"}, "vertex_ids": {"W1": "1 2 3"}}
    network, issues = build_network(roads_from(lines, **columns), RULES)
    assert degrees(network)[(40, 0)] == 3
    assert (70, 0) in degrees(network)
    assert nx.number_connected_components(graph_of(network)) == 2
    assert "network.joined" in [i.code for i in issues]
    lifted = build(roads_from(lines, **columns, level={"W1": 1}))
    assert nx.number_connected_components(graph_of(lifted)) == 3


def test_a_drawn_line_across_an_osm_way_is_listed() -> None:
    lines = {"W1": [(0, 0), (100, 0)], "R1": [(40, -50), (40, 50)]}
    columns = {"noding": {"W1": "shared"}, "vertex_ids": {"W1": "1 2"}}
    assert "network.crosses_unjoined" in codes(roads_from(lines, **columns))


def test_wrong_vertex_ids_make_a_drawn_line_and_an_issue() -> None:
    lines = {"W1": [(0, 50), (100, 50)], "W2": [(40, 0), (40, 100)]}
    roads = roads_from(lines, noding="shared", vertex_ids={"W1": "1 2 3", "W2": "4"})
    network, issues = build_network(roads, RULES)
    assert degrees(network)[(40, 50)] == 4
    assert [i.code for i in issues] == ["network.vertex_ids_differ"] * 2


def test_one_vertex_id_at_two_places_is_listed_and_joins_nothing() -> None:
    lines = {"W1": [(0, 0), (50, 0)], "W2": [(50, 20), (100, 20)]}
    network, issues = build_network(
        roads_from(lines, noding="shared", vertex_ids={"W1": "1 2", "W2": "2 3"}), RULES
    )
    assert nx.number_connected_components(graph_of(network)) == 2
    assert "network.vertex_at_two_places" in [i.code for i in issues]


def test_a_shared_stretch_of_no_length_still_joins() -> None:
    lines = {"W1": [(0, 0), (50, 0)], "W2": [(50, 0), (50, 0)], "W3": [(50, 0), (100, 0)]}
    roads = roads_from(lines, noding="shared", vertex_ids={"W1": "1 2", "W2": "2 3", "W3": "3 4"})
    network, issues = build_network(roads, RULES)
    assert nx.number_connected_components(graph_of(network)) == 1
    assert [(i.code, i.feature) for i in issues] == [("network.no_length", "W2")]


def test_expressways_are_not_walked_and_the_column_rules() -> None:
    lines = {i: [(0, y), (100, y)] for i, y in (("a", 0), ("b", 10), ("c", 20), ("d", 30), ("e", 40))}
    classes = {"a": "expressway", "b": "expressway", "c": "trunk", "d": "lane"}
    network = build(roads_from(lines, **{"class": classes}, walkable={"b": True, "d": False}))
    assert sorted(network.road_ids) == ["b", "c", "e"]


def test_lines_of_no_length_missing_and_wrong_shapes_become_issues() -> None:
    with np.errstate(invalid="ignore"):
        nan = shapely.LineString([(0, 0), (float("nan"), 1)])
    shapes = {
        "zero": "LINESTRING (5 5, 5 5)",
        "none": None,
        "empty": "LINESTRING EMPTY",
        "area": "POLYGON ((0 0, 1 0, 1 1, 0 0))",
        "good": "LINESTRING (0 0, 10 0)",
        "nan": nan,
    }
    network, issues = build_network(layer_from("roads", shapes), RULES)
    assert network.road_ids == ("good",)
    found = {(i.code, i.feature) for i in issues}
    assert {
        ("network.no_length", "zero"),
        ("network.not_a_line", "none"),
        ("network.not_a_line", "empty"),
    } <= found
    assert {("network.not_a_line", "area"), ("network.not_a_line", "nan")} <= found


def test_a_repeated_line_counts_once_and_is_listed() -> None:
    lines = {"R1": [(0, 0), (50, 0), (100, 0)], "R2": [(100, 0), (0, 0)], "R3": [(20, 0), (60, 0)]}
    network, issues = build_network(roads_from(lines), RULES)
    assert network.walk_m.sum() == pytest.approx(100.0)
    assert {i.code for i in issues} == {"network.repeated"}


def test_parallel_streets_between_two_nodes_both_stay() -> None:
    network = build(roads_from({"R1": [(0, 0), (100, 0)], "R2": [(0, 0), (50, 40), (100, 0)]}))
    assert network.edge_from.tolist() == [0, 0]
    assert network.edge_to.tolist() == [1, 1]


def test_a_line_that_crosses_itself_joins_there() -> None:
    network = build(roads_from({"R1": [(0, 0), (100, 0), (100, 50), (50, 50), (50, -50)]}))
    assert degrees(network)[(50, 0)] == 4


def test_no_roads_make_an_empty_network() -> None:
    network, issues = build_network(roads_from({}), RULES)
    assert network.xy.shape == (0, 2)
    assert network.road_ids == ()
    assert issues == []


def test_an_island_is_listed_with_its_length() -> None:
    lines = {"R1": [(0, 0), (100, 0)], "R2": [(0, 30), (40, 30)]}
    issues = build_network(roads_from(lines), RULES)[1]
    assert [(i.code, i.feature, i.message.values["length"]) for i in issues] == [("network.island", "R2", 40)]


def test_long_lists_of_one_sort_end_in_a_number() -> None:
    lines = {f"R{k:03d}": [(0, 30.0 * k), (40, 30.0 * k)] for k in range(60)}
    issues = build_network(roads_from(lines), RULES)[1]
    assert len(issues) == 51
    assert issues[-1].message.values["n"] == 9


def test_edges_lie_where_their_nodes_are() -> None:
    network = build(
        roads_from({"R1": [(0, 0), (50, 0)], "R2": [(50.08, 0), (100, 0)], "R3": [(20, 0.05), (20, 9)]})
    )
    starts = shapely.get_coordinates(shapely.get_point(network.edge_lines, 0))
    ends = shapely.get_coordinates(shapely.get_point(network.edge_lines, -1))
    assert np.array_equal(starts, network.xy[network.edge_from])
    assert np.array_equal(ends, network.xy[network.edge_to])
    assert np.array_equal(network.length_m, shapely.length(network.edge_lines))
    assert (network.edge_from <= network.edge_to).all()


def test_nodes_are_numbered_along_a_z_order_curve() -> None:
    random = np.random.default_rng(3)
    lines = {f"R{k}": random.uniform(-500, 500, (2, 2)).tolist() for k in range(40)}
    network = build(roads_from(lines, level={road: k for k, road in enumerate(lines)}))

    def key(place: list[float]) -> int:
        cells = [int(np.floor(v / 0.25)) + 2**30 for v in place]
        return sum(((cells[axis] >> bit) & 1) << (2 * bit + axis) for bit in range(31) for axis in (0, 1))

    assert network.xy.tolist() == sorted(network.xy.tolist(), key=key)


Line = list[tuple[int, int]]
LINES = st.lists(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=2, max_size=4, unique=True),
    min_size=1,
    max_size=7,
)


def roads_of(lines: Sequence[Line]) -> Frame:
    return roads_from({f"R{k}": [(10.0 * x, 10.0 * y) for x, y in line] for k, line in enumerate(lines)})


@settings(max_examples=60, deadline=None)
@given(LINES)
def test_joined_lines_are_what_an_overlay_gives(lines: list[Line]) -> None:
    network = build(roads_of(lines))
    overlay = shapely.get_parts(
        shapely.unary_union(shapely.MultiLineString([[(10 * x, 10 * y) for x, y in v] for v in lines]))
    )
    assert network.length_m.sum() == pytest.approx(shapely.length(overlay).sum())
    reference = nx.Graph()
    for piece in overlay:
        reference.add_edge(*(tuple(np.round(piece.coords[k], 3).tolist()) for k in (0, -1)))
    assert nx.number_connected_components(graph_of(network)) == nx.number_connected_components(reference)
    assert {place for place, n in degrees(network).items() if n > 2} <= set(reference.nodes)


@settings(max_examples=40, deadline=None)
@given(LINES, st.randoms(use_true_random=False))
def test_neither_row_order_nor_direction_matters(lines: list[Line], random: object) -> None:
    roads = roads_of(lines)
    order = list(range(len(lines)))
    random.shuffle(order)  # type: ignore[attr-defined]
    assert same(build(roads), build(take(roads, order)))
    backwards = build(roads_of([line[::-1] for line in lines]))
    network = build(roads)
    assert np.allclose(backwards.xy, network.xy, atol=1e-9)
    assert np.array_equal(backwards.edge_from, network.edge_from)
    assert np.allclose(backwards.walk_m, network.walk_m, atol=1e-9)


def test_issues_do_not_depend_on_row_order() -> None:
    roads = roads_of([[(0, 0), (4, 4)], [(0, 4), (4, 0)], [(4, 4), (0, 0)], [(1, 1), (3, 3)]])

    def listed(frame: Frame) -> list[Issue]:
        return build_network(frame, RULES)[1]

    assert [i.to_json() for i in listed(roads)] == [i.to_json() for i in listed(take(roads, [3, 1, 2, 0]))]
