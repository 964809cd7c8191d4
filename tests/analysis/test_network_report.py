"""Each line of the repair report has a place and, where one is known, a fix that cures it and harms nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st
from maps import facilities_from, layer_from, project_of, roads_from
from towns import small_town
from walks import Walks, walks_in

from gis_planner.analysis.barriers import collect_barriers
from gis_planner.analysis.network import lay_network
from gis_planner.analysis.network_report import report_network
from gis_planner.model.changes import apply
from gis_planner.model.edits import DrawStreet, Edit, SetAttribute
from gis_planner.model.issues import Issue, rank_key
from gis_planner.model.project import Project
from gis_planner.model.rules import Rules
from gis_planner.model.tables import Frame, take

RULES = Rules()
KINDS = ["toilet"]
Lines = Mapping[str, Sequence[tuple[float, float]]]


def no_table(_: str) -> Frame:
    raise AssertionError("no import is asked for")


def town(lines: Lines, homes: Mapping[str, tuple[float, float, int | None]], **columns: Any) -> Project:
    """Draw streets, homes (10 m squares with households) and a toilet at the origin."""
    tables = {
        "roads": roads_from(lines, **columns),
        "compounds": layer_from(
            "compounds",
            {name: shapely.box(x, y, x + 10, y + 10) for name, (x, y, _) in homes.items()},
            households={name: n for name, (_, _, n) in homes.items() if n is not None},
        ),
        "facilities": facilities_from({"F1": ("toilet", 0.0, 1.0)}),
    }
    return project_of(**tables)


def report(project: Project, rules: Rules = RULES) -> list[Issue]:
    walks = walks_in(project, rules, KINDS)
    laid = lay_network(project.table("roads"), rules)
    return report_network(
        laid, project.table("roads"), walks.units, walks.found.access, collect_barriers(project), rules
    )


def lines_of(project: Project, code: str) -> list[Issue]:
    return [issue for issue in report(project) if issue.code == code]


def same_line(one: Issue, other: Issue) -> bool:
    return (one.code, one.feature, one.x, one.y) == (other.code, other.feature, other.x, other.y)


def cure(project: Project, issue: Issue) -> Project:
    """Adopt a fix; the line must be gone and nobody's walk longer."""
    assert issue.fix is not None, issue
    mended = apply(project, issue.fix, no_table)
    assert not [i for i in report(mended) if same_line(i, issue)], issue
    assert_nobody_walks_farther(project, mended)
    return mended


def assert_nobody_walks_farther(before: Project, after: Project) -> None:
    one, other = (walks_in(p, RULES).coverage for p in (before, after))
    far, near = (w["distance_m"].fillna(np.inf).to_numpy() for w in (one, other))
    assert (near <= far + 1e-6).all()


def walk_of(project: Project, home: str) -> Any:
    return walks_in(project, RULES, KINDS).of(f"compounds/{home}")[0]


WEST: Sequence[tuple[float, float]] = [(0, 0), (100, 0)]


def test_a_gap_between_two_ends_is_listed_and_a_street_closes_it() -> None:
    project = town({"R1": WEST, "R2": [(103, 0), (300, 0)]}, {"A": (200, 5, 40), "B": (20, 5, 9)})
    (gap,) = lines_of(project, "network.gap")
    assert (gap.message.values["gap"], gap.households) == (3.0, 49)
    assert gap.fix == DrawStreet("J100-0", ((100.0, 0.0), (103.0, 0.0)), "footpath", 0)
    assert walk_of(project, "A") is None
    assert walk_of(cure(project, gap), "A") == pytest.approx(200 + 5 + 1)


def test_an_end_that_almost_touches_a_street_is_listed_and_a_street_closes_it() -> None:
    project = town({"R1": WEST, "R2": [(70, 2), (70, 200)]}, {"A": (72, 100, 40)})
    (miss,) = lines_of(project, "network.near_miss")
    assert (miss.feature, miss.message.values["other"], miss.x, miss.y) == ("R2", "R1", 70.0, 2.0)
    assert walk_of(cure(project, miss), "A") == pytest.approx(2 + 100 + 70 + 1)


