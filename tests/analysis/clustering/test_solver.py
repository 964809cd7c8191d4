"""Proposals keep every bound and what is locked, and depend on data and seed alone.

What holds of any small town, against every grouping there can be, stands among the laws (`tests/laws`).
"""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from every_grouping import keeps_bounds
from generated_towns import generate
from small_towns import small_town, street

from gis_planner.analysis.clustering import search
from gis_planner.analysis.clustering.pieces import is_connected
from gis_planner.analysis.clustering.solver import SOLVER_VERSION, ClusterProblem, Proposal, propose_clusters
from gis_planner.analysis.clustering.town import Town, gather_town
from gis_planner.errors import Cancelled
from gis_planner.messages import Message
from gis_planner.model.clusters import Cluster, Grouping
from gis_planner.model.tables import ints, take


def groups(proposal: Proposal) -> list[tuple[str, ...]]:
    return sorted(cluster.members for cluster in proposal.clusters)


def check_laws(town: Town, proposal: Proposal) -> None:
    placed = [member for cluster in proposal.clusters for member in cluster.members]
    assert len(placed) == len(set(placed))
    assert sorted([*placed, *proposal.alone]) == sorted(town.ids)
    for cluster in proposal.clusters:
        rows = town.rows(cluster.members)
        assert keeps_bounds(town, rows), cluster
        assert is_connected(rows, town.links_by_row), cluster
    assert [cluster.number for cluster in proposal.clusters] == list(range(1, len(proposal.clusters) + 1))


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
    households = dict(zip(names, ints(compounds, "households"), strict=True))
    town = gather_town(project, households=households, neighbours=pairs, walks=made.walks)
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
