"""Other good groupings: close to the best in cost, and far from each other in who is grouped with whom.

A joint review compares proposals; one that is best by a hair says nothing of what else there is. Where a town is so
small that all good groupings can be listed, they are gone through by cost. Else, starting from the best grouping, each
alternative is the best for a town whose walks, frontages and weights differ a little, at random. One is kept when its
true cost is near the best and when enough households are grouped otherwise than in every one kept before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from gis_planner.analysis.arrays import Floats, Rows
from gis_planner.analysis.clustering.board import Board
from gis_planner.analysis.clustering.good_groupings import list_good_groupings
from gis_planner.analysis.clustering.instance import Set
from gis_planner.analysis.clustering.part_solver import CLUSTER_PRICE, solve
from gis_planner.analysis.clustering.search import sets_of, shake
from gis_planner.analysis.clustering.solver import ClusterProblem, Posed, pose
from gis_planner.analysis.clustering.town import Town
from gis_planner.errors import Cancelled
from gis_planner.messages import Message
from gis_planner.model.clusters import Cluster
from gis_planner.progress import SILENT, Part, Progress

DIFFERENT_SHARE = 0.10  # of the households are grouped otherwise than in any other alternative
COST_WITHIN = 0.10  # of the best cost
_FULL_ATOMS = (
    1000  # in a larger town the best grouping is searched for with less effort: others are wanted too
)
_TRIES_EACH = 6
_AMOUNTS = (0.5, 0.7, 0.9)  # how much the town is bent out of shape, by turns


@dataclass(frozen=True, eq=False)
class Alternative:
    """One grouping: its clusters, who is alone, its cost and terms over all clusters, services still to be built.

    `different` is the least share of households that are grouped otherwise than in any other alternative.
    """

    clusters: tuple[Cluster, ...]
    alone: tuple[str, ...]
    cost: float
    terms: dict[str, float]
    to_build: int | None
    different: float
    origin: dict[str, object]


def propose_alternatives(
    problem: ClusterProblem, count: int, *, progress: Progress = SILENT
) -> tuple[Alternative, ...]:
    """Propose up to `count` groupings, the best first, then by cost; fewer where there are no more.

    Stopped through `progress`, it gives those found so far (none where the best was not found yet).
    """
    posed = pose(problem)
    kept: list[tuple[float, tuple[tuple[Set, ...], ...], Rows]] = []
    try:
        best = _best(posed, Part(progress, 0.0, 0.4))
        least = posed.cost_of(best)
        weights = _weights(problem.town)
        price = CLUSTER_PRICE if posed.wanted else 0.0
        boards = [task.board(clusters=posed.wanted, cluster_price=price) for task in posed.tasks]
        kept.append((least, best, _labels(posed, best)))
        tries = _TRIES_EACH * count
        every = None if posed.wanted else list_good_groupings(posed.tasks, best, COST_WITHIN * least)
        if every is not None:
            tries = len(every)
        for number in range(tries):
            if len(kept) >= count:
                break
            doing = Message("clusters.progress.alternatives", n=len(kept), count=count)
            progress.report(0.4 + 0.6 * max(len(kept) / count, number / tries), doing)
            parts = _shaken(posed, boards, best, number) if every is None else every[number]
            cost, labels = posed.cost_of(parts), _labels(posed, parts)
            near = cost <= least * (1.0 + COST_WITHIN) + 1e-9 and _alone(labels) <= _alone(kept[0][2])
            if near and all(share_moved(labels, other, weights) >= DIFFERENT_SHARE for _, _, other in kept):
                kept.append((cost, parts, labels))
    except Cancelled:
        pass
    kept = kept[:1] + sorted(kept[1:], key=lambda item: item[0])
    return tuple(_finish(posed, kept, number) for number in range(len(kept)))


def share_moved(one: Rows, other: Rows, weights: Floats) -> float:
    """Give the share of households that are grouped otherwise: what the best match of clusters leaves apart.

    `one` and `other` (n,) are cluster numbers of compounds, -1 for those alone; clusters are matched so that as many
    households as possible (`weights`) lie in matched ones. Who is alone in both is grouped alike.
    """
    total = float(weights.sum())
    if total == 0:
        return 0.0
    alike = float(weights[(one < 0) & (other < 0)].sum())
    both = (one >= 0) & (other >= 0)
    if both.any():
        table = np.zeros((int(one.max()) + 1, int(other.max()) + 1))
        np.add.at(table, (one[both], other[both]), weights[both])
        rows, columns = linear_sum_assignment(-table)
        alike += float(table[rows, columns].sum())
    return 1.0 - alike / total


def _best(posed: Posed, progress: Progress) -> tuple[tuple[Set, ...], ...]:
    atoms = sum(len(task) for task in posed.tasks)
    effort = posed.problem.effort * min(1.0, _FULL_ATOMS / max(atoms, 1))
    found = []
    for number, task in enumerate(posed.tasks):
        share = Part(progress, number / len(posed.tasks), (number + 1) / len(posed.tasks))
        solved = solve(
            task,
            seed=posed.seed_of(task),
            wanted=posed.wanted,
            effort=effort,
            progress=share,
            proof=False,
            compiled=True,
        )
        if not solved.complete:
            raise Cancelled
        found.append(tuple(solved.parts))
    return tuple(found)


def _shaken(
    posed: Posed, boards: Sequence[Board], best: Sequence[Sequence[Set]], number: int
) -> tuple[tuple[Set, ...], ...]:
    found = []
    for task, board, parts in zip(posed.tasks, boards, best, strict=True):
        if len(task) < 3:
            found.append(tuple(parts))
            continue
        part_of = np.empty(len(task), dtype=np.int64)
        for place, part in enumerate(parts):
            part_of[sorted(part)] = place
        amount = _AMOUNTS[number % len(_AMOUNTS)]
        changed = shake(board, part_of, seed=f"{posed.seed_of(task)}:other:{number}", amount=amount)
        found.append(tuple(sets_of(changed)))
    return tuple(found)


def _labels(posed: Posed, parts: Sequence[Sequence[Set]]) -> Rows:
    """Give every compound of the town the number of its cluster, -1 for none."""
    labels = np.full(len(posed.problem.town.ids), -1, dtype=np.int64)
    number = 0
    for group in posed.held.fixed.values():
        labels[list(group)] = number
        number += 1
    for task, sets in zip(posed.tasks, parts, strict=True):
        for part in sets:
            if task.price(part).valid:
                labels[[row for atom in part for row in task.atoms[atom]]] = number
                number += 1
    return labels


def _alone(labels: Rows) -> int:
    return int((labels < 0).sum())


def _weights(town: Town) -> Floats:
    known = [count for count in town.households if count is not None]
    usual = float(np.mean(known)) if known and sum(known) else 1.0
    return np.array([usual if count is None else float(count) for count in town.households])


def _finish(
    posed: Posed, kept: Sequence[tuple[float, tuple[tuple[Set, ...], ...], Rows]], number: int
) -> Alternative:
    cost, parts, labels = kept[number]
    clusters = posed.name(parts)
    town = posed.problem.town
    weights = _weights(town)
    others = [
        share_moved(labels, other, weights) for place, (_, _, other) in enumerate(kept) if place != number
    ]
    terms: dict[str, float] = {}
    for cluster in clusters:
        for term, value in posed.costs.terms(town.rows(cluster.members)).items():
            terms[term] = terms.get(term, 0.0) + value
    services = town.services
    to_build = (
        None if services is None else sum(len(services.missing(town.rows(c.members))) for c in clusters)
    )
    different = min(others, default=1.0)
    origin = {
        **posed.origin(clusters),
        "cost": round(cost, 6),
        "bound": None,
        "gap": None,
        "proven": False,
        "complete": True,
        "alternative": {
            "number": number + 1, "of": len(kept), "terms": {term: round(value, 6) for term, value in terms.items()},
            "to_build": to_build, "different": round(different, 6),
        },
    }  # fmt: skip
    return Alternative(clusters, posed.alone(clusters), cost, terms, to_build, different, origin)
