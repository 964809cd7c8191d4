"""Asks for one line of text: a name, a reason."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLineEdit, QVBoxLayout, QWidget

from gis_planner.app.parts import button, label, row
from gis_planner.app.texts import Texts
from gis_planner.app.theme import SPACE


class TextDialog(QDialog):
    """A title, a question, a field, a hint. The texts are `<key>.title`, `.question`, `.hint`, `.do`."""

    def __init__(
        self, texts: Texts, key: str, text: str, parent: QWidget, *, empty_ok: bool = False, **values: str
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(texts(f"{key}.title", **values))
        self.setMinimumWidth(440)
        self._empty_ok = empty_ok
        self.text = text
        self.field = QLineEdit(text)
        self.field.selectAll()
        self.field.textChanged.connect(self._check)
        self.do = button(texts(f"{key}.do"), self.accept, role="primary")
        self.do.setDefault(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(SPACE[4], SPACE[4], SPACE[4], SPACE[3])
        layout.setSpacing(SPACE[1])
        layout.addWidget(label(texts(f"{key}.question", **values), wrap=True))
        layout.addWidget(self.field)
        layout.addWidget(label(texts(f"{key}.hint"), "second", wrap=True))
        layout.addSpacing(SPACE[1])
        layout.addWidget(row(None, button(texts("app.cancel"), self.reject), self.do))
        self._check()

    def _check(self) -> None:
        self.text = self.field.text().strip()
        self.do.setEnabled(self._empty_ok or bool(self.text))
