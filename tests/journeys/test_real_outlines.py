"""Hundreds of outlines and nothing else: no households, no years, no roads, and some outlines that cannot be right."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from conftest import Said
from shapely import affinity

from gis_planner.model.tables import geometries
from gis_planner.workflow.open_project import open_project

Cli = Callable[..., Said]
SIDE, CELL_M = 15, 125.0


@pytest.fixture
def outlines(cli: Cli, shared: Path, tmp_path: Path) -> gpd.GeoDataFrame:
    """Set real outlines side by side as in a town, and the faults of real files among them."""
    cli("new", tmp_path / "osm.gpkg")
    cli("import", tmp_path / "osm.gpkg", shared / "wudaokou_beijing.osm.gz")
    opened = open_project(tmp_path / "osm.gpkg")
    real, crs = geometries(opened.project.table("compounds")), opened.project.crs
    opened.close()
    random = np.random.default_rng(5)
    shapes = []
    for k in range(SIDE * SIDE):
        shape = real[k % len(real)]
        shape = affinity.translate(shape, -shape.centroid.x, -shape.centroid.y)
        scale = np.sqrt(random.uniform(6_000, 10_000) / shape.area)
        shape = affinity.scale(shape, scale, scale, origin=(0, 0))
        shape = affinity.rotate(shape, random.choice([0, 90, 180, 270]) + random.normal(0, 4), origin=(0, 0))
        x, y = 450_000 + (k % SIDE) * CELL_M, 4_420_000 + (k // SIDE) * CELL_M
        shapes.append(affinity.translate(shape, x + random.normal(0, 6), y + random.normal(0, 6)))
    shapes += [
        shapes[17],
        affinity.translate(shapes[40], 0.3, 0.2),
        shapely.box(450_300, 4_420_300, 450_900, 4_420_800),
        shapely.box(440_000, 4_420_000, 440_990, 4_420_990),
        shapely.box(450_000, 4_419_900, 450_300, 4_419_900.8),
    ]
    names = [f"小区{k + 1:03d}" for k in range(len(shapes))]
    return gpd.GeoDataFrame({"小区名称": names}, geometry=shapes, crs=crs)


def test_strange_outlines_are_listed_and_make_no_nonsense_clusters(
    cli: Cli, outlines: gpd.GeoDataFrame, tmp_path: Path
) -> None:
    outlines.to_file(tmp_path / "compounds.gpkg", layer="compounds")
    project, n = tmp_path / "p.gpkg", len(outlines)
    assert cli("new", project).code == 0
    assert cli("import", project, tmp_path / "compounds.gpkg", "--as", "compounds").code == 0
    studied = cli("study", project, "--json")
    assert studied.code == 0, studied.err

    compounds = cli("show", project, "compounds", "--json").json["rows"]
    assert len(compounds) == n
    number = {row["id"]: int(row["name"][2:]) - 1 for row in compounds}
    issues = cli("show", project, "issues", "--json").json["rows"]
    doubted = {
        (row["code"], number[row["feature"]]) for row in issues if row["code"].startswith("check.outline")
    }
    assert doubted == {
        ("check.outline_twice", n - 5),
        ("check.outline_twice", n - 4),
        ("check.outline_covers", n - 3),
        ("check.outline_huge", n - 2),
        ("check.outline_sliver", n - 1),
    }
    assert all(row["x"] is not None and row["zh"] and row["en"] for row in issues if "outline" in row["code"])

    clusters = cli("show", project, "clusters", "--json").json["rows"]
    shapes = outlines.geometry.to_numpy()
    for cluster in clusters:
        assert cluster["bounds"]["households"]["state"] == "unchecked"
        assert cluster["bounds"]["walk_diameter_m"]["state"] == "unchecked"
        assert cluster["bounds"]["members"]["state"] == "kept"
        rows = [number[compound] for compound in cluster["compounds"]]
        assert n - 3 not in rows, "the plan of a quarter joins nobody"
        middles = shapely.centroid(shapes[rows])
        assert max(shapely.distance(middles[:, None], middles[None, :]).ravel()) < 8 * CELL_M
        assert len(shapely.get_parts(shapely.union_all(shapely.buffer(shapes[rows], 15.0)))) == 1
    alone = {number[row["id"]]: row["alone_reason"] for row in compounds if row["cluster"] is None}
    assert {n - 3, n - 2} <= set(alone)
    assert len(alone) < n / 10
    assert all(reason["zh"] and reason["en"] for reason in alone.values())
    assert "盖住了另外" in alone[n - 3]["zh"]
