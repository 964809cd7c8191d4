"""Kerbs against the streets that need them, on drawn streets."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import shapely
from maps import layer_from, project_of, roads_from
from scored_town import STANDARD

from gis_planner.analysis.indicators import measure_layers
from gis_planner.analysis.survey import Indicator
from gis_planner.model.rules import Rules
from gis_planner.model.tables import Frame

EVERYWHERE = shapely.box(-50, -50, 500, 500)


def street(*points: tuple[float, float]) -> list[tuple[float, float]]:
    return list(points)


def kerbs_from(lines: dict[str, list[tuple[float, float]]], **columns: Any) -> Frame:
    return layer_from("kerbs", {name: shapely.LineString(line) for name, line in lines.items()}, **columns)


def measure(roads: Frame, kerbs: Frame, *footprints: Any) -> list[Indicator]:
    project = replace(project_of(roads=roads, kerbs=kerbs), complete=frozenset({"roads", "kerbs"}))
    shapes = np.empty(len(footprints or (EVERYWHERE,)), dtype=object)
    shapes[:] = list(footprints or (EVERYWHERE,))
    return measure_layers(project, STANDARD.element("KZ3"), shapes, Rules())


def both_sides(name: str, x0: float, x1: float, y: float = 0.0) -> dict[str, list[tuple[float, float]]]:
    return {f"{name}n": [(x0, y + 5), (x1, y + 5)], f"{name}s": [(x0, y - 5), (x1, y - 5)]}


def test_a_street_needs_a_kerb_on_each_side() -> None:
    roads = roads_from({"R": street((0, 0), (100, 0))}, **{"class": "branch"})
    (whole,) = measure(roads, kerbs_from(both_sides("K", 0, 100), condition="good"))
    assert (whole.value, whole.evidence["required_m"]) == (1.0, 200.0)
    (half,) = measure(roads, kerbs_from({"K": [(0, 5), (100, 5)]}, condition="good"))
    assert half.value == 0.5
    assert half.evidence["failing"] == [{"id": "R", "length_m": 100.0}]


@pytest.mark.parametrize(
    ("road_class", "required"),
    [("trunk", 200.0), ("branch", 200.0), (None, 200.0), ("lane", 0.0), ("footpath", 0.0), ("steps", 0.0)],
)
def test_lanes_footpaths_and_steps_need_no_kerb(road_class: str | None, required: float) -> None:
    roads = roads_from({"R": street((0, 0), (100, 0))}, **{"class": {"R": road_class}})
    (found,) = measure(roads, kerbs_from(both_sides("K", 0, 100), condition="good"))
    assert found.evidence["required_m"] == required
    if not required:
        assert (found.doubt or {})["code"] == "nothing"


@pytest.mark.parametrize("road_class", ["branch", "lane", "footpath"])
@pytest.mark.parametrize("sides", [0, 1, 2])
def test_the_road_s_own_column_rules(road_class: str, sides: int) -> None:
    roads = roads_from({"R": street((0, 0), (100, 0))}, kerb_sides=sides, **{"class": road_class})
    (found,) = measure(roads, kerbs_from(both_sides("K", 0, 100), condition="good"))
    assert found.evidence["required_m"] == 100.0 * sides
    assert found.value == (1.0 if sides else None)


def test_bad_kerbs_are_not_good_and_unknown_ones_leave_the_count() -> None:
    roads = roads_from({"R": street((0, 0), (100, 0))}, **{"class": "branch"})
    lines = {
        "A": [(0.0, 5.0), (100.0, 5.0)],
        "B": [(0.0, -5.0), (60.0, -5.0)],
        "C": [(60.0, -5.0), (100.0, -5.0)],
    }
    (found,) = measure(roads, kerbs_from(lines, condition={"A": "good", "B": "poor"}))
    assert (found.evidence["good"], found.evidence["unknown"], found.evidence["assessed"]) == (
        100.0,
        40.0,
        160.0,
    )
    assert found.doubt is None, "40 of 200 m is the most that may be empty"
    (found,) = measure(roads, kerbs_from(lines, condition={"A": "good"}))
    assert (found.doubt or {})["attribute"] == "condition"


def test_a_surplus_in_one_street_hides_nothing_in_another() -> None:
    roads = roads_from(
        {"R1": street((0, 0), (100, 0)), "R2": street((0, 200), (100, 200))}, **{"class": "branch"}
    )
    twice = {**both_sides("A", 0, 100), **{f"{k}2": v for k, v in both_sides("A", 0, 100).items()}}
    (found,) = measure(roads, kerbs_from(twice, condition="good"))
    assert (found.value, found.evidence["kerbs_m"]) == (0.5, 400.0)


@pytest.mark.parametrize("turned", [False, True])
def test_a_kerb_drawn_twice_on_one_side_is_none_on_the_other(turned: bool) -> None:
    along = street((0, 0), (60, 0), (100, 0))
    roads = roads_from({"R": along[::-1] if turned else along}, **{"class": "branch"})
    doubled = {"K1": [(0, 5), (100, 5)], "K2": [(0, 5.3), (100, 5.3)], "K3": [(0, 6), (100, 6)]}
    (found,) = measure(roads, kerbs_from(doubled, condition="good"))
    assert found.value == 0.5
    unknown = {"K1": "good", "K2": None, "K3": None}
    (half_told,) = measure(roads, kerbs_from(doubled, condition=unknown))
    assert (half_told.evidence["good"], half_told.evidence["assessed"]) == (100.0, 200.0)


def test_one_line_round_a_block_serves_all_its_streets() -> None:
    corners = [(0.0, 0.0), (200.0, 0.0), (200.0, 200.0), (0.0, 200.0)]
    sides = {f"R{n}": street(corners[n], corners[(n + 1) % 4]) for n in range(4)}
    roads = roads_from(sides, kerb_sides=1, **{"class": "branch"})
    ring = {"K": [(5.0, 5.0), (195.0, 5.0), (195.0, 195.0), (5.0, 195.0), (5.0, 5.0)]}
    (found,) = measure(roads, kerbs_from(ring, condition="good"))
    assert found.evidence["kerbs_m"] == pytest.approx(760.0)
    assert found.value == pytest.approx(760 / 800, abs=0.002)


def test_a_junction_needs_no_kerb_across_its_mouth() -> None:
    roads = roads_from(
        {"W": street((0, 0), (100, 0)), "E": street((100, 0), (200, 0)), "N": street((100, 0), (100, 100))},
        **{"class": "branch"},
    )
    (found,) = measure(roads, kerbs_from({"K": [(0, 5), (1, 5)]}, condition="good"))
    assert found.evidence["required_m"] == 3 * 200 - 3 * 2 * 8


def test_a_side_street_opens_one_side_of_a_street_that_runs_through() -> None:
    roads = roads_from(
        {"A": street((0, 0), (200, 0)), "N": street((100, 0), (100, 100))}, **{"class": "branch"}
    )
    (found,) = measure(roads, kerbs_from({"K": [(0, 5), (1, 5)]}, condition="good"))
    assert found.evidence["required_m"] == (400 - 16) + (200 - 16)


def test_streets_that_cross_open_both_sides_unless_one_is_a_bridge() -> None:
    lines = {"A": street((0, 0), (200, 0)), "B": street((100, -100), (100, 100))}
    kerb = kerbs_from({"K": [(0, 5), (1, 5)]}, condition="good")
    box = shapely.box(-50, -150, 250, 150)
    (level,) = measure(roads_from(lines, **{"class": "branch"}), kerb, box)
    assert level.evidence["required_m"] == 800 - 2 * 2 * 16
    for over in ({"level": {"B": 1}}, {"bridge": {"B": True}}):
        (bridge,) = measure(roads_from(lines, **{"class": "branch"}, **over), kerb, box)
        assert bridge.evidence["required_m"] == 800


def test_two_pieces_of_one_street_are_no_junction() -> None:
    roads = roads_from(
        {"A": street((0, 0), (100, 0)), "B": street((100, 0), (200, 0))}, **{"class": "branch"}
    )
    (found,) = measure(roads, kerbs_from(both_sides("K", 0, 200), condition="good"))
    assert (found.evidence["required_m"], found.value) == (400.0, 1.0)


def test_a_footpath_beside_the_street_takes_no_kerb_away() -> None:
    lines = {"R": street((0, 0), (100, 0)), "F": street((0, 6), (100, 6))}
    roads = roads_from(lines, **{"class": {"R": "branch", "F": "footpath"}})
    (found,) = measure(roads, kerbs_from(both_sides("K", 0, 100), condition="good"))
    assert found.value == 1.0


def test_a_kerb_may_name_its_road_and_one_far_from_all_is_stray() -> None:
    roads = roads_from(
        {"R1": street((0, 0), (100, 0)), "R2": street((0, 20), (100, 20))}, **{"class": "branch"}
    )
    lines = {"A": [(0.0, 14.0), (100.0, 14.0)], "B": [(0.0, 300.0), (100.0, 300.0)]}
    (near,) = measure(roads, kerbs_from(lines, condition="good"))
    assert near.evidence["failing"][0] == {"id": "R1", "length_m": 200.0}
    assert near.evidence["stray_m"] == 100.0
    (named,) = measure(roads, kerbs_from(lines, condition="good", road_id={"A": "R1", "B": "R9"}))
    assert named.evidence["failing"][0] == {"id": "R1", "length_m": 100.0}


def test_each_footprint_asks_for_its_own_stretch() -> None:
    roads = roads_from({"R": street((0, 0), (100, 0))}, **{"class": "branch"})
    kerbs = kerbs_from(both_sides("K", 0, 50), condition="good")
    left, right = measure(roads, kerbs, shapely.box(0, -3, 50, 3), shapely.box(50, -3, 100, 3))
    assert (left.value, right.value) == (1.0, 0.0)
    assert left.evidence["required_m"] == right.evidence["required_m"] == 100.0


def test_a_street_along_the_edge_asks_half_of_its_kerbs_on_either_side() -> None:
    roads = roads_from({"R": street((0, 0), (100, 0))}, **{"class": "branch"})
    kerbs = kerbs_from({"K": [(0, 5), (100, 5)]}, condition="good")
    for off in (-1e-9, 0.0, 1e-9):
        above, below = measure(roads, kerbs, shapely.box(-9, off, 109, 50), shapely.box(-9, -50, 109, off))
        for found in (above, below):
            assert found.evidence["required_m"] == pytest.approx(100.0)
            assert found.value == pytest.approx(0.5)


def test_a_street_of_several_parts_is_taken_whole() -> None:
    parts = shapely.MultiLineString([[(0, 0), (40, 0)], [(60, 0), (100, 0)]])
    roads = layer_from("roads", {"R": parts}, **{"class": "branch"})
    (found,) = measure(roads, kerbs_from(both_sides("K", 0, 100), condition="good"))
    assert found.evidence["required_m"] == 160.0
    assert found.value == 1.0
