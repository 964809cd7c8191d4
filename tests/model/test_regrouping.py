"""Edits of clusters: members go from one to the other, numbers stay unique, what is locked stays."""

from __future__ import annotations

import random

import pytest
from drawn_clusters import drawn_town
from edits_at_random import after

from gis_planner.errors import RuleError
from gis_planner.model import edits as e
from gis_planner.model.clusters import Grouping
from gis_planner.model.regrouping import regroup

TOWN = drawn_town("ABCDEF", {"Z01": "AB", "Z02": "CD", "Z03": "EF"})


def members(grouping: Grouping) -> dict[str, str]:
    return {cluster.id: "".join(cluster.members) for cluster in grouping.clusters}


def test_a_dissolved_cluster_leaves_its_compounds_free_and_the_others_as_they_are() -> None:
    changed = after(TOWN, e.DissolveCluster("Z02"))
    assert members(changed.grouping) == {"Z01": "AB", "Z03": "EF"}
    assert changed.grouping.clusters[0] is TOWN.grouping.clusters[0]
    assert changed.tables is TOWN.tables or changed.table("compounds") is TOWN.table("compounds")


def test_what_is_locked_is_not_dissolved() -> None:
    for lock in (e.Lock("cluster", ("Z02",)), e.Lock("compound", ("D",))):
        locked = after(TOWN, lock)
        with pytest.raises(RuleError):
            after(locked, e.DissolveCluster("Z02"))
    with pytest.raises(RuleError):
        after(TOWN, e.DissolveCluster("Z09"))


def test_a_reason_given_for_a_dissolved_cluster_goes_with_it() -> None:
    noted = after(TOWN, e.SetNotApplicable("Z02", "KH1", "没有杆"))
    assert not after(noted, e.DissolveCluster("Z02")).not_applicable


def test_whoever_takes_a_taken_number_gives_his_own_for_it() -> None:
    changed = after(TOWN, e.NameCluster("Z01", "东关片区", 3)).grouping
    assert {c.id: c.number for c in changed.clusters} == {"Z01": 3, "Z02": 2, "Z03": 1}
    assert [c.id for c in changed.clusters] == ["Z03", "Z02", "Z01"]
    back = regroup(changed, e.NameCluster("Z01", "", 1))
    assert back == TOWN.grouping


def test_a_number_that_no_cluster_can_have_is_refused() -> None:
    for number in (0, -1, 10_000):
        with pytest.raises(RuleError):
            after(TOWN, e.NameCluster("Z01", "", number))


@pytest.mark.parametrize("seed", range(20))
def test_after_any_edits_numbers_are_unique_and_every_compound_is_in_one_cluster_at_most(seed: int) -> None:
    chance = random.Random(seed)
    grouping = TOWN.grouping
    for _ in range(30):
        names = [cluster.id for cluster in grouping.clusters]
        one = chance.choice(names) if names else "Z01"
        edit = chance.choice(
            [
                e.MoveCompounds(tuple(chance.sample("ABCDEF", 2)), chance.choice([*names, "new", None])),
                e.MergeClusters(tuple(chance.sample(names, min(2, len(names))))),
                e.SplitCluster(one, (chance.choice("ABCDEF"),)),
                e.DissolveCluster(one),
                e.NameCluster(one, "名", chance.randint(1, 5)),
            ]
        )
        before = grouping
        try:
            grouping = regroup(grouping, edit)
        except RuleError:
            assert grouping is before
            continue
        numbers = [cluster.number for cluster in grouping.clusters]
        held = [member for cluster in grouping.clusters for member in cluster.members]
        assert len(set(numbers)) == len(numbers)
        assert numbers == sorted(numbers)
        assert len(set(held)) == len(held)
        assert all(cluster.members for cluster in grouping.clusters)
