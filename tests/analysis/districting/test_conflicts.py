"""Units tied to one that cannot carry them all: what is called impossible is so by trying every division."""

from __future__ import annotations

from collections.abc import Iterator

import networkx as nx
import numpy as np

from gis_planner.analysis.districting.conflicts import find_tied_units
from gis_planner.analysis.districting.problem import Districting


def partitions(units: list[int]) -> Iterator[list[set[int]]]:
    """Give every way of putting units into sets."""
    if not units:
        yield []
        return
    for rest in partitions(units[1:]):
        yield [{units[0]}, *rest]
        for place, part in enumerate(rest):
            yield [*rest[:place], part | {units[0]}, *rest[place + 1 :]]


def pose(weight: list[float], pairs: list[tuple[int, int]], lower: float, upper: float) -> Districting:
    n = len(weight)
    return Districting(
        ids=[f"u{row}" for row in range(n)], weight=np.array(weight), xy=np.zeros((n, 2)),
        pairs=np.array(pairs, dtype=np.int64), length=np.ones(len(pairs)), lower=lower, upper=upper,
    )  # fmt: skip


def test_two_light_ends_of_one_unit_are_tied_to_it() -> None:
    weight = [39.0, 35.0, 61.0, 14.0, 74.0, 107.0, 35.0, 200.0]
    pairs = [(0, 1), (1, 2), (2, 3), (2, 4), (3, 4), (4, 5), (5, 6), (4, 7)]
    found = find_tied_units(pose(weight, pairs, 157, 364), [4])
    assert found is not None
    assert found.proven
    assert set(found.units) == {f"u{row}" for row in range(7)}
    assert find_tied_units(pose(weight, pairs, 157, 365), [4]) is None


def test_what_is_called_impossible_cannot_be_divided() -> None:
    impossible = 0
    for seed in range(400):
        random = np.random.default_rng(seed)
        graph = nx.gnp_random_graph(7, 0.3, seed=seed)
        graph.add_edges_from((row, row + 1) for row in range(6) if random.random() < 0.8)
        weight = random.integers(1, 9, 7).astype(float)
        districting = pose(weight.tolist(), list(graph.edges), 6.0, 11.0)
        if find_tied_units(districting, range(7)) is None:
            continue
        impossible += 1
        for parts in partitions(list(range(7))):
            kept = all(6.0 <= weight[list(part)].sum() <= 11.0 for part in parts)
            assert not (kept and all(nx.is_connected(graph.subgraph(part)) for part in parts)), seed
    assert impossible > 5
