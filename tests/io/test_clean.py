"""Shapes come in order, and every repair is listed with its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray
from shapely import box, from_wkt
from shapely.geometry.base import BaseGeometry

from gis_planner.io.clean import Cleaned, clean_geometries
from gis_planner.io.raw import as_shapes
from gis_planner.model.layers import LAYERS, layer


def same(points: NDArray[np.float64]) -> NDArray[np.float64]:
    return points


def clean(name: str, *shapes: BaseGeometry | str | None, twins: Sequence[Hashable] | None = None) -> Cleaned:
    made = as_shapes([from_wkt(s) if isinstance(s, str) else s for s in shapes])
    names = [f"F{n}" for n in range(len(made))]
    return clean_geometries(layer(name), names, made, same, twins=twins if twins is not None else names)


def codes(cleaned: Cleaned) -> dict[str, str]:
    return {issue.feature: issue.code for issue in cleaned.issues}


def test_good_shapes_pass_untouched() -> None:
    shapes = [box(n * 100, 0, n * 100 + 90, 90) for n in range(4)]
    cleaned = clean("compounds", *shapes)
    assert cleaned.shapes == shapes
    assert cleaned.rows == [0, 1, 2, 3]
    assert cleaned.issues == ()


def test_a_bow_tie_is_made_valid_and_its_change_of_area_told() -> None:
    cleaned = clean("compounds", "POLYGON((0 0, 20 20, 20 0, 0 20, 0 0))")
    (issue,) = cleaned.issues
    assert cleaned.shapes[0].is_valid
    assert cleaned.shapes[0].area == pytest.approx(200)
    assert (issue.code, issue.severity, issue.x, issue.y) == ("geometry.invalid", "warning", 10, 10)
    assert issue.message.values["reason"].key == "import.reason.self_intersection"
    assert issue.repair is not None
    assert issue.repair.values == {"before": 0.0, "after": 200.0}


def test_what_is_nothing_after_repair_is_left_out() -> None:
    cleaned = clean("compounds", "POLYGON((0 0, 10 10, 20 20, 0 0))", box(0, 0, 50, 50))
    assert cleaned.ids == ["F1"]
    assert codes(cleaned) == {"F0": "geometry.invalid"}
    assert cleaned.issues[0].severity == "error"


def test_missing_empty_odd_and_giant_shapes_are_left_out_and_listed() -> None:
    nan = shapely.Point(np.nan, 1)
    cleaned = clean(
        "facilities", None, "POINT EMPTY", nan, "POINT(1e300 0)", "POINT(5 5)", shapely.Point(np.inf, 0)
    )
    assert cleaned.ids == ["F4"]
    assert codes(cleaned) == {
        "F0": "geometry.missing", "F1": "geometry.missing", "F2": "geometry.not_finite", "F3": "geometry.not_finite",
        "F5": "geometry.not_finite",
    }  # fmt: skip
    assert all(issue.repair is not None for issue in cleaned.issues)


def test_what_the_move_loses_is_left_out() -> None:
    def lose(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.where(points > 50, np.nan, points)

    made = as_shapes([shapely.Point(1, 1), shapely.Point(99, 1)])
    cleaned = clean_geometries(layer("poles"), ["a", "b"], made, lose, twins=["a", "b"])
    assert cleaned.ids == ["a"]
    assert codes(cleaned) == {"b": "geometry.off_the_map"}


def test_heights_are_dropped_with_one_note() -> None:
    cleaned = clean("roads", "LINESTRING Z(0 0 5, 10 0 6)", "LINESTRING Z(0 9 5, 10 9 6)")
    assert not any(shape.has_z for shape in cleaned.shapes)
    assert [(issue.code, issue.message.values["n"]) for issue in cleaned.issues] == [("geometry.heights", 2)]


def test_closed_lines_become_areas_and_open_ones_do_not() -> None:
    cleaned = clean(
        "compounds",
        "LINESTRING(0 0, 0 50, 50 50, 50 0, 0 0)",
        "LINESTRING(100 0, 100 50, 150 50, 150 0, 100.3 0)",
        "LINESTRING(200 0, 200 50, 250 50)",
        "POINT(300 0)",
        box(400, 0, 450, 50),
    )
    assert cleaned.ids == ["F0", "F1", "F4"]
    assert [round(shape.area) for shape in cleaned.shapes] == [2500, 2500, 2500]
    listed = codes(cleaned)
    assert listed["F0"] == "geometry.line_as_polygon"
    assert listed["F1"] == "geometry.unclosed"
    assert listed["F2"] == listed["F3"] == "geometry.wrong_type"
    assert listed[""] == "geometry.mixed"


def test_roads_fall_into_parts_and_areas_stay_whole() -> None:
    roads = clean("roads", "MULTILINESTRING((0 0, 9 0), (20 0, 30 0))", "LINESTRING(0 5, 9 5)")
    assert roads.ids == ["F0", "F0-2", "F1"]
    assert roads.rows == [0, 0, 1]
    areas = clean("compounds", "MULTIPOLYGON(((0 0, 9 0, 9 9, 0 0)), ((20 0, 30 0, 30 9, 20 0)))")
    assert areas.ids == ["F0"]
    assert areas.shapes[0].geom_type == "MultiPolygon"


def test_symbols_drawn_as_small_rings_become_points() -> None:
    cleaned = clean(
        "poles", shapely.Point(5, 5).buffer(0.5), shapely.Point(9, 9).buffer(0.5).exterior, box(0, 0, 90, 90)
    )
    assert [shape.geom_type for shape in cleaned.shapes] == ["Point", "Point"]
    assert codes(cleaned)["F2"] == "geometry.wrong_type"


def test_slivers_and_crumbs_are_pointed_at() -> None:
    cleaned = clean(
        "compounds",
        box(0, 0, 0.5, 0.5),
        shapely.MultiPolygon([box(10, 0, 60, 50), box(70, 0, 70.5, 0.5)]),
        box(100, 0, 200, 0.1),
    )
    assert cleaned.ids == ["F1", "F2"]
    assert cleaned.shapes[0].equals(box(10, 0, 60, 50))
    assert codes(cleaned) == {"F0": "geometry.tiny", "F1": "geometry.tiny_parts", "F2": "geometry.sliver"}


def test_one_stray_feature_far_away_is_left_out() -> None:
    town = [box(n * 100, 0, n * 100 + 90, 90) for n in range(6)]
    cleaned = clean("compounds", *town, box(-500_000, 0, -499_910, 90))
    assert cleaned.ids == [f"F{n}" for n in range(6)]
    (issue,) = cleaned.issues
    assert (issue.code, issue.message.values["km"]) == ("geometry.far_away", 500)
    assert (issue.x, issue.y) == (-499_955, 45)


def test_a_wide_province_is_not_far_from_itself() -> None:
    cleaned = clean("townships", *[box(n * 50_000, 0, n * 50_000 + 49_000, 49_000) for n in range(12)])
    assert len(cleaned.ids) == 12


def test_twins_in_everything_go_and_twins_in_shape_stay() -> None:
    ring = box(0, 0, 50, 50)
    turned = shapely.Polygon(list(reversed(ring.exterior.coords)))
    cleaned = clean("buildings", ring, turned, ring, twins=["a", "a", "b"])
    assert cleaned.ids == ["F0", "F2"]
    assert codes(cleaned) == {"F1": "geometry.duplicate", "F2": "geometry.same_shape"}
    points = clean("facilities", "POINT(1 1)", "POINT(1 1)", twins=["clinic", "library"])
    assert points.issues == ()


def test_overlaps_are_listed_with_their_area() -> None:
    cleaned = clean("compounds", box(0, 0, 50, 50), box(40, 0, 90, 50), box(90, 0, 120, 50))
    (issue,) = cleaned.issues
    assert (issue.code, issue.feature, issue.repair) == ("check.overlap", "F1", None)
    assert issue.message.values == {"other": "F0", "area": 500.0}


@pytest.mark.parametrize("one", [one.name for one in LAYERS])
def test_a_heap_of_nonsense_breaks_no_layer(one: str) -> None:
    heap = [
        None, "POINT EMPTY", "POLYGON EMPTY", "GEOMETRYCOLLECTION EMPTY", "POINT(nan nan)", "LINESTRING(0 0, 0 0)",
        "POLYGON((0 0, 0 0, 0 0, 0 0))",
        "GEOMETRYCOLLECTION(POINT(1 1), LINESTRING(0 0, 5 5), POLYGON((0 0, 9 0, 9 9, 0 0)))",
        "MULTIPOINT(1 1, 2 2)", "MULTILINESTRING((0 0, 5 0), (9 9, 9 9))", "LINEARRING(0 0, 9 0, 9 9, 0 0)",
        "MULTIPOLYGON(((0 0, 9 9, 9 0, 0 9, 0 0)), ((0 0, 9 9, 9 0, 0 9, 0 0)))",
        "GEOMETRYCOLLECTION(GEOMETRYCOLLECTION(POINT(3 3)))",
        "POLYGON((0 0, 50 0, 50 50, 0 50, 0 0), (60 60, 70 60, 70 70, 60 60))",
    ]  # fmt: skip
    cleaned = clean(one, *heap)
    assert len(cleaned.rows) == len(cleaned.ids) == len(cleaned.shapes) == len(set(cleaned.ids))
    assert all(shape.is_valid and not shape.is_empty for shape in cleaned.shapes)
    listed = {issue.feature for issue in cleaned.issues if issue.severity == "error"}
    assert {f"F{n}" for n in range(len(heap))} - {f"F{r}" for r in cleaned.rows} <= listed | {
        i.feature for i in cleaned.issues
    }


def test_a_long_row_of_equal_issues_is_cut_short_and_counted() -> None:
    cleaned = clean("poles", *[None] * 700, "POINT(0 0)")
    counts = Counter(issue.code for issue in cleaned.issues)
    assert counts == {"geometry.missing": 500, "issues.more": 1}
    assert cleaned.issues[-1].message.values["n"] == 700
