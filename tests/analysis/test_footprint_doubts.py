"""Areas that a person drew: used as drawn, given way to, and listed where they are doubtful."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import shapely
from maps import layer_from, project_of
from shapely import box

from gis_planner.analysis.barriers import collect_barriers
from gis_planner.analysis.footprint_doubts import doubt_footprints
from gis_planner.analysis.footprints import draw_footprint, draw_footprints
from gis_planner.model.changes import apply
from gis_planner.model.clusters import Cluster, Grouping
from gis_planner.model.edits import MergeClusters, MoveCompounds, SetClusters, SetFootprint
from gis_planner.model.issues import Issue
from gis_planner.model.project import Project


def town() -> Project:
    shapes = {
        "A": box(0, 0, 50, 50),
        "B": box(70, 0, 120, 50),
        "C": box(140, 0, 190, 50),
        "D": box(0, 200, 9, 209),
    }
    project = project_of(compounds=layer_from("compounds", shapes, name="小区"))
    clusters = (Cluster("Z01", 1, "", ("A", "B")), Cluster("Z02", 2, "东关", ("C",)))
    return replace(project, grouping=Grouping(clusters))


def after(project: Project, edit: Any) -> Project:
    return apply(project, edit, lambda name: pytest.fail(f"nothing is imported: {name}"))


def ring_of(shape: Any) -> tuple[tuple[float, float], ...]:
    return tuple((x, y) for x, y in shape.exterior.coords)


def areas(project: Project) -> dict[str, Any]:
    return draw_footprints(project.grouping, project, collect_barriers(project))


def doubts(project: Project) -> list[Issue]:
    return doubt_footprints(project.grouping, project.table("compounds"), areas(project))


def test_a_drawn_area_is_used_as_drawn_and_taken_back() -> None:
    project = town()
    shape = box(-10, -10, 125, 60)
    drawn = after(project, SetFootprint("Z01", (ring_of(shape), ring_of(box(55, 10, 60, 20)))))
    assert areas(drawn)["Z01"].equals(shape.difference(box(55, 10, 60, 20)))
    assert draw_footprint("Z01", drawn.grouping, drawn, collect_barriers(drawn)).equals(areas(drawn)["Z01"])
    assert doubts(drawn) == []
    back = after(drawn, SetFootprint("Z01", None))
    assert areas(back)["Z01"].equals(areas(project)["Z01"])
    assert back.inputs_json() == project.inputs_json() != drawn.inputs_json()


def test_members_outside_and_compounds_of_nobody_inside_are_listed_with_their_place() -> None:
    drawn = after(town(), SetFootprint("Z01", (ring_of(box(0, 0, 90, 300)),)))
    found = {issue.code: issue for issue in doubts(drawn)}
    assert set(found) == {"clusters.footprint_member_outside", "clusters.footprint_holds_other"}
    outside, other = found["clusters.footprint_member_outside"], found["clusters.footprint_holds_other"]
    assert (outside.feature, other.feature) == ("B", "D")
    assert box(90, 0, 120, 50).contains(shapely.Point(outside.x, outside.y))
    assert outside.message.values["area_m2"] == "1500"
    assert outside.fix == SetFootprint("Z01", None)


def test_other_areas_give_way_but_never_with_their_compounds() -> None:
    """The street between C and E is the drawn area's; the ground of C stays C's, and is listed."""
    project = town()
    more = layer_from("compounds", {**dict(zip("ABC", project.table("compounds").geometry, strict=False)),
                                    "E": box(200, 0, 250, 50)}, name="小区")  # fmt: skip
    clusters = (Cluster("Z01", 1, "", ("A", "B")), Cluster("Z02", 2, "东关", ("C", "E")))
    project = replace(project, tables={**project.tables, "compounds": more}, grouping=Grouping(clusters))
    drawn = after(project, SetFootprint("Z01", (ring_of(box(0, 0, 195, 50)),)))
    common = areas(drawn)["Z02"].intersection(areas(drawn)["Z01"])
    assert shapely.symmetric_difference(common, box(140, 0, 190, 50)).area == 0
    (issue,) = doubts(drawn)
    assert (issue.code, issue.message.values["other"]) == ("clusters.footprint_overlap", "东关")
    assert issue.message.values["area_m2"] == "2500"


def test_two_drawn_areas_that_overlap_are_listed_once() -> None:
    drawn = after(town(), SetFootprint("Z01", (ring_of(box(0, 0, 130, 50)),)))
    drawn = after(drawn, SetFootprint("Z02", (ring_of(box(125, 0, 190, 50)),)))
    (issue,) = doubts(drawn)
    assert issue.message.values["area_m2"] == "250"
    assert box(125, 0, 130, 50).contains(shapely.Point(issue.x, issue.y))


def test_a_drawn_area_stays_when_members_move_and_goes_with_its_cluster() -> None:
    drawn = after(town(), SetFootprint("Z01", (ring_of(box(0, 0, 120, 50)),)))
    drawn = after(drawn, MoveCompounds(("C",), "Z01"))
    assert [issue.feature for issue in doubts(drawn)] == ["C"]
    with_two = after(town(), SetFootprint("Z02", (ring_of(box(130, 0, 200, 60)),)))
    assert not after(with_two, MergeClusters(("Z01", "Z02"))).grouping.drawn
    assert not after(with_two, MoveCompounds(("C",), None)).grouping.drawn
    kept = ({"id": "Z02", "number": 1, "name": "", "members": ["C"]},)
    assert set(after(with_two, SetClusters(kept, {})).grouping.drawn) == {"Z02"}
