"""What is measured of every cluster: members, households, bounds, soft terms, area."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from gis_planner.analysis.clustering.bounds import measure_bounds
from gis_planner.analysis.clustering.cost import Costs, Weights
from gis_planner.analysis.clustering.pieces import is_connected
from gis_planner.analysis.clustering.town import Town
from gis_planner.analysis.eligibility import takes_part
from gis_planner.messages import Message
from gis_planner.model.clusters import Cluster, Grouping
from gis_planner.model.issues import Issue, issue_at
from gis_planner.model.results import ClusterFigures
from gis_planner.model.standard import Eligibility
from gis_planner.model.tables import Frame, geometries, rows_by_id


def measure_clusters(
    town: Town,
    grouping: Grouping,
    footprints: Mapping[str, BaseGeometry],
    *,
    participants: Collection[str] = (),
    extension: Collection[str] = (),
    weights: Weights | None = None,
) -> tuple[ClusterFigures, ...]:
    """Measure every cluster of a grouping, in its order; nothing is assessed yet (no score).

    `footprints` by cluster id; `participants` are further compounds that take part without being in a cluster
    (frontage towards them counts as cut); `extension` are members by the rule for the extension years only.
    """
    grouped = [member for cluster in grouping.clusters for member in cluster.members]
    costs = Costs(town, set(town.rows([*grouped, *participants])), weights)
    late = set(town.rows(sorted(extension)))
    return tuple(
        _measure(town, cluster, costs, late, footprints.get(cluster.id, Polygon()))
        for cluster in grouping.clusters
    )


def doubt_members(grouping: Grouping, compounds: Frame, eligibility: Sequence[Eligibility]) -> list[Issue]:
    """List the members that take no part in clusters: a grouping stands, whatever is learned or changed after it."""
    decided = {e.compound_id: e for e in eligibility}
    shapes, rows = geometries(compounds), rows_by_id(compounds)
    issues = []
    for cluster in grouping.clusters:
        for member in cluster.members:
            found = decided.get(member)
            if found is None or takes_part(found.result):
                continue
            message = Message(
                "clusters.member_outside",
                compound=member,
                cluster=cluster.name or cluster.id,
                result=Message(f"eligibility.result.{found.result}"),
            )
            place = shapes[rows[member]]
            issues.append(issue_at("clusters.member_outside", "warning", "compounds", member, message, place))
    return issues


def doubt_clusters(figures: Sequence[ClusterFigures]) -> list[Issue]:
    """List every cluster that is in pieces or breaks a bound, as a hand can make it."""
    issues = []
    for cluster in figures:
        broken = {
            f"cluster.{b.name}": Message(f"clusters.bound.{b.name}")
            for b in cluster.bounds
            if b.state == "broken"
        }
        if not cluster.contiguous:
            broken["cluster.in_pieces"] = Message("study.contiguity")
        for code, bound in broken.items():
            message = Message("study.bound_broken", number=cluster.number, name=cluster.name, bound=bound)
            issues.append(issue_at(code, "error", "compounds", cluster.id, message, cluster.footprint))
    return issues


def _measure(
    town: Town, cluster: Cluster, costs: Costs, late: Collection[int], footprint: BaseGeometry
) -> ClusterFigures:
    rows = town.rows(cluster.members)
    bounds = measure_bounds(town, rows, extension=late)
    households = [town.households[row] for row in rows]
    walk = next(bound for bound in bounds if bound.name == "walk_diameter_m")
    return ClusterFigures(
        id=cluster.id,
        number=cluster.number,
        name=cluster.name or f"组团 {cluster.number:02d}",
        township=_township(town, rows),
        compounds=cluster.members,
        households=sum(count for count in households if count is not None),
        households_unknown=households.count(None),
        walk_diameter_m=walk.value,
        bounds=bounds,
        terms=costs.terms(rows) if rows else {},
        footprint=footprint,
        area_m2=float(footprint.area),
        contiguous=is_connected(rows, town.links_by_row),
        assessed=0,
        score=None,
        score_lower=0.0,
        score_upper=0.0,
    )


def _township(town: Town, rows: Sequence[int]) -> str | None:
    counts = Counter(name for name in (town.townships[row] for row in rows) if name is not None)
    return min(counts, key=lambda name: (-counts[name], name)) if counts else None
