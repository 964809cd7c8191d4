"""Proposals keep every bound, are as good as brute force where that can be had, and depend on data and seed alone."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import combinations

import networkx as nx
import numpy as np
import pytest
from generated_towns import generate
from hypothesis import given, settings
from hypothesis import strategies as st
from small_towns import small_town, street

from gis_planner.analysis.clustering import search, solver
from gis_planner.analysis.clustering.cost import Costs
from gis_planner.analysis.clustering.solver import SOLVER_VERSION, ClusterProblem, Proposal, propose_clusters
from gis_planner.analysis.clustering.town import Town, gather_town
from gis_planner.errors import Cancelled
from gis_planner.messages import Message
from gis_planner.model.clusters import Cluster, Grouping
from gis_planner.model.tables import ints, take


def groups(proposal: Proposal) -> list[tuple[str, ...]]:
    return sorted(cluster.members for cluster in proposal.clusters)


def is_valid(town: Town, rows: list[int]) -> bool:
    """Check a cluster by the words of the contract."""
    rules = town.rules
    graph = nx.Graph([(one, other) for one in range(len(town.ids)) for other in town.links[one]])
    graph.add_nodes_from(range(len(town.ids)))
    known = [town.households[row] for row in rows if town.households[row] is not None]
    townships = {town.townships[row] for row in rows} - {None}
    metres = town.walks.among(rows)
    walks = [
        metres[one, other] <= rules.walk_diameter_max_m
        for one, other in combinations(range(len(rows)), 2)
        if town.walks.known[rows[one]] and town.walks.known[rows[other]]
    ]
    return (
        nx.is_connected(graph.subgraph(rows))
        and rules.members_min <= len(rows) <= rules.members_max
        and sum(known) <= rules.households_max
        and (len(known) < len(rows) or sum(known) >= rules.households_min)
        and (len(townships) <= 1 or not rules.same_township)
        and all(walks)
    )


def best_value(town: Town) -> float:
    """Try every way of grouping a tiny town."""
    n = len(town.ids)
    costs = Costs(town, range(n))
    price = {}
    for mask in range(1, 1 << n):
        rows = [row for row in range(n) if mask >> row & 1]
        if is_valid(town, rows):
            price[mask] = costs.total(rows)
    best = [0.0] * (1 << n)
    for mask in range(1, 1 << n):
        first = mask & -mask
        best[mask] = costs.alone(first.bit_length() - 1) + best[mask ^ first]
        part = mask
        while part:
            if part & first and part in price:
                best[mask] = min(best[mask], price[part] + best[mask ^ part])
            part = (part - 1) & mask
    return best[-1]


def least_cost_of(town: Town, placed: set[int]) -> float:
    """Try every way of placing just these compounds."""
    costs = Costs(town, range(len(town.ids)))
    rows = sorted(placed)
    best: dict[frozenset[int], float] = {frozenset(): 0.0}

    def least(left: frozenset[int]) -> float:
        if left not in best:
            first, others = min(left), sorted(left - {min(left)})
            found = float("inf")
            for size in range(len(others) + 1):
                for chosen in combinations(others, size):
                    part = sorted((first, *chosen))
                    if is_valid(town, part):
                        found = min(found, costs.total(part) + least(left - set(part)))
            best[left] = found
        return best[left]

    return least(frozenset(rows))


def value_of(town: Town, proposal: Proposal) -> float:
    costs = Costs(town, range(len(town.ids)))
    placed = [town.rows(cluster.members) for cluster in proposal.clusters]
    grouped = {row for rows in placed for row in rows}
    return sum(costs.total(rows) for rows in placed) + sum(
        costs.alone(row) for row in range(len(town.ids)) if row not in grouped
    )


def check_laws(town: Town, proposal: Proposal) -> None:
    placed = [member for cluster in proposal.clusters for member in cluster.members]
    assert len(placed) == len(set(placed))
    assert sorted([*placed, *proposal.alone]) == sorted(town.ids)
    for cluster in proposal.clusters:
        assert is_valid(town, town.rows(cluster.members)), cluster
    assert [cluster.number for cluster in proposal.clusters] == list(range(1, len(proposal.clusters) + 1))


@st.composite
def tiny_towns(draw: st.DrawFn) -> Town:
    n = draw(st.integers(2, 9))
    pairs = list(combinations(range(n), 2))
    near = [pair for pair in pairs if pair[1] - pair[0] <= 3]
    links = {
        pair: (
            float(draw(st.integers(10, 90))),
            draw(st.sampled_from([(), ("branch",), ("wall", "lane"), ("secondary",)])),
        )
        for pair in draw(st.lists(st.sampled_from(near), unique=True, max_size=16))
    }
    households = draw(st.lists(st.one_of(st.none(), st.integers(0, 120)), min_size=n, max_size=n))
    townships = draw(st.lists(st.sampled_from(["甲", "甲", "甲", "乙", None]), min_size=n, max_size=n))
    metres = np.array(
        draw(
            st.lists(
                st.sampled_from([90.0, 300.0, 640.0, 800.0, 1100.0, np.nan]), min_size=n * n, max_size=n * n
            )
        )
    )
    walks = np.triu(metres.reshape(n, n), 1)
    known = draw(st.lists(st.sampled_from([True, True, True, False]), min_size=n, max_size=n))
    bounds = {
        "households_min": draw(st.integers(0, 200)),
        "households_max": draw(st.integers(150, 500)),
        "members_min": draw(st.integers(1, 3)),
        "members_max": draw(st.integers(2, 6)),
    }
    return small_town(
        links, households, townships=townships, walk_m=walks + walks.T, walk_known=known,
        communities=draw(st.lists(st.sampled_from(["东关", "西关", None]), min_size=n, max_size=n)), **bounds,
    )  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(tiny_towns())
def test_a_tiny_town_is_grouped_as_well_as_brute_force_can(town: Town) -> None:
    proposal = propose_clusters(ClusterProblem(town, town.ids))
    check_laws(town, proposal)
    assert proposal.proven
    assert value_of(town, proposal) == pytest.approx(best_value(town), abs=1e-4)


@settings(max_examples=25, deadline=None)
@given(tiny_towns(), st.integers(0, 99))
def test_the_search_keeps_the_laws_and_leaves_out_no_more_than_brute_force(town: Town, seed: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(solver, "_LIST_AT_MOST", 0)
        patch.setattr(search, "_STEPS_MIN", 1500)
        patch.setattr(search, "_STEPS_MAX", 1500)
        found = propose_clusters(ClusterProblem(town, town.ids, seed=seed))
    check_laws(town, found)
    assert value_of(town, found) <= best_value(town) + 50  # leaving out one more would cost at least 500


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_generated_town_keeps_the_laws(seed: int) -> None:
    town = generate(seed, 60, unknown=0.1 * seed).town
    proposal = propose_clusters(ClusterProblem(town, town.ids))
    check_laws(town, proposal)
    sizes = [len(cluster.members) for cluster in proposal.clusters]
    assert 6 <= sum(sizes) / len(sizes) <= 11


def test_the_same_seed_gives_the_same_proposal_whatever_the_order_of_rows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(search, "_STEPS_MAX", 5000)
    made = generate(5, 50)
    first = propose_clusters(ClusterProblem(made.town, made.town.ids))
    assert groups(propose_clusters(ClusterProblem(made.town, made.town.ids))) == groups(first)

    order = list(range(len(made.town.ids)))
    random.Random(3).shuffle(order)
    compounds = take(made.project.table("compounds"), order)
    project = replace(made.project, tables={**made.project.tables, "compounds": compounds})
    pairs = take(made.neighbours, list(range(len(made.neighbours)))[::-1])
    names = list(compounds["id"])
    walks = replace(
        made.walks,
        ids=tuple(names),
        metres=made.walks.metres[np.ix_(order, order)],
        known=made.walks.known[order],
    )
    households = dict(zip(names, ints(compounds, "households"), strict=True))
    town = gather_town(project, households=households, neighbours=pairs, walks=walks)
    shuffled = propose_clusters(ClusterProblem(town, tuple(names)))
    assert shuffled.clusters == first.clusters
    assert shuffled.origin == first.origin


def test_another_seed_may_differ_and_says_so() -> None:
    made = generate(4, 40)
    proposal = propose_clusters(ClusterProblem(made.town, made.town.ids, seed=77))
    assert (proposal.origin["seed"], proposal.origin["solver"]) == (77, SOLVER_VERSION)
    assert proposal.origin["rules"]["members_max"] == 15


def test_those_who_take_no_part_are_neither_placed_nor_alone() -> None:
    town = small_town(street(4), [60] * 4)
    proposal = propose_clusters(ClusterProblem(town, ("C00", "C01", "C03")))
    assert groups(proposal) == [("C00", "C01")]
    assert proposal.alone == ("C03",)


def test_nothing_to_group_is_an_empty_proposal() -> None:
    proposal = propose_clusters(ClusterProblem(small_town({}, []), ()))
    assert (proposal.clusters, proposal.alone, proposal.proven) == ((), (), True)


def test_a_compound_beyond_the_bounds_by_itself_stands_alone() -> None:
    town = small_town(street(4), [3500, 60, 60, 60])
    proposal = propose_clusters(ClusterProblem(town, town.ids))
    assert groups(proposal) == [("C01", "C02", "C03")]
    assert proposal.alone == ("C00",)


def test_unknown_households_prove_no_lower_bound_and_can_break_the_upper() -> None:
    town = small_town(street(2), [None, 10])
    assert groups(propose_clusters(ClusterProblem(town, town.ids))) == [("C00", "C01")]
    town = small_town(street(2), [None, 10], households_max=5)
    assert propose_clusters(ClusterProblem(town, town.ids)).clusters == ()


def test_unknown_walks_do_not_part_and_unreached_ones_do() -> None:
    nowhere = np.full((2, 2), np.nan)
    town = small_town(street(2), [60, 60], walk_m=nowhere, walk_known=[True, False])
    assert len(propose_clusters(ClusterProblem(town, town.ids)).clusters) == 1
    town = small_town(street(2), [60, 60], walk_m=nowhere, walk_known=[True, True])
    assert propose_clusters(ClusterProblem(town, town.ids)).clusters == ()


def previous(
    *clusters: tuple[str, ...], locked: tuple[int, ...] = (), compounds: tuple[str, ...] = ()
) -> Grouping:
    return Grouping(
        tuple(
            Cluster(f"Z{n:02d}", n, f"片区{n}", members, n in locked) for n, members in enumerate(clusters, 1)
        ),
        locked_compounds=frozenset(compounds),
    )


def test_a_locked_cluster_stays_as_it_is_even_against_the_bounds() -> None:
    town = small_town(street(6), [60] * 6)
    stands = previous(("C01", "C04"), ("C00", "C02"), locked=(1,))
    proposal = propose_clusters(ClusterProblem(town, town.ids, stands))
    locked = next(cluster for cluster in proposal.clusters if cluster.id == "Z01")
    assert (locked.members, locked.locked, locked.name, locked.number) == (("C01", "C04"), True, "片区1", 1)
    assert ("C02", "C03") in groups(proposal)


def test_compounds_locked_into_a_cluster_stay_together_in_it() -> None:
    town = small_town(street(8), [60] * 8, members_max=4)
    stands = previous(("C02", "C03", "C04"), ("C05", "C06", "C07"), compounds=("C02", "C04", "C05"))
    for seed in range(4):
        proposal = propose_clusters(ClusterProblem(town, town.ids, stands, seed=seed))
        of = {member: cluster for cluster in proposal.clusters for member in cluster.members}
        assert of["C02"].id == of["C04"].id == of["C03"].id == "Z01"
        assert of["C05"].id == "Z02"


def test_a_locked_compound_that_can_join_nothing_stays_in_its_cluster() -> None:
    town = small_town({}, [60, 60])
    proposal = propose_clusters(ClusterProblem(town, town.ids, previous(("C00", "C01"), compounds=("C00",))))
    assert [(c.id, c.members) for c in proposal.clusters] == [("Z01", ("C00",))]
    assert proposal.alone == ("C01",)


def test_a_compound_locked_to_stand_alone_goes_on_standing_alone() -> None:
    town = small_town(street(3), [60] * 3)
    proposal = propose_clusters(ClusterProblem(town, town.ids, Grouping(locked_compounds=frozenset({"C01"}))))
    assert proposal.clusters == ()


def test_numbers_and_names_stay_with_most_of_a_cluster() -> None:
    town = small_town({**street(3), (3, 4): 40.0}, [60] * 5)
    stands = previous(("C03", "C04"), ("C00", "C01"))
    proposal = propose_clusters(ClusterProblem(town, town.ids, stands))
    assert {c.id: (c.number, c.name, c.members) for c in proposal.clusters} == {
        "Z01": (1, "片区1", ("C03", "C04")),
        "Z02": (2, "片区2", ("C00", "C01", "C02")),
    }


@pytest.mark.parametrize(("when", "what"), [(0.0, "search"), (0.1, "search"), (0.0, "proof")])
def test_a_search_that_is_stopped_gives_the_best_so_far_within_the_laws(when: float, what: str) -> None:
    class Stop:
        def report(self, share: float, doing: Message) -> None:
            assert 0.0 <= share <= 1.0
            if share >= when and doing.key == f"clusters.progress.{what}":
                raise Cancelled

    town = generate(1, 60).town
    proposal = propose_clusters(ClusterProblem(town, town.ids), progress=Stop())
    check_laws(town, proposal)
    assert not proposal.complete
    assert proposal.origin["complete"] is False
    assert proposal.clusters


def test_the_number_of_threads_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    town = generate(2, 60).town
    first = propose_clusters(ClusterProblem(town, town.ids))
    for threads in (1, 3):
        monkeypatch.setattr(search, "_THREADS", threads)
        assert propose_clusters(ClusterProblem(town, town.ids)).origin == first.origin


@pytest.mark.parametrize("wanted", [3, 5, 8])
def test_as_many_clusters_are_formed_as_are_asked_for(wanted: int) -> None:
    town = small_town(street(20), [60] * 20, clusters_wanted=wanted)
    proposal = propose_clusters(ClusterProblem(town, town.ids))
    check_laws(town, proposal)
    assert len(proposal.clusters) == wanted


def test_asking_for_the_number_that_is_best_anyway_gives_no_worse_an_answer() -> None:
    town = generate(3, 60).town
    free = propose_clusters(ClusterProblem(town, town.ids))
    asked = replace(town, rules=town.rules.with_value("clusters_wanted", len(free.clusters)))
    held = propose_clusters(ClusterProblem(asked, asked.ids))
    check_laws(asked, held)
    assert len(held.clusters) == len(free.clusters)
    assert len(held.alone) == len(free.alone)
    assert held.cost <= free.cost + 1e-6


def test_a_programme_names_a_year_for_every_cluster() -> None:
    town = small_town(street(18), [60 + 5 * k for k in range(18)], programme="2+1")
    proposal = propose_clusters(ClusterProblem(town, town.ids))
    assert len(proposal.clusters) == 3
    years = proposal.origin["years"]
    assert sorted(years.values()) == [1, 1, 2]
    households = {c.id: sum(60 + 5 * int(m[1:]) for m in c.members) for c in proposal.clusters}
    assert max(households, key=lambda c: households[c]) in {c for c, year in years.items() if year == 1}


@settings(max_examples=40, deadline=None)
@given(tiny_towns())
def test_no_grouping_of_those_who_are_placed_costs_less_than_the_bound(town: Town) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(solver, "_LIST_AT_MOST", 0)
        patch.setattr(search, "_STEPS_MIN", 1500)
        patch.setattr(search, "_STEPS_MAX", 1500)
        found = propose_clusters(ClusterProblem(town, town.ids))
    if found.bound is not None:
        assert found.bound <= found.cost + 1e-6
        placed = set(town.rows([m for c in found.clusters for m in c.members]))
        assert found.bound <= least_cost_of(town, placed) + 1e-6
