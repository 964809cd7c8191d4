"""The map on the screen.

A worker paints a picture of the scene, somewhat larger than the window; the window only copies it, moved and scaled
as the hand pans and zooms, until the next picture comes. Selection, hover, routes and rubber bands are drawn over the
copy, so that pointing and clicking never paint the map anew.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from gis_planner.app.drawn import Overlays, paint_drawn, paint_locks, paint_tags
from gis_planner.app.jobs import JobRunner
from gis_planner.app.shapes import paint_scale_bar, paint_tag, stroke, to_path, translucent
from gis_planner.app.theme import SECOND_PX, Theme, sized
from gis_planner.app.tool import Tool
from gis_planner.cartography.paint_scene import MapPainter
from gis_planner.cartography.scene_values import Scene
from gis_planner.cartography.style import PAPER
from gis_planner.cartography.view import Extent, View
from gis_planner.messages import Message
from gis_planner.progress import Progress

# How much larger than the window the picture is, on each side, so that a pan shows no empty edge.
_MARGIN = 0.25
_SETTLE_MS = 45
_MIN_SCALE_M, _MAX_SCALE_M = 0.02, 2_000.0
_POINT_SURROUNDINGS_M = 150.0
_LARGE_ENOUGH = 0.15
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


@dataclass(frozen=True, eq=False)
class _Picture:
    image: QImage
    view: View


class MapView(QWidget):
    """Shows a scene, and lets a hand move over it.

    `pointed(x, y)` follows the cursor in metres (None, None when it leaves); `view_changed` after every pan or zoom;
    `menu_wanted(place)` asks for the menu of what lies there; `painted` when a new picture is on the screen.
    """

    pointed = Signal(object, object)
    view_changed = Signal()
    painted = Signal()
    escaped = Signal()
    menu_wanted = Signal(object)

    def __init__(self, theme: Theme, tool: Tool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("map")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.theme = theme
        self.view: View | None = None
        self.scene: Scene | None = None
        self.describe: Callable[[str, str], list[str]] = lambda key, feature: []
        self.hovered: tuple[str, str] | None = None
        self._tool = tool
        self._painter: MapPainter | None = None
        self._visible: frozenset[str] = frozenset()
        self._order: tuple[str, ...] | None = None
        self._picture: _Picture | None = None
        self._overlays = Overlays()
        self._hover_at: QPointF | None = None
        # Scenes are built and painted one after the other: a painter works in one thread at a time.
        self.jobs = JobRunner(self)
        self._stop = threading.Event()
        self._stale = False
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.timeout.connect(self._paint_picture)
        self._pan_from: QPointF | None = None
        self.setCursor(tool.cursor)

    # what is shown

    def show_scene(self, scene: Scene | None, painter: MapPainter | None, *, fit: bool = False) -> None:
        """Show a scene with the painter that was made for it; the view stays unless there was none or `fit`."""
        self.scene, self._painter = scene, painter
        self.hovered = None
        if scene is None or scene.extent is None:
            if scene is None:
                self.view, self._picture = None, None
        elif fit or self.view is None:
            self._go(View.fitted(scene.extent, max(self.width(), 1), max(self.height(), 1)))
        self._repaint_soon(0)
        self.update()

    def show_layers(self, visible: Collection[str], order: Sequence[str] | None = None) -> None:
        """Show only the layers of these keys, in this order from the bottom up (None: the scene's own)."""
        wanted = tuple(order) if order is not None else None
        if (frozenset(visible), wanted) != (self._visible, self._order):
            self._visible, self._order = frozenset(visible), wanted
            self._repaint_soon(0)

    @property
    def visible_layers(self) -> frozenset[str]:
        """The keys of the layers that are shown."""
        return self._visible

    def show_overlays(self, overlays: Overlays) -> None:
        """Draw these over the map."""
        self._overlays = overlays
        self.update()

    def use_tool(self, tool: Tool) -> None:
        """Let the mouse do something else."""
        self._tool.cancel(self)
        self._tool = tool
        self.setCursor(tool.cursor)
        self.update()

    @property
    def tool(self) -> Tool:
        """What the mouse does now."""
        return self._tool

    # where one looks

    def look(self, view: View) -> None:
        """Look where another map looked: its centre and scale."""
        self._go(view.resized(max(self.width(), 1), max(self.height(), 1)))

    def fit(self) -> None:
        """Show everything."""
        if self.scene is not None and self.scene.extent is not None:
            self._go(View.fitted(self.scene.extent, self.width(), self.height()))

    def show_extent(self, extent: Extent, *, margin: float = 0.18) -> None:
        """Show an extent; a point is shown with its surroundings."""
        west, south, east, north = extent
        half = _POINT_SURROUNDINGS_M
        if east - west < half and north - south < half:
            x, y = (west + east) / 2, (south + north) / 2
            extent = (x - half, y - half, x + half, y + half)
        self._go(View.fitted(extent, max(self.width(), 1), max(self.height(), 1), margin=margin))

    def make_visible(self, extent: Extent) -> None:
        """Move only where an extent is not already seen whole and large enough to be looked at."""
        if self.view is None:
            return
        west, south, east, north = self.view.extent
        inside = west <= extent[0] and south <= extent[1] and extent[2] <= east and extent[3] <= north
        if not inside or max(extent[2] - extent[0], extent[3] - extent[1]) < (east - west) * _LARGE_ENOUGH:
            self.show_extent(extent)

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom around a place of the window, its middle where none is given."""
        if self.view is None:
            return
        metres = self.view.metres_per_unit / factor
        if not _MIN_SCALE_M <= metres <= _MAX_SCALE_M:
            return
        place = at if at is not None else QPointF(self.width() / 2, self.height() / 2)
        self._go(self.view.zoomed(factor, place.x(), place.y()))

    def pan(self, across: float, down: float) -> None:
        """Move the map by pixels."""
        if self.view is not None:
            self._go(self.view.panned(across, down))

    def _go(self, view: View) -> None:
        self.view = view
        self._hover_at = None
        self._repaint_soon()
        self.view_changed.emit()
        self.update()

    def to_map(self, place: QPointF) -> tuple[float, float]:
        """Give the point of the map under a place of the window."""
        assert self.view is not None
        return self.view.to_map(place.x(), place.y())

    def pick(self, place: QPointF, keys: Sequence[str], *, reach_px: float = 5.0) -> list[tuple[str, str]]:
        """Find the visible features under a place of the window: (key, id), in the order of `keys`."""
        if self.scene is None or self.view is None:
            return []
        x, y = self.to_map(place)
        wanted = [key for key in keys if key in self._visible]
        return self.scene.pick(x, y, tolerance_m=reach_px * self.view.metres_per_unit, keys=wanted)

    def hover(self, found: tuple[str, str] | None, at: QPointF) -> None:
        """Mark the feature under the cursor and say what it is."""
        self._hover_at = at if found is not None else None
        if found is not None or self.hovered is not None:
            self.hovered = found
            self.update()

    # painting

    def _repaint_soon(self, delay_ms: int = _SETTLE_MS) -> None:
        self._stale = True
        self._stop.set()
        self._settle.start(delay_ms)

    def _paint_picture(self) -> None:
        """Ask the worker for a picture of what is seen now."""
        if not self._stale:
            return
        self._stale = False
        if self.view is None or self._painter is None or self.width() < 2:
            return
        self._stop.set()
        self.jobs.cancel("map")
        stop = self._stop = threading.Event()
        painter, visible, order = self._painter, self._visible, self._order
        ratio = self.devicePixelRatioF()
        view = self.view.resized(self.width() * (1 + 2 * _MARGIN), self.height() * (1 + 2 * _MARGIN))

        def work(progress: Progress) -> _Picture | None:
            image = QImage(
                QSize(round(view.width * ratio), round(view.height * ratio)), QImage.Format.Format_RGB32
            )
            image.setDevicePixelRatio(ratio)
            image.fill(PAPER)
            brush = QPainter(image)
            try:
                painter.paint(brush, view, visible=visible, order=order, stop=stop.is_set)
            finally:
                brush.end()
            return None if stop.is_set() else _Picture(image, view)

        self.jobs.start(Message("app.job.map"), work, kind="map", done=self._take_picture, failed=_raise)

    def _take_picture(self, picture: _Picture | None) -> None:
        if picture is not None:
            self._picture = picture
            self.painted.emit()
            self.update()

    @property
    def settled(self) -> bool:
        """Whether the picture on the screen is the one of this view, scene and layers."""
        return not self._stale and not self.jobs.jobs

    def paintEvent(self, event: QPaintEvent) -> None:
        """Copy the picture, moved and scaled to the view, and draw over it what is selected."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), PAPER)
        if self.view is not None and self._picture is not None:
            seen, old = self.view, self._picture.view
            scale = old.metres_per_unit / seen.metres_per_unit
            u, v = seen.to_view(*old.to_map(0, 0))
            if abs(scale - 1) > 1e-9:
                painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(QRectF(u, v, old.width * scale, old.height * scale), self._picture.image)
        if self.view is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            small = sized(self.font(), SECOND_PX)
            paint_drawn(painter, self._overlays.drawn, self.view)
            paint_locks(painter, self._overlays, self.view)
            paint_tags(painter, self._overlays, self.view, QRectF(self.rect()), self.theme, small)
            self._tool.paint(self, painter)
            paint_scale_bar(painter, self.view, 12, self.height() - 12, self.theme, small)
            self._paint_hover(painter)
        painter.end()

    def _paint_hover(self, painter: QPainter) -> None:
        if self.hovered is None or self.scene is None or self.view is None:
            return
        shape = self.scene.geometry(*self.hovered)
        if shape is None:
            return
        path = to_path(shape, self.view, point_px=10)
        if shape.geom_type in ("Polygon", "MultiPolygon") and self.hovered[0] != "footprints":
            painter.fillPath(path, translucent("#1C64D1", 0.08))
        stroke(painter, path, translucent("#1C64D1", 0.9), 1.8, halo=translucent("#FFFFFF", 0.7))
        lines = self.describe(*self.hovered)
        if lines and self._hover_at is not None:
            paint_tag(
                painter, lines, self._hover_at, QRectF(self.rect()), self.theme, sized(self.font(), SECOND_PX)
            )

    # the hand

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a pan with the middle button, else let the tool have it."""
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        if self.view is None:
            return
        if event.button() == Qt.MouseButton.MiddleButton:
            self.begin_pan(event.position())
        else:
            self._tool.press(self, event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Go on with a pan, else let the tool have it; tell where the cursor is."""
        if self.view is None:
            return
        if self._pan_from is not None:
            step = event.position() - self._pan_from
            self._pan_from = event.position()
            self.pan(step.x(), step.y())
        else:
            self._tool.move(self, event)
        self.pointed.emit(*self.to_map(event.position()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a pan, else let the tool have it."""
        if self.view is None:
            return
        if self._pan_from is not None:
            self.end_pan()
        else:
            self._tool.release(self, event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Let the tool have a double click."""
        if self.view is not None and event.button() == Qt.MouseButton.LeftButton:
            self._tool.double_click(self, event)

    def begin_pan(self, at: QPointF) -> None:
        """Let the map follow the cursor from here."""
        self._pan_from = QPointF(at)
        self.hover(None, at)
        self.setCursor(Qt.CursorShape.ClosedHandCursor)

    def end_pan(self) -> None:
        """Leave the map where it is."""
        self._pan_from = None
        self.setCursor(self._tool.cursor)

    @property
    def panning(self) -> bool:
        """Whether the map follows the cursor."""
        return self._pan_from is not None

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom around the cursor; a touch pad's fine steps zoom finely."""
        turned = event.angleDelta().y() or event.pixelDelta().y() * 4
        if turned:
            self.zoom(1.0015**turned, event.position())
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move with the arrows, zoom with + and -, show everything with F, leave with Esc."""
        step_x, step_y = self.width() * 0.12, self.height() * 0.12
        moves = {
            Qt.Key.Key_Left: (step_x, 0.0),
            Qt.Key.Key_Right: (-step_x, 0.0),
            Qt.Key.Key_Up: (0.0, step_y),
            Qt.Key.Key_Down: (0.0, -step_y),
        }
        key = event.key()
        if key in moves:
            self.pan(*moves[Qt.Key(key)])
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(1.5)
        elif key in (Qt.Key.Key_Minus, Qt.Key.Key_Underscore):
            self.zoom(1 / 1.5)
        elif key == Qt.Key.Key_F and not event.modifiers():
            self.fit()
        elif (key in _ENTER and self._tool.confirm(self)) or (
            key == Qt.Key.Key_Backspace and self._tool.step_back(self)
        ):
            self.update()
        elif key == Qt.Key.Key_Escape:
            self._tool.cancel(self)
            self.escaped.emit()
            self.update()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu of what lies under a place of the window."""
        if self.view is not None:
            self.menu_wanted.emit(QPointF(event.pos()))

    def leaveEvent(self, event: QEvent) -> None:
        """Forget what was under the cursor."""
        self.hover(None, QPointF())
        self.pointed.emit(None, None)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the centre and the scale."""
        if self.view is not None:
            self._go(replace(self.view, width=self.width(), height=self.height()))
        elif self.scene is not None and self.scene.extent is not None:
            self.fit()

    def sizeHint(self) -> QSize:
        """Take all the room there is."""
        return QSize(900, 600)

    def shut_down(self) -> None:
        """Stop painting for good; called once the window has gone."""
        self._stop.set()
        self._settle.stop()
        self.jobs.shut_down()


def _raise(error: BaseException) -> None:
    raise error
