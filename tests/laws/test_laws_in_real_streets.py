"""The laws of growth in real streets: extracts of a county town and of a part of Beijing."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

import numpy as np
import pandas as pd
import pytest
from conftest import SHARED
from lawful_towns import KINDS, changed, with_entrance, with_facility, with_way, without_facility, without_way
from maps import layer_from
from walks import walks_in

from gis_planner.io.read_file import ReadOptions
from gis_planner.model.project import Project
from gis_planner.model.rules import Rules
from gis_planner.model.tables import geometries, ids
from gis_planner.workflow.importing import read_for_import, store_imports
from gis_planner.workflow.open_project import new_project

Change = Callable[[Project, np.random.Generator], "Project | None"]
RULES = Rules()


@pytest.fixture(scope="module", params=["guixi_county_town.osm.gz", "wudaokou_beijing.osm.gz"])
def streets(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Project, pd.DataFrame]:
    """An extract with an entrance for every third compound, and the coverage in it."""
    source = SHARED / str(request.param)
    if not source.is_file():
        pytest.skip("the real data beside the checkout (../shared/data) is absent")
    with closing(new_project(tmp_path_factory.mktemp("streets") / "p.gpkg")) as opened:
        store_imports(opened, read_for_import(source, ReadOptions(), opened))
        project = opened.project
    compounds = project.table("compounds")
    some = list(zip(ids(compounds), geometries(compounds), strict=True))[::3]
    if some:
        gates = layer_from(
            "entrances",
            {f"G{k}": shape.boundary.interpolate(0.3, normalized=True) for k, (_, shape) in enumerate(some)},
            compound_id={f"G{k}": name for k, (name, _) in enumerate(some)},
        ).set_crs(project.crs, allow_override=True)
        project = changed(project, entrances=gates)
    return project, walks_in(project, RULES, KINDS).coverage


@pytest.mark.parametrize(
    ("change", "grows"),
    [(with_facility, True), (without_facility, False), (with_way, True), (without_way, False), (with_entrance, True)],
)  # fmt: skip
def test_adding_never_lowers_and_removing_never_raises_coverage(
    streets: tuple[Project, pd.DataFrame], change: Change, grows: bool, cases: range
) -> None:
    project, before = streets
    for seed in range(max(2, len(cases) // 10)):
        other = change(project, np.random.default_rng(seed))
        if other is None:
            continue
        after = walks_in(other, RULES, KINDS).coverage
        poorer, richer = (before, after) if grows else (after, before)
        was, now = (t["distance_m"].fillna(np.inf).to_numpy() for t in (poorer, richer))
        assert poorer["unit_id"].equals(richer["unit_id"])
        assert (now <= was + 1e-6).all(), f"seed {seed}: {poorer['unit_id'][now > was + 1e-6].tolist()[:5]}"
        at_limit = np.abs(was - RULES.limit_m) <= 1e-6
        assert (~poorer["reached"].to_numpy(bool) | richer["reached"].to_numpy(bool) | at_limit).all()
