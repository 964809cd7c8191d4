"""The command palette: every action by a few letters of its name."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QFrame,
    QHeaderView,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gis_planner.app.actions import Actions
from gis_planner.app.icons import blank_icon
from gis_planner.app.texts import Texts
from gis_planner.app.theme import SPACE

_WIDTH, _HEIGHT = 560, 400
_ACTION = Qt.ItemDataRole.UserRole


class Palette(QFrame):
    """A field and a list of what can be done now; Return does it, Esc leaves."""

    def __init__(self, actions: Actions, texts: Texts, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.setObjectName("palette")
        self.setProperty("role", "card")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._actions, self._texts = actions, texts
        self.field = QLineEdit()
        self.field.setPlaceholderText(texts("app.palette.hint"))
        self.field.textChanged.connect(self._fill)
        self.field.installEventFilter(self)
        self.list = QTreeWidget()
        self.list.setColumnCount(2)
        self.list.header().hide()
        self.list.header().setStretchLastSection(False)
        self.list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.list.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.list.setRootIsDecorated(False)
        self.list.setIconSize(QSize(18, 18))
        self.list.itemActivated.connect(self._do)
        self.list.itemClicked.connect(self._do)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE[1], SPACE[1], SPACE[1], SPACE[1])
        layout.setSpacing(SPACE[1])
        layout.addWidget(self.field)
        layout.addWidget(self.list, 1)
        self._fill("")

    def show_over(self, window: QWidget) -> None:
        """Show the palette in the upper middle of the window."""
        self.resize(_WIDTH, _HEIGHT)
        corner = window.mapToGlobal(window.rect().topLeft())
        self.move(corner.x() + (window.width() - _WIDTH) // 2, corner.y() + 60)
        self.show()
        self.field.setFocus()

    def _fill(self, text: str) -> None:
        words = text.lower().split()
        self.list.clear()
        for action in self._actions.all():
            said = f"{action.text()} {action.objectName().replace('_', ' ')}".lower()
            if (
                action.objectName() == "palette"
                or not action.isEnabled()
                or not all(word in said for word in words)
            ):
                continue
            keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            item = QTreeWidgetItem([action.text().replace("&&", "&"), keys])
            item.setIcon(0, action.icon() if not action.icon().isNull() else blank_icon())
            item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            item.setData(0, _ACTION, action)
            self.list.addTopLevelItem(item)
        self._choose(0)

    @property
    def found(self) -> list[QAction]:
        """The actions that are listed."""
        items = [self.list.topLevelItem(at) for at in range(self.list.topLevelItemCount())]
        return [item.data(0, _ACTION) for item in items if item is not None]

    def _choose(self, at: int) -> None:
        item = self.list.topLevelItem(at)
        if item is not None:
            self.list.setCurrentItem(item)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the arrows and Return of the field work the list."""
        if watched is self.field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            move = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
            n, item = self.list.topLevelItemCount(), self.list.currentItem()
            if move and n and item is not None:
                self._choose((self.list.indexOfTopLevelItem(item) + move) % n)
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and item is not None:
                self._do(item)
                return True
        return super().eventFilter(watched, event)

    def _do(self, item: QTreeWidgetItem, _column: int = 0) -> None:
        action = item.data(0, _ACTION)
        self.close()
        if isinstance(action, QAction):
            action.trigger()
