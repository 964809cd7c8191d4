"""The exact choice among listed parts: every unit in exactly one, as cheap as can be (set partitioning).

First the linear relaxation is solved; it bounds every choice from below. Parts that alone would lift the bound over
the best known are left out, and what remains is chosen from by branch and bound.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import LinearConstraint
from scipy.sparse import csc_array, vstack

from gis_planner.analysis.arrays import Floats
from gis_planner.analysis.districting.programmes import choose_whole, relax

_CLOSE = 1e-6


@dataclass(frozen=True)
class Choice:
    """What was chosen: places of the sets or None, a bound on every choice, and whether nothing is better.

    `feasible` is False where it is proven that no choice exists, None where that is not known.
    """

    sets: tuple[int, ...] | None
    bound: float | None
    proven: bool
    feasible: bool | None
    nodes: int


def choose_parts(
    n: int,
    sets: Sequence[Sequence[int]],
    prices: Floats,
    *,
    k: int | None,
    best: float | None,
    whole: bool,
    node_limit: int,
) -> Choice:
    """Choose sets that cover each of n units once; `best` is a value that is already reached.

    Where nothing better than `best` exists, `sets` is None and `proven` is True.
    """
    if not sets:
        return Choice(None, None, best is None, None if best is not None else False, 0)
    matrix, equal = _pose(n, sets, k)
    scale = max(float(np.abs(prices).max()), 1e-300)
    relaxed = relax(prices / scale, equal=(matrix, equal))
    if relaxed.status == 2:
        return Choice(None, None, True, False, 0)
    if relaxed.status != 0:
        return Choice(None, None, False, None, 0)
    bound = float(relaxed.fun) * scale
    bound -= _CLOSE * max(abs(bound), scale)
    if whole:
        bound = float(np.ceil(bound - _CLOSE))
    # Better means: by one for whole numbers, else by more than rounding.
    wanted = np.inf if best is None else best - 1 if whole else best - 1e-9 * max(abs(best), scale)
    if bound > wanted:
        return Choice(None, best, True, True, 0)
    reduced = prices - scale * (matrix.T @ relaxed.eqlin.marginals)
    kept = np.flatnonzero(reduced <= wanted - relaxed.fun * scale + 1e-5 * scale + _CLOSE * abs(wanted))
    if best is None:
        kept = np.arange(len(sets))
    if not len(kept):
        return Choice(None, best, True, True, 0)
    found = choose_whole(
        prices[kept] / scale, [LinearConstraint(matrix[:, kept], equal, equal)], node_limit=node_limit
    )
    nodes = int(found.get("mip_node_count") or 0)
    if found.status == 2:
        return Choice(None, best, True, best is not None, nodes)
    if found.x is None:
        return Choice(None, bound, False, None if best is None else True, nodes)
    chosen = tuple(int(kept[place]) for place in np.flatnonzero(found.x > 0.5))
    value = float(prices[list(chosen)].sum())
    if found.status == 0:
        return Choice(chosen, value if best is None else min(value, best), True, True, nodes)
    dual = found.get("mip_dual_bound")
    if dual is not None and np.isfinite(dual):
        lifted = float(dual) * scale - _CLOSE * scale
        # Parts left out could only serve what is no better than `best`.
        lifted = lifted if best is None else min(lifted, best)
        bound = max(bound, float(np.ceil(lifted - _CLOSE)) if whole else lifted)
    return Choice(chosen, bound, False, True, nodes)


def can_place(n: int, sets: Sequence[Sequence[int]], units: Collection[int], *, k: int | None) -> bool | None:
    """Tell whether disjoint sets can hold all of these units, whatever happens to the others; None: not known."""
    if not units:
        return True
    if not sets:
        return False
    matrix, equal = _pose(n, sets, k)
    lower = equal.copy()
    for unit in range(n):
        if unit not in units:
            lower[unit] = 0.0
    found = choose_whole(np.zeros(len(sets)), [LinearConstraint(matrix, lower, equal)], node_limit=2_000)
    return True if found.x is not None else False if found.status == 2 else None


def _pose(n: int, sets: Sequence[Sequence[int]], k: int | None) -> tuple[csc_array, Floats]:
    rows = np.concatenate([np.asarray(each, dtype=np.int64) for each in sets])
    ends = np.concatenate([[0], np.cumsum([len(each) for each in sets])])
    matrix = csc_array((np.ones(len(rows)), rows, ends), shape=(n, len(sets)))
    if k is None:
        return matrix, np.ones(n)
    counted = csc_array(np.ones((1, len(sets))))
    return csc_array(vstack([matrix, counted])), np.append(np.ones(n), float(k))
