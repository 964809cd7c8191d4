"""The window as a person uses it: real widgets, from opening to closing."""

from __future__ import annotations

import sys
import threading
from pathlib import Path

import pytest
from app.conftest import Driven, OpenWindow
from app.small_town import X, Y, centre
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from gis_planner.app.application import catch_defects
from gis_planner.app.main_window import MainWindow
from gis_planner.app.new_project_dialog import NewProjectDialog
from gis_planner.app.palette import Palette
from gis_planner.app.parts import ClickRow
from gis_planner.app.preferences import Preferences
from gis_planner.app.text_dialog import TextDialog
from gis_planner.io.read_standard import read_standard
from gis_planner.messages import Catalogue, Message
from gis_planner.model.edits import NameCluster, SetAttribute, SetRule
from gis_planner.progress import Progress
from gis_planner.workflow.open_project import open_project


def texts_of(widget: QWidget) -> str:
    return "\n".join(label.text() for label in widget.findChildren(QLabel))


def child(widget: QWidget, kind: type, name: str):  # type: ignore[no-untyped-def]
    found = widget.findChild(kind, name)
    assert found is not None, name
    return found


def dialog(driven: Driven, kind: type):  # type: ignore[no-untyped-def]
    found = driven.window.findChildren(kind)
    assert found, kind
    return found[-1]


def step(driven: Driven, key: str) -> None:
    bar = driven.window.header.workflow
    QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.place(key).center())


# opening


def test_the_window_is_there_before_the_project(open_window: OpenWindow, town: Path) -> None:
    driven = open_window()
    window = driven.window
    assert window.isVisible()
    assert window.pages.currentWidget() is window.welcome
    assert not window.actions_["import"].isEnabled()
    assert not window.header.workflow.isVisible()
    window.verbs.open_path(town)
    driven.until(lambda: driven.document.project is not None)
    driven.idle()
    assert window.pages.currentWidget() is window.workbench
    assert window.header.project.text() == "小城连片改造"
    assert window.preferences.recent == [str(town)]
    assert "CGCS2000 / 3° 111E" in window.status.crs.text()


def test_a_recent_project_opens_by_a_click_on_the_welcome_page(open_window: OpenWindow, town: Path) -> None:
    driven = open_window(recent=[str(town), "/nowhere/gone.gpkg"])
    rows = [row for row in driven.window.welcome.findChildren(ClickRow) if row.toolTip()]
    assert [str(town) in rows[0].toolTip(), "/nowhere/gone.gpkg" in rows[1].toolTip()] == [True, True]
    QTest.mouseClick(rows[1], Qt.MouseButton.LeftButton)
    assert driven.document.project is None
    QTest.mouseClick(rows[0], Qt.MouseButton.LeftButton)
    driven.until(lambda: driven.document.project is not None)


