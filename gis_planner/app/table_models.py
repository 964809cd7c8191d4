"""Tables of plain rows for Qt's views: sorted by value, filtered by any word.

A cell is text, a number, a share, a verdict or unknown (None, which sorts last and reads as a dash).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
)
from PySide6.QtGui import QColor, QIcon

from gis_planner.app.texts import Texts, tip
from gis_planner.model.edits import Edit

Index = QModelIndex | QPersistentModelIndex
CellType = Literal["text", "number", "year", "share", "metres"]
Role = Qt.ItemDataRole
SORT_ROLE = int(Role.UserRole) + 1
TARGET_ROLE = int(Role.UserRole) + 2


@dataclass(frozen=True)
class Heading:
    """One column: its key, title, the type of its cells, a tip, and whether a person may correct its values."""

    key: str
    title: str
    type: CellType = "text"
    tip: str = ""
    editable: bool = False
    width: int = 0


@dataclass(frozen=True, eq=False)
class Row:
    """One row: what it is about (layer, id), its cells, icon, place in metres, whether it is faint, and its fix.

    `shown` says some cells otherwise than by their values, by the keys of their columns: a sum that is a lower bound.
    """

    target: tuple[str, str]
    cells: tuple[Any, ...]
    icon: QIcon | None = None
    place: tuple[float, float] | None = None
    faint: bool = False
    tip: str = ""
    fix: Edit | None = None
    shown: Mapping[str, str] = field(default_factory=dict)


class RowsModel(QAbstractTableModel):
    """Shows rows under headings; `write(row, heading, text)` is asked where a person corrects a value."""

    def __init__(self, texts: Texts, faint: QColor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._texts = texts
        self._faint = faint
        self.headings: Sequence[Heading] = ()
        self.rows: Sequence[Row] = ()
        self.write: Callable[[Row, Heading, str], bool] | None = None

    def fill(self, headings: Sequence[Heading], rows: Sequence[Row]) -> None:
        """Show other rows."""
        self.beginResetModel()
        self.headings, self.rows = headings, rows
        self.endResetModel()

    def rowCount(self, parent: Index | None = None) -> int:
        """Give the number of rows."""
        return 0 if parent is not None and parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index | None = None) -> int:
        """Give the number of columns."""
        return 0 if parent is not None and parent.isValid() else len(self.headings)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = int(Role.DisplayRole)) -> Any:
        """Give the title, tip and alignment of a heading."""
        if orientation != Qt.Orientation.Horizontal or section >= len(self.headings):
            return None
        heading = self.headings[section]
        if role == Role.DisplayRole:
            return heading.title
        if role == Role.ToolTipRole:
            return tip(heading.tip or heading.title)
        if role == Role.TextAlignmentRole:
            return _alignment(heading)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """Tell what may be done with a cell."""
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if self.write is not None and self.headings[index.column()].editable:
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def data(self, index: Index, role: int = int(Role.DisplayRole)) -> Any:
        """Give what a cell shows, or what it is sorted by."""
        if not index.isValid():
            return None
        row, heading = self.rows[index.row()], self.headings[index.column()]
        value = row.cells[index.column()]
        if role == Role.DisplayRole:
            return row.shown.get(heading.key) or self.say(value, heading)
        if role == Role.EditRole:
            return "" if value is None else str(value)
        if role == Role.TextAlignmentRole:
            return _alignment(heading)
        if role == Role.DecorationRole and index.column() == 0:
            return row.icon
        if role == Role.ForegroundRole and (row.faint or value is None):
            return self._faint
        if role == Role.ToolTipRole:
            return tip(row.tip or self.say(value, heading))
        if role == SORT_ROLE:
            return value
        if role == TARGET_ROLE:
            return row.target
        return None

    def setData(self, index: Index, value: Any, role: int = int(Role.EditRole)) -> bool:
        """Hand a corrected value on; what becomes of it is shown by the project that follows."""
        if role != Role.EditRole or self.write is None:
            return False
        row, heading = self.rows[index.row()], self.headings[index.column()]
        if str(value).strip() == (
            "" if row.cells[index.column()] is None else str(row.cells[index.column()])
        ):
            return False
        return self.write(row, heading, str(value).strip())

    def say(self, value: Any, heading: Heading) -> str:
        """Write a cell's value for people."""
        if value is None or value != value:
            return "—"
        if heading.type == "share":
            return self._texts.share(float(value))
        if heading.type == "metres":
            return self._texts.metres(float(value))
        if heading.type == "number":
            return self._texts.number(value, 0 if float(value).is_integer() else 2)
        return str(value)


def _alignment(heading: Heading) -> int:
    across = (
        Qt.AlignmentFlag.AlignRight
        if heading.type in ("number", "share", "metres")
        else Qt.AlignmentFlag.AlignLeft
    )
    return int(across | Qt.AlignmentFlag.AlignVCenter)


class FilteredRows(QSortFilterProxyModel):
    """Sorts by value, unknown last either way, and shows only rows that hold every word of the filter."""

    def __init__(self, source: RowsModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source = source
        self._words: list[str] = []
        self.setSourceModel(source)
        self.setSortRole(SORT_ROLE)

    def row_of(self, index: QModelIndex) -> Row:
        """Give the row of an index of the view."""
        return self._source.rows[self.mapToSource(index).row()]

    def filter_by(self, text: str) -> None:
        """Show only the rows in which every word of the text occurs."""
        self.beginFilterChange()
        self._words = text.lower().split()
        self.endFilterChange()

    def filterAcceptsRow(self, source_row: int, source_parent: Index) -> bool:
        """Tell whether a row holds every word."""
        if not self._words:
            return True
        row = self._source.rows[source_row]
        said = " ".join(
            self._source.say(v, h) for v, h in zip(row.cells, self._source.headings, strict=True)
        ).lower()
        return all(word in said for word in self._words)

    def lessThan(self, left: Index, right: Index) -> bool:
        """Compare two cells by value; unknown comes last in both directions."""
        one, other = left.data(SORT_ROLE), right.data(SORT_ROLE)
        if one is None or other is None:
            if one is None and other is None:
                return left.row() < right.row()
            known_first = self.sortOrder() == Qt.SortOrder.AscendingOrder
            return (other is None) == known_first
        if isinstance(one, str) or isinstance(other, str):
            return _natural(str(one)) < _natural(str(other))
        return bool(one < other)


def _natural(text: str) -> list[tuple[int, int, str]]:
    """Give a key that sorts C2 before C10."""
    parts: list[tuple[int, int, str]] = []
    digits = ""
    for character in f"{text.lower()}\0":
        if character in "0123456789":
            digits += character
            continue
        if digits:
            parts.append((0, int(digits), ""))
            digits = ""
        parts.append((1, 0, character))
    return parts
