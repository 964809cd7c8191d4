"""What makes one cluster better than another: the soft terms and their weights.

Hard bounds say what may be; these terms say what is good. Each is a sum over the cluster that stands for itself,
so the cost of a grouping is the sum over its clusters, and every figure can be shown beside the cluster:

* compactness: how far members walk to the one in the middle
* frontage_cut: shared frontage with compounds that lie in no or another cluster (half of it: the other bears the rest)
* roads_crossed: roads, walls and opened barriers that must be crossed to get about inside, each once
* community: members outside the community that most of them belong to
* size: distance from the usual number of members
* balance: distance from the mean households of a cluster of the usual size
* years: how far members' years of construction lie from the one in the middle (the median)
* build: facilities still to be built: services that the cluster's members together lack (`services`)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from gis_planner.analysis.clustering.town import Town
from gis_planner.analysis.crossing_cost import crossing_costs
from gis_planner.model.rules import Rules

TERMS = (
    "compactness", "frontage_cut", "roads_crossed", "community", "size", "balance", "years", "build",
)  # fmt: skip
_DENSE_MOST = 2000  # compounds whose distances are kept in one table


@dataclass(frozen=True)
class Weights:
    """What a unit of each term costs, as the rules say (`Weights.of`).

    A unit is: 100 m of walking to the middle, for each member; 50 m of frontage cut; one branch road crossed; one
    member of another community; a cluster of half or one and a half times the usual size; households half or one and
    a half times the usual; ten years of one member; one facility still to be built.
    `alone` is what leaving a usual compound out of every cluster costs, far more than any soft term can win.
    """

    compactness: float
    frontage_cut: float
    roads_crossed: float
    community: float
    size: float
    balance: float
    years: float
    build: float
    usual_members: float
    crossing: Mapping[str, float]
    alone: float = 1000.0

    @staticmethod
    def of(rules: Rules) -> Weights:
        """Read the weights from the rules."""
        return Weights(
            **{term: getattr(rules, f"weight_{term}") for term in TERMS},
            usual_members=rules.usual_members,
            crossing=crossing_costs(rules),
        )


class Costs:
    """The soft cost of sets of compounds of one town.

    `participants` are the rows that take part in grouping; frontage towards others is not counted as cut.
    """

    def __init__(self, town: Town, participants: Collection[int], weights: Weights | None = None) -> None:
        self.weights = weights or Weights.of(town.rules)
        self.town = town
        self._rows = sorted(participants)
        self._place = {row: place for place, row in enumerate(self._rows)}
        dense = len(self._rows) <= _DENSE_MOST
        self._distance = town.distances(self._rows).ravel() if dense else None
        self._community = [town.communities[row] for row in self._rows]
        self._households = [town.households[row] for row in self._rows]
        crossing = self.weights.crossing
        self._links: list[dict[int, tuple[float, float]]] = [
            {
                self._place[other]: (link.frontage_m, sum(crossing.get(kind, 0.0) for kind in link.crosses))
                for other, link in town.links[row].items()
                if other in self._place
            }
            for row in self._rows
        ]
        self._frontage = [sum(frontage for frontage, _ in links.values()) for links in self._links]
        self.usual_members = _usual_members(town, self.weights)
        known = [households for households in self._households if households is not None]
        self.mean_households = float(np.mean(known)) if known and sum(known) > 0 else None

    @property
    def rows(self) -> list[int]:
        """The rows of the town that take part, sorted."""
        return self._rows

    @property
    def places(self) -> Mapping[int, int]:
        """The place of every row among `rows`."""
        return self._place

    def links_of(self, place: int) -> Mapping[int, tuple[float, float]]:
        """Give the links of one place: by the other's place the frontage in metres and what crossing costs."""
        return self._links[place]

    def alone(self, row: int) -> float:
        """Give what leaving one compound out costs: half for the compound, half for its households."""
        households = self._households[self._place[row]]
        share = (
            1.0 if households is None or self.mean_households is None else households / self.mean_households
        )
        return self.weights.alone * (0.5 + 0.5 * share)

    def total(self, rows: Sequence[int]) -> float:
        """Give the cost of one cluster, the sum of its terms."""
        return sum(self._terms([self._place[row] for row in rows]))

    def terms(self, rows: Sequence[int]) -> dict[str, float]:
        """Give the weighted terms of one cluster by name."""
        return dict(zip(TERMS, self._terms([self._place[row] for row in rows]), strict=True))

    def _terms(self, places: Sequence[int]) -> tuple[float, ...]:
        weights, members = self.weights, sorted(places)
        usual = self.usual_members
        rows = [self._rows[member] for member in members]
        services = self.town.services
        return (
            weights.compactness * self._walk_to_middle(members) / 100.0,
            weights.frontage_cut * self._cut(members) / 2 / 50.0,
            weights.roads_crossed * self._crossed(members),
            weights.community * self._strangers(members),
            weights.size * (2 * (len(members) - usual) / usual) ** 2,
            weights.balance * self._imbalance(members),
            weights.years * _spread_of_years(self.town.years[rows]) / 10.0,
            weights.build * (len(services.missing(rows)) if services is not None else 0),
        )

    def _walk_to_middle(self, members: list[int]) -> float:
        if self._distance is None:
            metres = self.town.distances([self._rows[member] for member in members])
        else:
            places = np.array(members, dtype=np.int64)
            metres = self._distance.take(places[:, None] * len(self._rows) + places)
        return float(metres.sum(axis=0).min())

    def _cut(self, members: list[int]) -> float:
        inside = set(members)
        cut = 0.0
        for member in members:
            kept = sum(frontage for other, (frontage, _) in self._links[member].items() if other in inside)
            cut += self._frontage[member] - kept
        return cut

    def _crossed(self, members: list[int]) -> float:
        """Sum what the cheapest tree of links inside the cluster crosses (Kruskal); pieces without a link cost none."""
        inside = set(members)
        links = sorted(
            (crossing, member, other)
            for member in members
            for other, (_, crossing) in self._links[member].items()
            if member < other and other in inside
        )
        root = {member: member for member in members}
        crossed, missing = 0.0, len(members) - 1
        for crossing, member, other in links:
            while root[member] != member:
                member = root[member]
            while root[other] != other:
                other = root[other]
            if member != other:
                root[other] = member
                crossed += crossing
                missing -= 1
                if missing == 0:
                    break
        return crossed

    def _strangers(self, members: list[int]) -> int:
        known = [name for name in (self._community[member] for member in members) if name is not None]
        return len(known) - max(Counter(known).values()) if known else 0

    def _imbalance(self, members: list[int]) -> float:
        households = [self._households[member] for member in members]
        if self.mean_households is None or None in households:
            return 0.0
        usual = self.mean_households * self.usual_members
        return float((2 * (sum(h for h in households if h is not None) - usual) / usual) ** 2)


def _spread_of_years(years: np.ndarray) -> float:
    known = years[~np.isnan(years)]
    return float(np.abs(known - np.median(known)).sum()) if known.size else 0.0


def _usual_members(town: Town, weights: Weights) -> float:
    """Take the usual number of members into what the bounds allow."""
    low, high = town.rules.members_min, town.rules.members_max
    return float(min(max(weights.usual_members, low), max(high, 1)))
