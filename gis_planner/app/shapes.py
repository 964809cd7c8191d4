"""Shapes drawn over the map: from the project's metres to paths in the pixels of a view."""

from __future__ import annotations

import math

import numpy as np
import shapely
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QPolygonF
from shapely.geometry.base import BaseGeometry

from gis_planner.app.theme import Theme
from gis_planner.cartography.view import View


def to_path(shape: BaseGeometry, view: View, *, point_px: float = 7.0) -> QPainterPath:
    """Give a geometry as a path in the view's pixels; points become circles."""
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.OddEvenFill)
    for part in shapely.get_parts(shape) if not shape.is_empty else ():
        _add(path, part, view, point_px)
    return path


def _add(path: QPainterPath, part: BaseGeometry, view: View, point_px: float) -> None:
    if isinstance(part, shapely.Point):
        path.addEllipse(QPointF(*view.to_view(part.x, part.y)), point_px, point_px)
    elif isinstance(part, shapely.Polygon):
        for ring in (part.exterior, *part.interiors):
            path.addPolygon(_polyline(ring, view))
            path.closeSubpath()
    elif part.geom_type in ("LineString", "LinearRing"):
        path.addPolygon(_polyline(part, view))
    else:
        path.addPath(to_path(part, view, point_px=point_px))


def _polyline(line: BaseGeometry, view: View) -> QPolygonF:
    xy = shapely.get_coordinates(line)
    u = (xy[:, 0] - view.x) / view.metres_per_unit + view.width / 2.0
    v = (view.y - xy[:, 1]) / view.metres_per_unit + view.height / 2.0
    return QPolygonF([QPointF(a, b) for a, b in zip(u.tolist(), v.tolist(), strict=True)])


def stroke(
    painter: QPainter,
    path: QPainterPath,
    colour: QColor,
    width: float,
    *,
    halo: QColor | None = None,
    dashes: tuple[float, ...] = (),
) -> None:
    """Draw a path's line, with a wider one in `halo` under it so that it stands off any ground."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if halo is not None:
        painter.setPen(_pen(halo, width + 3.0))
        painter.drawPath(path)
    pen = _pen(colour, width)
    if dashes:
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        pen.setDashPattern(list(dashes))
    painter.setPen(pen)
    painter.drawPath(path)


def _pen(colour: QColor, width: float) -> QPen:
    return QPen(colour, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)


def translucent(colour: str, alpha: float) -> QColor:
    """Give a colour with an opacity from 0 to 1."""
    made = QColor(colour)
    made.setAlphaF(alpha)
    return made


def paint_tag(
    painter: QPainter, lines: list[str], at: QPointF, room: QRectF, theme: Theme, font: QFont
) -> None:
    """Paint a small tag of text beside a place, kept inside `room`; the first line is bold."""
    bold = QFont(font)
    bold.setBold(True)
    fonts = [bold, *[font] * (len(lines) - 1)]
    metrics = [QFontMetricsF(f) for f in fonts]
    width = max(m.horizontalAdvance(line) for m, line in zip(metrics, lines, strict=True)) + 16.0
    height = sum(m.height() for m in metrics) + 8.0
    box = QRectF(at.x() + 14.0, at.y() + 16.0, width, height)
    if box.right() > room.right() - 4:
        box.moveRight(at.x() - 8.0)
    if box.bottom() > room.bottom() - 4:
        box.moveBottom(at.y() - 10.0)
    box.moveLeft(max(box.left(), room.left() + 4))
    painter.setPen(QPen(theme.color("strong_line"), 1))
    painter.setBrush(theme.color("raised"))
    painter.drawRoundedRect(box, 5, 5)
    top = box.top() + 4.0
    for line, f, m in zip(lines, fonts, metrics, strict=True):
        painter.setFont(f)
        painter.setPen(theme.color("text" if f is bold else "second"))
        painter.drawText(QRectF(box.left() + 8, top, width, m.height()), Qt.AlignmentFlag.AlignVCenter, line)
        top += m.height()


def paint_scale_bar(
    painter: QPainter, view: View, left: float, bottom: float, theme: Theme, font: QFont
) -> None:
    """Paint a scale bar of a round length, about a hundred pixels long, its lower left corner at a place."""
    wanted = 110.0 * view.metres_per_unit
    power = 10.0 ** math.floor(math.log10(wanted))
    metres = max((step * power for step in (1.0, 2.0, 5.0) if step * power <= wanted), default=power)
    length = metres / view.metres_per_unit
    label = f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m"
    painter.setFont(font)
    text_w = QFontMetricsF(font).horizontalAdvance(label)
    ground = QRectF(left, bottom - 24, length + text_w + 26, 24)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(translucent(theme.raised, 0.85))
    painter.drawRoundedRect(ground, 5, 5)
    painter.setPen(QPen(theme.color("text"), 1.5))
    x, y = left + 8.0, bottom - 8.0
    painter.drawPolyline(
        QPolygonF([QPointF(x, y - 6), QPointF(x, y), QPointF(x + length, y), QPointF(x + length, y - 6)])
    )
    painter.drawText(
        QRectF(x + length + 6, bottom - 24, text_w + 8, 24), Qt.AlignmentFlag.AlignVCenter, label
    )


def extent_of(shapes: list[BaseGeometry]) -> tuple[float, float, float, float] | None:
    """Give west, south, east, north of some geometries, None where there is nothing."""
    bounds = [b for b in (shapely.bounds(s) for s in shapes) if not np.isnan(b).any()]
    if not bounds:
        return None
    table = np.array(bounds)
    return (
        float(table[:, 0].min()),
        float(table[:, 1].min()),
        float(table[:, 2].max()),
        float(table[:, 3].max()),
    )
