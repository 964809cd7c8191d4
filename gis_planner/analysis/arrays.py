"""Names and small operations for flat arrays of rows and metres."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


def ranges(low: Rows, high: Rows) -> Rows:
    """Give low[0] … high[0] - 1, then low[1] … high[1] - 1 and so on."""
    count = high - low
    ahead = np.repeat(low - (np.cumsum(count) - count), count)
    rows: Rows = np.arange(len(ahead), dtype=np.int64) + ahead
    return rows


def match(left: Rows, right: Rows) -> tuple[Rows, Rows]:
    """Give every pair of positions (of left, of right) that hold the same number."""
    order = np.argsort(right, kind="stable")
    low = np.searchsorted(right[order], left, side="left")
    high = np.searchsorted(right[order], left, side="right")
    return np.repeat(np.arange(len(left)), high - low), order[ranges(low, high)]


def sum_by(rows: Rows, values: Floats, n: int) -> Floats:
    """Add values up by their row, one after another in the order given; rows of nothing are 0.0."""
    summed: Floats = np.bincount(rows, weights=values, minlength=n).astype(np.float64)
    return summed


def rank_of(names: NDArray[np.object_]) -> Rows:
    """Give the place of each name in sorted order."""
    return np.argsort(np.argsort(names, kind="stable"), kind="stable")
