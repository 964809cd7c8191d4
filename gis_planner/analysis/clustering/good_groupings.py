"""All groupings of a small town that cost little more than the best: nothing is left to chance.

Where the parts of a town are small, every grouping of each is listed that the room for the cost allows, and the parts
are put together in every way, the cheapest first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gis_planner.analysis.clustering.instance import Instance, Set
from gis_planner.analysis.clustering.part_solver import LIST_ATOMS, list_few

_LIST_MOST = 6000  # connected sets of a part
_PART_MOST, _TOWN_MOST = 2000, 50_000  # groupings of a part and of a town
_STEPS_MOST = 1_000_000  # of the search through a part
_DUST = 1e-9

Grouping = tuple[Set, ...]
_Priced = tuple[float, Grouping]


def list_good_groupings(
    tasks: Sequence[Instance], best: Sequence[Sequence[Set]], room: float
) -> list[tuple[Grouping, ...]] | None:
    """List every grouping that costs at most `room` more than the best and leaves no part with more people alone.

    The sets of each task in its place, the cheapest grouping first; None where there are too many to list.
    """
    if any(len(task) > LIST_ATOMS for task in tasks):
        return None
    by_part: list[list[_Priced]] = []
    for task, parts in zip(tasks, best, strict=True):
        found = _list_part(task, parts, room)
        if found is None:
            return None
        by_part.append(found)
    together: list[tuple[float, tuple[Grouping, ...]]] = []
    for cost, groupings in _combine(by_part, room):
        if len(together) == _TOWN_MOST:
            return None
        together.append((cost, groupings))
    together.sort(key=lambda item: item[0])  # equal ones stay in the order of their parts
    return [groupings for _, groupings in together]


def _list_part(task: Instance, best: Sequence[Set], room: float) -> list[_Priced] | None:
    """List the groupings of one part with what each costs more than the best one, the cheapest first."""
    listed = list_few(task, _LIST_MOST)
    if listed is None:
        return None
    starting: list[list[Set]] = [[] for _ in range(len(task))]
    for row in range(len(listed)):
        members = listed.members(row).tolist()
        starting[members[0]].append(frozenset(members))
    least = sum(task.price(part).cost for part in best if task.price(part).valid)
    alone_most = sum(len(part) for part in best if not task.price(part).valid)
    found: list[_Priced] = []
    every = frozenset(range(len(task)))
    stack: list[tuple[Set, Grouping, float, int]] = [(every, (), 0.0, 0)]
    steps = 0
    while stack:
        left, chosen, cost, alone = stack.pop()
        steps += 1
        if steps > _STEPS_MOST or len(found) > _PART_MOST:
            return None
        if not left:
            found.append((cost - least, chosen))
            continue
        first = min(left)
        if alone < alone_most:
            single = frozenset((first,))
            stack.append((left - single, (*chosen, single), cost, alone + 1))
        for part in starting[first]:
            dearer = cost + task.price(part).cost
            if part <= left and dearer <= least + room + _DUST:
                stack.append((left - part, (*chosen, part), dearer, alone))
    return sorted(found, key=lambda item: (item[0], [sorted(part) for part in item[1]]))


def _combine(
    by_part: Sequence[Sequence[_Priced]], room: float
) -> Iterator[tuple[float, tuple[Grouping, ...]]]:
    """Put the parts together in every way that the room allows."""
    if not by_part:
        yield 0.0, ()
        return
    for more, grouping in by_part[0]:
        if more > room + _DUST:
            break
        for rest, others in _combine(by_part[1:], room - more):
            yield more + rest, (grouping, *others)
