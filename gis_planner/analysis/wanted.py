"""How many clusters were asked for, how many stand, and what is known to be in the way of the rest.

A number asked for (`clusters_wanted`, or the sum of the yearly programme) gives way to placing compounds. What counting
alone shows is said: into how many clusters at most those who take part can be divided, by the fewest compounds and
households of a cluster, and how many at least those who are placed need, by the most. Where counting shows nothing, it
is said that none was found, which is no proof that there is none.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np

from gis_planner.analysis.clustering.instance import pairs_apart
from gis_planner.analysis.clustering.pieces import pieces
from gis_planner.analysis.clustering.town import Town
from gis_planner.messages import Message
from gis_planner.model.clusters import Grouping
from gis_planner.model.issues import Issue

CODE = "clusters.wanted_not_had"


@dataclass(frozen=True)
class Room:
    """What counting allows: at most `most` clusters of all who take part, at least `least` for those who are placed.

    `parts` is into how many parts those who take part fall that no cluster can join.
    """

    most: int
    least: int
    parts: int


def doubt_number(town: Town, grouping: Grouping, participants: Collection[str]) -> list[Issue]:
    """List that there are not as many clusters as asked for; nothing where any number will do or none stands yet.

    `participants` are the compounds (ids) that take part in clusters.
    """
    asked, had = town.rules.clusters_asked, len(grouping.clusters)
    if not asked or asked == had or not (grouping.clusters or grouping.origin):
        return []
    why = _why(town, grouping, participants, asked)
    message = Message(CODE, asked=asked, had=had, why=why)
    return [Issue(CODE, "warning", "compounds", "", message)]


def count_room(town: Town, grouping: Grouping, participants: Collection[str]) -> Room | None:
    """Count how many clusters there can be; None where locks may hold clusters that break the bounds."""
    if grouping.locked_compounds or any(cluster.locked for cluster in grouping.clusters):
        return None
    placed = set(town.rows([member for cluster in grouping.clusters for member in cluster.members]))
    taking = sorted(placed.union(town.rows(sorted(participants))))
    parts = _parts(town, taking)
    most = sum(_most(town, part) for part in parts)
    least = sum(_least(town, [row for row in part if row in placed]) for part in parts)
    return Room(most, least, len(parts))


def _why(town: Town, grouping: Grouping, participants: Collection[str], asked: int) -> Message:
    origin = grouping.origin
    ruled = origin.get("rules", {})
    names = ("clusters_wanted", "programme")
    if not origin or any(ruled.get(name) != getattr(town.rules, name) for name in names):
        return Message("clusters.wanted.not_asked")
    if origin.get("digest") != grouping.digest():
        return Message("clusters.wanted.by_hand")
    room = count_room(town, grouping, participants)
    if room is not None and asked > room.most:
        return Message(
            "clusters.wanted.most", most=room.most, parts=room.parts,
            members=town.rules.members_min, households=town.rules.households_min,
        )  # fmt: skip
    if room is not None and asked < room.least:
        return Message(
            "clusters.wanted.least", least=room.least, parts=room.parts, placed=len(grouping.cluster_of()),
            members=town.rules.members_max, households=town.rules.households_max,
        )  # fmt: skip
    if origin.get("complete") is False:
        return Message("clusters.wanted.stopped")
    return Message("clusters.wanted.not_found")


def _parts(town: Town, taking: Sequence[int]) -> list[tuple[int, ...]]:
    """Give the parts that no cluster can join: over neighbours that may share one."""
    among = set(taking)
    pairs = [(row, other) for row in taking for other in town.links[row] if other in among]
    one, other = (np.array([pair[side] for pair in pairs], dtype=np.int64) for side in (0, 1))
    near: list[list[int]] = [[] for _ in town.ids]
    for (row, beside), apart in zip(pairs, pairs_apart(town, one, other).tolist(), strict=True):
        if not apart:
            near[row].append(beside)
    return pieces(taking, near)


def _most(town: Town, part: Sequence[int]) -> int:
    """Count how many clusters a part can be divided into at most; unknown households bound nothing."""
    rules = town.rules
    most = len(part) // rules.members_min
    known = [count for count in (town.households[row] for row in part) if count is not None]
    if len(known) == len(part) and rules.households_min > 0:
        most = min(most, sum(known) // rules.households_min)
    return most


def _least(town: Town, placed: Sequence[int]) -> int:
    """Count how many clusters those who are placed in a part need at least."""
    rules = town.rules
    households = sum(town.households[row] or 0 for row in placed)
    return max(-(-len(placed) // rules.members_max), -(-households // rules.households_max))
