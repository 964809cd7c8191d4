from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_planner.cartography.view import View

metres = st.floats(-4e6, 4e6)
units = st.floats(0, 2000)


@given(metres, metres, st.floats(0.01, 500), units, units)
def test_a_place_on_the_screen_is_found_again_on_the_map(
    x: float, y: float, scale: float, u: float, v: float
) -> None:
    view = View(x, y, scale, 1600, 1000)
    assert view.to_view(*view.to_map(u, v)) == pytest.approx((u, v), abs=1e-4)


@given(st.floats(0.05, 20), units, units)
def test_zooming_keeps_the_place_under_the_cursor(factor: float, u: float, v: float) -> None:
    view = View(532_000, 3_801_000, 2.0, 1600, 1000)
    assert view.zoomed(factor, u, v).to_map(u, v) == pytest.approx(view.to_map(u, v), abs=1e-6)


def test_north_is_up_and_a_pan_moves_the_content() -> None:
    view = View(0, 0, 2.0, 100, 100)
    assert view.to_map(50, 0)[1] == 100
    assert view.panned(10, 5).to_view(0, 0) == (60, 55)


def test_the_scale_of_paper_is_the_scale_of_the_map() -> None:
    view = View.at_scale(0, 0, 2000, 289, 244)
    assert view.scale == 2000
    assert view.extent == (-289, -244, 289, 244)


def test_a_fitted_view_shows_an_extent_whole() -> None:
    view = View.fitted((0, 0, 400, 100), 200, 200)
    corners = [view.to_view(0, 0), view.to_view(400, 100)]
    assert all(0 < u < 200 and 0 < v < 200 for u, v in corners)


def test_a_single_point_can_be_fitted() -> None:
    assert View.fitted((5, 5, 5, 5), 200, 200).metres_per_unit > 0