def test_opening_what_is_no_project_says_so_and_keeps_what_is_open(driven: Driven, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.gpkg"
    wrong.write_bytes(b"no project at all")
    before = driven.document.project
    driven.window.verbs.open_path(wrong)
    driven.until(lambda: driven.window.notices.isVisible())
    assert "wrong.gpkg" in driven.window.notices.problem
    assert driven.window.notices.remedy
    assert driven.document.project is before


def test_a_new_project_is_made_from_its_dialog(open_window: OpenWindow, tmp_path: Path) -> None:
    driven = open_window()
    driven.window.actions_["new"].trigger()
    asked = dialog(driven, NewProjectDialog)
    asked.title.setText("老城")
    asked.file.setText(str(tmp_path / "老城.gpkg"))
    asked.profile.setCurrentIndex(asked.profile.findData("XC"))
    asked.crs.setCurrentIndex(asked.crs.findData("EPSG:4546"))
    QTest.mouseClick(asked.make, Qt.MouseButton.LeftButton)
    driven.until(lambda: driven.document.project is not None)
    driven.idle()
    project = driven.document.project
    assert (project.title, project.profile, project.crs) == ("老城", "XC", "EPSG:4546")
    assert not driven.bench.map._empty.isHidden()


def test_a_new_project_never_takes_the_place_of_a_file(open_window: OpenWindow, town: Path) -> None:
    driven = open_window()
    driven.window.actions_["new"].trigger()
    asked = dialog(driven, NewProjectDialog)
    asked.file.setText(str(town))
    assert not asked.make.isEnabled()
    assert "town.gpkg" in asked.wrong.text()
    asked.reject()


# looking


def test_the_steps_say_how_far_the_work_is(open_window: OpenWindow, town: Path) -> None:
    driven = open_window(town)
    bar = driven.window.header.workflow
    assert bar.states["data"] == "done"
    assert bar.states["standard"] == "waiting"
    driven.window.actions_["study"].trigger()
    driven.until(lambda: driven.document.results is not None)
    driven.idle()
    assert bar.states == {**dict.fromkeys(bar.states, "done"), "export": "waiting"}
    driven.document.apply(SetRule("limit_m", 700))
    assert bar.states["coverage"] == "stale"
    assert "规则" in bar._steps[3][3]


def test_every_step_has_its_page(driven: Driven) -> None:
    for key in ("data", "eligibility", "clusters", "coverage", "standard", "export"):
        step(driven, key)
        page = driven.page()
        assert driven.bench.inspector.subject == f"step:{key}"
        assert len(texts_of(page)) > 20


def test_a_cell_of_the_matrix_shows_its_sentence_and_draws_its_walks(driven: Driven) -> None:
    matrix = driven.bench.tables.matrix
    elements = [element.id for element in matrix.rows.elements]
    assert elements[:9] == [f"KY{n}" for n in range(1, 10)]
    index = matrix.rows.index(0, 1 + elements.index("KY3"))
    told = index.data(Qt.ItemDataRole.AccessibleTextRole)
    QTest.mouseClick(matrix.viewport(), Qt.MouseButton.LeftButton, pos=matrix.visualRect(index).center())
    assert driven.window.selection.value.cluster == "Z01"
    assert driven.window.selection.value.element == "KY3"
    sentence = child(driven.page(), QLabel, "sentence").text()
    assert sentence == told
    assert "医疗服务中心" in sentence
    told = texts_of(child(driven.page(), QWidget, "evidence"))
    assert "东关家属院 → 城关卫生站" in told
    assert "分钟" in told
    assert "已覆盖 200" in told
    assert "未声明普查完整" in told, "confidence with its reasons"
    driven.until(lambda: driven.bench.map.routes is not None)
    routes = driven.bench.map.routes
    assert {walk.facility for walk in routes.walks} == {"F1"}
    assert sorted(walk.compound for walk in routes.walks) + list(routes.without) == ["A", "B"]
    results = driven.document.results
    for walk in routes.walks:
        row = results.coverage[
            (results.coverage["unit_id"] == f"compounds/{walk.compound}")
            & (results.coverage["kind"] == "medical")
        ]
        assert walk.route.length_m == pytest.approx(float(row["distance_m"].iloc[0]), abs=1e-6)


@pytest.mark.parametrize("cluster", [0, 1])
def test_every_cell_of_the_matrix_opens_to_its_grounds(driven: Driven, cluster: int) -> None:
    matrix = driven.bench.tables.matrix
    for column in range(15):
        index = matrix.rows.index(cluster, 1 + column)
        matrix.scrollTo(index)
        QTest.mouseClick(matrix.viewport(), Qt.MouseButton.LeftButton, pos=matrix.visualRect(index).center())
        driven.idle()
        sentence = child(driven.page(), QLabel, "sentence").text()
        assert sentence == index.data(Qt.ItemDataRole.AccessibleTextRole)
        told = texts_of(child(driven.page(), QWidget, "evidence"))
        assert ("可信程度" in told) != ("如何补齐" in told), sentence


def test_a_heading_of_the_matrix_shades_the_map_by_reach(driven: Driven) -> None:
    matrix = driven.bench.tables.matrix
    matrix.element_chosen.emit("KY3")
    assert driven.window.selection.value.kind == "medical"
    driven.until(lambda: driven.bench.map.scene.options.coverage_kind == "medical")
    driven.idle()
    assert "coverage" in driven.bench.map.scene.keys
    assert driven.bench.map.legend.isVisible()
    matrix.element_chosen.emit("KY3")
    driven.until(lambda: driven.bench.map.scene.options.coverage_kind is None)
    driven.idle()
    assert not driven.bench.map.legend.isVisible()


def test_a_row_of_the_compounds_leads_to_its_place_and_its_reason(driven: Driven) -> None:
    tables = driven.bench.tables
    tables.open_tab("compounds")
    view = tables.views["compounds"]
    at = next(row for row in range(view.shown.rowCount()) if view.shown.index(row, 0).data() == "E")
    driven.map.show_extent((X - 50, Y, X + 50, Y + 100))
    view.selectRow(at)
    assert driven.window.selection.value.compounds == ("E",)
    page = driven.page()
    assert driven.bench.inspector.subject == "compounds:E"
    assert len(child(page, QLabel, "alone_reason").text()) > 8
    west, south, east, north = driven.map.view.extent
    x, y = centre("E")
    assert west < x < east
    assert south < y < north


def test_what_is_unknown_of_a_compound_is_not_said_as_a_fact(driven: Driven) -> None:
    """A pending compound lacks a fact; its row must not read as if the test had failed."""
    driven.document.apply(SetAttribute("compounds", "C", "structure_safe", None))
    driven.document.study()
    driven.until(lambda: not driven.document.changes)
    driven.window.actions_["tab_compounds"].trigger()
    rows = {row.target[1]: row.cells for row in driven.bench.tables.views["compounds"].model_.rows}
    keys = [heading.key for heading in driven.bench.tables.views["compounds"].model_.headings]
    told = dict(zip(keys, rows["C"], strict=True))
    assert told["eligibility"] == "资料不全"
    assert "资料不全" in told["why"]
    assert "不安全" not in told["why"]


def test_selecting_on_the_map_marks_the_row(driven: Driven) -> None:
    driven.bench.tables.open_tab("compounds")
    driven.click_map(*centre("D"))
    chosen = driven.bench.tables.views["compounds"].rows_chosen()
    assert [row.target for row in chosen] == [("compounds", "D")]


def test_the_filter_keeps_the_rows_that_hold_every_word(driven: Driven) -> None:
    driven.window.actions_["tab_compounds"].trigger()
    view = driven.bench.tables.views["compounds"]
    field = child(driven.bench.tables, QLineEdit, "filter")
    field.setText("家属院 1999")
    driven.until(lambda: view.shown.rowCount() == 1)
    assert view.shown.index(0, 0).data() == "D"
    field.clear()
    driven.until(lambda: view.shown.rowCount() == 5)


# editing


def test_a_value_is_corrected_in_the_ledger(driven: Driven) -> None:
    driven.window.actions_["tab_ledger"].trigger()
    view = driven.bench.tables.views["ledger"]
    column = [heading.key for heading in view.model_.headings].index("households")
    row = [r.target[1] for r in view.model_.rows].index("E")
    assert view.model_.setData(view.model_.index(row, column), "约120户")
    table = driven.document.project.table("compounds")
    assert int(table[table["id"] == "E"]["households"].iloc[0]) == 120
    before = driven.document.project
    assert not view.model_.setData(view.model_.index(row, column), "很多")
    assert driven.document.project is before
    assert "很多" in driven.window.notices.problem


def test_undo_and_redo_say_what_they_do(driven: Driven) -> None:
    undo, redo = driven.window.actions_["undo"], driven.window.actions_["redo"]
    first = driven.document.project
    assert driven.bench.verbs.move_compounds(("B",), "Z02")
    assert "B" in driven.document.project.grouping.cluster("Z02").members
    title = undo.text()
    assert title.startswith("撤销：")
    undo.trigger()
    assert driven.document.project is first
    assert redo.text() == title.replace("撤销", "重做")
    redo.trigger()
    assert driven.document.project.grouping.cluster_of()["B"] == "Z02"
    assert not redo.isEnabled()
    assert driven.window.status.saved.text().startswith("已保存")


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_compounds_move_to_the_cluster_chosen_from_the_menu(driven: Driven) -> None:
    driven.window.selection.choose_compounds(("A", "B"))
    driven.window.actions_["move_compounds"].trigger()
    menu = QApplication.activePopupWidget()
    assert menu is not None
    action = next(a for a in menu.actions() if "02" in a.text())
    action.trigger()
    menu.close()
    assert [c.id for c in driven.document.project.grouping.clusters] == ["Z02"]
    assert driven.document.project.grouping.clusters[0].members == ("A", "B", "C", "D")


def test_a_rule_is_set_in_its_field_and_a_wrong_one_is_refused(driven: Driven) -> None:
    step(driven, "coverage")
    field = child(driven.page(), QLineEdit, "rule_limit_m")
    field.setText("800")
    field.editingFinished.emit()
    assert driven.document.project.rules.limit_m == 800
    field = child(driven.page(), QLineEdit, "rule_limit_m")
    assert field.text() == "800"
    field.setText("1")
    field.editingFinished.emit()
    assert driven.document.project.rules.limit_m == 800
    assert driven.window.notices.isVisible()


def test_a_rule_pack_is_chosen_where_the_standard_is_shown(driven: Driven) -> None:
    step(driven, "standard")
    box = child(driven.page(), QComboBox, "pack_cluster")
    assert box.currentData() == read_standard("sanhe_sanzheng_jiuyou").sha256
    box.setCurrentIndex(box.findData(read_standard("gb50180_life_circles").sha256))
    box.activated.emit(box.currentIndex())
    assert driven.document.project.packs["cluster"].id == "gb50180_life_circles"
    assert child(driven.page(), QComboBox, "pack_compound").count() == 1


def test_a_survey_is_declared_complete_by_its_tick(driven: Driven) -> None:
    step(driven, "data")
    tick = child(driven.page(), QCheckBox, "complete_poles")
    assert not tick.isChecked()
    tick.click()
    assert "poles" in driven.document.project.complete
    tick = child(driven.page(), QCheckBox, "complete_poles")
    assert tick.isChecked()
    tick.click()
    assert "poles" not in driven.document.project.complete


def test_an_element_does_not_apply_for_a_reason_and_counts_again(driven: Driven) -> None:
    driven.window.selection.choose_cluster("Z01", "KH1")
    child(driven.page(), QPushButton, "not_applicable").click()
    asked = dialog(driven, TextDialog)
    assert not asked.do.isEnabled()
    asked.field.setText("片区内没有杆")
    asked.do.click()
    assert driven.document.project.not_applicable == {("Z01", "KH1"): "片区内没有杆"}
    driven.document.study()
    driven.until(lambda: not driven.document.changes)
    driven.idle()
    assert driven.document.results.verdict("Z01", "KH1").status == "not_applicable"
    child(driven.page(), QPushButton, "not_applicable").click()
    assert driven.document.project.not_applicable == {}


def test_a_facility_is_closed_opened_and_changed_on_its_page(driven: Driven) -> None:
    driven.window.selection.choose_facility("F1")
    child(driven.page(), QPushButton, "close_facility").click()
    table = driven.document.project.table("facilities")
    assert table[table["id"] == "F1"]["status"].iloc[0] == "closed"
    child(driven.page(), QPushButton, "close_facility").click()
    kinds = child(driven.page(), QComboBox, "facility_kind")
    kinds.setCurrentIndex(kinds.findData("library"))
    kinds.activated.emit(kinds.currentIndex())
    table = driven.document.project.table("facilities")
    assert (table["status"].iloc[0], table["kind"].iloc[0]) == ("existing", "library")


def test_an_entrance_is_closed_on_its_page(driven: Driven) -> None:
    driven.click_map(X + 45, Y + 120)
    assert driven.window.selection.value.feature == ("entrances", "E1")
    child(driven.page(), QPushButton, "open_entrance").click()
    assert driven.document.project.table("entrances")["status"].iloc[0] == "closed"


def test_the_profile_is_chosen_on_the_page_of_eligibility(driven: Driven) -> None:
    step(driven, "eligibility")
    box = child(driven.page(), QComboBox, "profile")
    box.setCurrentIndex(box.findData("PY"))
    box.activated.emit(box.currentIndex())
    assert driven.document.project.profile == "PY"


def test_a_cluster_is_named_locked_and_merged_from_its_menu(driven: Driven) -> None:
    driven.window.selection.choose_cluster("Z02")
    menu = child(driven.page(), QToolButton, "cluster_more").menu()
    menu.actions()[0].trigger()
    asked = dialog(driven, TextDialog)
    asked.field.setText("西街片区")
    asked.do.click()
    assert driven.document.project.grouping.cluster("Z02").name == "西街片区"
    menu = child(driven.page(), QToolButton, "cluster_more").menu()
    menu.actions()[1].trigger()
    assert driven.document.project.grouping.cluster("Z02").locked
    driven.window.actions_["undo"].trigger()
    menu = child(driven.page(), QToolButton, "cluster_more").menu()
    menu.actions()[2].menu().actions()[0].trigger()
    assert [c.id for c in driven.document.project.grouping.clusters] == ["Z02"]


def test_scenarios_branch_and_switch_in_the_header(driven: Driven) -> None:
    driven.window.actions_["branch"].trigger()
    asked = dialog(driven, TextDialog)
    assert asked.field.text() == "方案 A"
    asked.do.click()
    assert driven.window.header.scenario.text() == "方案 A"
    driven.bench.verbs.move_compounds(("A",), "Z02")
    main = next(a for a in driven.window.header.scenario_menu.actions() if a.text() == "主方案")
    main.trigger()
    assert driven.document.project.grouping.cluster_of()["A"] == "Z01"
    assert driven.window.header.scenario.text() == "主方案"


# handing out


def test_outputs_are_written_where_the_page_says(driven: Driven, tmp_path: Path) -> None:
    step(driven, "export")
    page = driven.page()
    for kind in ("sheets", "html", "data"):
        child(page, QCheckBox, f"export_{kind}").setChecked(False)
    child(page, QLineEdit, "export_folder").setText(str(tmp_path / "out"))
    child(page, QPushButton, "export_go").click()
    driven.until(lambda: driven.document.exported is not None)
    driven.idle()
    (made,) = (tmp_path / "out").iterdir()
    assert made.suffix == ".xlsx"
    assert "1" in driven.window.notices.problem
    assert driven.window.header.workflow.states["export"] == "done"
    driven.document.apply(SetRule("limit_m", 700))
    assert driven.window.header.workflow.states["export"] == "stale"


def test_results_that_are_out_of_date_do_not_leave_the_program(driven: Driven, tmp_path: Path) -> None:
    driven.document.apply(SetRule("limit_m", 700))
    step(driven, "export")
    assert not child(driven.page(), QPushButton, "export_go").isEnabled()
    assert "测算" in texts_of(driven.page())


# data that look like something else


def test_names_are_shown_as_they_are_whatever_they_look_like(driven: Driven) -> None:
    name = "<b>A&B</b> {n} {{7*7}}"
    driven.document.apply(NameCluster("Z01", name), SetAttribute("compounds", "A", "name", name))
    driven.document.study()
    driven.until(lambda: not driven.document.changes)
    driven.idle()
    driven.window.selection.choose_cluster("Z01")
    page = driven.page()
    assert sum(shown.text() == name for shown in page.findChildren(QLabel)) == 2
    assert all(
        shown.textFormat() == Qt.TextFormat.PlainText for shown in page.findChildren(QLabel) if shown.text()
    )
    matrix = driven.bench.tables.matrix.rows
    told = matrix.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert "&lt;b&gt;A&amp;B" in told
    driven.window.selection.choose_cluster("Z02")
    menu = child(driven.page(), QToolButton, "cluster_more").menu()
    assert any("A&&B" in action.text() for action in menu.actions()[2].menu().actions())
    driven.idle()


# language, colours, commands


def test_the_language_changes_at_once_and_keeps_where_one_was(driven: Driven) -> None:
    driven.window.selection.choose_cluster("Z01", "KY3")
    driven.until(lambda: driven.bench.map.routes is not None)
    driven.map.zoom(2.0)
    view = driven.map.view
    driven.window.actions_["language"].trigger()
    driven.idle()
    assert driven.window.actions_["study"].text() == "Run study"
    assert driven.window.header.workflow._steps[0][1] == "Data"
    assert "household" in child(driven.page(), QLabel, "sentence").text()
    assert driven.window.selection.value.element == "KY3"
    assert driven.map.view.metres_per_unit == pytest.approx(view.metres_per_unit)
    chinese = [
        text
        for text in texts_of(driven.window.header).split("\n")
        if any("\u4e00" <= c <= "\u9fff" for c in text)
    ]
    assert chinese == []
    driven.window.actions_["language"].trigger()
    driven.idle()
    assert driven.window.actions_["study"].text() == "测算"


def test_no_chinese_is_left_in_an_english_window(open_window: OpenWindow, town: Path) -> None:
    """Names that are data (compounds, clusters, the standard's own groups) stay as they are."""
    driven = open_window(town, study=True, language="en")
    data = {"小城连片改造"}
    for key in ("data", "clusters", "coverage", "standard", "export"):
        step(driven, key)
        for text in texts_of(driven.page()).split("\n"):
            assert not any("\u4e00" <= c <= "\u9fff" for c in text) or text in data or "片区" in text, (
                key,
                text,
            )


def test_the_colours_change_at_once(driven: Driven) -> None:
    driven.window.actions_["dark"].trigger()
    driven.idle()
    assert driven.window.theme.name == "dark"
    assert driven.window.preferences.theme == "dark"
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    assert "#1C2026" in app.styleSheet()
    driven.window.actions_["dark"].trigger()
    driven.idle()


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_a_command_is_found_by_its_name(driven: Driven) -> None:
    driven.window.actions_["palette"].trigger()
    shown = dialog(driven, Palette)
    shown.field.setText("台账")
    assert [action.objectName() for action in shown.found] == ["tab_ledger"]
    QTest.keyClick(shown.field, Qt.Key.Key_Return)
    assert driven.bench.tables.tab == "ledger"


def test_panels_fold_away_and_are_remembered(open_window: OpenWindow, town: Path) -> None:
    driven = open_window(town)
    driven.window.actions_["panel_layers"].trigger()
    assert driven.bench.layers.isHidden()
    driven.window.actions_["full_map"].trigger()
    assert driven.bench.tables.isHidden()
    assert driven.bench.inspector.isHidden()
    driven.window.actions_["full_map"].trigger()
    assert not driven.bench.layers.isHidden()
    driven.window.actions_["panel_tables"].trigger()
    driven.window.close()
    assert driven.window.preferences.hidden_panels == ["panel_tables"]
    assert driven.window.preferences.geometry


# work and its end


def test_a_running_job_is_shown_and_stopped_by_its_cross(driven: Driven) -> None:
    release = threading.Event()

    def work(progress: Progress) -> None:
        while not release.wait(0.01):
            progress.report(0.63, Message("app.job.study"))

    driven.window.jobs.start(Message("app.job.study"), work)
    driven.until(lambda: "63" in driven.window.status.job.text())
    assert driven.window.status.job.text().startswith("正在测算")
    driven.window.status.stop.click()
    driven.until(lambda: not driven.window.jobs.jobs)
    assert not driven.window.status.job.isVisible()


def test_closing_while_a_job_runs_stops_it_and_loses_nothing(open_window: OpenWindow, town: Path) -> None:
    driven = open_window(town)
    begun = threading.Event()

    def work(progress: Progress) -> None:
        begun.set()
        while True:
            progress.report(0.1, Message("app.job.study"))

    driven.bench.verbs.move_compounds(("B",), "Z02")
    driven.window.jobs.start(Message("app.job.study"), work)
    assert begun.wait(30)
    assert driven.window.close()
    driven.window.shut_down()
    assert driven.window.jobs.jobs == ()
    again = open_project(town)
    assert again.project.grouping.cluster_of()["B"] == "Z02"
    again.close()


def test_closing_the_project_leads_to_the_welcome_page(open_window: OpenWindow, town: Path) -> None:
    driven = open_window(town)
    driven.window.actions_["close"].trigger()
    assert driven.document.project is None
    assert driven.window.pages.currentWidget() is driven.window.welcome
    assert not driven.window.actions_["undo"].isEnabled()


def test_a_fault_of_the_program_is_said_with_the_log(
    qtbot: QtBot, own_folders: Path, catalogue: Catalogue
) -> None:
    window = MainWindow(Preferences(), catalogue)
    qtbot.addWidget(window)
    window.show()
    restore = catch_defects(window.show_defect, own_folders / "log.txt")
    try:
        error = ValueError("unexpected")
        sys.excepthook(ValueError, error, None)
    finally:
        restore()
    assert window.notices.isVisible()
    assert "故障" in window.notices.problem
    assert "log.txt" in window.notices.remedy
    window.shut_down()


def test_a_dropped_project_is_opened(open_window: OpenWindow, town: Path) -> None:
    driven = open_window()
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(town))])
    event = QDropEvent(
        QPointF(100, 100),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    driven.window.dropEvent(event)
    driven.until(lambda: driven.document.project is not None)
