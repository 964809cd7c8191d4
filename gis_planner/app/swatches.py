"""A small picture of how a class of the map looks."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from gis_planner.app.icons import facility_icon
from gis_planner.app.shapes import translucent
from gis_planner.cartography.style import FAMILY_COLOURS, PAPER, Style

_PX_PER_MM = 96 / 25.4


def paint_swatch(painter: QPainter, style: Style, width: float, height: float) -> None:
    """Paint a style into the upper left corner of a painter, as an area, a line or a symbol."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    {"area": _area, "line": _line, "point": _point}[style.shape](painter, style, width, height)


def _area(painter: QPainter, style: Style, width: float, height: float) -> None:
    box = QRectF(1.5, 1.5, width - 3, height - 3)
    painter.fillRect(box, QColor(PAPER))
    if style.fill is not None:
        painter.fillRect(box, translucent(style.fill, style.fill_alpha))
    if style.hatch is not None:
        painter.save()
        painter.setClipRect(box)
        painter.setPen(QPen(QColor(style.hatch.colour), 1))
        for step in range(-1, 6):
            painter.drawLine(QPointF(step * 5, height), QPointF(step * 5 + height, 0))
        painter.restore()
    edge = style.strokes[-1].colour if style.strokes else "#C5CCD4"
    painter.setPen(QPen(QColor(edge), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRect(box)


def _line(painter: QPainter, style: Style, width: float, height: float) -> None:
    for stroke in style.strokes:
        pen = QPen(QColor(stroke.colour), min(max(stroke.width_mm * _PX_PER_MM, 1.2), 5.0))
        if stroke.dash_mm:
            unit = max(pen.widthF(), 1.0)
            pen.setDashPattern([max(d * _PX_PER_MM / unit, 0.5) for d in stroke.dash_mm])
            pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        painter.setPen(pen)
        painter.drawLine(QPointF(1, height / 2), QPointF(width - 1, height / 2))


def _point(painter: QPainter, style: Style, width: float, height: float) -> None:
    if style.marker == "facility":
        side = height + 1
        icon = facility_icon(style.symbol or "other", round(side))
        painter.drawPixmap(
            QPointF((width - side) / 2, (height - side) / 2), icon.pixmap(round(side), round(side))
        )
        return
    colour = style.fill or (style.strokes[0].colour if style.strokes else FAMILY_COLOURS["civic"])
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    side = height - 3
    painter.drawRoundedRect(QRectF((width - side) / 2, 1.5, side, side), 3, 3)
