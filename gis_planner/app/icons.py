"""The icons of actions and facilities, recoloured for the theme."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from gis_planner.app.theme import Theme
from gis_planner.cartography.style import FAMILY_COLOURS, KIND_FAMILY
from gis_planner.paths import resource

# The colour that the shipped icons are drawn in.
_DRAWN_IN = "#1B2430"


def action_icon(name: str, theme: Theme, *, token: str = "text") -> QIcon:
    """Give an action's icon in a token's colour, dimmed where it is disabled; an empty one when there is none."""
    path = resource("icons/actions") / f"{name}.svg"
    if not path.is_file():
        return QIcon()
    drawing = path.read_text(encoding="utf-8")
    icon = QIcon()
    for mode, colour in ((QIcon.Mode.Normal, token), (QIcon.Mode.Disabled, "disabled")):
        for ratio in (1.0, 2.0):
            icon.addPixmap(
                _drawn(drawing.replace(_DRAWN_IN, getattr(theme, colour)), QSize(18, 18), ratio), mode
            )
    return icon


def facility_icon(kind: str, side: int = 18) -> QIcon:
    """Give the pictogram of a kind of facility as it stands on the map: white on a square of its family's colour."""
    path = resource("icons/facilities") / f"{kind}.svg"
    icon = QIcon()
    for ratio in (1.0, 2.0):
        pixmap = QPixmap(QSize(side, side) * ratio)
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(FAMILY_COLOURS[KIND_FAMILY.get(kind, "other")]))
        painter.drawRoundedRect(QRectF(0, 0, side, side), side * 0.2, side * 0.2)
        if path.is_file():
            QSvgRenderer(str(path)).render(
                painter, QRectF(side * 0.14, side * 0.14, side * 0.72, side * 0.72)
            )
        painter.end()
        icon.addPixmap(pixmap)
    return icon


def blank_icon() -> QIcon:
    """Give an icon that shows nothing but takes the room of one, so that texts stand in line."""
    pixmap = QPixmap(18, 18)
    pixmap.fill(Qt.GlobalColor.transparent)
    return QIcon(pixmap)


def app_icon() -> QIcon:
    """Give the program's own icon."""
    return QIcon(str(resource("icons") / "app.png"))


def _drawn(drawing: str, size: QSize, ratio: float) -> QPixmap:
    pixmap = QPixmap(size * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(drawing.encode())).render(painter, QRectF(0, 0, size.width(), size.height()))
    painter.end()
    return pixmap
