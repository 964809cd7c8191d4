"""The best grouping that a pool of clusters allows, found exactly.

Every compound may lie in one chosen cluster at most; each cluster saves what its members would cost alone, less its
own cost. Choosing the clusters that save most is a set packing problem, solved by HiGHS: first relaxed, whose prices
rule out every cluster that no better grouping can contain, then in whole numbers. Where the pool holds every cluster
there can be, the relaxed choice is a bound that no grouping can beat.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import LinearConstraint, linprog
from scipy.sparse import csc_array, csr_array

from gis_planner.analysis.arrays import Floats, Rows
from gis_planner.analysis.districting.programmes import choose_whole

_DUST = 1e-7
_WHOLE = 1e-7  # nearer to a whole number than this is whole
_FEW = 180  # clusters of a first choice in whole numbers


@dataclass(frozen=True, eq=False)
class Clusters:
    """Clusters to choose from: the atoms of cluster s are `atoms[first[s]:first[s + 1]]`; each saves `saving[s]`."""

    first: Rows
    atoms: Rows
    saving: Floats

    def __len__(self) -> int:
        return len(self.saving)

    def members(self, row: int) -> Rows:
        """Give the atoms of one cluster."""
        return self.atoms[self.first[row] : self.first[row + 1]]

    def only(self, rows: Rows) -> Clusters:
        """Give some of the clusters."""
        counts = self.first[rows + 1] - self.first[rows]
        first = np.zeros(rows.size + 1, dtype=np.int64)
        np.cumsum(counts, out=first[1:])
        at = np.repeat(self.first[rows] - first[:-1], counts) + np.arange(first[-1])
        return Clusters(first, self.atoms[at], self.saving[rows])


@dataclass(frozen=True, eq=False)
class Choice:
    """The rows that were chosen, what they save, the most that any choice can save, and whether that is proven best.

    `rows` is None where no choice of the wanted number was found.
    """

    rows: Rows | None
    saving: float
    most: float
    proven: bool


def choose(
    clusters: Clusters,
    atoms: int,
    *,
    known: float = 0.0,
    wanted: int = 0,
    nodes: int = 500,
    few: bool = False,
) -> Choice:
    """Choose from clusters over `atoms` those that save most.

    `known` is a saving that is had already: nothing below it is looked for. `wanted` (0: any) is how many clusters
    there must be. `nodes` is the budget of the search in whole numbers. With `few`, only the clusters nearest to being
    worth their place are tried: quicker, and proven only where these are all that matter.
    """
    useful = np.flatnonzero(clusters.saving > (_DUST if wanted == 0 else -np.inf))
    if useful.size == 0:
        return Choice(np.empty(0, dtype=np.int64), 0.0, 0.0, wanted == 0)
    picked = clusters.only(useful)
    matrix = _matrix(picked, atoms)
    relaxed = relax(picked, atoms, wanted=wanted)
    if relaxed is None:
        return Choice(None, 0.0, np.inf, False)
    most, reduced = relaxed.most, relaxed.over
    if known > 0 and most <= known + _DUST * (1 + abs(most)):
        return Choice(None, 0.0, known, True)
    if (relaxed.taken > 1 - _WHOLE).sum() == (
        relaxed.taken > _WHOLE
    ).sum():  # the choice in parts is in whole numbers
        rows = useful[np.flatnonzero(relaxed.taken > 0.5)]
        return Choice(rows, float(clusters.saving[rows].sum()), most, True)
    room = max(most - known, 0.0)
    kept = np.flatnonzero(reduced <= room + _DUST * (1 + abs(most)))
    had: Rows | None = None
    if kept.size > _FEW:  # a good choice of the best few first: it rules out nearly all others
        nearest = np.sort(kept[np.argsort(reduced[kept], kind="stable")[:_FEW]])
        first = _choose_whole(picked, matrix, nearest, wanted, nodes)
        if first.x is not None and -float(first.fun) > known:
            had, known = useful[nearest[np.asarray(first.x) > 0.5]], -float(first.fun)
            kept = np.flatnonzero(reduced <= max(most - known, 0.0) + _DUST * (1 + abs(most)))
        if few:
            saving = 0.0 if had is None else float(clusters.saving[had].sum())
            return Choice(had, saving, most, False)
    result = _choose_whole(picked, matrix, kept, wanted, nodes)
    bound = most
    if result.status == 0 and result.fun is not None:
        bound = min(most, max(-float(result.fun), known))
    elif result.status == 2:
        bound = min(most, known)
    elif result.mip_dual_bound is not None:
        bound = min(most, max(-result.mip_dual_bound, known))
    if result.x is not None and (had is None or -float(result.fun) >= known):
        had = useful[kept[np.asarray(result.x) > 0.5]]
    if had is None:
        return Choice(None, 0.0, bound, result.status == 2)
    return Choice(had, float(clusters.saving[had].sum()), bound, result.status == 0)


def _choose_whole(picked: Clusters, matrix: csc_array, kept: Rows, wanted: int, nodes: int) -> Any:
    constraints = [LinearConstraint(matrix[:, kept], -np.inf, 1)]
    if wanted:
        constraints.append(LinearConstraint(np.ones((1, kept.size)), wanted, wanted))
    return choose_whole(-picked.saving[kept], constraints, node_limit=nodes)


@dataclass(frozen=True, eq=False)
class Relaxed:
    """The most that clusters save when they may be chosen in parts, and what each atom's place and a cluster are worth.

    `prices` (atoms,) are not negative; `cluster` is 0 where any number of clusters will do. `over` (s,) tells how far
    each cluster is from being worth its place, `taken` (s,) the share of it that is chosen.
    """

    most: float
    prices: Floats
    cluster: float
    over: Floats
    taken: Floats


def relax(clusters: Clusters, atoms: int, *, wanted: int = 0) -> Relaxed | None:
    """Choose from clusters in parts; None where even in parts there are not as many as wanted."""
    if len(clusters) == 0:
        return None if wanted else Relaxed(0.0, np.zeros(atoms), 0.0, np.empty(0), np.empty(0))
    matrix: Any = _matrix(clusters, atoms)  # the stubs know no sparse matrices here
    equal: Any = csr_array(np.ones((1, len(clusters)))) if wanted else None
    solved = linprog(
        -clusters.saving, A_ub=matrix, b_ub=np.ones(atoms), A_eq=equal, b_eq=[wanted] if wanted else None,
        bounds=(0, None), method="highs",
    )  # fmt: skip
    if solved.status != 0 or solved.fun is None or solved.x is None:
        return None
    cluster = float(solved.eqlin.marginals[0]) if wanted else 0.0
    over = -clusters.saving - matrix.T @ solved.ineqlin.marginals - cluster
    return Relaxed(-float(solved.fun), np.maximum(-solved.ineqlin.marginals, 0.0), -cluster, over, solved.x)


def _matrix(clusters: Clusters, atoms: int) -> csc_array:
    return csc_array(
        (np.ones(clusters.atoms.size), clusters.atoms, clusters.first), shape=(atoms, len(clusters))
    )


def join_clusters(parts: list[Clusters]) -> Clusters:
    """Put lists of clusters behind each other."""
    first, total = [np.zeros(1, dtype=np.int64)], 0
    for part in parts:
        first.append(part.first[1:] + total)
        total += int(part.first[-1])
    return Clusters(
        np.concatenate(first),
        np.concatenate([part.atoms for part in parts]) if parts else np.empty(0, dtype=np.int64),
        np.concatenate([part.saving for part in parts]) if parts else np.empty(0),
    )
