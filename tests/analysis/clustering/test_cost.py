"""The soft terms say what they promise."""

from __future__ import annotations

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_towns import small_town, street

from gis_planner.analysis.clustering.cost import TERMS, Costs, Weights
from gis_planner.model.rules import Rules


def terms(town: object, rows: list[int], **weights: float) -> dict[str, float]:
    given = replace(Weights.of(town.rules), **weights)  # type: ignore[attr-defined, arg-type]
    return Costs(town, range(len(town.ids)), given).terms(rows)  # type: ignore[attr-defined, arg-type]


def test_compactness_is_the_walk_of_all_to_the_one_in_the_middle() -> None:
    walks = np.array([[0, 100, 350], [100, 0, 200], [350, 200, 0]], dtype=float)
    assert terms(small_town(street(3), [50] * 3, walk_m=walks), [0, 1, 2])["compactness"] == pytest.approx(
        3.0
    )


def test_where_no_walk_is_known_the_straight_line_with_a_detour_stands_in() -> None:
    town = small_town(street(2), [50] * 2, xy=[(0, 0), (100, 0)])
    assert terms(town, [0, 1])["compactness"] == pytest.approx(1.3)


def test_half_of_the_frontage_towards_others_is_cut() -> None:
    town = small_town({(0, 1): 80.0, (1, 2): 30.0, (0, 2): 20.0}, [50] * 3)
    assert terms(town, [0, 1])["frontage_cut"] == pytest.approx((30 + 20) / 2 / 50)
    assert terms(town, [0, 1, 2])["frontage_cut"] == 0
    cuts = [terms(town, part)["frontage_cut"] for part in ([0, 1], [2])]
    assert sum(cuts) == pytest.approx((30 + 20) / 50)


def test_frontage_towards_those_who_take_no_part_is_not_cut() -> None:
    town = small_town({(0, 1): 80.0, (1, 2): 30.0}, [50] * 3)
    assert Costs(town, [0, 1]).terms([0, 1])["frontage_cut"] == 0


def test_a_road_is_crossed_once_however_many_pairs_lie_along_it() -> None:
    branch = (40.0, ("branch",))
    links = {(0, 1): 40.0, (2, 3): 40.0, (0, 2): branch, (1, 3): branch}
    assert terms(small_town(links, [50] * 4), [0, 1, 2, 3], roads_crossed=1.0)["roads_crossed"] == 1.0


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(0, 5), st.integers(0, 5), st.sampled_from(["branch", "secondary", "wall", "lane"])
        ),
        max_size=12,
    )
)
def test_what_is_crossed_is_the_cheapest_tree(pairs: list[tuple[int, int, str]]) -> None:
    links = {(min(a, b), max(a, b)): (40.0, (kind,)) for a, b, kind in pairs if a != b}
    graph = nx.Graph()
    graph.add_nodes_from(range(6))
    weights = Weights.of(Rules())
    graph.add_weighted_edges_from(
        (a, b, weights.crossing.get(kind, 0.0)) for (a, b), (_, (kind,)) in links.items()
    )
    tree = sum(facts["weight"] for _, _, facts in nx.minimum_spanning_edges(graph))
    expected = weights.roads_crossed * tree
    assert terms(small_town(links, [50] * 6), list(range(6)))["roads_crossed"] == pytest.approx(expected)


def test_members_outside_the_usual_community_cost() -> None:
    town = small_town(street(5), [50] * 5, communities=["东关", "东关", "西关", None, "北关"])
    assert terms(town, [0, 1, 2, 3, 4], community=1.0)["community"] == 2


def test_the_usual_size_costs_nothing_and_the_bounds_move_it() -> None:
    assert terms(small_town(street(9), [50] * 9), list(range(9)))["size"] == 0
    assert terms(small_town(street(4), [50] * 4, members_max=4), [0, 1, 2, 3])["size"] == 0
    assert terms(small_town(street(9), [50] * 9), [0, 1, 2])["size"] > 0


def test_unknown_households_are_no_imbalance() -> None:
    town = small_town(street(3), [50, None, 70])
    assert terms(town, [0, 1])["balance"] == 0
    assert terms(town, [0])["balance"] > 0


def test_the_total_is_the_sum_of_the_terms() -> None:
    town = small_town(street(4), [50, 60, 70, 80], communities=["东", "西", "东", "西"])
    costs = Costs(town, range(4))
    assert set(costs.terms([1, 2, 3])) == set(TERMS)
    assert costs.total([1, 2, 3]) == pytest.approx(sum(costs.terms([1, 2, 3]).values()))


def test_a_compound_with_more_households_is_dearer_to_leave_out() -> None:
    costs = Costs(small_town(street(3), [10, 200, None]), range(3))
    assert costs.alone(0) < costs.alone(2) < costs.alone(1)
