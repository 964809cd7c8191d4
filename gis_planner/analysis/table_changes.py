"""Which rows of a layer an edit touched."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis_planner.analysis.arrays import Mask, Rows
from gis_planner.model.tables import Frame, shapes_of


@dataclass(frozen=True, eq=False)
class RowChanges:
    """Rows of the table after an edit that differ or are new, and rows of the one before that are gone."""

    touched: Rows
    gone: Rows

    def __bool__(self) -> bool:
        return bool(len(self.touched) or len(self.gone))


def find_changed_rows(before: Frame, after: Frame, columns: Sequence[str]) -> RowChanges | None:
    """Give the rows that differ in these columns, were added at the end or left from there; None for anything else.

    Places are compared by identity: an edit that leaves a feature where it is keeps its shape.
    """
    if before is after:
        return RowChanges(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))
    n = min(len(before), len(after))
    if not _begin_alike(before, after, "id") and not _same(before["id"].iloc[:n], after["id"].iloc[:n]).all():
        return None
    differs: Mask = np.zeros(len(after), dtype=bool)
    differs[n:] = True
    for name in columns:
        if not _begin_alike(before, after, name):
            differs[:n] |= ~_same(before[name].iloc[:n], after[name].iloc[:n])
    if not _begin_alike(before, after, "geometry"):
        differs[:n] |= ~same_objects(shapes_of(before)[:n], shapes_of(after)[:n])
    return RowChanges(np.flatnonzero(differs), np.arange(n, len(before), dtype=np.int64))


def share_column(before: Frame, after: Frame, name: str) -> bool:
    """Tell whether two tables hold a column in the very same memory, so that it cannot differ."""
    return len(before) == len(after) and _begin_alike(before, after, name)


def _begin_alike(before: Frame, after: Frame, name: str) -> bool:
    """Tell whether two tables hold a column in memory that begins at the same place.

    The shorter column is then the beginning of the longer one: rows that came were put into room behind it.
    """
    return _memory(before[name].array) == _memory(after[name].array)


def _memory(array: Any) -> tuple[tuple[int, tuple[int, ...]], ...]:
    """Give where an array's values begin and how far apart they lie."""
    names = (
        ("_data", "_mask")
        if hasattr(array, "_mask")
        else ("_data",)
        if hasattr(array, "_data")
        else ("_ndarray",)
    )
    parts = [getattr(array, name) for name in names]
    return tuple((part.__array_interface__["data"][0], part.strides) for part in map(np.asarray, parts))


def _same(one: pd.Series[Any], other: pd.Series[Any]) -> Mask:
    left: Any = one.array
    right: Any = other.array
    if hasattr(left, "_mask"):
        return np.asarray(
            (left._mask == right._mask) & (left._mask | (left._data == right._data)), dtype=bool
        )
    mine, theirs = np.asarray(left), np.asarray(right)
    if mine.dtype == object:
        same = same_objects(mine, theirs)  # nearly all are the very same texts
        rest = np.flatnonzero(~same)
        same[rest] = np.asarray(mine[rest] == theirs[rest], dtype=bool)
        return same
    return np.asarray((mine == theirs) | ((mine != mine) & (theirs != theirs)), dtype=bool)


def same_objects(one: NDArray[Any], other: NDArray[Any]) -> Mask:
    """Tell where two arrays hold the very same objects."""
    mine, theirs = np.ascontiguousarray(one), np.ascontiguousarray(other)
    return np.asarray(_addresses(mine) == _addresses(theirs), dtype=bool)


def _addresses(held: NDArray[Any]) -> NDArray[np.int64]:
    """Give where each object of a contiguous array lies: an array of objects is an array of such addresses.

    What is given is the array's own memory, to be read while the array is there.
    """
    if len(held) == 0:
        return np.empty(0, dtype=np.int64)
    place = (ctypes.c_ssize_t * len(held)).from_address(held.__array_interface__["data"][0])
    return np.ctypeslib.as_array(place)
