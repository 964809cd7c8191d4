"""The shift of commercial maps is taken back exactly."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_planner.io.datum import from_true, to_bd09, to_true

LON = st.floats(73.5, 134.5)
LAT = st.floats(18.0, 53.5)


def gcj02(lon: float, lat: float) -> tuple[float, float]:
    """The published forward shift, written down a second time, with series as lists."""
    x, y = lon - 105.0, lat - 35.0
    wave = 20 * math.sin(6 * x * math.pi) + 20 * math.sin(2 * x * math.pi)

    def series(t: float, *terms: tuple[float, float]) -> float:
        return sum(a * math.sin(t * math.pi / d) for a, d in terms)

    n = -100 + 2 * x + 3 * y + y * y / 5 + x * y / 10 + math.sqrt(abs(x)) / 5
    n += (wave + series(y, (20, 1), (40, 3), (160, 12), (320, 30))) * 2 / 3
    e = 300 + x + 2 * y + x * x / 10 + x * y / 10 + math.sqrt(abs(x)) / 10
    e += (wave + series(x, (20, 1), (40, 3), (150, 12), (300, 30))) * 2 / 3
    a, ee = 6378245.0, 0.00669342162296594323
    w = 1 - ee * math.sin(math.radians(lat)) ** 2
    meridian, normal = a * (1 - ee) / w**1.5, a / math.sqrt(w)
    return lon + math.degrees(e / (normal * math.cos(math.radians(lat)))), lat + math.degrees(n / meridian)


def bd09(lon: float, lat: float) -> tuple[float, float]:
    x, y = gcj02(lon, lat)
    k = math.pi * 3000 / 180
    r, t = math.hypot(x, y) + 2e-5 * math.sin(y * k), math.atan2(y, x) + 3e-6 * math.cos(x * k)
    return r * math.cos(t) + 0.0065, r * math.sin(t) + 0.006


@settings(max_examples=300, deadline=None)
@given(LON, LAT)
def test_the_inverse_undoes_an_independent_forward_shift(lon: float, lat: float) -> None:
    for forward, name in ((gcj02, "gcj02"), (bd09, "bd09")):
        x, y = forward(lon, lat)
        back_x, back_y = to_true(np.array([x]), np.array([y]), name)
        assert abs(back_x[0] - lon) < 1e-9
        assert abs(back_y[0] - lat) < 1e-9


@pytest.mark.parametrize(
    ("true", "shifted"),
    [
        ((121.5272106, 31.1774276), (121.531541859215, 31.17530398364597)),
        ((113.912316, 22.543847), (113.9171764808363, 22.540796131694766)),
        ((116.377817, 39.911954), (116.38404722455657, 39.91334545536069)),
    ],
)
def test_published_points_are_met(true: tuple[float, float], shifted: tuple[float, float]) -> None:
    x, y = to_true(np.array([shifted[0]]), np.array([shifted[1]]), "gcj02")
    assert (x[0], y[0]) == pytest.approx(true, abs=1e-9)


def test_forward_and_inverse_agree_with_the_second_writing() -> None:
    lon, lat = np.meshgrid(np.linspace(74, 134, 25), np.linspace(19, 53, 25))
    lon, lat = lon.ravel(), lat.ravel()
    expected = np.array([gcj02(x, y) for x, y in zip(lon, lat, strict=True)])
    np.testing.assert_allclose(np.column_stack(from_true(lon, lat)), expected, rtol=0, atol=1e-12)
    expected = np.array([bd09(x, y) for x, y in zip(lon, lat, strict=True)])
    np.testing.assert_allclose(np.column_stack(to_bd09(lon, lat)), expected, rtol=0, atol=1e-12)


def test_nothing_is_shifted_abroad_or_where_the_datum_is_true() -> None:
    lon, lat = np.array([2.35, np.nan]), np.array([48.85, 1.0])
    x, y = to_true(lon, lat, "gcj02")
    assert (x[0], y[0]) == (2.35, 48.85)
    assert np.isnan(x[1])
    here = (np.array([111.6]), np.array([34.3]))
    for datum in ("wgs84", "cgcs2000", ""):
        assert to_true(*here, datum) == here
