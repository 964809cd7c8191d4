"""A better grouping: move, swap, merge and split, each step keeping every set connected and within its bounds."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence

from gis_planner.analysis.clustering.instance import Instance, Set
from gis_planner.analysis.clustering.pieces import is_connected, pieces

_HOT, _COLD = (
    3.0,
    0.03,
)  # in units of soft cost: at first a branch road more is taken, at last next to nothing
_EVERY = 500  # steps between two reports


class Partition:
    """A grouping that changes: every atom in one connected set."""

    def __init__(self, instance: Instance, parts: Sequence[Set]) -> None:
        self.instance = instance
        self.parts: dict[int, Set] = dict(enumerate(parts))
        self.part_of = [0] * len(instance)
        for number, part in self.parts.items():
            for atom in part:
                self.part_of[atom] = number
        self._next = len(parts)

    def sets(self) -> list[Set]:
        """Give the sets in the order of their smallest atom."""
        return sorted(self.parts.values(), key=min)

    def gain(self, old: Sequence[int], new: Sequence[Set]) -> float:
        """Give what replacing these sets by new ones would save; minus infinity where a new one may not be."""
        price = self.instance.price
        return sum(price(self.parts[number]).value for number in old) - sum(price(part).value for part in new)

    def replace(self, old: Sequence[int], new: Sequence[Set]) -> None:
        """Put new sets in the place of old ones (of the same atoms)."""
        for number in old:
            del self.parts[number]
        for part in new:
            self.parts[self._next] = part
            for atom in part:
                self.part_of[atom] = self._next
            self._next += 1

    def shift(self, atom: int, target: int | None) -> tuple[list[int], list[Set]] | None:
        """Plan to move an atom into another set (None: out, alone); None where the rest would fall apart."""
        source = self.part_of[atom]
        rest = self.parts[source] - {atom}
        if (target is None and not rest) or not is_connected(rest, self.instance.near):
            return None
        old = [source] if target is None else [source, target]
        moved = frozenset((atom,)) if target is None else self.parts[target] | {atom}
        return old, [moved, rest] if rest else [moved]

    def swap(self, atom: int, other: int) -> tuple[list[int], list[Set]] | None:
        """Plan to exchange two atoms of different sets; None where either set would fall apart."""
        one, two = self.part_of[atom], self.part_of[other]
        first = self.parts[one] - {atom} | {other}
        second = self.parts[two] - {other} | {atom}
        near = self.instance.near
        if not is_connected(first, near) or not is_connected(second, near):
            return None
        return [one, two], [first, second]

    def split(self, number: int, rng: random.Random) -> tuple[list[int], list[Set]] | None:
        """Plan to split a set in two by growing from two of its atoms, chosen at random, in turn."""
        part = sorted(self.parts[number])
        if len(part) < 2:
            return None
        seeds = rng.sample(part, 2)
        sides = [{seeds[0]}, {seeds[1]}]
        left = set(part) - set(seeds)
        near = self.instance.near
        while left:
            side = sides[0] if len(sides[0]) <= len(sides[1]) else sides[1]
            for grown in (side, sides[1] if side is sides[0] else sides[0]):
                rim = sorted(atom for atom in left if any(other in grown for other in near[atom]))
                if rim:
                    chosen = rng.choice(rim)
                    grown.add(chosen)
                    left.discard(chosen)
                    break
        return [number], [frozenset(sides[0]), frozenset(sides[1])]


def anneal(
    instance: Instance,
    parts: Sequence[Set],
    *,
    steps: int,
    warmth: float,
    rng: random.Random,
    report: Callable[[int], None],
) -> list[Set]:
    """Search by random moves that may also get worse, ever less so (simulated annealing); gives the best seen.

    `warmth` is how much worse, in units of cost, a move may well be at first. `report` is told now and then how
    many steps were made.
    """
    partition = Partition(instance, parts)
    best, best_saved, saved = partition.sets(), 0.0, 0.0
    for step in range(steps):
        if step % _EVERY == 0:
            report(step)
        plan = _random_move(partition, rng)
        if plan is None:
            continue
        gain = partition.gain(*plan)
        still_warm = warmth * (_COLD / warmth) ** (step / steps)
        if gain >= 0 or rng.random() < math.exp(gain / still_warm):
            partition.replace(*plan)
            saved += gain
            if saved > best_saved + 1e-9:
                best, best_saved = partition.sets(), saved
    return best


def _random_move(partition: Partition, rng: random.Random) -> tuple[list[int], list[Set]] | None:
    instance = partition.instance
    atom = rng.randrange(len(instance))
    kind = rng.random()
    if kind < 0.02:
        return partition.shift(atom, None)
    if kind < 0.06:
        return partition.split(partition.part_of[atom], rng)
    if not instance.near[atom]:
        return None
    other = rng.choice(instance.near[atom])
    source, target = partition.part_of[atom], partition.part_of[other]
    if source == target:
        return None
    if kind < 0.12:
        return [source, target], [partition.parts[source] | partition.parts[target]]
    if kind < 0.30:
        return partition.swap(atom, other)
    return partition.shift(atom, target)


def descend(instance: Instance, parts: Sequence[Set]) -> list[Set]:
    """Make every single move, swap, merge or cut that helps, in order, until none does."""
    partition = Partition(instance, parts)
    improved = True
    while improved:
        improved = False
        for atom in range(len(instance)):
            plans = _moves_of(partition, atom)
            gains = [partition.gain(*plan) for plan in plans]
            if gains and max(gains) > 1e-9:
                partition.replace(*plans[gains.index(max(gains))])
                improved = True
    return partition.sets()


def _moves_of(partition: Partition, atom: int) -> list[tuple[list[int], list[Set]]]:
    source = partition.part_of[atom]
    others = [other for other in partition.instance.near[atom] if partition.part_of[other] != source]
    targets = sorted({partition.part_of[other] for other in others})
    plans = [partition.shift(atom, None), *(partition.shift(atom, target) for target in targets)]
    plans += [partition.swap(atom, other) for other in others if atom < other]
    plans += [([source, target], [partition.parts[source] | partition.parts[target]]) for target in targets]
    plans.append(_cut_off(partition, atom))
    return [plan for plan in plans if plan is not None]


def _cut_off(partition: Partition, atom: int) -> tuple[list[int], list[Set]] | None:
    """Plan to let the set fall into the pieces that it has without this atom, the atom staying with the largest."""
    source = partition.part_of[atom]
    rest = pieces(partition.parts[source] - {atom}, partition.instance.near)
    if len(rest) < 2:
        return None
    largest = max(rest, key=lambda piece: (len(piece), piece))
    return [source], [frozenset(piece) | ({atom} if piece is largest else set()) for piece in rest]
