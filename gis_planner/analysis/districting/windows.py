"""Exact windows: a few neighbouring parts are put together and divided anew into the best parts there can be.

Where the number of parts is free, a window may end with more or fewer of them. A window around a part that breaks
its bounds is the repair: it grows until its units can be divided within the bounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from gis_planner.analysis.arrays import Floats, Rows
from gis_planner.analysis.districting.choosing import choose_parts
from gis_planner.analysis.districting.listing import list_parts, price_parts, read_set
from gis_planner.analysis.districting.problem import (
    Districting,
    Parts,
    find_broken,
    gather_parts,
    label_units,
    measure,
)
from gis_planner.analysis.districting.search import Found, explore, measure_found

_VISITS = 60_000
_MOST = 15_000
_NODES = 200
_LARGEST = 60  # units of a window
_STEPS_EACH = 200  # steps for each unit of a search in a window
_LITTLE = 0.01  # of a mean unit moved: what a part of the usual price counts beside that


def restrict(districting: Districting, rows: Rows, k: int | None) -> Districting:
    """Give the task of some units alone, with k parts; rows of it are places in `rows`."""
    place = np.full(len(districting), -1, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    inside = (place[districting.pairs] >= 0).all(axis=1)
    return replace(
        districting,
        ids=[districting.ids[row] for row in rows.tolist()],
        weight=districting.weight[rows],
        xy=districting.xy[rows],
        pairs=place[districting.pairs[inside]],
        length=districting.length[inside],
        k=k,
    )


def divide_anew(
    districting: Districting, found: Found, parts: set[int], *, gently: bool = False
) -> Found | None:
    """Divide the units of some parts anew, as cheap as can be or (`gently`) with as little moved as can be.

    Gives what is better, or None.
    """
    rows = np.flatnonzero(np.isin(found.label, sorted(parts)))
    k = None if districting.k is None else len(parts)
    task = restrict(districting, rows, k)
    listed = list_parts(task, visits=_VISITS, most=_MOST)
    if not listed:
        return None
    sets = [read_set(each) for each in listed]
    held = gather_parts(found.label[rows])
    best = None if find_broken(task, held) else measure(task, held)
    prices = price_parts(task, sets)
    if gently:
        best, prices = (
            None,
            _price_moves(task, sets, held) + _LITTLE * prices / max(float(prices.mean()), 1e-9),
        )
    choice = choose_parts(len(rows), sets, prices, k=k, best=best, whole=task.whole, node_limit=_NODES)
    if choice.sets is None:
        return None
    label = found.label.copy()
    for place, each in enumerate(choice.sets):
        label[rows[sets[each]]] = len(districting) + place
    _, label = np.unique(label, return_inverse=True)
    better = measure_found(districting, label.astype(np.int64))
    better.steps = found.steps
    return better if better.key < found.key else None


def _price_moves(task: Districting, sets: Sequence[Sequence[int]], held: Parts) -> Floats:
    """Give how many mean units of weight come into each set from elsewhere than where most of it stood."""
    stood = label_units(task, held)
    usual = max(float(task.weight.mean()), 1e-9)
    moved = np.zeros(len(sets))
    for place, rows in enumerate(sets):
        weight = np.bincount(stood[rows], weights=task.weight[rows])
        moved[place] = (float(weight.sum()) - float(weight.max())) / usual
    return moved


def _search_inside(districting: Districting, found: Found, rows: Rows) -> Found | None:
    """Look for parts within the bounds among some units by a short search, where these are too many to be listed."""
    k = None if districting.k is None else len(np.unique(found.label[rows]))
    task = restrict(districting, rows, k)
    better, _ = explore(
        task,
        seed=0,
        starts=0,
        steps=_STEPS_EACH * len(rows),
        given=found.label[rows],
        report=lambda share: None,
    )
    if better is None or better.out > 0 or find_broken(task, gather_parts(better.label)):
        return None
    label = found.label.copy()
    label[rows] = len(districting) + better.label
    _, label = np.unique(label, return_inverse=True)
    return measure_found(districting, label.astype(np.int64))


def mend(districting: Districting, found: Found, *, gently: bool = False) -> Found:
    """Bring parts within their bounds, window by window, each grown until it can be divided.

    What was divided anew is as cheap as can be, or (`gently`) as near to what it was.
    """
    tried: set[tuple[int, ...]] = set()
    while found.out > 0:
        parts = gather_parts(found.label)
        label = np.empty(len(districting), dtype=np.int64)
        for place, part in enumerate(parts):
            label[list(part)] = place
        found = Found(label, found.value, found.out, found.steps)
        better = None
        for start in find_broken(districting, parts):
            window = {start}
            while better is None:
                beside = {
                    int(label[other])
                    for part in window
                    for row in parts[part]
                    for other in districting.near[row]
                } - window
                units = sum(len(parts[part]) for part in window)
                fits = sorted((len(parts[part]), part) for part in beside)
                if not fits or units + fits[0][0] > _LARGEST:
                    break
                window.add(fits[0][1])
                rows = tuple(sorted(row for part in window for row in parts[part]))
                if rows in tried:
                    continue
                tried.add(rows)
                better = divide_anew(districting, found, window, gently=gently)
                if better is None:
                    better = _search_inside(districting, found, np.array(rows, dtype=np.int64))
            if better is not None:
                break
        if better is None:
            break
        found = better
    return found
