"""Why a compound stands in no cluster, in words that a reviewer accepts.

The first reason that holds is given: it takes no part; it has no outline; a person took it out or locked it out;
it has no neighbour; its outline, or the one beside it, covers several others; a barrier, the township line or the way
on foot lies between; those it could join are full; those left with it are too few. Names and figures are said, so that
the reason can be checked on the map.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from gis_planner.analysis.clustering.bounds import measure_bounds
from gis_planner.analysis.clustering.instance import may_be_together
from gis_planner.analysis.clustering.pieces import is_connected, pieces
from gis_planner.analysis.clustering.town import Town
from gis_planner.analysis.covering import COVERED, count_covered
from gis_planner.analysis.eligibility import awaits_cluster, founds_cluster, takes_part
from gis_planner.analysis.eligibility_sentences import eligibility_sentence
from gis_planner.analysis.extension import cluster_name, explain_waiting
from gis_planner.messages import Message
from gis_planner.model.clusters import Cluster, Grouping
from gis_planner.model.results import Bound
from gis_planner.model.standard import Eligibility
from gis_planner.model.tables import Frame, geometries, texts

DOUBTFUL = Message(
    "clusters.kind.outline"
)  # what lies between is no line, but one outline that covers several others
_UPPER = ("households", "members", "walk_diameter_m", "township")


def explain_alone(
    town: Town, grouping: Grouping, eligibility: Sequence[Eligibility], neighbours: Frame, barriers: Frame
) -> dict[str, Message]:
    """Give the reason for every compound outside all clusters, by compound id.

    `eligibility` is that of the study (second pass), `neighbours` and `barriers` as their own modules give them.
    """
    grouped = grouping.cluster_of()
    decided = {e.compound_id: e for e in eligibility}
    founders = [e.compound_id for e in eligibility if founds_cluster(e)]
    waiting = [e.compound_id for e in eligibility if awaits_cluster(e)]
    waits = explain_waiting(town, grouping.clusters, waiting, founders=founders)
    around = _look_around(town, grouping, decided, neighbours, barriers)
    reasons = {}
    for compound in town.ids:
        if compound in grouped:
            continue
        found = decided.get(compound)
        if compound in waits:
            reasons[compound] = Message("clusters.alone.waits", why=waits[compound])
        elif found is not None and not takes_part(found.result):
            reasons[compound] = Message("clusters.alone.takes_no_part", why=eligibility_sentence(found))
        else:
            reasons[compound] = _explain(around, compound)
    return reasons


@dataclass(frozen=True, eq=False)
class _Around:
    """What the reasons are read from: who takes part, who stands where, and every pair of neighbours by row."""

    town: Town
    grouping: Grouping
    participants: frozenset[int]
    cluster_at: Mapping[int, Cluster]
    blocked: Mapping[int, Mapping[int, Message]]
    tree: shapely.STRtree
    tree_rows: Sequence[int]


def _look_around(
    town: Town, grouping: Grouping, decided: Mapping[str, Eligibility], neighbours: Frame, barriers: Frame
) -> _Around:
    cluster_at = {row: cluster for cluster in grouping.clusters for row in town.rows(cluster.members)}
    taking = {town.row[name] for name, e in decided.items() if takes_part(e.result) and name in town.row}
    participants = frozenset(taking | set(cluster_at))
    blocked = find_blocked(town, neighbours, barriers)
    rows = sorted(participants)
    return _Around(
        town, grouping, participants, cluster_at, blocked, shapely.STRtree(town.shapes[rows]), rows
    )


def find_blocked(town: Town, neighbours: Frame, barriers: Frame) -> dict[int, dict[int, Message]]:
    """Give for each compound (row) its would-be neighbours behind a barrier, with the barrier's name."""
    blocked: dict[int, dict[int, Message]] = {}
    closed = ~np.array(list(neighbours["allowed"]), dtype=bool)
    names = _blocker_names(neighbours, barriers, closed, town.rules.max_gap_m)
    pairs = zip(
        *(np.array(neighbours[column], dtype=object)[closed] for column in ("a", "b")), names, strict=True
    )
    for a, b, name in pairs:
        if a in town.row and b in town.row:
            blocked.setdefault(town.row[a], {})[town.row[b]] = name
            blocked.setdefault(town.row[b], {})[town.row[a]] = name
    return blocked


