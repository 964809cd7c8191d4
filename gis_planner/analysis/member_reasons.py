"""Why a compound stands in its cluster and not in the one beside it, in words that a reviewer accepts.

For each neighbouring cluster it is said what forbids the change, or what every soft term would come to: first what
counts most, each with a figure that can be checked on the map and with what it costs. Where the change would be better
than what stands, that is said as well: nobody should have to find it out in the meeting.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gis_planner.analysis.breaking import broken_anew, broken_words, falls_apart, name_compounds
from gis_planner.analysis.clustering.bounds import measure_bounds
from gis_planner.analysis.clustering.cost import Costs
from gis_planner.analysis.clustering.pieces import pieces
from gis_planner.analysis.clustering.town import Town
from gis_planner.analysis.extension import cluster_name
from gis_planner.analysis.live_grouping import Standing
from gis_planner.analysis.reasons import DOUBTFUL
from gis_planner.messages import Message
from gis_planner.model.clusters import Cluster, Grouping

_SHOWN_FROM = 0.005  # a smaller difference of cost is none
# What one of each is, where a term counts in pieces: metres of walking, metres of frontage (half borne by each side).
_UNITS: Mapping[str, float] = {"compactness": 100.0, "frontage_cut": 50.0}


@dataclass(frozen=True)
class Elsewhere:
    """What it would be to stand in a neighbouring cluster instead.

    `forbidden` says what would be broken; `differences` are the changes of each weighted soft term (more is worse),
    `total` their sum, both also where it is forbidden.
    """

    cluster: Cluster
    forbidden: tuple[Message, ...]
    differences: Mapping[str, float]
    total: float


def look_elsewhere(
    town: Town,
    grouping: Grouping,
    costs: Costs,
    compound: str,
    *,
    cluster_of: Mapping[str, Cluster] | None = None,
) -> tuple[Elsewhere, ...]:
    """Give every other cluster that a member is a neighbour of, by number; KeyError where it stands in none.

    `cluster_of` is every member's cluster (`clusters_by_member`), where it is at hand.
    """
    clusters = clusters_by_member(grouping) if cluster_of is None else cluster_of
    own = clusters[compound]
    near = [clusters[town.ids[o]] for o in town.links[town.row[compound]] if town.ids[o] in clusters]
    beside = {cluster.id: cluster for cluster in near if cluster.id != own.id}
    ordered = sorted(beside.values(), key=lambda cluster: (cluster.number, cluster.id))
    return tuple(_weigh(town, costs, own, cluster, compound) for cluster in ordered)


def clusters_by_member(grouping: Grouping) -> dict[str, Cluster]:
    """Give every member's cluster."""
    return {member: cluster for cluster in grouping.clusters for member in cluster.members}


def explain_member(
    town: Town,
    grouping: Grouping,
    costs: Costs,
    compound: str,
    *,
    blocked: Mapping[int, Mapping[int, Message]] | None = None,
    cluster_of: Mapping[str, Cluster] | None = None,
) -> Message:
    """Say why a member stands in its cluster and not in a neighbouring one; KeyError where it stands in none.

    `blocked` are the barriers between would-be neighbours (`reasons.find_blocked`) and `cluster_of` is every member's
    cluster (`clusters_by_member`), where they are at hand.
    """
    clusters = clusters_by_member(grouping) if cluster_of is None else cluster_of
    own, row = clusters[compound], town.row[compound]
    shared = [(o, link.frontage_m) for o, link in town.links[row].items() if town.ids[o] in own.members]
    elsewhere = look_elsewhere(town, grouping, costs, compound, cluster_of=clusters)
    cases = [_case(town, costs, own, compound, other) for other in elsewhere]
    values = {"cluster": cluster_name(own), "n": len(shared), "metres": sum(m for _, m in shared)}
    here = Message("clusters.why.here" if shared else "clusters.why.here_apart", **values)
    held: list[Message] = []
    if own.locked:
        held.append(Message("clusters.why.cluster_locked", cluster=cluster_name(own)))
    if compound in grouping.locked_compounds:
        held.append(Message("clusters.why.compound_locked"))
    cases += _behind_barriers(town, clusters, own, row, (blocked or {}).get(row, {}))
    rest = cases or [Message("clusters.why.nobody_else")]
    return Message("clusters.why.member", here=here, cases=_join([*held, *rest]))


