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
from shapely.geometry.base import BaseGeometry

from gis_planner.cartography.scene_values import Label, Scene, SceneLayer
from gis_planner.cartography.style import Style
from gis_planner.cartography.view import Extent
from gis_planner.messages import Message

# What lies under the plan and what is drawn over it, bottom first. Compounds, footprints and facilities stand between
# and above, as things that can be pointed at.
UNDER = ("green", "parcels", "water", "roads", "railways", "buildings")
OVER = ("walls", "townships", "planning_area", "neighbours", "entrances")

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

    def point(self, x: float, y: float) -> list[int]:
        """Give one place as whole numbers from the base."""
        return [int(v) for v in self.integers(np.array([[x, y]]))[0]]

    def path(self, line: BaseGeometry | NDArray[np.float64]) -> list[int]:
        """Give a line or ring as its first place and then the steps from vertex to vertex: x, y, dx, dy, …"""
        coordinates = line if isinstance(line, np.ndarray) else shapely.get_coordinates(line)
        whole = self.integers(coordinates)
        steps = np.diff(whole, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
        moved = np.any(steps != 0, axis=1)
        moved[:1] = True
        return [int(v) for v in steps[moved].ravel()]

    def paths(self, shape: BaseGeometry) -> list[list[int]]:
        """Give the rings of an area, outer ones counterclockwise, or the runs of a line."""
        if shapely.get_dimensions(shape) == 2:
            rings: Iterable[Any] = shapely.get_rings(shapely.orient_polygons(shape))
        else:
            rings = shapely.get_parts(shape)
        return [self.path(ring) for ring in rings if not ring.is_empty]


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
    for feature, style, shape in zip(layer.ids, layer.style_of, shapes, strict=True):
        code = codes(layer.key, feature)
        row: list[Any] = [int(style), frame.paths(shape)]
        rows.append(row if code is None else [*row, code])
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
    found = [(key, label) for key in keys for layer in scene.of_key(key) for label in layer.labels]
    return [_label(label, key, frame) for key, label in sorted(found, key=lambda item: item[1].rank)]


def _label(label: Label, key: str, frame: MapFrame) -> dict[str, Any]:
    body: dict[str, Any] = {
        "text": label.text, "at": frame.point(label.x, label.y), "pt": label.points, "colour": label.colour,
        "layer": key,
    }  # fmt: skip
    if label.max_scale:
        body["scale"] = label.max_scale
    if label.bold:
        body["bold"] = True
    if label.line is not None:
        body["line"] = frame.path(label.line)
    return body
