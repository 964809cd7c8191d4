"""The figures of a cluster as it stands: those of the study, or what was measured after an edit since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gis_planner.app.desk import Desk
from gis_planner.model.clusters import Cluster
from gis_planner.model.results import Bound, ClusterFigures


@dataclass(frozen=True, eq=False)
class StandingOfNow:
    """Known households, how many members have none, bounds, soft terms, and whether it hangs together."""

    households: int
    households_unknown: int
    bounds: tuple[Bound, ...]
    terms: Mapping[str, float]
    contiguous: bool


def standing_of_now(desk: Desk, cluster: Cluster, found: ClusterFigures | None) -> StandingOfNow | None:
    """Give a cluster's figures as it stands; those of the last study where nothing newer is known, None without."""
    live = desk.regrouping.live
    if desk.document.changes and live is not None and live.project is desk.document.project:
        now = live.standing(cluster.id)
        return StandingOfNow(now.households, now.households_unknown, now.bounds, now.terms, now.contiguous)
    if found is None or tuple(found.compounds) != tuple(cluster.members):
        return None  # what was found is of other members: no figure is better than that one
    return StandingOfNow(
        found.households, found.households_unknown, found.bounds, found.terms, found.contiguous
    )
