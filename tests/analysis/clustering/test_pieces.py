"""Sets that hang together, against networkx and brute force."""

from __future__ import annotations

from itertools import combinations

import networkx as nx
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_planner.analysis.clustering.pieces import connected_sets, is_connected, pieces


@st.composite
def graphs(draw: st.DrawFn) -> list[tuple[int, ...]]:
    n = draw(st.integers(1, 7))
    edges = draw(st.sets(st.sampled_from(list(combinations(range(n), 2)) or [(0, 0)])))
    near: list[set[int]] = [set() for _ in range(n)]
    for one, other in edges:
        if one != other:
            near[one].add(other)
            near[other].add(one)
    return [tuple(sorted(others)) for others in near]


def as_graph(near: list[tuple[int, ...]]) -> nx.Graph:
    graph = nx.Graph()
    graph.add_nodes_from(range(len(near)))
    graph.add_edges_from((one, other) for one, others in enumerate(near) for other in others)
    return graph


def every_connected_set(near: list[tuple[int, ...]]) -> set[frozenset[int]]:
    graph = as_graph(near)
    sets = (frozenset(c) for size in range(1, len(near) + 1) for c in combinations(range(len(near)), size))
    return {chosen for chosen in sets if nx.is_connected(graph.subgraph(chosen))}


@given(graphs(), st.randoms(use_true_random=False))
def test_pieces_are_those_of_networkx(near: list[tuple[int, ...]], random: object) -> None:
    vertices = [v for v in range(len(near)) if random.random() < 0.7]  # type: ignore[attr-defined]
    expected = {frozenset(piece) for piece in nx.connected_components(as_graph(near).subgraph(vertices))}
    assert {frozenset(piece) for piece in pieces(vertices, near)} == expected
    assert is_connected(vertices, near) == (len(expected) <= 1)


@given(graphs())
def test_every_connected_set_is_given_exactly_once(near: list[tuple[int, ...]]) -> None:
    given_sets = list(connected_sets(near, lambda _: True))
    assert len(given_sets) == len(set(given_sets))
    assert set(given_sets) == every_connected_set(near)


@settings(max_examples=50)
@given(graphs(), st.integers(1, 4))
def test_sets_that_may_not_grow_are_left_out_with_all_above_them(
    near: list[tuple[int, ...]], most: int
) -> None:
    found = set(connected_sets(near, lambda chosen: len(chosen) <= most and not {0, 1} <= chosen))
    expected = {s for s in every_connected_set(near) if len(s) <= most and not {0, 1} <= s}
    assert found == expected