def _blocker_names(neighbours: Frame, barriers: Frame, closed: np.ndarray, reach_m: float) -> list[Message]:
    """Name what blocks each closed pair: the kind, and the barrier's own name where one is near the line between."""
    kinds = np.array(texts(neighbours, "blocked_by"), dtype=object)[closed]
    lines = geometries(neighbours)[closed]
    barrier_kinds, barrier_names = texts(barriers, "kind"), texts(barriers, "name")
    pair, barrier = shapely.STRtree(geometries(barriers)).query(lines, predicate="dwithin", distance=reach_m)
    near: list[set[str]] = [set() for _ in lines]
    for row, other in zip(pair.tolist(), barrier.tolist(), strict=True):
        name = barrier_names[other]
        if name and barrier_kinds[other] == kinds[row]:
            near[row].add(name)
    found = []
    for kind, names in zip(kinds, near, strict=True):
        label = Message(f"clusters.kind.{kind}")
        found.append(Message("clusters.kind_named", kind=label, name=sorted(names)) if names else label)
    return found


def _explain(around: _Around, compound: str) -> Message:
    town, row = around.town, around.town.row[compound]
    if town.shapes[row].is_empty:
        return Message("clusters.alone.no_outline")
    if not around.grouping.clusters and not around.grouping.origin:
        return Message("clusters.alone.no_grouping")
    if compound in around.grouping.locked_compounds:
        return Message("clusters.alone.locked")
    by_hand = _taken_out(around, compound)
    if by_hand is not None:
        return by_hand
    beside = [other for other in town.links[row] if other in around.participants]
    if not beside:
        return _no_neighbour(around, row)
    if not may_be_together(town, (row,)):
        return Message(
            "clusters.alone.too_large", households=town.households[row], most=town.rules.households_max
        )
    together = [other for other in beside if may_be_together(town, (row, other))]
    if not together:
        return _kept_apart(town, row, beside)
    clusters = {
        around.cluster_at[other].id: around.cluster_at[other]
        for other in together
        if other in around.cluster_at
    }
    return _cannot_join(around, row, clusters) if clusters else _too_few(around, row)


def _taken_out(around: _Around, compound: str) -> Message | None:
    """Say that a person took it out, when the proposal had placed it."""
    origin = around.grouping.origin
    if compound not in {*origin.get("placed", ()), *origin.get("extension", ())}:
        return None
    town, row = around.town, around.town.row[compound]
    hosts = {other.id: other for beside, other in around.cluster_at.items() if beside in town.links[row]}
    open_hosts = [cluster for _, cluster in sorted(hosts.items()) if not _refusals(town, cluster, row)]
    if not open_hosts:
        return Message("clusters.alone.by_hand")
    return Message("clusters.alone.by_hand_open", clusters=_names(open_hosts))


def _no_neighbour(around: _Around, row: int) -> Message:
    town = around.town
    blocked = {
        other: name for other, name in around.blocked.get(row, {}).items() if other in around.participants
    }
    doubtful = [other for other, name in around.blocked.get(row, {}).items() if name == DOUBTFUL]
    covered = _covered(town, row, doubtful)
    if covered:
        return Message("clusters.alone.covering", neighbours=_places(town, covered), n=len(covered))
    behind = {other: name for other, name in blocked.items() if name != DOUBTFUL}
    if behind:
        barriers = sorted(set(behind.values()), key=lambda name: repr(name.to_json()))
        return Message("clusters.alone.blocked", neighbours=_places(town, behind), barriers=barriers)
    if blocked:
        return Message("clusters.alone.beside_covering", neighbours=_places(town, blocked))
    nearest = _nearest(around, row)
    strangers = [other for other in town.links[row] if other not in around.participants]
    if nearest is None:
        return Message("clusters.alone.nobody")
    other, metres = nearest
    values = {"nearest": town.names[other], "metres": metres, "gap": town.rules.max_gap_m}
    if metres <= town.rules.max_gap_m:
        return Message("clusters.alone.corner", frontage=town.rules.min_frontage_m, **values)
    if strangers:
        return Message("clusters.alone.strangers", neighbours=_places(town, strangers), **values)
    return Message("clusters.alone.far", **values)


def _covered(town: Town, row: int, others: Sequence[int]) -> list[int]:
    """Give the compounds that lie in one that is doubted for covering several; none where it is not the doubted one."""
    among = [row, *sorted(others)]
    pairs = np.array([(0, place) for place in range(1, len(among))], dtype=np.int64).reshape(-1, 2)
    if count_covered(town.shapes[among], pairs)[0] < COVERED:
        return []
    shared = shapely.area(shapely.intersection(town.shapes[row], town.shapes[among[1:]]))
    inside = shared >= shapely.area(town.shapes[among[1:]]) / 2
    return [other for other, lies_in in zip(among[1:], inside.tolist(), strict=True) if lies_in]


