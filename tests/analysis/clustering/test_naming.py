"""Clusters keep their numbers and names; new ones are numbered as one reads and named after where they are."""

from __future__ import annotations

from small_towns import small_town, street

from gis_planner.analysis.clustering.naming import match_previous, name_clusters, reading_order
from gis_planner.model.clusters import Cluster, Grouping

OLD = Grouping((Cluster("Z01", 1, "东关片区", ("A", "B", "C")), Cluster("Z02", 2, "西关片区", ("D", "E"))))
EVERYONE = set("ABCDEFG")


def matched(groups: list[list[str]], households: dict[str, int | None]) -> dict[int, str]:
    return {place: c.id for place, c in match_previous(OLD, groups, households, among=EVERYONE).items()}


def test_a_cluster_goes_where_most_of_its_households_go() -> None:
    households: dict[str, int | None] = {"A": 10, "B": 10, "C": 100, "D": 5, "E": 5}
    assert matched([["A", "B"], ["C", "F"]], households) == {1: "Z01"}
    assert matched([["A", "B"], ["C", "F"]], dict.fromkeys("ABCDEF")) == {0: "Z01"}


def test_exactly_half_is_not_most() -> None:
    assert matched([["D"], ["E"]], {"D": 5, "E": 5}) == {}


def test_of_two_clusters_merged_the_one_that_gives_more_stays() -> None:
    assert matched([["A", "B", "C", "D", "E"]], dict.fromkeys("ABCDE", 10)) == {0: "Z01"}


def test_members_that_no_longer_take_part_do_not_count() -> None:
    found = match_previous(OLD, [["A"]], dict.fromkeys("ABC", 10), among={"A", "D", "E"})
    assert found[0].id == "Z01"


def test_what_is_pinned_keeps_its_cluster() -> None:
    found = match_previous(
        OLD, [["A"], ["B", "C"]], dict.fromkeys("ABC", 10), among=EVERYONE, pinned={0: "Z01"}
    )
    assert {place: c.id for place, c in found.items()} == {0: "Z01"}


def test_reading_goes_by_bands_from_the_north_west() -> None:
    assert reading_order([(90, 10), (0, 0), (5, 100), (60, 95), (30, 99)]) == [2, 4, 3, 1, 0]
    assert reading_order([(5, 5)]) == [0]
    assert reading_order([]) == []


def names(
    communities: list[str | None], townships: list[str | None], previous: Grouping | None = None
) -> list[str]:
    n = len(communities)
    town = small_town(street(n), [60] * n, communities=communities, townships=townships)
    pairs = [[town.ids[k], town.ids[k + 1]] for k in range(0, n, 2)]
    return [
        c.name for c in name_clusters(town, pairs, previous or Grouping(), among=set(town.ids), pinned={})
    ]


def test_a_cluster_is_named_after_its_community() -> None:
    assert names(["东关社区", "东关社区", "北街居委会", None], [None] * 4) == ["东关片区", "北街片区"]


def test_clusters_of_one_community_are_numbered() -> None:
    assert names(["东关社区"] * 4 + ["西关"] * 2, [None] * 6) == ["东关一片区", "东关二片区", "西关片区"]


def test_without_communities_the_township_names_it_and_without_both_the_number() -> None:
    assert names([None] * 4, ["城关镇", "城关镇", None, None]) == ["城关镇片区", "组团 02"]


def test_new_clusters_take_neither_number_nor_name_of_standing_ones() -> None:
    standing = Grouping((Cluster("Z07", 7, "东关片区", ("C00", "C01")),))
    town = small_town(street(4), [60] * 4, communities=["东关"] * 4)
    found = name_clusters(town, [["C00", "C01"], ["C02", "C03"]], standing, among=set(town.ids), pinned={})
    assert [(c.id, c.number, c.name) for c in found] == [("Z07", 7, "东关片区"), ("Z08", 8, "东关一片区")]
