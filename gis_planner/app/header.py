"""The bar at the top: the project's menu, undo and redo, the workflow, scenarios, search."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QWidget

from gis_planner.app.actions import Actions
from gis_planner.app.icons import action_icon
from gis_planner.app.parts import line
from gis_planner.app.texts import Texts
from gis_planner.app.theme import SPACE, Theme
from gis_planner.app.workflow_bar import WorkflowBar


class Header(QWidget):
    """The header; the window fills its menus."""

    def __init__(self, actions: Actions, texts: Texts, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("header")
        self._room: tuple[object, ...] = ()
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        layout = self._layout = QHBoxLayout(self)
        layout.setContentsMargins(SPACE[1], 5, SPACE[1], 5)
        layout.setSpacing(SPACE[0])

        self.project_menu = QMenu(self)
        self.project = self._menu_button("project", self.project_menu)
        self.project.setText(texts("app.title"))
        self.scenario_menu = QMenu(self)
        self.scenario = self._menu_button("menu", self.scenario_menu)
        self.scenario.setIcon(action_icon("scenario", theme, token="second"))
        self.scenario.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.scenario.setToolTip(texts("app.header.scenario_tip"))
        self.undo = self._action_button(actions, "undo")
        self.redo = self._action_button(actions, "redo")
        self.study = self._action_button(actions, "study")
        self.study.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.workflow = WorkflowBar(theme)
        self.search = QToolButton()
        self.search.setProperty("role", "search")
        self.search.setIcon(action_icon("search", theme, token="second"))
        self.search.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.search.setText("Ctrl+K")
        self.search.setToolTip(texts("app.action.palette"))
        self.search.clicked.connect(actions["palette"].trigger)

        layout.addWidget(self.project)
        layout.addSpacing(SPACE[0])
        layout.addWidget(self.undo)
        layout.addWidget(self.redo)
        layout.addSpacing(SPACE[0])
        self.first_line = line(upright=True)
        layout.addWidget(self.first_line)
        layout.addStretch(1)
        layout.addWidget(self.workflow)
        layout.addStretch(1)
        layout.addWidget(self.study)
        self.second_line = line(upright=True)
        layout.addWidget(self.second_line)
        layout.addWidget(self.scenario)
        layout.addWidget(self.search)

    def _menu_button(self, role: str, menu: QMenu) -> QToolButton:
        made = QToolButton()
        made.setProperty("role", role)
        made.setMenu(menu)
        made.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        return made

    def _action_button(self, actions: Actions, action: str) -> QToolButton:
        made = QToolButton()
        made.setDefaultAction(actions[action])
        made.setIconSize(QSize(18, 18))
        made.setObjectName(f"header_{action}")
        return made

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave words out where there is no room for all of them."""
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        """Fit again when a title, a scenario's name or a step's sign took more room or less."""
        done = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit()
        return done

    def _fit(self) -> None:
        # Fitting moves parts and so asks for the layout again: only what decides the room may start it.
        room = (
            self.width(),
            self.project.sizeHint().width(),
            self.scenario.sizeHint().width(),
            self.study.text(),
            self.workflow.isHidden(),
            self.workflow.here,
            tuple(self.workflow.states.items()),
        )
        if room == self._room:
            return
        self._room = room
        # First the words of the two buttons whose icons say the same, then the titles of the steps.
        for icons_alone, short in ((False, False), (True, False), (True, True)):
            style = (
                Qt.ToolButtonStyle.ToolButtonIconOnly
                if icons_alone
                else Qt.ToolButtonStyle.ToolButtonTextBesideIcon
            )
            for made in (self.study, self.search):
                if made.toolButtonStyle() != style:
                    made.setToolButtonStyle(style)
            self.workflow.shorten(short)
            if self._layout.sizeHint().width() <= self.width():
                return

    def show_project(self, there: bool) -> None:
        """Show what belongs to an open project only when there is one."""
        for widget in (
            self.undo,
            self.redo,
            self.study,
            self.workflow,
            self.scenario,
            self.first_line,
            self.second_line,
        ):
            widget.setVisible(there)
