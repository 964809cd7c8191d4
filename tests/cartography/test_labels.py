from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_planner.cartography.labels import NUMBER_MM, PlacedLabel, place_labels
from gis_planner.cartography.scene_values import Label
from gis_planner.cartography.style import points_mm
from gis_planner.cartography.view import View

VIEW = View.at_scale(0, 0, 1000, 200, 150)


def measure(text: str, points: float, bold: bool) -> float:
    """Every character is a square."""
    return len(text) * points_mm(points)


def box_of(found: PlacedLabel) -> tuple[float, float, float, float]:
    label = found.label
    width, height = measure(label.text, label.points, label.bold), points_mm(label.points)
    if label.kind == "number":
        width = height = NUMBER_MM
    return found.u_mm - width / 2, found.v_mm - height / 2, found.u_mm + width / 2, found.v_mm + height / 2


def overlap(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


names = st.text("甲乙丙丁戊己庚辛", min_size=1, max_size=8)
places = st.tuples(st.integers(-100, 100), st.integers(-75, 75))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(names, places, st.sampled_from(["area", "place"])), max_size=60))
def test_no_text_stands_on_another(wanted: list[tuple[str, tuple[int, int], str]]) -> None:
    labels = [Label(name, x, y, 7.0, "#000000", kind=kind, clear_mm=2.0) for name, (x, y), kind in wanted]  # type: ignore[arg-type]
    placed = place_labels(labels, VIEW, measure)
    boxes = [box_of(found) for found in placed]
    assert not any(overlap(a, b) for n, a in enumerate(boxes) for b in boxes[:n])
    assert all(b[0] >= 0 and b[1] >= 0 and b[2] <= 200 and b[3] <= 150 for b in boxes)


@settings(max_examples=40, deadline=None)
@given(st.lists(places, min_size=1, max_size=30))
def test_the_number_of_a_cluster_always_stands(at: list[tuple[int, int]]) -> None:
    numbers = [
        Label(f"{n:02d}", x, y, 12.0, "#000000", kind="number", beside="东关片区")
        for n, (x, y) in enumerate(at)
    ]
    crowd = [Label("占满整张图的一个很长的名字", x, y, 12.0, "#000000") for x, y in at]
    placed = place_labels([*crowd, *numbers], VIEW, measure, obstacles=[(0, 0, 200, 150)])
    assert [found.label for found in placed if found.label.kind == "number"] == sorted(
        numbers, key=lambda n: n.text
    )
    assert len(placed) == len(numbers)


def test_the_more_important_name_gets_the_room() -> None:
    labels = [Label("支路", 0, 0, 7.0, "#000000", rank=6), Label("片区", 0, 0, 7.0, "#000000", rank=1)]
    placed = place_labels(labels, VIEW, measure)
    assert placed[0].label.text == "片区"
    assert (placed[0].u_mm, placed[0].v_mm) == (100, 75)


def test_texts_keep_clear_of_obstacles() -> None:
    label = Label("便民", 0, 0, 7.0, "#000000", kind="place", clear_mm=2.5)
    (found,) = place_labels(
        [label], VIEW, measure, obstacles=[(97.5, 72.5, 102.5, 77.5), (102.5, 60, 140, 90)]
    )
    assert not overlap(box_of(found), (97.5, 72.5, 102.5, 77.5))
    assert not overlap(box_of(found), (102.5, 60, 140, 90))


def test_a_name_that_is_for_plans_only_is_left_out_of_the_map() -> None:
    label = Label("巷", 0, 0, 7.0, "#000000", max_scale=500)
    assert place_labels([label], VIEW, measure) == []


def road(*points: tuple[float, float], text: str = "凤翼路") -> Label:
    return Label(text, 0, 0, 7.0, "#000000", kind="line", line=np.array(points, dtype=float))


def test_the_name_of_a_road_runs_along_it_and_can_be_read() -> None:
    (rising,) = place_labels([road((-40, -40), (40, 40))], VIEW, measure)
    (falling,) = place_labels([road((40, -40), (-40, 40))], VIEW, measure)
    assert round(rising.angle) == -45
    assert round(falling.angle) == 45
    (upright,) = place_labels([road((0, 40), (0, -40))], VIEW, measure)
    assert abs(upright.angle) == 90


def test_a_road_too_short_or_too_bent_for_its_name_has_none() -> None:
    assert place_labels([road((0, 0), (4, 0))], VIEW, measure) == []
    zigzag = [(n * 2.0, 6.0 * (n % 2)) for n in range(12)]
    assert place_labels([road(*zigzag)], VIEW, measure) == []


def test_one_road_is_not_named_twice_side_by_side() -> None:
    twice = [road((-40, 0), (40, 0)), road((-40, 20), (40, 20))]
    assert len(place_labels(twice, VIEW, measure)) == 1