def explain_cluster(town: Town, grouping: Grouping, costs: Costs, cluster_id: str) -> tuple[Message, ...]:
    """Say of every neighbouring cluster why the two are not one: what forbids it, or what it would cost."""
    own = grouping.cluster(cluster_id)
    cluster_of = clusters_by_member(grouping)
    near = {
        cluster_of[town.ids[other]].id
        for row in town.rows(own.members)
        for other in town.links[row]
        if town.ids[other] in cluster_of
    }
    found = []
    for other in grouping.clusters:
        if other.id not in near or other.id == own.id:
            continue
        together = tuple(sorted({*own.members, *other.members}))
        before = [_standing(town, cluster.members) for cluster in (own, other)]
        after = _standing(town, together)
        broken = [
            broken_words(bound)
            for bound in broken_anew(None, after)
            if all(any(b.name == bound.name for b in broken_anew(one, after)) for one in before)
        ]
        total = _cost(town, costs, together) - _cost(town, costs, own.members)
        total -= _cost(town, costs, other.members)
        names = {"other": cluster_name(other)}
        if broken:
            found.append(Message("clusters.why.not_merged", why=broken, **names))
        elif total >= _SHOWN_FROM:
            found.append(Message("clusters.why.merged_dearer", total=total, **names))
        else:
            found.append(Message("clusters.why.merged_cheaper", total=-total, **names))
    return tuple(found)


def _behind_barriers(
    town: Town, cluster_of: Mapping[str, Cluster], own: Cluster, row: int, blocked: Mapping[int, Message]
) -> list[Message]:
    """Say of clusters that would be neighbours, but for a barrier, what lies between."""
    open_to = {cluster_of[town.ids[o]].id for o in town.links[row] if town.ids[o] in cluster_of}
    behind: dict[str, list[Message]] = {}
    named: dict[str, Cluster] = {}
    for other, barrier in blocked.items():
        cluster = cluster_of.get(town.ids[other])
        if cluster is not None and cluster.id != own.id and cluster.id not in open_to:
            named[cluster.id] = cluster
            behind.setdefault(cluster.id, []).append(barrier)
    found = []
    for name, between in sorted(behind.items()):
        lines = sorted(set(between) - {DOUBTFUL}, key=lambda barrier: repr(barrier.to_json()))
        values = {"cluster": cluster_name(named[name])}
        if lines:
            found.append(Message("clusters.why.behind", barriers=lines, **values))
        else:
            found.append(Message("clusters.why.beside_outline", **values))
    return found


def _weigh(town: Town, costs: Costs, own: Cluster, other: Cluster, compound: str) -> Elsewhere:
    left = tuple(member for member in own.members if member != compound)
    joined = tuple(sorted([*other.members, compound]))
    differences = {
        name: after - before
        for name, after in _sum(town, costs, [left, joined]).items()
        for before in [_sum(town, costs, [own.members, other.members])[name]]
    }
    forbidden: list[Message] = []
    if other.locked:
        forbidden.append(Message("clusters.why.locked"))
    for cluster, members in ((own, left), (other, joined)):
        if not members:
            continue
        before, after = _standing(town, cluster.members), _standing(town, members)
        if falls_apart(before, after):
            cut_off = sorted(member for piece in after.pieces[1:] for member in piece)
            forbidden.append(
                Message(
                    "clusters.why.cut_off",
                    cluster=cluster_name(cluster),
                    compounds=name_compounds(town, cut_off),
                )
            )
        forbidden += [
            Message("clusters.why.bound", cluster=cluster_name(cluster), why=broken_words(bound))
            for bound in broken_anew(before, after)
        ]
    return Elsewhere(other, tuple(forbidden), differences, sum(differences.values()))


