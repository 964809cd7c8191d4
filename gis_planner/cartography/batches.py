"""Features as drawable paths: one for each tile of the map and style.

A single giant path is ten to twenty times slower to draw with smooth edges than the same vertices in tiles, and keeps
other threads waiting. Coordinates go from numpy into Qt as bytes, which is eight times faster than point by point.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray
from PySide6.QtCore import QByteArray, QDataStream
from PySide6.QtGui import QPainterPath

from gis_planner.cartography.scene_values import SceneLayer
from gis_planner.cartography.view import Extent

MAX_TILES = 32
_VERTICES_PER_TILE = 400
_ELEMENT = np.dtype([("kind", ">i4"), ("x", ">f8"), ("y", ">f8")])
_WINDING = 1


@dataclass(frozen=True, eq=False)
class Batch:
    """The features of one style whose middle lies in one tile, as a path in metres from the layer's origin."""

    style: int
    path: QPainterPath
    bounds: Extent


def layer_origin(layer: SceneLayer) -> tuple[float, float]:
    """Give the point from which a layer's paths are measured: small numbers keep their millimetres in a PDF."""
    if not len(layer):
        return 0.0, 0.0
    west, south = layer.bounds[:, :2].min(axis=0)
    return float(np.floor(west)), float(np.floor(south))


def build_batches(layer: SceneLayer, tolerance_m: float = 0.0) -> tuple[tuple[Batch, ...], ...]:
    """Build the paths of a layer, for every style those of its tiles.

    Points have none. With a tolerance lines are simplified by it, and what collapses is left out. Rings all run
    the same way, so that outlines that overlap in one path leave no holes.
    """
    by_style: list[list[Batch]] = [[] for _ in layer.styles]
    drawable = np.array([style.shape != "point" for style in layer.styles], dtype=bool)
    rows = np.flatnonzero(drawable[layer.style_of]) if len(layer) else np.empty(0, dtype=np.int64)
    if len(rows):
        keys = _tile_keys(layer, rows)
        order = np.argsort(keys, kind="stable")
        rows, keys = rows[order], keys[order]
        shapes = layer.geometry[rows]
        if tolerance_m > 0.0:
            shapes = shapely.simplify(shapes, tolerance_m, preserve_topology=False)
        areas = np.array([style.shape == "area" for style in layer.styles], dtype=bool)[layer.style_of[rows]]
        runs, owner = _runs(shapes, areas)
        origin = np.array(layer_origin(layer))
        for style, path, bounds in _paths(runs, keys[owner], origin):
            by_style[style].append(Batch(style, path, bounds))
    return tuple(tuple(batches) for batches in by_style)


def path_of(shape: shapely.geometry.base.BaseGeometry, origin: tuple[float, float]) -> QPainterPath:
    """Give one geometry as a path in metres from an origin (a point gives an empty path)."""
    shapes = np.empty(1, dtype=object)
    shapes[:] = [shape]
    runs, owner = _runs(shapes, np.array([shapely.get_dimensions(shape) == 2]))
    for _, path, _ in _paths(runs, owner, np.array(origin)):
        return path
    return QPainterPath()


def _tile_keys(layer: SceneLayer, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number the style and tile of every feature."""
    vertices = int(shapely.get_num_coordinates(layer.geometry[rows]).sum())
    n = int(min(MAX_TILES, max(1, round((vertices / _VERTICES_PER_TILE) ** 0.5))))
    bounds = layer.bounds[rows]
    middle = (bounds[:, :2] + bounds[:, 2:]) / 2.0
    low = middle.min(axis=0)
    size = np.maximum(middle.max(axis=0) - low, 1e-9)
    cells = np.minimum((middle - low) / size * n, n - 1).astype(np.int64)
    return np.asarray(_STYLE_SHIFT * layer.style_of[rows] + cells[:, 1] * n + cells[:, 0], dtype=np.int64)


# Keys of different styles must differ whatever the number of tiles.
_STYLE_SHIFT = 1 << 32


def _runs(
    shapes: NDArray[np.object_], areas: NDArray[np.bool_]
) -> tuple[NDArray[np.object_], NDArray[np.int64]]:
    """Take shapes apart into single lines and rings, with the row that each belongs to."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    parts, inner = shapely.get_parts(parts, return_index=True)  # collections may hold multi-part geometries
    owner = owner[inner]
    dimensions = shapely.get_dimensions(parts)
    wanted = np.where(areas[owner], dimensions == 2, dimensions >= 1)
    parts, owner, dimensions = parts[wanted], owner[wanted], dimensions[wanted]
    polygons = dimensions == 2
    rings, ring_owner = shapely.get_rings(shapely.orient_polygons(parts[polygons]), return_index=True)
    runs = np.concatenate([parts[~polygons], rings])
    owners = np.concatenate([owner[~polygons], owner[polygons][ring_owner]])
    order = np.argsort(owners, kind="stable")
    return runs[order], np.asarray(owners[order], dtype=np.int64)


def _paths(
    runs: NDArray[np.object_], keys: NDArray[np.int64], origin: NDArray[np.float64]
) -> list[tuple[int, QPainterPath, Extent]]:
    coordinates, run = shapely.get_coordinates(runs, return_index=True)
    if not len(coordinates):
        return []
    elements = np.empty(len(coordinates), dtype=_ELEMENT)
    starts = np.r_[True, run[1:] != run[:-1]]
    elements["kind"] = np.where(starts, 0, 1)
    elements["x"] = coordinates[:, 0] - origin[0]
    elements["y"] = coordinates[:, 1] - origin[1]
    key = keys[run]
    edges = np.r_[0, np.flatnonzero(key[1:] != key[:-1]) + 1, len(key)]
    found: list[tuple[int, QPainterPath, Extent]] = []
    for start, end in pairwise(edges):
        west, south = coordinates[start:end].min(axis=0)
        east, north = coordinates[start:end].max(axis=0)
        extent = (float(west), float(south), float(east), float(north))
        found.append((int(key[start] // _STYLE_SHIFT), _path(elements[start:end]), extent))
    return found


def _path(elements: NDArray[np.void]) -> QPainterPath:
    # The stream reads from these bytes without keeping them: they need a name of their own.
    content = QByteArray(
        struct.pack(">i", len(elements)) + elements.tobytes() + struct.pack(">ii", 0, _WINDING)
    )
    stream = QDataStream(content)
    path = QPainterPath()
    stream >> path
    return path
