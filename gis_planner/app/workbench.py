"""The place of work: layers, map, tables and inspector around one document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from gis_planner.app.desk import Desk
from gis_planner.app.header import Header
from gis_planner.app.hearing import Hearing
from gis_planner.app.inspector import Inspector
from gis_planner.app.layers_panel import LayersPanel
from gis_planner.app.live_rows import say_flips
from gis_planner.app.map_page import MapPage
from gis_planner.app.status_line import StatusLine
from gis_planner.app.steps import find_steps
from gis_planner.app.tables_panel import TablesPanel
from gis_planner.app.verbs import Verbs
from gis_planner.cartography.view import View
from gis_planner.model.project import Project

_STEP_TABS = {
    "data": "issues",
    "eligibility": "compounds",
    "clusters": "matrix",
    "coverage": "matrix",
    "standard": "matrix",
}


@dataclass(frozen=True)
class Look:
    """Where a person was: kept while the window is dressed anew."""

    view: View | None
    hidden: frozenset[str]
    order: tuple[str, ...]
    tab: str


class Workbench(QWidget):
    """Puts the panels together and keeps header and foot in step with the document."""

    def __init__(self, desk: Desk, status: StatusLine, header: Header) -> None:
        super().__init__()
        self._desk, self._status, self._header = desk, status, header
        self.verbs = Verbs(desk)
        self.map = MapPage(desk, self.verbs)
        self.layers = LayersPanel(desk)
        self.tables = TablesPanel(desk, self.verbs)
        self.inspector = Inspector(desk, self.verbs)
        self._across = QSplitter(Qt.Orientation.Horizontal)
        self._down = QSplitter(Qt.Orientation.Vertical)
        self._left = QSplitter(Qt.Orientation.Horizontal)
        self._left.addWidget(self.layers)
        self._left.addWidget(self.map)
        self._down.addWidget(self._left)
        self._down.addWidget(self.tables)
        self._across.addWidget(self._down)
        self._across.addWidget(self.inspector)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._across)
        self._place()
        self._panels = {
            "panel_layers": self.layers,
            "panel_tables": self.tables,
            "panel_inspector": self.inspector,
        }
        for name, panel in self._panels.items():
            panel.setVisible(name not in desk.preferences.hidden_panels)
            desk.actions[name].setChecked(not panel.isHidden())
        desk.actions["full_map"].setChecked(all(panel.isHidden() for panel in self._panels.values()))
        self._hearing = Hearing()
        self._hearing.on(desk.document.project_changed, self._project_changed)
        self._hearing.on(desk.document.results_changed, self._show_steps)
        self._hearing.on(
            desk.document.live.changed, lambda: status.show_flips(say_flips(desk.document, desk.texts))
        )
        self._hearing.on(desk.selection.changed, self._selection_changed)
        self._hearing.on(desk.selection.tab_wanted, self.tables.open_tab)
        self.layers.changed.connect(self._show_layers)
        self.map.scene_shown.connect(self._scene_shown)
        self.map.view.pointed.connect(status.show_place)
        self.map.view.view_changed.connect(
            lambda: status.show_scale(self.map.view.view.scale if self.map.view.view else None)
        )
        self._project_changed(None, desk.document.project)

    def _place(self) -> None:
        for name, splitter, sizes, stretch in (
            ("across", self._across, [1230, 370], 0),
            ("down", self._down, [680, 280], 0),
            ("left", self._left, [210, 1050], 1),
        ):
            splitter.setObjectName(name)
            splitter.setHandleWidth(1)
            splitter.setChildrenCollapsible(False)
            splitter.setStretchFactor(stretch, 1)
            saved = self._desk.preferences.splitters.get(name)
            splitter.setSizes(saved if saved and len(saved) == splitter.count() and all(saved) else sizes)
        self.layers.setMinimumWidth(170)
        self.inspector.setMinimumWidth(300)
        self.tables.setMinimumHeight(150)
        self.map.setMinimumSize(280, 200)

    # what changes

    def _project_changed(self, before: Project | None, after: Project | None) -> None:
        desk = self._desk
        self._status.show_crs(_crs_name(after.crs) if after is not None else "")
        self._show_steps()
        self._status.tell("")
        if after is not None:
            _drop_what_is_gone(desk, after)

    def _selection_changed(self, before: object, after: object) -> None:
        self._show_steps()
        step = desk_step = self._desk.selection.value.step
        if getattr(before, "step", None) != step and desk_step in _STEP_TABS:
            self.tables.open_tab(_STEP_TABS[step])

    def _show_steps(self) -> None:
        document, texts = self._desk.document, self._desk.texts
        steps = find_steps(document.project, document.results, document.studied, document.exported)
        told = [
            (step.key, texts(f"app.step.{step.key}"), step.state, texts.say(step.reason)) for step in steps
        ]
        self._header.workflow.show_steps(told, self._desk.selection.value.step)

    def _scene_shown(self) -> None:
        self.layers.show_scene(self.map.scene)
        self._show_layers()

    def _show_layers(self) -> None:
        self.map.view.show_layers(self.layers.visible, self.layers.order)
        self._desk.actions["neighbours"].setChecked("neighbours" in self.layers.visible)

    # what is asked for

    def do(self, action_id: str) -> None:
        """Do what an action of the workbench says."""
        group, _, rest = action_id.partition("_")
        if group == "step":
            self._desk.selection.go_to(rest)
        elif group == "tab":
            self.tables.open_tab(rest)
        elif group == "panel":
            self._toggle_panel(action_id)
        elif action_id == "export":
            self._desk.selection.go_to("export")
        elif group == "tool" and action_id != "tool_add":
            self.map.bar.take(action_id)
        else:
            self._verb(action_id)()

    def _verb(self, action_id: str) -> Callable[[], object]:
        view, verbs = self.map.view, self.verbs
        verb: Callable[[], object] = {
            "tool_add": self.map.bar.choose_kind_to_add,
            "zoom_full": view.fit,
            "zoom_in": lambda: view.zoom(1.5),
            "zoom_out": lambda: view.zoom(1 / 1.5),
            "zoom_selection": self.map.show_selection,
            "clear": self._desk.selection.clear,
            "move_compounds": lambda: verbs.ask_where_to_move(self.map.cursor_place()),
            "leave_cluster": verbs.leave_cluster,
            "new_cluster": verbs.new_cluster,
            "recluster_around": verbs.recluster_around,
            "lock": verbs.lock_chosen,
            "rename_cluster": verbs.rename_cluster,
            "number_cluster": verbs.number_cluster,
            "merge_clusters": lambda: verbs.merge_chosen(self.map.cursor_place()),
            "dissolve_cluster": verbs.dissolve_cluster,
            "neighbours": self._toggle_neighbours,
            "branch": verbs.ask_to_branch,
            "compare_scenarios": self._compare,
            "make_alternatives": lambda: verbs.ask_for_alternatives(self._compare),
            "full_map": self._toggle_full_map,
            "legend": self.map.explain,
        }[action_id]
        return verb

    def _compare(self) -> None:
        self.tables.open_tab("scenarios")
        self._desk.comparing.measure()

    def _toggle_neighbours(self) -> None:
        self.layers.tick("neighbours", self._desk.actions["neighbours"].isChecked())

    def _toggle_panel(self, name: str) -> None:
        panel = self._panels[name]
        panel.setVisible(panel.isHidden())
        self._desk.actions[name].setChecked(not panel.isHidden())
        self._desk.actions["full_map"].setChecked(all(p.isHidden() for p in self._panels.values()))

    def _toggle_full_map(self) -> None:
        shown = all(panel.isHidden() for panel in self._panels.values())
        for name, panel in self._panels.items():
            panel.setVisible(shown)
            self._desk.actions[name].setChecked(shown)
        self._desk.actions["full_map"].setChecked(not shown)

    # remembering

    def look(self) -> Look:
        """Give where the person is, to be taken up by the workbench that follows."""
        return Look(self.map.looked_at, self.layers.hidden, self.layers.order or (), self.tables.tab)

    def take_look(self, look: Look) -> None:
        """Go on where the person was."""
        self.layers.take(look.hidden, look.order)
        self.map.take_view(look.view)
        self.tables.open_tab(look.tab)

    def remember(self) -> None:
        """Put the places of the panels into the preferences."""
        preferences = self._desk.preferences
        preferences.hidden_panels = [name for name, panel in self._panels.items() if panel.isHidden()]
        for splitter in (self._across, self._down, self._left):
            if all(splitter.sizes()):
                preferences.splitters[splitter.objectName()] = splitter.sizes()

    def shut_down(self) -> None:
        """Stop painting, and hear no more of document and selection."""
        self._hearing.stop()
        for part in (self.map, self.tables, self.inspector, self.layers):
            part.shut_down()


def _drop_what_is_gone(desk: Desk, project: Project) -> None:
    """Let go of selected things that an undo or a switch took away."""
    chosen = desk.selection.value
    known = set(project.table("compounds")["id"]) if chosen.compounds else set()
    compounds = tuple(c for c in chosen.compounds if c in known)
    cluster = chosen.cluster if chosen.cluster is not None and project.grouping.has(chosen.cluster) else None
    facility = chosen.facility
    if facility is not None and facility not in set(project.table("facilities")["id"]):
        facility = None
    desk.selection.set(
        compounds=compounds,
        cluster=cluster,
        facility=facility,
        element=chosen.element if cluster is not None else None,
    )


def _crs_name(crs: str) -> str:
    if not crs:
        return ""
    if crs.startswith("EPSG:") and crs[5:].isdigit() and 4534 <= int(crs[5:]) <= 4554:
        return f"CGCS2000 / 3° {75 + 3 * (int(crs[5:]) - 4534)}E"
    return crs if len(crs) < 40 else crs.split('"')[1] if '"' in crs else crs[:40]
