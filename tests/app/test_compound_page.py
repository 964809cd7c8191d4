"""The page of a compound lists what the compound standard makes of it, each verdict with its grounds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from app.conftest import Driven, OpenWindow
from PySide6.QtWidgets import QLabel, QWidget

from gis_planner.app.compound_verdict_rows import compound_verdicts
from gis_planner.app.parts import ClickRow
from gis_planner.model.edits import SetNotApplicable
from gis_planner.model.results import Results
from gis_planner.workflow.compound_cells import CompoundCell, cells_of_compound


def judged(driven: Driven, compound: str) -> QWidget:
    """Look at a compound until its verdicts are there."""
    driven.window.selection.choose_compounds((compound,))
    driven.page()
    driven.until(lambda: driven.window.judging.cells(compound) is not None)
    driven.idle()
    return driven.page()


def cells(driven: Driven, compound: str) -> tuple[CompoundCell, ...]:
    results: Results = driven.document.results
    return cells_of_compound(driven.document.project, results, compound)


def plainly(tip: str) -> str:
    return tip.removeprefix("<qt>").removesuffix("</qt>")


def words(widget: QWidget) -> list[str]:
    return [label.text() for label in widget.findChildren(QLabel)]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_element_is_listed_with_the_word_and_mark_of_its_status(
    open_window: OpenWindow, town: Path, language: str
) -> None:
    driven = open_window(town, study=True, language=language)
    page, texts = judged(driven, "A"), driven.window.texts
    listed = page.findChild(QWidget, "compound_verdicts")
    assert listed is not None
    wanted = cells(driven, "A")
    assert len(wanted) == 13
    for cell in wanted:
        row = listed.findChild(ClickRow, f"verdict_{cell.element.id}")
        assert plainly(row.toolTip()) == texts(f"app.status_word.{cell.verdict.status}")
        shown = row.findChildren(QLabel)[-1].text()
        value = cell.verdict.value
        assert shown == (texts.share(value) if value is not None else plainly(row.toolTip()))
    heads = [texts.group(name) for name in ("三入", "四通", "四有", "两整")]
    assert set(heads) <= set(words(listed))
    assert heads[0] == {"zh": "三入", "en": "Three in"}[language]


def test_a_click_opens_the_grounds_and_another_closes_them(driven: Driven) -> None:
    page, texts = judged(driven, "A"), driven.window.texts
    found = {cell.element.id: cell for cell in cells(driven, "A")}
    page.findChild(ClickRow, "verdict_SZ1").clicked.emit()
    driven.idle()
    page = driven.page()
    assert driven.window.selection.value.element == "SZ1"
    assert page.findChild(QLabel, "sentence").text() == texts.say(found["SZ1"].sentence)
    told = words(page.findChild(QWidget, "evidence"))
    for wanted in (
        texts("app.evidence.clause"),
        found["SZ1"].verdict.clause,
        found["SZ1"].element.indicator_zh,
    ):
        assert wanted in told
    page.findChild(ClickRow, "verdict_SZ1").clicked.emit()
    driven.idle()
    assert driven.page().findChild(QWidget, "evidence") is None
    assert driven.window.selection.value.compounds == ("A",)


def test_a_service_of_the_compound_standard_tells_its_walk(driven: Driven) -> None:
    """Those that only this standard asks for are measured for the page."""
    judged(driven, "A")
    texts = driven.window.texts
    driven.window.selection.choose_compound("A", "SY3")
    driven.idle()
    told = words(driven.page().findChild(QWidget, "evidence"))
    status = {cell.element.id: cell.verdict.status for cell in cells(driven, "A")}["SY3"]
    assert status == "fail"
    assert texts("app.evidence.households") in told


def test_an_element_is_set_aside_for_one_compound(driven: Driven) -> None:
    driven.document.apply(SetNotApplicable("A", "ST4", "本县不通暖气", "compound"))
    driven.document.study()
    driven.until(lambda: not driven.document.changes)
    driven.idle()
    judged(driven, "A")
    driven.window.selection.choose_compound("A", "ST4")
    driven.idle()
    page, texts = driven.page(), driven.window.texts
    assert plainly(page.findChild(ClickRow, "verdict_ST4").toolTip()) == texts(
        "app.status_word.not_applicable"
    )
    page.findChild(QWidget, "not_applicable").click()
    assert ("A", "ST4") not in {(n.cluster, n.element) for n in _set_aside(driven)}


def _set_aside(driven: Driven) -> list[SetNotApplicable]:
    rows = [
        row for row in driven.document.open_project.log() if row.kind == "SetNotApplicable" and row.active
    ]
    last = {(row.body["cluster"], row.body["element"]): row.body["reason"] for row in rows}
    return [SetNotApplicable(c, el, reason, "compound") for (c, el), reason in last.items() if reason]


def test_without_a_compound_standard_nothing_is_listed(driven: Driven) -> None:
    desk, verbs = driven.bench.inspector._desk, driven.bench.verbs
    without = replace(driven.document.results, compound_standard=None)
    assert compound_verdicts(desk, verbs, without, "A") is None


def test_cells_are_judged_anew_after_the_next_study(driven: Driven) -> None:
    judged(driven, "A")
    before = driven.window.judging.cells("A")
    driven.document.apply(SetNotApplicable("A", "SY1", "自管", "compound"))
    driven.document.study()
    driven.until(lambda: not driven.document.changes)
    driven.idle()
    judged(driven, "A")
    after = {cell.element.id: cell.verdict.status for cell in driven.window.judging.cells("A")}
    assert after["SY1"] == "not_applicable"
    assert {c.element.id: c.verdict.status for c in before}["SY1"] != "not_applicable"
