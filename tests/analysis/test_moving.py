"""Who may take a compound, what breaks, and that an offered repair repairs."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from drawn_clusters import drawn_town, lay_out, town_of_project
from edits_at_random import after

from gis_planner.analysis.breaking import breaks_anything
from gis_planner.analysis.clustering.town import Town
from gis_planner.analysis.moving import Host, hosts_in, hosts_of, try_edits, try_move
from gis_planner.messages import load_catalogue
from gis_planner.model import edits as e
from gis_planner.model.project import Project
from gis_planner.model.regrouping import regroup

CATALOGUE = load_catalogue()


def hosts(project: Project, *compounds: str) -> dict[str, Host]:
    return {host.target: host for host in hosts_of(town_of_project(project), project.grouping, compounds)}


def keys(host: Host) -> list[str]:
    return [message.key for message in host.refusals]


def test_a_neighbouring_cluster_may_take_a_compound_and_a_distant_one_may_not() -> None:
    project = drawn_town("ABCDEF", {"Z01": "AB", "Z02": "CD", "Z03": "EF"})
    found = hosts(project, "B")
    assert list(found) == ["Z02", "Z03", "new", "out"]
    assert found["Z02"].allowed
    assert found["Z02"].beside
    assert keys(found["Z03"]) == ["moving.not_beside"]
    assert found["new"].allowed
    assert found["out"].allowed


def test_a_bound_that_would_be_broken_is_said_with_its_figures() -> None:
    project = drawn_town(
        "ABCD", {"Z01": "AB", "Z02": "CD"}, households=100, households_max=250, members_max=2
    )
    host = hosts(project, "B")["Z02"]
    said = [CATALOGUE.text(message, "zh") for message in host.refusals]
    assert said == ["户数达 300 户，超过上限 250 户", "小区数达 3 个，超过上限 2 个"]
    few = hosts(drawn_town("ABCD", {"Z01": "AB", "Z02": "CD"}, members_min=2, households_min=150), "B")["new"]
    assert keys(few) == ["clusters.broken.households_few", "clusters.broken.members_few"]


def test_a_bound_that_was_broken_before_and_gets_no_worse_is_no_refusal() -> None:
    project = drawn_town("ABCD", {"Z01": "AB", "Z02": "CD"}, members_min=4)
    assert hosts(project, "B")["Z02"].allowed


def test_locks_hold_compounds_and_clusters() -> None:
    project = drawn_town("ABCD", {"Z01": "AB", "Z02": "CD"})
    target = hosts(after(project, e.Lock("cluster", ("Z02",))), "B")["Z02"]
    assert target.locked
    assert keys(target) == ["clusters.broken.locked"]
    for lock in (e.Lock("cluster", ("Z01",)), e.Lock("compound", ("B",))):
        held = after(project, lock)
        assert all(host.locked and not host.allowed for host in hosts(held, "B").values())
        trial = try_move(lay_out(held), "B", "Z02")
        assert trial.refusals
        assert not trial.edits
        assert not trial.comparison.sides


def test_the_pieces_that_a_cluster_falls_into_are_named() -> None:
    project = drawn_town("ABC\n.D.\n.E.", {"Z01": "ABC", "Z02": "DE"})
    trial = try_move(lay_out(project), "B", "Z02")
    source = next(side for side in trial.comparison.sides if side.cluster.id == "Z01")
    assert source.after is not None
    assert source.after.pieces == (("A",), ("C",))
    assert [message.key for message in trial.breaks] == ["moving.falls_apart"]
    assert "断成 2 片" in CATALOGUE.text(trial.breaks[0], "zh")


def test_what_is_cut_off_can_be_taken_along() -> None:
    project = drawn_town("ABC\n.D.\n.E.", {"Z01": "ABC", "Z02": "DE"})
    live = lay_out(project)
    repairs = try_move(live, "B", "Z02").repairs
    assert repairs
    along = next(repair for repair in repairs if repair.message.key == "moving.repair.along")
    assert along.edits == (e.MoveCompounds(("B", "C"), "Z02"),)


def test_a_cluster_that_gets_too_large_can_give_one_to_a_neighbour() -> None:
    project = drawn_town("ABCDEF", {"Z01": "AB", "Z02": "CD", "Z03": "EF"}, members_max=2)
    repairs = try_move(lay_out(project), "B", "Z02").repairs
    assert not repairs  # Z03 is full as well
    roomy = drawn_town("ABCDE", {"Z01": "AB", "Z02": "CD", "Z03": "E"}, members_max=2)
    repairs = try_move(lay_out(roomy), "B", "Z02").repairs
    assert (e.MoveCompounds(("B",), "Z02"), e.MoveCompounds(("D",), "Z03")) in [r.edits for r in repairs]


def test_a_new_cluster_that_is_too_small_can_take_a_neighbour_in() -> None:
    project = drawn_town("ABCDEF", {"Z01": "ABCD", "Z02": "EF"}, members_min=2)
    repairs = try_move(lay_out(project), "A", "new").repairs
    assert (e.MoveCompounds(("A", "B"), "new"),) in [repair.edits for repair in repairs]


def random_town(seed: int) -> Project:
    random = np.random.default_rng(seed)
    letters = "ABCDEFGHIJKLMNOP"
    drawn = "\n".join(letters[row * 4 : row * 4 + 4] for row in range(4))
    figures = {letter: int(h) for letter, h in zip(letters, random.integers(50, 200, 16), strict=True)}
    columns = {f"Z{k + 1:02d}": letters[k::4] for k in range(4)}
    rules = {"households_min": 250, "households_max": 700, "members_min": 2, "members_max": 5}
    return drawn_town(drawn, columns, households=figures, **rules)


def in_pieces(town: Town, members: tuple[str, ...]) -> int:
    graph = nx.Graph()
    graph.add_nodes_from(members)
    graph.add_edges_from(
        (a, town.ids[other])
        for a in members
        for other in town.links[town.row[a]]
        if town.ids[other] in members
    )
    return nx.number_connected_components(graph)


@pytest.mark.parametrize("seed", range(8))
def test_every_repair_can_be_made_and_breaks_nothing(seed: int) -> None:
    project = random_town(seed)
    live = lay_out(project)
    town, random, offered = live.town, np.random.default_rng(seed), 0
    for _ in range(25):
        compound = str(random.choice(list(town.ids)))
        target = str(random.choice(["Z01", "Z02", "Z03", "Z04", "new", "out"]))
        trial = try_move(live, compound, target)
        broken = breaks_anything(trial.comparison)
        assert bool(trial.breaks) == broken
        for side in trial.comparison.sides:
            if side.after is not None:
                assert len(side.after.pieces) == in_pieces(town, side.after.members)
        for repair in trial.repairs:
            assert broken
            offered += 1
            grouping = project.grouping
            for edit in repair.edits:
                grouping = regroup(grouping, edit)
            changed = after(project, *repair.edits) if len(repair.edits) == 1 else None
            assert changed is None or changed.grouping == grouping
            before = {c.id: c for c in project.grouping.clusters}
            for cluster in grouping.clusters:
                if before.get(cluster.id) != cluster:
                    assert in_pieces(town, cluster.members) == 1
                    total = sum(town.households[town.row[m]] or 0 for m in cluster.members)
                    was = before.get(cluster.id)
                    old = sum(town.households[town.row[m]] or 0 for m in was.members) if was else None
                    within = 250 <= total <= 700 and 2 <= len(cluster.members) <= 5
                    assert within or (old is not None and not 250 <= old <= 700)
            moved = next(edit for edit in repair.edits if isinstance(edit, e.MoveCompounds))
            assert compound in moved.compounds
    assert offered


def test_the_hosts_of_a_live_grouping_are_those_of_its_town() -> None:
    project = random_town(3)
    live = lay_out(project)
    for compound in live.town.ids:
        plain = hosts_of(live.town, project.grouping, compound)
        assert [(h.target, keys(h)) for h in hosts_in(live, compound)] == [(h.target, keys(h)) for h in plain]


def test_any_edits_of_clusters_can_be_tried() -> None:
    live = lay_out(drawn_town("ABCDEF", {"Z01": "AB", "Z02": "CD", "Z03": "EF"}))
    trial = try_edits(live, [e.MergeClusters(("Z01", "Z02")), e.DissolveCluster("Z03")])
    sides = {side.cluster.id: side for side in trial.comparison.sides}
    assert sides["Z01"].after is not None
    assert len(sides["Z01"].after.members) == 4
    assert sides["Z02"].after is None
    assert sides["Z03"].after is None
    assert try_edits(live, [e.DissolveCluster("Z09")]).refusals
    assert try_move(live, "X", "Z01").refusals
