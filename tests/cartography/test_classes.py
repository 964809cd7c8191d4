from __future__ import annotations

from dataclasses import replace

import shapely
from maps import compounds_from, project_of

from gis_planner.cartography.classes import (
    classify_compounds,
    classify_reach,
    cluster_outlines,
    colour_clusters,
    coverage_steps,
    is_green,
)
from gis_planner.cartography.style import CLUSTER_COLOURS
from gis_planner.model.clusters import Cluster, Grouping
from gis_planner.model.project import Project
from gis_planner.model.results import Results


def grouped(numbers: dict[str, int], drawn: str, cell_m: float = 50.0) -> Project:
    project = project_of(compounds=compounds_from(drawn, cell_m=cell_m))
    clusters = tuple(Cluster(f"Z{n:02d}", n, "", (letter,)) for letter, n in numbers.items())
    return replace(project, grouping=Grouping(clusters=clusters))


def test_clusters_beside_each_other_never_share_a_colour() -> None:
    project = grouped({"A": 1, "B": 11, "C": 21}, "ABC")
    colours = colour_clusters(project, cluster_outlines(project, None))
    assert len(set(colours.values())) == 3


def test_a_cluster_has_the_colour_of_its_number_where_nobody_near_has_it() -> None:
    project = grouped({"A": 1, "B": 11}, "A.........B")
    colours = colour_clusters(project, cluster_outlines(project, None))
    assert colours == {"Z01": CLUSTER_COLOURS[0], "Z11": CLUSTER_COLOURS[0]}


def test_more_near_clusters_than_colours_still_get_colours() -> None:
    letters = "ABCDEFGHIJKLM"
    project = grouped({letter: n + 1 for n, letter in enumerate(letters)}, letters, cell_m=5.0)
    assert len(colour_clusters(project, cluster_outlines(project, None))) == 13


def test_a_cluster_without_a_drawn_footprint_has_the_outline_of_its_members(
    studied: Results, town: Project
) -> None:
    drawn = cluster_outlines(town, studied)
    bare = cluster_outlines(town, None)
    assert drawn["Z01"].equals(studied.cluster("Z01").footprint)
    assert isinstance(bare["Z01"], shapely.GeometryCollection)
    assert len(bare["Z01"].geoms) == 8


def test_compounds_are_unknown_before_a_study(studied: Results) -> None:
    assert classify_compounds(["C001"], None) == ["unknown"]
    assert classify_compounds(["C004", "nobody"], studied.eligibility) == ["pending", "unknown"]


def test_the_limit_itself_counts_as_reached() -> None:
    steps = coverage_steps(1000.0)
    assert steps == (300.0, 500.0, 800.0, 1000.0)
    assert classify_reach("served", 1000.0, steps) == "step3"
    assert classify_reach("beyond_limit", 1000.0000001, steps) == "beyond"
    assert classify_reach("served", 300.0, steps) == "step0"


def test_another_limit_has_its_own_steps() -> None:
    assert coverage_steps(500.0) == (300.0, 500.0)
    assert coverage_steps(1200.0) == (300.0, 500.0, 800.0, 1000.0, 1200.0)


def test_not_assessed_is_neither_served_nor_unserved() -> None:
    steps = coverage_steps(1000.0)
    assert classify_reach("not_assessed", None, steps) == "not_assessed"
    assert classify_reach("no_access", None, steps) == "no_access"
    assert classify_reach("beyond_search", None, steps) == "beyond"
    assert classify_reach("no_facility", None, steps) == "beyond"


def test_green_is_told_by_the_words_of_land_use_tables() -> None:
    assert all(is_green(word) for word in ("公园绿地", "G1", "recreation_park"))
    assert not any(is_green(word) for word in ("居住用地", None))
