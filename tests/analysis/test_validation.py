"""The state of a project is doubted, and never changed."""

from __future__ import annotations

from typing import Any

import pytest
from maps import CRS, layer_from, project_of
from shapely.geometry import LineString, Point, box

from gis_planner.analysis.overlaps import find_overlaps
from gis_planner.analysis.validation import check_project, doubled_names
from gis_planner.io.listing import place_of
from gis_planner.io.raw import as_shapes
from gis_planner.model.project import Project
from gis_planner.model.tables import Frame, conform, content_hash


def compounds(*shapes: Any, **columns: Any) -> Frame:
    names = [f"C{n}" for n in range(1, len(shapes) + 1)]
    return conform("compounds", {"id": names, "name": names, **columns}, list(shapes), crs=CRS)


def row(n: int, **_: Any) -> list[Any]:
    return [box(k * 200, 0, k * 200 + 100, 100) for k in range(n)]


def found(project: Project) -> dict[tuple[str, str], dict[str, Any]]:
    return {(issue.code, issue.feature): dict(issue.message.values) for issue in check_project(project)}


def test_a_sound_project_has_no_doubts() -> None:
    table = compounds(
        *row(3), households=[100, 120, None], consent_households=[80, None, 5], consent_ratio=[0.8, 0.9, None]
    )
    assert check_project(project_of(compounds=table)) == []


def test_an_empty_project_has_no_doubts() -> None:
    assert check_project(Project()) == []


def test_overlapping_compounds_are_listed_with_the_area_and_the_place() -> None:
    project = project_of(
        compounds=compounds(box(0, 0, 100, 100), box(90, 0, 200, 100), box(200, 0, 300, 100))
    )
    (issue,) = check_project(project)
    assert (issue.code, issue.feature) == ("check.overlap", "C2")
    assert issue.message.values == {"other": "C1", "area": 1000.0}
    assert issue.x == pytest.approx(95)


def test_doubts_between_two_compounds_do_not_depend_on_the_order_of_rows() -> None:
    shapes = [box(0, 0, 100, 100), box(90, 0, 200, 100)]
    one = layer_from("compounds", {"C1": shapes[0], "C2": shapes[1]}, name="同名")
    other = layer_from("compounds", {"C2": shapes[1], "C1": shapes[0]}, name="同名")
    found = [issue.to_json() for issue in check_project(project_of(compounds=one))]
    assert {issue["feature"] for issue in found} == {"C2"}
    assert [issue.to_json() for issue in check_project(project_of(compounds=other))] == found


def test_an_overlap_has_the_place_that_the_import_gave_it_so_that_it_is_listed_once() -> None:
    shapes = [box(0, 0, 100, 100), box(90.12345, 0, 200, 99.98765)]
    (issue,) = check_project(project_of(compounds=compounds(*shapes)))
    assert (issue.x, issue.y) == place_of(shapes[0].intersection(shapes[1]))


def test_one_area_within_another_overlaps_and_neighbours_do_not() -> None:
    inside = find_overlaps(as_shapes([box(0, 0, 100, 100), box(10, 10, 20, 20), box(100, 0, 200, 100), None]))
    assert [pair[:3] for pair in inside] == [(1, 0, 100.0)]
    assert find_overlaps(as_shapes([box(0, 0, 10, 10)])) == []


def test_one_name_twice_in_a_township_is_listed_once() -> None:
    table = compounds(*row(4), name=["东关", "东 关", "东关", None], township=["甲", "甲", "乙", "甲"])
    assert [(issue.feature, issue.message.values["other"]) for issue in doubled_names(table)] == [
        ("C2", "C1")
    ]


def test_figures_that_deny_one_another_are_listed() -> None:
    table = compounds(
        *row(4),
        households=[100, 100, None, 0],
        consent_households=[80, 120, 10, 0],
        consent_ratio=[0.9, None, 0.5, 0.5],
    )
    doubts = found(project_of(compounds=table))
    assert set(doubts) == {("check.consent_differs", "C1"), ("check.consent_above", "C2")}
    assert doubts["check.consent_differs", "C1"]["counted"] == 0.8


def test_buildings_that_sum_to_another_figure_are_listed() -> None:
    homes = [box(10, 10, 30, 30), box(50, 50, 70, 70)]
    buildings = conform("buildings", {"id": ["B1", "B2"], "households": [30, 40]}, homes, crs=CRS)
    project = project_of(compounds=compounds(box(0, 0, 100, 100), households=[100]), buildings=buildings)
    assert any(feature == "C1" for _, feature in found(project))


def test_years_that_contradict_are_listed() -> None:
    table = compounds(
        *row(3),
        built_year=[1998, 2005, None],
        built_year_from=[1990, 1990, 1999],
        built_year_to=[1999, 1999, 1990],
    )
    assert set(found(project_of(compounds=table))) == {("check.years", "C2"), ("check.years", "C3")}


def test_huge_and_far_compounds_and_wrong_units_are_listed() -> None:
    shapes = [*row(8), box(0, 5_000, 1_100, 6_100), box(60_000, 0, 60_100, 100)]
    table = compounds(*shapes, households=[100] * 10, floor_area_m2=[0.8, *[8000.0] * 9])
    assert set(found(project_of(compounds=table))) == {
        ("check.floor_area", "C1"), ("check.huge", "C9"), ("check.far_away", "C10"),
    }  # fmt: skip


def test_a_layer_in_another_zone_is_noticed() -> None:
    roads = conform("roads", {"id": ["R1"]}, [LineString([(38_000_000, 0), (38_000_100, 0)])], crs=CRS)
    doubts = found(project_of(compounds=compounds(*row(2)), roads=roads))
    assert ("check.layer_elsewhere", "") in doubts


def test_entrances_need_a_compound() -> None:
    gates = conform(
        "entrances",
        {"id": ["E1", "E2", "E3", "E4", "E5"], "compound_id": ["C1", None, None, "C9", "C2"]},
        [Point(0, 50), Point(100, 50), Point(150, 50), Point(0, 0), Point(0, 0)],
        crs=CRS,
    )
    doubts = found(project_of(compounds=compounds(*row(2)), entrances=gates))
    assert set(doubts) == {
        ("check.entrance_alone", "E3"), ("check.entrance_unknown", "E4"), ("check.entrance_far", "E5"),
    }  # fmt: skip
    assert doubts["check.entrance_far", "E5"]["distance"] == 200.0


def test_what_has_no_kind_is_listed() -> None:
    points = [Point(0, 0), Point(9, 9)]
    facilities = conform("facilities", {"id": ["F1", "F2"], "kind": ["medical", None]}, points, crs=CRS)
    assert set(found(project_of(facilities=facilities))) == {("check.no_kind", "F2")}


def test_doubting_changes_nothing() -> None:
    project = project_of(compounds=compounds(box(0, 0, 100, 100), box(90, 0, 200, 100), households=[1, None]))
    before = {name: content_hash(table) for name, table in project.tables.items()}
    check_project(project)
    assert {name: content_hash(table) for name, table in project.tables.items()} == before
