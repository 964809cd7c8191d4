"""The matrix: clusters down, the fifteen elements across; in each cell the verdict's mark and the share.

The product's face. Hovering says the sentence of a cell, a click draws its walks on the map.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetrics, QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QToolTip,
    QWidget,
)

from gis_planner.app.icons import facility_icon
from gis_planner.app.marks import paint_mark, paint_number
from gis_planner.app.texts import Texts, tip
from gis_planner.app.theme import BASE_PX, SECOND_PX, Theme, sized
from gis_planner.model.standard import Element, Status

Index = QModelIndex | QPersistentModelIndex
_ROW_PX, _HEAD_PX = 30, 70
_NAME_PX, _SCORE_PX = 160, 104
_CELL_PX = (63, 104)
_HEAD_TEXT_PX = 11


@dataclass(frozen=True)
class MatrixCell:
    """One cell: the verdict, the share it stands for (None: none), its sentence, whether it flipped or is but tried."""

    status: Status
    share: float | None
    sentence: str
    flipped: bool = False
    tried: bool = False


@dataclass(frozen=True)
class MatrixRow:
    """One cluster: id, number, name, colour, second line, score line, and its cells in the order of the elements."""

    cluster: str
    number: int
    name: str
    colour: str
    score: str
    score_tip: str
    cells: tuple[MatrixCell, ...]


class MatrixModel(QAbstractTableModel):
    """The rows of the matrix; column 0 is the cluster, the last one its score."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.elements: Sequence[Element] = ()
        self.rows: Sequence[MatrixRow] = ()

    def fill(self, elements: Sequence[Element], rows: Sequence[MatrixRow]) -> None:
        """Show other rows."""
        self.beginResetModel()
        self.elements, self.rows = elements, rows
        self.endResetModel()

    def replace_rows(self, rows: Sequence[MatrixRow]) -> None:
        """Show other cells of the same clusters and elements."""
        self.rows = rows
        if rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, self.columnCount() - 1))

    def rowCount(self, parent: Index | None = None) -> int:
        """Give the number of clusters."""
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index | None = None) -> int:
        """Give the number of elements and two more."""
        return 0 if parent is not None and parent.isValid() else len(self.elements) + 2

    def cell(self, index: Index) -> MatrixCell | None:
        """Give the cell of an element, None in the first and last column."""
        at = index.column() - 1
        return self.rows[index.row()].cells[at] if 0 <= at < len(self.elements) else None

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> Any:
        """Give words for readers of the screen and for tips; the cells themselves are painted."""
        if not index.isValid():
            return None
        row, cell = self.rows[index.row()], self.cell(index)
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            said = row.name if index.column() == 0 else row.score_tip
            if cell is not None:
                said = cell.sentence
            return tip(said) if role == Qt.ItemDataRole.ToolTipRole else said
        return None


