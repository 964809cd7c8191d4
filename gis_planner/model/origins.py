"""Which row of which file a feature came from.

A figure that is signed must lead back to what was surveyed. Every import is one table of the project file, written
once; a feature's origin is its row there, and the runs of row numbers in the import's `Source` tell which row of the
user's own file that was. Where a later import gave a feature a new place, that one is its origin; a ledger that only
added figures is not. A feature that no import brought was drawn by hand and has none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from gis_planner.model.edits import ImportLayer
from gis_planner.model.joins import match_rows
from gis_planner.model.tables import Frame, geometries, ids

if TYPE_CHECKING:
    from gis_planner.model.project import Project

Origins = Mapping[str, Mapping[str, tuple[str, int]]]


def runs_of(numbers: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """Write row numbers as runs (first, how many), short where a file was taken as it stood."""
    if not len(numbers):
        return ()
    array = np.asarray(numbers, dtype=np.int64)
    starts = np.flatnonzero(np.diff(array, prepend=array[0] - 2) != 1)
    counts = np.diff(np.append(starts, len(array)))
    return tuple((int(array[start]), int(count)) for start, count in zip(starts, counts, strict=True))


def number_at(runs: Sequence[Sequence[int]], row: int) -> int | None:
    """Give the number of a row (counted from 1), None where nothing is known of it."""
    before = 0
    for first, count in runs:
        if row <= before + count:
            return first + (row - before - 1)
        before += count
    return None


def origins_after(
    origins: Origins, there: Frame, incoming: Frame, merged: Frame, edit: ImportLayer
) -> Origins:
    """Give the origins after an import: `there` is the layer before it, `merged` after it."""
    names = ids(incoming)
    if edit.mode in ("fill", "replace"):
        found = {name: (edit.table, row) for row, name in enumerate(names, 1)}
    else:
        known, taken = dict(origins.get(edit.layer, {})), set(ids(there))
        for row, name in enumerate(names, 1):
            if name not in taken:
                known[name] = (edit.table, row)
        if edit.mode == "update" and edit.has_geometry:
            shapes, own = geometries(incoming), ids(there)
            for source, row in match_rows(there, incoming, edit.update_by or "id").pairs:
                if shapes[source] is not None:
                    known[own[row]] = (edit.table, source + 1)
        present = set(ids(merged))
        found = {name: origin for name, origin in known.items() if name in present}
    return {**origins, edit.layer: found}


def trace_feature(project: Project, layer: str, feature: str) -> dict[str, Any]:
    """Say where a feature came from, as plain data: layer, id, file, row in it, import table, row in that, date.

    `row` is None where the file has no rows (OSM, drawings), everything is where a hand drew the feature.
    """
    table, table_row = project.origins.get(layer, {}).get(feature, (None, None))
    source = next((s for s in project.sources if s.table == table), None) if table else None
    return {
        "layer": layer,
        "id": feature,
        "file": source.file if source else None,
        "source_layer": source.source_layer if source else None,
        "row": number_at(source.numbers, table_row) if source and table_row else None,
        "table": table,
        "table_row": table_row,
        "data_date": (source.data_date or None) if source else None,
        "moved_by_hand": layer == "facilities" and feature in project.moved,
    }
