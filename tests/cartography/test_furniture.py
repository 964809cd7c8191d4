from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gis_planner.cartography.furniture import choose_scale, grow, join, make_scale_bar, make_ticks
from gis_planner.cartography.view import View

SCALES = (500, 1000, 2000, 2500, 5000, 10000)


@given(st.floats(1, 1e6), st.floats(1, 1e6))
def test_whatever_is_drawn_fits_into_the_frame(width: float, height: float) -> None:
    scale = choose_scale((0, 0, width, height), 289, 244, SCALES, margin_mm=16)
    assert width / scale * 1000 <= 257 + 1e-6
    assert height / scale * 1000 <= 212 + 1e-6


def test_the_largest_standard_scale_is_taken() -> None:
    assert choose_scale((0, 0, 120, 100), 289, 244, SCALES, margin_mm=16) == 500
    assert choose_scale((0, 0, 129, 100), 289, 244, SCALES, margin_mm=16) == 1000
    assert choose_scale((0, 0, 600, 100), 289, 244, SCALES, margin_mm=16) == 2500


def test_a_region_beyond_the_row_of_scales_still_fits() -> None:
    assert choose_scale((0, 0, 9000, 100), 289, 244, SCALES, margin_mm=16) == 50_000


@given(st.sampled_from([500, 1000, 2000, 2500, 5000, 10_000, 20_000, 200_000, 500_000]), st.floats(20, 80))
@example(2500, 79.99999999999999)
def test_a_scale_bar_is_round_and_has_room(scale: int, longest: float) -> None:
    bar = make_scale_bar(scale, longest_mm=longest)
    assert bar.part_mm * bar.parts <= longest + 1e-9
    assert bar.part_mm * bar.parts >= longest * 0.5
    assert bar.part_m == pytest.approx(bar.part_mm * scale / 1000)
    assert float(f"{bar.part_m:.1e}") == pytest.approx(bar.part_m)  # one digit and zeros


def test_ticks_stand_where_their_coordinate_is() -> None:
    view = View.at_scale(532_613.0, 3_801_417.0, 2000, 289, 244)
    ticks = make_ticks(view)
    for tick in ticks:
        where = (tick.metres, view.y) if tick.edge == "easting" else (view.x, tick.metres)
        u, v = view.to_view(*where)
        assert tick.at_mm == pytest.approx(u if tick.edge == "easting" else v)
        assert tick.metres % 100 == 0
    assert {tick.edge for tick in ticks} == {"easting", "northing"}


def test_extents_join_and_grow() -> None:
    assert join([(0, 0, 1, 1), (5, -2, 6, 0)]) == (0, -2, 6, 1)
    assert join([]) is None
    assert grow((0, 0, 100, 50), 0.1) == (-10, -10, 110, 60)
