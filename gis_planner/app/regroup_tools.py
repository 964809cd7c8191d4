"""Carrying compounds over the border of a cluster, and a cluster onto another.

While something is in the hand the map shows who may take it, and a card beside the cursor what would come of it; the
drop is one edit, Esc changes nothing. Dropped where no cluster is, compounds stand in none.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent, QPainter
from shapely.geometry.base import BaseGeometry

from gis_planner.app.card import Card, CardPicture
from gis_planner.app.cluster_hand import OUT, ClusterHand
from gis_planner.app.drawn import Drawn, paint_drawn
from gis_planner.app.map_view import MapView
from gis_planner.app.shapes import stroke, to_path, translucent
from gis_planner.app.tool import Tool
from gis_planner.cartography.scene_values import Scene

_CLICK_PX = 4.0
# Over paper and the colours of the map, in both themes.
MAY = "#14804F"
MAY_NOT = "#C0362C"
HELD = "#1C64D1"


def card_room(view: MapView) -> QRectF:
    """Give where a card may stand: below the tools and their hint."""
    return QRectF(view.rect()).adjusted(8.0, 50.0, -8.0, -8.0)


class RegroupTool(Tool):
    """Drag compounds into another cluster, or a cluster's number onto another cluster."""

    cursor = Qt.CursorShape.OpenHandCursor

    def __init__(self, hand: ClusterHand) -> None:
        self._hand = hand
        self._from: QPointF | None = None
        self._at: QPointF | None = None
        self._cluster: str | None = None
        self.held: tuple[str, ...] = ()
        self.over: str | None = None
        self._picture = CardPicture()
        hand.want()

    @property
    def card(self) -> Card | None:
        """What is said beside the cursor, None where nothing is carried to another place."""
        if self._at is None or self.over is None:
            return None
        return self._hand.card(self.held, self.over)

    def press(self, view: MapView, event: QMouseEvent) -> None:
        """Take hold of a compound or of a cluster's number; an empty place moves the map."""
        if event.button() == Qt.MouseButton.LeftButton and not self.take(view, event):
            view.begin_pan(event.position())

    def take(self, view: MapView, event: QMouseEvent) -> bool:
        """Take hold of what lies under the cursor; tells whether there was anything."""
        self._cluster = self._hand.label_at(view, event.position())
        found = view.pick(event.position(), ("compounds",))
        if self._cluster is not None:
            self.held = self._hand.members(self._cluster)
        elif found:
            self.held = self._hand.moving(found[0][1])
            self._hand.take_up(self.held)
        else:
            return False
        self._from = QPointF(event.position())
        view.hover(None, event.position())
        return True

    def move(self, view: MapView, event: QMouseEvent) -> None:
        """Carry what is held, and try it over what lies under the cursor."""
        if self._from is None:
            found = view.pick(event.position(), ("compounds",))
            view.hover(found[0] if found else None, event.position())
            return
        if self._at is None and (event.position() - self._from).manhattanLength() <= _CLICK_PX:
            return
        self._at = QPointF(event.position())
        over = self._target(view)
        if over != self.over:
            self.over = over
            if over is None:
                self._hand.let_go()
            elif self._cluster is not None:
                self._hand.hold_merge(self._cluster, over)
            else:
                self._hand.hold(self.held, over)
        view.update()

    def _target(self, view: MapView) -> str | None:
        """Give the cluster under what is held, OUT where there is none, None where it would change nothing."""
        assert self._at is not None
        under = self._hand.label_at(view, self._at) or self._hand.cluster_at(*view.to_map(self._at))
        if self._cluster is not None:
            return under if under != self._cluster else None
        own = {self._hand.cluster_of(compound) for compound in self.held}
        if under is None:
            return OUT if own != {None} and not self._near_home(view) else None
        return None if own == {under} else under

    def _near_home(self, view: MapView) -> bool:
        """Tell whether the cursor is still over what it carries, so that an unsure hand takes nothing out."""
        assert self._at is not None
        return any(compound in self.held for _, compound in view.pick(self._at, ("compounds",)))

    def release(self, view: MapView, event: QMouseEvent) -> None:
        """Drop what is held: one edit."""
        held, cluster, over, carried = self.held, self._cluster, self.over, self._at is not None
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._forget()
        if carried and over is not None and held:
            if cluster is not None:
                self._hand.drop_cluster(cluster, over)
            else:
                self._hand.drop(held, over)
        elif not carried and cluster is not None:
            self._hand.desk.selection.choose_cluster(cluster)
        elif not carried and held:
            self._click(held, event)
        self._hand.let_go()
        view.update()

    def _click(self, held: tuple[str, ...], event: QMouseEvent) -> None:
        """Select what was clicked; with Ctrl more is taken together."""
        selection = self._hand.desk.selection
        found = held if len(held) == 1 else ()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier and found:
            selection.choose_compounds(tuple(dict.fromkeys((*selection.value.compounds, *found))))
        elif found:
            selection.choose_compounds(found)

    def double_click(self, view: MapView, event: QMouseEvent) -> None:
        """Take the second press of a double click as a press like any other."""
        self.press(view, event)

    def _forget(self) -> None:
        self._from = self._at = self._cluster = self.over = None
        self.held = ()

    def cancel(self, view: MapView) -> None:
        """Let go without a change."""
        if self._at is not None:
            self._hand.let_go()
        self._forget()
        view.update()

    def paint(self, view: MapView, painter: QPainter) -> None:
        """Draw who may take what is held, what breaks, what is held, and the card."""
        scene = view.scene
        if self._at is None or self._from is None or scene is None or view.view is None:
            return
        for drawn in (self._draw_areas(), self._draw_hosts(scene), self._draw_pieces(scene)):
            paint_drawn(painter, drawn, view.view)
        shift = self._at - self._from
        for compound in self.held:
            shape = scene.geometry("compounds", compound)
            if shape is not None:
                path = to_path(shape, view.view).translated(shift)
                painter.fillPath(path, translucent(HELD, 0.35))
                stroke(painter, path, translucent(HELD, 1.0), 1.5)
        card = self.card
        if card is not None:
            self._picture.paint(painter, card, self._at, card_room(view), view.theme, view.font())

    def _draw_hosts(self, scene: Scene) -> list[Drawn]:
        """Outline the clusters beside what is held, as they may take it or not, and the one under the cursor."""
        if self._cluster is not None:
            area = self._area(scene, self.over) if self.over is not None else None
            return [Drawn(area, HELD, 3.0, fill=0.14)] if area is not None else []
        drawn: list[Drawn] = []
        for host in self._hand.hosts(self.held):
            area = self._area(scene, host.target)
            if area is None or not (host.beside or host.target == self.over):
                continue
            here = 0.2 if host.target == self.over else 0.08
            if host.allowed and not host.locked:
                drawn.append(Drawn(area, MAY, 3.0, fill=here))
            else:
                hatch = (MAY_NOT, -45.0) if host.locked else None
                drawn.append(Drawn(area, MAY_NOT, 2.0, fill=here / 2, dashes=(3.0, 2.0), hatch=hatch))
        if not drawn and self.over is not None:
            area = self._area(scene, self.over)
            if area is not None:
                drawn.append(Drawn(area, HELD, 2.5, fill=0.14))
        return drawn

    def _draw_areas(self) -> list[Drawn]:
        """Outline the areas that the clusters of a trial would have."""
        trial = self._hand.trial
        if trial is None:
            return []
        areas = trial.comparison.areas
        touched = [areas.get(side.cluster.id) for side in trial.comparison.sides if side.after is not None]
        return [
            Drawn(area, HELD, 1.6, dashes=(4.0, 2.0))
            for area in touched
            if area is not None and not area.is_empty
        ]

    def _draw_pieces(self, scene: Scene) -> list[Drawn]:
        """Mark the compounds of every piece that would fall off a cluster."""
        trial = self._hand.trial
        if trial is None:
            return []
        drawn: list[Drawn] = []
        for side in trial.comparison.sides:
            for piece in side.after.pieces[1:] if side.after is not None else ():
                for compound in piece:
                    shape = scene.geometry("compounds", compound)
                    if shape is not None and compound not in self.held:
                        drawn.append(Drawn(shape, MAY_NOT, 2.5, fill=0.35))
        return drawn

    def _area(self, scene: Scene, cluster: str) -> BaseGeometry | None:
        return scene.geometry("footprints", cluster)
