"""The proposal: compounds into clusters that keep every bound, place as many as can be, and read well on a map.

First as many compounds (and households) as possible are placed in valid clusters, then the soft cost is made
small. A small part of a town is solved to the proven best by listing every cluster there can be. A larger one
is grown by merges, improved by simulated annealing, and put together anew from all clusters seen on the way by
exact choice, window by window. Budgets count steps, so the same seed gives the same proposal on any machine.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from gis_planner.analysis.clustering.construct import grow_clusters
from gis_planner.analysis.clustering.cost import Costs, Weights
from gis_planner.analysis.clustering.improve import anneal, descend
from gis_planner.analysis.clustering.instance import Instance, Set, may_be_together, split_task
from gis_planner.analysis.clustering.locks import Held, read_locks
from gis_planner.analysis.clustering.naming import name_clusters
from gis_planner.analysis.clustering.recombine import all_clusters, choose_clusters, recombine
from gis_planner.analysis.clustering.town import Town
from gis_planner.messages import Message
from gis_planner.model.clusters import Cluster, Grouping
from gis_planner.progress import SILENT, Part, Progress

SOLVER_VERSION = "1"
GROUPING_RULES = (
    "max_gap_m", "min_frontage_m", "households_min", "households_max", "members_min", "members_max",
    "walk_diameter_max_m", "same_township", "extension_share_min", "extension_cap", "seed",
)  # fmt: skip

_LIST_AT_MOST = 6000  # connected sets: a part of a town with fewer is solved exactly
_WINDOW = 60  # compounds in a window of the exact choice
_STARTS, _STEPS_EACH, _STEPS_MIN, _STEPS_MAX = 3, 400, 4000, 36000


@dataclass(frozen=True, eq=False)
class ClusterProblem:
    """What is to be grouped: `candidates` (ids that take part) of a town, beside what stands and is locked.

    `seed` None takes the rules' seed.
    """

    town: Town
    candidates: tuple[str, ...]
    previous: Grouping = field(default_factory=Grouping)
    weights: Weights = field(default_factory=Weights)
    seed: int | None = None


@dataclass(frozen=True, eq=False)
class Proposal:
    """A grouping that the solver proposes: clusters by number, who stands alone, and how it came about.

    `cost` is the soft cost of all clusters; `proven` says that no grouping places more or costs less.
    `origin` is plain JSON for the edit that takes the proposal.
    """

    clusters: tuple[Cluster, ...]
    alone: tuple[str, ...]
    cost: float
    proven: bool
    origin: Mapping[str, Any]


def propose_clusters(problem: ClusterProblem, *, progress: Progress = SILENT) -> Proposal:
    """Propose clusters: contiguous, within every bound that can be checked, what is locked left as it is."""
    town = problem.town
    seed = town.rules.seed if problem.seed is None else problem.seed
    candidates = set(town.rows(problem.candidates))
    held = read_locks(town, problem.previous, candidates)
    fixed_rows = {row for group in held.fixed for row in group}
    core_rows = {row for core in held.cores for row in core}
    costs = Costs(town, candidates | fixed_rows | core_rows, problem.weights)

    groups, cost, proven = [list(group) for group in held.fixed], 0.0, True
    tasks = _pose(town, costs, candidates - fixed_rows - held.out, held)
    size = sum(len(task) ** 1.2 for task in tasks) or 1.0
    done = 0.0
    for task in tasks:
        share = Part(progress, done / size, (done + len(task) ** 1.2) / size)
        parts, best = solve(task, seed=f"{seed}:{town.ids[task.atoms[0][0]]}", progress=share)
        done += len(task) ** 1.2
        proven &= best
        for part in parts:
            rows = sorted(row for atom in part for row in task.atoms[atom])
            if task.price(part).valid:
                groups.append(rows)
                cost += task.price(part).cost
            else:
                groups += [list(task.atoms[atom]) for atom in part if task.atoms[atom] in held.cores]
    clusters = name_clusters(town, [[town.ids[row] for row in group] for group in groups], problem.previous)
    placed = {member for cluster in clusters for member in cluster.members}
    alone = tuple(town.ids[row] for row in sorted(candidates) if town.ids[row] not in placed)
    origin = {
        "solver": SOLVER_VERSION,
        "seed": seed,
        "rules": {name: getattr(town.rules, name) for name in GROUPING_RULES},
        "cost": round(cost, 6),
        "proven": proven,
        "placed": sorted(placed),
        "alone": list(alone),
    }
    return Proposal(clusters, alone, cost, proven, origin)


def solve(task: Instance, *, seed: str, progress: Progress = SILENT) -> tuple[list[Set], bool]:
    """Solve one task: sets of atoms, those that are valid clusters and the rest alone; and whether proven best."""
    alone = [frozenset((atom,)) for atom in range(len(task))]
    pool = all_clusters(task, _LIST_AT_MOST)
    if pool is not None:
        progress.report(0.5, Message("clusters.progress.exact", n=len(task)))
        return choose_clusters(task, pool, alone)
    steps = min(max(_STEPS_EACH * len(task), _STEPS_MIN), _STEPS_MAX)
    found = []
    for start in range(_STARTS):
        rng = random.Random(f"{seed}:{start}")
        share = Part(progress, 0.8 * start / _STARTS, 0.8 * (start + 1) / _STARTS)
        grown = grow_clusters(task, rng=rng, noise=2.0 * start)
        annealed = anneal(
            task, grown, steps=steps, rng=rng, report=_round_report(share, start, steps, len(task))
        )
        found.append(descend(task, annealed))
    best = min(found, key=task.value)
    share = Part(progress, 0.8, 1.0)
    for _ in range(2):
        better = recombine(
            task,
            best,
            window=_WINDOW,
            report=lambda done: share.report(done, Message("clusters.progress.windows")),
        )
        best = min((better, descend(task, better), best), key=task.value)
    return best, False


def _round_report(progress: Progress, start: int, steps: int, n: int) -> Callable[[int], None]:
    message = Message("clusters.progress.search", n=n, start=start + 1, starts=_STARTS)
    return lambda step: progress.report(step / steps, message)


def _pose(town: Town, costs: Costs, free: Collection[int], held: Held) -> list[Instance]:
    """Pose the tasks: atoms of one candidate each, and one for each core that belongs together."""
    in_core = {row for core in held.cores for row in core}
    single = [((row,), -1) for row in free if row not in in_core and may_be_together(town, (row,))]
    atoms = sorted([*single, *((core, number) for number, core in enumerate(held.cores))])
    if not atoms:
        return []
    return split_task(town, costs, [atom for atom, _ in atoms], [rival for _, rival in atoms])
