"""Where the texts of a map stand: one after another by rank, none upon another.

Greedy and simple: each label tries a few places and takes the first that is free. Cluster numbers always stand. No Qt:
how wide a text is comes from whoever draws it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import rtree
from numpy.typing import NDArray

from gis_planner.cartography.scene_values import Label
from gis_planner.cartography.style import PT_TEXT, points_mm
from gis_planner.cartography.view import View

Measure = Callable[[str, float, bool], float]
Box = tuple[float, float, float, float]
NUMBER_MM = 6.4
_TOUCH_MM = 1e-6
_REPEAT_MM = 70.0
_LINE_HEIGHT = 1.25


@dataclass(frozen=True)
class PlacedLabel:
    """A label with its place: the middle of its text in mm of the view, and the angle in degrees clockwise.

    `beside_at` is the middle of the name beside a cluster's number, None where it found no room.
    """

    label: Label
    u_mm: float
    v_mm: float
    angle: float = 0.0
    beside_at: tuple[float, float] | None = None


class FreeRoom:
    """Boxes that are taken, in mm, in an index that grows as labels find their places."""

    def __init__(self) -> None:
        self._taken = rtree.index.Index()
        self._number = 0

    def is_free(self, box: Box) -> bool:
        """Tell whether nothing taken overlaps a box; boxes may touch."""
        touch = min(_TOUCH_MM, (box[2] - box[0]) / 2, (box[3] - box[1]) / 2)
        inner = (box[0] + touch, box[1] + touch, box[2] - touch, box[3] - touch)
        return next(iter(self._taken.intersection(inner)), None) is None

    def take(self, box: Box) -> None:
        """Take a box."""
        self._taken.insert(self._number, box)
        self._number += 1


def place_labels(
    labels: Iterable[Label], view: View, measure: Measure, obstacles: Iterable[Box] = ()
) -> list[PlacedLabel]:
    """Place the labels that a view has room for.

    `measure` gives a text's width in mm for a size in points and boldness; `obstacles` are boxes in mm that texts
    keep clear of (symbols, a legend upon the map).
    """
    width, height = view.width * view.unit_mm, view.height * view.unit_mm
    page = (0.0, 0.0, width, height)
    room = FreeRoom()
    wanted = [label for label in labels if not label.max_scale or view.scale <= label.max_scale]
    placed: list[PlacedLabel] = []
    numbers = [label for label in wanted if label.kind == "number"]
    for label in sorted(numbers, key=lambda label: (label.rank, label.text)):
        u, v = _at(label.x, label.y, view)
        if _inside((u, v, u, v), page):
            room.take(_centred(u, v, NUMBER_MM, NUMBER_MM))
            placed.append(PlacedLabel(label, u, v))
    for box in obstacles:
        room.take(box)
    placed = [_named(number, room, page, measure) for number in placed]
    said: dict[str, list[tuple[float, float]]] = {}
    for label in sorted((label for label in wanted if label.kind != "number"), key=lambda label: label.rank):
        found = _place(label, view, page, room, measure, said)
        if found is not None:
            placed.append(found)
    return placed


def _named(number: PlacedLabel, room: FreeRoom, page: Box, measure: Measure) -> PlacedLabel:
    name = number.label.beside
    if not name:
        return number
    width, height = measure(name, PT_TEXT, True), points_mm(PT_TEXT) * _LINE_HEIGHT
    apart_u, apart_v = NUMBER_MM / 2 + 0.8 + width / 2, NUMBER_MM / 2 + 0.4 + height / 2
    for du, dv in ((apart_u, 0.0), (-apart_u, 0.0), (0.0, apart_v), (0.0, -apart_v)):
        box = _centred(number.u_mm + du, number.v_mm + dv, width, height)
        if _inside(box, page) and room.is_free(box):
            room.take(box)
            return PlacedLabel(
                number.label, number.u_mm, number.v_mm, 0.0, (number.u_mm + du, number.v_mm + dv)
            )
    return number


def _place(
    label: Label,
    view: View,
    page: Box,
    room: FreeRoom,
    measure: Measure,
    said: dict[str, list[tuple[float, float]]],
) -> PlacedLabel | None:
    width, height = measure(label.text, label.points, label.bold), points_mm(label.points) * _LINE_HEIGHT
    if label.kind == "line":
        return _place_along(label, view, page, room, width, height, said)
    u, v = _at(label.x, label.y, view)
    if label.kind == "place":
        clear = label.clear_mm + 0.5
        tries = [
            (clear + width / 2, 0.0),
            (-clear - width / 2, 0.0),
            (0.0, clear + height / 2),
            (0.0, -clear - height / 2),
        ]
    else:
        tries = [(0.0, 0.0), (0.0, height), (0.0, -height), (width / 3, height), (-width / 3, -height)]
    for du, dv in tries:
        box = _centred(u + du, v + dv, width, height)
        if _inside(box, page) and room.is_free(box):
            room.take(box)
            return PlacedLabel(label, u + du, v + dv)
    return None


def _place_along(
    label: Label,
    view: View,
    page: Box,
    room: FreeRoom,
    width: float,
    height: float,
    said: dict[str, list[tuple[float, float]]],
) -> PlacedLabel | None:
    if label.line is None:
        return None
    line = np.column_stack(
        [
            ((label.line[:, 0] - view.x) / view.metres_per_unit + view.width / 2.0) * view.unit_mm,
            ((view.y - label.line[:, 1]) / view.metres_per_unit + view.height / 2.0) * view.unit_mm,
        ]
    )
    along = np.r_[0.0, np.cumsum(np.hypot(*np.diff(line, axis=0).T))]
    if along[-1] < width * 1.15:
        return None
    for share in (0.5, 0.35, 0.65, 0.2, 0.8):
        middle = float(np.clip(share * along[-1], width / 2, along[-1] - width / 2))
        ends = _points_at(line, along, [middle - width / 2, middle, middle + width / 2])
        chord = ends[2] - ends[0]
        length = float(np.hypot(*chord))
        if length < width * 0.97:
            continue  # the line bends too much here
        angle = math.degrees(math.atan2(chord[1], chord[0]))
        if angle > 90.0 or angle <= -90.0:
            angle -= math.copysign(180.0, angle)
        centre = (ends[0] + ends[2]) / 2.0
        boxes = _along_boxes(centre, chord / length, width, height)
        near = any(math.dist(other, centre) < _REPEAT_MM for other in said.get(label.text, ()))
        if not near and all(_inside(box, page) and room.is_free(box) for box in boxes):
            for box in boxes:
                room.take(box)
            said.setdefault(label.text, []).append((float(centre[0]), float(centre[1])))
            return PlacedLabel(label, float(centre[0]), float(centre[1]), angle)
    return None


def _points_at(
    line: NDArray[np.float64], along: NDArray[np.float64], at: Sequence[float]
) -> NDArray[np.float64]:
    return np.column_stack([np.interp(at, along, line[:, 0]), np.interp(at, along, line[:, 1])])


def _along_boxes(
    centre: NDArray[np.float64], direction: NDArray[np.float64], width: float, height: float
) -> list[Box]:
    count = max(1, math.ceil(width / height))
    steps = (np.arange(count) + 0.5) / count - 0.5
    return [_square(centre + direction * step * width, height) for step in steps]


def _at(x: float, y: float, view: View) -> tuple[float, float]:
    u, v = view.to_view(x, y)
    return u * view.unit_mm, v * view.unit_mm


def _centred(u: float, v: float, width: float, height: float) -> Box:
    return (u - width / 2, v - height / 2, u + width / 2, v + height / 2)


def _square(centre: NDArray[np.float64], side: float) -> Box:
    return _centred(float(centre[0]), float(centre[1]), side, side)


def _inside(box: Box, page: Box) -> bool:
    return box[0] >= page[0] and box[1] >= page[1] and box[2] <= page[2] and box[3] <= page[3]
