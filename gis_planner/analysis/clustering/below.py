"""A bound that no grouping can beat, for tasks too large to list every cluster.

Every cluster has one compound in its middle, and every compound is in the middle of one cluster at most. Priced by
the walks to the middle and by the size alone, the best cluster around each compound is found by sorting. With prices
for the compounds (Lagrange multipliers of "in exactly one cluster"), the sum of all prices and of what the cheapest
cluster around each compound costs below them is less than any grouping costs. Prices are moved step by step to where
the bound is greatest (subgradient; Held, Wolfe & Crowder 1974). Terms that are left out (frontage, roads, communities,
households, years, facilities) only make real clusters dearer, so the bound holds, but it may lie well below the best.
"""

from __future__ import annotations

import numpy as np

from gis_planner.analysis.arrays import Floats, Rows
from gis_planner.analysis.clustering.board import (
    MEMBERS_MAX,
    MEMBERS_MIN,
    USUAL,
    W_COMPACT,
    W_SIZE,
    Board,
)

_ROUNDS, _ROUNDS_LARGE, _LARGE = 60, 25, 1000  # steps, and those where there are more compounds than this
_NEAREST_MOST = 600


def bound_savings(board: Board, *, saved: float, placed: Rows) -> float | None:
    """Give a saving that no grouping of the `placed` atoms can exceed; None where atoms are more than one compound.

    `saved` is what the known grouping saves. Prices may be negative: every one of these atoms lies in one cluster.
    """
    n = board.alone.size
    if placed.size == 0:
        return 0.0
    if board.atom_row.size != n:
        return None
    near, walked = _nearest(board, placed)
    if near is None or walked is None:
        return None
    alone = board.alone[placed]
    cost = float(alone.sum()) - saved
    sizes = np.arange(1, near.shape[1] + 1)
    usual = board.rules[USUAL]
    by_size = board.rules[W_SIZE] * (2 * (sizes - usual) / usual) ** 2
    by_size[(sizes < board.rules[MEMBERS_MIN]) | (sizes > board.rules[MEMBERS_MAX])] = np.inf
    walk = np.where(near >= 0, board.rules[W_COMPACT] * walked, np.inf)
    prices = np.full(placed.size, cost / placed.size)
    best, step = 0.0, 1.0
    for _ in range(_ROUNDS if placed.size <= _LARGE else _ROUNDS_LARGE):
        over = walk - np.where(near >= 0, prices[near], 0.0)
        order = np.argsort(over[:, 1:], axis=1, kind="stable")
        sums = over[:, :1] + np.concatenate(
            [np.zeros((placed.size, 1)), np.cumsum(np.take_along_axis(over[:, 1:], order, axis=1), axis=1)],
            axis=1,
        )
        total = sums + by_size
        size = np.argmin(total, axis=1)
        least = total[np.arange(placed.size), size]
        taken = least < 0
        bound = float(prices.sum() + least[taken].sum())
        if bound > best + 1e-9:
            best = bound
        else:
            step *= 0.85
        picked = np.take_along_axis(near[:, 1:], order, axis=1)
        inside = (np.arange(picked.shape[1]) < size[:, None]) & taken[:, None]
        covered = np.bincount(picked[inside], minlength=placed.size) + taken
        slope = 1.0 - covered
        length = float((slope**2).sum())
        if length == 0 or step < 1e-3:
            break
        prices = prices + step * max(cost - bound, 1e-9) / length * slope
    return float(alone.sum()) - best


def _nearest(board: Board, placed: Rows) -> tuple[Rows, Floats] | tuple[None, None]:
    """List for every placed atom itself and whom it can have in a cluster around it, with the walks, padded with -1."""
    if not board.known[board.atom_row[placed]].all():
        return None, None
    at_row = np.full(board.households.size, -1, dtype=np.int64)
    at_row[board.atom_row[placed]] = np.arange(placed.size)
    owner = np.repeat(np.arange(board.households.size), np.diff(board.walk_first))
    one, other = at_row[owner], at_row[board.walk_to]
    there = (one >= 0) & (other >= 0)
    one, other, metres = one[there], other[there], board.walk_m[there]
    order = np.argsort(one, kind="stable")
    one, other, metres = one[order], other[order], metres[order]
    counts = np.bincount(one, minlength=placed.size)
    if counts.max(initial=0) > _NEAREST_MOST:
        return None, None
    near = np.full((placed.size, int(counts.max(initial=0)) + 1), -1, dtype=np.int64)
    walked = np.zeros(near.shape)
    near[:, 0] = np.arange(placed.size)
    at = np.arange(one.size) - np.repeat(np.cumsum(counts) - counts, counts) + 1
    near[one, at], walked[one, at] = other, metres
    return near, walked
