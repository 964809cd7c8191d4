"""Symbols in millimetres: pictograms of facilities, gates, poles, boxes, numbers in circles, marks of verdicts."""

from __future__ import annotations

from functools import lru_cache
from threading import get_ident

from PySide6.QtCore import QByteArray, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QPolygonF
from PySide6.QtSvg import QSvgRenderer

from gis_planner.cartography.labels import NUMBER_MM
from gis_planner.cartography.paint_text import Typesetter
from gis_planner.cartography.style import MM_PER_PT, PAPER, PT_HEAD, STATUS_COLOURS, Style
from gis_planner.model.choices import FACILITY_KINDS
from gis_planner.paths import resource

_WHITE = "#FFFFFF"
_ICON_SHARE = 0.74
_PICTOGRAM_FROM_MM = 2.4
_TITLES = {kind.id: kind.zh for kind in FACILITY_KINDS}


def paint_marker(painter: QPainter, type_: Typesetter, style: Style, size_mm: float) -> None:
    """Draw the symbol of a point style around the origin of a painter whose unit is a millimetre."""
    painter.save()
    if style.marker == "facility":
        _paint_facility(painter, type_, style, size_mm)
    elif style.marker == "gate":
        _paint_gate(painter, style.state == "open", size_mm)
    elif style.marker == "pole":
        _paint_ring(painter, style.fill or "", size_mm)
    else:
        _paint_square(painter, style.fill or "", size_mm, filled=style.state != "single")
    painter.restore()


def paint_number(
    painter: QPainter, type_: Typesetter, number: str, colour: str, *, size_mm: float = NUMBER_MM
) -> None:
    """Draw a cluster's number in a circle around the origin."""
    painter.save()
    painter.setPen(QPen(QColor(PAPER), 0.5))
    painter.setBrush(QColor(colour))
    painter.drawEllipse(QPointF(0.0, 0.0), size_mm / 2 + 0.2, size_mm / 2 + 0.2)
    points = PT_HEAD * size_mm / NUMBER_MM * (0.92 if len(number) < 3 else 0.7)
    type_.draw_middle(painter, 0.0, 0.0, number, points, _WHITE, bold=True)
    painter.restore()


def paint_verdict(painter: QPainter, status: str, size_mm: float) -> None:
    """Draw the mark of a verdict around the origin; each has its own shape, so that grey print can be read."""
    half = size_mm / 2.0
    colour = QColor(STATUS_COLOURS[status])
    painter.save()
    painter.setPen(Qt.PenStyle.NoPen)
    thin = QPen(colour, size_mm * 0.1)
    if status == "pass":
        painter.setBrush(colour)
        painter.drawEllipse(QPointF(0.0, 0.0), half, half)
        painter.setPen(_round_pen(_WHITE, size_mm * 0.13))
        painter.drawPolyline(
            QPolygonF(
                [
                    QPointF(-0.48 * half, 0.04 * half),
                    QPointF(-0.12 * half, 0.42 * half),
                    QPointF(0.5 * half, -0.36 * half),
                ]
            )
        )
    elif status == "partial":
        painter.setPen(thin)
        painter.drawEllipse(QPointF(0.0, 0.0), half * 0.95, half * 0.95)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawPie(QRectF(-half, -half, size_mm, size_mm), 90 * 16, 180 * 16)
    elif status == "fail":
        painter.setPen(_round_pen(colour.name(), size_mm * 0.2))
        reach = half * 0.72
        painter.drawLine(QPointF(-reach, -reach), QPointF(reach, reach))
        painter.drawLine(QPointF(-reach, reach), QPointF(reach, -reach))
    elif status == "not_assessed":
        square = QRectF(-half * 0.9, -half * 0.9, size_mm * 0.9, size_mm * 0.9)
        painter.setPen(thin)
        painter.drawRect(square)
        painter.setClipRect(square, Qt.ClipOperation.IntersectClip)
        for step in (-0.9, -0.3, 0.3, 0.9):
            painter.drawLine(QPointF((step - 1.0) * half, half), QPointF((step + 1.0) * half, -half))
    else:
        painter.setPen(QPen(colour, size_mm * 0.16))
        painter.drawLine(QPointF(-half * 0.7, 0.0), QPointF(half * 0.7, 0.0))
    painter.restore()


def paint_arrow(painter: QPainter, colour: str, size_mm: float) -> None:
    """Draw the head of an arrow that points to the right, around the origin."""
    painter.save()
    painter.setPen(QPen(QColor(PAPER), 0.12))
    painter.setBrush(QColor(colour))
    painter.drawPolygon(
        QPolygonF(
            [
                QPointF(size_mm * 0.6, 0.0),
                QPointF(-size_mm * 0.5, -size_mm * 0.42),
                QPointF(-size_mm * 0.5, size_mm * 0.42),
            ]
        )
    )
    painter.restore()


