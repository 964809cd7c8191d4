"""Alternatives: lawful, not much dearer than the best, and different enough to be chosen between."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import networkx as nx
import pytest
from maps import compounds_from, project_of

from gis_planner.analysis.clustering.bounds import measure_bounds
from gis_planner.analysis.clustering.cost import Costs
from gis_planner.analysis.eligibility import decide_eligibility, takes_part
from gis_planner.analysis.nearby_groupings import find_nearby_groupings, share_grouped_differently
from gis_planner.analysis.study import survey_ground
from gis_planner.errors import Cancelled
from gis_planner.io.read_standard import read_profiles
from gis_planner.messages import Message
from gis_planner.model.clusters import Cluster, Grouping
from gis_planner.model.edits import SetClusters
from gis_planner.model.project import Project

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWX"
HOUSEHOLDS = {letter: 40 + 7 * (at * 5 % 11) for at, letter in enumerate(LETTERS)}
PROFILE = read_profiles()["default"]


def town(**rules: object) -> Project:
    """Four rows of six compounds wall to wall, with bounds that leave many ways to group them."""
    drawn = "\n".join(LETTERS[at : at + 6] for at in range(0, 24, 6))
    compounds = compounds_from(
        drawn, households=HOUSEHOLDS, built_year=dict.fromkeys(LETTERS, 1990),
        in_urban_scope=dict.fromkeys(LETTERS, True), structure_safe=dict.fromkeys(LETTERS, True),
        gap_count=dict.fromkeys(LETTERS, 3), township=dict.fromkeys(LETTERS, "城关镇"),
    )  # fmt: skip
    project = project_of(compounds=compounds)
    chosen = project.rules
    for name, value in {"members_max": 9, "households_max": 1000, **rules}.items():
        chosen = chosen.with_value(name, value)
    return replace(project, rules=chosen)


def groups(edit: SetClusters) -> list[tuple[str, ...]]:
    return sorted(tuple(sorted(body["members"])) for body in edit.clusters)


def differing(one: list[tuple[str, ...]], other: list[tuple[str, ...]]) -> float:
    """Match clusters by an independent matching."""
    graph = nx.Graph()
    for a, members in enumerate(one):
        for b, others in enumerate(other):
            shared = sum(HOUSEHOLDS[c] for c in set(members) & set(others))
            if shared:
                graph.add_edge(("one", a), ("other", b), weight=shared)
    matched = sum(graph.edges[edge]["weight"] for edge in nx.max_weight_matching(graph))
    return 1 - matched / sum(HOUSEHOLDS.values())


@pytest.fixture(scope="module")
def found() -> tuple[Project, list[tuple[list[tuple[str, ...]], float]]]:
    project = town()
    made = find_nearby_groupings(project, PROFILE, n=8)
    return project, [(groups(one.edit), one.cost) for one in made]


def test_every_alternative_is_lawful_and_places_the_same_compounds(found) -> None:  # type: ignore[no-untyped-def]
    project, made = found
    ground = survey_ground(project).town
    graph = nx.Graph([(a, b) for a in range(len(ground.ids)) for b in ground.links[a]])
    first = {member for group in made[0][0] for member in group}
    assert len(made) == 8
    for clusters, _ in made:
        members = [member for group in clusters for member in group]
        assert len(members) == len(set(members))
        assert set(members) == first
        for group in clusters:
            rows = ground.rows(group)
            assert nx.is_connected(graph.subgraph(rows))
            assert all(bound.state != "broken" for bound in measure_bounds(ground, rows))


def test_none_costs_more_than_a_tenth_above_the_first_and_each_says_its_own_cost(found) -> None:  # type: ignore[no-untyped-def]
    project, made = found
    ground = survey_ground(project).town
    taking = [e.compound_id for e in decide_eligibility(project.table("compounds"), PROFILE, project.rules)
              if takes_part(e.result)]  # fmt: skip
    costs = Costs(ground, set(ground.rows(taking)))
    for clusters, cost in made:
        assert cost == pytest.approx(sum(costs.total(ground.rows(group)) for group in clusters))
        assert cost <= made[0][1] * 1.1 + 1e-9
    assert [cost for _, cost in made[1:]] == sorted(cost for _, cost in made[1:])


def test_any_two_group_a_tenth_of_the_households_differently(found) -> None:  # type: ignore[no-untyped-def]
    _, made = found
    for (one, _), (other, _) in combinations(made, 2):
        assert differing(one, other) >= 0.1 - 1e-9
        assert share_grouped_differently(one, other, HOUSEHOLDS) == pytest.approx(differing(one, other))


def test_the_same_seed_gives_the_same_alternatives_and_another_one_others(found) -> None:  # type: ignore[no-untyped-def]
    _, made = found
    again = [groups(one.edit) for one in find_nearby_groupings(town(), PROFILE, n=8)]
    assert again == [clusters for clusters, _ in made]
    others = [groups(one.edit) for one in find_nearby_groupings(town(seed=7), PROFILE, n=8)]
    assert others != again


def test_what_is_locked_stays_in_every_alternative() -> None:
    held = Cluster("Z01", 1, "老城", ("A", "B", "G", "H"), locked=True)
    project = replace(town(), grouping=Grouping((held,), {"seed": 1}))
    made = find_nearby_groupings(project, PROFILE, n=5)
    assert len(made) > 1
    for one in made:
        (kept,) = [body for body in one.edit.clusters if body["id"] == "Z01"]
        assert (tuple(kept["members"]), kept["name"], kept["locked"]) == (held.members, "老城", True)


def test_where_there_is_no_other_way_only_the_proposal_is_given() -> None:
    project = town(members_min=24, members_max=24, households_max=100_000)
    made = find_nearby_groupings(project, PROFILE, n=5)
    assert len(made) == 1


def test_stopped_while_walking_it_gives_what_was_found() -> None:
    class Stop:
        def report(self, share: float, doing: Message) -> None:
            if doing.key == "nearby.walking" and int(str(doing.values["found"])) >= 2:
                raise Cancelled

    made = find_nearby_groupings(town(), PROFILE, n=8, progress=Stop())
    assert 2 <= len(made) < 8


def test_groupings_are_alike_whatever_their_order_and_unknown_households_count_as_the_mean() -> None:
    one, other = [("A", "B"), ("C",)], [("C",), ("B", "A")]
    assert share_grouped_differently(one, other, {}) == 0
    assert share_grouped_differently([("A", "B")], [("A",), ("B",)], {"A": 30, "B": None}) == pytest.approx(
        0.5
    )
