"""What is doubtful about an area that a person drew: members outside it, and ground of others in it.

A drawn area is used as it was drawn. It can have been drawn carelessly, and it stays when compounds move to other
clusters; then poles, streets and the rest would be counted for two clusters, or for none. Each place is listed, with
taking the drawn area back as the edit that mends it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis_planner.analysis.frontage import areas
from gis_planner.messages import Message
from gis_planner.model.clusters import Grouping
from gis_planner.model.edits import SetFootprint
from gis_planner.model.issues import Issue, issue_at
from gis_planner.model.tables import Frame, geometries, rows_by_id

_LEAST_M2 = 1.0  # what is smaller than this is the width of a line


def doubt_footprints(
    grouping: Grouping, compounds: Frame, footprints: Mapping[str, BaseGeometry]
) -> list[Issue]:
    """List where drawn areas leave out members or take ground of others; `footprints` of all clusters, by id."""
    if not grouping.drawn:
        return []
    rows, shapes = rows_by_id(compounds), areas(geometries(compounds))
    issues = []
    for cluster_id in sorted(grouping.drawn):
        members = set(grouping.cluster(cluster_id).members)
        area = footprints[cluster_id]
        inside = _common_m2(shapes, area)
        for member in sorted(members.intersection(rows)):
            shape = shapes[rows[member]]
            if shape.area - inside[rows[member]] > _LEAST_M2:
                outside = shapely.difference(shape, area)
                issues.append(_issue(grouping, cluster_id, "member_outside", member, outside))
        grouped = grouping.cluster_of()
        for name in sorted(set(rows) - grouped.keys()):
            if inside[rows[name]] > _LEAST_M2:
                common = shapely.intersection(shapes[rows[name]], area)
                issues.append(_issue(grouping, cluster_id, "holds_other", name, common))
    return issues + _overlaps(grouping, footprints)


def _overlaps(grouping: Grouping, footprints: Mapping[str, BaseGeometry]) -> list[Issue]:
    issues = []
    names = sorted(footprints)
    shapes = np.empty(len(names), dtype=object)
    shapes[:] = [footprints[name] for name in names]
    drawn = [row for row, name in enumerate(names) if name in grouping.drawn]
    one, other = shapely.STRtree(shapes).query(shapes[drawn], predicate="intersects")
    pairs = {(min(drawn[a], b), max(drawn[a], b)) for a, b in zip(one.tolist(), other.tolist(), strict=True)}
    for a, b in sorted(pair for pair in pairs if pair[0] != pair[1]):
        common = shapely.intersection(shapes[a], shapes[b])
        if common.area > _LEAST_M2:
            mine, theirs = (a, b) if names[a] in grouping.drawn else (b, a)
            name = grouping.cluster(names[theirs])
            issues.append(
                _issue(grouping, names[mine], "overlap", names[mine], common, other=name.name or name.id)
            )
    return issues


def _common_m2(shapes: NDArray[Any], area: BaseGeometry) -> NDArray[np.float64]:
    shapely.prepare(area)
    common = np.zeros(len(shapes))
    near = np.flatnonzero(shapely.intersects(area, shapes))
    common[near] = shapely.area(shapely.intersection(shapes[near], area))
    return common


def _issue(
    grouping: Grouping, cluster_id: str, what: str, feature: str, place: BaseGeometry, **values: Any
) -> Issue:
    cluster = grouping.cluster(cluster_id)
    message = Message(
        f"clusters.footprint.{what}",
        cluster=cluster.name or cluster.id,
        compound=feature,
        area_m2=f"{place.area:.0f}",
        **values,
    )
    issue = issue_at(f"clusters.footprint_{what}", "warning", "compounds", feature, message, place)
    return replace(issue, fix=SetFootprint(cluster_id, None))
