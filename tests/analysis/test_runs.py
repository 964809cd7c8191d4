"""Lines and areas cut into runs are near the same things, and boxes meet as boxes do."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from gis_planner.analysis import box_kernel, shadow_kernel
from gis_planner.analysis.runs import cut_runs, near_boxes
from gis_planner.analysis.warming import without_compiler


def test_runs_keep_every_line_whole_and_every_area_as_large() -> None:
    angles = np.linspace(0, 2 * np.pi, 3001)[:-1]
    lake = shapely.Polygon(
        np.column_stack([np.cos(angles), np.sin(angles)]) * 100, [[(0, 0), (9, 0), (0, 9)]]
    )
    way = shapely.LineString(np.column_stack([np.arange(100.0), np.sin(np.arange(100.0))]))
    both = shapely.GeometryCollection(
        [way, shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(3, 0, 4, 1)])]
    )
    shapes = np.array([lake, None, way, shapely.Point(0, 0), shapely.LineString(), both], dtype=object)
    runs = cut_runs(shapes)
    count = np.diff(runs.first)
    assert count.max() <= 130
    assert count[~runs.is_area].max() <= 16
    lengths = np.hypot(*(runs.edges[:, 2:] - runs.edges[:, :2]).T)
    run = np.repeat(np.arange(len(count)), count)
    for thing, shape in ((2, way), (5, way)):
        mine = (runs.thing[run] == thing) & ~runs.is_area[run]
        assert lengths[mine].sum() == pytest.approx(shape.length)
    x0, y0, x1, y1 = runs.edges.T
    twice = np.abs(np.bincount(run, x0 * y1 - x1 * y0, minlength=len(count)))
    assert twice[runs.is_area & (runs.thing == 0)].sum() / 2 == pytest.approx(lake.area)
    assert twice[runs.is_area & (runs.thing == 5)].sum() / 2 == pytest.approx(2)
    assert set(runs.thing.tolist()) == {0, 2, 5}


def test_nothing_gives_no_runs() -> None:
    assert len(cut_runs(np.empty(0, dtype=object)).first) == 1
    assert near_boxes(np.zeros((0, 4)), np.zeros((3, 4))).shape == (0, 2)
    assert near_boxes(np.zeros((3, 4)), np.zeros((0, 4))).shape == (0, 2)
    assert near_boxes(np.zeros((3, 4)), np.full((2, 4), np.nan)).shape == (0, 2)
    plain = without_compiler(box_kernel, "meet_boxes")(np.zeros((3, 4)), np.zeros((0, 4)))
    assert plain.shape == (0, 2)


@pytest.mark.parametrize("seed", range(5))
def test_boxes_meet_as_a_tree_of_shapes_says(seed: int) -> None:
    random = np.random.default_rng(seed)
    low = random.uniform(0, 1000, (300, 2)).round(-1)
    boxes = np.column_stack(
        [low, low + random.choice([0.0, 10.0, 40.0, 700.0], (300, 2), p=[0.1, 0.4, 0.45, 0.05])]
    )
    boxes[7] = np.nan
    one, other = boxes[:150], boxes[100:]
    shapes = [shapely.Polygon() if np.isnan(b[0]) else shapely.box(*b) for b in boxes]
    tree = shapely.STRtree(shapes[100:])
    expected = sorted((a, b) for a, shape in enumerate(shapes[:150]) for b in tree.query(shape).tolist())
    assert [tuple(row) for row in near_boxes(one, other).tolist()] == expected
    plain = without_compiler(box_kernel, "meet_boxes")(one[8:], other)
    np.testing.assert_array_equal(plain, box_kernel.meet_boxes(one[8:], other))


@pytest.mark.parametrize("seed", range(4))
def test_shadows_are_those_that_shapes_cast_when_they_are_cut_out(seed: int) -> None:
    """A strip and a thing are cut with each other as shapes; what is left is projected on the stretch."""
    random = np.random.default_rng(seed)
    things = [shapely.LineString(random.uniform(-15, 40, (4, 2))) for _ in range(6)]
    things += [
        shapely.Point(random.uniform(-5, 35, 2)).buffer(random.uniform(2, 25), quad_segs=4) for _ in range(4)
    ]
    things.append(shapely.box(-90, -90, 90, 90).difference(shapely.box(8, -20, 12, 20)))
    runs = cut_runs(np.array(things, dtype=object))
    frames, strips = [], []
    for _ in range(12):
        turn = random.uniform(0, 2 * np.pi)
        along, origin = np.array([np.cos(turn), np.sin(turn)]), random.uniform(0, 20, 2)
        start, end = np.sort(random.uniform(0, 20, 2))
        ways = random.uniform(0, 25, 2)
        frames.append([*origin, *along, start, end, *ways])
        out = np.array([along[1], -along[0]])
        foot, top = origin + along * start, origin + along * end
        strips.append(
            shapely.Polygon(
                [foot - 2 * out, top - 2 * out, top + (ways[1] + 2) * out, foot + (ways[0] + 2) * out]
            )
        )
    count = len(runs.thing)
    given = (
        np.array(frames), np.arange(12), np.arange(13) * count, np.tile(np.arange(count), 12), runs.edges, runs.first,
        runs.boxes, runs.is_area, 2.0,
    )  # fmt: skip
    found, spans = shadow_kernel.cast_shadows(*given)
    plain = without_compiler(shadow_kernel, "cast_shadows")(*given)
    np.testing.assert_array_equal(plain[0], found)
    np.testing.assert_array_equal(plain[1], spans)
    for k, strip in enumerate(strips):
        ox, oy, ux, uy, *_ = frames[k]
        for m, thing in enumerate(things):
            mine = (found[:, 0] == k) & (runs.thing[found[:, 1]] == m)
            cast = shapely.union_all([shapely.LineString([(a, 0), (b, 0)]) for a, b in spans[mine]])
            parts = []
            shown = shapely.get_parts(strip.intersection(thing))
            for part in shown[~shapely.is_empty(shown)]:
                s = (shapely.get_coordinates(part) - (ox, oy)) @ np.array([ux, uy])
                parts.append(shapely.LineString([(s.min(), 0), (s.max(), 0)]))
            assert cast.length == pytest.approx(shapely.union_all(parts).length, abs=1e-6), (k, m)
