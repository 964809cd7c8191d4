"""The soft terms of a cluster as small bars with their figures, on one scale, so that the eye sees what costs most."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from gis_planner.app.desk import Desk
from gis_planner.app.page_parts import aligned
from gis_planner.app.parts import label
from gis_planner.app.theme import SPACE, Theme

_BAR_PX = 8


class Bar(QWidget):
    """A bar of a share of its room."""

    def __init__(self, share: float, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.share = min(max(share, 0.0), 1.0)
        self._theme = theme
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Take what room there is across."""
        return QSize(90, _BAR_PX)

    def paintEvent(self, event: object) -> None:
        """Paint the ground and the bar."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        room = QRectF(self.rect())
        painter.setBrush(self._theme.color("line"))
        painter.drawRoundedRect(room, _BAR_PX / 2, _BAR_PX / 2)
        if self.share > 0:
            room.setWidth(max(room.width() * self.share, _BAR_PX / 2))
            painter.setBrush(self._theme.color("accent"))
            painter.drawRoundedRect(room, _BAR_PX / 2, _BAR_PX / 2)
        painter.end()


def term_bars(desk: Desk, terms: Mapping[str, float]) -> QWidget:
    """Show every term with a bar as long as its share of the sum, and the sum below."""
    texts = desk.texts
    total = sum(terms.values())
    made = QWidget()
    made.setObjectName("term_bars")
    grid = QGridLayout(made)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(SPACE[2])
    grid.setVerticalSpacing(SPACE[0])
    grid.setColumnStretch(1, 1)
    for at, (name, value) in enumerate(terms.items()):
        grid.addWidget(label(texts(f"app.term.{name}"), "second"), at, 0)
        grid.addWidget(
            Bar(value / total if total > 0 else 0.0, desk.theme), at, 1, Qt.AlignmentFlag.AlignVCenter
        )
        figure = aligned(f"{value:.2f}", 52, "")
        figure.setObjectName(f"term_{name}")
        grid.addWidget(figure, at, 2)
    said = label(texts("app.compare.cost"), "second")
    grid.addWidget(said, len(terms), 0)
    grid.addWidget(aligned(f"{total:.2f}", 52, ""), len(terms), 2)
    return made
