"""Which boxes meet, found on a grid without an object for each box.

A tree of shapes asks for a shape of every box, and making hundred thousand of them takes longer than all questions.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gis_planner.analysis.compiling import compiled

_MOST_CELLS = 256  # across


@compiled
def meet_boxes(boxes: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.int64]:
    """Find which boxes (n, 4) meet which other ones (m, 4), none of them NaN: (k, 2) rows, sorted by both."""
    found = np.empty((1024, 2), np.int64)
    n = 0
    if len(others) == 0:
        return found[:n]
    left, low, right, high = np.inf, np.inf, -np.inf, -np.inf
    for m in range(len(others)):
        left, right = min(left, others[m, 0]), max(right, others[m, 2])
        low, high = min(low, others[m, 1]), max(high, others[m, 3])
    across = int(max(1, min(_MOST_CELLS, np.sqrt(len(others)))))
    wide, tall = max(right - left, 1.0) / across, max(high - low, 1.0) / across
    first = np.zeros(across * across + 1, np.int64)
    for m in range(len(others)):
        for column in range(
            _cell(others[m, 0], left, wide, across), _cell(others[m, 2], left, wide, across) + 1
        ):
            for row in range(
                _cell(others[m, 1], low, tall, across), _cell(others[m, 3], low, tall, across) + 1
            ):
                first[column * across + row + 1] += 1
    for cell in range(across * across):
        first[cell + 1] += first[cell]
    place = first[:-1].copy()
    held = np.empty(first[-1], np.int64)
    for m in range(len(others)):
        for column in range(
            _cell(others[m, 0], left, wide, across), _cell(others[m, 2], left, wide, across) + 1
        ):
            for row in range(
                _cell(others[m, 1], low, tall, across), _cell(others[m, 3], low, tall, across) + 1
            ):
                held[place[column * across + row]] = m
                place[column * across + row] += 1
    for k in range(len(boxes)):
        begin = n
        from_column, from_row = _cell(boxes[k, 0], left, wide, across), _cell(boxes[k, 1], low, tall, across)
        for column in range(from_column, _cell(boxes[k, 2], left, wide, across) + 1):
            for row in range(from_row, _cell(boxes[k, 3], low, tall, across) + 1):
                for at in range(first[column * across + row], first[column * across + row + 1]):
                    m = held[at]
                    if (
                        boxes[k, 0] > others[m, 2] or boxes[k, 2] < others[m, 0]
                        or boxes[k, 1] > others[m, 3] or boxes[k, 3] < others[m, 1]
                    ):  # fmt: skip
                        continue
                    once_column = max(from_column, _cell(others[m, 0], left, wide, across))
                    once_row = max(from_row, _cell(others[m, 1], low, tall, across))
                    if once_column != column or once_row != row:  # told in the first cell that both share
                        continue
                    if n == len(found):
                        found = _widen(found)
                    at_row = n
                    while at_row > begin and found[at_row - 1, 1] > m:
                        found[at_row, 1] = found[at_row - 1, 1]
                        at_row -= 1
                    found[at_row, 1] = m
                    found[n, 0] = k
                    n += 1
    return found[:n]


@compiled
def _cell(x: float, start: float, size: float, across: int) -> int:
    return int(max(0.0, min((x - start) // size, across - 1.0)))


@compiled
def _widen(found: NDArray[np.int64]) -> NDArray[np.int64]:
    more = np.empty((2 * len(found), 2), np.int64)
    for k in range(len(found)):
        more[k, 0], more[k, 1] = found[k, 0], found[k, 1]
    return more
