"""The map with its tools: scenes are built and painted beside the window, and follow document and selection."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPoint, QPointF, Qt, Signal
from PySide6.QtGui import QCursor, QResizeEvent
from PySide6.QtWidgets import QLabel, QMenu, QVBoxLayout, QWidget

from gis_planner.app.cluster_hand import ClusterHand
from gis_planner.app.desk import Desk
from gis_planner.app.drawn import Drawn
from gis_planner.app.hearing import Hearing
from gis_planner.app.icons import action_icon
from gis_planner.app.isochrone_drawing import IsochroneDrawing, Isochrones, explain_isochrones
from gis_planner.app.legend_box import LegendBox
from gis_planner.app.live_shading import LiveShading
from gis_planner.app.map_overlays import build_overlays
from gis_planner.app.map_picking import MapPicking
from gis_planner.app.map_tools import AddFacilityTool, MoveTool, SelectTool
from gis_planner.app.map_view import MapView
from gis_planner.app.menus import CLUSTER_MENU, COMPOUND_MENU
from gis_planner.app.parts import button, empty_state
from gis_planner.app.regroup_tools import RegroupTool
from gis_planner.app.routes_drawing import RoutesDrawing
from gis_planner.app.routing import Routes
from gis_planner.app.said import describe_feature
from gis_planner.app.selection import Selected
from gis_planner.app.shapes import extent_of
from gis_planner.app.split_tools import SplitLineTool, SplitSeedsTool
from gis_planner.app.tool import Tool
from gis_planner.app.tool_bar import SELECT, ToolBar, make_zoom
from gis_planner.app.trial import Trial, trace_tried
from gis_planner.app.verbs import Verbs
from gis_planner.cartography.legend import LegendEntry, make_legend
from gis_planner.cartography.paint_scene import MapPainter
from gis_planner.cartography.scene import build_scene
from gis_planner.cartography.scene_values import Scene, SceneOptions
from gis_planner.cartography.view import View
from gis_planner.messages import Message
from gis_planner.model.project import Project
from gis_planner.model.results import Results
from gis_planner.progress import Progress

_PICKABLE = (
    "compounds",
    "facilities",
    "footprints",
    "entrances",
    "pipelines",
    "buildings",
    "roads",
    "parcels",
)


@dataclass(frozen=True, eq=False)
class _Built:
    scene: Scene
    painter: MapPainter
    project: Project
    results: Results | None


class MapPage(QWidget):
    """The map view, its floating tools and hints. `scene_shown` when a new scene is on the map."""

    scene_shown = Signal()

    def __init__(self, desk: Desk, verbs: Verbs) -> None:
        super().__init__()
        self._desk, self._verbs = desk, verbs
        self.scene: Scene | None = None
        self._painter: MapPainter | None = None
        self._shown_for: tuple[object, ...] = ()
        self._wanted_view: View | None = None
        self._fit_next = True
        self._picking = MapPicking(desk, lambda: self.scene, self.show_selection)
        self._selecting = SelectTool(
            chosen=self._picking.choose, framed=self._picking.frame, opened=self._picking.open
        )
        self.view = MapView(desk.theme, self._selecting, self)
        self.view.describe = lambda key, feature: describe_feature(desk, key, feature)
        self.view.escaped.connect(self._escape)
        self.view.menu_wanted.connect(self._show_menu)
        self.view.painted.connect(self.explain)
        self._isochrones = IsochroneDrawing(desk, self.view.jobs, self._show_isochrones)
        self._routes = RoutesDrawing(desk, self.view.jobs, self._routes_found)
        self._trial = Trial(desk.document, self)
        self._shading = LiveShading()
        self._tried_isochrones: Isochrones | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)
        self._hand = ClusterHand(desk, verbs, lambda: self.scene)
        self.bar = ToolBar(
            desk,
            self.view,
            self,
            tools={
                SELECT: lambda: self._selecting,
                "tool_move": self._make_move_tool,
                "tool_regroup": lambda: RegroupTool(self._hand),
                "tool_split_line": lambda: SplitLineTool(self._hand),
                "tool_split_seeds": lambda: SplitSeedsTool(self._hand),
            },
            add=lambda kind: AddFacilityTool(kind, added=self._add_facility),
            changed=lambda: self._arrange(),
        )
        self._zoom = make_zoom(desk, self)
        self.legend = LegendBox(self)
        self._empty = self._make_empty()
        self._hearing = Hearing()
        self._hearing.on(desk.document.project_changed, self._project_changed)
        self._hearing.on(desk.document.results_changed, self._rebuild)
        self._hearing.on(desk.document.project_changed, lambda *_: self._isochrones.follow())
        self._hearing.on(desk.document.results_changed, self._isochrones.follow)
        self._hearing.on(desk.document.live.changed, self._live_changed)
        self._hearing.on(desk.regrouping.changed, self.view.update)
        self._hearing.on(desk.selection.changed, self._selection_changed)
        self._hearing.on(desk.selection.place_wanted, self.view.show_extent)
        self._rebuild()

    # tools

    def _make_empty(self) -> QWidget:
        texts, theme = self._desk.texts, self._desk.theme
        made = empty_state(
            action_icon("import", theme, token="second"),
            texts("app.map.empty"),
            texts("app.map.empty_what"),
            button(texts("app.action.import"), self._desk.window.import_files, role="primary"),
        )
        made.setParent(self)
        made.setProperty("role", "ground")
        made.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        made.hide()
        return made

    @property
    def hint(self) -> QLabel:
        """What the tool in the hand wants to be done."""
        return self.bar.hint

    def select(self) -> None:
        """Let the mouse look and select."""
        self.bar.take(SELECT)

    def add_facilities(self, kind: str) -> None:
        """Let each click add a facility of one kind."""
        self.bar.add_facilities(kind)

    def _make_move_tool(self) -> Tool:
        return MoveTool(
            compounds=RegroupTool(self._hand),
            facility_moved=self._verbs.move_facility,
            facility_tried=self._trial.hold,
            let_go=self._trial.let_go,
        )

    def _add_facility(self, kind: str, x: float, y: float) -> None:
        facility = self._verbs.add_facility(kind, x, y)
        if facility is not None:
            self._desk.selection.choose_facility(facility)

    def _escape(self) -> None:
        if self.view.tool is not self._selecting:
            self.select()
        elif self._desk.selection.value.isochrones:
            self._desk.selection.set(isochrones=False)
        else:
            self._desk.selection.clear()

    def cursor_place(self) -> QPoint:
        """Give where a menu should open: at the cursor where it is over the map, else in its middle."""
        at = QCursor.pos()
        inside = self.view.rect().contains(self.view.mapFromGlobal(at))
        return at if inside else self.view.mapToGlobal(self.view.rect().center())

    def _show_menu(self, place: QPointF) -> None:
        """Offer what can be done with what lies at a place of the map, which is selected first."""
        cluster = self._hand.label_at(self.view, place)
        found = [("footprints", cluster)] if cluster else self.view.pick(place, ("compounds", "footprints"))
        if not found or self._desk.document.project is None:
            return
        key, feature = found[0]
        chosen = self._desk.selection.value
        wanted = COMPOUND_MENU if key == "compounds" else CLUSTER_MENU
        held = chosen.compounds if key == "compounds" else (chosen.cluster, *chosen.also)
        if feature not in held:
            self._picking.choose((key, feature), False)
        menu = QMenu(self)
        menu.setObjectName("map_menu")
        self._desk.actions.menu(*wanted, parent=menu)
        menu.popup(self.view.mapToGlobal(place.toPoint()))

    # selecting

    def show_selection(self) -> None:
        """Show what is selected, near enough to be seen."""
        extent = extent_of(self._picking.shapes(self._desk.selection.value))
        if extent is not None:
            self.view.show_extent(extent)

    def _selection_changed(self, before: Selected, after: Selected) -> None:
        if before.kind != after.kind:
            self._rebuild()
        if (before.cluster, before.element, before.compounds) != (
            after.cluster,
            after.element,
            after.compounds,
        ):
            self._routes.find(after)
        subject = (after.cluster, after.compounds, after.facility, after.feature)
        if subject != (before.cluster, before.compounds, before.facility, before.feature):
            extent = extent_of(self._picking.shapes(after))
            if extent is not None and not self._picking.pointing:
                self.view.make_visible(extent)
        self._isochrones.follow()
        self._draw_over()

    # isochrones

    @property
    def isochrones(self) -> Isochrones | None:
        """The isochrones that are drawn, None when there are none; while a facility is dragged, those of it."""
        return self._tried_isochrones or self._isochrones.shown

    def _live_changed(self) -> None:
        """Follow what is tried or stands now: shading, isochrones and walks are those of the same place."""
        self._tried_isochrones = trace_tried(self._desk.document)
        self._routes.drop()
        if self._desk.document.live.tried is None:
            self._routes.find(self._desk.selection.value, look=False)
        self.explain()
        self._draw_over()

    @property
    def shading(self) -> list[Drawn]:
        """The units drawn over the picture because their class of reach is another one now."""
        document, kind = self._desk.document, self._desk.selection.value.kind
        study, results = document.live.study, document.results
        if kind is None or study is None or results is None or not document.is_live:
            return []
        if "coverage" not in self.view.visible_layers:
            return []
        return self._shading.draw(study, results, kind)

    def _show_isochrones(self) -> None:
        """Draw isochrones, and see to it that their outermost is seen when they first come."""
        found = self._isochrones.shown
        if found is not None and not found.exact:
            extent = extent_of(list(found.outlines.values()))
            if extent is not None:
                self.view.make_visible(extent)
        self.explain()
        self._draw_over()

    # routes

    def _routes_found(self, routes: Routes, look: bool) -> None:
        if routes.extent is not None and look:
            self.view.make_visible(routes.extent)
        self._draw_over()

    @property
    def routes(self) -> Routes | None:
        """The routes that are drawn, None when there are none."""
        return self._routes.shown

    # the scene

    @property
    def looked_at(self) -> View | None:
        """Where the person looks, or will look once the map is there."""
        return self._wanted_view or self.view.view

    def take_view(self, view: View | None) -> None:
        """Look where another map looked before."""
        self._wanted_view = view

    def _project_changed(self, before: Project | None, after: Project | None) -> None:
        if (
            before is None
            or after is None
            or before.crs != after.crs
            or self.scene is None
            or self.scene.extent is None
        ):
            self._fit_next = True
        self._rebuild()

    def _rebuild(self) -> None:
        """Build the scene of what is open now, in a job of the map's own."""
        document = self._desk.document
        project, results, kind = document.project, document.results, self._desk.selection.value.kind
        wanted = (project, results, kind)
        if all(a is b for a, b in zip(wanted, self._shown_for, strict=False)) and len(self._shown_for) == 3:
            return
        self._shown_for = wanted
        self.view.jobs.cancel("scene")
        if project is None:
            self.scene = self._painter = None
            self.view.show_scene(None, None)
            return
        previous, painter = self.scene, self._painter

        def work(progress: Progress) -> _Built:
            progress.report(0.0, Message("app.job.scene"))
            scene = build_scene(project, results, options=SceneOptions(coverage_kind=kind), previous=previous)
            progress.report(0.5, Message("app.job.scene"))
            for key in _PICKABLE:
                for layer in scene.of_key(key):
                    _ = layer.tree
            progress.report(0.8, Message("app.job.scene"))
            return _Built(scene, MapPainter(scene, painter), project, results)

        self.view.jobs.start(
            Message("app.job.scene"), work, kind="scene", done=self._take_scene, failed=_raise
        )

    def _take_scene(self, built: _Built) -> None:
        self.scene, self._painter = built.scene, built.painter
        fit, self._fit_next = self._fit_next, False
        self.view.show_scene(built.scene, built.painter, fit=fit)
        if self._wanted_view is not None and built.scene.extent is not None:
            self.view.look(self._wanted_view)
            self._wanted_view = None
        self.scene_shown.emit()
        self._draw_over()
        self._empty.setVisible(built.scene.extent is None)
        self.bar.frame.setVisible(built.scene.extent is not None)
        self._zoom.setVisible(built.scene.extent is not None)
        self._arrange()
        chosen = self._desk.selection.value
        if chosen.element is not None and self._routes.shown is None and not self._routes.finding:
            self._routes.find(chosen, look=False)

    def explain(self) -> None:
        """Show the legend: of the shading alone, or of all that is seen where a person wants that."""
        scene, view = self.scene, self.view.view
        wanted, kind = self._desk.actions["legend"].isChecked(), self._desk.selection.value.kind
        entries: tuple[LegendEntry, ...] = ()
        if scene is not None and view is not None and (wanted or kind is not None):
            keys = self.view.visible_layers if wanted else {"coverage"} & self.view.visible_layers
            texts = self._desk.texts
            entries = make_legend(scene, view, keys, texts.catalogue, texts.language)
        title = (
            self._desk.texts.kind(kind)
            if kind is not None and not wanted
            else self._desk.texts("app.map.legend")
        )
        found = self.isochrones
        if found is not None and scene is not None:
            texts = self._desk.texts
            if not entries:
                title = texts("app.isochrone.legend", limit=texts.metres(self._limit_m()))
            entries = (*explain_isochrones(found, texts), *entries)
        self.legend.show_entries(title, entries)
        self._arrange()

    def _limit_m(self) -> float | None:
        results = self._desk.document.results
        return results.rules.limit_m if results is not None else None

    def _draw_over(self) -> None:
        self.view.show_overlays(
            build_overlays(self._desk, self.scene, self._routes.shown, self.isochrones, self.shading)
        )

    # places

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the floating tools in their corners."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        self.bar.frame.adjustSize()
        self.bar.frame.move(12, 12)
        self._zoom.adjustSize()
        self._zoom.move(self.width() - self._zoom.width() - 12, self.height() - self._zoom.height() - 12)
        if self.hint.text():
            room = self.width() - self.bar.frame.x() - self.bar.frame.width() - 20
            needed = self.hint.fontMetrics().horizontalAdvance(self.hint.text()) + 36
            self.hint.setFixedWidth(max(min(room, needed), 60))
            self.hint.setFixedHeight(max(self.hint.heightForWidth(self.hint.width()), 28))
        self.legend.adjustSize()
        self.legend.move(12, self.height() - self.legend.height() - 48)
        self.hint.move(self.bar.frame.x() + self.bar.frame.width() + 8, 14)
        self._empty.setGeometry(self.rect())
        for part in (self.legend, self.bar.frame, self._zoom, self.hint):
            part.raise_()

    def shut_down(self) -> None:
        """Stop painting, and hear no more of document and selection."""
        self._hearing.stop()
        self.view.shut_down()


def _raise(error: BaseException) -> None:
    raise error