def test_what_is_joined_nearby_is_no_gap() -> None:
    lines = {"R1": WEST, "R2": [(50, 2), (50, 50)], "R3": [(50, 50), (53, 20), (53, 0)]}
    assert lines_of(town(lines, {}), "network.near_miss") != []
    lines["R4"] = [(50, 4), (54, 4), (54, 0)]
    assert lines_of(town(lines, {}), "network.near_miss") == []


def test_a_gap_across_a_river_or_between_levels_is_none() -> None:
    lines = {"R1": WEST, "R2": [(103, 0), (300, 0)]}
    project = town(lines, {"A": (200, 5, 40)})
    river = layer_from("barriers", {"X": shapely.box(101, -50, 102, 50)}, kind="river")
    apart = replace(project, tables={**project.tables, "barriers": river})
    assert [i for i in report(apart) if i.fix is not None] == []
    assert lines_of(apart, "network.gap") == []
    assert lines_of(town(lines, {}, level={"R2": 1}), "network.gap") == []


def osm(lines: Lines, **more: Any) -> dict[str, Any]:
    """Give the columns of streets of which those named W… share their nodes by place."""
    names: dict[tuple[float, float], str] = {}
    ways = {way: line for way, line in lines.items() if way.startswith("W")}
    ids = {way: " ".join(names.setdefault(xy, f"n{len(names)}") for xy in line) for way, line in ways.items()}
    return {"noding": dict.fromkeys(ways, "shared"), "vertex_ids": ids, **more}


@pytest.mark.parametrize("end", [(70.0, 0.0), (70.0, 3.0), (70.0, 0.05)])
def test_a_drawn_end_in_the_middle_of_an_osm_way_is_mended_to_the_metre(end: tuple[float, float]) -> None:
    lines = {"W1": [(0, 0), (60, 0), (90, 0), (200, 0)], "R1": [end, (70, 150)]}
    project = town(lines, {"A": (72, 100, 40), "B": (180, 5, 7)}, **osm(lines))
    (miss,) = lines_of(project, "network.near_miss")
    mended = cure(project, miss)
    assert walk_of(mended, "A") == pytest.approx(2 + 100 + 70 + 1, abs=0.06)
    assert lines_of(mended, "network.overlap") == []
    assert lines_of(mended, "network.repeated") == []
    far = walks_in(
        replace(mended, tables={**mended.tables, "facilities": facilities_from({"F1": ("toilet", 200, 1)})})
    )
    assert far.of("compounds/A")[0] == pytest.approx(2 + 100 + 130 + 1, abs=0.06), (
        "the other direction is as exact"
    )


def test_a_mending_never_passes_by_stairs_slope_or_signals() -> None:
    lines = {"W1": [(0, 0), (60, 0), (90, 0), (200, 0)], "R1": [(70, 0), (70, 150)]}
    steps = town(lines, {"A": (72, 100, 40)}, **osm(lines, **{"class": {"W1": "steps"}}))
    (miss,) = lines_of(steps, "network.near_miss")
    assert isinstance(miss.fix, DrawStreet)
    assert miss.fix.road_class == "steps"
    for column in ({"slope": {"W1": 0.1}}, {"signals": {"W1": 1}}):
        (miss,) = lines_of(town(lines, {"A": (72, 100, 40)}, **osm(lines, **column)), "network.near_miss")
        assert miss.fix is None


