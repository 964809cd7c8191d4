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
from gis_planner.analysis.clustering.board import CLUSTER_PRICE, DETOURED, W_COMPACT, Board, Table
from gis_planner.analysis.clustering.exact import Clusters, choose, join_clusters
from gis_planner.analysis.clustering.listing_kernel import fitting
from gis_planner.analysis.clustering.search import list_cheap, list_clusters, make_parts
from gis_planner.errors import AnalysisError
from gis_planner.messages import Message

_ROUNDS = 200
_LIST_ATOMS = 36  # of so many all clusters are listed, if these are not too many
_LIST_MOST = 8_000_000  # connected sets that are looked at for that
# Sets in a first pass, in all and in the last, by how thorough the proof may be.
_LOOKS = {True: (60_000, 6_000_000, 3_000_000), False: (15_000, 60_000, 40_000)}
_WIDE = 60  # atoms; of more, each set takes longer to look at, and half as many are
_MARGIN = 0.03  # of the cost: clusters so far above the prices are kept for the next prices
_ADD_EACH = 40  # clusters by smallest atom and pass
_CHOOSE_MOST = 20_000  # clusters of the last choice in whole numbers
_NODES = 3000  # branches of the choice in whole numbers; a budget in steps, never in seconds
_DUST = 1e-6


@dataclass(frozen=True, eq=False)
class Proof:
    """The most that any grouping of the same atoms can save, and one that saves more than the known one, if found.

    `listed` says that those whom the known one leaves alone are in no cluster that there can be.
    """

    most: float
    better: Clusters | None
    listed: bool = False


def prove(
    board: Board,
    standing: Clusters,
    pool: Clusters,
    *,
    wanted: int = 0,
    thorough: bool = True,
    report: Callable[[float], None],
) -> Proof:
    """Look for the proof that the `standing` clusters are the best choice for their atoms, starting from a `pool`.

    Of few atoms all clusters are listed first. Atoms that stand in no cluster are left out of account: their prices
    would be so high that nothing could be ruled out. Unless it is to be `thorough`, the proof of more atoms is given
    up soon.
    """
    n = board.alone.size
    window = np.unique(standing.atoms)
    every = list_clusters(board, make_parts(board, 1), np.arange(n), _LIST_MOST) if n <= _LIST_ATOMS else None
    alone = np.setdiff1d(np.arange(n), window)
    listed = every is not None and not np.isin(alone, every.atoms).any()
    if window.size == 0:
        return Proof(0.0, None, listed)
    mark = np.zeros(n, dtype=np.int64)
    mark[window] = 1
    pool = pool.only(fitting(pool.first, pool.atoms, len(pool), mark, 1))
    off = board.rules[CLUSTER_PRICE] * abs(len(standing) - wanted) if wanted else 0.0
    cost, saved = float(_costs(board, standing).sum()) + off, float(standing.saving.sum()) - off
    look: _Listed | _Searched
    if every is None:
        look = _Searched(board, window, cost, thorough=thorough)
    else:
        every = every.only(fitting(every.first, every.atoms, len(every), mark, 1))
        look = _Listed(every, _costs(board, every), window)
    report(0.1)
    known = join_clusters([standing, pool])
    below, before, ease = -math.inf, -math.inf, 4.0 * cost / window.size
    priced = _price(board, known, window, ease, wanted)
    for number in range(_ROUNDS):
        report(0.1 + 0.8 * number / _ROUNDS)
        fresh, whole, least = look.cheap(priced.pull, priced.cluster - _DUST)
        below = max(below, priced.cost + float(np.minimum(least - priced.cluster, 0.0).sum()))
        if cost - below <= _DUST:
            break
        if len(fresh) == 0 and not priced.eased and (whole or not look.go_on()):
            break
        if len(fresh) == 0 or priced.cost - before <= 1e-9 * cost:
            ease *= 4.0
        before = priced.cost
        known = join_clusters([known, fresh.only(_cheapest(fresh, priced.pull, board))])
        priced = _price(board, known, window, ease, wanted)
    if cost - below <= _DUST or not math.isfinite(below):
        return Proof(saved if math.isfinite(below) else math.inf, None, listed)
    report(0.9)
    room = max(cost - priced.cost, 0.0)
    last, whole, least = look.last(priced.pull, room + priced.cluster + _DUST)
    short = np.minimum(least - priced.cluster, 0.0)
    below = max(below, priced.cost + float(short.sum()))
    # Where clusters lie below the prices, a better grouping could make up with them for one beyond the room.
    whole = whole and bool((short >= -_DUST).all())
    if len(last) > _CHOOSE_MOST:
        over = _costs(board, last) - np.add.reduceat(priced.pull[last.atoms], last.first[:-1])
        last, whole = last.only(np.sort(np.argsort(over, kind="stable")[:_CHOOSE_MOST])), False
    choice = choose(join_clusters([standing, last]), n, known=saved, wanted=wanted, nodes=_NODES)
    most = saved + cost - below
    if whole:
        most = min(most, max(choice.most, saved))
    if choice.rows is None or choice.saving <= saved + _DUST:
        return Proof(most, None, listed)
    return Proof(max(most, choice.saving), join_clusters([standing, last]).only(choice.rows), listed)


