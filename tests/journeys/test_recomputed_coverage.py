"""From the exported file alone another program finds the same distances.

The results GeoPackage of the sample and of two extracts of real streets is read without a line of this program, and
every unit and kind is recomputed by the published formula with networkx.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pandas as pd
import pytest
from reference import find_false_sums, find_faults, find_unexplained

from gis_planner.io.read_file import ReadOptions
from gis_planner.model.edits import AddFacility
from gis_planner.workflow.edit import apply_edits
from gis_planner.workflow.exporting import export
from gis_planner.workflow.importing import read_for_import, store_imports
from gis_planner.workflow.open_project import new_project, open_project
from gis_planner.workflow.studying import study

TABLES = ("nodes", "edges", "units", "facilities", "access", "direct", "coverage", "cluster_coverage")


def read_tables(path: Path) -> tuple[dict[str, pd.DataFrame], dict[str, float]]:
    with closing(sqlite3.connect(path)) as connection:
        tables = {
            name: pd.read_sql_query(f"SELECT * FROM {name} ORDER BY fid", connection).drop(
                columns="geom", errors="ignore"
            )
            for name in TABLES
        }
        rules = {
            key: json.loads(value) for key, value in connection.execute("SELECT key, value_json FROM rules")
        }
    return tables, rules


def faults_of(path: Path) -> tuple[list[str], dict[str, pd.DataFrame]]:
    tables, rules = read_tables(path)
    network = {name: table for name, table in tables.items() if name != "cluster_coverage"}
    faults = find_faults(**network, search_max=rules["search_max_m"], limit=rules["limit_m"])
    faults += find_unexplained(**tables, speed_m_s=rules["walk_speed_m_s"])
    faults += find_false_sums(**tables)
    return faults, tables


@pytest.fixture
def extract(shared: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """Import an extract, study it and export its results."""
    source = shared / str(request.param)
    if not source.is_file():
        pytest.skip(f"{source.name} is absent beside the checkout")
    with closing(new_project(tmp_path / "p.gpkg")) as opened:
        imported = read_for_import(source, ReadOptions(), opened)
        store_imports(opened, imported)
        (path,) = export(opened, study(opened).results, tmp_path, what=["data"])
    return path


def test_every_distance_of_the_sample_is_found_again(sample: Path, tmp_path: Path) -> None:
    with closing(open_project(sample)) as opened:
        compound = opened.project.table("compounds").geometry.iloc[0].representative_point()
        apply_edits(
            opened, [AddFacility("F-inside", "library", compound.x, compound.y, "院内书房", "existing")]
        )
        (path,) = export(opened, study(opened).results, tmp_path, what=["data"])
    faults, tables = faults_of(path)
    assert not faults, faults[:10]
    assert set(tables["coverage"]["reason"]) >= {"served", "beyond_limit"}
    assert len(tables["coverage"]) == 9 * len(tables["units"])
    assert set(tables["direct"]["facility_id"]) == {"F-inside"}, "pairs inside one compound are checked too"


@pytest.mark.parametrize("extract", ["wudaokou_beijing.osm.gz", "guixi_county_town.osm.gz"], indirect=True)
def test_every_distance_in_real_streets_is_found_again(extract: Path) -> None:
    faults, tables = faults_of(extract)
    assert not faults, faults[:10]
    assert len(tables["nodes"]) > 100
    assert tables["coverage"]["distance_m"].notna().sum() > 40
    assert len(tables["coverage"]) == 9 * len(tables["units"])


@pytest.mark.parametrize("extract", ["wudaokou_beijing.osm.gz"], indirect=True)
def test_the_check_sees_two_micrometres(extract: Path) -> None:
    tables, rules = read_tables(extract)
    tables.pop("cluster_coverage")
    wrong = tables["coverage"].copy()
    row = wrong.index[wrong["reason"] == "served"][5]
    wrong.loc[row, "distance_m"] += 2e-6
    faults = find_faults(
        **{**tables, "coverage": wrong}, search_max=rules["search_max_m"], limit=rules["limit_m"]
    )
    assert len(faults) == 1
    assert str(wrong.loc[row, "unit_id"]) in faults[0]


def test_the_checks_see_wrong_minutes_reasons_and_sums(sample: Path, tmp_path: Path) -> None:
    with closing(open_project(sample)) as opened:
        (path,) = export(opened, study(opened).results, tmp_path, what=["data"])
    tables, rules = read_tables(path)
    speed = rules["walk_speed_m_s"]
    assert not find_unexplained(**tables, speed_m_s=speed)
    assert not find_false_sums(**tables)
    coverage, sums = tables["coverage"], tables["cluster_coverage"]
    far = coverage.index[coverage["reason"] == "beyond_search"]
    near = coverage.index[coverage["reason"] == "served"][0]
    for row, column, value in ((near, "minutes", 0.0), *((row, "reason", "no_access") for row in far[:1])):
        wrong = coverage.copy()
        wrong.loc[row, column] = value
        assert len(find_unexplained(**{**tables, "coverage": wrong}, speed_m_s=speed)) == 1
    for column in ("households", "reached_households", "share"):
        wrong = sums.copy()
        wrong.loc[3, column] += 1
        assert find_false_sums(**{**tables, "cluster_coverage": wrong}), column
    silent = sums.copy()
    silent["share"] = silent["share"].where(silent.index != 3)
    assert len(find_false_sums(**{**tables, "cluster_coverage": silent})) == 1
