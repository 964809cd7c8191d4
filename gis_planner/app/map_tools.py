"""What the mouse does on the map: look and select, add a facility, move facilities and compounds.

While something is dragged a preview lives in memory; the drop is one edit. Where a facility is held is told at
every movement, so that what it would change can be shown meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen

from gis_planner.app.map_view import MapView
from gis_planner.app.shapes import translucent
from gis_planner.app.tool import Tool

# What lies on top is found first; a cluster only where nothing else is.
PICKED = (
    "facilities",
    "entrances",
    "poles",
    "boxes",
    "shopfronts",
    "compounds",
    "pipelines",
    "power_lines",
    "telecom_lines",
    "kerbs",
    "footprints",
    "neighbours",
    "buildings",
    "roads",
    "parcels",
)
HOVERED = ("facilities", "entrances", "poles", "boxes", "shopfronts", "compounds", "pipelines", "footprints")
_CLICK_PX = 4.0
_LEFT = Qt.MouseButton.LeftButton


def _add_to_selection(event: QMouseEvent) -> bool:
    return bool(event.modifiers() & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.MetaModifier))


class SelectTool(Tool):
    """Click selects, drag moves the map, Shift and drag frames compounds, Ctrl adds to the selection."""

    cursor = Qt.CursorShape.ArrowCursor

    def __init__(
        self,
        *,
        chosen: Callable[[tuple[str, str] | None, bool], object],
        framed: Callable[[tuple[float, float, float, float], bool], object],
        opened: Callable[[tuple[str, str] | None], object],
    ) -> None:
        self._chosen, self._framed, self._opened = chosen, framed, opened
        self._from: QPointF | None = None
        self._frame: QRectF | None = None

    def press(self, view: MapView, event: QMouseEvent) -> None:
        """Begin a click, a pan or a frame."""
        if event.button() == _LEFT:
            self._from = QPointF(event.position())
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self._frame = QRectF(self._from, self._from)

    def move(self, view: MapView, event: QMouseEvent) -> None:
        """Draw the frame, begin to pan, or show what lies under the cursor."""
        if self._frame is not None and self._from is not None:
            self._frame = QRectF(self._from, event.position()).normalized()
            view.update()
        elif self._from is not None and (event.position() - self._from).manhattanLength() > _CLICK_PX:
            view.begin_pan(self._from)
            self._from = None
            view.mouseMoveEvent(event)
        elif self._from is None:
            found = view.pick(event.position(), HOVERED)
            view.hover(found[0] if found else None, event.position())

    def release(self, view: MapView, event: QMouseEvent) -> None:
        """Select what was clicked or framed."""
        if event.button() != _LEFT or self._from is None:
            return
        add, frame = _add_to_selection(event), self._frame
        self._from = self._frame = None
        if frame is not None and max(frame.width(), frame.height()) > _CLICK_PX:
            west, north = view.to_map(frame.topLeft())
            east, south = view.to_map(frame.bottomRight())
            self._framed((west, south, east, north), add)
        else:
            found = view.pick(event.position(), PICKED)
            self._chosen(found[0] if found else None, add)
        view.update()

    def double_click(self, view: MapView, event: QMouseEvent) -> None:
        """Open what was double-clicked."""
        self._from = None
        found = view.pick(event.position(), ("facilities", "compounds", "footprints"))
        self._opened(found[0] if found else None)

    def cancel(self, view: MapView) -> None:
        """Forget a frame that was begun."""
        self._from = self._frame = None

    def paint(self, view: MapView, painter: QPainter) -> None:
        """Draw the frame."""
        if self._frame is not None:
            painter.setPen(QPen(view.theme.color("accent"), 1.2, Qt.PenStyle.DashLine))
            painter.setBrush(translucent(view.theme.accent, 0.08))
            painter.drawRect(self._frame)


class AddFacilityTool(Tool):
    """Each click adds a facility of one kind; Esc ends it."""

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, kind: str, *, added: Callable[[str, float, float], object]) -> None:
        self.kind = kind
        self._added = added
        self._from: QPointF | None = None
        self._at: QPointF | None = None

    def press(self, view: MapView, event: QMouseEvent) -> None:
        """Begin a click or a pan."""
        if event.button() == _LEFT:
            self._from = QPointF(event.position())

    def move(self, view: MapView, event: QMouseEvent) -> None:
        """Let the new facility follow the cursor."""
        self._at = QPointF(event.position())
        if self._from is not None and (event.position() - self._from).manhattanLength() > 2 * _CLICK_PX:
            view.begin_pan(self._from)
            self._from = self._at = None
        view.update()

    def release(self, view: MapView, event: QMouseEvent) -> None:
        """Add the facility where the click was."""
        if event.button() == _LEFT and self._from is not None:
            self._from = None
            self._added(self.kind, *view.to_map(event.position()))

    def double_click(self, view: MapView, event: QMouseEvent) -> None:
        """Take the second press of a double click as a press like any other."""
        self.press(view, event)

    def cancel(self, view: MapView) -> None:
        """Forget a click that was begun."""
        self._from = self._at = None

    def paint(self, view: MapView, painter: QPainter) -> None:
        """Draw the facility to come under the cursor."""
        if self._at is not None:
            _paint_pin(painter, self._at, view.theme.color("accent"))


class MoveTool(Tool):
    """Drag a facility to a new place; `compounds` has whatever else is taken."""

    cursor = Qt.CursorShape.SizeAllCursor

    def __init__(
        self,
        *,
        compounds: Tool,
        facility_moved: Callable[[str, float, float], object],
        facility_tried: Callable[[str, float, float], object],
        let_go: Callable[[], object],
    ) -> None:
        self._compounds = compounds
        self._facility_moved, self._facility_tried, self._let_go = facility_moved, facility_tried, let_go
        self._from: QPointF | None = None
        self._held: str | None = None
        self._at: QPointF | None = None

    def press(self, view: MapView, event: QMouseEvent) -> None:
        """Take hold of a facility under the cursor."""
        if event.button() != _LEFT:
            return
        found = view.pick(event.position(), ("facilities",))
        if found:
            self._held, self._from = found[0][1], QPointF(event.position())
            view.hover(None, event.position())
        else:
            self._compounds.press(view, event)

    def move(self, view: MapView, event: QMouseEvent) -> None:
        """Let what is held follow the cursor."""
        if self._held is None or self._from is None:
            self._compounds.move(view, event)
            found = view.pick(event.position(), ("facilities",))
            if found and not event.buttons():
                view.hover(found[0], event.position())
            return
        if self._at is None and (event.position() - self._from).manhattanLength() <= _CLICK_PX:
            return
        self._at = QPointF(event.position())
        self._facility_tried(self._held, *view.to_map(self._at))
        view.update()

    def release(self, view: MapView, event: QMouseEvent) -> None:
        """Drop what is held: one edit."""
        held, at = self._held, self._at
        if held is None:
            self._compounds.release(view, event)
            return
        self.cancel(view)
        if event.button() == _LEFT and at is not None:
            self._facility_moved(held, *view.to_map(at))

    def double_click(self, view: MapView, event: QMouseEvent) -> None:
        """Take the second press of a double click as a press like any other."""
        self.press(view, event)

    def cancel(self, view: MapView) -> None:
        """Let go without a change."""
        self._compounds.cancel(view)
        if self._at is not None:
            self._let_go()
        self._held = self._from = self._at = None
        view.update()

    def paint(self, view: MapView, painter: QPainter) -> None:
        """Draw the facility at the cursor."""
        self._compounds.paint(view, painter)
        if self._held is None or self._at is None or self._from is None:
            return
        accent = view.theme.color("accent")
        painter.setPen(QPen(accent, 1.5, Qt.PenStyle.DashLine))
        painter.drawLine(self._from, self._at)
        _paint_pin(painter, self._at, accent)


def _paint_pin(painter: QPainter, at: QPointF, colour: QColor) -> None:
    painter.setPen(QPen(QColor("#FFFFFF"), 2))
    painter.setBrush(colour)
    painter.drawRoundedRect(QRectF(at.x() - 9, at.y() - 9, 18, 18), 4, 4)
    painter.setPen(QPen(QColor("#FFFFFF"), 2))
    painter.drawLine(QPointF(at.x() - 4, at.y()), QPointF(at.x() + 4, at.y()))
    painter.drawLine(QPointF(at.x(), at.y() - 4), QPointF(at.x(), at.y() + 4))
