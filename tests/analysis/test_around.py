"""Forming anew around a few clusters leaves the rest; numbers and names stay with most of their households."""

from __future__ import annotations

import random

import pytest
from drawn_clusters import PROFILE, STANDARD, drawn_town
from edits_at_random import after

from gis_planner.analysis.around import hold_elsewhere, propose_around
from gis_planner.analysis.grouping import propose
from gis_planner.errors import RuleError
from gis_planner.model import edits as e
from gis_planner.model.project import Project

ROW = "ABCDEFGHIJKL"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWX"
FIELD = "\n".join(LETTERS[k : k + 6] for k in range(0, 24, 6))
RULES = {"households_min": 150, "households_max": 900, "members_min": 2, "members_max": 5}


def town() -> Project:
    return drawn_town(ROW, {"Z01": "AB", "Z02": "CD", "Z03": "EF", "Z04": "GH"}, members_min=2)


def members(project: Project) -> dict[str, tuple[str, ...]]:
    return {cluster.id: cluster.members for cluster in project.grouping.clusters}


def test_only_the_named_clusters_those_beside_them_and_the_free_ones_there_are_open() -> None:
    held = hold_elsewhere(town(), ["Z01"])
    assert [c.id for c in held.clusters if not c.locked] == ["Z01", "Z02"]
    assert held.locked_compounds == set("IJKL")  # they hang on to Z04, which is held
    assert not hold_elsewhere(town(), ["Z04"]).locked_compounds
    with pytest.raises(RuleError):
        hold_elsewhere(town(), ["Z09"])


def test_the_rest_of_the_town_stays_and_nothing_becomes_locked() -> None:
    project = after(town(), e.Lock("cluster", ("Z03",)))
    changed = after(project, propose_around(project, PROFILE, STANDARD, ["Z01"]))
    before, now = members(project), members(changed)
    assert {name: now[name] for name in ("Z03", "Z04")} == {name: before[name] for name in ("Z03", "Z04")}
    assert sorted(m for name, own in now.items() if name not in ("Z03", "Z04") for m in own) == list("ABCD")
    assert [c.id for c in changed.grouping.clusters if c.locked] == ["Z03"]
    assert not changed.grouping.locked_compounds


@pytest.mark.parametrize("seed", range(6))
def test_a_cluster_keeps_its_number_and_name_while_most_of_its_households_stay(seed: int) -> None:
    chance = random.Random(seed)
    figures = {letter: chance.randint(60, 180) for letter in LETTERS}
    project = drawn_town(FIELD, {}, households=figures, **RULES)
    project = after(project, propose(project, PROFILE, STANDARD))
    for cluster in project.grouping.clusters:
        project = after(project, e.NameCluster(cluster.id, f"片区{cluster.id}"))
    for _ in range(5):
        names = [cluster.id for cluster in project.grouping.clusters]
        for _ in range(chance.randint(1, 3)):
            moved = tuple(chance.sample(LETTERS, chance.randint(1, 2)))
            project = after(project, e.MoveCompounds(moved, chance.choice([*names, "new", None])))
            names = [cluster.id for cluster in project.grouping.clusters]
        before = project
        edit = (
            propose(before, PROFILE, STANDARD)
            if chance.random() < 0.5
            else propose_around(before, PROFILE, STANDARD, [chance.choice(names)])
        )
        project = after(before, edit)
        numbers = [cluster.number for cluster in project.grouping.clusters]
        assert len(set(numbers)) == len(numbers)
        for old in before.grouping.clusters:
            weight = sum(figures[member] for member in old.members)
            for new in project.grouping.clusters:
                shared = sum(figures[member] for member in set(old.members) & set(new.members))
                claims = [
                    sum(figures[m] for m in set(other.members) & set(new.members))
                    for other in before.grouping.clusters
                    if 2 * sum(figures[m] for m in set(other.members) & set(new.members))
                    > sum(figures[m] for m in other.members)
                ]
                if 2 * shared > weight and shared == max(claims) and claims.count(shared) == 1:
                    assert (new.id, new.number, new.name) == (old.id, old.number, old.name)
