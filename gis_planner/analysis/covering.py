"""Outlines that cannot be those of one compound because several others lie in them.

The plan of a whole quarter, or a township drawn into the layer of compounds, is next to everything that it covers and
would hang together what has nothing to do with each other. A compound may stand in another one's courtyard, and two
may overlap; one that covers half and more of three others is doubted instead, and joins nobody.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

COVERED = 3  # others
_HALF = 0.5  # of their area


def count_covered(shapes: NDArray[Any], pairs: NDArray[np.int64]) -> NDArray[np.int64]:
    """Count for each valid area how many smaller ones lie in it with half their ground or more.

    `pairs` (p, 2) hold at least those whose boxes meet, each once.
    """
    count = np.zeros(len(shapes), dtype=np.int64)
    if len(pairs) == 0:
        return count
    area = shapely.area(shapes)
    boxes = shapely.bounds(shapes)
    turned = area[pairs[:, 0]] < area[pairs[:, 1]]
    large, small = np.where(turned, pairs[:, 1], pairs[:, 0]), np.where(turned, pairs[:, 0], pairs[:, 1])
    low, high = np.maximum(boxes[large, :2], boxes[small, :2]), np.minimum(boxes[large, 2:], boxes[small, 2:])
    shared = np.prod(np.clip(high - low, 0.0, None), axis=1)
    may = (shared >= _HALF * area[small]) & (area[small] < area[large] / 2) & (area[small] > 0)
    may &= np.bincount(large[may], minlength=len(shapes))[large] >= COVERED
    large, small = large[may], small[may]
    inside = shapely.area(shapely.intersection(shapes[large], shapes[small])) >= _HALF * area[small]
    np.add.at(count, large[inside], 1)
    return count
