"""All groupings near the best are those that trying every partition finds."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from generated_towns import generate

from gis_planner.analysis.clustering.cost import Costs
from gis_planner.analysis.clustering.good_groupings import list_good_groupings
from gis_planner.analysis.clustering.instance import Instance, Set, split_task
from gis_planner.analysis.clustering.part_solver import solve
from gis_planner.analysis.clustering.pieces import is_connected


def partitions(atoms: list[int]) -> Iterator[list[Set]]:
    """Give every way of putting atoms into sets."""
    if not atoms:
        yield []
        return
    for rest in partitions(atoms[1:]):
        yield [frozenset(atoms[:1]), *rest]
        for place, part in enumerate(rest):
            yield [*rest[:place], part | {atoms[0]}, *rest[place + 1 :]]


def worth(task: Instance, parts: list[Set]) -> tuple[float, int] | None:
    """Give the cost of the clusters and how many are alone; None where a set may not be."""
    cost, alone = 0.0, 0
    for part in parts:
        price = task.price(part) if is_connected(part, task.near) else None
        if price is not None and price.valid:
            cost += price.cost
        elif len(part) == 1:
            alone += 1
        else:
            return None
    return cost, alone


def test_all_groupings_near_the_best_are_listed_and_no_other() -> None:
    several = 0
    for seed in range(6):
        town = generate(seed, 20, members_max=5, usual_members=3, households_min=30).town
        tasks = split_task(town, Costs(town, range(20)), [(row,) for row in range(20)], [-1] * 20)
        tasks = [task for task in tasks if 2 <= len(task) <= 8][:2]
        best = [solve(task, seed="0").parts for task in tasks]
        whole = [worth(task, parts) for task, parts in zip(tasks, best, strict=True)]
        least, alone = sum(one[0] for one in whole if one), [one[1] for one in whole if one]
        room = 0.2 * least
        found = list_good_groupings(tasks, best, room)
        assert found is not None
        near: list[list[tuple[float, frozenset[Set]]]] = []
        for task, most in zip(tasks, alone, strict=True):
            priced = [(worth(task, parts), parts) for parts in partitions(list(range(len(task))))]
            near.append([(one[0], frozenset(parts)) for one, parts in priced if one and one[1] <= most])
        wanted: list[tuple[float, tuple[frozenset[Set], ...]]] = [(0.0, ())]
        for part in near:
            wanted = [(cost + more, (*sets, own)) for cost, sets in wanted for more, own in part]
        expected = {sets for cost, sets in wanted if cost <= least + room + 1e-9}
        assert {tuple(frozenset(parts) for parts in grouping) for grouping in found} == expected
        assert len(found) == len(expected)
        several += len(found) > 1
        costs = [
            sum(task.price(part).cost for task, parts in zip(tasks, grouping, strict=True)
                for part in parts if task.price(part).valid)
            for grouping in found
        ]  # fmt: skip
        assert all(one <= other + 1e-9 for one, other in pairwise(costs))
    assert several
