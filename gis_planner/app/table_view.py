"""A table of rows as a widget: sorted by a click on a heading, filtered by words, marked as others choose."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QSize, Qt
from PySide6.QtWidgets import QAbstractItemView, QTableView

from gis_planner.app.desk import Desk
from gis_planner.app.table_models import FilteredRows, Heading, Row, RowsModel

_ROW_PX = 28


class TableView(QTableView):
    """A table of rows that can be sorted, filtered and, where asked for, corrected."""

    def __init__(self, desk: Desk, name: str) -> None:
        super().__init__()
        self.setObjectName(f"table_{name}")
        self.model_ = RowsModel(desk.texts, desk.theme.color("disabled"), self)
        self.shown = FilteredRows(self.model_, self)
        self.setModel(self.shown)
        self.setSortingEnabled(True)
        self.setShowGrid(False)
        self.setAlternatingRowColors(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.DoubleClicked | QAbstractItemView.EditTrigger.EditKeyPressed
        )
        self.setWordWrap(False)
        self.setIconSize(QSize(16, 16))
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_ROW_PX)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        self.horizontalHeader().setStretchLastSection(True)
        self.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)

    def fill(self, headings: Sequence[Heading], rows: Sequence[Row]) -> None:
        """Show rows; sorting, column widths and the place in the table stay."""
        before = [h.key for h in self.model_.headings]
        down = self.verticalScrollBar().value()
        self.model_.fill(headings, rows)
        if before != [h.key for h in headings]:
            for at, heading in enumerate(headings):
                self.setColumnWidth(at, heading.width or 110)
        self.verticalScrollBar().setValue(down)

    def row_at(self, index: QModelIndex) -> Row:
        """Give the row of an index of the view."""
        return self.shown.row_of(index)

    def rows_chosen(self) -> list[Row]:
        """Give the rows that are selected."""
        return [self.row_at(index) for index in self.selectionModel().selectedRows()]

    def choose(self, targets: Sequence[tuple[str, str]]) -> None:
        """Mark the rows of these targets and show the first."""
        model = self.selectionModel()
        wanted, flags = set(targets), model.SelectionFlag
        model.blockSignals(True)
        model.clearSelection()
        first: QModelIndex | None = None
        for at in range(self.shown.rowCount()):
            index = self.shown.index(at, 0)
            if self.row_at(index).target in wanted:
                model.select(index, flags.Select | flags.Rows)
                first = first or index
        model.blockSignals(False)
        if first is not None:
            self.scrollTo(first)
        self.viewport().update()