def test_a_drawn_line_across_an_osm_way_is_joined_there_by_a_street() -> None:
    for crossing in ([(70, -80), (70, 80)], [(90, -80), (90, 80)], [(200, -80), (200, 80)]):
        lines = {"W1": [(0, 0), (60, 0), (90, 0), (200, 0)], "R1": crossing}
        x = crossing[0][0]
        project = town(lines, {"A": (x + 2, 60, 40)}, **osm(lines))
        assert walk_of(project, "A") is None
        found = lines_of(project, "network.crosses_unjoined") + lines_of(project, "network.near_miss")
        mended = cure(project, found[0])
        assert walk_of(mended, "A") == pytest.approx(2 + 60 + x + 1)
        assert lines_of(mended, "network.crosses_unjoined") == []


def test_an_island_names_those_whom_it_strands_and_a_street_joins_it() -> None:
    lines = {"R1": WEST, "R2": [(0, 28), (60, 28)], "R3": [(0, 400), (50, 400)]}
    project = town(lines, {"A": (10, 55, 40), "B": (20, 55, None), "C": (80, 5, 3), "D": (10, 402, None)})
    near, far = lines_of(project, "network.island")
    assert (near.feature, near.households, near.message.values["n"]) == ("R2", 40, 2)
    assert near.message.values["units"] == ("compounds/A", "compounds/B")
    assert (far.feature, far.households, far.fix) == ("R3", None, None)
    assert walk_of(cure(project, near), "A") is not None


def test_an_island_that_strands_nobody_touches_no_household() -> None:
    (island,) = lines_of(town({"R1": WEST, "R2": [(0, 20), (60, 20)]}, {}), "network.island")
    assert (island.severity, island.households) == ("note", 0)


def test_a_road_drawn_twice_is_closed_and_one_that_makes_a_node_stays() -> None:
    twice = town({"R1": WEST, "R2": WEST[::-1]}, {"A": (40, 5, 12)})
    (line,) = lines_of(twice, "network.repeated")
    assert (line.fix, line.households) == (SetAttribute("roads", "R2", "walkable", False), 12)
    cure(twice, line)
    part = town({"R1": WEST, "R2": [(30, 0), (60, 0)]}, {"A": (40, 5, 12)})
    assert [i.fix for i in lines_of(part, "network.repeated")] == [None]


def test_a_road_of_no_length_is_closed_unless_it_joins() -> None:
    project = town({"R1": WEST, "R2": [(300, 0), (300.01, 0)]}, {})
    (line,) = lines_of(project, "network.no_length")
    assert line.fix == SetAttribute("roads", "R2", "walkable", False)
    cure(project, line)
    lines = {"W1": [(0, 0), (50, 0)], "W2": [(50, 0), (50, 0)], "W3": [(50, 0), (100, 0)]}
    ids = {"W1": "1 2", "W2": "2 3", "W3": "3 4"}
    (line,) = lines_of(town(lines, {}, noding="shared", vertex_ids=ids), "network.no_length")
    assert line.fix is None


def test_an_end_on_another_level_is_put_on_the_level_where_it_joins() -> None:
    lines = {"R1": WEST, "R2": [(70, 0), (70, 100)]}
    project = town(lines, {"A": (72, 60, 5)}, level={"R2": 1})
    (line,) = lines_of(project, "network.end_on_other_level")
    assert line.fix == SetAttribute("roads", "R2", "level", 0)
    assert walk_of(cure(project, line), "A") == pytest.approx(2 + 60 + 70 + 1)
    lines["R3"] = [(0, 50), (100, 50)]
    over = town(lines, {}, level={"R2": 1})
    assert [i.fix for i in lines_of(over, "network.end_on_other_level")] == [None], (
        "it would join what it crosses"
    )


def test_streets_traced_beside_each_other_are_listed_unless_they_join() -> None:
    lines = {"R1": [(0, 0), (200, 0)], "R2": [(50, 0.15), (120, 0.15)]}
    (overlap,) = lines_of(town(lines, {"A": (60, 5, 8)}), "network.overlap")
    assert ({overlap.feature, overlap.message.values["other"]}, overlap.households) == ({"R1", "R2"}, 8)
    joined = {**lines, "R3": [(50, 0.15), (50, -5)], "R4": [(120, 0.15), (120, -5)]}
    assert lines_of(town(joined, {}), "network.overlap") == []


