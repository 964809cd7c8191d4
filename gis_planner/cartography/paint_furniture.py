"""The furniture of a map: coordinate ticks, scale bar, north arrow, the small map that says where."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from gis_planner.cartography.furniture import make_scale_bar, make_ticks
from gis_planner.cartography.paint_text import Typesetter
from gis_planner.cartography.sheet_layout import STRIP_MM, Box
from gis_planner.cartography.style import INK, INK_SECOND, PT_SMALL, PT_TEXT
from gis_planner.cartography.view import Extent, View

_TICK_MM = 2.2


def paint_coordinates(painter: QPainter, type_: Typesetter, frame: Box, view: View) -> None:
    """Draw ticks at round coordinates along a map frame, their values in the strip around it, crosses within."""
    painter.save()
    ticks = make_ticks(view)
    painter.setPen(QPen(QColor(INK), 0.2))
    middle = STRIP_MM / 2.0 + 0.1
    for tick in ticks:
        value = f"{tick.metres:.0f}"
        half = type_.width(value, PT_SMALL) / 2.0
        if tick.edge == "easting":
            x = frame.x + tick.at_mm
            painter.drawLine(QPointF(x, frame.y), QPointF(x, frame.y + _TICK_MM))
            painter.drawLine(QPointF(x, frame.bottom), QPointF(x, frame.bottom - _TICK_MM))
            if half < tick.at_mm < frame.width - half:
                type_.draw_middle(painter, x, frame.y - middle, value, PT_SMALL, INK_SECOND)
                type_.draw_middle(painter, x, frame.bottom + middle, value, PT_SMALL, INK_SECOND)
        else:
            y = frame.y + tick.at_mm
            painter.drawLine(QPointF(frame.x, y), QPointF(frame.x + _TICK_MM, y))
            painter.drawLine(QPointF(frame.right, y), QPointF(frame.right - _TICK_MM, y))
            if half < tick.at_mm < frame.height - half:
                for x in (frame.x - middle, frame.right + middle):
                    painter.save()
                    painter.translate(x, y)
                    painter.rotate(-90.0)
                    type_.draw_middle(painter, 0.0, 0.0, value, PT_SMALL, INK_SECOND)
                    painter.restore()
    painter.setPen(QPen(QColor("#7A828C"), 0.12))
    for easting in (tick for tick in ticks if tick.edge == "easting"):
        for northing in (tick for tick in ticks if tick.edge == "northing"):
            x, y = frame.x + easting.at_mm, frame.y + northing.at_mm
            painter.drawLine(QPointF(x - 1.5, y), QPointF(x + 1.5, y))
            painter.drawLine(QPointF(x, y - 1.5), QPointF(x, y + 1.5))
    painter.restore()


def paint_scale_bar(painter: QPainter, type_: Typesetter, box: Box, scale: float) -> None:
    """Draw a scale bar with its numbers, and 1:scale below, within a box."""
    bar = make_scale_bar(scale, longest_mm=box.width - 8.0)
    length = bar.part_mm * bar.parts
    left, y = box.x + (box.width - length) / 2.0, box.y + box.height * 0.42
    painter.save()
    painter.setPen(QPen(QColor(INK), 0.2))
    for part in range(bar.parts):
        painter.setBrush(QColor(INK if part % 2 == 0 else "#FFFFFF"))
        painter.drawRect(QRectF(left + part * bar.part_mm, y, bar.part_mm, 1.3))
    painter.restore()
    for part in range(0, bar.parts + 1, 1 if bar.part_mm > 7.0 else bar.parts):
        text = f"{part * bar.part_m:g}" + (" m" if part == bar.parts else "")
        shift = type_.width(" m", PT_SMALL) / 2.0 if part == bar.parts else 0.0
        type_.draw(painter, left + part * bar.part_mm + shift, y - 1.2, text, PT_SMALL, INK, anchor=0.5)
    type_.draw(painter, box.x + box.width / 2.0, y + 6.0, f"1:{scale:g}", PT_TEXT, INK, bold=True, anchor=0.5)


def paint_north(painter: QPainter, type_: Typesetter, box: Box, label: str) -> None:
    """Draw an arrow to the north of the grid, half filled, with its label."""
    height = min(box.height - 5.5, 17.0)
    top, x, half = box.y + (box.height - height - 4.5) / 2.0, box.x + box.width / 2.0, height * 0.24
    tip, foot, notch = QPointF(x, top), top + height, QPointF(x, top + height * 0.76)
    painter.save()
    painter.setPen(QPen(QColor(INK), 0.2))
    painter.setBrush(QColor(INK))
    painter.drawPolygon(QPolygonF([tip, QPointF(x - half, foot), notch]))
    painter.setBrush(QColor("#FFFFFF"))
    painter.drawPolygon(QPolygonF([tip, QPointF(x + half, foot), notch]))
    painter.restore()
    type_.draw(painter, x, foot + 3.6, label, PT_SMALL, INK, anchor=0.5)


def paint_extent(painter: QPainter, frame: Box, view: View, extent: Extent) -> None:
    """Mark on a small map what the large one shows."""
    (left, top), (right, bottom) = view.to_view(extent[0], extent[3]), view.to_view(extent[2], extent[1])
    painter.save()
    painter.setClipRect(QRectF(frame.x, frame.y, frame.width, frame.height), Qt.ClipOperation.IntersectClip)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for colour, width in (("#FFFFFF", 1.0), (INK, 0.4)):
        painter.setPen(QPen(QColor(colour), width))
        painter.drawRect(QRectF(frame.x + left, frame.y + top, right - left, bottom - top))
    painter.restore()
