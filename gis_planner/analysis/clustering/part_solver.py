"""One part of a town solved: everything listed where it is small, searched and then proven or bounded where it is not.

First as many compounds (and households) as possible are placed in valid clusters, then the soft cost is made small:
leaving one out costs more than any soft term can win.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from gis_planner.analysis.clustering.below import bound_savings
from gis_planner.analysis.clustering.board import Board
from gis_planner.analysis.clustering.exact import Clusters, choose
from gis_planner.analysis.clustering.instance import Instance, Set
from gis_planner.analysis.clustering.pieces import connected_sets
from gis_planner.analysis.clustering.proof import prove
from gis_planner.analysis.clustering.search import (
    Found,
    Interrupted,
    list_clusters,
    make_parts,
    search,
    sets_of,
)
from gis_planner.errors import Cancelled
from gis_planner.messages import Message
from gis_planner.progress import SILENT, Progress

_LIST_AT_MOST = 6000  # connected sets: a part of a town with fewer is solved at once, without a search
LIST_ATOMS = 40  # a larger part is searched without trying
_PROVE_ATOMS = 100  # a larger part of a town is bounded by its walks alone
_NODES = 3000  # branches of the proof; a budget in steps, never in seconds
CLUSTER_PRICE = 400.0  # what one cluster more or less than asked for costs: less than leaving a compound out


@dataclass(frozen=True, eq=False)
class Solved:
    """One task solved: its sets, what they cost (who is left out counts as alone), and what cannot be beaten.

    No grouping of those who are placed costs less than `bound`. `listed` says that every cluster there can be was
    compared, so that nobody more could be placed.
    """

    parts: list[Set]
    value: float
    bound: float | None
    listed: bool
    complete: bool = True

    @property
    def proven(self) -> bool:
        """Whether no grouping places more or costs less."""
        return (
            self.listed
            and self.bound is not None
            and self.value <= self.bound + 1e-6 * max(abs(self.value), 1.0)
        )


def solve(
    task: Instance,
    *,
    seed: str,
    wanted: int = 0,
    effort: float = 1.0,
    proof: bool = True,
    compiled: bool = False,
    thorough: bool = True,
    progress: Progress = SILENT,
) -> Solved:
    """Solve one task: sets of atoms, those that are valid clusters and the rest alone; with its bound.

    `wanted` (0: any) is how many clusters there shall be; without `proof` no bound is looked for.
    `compiled` says that compiled loops are at hand, or will be needed anyway: what is small is listed by them as well.
    `thorough` lets the proof take a minute.
    """
    board = None
    if not wanted and len(task) <= LIST_ATOMS:
        if compiled:
            board = task.board()
            every = list_clusters(board, make_parts(board, 1), np.arange(len(task)), _LIST_AT_MOST)
        else:
            every = list_few(task, _LIST_AT_MOST)
        if every is not None:
            return _choose_all(task, every)
    board = board or task.board(clusters=wanted, cluster_price=CLUSTER_PRICE if wanted else 0.0)
    message, proving = (Message(f"clusters.progress.{what}", n=len(task)) for what in ("search", "proof"))
    complete = True
    first: Found | None = None
    share = 0.8
    try:
        if (
            wanted
        ):  # what is best for any number is the nearest start, and the answer where the number is right
            share = 0.4
            first = search(
                task.board(),
                seed=seed,
                effort=effort,
                report=lambda done: progress.report(0.4 * done, message),
            )
        found = search(
            board, seed=seed, effort=effort, start_from=None if first is None else first.part_of,
            report=lambda done: progress.report(0.8 - share + share * done, message),
        )  # fmt: skip
        if (
            first is not None
            and _number(task, first) == wanted
            and task.value(sets_of(first.part_of)) <= found.value
        ):
            found = first
    except Interrupted as stopped:
        found, complete = stopped.found, False
    most, listed = None, False
    if complete and proof:
        try:
            found, most, listed = _prove(
                task, board, found, wanted, thorough, lambda done: progress.report(0.8 + 0.2 * done, proving)
            )
        except Cancelled:
            complete = False
    parts = sets_of(found.part_of)
    value = task.value(parts)
    bound = None if most is None or not np.isfinite(most) else float(board.alone.sum()) - most
    if wanted and _number(task, found) != wanted:
        bound = None  # what holds for the number asked for says nothing of another
    placed_all = all(task.price(part).valid for part in parts)
    return Solved(parts, value, bound, listed or placed_all, complete)


def _prove(
    task: Instance, board: Board, found: Found, wanted: int, thorough: bool, report: Callable[[float], None]
) -> tuple[Found, float | None, bool]:
    """Look for the proof that a grouping is best, or a better one.

    Gives it, the most that can be saved, and whether those left alone are in no cluster that there can be.
    """
    n = len(task)
    parts = sets_of(found.part_of)
    saved = float(board.alone.sum()) - task.value(parts)
    if n > _PROVE_ATOMS:
        return found, bound_savings(board, saved=saved, placed=_placed(task, parts)), False
    valid = [part for part in parts if task.price(part).valid]
    standing = _as_clusters([(sorted(part), task.price(part).saving) for part in valid])
    proof = prove(board, standing, found.pool, wanted=wanted, thorough=thorough, report=report)
    if proof.better is not None:
        part_of = np.arange(n, dtype=np.int64) + n
        for number in range(len(proof.better)):
            part_of[proof.better.members(number)] = number
        found = Found(part_of, float(board.alone.sum() - proof.better.saving.sum()), found.pool)
        parts = sets_of(found.part_of)
        saved = float(proof.better.saving.sum())
    most = proof.most
    if most > saved + 1e-6 and not proof.listed:
        by_walks = bound_savings(board, saved=saved, placed=_placed(task, parts))
        most = most if by_walks is None else min(most, max(by_walks, saved))
    return found, most, proof.listed


def _number(task: Instance, found: Found) -> int:
    """Give how many clusters there are."""
    return sum(task.price(part).valid for part in sets_of(found.part_of))


def _placed(task: Instance, parts: Sequence[Set]) -> np.ndarray:
    """Give the atoms that stand in clusters, sorted."""
    return np.array(sorted(a for part in parts if task.price(part).valid for a in part), dtype=np.int64)


def list_few(task: Instance, most: int) -> Clusters | None:
    """Give every valid cluster there can be, or None where more than `most` sets connect."""
    connected = list(islice(connected_sets(task.near, task.may_grow), most + 1))
    if len(connected) > most:
        return None
    priced = ((sorted(chosen), task.price(chosen)) for chosen in connected)
    return _as_clusters(sorted((atoms, price.saving) for atoms, price in priced if price.valid))


def _choose_all(task: Instance, every: Clusters) -> Solved:
    """Choose the best from all clusters there can be."""
    choice = choose(every, len(task), nodes=_NODES)
    rows = [] if choice.rows is None else choice.rows.tolist()
    chosen = [frozenset(every.members(row).tolist()) for row in rows]
    grouped = {atom for part in chosen for atom in part}
    rest = [frozenset((atom,)) for atom in range(len(task)) if atom not in grouped]
    parts = sorted([*chosen, *rest], key=min)
    return Solved(parts, task.value(parts), task.alone(range(len(task))) - choice.most, listed=True)


def _as_clusters(columns: Sequence[tuple[Sequence[int], float]]) -> Clusters:
    """Lay out sets of atoms with what each saves."""
    return Clusters(
        np.cumsum([0, *(len(column) for column, _ in columns)], dtype=np.int64),
        np.array([atom for column, _ in columns for atom in column], dtype=np.int64),
        np.array([saving for _, saving in columns], dtype=np.float64),
    )
