"""Other groupings that are about as good: for a review that wants to choose, not only to approve.

From the best proposal a walk goes through lawful groupings that are not much dearer, by moving a compound over a
border, exchanging two, merging two clusters or splitting one. Each step keeps every bound that can be checked, leaves
out nobody who was placed, and leaves what is locked. A grouping is kept where it costs at most a tenth more, and at
least a tenth of the households are grouped differently from every other that was kept.

*Grouped differently* is the share of households that do not stand in matching clusters, when clusters of the one are
matched with those of the other so that most households agree; a compound whose households are unknown counts with
the mean of the known ones.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

from gis_planner.analysis.clustering.bounds import measure_bounds
from gis_planner.analysis.clustering.cost import Costs
from gis_planner.analysis.clustering.naming import name_clusters
from gis_planner.analysis.clustering.pieces import is_connected, pieces
from gis_planner.analysis.clustering.solver import ClusterProblem, propose_clusters
from gis_planner.analysis.clustering.town import Town
from gis_planner.analysis.eligibility import awaits_cluster, decide_eligibility, founds_cluster, takes_part
from gis_planner.analysis.extension import attach_extension
from gis_planner.analysis.study import survey_ground
from gis_planner.errors import Cancelled
from gis_planner.messages import Message
from gis_planner.model.clusters import Cluster, Grouping
from gis_planner.model.edits import SetClusters
from gis_planner.model.project import Project
from gis_planner.model.standard import Profile
from gis_planner.progress import SILENT, Part, Progress

Group = frozenset[int]
_DEARER = 0.10
_ON_THE_WAY = 0.25  # how much dearer the walk may get between two groupings that are kept
_DIFFERENT = 0.10
_STEPS_EACH, _STEPS_MIN, _STEPS_MAX = 400, 20_000, 60_000
_EVERY = 200
_RESTART = 1_500  # so many steps without a new grouping lead back to one that was kept


@dataclass(frozen=True, eq=False)
class NearbyGrouping:
    """One of them: the edit that would set it, its soft cost, and the least difference from those kept before it."""

    edit: SetClusters
    cost: float
    different: float


def find_nearby_groupings(
    project: Project, profile: Profile, *, n: int, progress: Progress = SILENT
) -> tuple[NearbyGrouping, ...]:
    """Find up to `n` groupings, the proposal first; fewer where there are no more, or where it was stopped."""
    ground = survey_ground(project, progress=Part(progress, 0.0, 0.15))
    town, rules, previous = ground.town, project.rules, project.grouping
    first = decide_eligibility(project.table("compounds"), profile, rules)
    candidates = tuple(e.compound_id for e in first if takes_part(e.result))
    waiting = [e.compound_id for e in first if awaits_cluster(e)]
    founders = [e.compound_id for e in first if founds_cluster(e)]
    problem = ClusterProblem(town=town, candidates=candidates, previous=previous)
    proposal = propose_clusters(problem, progress=Part(progress, 0.15, 0.4))
    costs = Costs(
        town, set(town.rows(candidates)) | {r for c in proposal.clusters for r in town.rows(c.members)}
    )
    walk = _Walk(town, costs, proposal.clusters, previous, random.Random(f"{rules.seed}:nearby"))
    found = walk.collect(n, Part(progress, 0.4, 1.0))
    among = set(candidates)
    made = []
    for groups, cost, different in found:
        clusters = _as_clusters(town, groups, proposal.clusters, previous, among=among)
        clusters, taken = attach_extension(town, clusters, waiting, founders=founders)
        bodies: list[dict[str, Any]] = [
            {"id": c.id, "number": c.number, "name": c.name, "members": list(c.members), "locked": c.locked}
            for c in clusters
        ]
        placed = sorted({m for c in clusters for m in c.members} - set(taken))
        origin: Mapping[str, Any] = {
            "solver": "nearby",
            "seed": rules.seed,
            "cost": round(cost, 6),
            "different": round(different, 6),
            "placed": placed,
            "extension": taken,
        }
        made.append(NearbyGrouping(SetClusters(tuple(bodies), origin), cost, different))
    return tuple(made)


def share_grouped_differently(
    one: Sequence[Sequence[str]], other: Sequence[Sequence[str]], households: Mapping[str, int | None]
) -> float:
    """Give the share of households that two groupings group differently, 0 to 1."""
    names = {compound: row for row, compound in enumerate(sorted({c for g in (*one, *other) for c in g}))}
    weights = _weights([households.get(compound) for compound in names])
    return _difference(
        [frozenset(names[c] for c in group) for group in one],
        [frozenset(names[c] for c in group) for group in other],
        weights,
    )


def _weights(households: Sequence[int | None]) -> list[float]:
    known = [float(count) for count in households if count]
    mean = sum(known) / len(known) if known else 1.0
    return [mean if count is None else float(count) for count in households]


def _difference(one: Sequence[Group], other: Sequence[Group], weights: Sequence[float]) -> float:
    at = {row: number for number, group in enumerate(other) for row in group}
    shared = np.zeros((len(one), max(len(other), 1)))
    for number, group in enumerate(one):
        for row in group:
            if row in at:
                shared[number, at[row]] += weights[row]
    total = sum(weights[row] for row in {row for group in (*one, *other) for row in group})
    left, right = linear_sum_assignment(shared, maximize=True)
    return 1.0 - float(shared[left, right].sum()) / total if total > 0 else 0.0


class _Walk:
    """A walk through lawful groupings that are not much dearer than the best one."""

    def __init__(
        self, town: Town, costs: Costs, clusters: Sequence[Cluster], previous: Grouping, rng: random.Random
    ) -> None:
        self._town, self._costs, self._rng = town, costs, rng
        self._weights = _weights(town.households)
        groups = [frozenset(town.rows(cluster.members)) for cluster in clusters]
        held = set(town.rows(sorted(previous.locked_compounds)))
        self._fixed = [g for g, c in zip(groups, clusters, strict=True) if c.locked or g & held]
        self._start = [g for g in groups if g not in self._fixed]
        self._prices: dict[Group, float | None] = {}

    def collect(self, n: int, progress: Progress) -> list[tuple[list[Group], float, float]]:
        """Walk until `n` groupings are kept or the steps are used up; stopped, it gives what there is."""
        fixed = sum(self._costs.total(sorted(group)) for group in self._fixed)
        # A cluster that a hand made against a bound stays as it is: only lawful ones are walked with.
        self._fixed += [group for group in self._start if self._price(group) is None]
        groups = [group for group in self._start if self._price(group) is not None]
        best = fixed + sum(self._price(group) or 0.0 for group in groups)
        kept: list[tuple[list[Group], float, float]] = [([*self._fixed, *groups], best, 1.0)]
        atoms = sorted(row for group in groups for row in group)
        if not atoms:
            return kept
        steps = min(max(_STEPS_EACH * len(atoms), _STEPS_MIN), _STEPS_MAX)
        cost, last, moved = best, 0, 0
        look_every = max(1, len(atoms) // 50)  # a few moves among many compounds cannot differ enough
        try:
            for step in range(steps):
                if step % _EVERY == 0:
                    progress.report(step / steps, Message("nearby.walking", n=n, found=len(kept)))
                if step - last > _RESTART:
                    full, cost, _ = kept[self._rng.randrange(len(kept))]
                    groups, last = full[len(self._fixed) :], step
                plan = self._plan(groups, atoms)
                if plan is None:
                    continue
                old, new = plan
                gain = sum(self._price(g) or 0.0 for g in new) - sum(
                    self._price(groups[k]) or 0.0 for k in old
                )
                if cost + gain > best * (1.0 + _ON_THE_WAY):
                    continue
                groups = [*(g for k, g in enumerate(groups) if k not in old), *new]
                cost += gain
                moved += 1
                if moved % look_every or cost > best * (1.0 + _DEARER):
                    continue
                whole = [*self._fixed, *groups]
                different = min(_difference(whole, other, self._weights) for other, _, _ in kept)
                if different >= _DIFFERENT:
                    exact = fixed + sum(self._price(group) or 0.0 for group in groups)
                    kept.append((whole, exact, different))
                    last = step
                    if len(kept) == n:
                        break
        except Cancelled:
            pass
        return [kept[0], *sorted(kept[1:], key=lambda item: item[1])]

    def _price(self, group: Group) -> float | None:
        """Give the cost of a lawful cluster, None for any other set."""
        if group not in self._prices:
            rows, town = sorted(group), self._town
            lawful = is_connected(rows, town.links_by_row) and all(
                bound.state != "broken" for bound in measure_bounds(town, rows)
            )
            self._prices[group] = self._costs.total(rows) if lawful else None
        return self._prices[group]

    def _plan(self, groups: list[Group], atoms: list[int]) -> tuple[tuple[int, ...], list[Group]] | None:
        """Plan one step: which groups go, and the lawful ones that take their place."""
        rng = self._rng
        atom = rng.choice(atoms)
        at = {row: number for number, group in enumerate(groups) for row in group}
        source = at[atom]
        near = [other for other in self._town.links_by_row[atom] if other in at and at[other] != source]
        kind = rng.random()
        plan: tuple[tuple[int, ...], list[Group]] | None
        if not near or kind < 0.15:
            plan = self._split(groups[source], source)
        else:
            other = rng.choice(near)
            target = at[other]
            one, two = groups[source], groups[target]
            makers: tuple[Callable[[], list[Group]], ...] = (
                lambda: [one | two],
                lambda: [(one - {atom}) | {other}, (two - {other}) | {atom}],
                lambda: [g for g in (one - {atom}, two | {atom}) if g],
            )
            made = makers[0 if kind < 0.25 else 1 if kind < 0.45 else 2]()
            plan = ((source, target), made)
        if plan is None or any(self._price(group) is None for group in plan[1]):
            return None
        return plan

    def _split(self, group: Group, number: int) -> tuple[tuple[int, ...], list[Group]] | None:
        """Cut a group in two connected halves, grown from a compound to a size drawn by lot."""
        least = self._town.rules.members_min
        if len(group) < 2 * least:
            return None
        rng, near = self._rng, self._town.links_by_row
        size = rng.randint(least, len(group) - least)
        grown = {rng.choice(sorted(group))}
        while len(grown) < size:
            edge = sorted({o for row in grown for o in near[row] if o in group and o not in grown})
            if not edge:
                return None
            grown.add(rng.choice(edge))
        rest = pieces(sorted(group - grown), near)
        return ((number,), [frozenset(grown), frozenset(rest[0])]) if len(rest) == 1 else None


def _as_clusters(
    town: Town, groups: Sequence[Group], best: Sequence[Cluster], previous: Grouping, *, among: set[str]
) -> tuple[Cluster, ...]:
    """Name the groups: locked clusters are themselves, others take the number that most of their households have."""
    named = [[town.ids[row] for row in sorted(group)] for group in groups]
    locked = {cluster.members: cluster.id for cluster in best if cluster.locked}
    pinned = {
        number: locked[tuple(sorted(group))]
        for number, group in enumerate(named)
        if tuple(sorted(group)) in locked
    }
    return name_clusters(town, named, previous, among=among, pinned=pinned)
