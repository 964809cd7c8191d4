"""Bounds that hold for every districting by cuts, where nothing better can be proven.

From counting alone: a piece of the graph that makes m parts keeps them apart by m - 1 cut pairs at least, for parts of
one piece hang together by the pairs between them.

From what a single part costs: let each part that holds unit u be cut off by at least r_u per weight. Every cut pair
belongs to two parts, so a districting costs at least half the sum of weight times r over all units. r_u is found by
looking for the part around u that is cut off most cheaply, whether connected or not, by branch and bound; the bound
that this gives holds also where its budget ends first.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.optimize import LinearConstraint
from scipy.sparse import coo_array

from gis_planner.analysis.districting.construct import count_parts, find_components
from gis_planner.analysis.districting.problem import Districting
from gis_planner.analysis.districting.programmes import choose_whole

_CLOSE = 1e-6
_ROUNDS = 2  # times that the ratio is guessed


def bound_plainly(districting: Districting) -> float:
    """Give a value that no districting can be below, from counting; 0 where counting tells nothing."""
    if districting.objective == "compactness":
        return 0.0
    _, cost = districting.edges
    pieces = find_components(districting)
    spans = [count_parts(districting, float(districting.weight[piece].sum()), len(piece)) for piece in pieces]
    fewest = sum(span[0] - 1 for span in spans)
    if districting.k is not None:
        fewest = max(fewest, districting.k - len(pieces))
    return float(sum(sorted(cost.tolist())[:fewest]))


def bound_by_cutting_off(
    districting: Districting, best: float, *, anchors: int, node_limit: int, report: Callable[[], None]
) -> tuple[float, int]:
    """Give a value that no districting by cuts can be below, and the nodes used.

    `best` is a value that is reached; it only guides where to look. So many of the heaviest units are looked at one
    by one; the others take what holds for any part.
    """
    weight = districting.weight
    if len(districting.edges[0]) == 0 or weight.sum() <= 0 or districting.lower <= 0:
        return 0.0, 0
    task = _pose(districting)
    usual = 2 * best / float(weight.sum())
    report()
    anywhere, nodes = _find_ratio(districting, task, None, usual, node_limit)
    total = 0.0
    order = np.lexsort((np.arange(len(weight)), -weight)).tolist()
    for place, unit in enumerate(order):
        ratio = anywhere
        if place < anchors and weight[unit] > 0:
            report()
            own, used = _find_ratio(districting, task, unit, usual, node_limit)
            nodes += used
            ratio = max(ratio, own)
        total += 0.5 * float(weight[unit]) * ratio
    total *= 1 - _CLOSE
    return (float(np.ceil(total - _CLOSE)) if districting.whole else total), nodes


def _pose(districting: Districting) -> LinearConstraint:
    """Give the constraints of one part: a column for each unit, then one for each pair, 1 where it is cut."""
    n = len(districting)
    edges, _ = districting.edges
    m = len(edges)
    pair = np.arange(m)
    row = np.concatenate([np.tile(pair, 3), m + np.tile(pair, 3), np.full(n, 2 * m)])
    column = np.concatenate(
        [edges[:, 0], edges[:, 1], n + pair, edges[:, 0], edges[:, 1], n + pair, np.arange(n)]
    )
    ones = np.ones(m)
    scale = districting.upper
    factor = np.concatenate([ones, -ones, -ones, -ones, ones, -ones, districting.weight / scale])
    lower = np.append(np.full(2 * m, -np.inf), (districting.lower - districting.slack) / scale)
    upper = np.append(np.zeros(2 * m), (districting.upper + districting.slack) / scale)
    matrix = coo_array((factor, (row, column)), shape=(2 * m + 1, n + m)).tocsr()
    return LinearConstraint(matrix, lower, upper)


def _find_ratio(
    districting: Districting, task: LinearConstraint, unit: int | None, usual: float, node_limit: int
) -> tuple[float, int]:
    """Give what any part (that holds this unit) is cut off by per weight, at least; and the nodes used."""
    n = len(districting)
    _, cost = districting.edges
    limits = [task]
    if unit is not None:
        held = coo_array(([1.0], ([0], [unit])), shape=(1, n + len(cost))).tocsr()
        limits.append(LinearConstraint(held, 1.0, 1.0))
    tight = districting.upper - districting.lower < 0.2 * districting.upper
    ratio, best, nodes = 0.0 if tight else usual, 0.0, 0
    for _ in range(1 if tight else _ROUNDS):
        # Of all parts the least of cut - ratio * weight: at 0 the ratio is the least there is.
        costs = np.concatenate([-ratio * districting.weight, cost])
        scale = max(float(np.abs(costs).max()), 1e-300)
        found = choose_whole(costs / scale, limits, whole=n, node_limit=node_limit)
        nodes += int(found.get("mip_node_count") or 0)
        dual = found.get("mip_dual_bound")
        if dual is None or not np.isfinite(dual):
            break
        least = float(dual) * scale - _CLOSE * scale
        # cut >= least + ratio * weight, and the weight is between the bounds.
        per = least / (districting.upper if least >= 0 else districting.lower)
        best = max(best, ratio + per)
        if found.x is None or (ratio > 0 and least >= -10 * _CLOSE * scale):
            break
        chosen = found.x[:n] > 0.5
        edges, _ = districting.edges
        cut = float(cost[chosen[edges[:, 0]] != chosen[edges[:, 1]]].sum())
        ratio = cut / max(float(districting.weight[chosen].sum()), 1e-300)
    return best, nodes
