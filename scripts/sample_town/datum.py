"""From the town's metres to longitude and latitude, and to the shifted GCJ-02 of Chinese web maps."""

from __future__ import annotations

import math

from pyproj import Transformer

from sample_town.ground import EAST, NORTH

CRS = "EPSG:4546"
_A, _E2 = 6378245.0, 0.00669342162296594323  # the ellipsoid of GCJ-02 (Krasovsky 1940)
_TO_DEGREES = Transformer.from_crs(CRS, "EPSG:4490", always_xy=True)


def to_degrees(x: float, y: float) -> tuple[float, float]:
    """Give CGCS2000 longitude and latitude of a place of the town."""
    lon, lat = _TO_DEGREES.transform(x + EAST, y + NORTH)
    return float(lon), float(lat)


def to_gcj02(lon: float, lat: float) -> tuple[float, float]:
    """Shift WGS 84 (or CGCS2000) degrees to GCJ-02, by the formula that is public knowledge."""
    x, y = lon - 105.0, lat - 35.0
    waves = 20.0 * math.sin(6.0 * x * math.pi) + 20.0 * math.sin(2.0 * x * math.pi)
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    north += (waves + 20.0 * math.sin(y * math.pi) + 40.0 * math.sin(y / 3.0 * math.pi)) * 2.0 / 3.0
    north += (160.0 * math.sin(y / 12.0 * math.pi) + 320.0 * math.sin(y * math.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    east += (waves + 20.0 * math.sin(x * math.pi) + 40.0 * math.sin(x / 3.0 * math.pi)) * 2.0 / 3.0
    east += (150.0 * math.sin(x / 12.0 * math.pi) + 300.0 * math.sin(x / 30.0 * math.pi)) * 2.0 / 3.0
    phi = math.radians(lat)
    w = 1.0 - _E2 * math.sin(phi) ** 2
    dlat = north * 180.0 / (_A * (1.0 - _E2) / (w * math.sqrt(w)) * math.pi)
    dlon = east * 180.0 / (_A / math.sqrt(w) * math.cos(phi) * math.pi)
    return lon + dlon, lat + dlat
