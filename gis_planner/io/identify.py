"""The ids of features: the file's own where it has them, otherwise running ones."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from gis_planner.io.listing import IssueListing
from gis_planner.io.values import as_text, is_blank
from gis_planner.messages import Message
from gis_planner.model.layers import Layer

_LONGEST = 64
_DISTINCT_SHARE = 0.5


def make_ids(
    layer: Layer, cells: Sequence[Any] | None, rows: int, heading: str, listing: IssueListing
) -> list[str]:
    """Give each row an id that no other has; what had to be added or changed is listed."""
    digits = max(3, len(str(rows)))
    running = [f"{layer.id_prefix}{n:0{digits}d}" for n in range(1, rows + 1)]
    if cells is None:
        return running
    given = ["" if is_blank(text := as_text(cell)) else " ".join(text.split())[:_LONGEST] for cell in cells]
    told = [g for g in given if g]
    if not told or len(set(told)) < _DISTINCT_SHARE * len(told):
        if told:
            listing.add("ids.not_unique", "note", "", Message("import.ids.not_unique", column=heading))
        return running
    taken = set(told)
    counts: Counter[str] = Counter()
    ids: list[str] = []
    added = 0
    for row, own in enumerate(given):
        if not own:
            ids.append(_free(running[row], taken))
            added += 1
            continue
        counts[own] += 1
        if counts[own] == 1:
            ids.append(own)
            continue
        new = _free(f"{own}-{counts[own]}", taken)
        ids.append(new)
        listing.add(
            "ids.duplicate", "warning", new, Message("import.ids.duplicate", id=own, column=heading),
            repair=Message("import.repair.renamed", id=new),
        )  # fmt: skip
    if added:
        listing.add("ids.added", "note", "", Message("import.ids.added", n=added, column=heading))
    return ids


def _free(name: str, taken: set[str]) -> str:
    free = name
    n = 1
    while free in taken:
        n += 1
        free = f"{name}_{n}"
    taken.add(free)
    return free
