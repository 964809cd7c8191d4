"""Proof for compactness: every unit goes to a centre, by branch and bound on Hess's own model.

The linear relaxation bounds every districting from below, and rules out most pairs of unit and centre. That parts
hang together is asked for where an answer breaks it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.optimize import LinearConstraint
from scipy.sparse import coo_array, csr_array, vstack

from gis_planner.analysis.arrays import Floats, Rows
from gis_planner.analysis.districting.construct import find_components
from gis_planner.analysis.districting.labelling import Proof
from gis_planner.analysis.districting.problem import Districting, find_broken, gather_parts, measure
from gis_planner.analysis.districting.programmes import choose_whole, relax

_ROUNDS = 40
_CLOSE = 1e-7


def prove_by_centres(
    districting: Districting, best: float | None, *, node_limit: int, report: Callable[[], None]
) -> Proof:
    """Prove that `best` cannot be beaten, or find what beats it, by compactness; the number of parts may be free."""
    n = len(districting)
    matrix, lower, upper = _pose(districting)
    apart = ((districting.xy[:, None, :] - districting.xy[None, :, :]) ** 2).sum(axis=2)
    costs = (districting.weight[:, None] * apart).ravel()
    scale = max(float(costs.max(initial=0.0)), 1e-300)
    report()
    equal = lower == upper
    below, above = np.isfinite(lower) & ~equal, np.isfinite(upper) & ~equal
    relaxed = relax(
        costs / scale,
        equal=(matrix[equal], lower[equal]),
        below=(vstack([matrix[above], -matrix[below]]), np.concatenate([upper[above], -lower[below]])),
    )
    if relaxed.status == 2:
        return Proof(proven=True, feasible=False)
    if relaxed.status != 0:
        return Proof(feasible=None if best is None else True)
    bound = max(float(relaxed.fun) * scale * (1 - _CLOSE) - _CLOSE * scale * 1e-3, 0.0)
    proof = Proof(bound=bound, feasible=None if best is None else True)
    high = np.ones(n * n)
    if best is not None:
        reduced = costs / scale - matrix[equal].T @ relaxed.eqlin.marginals
        reduced -= vstack([matrix[above], -matrix[below]]).T @ relaxed.ineqlin.marginals
        high[reduced * scale > best - bound + _CLOSE * scale] = 0.0
    while proof.nodes < node_limit:
        report()
        found = choose_whole(
            costs / scale,
            [LinearConstraint(matrix, lower, upper)],
            high=high,
            node_limit=node_limit - proof.nodes,
        )
        proof.nodes += int(found.get("mip_node_count") or 0) + node_limit // _ROUNDS + 1
        if found.status == 2:
            proof.proven = True
            if best is None:
                proof.feasible = False
            else:
                proof.bound = best
            return proof
        dual = found.get("mip_dual_bound")
        if dual is not None and np.isfinite(dual):
            lifted = float(dual) * scale * (1 - _CLOSE)
            proof.bound = max(proof.bound or 0.0, lifted if best is None else min(lifted, best))
        if found.x is None:
            return proof
        label: Rows = found.x.reshape(n, n).argmax(axis=1).astype(np.int64)
        cuts = _separate(districting, label)
        if cuts is None:
            parts = gather_parts(label)
            if find_broken(districting, parts):
                return proof
            value = measure(districting, parts)
            proof.feasible = True
            if best is None or value < best:
                proof.parts, best = parts, value
            if found.status == 0:
                proof.bound, proof.proven = best, True
            return proof
        matrix = csr_array(vstack([matrix, cuts]))
        lower = np.concatenate([lower, np.full(cuts.shape[0], -np.inf)])
        upper = np.concatenate([upper, np.zeros(cuts.shape[0])])
    return proof


def _pose(districting: Districting) -> tuple[csr_array, Floats, Floats]:
    """Give the model: column i * n + j says that unit i goes to centre j."""
    n = len(districting)
    row: list[int] = []
    column: list[int] = []
    factor: list[float] = []
    lower: list[float] = []
    upper: list[float] = []

    def add(columns: list[int], factors: list[float], low: float, high: float) -> None:
        row.extend([len(lower)] * len(columns))
        column.extend(columns)
        factor.extend(factors)
        lower.append(low)
        upper.append(high)

    scale = max(districting.upper, 1e-300)
    weight = (districting.weight / scale).tolist()
    least = (districting.lower - districting.slack) / scale
    most = (districting.upper + districting.slack) / scale
    for i in range(n):
        add([i * n + j for j in range(n)], [1.0] * n, 1.0, 1.0)
    for j in range(n):
        to_j = [i * n + j for i in range(n)]
        centre = [1.0 if i == j else 0.0 for i in range(n)]
        add(to_j, [weight[i] - most * centre[i] for i in range(n)], -np.inf, 0.0)
        if least > 0:
            add(to_j, [weight[i] - least * centre[i] for i in range(n)], 0.0, np.inf)
        for i in range(n):
            if i != j:
                add([i * n + j, j * n + j], [1.0, -1.0], -np.inf, 0.0)
    if districting.k is not None:
        add([j * n + j for j in range(n)], [1.0] * n, districting.k, districting.k)
    matrix = coo_array((factor, (row, column)), shape=(len(lower), n * n)).tocsr()
    return matrix, np.array(lower), np.array(upper)


def _separate(districting: Districting, label: Rows) -> csr_array | None:
    """Give what an answer breaks: a piece goes to a centre that it does not hang together with only by a way there."""
    n = len(districting)
    row: list[int] = []
    column: list[int] = []
    factor: list[float] = []
    count = 0
    for centre in sorted(set(label.tolist())):
        pieces = find_components(districting, np.flatnonzero(label == centre).tolist())
        for piece in pieces:
            if centre in piece:
                continue
            around = {other for unit in piece for other in districting.near[unit]} - set(piece)
            for j in range(n):
                if j in piece:
                    continue
                for unit in piece[:1] if j != centre else piece:
                    gate = sorted(around)
                    row += [count] * (1 + len(gate))
                    column += [unit * n + j, *(other * n + j for other in gate)]
                    factor += [1.0] + [-1.0] * len(gate)
                    count += 1
    if not count:
        return None
    return coo_array((factor, (row, column)), shape=(count, n * n)).tocsr()
