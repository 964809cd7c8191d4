"""Which cluster is which: ids, numbers and names that stay while most of a cluster stays.

A cluster of a new grouping is the old one when more than half of the old one's households (its members, where
households are unknown) are in it. New clusters are numbered as one reads a map, from the north-west to the
south-east, after the numbers in use, and are named after the community that most members belong to.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from gis_planner.analysis.clustering.town import Town
from gis_planner.model.clusters import Cluster, Grouping

_DIGITS = "零一二三四五六七八九"


def name_clusters(
    town: Town,
    groups: Sequence[Sequence[str]],
    previous: Grouping,
    *,
    among: Collection[str],
    pinned: Mapping[int, str],
) -> tuple[Cluster, ...]:
    """Make clusters of groups of compounds, sorted by number: known ones keep id, number and name.

    `among` and `pinned` as in `match_previous`.
    """
    households = dict(zip(town.ids, town.households, strict=True))
    kept = match_previous(previous, groups, households, among=among, pinned=pinned)
    taken = {cluster.name for cluster in kept.values()}
    number = max((cluster.number for cluster in previous.clusters), default=0)
    used = {cluster.id for cluster in previous.clusters}
    fresh = [
        place for place in reading_order([_centre(town, group) for group in groups]) if place not in kept
    ]
    stems = {place: _stem(town, groups[place]) for place in fresh}
    shared = {stem for stem, count in Counter(stems.values()).items() if count > 1}
    clusters = [
        Cluster(old.id, old.number, old.name, tuple(sorted(groups[place])), old.locked)
        for place, old in kept.items()
    ]
    for place in fresh:
        number += 1
        while f"Z{number:02d}" in used:
            number += 1
        name = _name(stems[place], number, stems[place] in shared, taken)
        taken.add(name)
        clusters.append(Cluster(f"Z{number:02d}", number, name, tuple(sorted(groups[place]))))
    return tuple(sorted(clusters, key=lambda cluster: cluster.number))


def match_previous(
    previous: Grouping,
    groups: Sequence[Sequence[str]],
    households: Mapping[str, int | None],
    *,
    among: Collection[str],
    pinned: Mapping[int, str] | None = None,
) -> dict[int, Cluster]:
    """Give for each group (by place) the previous cluster that it carries on, where there is one.

    A previous cluster goes to the group that holds more than half of what it has `among` those that took part;
    where two go to the same group, the one that gives more stays, then the one with the smaller number. Compounds
    that only took part before say nothing about who stayed. `pinned` groups (place → cluster id) hold what is
    locked into that cluster, and are it whatever became of the rest.
    """
    pinned = pinned or {}
    found = {place: previous.cluster(cluster_id) for place, cluster_id in pinned.items()}
    place_of = {compound: place for place, group in enumerate(groups) for compound in group}
    claims: dict[int, list[tuple[float, int, Cluster]]] = {}
    for cluster in previous.clusters:
        if cluster.id in pinned.values():
            continue
        members = [member for member in cluster.members if member in among or member in place_of]
        known = [households.get(member) for member in members]
        counts = known if None not in known and any(known) else [1] * len(members)
        weight = dict(zip(members, (count or 0 for count in counts), strict=True))
        gone: dict[int, int] = {}
        for member in members:
            if member in place_of:
                gone[place_of[member]] = gone.get(place_of[member], 0) + weight[member]
        for place, share in gone.items():
            if place not in pinned and 2 * share > sum(weight.values()):
                claims.setdefault(place, []).append((-share, cluster.number, cluster))
    found |= {place: min(claim, key=lambda c: c[:2])[2] for place, claim in claims.items()}
    return dict(sorted(found.items()))


def reading_order(centres: Sequence[tuple[float, float]]) -> list[int]:
    """Order places as one reads a map: bands from north to south, within each from west to east."""
    if not centres:
        return []
    north = max(y for _, y in centres)
    height = north - min(y for _, y in centres)
    bands = max(round(math.sqrt(len(centres))), 1)
    band = [min(int((north - y) / height * bands), bands - 1) if height > 0 else 0 for _, y in centres]
    return sorted(
        range(len(centres)), key=lambda place: (band[place], centres[place][0], -centres[place][1], place)
    )


def _centre(town: Town, group: Sequence[str]) -> tuple[float, float]:
    xy = town.xy[town.rows(group)]
    placed = xy[~np.isnan(xy[:, 0])]
    return (float(placed[:, 0].mean()), float(placed[:, 1].mean())) if len(placed) else (0.0, 0.0)


def _stem(town: Town, group: Sequence[str]) -> str:
    """Take the community that most members belong to, else the township; '' where neither is known."""
    rows = town.rows(group)
    for names in (town.communities, town.townships):
        counts = Counter(name for name in (names[row] for row in rows) if name is not None)
        if counts:
            most = min(counts, key=lambda name: (-counts[name], name))
            for ending in ("社区居委会", "居委会", "社区"):
                if most.endswith(ending) and len(most) > len(ending):
                    return most.removesuffix(ending)
            return most
    return ""


def _name(stem: str, number: int, shared: bool, taken: set[str]) -> str:
    if not stem:
        return f"组团 {number:02d}"
    if not shared and f"{stem}片区" not in taken:
        return f"{stem}片区"
    serial = 1
    while f"{stem}{_numeral(serial)}片区" in taken:
        serial += 1
    return f"{stem}{_numeral(serial)}片区"


def _numeral(number: int) -> str:
    """Write 1 to 99 in Chinese numerals; larger numbers stay as they are."""
    if number > 99:
        return str(number)
    tens, ones = divmod(number, 10)
    if tens == 0:
        return _DIGITS[ones]
    return ("" if tens == 1 else _DIGITS[tens]) + "十" + (_DIGITS[ones] if ones else "")
