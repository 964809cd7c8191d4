"""Compounds of 2001–2005 join a cluster that they lie in, within the bounds and the cap, and found none."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from maps import layer_from, project_of
from shapely import box

from gis_planner.analysis.barriers import collect_barriers
from gis_planner.analysis.clustering.town import Town, gather_town
from gis_planner.analysis.extension import attach_extension, explain_waiting, settle
from gis_planner.analysis.neighbours import find_neighbours
from gis_planner.messages import load_catalogue
from gis_planner.model.clusters import Cluster

# A and B on either side of X, 10 m apart; Y lies on the outer side of B; F is far away.
SHAPES = {
    "A": box(0, 0, 50, 50),
    "X": box(60, 5, 90, 45),
    "B": box(100, 0, 150, 50),
    "Y": box(160, 0, 210, 50),
    "F": box(900, 0, 950, 50),
}
HOUSEHOLDS: dict[str, int | None] = {"A": 60, "B": 60, "X": 40, "Y": 40, "F": 40}
FORMED = (Cluster("Z01", 1, "东关片区", ("A", "B")),)


def town_of(
    households: dict[str, int | None] | None = None, shapes: dict[str, Any] | None = None, **rules: object
) -> Town:
    counts = {**HOUSEHOLDS, **(households or {})}
    compounds = layer_from("compounds", shapes or SHAPES, name="小区", households=counts)
    project = project_of(compounds=compounds)
    for name, value in rules.items():
        project = replace(project, rules=project.rules.with_value(name, value))
    pairs = find_neighbours(compounds, collect_barriers(project), project.table("roads"), project.rules)
    return gather_town(project, households=counts, neighbours=pairs)


def joined(
    town: Town, waiting: tuple[str, ...] = ("X", "Y", "F"), clusters: tuple[Cluster, ...] = FORMED
) -> dict[str, str]:
    formed, taken = attach_extension(town, clusters, waiting, founders=("A", "B"))
    members = {member for cluster in formed for member in cluster.members}
    assert members == {member for cluster in clusters for member in cluster.members} | set(taken)
    return taken


def why(
    town: Town, compound: str, clusters: tuple[Cluster, ...] = FORMED, founders: tuple[str, ...] = ("A", "B")
) -> str:
    reason = explain_waiting(town, clusters, ("X", "Y", "F"), founders=founders)[compound]
    text = load_catalogue().text(reason, "zh")
    assert "{" not in text + load_catalogue().text(reason, "en")
    return f"{reason.key.removeprefix('clusters.extension.')}: {text}"


def test_one_that_lies_between_members_joins_and_those_outside_do_not() -> None:
    assert joined(town_of()) == {"X": "Z01"}
    assert why(town_of(), "Y").startswith("outside: 只有 0% 的面积在东关片区范围内，不足 50%")
    assert why(town_of(), "F").startswith("no_neighbour")
    assert why(town_of(), "X").startswith("would_join")


def test_who_joins_can_bring_the_next_one_inside() -> None:
    between = {**SHAPES, "Y": box(160, 0, 190, 50), "F": box(200, 0, 250, 50)}
    formed = (Cluster("Z01", 1, "东关片区", ("A", "B", "F")),)
    town = town_of(shapes=between)
    assert attach_extension(town, formed, ("X", "Y"), founders=("A",))[1] == {"X": "Z01", "Y": "Z01"}


def test_the_cap_counts_whole_households() -> None:
    assert joined(town_of({"X": 120})) == {"X": "Z01"}
    assert joined(town_of({"X": 121})) == {}
    assert why(town_of({"X": 121}), "X").startswith(
        "cap: 并入东关片区后，随片区列入的户数为 121 户，超过总户数 241 户的 50%"
    )


def test_those_already_taken_count_towards_the_cap() -> None:
    shapes = {**SHAPES, "Y": box(60, 55, 90, 95)}
    formed = (Cluster("Z01", 1, "东关片区", ("A", "B", "X")),)
    town = town_of({"X": 100, "Y": 30}, shapes, extension_share_min=0.0)
    assert attach_extension(town, formed, ("X", "Y"), founders=("A", "B"))[1] == {"X": "Z01"}


def test_unknown_households_take_nobody_in() -> None:
    assert joined(town_of({"X": None})) == {}
    assert joined(town_of({"A": None})) == {}
    assert why(town_of({"A": None}), "X").startswith("unknown_households")


def test_bounds_hold_afterwards() -> None:
    assert joined(town_of(households_max=150)) == {}
    assert why(town_of(households_max=150), "X").startswith("bounds: 并入东关片区后将超出限值（户数）")
    assert joined(town_of(members_max=2)) == {}


def test_a_cluster_without_a_founder_takes_nobody_in() -> None:
    assert attach_extension(town_of(), FORMED, ("X",), founders=())[1] == {}
    assert why(town_of(), "X", founders=()).startswith("no_founder")


def test_a_locked_cluster_takes_nobody_in() -> None:
    locked = (Cluster("Z01", 1, "东关片区", ("A", "B"), locked=True),)
    assert joined(town_of(), clusters=locked) == {}
    assert why(town_of(), "X", clusters=locked).startswith("locked")


def test_the_share_inside_is_a_rule() -> None:
    assert joined(town_of(extension_share_min=0.0), waiting=("Y",)) == {"Y": "Z01"}


def test_an_older_compound_that_only_a_younger_one_links_joins_after_it() -> None:
    town = town_of({"Y": 30})
    beyond = settle(town_of(extension_share_min=0.0), FORMED, ("Y",), founders=("A", "B"), left=("F", "X"))
    assert beyond.taken == {"Y": "Z01"}
    assert beyond.linked == {}, "X lies beside A and B, whom the solver did not let it join; F is far away"
    between = settle(town, FORMED[:0], ("X",), founders=("A", "B"), left=("A", "B"))
    assert (between.clusters, between.taken, between.linked) == ((), {}, {})

    chain = {**SHAPES, "F": box(220, 0, 270, 50)}
    chained = town_of(shapes=chain, extension_share_min=0.0)
    found = settle(chained, FORMED, ("Y",), founders=("A", "B"), left=("F",))
    assert (found.taken, found.linked) == ({"Y": "Z01"}, {"F": "Z01"})
    assert found.clusters[0].members == ("A", "B", "F", "Y")

    further = town_of({"G": 40}, {**chain, "G": box(280, 0, 330, 50)}, extension_share_min=0.0)
    found = settle(further, FORMED, ("Y",), founders=("A", "B"), left=("F", "G"))
    assert found.linked == {"F": "Z01", "G": "Z01"}, "whoever is linked links the next one"


def test_nobody_is_linked_against_a_bound_or_into_a_locked_cluster() -> None:
    chain = {**SHAPES, "F": box(220, 0, 270, 50)}
    full = town_of(shapes=chain, extension_share_min=0.0, members_max=3)
    assert settle(full, FORMED, ("Y",), founders=("A", "B"), left=("F",)).linked == {}
    locked = (Cluster("Z01", 1, "东关片区", ("A", "B", "Y"), locked=True),)
    town = town_of(shapes=chain, extension_share_min=0.0)
    assert settle(town, locked, ("Y",), founders=("A", "B"), left=("F",)).linked == {}
