"""The compiled price is the plain one: the same state, cost and value for any connected set."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from generated_towns import generate

from gis_planner.analysis.clustering.cost import Costs
from gis_planner.analysis.clustering.instance import split_task
from gis_planner.analysis.clustering.price_kernel import BROKEN, VALID, price
from gis_planner.analysis.clustering.search import make_parts
from gis_planner.analysis.clustering.services import Services
from gis_planner.analysis.clustering.town import Town


def with_facts(town: Town, rng: np.random.Generator) -> Town:
    """Give every compound a year and households that reach four services, or not."""
    n = len(town.ids)
    households = np.array([0 if h is None else h for h in town.households], dtype=np.float64)
    unknown = np.array([h is None for h in town.households])
    asked = np.where(unknown, 0.0, households)[:, None] * np.ones(4)
    reached = rng.random((n, 4)) < [0.2, 0.5, 0.8, 0.9]
    years = np.where(rng.random(n) < 0.2, np.nan, rng.integers(1975, 2001, n).astype(np.float64))
    services = Services(
        ("JY1", "JY2", "JY3", "JY4"), asked, asked * reached, np.ones((n, 4)), reached.astype(np.float64), unknown,
        np.array([0.9, 0.8, 0.5, 1.0]), np.array([False, False, True, False]), 0.2,
    )  # fmt: skip
    return replace(town, years=years, services=services)


@pytest.mark.parametrize("seed", range(3))
def test_any_connected_set_has_the_same_price(seed: int) -> None:
    rng = np.random.default_rng(seed)
    town = with_facts(generate(seed, 70, unknown=0.1 * seed, walks=seed != 1, households_max=600).town, rng)
    tasks = split_task(town, Costs(town, range(len(town.ids))), [(row,) for row in range(70)], [-1] * 70)
    states = set()
    for task in tasks:
        board, state = task.board(), make_parts(task.board(), 1)
        for _ in range(60):
            chosen = [int(rng.integers(len(task)))]
            for _ in range(int(rng.integers(0, 17))):
                rim = sorted({other for atom in chosen for other in task.near[atom]} - set(chosen))
                if rim:
                    chosen.append(int(rng.choice(rim)))
            state.one[: len(chosen)] = chosen
            kind, cost, value = price(board, state.one, len(chosen), state.member, state.spot, state.work)
            plain = task.price(frozenset(chosen))
            states.add(kind)
            assert (kind != BROKEN, kind == VALID) == (plain.grows, plain.valid)
            if plain.grows:
                assert cost == pytest.approx(plain.cost, abs=1e-9)
                assert value == pytest.approx(plain.value, abs=1e-6)
    assert len(states) == 3