def _paint_facility(painter: QPainter, type_: Typesetter, style: Style, size_mm: float) -> None:
    colour = style.fill or ""
    box = QRectF(-size_mm / 2, -size_mm / 2, size_mm, size_mm)
    corner = size_mm * 0.18
    outlined = style.state == "proposed"
    ground = QColor(_WHITE if outlined else colour)
    if style.state == "closed":
        ground = QColor("#8D949D")
    painter.setPen(QPen(QColor(_WHITE), size_mm * 0.16))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(box, corner, corner)
    edge = QPen(QColor(colour), size_mm * 0.09)
    if outlined:
        edge.setDashPattern([2.0, 1.0])
    painter.setPen(edge if outlined else Qt.PenStyle.NoPen)
    painter.setBrush(QBrush(ground))
    painter.drawRoundedRect(box, corner, corner)
    if size_mm >= _PICTOGRAM_FROM_MM:
        _paint_pictogram(painter, type_, style.symbol, colour if outlined else _WHITE, size_mm)
    if style.state == "closed":
        for pen in (_round_pen(_WHITE, size_mm * 0.2), _round_pen("#C0362C", size_mm * 0.1)):
            painter.setPen(pen)
            painter.drawLine(box.topLeft(), box.bottomRight())
            painter.drawLine(box.topRight(), box.bottomLeft())


def _paint_pictogram(painter: QPainter, type_: Typesetter, kind: str, colour: str, size_mm: float) -> None:
    icon = _icon(kind, colour, get_ident())
    if icon is not None:
        side = size_mm * _ICON_SHARE
        icon.render(painter, QRectF(-side / 2, -side / 2, side, side))
    else:
        type_.draw_middle(
            painter, 0.0, 0.0, _TITLES.get(kind, "?")[:1], size_mm * 0.62 / MM_PER_PT, colour, bold=True
        )


@lru_cache(maxsize=512)
def _icon(kind: str, colour: str, _thread: int) -> QSvgRenderer | None:
    """Load a pictogram in one colour (the files are drawn in white or in the current colour), once for each thread."""
    path = resource("icons") / "facilities" / f"{kind}.svg"
    if not path.is_file():
        return None
    text = path.read_text(encoding="utf-8")
    for word in ("currentColor", "#ffffff", "#FFFFFF", '"#fff"', '"white"'):
        text = text.replace(word, f'"{colour}"' if word.startswith('"') else colour)
    renderer = QSvgRenderer(QByteArray(text.encode("utf-8")))
    return renderer if renderer.isValid() else None


def _paint_gate(painter: QPainter, is_open: bool, size_mm: float) -> None:
    half = size_mm / 2
    painter.setPen(QPen(QColor(_WHITE), size_mm * 0.5))
    painter.drawEllipse(QPointF(0.0, 0.0), half * 0.7, half * 0.7)
    painter.setPen(QPen(QColor("#1B2430"), size_mm * 0.14))
    painter.setBrush(QColor("#FFFFFF" if not is_open else "#1B2430"))
    arrow = QPolygonF(
        [QPointF(0.0, -half), QPointF(half * 0.9, half * 0.7), QPointF(-half * 0.9, half * 0.7)]
    )
    painter.drawPolygon(arrow)
    if not is_open:
        painter.setPen(_round_pen("#C0362C", size_mm * 0.16))
        painter.drawLine(QPointF(-half, -half), QPointF(half, half))
        painter.drawLine(QPointF(-half, half), QPointF(half, -half))


def _paint_ring(painter: QPainter, colour: str, size_mm: float) -> None:
    painter.setPen(QPen(QColor(colour), size_mm * 0.22))
    painter.setBrush(QColor(_WHITE))
    painter.drawEllipse(QPointF(0.0, 0.0), size_mm * 0.4, size_mm * 0.4)


def _paint_square(painter: QPainter, colour: str, size_mm: float, *, filled: bool) -> None:
    painter.setPen(QPen(QColor(colour if not filled else _WHITE), size_mm * 0.18))
    painter.setBrush(QColor(colour if filled else _WHITE))
    painter.drawRect(QRectF(-size_mm * 0.42, -size_mm * 0.42, size_mm * 0.84, size_mm * 0.84))


def _round_pen(colour: str, width: float) -> QPen:
    pen = QPen(QColor(colour), width)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    return pen
