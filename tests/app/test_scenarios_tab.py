"""Scenarios side by side: figures of their own studies, sorted by any of them, one click away."""

from __future__ import annotations

import pytest
from app.conftest import Driven
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from gis_planner.analysis.scenario_figures import count_to_build, sum_up_scenario
from gis_planner.app.text_dialog import TextDialog
from gis_planner.model.edits import SetNotApplicable, SetRule
from gis_planner.workflow.studying import run_study


def table(driven: Driven):  # type: ignore[no-untyped-def]
    driven.window.actions_["tab_scenarios"].trigger()
    return driven.bench.tables.views["scenarios"]


def cells(driven: Driven) -> dict[str, dict[str, object]]:
    view = table(driven)
    keys = [heading.key for heading in view.model_.headings]
    return {row.target[1]: dict(zip(keys, row.cells, strict=True)) for row in view.model_.rows}


def branch_with_a_merge(driven: Driven, name: str) -> None:
    assert driven.document.branch(name)
    assert driven.bench.verbs.merge_clusters("Z01", "Z02")
    assert driven.document.switch("main")
    driven.idle()


def test_a_scenario_that_was_not_measured_has_no_figures_and_gets_those_of_its_own_study(
    driven: Driven,
) -> None:
    branch_with_a_merge(driven, "方案 甲")
    before = cells(driven)
    assert before["main"]["cost"] is not None
    assert before["方案 甲"]["cost"] is None
    assert before["方案 甲"]["to_build"] is None
    assert before["方案 甲"]["clusters"] == 1
    driven.window.actions_["compare_scenarios"].trigger()
    driven.until(lambda: not driven.window.jobs.jobs and cells(driven)["方案 甲"]["cost"] is not None)
    found = cells(driven)
    opened = driven.document.open_project
    for name, shown in found.items():
        project = opened.state_at(opened.file.scenario(name).head)
        figures = sum_up_scenario(project, run_study(project))
        assert shown["cost"] == round(figures.cost, 2)
        assert shown["to_build"] == figures.to_build
        assert shown["status_pass"] == figures.statuses["pass"]
        assert shown["placed"] == 4


def test_figures_are_never_those_of_an_earlier_state(driven: Driven) -> None:
    branch_with_a_merge(driven, "方案 乙")
    driven.window.actions_["compare_scenarios"].trigger()
    driven.until(lambda: not driven.window.jobs.jobs and cells(driven)["方案 乙"]["cost"] is not None)
    driven.document.switch("方案 乙")
    driven.bench.verbs.move_compounds(("A",), None)
    assert cells(driven)["方案 乙"]["cost"] is None
    driven.document.undo()
    assert cells(driven)["方案 乙"]["cost"] is not None


def test_a_click_on_a_row_goes_to_the_scenario_and_the_map_follows(driven: Driven) -> None:
    branch_with_a_merge(driven, "方案 丙")
    view = table(driven)
    row = next(
        at
        for at in range(view.shown.rowCount())
        if view.row_at(view.shown.index(at, 0)).target[1] == "方案 丙"
    )
    at = view.visualRect(view.shown.index(row, 0)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    driven.idle()
    assert driven.document.open_project.scenario == "方案 丙"
    assert set(driven.bench.map.scene.cluster_colours) == {"Z01"}
    assert [row.target[1] for row in view.rows_chosen()] == ["方案 丙"]


def test_rows_are_sorted_by_what_is_still_to_be_built_with_the_unknown_last(driven: Driven) -> None:
    branch_with_a_merge(driven, "方案 丁")
    view = table(driven)
    column = [heading.key for heading in view.model_.headings].index("to_build")
    for order in (Qt.SortOrder.AscendingOrder, Qt.SortOrder.DescendingOrder):
        view.sortByColumn(column, order)
        rows = [view.row_at(view.shown.index(at, 0)) for at in range(view.shown.rowCount())]
        values = [row.cells[column] for row in rows]
        known = [value for value in values if value is not None]
        assert values == [
            *sorted(known, reverse=order == Qt.SortOrder.DescendingOrder),
            *[None] * (len(values) - len(known)),
        ]
        assert len(known) < len(values)
    view.sortByColumn(-1, Qt.SortOrder.AscendingOrder)


def test_what_is_to_be_built_counts_services_below_the_threshold_and_nothing_unknown(driven: Driven) -> None:
    results = driven.document.results
    services = {e.id for e in results.standard.elements if e.facility}
    expected = sum(v.element in services and v.status in ("partial", "fail") for v in results.verdicts)
    figures = sum_up_scenario(driven.document.project, results)
    assert figures.to_build == expected == sum(count_to_build(results).values())
    assert expected > 0
    wanting = next(v for v in results.verdicts if v.element in services and v.status == "fail")
    driven.document.apply(SetNotApplicable(wanting.cluster_id, wanting.element, "已列入规划"))
    after = sum_up_scenario(driven.document.project, run_study(driven.document.project))
    assert after.to_build == expected - 1


def ask_for_alternatives(driven: Driven, n: str) -> None:
    driven.window.actions_["make_alternatives"].trigger()
    asked = driven.window.findChildren(TextDialog)[-1]
    asked.field.setText(n)
    asked.do.click()
    driven.until(lambda: not driven.window.jobs.jobs)
    driven.idle()


def test_alternatives_become_scenarios_and_this_one_stays_as_it_is(
    driven: Driven, monkeypatch: pytest.MonkeyPatch
) -> None:
    # four compounds have no other grouping that is about as good
    monkeypatch.setattr("gis_planner.analysis.clustering.alternatives.COST_WITHIN", 9.0)
    driven.document.apply(
        SetRule("max_gap_m", 50),
        SetRule("members_min", 1),
        SetRule("households_min", 0),
        SetRule("usual_members", 2),
    )
    before, project = set(driven.document.open_project.scenarios()), driven.document.project
    ask_for_alternatives(driven, "3")
    opened = driven.document.open_project
    made = [name for name in opened.scenarios() if name not in before]
    assert made
    assert all(name.startswith("方案") for name in made)
    assert driven.document.project is project
    assert opened.scenario == "main"
    groupings = set()
    for name in made:
        state = opened.state_at(opened.file.scenario(name).head)
        groupings.add(frozenset(c.members for c in state.grouping.clusters))
        assert set(state.grouping.cluster_of()) >= {"A", "B", "C", "D"}
    assert len(groupings) == len(made)
    assert driven.bench.tables.tab == "scenarios"
    ask_for_alternatives(driven, "3")  # again: nothing that is there already is made once more
    assert [name for name in opened.scenarios() if name not in before] == made
    assert "少于" in driven.window.notices.problem


def test_a_wrong_count_is_refused_with_what_may_be_asked(driven: Driven) -> None:
    ask_for_alternatives(driven, "很多")
    assert "很多" in driven.window.notices.problem
    assert not driven.window.jobs.has("alternatives")
