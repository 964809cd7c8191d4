"""A fix is adopted from the list of issues, undone like any edit, and offered only while it is about these streets."""

from __future__ import annotations

from app.conftest import Driven, OpenWindow
from app.small_town import X, Y, make_town

from gis_planner.model.edits import DrawStreet
from gis_planner.workflow.edit import apply_edits
from gis_planner.workflow.scenarios import branch, switch


def gappy_window(open_window: OpenWindow, tmp_path) -> Driven:  # type: ignore[no-untyped-def]
    """Open a town whose eastern street begins 3 m from where the others end, in two scenarios."""
    opened = make_town(tmp_path / "gap.gpkg")
    apply_edits(opened, [DrawStreet("R8", ((X + 523, Y + 100), (X + 700, Y + 100)))])
    branch(opened, "方案乙")
    switch(opened, "main")
    opened.close()
    return open_window(tmp_path / "gap.gpkg", study=True)


def gap_index(driven: Driven):  # type: ignore[no-untyped-def]
    view = driven.bench.tables.views["issues"]
    (row,) = [
        at
        for at in range(view.shown.rowCount())
        if isinstance(view.row_at(view.shown.index(at, 0)).fix, DrawStreet)
    ][:1]
    return view, row


def test_a_fix_is_adopted_with_one_button_everywhere_and_undone(open_window: OpenWindow, tmp_path) -> None:  # type: ignore[no-untyped-def]
    driven = gappy_window(open_window, tmp_path)
    tables = driven.bench.tables
    tables.open_tab("issues")
    assert tables.fixes.button.isVisible()
    assert not tables.fixes.button.isEnabled()
    view, row = gap_index(driven)
    view.selectRow(row)
    assert tables.fixes.button.isEnabled()
    fix = view.rows_chosen()[0].fix
    before = list(driven.document.project.table("roads")["id"])
    tables.fixes.button.click()
    assert list(driven.document.project.table("roads")["id"]) == [*before, fix.id]
    assert not tables.fixes.button.isEnabled(), "the streets are no longer those that were studied"
    assert not tables.fixes.adopt()
    assert driven.document.switch("方案乙")
    assert fix.id in list(driven.document.project.table("roads")["id"])
    assert driven.document.switch("main")
    assert driven.document.undo()
    assert list(driven.document.project.table("roads")["id"]) == before
    assert tables.fixes.button.isEnabled() == (tables.fixes.row is not None)
    tables.open_tab("ledger")
    assert not tables.fixes.button.isVisible()


def test_issues_are_listed_by_the_households_that_they_touch(open_window: OpenWindow, tmp_path) -> None:  # type: ignore[no-untyped-def]
    driven = gappy_window(open_window, tmp_path)
    driven.bench.tables.open_tab("issues")
    view = driven.bench.tables.views["issues"]
    at = [heading.key for heading in view.model_.headings].index("households")
    households = [row.cells[at] or 0 for row in view.model_.rows]
    assert households == sorted(households, reverse=True)
    assert len(households) == len(driven.document.results.issues)
