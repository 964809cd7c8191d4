"""The proposal: compounds into clusters that keep every bound, place as many as can be, and read well on a map.

A town falls into parts between which there is nothing to decide; each is solved by itself (`part_solver`). Budgets
count steps, so the same seed gives the same proposal on any machine. Stopped, it gives the best so far and says so.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gis_planner.analysis.clustering.cost import Costs, Weights
from gis_planner.analysis.clustering.instance import Instance, Set, may_be_together, split_task
from gis_planner.analysis.clustering.locks import Held, read_locks
from gis_planner.analysis.clustering.naming import name_clusters
from gis_planner.analysis.clustering.part_solver import LIST_ATOMS, Solved, solve
from gis_planner.analysis.clustering.town import Town
from gis_planner.errors import Cancelled
from gis_planner.messages import Message
from gis_planner.model.clusters import Cluster, Grouping
from gis_planner.model.rules import Rules
from gis_planner.progress import SILENT, Part, Progress

SOLVER_VERSION = "2"
GROUPING_RULES = (
    "max_gap_m", "min_frontage_m", "households_min", "households_max", "members_min", "members_max",
    "walk_diameter_max_m", "same_township", "extension_share_min", "extension_cap", "seed",
    "river_divides", "railway_divides", "trunk_road_divides", "expressway_divides", "crossings_open",
    "clusters_wanted", "programme", "usual_members", "weight_compactness", "weight_frontage_cut",
    "weight_roads_crossed", "weight_community", "weight_size", "weight_balance", "weight_years", "weight_build",
    "cost_secondary", "cost_branch", "cost_wall", "cost_opened",
)  # fmt: skip

_THOROUGH_ATOMS = 60  # in all of the town's parts: then the proof may take long


@dataclass(frozen=True, eq=False)
class ClusterProblem:
    """What is to be grouped: `candidates` (ids that take part) of a town, beside what stands and is locked.

    `seed` None takes the rules' seed, `weights` None the rules' weights. `effort` scales the steps of the search.
    """

    town: Town
    candidates: tuple[str, ...]
    previous: Grouping = field(default_factory=Grouping)
    weights: Weights | None = None
    seed: int | None = None
    effort: float = 1.0


@dataclass(frozen=True, eq=False)
class Proposal:
    """A grouping that the solver proposes: clusters by number, who stands alone, and how it came about.

    `cost` is the soft cost of all clusters that were free to form; no grouping of the compounds that are placed costs
    less than `bound` (None where no bound is known). `gap` is the distance between the two as a share of the cost;
    `proven` says that there is none, and that no more compounds can be placed.
    `complete` is False where the search was stopped. `origin` is plain JSON
    for the edit that takes the proposal.
    """

    clusters: tuple[Cluster, ...]
    alone: tuple[str, ...]
    cost: float
    bound: float | None
    proven: bool
    complete: bool
    origin: Mapping[str, Any]

    @property
    def gap(self) -> float | None:
        """How far the cost may lie above the best there is, as a share of the cost."""
        return gap_of(self.cost, self.bound)


def gap_of(cost: float, bound: float | None) -> float | None:
    """Give the distance between a cost and its lower bound as a share of the cost; None without a bound."""
    if bound is None:
        return None
    return max(cost - bound, 0.0) / cost if cost > 0 else 0.0


def propose_clusters(problem: ClusterProblem, *, progress: Progress = SILENT) -> Proposal:
    """Propose clusters: contiguous, within every bound that can be checked, what is locked left as it is.

    Stopped through `progress`, it gives the best so far (`complete` False).
    """
    posed = pose(problem)
    solved: list[Solved] = []
    for task, share in zip(posed.tasks, _shares(posed.tasks, progress), strict=True):
        stopped = bool(solved) and not solved[-1].complete
        solved.append(
            solve(
                task, seed=posed.seed_of(task), wanted=posed.wanted, effort=problem.effort,
                compiled=posed.compiled, thorough=posed.thorough, progress=_STOPPED if stopped else share,
            )
        )  # fmt: skip
    cost = posed.cost_of([found.parts for found in solved])
    bound: float | None = None
    if all(found.bound is not None for found in solved):
        bound = max(cost - sum(found.value - (found.bound or 0.0) for found in solved), 0.0)
    proven, complete = all(found.proven for found in solved), all(found.complete for found in solved)
    gap = gap_of(cost, bound)
    clusters = posed.name([found.parts for found in solved])
    alone = posed.alone(clusters)
    origin = {
        **posed.origin(clusters),
        "cost": round(cost, 6),
        "bound": None if bound is None else round(bound, 6),
        "gap": None if gap is None else round(gap, 6),
        "proven": proven,
        "complete": complete,
    }
    return Proposal(clusters, alone, cost, bound, proven, complete, origin)


@dataclass(frozen=True, eq=False)
class Posed:
    """A problem made ready: its tasks, what is held, and how sets of atoms become named clusters again."""

    problem: ClusterProblem
    seed: int
    candidates: frozenset[int]
    held: Held
    costs: Costs
    wanted: int
    tasks: tuple[Instance, ...]

    @property
    def compiled(self) -> bool:
        """Whether some task is so large that it needs the compiled search."""
        return bool(self.wanted) or any(len(task) > LIST_ATOMS for task in self.tasks)

    @property
    def thorough(self) -> bool:
        """Whether the town is so small that its proof may take a minute."""
        return sum(len(task) for task in self.tasks) <= _THOROUGH_ATOMS

    def seed_of(self, task: Instance) -> str:
        """Give the seed of one task: it does not depend on what else there is in the town."""
        return f"{self.seed}:{self.problem.town.ids[task.atoms[0][0]]}"

    def cost_of(self, parts: Sequence[Sequence[Set]]) -> float:
        """Give the soft cost of all clusters, the sets of each task in its place."""
        prices = (task.price(part) for task, sets in zip(self.tasks, parts, strict=True) for part in sets)
        return sum(price.cost for price in prices if price.valid)

    def name(self, parts: Sequence[Sequence[Set]]) -> tuple[Cluster, ...]:
        """Make named clusters of the sets of each task, beside those that are locked."""
        town, held = self.problem.town, self.held
        cores = set(held.cores.values())
        groups = [list(group) for group in held.fixed.values()]
        for task, sets in zip(self.tasks, parts, strict=True):
            groups += [rows for part in sets for rows in _as_groups(task, part, cores)]
        pinned = dict(enumerate(held.fixed))
        pinned |= {
            place: key
            for place, group in enumerate(groups)
            for key, core in held.cores.items()
            if core[0] in group
        }
        named = [[town.ids[row] for row in group] for group in groups]
        return name_clusters(town, named, self.problem.previous, among=self._among(), pinned=pinned)

    def alone(self, clusters: Sequence[Cluster]) -> tuple[str, ...]:
        """Give the candidates that stand in no cluster."""
        return tuple(sorted(self._among() - {member for cluster in clusters for member in cluster.members}))

    def origin(self, clusters: Sequence[Cluster]) -> dict[str, Any]:
        """Say how clusters came about, as plain JSON."""
        town = self.problem.town
        return {
            "solver": SOLVER_VERSION,
            "seed": self.seed,
            "rules": {name: getattr(town.rules, name) for name in GROUPING_RULES},
            "placed": sorted(member for cluster in clusters for member in cluster.members),
            "alone": list(self.alone(clusters)),
            "years": plan_years(town, clusters),
        }

    def _among(self) -> set[str]:
        return {self.problem.town.ids[row] for row in self.candidates}


def pose(problem: ClusterProblem) -> Posed:
    """Make a problem ready: read the locks, and split what is free into tasks that do not touch each other."""
    town = problem.town
    candidates = set(town.rows(problem.candidates))
    held = read_locks(town, problem.previous, candidates)
    fixed = {row for group in held.fixed.values() for row in group}
    cores = {row for core in held.cores.values() for row in core}
    costs = Costs(town, candidates | fixed | cores, problem.weights)
    wanted = town.rules.clusters_asked
    tasks = _pose(town, costs, candidates - fixed - cores - held.out, held, whole=bool(wanted))
    return Posed(
        problem=problem,
        seed=town.rules.seed if problem.seed is None else problem.seed,
        candidates=frozenset(candidates),
        held=held,
        costs=costs,
        wanted=max(wanted - len(held.fixed), 1) if wanted else 0,
        tasks=tuple(tasks),
    )


def programme_of(rules: Rules) -> tuple[int, ...]:
    """Give the number of clusters of each year of the programme; () where there is none."""
    return tuple(int(count) for count in rules.programme.split("+")) if rules.programme else ()


def plan_years(town: Town, clusters: Sequence[Cluster]) -> dict[str, int]:
    """Give each cluster its year in the programme: those that lack most first, then the largest.

    Clusters beyond the programme have no year.
    """
    years = [year for year, count in enumerate(programme_of(town.rules), start=1) for _ in range(count)]

    def need(cluster: Cluster) -> tuple[int, int, int]:
        rows = town.rows(cluster.members)
        lacking = len(town.services.missing(rows)) if town.services is not None else 0
        return -lacking, -sum(town.households[row] or 0 for row in rows), cluster.number

    order = sorted(clusters, key=need)
    return {cluster.id: year for cluster, year in zip(order, years, strict=False)}


class _Stopped:
    """A progress that was stopped before: nothing more is searched."""

    def report(self, share: float, doing: Message) -> None:
        raise Cancelled


_STOPPED = _Stopped()


def _pose(town: Town, costs: Costs, free: Collection[int], held: Held, *, whole: bool) -> list[Instance]:
    """Pose the tasks: atoms of one candidate each, and one for each core that belongs together."""
    single = [((row,), -1) for row in free if may_be_together(town, (row,))]
    atoms = sorted([*single, *((core, number) for number, core in enumerate(held.cores.values()))])
    if not atoms:
        return []
    return split_task(town, costs, [atom for atom, _ in atoms], [rival for _, rival in atoms], whole=whole)


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
