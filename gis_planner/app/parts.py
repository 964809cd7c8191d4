"""The small widgets that panels and dialogs are made of, all styled by their role."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLayout,
    QLayoutItem,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gis_planner.app.texts import tip as plain_tip
from gis_planner.app.texts import unmarked
from gis_planner.app.theme import SPACE


def label(text: str, role: str = "", *, wrap: bool = False, selectable: bool = False) -> QLabel:
    """Make a label of plain text; user data in it is never read as markup."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    made.setWordWrap(wrap)
    if role:
        made.setProperty("role", role)
    if selectable:
        made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return made


def button(
    text: str, pressed: Callable[[], object] | None = None, *, role: str = "", tip: str = ""
) -> QPushButton:
    """Make a push button."""
    made = QPushButton(unmarked(text))
    made.setAutoDefault(False)
    if role:
        made.setProperty("role", role)
    if role == "link":
        made.setCursor(Qt.CursorShape.PointingHandCursor)
        made.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    if tip:
        made.setToolTip(tip)
    if pressed is not None:
        made.clicked.connect(lambda: pressed())
    return made


def tool_button(
    icon: QIcon, tip: str, pressed: Callable[[], object] | None = None, *, name: str = ""
) -> QToolButton:
    """Make a flat button that shows an icon."""
    made = QToolButton()
    made.setIcon(icon)
    made.setIconSize(QSize(18, 18))
    made.setToolTip(tip)
    made.setAccessibleName(tip)
    made.setObjectName(name)
    if pressed is not None:
        made.clicked.connect(lambda: pressed())
    return made


def line(*, upright: bool = False) -> QFrame:
    """Make a hairline between two things."""
    made = QFrame()
    made.setProperty("role", "upright" if upright else "line")
    return made


def row(
    *widgets: QWidget | int | None, spacing: int = SPACE[1], margins: tuple[int, int, int, int] = (0, 0, 0, 0)
) -> QWidget:
    """Lay widgets out in a row; None stretches, a number is that much room."""
    made = QWidget()
    layout = QHBoxLayout(made)
    layout.setContentsMargins(*margins)
    layout.setSpacing(spacing)
    _fill(layout, widgets)
    return made


def column(
    *widgets: QWidget | int | None, spacing: int = SPACE[1], margins: tuple[int, int, int, int] = (0, 0, 0, 0)
) -> QWidget:
    """Lay widgets out in a column; None stretches, a number is that much room."""
    made = QWidget()
    layout = QVBoxLayout(made)
    layout.setContentsMargins(*margins)
    layout.setSpacing(spacing)
    _fill(layout, widgets)
    return made


def _fill(layout: QHBoxLayout | QVBoxLayout, widgets: Sequence[QWidget | int | None]) -> None:
    for widget in widgets:
        if widget is None:
            layout.addStretch(1)
        elif isinstance(widget, int):
            layout.addSpacing(widget)
        else:
            layout.addWidget(widget)


