"""The proof that a grouping is best, or how far from the best it may be.

Choosing clusters in parts (the linear relaxation of set packing) saves at least as much as any grouping. Not every
cluster need be listed for it: only those worth more than the prices of their atoms, which are looked for by branching
with a bound (column generation; Mehrotra, Johnson & Nemhauser 1998, "An optimization based heuristic for political
districting"). When none is left, the relaxed choice is the bound; when the search for them was cut short, what they
could still add is added. A last pass lists every cluster that a better grouping could contain, and the best of these
is chosen in whole numbers: then the grouping is proven.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csc_array, csr_array, eye_array, hstack, vstack

from gis_planner.analysis.arrays import Floats, Rows
from gis_planner.analysis.clustering.board import DETOURED, W_COMPACT, Board, Table
from gis_planner.analysis.clustering.exact import Clusters, choose, join_clusters
from gis_planner.analysis.clustering.listing_kernel import fitting
from gis_planner.analysis.clustering.search import list_cheap, make_parts
from gis_planner.errors import AnalysisError
from gis_planner.messages import Message

_ROUNDS = 12
_SMALL = 80  # compounds of a town that is worth a long look
_LOOK_AT, _LOOK_LAST = (20_000, 60_000), (60_000, 1_500_000)  # sets in one pass, and in the last
_ADD_EACH = 40  # clusters by smallest atom and pass
_NODES = 3000  # branches of the choice in whole numbers; a budget in steps, never in seconds
_DUST = 1e-6


@dataclass(frozen=True, eq=False)
class Proof:
    """The most that any grouping of the same atoms can save, and one that saves more than the known one, if found."""

    most: float
    better: Clusters | None


def prove(
    board: Board, standing: Clusters, pool: Clusters, *, wanted: int = 0, report: Callable[[float], None]
) -> Proof:
    """Look for the proof that the `standing` clusters are the best choice for their atoms, starting from a `pool`.

    Atoms that stand in no cluster are left out of account: their prices would be so high that nothing could be ruled
    out.
    """
    n = board.alone.size
    window = np.unique(standing.atoms)
    if window.size == 0:
        return Proof(0.0, None)
    state = make_parts(board, 1)
    reach = np.ascontiguousarray(_reach(board)[np.ix_(window, window)])
    mark = np.zeros(n, dtype=np.int64)
    mark[window] = 1
    pool = pool.only(fitting(pool.first, pool.atoms, len(pool), mark, 1))
    cost = _costs(board, standing).sum()
    known = join_clusters([standing, pool])
    below, before, ease = -math.inf, -math.inf, 4.0 * cost / max(window.size, 1)
    small = board.households.size <= _SMALL
    look_at, look_last = _LOOK_AT[small], _LOOK_LAST[small]
    priced = _price(board, known, window, ease, wanted)
    for number in range(_ROUNDS):
        report(number / _ROUNDS)
        fresh, _, least = list_cheap(
            board,
            state,
            window,
            priced.pull,
            priced.cluster - _DUST,
            most=look_at,
            each=max(look_at // 10, 1000),
            reach=reach,
        )
        short = np.minimum(least - priced.cluster, 0.0)
        below = max(below, priced.cost + float(short.sum()))
        if cost - below <= _DUST or (len(fresh) == 0 and not priced.eased):
            break
        if len(fresh) == 0 or abs(before - priced.cost) <= 1e-9 * cost:
            if not priced.eased:
                break
            ease *= 4.0
        before = priced.cost
        known = join_clusters([known, fresh.only(_cheapest(fresh, priced.pull, board))])
        priced = _price(board, known, window, ease, wanted)
    saved = float(standing.saving.sum())
    if cost - below <= _DUST or not math.isfinite(below):
        return Proof(saved if math.isfinite(below) else math.inf, None)
    room = max(cost - priced.cost, 0.0)
    every, whole, least = list_cheap(
        board,
        state,
        window,
        priced.pull,
        room + priced.cluster + _DUST,
        most=look_last,
        each=look_last,
        reach=reach,
    )
    short = np.minimum(least - priced.cluster, 0.0)
    below = max(below, priced.cost + float(short.sum()))
    # Where clusters lie below the prices, a better grouping could make up with them for one beyond the room.
    whole = whole and bool((short >= -_DUST).all())
    choice = choose(join_clusters([standing, every]), n, known=saved, wanted=wanted, nodes=_NODES)
    most = saved + cost - below
    if whole:
        most = min(most, max(choice.most, saved))
    if choice.rows is None or choice.saving <= saved + _DUST:
        return Proof(most, None)
    return Proof(max(most, choice.saving), join_clusters([standing, every]).only(choice.rows))


@dataclass(frozen=True, eq=False)
class _Prices:
    """The prices of atoms and of a cluster, what these come to, and whether the choice that gave them was eased.

    A grouping costs at least the sum of the prices, and what its clusters lie above or below them: that holds for any
    prices, so a bound does not rest on how well they were found.
    """

    cost: float
    pull: Floats
    cluster: float
    eased: bool


def _price(board: Board, known: Clusters, window: Rows, ease: float, wanted: int) -> _Prices:
    """Choose clusters in parts so that each atom of the window is covered once, and give what each atom is worth.

    Coverage may be missed or exceeded at `ease` for each atom, which keeps the prices from running away as long as few
    clusters are known (du Merle, Villeneuve, Desrosiers & Hansen 1999, "Stabilized column generation").
    """
    n, w = board.alone.size, window.size
    place = np.full(n, -1, dtype=np.int64)
    place[window] = np.arange(w)
    count = len(known)
    covers = csc_array((np.ones(known.atoms.size), place[known.atoms], known.first), shape=(w, count))
    rows: Any = hstack([covers, eye_array(w), -eye_array(w)], format="csc")
    aims = np.ones(w)
    if wanted:
        number = csr_array(np.concatenate([np.ones(count), np.zeros(2 * w)])[None, :])
        rows, aims = vstack([rows, number], format="csc"), np.append(aims, wanted)
    solved = linprog(
        np.concatenate([_costs(board, known), np.full(2 * w, ease)]), A_eq=rows, b_eq=aims, bounds=(0, None),
        method="highs",
    )  # fmt: skip
    if solved.x is None or solved.fun is None:
        raise AnalysisError(Message("clusters.no_prices"), Message("clusters.no_prices_remedy"))
    pull = np.zeros(n)
    pull[window] = solved.eqlin.marginals[:w]
    cluster = float(solved.eqlin.marginals[w]) if wanted else 0.0
    eased = bool((solved.x[count:] > 1e-9).any())
    return _Prices(float(pull[window].sum()) + wanted * cluster, pull, cluster, eased)


def _costs(board: Board, clusters: Clusters) -> Floats:
    if len(clusters) == 0:
        return np.empty(0)
    return np.asarray(np.add.reduceat(board.alone[clusters.atoms], clusters.first[:-1]) - clusters.saving)


def _cheapest(fresh: Clusters, pull: Floats, board: Board) -> np.ndarray:
    """Give the rows of the clusters that are worth most beyond the prices, a few by smallest atom."""
    counts = np.diff(fresh.first)
    owner = np.repeat(np.arange(len(fresh)), counts)
    over = (
        np.bincount(owner, weights=board.alone[fresh.atoms] - pull[fresh.atoms], minlength=len(fresh))
        - fresh.saving
    )
    smallest = np.minimum.reduceat(fresh.atoms, fresh.first[:-1])
    order = np.lexsort((over, smallest))
    starts = np.flatnonzero(np.diff(smallest[order], prepend=-1))
    rank = np.arange(len(fresh)) - np.repeat(starts, np.diff(np.append(starts, len(fresh))))
    return np.sort(order[rank < _ADD_EACH])


def _reach(board: Board) -> Table:
    """Give what each atom at least costs in a cluster around another: its walk, or infinite where they cannot meet.

    Atoms of several compounds cost nothing here, which is never too much.
    """
    n = board.alone.size
    rows = board.atom_row[board.atom_first[:-1]]
    single = np.diff(board.atom_first) == 1
    metres = np.hypot(board.x[rows][:, None] - board.x[rows], board.y[rows][:, None] - board.y[rows])
    metres *= board.rules[DETOURED]
    known = board.known[rows]
    metres[known[:, None] & known] = np.inf
    atom_of = np.full(board.households.size, -1, dtype=np.int64)
    atom_of[rows] = np.arange(n)
    owner = np.repeat(np.arange(board.households.size), np.diff(board.walk_first))
    one, other = atom_of[owner], atom_of[board.walk_to]
    there = (one >= 0) & (other >= 0)
    metres[one[there], other[there]] = board.walk_m[there]
    np.fill_diagonal(metres, 0.0)
    metres *= board.rules[W_COMPACT]
    metres[~single] = 0.0
    metres[:, ~single] = 0.0
    return np.ascontiguousarray(metres)
