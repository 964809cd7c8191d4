"""Every cluster that a small town can have by the words of the contract, and the best of all ways to choose them.

An independent reference for the solver: sets are grown neighbour by neighbour, bounds are read off the town's
figures, and every way of choosing is tried. Only what a cluster costs is asked of the program (`Costs`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from itertools import combinations

import networkx as nx
import numpy as np
from numpy.typing import NDArray

from gis_planner.analysis.clustering.town import Town

Set = frozenset[int]


def keeps_bounds(town: Town, rows: Collection[int]) -> bool:
    """Check every bound of a cluster by the words of the contract; what is not known breaks nothing."""
    rules, known = town.rules, [h for h in (town.households[row] for row in rows) if h is not None]
    enough = len(known) < len(rows) or sum(known) >= rules.households_min
    return len(rows) >= rules.members_min and enough and keeps_upper_bounds(town, rows)


def keeps_upper_bounds(town: Town, rows: Collection[int]) -> bool:
    """Check the bounds that a set breaks for good: whatever else joins, they stay broken."""
    rules, at = town.rules, sorted(rows)
    households = sum(town.households[row] or 0 for row in at)
    townships = {town.townships[row] for row in at} - {None}
    return (
        len(at) <= rules.members_max
        and households <= rules.households_max
        and (len(townships) <= 1 or not rules.same_township)
        and not any(_too_far(town, one, other) for one, other in combinations(at, 2))
    )


def _too_far(town: Town, one: int, other: int) -> bool:
    if not (town.walks.known[one] and town.walks.known[other]):
        return False
    metres = town.walks.among([one, other])[0, 1]
    return bool(np.isnan(metres) or metres > town.rules.walk_diameter_max_m)


def every_cluster(town: Town, graph: nx.Graph, rows: Collection[int]) -> list[Set]:
    """List every set of these compounds that could be a cluster; `graph` joins rows that are neighbours."""
    among = set(rows)
    apart = {pair for pair in combinations(sorted(among), 2) if not keeps_upper_bounds(town, pair)}
    near = {row: {other for other in graph[row] if other in among} for row in among}
    grown = {frozenset((row,)) for row in among if keeps_upper_bounds(town, (row,))}
    found = set(grown)
    while grown:
        grown = {
            chosen | {other}
            for chosen in grown
            for other in set().union(*(near[row] for row in chosen)) - chosen
            if len(chosen) < town.rules.members_max
            and not any((min(row, other), max(row, other)) in apart for row in chosen)
        } - found
        grown = {chosen for chosen in grown if keeps_upper_bounds(town, chosen)}
        found |= grown
    return sorted((s for s in found if keeps_bounds(town, s)), key=sorted)


def least(
    rows: Collection[int], clusters: Collection[Set], *, price: Callable[[Set], float],
    alone: Callable[[int], float],
) -> float:  # fmt: skip
    """Give the least that a way of choosing comes to, with any number of clusters; see `least_by_number`."""
    return float(least_by_number(rows, clusters, price=price, alone=alone).min())


def least_by_number(
    rows: Collection[int], clusters: Collection[Set], *, price: Callable[[Set], float],
    alone: Callable[[int], float],
) -> NDArray[np.float64]:  # fmt: skip
    """Try every way of choosing clusters that do not overlap, and give the least for 0, 1, 2 … clusters.

    A way comes to the price of its clusters and, for everybody who is in none, what standing alone costs. Infinite
    where there is no way of so many.
    """
    order = sorted(rows)
    spot = {row: place for place, row in enumerate(order)}
    starting: dict[int, list[tuple[int, float]]] = {}
    for chosen in clusters:
        places = sorted(spot[row] for row in chosen)
        others = sum(1 << (place - places[0] - 1) for place in places[1:])
        starting.setdefault(places[0], []).append((others, price(chosen)))
    most = len(order) // min(map(len, clusters), default=1) + 1
    best = np.full(
        (most + 1, 1), np.inf
    )  # by the number and by the mask of those left, from the last place upward
    best[0] = 0.0
    for place in reversed(range(len(order))):
        masks = np.arange(best.shape[1])
        taken = best + alone(order[place])
        for others, cost in starting.get(place, []):
            inside = masks[(masks & others) == others]
            taken[1:, inside] = np.minimum(taken[1:, inside], cost + best[:-1, inside & ~others])
        best = np.stack([best, taken], axis=-1).reshape(len(best), -1)
    return best[:, -1]
