"""What is drawn over the picture of the map: shapes with a line and an inside, and small tags at places.

They are painted anew at every movement of the hand, so they are few; the map itself is never painted for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QFont, QPainter, QPen
from shapely.geometry.base import BaseGeometry

from gis_planner.app.shapes import paint_tag, stroke, to_path, translucent
from gis_planner.app.theme import Theme
from gis_planner.cartography.view import View

_LOCK = "#1B2430"
_HATCHES = {45.0: Qt.BrushStyle.BDiagPattern, -45.0: Qt.BrushStyle.FDiagPattern}


@dataclass(frozen=True, eq=False)
class Drawn:
    """One geometry drawn over the map: how it is marked.

    `filling` is the colour of its inside where that is not `colour`; `hatch` a colour and the angle of its lines.
    """

    shape: BaseGeometry
    colour: str
    width: float = 2.5
    fill: float = 0.0
    dashes: tuple[float, ...] = ()
    halo: bool = True
    filling: str = ""
    hatch: tuple[str, float] | None = None


@dataclass(frozen=True, eq=False)
class Overlays:
    """What is drawn over the map, bottom first, small tags at places, and padlocks beside places.

    A padlock is (x, y, right, up): a place in metres, and how many pixels from there.
    """

    drawn: Sequence[Drawn] = ()
    tags: Sequence[tuple[float, float, str]] = field(default_factory=tuple)
    locks: Sequence[tuple[float, float, float, float]] = field(default_factory=tuple)


def paint_drawn(painter: QPainter, drawn: Sequence[Drawn], view: View) -> None:
    """Paint shapes over the map, bottom first."""
    halo = translucent("#FFFFFF", 0.85)
    for item in drawn:
        path = to_path(item.shape, view)
        if item.fill:
            painter.fillPath(path, translucent(item.filling or item.colour, item.fill))
        if item.hatch is not None:
            pattern = _HATCHES.get(item.hatch[1], Qt.BrushStyle.HorPattern)
            painter.fillPath(path, QBrush(QColor(item.hatch[0]), pattern))
        stroke(
            painter,
            path,
            translucent(item.colour, 1.0),
            item.width,
            halo=halo if item.halo else None,
            dashes=item.dashes,
        )


def paint_locks(painter: QPainter, overlays: Overlays, view: View) -> None:
    """Paint the padlocks of what is locked."""
    for x, y, right, up in overlays.locks:
        u, v = view.to_view(x, y)
        paint_lock(painter, QPointF(u + right, v - up))


def paint_lock(painter: QPainter, at: QPointF) -> None:
    """Paint a small closed padlock, its middle at a place, on a round ground that stands off any colour."""
    painter.setPen(QPen(QColor(_LOCK), 1.0))
    painter.setBrush(QColor("#FFFFFF"))
    painter.drawEllipse(at, 8.0, 8.0)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(_LOCK), 1.6))
    painter.drawArc(QRectF(at.x() - 2.6, at.y() - 5.2, 5.2, 6.4), 0, 180 * 16)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(_LOCK))
    painter.drawRoundedRect(QRectF(at.x() - 4.0, at.y() - 1.6, 8.0, 5.8), 1.2, 1.2)


def paint_tags(
    painter: QPainter, overlays: Overlays, view: View, room: QRectF, theme: Theme, font: QFont
) -> None:
    """Paint the tags beside their places."""
    for x, y, text in overlays.tags:
        paint_tag(painter, [text], QPointF(*view.to_view(x, y)), room, theme, font)
