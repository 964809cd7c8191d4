"""A grouping task for the solver: atoms that stay together, who is near whom, who must not meet, what sets cost.

An atom is usually one compound; compounds that are locked into the same cluster form one atom, so whatever the
solver does they stay together. A task is one connected part of the town: between parts there is nothing to decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gis_planner.analysis.clustering.board import Board, lay_board
from gis_planner.analysis.clustering.cost import Costs
from gis_planner.analysis.clustering.pieces import pieces
from gis_planner.analysis.clustering.town import Town

Set = frozenset[int]
_MASKS_MOST = 200  # atoms whose clashes are all looked up beforehand
_GUIDE = 0.3  # how much of the price of standing alone a set saves on its way to a valid size


@dataclass(frozen=True)
class Price:
    """What a set of atoms comes to: whether it may grow, whether it is a valid cluster, its soft cost, its value.

    `saving` is what a valid cluster saves against leaving its members alone. `value` is what the search minimises:
    the soft cost of a valid cluster; for a set that is still too small almost the price of leaving its members
    alone, less the nearer it is to a valid size.
    """

    grows: bool
    valid: bool
    cost: float
    saving: float
    value: float


_BROKEN = Price(False, False, float("inf"), float("-inf"), float("inf"))


class Instance:
    """One grouping task. Atoms are numbered from 0; `near[v]` are sorted; sets are frozensets of atoms.

    `rivals` are the numbers of the clusters that atoms hold to, -1 for none: two of different clusters never meet.
    """

    def __init__(self, town: Town, costs: Costs, atoms: Sequence[Sequence[int]], near: Sequence[Sequence[int]],
                 rivals: Sequence[int]) -> None:  # fmt: skip
        self.atoms = tuple(tuple(atom) for atom in atoms)
        self.near = tuple(tuple(others) for others in near)
        self.rivals = tuple(rivals)
        self.prices: dict[Set, Price] = {}
        self.town, self.costs = town, costs
        self._households = [sum(town.households[row] or 0 for row in atom) for atom in self.atoms]
        self._members = [len(atom) for atom in self.atoms]
        self._unknown = [any(town.households[row] is None for row in atom) for atom in self.atoms]
        self._alone = [sum(costs.alone(row) for row in atom) for atom in self.atoms]

    def board(self, *, clusters: int = 0, cluster_price: float = 0.0) -> Board:
        """Lay the task out for the compiled search; see `lay_board`."""
        return lay_board(
            self.costs, self.atoms, self.near, self.rivals, self._alone,
            guide=_GUIDE, clusters=clusters, cluster_price=cluster_price,
        )  # fmt: skip

    @cached_property
    def _apart(self) -> list[int]:
        clash = _clashes(self.town, self.atoms, self.rivals)
        return [_mask(clash[number]) for number in range(len(self.atoms))]

    def __len__(self) -> int:
        return len(self.atoms)

    def alone(self, atoms: Iterable[int]) -> float:
        """Give what leaving these atoms out of every cluster costs."""
        return sum(self._alone[atom] for atom in sorted(atoms))

    def price(self, chosen: Set) -> Price:
        """Price a connected set of atoms; prices are remembered."""
        known = self.prices.get(chosen)
        if known is None:
            known = self.prices[chosen] = self._price(chosen)
        return known

    def value(self, parts: Iterable[Set]) -> float:
        """Give what a whole grouping costs: its valid clusters, and everyone else as alone."""
        values = ((self.price(part), part) for part in sorted(parts, key=min))
        return sum(price.cost if price.valid else self.alone(part) for price, part in values)

    def may_grow(self, chosen: Set) -> bool:
        """Tell whether a set breaks no upper bound, and nobody in it another; far quicker than its price."""
        households = sum([self._households[atom] for atom in chosen])
        members = sum([self._members[atom] for atom in chosen])
        rules = self.town.rules
        within = members <= rules.members_max and households <= rules.households_max
        return within and not self._clash(chosen)

    def _price(self, chosen: Set) -> Price:
        if not self.may_grow(chosen):
            return _BROKEN
        rules = self.town.rules
        rows = sorted(row for atom in chosen for row in self.atoms[atom])
        households = sum(self._households[atom] for atom in chosen)
        cost = self.costs.total(rows)
        alone = self.alone(chosen)
        enough_households = households >= rules.households_min or any(self._unknown[atom] for atom in chosen)
        if len(rows) >= rules.members_min and enough_households:
            return Price(True, True, cost, alone - cost, cost)
        filled = 1.0 if enough_households else households / rules.households_min
        filled = min(filled, len(rows) / rules.members_min)
        return Price(True, False, cost, float("-inf"), cost + alone * (1 - _GUIDE * filled))

    def _clash(self, chosen: Set) -> bool:
        """Tell whether two of these atoms must not meet."""
        if len(self) <= _MASKS_MOST:
            mask, apart = 0, 0
            for atom in chosen:
                mask |= 1 << atom
                apart |= self._apart[atom]
            return bool(mask & apart)
        atoms = sorted(chosen)
        return bool(
            _clashes(self.town, [self.atoms[a] for a in atoms], [self.rivals[a] for a in atoms]).any()
        )


def may_be_together(town: Town, rows: Sequence[int]) -> bool:
    """Tell whether these compounds break no upper bound together: households, members, walking, township."""
    households = sum(town.households[row] or 0 for row in rows)
    too_many = len(rows) > town.rules.members_max or households > town.rules.households_max
    return not too_many and not bool(_apart(town, rows).any())


def split_task(
    town: Town, costs: Costs, atoms: Sequence[Sequence[int]], rivals: Sequence[int], *, whole: bool = False
) -> list[Instance]:
    """Split a grouping task into its connected parts (or give it as one, `whole`).

    `atoms` are sorted sets of town rows, each within the upper bounds by itself. Atoms whose `rivals` number is
    not negative and differs must not meet (they hold to different clusters). Atoms that can never share a cluster
    are not near each other.
    """
    near = _nearness(town, atoms, rivals)
    found = []
    for piece in [tuple(range(len(atoms)))] if whole else pieces(range(len(atoms)), near):
        renumbered = {number: place for place, number in enumerate(piece)}
        inside = [[renumbered[other] for other in near[number]] for number in piece]
        held = [rivals[number] for number in piece]
        found.append(Instance(town, costs, [atoms[number] for number in piece], inside, held))
    return found


def _nearness(town: Town, atoms: Sequence[Sequence[int]], rivals: Sequence[int]) -> list[tuple[int, ...]]:
    """Give the neighbours of every atom that may share a cluster with it."""
    atom_of = {row: number for number, atom in enumerate(atoms) for row in atom}
    pairs = {
        (number, atom_of[other])
        for number, atom in enumerate(atoms)
        for row in atom
        for other in town.links[row]
        if other in atom_of and number < atom_of[other]
    }
    asked = [
        (number, other, a, b) for number, other in sorted(pairs) for a in atoms[number] for b in atoms[other]
    ]
    near: list[set[int]] = [set() for _ in atoms]
    if asked:
        one, two = (np.array([row[k] for row in asked], dtype=np.int64) for k in (2, 3))
        apart = pairs_apart(town, one, two)
        parted = {
            (number, other) for (number, other, _, _), bad in zip(asked, apart.tolist(), strict=True) if bad
        }
        for number, other in pairs - parted:
            if not 0 <= rivals[number] != rivals[other] >= 0:
                near[number].add(other)
                near[other].add(number)
    return [tuple(sorted(others)) for others in near]


def pairs_apart(town: Town, one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell of every pair of rows whether they must not share a cluster: too far on foot, or of two townships."""
    known = town.walks.known[one] & town.walks.known[other]
    apart = known & ~(town.walks.between(one, other) <= town.rules.walk_diameter_max_m) & (one != other)
    if town.rules.same_township:
        a, b = town.township_codes[one], town.township_codes[other]
        apart |= (a >= 0) & (b >= 0) & (a != b)
    return np.asarray(apart)


