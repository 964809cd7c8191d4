"""Forming clusters anew around a few of them, and leaving the rest of the town as it is.

Whoever is content with the town but for one corner names the clusters there. These and the clusters beside them are
formed anew, with the free compounds that hang on to them; every other cluster is left as if it were locked, and every
other free compound stays free. What a person locked stays locked, what was left alone for this once does not become so.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from gis_planner.analysis.barriers import collect_barriers
from gis_planner.analysis.grouping import propose
from gis_planner.analysis.neighbours import find_neighbours
from gis_planner.model.clusters import Grouping
from gis_planner.model.edits import SetClusters
from gis_planner.model.project import Project
from gis_planner.model.regrouping import check_cluster
from gis_planner.model.standard import Profile
from gis_planner.model.tables import ids
from gis_planner.progress import SILENT, Progress


def propose_around(
    project: Project, profile: Profile, clusters: Sequence[str], *, progress: Progress = SILENT
) -> SetClusters:
    """Propose a grouping that differs around these clusters only; raises RuleError where there is none of an id."""
    held = hold_elsewhere(project, clusters)
    proposal = propose(replace(project, grouping=held), profile, progress=progress)
    locked = {cluster.id for cluster in project.grouping.clusters if cluster.locked}
    bodies = tuple({**body, "locked": body["id"] in locked} for body in proposal.clusters)
    return SetClusters(bodies, {**proposal.origin, "around": sorted(set(clusters))})


def hold_elsewhere(project: Project, clusters: Collection[str]) -> Grouping:
    """Give the grouping with everything locked but these clusters, those beside them, and the free ones at them."""
    grouping, near = project.grouping, _neighbours(project)
    cluster_of = grouping.cluster_of()
    named = {check_cluster(grouping, name).id for name in clusters}
    members = {member for name in named for member in grouping.cluster(name).members}
    beside = {cluster_of[other] for member in members for other in near[member] if other in cluster_of}
    open_clusters = named | beside
    rim = [member for name in sorted(open_clusters) for member in grouping.cluster(name).members]
    reached: set[str] = set()
    while rim:
        for other in near[rim.pop()]:
            if other not in cluster_of and other not in reached:
                reached.add(other)
                rim.append(other)
    free = {name for name in near if name not in cluster_of} - reached
    return replace(
        grouping,
        clusters=tuple(replace(c, locked=c.locked or c.id not in open_clusters) for c in grouping.clusters),
        locked_compounds=grouping.locked_compounds | free,
    )


def _neighbours(project: Project) -> Mapping[str, set[str]]:
    compounds, barriers = project.table("compounds"), collect_barriers(project)
    found = find_neighbours(compounds, barriers, project.table("roads"), project.rules)
    near: dict[str, set[str]] = {compound: set() for compound in ids(compounds)}
    for a, b, allowed in zip(found["a"], found["b"], found["allowed"], strict=True):
        if allowed:
            near[a].add(b)
            near[b].add(a)
    return near
