"""How far the six steps are follows from what there is, never from a flag."""

from __future__ import annotations

from dataclasses import replace

import pytest
from app.small_town import CRS, compounds, facilities, roads
from maps import project_of

from gis_planner.app.document import find_changes
from gis_planner.app.steps import STEPS, find_steps
from gis_planner.model.clusters import Cluster, Grouping
from gis_planner.model.project import Project
from gis_planner.model.results import Results
from gis_planner.model.tables import take
from gis_planner.workflow.studying import run_study


@pytest.fixture(scope="module")
def project() -> Project:
    grouping = Grouping((Cluster("Z01", 1, "", ("A", "B")),), origin={"seed": 1})
    made = project_of(compounds=compounds(), roads=roads(), facilities=facilities())
    return replace(made, crs=CRS, grouping=grouping)


@pytest.fixture(scope="module")
def results(project: Project) -> Results:
    return run_study(project)


def states(*arguments: object) -> dict[str, str]:
    return {step.key: step.state for step in find_steps(*arguments)}  # type: ignore[arg-type]


def test_without_a_project_everything_waits() -> None:
    assert states(None, None, None, None) == dict.fromkeys(STEPS, "waiting")


def test_data_alone_is_the_first_step(project: Project) -> None:
    found = states(project, None, None, None)
    assert found == {**dict.fromkeys(STEPS, "waiting"), "data": "done"}


def test_a_study_of_this_very_project_is_up_to_date(project: Project, results: Results) -> None:
    found = states(project, results, project, None)
    assert found == {**dict.fromkeys(STEPS, "done"), "export": "waiting"}


def test_an_equal_project_is_up_to_date_too(project: Project, results: Results) -> None:
    again = replace(project, rules=replace(project.rules), title="Another title")
    assert find_changes(project, again) == frozenset()
    assert "stale" not in states(again, results, project, None).values()


def test_only_the_steps_that_read_what_changed_go_out_of_date(project: Project, results: Results) -> None:
    fewer = take(project.table("facilities"), [0, 1])
    after = replace(project, tables={**project.tables, "facilities": fewer})
    assert find_changes(project, after) == {"facilities"}
    found = states(after, results, project, None)
    assert (found["eligibility"], found["clusters"]) == ("done", "done")
    assert (found["coverage"], found["standard"]) == ("stale", "stale")


def test_a_declaration_changes_the_standard_alone(project: Project, results: Results) -> None:
    found = states(replace(project, complete=frozenset({"poles"})), results, project, None)
    assert [key for key, state in found.items() if state == "stale"] == ["standard"]


def test_a_rule_changes_everything_that_was_studied(project: Project, results: Results) -> None:
    after = replace(project, rules=project.rules.with_value("limit_m", 800))
    found = states(after, results, project, project)
    assert all(found[step] == "stale" for step in STEPS[1:])


def test_the_reason_names_what_changed(project: Project, results: Results) -> None:
    after = replace(project, rules=project.rules.with_value("limit_m", 800), profile="XC")
    (step,) = [s for s in find_steps(after, results, project, None) if s.key == "standard"]
    named = [part.key for part in step.reason.values["what"]]
    assert named == ["app.input.profile", "app.input.rules"]


def test_without_clusters_the_later_steps_wait(project: Project) -> None:
    bare = replace(project, grouping=Grouping())
    found = states(bare, run_study(bare), bare, None)
    assert found["eligibility"] == "done"
    assert found["clusters"] == found["coverage"] == found["standard"] == "waiting"
