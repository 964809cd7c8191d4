"""What one scenario comes to, in figures that stand beside those of another.

Review meetings choose between groupings. Each is summed up from its own study: how many compounds and households its
clusters take in, what every soft term costs in all, how the verdicts fall, and how many facilities are still to be
built. A kind that a cluster could not be assessed for is counted as unknown, never as built.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from gis_planner.model.choices import NINE_KINDS
from gis_planner.model.project import Project
from gis_planner.model.results import Results
from gis_planner.model.standard import STATUSES, Status

_WANTING = ("partial", "fail")


@dataclass(frozen=True)
class ScenarioFigures:
    """The figures of one scenario.

    `placed` compounds stand in clusters, `alone` in none. `households` is the known sum of the clusters,
    `households_unknown` counts members without a figure. `terms` sums each soft term over the clusters, `cost` all of
    them. `to_build` counts pairs of cluster and kind of the nine services below the passing threshold,
    `to_build_unknown` those not assessed. `broken` and `unchecked` count bounds of clusters.
    """

    clusters: int
    placed: int
    alone: int
    households: int
    households_unknown: int
    terms: Mapping[str, float]
    cost: float
    to_build: int
    to_build_unknown: int
    statuses: Mapping[Status, int]
    broken: int
    unchecked: int


def sum_up_scenario(project: Project, results: Results) -> ScenarioFigures:
    """Sum up a scenario from its project and the results that came from this very project."""
    found = results.clusters
    terms: dict[str, float] = {}
    for cluster in found:
        for name, value in cluster.terms.items():
            terms[name] = terms.get(name, 0.0) + float(value)
    placed = sum(len(cluster.compounds) for cluster in found)
    states = Counter(bound.state for cluster in found for bound in cluster.bounds)
    statuses = Counter(verdict.status for verdict in results.verdicts)
    wanting = count_to_build(results)
    return ScenarioFigures(
        clusters=len(found),
        placed=placed,
        alone=len(project.table("compounds")) - placed,
        households=sum(cluster.households for cluster in found),
        households_unknown=sum(cluster.households_unknown for cluster in found),
        terms=terms,
        cost=sum(terms.values()),
        to_build=sum(wanting.values()),
        to_build_unknown=_count_unknown(results),
        statuses={status: statuses.get(status, 0) for status in STATUSES},
        broken=states["broken"] + sum(not cluster.contiguous for cluster in found),
        unchecked=states["unchecked"],
    )


def count_to_build(results: Results) -> dict[str, int]:
    """Count for every cluster the nine services whose share of reached households is below the passing threshold."""
    services = _services(results)
    counts = {cluster.id: 0 for cluster in results.clusters}
    for verdict in results.verdicts:
        if verdict.element in services and verdict.status in _WANTING:
            counts[verdict.cluster_id] = counts.get(verdict.cluster_id, 0) + 1
    return counts


def _count_unknown(results: Results) -> int:
    services = _services(results)
    return sum(v.element in services and v.status == "not_assessed" for v in results.verdicts)


def _services(results: Results) -> frozenset[str]:
    return frozenset(e.id for e in results.standard.elements if e.facility in NINE_KINDS)
