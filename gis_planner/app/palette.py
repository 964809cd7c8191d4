"""The command palette: every action by a few letters of its name."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QFrame, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from gis_planner.app.actions import Actions
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
        self.list = QListWidget()
        self.list.setIconSize(QSize(16, 16))
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
            item = QListWidgetItem(action.icon(), f"{action.text()}    {keys}" if keys else action.text())
            item.setData(_ACTION, action)
            self.list.addItem(item)
        self.list.setCurrentRow(0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the arrows and Return of the field work the list."""
        if watched is self.field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            move = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
            if move and self.list.count():
                self.list.setCurrentRow((self.list.currentRow() + move) % self.list.count())
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.list.currentItem() is not None:
                self._do(self.list.currentItem())
                return True
        return super().eventFilter(watched, event)

    def _do(self, item: QListWidgetItem) -> None:
        action = item.data(_ACTION)
        self.close()
        if isinstance(action, QAction):
            action.trigger()