def facts(pairs: Sequence[tuple[str, str]], *, selectable: bool = True) -> QWidget:
    """Show names and values in two aligned columns."""
    made = QWidget()
    grid = QGridLayout(made)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(SPACE[2])
    grid.setVerticalSpacing(SPACE[0])
    grid.setColumnStretch(1, 1)
    for at, (name, value) in enumerate(pairs):
        grid.addWidget(label(name, "key"), at, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(label(value, wrap=True, selectable=selectable), at, 1)
    return made


def flowing(*widgets: QWidget) -> QWidget:
    """Lay widgets out like words in a paragraph."""
    made = QWidget()
    flow = Flow(made)
    for widget in widgets:
        flow.addWidget(widget)
    return made


def card(*widgets: QWidget | int | None, spacing: int = SPACE[1]) -> QFrame:
    """Frame widgets as one thing."""
    made = QFrame()
    made.setProperty("role", "card")
    layout = QVBoxLayout(made)
    layout.setContentsMargins(SPACE[2], SPACE[2], SPACE[2], SPACE[2])
    layout.setSpacing(spacing)
    _fill(layout, widgets)
    return made


def group(title: str, *parts: QWidget, note: str = "") -> QWidget:
    """Put parts under a small heading."""
    head: list[QWidget | None] = [label(title, "group"), None]
    if note:
        head.append(label(note, "second"))
    return column(row(*head), *parts, spacing=SPACE[0])


def scrolled(inside: QWidget) -> QScrollArea:
    """Let a page scroll up and down only."""
    made = QScrollArea()
    made.setWidget(inside)
    made.setWidgetResizable(True)
    made.setFrameShape(QFrame.Shape.NoFrame)
    made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    return made


def empty_state(icon: QIcon, title: str, text: str, *actions: QPushButton) -> QWidget:
    """Say what an empty place is for, and offer the next thing to do."""
    picture = QLabel()
    picture.setPixmap(icon.pixmap(32, 32))
    picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
    said, told = label(title, "title"), label(text, "second", wrap=True)
    for words in (said, told):
        words.setAlignment(Qt.AlignmentFlag.AlignCenter)
    told.setMinimumWidth(220)
    told.setMaximumWidth(420)
    middle = column(
        picture, said, row(None, told, None), 4, row(None, *actions, None), margins=(16, 16, 16, 16)
    )
    return column(None, middle, None)


def empty(layout: QLayout) -> None:
    """Take everything out of a layout."""
    while layout.count():
        item = layout.takeAt(0)
        widget = item.widget() if item is not None else None
        if widget is not None:
            widget.hide()
            widget.setParent(None)
            widget.deleteLater()


class Elided(QLabel):
    """A label that gives way: where there is no room for all of its text, it ends in an ellipsis."""

    def __init__(self, text: str, role: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        if role:
            self.setProperty("role", role)

    def minimumSizeHint(self) -> QSize:
        """Give room for a few characters."""
        return QSize(min(48, super().sizeHint().width()), super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint what there is room for."""
        room = self.contentsRect()
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, room.width())
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft), shown)
        painter.end()


class ClickRow(QFrame):
    """A row that can be clicked and reached with the keyboard."""

    clicked = Signal()

    def __init__(self, *widgets: QWidget | int | None, tip: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "clickrow")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setToolTip(plain_tip(tip))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACE[1], 5, SPACE[1], 5)
        layout.setSpacing(SPACE[1])
        _fill(layout, widgets)

    def mark(self, chosen: bool) -> None:
        """Show the row as the chosen one."""
        self.setProperty("chosen", "yes" if chosen else "no")
        self.style().unpolish(self)
        self.style().polish(self)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Take a click that ends inside the row."""
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.clicked.emit()

    def keyPressEvent(self, event: object) -> None:
        """Take Return and Space as a click."""
        key = getattr(event, "key", lambda: 0)()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.clicked.emit()
        else:
            super().keyPressEvent(event)  # type: ignore[arg-type]


class Flow(QLayout):
    """Lays widgets out like words in a paragraph."""

    def __init__(self, parent: QWidget | None = None, *, gap: int = SPACE[0]) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap = gap
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        """Add an item at the end."""
        self._items.append(item)

    def count(self) -> int:
        """Give the number of items."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """Give an item, None where there is none."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Take an item out."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def hasHeightForWidth(self) -> bool:
        """Tell that the height follows from the width."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Give the height of the paragraph at a width."""
        return self._arrange(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        """Put the items into their places."""
        super().setGeometry(rect)
        self._arrange(rect, move=True)

    def sizeHint(self) -> QSize:
        """Give the smallest size."""
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        """Give the size of the largest item."""
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        return size

    def _arrange(self, rect: QRect, *, move: bool) -> int:
        x, y, tallest = rect.x(), rect.y(), 0
        for item in self._items:
            hint = item.sizeHint()
            if x + hint.width() > rect.right() + 1 and tallest:
                x, y, tallest = rect.x(), y + tallest + self._gap, 0
            if move:
                item.setGeometry(QRect(x, y, hint.width(), hint.height()))
            x += hint.width() + self._gap
            tallest = max(tallest, hint.height())
        return y + tallest - rect.y()
