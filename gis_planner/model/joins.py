"""How an import joins a layer, and how its rows find their features there.

A survey ledger knows compounds by their number or their name, not by their outline. A key that stands twice
on either side finds nobody: which one was meant cannot be told, and guessing would put a figure in the wrong place.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from dataclasses import dataclass

import numpy as np

from gis_planner.model.edits import ImportLayer, edit_error
from gis_planner.model.layers import layer
from gis_planner.model.tables import (
    Frame,
    append_rows,
    geometries,
    ids,
    is_missing,
    set_geometries,
    set_values,
    take,
    texts,
)


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


def merge_import(table: Frame, incoming: Frame, edit: ImportLayer) -> Frame:
    """Give a layer's table after an import: filled or replaced, appended to, or updated by a key.

    An update changes the columns that the file had, where it says something; rows with a geometry that find no feature
    are added. Raises RuleError for an unknown mode.
    """
    if edit.mode in ("fill", "replace"):
        return incoming
    if edit.mode == "append":
        return append_rows(table, incoming)
    if edit.mode == "update":
        return _updated(table, incoming, edit)
    raise edit_error("edits.bad_mode", mode=edit.mode)


def _updated(table: Frame, incoming: Frame, edit: ImportLayer) -> Frame:
    key = edit.update_by or "id"
    matches = match_rows(table, incoming, key)
    declared = layer(edit.layer)
    for name in declared.column_names:
        if name not in edit.given or name == key:
            continue
        cells = list(incoming[name])
        known = [(row, cells[source]) for source, row in matches.pairs if not is_missing(cells[source])]
        if known:
            table = set_values(
                table, [row for row, _ in known], declared.column(name), [value for _, value in known]
            )
    if not edit.has_geometry:
        return table
    shapes = geometries(incoming)
    placed = [(row, shapes[source]) for source, row in matches.pairs if shapes[source] is not None]
    if placed:
        table = set_geometries(table, [row for row, _ in placed], [shape for _, shape in placed])
    taken = set(ids(table))
    new = [row for row in matches.unmatched if shapes[row] is not None and ids(incoming)[row] not in taken]
    return append_rows(table, take(incoming, np.asarray(new, dtype=np.int64)))


def _normal(value: str | None) -> str:
    return "" if value is None else "".join(unicodedata.normalize("NFKC", value).split()).casefold()
