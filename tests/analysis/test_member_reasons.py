"""Why here and not there: the differences are those of the grouping's cost, and what forbids a change is said."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from drawn_clusters import drawn_town, studied, town_of_project
from edits_at_random import after
from reasoned_places import Place
from shapely import box

from gis_planner.analysis.clustering.cost import TERMS, Costs
from gis_planner.analysis.clustering.town import Town
from gis_planner.analysis.member_reasons import explain_cluster, explain_member, look_elsewhere
from gis_planner.analysis.reasons import find_blocked
from gis_planner.analysis.town_of_results import costs_of, town_of
from gis_planner.messages import load_catalogue
from gis_planner.model import edits as e
from gis_planner.model.clusters import Cluster, Grouping
from gis_planner.model.project import Project

CATALOGUE = load_catalogue()


def laid(project: Project) -> tuple[Town, Grouping, Costs]:
    town = town_of_project(project)
    return town, project.grouping, Costs(town, set(range(len(town.ids))))


def said(project: Project, compound: str) -> str:
    return CATALOGUE.text(explain_member(*laid(project), compound), "zh")


def total(town: Town, costs: Costs, grouping: Grouping) -> dict[str, float]:
    found = dict.fromkeys(TERMS, 0.0)
    for cluster in grouping.clusters:
        for name, value in costs.terms(town.rows(cluster.members)).items():
            found[name] += value
    return found


@pytest.mark.parametrize("compound", list("BCEFGH"))
def test_each_difference_is_what_the_move_would_change_in_the_cost_of_the_grouping(compound: str) -> None:
    project = drawn_town("ABCD\nEFGH", {"Z01": "ABE", "Z02": "CDH", "Z03": "FG"})
    town, grouping, costs = laid(project)
    before = total(town, costs, grouping)
    found = look_elsewhere(town, grouping, costs, compound)
    assert found
    for other in found:
        moved = after(project, e.MoveCompounds((compound,), other.cluster.id)).grouping
        now = total(town, costs, moved)
        for name, difference in other.differences.items():
            assert difference == pytest.approx(now[name] - before[name], abs=1e-9)
        assert other.total == pytest.approx(sum(now.values()) - sum(before.values()), abs=1e-9)


def test_the_term_that_counts_most_is_said_first_with_its_figure() -> None:
    project = drawn_town("ABCDEF\nGHIJKL", {"Z01": "ABGHCI", "Z02": "DEFJKL"})
    text = said(project, "C")
    costs = [abs(float(found)) for found in re.findall(r"[（，]([+-]\d+\.\d\d)）", text)]
    assert len(costs) >= 3
    assert costs == sorted(costs, reverse=True)
    assert "若移入组团 02" in text
    assert "m" in text


def test_frontage_is_said_in_the_metres_that_would_be_cut() -> None:
    project = drawn_town("ABCD", {"Z01": "AB", "Z02": "CD"})
    town, _, _ = laid(project)
    own = town.links[town.row["B"]][town.row["A"]].frontage_m
    assert own == pytest.approx(town.links[town.row["B"]][town.row["C"]].frontage_m)
    assert "共界" in said(drawn_town("ABCD\nABEF", {"Z01": "AB", "Z02": "CDEF"}), "B")
    wide = drawn_town("ABCD\nABEF", {"Z01": "AB", "Z02": "CDEF"})
    town, grouping, costs = laid(wide)
    (other,) = look_elsewhere(town, grouping, costs, "C")
    links = town.links[town.row["C"]]
    cut = sum(links[town.row[name]].frontage_m for name in "DE") - links[town.row["B"]].frontage_m
    assert other.differences["frontage_cut"] * 50.0 == pytest.approx(cut)


def test_the_metres_that_are_said_do_not_follow_the_weights() -> None:
    wide = drawn_town("ABCD\nABEF", {"Z01": "AB", "Z02": "CDEF"})
    town, grouping, costs = laid(wide)
    heavy = Costs(town, set(range(len(town.ids))), replace(costs.weights, frontage_cut=7.0))
    metres = [
        re.search(r"共界[多少] (\d+) m（", CATALOGUE.text(explain_member(town, grouping, one, "C"), "zh"))
        for one in (costs, heavy)
    ]
    assert metres[0] is not None
    assert metres[1] is not None
    assert metres[0][1] == metres[1][1] != "0"


def test_what_forbids_a_change_is_said_instead() -> None:
    project = drawn_town("ABC\n.D.\n.E.", {"Z01": "ABC", "Z02": "DE"}, members_max=3)
    assert "不再连片" in said(project, "B")
    assert "C将断开" in said(project, "B")
    full = drawn_town("ABCD", {"Z01": "AB", "Z02": "CD"}, members_max=2)
    assert "小区数达 3 个，超过上限 2 个" in said(full, "B")
    assert "该组团已锁定" in said(after(project, e.Lock("cluster", ("Z02",))), "B")
    assert "已锁定在此" in said(after(project, e.Lock("compound", ("B",))), "B")


def test_who_is_beside_no_other_cluster_could_stand_nowhere_else() -> None:
    assert "不存在其他归属" in said(drawn_town("ABC", {"Z01": "ABC"}), "B")
    with pytest.raises(KeyError):
        said(drawn_town("ABC", {"Z01": "AB"}), "C")


def test_a_better_place_is_not_kept_quiet() -> None:
    project = drawn_town("ABCDEFGH\nIJKLMNOP", {"Z01": "ABCEFGHMNOP", "Z02": "IJKDL"})
    found = [said(project, compound) for compound in "ABCDEFGHIJKLMNOP"]
    assert any("反而改善" in text for text in found)


def test_two_clusters_that_are_not_one_are_told_why() -> None:
    full = drawn_town("ABCD", {"Z01": "AB", "Z02": "CD"}, members_max=3)
    (reason,) = explain_cluster(*laid(full), "Z01")
    assert CATALOGUE.text(reason, "zh") == "不与组团 02合并：合并后小区数达 4 个，超过上限 3 个"
    (other,) = explain_cluster(*laid(drawn_town("ABCD", {"Z01": "AB", "Z02": "CD"})), "Z01")
    assert other.key in ("clusters.why.merged_cheaper", "clusters.why.merged_dearer")


def test_every_sentence_is_whole_in_both_languages() -> None:
    project = drawn_town(
        "ABCD\nEFGH", {"Z01": "ABE", "Z02": "CDH", "Z03": "FG"}, households={"A": 5, "B": None}
    )
    for compound in "ABCDEFGH":
        for language in ("zh", "en"):
            text = CATALOGUE.text(explain_member(*laid(project), compound), language)  # type: ignore[arg-type]
            assert "{" not in text
            assert "clusters.why" not in text
            assert text.endswith(("。", "."))


def test_the_town_of_results_is_the_town_that_was_studied() -> None:
    project = drawn_town("ABCD", {"Z01": "AB", "Z02": "CD"})
    results = studied(project)
    town = town_of(project, results)
    assert town.links == town_of_project(project).links
    costs = costs_of(town, project, results)
    for cluster in results.clusters:
        assert costs.terms(town.rows(cluster.compounds)) == dict(cluster.terms)


def test_a_doubtful_outline_in_another_cluster_is_no_barrier() -> None:
    place = Place(
        {
            "A": box(0, 0, 50, 50), "B": box(60, 0, 110, 50), "C": box(0, 60, 50, 110),
            "Q": box(-5, -5, 115, 115), "R": box(120, 60, 170, 110),
        }
    )  # fmt: skip
    made = Grouping(
        (Cluster("Z01", 1, "东关片区", ("A", "B", "C")), Cluster("Z02", 2, "西关片区", ("Q", "R")))
    )
    costs = Costs(place.town, range(len(place.town.ids)))
    blocked = find_blocked(place.town, place.neighbours, place.barriers)
    text = CATALOGUE.text(explain_member(place.town, made, costs, "A", blocked=blocked), "zh")
    assert "与西关片区相接的是一个盖住多个小区的边界，该边界存疑，不算相邻，不能移入。" in text
    assert "隔断" not in text