@dataclass(frozen=True, eq=False)
class _Listed:
    """Every cluster that the atoms of a window can form, with its cost: nothing need be searched for."""

    every: Clusters
    cost: Floats
    window: Rows

    def cheap(self, pull: Floats, limit: float) -> tuple[Clusters, bool, Floats]:
        """Give the clusters that cost at most `limit` more than the prices of their atoms; see `list_cheap`."""
        least = np.full(self.window.size, limit)
        if len(self.every) == 0:
            return self.every, True, least
        over = self.cost - np.add.reduceat(pull[self.every.atoms], self.every.first[:-1])
        smallest = np.searchsorted(self.window, self.every.atoms[self.every.first[:-1]])
        np.minimum.at(least, smallest, over)
        return self.every.only(np.flatnonzero(over <= limit)), True, least

    def last(self, pull: Floats, limit: float) -> tuple[Clusters, bool, Floats]:
        """Give the clusters within a last limit."""
        return self.cheap(pull, limit)

    def go_on(self) -> bool:
        """Tell whether looking farther would find more."""
        return False


class _Searched:
    """Clusters that are looked for with each set of prices: among those seen before, and where none of these will do,
    anew, a little farther each time that nothing is found.
    """

    def __init__(self, board: Board, window: Rows, cost: float, *, thorough: bool) -> None:
        self._board, self._window, self._state = board, window, make_parts(board, 1)
        self._seen, self._margin = join_clusters([]), _MARGIN * cost
        self._reach = np.ascontiguousarray(_reach(board)[np.ix_(window, window)])
        share = 1 if window.size <= _WIDE else 2
        self._look_at, self._left, self._look_last = (looks // share for looks in _LOOKS[thorough])

    def cheap(self, pull: Floats, limit: float) -> tuple[Clusters, bool, Floats]:
        """Look for clusters that cost at most `limit` more than the prices of their atoms; see `list_cheap`."""
        seen = self._among_seen(pull, limit)
        if len(seen):
            return seen, False, np.full(self._window.size, -np.inf)
        look_at = max(min(self._look_at, self._left), 1)
        found, whole, least = self._list(pull, limit + self._margin, look_at, max(look_at // 10, 1000))
        self._left -= look_at
        self._seen = join_clusters([self._seen, found])
        return self._among_seen(pull, limit), whole, np.minimum(least, limit)

    def last(self, pull: Floats, limit: float) -> tuple[Clusters, bool, Floats]:
        """Look for clusters once more, as far as one may look at all."""
        return self._list(pull, limit, self._look_last, self._look_last)

    def go_on(self) -> bool:
        """Look farther from now on; tells whether that may be."""
        self._look_at *= 8
        return self._left > 0

    def _among_seen(self, pull: Floats, limit: float) -> Clusters:
        seen = self._seen
        if len(seen) == 0:
            return seen
        over = _costs(self._board, seen) - np.add.reduceat(pull[seen.atoms], seen.first[:-1])
        return seen.only(np.flatnonzero(over <= limit))

    def _list(self, pull: Floats, limit: float, most: int, each: int) -> tuple[Clusters, bool, Floats]:
        return list_cheap(
            self._board, self._state, self._window, pull, limit, most=most, each=each, reach=self._reach
        )


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
