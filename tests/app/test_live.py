"""What follows the hand: matrix, page, shading and isochrones while a facility is dragged, and after every edit."""

from __future__ import annotations

import pytest
from app.conftest import Driven
from app.small_town import X, Y
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel

from gis_planner.workflow.studying import run_study

ELSEWHERE = (X + 1800.0, Y + 92.0)  # no street is near
BACK = (X + 440.0, Y + 92.0)


def cells(driven: Driven) -> dict[tuple[str, str], tuple[str, float | None]]:
    """What the matrix shows."""
    model = driven.bench.tables.matrix.rows
    return {
        (row.cluster, element.id): (cell.status, cell.share)
        for row in model.rows
        for element, cell in zip(model.elements, row.cells, strict=True)
    }


def cell_of(driven: Driven, kind: str) -> tuple[str, str]:
    """The cell of the first cluster that asks for a kind of facility."""
    elements = driven.document.results.standard.elements
    return "Z01", next(element.id for element in elements if element.facility == kind)


def studied(driven: Driven) -> dict[tuple[str, str], tuple[str, float | None]]:
    """What a whole study of the project as it stands finds."""
    found = run_study(driven.document.project)
    return {(v.cluster_id, v.element): (v.status, v.value) for v in found.verdicts}


def follow(driven: Driven) -> None:
    driven.until(lambda: driven.document.live.study is not None and driven.document.live.ground is not None)
    driven.idle()


def hold(driven: Driven, facility: str, *places: tuple[float, float]) -> None:
    """Take hold of a facility and carry it over places, without letting go."""
    table = driven.document.project.table("facilities")
    shape = table.geometry[table["id"] == facility].iloc[0]
    driven.bench.do("tool_move")
    driven.map.zoom(0.2)
    driven.idle()
    at = driven.place(shape.x, shape.y)
    assert driven.map.pick(at.toPointF(), ("facilities",))[0] == ("facilities", facility)
    QTest.mousePress(driven.map, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    for place in places:
        driven.document.live._late = 0  # a busy machine is no reason to show nothing in a test
        QTest.mouseMove(driven.map, driven.place(*place))
        driven.until(lambda: not driven.bench.map._trial._frame.isActive())


def drop(driven: Driven, place: tuple[float, float]) -> None:
    QTest.mouseRelease(
        driven.map, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, driven.place(*place)
    )
    driven.idle()


@pytest.fixture
def followed(driven: Driven, monkeypatch: pytest.MonkeyPatch) -> Driven:
    monkeypatch.setattr("gis_planner.app.following._FRAME_S", 60.0)
    if driven.document.changes or driven.document.live.study is None:
        driven.document.study()
    follow(driven)
    return driven


def test_the_matrix_follows_a_dragged_facility_and_equals_a_study_after_the_drop(followed: Driven) -> None:
    before, edits = cells(followed), len(followed.document.open_project.log())
    assert before == studied(followed)
    hold(followed, "F2", (X + 300, Y + 92), (X + 900, Y + 92), ELSEWHERE)
    tried = cells(followed)
    assert tried[cell_of(followed, "toilet")] != before[cell_of(followed, "toilet")]
    assert len(followed.document.open_project.log()) == edits  # nothing is written yet
    model = followed.bench.tables.matrix.rows
    marked = {
        (row.cluster, element.id)
        for row in model.rows
        for element, cell in zip(model.elements, row.cells, strict=True)
        if cell.tried
    }
    assert marked == {key for key in before if before[key] != tried[key]}
    assert "→" in followed.window.status.flips.text()
    drop(followed, ELSEWHERE)
    assert len(followed.document.open_project.log()) == edits + 1
    assert cells(followed) == studied(followed)
    assert cells(followed)[cell_of(followed, "toilet")] != before[cell_of(followed, "toilet")]
    assert followed.document.changes  # the study itself is still to come
    assert "实时" in followed.bench.tables.stale.text()
    assert followed.window.status.flips.text() == ""
    followed.document.study()
    followed.until(lambda: not followed.document.changes)
    followed.idle()
    assert cells(followed) == studied(followed)
    assert followed.bench.tables.stale.text() == ""


def test_esc_takes_everything_back(followed: Driven) -> None:
    followed.window.selection.set(kind="toilet")
    followed.idle()
    before, head = cells(followed), followed.document.open_project.stand.head
    hold(followed, "F2", (X + 300, Y + 92), ELSEWHERE)
    assert cells(followed) != before
    assert followed.bench.map.shading
    followed.map.setFocus()
    QTest.keyClick(followed.map, Qt.Key.Key_Escape)
    assert cells(followed) == before
    assert not followed.bench.map.shading
    assert followed.bench.map.isochrones is None
    assert followed.window.status.flips.text() == ""
    drop(followed, ELSEWHERE)
    assert followed.document.open_project.stand.head == head
    assert not followed.document.changes


def test_isochrone_and_shading_are_of_the_place_under_the_hand(followed: Driven) -> None:
    followed.window.selection.set(kind="toilet")
    followed.idle()
    hold(followed, "F2", (X + 300, Y + 92), BACK)
    shown = followed.bench.map.isochrones
    assert shown is not None
    assert shown.of == "facilities/F2"
    far = shown.outlines[5].centroid.x
    assert far > X + 240
    assert followed.bench.map.shading  # whoever walks another class of metres than in the picture
    QTest.mouseMove(followed.map, followed.place(X + 150, Y + 92))
    followed.until(lambda: not followed.bench.map._trial._frame.isActive())
    assert followed.bench.map.isochrones.outlines[5].centroid.x < far
    QTest.keyClick(followed.map, Qt.Key.Key_Escape)
    drop(followed, BACK)


def test_a_cell_chosen_after_an_edit_shows_the_sentence_and_the_walks_of_now(followed: Driven) -> None:
    assert followed.bench.verbs.move_facility("F1", X + 235, Y + 92)
    followed.idle()
    followed.window.selection.choose_cluster(*cell_of(followed, "medical"))
    page = followed.page()
    sentence = page.findChild(QLabel, "sentence").text()
    followed.until(lambda: followed.bench.map.routes is not None)
    found = run_study(followed.document.project)
    longest = max(walk.distance_m for walk in followed.bench.map.routes.walks)
    rows = found.coverage[
        (found.coverage["kind"] == "medical") & found.coverage["unit_id"].isin(["compounds/A", "compounds/B"])
    ]
    assert longest == rows["distance_m"].max()
    assert all(walk.route.length_m == walk.distance_m for walk in followed.bench.map.routes.walks)
    followed.document.study()
    followed.until(lambda: not followed.document.changes)
    followed.idle()
    assert followed.page().findChild(QLabel, "sentence").text() == sentence


def test_a_compound_that_changes_cluster_is_followed_beside_the_window(followed: Driven) -> None:
    assert followed.bench.verbs.move_compounds(("B",), "Z02")
    assert not followed.document.is_live  # nothing is shown as live that is not measured yet
    followed.until(lambda: followed.document.is_live)
    assert cells(followed) == studied(followed)


def test_undo_is_followed_as_any_edit(followed: Driven) -> None:
    before = cells(followed)
    assert followed.bench.verbs.move_facility("F1", *ELSEWHERE)
    assert cells(followed) == studied(followed) != before
    assert followed.document.undo()
    assert cells(followed) == before
    assert not followed.document.changes
