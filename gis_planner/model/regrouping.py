"""What each edit of clusters does to a grouping.

Members go from cluster to cluster, and every compound is in one at most. A cluster keeps its id, number and name while
it has members; one that loses its last member is gone. Numbers stay unique: whoever takes a number that another cluster
has gives his own for it. What is locked is left where it is, by whatever hand.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from typing import Any

from gis_planner.model import edits as e
from gis_planner.model.clusters import Cluster, Grouping
from gis_planner.model.edits import Edit, edit_error

_MOST_CLUSTERS = 9999


def regroup(grouping: Grouping, edit: Edit) -> Grouping:
    """Give the grouping after an edit of clusters.

    Raises RuleError when the edit names a cluster that is not there, or would change what is locked; KeyError when it
    is no edit of clusters (`CLUSTER_EDITS`). Whether the compounds exist is not asked here.
    """
    return _REGROUPED[type(edit)](grouping, edit)


def check_cluster(grouping: Grouping, cluster_id: str) -> Cluster:
    """Give a cluster; raises RuleError when there is none of that id."""
    for cluster in grouping.clusters:
        if cluster.id == cluster_id:
            return cluster
    raise edit_error("edits.no_cluster", cluster=cluster_id, known=[c.id for c in grouping.clusters])


def check_number(number: int) -> None:
    """Raise RuleError for a number that no cluster can have."""
    if not 1 <= number <= _MOST_CLUSTERS:
        raise edit_error("edits.bad_number", number=str(number)[:20])


def _move(grouping: Grouping, edit: e.MoveCompounds) -> Grouping:
    moving = set(edit.compounds)
    to_id, number = edit.to or "", 0
    if edit.to == "new":
        to_id, number = grouping.next_id()
    elif edit.to is not None:
        check_cluster(grouping, edit.to)
    clusters = []
    for cluster in grouping.clusters:
        leaving = moving.intersection(cluster.members) if cluster.id != to_id else set()
        joining = moving.difference(cluster.members) if cluster.id == to_id else set()
        if cluster.locked and (leaving or joining):
            raise edit_error("edits.cluster_locked", cluster=cluster.number)
        if leaving or joining:
            members = joining.union(cluster.members) - leaving
            clusters.append(replace(cluster, members=tuple(sorted(members))))
        else:
            clusters.append(cluster)
    _check_free(grouping, moving)
    if edit.to == "new":
        clusters.append(Cluster(to_id, number, "", tuple(sorted(moving))))
    return grouping.with_clusters(clusters)


def _merge(grouping: Grouping, edit: e.MergeClusters) -> Grouping:
    if len(set(edit.clusters)) < 2:
        raise edit_error("edits.merge_needs_two")
    merged = [check_cluster(grouping, cluster_id) for cluster_id in edit.clusters]
    for cluster in merged:
        if cluster.locked:
            raise edit_error("edits.cluster_locked", cluster=cluster.number)
    members = {member for cluster in merged for member in cluster.members}
    kept = replace(merged[0], members=tuple(sorted(members)))
    others = [cluster for cluster in grouping.clusters if cluster.id not in edit.clusters]
    return grouping.with_clusters([*others, kept])


def _split(grouping: Grouping, edit: e.SplitCluster) -> Grouping:
    members = set(check_cluster(grouping, edit.cluster).members)
    if not edit.members or not set(edit.members) < members:
        raise edit_error("edits.bad_split", cluster=edit.cluster)
    return _move(grouping, e.MoveCompounds(edit.members, "new"))


def _dissolve(grouping: Grouping, edit: e.DissolveCluster) -> Grouping:
    cluster = check_cluster(grouping, edit.cluster)
    if cluster.locked:
        raise edit_error("edits.cluster_locked", cluster=cluster.number)
    _check_free(grouping, cluster.members)
    return grouping.with_clusters(other for other in grouping.clusters if other.id != cluster.id)


def _name(grouping: Grouping, edit: e.NameCluster) -> Grouping:
    named = check_cluster(grouping, edit.cluster)
    number = named.number if edit.number is None else edit.number
    check_number(number)
    clusters = []
    for cluster in grouping.clusters:
        if cluster.id == edit.cluster:
            clusters.append(replace(cluster, name=edit.name.strip(), number=number))
        elif cluster.number == number:
            clusters.append(replace(cluster, number=named.number))
        else:
            clusters.append(cluster)
    return grouping.with_clusters(clusters)


def _check_free(grouping: Grouping, compounds: Collection[str]) -> None:
    held = grouping.locked_compounds.intersection(compounds)
    if held:
        raise edit_error("edits.compound_locked", compound=min(held))


_REGROUPED: Mapping[type[Edit], Callable[[Grouping, Any], Grouping]] = {
    e.MoveCompounds: _move,
    e.MergeClusters: _merge,
    e.SplitCluster: _split,
    e.DissolveCluster: _dissolve,
    e.NameCluster: _name,
}
CLUSTER_EDITS = tuple(_REGROUPED)
