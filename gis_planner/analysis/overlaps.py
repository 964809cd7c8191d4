"""Where areas that should lie side by side lie on one another."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

_LEAST_M2 = 1.0
_LEAST_SHARE = 0.005


def find_overlaps(shapes: NDArray[Any]) -> list[tuple[int, int, float, BaseGeometry]]:
    """Find every pair of polygons that overlap by more than 1 m² and 0.5 % of the smaller one.

    Gives (row, other row, area in m², the overlap), row > other row, sorted; `shapes` are valid polygons or None.
    """
    if len(shapes) < 2:
        return []
    there = np.flatnonzero(~shapely.is_missing(shapes) & ~shapely.is_empty(shapes))
    kept = shapes[there]
    a, b = shapely.STRtree(kept).query(kept, predicate="intersects")
    a, b = a[a > b], b[a > b]
    areas = shapely.area(kept)
    common = shapely.intersection(kept[a], kept[b])
    size = shapely.area(common)
    big = size > np.maximum(_LEAST_M2, _LEAST_SHARE * np.minimum(areas[a], areas[b]))
    found = [
        (int(there[i]), int(there[j]), float(s), c)
        for i, j, s, c in zip(a[big], b[big], size[big], common[big], strict=True)
    ]
    return sorted(found, key=lambda row: row[:2])
