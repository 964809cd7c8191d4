"""Stairs, slopes and signals make walks longer, the same way in both directions, and only where a rule says so."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from maps import facilities_from, layer_from, project_of, roads_from
from reference import find_faults
from towns import small_town
from walks import exported, walks_in

from gis_planner.analysis.network import build_network
from gis_planner.analysis.penalties import slope_factor
from gis_planner.model.project import Project
from gis_planner.model.rules import Rules
from gis_planner.model.tables import Frame, conform, geometries, ids, take

RULES = Rules()
HARD = replace(RULES, stairs_penalty=2.0, signal_penalty_m=40.0, slope_weight=1.0)


def hilly(project: Project, seed: int) -> Project:
    """Give the streets of a town stairs, slopes and signals."""
    random = np.random.default_rng(seed)
    roads = project.table("roads")
    n = len(roads)
    columns = {
        "id": ids(roads),
        "bridge": list(roads["bridge"]),
        "class": [["lane", "steps", "branch", None][int(k)] for k in random.integers(0, 4, n)],
        "slope": [[None, 0.0, 0.04, 0.15][int(k)] for k in random.integers(0, 4, n)],
        "signals": [[None, 0, 1, 2][int(k)] for k in random.integers(0, 4, n)],
    }
    changed = conform("roads", columns, list(geometries(roads)), crs=project.crs)
    return replace(project, tables={**project.tables, "roads": changed})


def test_nothing_is_longer_by_default() -> None:
    project = hilly(small_town(3), 3)
    network, _ = build_network(project.table("roads"), RULES)
    assert np.array_equal(network.walk_m, network.length_m)


def test_each_penalty_lengthens_the_walk_by_what_its_rule_says() -> None:
    lines = {
        "a": [(0, 0), (100, 0)],
        "b": [(0, 50), (100, 50)],
        "c": [(0, 90), (100, 90)],
        "d": [(0, 120), (9, 120)],
    }
    roads = roads_from(lines, **{"class": {"a": "steps"}}, slope={"b": 0.1}, signals={"c": 3})
    network, _ = build_network(roads, HARD)
    walked = dict(zip(network.road_ids, network.walk_m.tolist(), strict=True))
    uphill, downhill = np.exp(-3.5 * 0.15) / np.exp(-3.5 * 0.05), np.exp(-3.5 * 0.05) / np.exp(-3.5 * 0.05)
    assert walked["a"] == pytest.approx(300.0)
    assert walked["b"] == pytest.approx(100.0 * (1 / uphill + 1 / downhill) / 2)
    assert walked["c"] == pytest.approx(220.0)
    assert walked["d"] == 9.0


def test_the_slope_factor_is_one_on_the_level_and_grows_the_same_either_way() -> None:
    slope = np.linspace(0.0, 0.5, 51)
    factor = slope_factor(slope)
    assert factor[0] == 1.0
    assert (np.diff(factor) > 0.0).all()
    assert np.array_equal(factor, slope_factor(-slope))
    assert np.allclose(factor[:6], np.cosh(3.5 * slope[:6]))


def test_a_road_cut_by_crossings_passes_its_signals_once() -> None:
    lines = {"a": [(0, 0), (100, 0)], "x": [(30, -9), (30, 9)], "y": [(70, -9), (70, 9)]}
    network, _ = build_network(roads_from(lines, signals={"a": 2}), HARD)
    of_a = np.array([road == "a" for road in network.road_ids])
    assert of_a.sum() == 3
    assert network.walk_m[of_a].sum() == pytest.approx(180.0)


def test_a_stretch_drawn_twice_is_walked_the_easiest_way() -> None:
    for order in ((0, 1), (1, 0)):
        lines = dict(zip([("R1", "R2")[k] for k in order], [[(0, 0), (100, 0)]] * 2, strict=True))
        network, _ = build_network(roads_from(lines, **{"class": {"R1": "steps"}}), HARD)
        assert network.walk_m.tolist() == [100.0]


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10_000))
def test_coverage_with_penalties_is_what_networkx_finds(seed: int) -> None:
    walks = walks_in(hilly(small_town(seed), seed), HARD)
    nodes, edges = exported(walks.network)
    assert (walks.network.walk_m > walks.network.length_m + 1.0).any()
    faults = find_faults(
        nodes, edges, walks.units, walks.found.facilities, walks.found.access, walks.found.direct,
        walks.coverage, search_max=HARD.search_max_m, limit=HARD.limit_m,
    )  # fmt: skip
    assert not faults, faults[:5]


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 10_000))
def test_a_penalty_never_brings_anything_nearer(seed: int) -> None:
    project = hilly(small_town(seed), seed)
    plain, hard = walks_in(project, RULES).coverage, walks_in(project, HARD).coverage
    there = hard["distance_m"].notna().to_numpy()
    assert (hard["distance_m"][there] >= plain["distance_m"][there] - 1e-9).all()


def test_walks_with_penalties_are_the_same_in_both_directions() -> None:
    project = hilly(small_town(11), 11)
    roads = project.table("roads")
    turned = roads.copy()
    turned["geometry"] = shapely.reverse(geometries(roads))
    back = replace(
        project,
        tables={**project.tables, "roads": take(Frame(turned, crs=roads.crs), list(range(len(roads))))},
    )
    one, other = walks_in(project, HARD).coverage, walks_in(back, HARD).coverage
    assert np.allclose(one["distance_m"], other["distance_m"], atol=1e-6, equal_nan=True)


def test_minutes_are_those_of_whoever_walks_and_nothing_else_changes() -> None:
    project = project_of(
        roads=roads_from({"R1": [(0, 0), (500, 0)]}),
        compounds=layer_from("compounds", {"A": shapely.box(0, 5, 20, 25)}),
        facilities=facilities_from({"F1": ("toilet", 200, 0)}),
    )
    adult = walks_in(project, RULES, ["toilet"]).coverage.iloc[0]
    elderly = walks_in(project, RULES.with_value("walker", "elderly"), ["toilet"]).coverage.iloc[0]
    assert adult["minutes"] == pytest.approx(adult["distance_m"] / 1.2 / 60)
    assert elderly["minutes"] == pytest.approx(adult["distance_m"] / 0.9 / 60)
    assert elderly["distance_m"] == adult["distance_m"]
    slow = RULES.with_value("walker", "elderly").with_value("elderly_speed_m_s", 0.6)
    assert walks_in(project, slow, ["toilet"]).coverage.iloc[0]["minutes"] == pytest.approx(
        adult["distance_m"] / 36
    )
