"""A grouping task for the solver: atoms that stay together, who is near whom, who must not meet, what sets cost.

An atom is usually one compound; compounds that are locked into the same cluster form one atom, so whatever the
solver does they stay together. A task is one connected part of the town: between parts there is nothing to decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gis_planner.analysis.clustering.cost import Costs
from gis_planner.analysis.clustering.pieces import pieces
from gis_planner.analysis.clustering.town import Town

Set = frozenset[int]
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
    """One grouping task. Atoms are numbered from 0; `near[v]` are sorted; sets are frozensets of atoms."""

    def __init__(self, town: Town, costs: Costs, atoms: Sequence[Sequence[int]], near: Sequence[Sequence[int]],
                 apart: Sequence[int]) -> None:  # fmt: skip
        self.atoms = tuple(tuple(atom) for atom in atoms)
        self.near = tuple(tuple(others) for others in near)
        self.prices: dict[Set, Price] = {}
        self._town, self._costs, self._apart = town, costs, tuple(apart)
        self._households = [sum(town.households[row] or 0 for row in atom) for atom in self.atoms]
        self._unknown = [any(town.households[row] is None for row in atom) for atom in self.atoms]
        self._alone = [sum(costs.alone(row) for row in atom) for atom in self.atoms]

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

    def _price(self, chosen: Set) -> Price:
        mask = sum(1 << atom for atom in chosen)
        if any(self._apart[atom] & mask for atom in chosen):
            return _BROKEN
        rules = self._town.rules
        rows = sorted(row for atom in chosen for row in self.atoms[atom])
        households = sum(self._households[atom] for atom in chosen)
        if len(rows) > rules.members_max or households > rules.households_max:
            return _BROKEN
        cost = self._costs.total(rows)
        alone = self.alone(chosen)
        enough_households = households >= rules.households_min or any(self._unknown[atom] for atom in chosen)
        if len(rows) >= rules.members_min and enough_households:
            return Price(True, True, cost, alone - cost, cost)
        filled = 1.0 if enough_households else households / rules.households_min
        filled = min(filled, len(rows) / rules.members_min)
        return Price(True, False, cost, float("-inf"), cost + alone * (1 - _GUIDE * filled))


def may_be_together(town: Town, rows: Sequence[int]) -> bool:
    """Tell whether these compounds break no upper bound together: households, members, walking, township."""
    households = sum(town.households[row] or 0 for row in rows)
    too_many = len(rows) > town.rules.members_max or households > town.rules.households_max
    return not too_many and not bool(_apart(town, rows).any())


def split_task(
    town: Town, costs: Costs, atoms: Sequence[Sequence[int]], rivals: Sequence[int]
) -> list[Instance]:
    """Split a grouping task into its connected parts.

    `atoms` are sorted sets of town rows, each within the upper bounds by itself. Atoms whose `rivals` number is
    not negative and differs must not meet (they hold to different clusters). Atoms that can never share a cluster
    are not near each other.
    """
    atom_of = {row: number for number, atom in enumerate(atoms) for row in atom}
    clash = _clashes(town, atoms, rivals)
    near: list[tuple[int, ...]] = []
    for number, atom in enumerate(atoms):
        beside = {atom_of[other] for row in atom for other in town.links[row] if other in atom_of} - {number}
        near.append(tuple(sorted(other for other in beside if not clash[number, other])))
    found = []
    for piece in pieces(range(len(atoms)), near):
        renumbered = {number: place for place, number in enumerate(piece)}
        masks = [_mask(clash[number, list(piece)]) for number in piece]
        inside = [[renumbered[other] for other in near[number]] for number in piece]
        found.append(Instance(town, costs, [atoms[number] for number in piece], inside, masks))
    return found


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
