"""What is measured of a cluster that stands, whoever made it."""

from __future__ import annotations

from shapely import box
from small_towns import small_town, street

from gis_planner.analysis.cluster_figures import measure_clusters
from gis_planner.analysis.clustering.cost import TERMS
from gis_planner.model.clusters import Cluster, Grouping
from gis_planner.model.results import ClusterFigures


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