def _case(town: Town, costs: Costs, own: Cluster, compound: str, other: Elsewhere) -> Message:
    names = {"cluster": cluster_name(other.cluster)}
    if other.forbidden:
        return Message(
            "clusters.why.forbidden", why=_join(list(other.forbidden), "clusters.why.also"), **names
        )
    terms = [
        _term(town, _weight(town, costs, name), own, other.cluster, compound, name, difference)
        for name, difference in sorted(other.differences.items(), key=lambda d: (-abs(d[1]), d[0]))
        if abs(difference) >= _SHOWN_FROM
    ]
    if not terms:
        return Message("clusters.why.even", **names)
    if other.total >= _SHOWN_FROM:
        return Message("clusters.why.dearer", terms=terms, total=other.total, **names)
    if other.total <= -_SHOWN_FROM:
        return Message("clusters.why.cheaper", terms=terms, total=-other.total, **names)
    return Message("clusters.why.equal", terms=terms, **names)


def _term(
    town: Town, weight: float, own: Cluster, other: Cluster, compound: str, name: str, difference: float
) -> Message:
    """Say what one term would come to, with a figure that can be checked."""
    more = "more" if difference > 0 else "less"
    figure = abs(difference) / weight * _UNITS.get(name, 1.0) if weight else 0.0
    values: dict[str, object] = {"figure": figure, "cost": f"{difference:+.2f}"}
    if name in ("size", "balance"):
        left = [member for member in own.members if member != compound]
        counts = [len(own.members), len(left), len(other.members), len(other.members) + 1]
        if name == "balance":
            counts = [
                _households(town, m) for m in (own.members, left, other.members, [*other.members, compound])
            ]
        own_before, own_after, other_before, other_after = counts
        values |= {"own": cluster_name(own), "other": cluster_name(other), "own_before": own_before}
        values |= {"own_after": own_after, "other_before": other_before, "other_after": other_after}
    if name == "community":
        values["community"] = town.communities[town.row[compound]] or _most(town, own)
    return Message(f"clusters.why.{name}_{more}", **values)


def _weight(town: Town, costs: Costs, name: str) -> float:
    """Give the weight by which a term was counted: the costs' own, else the rules'."""
    own = getattr(getattr(costs, "weights", None), name, None)
    return float(getattr(town.rules, f"weight_{name}", 0.0) if own is None else own)


def _households(town: Town, members: Sequence[str]) -> int:
    return sum(town.households[row] or 0 for row in town.rows(members))


def _most(town: Town, cluster: Cluster) -> str | None:
    known = Counter(c for c in (town.communities[row] for row in town.rows(cluster.members)) if c)
    return min(known, key=lambda name: (-known[name], name)) if known else None


def _sum(town: Town, costs: Costs, groups: Sequence[Sequence[str]]) -> dict[str, float]:
    total: dict[str, float] = {}
    for group in groups:
        for name, value in (costs.terms(town.rows(group)) if group else {}).items():
            total[name] = total.get(name, 0.0) + value
    return total


def _cost(town: Town, costs: Costs, members: Sequence[str]) -> float:
    return sum(costs.terms(town.rows(members)).values())


def _standing(town: Town, members: tuple[str, ...]) -> Standing:
    rows = town.rows(members)
    parts = [tuple(town.ids[row] for row in part) for part in pieces(rows, town.links_by_row)]
    parts.sort(key=lambda part: (-_households(town, part), -len(part), part))
    return Standing(members, _households(town, members), 0, measure_bounds(town, rows), {}, tuple(parts))


def _join(parts: Sequence[Message], key: str = "clusters.why.then") -> Message:
    """Put sentences (or, by another key, reasons) behind each other."""
    whole = parts[0]
    for part in parts[1:]:
        whole = Message(key, first=whole, second=part)
    return whole
