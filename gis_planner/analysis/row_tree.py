"""Which rows of a layer lie near a place, while the layer changes by a few rows at a time.

A search tree of a large layer takes long to build and cannot be changed. Rows that hold the very shape that the tree
was built of are found by it; the few others, and what it finds of rows that hold another shape by now, are looked at
apart.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_planner.analysis.arrays import Rows
from gis_planner.analysis.table_changes import same_objects


class RowTree:
    """Finds rows of a layer by place; `follow` tells it the shapes that the layer has by now."""

    def __init__(self, shapes: NDArray[Any]) -> None:
        """Take the shapes of a layer, by row."""
        self._tree = shapely.STRtree(shapes)
        self._built_of = shapes
        self._known = np.ones(len(shapes), dtype=bool)
        self._others: Rows = np.empty(0, dtype=np.int64)
        self._apart: shapely.STRtree | None = None

    def follow(self, shapes: NDArray[Any]) -> None:
        """Take other shapes, by row."""
        n = min(len(shapes), len(self._built_of))
        self._known[:n] = same_objects(shapes[:n], self._built_of[:n])
        self._known[n:] = False
        self._others = np.concatenate([np.flatnonzero(~self._known[:n]), np.arange(n, len(shapes))])
        self._apart = shapely.STRtree(shapes[self._others]) if len(self._others) else None

    def near(self, shapes: NDArray[Any], reach_m: float) -> Rows:
        """Give the rows within reach of these shapes, in order."""
        rows = self._tree.query(shapes, predicate="dwithin", distance=reach_m)[1]
        rows = rows[self._known[rows]]
        if self._apart is not None:
            more = self._apart.query(shapes, predicate="dwithin", distance=reach_m)[1]
            rows = np.concatenate([rows, self._others[more]])
        return np.unique(rows).astype(np.int64)

    def meeting(self, box: NDArray[np.float64]) -> Rows:
        """Give the rows whose bounds meet a box (west, south, east, north), in order."""
        area = shapely.box(*box)
        rows = self._tree.query(area)
        rows = rows[self._known[rows]]
        if self._apart is not None:
            rows = np.concatenate([rows, self._others[self._apart.query(area)]])
        return np.unique(rows).astype(np.int64)
