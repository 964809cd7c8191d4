"""After every edit, who reaches what is as if the whole project were measured anew."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import shapely
from edits_at_random import after, random_edit
from hypothesis import given, settings
from hypothesis import strategies as st
from towns import small_town

from gis_planner.analysis.coverage import coverage_frame, measure_coverage
from gis_planner.analysis.live_reach import LiveReach, survey_reach
from gis_planner.model import edits as e
from gis_planner.model.choices import NINE_KINDS
from gis_planner.model.project import Project
from gis_planner.model.tables import geometries, ids, set_geometries, texts


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


def test_a_street_in_the_row_of_one_that_was_taken_back_is_met_where_it_lies() -> None:
    project = small_town(4)
    first = after(project, e.DrawStreet("N1", ((5.0, 5.0), (6.0, 9.0))))
    reach = LiveReach(first, *survey_reach(first), threads=1)
    reach.update(project)
    other = after(project, e.DrawStreet("N2", ((40.0, 90.0), (430.0, 401.0))))
    reach.update(other)
    met = reach.roads_near(np.array([shapely.LineString([(40, 90), (430, 401)])]), 1.0).tolist()
    assert len(project.table("roads")) in met
    for row in met[:6]:
        shut = after(other, e.SetAttribute("roads", ids(other.table("roads"))[row], "walkable", False))
        assert not reach.update(shut).anew
        pd.testing.assert_frame_equal(live_frame(reach), measured(shut), check_exact=True)
        reach.update(other)


def test_a_street_that_takes_another_course_is_followed() -> None:
    project = small_town(4)
    reach = LiveReach(project, *survey_reach(project), threads=1)
    roads = project.table("roads")
    bent = set_geometries(roads, [3], [shapely.LineString([(30, 30), (200, 240), (333, 111)])])
    moved = replace(project, tables={**project.tables, "roads": bent})
    reach.update(moved)
    pd.testing.assert_frame_equal(live_frame(reach), measured(moved), check_exact=True)


def test_the_project_given_is_never_changed() -> None:
    project = small_town(9)
    before = {name: geometries(project.table(name)).tolist() for name in project.loaded}
    statuses = texts(project.table("facilities"), "status")
    reach = LiveReach(project, *survey_reach(project), threads=1)
    for step in range(6):
        reach.update(after(project, random_edit(np.random.default_rng(step), project, step)))
    assert before == {name: geometries(project.table(name)).tolist() for name in project.loaded}
    assert statuses == texts(project.table("facilities"), "status")
