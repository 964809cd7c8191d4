"""Compounds of the extension years (2001–2005) that a formed cluster takes in (洛宁方案 二(一), 随片区同步列入).

A cluster of older compounds is formed first; a younger one joins it when it lies inside: enough of its area within
the cluster's hull with the gaps closed, and beside one of its members. It never founds a cluster. All bounds hold
afterwards too, and the households that came this way stay within their cap, compared in whole households.
An older compound that only a younger one links with a cluster joins once that one has been taken in (`settle`): nobody
is left alone who could simply be moved there.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import shapely

from gis_planner.analysis.clustering.bounds import keeps_cap, measure_bounds
from gis_planner.analysis.clustering.instance import may_be_together
from gis_planner.analysis.clustering.town import Town
from gis_planner.analysis.footprint_shapes import closed_hull
from gis_planner.messages import Message
from gis_planner.model.clusters import Cluster


@dataclass(frozen=True)
class Settled:
    """Clusters with the younger compounds that they take in, and the older ones that these link with them.

    `taken` are the younger ones with their clusters' ids, `linked` the older ones.
    """

    clusters: tuple[Cluster, ...]
    taken: dict[str, str]
    linked: dict[str, str]


@dataclass(frozen=True)
class _Offer:
    """One compound beside a cluster: the share of it that lies inside, and why it may not join (None: it may)."""

    compound: str
    cluster: str
    inside: float
    refusal: Message | None


def attach_extension(
    town: Town, clusters: Sequence[Cluster], waiting: Collection[str], *, founders: Collection[str]
) -> tuple[tuple[Cluster, ...], dict[str, str]]:
    """Let waiting compounds join clusters, the one that lies deepest inside first, as long as every rule holds.

    `waiting` passes every other test; `founders` can found a cluster. Gives the clusters with those that joined,
    and the cluster id of every waiting compound that is in one now. Locked clusters take nobody in. Who joins can
    bring the next one inside the hull, so it goes on until nobody can join.
    """
    current = {cluster.id: cluster for cluster in clusters}
    taken = {member: cluster.id for cluster in clusters for member in cluster.members if member in waiting}
    late, left = set(taken), set(waiting) - set(taken)
    offers = [offer for cluster in clusters for offer in _offers(town, cluster, left, late, set(founders))]
    while open_offers := [offer for offer in offers if offer.refusal is None]:
        best = min(open_offers, key=lambda offer: (-offer.inside, offer.compound, offer.cluster))
        host = current[best.cluster]
        current[host.id] = replace(host, members=tuple(sorted({*host.members, best.compound})))
        taken[best.compound] = host.id
        late.add(best.compound)
        left.remove(best.compound)
        offers = [offer for offer in offers if offer.cluster != host.id and offer.compound in left]
        offers += _offers(town, current[host.id], left, late, set(founders))
    return tuple(current[cluster.id] for cluster in clusters), dict(sorted(taken.items()))


def settle(
    town: Town,
    clusters: Sequence[Cluster],
    waiting: Collection[str],
    *,
    founders: Collection[str],
    left: Collection[str],
) -> Settled:
    """Let waiting compounds join clusters, then those `left` alone that they link with one, until nobody can.

    Whoever is linked keeps every bound of the cluster, which has more households than before, so that the cap is kept.
    """
    found: tuple[Cluster, ...] = tuple(clusters)
    linked: dict[str, str] = {}
    while True:
        found, taken = attach_extension(town, found, waiting, founders=founders)
        joining = _link(town, found, {*taken, *linked}, [c for c in left if c not in linked])
        if joining is None:
            return Settled(found, taken, dict(sorted(linked.items())))
        compound, host = joining
        linked[compound] = host
        found = tuple(
            replace(c, members=tuple(sorted({*c.members, compound}))) if c.id == host else c for c in found
        )


def _link(
    town: Town, clusters: Sequence[Cluster], came: Collection[str], left: Collection[str]
) -> tuple[str, str] | None:
    """Choose a compound beside one that came in, and the cluster that may take it: the longest frontage first."""
    offers = []
    for cluster in clusters:
        rows = town.rows(cluster.members)
        links = {row for row in rows if town.ids[row] in came}
        if cluster.locked or not links:
            continue
        for row in town.rows(sorted(left)):
            if links.intersection(town.links[row]) and may_be_together(town, sorted([*rows, row])):
                frontage_m = sum(
                    town.links[row][other].frontage_m for other in rows if other in town.links[row]
                )
                offers.append((-frontage_m, town.ids[row], cluster.id))
    return min(offers)[1:] if offers else None


def explain_waiting(
    town: Town, clusters: Sequence[Cluster], waiting: Collection[str], *, founders: Collection[str]
) -> dict[str, Message]:
    """Say of every waiting compound that is in no cluster why none takes it in, or which one would."""
    late = {member for cluster in clusters for member in cluster.members if member in waiting}
    left = set(waiting) - late
    reasons = {compound: Message("clusters.extension.no_neighbour") for compound in sorted(left)}
    offers = [offer for cluster in clusters for offer in _offers(town, cluster, left, late, set(founders))]
    for offer in sorted(offers, key=lambda offer: (offer.refusal is None, offer.inside, offer.cluster)):
        name = next(cluster_name(cluster) for cluster in clusters if cluster.id == offer.cluster)
        reasons[offer.compound] = offer.refusal or Message("clusters.extension.would_join", cluster=name)
    return reasons


def _offers(
    town: Town, cluster: Cluster, left: Collection[str], late: Collection[str], founders: Collection[str]
) -> list[_Offer]:
    """List the compounds beside a cluster that wait, each with what would keep it from joining."""
    members = town.rows(cluster.members)
    beside = sorted({other for row in members for other in town.links[row] if town.ids[other] in left})
    if not beside:
        return []
    hull = closed_hull(town.shapes[members], 2 * town.rules.max_gap_m)
    offers = []
    for row in beside:
        inside = float(shapely.intersection(town.shapes[row], hull).area) / float(town.shapes[row].area)
        refusal = _refusal(town, cluster, row, inside, late, founders)
        offers.append(_Offer(town.ids[row], cluster.id, inside, refusal))
    return offers


def _refusal(
    town: Town, cluster: Cluster, row: int, inside: float, late: Collection[str], founders: Collection[str]
) -> Message | None:
    """Say why a compound may not join the cluster; None when it may."""
    rules = town.rules
    name = cluster_name(cluster)
    if cluster.locked:
        return Message("clusters.extension.locked", cluster=name)
    if inside < rules.extension_share_min:
        shares = {"share": _percent(inside), "needed": _percent(rules.extension_share_min)}
        return Message("clusters.extension.outside", cluster=name, **shares)
    rows = sorted([*town.rows(cluster.members), row])
    joining = [member for member in rows if member == row or town.ids[member] in late]
    if not any(member in founders for member in cluster.members):
        return Message("clusters.extension.no_founder", cluster=name)
    if not may_be_together(town, rows):
        broken = [bound for bound in measure_bounds(town, rows) if bound.state == "broken"]
        names = [Message(f"clusters.bound.{bound.name}") for bound in broken]
        return Message("clusters.extension.bounds", cluster=name, bounds=names)
    if any(town.households[member] is None for member in rows):
        return Message("clusters.extension.unknown_households", cluster=name)
    total = sum(town.households[member] or 0 for member in rows)
    extension = sum(town.households[member] or 0 for member in joining)
    if not keeps_cap(extension, total, rules.extension_cap):
        figures = {"extension": extension, "total": total, "cap": _percent(rules.extension_cap)}
        return Message("clusters.extension.cap", cluster=name, **figures)
    return None


def cluster_name(cluster: Cluster) -> str | Message:
    """Give a cluster's name, or its number where it has none."""
    return cluster.name or Message("clusters.numbered", number=cluster.number)


def _percent(share: float) -> str:
    """Write a share as a percentage, rounded down so that too little never looks like enough."""
    return f"{math.floor(1000 * share + 1e-6) / 10:g}%"