def _nearest(around: _Around, row: int) -> tuple[int, float] | None:
    """Find the nearest other participant and how far it is."""
    shape = around.town.shapes[row]
    others = [place for place, other in enumerate(around.tree_rows) if other != row]
    if not others:
        return None
    reach = 1.0 + around.town.rules.max_gap_m
    while True:
        near = [
            around.tree_rows[k]
            for k in around.tree.query(shape, predicate="dwithin", distance=reach).tolist()
        ]
        far = {other: float(shape.distance(around.town.shapes[other])) for other in near if other != row}
        if far:
            return min(far.items(), key=lambda item: (item[1], item[0]))
        if reach > 1e8:
            return None
        reach *= 4


def _kept_apart(town: Town, row: int, beside: Sequence[int]) -> Message:
    """Say which line lies between it and its neighbours: the township's, the way on foot, or their size."""
    named = {"neighbours": _places(town, beside)}
    codes = town.township_codes
    if town.rules.same_township and all(codes[row] >= 0 and 0 <= codes[o] != codes[row] for o in beside):
        others = sorted({town.townships[other] or "" for other in beside})
        return Message("clusters.alone.township", own=town.townships[row], others=others, **named)
    if bool(town.too_far([row, *beside])[0, 1:].all()):
        walks = town.walks.among([row, *beside])[0, 1:]
        if not np.isnan(walks).all():
            figures = {"metres": float(np.nanmin(walks)), "most": town.rules.walk_diameter_max_m}
            return Message("clusters.alone.walk", **figures, **named)
        return Message("clusters.alone.no_way", **named)
    cases = [
        Message("clusters.alone.case", cluster=town.names[other], why=_broken(town, sorted((row, other))))
        for other in beside
    ]
    return Message("clusters.alone.apart", cases=cases)


def _cannot_join(around: _Around, row: int, clusters: Mapping[str, Cluster]) -> Message:
    """Say what each neighbouring cluster would break by taking it, or which one could take it."""
    town = around.town
    refusals = {cluster_id: _refusals(town, cluster, row) for cluster_id, cluster in clusters.items()}
    hosts = [clusters[cluster_id] for cluster_id, why in sorted(refusals.items()) if not why]
    if hosts:
        return Message("clusters.alone.could_join", clusters=_names(hosts))
    cases = [
        Message("clusters.alone.case", cluster=cluster_name(clusters[cluster_id]), why=why)
        for cluster_id, why in sorted(refusals.items())
    ]
    return Message("clusters.alone.full", cases=cases)


def _refusals(town: Town, cluster: Cluster, row: int) -> list[Message]:
    """Say why a cluster cannot take a compound; nothing where it can."""
    if cluster.locked:
        return [Message("clusters.broken.locked")]
    rows = town.rows(cluster.members)
    together = sorted([*rows, row])
    if not is_connected(together, town.links_by_row) and is_connected(rows, town.links_by_row):
        return [Message("clusters.broken.contiguous")]
    return _broken(town, together)


def _broken(town: Town, rows: Sequence[int]) -> list[Message]:
    """Say which upper bounds these compounds break together, with the figures."""
    if may_be_together(town, rows):
        return []
    broken = [
        bound for bound in measure_bounds(town, rows) if bound.state == "broken" and bound.name in _UPPER
    ]
    return [
        _broken_bound(bound) for bound in broken if bound.value is None or bound.value > (bound.high or 0)
    ]


def _broken_bound(bound: Bound) -> Message:
    key = f"clusters.broken.{bound.name}" + ("" if bound.value is not None else "_unknown")
    return Message(key, value=bound.value, most=bound.high)


def _too_few(around: _Around, row: int) -> Message:
    """Say how many compounds and households are left together, where these are too few for a cluster."""
    town, rules = around.town, around.town.rules
    free = [other for other in around.participants if other not in around.cluster_at]
    apart = {other for other in free if other != row and not may_be_together(town, sorted((row, other)))}
    left = next(piece for piece in pieces(set(free) - apart, town.links_by_row) if row in piece)
    values = {
        "members": len(left),
        "neighbours": _places(town, [other for other in left if other != row]),
        "households": sum(town.households[other] or 0 for other in left),
    }
    unknown = sum(town.households[other] is None for other in left)
    if len(left) < rules.members_min:
        return Message("clusters.alone.few_members", least=rules.members_min, **values)
    if unknown == 0 and int(str(values["households"])) < rules.households_min:
        return Message("clusters.alone.few_households", least=rules.households_min, **values)
    return Message("clusters.alone.left_over", **values)


def _places(town: Town, rows: Collection[int], most: int = 4) -> list[str | Message]:
    """Name a few compounds, and how many more there are."""
    named: list[str | Message] = [town.names[row] for row in sorted(rows)[:most]]
    return named if len(rows) <= most else [*named, Message("clusters.and_more", n=len(rows) - most)]


def _names(clusters: Sequence[Cluster]) -> list[str | Message]:
    return [cluster_name(cluster) for cluster in clusters]