class _Cells(QStyledItemDelegate):
    """Paints the cells: a mark and a share, a number and a name, a score."""

    def __init__(self, theme: Theme, texts: Texts, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme, self._texts = theme, texts

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Paint one cell."""
        model = index.model()
        assert isinstance(model, MatrixModel)
        row, cell = model.rows[index.row()], model.cell(index)
        theme, box = self._theme, QRect(option.rect)
        state = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, theme.color("accent_soft"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(box, theme.color("hover"))
        painter.setPen(QPen(theme.color("line"), 1))
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        font = option.font
        if cell is not None:
            self._paint_verdict(painter, box, cell, font)
        elif index.column() == 0:
            self._paint_name(painter, box, row, font)
        else:
            painter.setFont(sized(font, BASE_PX))
            painter.setPen(theme.color("text"))
            painter.drawText(
                box.adjusted(10, 0, -6, 0),
                Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft,
                row.score,
            )
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(theme.color("accent"), 1.5))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(box).adjusted(1, 1, -1.5, -1.5), 4, 4)
        painter.restore()

    def _paint_verdict(self, painter: QPainter, box: QRect, cell: MatrixCell, font: Any) -> None:
        text = self._texts.share(cell.share) if cell.share is not None else ""
        small = sized(font, SECOND_PX)
        width = 15 + (5 + 36 if cell.share is not None else 0)
        left = box.x() + (box.width() - width) / 2
        paint_mark(painter, QRectF(left, box.center().y() - 7, 15, 15), cell.status, self._theme)
        painter.setFont(small)
        quiet = cell.status in ("pass", "not_applicable", "not_assessed")
        painter.setPen(self._theme.color("second" if quiet else "text"))
        right = QRectF(left + 20, box.y(), 40, box.height())
        painter.drawText(right, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)
        if cell.tried:
            painter.setPen(QPen(self._theme.color("accent"), 1.6))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(box).adjusted(2.5, 2.5, -2.5, -3.5), 4, 4)
        elif cell.flipped:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.color("accent"))
            painter.drawEllipse(QRectF(box.right() - 8, box.y() + 4, 5, 5))

    def _paint_name(self, painter: QPainter, box: QRect, row: MatrixRow, font: Any) -> None:
        paint_number(painter, QRectF(box.x() + 10, box.center().y() - 10, 21, 21), row.number, row.colour)
        painter.setFont(sized(font, BASE_PX))
        painter.setPen(self._theme.color("text"))
        inner = box.adjusted(40, 0, -6, 0)
        said = QFontMetrics(painter.font()).elidedText(row.name, Qt.TextElideMode.ElideRight, inner.width())
        painter.drawText(inner, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, said)


class _Heads(QHeaderView):
    """Paints the headings: the pictogram of a kind or the element's name, and above each group its own name."""

    def __init__(self, theme: Theme, texts: Texts, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._theme, self._texts = theme, texts
        self.elements: Sequence[Element] = ()
        self.setSectionsClickable(True)
        self.setFixedHeight(_HEAD_PX)
        self.setMouseTracking(True)

    def sizeHint(self) -> QSize:
        """Give room for two lines."""
        return QSize(super().sizeHint().width(), _HEAD_PX)

    def element_at(self, section: int) -> Element | None:
        """Give the element of a column, None in the first and last one."""
        return self.elements[section - 1] if 0 < section <= len(self.elements) else None

    def _begins_group(self, section: int) -> bool:
        return section == 1 or self.elements[section - 2].group != self.elements[section - 1].group

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the headings, then the names of groups over the columns that they span."""
        super().paintEvent(event)
        painter = QPainter(self.viewport())
        painter.setFont(sized(self.font(), SECOND_PX, bold=True))
        painter.setPen(self._theme.color("second"))
        for section in range(1, len(self.elements) + 1):
            if self._begins_group(section):
                group = self.elements[section - 1].group
                last = max(at for at, e in enumerate(self.elements, 1) if e.group == group)
                left = self.sectionViewportPosition(section) + 8
                right = self.sectionViewportPosition(last) + self.sectionSize(last)
                box = QRect(left, 3, right - left, 18)
                painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, self._texts.group(group))
        painter.end()

    def paintSection(self, painter: QPainter, rect: QRect, section: int) -> None:
        """Paint one heading."""
        theme = self._theme
        painter.save()
        painter.fillRect(rect, theme.color("surface"))
        painter.setPen(QPen(theme.color("strong_line"), 1))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        element = self.element_at(section)
        small = sized(self.font(), SECOND_PX)
        painter.setFont(small)
        painter.setPen(theme.color("second"))
        if element is None:
            key = "app.matrix.cluster" if section == 0 else "app.matrix.score"
            lower = rect.adjusted(10, 20, -4, -3)
            painter.drawText(
                lower, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self._texts(key)
            )
        else:
            self._paint_element(painter, rect, section, element)
        painter.restore()

    def _paint_element(self, painter: QPainter, rect: QRect, section: int, element: Element) -> None:
        theme = self._theme
        if self._begins_group(section):
            painter.setPen(QPen(theme.color("line"), 1))
            painter.drawLine(rect.topLeft() + QPoint(0, 4), rect.bottomLeft())
        painter.setFont(sized(self.font(), _HEAD_TEXT_PX))
        painter.setPen(theme.color("text"))
        lower = rect.adjusted(3, 20, -3, -3)
        if element.facility is not None:
            icon = facility_icon(element.facility, 16).pixmap(16, 16)
            painter.drawPixmap(lower.center().x() - 8, lower.y() + 1, icon)
            lower = lower.adjusted(0, 18, 0, 0)
        words = _two_lines(self._texts.title(element), QFontMetrics(painter.font()), lower.width())
        painter.drawText(lower, Qt.AlignmentFlag.AlignCenter, words)


def _two_lines(text: str, metrics: QFontMetrics, width: int) -> str:
    """Break a title into two lines of like length where it does not fit into one; Chinese may break anywhere."""
    if metrics.horizontalAdvance(text) <= width:
        return text
    places = [at for at, c in enumerate(text) if c == " "] or [(len(text) + 1) // 2]
    at = min(places, key=lambda place: abs(place - len(text) / 2))
    lines = (text[:at].strip(), text[at:].strip())
    return "\n".join(metrics.elidedText(line, Qt.TextElideMode.ElideRight, width) for line in lines)


class MatrixView(QTableView):
    """Shows the matrix. `cell_chosen(cluster, element)`, element "" for the row's head; `element_chosen(element)`."""

    cell_chosen = Signal(str, str)
    element_chosen = Signal(str)

    def __init__(self, theme: Theme, texts: Texts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("matrix")
        self.rows = MatrixModel(self)
        self.setModel(self.rows)
        self._heads = _Heads(theme, texts, self)
        self.setHorizontalHeader(self._heads)
        self.setItemDelegate(_Cells(theme, texts, self))
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_ROW_PX)
        self.setShowGrid(False)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.clicked.connect(self._chosen)
        self.activated.connect(self._chosen)
        self._heads.sectionClicked.connect(self._head_chosen)
        self._heads.viewport().installEventFilter(self)
        self._texts = texts

    def fill(self, elements: Sequence[Element], rows: Sequence[MatrixRow]) -> None:
        """Show rows; the chosen cell stays chosen where it is still there."""
        same = [row.cluster for row in rows] == [row.cluster for row in self.rows.rows]
        if same and tuple(elements) == tuple(self.rows.elements):
            self.rows.replace_rows(rows)
            return
        chosen = self.chosen
        self._heads.elements = elements
        self.rows.fill(elements, rows)
        self._widen()
        if chosen is not None:
            self.choose(*chosen)

    @property
    def chosen(self) -> tuple[str, str] | None:
        """The cluster and element of the current cell (element "" for the row's head), None when there is none."""
        index = self.currentIndex()
        if not index.isValid():
            return None
        element = self._heads.element_at(index.column())
        return (self.rows.rows[index.row()].cluster, element.id if element is not None else "")

    def choose(self, cluster: str | None, element: str) -> None:
        """Mark a cell without telling anybody."""
        row = next((at for at, r in enumerate(self.rows.rows) if r.cluster == cluster), -1)
        if row < 0:
            self.clearSelection()
            self.setCurrentIndex(QModelIndex())
            return
        column = next((at + 1 for at, e in enumerate(self._heads.elements) if e.id == element), 0)
        index = self.rows.index(row, column)
        if index != self.currentIndex():
            self.setCurrentIndex(index)
        self.scrollTo(index)

    def _chosen(self, index: QModelIndex) -> None:
        element = self._heads.element_at(index.column())
        self.cell_chosen.emit(self.rows.rows[index.row()].cluster, element.id if element is not None else "")

    def _head_chosen(self, section: int) -> None:
        element = self._heads.element_at(section)
        if element is not None:
            self.element_chosen.emit(element.id)

    def _widen(self) -> None:
        n = len(self.rows.elements)
        if not n:
            return
        room = self.viewport().width() - _NAME_PX - _SCORE_PX
        each = max(_CELL_PX[0], min(_CELL_PX[1], room // n))
        self.setColumnWidth(0, _NAME_PX)
        for at in range(n):
            self.setColumnWidth(at + 1, each)
        self.setColumnWidth(n + 1, max(_SCORE_PX, self.viewport().width() - _NAME_PX - each * n))

    def resizeEvent(self, event: Any) -> None:
        """Share the room among the columns."""
        super().resizeEvent(event)
        self._widen()

    def eventFilter(self, watched: Any, event: QEvent) -> bool:
        """Say under the cursor what an element means and how it is measured."""
        if watched is self._heads.viewport() and isinstance(event, QHelpEvent):
            element = self._heads.element_at(self._heads.logicalIndexAt(event.pos()))
            if element is not None:
                zh = self._texts.language == "zh"
                told = (
                    self._texts.title(element),
                    element.indicator_zh if zh else element.indicator_en,
                    element.clause,
                )
                QToolTip.showText(event.globalPos(), tip("\n".join(told)), self)
            return True
        return super().eventFilter(watched, event)
