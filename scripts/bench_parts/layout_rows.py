"""What it takes to lay a network out, and how much memory the engine's arrays hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields, is_dataclass

import numpy as np

from bench_parts.search_rows import search_all_kinds
from bench_parts.streets import Rows, Streets
from bench_parts.table import Row, keep_share, keep_within
from bench_parts.timing import peak_memory_mb, time_in_turn
from gis_planner.analysis.live_arcs import LiveArcs
from gis_planner.analysis.live_coverage import LiveCoverage

_MOST_MB = 400.0


def layout_row(streets: Streets, places: Sequence[Rows], *, times: int) -> Row:
    """Make the network out of noded edges, beside one full search."""

    def lay() -> LiveArcs:
        return LiveArcs(streets.nodes, streets.edge_from, streets.edge_to, streets.length_m)

    arcs = lay()
    runs: list[Callable[[], object]] = [lay, lambda: search_all_kinds(arcs, places, 1000.0)]
    laid_s, searched_s = time_in_turn(runs, times=times)
    return keep_share(
        "the network out of noded edges", streets.title, laid_s, "one search to 1,000 m", searched_s,
        at_most=3.0, note=f"median of {times}",
    )  # fmt: skip


def memory_row(name: str, live: LiveCoverage, before_mb: float | None) -> Row:
    """Count what the network, the access points and the labels of nine kinds hold."""
    held = sum(array.nbytes for array in find_arrays(live)) / 1e6
    note, peak_mb = "numpy arrays, each counted once", peak_memory_mb()
    if peak_mb is not None and before_mb is not None:
        note += (
            f"; laying them out and measuring raised the peak of the process by {peak_mb - before_mb:,.0f} MB"
        )
    return keep_within("arrays of the engine", name, held, "MB", at_most=_MOST_MB, note=note)


def find_arrays(thing: object) -> list[np.ndarray[tuple[int, ...], np.dtype[np.generic]]]:
    """Find every array that an object holds, at any depth, each once; a view counts as what it is a view of."""
    found: dict[int, np.ndarray[tuple[int, ...], np.dtype[np.generic]]] = {}
    seen: set[int] = set()
    waiting = [thing]
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, np.ndarray):
            whole = one
            while isinstance(whole.base, np.ndarray):
                whole = whole.base
            found[id(whole)] = whole
        else:
            waiting += _parts(one)
    return list(found.values())


def _parts(thing: object) -> Iterable[object]:
    if isinstance(thing, dict):
        return thing.values()
    if isinstance(thing, list | tuple | set):
        return thing
    if is_dataclass(thing):
        return [getattr(thing, own.name) for own in fields(thing)]
    return vars(thing).values() if hasattr(thing, "__dict__") else ()
