"""The one painter of maps, for the window and for paper.

Areas and lines are drawn from prepared batches, symbols and texts in a second pass at their size in millimetres.
Painting touches nothing but the painter it is given, so it may run in a worker on a QImage, and it asks `stop`
between batches. One `MapPainter` paints in one thread at a time.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QTransform

from gis_planner.cartography.batches import Batch, build_batches, layer_origin, path_of
from gis_planner.cartography.labels import Box, PlacedLabel, place_labels
from gis_planner.cartography.paint_symbols import paint_arrow, paint_marker, paint_number
from gis_planner.cartography.paint_text import PAPER_PIXELS_PER_MM, Typesetter
from gis_planner.cartography.scene_values import Scene, SceneLayer
from gis_planner.cartography.style import PAPER, PT_TEXT, SCALE_STREET, Hatch, Stroke, Style
from gis_planner.cartography.view import Extent, View

__all__ = ["MapPainter", "View"]

# Details finer than half a pixel are not drawn: tolerance in metres, from how many metres a millimetre on.
_LEVELS = ((10.0, 80.0), (2.5, 20.0), (0.0, 0.0))
_ARROW_EVERY_MM = 35.0
# A screen's unit is a pixel, paper's a millimetre.
_PAPER_UNIT_MM = 0.9
Stop = Callable[[], bool]


class MapPainter:
    """Paints views of one scene. Batches are built when first needed and kept.

    `previous` is the painter of an earlier scene: what it prepared for layers that are still the same is taken over.
    """

    def __init__(self, scene: Scene, previous: MapPainter | None = None) -> None:
        self.scene = scene
        kept = {id(layer) for layer in scene.layers}
        known = previous._prepared if previous is not None else {}
        self._prepared: dict[int, _Prepared] = {key: found for key, found in known.items() if key in kept}

    def prepare(self, *, stop: Stop | None = None) -> None:
        """Build the batches of every layer that is visible by default, so that the first picture comes quickly."""
        for layer in self.scene.layers:
            if stop is not None and stop():
                return
            if layer.key in self.scene.shown:
                self._of(layer).batches(0.0)

    def paint(
        self,
        painter: QPainter,
        view: View,
        *,
        visible: Collection[str] | None = None,
        order: Sequence[str] | None = None,
        antialias: bool = True,
        stop: Stop | None = None,
        background: str | None = PAPER,
        obstacles: Sequence[Box] = (),
        weight: float = 1.0,
    ) -> bool:
        """Paint a view with its upper left corner at the painter's origin; False when `stop` ended it early.

        `visible` are the keys to paint (None: those shown by default), `order` their keys bottom first (None: the
        scene's). `background` None leaves the ground as it is. `obstacles` are boxes in mm that texts keep clear of.
        `weight` makes all lines heavier or, on a small map, lighter.
        """
        shown = self.scene.shown if visible is None else frozenset(visible)
        layers = [layer for layer in _ordered(self.scene, order) if layer.key in shown and len(layer)]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, antialias)
        painter.setRenderHint(QPainter.RenderHint.TextAntialiasing, True)
        frame = QRectF(0.0, 0.0, view.width, view.height)
        painter.setClipRect(frame, Qt.ClipOperation.IntersectClip)
        if background is not None:
            painter.fillRect(frame, QColor(background))
        try:
            done = all(self._paint_layer(painter, layer, view, stop, weight) for layer in layers)
            return done and (
                "labels" not in shown or self._paint_labels(painter, layers, view, stop, obstacles)
            )
        finally:
            painter.restore()

    def outline(self, key: str, feature: str, view: View) -> QPainterPath:
        """Give the outline of one feature in units of a view, to be drawn over the map; empty when there is none."""
        shape = self.scene.geometry(key, feature)
        if shape is None:
            return QPainterPath()
        return _transform(view, (view.x, view.y)).map(path_of(shape, (view.x, view.y)))

    def _of(self, layer: SceneLayer) -> _Prepared:
        found = self._prepared.get(id(layer))
        if found is None or found.layer is not layer:
            found = self._prepared[id(layer)] = _Prepared(layer)
        return found

    def _paint_layer(
        self, painter: QPainter, layer: SceneLayer, view: View, stop: Stop | None, weight: float
    ) -> bool:
        prepared = self._of(layer)
        drawn = [
            row
            for row, style in enumerate(layer.styles)
            if not style.max_scale or view.scale <= style.max_scale
        ]
        if any(layer.styles[row].shape != "point" for row in drawn):
            batches = prepared.batches(_tolerance(view))
            painter.save()
            painter.setTransform(_transform(view, prepared.origin), True)
            done = _paint_batches(painter, layer.styles, drawn, batches, view, prepared.origin, stop, weight)
            painter.restore()
            if not done:
                return False
        if any(layer.styles[row].shape == "point" for row in drawn):
            return _paint_points(painter, layer, prepared, set(drawn), view, stop)
        return not any(layer.styles[row].arrows for row in drawn) or _paint_arrows(painter, layer, view, stop)

    def _paint_labels(
        self,
        painter: QPainter,
        layers: Sequence[SceneLayer],
        view: View,
        stop: Stop | None,
        obstacles: Sequence[Box],
    ) -> bool:
        typesetter = _typesetter(view)
        labels = [label for layer in layers for label in layer.labels_in(view.extent, view.scale)]
        # An unnamed cluster without footprint has its number all the same.
        symbols = [box for layer in layers for box in self._symbol_boxes(layer, view)]
        placed = place_labels(labels, view, typesetter.width, [*obstacles, *symbols])
        painter.save()
        painter.scale(1.0 / view.unit_mm, 1.0 / view.unit_mm)
        done = True
        for found in sorted(placed, key=lambda found: -found.label.rank):
            if stop is not None and stop():
                done = False
                break
            _paint_label(painter, typesetter, found)
        painter.restore()
        return done

    def _symbol_boxes(self, layer: SceneLayer, view: View) -> Iterator[Box]:
        if layer.key != "facilities":
            return
        xy = self._of(layer).points
        for row in _rows_in(xy, view):
            style = layer.styles[layer.style_of[row]]
            if not style.max_scale or view.scale <= style.max_scale:
                half = _size(style, view) / 2
                u, v = view.to_view(*xy[row])
                u, v = u * view.unit_mm, v * view.unit_mm
                yield (u - half, v - half, u + half, v + half)


class _Prepared:
    """What was made ready for one layer: its batches by level of detail, the places of its points."""

    def __init__(self, layer: SceneLayer) -> None:
        self.layer = layer
        self.origin = layer_origin(layer)
        self._batches: dict[float, tuple[tuple[Batch, ...], ...]] = {}
        self._points: NDArray[np.float64] | None = None

    def batches(self, tolerance_m: float) -> tuple[tuple[Batch, ...], ...]:
        if tolerance_m not in self._batches:
            self._batches[tolerance_m] = build_batches(self.layer, tolerance_m)
        return self._batches[tolerance_m]

    @property
    def points(self) -> NDArray[np.float64]:
        if self._points is None:
            places = shapely.point_on_surface(self.layer.geometry)
            self._points = np.column_stack([shapely.get_x(places), shapely.get_y(places)])
        return self._points


def _ordered(scene: Scene, order: Sequence[str] | None) -> list[SceneLayer]:
    if order is None or tuple(order) == scene.keys:
        return list(scene.layers)  # layers of one key may lie in different depths
    place = {key: at for at, key in enumerate(order)}
    return sorted(scene.layers, key=lambda layer: place.get(layer.key, len(place)))


def _tolerance(view: View) -> float:
    return next(tolerance for tolerance, least in _LEVELS if view.metres_per_mm >= least)


def _transform(view: View, origin: tuple[float, float]) -> QTransform:
    u, v = view.to_view(*origin)
    return QTransform(1.0 / view.metres_per_unit, 0.0, 0.0, -1.0 / view.metres_per_unit, u, v)


def _typesetter(view: View) -> Typesetter:
    return Typesetter(1.0 / view.unit_mm if view.unit_mm < _PAPER_UNIT_MM else PAPER_PIXELS_PER_MM)


def _paint_batches(
    painter: QPainter,
    styles: Sequence[Style],
    drawn: Sequence[int],
    batches: Sequence[Sequence[Batch]],
    view: View,
    origin: tuple[float, float],
    stop: Stop | None,
    weight: float,
) -> bool:
    """Paint fills, then hatches, then every pass of the pens over all styles, so that casings lie under all cores."""
    strokes = {row: _strokes(styles[row], view) for row in drawn}
    seen = {row: [batch for batch in batches[row] if _meets(batch.bounds, view.extent)] for row in drawn}
    passes = max((len(passes) for passes in strokes.values()), default=0)
    for row in drawn:
        style = styles[row]
        for batch in seen[row] if style.shape == "area" else ():
            if stop is not None and stop():
                return False
            if style.fill is not None:
                painter.fillPath(batch.path, _colour(style.fill, style.fill_alpha))
            if style.hatch is not None:
                _paint_hatch(painter, batch, style.hatch, view, origin)
    for step in range(passes):
        for row in drawn:
            if step >= len(strokes[row]):
                continue
            pen = _pen(strokes[row][step], view, weight)
            for batch in seen[row]:
                if stop is not None and stop():
                    return False
                painter.strokePath(batch.path, pen)
    return True


def _paint_hatch(
    painter: QPainter, batch: Batch, hatch: Hatch, view: View, origin: tuple[float, float]
) -> None:
    """Draw parallel lines within a path, counted from one point of the map, so that tiles join without a seam."""
    west, south, east, north = _common(batch.bounds, view.extent)
    spacing = hatch.spacing_mm * view.metres_per_mm
    along = np.array([math.cos(math.radians(hatch.angle)), math.sin(math.radians(hatch.angle))])
    across = np.array([-along[1], along[0]])
    corners = np.array([(west, south), (east, south), (east, north), (west, north)])
    reach, depth = corners @ along, corners @ across
    lines = []
    for number in range(math.ceil(depth.min() / spacing), math.floor(depth.max() / spacing) + 1):
        start = across * (number * spacing) + along * reach.min() - origin
        end = across * (number * spacing) + along * reach.max() - origin
        lines.append(QLineF(QPointF(*start), QPointF(*end)))
    if lines:
        painter.save()
        painter.setClipPath(batch.path, Qt.ClipOperation.IntersectClip)
        painter.setPen(QPen(_colour(hatch.colour, hatch.alpha), hatch.width_mm * view.metres_per_mm))
        painter.drawLines(lines)
        painter.restore()


def _strokes(style: Style, view: View) -> tuple[Stroke, ...]:
    return (style.far,) if style.far is not None and view.scale > SCALE_STREET else style.strokes


def _pen(stroke: Stroke, view: View, weight: float) -> QPen:
    width_mm = stroke.width_on_paper(view.metres_per_mm) * weight
    pen = QPen(_colour(stroke.colour, stroke.alpha), width_mm * view.metres_per_mm)
    # Round joins of thin lines cannot be seen, and cost most of the time of a large map.
    thin = width_mm < 2.5 * view.unit_mm and view.unit_mm < _PAPER_UNIT_MM
    pen.setJoinStyle(Qt.PenJoinStyle.BevelJoin if thin else Qt.PenJoinStyle.RoundJoin)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap if stroke.dash_mm or thin else Qt.PenCapStyle.RoundCap)
    if stroke.dash_mm:
        pen.setDashPattern([length * weight / width_mm for length in stroke.dash_mm])
    return pen


def _paint_points(
    painter: QPainter, layer: SceneLayer, prepared: _Prepared, drawn: set[int], view: View, stop: Stop | None
) -> bool:
    rows = _rows_in(prepared.points, view)
    typesetter = _typesetter(view)
    for row in rows[np.argsort(layer.style_of[rows], kind="stable")]:
        if stop is not None and stop():
            return False
        style_row = int(layer.style_of[row])
        if style_row in drawn:
            u, v = view.to_view(*prepared.points[row])
            painter.save()
            painter.translate(u, v)
            painter.scale(1.0 / view.unit_mm, 1.0 / view.unit_mm)
            paint_marker(painter, typesetter, layer.styles[style_row], _size(layer.styles[style_row], view))
            painter.restore()
    return True


def _paint_arrows(painter: QPainter, layer: SceneLayer, view: View, stop: Stop | None) -> bool:
    """Draw an arrow on every so many mm of a line, in the direction in which it was drawn."""
    every = _ARROW_EVERY_MM * view.metres_per_mm
    for row in layer.tree.query(shapely.box(*view.extent)):
        style = layer.styles[layer.style_of[row]]
        if stop is not None and stop():
            return False
        if not style.arrows or not style.strokes or (style.max_scale and view.scale > style.max_scale):
            continue
        for run in shapely.get_parts(layer.geometry[row]):
            if run.length < every / 6.0:
                continue
            count = max(1, int(run.length // every))
            for step in range(count):
                at = (step + 0.65) / count * run.length
                (x, y), (nx, ny) = (
                    run.interpolate(d).coords[0] for d in (at, min(at + every / 50.0, run.length))
                )
                u, v = view.to_view(x, y)
                painter.save()
                painter.translate(u, v)
                painter.rotate(math.degrees(math.atan2(y - ny, nx - x)))
                painter.scale(1.0 / view.unit_mm, 1.0 / view.unit_mm)
                paint_arrow(painter, style.strokes[0].colour, 1.8)
                painter.restore()
    return True


def _paint_label(painter: QPainter, typesetter: Typesetter, placed: PlacedLabel) -> None:
    label = placed.label
    painter.save()
    painter.translate(placed.u_mm, placed.v_mm)
    if label.kind == "number":
        paint_number(painter, typesetter, label.text, label.colour)
        if placed.beside_at is not None:
            typesetter.draw_middle(
                painter,
                placed.beside_at[0] - placed.u_mm,
                placed.beside_at[1] - placed.v_mm,
                label.beside,
                PT_TEXT,
                "#1B2430",
                bold=True,
                halo=PAPER,
            )
    else:
        painter.rotate(placed.angle)
        typesetter.draw_middle(
            painter, 0.0, 0.0, label.text, label.points, label.colour, bold=label.bold, halo=PAPER
        )
    painter.restore()


def _size(style: Style, view: View) -> float:
    """Give the size of a symbol in mm: full on a plan of a cluster, smaller on a plan of the town."""
    share = (
        1.0 if view.scale <= 2_600 else 0.8 if view.scale <= 5_500 else 0.55 if view.scale <= 12_000 else 0.36
    )
    return style.size_mm * share if style.marker == "facility" else style.size_mm


def _rows_in(xy: NDArray[np.float64], view: View) -> NDArray[np.int64]:
    west, south, east, north = view.extent
    edge = 6.0 * view.metres_per_mm
    inside = (
        (xy[:, 0] > west - edge)
        & (xy[:, 0] < east + edge)
        & (xy[:, 1] > south - edge)
        & (xy[:, 1] < north + edge)
    )
    return np.flatnonzero(inside)


def _meets(a: Extent, b: Extent) -> bool:
    return a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3]


def _common(a: Extent, b: Extent) -> Extent:
    return (max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3]))


def _colour(name: str, alpha: float = 1.0) -> QColor:
    colour = QColor(name)
    colour.setAlphaF(alpha)
    return colour
