"""A proof never promises more than brute force allows, however early its rounds are cut short."""

from __future__ import annotations

import numpy as np
import pytest
from generated_towns import generate

from gis_planner.analysis.clustering import proof, search
from gis_planner.analysis.clustering.cost import Costs
from gis_planner.analysis.clustering.exact import Clusters
from gis_planner.analysis.clustering.instance import Instance, Set, split_task
from gis_planner.analysis.clustering.pieces import connected_sets


def every_cluster(task: Instance) -> list[Set]:
    """List every valid cluster by the plain prices."""
    found = connected_sets(task.near, lambda grown: task.price(grown).grows)
    return [chosen for chosen in found if task.price(chosen).valid]


def groupings(atoms: Set, clusters: list[Set]) -> dict[float, tuple[Set, ...]]:
    """Give the cheapest and the dearest way of placing all atoms, by cost, found by trying every one."""
    best: dict[Set, list[tuple[float, tuple[Set, ...]]]] = {frozenset(): [(0.0, ())]}

    def ways(left: Set) -> list[tuple[float, tuple[Set, ...]]]:
        if left not in best:
            first = min(left)
            every = [
                (PRICES[part] + cost, (part, *parts))
                for part in clusters
                if first in part and part <= left
                for cost, parts in ways(left - part)
            ]
            every.sort(key=lambda way: way[0])
            best[left] = every[:1] + every[-1:]
        return best[left]

    return dict(ways(atoms))


PRICES: dict[Set, float] = {}


def as_clusters(task: Instance, parts: list[Set]) -> Clusters:
    first = np.cumsum([0, *(len(part) for part in parts)], dtype=np.int64)
    atoms = np.array([atom for part in parts for atom in sorted(part)], dtype=np.int64)
    return Clusters(first, atoms, np.array([task.price(part).saving for part in parts]))


@pytest.mark.parametrize("listed", [0, 36], ids=["searched", "listed"])
@pytest.mark.parametrize("rounds", [1, 2, 12, 200])
def test_no_grouping_saves_more_than_is_proven(
    monkeypatch: pytest.MonkeyPatch, rounds: int, listed: int
) -> None:
    monkeypatch.setattr(proof, "_LIST_ATOMS", listed)
    monkeypatch.setattr(proof, "_ROUNDS", rounds)
    monkeypatch.setattr(proof, "_ADD_EACH", 1)
    tried, tight = 0, 0
    for seed in range(12):
        town = generate(seed, 26, members_max=6, usual_members=4, households_min=40).town
        costs = Costs(town, range(len(town.ids)))
        for task in split_task(town, costs, [(row,) for row in range(26)], [-1] * 26):
            clusters = every_cluster(task)
            if not 5 <= len(task) <= 13:
                continue
            PRICES.clear()
            PRICES.update({part: task.price(part).cost for part in clusters})
            found = groupings(frozenset(range(len(task))), clusters)
            for (
                cost,
                parts,
            ) in found.items():  # standing on the best and on the worst, with nothing else known
                standing = as_clusters(task, list(parts))
                shown = proof.prove(task.board(), standing, as_clusters(task, []), report=lambda done: None)
                bound = cost - (shown.most - float(standing.saving.sum()))
                assert bound <= min(found) + 1e-5, (seed, len(task))
                assert rounds < 200 or bound >= min(found) - 1e-5, (seed, len(task))
                tried += 1
                tight += bound >= min(found) - 1e-5
    assert tried >= 10
    assert tight


def test_a_listing_that_is_cut_short_promises_nothing_of_what_it_did_not_come_to() -> None:
    town = generate(1, 60).town
    task = max(split_task(town, Costs(town, range(60)), [(row,) for row in range(60)], [-1] * 60), key=len)
    board, n = task.board(), len(task)
    state = search.make_parts(board, 1)
    for most in (10, 400):
        found, whole, least = search.list_cheap(
            board, state, np.arange(n, dtype=np.int64), np.zeros(n), np.inf, most=most, each=most
        )
        assert not whole
        assert len(found) <= most
        assert np.isneginf(least[-1])
