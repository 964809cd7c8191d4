"""Clusters by hand on the map: carrying compounds over a border, merging, splitting, locking; each drop is one edit."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from app.conftest import Driven
from app.small_town import X, Y, centre
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from gis_planner.app.regroup_tools import RegroupTool
from gis_planner.app.split_tools import SplitLineTool, SplitSeedsTool
from gis_planner.workflow.studying import run_study

EMPTY = (X + 300, Y + 60)
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def grouped(driven: Driven) -> dict[str, tuple[str, ...]]:
    return {c.id: c.members for c in driven.document.project.grouping.clusters}


def kinds(driven: Driven, after: int) -> list[str]:
    return [row.kind for row in driven.document.open_project.log()[after:]]


@pytest.fixture
def ready(driven: Driven) -> Iterator[Driven]:
    """A window in which what answers a hand is laid out, verdicts too."""
    if driven.document.changes or driven.document.live.study is None:
        driven.document.study()
    driven.until(lambda: driven.document.live.study is not None)
    driven.idle()
    driven.window.regrouping.want()
    driven.until(lambda: driven.window.regrouping.live is not None and driven.window.regrouping.live.reach)
    driven.idle()
    yield driven
    driven.bench.do("tool_select")


def hold(driven: Driven, start: tuple[float, float], *places: tuple[float, float]) -> RegroupTool:
    """Take hold at a place and carry what is there over others, without letting go."""
    driven.bench.do("tool_regroup")
    tool = driven.map.tool
    assert isinstance(tool, RegroupTool)
    QTest.mousePress(driven.map, LEFT, NONE, driven.place(*start))
    for x, y in places:
        QTest.mouseMove(driven.map, driven.place(x, y) + QPoint(2, 2))
        QTest.mouseMove(driven.map, driven.place(x, y))
        driven.until(lambda: not driven.window.regrouping._frame.isActive())
    return tool


def drop(driven: Driven, place: tuple[float, float]) -> None:
    QTest.mouseRelease(driven.map, LEFT, NONE, driven.place(*place))
    driven.idle()


# carrying


def test_what_a_drop_would_change_is_told_in_the_hand_and_equals_the_study_after_it(ready: Driven) -> None:
    before = run_study(ready.document.project)
    tool = hold(ready, centre("B"), centre("D"))
    trial = ready.window.regrouping.trial
    assert (tool.held, tool.over) == (("B",), "Z02")
    assert trial is not None
    assert tool.card is not None
    assert "文化小区" in tool.card.text
    told = {
        (cell.cluster_id, cell.element): (tuple(cell.before), tuple(cell.after))
        for cell in trial.comparison.cells
    }
    sides = {side.cluster.id: side for side in trial.comparison.sides}
    log = len(ready.document.open_project.log())
    drop(ready, centre("D"))
    assert kinds(ready, log) == ["MoveCompounds"]
    assert grouped(ready) == {"Z01": ("A",), "Z02": ("B", "C", "D")}
    after = run_study(ready.document.project)
    for cluster in ("Z01", "Z02"):
        assert sides[cluster].after.bounds == after.cluster(cluster).bounds
        assert dict(sides[cluster].after.terms) == pytest.approx(dict(after.cluster(cluster).terms))
        assert dict(sides[cluster].before.terms) == pytest.approx(dict(before.cluster(cluster).terms))
    differing = {
        (v.cluster_id, v.element)
        for v, old in zip(after.verdicts, before.verdicts, strict=True)
        if (v.status, v.value) != (old.status, old.value)
    }
    assert set(told) == differing
    for key, (_, cell) in told.items():
        assert cell[0] == after.verdict(*key).status


def test_bounds_that_a_drop_breaks_are_in_the_card_and_in_the_notice_after_it(ready: Driven) -> None:
    tool = hold(ready, centre("B"), centre("D"))
    breaks = ready.window.regrouping.trial.breaks
    assert breaks, "one compound is left in a cluster of at least two"
    said = ready.window.texts.say(breaks[0])
    assert said in tool.card.text
    drop(ready, centre("D"))
    assert ready.window.notices.isVisible()
    assert said in ready.window.notices.problem
    assert "文化小区" in ready.window.status.flips.text()


def test_what_was_tried_of_one_place_is_never_told_of_another(ready: Driven) -> None:
    tool, regrouping = hold(ready, centre("B"), centre("D")), ready.window.regrouping
    assert regrouping.trial is not None
    regrouping.hold(("B",), "out")
    assert regrouping.trial is None
    tool.over = "out"
    assert "代价" not in tool.card.text
    regrouping.settle()
    assert "代价" in tool.card.text
    tool.cancel(ready.map)


def test_esc_lets_go_without_an_edit(ready: Driven) -> None:
    head, before = ready.document.open_project.stand.head, ready.document.project
    tool = hold(ready, centre("B"), centre("D"))
    ready.map.setFocus()
    QTest.keyClick(ready.map, Qt.Key.Key_Escape)
    assert tool.card is None
    assert ready.window.regrouping.trial is None
    drop(ready, centre("D"))
    assert ready.document.project is before
    assert ready.document.open_project.stand.head == head


def test_a_compound_dropped_where_no_cluster_is_stands_in_none_and_undo_brings_it_back(ready: Driven) -> None:
    before = ready.document.project
    tool = hold(ready, centre("B"), EMPTY)
    assert tool.over == "out"
    drop(ready, EMPTY)
    assert "B" not in ready.document.project.grouping.cluster_of()
    assert "移出组团" in ready.window.status.flips.text()
    ready.window.actions_["undo"].trigger()
    assert ready.document.project is before
    assert ready.window.status.flips.text() == ""


def test_an_unsure_hand_over_the_same_cluster_changes_nothing(ready: Driven) -> None:
    before = ready.document.project
    x, y = centre("B")
    tool = hold(ready, (x, y), (x + 20, y), centre("A"))
    assert tool.over is None
    drop(ready, centre("A"))
    assert ready.document.project is before


def test_what_is_selected_together_is_carried_together(ready: Driven) -> None:
    ready.window.selection.choose_compounds(("A", "B"))
    hold(ready, centre("A"), centre("C"))
    drop(ready, centre("C"))
    assert grouped(ready) == {"Z02": ("A", "B", "C", "D")}


def test_a_compound_of_a_locked_cluster_stays(ready: Driven) -> None:
    ready.bench.verbs.lock_cluster("Z02", True)
    ready.idle()
    tool = hold(ready, centre("B"), centre("D"))
    assert "锁定" in tool.card.text
    before = ready.document.project
    drop(ready, centre("D"))
    assert ready.document.project is before
    assert ready.window.notices.isVisible()


def test_a_number_dragged_onto_another_cluster_merges_into_it(ready: Driven) -> None:
    labels = {label.text: label for label in ready.map.scene.of_key("footprints")[0].labels}
    start = (labels["01"].x, labels["01"].y)
    log = len(ready.document.open_project.log())
    tool = hold(ready, start, centre("D"))
    assert tool.over == "Z02"
    drop(ready, centre("D"))
    assert kinds(ready, log) == ["MergeClusters"]
    assert grouped(ready) == {"Z02": ("A", "B", "C", "D")}


def test_the_menu_lists_who_may_take_compounds_and_why_others_may_not(ready: Driven) -> None:
    ready.bench.verbs.lock_cluster("Z02", True)
    ready.idle()
    menu = QMenu()
    ready.bench.verbs.fill_hosts_menu(menu, ("B",))
    offered = {action.objectName(): action for action in menu.actions()}
    assert set(offered) == {"host_Z02"}
    assert not offered["host_Z02"].isEnabled()
    assert "锁定" in offered["host_Z02"].text()
    menu.deleteLater()


# splitting


def test_a_cluster_is_split_by_a_line_drawn_on_the_map(ready: Driven) -> None:
    ready.bench.verbs.merge_clusters("Z01", "Z02")
    ready.idle()
    ready.bench.do("tool_split_line")
    tool = ready.map.tool
    assert isinstance(tool, SplitLineTool)
    for place in ((X - 40, Y + 100), (X + 240, Y + 100)):
        QTest.mouseClick(ready.map, LEFT, NONE, ready.place(*place))
    ready.until(lambda: tool.split is not None)
    assert {tool.split.kept, tool.split.off} == {("A", "B"), ("C", "D")}
    ready.until(lambda: ready.window.regrouping.trial is not None)
    assert "200 户" in tool.card.text.replace("\u2009", "")
    assert "150 户" in tool.card.text.replace("\u2009", "")
    log = len(ready.document.open_project.log())
    ready.map.setFocus()
    QTest.keyClick(ready.map, Qt.Key.Key_Return)
    ready.idle()
    assert kinds(ready, log) == ["SplitCluster"]
    assert sorted(grouped(ready).values()) == [("A", "B"), ("C", "D")]


def test_a_line_is_taken_back_point_by_point_and_esc_splits_nothing(ready: Driven) -> None:
    before = ready.document.project
    ready.bench.do("tool_split_line")
    tool = ready.map.tool
    for place in ((X + 100, Y + 220), (X + 100, Y + 100)):
        QTest.mouseClick(ready.map, LEFT, NONE, ready.place(*place))
    ready.map.setFocus()
    QTest.keyClick(ready.map, Qt.Key.Key_Backspace)
    assert len(tool.points) == 1
    QTest.keyClick(ready.map, Qt.Key.Key_Escape)
    assert tool.points == []
    assert ready.window.regrouping.split is None
    assert ready.document.project is before


def test_a_cluster_is_split_by_two_compounds(ready: Driven) -> None:
    ready.bench.do("tool_split_seeds")
    tool = ready.map.tool
    assert isinstance(tool, SplitSeedsTool)
    for compound in ("A", "B"):
        QTest.mouseClick(ready.map, LEFT, NONE, ready.place(*centre(compound)))
    ready.until(lambda: tool.split is not None)
    assert {tool.split.kept, tool.split.off} == {("A",), ("B",)}
    ready.map.setFocus()
    QTest.keyClick(ready.map, Qt.Key.Key_Enter)
    ready.idle()
    assert sorted(grouped(ready).values()) == [("A",), ("B",), ("C", "D")]


# the cluster itself


def test_a_locked_cluster_has_its_padlock_on_the_map_and_in_the_list(ready: Driven) -> None:
    assert not ready.map._overlays.locks
    ready.window.selection.choose_cluster("Z01")
    ready.window.actions_["lock"].trigger()
    ready.idle()
    assert ready.document.project.grouping.cluster("Z01").locked
    assert len(ready.map._overlays.locks) == 1
    ready.window.selection.go_to("clusters")
    assert ready.page().findChild(object, "locked") is not None
    ready.window.selection.choose_cluster("Z01")
    ready.window.actions_["lock"].trigger()
    assert not ready.document.project.grouping.cluster("Z01").locked


def test_a_cluster_is_dissolved_and_undone(ready: Driven) -> None:
    before = ready.document.project
    ready.window.selection.choose_cluster("Z01")
    ready.window.actions_["dissolve_cluster"].trigger()
    assert grouped(ready) == {"Z02": ("C", "D")}
    ready.window.actions_["undo"].trigger()
    assert ready.document.project is before


def test_two_clusters_chosen_together_are_merged_by_the_key(ready: Driven) -> None:
    ready.window.selection.choose_cluster("Z02")
    ready.window.selection.add_cluster("Z01")
    ready.window.actions_["merge_clusters"].trigger()
    assert grouped(ready) == {"Z02": ("A", "B", "C", "D")}


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_a_right_click_offers_what_can_be_done_with_what_lies_there(ready: Driven) -> None:
    at = ready.place(*centre("C"))
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, ready.map.mapToGlobal(at))
    QApplication.sendEvent(ready.map, event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    offered = [action.objectName() for action in menu.actions()]
    menu.close()
    assert ready.window.selection.value.compounds == ("C",)
    assert {"move_compounds", "leave_cluster", "lock"} <= set(offered)


def test_everything_since_opening_is_undone_at_once(ready: Driven) -> None:
    before = ready.document.project
    ready.bench.verbs.move_compounds(("B",), "Z02")
    ready.bench.verbs.move_compounds(("A",), None)
    ready.bench.verbs.lock_cluster("Z02", True)
    ready.window.actions_["undo_all"].trigger()
    assert ready.document.project is before
    assert ready.window.actions_["redo"].isEnabled()


def test_answers_follow_edits_of_clusters_and_are_laid_out_anew_after_others(ready: Driven) -> None:
    regrouping = ready.window.regrouping
    live = regrouping.live
    ready.bench.verbs.move_compounds(("B",), "Z02")
    assert regrouping.live is live
    assert regrouping.live.project is ready.document.project
    ready.bench.verbs.set_attribute("compounds", "C", "households", 61)
    ready.until(lambda: regrouping.live is not None and regrouping.live is not live)
    assert regrouping.live.project is ready.document.project