def test_a_street_joins_streets_that_were_traced_beside_each_other() -> None:
    lines = {"R1": [(0, 0), (200, 0)], "R2": [(80, 0.15), (150, 0.15)], "R3": [(80, 0.15), (80, 90)],
             "R4": [(150, 0.15), (150, 90)]}  # fmt: skip
    project = town(lines, {"A": (82, 60, 8)})
    assert lines_of(project, "network.near_miss") == [], "no end is dead: only the overlap tells"
    assert walk_of(project, "A") is None
    (overlap,) = lines_of(project, "network.overlap")
    assert (overlap.x, overlap.y) == (80.0, 0.15)
    assert isinstance(overlap.fix, DrawStreet)
    assert (overlap.fix.coords, overlap.fix.level) == (((80.0, 0.15), (80.0, 0.0)), 0)
    mended = cure(project, overlap)
    assert walk_of(mended, "A") == pytest.approx(2 + 60 + 80 + 1)
    (other_end,) = lines_of(mended, "network.overlap")
    assert (other_end.x, other_end.y) == (150.0, 0.15), "the next end is listed, until both are joined"
    assert lines_of(cure(mended, other_end), "network.overlap") == []


def test_a_line_traced_along_an_osm_way_is_joined_to_its_nodes() -> None:
    lines = {
        "W1": [(0, 0), (60, 0), (130, 0), (200, 0)],
        "R2": [(80, 0.0), (120, 0.0)],
        "R3": [(80, 0), (80, 90)],
    }
    project = town(lines, {"A": (82, 60, 8)}, **osm(lines))
    (overlap,) = [i for i in lines_of(project, "network.overlap") if (i.x, i.y) == (80.0, 0.0)]
    assert walk_of(cure(project, overlap), "A") == pytest.approx(2 + 60 + 80 + 1)
    sloping = town(lines, {"A": (82, 60, 8)}, **osm(lines, slope={"W1": 0.1}))
    assert {i.fix for i in lines_of(sloping, "network.overlap")} == {None}, "the slope would be passed by"


def test_what_a_wall_keeps_apart_is_joined_by_nobody() -> None:
    lines = {"R1": [(0, 0), (200, 0)], "R2": [(80, 0.18), (120, 0.18)], "R3": [(80, 0.18), (80, 90)]}
    project = town(lines, {"A": (82, 60, 8)})
    assert any(i.fix is not None for i in lines_of(project, "network.overlap"))
    wall = layer_from("barriers", {"X": shapely.LineString([(-9, 0.09), (209, 0.09)])}, kind="railway")
    apart = replace(project, tables={**project.tables, "barriers": wall})
    assert {i.fix for i in lines_of(apart, "network.overlap")} == {None}


@settings(max_examples=4, deadline=None)
@given(st.integers(0, 10_000))
def test_streets_traced_twice_in_a_town_are_mended_one_end_after_the_other(seed: int) -> None:
    project, steps = traced_twice(seed), 0
    while fixable := [i for i in lines_of(project, "network.overlap") if i.fix is not None]:
        project, steps = cure(project, fixable[0]), steps + 1
        assert steps < 80


def traced_twice(seed: int) -> Project:
    """Draw a fifth of the streets of a town again, a hand's breadth beside, with a lane from one of their ends."""
    random = np.random.default_rng(seed)
    project = small_town(seed, blocks=3)
    again = {}
    for row, line in enumerate(project.table("roads").geometry):
        if random.random() < 0.2:
            beside = shapely.ops.substring(line, 3.0, line.length - 3.0).parallel_offset(0.15)
            start = beside.coords[0]
            again[f"T{row:03d}"] = shapely.LineString(beside.coords)
            again[f"L{row:03d}"] = shapely.LineString([start, (start[0] + 7.0, start[1] + 31.0)])
    roads = pd.concat([project.table("roads"), layer_from("roads", again)], ignore_index=True)
    return replace(
        project, tables={**project.tables, "roads": Frame(roads, geometry="geometry", crs=project.crs)}
    )


