"""What holds compounds outside all clusters, taken together: the smallest set of demands that is in the way.

Compounds that stand alone and lie beside each other, whether a line divides them or not, form one *set*. They are held
by *demands*: a kind of line that divides, one township, the bounds of a cluster, what is locked. What holds a set are
the fewest demands without which all of it could stand in clusters, formed of the set alone or by joining clusters as
they stand. Every demand is tried by itself, then every two, then every three, each time by trying every cluster there
could be; so what is said to help helps, and nothing smaller does. (A pair that several kinds of lines divide is open
only when none of them counts: a bridge over one of the two is not looked for here.) Large sets are not tried.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, combinations_with_replacement

import numpy as np

from gis_planner.analysis.clustering.pieces import connected_sets
from gis_planner.analysis.clustering.town import Town
from gis_planner.analysis.conflict_sentences import say_conflict, say_untried
from gis_planner.analysis.lone_sets import BOUNDS, Alone, Demand, gather_alone
from gis_planner.messages import Message
from gis_planner.model.clusters import Grouping
from gis_planner.model.tables import Frame

TRIED_MOST = 10  # compounds of a set of which every cluster is tried
_TOGETHER_MOST = 3  # demands that are lifted at once


@dataclass(frozen=True, eq=False)
class Conflict:
    """One set of compounds that stand alone (sorted ids), what holds it, and the sentence that says so.

    `holds` are the smallest sets of demands without which all could stand in clusters, any of them; one that is empty
    says that nothing holds them, none that no few demands do. `tried` is False where the set was too large.
    """

    compounds: tuple[str, ...]
    holds: tuple[tuple[Demand, ...], ...]
    tried: bool
    sentence: Message


def find_conflicts(
    town: Town, grouping: Grouping, participants: Collection[str], neighbours: Frame, barriers: Frame
) -> tuple[Conflict, ...]:
    """Find what holds every set of compounds that take part and stand alone, in the order of their first compound."""
    alone = gather_alone(town, grouping, participants, neighbours, barriers)
    return tuple(explain_set(alone, rows) for rows in alone.sets)


def explain_set(alone: Alone, rows: Sequence[int]) -> Conflict:
    """Find the smallest sets of demands that hold these compounds outside of clusters."""
    names = tuple(alone.town.ids[row] for row in rows)
    tried = len(rows) <= TRIED_MOST
    if not tried:
        return Conflict(names, (), tried, say_untried(alone, rows))
    trial = _Trial(alone, rows)
    holds: list[tuple[Demand, ...]] = []
    for count in range(_TOGETHER_MOST + 1):
        holds = [lifted for lifted in combinations(trial.demands, count) if trial.all_can_stand(lifted)]
        if holds:
            break
    return Conflict(names, tuple(holds), tried, say_conflict(alone, rows, holds, most=_TOGETHER_MOST))


class _Trial:
    """One set beside the clusters around it: each compound is one atom, each cluster another that may take some in."""

    def __init__(self, alone: Alone, rows: Sequence[int]) -> None:
        self.alone, self.rows = alone, tuple(rows)
        town, cluster_of = alone.town, alone.grouping.cluster_of()
        beside = {
            cluster_of[town.ids[other]]
            for row in rows
            for other in alone.divided.get(row, ())
            if town.ids[other] in cluster_of
        }
        self.clusters = tuple(alone.grouping.cluster(name) for name in sorted(beside))
        self.atoms = [(row,) for row in rows] + [tuple(town.rows(c.members)) for c in self.clusters]
        self.households = [sum(town.households[row] or 0 for row in atom) for atom in self.atoms]
        self.unknown = [any(town.households[row] is None for row in atom) for atom in self.atoms]

        self.locked = [town.ids[row] in alone.grouping.locked_compounds for row in rows]
        self.locked += [cluster.locked for cluster in self.clusters]
        self.pairs = list(self._pairs())
        self.apart = {"township": self._townships_apart(), "walk": self._too_far()}
        self.demands = tuple(self._demands())

    def all_can_stand(self, lifted: Collection[Demand]) -> bool:
        """Tell whether every compound of the set could stand in a cluster if these demands were lifted."""
        if "locked" not in lifted and any(self.locked[: len(self.rows)]):
            return False
        near: list[set[int]] = [set() for _ in self.atoms]
        for one, other, kinds in self.pairs:
            if kinds.issubset(lifted):
                near[one].add(other)
                near[other].add(one)
        among = [tuple(sorted(others)) for others in near]
        found = [
            chosen
            for chosen in connected_sets(among, lambda grown: self._may_grow(grown, lifted))
            if self._is_enough(chosen, lifted)
        ]
        return _covers(frozenset(range(len(self.rows))), found)

    def _may_grow(self, chosen: frozenset[int], lifted: Collection[Demand]) -> bool:
        """Tell whether these atoms break no bound for good; two clusters never become one."""
        rules, own = self.alone.town.rules, [atom for atom in chosen if atom < len(self.rows)]
        if len(chosen) - len(own) > 1:
            return False
        if "locked" not in lifted and any(self.locked[atom] for atom in chosen):
            return False
        if "members_max" not in lifted and sum(len(self.atoms[atom]) for atom in chosen) > rules.members_max:
            return False
        households = sum(self.households[atom] for atom in chosen)
        if "households_max" not in lifted and households > rules.households_max:
            return False
        return not any(
            (min(one, other), max(one, other)) in pairs
            for name, pairs in self.apart.items()
            if name not in lifted
            for one, other in combinations_with_replacement(chosen, 2)
        )

    def _is_enough(self, chosen: frozenset[int], lifted: Collection[Demand]) -> bool:
        """Tell whether these atoms are as many as a cluster must have; what is not known breaks nothing."""
        rules = self.alone.town.rules
        members = sum(len(self.atoms[atom]) for atom in chosen)
        households = sum(self.households[atom] for atom in chosen)
        return ("members_min" in lifted or members >= rules.members_min) and (
            "households_min" in lifted
            or any(self.unknown[atom] for atom in chosen)
            or households >= rules.households_min
        )

    def _pairs(self) -> Iterator[tuple[int, int, frozenset[str]]]:
        """Give the pairs of atoms wherever they lie beside each other, with what divides them there."""
        atom_of = {row: number for number, atom in enumerate(self.atoms) for row in atom}
        for number, row in enumerate(self.rows):
            for other, kinds in self.alone.divided.get(row, {}).items():
                if other in atom_of:
                    yield number, atom_of[other], kinds

    def _demands(self) -> Iterator[Demand]:
        """Give the demands that bear on this set, lines first."""
        rules = self.alone.town.rules
        yield from sorted({kind for _, _, kinds in self.pairs for kind in kinds})
        bears = {
            "township": bool(self.apart["township"]),
            "households_min": rules.households_min > 0,
            "households_max": sum(self.households) > rules.households_max,
            "members_min": rules.members_min > 1,
            "members_max": sum(map(len, self.atoms)) > rules.members_max,
            "walk": bool(self.apart["walk"]),
            "locked": any(self.locked),
        }
        yield from (name for name in BOUNDS if bears[name])

    def _townships_apart(self) -> frozenset[tuple[int, int]]:
        """Give the pairs of atoms that lie in several townships; an atom with itself where it does so alone."""
        town = self.alone.town
        if not town.rules.same_township:
            return frozenset()
        codes = [{int(code) for code in town.township_codes[list(atom)] if code >= 0} for atom in self.atoms]
        every = combinations_with_replacement(range(len(codes)), 2)
        return frozenset((one, other) for one, other in every if len(codes[one] | codes[other]) > 1)

    def _too_far(self) -> frozenset[tuple[int, int]]:
        """Give the pairs of atoms that are too far apart on foot, an atom with itself too."""
        rows = [row for atom in self.atoms for row in atom]
        owner = [number for number, atom in enumerate(self.atoms) for _ in atom]
        far = np.argwhere(np.triu(self.alone.town.too_far(rows), 1))
        return frozenset((owner[one], owner[other]) for one, other in far.tolist())


def _covers(wanted: frozenset[int], sets: Sequence[frozenset[int]]) -> bool:
    """Tell whether some of these sets, none of which overlap, hold everything that is wanted."""
    holding: dict[int, list[frozenset[int]]] = {atom: [s for s in sets if atom in s] for atom in wanted}
    hopeless: set[frozenset[int]] = set()

    def cover(used: frozenset[int]) -> bool:
        left = wanted - used
        if not left:
            return True
        if used not in hopeless:
            if any(cover(used | chosen) for chosen in holding[min(left)] if not chosen & used):
                return True
            hopeless.add(used)
        return False

    return cover(frozenset())
