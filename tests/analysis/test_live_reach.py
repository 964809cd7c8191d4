"""After every edit, who reaches what is as if the whole project were measured anew."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from edits_at_random import after, random_edit
from hypothesis import given, settings
from hypothesis import strategies as st
from towns import small_town

from gis_planner.analysis.coverage import coverage_frame, measure_coverage
from gis_planner.analysis.live_reach import LiveReach, survey_reach
from gis_planner.model import edits as e
from gis_planner.model.choices import NINE_KINDS
from gis_planner.model.project import Project
from gis_planner.model.tables import geometries, ids, texts


def measured(project: Project) -> pd.DataFrame:
    network, units, found = survey_reach(project)
    return measure_coverage(
        network, units, found.facilities, found.access, found.direct, project.rules,
        kinds=NINE_KINDS, assessed=True,
    )  # fmt: skip


def live_frame(reach: LiveReach) -> pd.DataFrame:
    return coverage_frame(reach.coverage, reach.unit_ids, reach.kinds, reach.project.rules)


@settings(max_examples=12, deadline=None)
@given(st.integers(0, 2**31))
def test_after_every_edit_coverage_is_as_if_measured_anew(seed: int) -> None:
    random = np.random.default_rng(seed)
    project = small_town(seed)
    reach = LiveReach(project, *survey_reach(project), threads=1)
    states = [project]
    for step in range(10):
        if len(states) > 2 and random.random() < 0.2:
            states.pop()  # taken back
        else:
            states.append(after(states[-1], random_edit(random, states[-1], step)))
        was = live_frame(reach)
        change = reach.update(states[-1])
        found = live_frame(reach)
        pd.testing.assert_frame_equal(found, measured(states[-1]), check_exact=True)
        if not change.anew:
            told = {reach.unit_ids[row] for rows in change.units for row in rows.tolist()}
            differ = (was["distance_m"].fillna(-1) != found["distance_m"].fillna(-1)) | (
                was["facility_id"].fillna("") != found["facility_id"].fillna("")
            )
            assert set(found["unit_id"][differ]) <= told


@pytest.mark.parametrize(
    "edit",
    [
        e.AddFacility("F-new", "toilet", 200.0, 210.0),
        e.MoveFacility("F3", 120.0, 130.0),
        e.CloseFacility("F3"),
        e.SetAttribute("facilities", "F3", "kind", "parcel"),
        e.SetRule("limit_m", 300.0),
        e.SetAttribute("roads", "R3", "walkable", False),
    ],
    ids=lambda edit: edit.kind,
)
def test_an_edit_is_followed_without_laying_out_anew(edit: e.Edit) -> None:
    project = small_town(4)
    names = {"F3": ids(project.table("facilities"))[3], "R3": ids(project.table("roads"))[3]}
    body = {
        key: names.get(value, value) if isinstance(value, str) else value
        for key, value in edit.body().items()
    }
    reach = LiveReach(project, *survey_reach(project), threads=1)
    change = reach.update(after(project, type(edit)(**body)))
    assert not change.anew
    assert not reach.update(project).anew
    pd.testing.assert_frame_equal(live_frame(reach), measured(project), check_exact=True)


def test_what_everything_rests_on_is_laid_out_anew() -> None:
    project = small_town(4)
    reach = LiveReach(project, *survey_reach(project), threads=1)
    changed = after(project, e.SetRule("snap_max_m", 20.0))
    assert reach.update(changed).anew
    pd.testing.assert_frame_equal(live_frame(reach), measured(changed), check_exact=True)


def test_the_project_given_is_never_changed() -> None:
    project = small_town(9)
    before = {name: geometries(project.table(name)).tolist() for name in project.loaded}
    statuses = texts(project.table("facilities"), "status")
    reach = LiveReach(project, *survey_reach(project), threads=1)
    for step in range(6):
        reach.update(after(project, random_edit(np.random.default_rng(step), project, step)))
    assert before == {name: geometries(project.table(name)).tolist() for name in project.loaded}
    assert statuses == texts(project.table("facilities"), "status")