def test_lines_are_ranked_by_households() -> None:
    lines = {
        "R1": WEST,
        "R2": [(103, 0), (300, 0)],
        "R3": [(0, 300), (100, 300)],
        "R4": [(102, 300), (300, 300)],
    }
    project = town(lines, {"A": (200, 5, 4), "B": (200, 305, 90), "C": (10, 305, 1)})
    found = report(project)
    assert found == sorted(found, key=rank_key)
    assert [i.feature for i in found if i.code == "network.gap"] == ["R3", "R1"]


def test_the_report_does_not_depend_on_the_order_of_rows() -> None:
    project = gappy(4)
    roads = project.table("roads")
    turned = take(roads, np.arange(len(roads))[::-1])
    other = replace(project, tables={**project.tables, "roads": turned})
    assert [i.to_json() for i in report(project)] == [i.to_json() for i in report(other)]


def test_an_issue_with_a_fix_survives_json() -> None:
    for issue in report(gappy(2)):
        again = Issue.from_json(issue.to_json())
        assert (again.to_json(), again.fix) == (issue.to_json(), issue.fix)


def gappy(seed: int) -> Project:
    """Pull the ends of some streets of a town back a little, and take the bridge away."""
    random = np.random.default_rng(seed)
    project = small_town(seed)
    roads = project.table("roads").copy()
    shapes = []
    for line in roads.geometry:
        cut = float(random.uniform(0.3, 4.0)) if random.random() < 0.25 else 0.0
        shapes.append(shapely.ops.substring(line, cut, line.length) if cut else line)
    roads["geometry"] = shapes
    roads = take(roads, np.flatnonzero(~roads["bridge"].to_numpy(dtype=bool)))
    return replace(
        project, tables={**project.tables, "roads": Frame(roads, geometry="geometry", crs=project.crs)}
    )


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000))
@example(7)  # a joint drawn a hand's breadth beside a node
@example(1644)
def test_every_fix_in_a_town_cures_its_line_and_lengthens_no_walk(seed: int) -> None:
    project = gappy(seed)
    fixable = [issue for issue in report(project) if issue.fix is not None]
    for issue in fixable[:4]:
        cure(project, issue)


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 10_000))
def test_mending_one_line_after_the_other_comes_to_an_end(seed: int) -> None:
    project, steps = gappy(seed), 0
    while fixes := [issue.fix for issue in report(project) if issue.fix is not None]:
        project, steps = apply(project, fixes[0], no_table), steps + 1
        assert steps < 80


def household_walks(walks: Walks) -> Any:
    return walks.coverage.set_index(["unit_id", "kind"])["distance_m"].fillna(np.inf)


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10_000))
def test_only_households_that_a_line_counts_walk_otherwise_once_it_is_mended(seed: int) -> None:
    project = gappy(seed)
    joints = ("network.gap", "network.near_miss")
    for issue in [i for i in report(project) if i.code in joints and isinstance(i.fix, DrawStreet)][:3]:
        edit: Edit = issue.fix  # type: ignore[assignment]
        before, after = walks_in(project), walks_in(apply(project, edit, no_table))
        changed = (household_walks(before) - household_walks(after)).abs() > 1e-6
        within = household_walks(after) <= RULES.limit_m
        moved = {unit for (unit, _), c in (changed & within).items() if c}
        figures = dict(zip(before.units["unit_id"], before.units["households"], strict=True))
        counted = dict(zip(before.units["unit_id"], before.units["counted"], strict=True))
        least = sum(int(figures[u]) for u in moved if counted[u] and not pd.isna(figures[u]))
        new_legs = set(after.found.access["owner_id"]) - set(before.found.access["owner_id"])
        if not new_legs & moved:
            assert (issue.households or 0) >= least
