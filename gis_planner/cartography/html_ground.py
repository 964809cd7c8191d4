"""A scene as plain data for the HTML map: geometry as short whole numbers, looks and labels as they are on paper.

An internal map stands in longitude and latitude. A public one has no exact coordinates: it is drawn in metres from a
point that the page does not name, so shapes and distances are right and places cannot be read off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

from gis_planner.cartography.scene_values import Label, Scene, SceneLayer
from gis_planner.cartography.style import Style
from gis_planner.cartography.view import Extent
from gis_planner.messages import Message

# What lies under the plan and what is drawn over it, bottom first. Compounds, footprints and facilities stand between
# and above, as things that can be pointed at.
UNDER = ("green", "parcels", "water", "roads", "railways", "buildings", "walls")
OVER = ("townships", "planning_area", "neighbours", "entrances")

_DEGREE_UNIT, _METRE_UNIT = 1e-6, 0.1
# Finer than the eye sees on screen; a large town is drawn a little coarser, so that the page opens quickly.
_TOLERANCE_M, _COARSE_M, _MANY_VERTICES = 0.25, 1.5, 600_000
Project = Callable[[NDArray[np.float64]], NDArray[np.float64]]
Say = Callable[[Message], str]


@dataclass(frozen=True, eq=False)
class MapFrame:
    """How the project's metres become numbers of the page.

    `geographic`: longitude and latitude, else metres from an unnamed point. `unit` is the size of a whole number,
    `base` the numbers that all others are counted from (x, y).
    """

    geographic: bool
    unit: float
    base: tuple[int, int]
    project: Project

    def integers(self, coordinates: NDArray[np.float64]) -> NDArray[np.int64]:
        """Give coordinates (n, 2) in metres as whole numbers from the base."""
        scaled = np.rint(self.project(coordinates) / self.unit).astype(np.int64)
        return np.asarray(scaled - np.array(self.base, dtype=np.int64))

    def points(self, places: Sequence[tuple[float, float]]) -> list[list[int]]:
        """Give places (x, y) in metres as whole numbers from the base."""
        found: list[list[int]] = self.integers(np.array(places, dtype=np.float64).reshape(-1, 2)).tolist()
        return found

    def path(self, line: NDArray[np.float64]) -> list[int]:
        """Give a line (n, 2) as its first place and then the steps from vertex to vertex: x, y, dx, dy, …"""
        whole = self.integers(line)
        steps = np.diff(whole, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
        moved = np.any(steps != 0, axis=1)
        moved[:1] = True
        return [int(v) for v in steps[moved].ravel()]

    def areas(self, shapes: NDArray[Any]) -> list[list[list[list[int]]]]:
        """Give for every shape its polygons, each as its outer ring and its holes."""
        parts, owner = shapely.get_parts(shapes, return_index=True)
        flat = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
        found: list[list[list[list[int]]]] = [[] for _ in shapes]
        for row, rings in zip(owner[flat], self.paths(parts[flat]), strict=True):
            found[row].append(rings)
        return found

    def paths(self, shapes: NDArray[Any]) -> list[list[list[int]]]:
        """Give for every shape the rings of its areas, outer ones counterclockwise, or the runs of its lines.

        All at once: one change of coordinates for a layer, not one for every ring.
        """
        areas = shapely.get_dimensions(shapes) == 2
        parts, owner = _parts(shapes, areas)
        coordinates, part = shapely.get_coordinates(parts, return_index=True)
        found: list[list[list[int]]] = [[] for _ in shapes]
        if len(coordinates) == 0:
            return found
        whole = self.integers(coordinates)
        first = np.concatenate(([True], part[1:] != part[:-1]))
        steps = np.diff(whole, axis=0, prepend=whole[:1])
        steps[first] = whole[first]
        kept = first | np.any(steps != 0, axis=1)
        steps, part = steps[kept], part[kept]
        ends = np.flatnonzero(np.diff(part)) + 1
        for row, path in zip(owner[part[np.concatenate(([0], ends))]], np.split(steps, ends), strict=True):
            found[row].append(path.ravel().tolist())
        return found


def _parts(shapes: NDArray[Any], areas: NDArray[np.bool_]) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Take shapes apart into rings and runs, each with the row of its shape, in the order of the rows."""
    rings, of_area = shapely.get_rings(shapely.orient_polygons(shapes[areas]), return_index=True)
    runs, of_line = shapely.get_parts(shapes[~areas], return_index=True)
    owner = np.concatenate([np.flatnonzero(areas)[of_area], np.flatnonzero(~areas)[of_line]])
    order = np.argsort(owner, kind="stable")
    return np.concatenate([rings, runs])[order], owner[order]


