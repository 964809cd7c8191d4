"""The map under the hand: it stays under the cursor, selects what is clicked, and a drop is one edit."""

from __future__ import annotations

import pytest
from app.conftest import Driven
from app.small_town import X, Y, centre
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication


def turn_wheel(driven: Driven, at: QPoint, steps: int) -> None:
    event = QWheelEvent(
        QPointF(at), QPointF(driven.map.mapToGlobal(at)), QPoint(), QPoint(0, 120 * steps), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(driven.map, event)


def test_the_wheel_zooms_around_the_cursor(driven: Driven) -> None:
    at = QPoint(200, 150)
    before = driven.map.to_map(QPointF(at))
    scale = driven.map.view.metres_per_unit
    turn_wheel(driven, at, 3)
    assert driven.map.view.metres_per_unit < scale
    assert driven.map.to_map(QPointF(at)) == pytest.approx(before, abs=1e-6)
    turn_wheel(driven, at, -3)
    assert driven.map.view.metres_per_unit == pytest.approx(scale)


def test_a_drag_moves_the_map_with_the_hand(driven: Driven) -> None:
    turn_wheel(driven, QPoint(300, 200), 2)
    start = driven.map.to_map(QPointF(300, 200))
    QTest.mousePress(driven.map, Qt.MouseButton.LeftButton, pos=QPoint(300, 200))
    for x in (320, 350, 380):
        QTest.mouseMove(driven.map, QPoint(x, 210))
    QTest.mouseRelease(driven.map, Qt.MouseButton.LeftButton, pos=QPoint(380, 210))
    assert driven.map.to_map(QPointF(380, 210)) == pytest.approx(start, abs=1e-6)
    assert driven.window.selection.value.compounds == ()


def test_arrows_plus_minus_and_f_work_the_map(driven: Driven) -> None:
    driven.map.setFocus()
    everything = driven.map.view
    QTest.keyClick(driven.map, Qt.Key.Key_Plus)
    assert driven.map.view.metres_per_unit < everything.metres_per_unit
    x = driven.map.view.x
    QTest.keyClick(driven.map, Qt.Key.Key_Right)
    assert driven.map.view.x > x
    QTest.keyClick(driven.map, Qt.Key.Key_Minus)
    QTest.keyClick(driven.map, Qt.Key.Key_F)
    assert (driven.map.view.x, driven.map.view.y) == pytest.approx((everything.x, everything.y))
    assert driven.map.view.metres_per_unit == pytest.approx(everything.metres_per_unit)


def test_what_is_painted_is_the_town(driven: Driven) -> None:
    """A compound's place is not paper, and a place where nothing is, is."""
    picture = driven.map.grab().toImage()
    ratio = picture.devicePixelRatio()

    def colour(x: float, y: float) -> QColor:
        at = driven.place(x, y) * ratio
        return picture.pixelColor(at)

    paper = QColor("#FBFAF6")
    x, y = centre("C")
    assert colour(x + 25, y + 25) != paper
    assert colour(X + 300, Y + 60) == paper


def test_a_click_selects_and_ctrl_adds(driven: Driven) -> None:
    driven.click_map(*centre("A"))
    assert driven.window.selection.value.compounds == ("A",)
    driven.click_map(*centre("C"), Qt.KeyboardModifier.ControlModifier)
    assert driven.window.selection.value.compounds == ("A", "C")
    driven.click_map(*centre("A"), Qt.KeyboardModifier.ControlModifier)
    assert driven.window.selection.value.compounds == ("C",)
    driven.click_map(X + 300, Y + 60)
    assert driven.window.selection.value.compounds == ()


def test_a_frame_selects_the_compounds_in_it(driven: Driven) -> None:
    driven.drag_map((X - 20, Y + 240), (X + 220, Y + 110), Qt.KeyboardModifier.ShiftModifier)
    assert driven.window.selection.value.compounds == ("A", "B")


def test_a_facility_is_picked_before_the_compound_under_it(driven: Driven) -> None:
    driven.click_map(X + 45, Y + 108)
    assert driven.window.selection.value.facility == "F1"


def test_pointing_says_what_lies_there_and_where(driven: Driven) -> None:
    x, y = centre("B")
    QTest.mouseMove(driven.map, driven.place(x, y) + QPoint(3, 3))
    QTest.mouseMove(driven.map, driven.place(x, y))
    assert driven.map.hovered == ("compounds", "B")
    assert driven.map.describe("compounds", "B")[0] == "文化小区"
    east, north = (part.replace("\u2009", "") for part in driven.window.status.place.text().split(","))
    assert float(east) == pytest.approx(x, abs=2)
    assert float(north) == pytest.approx(y, abs=2)


def test_escape_lets_go_of_the_selection_and_then_of_nothing(driven: Driven) -> None:
    driven.click_map(*centre("A"))
    QTest.keyClick(driven.map, Qt.Key.Key_Escape)
    assert driven.window.selection.value.compounds == ()
    QTest.keyClick(driven.map, Qt.Key.Key_Escape)


def test_a_click_adds_a_facility_as_one_edit_and_escape_ends_it(driven: Driven) -> None:
    log = len(driven.document.open_project.log())
    driven.bench.map.add_facilities("library")
    assert not driven.bench.map.hint.isHidden()
    driven.click_map(X + 150, Y + 100)
    rows = driven.document.open_project.log()[log:]
    assert [row.kind for row in rows] == ["AddFacility"]
    table = driven.document.project.table("facilities")
    assert table["kind"].iloc[-1] == "library"
    assert table["status"].iloc[-1] == "proposed"
    assert table.geometry.iloc[-1].x == pytest.approx(X + 150, abs=1)
    assert driven.window.selection.value.facility == table["id"].iloc[-1]
    QTest.keyClick(driven.map, Qt.Key.Key_Escape)
    assert driven.bench.map.hint.isHidden()
    driven.click_map(X + 300, Y + 60)
    assert len(driven.document.open_project.log()) == log + 1


def test_a_facility_is_dragged_to_its_new_place_and_back_by_undo(driven: Driven) -> None:
    before = driven.document.project
    driven.window.actions_["tool_move"].trigger()
    driven.drag_map((X + 200, Y + 92), (X + 60, Y + 95))
    table = driven.document.project.table("facilities")
    moved = table[table["id"] == "F2"].geometry.iloc[0]
    assert (moved.x, moved.y) == pytest.approx((X + 60, Y + 95), abs=1)
    assert [row.kind for row in driven.document.open_project.log()][-1] == "MoveFacility"
    driven.window.actions_["undo"].trigger()
    assert driven.document.project is before


def test_a_compound_dragged_onto_another_cluster_joins_it(driven: Driven) -> None:
    driven.window.actions_["tool_move"].trigger()
    driven.drag_map(centre("B"), centre("D"))
    assert driven.document.project.grouping.cluster_of() == {"A": "Z01", "B": "Z02", "C": "Z02", "D": "Z02"}


def test_selected_compounds_are_dragged_together(driven: Driven) -> None:
    driven.window.selection.choose_compounds(("A", "B"))
    driven.window.actions_["tool_move"].trigger()
    driven.drag_map(centre("A"), centre("C"))
    clusters = driven.document.project.grouping.clusters
    assert [c.members for c in clusters] == [("A", "B", "C", "D")]


def test_a_compound_dropped_on_no_cluster_stands_in_none(driven: Driven) -> None:
    before = driven.document.project
    driven.window.actions_["tool_move"].trigger()
    driven.drag_map(centre("B"), (X + 300, Y + 60))
    assert driven.document.project.grouping.cluster_of() == {"A": "Z01", "C": "Z02", "D": "Z02"}
    driven.window.actions_["undo"].trigger()
    assert driven.document.project is before


def test_layers_are_hidden_by_their_tick_and_moved_by_dragging(driven: Driven) -> None:
    layers = driven.bench.layers
    assert "facilities" in driven.map.visible_layers
    layers.tick("facilities", False)
    assert "facilities" not in driven.map.visible_layers
    driven.click_map(X + 450, Y + 92)
    assert driven.window.selection.value.facility is None
    model = layers.list.model()
    keys = [layers.list.item(row).data(Qt.ItemDataRole.UserRole) for row in range(layers.list.count())]
    assert model.moveRow(model.index(0, 0).parent(), keys.index("roads"), model.index(0, 0).parent(), 0)
    assert layers.order is not None
    assert layers.order[-1] == "roads"
    layers.take(
        frozenset(key for key in driven.bench.map.scene.keys if key not in driven.bench.map.scene.shown), ()
    )
    driven.idle()
    assert "facilities" in driven.map.visible_layers


def test_a_click_or_a_selection_does_not_paint_the_map_anew(driven: Driven) -> None:
    painted: list[bool] = []
    driven.map.painted.connect(lambda: painted.append(True))
    driven.click_map(*centre("A"))
    QTest.mouseMove(driven.map, driven.place(*centre("B")))
    driven.idle()
    assert painted == []
    turn_wheel(driven, QPoint(200, 200), 1)
    driven.until(lambda: painted)
