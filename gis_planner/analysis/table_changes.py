"""Which rows of a layer an edit touched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis_planner.analysis.arrays import Mask, Rows
from gis_planner.model.tables import Frame


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
    if not _same(before["id"].iloc[:n], after["id"].iloc[:n]).all():
        return None
    differs: Mask = np.zeros(len(after), dtype=bool)
    differs[n:] = True
    for name in columns:
        differs[:n] |= ~_same(before[name].iloc[:n], after[name].iloc[:n])
    differs[:n] |= _addresses(before)[:n] != _addresses(after)[:n]
    return RowChanges(np.flatnonzero(differs), np.arange(n, len(before), dtype=np.int64))


def _same(one: pd.Series[Any], other: pd.Series[Any]) -> Mask:
    if one.dtype == object:
        return np.asarray(one.to_numpy() == other.to_numpy(), dtype=bool)
    left = one.to_numpy(dtype="float64", na_value=np.nan)
    right = other.to_numpy(dtype="float64", na_value=np.nan)
    return np.asarray((left == right) | (np.isnan(left) & np.isnan(right)), dtype=bool)


def _addresses(table: Frame) -> NDArray[np.int64]:
    shapes = np.asarray(table["geometry"].array, dtype=object)
    return np.fromiter(map(id, shapes), dtype=np.int64, count=len(shapes))
