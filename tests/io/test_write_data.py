"""The results GeoPackage says what the study found, for programs that do not know this one."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely
from outputs import HOSTILE, make_hostile_town, make_town

from gis_planner.errors import Cancelled, ExportError
from gis_planner.io.write_data import write_data
from gis_planner.messages import Message, load_catalogue
from gis_planner.model.project import Project
from gis_planner.model.results import Results

CATALOGUE = load_catalogue()
CONTRACT = {
    "nodes": "geom node_id",
    "edges": "geom edge_id from_node to_node length_m walk_m",
    "units": "geom unit_id unit_type feature_id compound_id cluster_id households counted",
    "facilities": "geom facility_id kind status counted capacity",
    "access": "geom owner_type owner_id edge_id offset_m leg_m entrance_id",
    "direct": "unit_id facility_id length_m",
    "coverage": "unit_id kind distance_m facility_id minutes reached reason",
    "neighbours": "geom a b gap_m width_m frontage_m crosses blocked_by opened_by cost allowed",
    "clusters": "geom cluster_id number name",
    "cluster_coverage": "cluster_id kind households reached_households share existence",
    "capacity": "unit_id kind share state",
    "cluster_capacity": "cluster_id kind capacity share state facilities facilities_unknown households_unknown",
    "verdicts": "cluster_id element status value",
    "rules": "key value_json",
    "meta": "fingerprint scenario pack pack_sha256",
}


def write(path: Path, found: tuple[Project, Results], **given: Any) -> Path:
    project, results = found
    write_data(project, results, path, scenario="方案 A", catalogue=CATALOGUE, **given)  # fmt: skip
    return path


def rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


@pytest.fixture(scope="module")
def town() -> tuple[Project, Results]:
    return make_town()


@pytest.fixture(scope="module")
def written(town: tuple[Project, Results], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("data") / "results.gpkg", town)


def test_tables_and_columns_are_those_of_the_contract(written: Path) -> None:
    tables = {name for (name,) in rows(written, "SELECT table_name FROM gpkg_contents")}
    assert tables == set(CONTRACT)
    for table, wanted in CONTRACT.items():
        columns = [row[1] for row in rows(written, f"PRAGMA table_info({table})")]
        assert columns[: 1 + len(wanted.split())] == ["fid", *wanted.split()], table


def test_other_programs_see_the_layers_in_the_projects_crs(written: Path) -> None:
    spatial = {name for name, columns in CONTRACT.items() if columns.startswith("geom")}
    for table in spatial:
        info = pyogrio.read_info(written, layer=table)
        assert info["crs"] == "EPSG:4546", table
        assert info["features"] > 0, table
    assert {name for name, shape in pyogrio.list_layers(written) if shape is not None} == spatial


def test_every_value_comes_back_as_it_was(written: Path, town: tuple[Project, Results]) -> None:
    _, results = town
    edges = gpd.read_file(written, layer="edges")
    assert list(edges["length_m"]) == list(results.network.length_m)
    assert list(edges["walk_m"]) == list(results.network.walk_m)
    assert shapely.equals_exact(edges.geometry.to_numpy(), results.network.edge_lines, tolerance=0).all()
    units = gpd.read_file(written, layer="units")
    assert list(units["unit_id"]) == list(results.units["unit_id"])
    assert shapely.equals_exact(
        units.geometry.to_numpy(), results.units.geometry.to_numpy(), tolerance=0
    ).all()
    coverage = rows(written, "SELECT unit_id, kind, distance_m, facility_id, reached, reason FROM coverage")
    expected = results.coverage
    assert [row[:2] for row in coverage] == list(zip(expected["unit_id"], expected["kind"], strict=True))
    for row, distance in zip(coverage, expected["distance_m"], strict=True):
        assert row[2] == (None if pd.isna(distance) else distance)
    assert {row[4] for row in coverage} == {0, 1, None}


def test_unknown_is_null_and_never_zero(written: Path) -> None:
    assert rows(written, "SELECT count(*) FROM coverage WHERE reason = 'not_assessed'")[0][0] > 0
    assert rows(written, "SELECT count(distance_m) FROM coverage WHERE reason = 'not_assessed'") == [(0,)]
    unknown = rows(written, "SELECT share, existence FROM cluster_coverage WHERE reached_households IS NULL")
    assert unknown
    assert set(unknown) == {(None, None)}
    assert rows(written, "SELECT walk_diameter_m, households_unknown FROM clusters ORDER BY number") == [
        (812.4, 1), (None, 0),
    ]  # fmt: skip
    assert rows(written, "SELECT DISTINCT value FROM verdicts WHERE status = 'not_assessed'") == [(None,)]


def test_verdicts_carry_their_evidence_and_sentence(written: Path, town: tuple[Project, Results]) -> None:
    _, results = town
    found = rows(written, "SELECT cluster_id, element, status, evidence_json FROM verdicts")
    assert [row[:3] for row in found] == [(v.cluster_id, v.element, v.status) for v in results.verdicts]
    assert [json.loads(row[3]) for row in found] == [dict(v.evidence) for v in results.verdicts]


def test_rules_and_meta_say_what_the_figures_rest_on(written: Path, town: tuple[Project, Results]) -> None:
    _, results = town
    rules = {key: json.loads(value) for key, value in rows(written, "SELECT key, value_json FROM rules")}
    assert rules == results.rules.to_json()
    (meta,) = rows(written, "SELECT fingerprint, scenario, pack, pack_sha256, attribution, marking FROM meta")
    assert meta == (
        results.fingerprint, "方案 A", results.standard.id, results.standard.sha256,
        "© OpenStreetMap contributors, ODbL", "内部用图",
    )  # fmt: skip


def test_the_same_results_give_the_same_bytes(
    tmp_path: Path, written: Path, town: tuple[Project, Results]
) -> None:
    assert write(tmp_path / "again.gpkg", town).read_bytes() == written.read_bytes()


def test_shapes_of_both_kinds_stay_one_layer(tmp_path: Path, town: tuple[Project, Results]) -> None:
    project, results = town
    units = results.units.copy()
    shapes = list(units.geometry)
    shapes[0] = shapely.MultiPolygon([shapes[0]])
    units["geometry"] = gpd.GeoSeries(shapes, crs=units.crs)
    path = write(tmp_path / "multi.gpkg", (project, replace(results, units=units)))
    assert pyogrio.read_info(path, layer="units")["geometry_type"] == "MultiPolygon"


def test_a_project_without_anything_still_gives_every_table(tmp_path: Path) -> None:
    project, results = make_town()
    nothing = pd.DataFrame()
    empty = gpd.GeoDataFrame({"geometry": gpd.GeoSeries([], crs=project.crs)}, crs=project.crs)
    bare = replace(
        results, units=empty, facilities=empty, access=empty, neighbours=empty, direct=nothing, coverage=nothing,
        cluster_coverage=nothing, clusters=(), verdicts=(), alone={}, issues=(),
        network=replace(results.network, xy=results.network.xy[:0], edge_from=results.network.edge_from[:0],
                        edge_to=results.network.edge_to[:0], length_m=results.network.length_m[:0],
                        walk_m=results.network.walk_m[:0], edge_lines=results.network.edge_lines[:0], road_ids=()),
    )  # fmt: skip
    path = write(tmp_path / "bare.gpkg", (project, bare))
    assert {name for (name,) in rows(path, "SELECT table_name FROM gpkg_contents")} == set(CONTRACT)
    assert len(gpd.read_file(path, layer="units")) == 0


def test_hostile_names_stay_plain_text(tmp_path: Path) -> None:
    path = write(tmp_path / "hostile.gpkg", make_hostile_town())
    assert rows(path, "SELECT name FROM clusters WHERE number = 1") == [(HOSTILE[1],)]
    assert rows(path, "SELECT project FROM meta") == [(HOSTILE[0],)]
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_stopped_midway_it_leaves_the_old_file(tmp_path: Path, town: tuple[Project, Results]) -> None:
    target = tmp_path / "results.gpkg"
    target.write_bytes(b"old")

    class Stop:
        def report(self, share: float, doing: Message) -> None:
            if share > 0.5:
                raise Cancelled

    with pytest.raises(Cancelled):
        write(target, town, progress=Stop())
    assert target.read_bytes() == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["results.gpkg"]


def test_the_folders_faults_are_told(
    tmp_path: Path, town: tuple[Project, Results], full_disk: Callable[[], None]
) -> None:
    with pytest.raises(ExportError) as told:
        write(tmp_path / "away" / "results.gpkg", town)
    assert told.value.problem.key in ("outputs.no_folder", "outputs.read_only")
    full_disk()
    with pytest.raises(ExportError) as told:
        write(tmp_path / "results.gpkg", town)
    assert told.value.problem.key == "outputs.disk_full"
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Make SQLite find no more room after a few pages, as on a full disk."""
    connect = sqlite3.connect

    def connect_small(*args: Any, **kwargs: Any) -> sqlite3.Connection:
        connection = connect(*args, **kwargs)
        connection.execute("PRAGMA max_page_count=10")
        return connection

    return lambda: monkeypatch.setattr("gis_planner.io.write_data.sqlite3.connect", connect_small)
