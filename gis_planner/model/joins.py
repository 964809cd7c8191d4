"""How the rows of one table find their features in another.

A survey ledger knows compounds by their number or their name, not by their outline. A key that stands twice
on either side finds nobody: which one was meant cannot be told, and guessing would put a figure in the wrong place.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass

from gis_planner.model.tables import Frame, ids, texts


@dataclass(frozen=True)
class Matches:
    """Row pairs (incoming row, row of the layer), and the incoming rows that found nobody or more than one."""

    pairs: tuple[tuple[int, int], ...]
    unmatched: tuple[int, ...]
    ambiguous: tuple[int, ...]


def match_rows(table: Frame, incoming: Frame, key: str) -> Matches:
    """Find each incoming row's feature by `id` or a declared text column; width, blanks and case do not count."""
    here = [_normal(v) for v in (ids(table) if key == "id" else texts(table, key))]
    there = [_normal(v) for v in (ids(incoming) if key == "id" else texts(incoming, key))]
    count_here, count_there = Counter(here), Counter(there)
    row_of = {value: row for row, value in enumerate(here) if value}
    pairs, unmatched, ambiguous = [], [], []
    for row, value in enumerate(there):
        if not value or value not in row_of:
            unmatched.append(row)
        elif count_here[value] > 1 or count_there[value] > 1:
            ambiguous.append(row)
        else:
            pairs.append((row, row_of[value]))
    return Matches(tuple(pairs), tuple(unmatched), tuple(ambiguous))


def _normal(value: str | None) -> str:
    return "" if value is None else "".join(unicodedata.normalize("NFKC", value).split()).casefold()
