"""The legend over the map: the classes that are really seen, each once."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from gis_planner.app.parts import empty, label, row
from gis_planner.app.swatches import paint_swatch
from gis_planner.app.theme import SPACE
from gis_planner.cartography.legend import LegendEntry

_WIDTH, _HEIGHT = 26, 14
_MOST = 24


class LegendBox(QFrame):
    """Lists classes with small samples under a title; it hides itself where there is nothing to explain."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("legend")
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(10, SPACE[1], 12, SPACE[1])
        self._layout.setSpacing(3)
        self._shown: tuple[str, ...] = ()
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def show_entries(self, title: str, entries: Sequence[LegendEntry]) -> None:
        """Show these classes; nothing is built anew where they are the same as before."""
        wanted = (title, *(f"{entry.text}|{entry.style.id}" for entry in entries[:_MOST]))
        if wanted != self._shown:
            self._shown = wanted
            empty(self._layout)
            self._layout.addWidget(label(title, "group"))
            for entry in entries[:_MOST]:
                self._layout.addWidget(row(self._sample(entry), label(entry.text, "second"), None))
            if len(entries) > _MOST:
                self._layout.addWidget(label("…", "second"))
            self.adjustSize()
        self.setVisible(bool(entries))

    def _sample(self, entry: LegendEntry) -> QLabel:
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap(round(_WIDTH * ratio), round(_HEIGHT * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        paint_swatch(painter, entry.style, _WIDTH, _HEIGHT)
        painter.end()
        made = QLabel()
        made.setPixmap(pixmap)
        return made
