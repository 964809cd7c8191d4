"""Neighbours run beside each other, and nothing that people cannot cross lies between."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from maps import CRS, compounds_from, layer_from, project_of, roads_from
from shapely import affinity, box

from gis_planner.analysis.barriers import collect_barriers
from gis_planner.analysis.neighbours import find_neighbours
from gis_planner.model.rules import Rules
from gis_planner.model.tables import Frame, empty_table, take

LEFT, RIGHT = box(0, 0, 50, 50), box(70, 10, 120, 60)  # a street of 20 m, 40 m beside each other


def town(
    compounds: Frame, roads: Frame | None = None, barriers: Frame | None = None
) -> dict[tuple[str, str], Any]:
    roads = empty_table("roads", CRS) if roads is None else roads
    barriers = empty_table("barriers", CRS) if barriers is None else barriers
    project = project_of(compounds=compounds, roads=roads, barriers=barriers)
    found = find_neighbours(compounds, collect_barriers(project), roads, Rules())
    return {(row.a, row.b): row for row in found.itertuples()}


def compounds(**shapes: Any) -> Frame:
    return layer_from("compounds", shapes, name="小区")


def line(kind: str, *points: tuple[float, float]) -> Frame:
    return layer_from("barriers", {"X": shapely.LineString(points)}, kind=kind)


def road(road_class: str, *points: tuple[float, float], **columns: Any) -> Frame:
    return roads_from({"R": points}, **{"class": road_class}, **columns)


def test_outlines_along_a_street_are_neighbours() -> None:
    pair = town(compounds(A=LEFT, B=RIGHT))["A", "B"]
    assert (pair.gap_m, pair.frontage_m, pair.crosses, pair.blocked_by, pair.allowed) == (
        20.0,
        40.0,
        "",
        "",
        True,
    )
    assert pair.geometry.length == 20.0


def test_a_corner_does_not_make_neighbours() -> None:
    assert set(town(compounds_from("AAB\nC.B"))) == {("A", "B"), ("A", "C")}
    assert town(compounds(A=box(0, 0, 50, 50), B=box(50, 50, 90, 90))) == {}
    assert town(compounds(A=box(0, 0, 50, 50), B=box(55, 55, 99, 99))) == {}
    assert town(compounds(A=box(0, 0, 50, 50), B=box(-40, 55, 9.9, 99))) == {}
    assert ("A", "B") in town(compounds(A=box(0, 0, 50, 50), B=box(-40, 55, 10.1, 99)))


@pytest.mark.parametrize("degrees", [1, 3, 5])
def test_a_corner_a_little_askew_does_not_make_neighbours_either(degrees: float) -> None:
    assert town(compounds(A=box(0, 0, 50, 50), B=affinity.rotate(box(55, 55, 99, 99), degrees))) == {}


def test_beyond_the_gap_nothing_is_a_neighbour() -> None:
    assert town(compounds(A=LEFT, B=affinity.translate(LEFT, 80.001))) == {}
    assert len(town(compounds(A=LEFT, B=affinity.translate(LEFT, 80.0)))) == 1


def test_touching_sliver_overlapping_nested_and_equal_outlines_are_neighbours() -> None:
    for shift in (49.9, 49.9999, 50.0, 50.0001, 50.1):
        pair = town(compounds(A=LEFT, B=affinity.translate(LEFT, shift)))["A", "B"]
        assert pair.frontage_m == pytest.approx(50, abs=0.5), shift
        assert pair.allowed
    assert town(compounds(A=LEFT, B=LEFT))["A", "B"].frontage_m == pytest.approx(200)
    assert town(compounds(A=LEFT, B=box(10, 10, 20, 25)))["A", "B"].frontage_m == pytest.approx(50)


def test_an_outline_of_several_parts_counts_all_its_frontage() -> None:
    parts = shapely.MultiPolygon([box(60, 0, 80, 20), box(60, 30, 80, 45), box(300, 0, 320, 20)])
    assert town(compounds(A=LEFT, B=parts))["A", "B"].frontage_m == pytest.approx(35)


def test_a_courtyard_faces_what_stands_in_it() -> None:
    ring = box(0, 0, 100, 100).difference(box(20, 20, 80, 80))
    pair = town(compounds(A=ring, B=box(40, 40, 60, 60)))["A", "B"]
    assert pair.frontage_m == pytest.approx(80)


def test_own_ground_hides_the_other_compound() -> None:
    hook = shapely.Polygon([(0, 0), (50, 0), (50, 40), (45, 40), (45, 5), (0, 5)])
    assert town(compounds(A=hook, B=box(55, 0, 60, 40)))["A", "B"].frontage_m == pytest.approx(40)


def test_crossing_and_empty_outlines_do_not_break_the_search() -> None:
    bow = shapely.Polygon([(0, 0), (50, 50), (50, 0), (0, 50)])
    found = town(
        layer_from("compounds", {"A": bow, "B": RIGHT, "C": None, "D": shapely.Polygon()}, name="小区")
    )
    assert set(found) == {("A", "B")}


@pytest.mark.parametrize("kind", ["river", "railway", "trunk_road", "expressway", "water"])
def test_a_barrier_between_blocks(kind: str) -> None:
    pair = town(compounds(A=LEFT, B=RIGHT), barriers=line(kind, (60, -50), (60, 150)))["A", "B"]
    assert (pair.crosses, pair.blocked_by, pair.allowed) == (kind, kind, False)


def test_a_wall_and_a_branch_road_cost_and_do_not_block() -> None:
    pair = town(
        compounds(A=LEFT, B=RIGHT), road("branch", (60, -50), (60, 150)), line("wall", (50, 0), (50, 50))
    )["A", "B"]
    assert (pair.crosses, pair.blocked_by, pair.allowed) == ("branch;wall", "", True)


def test_a_trunk_road_that_follows_from_the_roads_blocks() -> None:
    assert not town(compounds(A=LEFT, B=RIGHT), road("trunk", (60, -50), (60, 150)))["A", "B"].allowed


def test_a_river_polygon_that_fills_the_gap_blocks() -> None:
    water = layer_from("barriers", {"X": box(49, -50, 71, 150)}, kind="river")
    assert not town(compounds(A=LEFT, B=RIGHT), barriers=water)["A", "B"].allowed


def test_outlines_drawn_to_the_middle_of_a_trunk_road_are_blocked() -> None:
    for shift in (49.5, 50.0, 50.5):
        pair = town(
            compounds(A=LEFT, B=affinity.translate(LEFT, shift)), road("trunk", (50, -50), (50, 150))
        )["A", "B"]
        assert pair.blocked_by == "trunk_road", shift


def test_a_barrier_beside_or_behind_does_not_block() -> None:
    for points in ([(60, 65), (60, 150)], [(-3, -50), (-3, 150)], [(40, -3), (90, -3)]):
        assert town(compounds(A=LEFT, B=RIGHT), barriers=line("river", *points))["A", "B"].allowed


@pytest.mark.parametrize(("reaches_m", "allowed"), [(29.0, True), (31.0, False)])
def test_enough_clear_frontage_keeps_a_pair_open(reaches_m: float, allowed: bool) -> None:
    barrier = line(
        "railway", (60, -50), (60, 10 + reaches_m)
    )  # 40 m of frontage from y = 10, 10 m are needed
    pair = town(compounds(A=LEFT, B=RIGHT), barriers=barrier)["A", "B"]
    assert pair.allowed is allowed
    assert pair.crosses == ("" if allowed else "railway")


def test_two_barriers_that_leave_too_little_together_block() -> None:
    both = layer_from(
        "barriers",
        {"X": "LINESTRING(60 -9, 60 33)", "Y": "LINESTRING(61 32, 61 99)"},
        kind={"X": "river", "Y": "railway"},
    )
    pair = town(compounds(A=LEFT, B=RIGHT), barriers=both)["A", "B"]
    assert not pair.allowed
    assert pair.blocked_by in ("river", "railway")


def test_a_walkable_bridge_beside_the_frontage_opens_a_river() -> None:
    river = line("river", (60, -50), (60, 150))
    bridge = [(40.0, 65.0), (80.0, 65.0)]
    pair = town(compounds(A=LEFT, B=RIGHT), road("branch", *bridge, bridge=True), river)["A", "B"]
    assert (pair.crosses, pair.blocked_by, pair.allowed) == ("river", "", True)
    assert not town(compounds(A=LEFT, B=RIGHT), road("branch", *bridge), river)[
        "A", "B"
    ].allowed  # drawn, no bridge
    assert not town(compounds(A=LEFT, B=RIGHT), road("branch", *bridge, bridge=True, walkable=False), river)[
        "A", "B"
    ].allowed
    far = road("branch", (40, 100), (80, 100), bridge=True)
    assert not town(compounds(A=LEFT, B=RIGHT), far, river)["A", "B"].allowed


def test_a_level_crossing_opens_a_railway_and_no_trunk_road() -> None:
    way = road("lane", (40, 30), (80, 30))
    assert town(compounds(A=LEFT, B=RIGHT), way, line("railway", (60, -50), (60, 150)))["A", "B"].allowed
    assert not town(compounds(A=LEFT, B=RIGHT), way, line("trunk_road", (60, -50), (60, 150)))[
        "A", "B"
    ].allowed
    dead_end = road("lane", (40, 30), (60, 30))
    assert not town(compounds(A=LEFT, B=RIGHT), dead_end, line("railway", (60, -50), (60, 150)))[
        "A", "B"
    ].allowed


def test_a_footbridge_opens_a_trunk_road() -> None:
    roads = roads_from(
        {"T": [(60, -50), (60, 150)], "F": [(45, 30), (75, 30)]},
        **{"class": {"T": "trunk", "F": "footpath"}},
        bridge={"F": True},
    )
    pair = town(compounds(A=LEFT, B=RIGHT), roads)["A", "B"]
    assert (pair.crosses, pair.allowed) == ("trunk_road", True)


def test_a_bridge_over_the_river_does_not_open_the_trunk_road_beside_it() -> None:
    roads = roads_from(
        {"T": [(64, -50), (64, 150)], "B": [(52, 30), (62, 30)]},
        **{"class": {"T": "trunk", "B": "branch"}},
        bridge={"B": True},
    )
    pair = town(compounds(A=LEFT, B=RIGHT), roads, line("river", (57, -50), (57, 150)))["A", "B"]
    assert (pair.crosses, pair.blocked_by) == ("trunk_road;river", "trunk_road")


def test_a_path_across_the_street_is_nothing_to_cross() -> None:
    assert town(compounds(A=LEFT, B=RIGHT), road("branch", (40, 30), (80, 30)))["A", "B"].crosses == ""


def test_a_third_compound_between_is_said() -> None:
    found = town(compounds(A=LEFT, B=RIGHT, T=box(55, 0, 65, 70)))
    assert found["A", "B"].crosses == "compound"
    assert found["A", "T"].crosses == ""


def star(draw: Any, x: float, y: float) -> shapely.Polygon:
    radii = draw(st.lists(st.integers(8, 40), min_size=5, max_size=9))
    turn = draw(st.integers(0, 359))
    angles = [math.radians(turn) + 2 * math.pi * k / len(radii) for k in range(len(radii))]
    return shapely.Polygon(
        [(x + r * math.cos(a), y + r * math.sin(a)) for r, a in zip(radii, angles, strict=True)]
    )


@st.composite
def two_outlines(draw: Any) -> tuple[shapely.Polygon, shapely.Polygon]:
    return star(draw, 0, 0), star(draw, draw(st.integers(20, 90)), draw(st.integers(-30, 30)))


@settings(max_examples=30, deadline=None)
@given(two_outlines())
def test_frontage_is_what_straight_looks_out_of_the_outline_see(
    pair: tuple[shapely.Polygon, shapely.Polygon],
) -> None:
    a, b = pair
    expected = _looked_at(a, b)
    found = town(compounds(A=a, B=b)).get(("A", "B"))
    if found is None:
        assert expected < 10 + 1.5
    else:
        assert found.frontage_m == pytest.approx(expected, abs=1.5)


def _looked_at(a: shapely.Polygon, b: shapely.Polygon) -> float:
    """Look straight out of each outline every few decimetres and see what is met first."""
    out, inside = [], []
    for own, other in ((a, b), (b, a)):
        points = shapely.get_coordinates(shapely.orient_polygons(own))
        seen = within = 0.0
        for start, end in itertools.pairwise(points):
            length = float(np.hypot(*(end - start)))
            pieces = max(int(length / 0.25), 1)
            along = (end - start) / length
            away = np.array([along[1], -along[0]])
            feet = start + np.outer((np.arange(pieces) + 0.5) * length / pieces, along)
            looks = shapely.linestrings(np.stack([feet + 1e-7 * away, feet + 30 * away], axis=1))
            for foot, look in zip(shapely.points(feet), looks, strict=True):
                if other.contains(foot):
                    within += length / pieces
                elif look.intersects(other):
                    way = foot.distance(look.intersection(other))
                    clear = shapely.LineString([look.coords[0], look.interpolate(way - 1e-6)])
                    seen += 0.0 if clear.intersects(own) else length / pieces
        out.append(seen)
        inside.append(within)
    return min(out) + max(inside)


@settings(max_examples=25, deadline=None)
@given(st.lists(two_outlines(), min_size=2, max_size=4), st.randoms(use_true_random=False), st.integers(0, 3))
def test_neighbours_do_not_depend_on_the_order_of_rows_nor_on_where_the_town_lies(
    pairs: list[tuple[shapely.Polygon, shapely.Polygon]],
    random: Any,
    quarters: int,
) -> None:
    shapes = {
        f"C{i}{k}": affinity.translate(shape, 60 * i, 45 * i)
        for i, two in enumerate(pairs)
        for k, shape in enumerate(two)
    }
    frame = compounds(**shapes)
    order = list(range(len(frame)))
    random.shuffle(order)
    roads = road("branch", (-50, 20), (300, 60))
    moved = {
        k: affinity.translate(affinity.rotate(v, 90 * quarters, origin=(0, 0)), 5e5, 3.8e6)
        for k, v in shapes.items()
    }
    there = affinity.translate(
        affinity.rotate(shapely.LineString([(-50, 20), (300, 60)]), 90 * quarters, origin=(0, 0)), 5e5, 3.8e6
    )
    found = town(frame, roads)
    assert _facts(town(take(frame, order), roads)) == _facts(found)
    elsewhere = town(compounds(**moved), layer_from("roads", {"R": there}, **{"class": "branch"}))
    assert {pair: row.crosses for pair, row in elsewhere.items()} == {
        pair: row.crosses for pair, row in found.items()
    }
    for pair, row in elsewhere.items():
        assert row.frontage_m == pytest.approx(found[pair].frontage_m, abs=1e-3)


def _facts(found: dict[tuple[str, str], Any]) -> list[tuple[Any, ...]]:
    return [
        (row.a, row.b, row.gap_m, row.frontage_m, row.crosses, row.blocked_by, row.allowed)
        for row in found.values()
    ]
