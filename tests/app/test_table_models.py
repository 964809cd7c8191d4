"""Tables sort by value with the unknown last, and show what holds every word of the filter."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from gis_planner.app.matrix_panel import MatrixModel
from gis_planner.app.table_models import FilteredRows, Heading, Row, RowsModel
from gis_planner.app.texts import Texts
from gis_planner.messages import load_catalogue

HEADINGS = [
    Heading("id", "编号"),
    Heading("n", "户数", "number", editable=True),
    Heading("s", "占比", "share"),
]
ROWS = [
    Row(("compounds", "C10"), ("C10", 120, 0.5)), Row(("compounds", "C2"), ("C2", None, None)),
    Row(("compounds", "C1"), ("C1", 9, 1.0)), Row(("compounds", "B7"), ("B7", 80, 0.999)),
]  # fmt: skip


@pytest.fixture
def model(qtbot: QtBot) -> RowsModel:
    made = RowsModel(Texts(load_catalogue(), "zh"), QColor("grey"))
    made.fill(HEADINGS, ROWS)
    return made


def column(shown: FilteredRows, at: int) -> list[str]:
    return [shown.index(row, at).data() for row in range(shown.rowCount())]


def test_the_models_keep_qts_rules(model: RowsModel, qtmodeltester: ModelTester) -> None:
    qtmodeltester.check(model)
    qtmodeltester.check(FilteredRows(model))
    qtmodeltester.check(MatrixModel())


def test_unknown_stands_last_whichever_way_one_sorts(model: RowsModel) -> None:
    shown = FilteredRows(model)
    shown.sort(1, Qt.SortOrder.AscendingOrder)
    assert column(shown, 1) == ["9", "80", "120", "—"]
    shown.sort(1, Qt.SortOrder.DescendingOrder)
    assert column(shown, 1) == ["120", "80", "9", "—"]


def test_names_with_numbers_sort_as_people_count(model: RowsModel) -> None:
    shown = FilteredRows(model)
    shown.sort(0, Qt.SortOrder.AscendingOrder)
    assert column(shown, 0) == ["B7", "C1", "C2", "C10"]


def test_the_filter_wants_every_word_wherever_it_stands(model: RowsModel) -> None:
    shown = FilteredRows(model)
    shown.filter_by("c 120")
    assert column(shown, 0) == ["C10"]
    shown.filter_by("")
    assert shown.rowCount() == 4


def test_a_share_just_below_one_does_not_read_as_all(model: RowsModel) -> None:
    assert model.index(3, 2).data() == ">99\u2009%"


def test_a_correction_is_handed_on_with_its_row(model: RowsModel) -> None:
    written: list[tuple[str, str, str]] = []
    assert not model.flags(model.index(0, 1)) & Qt.ItemFlag.ItemIsEditable
    model.write = lambda row, heading, text: bool(written.append((row.target[1], heading.key, text))) or True
    assert model.flags(model.index(0, 1)) & Qt.ItemFlag.ItemIsEditable
    assert not model.flags(model.index(0, 0)) & Qt.ItemFlag.ItemIsEditable
    assert not model.setData(model.index(0, 1), "120")
    assert model.setData(model.index(0, 1), " 130 ")
    assert written == [("C10", "n", "130")]
