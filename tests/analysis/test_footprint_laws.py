"""Laws of areas on generated towns with parcels: nobody's ground twice, one cluster alone as among all, moved towns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import shapely
from generated_towns import generate
from maps import layer_from, project_of, roads_from
from numpy.typing import NDArray
from shapely import box

from gis_planner.analysis.barriers import collect_barriers
from gis_planner.analysis.clustering.solver import ClusterProblem, propose_clusters
from gis_planner.analysis.footprint_cells import lay_cells
from gis_planner.analysis.footprint_changes import Ground, cuts_changed, redraw_footprints
from gis_planner.analysis.footprints import draw_footprint, draw_footprints
from gis_planner.analysis.live_areas import LiveAreas
from gis_planner.analysis.row_tree import RowTree
from gis_planner.analysis.table_changes import RowChanges
from gis_planner.model.clusters import Cluster, Grouping
from gis_planner.model.project import Project
from gis_planner.model.tables import append_rows, geometries, ids, set_geometries, take

Areas = dict[str, Any]


def town(seed: int, *, parcels: bool) -> Project:
    """A grouped town; with parcels each lot has one, a little larger than the compound on it."""
    made = generate(seed, 50)
    clusters = propose_clusters(ClusterProblem(made.town, made.town.ids)).clusters
    project = replace(made.project, grouping=Grouping(clusters))
    if parcels:
        shapes = geometries(project.table("compounds"))
        lots = {f"P{n}": shape.buffer(1.5, join_style="mitre") for n, shape in enumerate(shapes)}
        project = replace(project, tables={**project.tables, "parcels": layer_from("parcels", lots)})
    return project


def draw(project: Project) -> Areas:
    return draw_footprints(project.grouping, project, collect_barriers(project))


def moved(project: Project, change: Callable[[NDArray[np.float64]], NDArray[np.float64]]) -> Project:
    tables = dict(project.tables)
    for name in ("compounds", "parcels", "roads", "barriers"):
        shapes = shapely.transform(geometries(tables[name]), change)
        tables[name] = set_geometries(tables[name], range(len(shapes)), list(shapes))
    return replace(project, tables=tables)


@pytest.mark.parametrize("parcels", [True, False])
@pytest.mark.parametrize("seed", [3, 4, 5])
def test_areas_hold_their_own_and_nobody_elses(seed: int, parcels: bool) -> None:
    project = town(seed, parcels=parcels)
    compounds = dict(
        zip(ids(project.table("compounds")), geometries(project.table("compounds")), strict=True)
    )
    areas = draw(project)
    for cluster in project.grouping.clusters:
        area = areas[cluster.id]
        own = shapely.union_all([compounds[member] for member in cluster.members])
        others = shapely.union_all([s for name, s in compounds.items() if name not in cluster.members])
        assert area.is_valid
        assert area.geom_type == "Polygon"
        assert own.difference(others).difference(area).area < 1e-3
        assert area.intersection(others.difference(own)).area < 1e-3
        for other in project.grouping.clusters:
            assert other.id == cluster.id or area.intersection(areas[other.id]).area < 1e-3
        for ring in area.interiors:
            assert shapely.Polygon(ring).intersection(others).area > 0
        walls = geometries(collect_barriers(project))
        assert shapely.length(shapely.intersection(walls, area.buffer(-0.5))).sum() < 1e-6


@pytest.mark.parametrize("parcels", [True, False])
def test_one_cluster_drawn_alone_is_exactly_what_it_is_among_all(parcels: bool) -> None:
    project = town(6, parcels=parcels)
    barriers = collect_barriers(project)
    areas, cells = draw(project), lay_cells(project, barriers)
    for cluster, area in areas.items():
        alone = draw_footprint(cluster, project.grouping, project, barriers, cells=cells)
        assert shapely.equals_exact(alone, area, 0.0)
        near = lay_cells(project, barriers, around=area.buffer(200))
        alone = draw_footprint(cluster, project.grouping, project, barriers, cells=near)
        assert shapely.equals_exact(alone, area, 0.0)


@pytest.mark.parametrize("parcels", [True, False])
@pytest.mark.parametrize("seed", [14, 15, 16, 17])
def test_that_a_plot_was_parted_between_compounds_of_one_cluster_shows_nowhere(
    seed: int, parcels: bool
) -> None:
    project = town(seed, parcels=parcels)
    barriers, grouping = collect_barriers(project), project.grouping
    parted = lay_cells(project, barriers)
    left = lay_cells(project, barriers, grouping=grouping)
    assert len(left.plots) < len(parted.plots) or parcels
    areas = draw_footprints(grouping, project, barriers, cells=left)
    for name, area in draw_footprints(grouping, project, barriers, cells=parted).items():
        assert shapely.equals_exact(areas[name], area, 0.0)
        alone = LiveAreas(parted, gap_m=project.rules.max_gap_m).draw(grouping, {name})[name]
        assert shapely.equals_exact(alone, area, 0.0)


def test_the_order_of_rows_and_clusters_changes_nothing() -> None:
    project = town(7, parcels=True)
    tables = {
        name: take(table, np.arange(len(table))[::-1]) if len(table) else table
        for name, table in project.tables.items()
    }
    turned = replace(project.grouping, clusters=project.grouping.clusters[::-1])
    areas, again = draw(project), draw(replace(project, tables=tables, grouping=turned))
    assert all(shapely.equals_exact(again[name], area, 0.0) for name, area in areas.items())


@pytest.mark.parametrize("parcels", [True, False])
def test_moving_or_turning_the_town_moves_and_turns_its_areas(parcels: bool) -> None:
    project = town(8, parcels=parcels)
    middle = np.array([500_400.0, 3_800_400.0])
    turn = np.array([[np.cos(0.7), -np.sin(0.7)], [np.sin(0.7), np.cos(0.7)]])

    def shift(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return xy + np.array([1234.5, -987.25])

    def rotate(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return (xy - middle) @ turn + middle

    areas = draw(project)
    for change in (shift, rotate):
        for name, area in draw(moved(project, change)).items():
            expected = shapely.transform(areas[name], change)
            assert shapely.symmetric_difference(area, expected).area < 1e-3
            assert area.area == pytest.approx(expected.area, rel=1e-6)


def test_an_outline_ends_at_the_centre_line_of_a_street_that_a_parcel_reaches() -> None:
    compounds = layer_from("compounds", {"A": box(5, 5, 60, 55), "B": box(60, 5, 95, 55)}, name="小区")
    parcels = layer_from("parcels", {"P": box(0.03, 0, 100, 60.04)})  # drawn a little beside the streets
    lines = {
        "W": [(0, -9), (0, 80)],
        "E": [(100, -9), (100, 80)],
        "S": [(-9, 0), (109, 0)],
        "N": [(-9, 60), (109, 60)],
    }
    project = project_of(compounds=compounds, parcels=parcels, roads=roads_from(lines, **{"class": "branch"}))
    project = replace(project, grouping=Grouping((Cluster("Z01", 1, "", ("A", "B")),)))
    area = draw(project)["Z01"]
    assert shapely.hausdorff_distance(area, box(0, 0, 100, 60)) < 0.1
    assert len(shapely.get_coordinates(area)) == 5


def test_a_street_between_two_clusters_is_divided_at_its_centre_line() -> None:
    compounds = layer_from("compounds", {"A": box(2, 2, 92, 50), "B": box(108, 2, 198, 50)}, name="小区")
    lines = {
        "M": [(100, -9), (100, 60)], "W": [(0, -9), (0, 60)], "E": [(200, -9), (200, 60)],
        "S": [(-9, 0), (209, 0)], "N": [(-9, 52), (209, 52)],
    }  # fmt: skip
    project = project_of(compounds=compounds, roads=roads_from(lines, **{"class": "branch"}))
    clusters = (Cluster("Z01", 1, "", ("A",)), Cluster("Z02", 2, "", ("B",)))
    areas = draw(replace(project, grouping=Grouping(clusters)))
    assert areas["Z01"].equals(box(0, 0, 100, 52))
    assert areas["Z02"].equals(box(100, 0, 200, 52))


def test_areas_near_a_new_street_are_drawn_again_as_all_would_be() -> None:
    project = town(9, parcels=True)
    before = draw(project)
    bounds = shapely.total_bounds(list(before.values()))
    x = (bounds[0] + bounds[2]) / 2
    line = {"N": [(x, bounds[1] - 50), (x, bounds[3] + 50)]}
    roads = append_rows(project.table("roads"), roads_from(line, **{"class": "lane"}))
    changed = replace(project, tables={**project.tables, "roads": roads})
    rows = RowChanges(np.array([len(roads) - 1]), np.empty(0, dtype=np.int64))
    assert len(cuts_changed(project, changed, rows)) == 1
    ground = Ground(changed, RowTree(geometries(roads)))
    again, expected = redraw_footprints(before, project, changed, rows, ground=ground), draw(changed)
    assert again
    assert all(shapely.equals_exact({**before, **again}[name], area, 0.0) for name, area in expected.items())


def test_what_only_stops_walkers_cuts_no_ground() -> None:
    project = town(10, parcels=False)
    rows = RowChanges(np.array([0, 1]), np.empty(0, dtype=np.int64))
    assert len(cuts_changed(project, project, rows)) == 0