def frame_for(crs: str, extent: Extent, *, public: bool) -> MapFrame:
    """Choose the frame of a page: longitude and latitude where they may be shown and the CRS tells them."""
    middle = np.array([[(extent[0] + extent[2]) / 2.0, (extent[1] + extent[3]) / 2.0]])
    if public or not crs:
        return MapFrame(False, _METRE_UNIT, (0, 0), lambda coordinates: coordinates - middle)
    known = pyproj.CRS.from_user_input(crs)
    # The same datum: nothing is shifted, and no grid is looked for.
    change = pyproj.Transformer.from_crs(known, known.geodetic_crs, always_xy=True)

    def to_degrees(coordinates: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(change.transform(coordinates[:, 0], coordinates[:, 1]))

    x, y = np.rint(to_degrees(middle)[0] / _DEGREE_UNIT).astype(int)
    return MapFrame(True, _DEGREE_UNIT, (int(x), int(y)), to_degrees)


def ground_layers(
    scene: Scene, keys: Sequence[str], frame: MapFrame, say: Say, codes: Callable[[str, str], str | None]
) -> list[dict[str, Any]]:
    """Give the layers of some keys with what they look like; empty ones are left out.

    `codes` gives the classes of reach of a feature (key, id), one character for each kind, None where it has none.
    """
    found = [layer for key in keys for layer in scene.of_key(key) if len(layer)]
    vertices = sum(int(shapely.get_num_coordinates(layer.geometry).sum()) for layer in found)
    tolerance = _TOLERANCE_M if vertices <= _MANY_VERTICES else _COARSE_M
    return [
        {
            "key": layer.key,
            "title": say(layer.title),
            "styles": [style_json(style) for style in layer.styles],
            "features": _features(layer, frame, tolerance, codes),
        }
        for layer in found
    ]


def _features(
    layer: SceneLayer, frame: MapFrame, tolerance: float, codes: Callable[[str, str], str | None]
) -> list[list[Any]]:
    """Give each feature as its style, its paths and, where it has them, its classes of reach."""
    lighter = shapely.simplify(layer.geometry, tolerance)
    shapes = np.where(shapely.is_empty(lighter), layer.geometry, lighter)
    rows: list[list[Any]] = []
    for feature, style, paths in zip(layer.ids, layer.style_of.tolist(), frame.paths(shapes), strict=True):
        code = codes(layer.key, feature)
        rows.append([style, paths] if code is None else [style, paths, code])
    return rows


def style_json(style: Style) -> dict[str, Any]:
    """Give a look as plain data; lengths in mm as on paper, `scale` the denominator beyond which it is not drawn."""
    body: dict[str, Any] = {"shape": style.shape}
    if style.fill is not None:
        body["fill"], body["alpha"] = style.fill, round(style.fill_alpha, 3)
    if style.hatch is not None:
        body["hatch"] = asdict(style.hatch)
    if style.strokes:
        body["strokes"] = [
            {"colour": s.colour, "mm": s.width_mm, "dash": list(s.dash_mm), "m": s.width_m, "max": s.max_mm,
             "alpha": s.alpha}
            for s in style.strokes
        ]  # fmt: skip
    if style.marker is not None:
        body["marker"], body["state"], body["mm"] = style.marker, style.state, style.size_mm
    if style.max_scale:
        body["scale"] = style.max_scale
    return body


def label_rows(scene: Scene, keys: Iterable[str], frame: MapFrame) -> list[dict[str, Any]]:
    """Give the texts of some layers, the most important first."""
    labels = [(key, label) for key in keys for layer in scene.of_key(key) for label in layer.labels]
    labels.sort(key=lambda item: item[1].rank)
    places = frame.points([(label.x, label.y) for _, label in labels])
    return [_label(label, key, at, frame) for (key, label), at in zip(labels, places, strict=True)]


def _label(label: Label, key: str, at: list[int], frame: MapFrame) -> dict[str, Any]:
    body: dict[str, Any] = {
        "text": label.text, "at": at, "pt": label.points, "colour": label.colour,
        "layer": key,
    }  # fmt: skip
    if label.max_scale:
        body["scale"] = label.max_scale
    if label.bold:
        body["bold"] = True
    if label.line is not None:
        body["line"] = frame.path(label.line)
    return body
