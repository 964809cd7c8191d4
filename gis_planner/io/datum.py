"""Which earth a longitude and latitude lie on.

Commercial points in China are shifted: GCJ-02 by 100 to 700 m, BD-09 by a little more on top. The shift is a published
smooth function of the place, so it can be taken back exactly: solve shifted(place) = given by iteration. WGS 84 is
treated as CGCS2000, which is right to centimetres for planning. Outside mainland China nothing is shifted.

The forward formulas are public knowledge, independently published many times since 2010.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

DATUMS = ("wgs84", "cgcs2000", "gcj02", "bd09")
SHIFTED = ("gcj02", "bd09")

_A = 6378245.0  # Krasovsky 1940, which the shift is defined on
_E2 = 0.00669342162296594323
_X_PI = math.pi * 3000.0 / 180.0
_ROUNDS = 60
_CLOSE_DEG = 5e-14

Array = NDArray[np.float64]
Shift = Callable[[Array, Array], tuple[Array, Array]]


def to_true(lon: Array, lat: Array, datum: str) -> tuple[Array, Array]:
    """Give CGCS2000 longitudes and latitudes (degrees) for those of a datum; NaN stays NaN."""
    if datum == "bd09":
        lon, lat = _invert(lon, lat, _gcj_to_bd, _bd_to_gcj_about)
    if datum in SHIFTED:
        lon, lat = _invert(lon, lat, from_true, _same)
    return lon, lat


def from_true(lon: Array, lat: Array) -> tuple[Array, Array]:
    """Shift true longitudes and latitudes to GCJ-02."""
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    common = (20.0 * np.sin(6.0 * math.pi * x) + 20.0 * np.sin(2.0 * math.pi * x)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + common
    north += (20.0 * np.sin(y * math.pi) + 40.0 * np.sin(y / 3.0 * math.pi)) * 2.0 / 3.0
    north += (160.0 * np.sin(y / 12.0 * math.pi) + 320.0 * np.sin(y * math.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + common
    east += (20.0 * np.sin(x * math.pi) + 40.0 * np.sin(x / 3.0 * math.pi)) * 2.0 / 3.0
    east += (150.0 * np.sin(x / 12.0 * math.pi) + 300.0 * np.sin(x / 30.0 * math.pi)) * 2.0 / 3.0
    phi = np.radians(lat)
    magic = 1.0 - _E2 * np.sin(phi) ** 2
    d_lat = north * 180.0 / (_A * (1.0 - _E2) / (magic * np.sqrt(magic)) * math.pi)
    d_lon = east * 180.0 / (_A / np.sqrt(magic) * np.cos(phi) * math.pi)
    inside = (lon >= 72.004) & (lon <= 137.8347) & (lat >= 0.8293) & (lat <= 55.8271)
    return np.where(inside, lon + d_lon, lon), np.where(inside, lat + d_lat, lat)


def to_bd09(lon: Array, lat: Array) -> tuple[Array, Array]:
    """Shift true longitudes and latitudes to BD-09."""
    return _gcj_to_bd(*from_true(lon, lat))


def _gcj_to_bd(lon: Array, lat: Array) -> tuple[Array, Array]:
    z = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _X_PI)
    theta = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _X_PI)
    return z * np.cos(theta) + 0.0065, z * np.sin(theta) + 0.006


def _bd_to_gcj_about(lon: Array, lat: Array) -> tuple[Array, Array]:
    return lon - 0.0065, lat - 0.006


def _same(lon: Array, lat: Array) -> tuple[Array, Array]:
    return lon, lat


def _invert(lon: Array, lat: Array, forward: Shift, start: Shift) -> tuple[Array, Array]:
    """Solve forward(place) = given by fixed-point iteration; the shift changes slowly, so each round gains digits."""
    x, y = start(lon, lat)
    for _ in range(_ROUNDS):
        shifted_x, shifted_y = forward(x, y)
        step_x, step_y = shifted_x - lon, shifted_y - lat
        x, y = x - step_x, y - step_y
        if max(_largest(step_x), _largest(step_y)) <= _CLOSE_DEG:
            break
    return x, y


def _largest(steps: Array) -> float:
    finite = np.abs(steps[np.isfinite(steps)])
    return float(finite.max()) if len(finite) else 0.0
