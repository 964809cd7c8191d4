"""What the mouse may do on the map, whatever it is: one tool is in the hand at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QMouseEvent, QPainter

if TYPE_CHECKING:
    from gis_planner.app.map_view import MapView


class Tool:
    """What the mouse does on the map; `map_tools`, `regroup_tools` and `split_tools` have them.

    A tool takes what it needs and leaves the rest: what it does not say otherwise does nothing.
    """

    cursor = Qt.CursorShape.ArrowCursor

    def press(self, view: MapView, event: QMouseEvent) -> None:
        """Take a button going down."""

    def move(self, view: MapView, event: QMouseEvent) -> None:
        """Take a movement, with or without a button."""

    def release(self, view: MapView, event: QMouseEvent) -> None:
        """Take a button going up."""

    def double_click(self, view: MapView, event: QMouseEvent) -> None:
        """Take a double click."""

    def confirm(self, view: MapView) -> bool:
        """Take Enter: do what is prepared; tells whether there was anything."""
        return False

    def step_back(self, view: MapView) -> bool:
        """Take Backspace: forget the last thing that was prepared; tells whether there was any."""
        return False

    def cancel(self, view: MapView) -> None:
        """Forget what was begun."""

    def paint(self, view: MapView, painter: QPainter) -> None:
        """Draw what is under way."""
