"""A whole study of an irregular town, exported, and every distance found again outside of the program with scipy.

`--nodes 116000` makes the town as large as a city; the default is a town that a bureau would have.
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from large_towns import large_town
from reference import find_false_sums, find_faults, find_unexplained
from reference_scipy import find_wrong_distances

from gis_planner.analysis.study import study
from gis_planner.io.read_standard import read_profiles, read_standard
from gis_planner.io.write_data import write_data
from gis_planner.messages import load_catalogue
from gis_planner.model.choices import NINE_KINDS

TABLES = ("nodes", "edges", "units", "facilities", "access", "direct", "coverage", "cluster_coverage")

Tables = tuple[dict[str, pd.DataFrame], dict[str, float]]


def exported(folder: Path, *, nodes: int, seed: int) -> Tables:
    """Study a town, write its results and read them with sqlite3 alone."""
    project = large_town(seed, nodes=nodes)
    results = study(project, read_standard("sanhe_sanzheng_jiuyou"), read_profiles()["default"])
    path = folder / f"town{nodes}_{seed}.gpkg"
    write_data(project, results, path, scenario="main", catalogue=load_catalogue())
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


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """A town small enough for networkx."""
    return exported(tmp_path_factory.mktemp("small"), nodes=600, seed=3)


def wrong_in(tables: dict[str, pd.DataFrame], rules: dict[str, float]) -> list[str]:
    return find_wrong_distances(tables, search_max_m=rules["search_max_m"], limit_m=rules["limit_m"])


def test_every_distance_of_a_large_town_is_found_again(tmp_path: Path, nodes: int) -> None:
    tables, rules = exported(tmp_path, nodes=nodes, seed=1)
    faults = wrong_in(tables, rules)
    faults += find_unexplained(**tables, speed_m_s=rules["walk_speed_m_s"])
    faults += find_false_sums(**tables)
    assert not faults, (len(faults), faults[:10])
    found = len(tables["nodes"])
    assert 0.8 * nodes < found < 1.3 * nodes, f"the town has {found} nodes"
    coverage = tables["coverage"]
    assert len(coverage) == len(NINE_KINDS) * len(tables["units"])
    assert set(coverage["reason"]) == {"served", "beyond_limit", "beyond_search", "no_access", "no_facility"}
    assert len(tables["direct"]) > 0
    assert (tables["edges"]["walk_m"] > tables["edges"]["length_m"]).any()


def test_both_references_find_the_same(small: Tables) -> None:
    tables, rules = small
    network = {name: table for name, table in tables.items() if name != "cluster_coverage"}
    measures = {"search_max": rules["search_max_m"], "limit": rules["limit_m"]}
    assert not find_faults(**network, **measures)
    assert not wrong_in(tables, rules)


@pytest.mark.parametrize("change", [2e-6, -2e-6, np.nan])
def test_the_check_sees_a_wrong_distance(small: Tables, change: float) -> None:
    tables, rules = small
    wrong = tables["coverage"].copy()
    row = wrong.index[wrong["reason"] == "served"][7]
    wrong.loc[row, "distance_m"] += change
    faults = wrong_in({**tables, "coverage": wrong}, rules)
    assert len(faults) == 1
    assert str(wrong.loc[row, "unit_id"]) in faults[0]


def test_the_check_sees_a_wrong_facility_and_a_missing_row(small: Tables) -> None:
    tables, rules = small
    coverage = tables["coverage"]
    row = coverage.index[coverage["reason"] == "served"][7]
    kind, name = coverage.loc[row, ["kind", "facility_id"]]
    farther = coverage[
        (coverage["kind"] == kind) & ~coverage["facility_id"].isin([name]) & coverage["facility_id"].notna()
    ]
    other_kind = coverage[(coverage["kind"] != kind) & coverage["facility_id"].notna()]
    for instead in (farther, other_kind):
        wrong = coverage.copy()
        wrong.loc[row, "facility_id"] = instead["facility_id"].iloc[0]
        assert wrong_in({**tables, "coverage": wrong}, rules)
    assert wrong_in({**tables, "coverage": coverage.drop(index=row)}, rules)
