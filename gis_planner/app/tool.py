"""What the mouse may do on the map, whatever it is: one tool is in the hand at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QMouseEvent, QPainter

if TYPE_CHECKING:
    from gis_planner.app.map_view import MapView


class Tool(Protocol):
    """What the mouse does on the map; `map_tools` and `regroup_tools` have them."""

    cursor: Qt.CursorShape

    def press(self, view: MapView, event: QMouseEvent) -> None:
        """Take a button going down."""

    def move(self, view: MapView, event: QMouseEvent) -> None:
        """Take a movement, with or without a button."""

    def release(self, view: MapView, event: QMouseEvent) -> None:
        """Take a button going up."""

    def double_click(self, view: MapView, event: QMouseEvent) -> None:
        """Take a double click."""

    def cancel(self, view: MapView) -> None:
        """Forget what was begun."""

    def paint(self, view: MapView, painter: QPainter) -> None:
        """Draw what is under way."""
