"""Proof for few parts: every unit takes one of k labels, by branch and bound (HiGHS).

The cut is counted per label, as the units that have it where their neighbour has not (Ferreira and others, "The node
capacitated graph partitioning problem", 1998). The heaviest unit takes the first label, the next one of the first two,
and so on, so that labels cannot change names. That parts hang together is asked for only where an answer breaks it: a
label on both sides of a set of units must also be within it (Carvajal and others, "Imposing connectivity constraints
in forest planning models", 2013).

The question put is "is there anything as cheap as c", which is easier to refute than the best is to find; refuted for
c, every value up to c is too low.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from scipy.optimize import LinearConstraint
from scipy.sparse import coo_array

from gis_planner.analysis.arrays import Floats, Rows
from gis_planner.analysis.districting.construct import find_components
from gis_planner.analysis.districting.problem import Districting, Parts, find_broken, gather_parts, measure
from gis_planner.analysis.districting.programmes import choose_whole

_ROUNDS = 40
_EASY = (0.5, 0.7, 0.85)  # shares of the best known that are asked for before the best itself


@dataclass
class Proof:
    """What was proven: a better division or None, a bound, whether nothing is better, and whether anything exists."""

    parts: Parts | None = None
    bound: float | None = None
    proven: bool = False
    feasible: bool | None = None
    nodes: int = 0


@dataclass
class _Rows:
    """Constraints, row by row."""

    columns: int
    row: list[int] = field(default_factory=list)
    column: list[int] = field(default_factory=list)
    factor: list[float] = field(default_factory=list)
    lower: list[float] = field(default_factory=list)
    upper: list[float] = field(default_factory=list)

    def add(self, columns: list[int], factors: list[float], lower: float, upper: float) -> None:
        self.row += [len(self.lower)] * len(columns)
        self.column += columns
        self.factor += factors
        self.lower.append(lower)
        self.upper.append(upper)

    def constraint(self) -> LinearConstraint:
        shape = (len(self.lower), self.columns)
        matrix = coo_array((self.factor, (self.row, self.column)), shape=shape).tocsr()
        return LinearConstraint(matrix, self.lower, self.upper)


def prove_by_labels(
    districting: Districting,
    best: float | None,
    *,
    node_limit: int,
    report: Callable[[], None],
) -> Proof:
    """Prove that `best` cannot be beaten, or find what beats it; k must be given, and the objective a cut.

    `node_limit` is that of all questions together. Without `best` it is asked whether any division exists.
    """
    assert districting.k is not None
    rows = _pose(districting, districting.k)
    proof = Proof(feasible=None if best is None else True)
    step = 1.0 if districting.whole else 1e-6 * max(abs(best or 0.0), 1e-6)
    while proof.nodes < node_limit:
        if best is None:
            asked = np.inf
        else:
            asked = best - step
            for share in _EASY:
                easier = float(np.floor(share * best)) if districting.whole else share * best
                if easier > (proof.bound or 0.0) and easier < asked:
                    asked = easier
                    break
        report()
        answer, left = _ask(districting, districting.k, rows, asked, node_limit - proof.nodes, report)
        proof.nodes = node_limit - left
        if answer == "unknown":
            break
        if answer == "none":
            if best is None:
                proof.feasible = False
                proof.proven = True
                break
            if asked >= best - step:
                proof.bound, proof.proven = best, True
                break
            proof.bound = asked + step if districting.whole else asked
            continue
        assert not isinstance(answer, str)
        proof.parts, proof.feasible = answer[0], True
        best = measure(districting, answer[0])
        if answer[1]:
            proof.bound, proof.proven = best, True
            break
    return proof


def _pose(districting: Districting, k: int) -> _Rows:
    n = len(districting)
    edges, _ = districting.edges
    rows = _Rows(n * k + len(edges) * k)
    for unit in range(n):
        rows.add([unit * k + label for label in range(k)], [1.0] * k, 1.0, 1.0)
    scale = max(districting.upper, 1e-300)
    weight = [float(each) / scale for each in districting.weight]
    lower = (districting.lower - districting.slack) / scale
    upper = (districting.upper + districting.slack) / scale
    for label in range(k):
        rows.add([unit * k + label for unit in range(n)], weight, lower, upper)
        rows.add([unit * k + label for unit in range(n)], [1.0] * n, 1.0, n)
    for place, (a, b) in enumerate(edges.tolist()):
        for label in range(k):
            rows.add(
                [a * k + label, b * k + label, n * k + place * k + label], [1.0, -1.0, -1.0], -np.inf, 0.0
            )
    return rows


def _ask(
    districting: Districting, k: int, rows: _Rows, at_most: float, node_limit: int, report: Callable[[], None]
) -> tuple[tuple[Parts, bool] | str, int]:
    """Ask for a division that costs at most so much; gives its parts and whether they are the best, or "none" or
    "unknown"; and the nodes left.
    """
    n = len(districting)
    _, cost = districting.edges
    scale = max(float(cost.max(initial=0.0)), 1e-300)
    objective = np.concatenate([np.zeros(n * k), np.repeat(cost / scale, k)])
    high = np.ones(rows.columns)
    order = np.lexsort((np.arange(n), -districting.weight))
    for place, unit in enumerate(order[: k - 1].tolist()):
        high[unit * k + place + 1 : (unit + 1) * k] = 0.0
    for _ in range(_ROUNDS):
        report()
        limits = [rows.constraint()]
        if np.isfinite(at_most):
            limits.append(LinearConstraint(objective, -np.inf, at_most / scale + 1e-9))
        found = choose_whole(objective, limits, high=high, whole=n * k, node_limit=node_limit)
        if found.status == 2:
            return "none", max(node_limit - 1, 0)
        if found.x is None:
            return "unknown", 0
        node_limit -= int(found.get("mip_node_count") or 0) + 1
        label = found.x[: n * k].reshape(n, k).argmax(axis=1).astype(np.int64)
        if not _separate(districting, k, rows, label):
            parts = gather_parts(label)
            if find_broken(districting, parts):  # within the solver's tolerance only
                return "unknown", max(node_limit, 0)
            return (parts, found.status == 0), max(node_limit, 0)
        if node_limit <= 0:
            break
    return "unknown", 0


def _separate(districting: Districting, k: int, rows: _Rows, label: Rows) -> bool:
    """Ask for what hangs apart to be joined; tells whether anything does."""
    apart = False
    for part in range(k):
        pieces = find_components(districting, np.flatnonzero(label == part).tolist())
        pieces.sort(key=lambda piece: (-weigh_rows(districting.weight, piece), piece))
        for piece in pieces[1:]:
            apart = True
            here = max(piece, key=lambda row: (districting.weight[row], -row))
            there = max(pieces[0], key=lambda row: (districting.weight[row], -row))
            around = {other for row in piece for other in districting.near[row]} - set(piece)
            gate = sorted(_facing(districting, there, around))
            for each in range(k):
                columns = [here * k + each, there * k + each, *(row * k + each for row in gate)]
                rows.add(columns, [1.0, 1.0] + [-1.0] * len(gate), -np.inf, 1.0)
    return apart


def weigh_rows(weight: Floats, rows: list[int]) -> float:
    """Give the weight of some rows."""
    return float(weight[rows].sum())


def _facing(districting: Districting, start: int, around: set[int]) -> set[int]:
    """Give those of a ring of units that are met first from `start`."""
    met: set[int] = set()
    seen, ahead = {start}, [start]
    while ahead:
        for other in districting.near[ahead.pop()]:
            if other in around:
                met.add(other)
            elif other not in seen:
                seen.add(other)
                ahead.append(other)
    return met
