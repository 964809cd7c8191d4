"""Isochrones in the window: a button draws them, a second press or Esc takes them away."""

from __future__ import annotations

from app.conftest import Driven
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton

from gis_planner.app.isochrone_drawing import MINUTES


def press(driven: Driven) -> None:
    found = driven.page().findChild(QPushButton, "isochrones")
    assert isinstance(found, QPushButton)
    assert found.isEnabled()
    QTest.mouseClick(found, Qt.MouseButton.LeftButton)


def until_exact(driven: Driven, of: str) -> None:
    def there() -> bool:
        shown = driven.bench.map.isochrones
        return shown is not None and shown.exact and shown.of == of

    driven.until(there)


def test_the_button_draws_the_isochrones_of_a_cluster_and_takes_them_away(driven: Driven) -> None:
    driven.window.selection.choose_cluster("Z01")
    press(driven)
    until_exact(driven, "clusters/Z01")
    shown = driven.bench.map.isochrones
    assert list(shown.metres.values()) == [360.0, 720.0, 1080.0]
    areas = [shown.outlines[minutes].area for minutes in MINUTES]
    assert 0 < areas[0] <= areas[1] <= areas[2]
    assert len(driven.map._overlays.tags) == 3
    assert driven.bench.map.legend.isVisible()
    told = " ".join(label.text() for label in driven.bench.map.legend.findChildren(QLabel))
    assert "15 分钟" in told
    assert "判定按" in told
    press(driven)
    driven.until(lambda: driven.bench.map.isochrones is None)
    assert not driven.map._overlays.tags
    assert not driven.bench.map.legend.isVisible()


def test_isochrones_follow_what_is_selected_and_esc_takes_them_before_the_selection(driven: Driven) -> None:
    selection = driven.window.selection
    selection.choose_compounds(("A",))
    press(driven)
    until_exact(driven, "compounds/A")
    selection.choose_facility("F1")
    until_exact(driven, "facilities/F1")
    driven.map.setFocus()
    QTest.keyClick(driven.map, Qt.Key.Key_Escape)
    assert driven.bench.map.isochrones is None
    assert selection.value.facility == "F1"
    QTest.keyClick(driven.map, Qt.Key.Key_Escape)
    assert selection.value.facility is None


def test_isochrones_go_with_an_edit_and_are_drawn_anew_after_the_study(driven: Driven) -> None:
    driven.window.selection.choose_facility("F1")
    press(driven)
    until_exact(driven, "facilities/F1")
    before = driven.bench.map.isochrones
    place = driven.document.project.table("facilities").geometry.iloc[1]
    driven.bench.verbs.move_facility("F1", place.x, place.y)
    assert driven.bench.map.isochrones is None  # nothing is drawn of a place where it no longer stands
    driven.document.study()
    until_exact(driven, "facilities/F1")
    assert not driven.bench.map.isochrones.outlines[5].equals(before.outlines[5])
