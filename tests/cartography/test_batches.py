from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from gis_planner.cartography.batches import build_batches, layer_origin, path_of
from gis_planner.cartography.scene_parts import make_layer
from gis_planner.cartography.style import Style

pytestmark = pytest.mark.usefixtures("qt")


def layer_of(shapes: list[BaseGeometry], kind: str = "area", styles: list[int] | None = None):  # type: ignore[no-untyped-def]
    looks = [Style("a", kind), Style("b", kind)]  # type: ignore[arg-type]
    return make_layer(
        "test", [str(n) for n in range(len(shapes))], shapes, styles or [0] * len(shapes), looks
    )


def elements(path) -> list[tuple[bool, float, float]]:  # type: ignore[no-untyped-def]
    found = (path.elementAt(n) for n in range(path.elementCount()))
    return [(e.isMoveTo(), e.x, e.y) for e in found]


def test_a_path_has_the_very_vertices_of_its_line() -> None:
    line = shapely.LineString(
        [(532_000.125, 3_801_000.25), (532_010.5, 3_801_020.75), (532_030.0, 3_801_000.0)]
    )
    layer = layer_of([line], "line")
    (batch,), _ = build_batches(layer)
    x, y = layer_origin(layer)
    assert elements(batch.path) == [(n == 0, px - x, py - y) for n, (px, py) in enumerate(line.coords)]


def test_every_ring_starts_anew() -> None:
    holed = shapely.box(0, 0, 100, 100).difference(shapely.box(40, 40, 60, 60))
    assert sum(starts for starts, _, _ in elements(path_of(holed, (0.0, 0.0)))) == 2


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 4000), st.booleans()), min_size=1, max_size=300)
)
def test_no_feature_is_lost_in_the_tiles(places: list[tuple[int, int, bool]]) -> None:
    shapes = [shapely.Point(x, y).buffer(8, quad_segs=8) for x, y, _ in places]
    layer = layer_of(list(shapes), styles=[int(second) for _, _, second in places])
    found = build_batches(layer)
    for style in (0, 1):
        wanted = sum(
            shapely.get_num_coordinates(s)
            for s, row in zip(shapes, layer.style_of, strict=True)
            if row == style
        )
        assert sum(batch.path.elementCount() for batch in found[style]) == wanted
        assert all(batch.style == style for batch in found[style])


def test_a_batch_knows_where_it_is() -> None:
    shapes = [shapely.box(x, y, x + 5, y + 5) for x in range(0, 2000, 20) for y in range(0, 2000, 20)]
    layer = layer_of(list(shapes))
    batches = build_batches(layer)[0]
    assert len(batches) > 20
    x, y = layer_origin(layer)
    for batch in batches:
        box = batch.path.boundingRect()
        assert (box.left() + x, box.top() + y, box.right() + x, box.bottom() + y) == pytest.approx(
            batch.bounds
        )


def test_an_outline_within_another_leaves_no_hole() -> None:
    overlapping = [shapely.box(0, 0, 100, 100), shapely.box(20, 20, 60, 60).reverse()]
    (batch,), _ = build_batches(layer_of(list(overlapping)))
    from PySide6.QtCore import QPointF

    assert batch.path.contains(QPointF(40, 40))


def test_a_hole_stays_a_hole() -> None:
    from PySide6.QtCore import QPointF

    holed = shapely.box(0, 0, 100, 100).difference(shapely.box(40, 40, 60, 60))
    (batch,), _ = build_batches(layer_of([holed.reverse()]))
    assert batch.path.contains(QPointF(10, 10))
    assert not batch.path.contains(QPointF(50, 50))


def test_mixed_collections_give_what_their_style_can_draw() -> None:
    mixed = shapely.GeometryCollection([shapely.MultiPolygon([shapely.box(0, 0, 9, 9), shapely.box(20, 0, 29, 9)]),
                                        shapely.LineString([(0, 0), (50, 50)]), shapely.Point(3, 3)])  # fmt: skip
    area = build_batches(layer_of([mixed]))[0]
    line = build_batches(layer_of([mixed], "line"))[0]
    assert sum(batch.path.elementCount() for batch in area) == 10
    assert sum(batch.path.elementCount() for batch in line) == 12


def test_far_away_small_things_are_simplified_and_large_ones_stay() -> None:
    small, large = shapely.Point(50, 50).buffer(1), shapely.Point(0, 0).buffer(500, quad_segs=64)
    batches = build_batches(layer_of([small, large]), 10.0)[0]
    count = sum(batch.path.elementCount() for batch in batches)
    assert 8 < count < shapely.get_num_coordinates(large) / 2
    assert np.allclose(np.array([batch.bounds for batch in batches])[:, 2].max(), 500, atol=10)


def test_points_and_nothing_have_no_paths() -> None:
    assert build_batches(layer_of([])) == ((), ())
    assert build_batches(layer_of([shapely.Point(1, 1)], "point")) == ((), ())
