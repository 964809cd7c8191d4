"""Splitting a cluster on the map: by a line drawn across it, or by two compounds that its halves grow from.

Both halves are shown with their households and bounds before anything is done; Enter or a double click makes the edit,
Backspace takes the last point back, Esc changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPen, QPolygonF
from shapely.geometry.base import BaseGeometry

from gis_planner.app.card import Card, CardPicture
from gis_planner.app.cluster_hand import ClusterHand
from gis_planner.app.drawn import Drawn, Overlays, paint_drawn, paint_tags
from gis_planner.app.map_view import MapView
from gis_planner.app.regroup_tools import card_room
from gis_planner.app.said import cluster_title
from gis_planner.app.theme import SECOND_PX, sized
from gis_planner.app.tool import Tool
from gis_planner.app.trial_cards import split_card
from gis_planner.cartography.scene_values import Scene
from gis_planner.model.clusters import Grouping

if TYPE_CHECKING:
    from gis_planner.analysis.live_grouping import LiveGrouping
    from gis_planner.analysis.splitting import Split

_CLICK_PX = 4.0
_LEFT = Qt.MouseButton.LeftButton
# Two hues that every kind of colour blindness tells apart, on paper and on the colours of clusters.
KEPT, OFF, FALLEN = "#1C64D1", "#C2560A", "#C0362C"


class SplitTool(Tool):
    """What both ways of splitting share: the preview and the edit."""

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, hand: ClusterHand) -> None:
        self._hand = hand
        self._at: QPointF | None = None
        self._picture = CardPicture()
        self._card: tuple[object, object, Card] | None = None
        self.cluster: str | None = None
        hand.want()

    @property
    def split(self) -> Split | None:
        """The split that is prepared, None where there is none yet."""
        return self._hand.regrouping.split

    @property
    def card(self) -> Card | None:
        """What is said of the halves."""
        split, project = self.split, self._hand.desk.document.project
        if split is None or project is None or not project.grouping.has(split.cluster):
            return None
        texts = self._hand.desk.texts
        title = texts(
            "app.split.title", cluster=cluster_title(texts, project.grouping.cluster(split.cluster))
        )
        card = split_card(split, self._hand.trial, texts, title)
        self._card = (split, self._hand.trial, card)
        return card

    def confirm(self, view: MapView) -> bool:
        """Make the edit that is prepared."""
        self._hand.regrouping.settle()
        split = self.split
        if split is None or split.edit is None:
            return False
        desk = self._hand.desk
        done = desk.document.apply(split.edit)
        self.cancel(view)
        if done:
            desk.window.tell(desk.texts("app.split.done"))
        return True

    def double_click(self, view: MapView, event: QMouseEvent) -> None:
        """Make the edit that is prepared."""
        if not self.confirm(view):
            self.press(view, event)

    def cancel(self, view: MapView) -> None:
        """Forget what was prepared."""
        self.cluster = None
        self._hand.let_go()
        view.update()

    def _paint_preview(self, view: MapView, painter: QPainter) -> None:
        """Colour both halves, mark what falls off, tag them with their households, and show the card."""
        scene, split = view.scene, self.split
        if scene is None or view.view is None or split is None:
            return
        paint_drawn(painter, _draw_halves(scene, split), view.view)
        tags = self._tags(scene, split)
        small = sized(view.font(), SECOND_PX)
        paint_tags(painter, Overlays((), tags), view.view, QRectF(view.rect()), view.theme, small)
        card = self.card
        if card is not None:
            self._picture.paint(
                painter, card, self._beside(view, scene, split), card_room(view), view.theme, view.font()
            )

    def _beside(self, view: MapView, scene: Scene, split: Split) -> QPointF:
        """Give the corner of the window that lies farther from the cluster, so that the card hides neither half."""
        area = _together(scene, (*split.kept, *split.off))
        if area is None or view.view is None:
            return QPointF(0.0, 0.0)
        u, _ = view.view.to_view(area.centroid.x, area.centroid.y)
        return QPointF(0.0, 0.0) if u > view.width() / 2 else QPointF(float(view.width()), 0.0)

    def _tags(self, scene: Scene, split: Split) -> list[tuple[float, float, str]]:
        trial, texts = self._hand.trial, self._hand.desk.texts
        if trial is None:
            return []
        tags = []
        for side in trial.comparison.sides:
            standing = side.after
            area = _together(scene, standing.members) if standing is not None else None
            if standing is None or area is None:
                continue
            said = texts.number(standing.households)
            households = f"≥ {said}" if standing.households_unknown else said
            point = area.representative_point()
            tags.append(
                (point.x, point.y, texts("app.trial.size", n=len(standing.members), households=households))
            )
        return tags


class SplitLineTool(SplitTool):
    """Click to draw a line across a cluster, or drag it; the halves are those on either side."""

    def __init__(self, hand: ClusterHand) -> None:
        super().__init__(hand)
        self.points: list[tuple[float, float]] = []
        self._hulls: tuple[Grouping, list[str], NDArray[Any]] | None = None
        self._from: QPointF | None = None

    def press(self, view: MapView, event: QMouseEvent) -> None:
        """Set a point of the line."""
        if event.button() != _LEFT:
            return
        self._from = QPointF(event.position())
        self._at = QPointF(event.position())
        self.points.append(view.to_map(event.position()))
        self._hold(view)

    def move(self, view: MapView, event: QMouseEvent) -> None:
        """Let the line follow the cursor."""
        self._at = QPointF(event.position())
        self._hold(view)
        view.update()

    def release(self, view: MapView, event: QMouseEvent) -> None:
        """End a line that was dragged."""
        if event.button() != _LEFT or self._from is None:
            return
        if (event.position() - self._from).manhattanLength() > _CLICK_PX:
            self.points.append(view.to_map(event.position()))
        self._from = None
        self._hold(view)
        view.update()

    def step_back(self, view: MapView) -> bool:
        """Take the last point back."""
        if not self.points:
            return False
        self.points.pop()
        self._hold(view)
        return True

    def cancel(self, view: MapView) -> None:
        """Forget the line."""
        self.points, self._from = [], None
        super().cancel(view)

    def confirm(self, view: MapView) -> bool:
        """Split by the points that were set, whatever the cursor points at meanwhile."""
        self._at = None
        self._hold(view)
        return super().confirm(view)

    def _line(self, view: MapView) -> list[tuple[float, float]]:
        """Give the line with the stretch to the cursor."""
        end = [view.to_map(self._at)] if self._at is not None and self.points else []
        line = [*self.points, *end]
        return [place for at, place in enumerate(line) if at == 0 or place != line[at - 1]]

    def _hold(self, view: MapView) -> None:
        line = self._line(view)
        if len(line) < 2:
            self._hand.let_go()
            return
        chosen = self._hand.desk.selection.value.cluster
        cluster = self.cluster = chosen or self._crossed(view.scene, line)
        if cluster is None:
            self._hand.let_go()
            return

        def find(live: LiveGrouping) -> Split | None:
            from gis_planner.analysis.splitting import split_by_line

            if not live.grouping.has(cluster):
                return None
            return split_by_line(live.town, live.grouping.cluster(cluster), line)

        self._hand.regrouping.hold_split(find)

    def _crossed(self, scene: Scene | None, line: list[tuple[float, float]]) -> str | None:
        """Give the cluster that a line runs through longest."""
        project = self._hand.desk.document.project
        if scene is None or project is None:
            return None
        if self._hulls is None or self._hulls[0] is not project.grouping:
            clusters = project.grouping.clusters
            hulls = [_hull(scene, cluster.members) for cluster in clusters]
            self._hulls = (
                project.grouping,
                [cluster.id for cluster in clusters],
                np.array(hulls, dtype=object),
            )
        _, names, shapes = self._hulls
        lengths = shapely.length(shapely.intersection(shapes, shapely.LineString(line)))
        best = int(np.argmax(lengths)) if len(names) else -1
        return names[best] if best >= 0 and lengths[best] > 0 else None

    def paint(self, view: MapView, painter: QPainter) -> None:
        """Draw the halves and the line."""
        self._paint_preview(view, painter)
        line = self._line(view)
        if view.view is None or not line:
            return
        places = [QPointF(*view.view.to_view(x, y)) for x, y in line]
        for colour, width in (("#FFFFFF", 5.0), ("#1B2430", 2.0)):
            pen = QPen(QColor(colour), width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPolyline(QPolygonF(places))
        painter.setBrush(Qt.GlobalColor.white)
        for place in places[: len(self.points)]:
            painter.drawEllipse(place, 3.5, 3.5)


class SplitSeedsTool(SplitTool):
    """Click two compounds of one cluster; two halves of like households grow from them."""

    def __init__(self, hand: ClusterHand) -> None:
        super().__init__(hand)
        self.seeds: tuple[str, ...] = ()

    def press(self, view: MapView, event: QMouseEvent) -> None:
        """Take a compound as the beginning of a half; an empty place moves the map."""
        if event.button() != _LEFT:
            return
        found = view.pick(event.position(), ("compounds",))
        if not found:
            view.begin_pan(event.position())
            return
        self._at = QPointF(event.position())
        self._choose(found[0][1])
        view.update()

    def _choose(self, compound: str) -> None:
        cluster = self._hand.cluster_of(compound)
        desk = self._hand.desk
        if cluster is None:
            desk.window.tell(desk.texts("app.split.in_no_cluster"))
            return
        if cluster != self.cluster or len(self.seeds) == 2:
            self.seeds = ()
            self._hand.let_go()
        self.cluster = cluster
        if compound not in self.seeds:
            self.seeds = (*self.seeds, compound)
        if len(self.seeds) == 2:
            one, other = self.seeds

            def find(live: LiveGrouping) -> Split | None:
                from gis_planner.analysis.splitting import split_by_seeds

                if not live.grouping.has(cluster):
                    return None
                return split_by_seeds(live.town, live.grouping.cluster(cluster), one, other)

            self._hand.regrouping.hold_split(find)

    def move(self, view: MapView, event: QMouseEvent) -> None:
        """Show what lies under the cursor."""
        found = view.pick(event.position(), ("compounds",))
        view.hover(found[0] if found and self.split is None else None, event.position())

    def double_click(self, view: MapView, event: QMouseEvent) -> None:
        """Make the edit that is prepared, where the click is not a choice of its own."""
        if self.split is not None:
            self.confirm(view)

    def step_back(self, view: MapView) -> bool:
        """Forget the last compound."""
        if not self.seeds:
            return False
        self.seeds = self.seeds[:-1]
        self._hand.let_go()
        return True

    def cancel(self, view: MapView) -> None:
        """Forget both compounds."""
        self.seeds = ()
        super().cancel(view)

    def paint(self, view: MapView, painter: QPainter) -> None:
        """Draw the halves and the compounds that they grow from."""
        self._paint_preview(view, painter)
        if view.scene is None or view.view is None:
            return
        shapes = [view.scene.geometry("compounds", seed) for seed in self.seeds]
        drawn = [
            Drawn(shape, colour, 3.5, fill=0.25)
            for shape, colour in zip(shapes, (KEPT, OFF), strict=False)
            if shape is not None
        ]
        paint_drawn(painter, drawn, view.view)


def _draw_halves(scene: Scene, split: Split) -> list[Drawn]:
    fallen = {compound for piece in split.fallen for compound in piece}
    drawn = []
    for members, colour in ((split.kept, KEPT), (split.off, OFF), (tuple(fallen), FALLEN)):
        for compound in members:
            shape = scene.geometry("compounds", compound)
            if shape is not None and (compound not in fallen or colour == FALLEN):
                drawn.append(Drawn(shape, colour, 2.0, fill=0.42))
    return drawn


def _hull(scene: Scene, members: Iterable[str]) -> BaseGeometry:
    """Give the ground that the members of a cluster lie on: a footprint may be that of an older grouping."""
    shapes = [shape for shape in (scene.geometry("compounds", c) for c in members) if shape is not None]
    return shapely.GeometryCollection(shapes).convex_hull


def _together(scene: Scene, members: Iterable[str]) -> BaseGeometry | None:
    shapes = [shape for shape in (scene.geometry("compounds", c) for c in members) if shape is not None]
    return shapely.union_all(shapes) if shapes else None
