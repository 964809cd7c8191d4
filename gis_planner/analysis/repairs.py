"""One more move that mends what a moved compound breaks.

Four moves are thought of: what is cut off goes along with the compound; the rest of its cluster goes along; the cluster
that got too large gives one compound to a neighbour; the one that got too small takes one from a neighbour. Each is
tried, and only what breaks nothing is offered, the one that costs least (in soft terms) first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from gis_planner.analysis.breaking import breaks_anything, broken_anew, falls_apart, name_compounds
from gis_planner.analysis.clustering.town import Town
from gis_planner.analysis.extension import cluster_name
from gis_planner.analysis.live_grouping import Comparison, LiveGrouping, Side
from gis_planner.errors import RuleError
from gis_planner.messages import Message
from gis_planner.model.clusters import Cluster, Grouping
from gis_planner.model.edits import Edit, MoveCompounds
from gis_planner.model.regrouping import regroup

_OFFERED = 3
_TRIED = 10  # of each kind of move, those with the longest shared frontage first


@dataclass(frozen=True, eq=False)
class Repair:
    """One more move that mends what a trial breaks: the edits to make instead, and what they do, in words."""

    edits: tuple[Edit, ...]
    message: Message


def find_repairs(
    live: LiveGrouping, compounds: tuple[str, ...], to: str | None, broken: Comparison
) -> tuple[Repair, ...]:
    """Find moves that mend what moving `compounds` breaks, at most three; each has all edits to make instead."""
    found: list[tuple[float, Repair]] = []
    for candidates in (
        _take_along(live, compounds, to, broken),
        _give_away(live, compounds, to, broken),
        _take_in(live, compounds, to, broken),
    ):
        for repair in islice(candidates, _TRIED):
            cost = _cost_if_mended(live, repair.edits)
            if cost is not None:
                found.append((cost, repair))
                break
    found.sort(key=lambda item: item[0])
    return tuple(repair for _, repair in found[:_OFFERED])


def _cost_if_mended(live: LiveGrouping, edits: tuple[Edit, ...]) -> float | None:
    """Give how much dearer the grouping gets by these edits; None where they cannot be made or break something."""
    after = live.grouping
    try:
        for edit in edits:
            after = regroup(after, edit)
    except RuleError:
        return None
    comparison = live.compare(after, verdicts=False)
    if breaks_anything(comparison):
        return None
    return sum(
        (side.after.cost if side.after else 0.0) - (side.before.cost if side.before else 0.0)
        for side in comparison.sides
    )


def _take_along(
    live: LiveGrouping, compounds: tuple[str, ...], to: str | None, broken: Comparison
) -> Iterator[Repair]:
    """Let what is cut off go along; then all that is left of the cluster."""
    moving = set(compounds)
    for side in broken.sides:
        if side.after is None or side.before is None or not moving.intersection(side.before.members):
            continue
        if falls_apart(side.before, side.after):
            cut_off = sorted(member for piece in side.after.pieces[1:] for member in piece)
            more = tuple(sorted(moving.union(cut_off)))
            said = Message("moving.repair.along", compounds=name_compounds(live.town, cut_off))
            yield Repair((MoveCompounds(more, to),), said)
        if to is not None:
            said = Message("moving.repair.rest", cluster=cluster_name(side.cluster))
            yield Repair((MoveCompounds(tuple(sorted(moving.union(side.before.members))), to),), said)


def _give_away(
    live: LiveGrouping, compounds: tuple[str, ...], to: str | None, broken: Comparison
) -> Iterator[Repair]:
    """Let a cluster that got too large give one compound to a neighbour."""
    moving, first = set(compounds), MoveCompounds(compounds, to)
    for side in _too_large(broken):
        assert side.after is not None
        own = [member for member in side.after.members if member not in moving]
        for member, other in _borders(live.town, broken.after, own, side.cluster):
            if not _fits(live, side, other, member):
                continue
            names = {"compound": live.town.names[live.town.row[member]], "cluster": cluster_name(other)}
            yield Repair((first, MoveCompounds((member,), other.id)), Message("moving.repair.give", **names))


def _take_in(
    live: LiveGrouping, compounds: tuple[str, ...], to: str | None, broken: Comparison
) -> Iterator[Repair]:
    """Let a cluster that got too small take one compound from a neighbour, or one that stands free."""
    town, moving, first = live.town, set(compounds), MoveCompounds(compounds, to)
    cluster_of = {m: c for c in broken.after.clusters for m in c.members}
    for side in _too_small(broken):
        assert side.after is not None
        frontage: dict[str, float] = {}
        for row in town.rows(side.after.members):
            for other, link in town.links[row].items():
                name = town.ids[other]
                if name not in moving and name not in side.after.members and live.takes_part(name):
                    frontage[name] = frontage.get(name, 0.0) + link.frontage_m
        for name in sorted(frontage, key=lambda c: (-frontage[c], c)):
            host = cluster_of.get(name)
            if host is not None and host.locked:
                continue
            told = {"compound": town.names[town.row[name]], "cluster": cluster_name(side.cluster)}
            if side.before is None:
                edits: tuple[Edit, ...] = (MoveCompounds(tuple(sorted(moving | {name})), to),)
            else:
                edits = (first, MoveCompounds((name,), side.cluster.id))
            yield Repair(edits, Message("moving.repair.take", **told))


def _too_large(broken: Comparison) -> list[Side]:
    """Give the clusters that break an upper bound."""
    return [
        side
        for side in broken.sides
        if side.after is not None
        and any(
            b.value is None or (b.high is not None and b.value > b.high)
            for b in broken_anew(side.before, side.after)
        )
    ]


def _too_small(broken: Comparison) -> list[Side]:
    """Give the clusters that break a lower bound."""
    return [
        side
        for side in broken.sides
        if side.after is not None
        and any(
            b.value is not None and b.low is not None and b.value < b.low
            for b in broken_anew(side.before, side.after)
        )
    ]


def _borders(
    town: Town, grouping: Grouping, members: list[str], own: Cluster
) -> Iterator[tuple[str, Cluster]]:
    """Give pairs of a member and another cluster that it is a neighbour of, the longest shared frontage first."""
    cluster_of: Mapping[str, Cluster] = {m: c for c in grouping.clusters for m in c.members}
    frontage: dict[tuple[str, str], float] = {}
    found: dict[str, Cluster] = {}
    for member in members:
        for other, link in town.links[town.row[member]].items():
            host = cluster_of.get(town.ids[other])
            if host is not None and host.id != own.id and not host.locked:
                found[host.id] = host
                frontage[member, host.id] = frontage.get((member, host.id), 0.0) + link.frontage_m
    for member, host_id in sorted(frontage, key=lambda pair: (-frontage[pair], pair)):
        yield member, found[host_id]


def _fits(live: LiveGrouping, side: Side, host: Cluster, member: str) -> bool:
    """Tell in whole households and members whether giving one away can help at all."""
    rules, households = live.town.rules, live.town.households[live.town.row[member]] or 0
    given, taken = side.after, live.measure(host.members)
    assert given is not None
    return (
        given.households - households <= rules.households_max
        and len(given.members) - 1 <= rules.members_max
        and taken.households + households <= rules.households_max
        and len(taken.members) + 1 <= rules.members_max
    )