def _clashes(town: Town, atoms: Sequence[Sequence[int]], rivals: Sequence[int]) -> NDArray[np.bool_]:
    """Tell which atoms must not share a cluster: compounds apart, or held by two clusters."""
    owner = np.repeat(np.arange(len(atoms)), [len(atom) for atom in atoms])
    one, other = np.nonzero(_apart(town, [row for atom in atoms for row in atom]))
    clash = np.zeros((len(atoms), len(atoms)), dtype=bool)
    clash[owner[one], owner[other]] = True
    rival = np.asarray(rivals, dtype=np.int64)
    clash |= (rival[:, None] >= 0) & (rival[None, :] >= 0) & (rival[:, None] != rival[None, :])
    return clash


def _apart(town: Town, rows: Sequence[int]) -> NDArray[np.bool_]:
    """Tell which pairs of compounds must not share a cluster: too far on foot, or of two townships."""
    apart = town.too_far(rows)
    if town.rules.same_township:
        code = town.township_codes[list(rows)]
        apart |= (code[:, None] >= 0) & (code[None, :] >= 0) & (code[:, None] != code[None, :])
    return apart


def _mask(flags: NDArray[np.bool_]) -> int:
    return int.from_bytes(np.packbits(flags, bitorder="little").tobytes(), "little")
