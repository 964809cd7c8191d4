"""What is measured of a cluster that stands, whoever made it."""

from __future__ import annotations

from maps import compounds_from
from shapely import box
from small_towns import small_town, street

from gis_planner.analysis.cluster_figures import doubt_members, measure_clusters
from gis_planner.analysis.clustering.cost import TERMS
from gis_planner.analysis.eligibility import decide_eligibility
from gis_planner.io.read_standard import read_profiles
from gis_planner.messages import load_catalogue
from gis_planner.model.clusters import Cluster, Grouping
from gis_planner.model.results import ClusterFigures
from gis_planner.model.rules import Rules


def measured(*members: str, **facts: object) -> ClusterFigures:
    town = small_town(street(4), [60, None, 30, 40], townships=["甲", "甲", "乙", None], **facts)  # type: ignore[arg-type]
    grouping = Grouping((Cluster("Z01", 3, "", members),))
    return measure_clusters(town, grouping, {"Z01": box(0, 0, 10, 20)}, participants=town.ids)[0]


def test_figures_of_a_cluster() -> None:
    figures = measured("C00", "C01")
    assert (figures.households, figures.households_unknown) == (60, 1)
    assert (figures.number, figures.name, figures.township) == (3, "组团 03", "甲")
    assert (figures.area_m2, figures.contiguous, figures.walk_diameter_m) == (200.0, True, None)
    assert tuple(figures.terms) == TERMS
    assert figures.terms["frontage_cut"] > 0
    assert {b.name: b.state for b in figures.bounds} == {
        "households": "unchecked", "members": "kept", "walk_diameter_m": "unchecked", "township": "kept"}  # fmt: skip
    assert (figures.score, figures.assessed) == (None, 0)


def test_a_cluster_made_by_hand_that_falls_apart_says_so() -> None:
    figures = measured("C00", "C02")
    assert not figures.contiguous
    assert {b.name: b.state for b in figures.bounds}["township"] == "broken"


def test_a_member_without_neighbours_is_measured_too() -> None:
    assert {b.name: b.state for b in measured("C03").bounds}["members"] == "broken"


def test_members_that_a_decision_puts_outside_are_doubted_where_they_stand() -> None:
    compounds = compounds_from("AABBCC", built_year={"A": 1990, "B": 2012})
    eligibility = decide_eligibility(compounds, read_profiles()["default"], Rules())
    assert {e.compound_id: e.result for e in eligibility} == {"A": "pending", "B": "excluded", "C": "pending"}
    grouping = Grouping((Cluster("Z01", 1, "东片区", ("A", "B")),))
    (issue,) = doubt_members(grouping, compounds, eligibility)
    assert (issue.severity, issue.layer, issue.feature) == ("warning", "compounds", "B")
    assert (issue.x, issue.y) == (150.0, 25.0)
    assert load_catalogue().text(issue.message, "zh") == (
        "小区 B 的资格为“不属于范围”，不应参与组团，现仍在组团“东片区”内"
    )
    assert doubt_members(Grouping((Cluster("Z01", 1, "", ("A", "C")),)), compounds, eligibility) == []
