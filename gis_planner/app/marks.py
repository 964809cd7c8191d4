"""The marks of verdicts, painted: shape and colour, readable without colour.

达标 a filled circle with a tick, 基本达标 a half circle, 未达标 a cross, 未评估 a hatched square, 不涉及 a dash.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from gis_planner.app.theme import Theme, sized
from gis_planner.model.standard import Status


def paint_mark(painter: QPainter, square: QRectF, status: Status, theme: Theme) -> None:
    """Paint the mark of a verdict into a square."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    colour = QColor(theme.verdict(status))
    side = min(square.width(), square.height())
    box = QRectF(0, 0, side, side)
    box.moveCenter(square.center())
    pen = QPen(
        colour,
        max(side * 0.11, 1.2),
        Qt.PenStyle.SolidLine,
        Qt.PenCapStyle.RoundCap,
        Qt.PenJoinStyle.RoundJoin,
    )
    {"pass": _tick, "partial": _half, "fail": _cross, "not_assessed": _hatched, "not_applicable": _dash}[
        status
    ](painter, box, pen, theme)
    painter.restore()


def _tick(painter: QPainter, box: QRectF, pen: QPen, theme: Theme) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(pen.color())
    painter.drawEllipse(box)
    pen.setColor(theme.color("surface"))
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPolyline([_at(box, 0.28, 0.53), _at(box, 0.44, 0.68), _at(box, 0.73, 0.36)])


def _half(painter: QPainter, box: QRectF, pen: QPen, theme: Theme) -> None:
    inner = box.adjusted(pen.widthF() / 2, pen.widthF() / 2, -pen.widthF() / 2, -pen.widthF() / 2)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(pen.color())
    painter.drawPie(inner, 90 * 16, 180 * 16)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(inner)


def _cross(painter: QPainter, box: QRectF, pen: QPen, theme: Theme) -> None:
    pen.setWidthF(pen.widthF() * 1.5)
    painter.setPen(pen)
    painter.drawLine(_at(box, 0.18, 0.18), _at(box, 0.82, 0.82))
    painter.drawLine(_at(box, 0.82, 0.18), _at(box, 0.18, 0.82))


def _hatched(painter: QPainter, box: QRectF, pen: QPen, theme: Theme) -> None:
    frame = box.adjusted(box.width() * 0.08, box.width() * 0.08, -box.width() * 0.08, -box.width() * 0.08)
    thin = QPen(pen)
    thin.setWidthF(max(pen.widthF() * 0.7, 1.0))
    thin.setCapStyle(Qt.PenCapStyle.FlatCap)
    outline = QPainterPath()
    outline.addRoundedRect(frame, box.width() * 0.1, box.width() * 0.1)
    painter.setPen(thin)
    painter.save()
    painter.setClipPath(outline, Qt.ClipOperation.IntersectClip)
    for share in (0.35, 0.7, 1.05, 1.4, 1.75):
        painter.drawLine(_at(box, share - 1.0 + 0.0, 1.0), _at(box, share, 0.0))
    painter.restore()
    painter.drawPath(outline)


def _dash(painter: QPainter, box: QRectF, pen: QPen, theme: Theme) -> None:
    pen.setWidthF(pen.widthF() * 1.3)
    painter.setPen(pen)
    painter.drawLine(_at(box, 0.18, 0.5), _at(box, 0.82, 0.5))


def _at(box: QRectF, across: float, down: float) -> QPointF:
    return QPointF(box.x() + box.width() * across, box.y() + box.height() * down)


def mark_pixmap(status: Status, theme: Theme, side: int, ratio: float) -> QPixmap:
    """Give a verdict's mark as a pixmap of `side` logical pixels."""
    pixmap = QPixmap(round(side * ratio), round(side * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    paint_mark(painter, QRectF(0.5, 0.5, side - 1, side - 1), status, theme)
    painter.end()
    return pixmap


class MarkLabel(QWidget):
    """A verdict's mark as a widget of its own."""

    def __init__(self, status: Status, theme: Theme, side: int = 14, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._status: Status = status
        self._theme = theme
        self._side = side
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Give the size of the mark."""
        return QSize(self._side, self._side)

    def paintEvent(self, event: object) -> None:
        """Paint the mark."""
        painter = QPainter(self)
        paint_mark(painter, QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), self._status, self._theme)
        painter.end()


def paint_number(painter: QPainter, circle: QRectF, number: int, colour: str) -> None:
    """Paint a cluster's number into a circle of the cluster's colour, as on the map."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colour))
    painter.drawEllipse(circle)
    painter.setPen(QColor("#FFFFFF"))
    painter.setFont(sized(painter.font(), 11 if number < 100 else 9, bold=True))
    painter.drawText(circle, Qt.AlignmentFlag.AlignCenter, f"{number:02d}")
    painter.restore()


class NumberLabel(QWidget):
    """A cluster's number in its circle."""

    def __init__(self, number: int, colour: str, side: int = 26, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._number, self._colour, self._side = number, colour, side
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        """Give the size of the circle."""
        return QSize(self._side, self._side)

    def paintEvent(self, event: object) -> None:
        """Paint the number."""
        painter = QPainter(self)
        paint_number(painter, QRectF(self.rect()).adjusted(1, 1, -1, -1), self._number, self._colour)
        painter.end()
