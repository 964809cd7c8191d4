"""The proposal: compounds into clusters that keep every bound, place as many as can be, and read well on a map.

First as many compounds (and households) as possible are placed in valid clusters, then the soft cost is made
small. A small part of a town is solved to the proven best by listing every cluster there can be. A larger one
is grown by merges, improved by simulated annealing, and put together anew from all clusters seen on the way by
exact choice, window by window. Budgets count steps, so the same seed gives the same proposal on any machine.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gis_planner.analysis.clustering.construct import grow_clusters
from gis_planner.analysis.clustering.cost import Costs, Weights
from gis_planner.analysis.clustering.improve import anneal, descend
from gis_planner.analysis.clustering.instance import Instance, Set, may_be_together, split_task
from gis_planner.analysis.clustering.locks import Held, read_locks
from gis_planner.analysis.clustering.naming import name_clusters
from gis_planner.analysis.clustering.recombine import all_clusters, choose_clusters, place_more, recombine
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
_LIST_NEAR = 3000  # connected sets around one who stands alone
_WINDOW = 50  # compounds in a window of the exact choice
_WARMTH = (3.0, 30.0, 300.0)  # of each start: from a road more to cross up to compounds left out for a while
_STEPS_EACH, _STEPS_MIN, _STEPS_MAX = 400, 4000, 36000


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
    fixed = {row for group in held.fixed.values() for row in group}
    cores = {row for core in held.cores.values() for row in core}
    costs = Costs(town, candidates | fixed | cores, problem.weights)
    tasks = _pose(town, costs, candidates - fixed - cores - held.out, held)

    groups, cost, proven = [list(group) for group in held.fixed.values()], 0.0, True
    for task, share in zip(tasks, _shares(tasks, progress), strict=True):
        parts, best = solve(task, seed=f"{seed}:{town.ids[task.atoms[0][0]]}", progress=share)
        proven &= best
        cost += sum(task.price(part).cost for part in parts if task.price(part).valid)
        groups += [rows for part in parts for rows in _as_groups(task, part, set(held.cores.values()))]

    pinned = dict(enumerate(held.fixed))
    pinned |= {
        place: key
        for place, group in enumerate(groups)
        for key, core in held.cores.items()
        if core[0] in group
    }
    among = {town.ids[row] for row in candidates}
    named = [[town.ids[row] for row in group] for group in groups]
    clusters = name_clusters(town, named, problem.previous, among=among, pinned=pinned)
    placed = {member for cluster in clusters for member in cluster.members}
    alone = tuple(sorted(among - placed))
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
    for start in range(len(_WARMTH)):
        rng = random.Random(f"{seed}:{start}")
        share = Part(progress, 0.8 * start / len(_WARMTH), 0.8 * (start + 1) / len(_WARMTH))
        grown = grow_clusters(task, rng=rng, noise=2.0 * start)
        report = _round_report(share, start, steps, len(task))
        annealed = anneal(task, grown, steps=steps, warmth=_WARMTH[start], rng=rng, report=report)
        found.append(descend(task, annealed))
    best = min(found, key=task.value)
    share = Part(progress, 0.8, 1.0)
    windows = Message("clusters.progress.windows")
    for _ in range(2):
        better = recombine(task, best, window=_WINDOW, report=lambda done: share.report(done, windows))
        better = descend(task, place_more(task, better, most=_LIST_NEAR))
        if task.value(better) >= task.value(best):
            break
        best = better
    return best, False


def _round_report(progress: Progress, start: int, steps: int, n: int) -> Callable[[int], None]:
    message = Message("clusters.progress.search", n=n, start=start + 1, starts=len(_WARMTH))
    return lambda step: progress.report(step / steps, message)


def _pose(town: Town, costs: Costs, free: Collection[int], held: Held) -> list[Instance]:
    """Pose the tasks: atoms of one candidate each, and one for each core that belongs together."""
    single = [((row,), -1) for row in free if may_be_together(town, (row,))]
    atoms = sorted([*single, *((core, number) for number, core in enumerate(held.cores.values()))])
    if not atoms:
        return []
    return split_task(town, costs, [atom for atom, _ in atoms], [rival for _, rival in atoms])


def _shares(tasks: Sequence[Instance], progress: Progress) -> list[Progress]:
    """Give each task its share of the progress: larger ones take a little longer for each compound."""
    weights = [len(task) ** 1.2 for task in tasks]
    starts = [sum(weights[:number]) / sum(weights) for number in range(len(weights))]
    ends = [*starts[1:], 1.0]
    return [Part(progress, start, end) for start, end in zip(starts, ends, strict=False)]


def _as_groups(task: Instance, part: Set, cores: Collection[tuple[int, ...]]) -> list[list[int]]:
    """Give a valid cluster as one group; of any other set only what is locked together stays a group."""
    if task.price(part).valid:
        return [sorted(row for atom in part for row in task.atoms[atom])]
    return [list(task.atoms[atom]) for atom in sorted(part) if task.atoms[atom] in cores]
