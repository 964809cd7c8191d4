"""The tools that float over the map, and the hint of the one in the hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QPoint, QSize
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from gis_planner.app.desk import Desk
from gis_planner.app.icons import facility_icon
from gis_planner.app.map_view import MapView
from gis_planner.app.parts import label
from gis_planner.app.tool import Tool
from gis_planner.model.choices import FACILITY_KINDS, NINE_KINDS

SELECT = "tool_select"
_ADD = "tool_add"


class ToolBar:
    """Takes one tool at a time into the hand; `tools` make them by the ids of their actions, `add` by a kind."""

    def __init__(
        self,
        desk: Desk,
        view: MapView,
        parent: QWidget,
        *,
        tools: Mapping[str, Callable[[], Tool]],
        add: Callable[[str], Tool],
        changed: Callable[[], object],
    ) -> None:
        self._desk, self._view, self._tools, self._add, self._changed = desk, view, tools, add, changed
        self.hint = label("")
        self.hint.setObjectName("maphint")
        self.hint.setWordWrap(True)
        self.hint.setParent(parent)
        self.hint.hide()
        self.here = SELECT
        self._kinds = self._make_kinds(parent)
        self.frame = self._make_frame(parent)
        self._check(SELECT)

    def _make_frame(self, parent: QWidget) -> QFrame:
        frame = QFrame(parent)
        frame.setObjectName("maptools")
        inside = QHBoxLayout(frame)
        inside.setContentsMargins(3, 3, 3, 3)
        inside.setSpacing(2)
        for action in (*self._tools, _ADD):
            inside.addWidget(action_button(self._desk, action))
        return frame

    def _make_kinds(self, parent: QWidget) -> QMenu:
        kinds = QMenu(parent)
        for at, kind in enumerate(FACILITY_KINDS):
            if at == len(NINE_KINDS):
                kinds.addSeparator()
            item = kinds.addAction(facility_icon(kind.id), self._desk.texts.title(kind))
            item.triggered.connect(lambda _=False, chosen=kind.id: self.add_facilities(chosen))
        return kinds

    def take(self, name: str) -> None:
        """Take a tool into the hand."""
        self._view.use_tool(self._tools[name]())
        self._show(name, "" if name == SELECT else self._desk.texts(f"app.map.hint.{name}"))

    def choose_kind_to_add(self) -> None:
        """Offer the kinds of facilities beside the tool."""
        self._desk.actions[_ADD].setChecked(self.here == _ADD)
        beside = self.frame.findChild(QToolButton, f"map_{_ADD}")
        assert isinstance(beside, QToolButton)
        self._kinds.popup(beside.mapToGlobal(QPoint(0, beside.height() + 4)))

    def add_facilities(self, kind: str) -> None:
        """Let each click add a facility of one kind."""
        self._view.use_tool(self._add(kind))
        self._show(_ADD, self._desk.texts("app.map.hint_add", kind=self._desk.texts.kind(kind)))

    def _show(self, name: str, hint: str) -> None:
        self.here = name
        self._check(name)
        self.hint.setText(hint)
        self.hint.setVisible(bool(hint))
        self._changed()

    def _check(self, name: str) -> None:
        for action in (*self._tools, _ADD):
            self._desk.actions[action].setChecked(action == name)


def make_zoom(desk: Desk, parent: QWidget) -> QFrame:
    """Make the buttons that zoom."""
    frame = QFrame(parent)
    frame.setObjectName("mapzoom")
    inside = QVBoxLayout(frame)
    inside.setContentsMargins(3, 3, 3, 3)
    inside.setSpacing(2)
    for action in ("zoom_in", "zoom_out", "zoom_full"):
        inside.addWidget(action_button(desk, action))
    return frame


def action_button(desk: Desk, action: str) -> QToolButton:
    """Make a button over the map of an action."""
    made = QToolButton()
    made.setDefaultAction(desk.actions[action])
    made.setIconSize(QSize(18, 18))
    made.setObjectName(f"map_{action}")
    return made
