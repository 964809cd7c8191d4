"""Areas of clusters: one polygon each, all members inside, nobody else's ground, no overlaps."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import shapely
from generated_towns import generate
from maps import compounds_from, layer_from, project_of
from shapely import box

from gis_planner.analysis.barriers import collect_barriers
from gis_planner.analysis.clustering.solver import ClusterProblem, propose_clusters
from gis_planner.analysis.footprint_shapes import closed_hull
from gis_planner.analysis.footprints import draw_footprints
from gis_planner.model.clusters import Cluster, Grouping
from gis_planner.model.project import Project
from gis_planner.model.tables import geometries, ids


def drawn(project: Project, *members: tuple[str, ...]) -> list[Any]:
    clusters = tuple(Cluster(f"Z{n:02d}", n, "", names) for n, names in enumerate(members, 1))
    return list(draw_footprints(Grouping(clusters), project, collect_barriers(project)).values())


def compounds(**shapes: Any) -> Project:
    return project_of(compounds=layer_from("compounds", shapes, name="小区"))


def test_the_street_between_members_belongs_to_the_area() -> None:
    (area,) = drawn(compounds(A=box(0, 0, 50, 50), B=box(70, 0, 120, 50)), ("A", "B"))
    assert area.equals(box(0, 0, 120, 50))


def test_another_compound_between_members_stays_out() -> None:
    project = compounds(A=box(0, 0, 50, 50), B=box(70, 0, 120, 50), C=box(53, 20, 67, 80))
    (area,) = drawn(project, ("A", "B"))
    assert area.intersection(box(53, 20, 67, 80)).area < 1e-6
    assert area.geom_type == "Polygon"


def test_an_enclosed_compound_of_others_is_a_hole_and_a_courtyard_of_nobody_is_filled() -> None:
    ring = "AAA\nA.A\nAAA"
    (area,) = drawn(project_of(compounds=compounds_from(ring)), ("A",))
    assert area.area == pytest.approx(150 * 150)
    (area,) = drawn(project_of(compounds=compounds_from("AAA\nABA\nAAA")), ("A",))
    assert area.area == pytest.approx(150 * 150 - 50 * 50)


def test_a_parcel_between_members_is_taken_in_and_one_beside_them_is_not() -> None:
    project = compounds(A=box(0, 0, 50, 50), B=box(80, 0, 130, 50), C=box(0, 70, 130, 120))
    parcels = layer_from("parcels", {"P1": box(52, 0, 78, 48), "P2": box(140, 0, 200, 120)})
    with_parcels = replace(project, tables={**project.tables, "parcels": parcels})
    (area,) = drawn(with_parcels, ("A", "B", "C"))
    assert area.covers(box(52, 0, 78, 48).buffer(-0.01))
    assert area.intersection(box(140, 0, 200, 120)).area == 0


def test_what_lies_beyond_a_river_stays_out() -> None:
    river = layer_from("barriers", {"R": "LINESTRING(-50 55, 300 55)"}, kind="river")
    base = compounds(A=box(0, 0, 50, 50), B=box(70, 0, 120, 50), C=box(0, 60, 120, 99))
    parcels = layer_from("parcels", {"P": box(0, 40, 120, 60)})
    project = replace(base, tables={**base.tables, "barriers": river, "parcels": parcels})
    (area, _) = drawn(project, ("A", "B"), ("C",))
    assert area.intersection(box(-50, 55.1, 300, 200)).area == 0


def test_members_that_only_a_bridge_joins_are_still_one_area() -> None:
    river = layer_from("barriers", {"R": box(-50, 52, 300, 68)}, kind="river")
    base = compounds(A=box(0, 0, 50, 50), B=box(0, 70, 50, 120))
    (area,) = drawn(replace(base, tables={**base.tables, "barriers": river}), ("A", "B"))
    assert area.geom_type == "Polygon"


def test_a_member_cut_off_by_others_makes_two_parts() -> None:
    project = compounds(A=box(0, 0, 50, 50), B=box(500, 0, 550, 50))
    (area,) = drawn(project, ("A", "B"))
    assert len(shapely.get_parts(area)) == 2


def test_ground_that_two_compounds_claim_goes_to_the_smaller_one() -> None:
    project = compounds(A=box(0, 0, 50, 50), B=box(40, 0, 100, 50))
    one, two = drawn(project, ("B",), ("A",))
    assert two.equals(box(0, 0, 50, 50))
    assert one.equals(box(50, 0, 100, 50))


def test_a_compound_inside_a_huge_one_keeps_its_ground() -> None:
    project = compounds(
        A=box(0, 0, 500, 500), B=box(100, 100, 150, 150), C=box(150, 100, 200, 150), D=box(5, 5, 9, 9)
    )
    huge, inner = drawn(project, ("A",), ("B", "C"))
    assert inner.equals(box(100, 100, 200, 150))
    assert huge.area == pytest.approx(500 * 500 - 100 * 50 - 16)


def test_a_cluster_without_places_has_an_empty_area() -> None:
    project = project_of(compounds=layer_from("compounds", {"A": None}, name="小区"))
    (area,) = drawn(project, ("A",))
    assert area.is_empty


def test_the_hull_closes_gaps_and_keeps_the_members() -> None:
    members = [box(0, 0, 50, 50), box(70, 0, 120, 50)]
    assert closed_hull(members, 15).area > 100 * 50 + 20 * 40
    assert closed_hull(members, 5).equals(shapely.union_all(members))


def test_an_area_does_not_depend_on_where_an_outline_begins() -> None:
    one = [(427.328, 499.504), (409.856, 495.254), (386.346, 613.314), (427.328, 620.332)]
    other = [(407.938, 633.245), (387.221, 629.696), (407.938, 725.359)]
    found = []
    for n in range(len(one)):
        turned = shapely.Polygon(one[n:] + one[:n]), shapely.Polygon(other[n % 3 :] + other[: n % 3])
        (area,) = drawn(compounds(A=turned[0], B=turned[1]), ("A", "B"))
        found.append(area.area)
    assert found == [pytest.approx(found[0], abs=1e-6)] * len(one)


@pytest.mark.parametrize("seed", [1, 2])
def test_areas_of_a_generated_town_keep_the_laws(seed: int) -> None:
    made = generate(seed, 60)
    clusters = propose_clusters(ClusterProblem(made.town, made.town.ids)).clusters
    west, south, east, north = (int(v) for v in shapely.total_bounds(made.town.shapes))
    cells = {
        f"P{x}_{y}": box(x, y, x + 60, y + 60) for x in range(west, east, 60) for y in range(south, north, 60)
    }
    tables = {**made.project.tables, "parcels": layer_from("parcels", cells)}
    areas = draw_footprints(Grouping(clusters), replace(made.project, tables=tables), made.barriers)
    outlines = dict(
        zip(ids(made.project.table("compounds")), geometries(made.project.table("compounds")), strict=True)
    )
    for cluster in clusters:
        area = areas[cluster.id]
        assert area.is_valid
        assert area.geom_type == "Polygon"
        own = shapely.union_all([outlines[member] for member in cluster.members])
        others = shapely.union_all([shape for name, shape in outlines.items() if name not in cluster.members])
        assert own.difference(others).difference(area).area < 1e-3
        assert area.intersection(others.difference(own)).area < 1e-3
        assert own.intersection(area).area > 0.999 * own.area
        assert all(areas[o.id].intersection(area).area < 1e-3 for o in clusters if o.id != cluster.id)
