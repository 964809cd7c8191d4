"""What is told of every pair: how wide the way across is, what crossing costs, what blocks it and what opens it."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import shapely
from maps import CRS, layer_from, project_of, roads_from
from shapely import affinity, box

from gis_planner.analysis.barriers import collect_barriers
from gis_planner.analysis.neighbours import find_neighbours
from gis_planner.model.rules import Rules
from gis_planner.model.tables import Frame, empty_table, take

LEFT, RIGHT = box(0, 0, 50, 50), box(70, 10, 120, 60)
ACROSS, ALONG = [(40.0, 30.0), (80.0, 30.0)], [(60.0, -50.0), (60.0, 150.0)]


def pairs_of(
    shapes: dict[str, Any], rules: Rules | None = None, **layers: Frame
) -> dict[tuple[str, str], Any]:
    rules = rules or Rules()
    compounds = layer_from("compounds", shapes, name="小区")
    project = replace(project_of(compounds=compounds, **layers), rules=rules)
    roads = layers.get("roads", empty_table("roads", CRS))
    found = find_neighbours(compounds, collect_barriers(project), roads, rules)
    return {(row.a, row.b): row for row in found.itertuples()}


def pair(rules: Rules | None = None, **layers: Frame) -> Any:
    return pairs_of({"A": LEFT, "B": RIGHT}, rules, **layers)["A", "B"]


def barrier(kind: str) -> Frame:
    return layer_from("barriers", {"X": shapely.LineString(ALONG)}, kind=kind)


def test_the_width_is_that_of_the_street() -> None:
    assert pair().width_m == pytest.approx(20, abs=1e-6)


def test_the_width_is_the_median_where_a_street_widens() -> None:
    wedge = shapely.Polygon([(60, 0), (80, 50), (120, 50), (120, 0)])  # 10 m at the foot, 30 m at the top
    assert pairs_of({"A": LEFT, "B": wedge})["A", "B"].width_m == pytest.approx(20, abs=0.5)


def test_a_corner_that_comes_near_makes_the_gap_and_not_the_width() -> None:
    nose = shapely.union(RIGHT, box(52, 58, 70, 60))  # it reaches past the corner of A
    found = pairs_of({"A": LEFT, "B": nose})["A", "B"]
    assert found.gap_m < 9
    assert found.width_m == pytest.approx(20, abs=1e-6)


def test_overlapping_outlines_have_no_width() -> None:
    assert pairs_of({"A": LEFT, "B": affinity.translate(LEFT, 25)})["A", "B"].width_m < 1e-6


@pytest.mark.parametrize(
    ("road_class", "cost"), [("lane", 0.0), (None, 0.0), ("branch", 1.5), ("secondary", 2.5)]
)
def test_a_road_between_costs_what_the_rules_say(road_class: str | None, cost: float) -> None:
    rules = Rules(cost_branch=1.5, cost_secondary=2.5)
    found = pair(rules, roads=roads_from({"R": ALONG}, **{"class": {"R": road_class}}))
    assert (found.cost, found.allowed) == (cost, True)


def test_a_wall_costs_what_taking_it_down_costs() -> None:
    found = pair(Rules(cost_wall=0.75), barriers=barrier("wall"))
    assert (found.crosses, found.cost, found.allowed) == ("wall", 0.75, True)


def test_nothing_between_costs_nothing_and_needs_no_opening() -> None:
    assert (pair().cost, pair().opened_by) == (0.0, "")


RULE_OF = {
    "river": "river_divides", "water": "river_divides", "railway": "railway_divides",
    "trunk_road": "trunk_road_divides", "expressway": "expressway_divides",
}  # fmt: skip


@pytest.mark.parametrize(("kind", "rule"), list(RULE_OF.items()))
def test_a_rule_says_whether_a_kind_divides(kind: str, rule: str) -> None:
    blocked = pair(barriers=barrier(kind))
    assert (blocked.blocked_by, blocked.allowed, math.isnan(blocked.cost)) == (kind, False, True)
    passed = pair(Rules().with_value(rule, False), barriers=barrier(kind))
    assert (passed.crosses, passed.blocked_by, passed.opened_by, passed.allowed) == (kind, "", "", True)
    assert passed.cost == Rules().cost_opened
    other = next(name for name in RULE_OF.values() if name != rule)
    assert not pair(Rules().with_value(other, False), barriers=barrier(kind)).allowed


@pytest.mark.parametrize(
    ("kind", "columns", "opening"),
    [
        ("river", {"bridge": True}, "bridge"),
        ("river", {"level": 1}, "bridge"),
        ("trunk_road", {"tunnel": True}, "underpass"),
        ("expressway", {"level": -1}, "underpass"),
        ("railway", {}, "crossing"),
        ("railway", {"bridge": True}, "bridge"),
        ("river", {}, ""),
        ("trunk_road", {}, ""),
    ],
)
def test_what_opens_a_line_is_said(kind: str, columns: dict[str, Any], opening: str) -> None:
    way = roads_from({"R": ACROSS}, **{"class": "lane"}, **columns)
    found = pair(barriers=barrier(kind), roads=way)
    assert (found.opened_by, found.allowed) == (opening, opening != "")
    if opening:
        assert found.cost == Rules().cost_opened
    shut = pair(Rules(crossings_open=False), barriers=barrier(kind), roads=way)
    assert (shut.opened_by, shut.allowed, shut.blocked_by) == ("", False, kind)


def test_two_lines_are_open_only_when_both_are() -> None:
    both = layer_from(
        "barriers", {"X": "LINESTRING(57 -50, 57 150)", "Y": "LINESTRING(64 -50, 64 150)"},
        kind={"X": "river", "Y": "railway"},
    )  # fmt: skip
    bridge = {"B": [(50.0, 30.0), (60.0, 30.0)]}
    one = pair(barriers=both, roads=roads_from(bridge, **{"class": "lane"}, bridge=True))
    assert (one.blocked_by, one.opened_by, one.allowed) == ("railway", "", False)
    ways = {**bridge, "C": [(60.0, 30.0), (70.0, 30.0)]}
    two = pair(barriers=both, roads=roads_from(ways, **{"class": "lane"}, bridge={"B": True, "C": False}))
    assert (two.opened_by, two.cost, two.allowed) == ("bridge;crossing", 2 * Rules().cost_opened, True)


def test_two_lines_that_block_only_together_are_both_said() -> None:
    both = layer_from(
        "barriers", {"X": "LINESTRING(60 -9, 60 33)", "Y": "LINESTRING(61 32, 61 99)"},
        kind={"X": "river", "Y": "railway"},
    )  # fmt: skip
    found = pair(barriers=both)
    assert found.crosses == "railway;river"
    assert found.blocked_by in ("railway", "river")


def test_the_plan_of_a_quarter_joins_nobody_and_stands_between_nobody() -> None:
    houses = {f"H{k}": box(60 * k, 0, 60 * k + 40, 40) for k in range(4)}
    alone = pairs_of(houses)
    quarter = pairs_of({**houses, "Q": box(-10, -10, 300, 100)})
    assert {key for key, row in quarter.items() if row.allowed} == set(alone)
    assert all(row.crosses == "" for row in quarter.values() if row.allowed)
    assert {row.blocked_by for key, row in quarter.items() if "Q" in key} == {"outline"}


def test_a_compound_in_a_courtyard_and_one_drawn_twice_stay_neighbours() -> None:
    ring = box(0, 0, 100, 100).difference(box(20, 20, 80, 80))
    assert pairs_of({"A": ring, "B": box(40, 40, 60, 60)})["A", "B"].allowed
    twin = affinity.translate(LEFT, 0.2, 0.1)
    found = pairs_of({"A": LEFT, "A2": twin, "B": RIGHT})
    assert set(found) == {("A", "A2"), ("A", "B"), ("A2", "B")}
    assert all(row.allowed and row.crosses == "" for row in found.values())


def crooked_town(seed: int) -> tuple[dict[str, Any], Frame, Frame]:
    """Strew crooked, concave, overlapping, doubled, split and tiny outlines, and lines among them."""
    random = np.random.default_rng(seed)
    shapes: dict[str, Any] = {}
    for k in range(14):
        n = int(random.integers(4, 14))
        angles = np.sort(random.uniform(0, 2 * np.pi, n))
        radii = random.uniform(12, 42, n)
        middle = np.array([k % 4, k // 4]) * 65.0 + random.normal(0, 8, 2)
        ring = middle + radii[:, None] * np.column_stack([np.cos(angles), np.sin(angles)])
        shapes[f"C{k:02d}"] = shapely.Polygon(ring)
    shapes["D1"] = shapes["C03"]
    shapes["D2"] = affinity.translate(shapes["C05"], 0.07, 0.03)
    shapes["M"] = shapely.MultiPolygon([box(200, 0, 220, 30), box(226, 0, 240, 30)])
    shapes["S"] = shapely.Polygon([(0, 200), (60, 200), (60, 260), (0, 260)]).difference(
        shapes["C12"].buffer(0.01)
    )
    shapes["T"] = box(100, 100, 100.5, 100.5)
    shapes["X"] = shapely.Polygon([(0, -90), (40, -50), (40, -90), (0, -50)])
    shapes["E"] = shapely.Polygon()
    lines = {
        f"L{k}": shapely.LineString(random.uniform(-40, 260, (int(random.integers(2, 6)), 2)))
        for k in range(6)
    }
    water = {"W": shapely.Point(130, 60).buffer(30), "V": box(55, -100, 62, 300)}
    kinds = dict(zip(lines, ["river", "railway", "wall", "trunk_road", "wall", "river"], strict=True))
    barriers = layer_from("barriers", {**lines, **water}, kind={**kinds, "W": "water", "V": "river"})
    ways = {f"R{k}": random.uniform(-40, 260, (3, 2)).tolist() for k in range(5)}
    classes = dict(zip(ways, ["lane", "branch", "secondary", "lane", "branch"], strict=True))
    return shapes, barriers, roads_from(ways, **{"class": classes}, bridge={"R0": True, "R3": True})


@pytest.mark.parametrize("seed", range(12))
def test_neither_order_nor_direction_nor_place_matters(seed: int) -> None:
    shapes, barriers, roads = crooked_town(seed)
    random = np.random.default_rng(seed)
    found = pairs_of(shapes, barriers=barriers, roads=roads)
    names = list(shapes)
    random.shuffle(names)
    turned = {name: _begun_elsewhere(shapes[name], random) for name in names}
    shuffled = take(barriers, random.permutation(len(barriers)).tolist())
    again = pairs_of(turned, barriers=shuffled, roads=take(roads, [4, 2, 0, 3, 1]))
    _same_facts(again, found)
    degrees = float(random.uniform(0, 360))

    def move(shape: Any) -> Any:
        return affinity.translate(affinity.rotate(shape, degrees, origin=(0, 0)), 5e5, 3.8e6)

    elsewhere = pairs_of(
        {name: move(shape) for name, shape in shapes.items()},
        barriers=barriers.set_geometry([move(shape) for shape in barriers.geometry]).set_crs(CRS),
        roads=roads.set_geometry([move(shape) for shape in roads.geometry]).set_crs(CRS),
    )
    _same_facts(elsewhere, found)


def _begun_elsewhere(shape: Any, random: np.random.Generator) -> Any:
    if shape.geom_type != "Polygon" or shape.is_empty:
        return shape
    ring = shapely.get_coordinates(shape.exterior)[:-1]
    ring = np.roll(ring, int(random.integers(0, len(ring))), axis=0)
    return shapely.Polygon(ring[::-1] if random.random() < 0.5 else ring, shape.interiors)


def _same_facts(one: dict[Any, Any], other: dict[Any, Any]) -> None:
    assert set(one) == set(other)
    for key, row in one.items():
        there = other[key]
        for column in ("crosses", "blocked_by", "opened_by", "allowed"):
            assert getattr(row, column) == getattr(there, column), (key, column)
        for column in ("gap_m", "width_m", "frontage_m", "cost"):
            assert getattr(row, column) == pytest.approx(getattr(there, column), abs=1e-6, nan_ok=True), (
                key,
                column,
            )


@pytest.mark.parametrize("seed", range(6))
def test_what_lies_between_is_what_straight_looks_meet(seed: int) -> None:
    """Look straight out of both outlines every decimetre, and count the looks that meet nothing of a kind."""
    shapes, barriers, _ = crooked_town(seed)
    shapes = {
        name: shapely.make_valid(shape)
        for name, shape in shapes.items()
        if name not in ("X", "E", "D1", "D2")
    }
    found = pairs_of(shapes, barriers=barriers)
    things: dict[str, list[Any]] = {}
    for kind, shape in zip(barriers["kind"], barriers.geometry, strict=True):
        things.setdefault(kind, []).append(shape)
    blocks = {kind: shapely.prepared.prep(shapely.union_all(given)) for kind, given in things.items()}
    told = 0
    for (a, b), row in found.items():
        if shapes[a].intersects(shapes[b]):
            continue
        sides = [_clear_looks(shapes[own], shapes[other], blocks) for own, other in ((a, b), (b, a))]
        for kind in blocks:
            clear = min(sides[0][kind], sides[1][kind])
            if abs(clear - 10) > 1.5:  # what a look every decimetre can tell
                assert (kind in row.crosses.split(";")) == (clear < 10) or row.blocked_by == kind, (
                    a,
                    b,
                    kind,
                    clear,
                )
                told += 1
    assert told > 10


def _clear_looks(own: Any, other: Any, blocks: dict[str, Any]) -> dict[str, float]:
    """Measure how much of an outline sees the other within 30 m, for each kind with nothing of it on the way."""
    clear = dict.fromkeys(blocks, 0.0)
    for part in shapely.get_parts(shapely.orient_polygons(own)):
        for start, end in itertools.pairwise(shapely.get_coordinates(part.exterior)):
            length = float(np.hypot(*(end - start)))
            pieces = max(int(length / 0.1), 1)
            along = (end - start) / length
            out = np.array([along[1], -along[0]])
            feet = start + np.outer((np.arange(pieces) + 0.5) * length / pieces, along)
            looks = shapely.linestrings(np.stack([feet + 1e-7 * out, feet + 30 * out], axis=1))
            for row in np.flatnonzero(shapely.intersects(looks, other)).tolist():
                way = shapely.distance(shapely.points(feet[row]), shapely.intersection(looks[row], other))
                if shapely.intersects(
                    shapely.LineString([feet[row] + 1e-7 * out, feet[row] + (way - 1e-6) * out]), own
                ):
                    continue
                strip = shapely.LineString([feet[row] - 2 * out, feet[row] + (way + 2) * out])
                for kind, ground in blocks.items():
                    if not ground.intersects(strip):
                        clear[kind] += length / pieces
    return clear
