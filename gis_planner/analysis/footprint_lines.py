"""The lines that cut the ground of a town, and the faces between them.

Streets on the ground and barriers that divide clusters cut it, and the edges of parcels; only lines near compounds do.
Lines that were drawn beside each other within a hand's breadth (a parcel that ends at a centre line) are one line
here, so that no splinters arise between them. Steps and footpaths cut nothing, nor do streets that leave the ground.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis_planner.analysis.arrays import Rows
from gis_planner.analysis.barriers import off_the_ground
from gis_planner.analysis.frontage import areas
from gis_planner.model.tables import Frame, shapes_of

_CUTS_NOTHING = frozenset({"footpath", "steps"})
_SAME_LINE_M = 0.1  # lines nearer than this are the same line
_THIN_M = 0.1  # plots thinner than this are splinters


@dataclass(frozen=True, eq=False)
class Cuts:
    """What cuts the ground: `cuts` are streets and barriers, `edges` of parcels; `walls` the barriers as given."""

    cuts: NDArray[Any]
    edges: NDArray[Any]
    walls: NDArray[Any]


def draw_cuts(
    streets: NDArray[Any],
    walls: NDArray[Any],
    parcels: NDArray[Any],
    compounds: shapely.STRtree,
    *,
    reach_m: float,
) -> Cuts:
    """Draw the lines that cut the ground near compounds; None stands for what is not looked at."""
    walls = sorted_by_place(walls[~shapely.is_missing(walls)])
    lines = _lines_of(np.concatenate([streets, walls]))
    lines = lines[meeting_compounds(compounds, lines, reach_m)]
    parcels = _lines_of(areas(parcels[~shapely.is_missing(parcels)]))
    parcels = parcels[meeting_compounds(compounds, parcels, reach_m)]
    edges = _as_one_line(parcels, lines)
    return Cuts(_as_one_line(lines, edges), edges, walls)


def find_faces(lines: NDArray[Any]) -> NDArray[Any]:
    """Give the faces between lines, splinters apart, sorted by place."""
    if not len(lines):
        return as_objects([])
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all(lines)]))
    faces = faces[2 * shapely.area(faces) > _THIN_M * shapely.length(faces)]
    return sorted_by_place(faces)


def cutting_lines(roads: Frame, rows: Rows) -> NDArray[Any]:
    """Give the lines of those of these roads that cut the ground into plots."""
    shapes, classes = shapes_of(roads)[rows], np.asarray(roads["class"].array, dtype=object)[rows]
    cut = ~shapely.is_missing(shapes) & ~shapely.is_empty(shapes) & ~off_the_ground(roads, rows)
    for road_class in _CUTS_NOTHING:
        cut &= classes != road_class
    return np.asarray(shapes[cut], dtype=object)


def only_met(shapes: NDArray[Any], around: BaseGeometry | None) -> NDArray[Any]:
    """Give the shapes that meet a box, None for the others."""
    if around is None or not len(shapes):
        return shapes
    west, south, east, north = around.bounds
    low_x, low_y, high_x, high_y = shapely.bounds(shapes).T
    met = shapes.copy()
    met[~((low_x <= east) & (high_x >= west) & (low_y <= north) & (high_y >= south))] = None
    return met


def meeting_compounds(tree: shapely.STRtree, shapes: NDArray[Any], reach_m: float) -> NDArray[np.bool_]:
    """Tell which shapes lie within reach of some compound."""
    near = np.zeros(len(shapes), dtype=bool)
    near[tree.query(shapes, predicate="dwithin", distance=reach_m)[0]] = True
    return near


def sorted_by_place(shapes: NDArray[Any]) -> NDArray[Any]:
    """Give shapes in an order that no row decides."""
    bounds = shapely.bounds(shapes).reshape(-1, 4)
    return np.asarray(shapes[np.lexsort((shapely.length(shapes), *bounds.T))], dtype=object)


def _lines_of(shapes: NDArray[Any]) -> NDArray[Any]:
    """Give lines as they are and the rings of areas, in an order that no row decides."""
    shapes = shapes[~shapely.is_missing(shapes)]
    single = shapely.get_type_id(shapes) == 1
    parts = shapely.get_parts(shapes[~single])
    polygon = shapely.get_type_id(parts) == 3
    points, ring = shapely.get_coordinates(shapely.get_rings(parts[polygon]), return_index=True)
    rings = shapely.linestrings(points, indices=ring) if len(points) else as_objects([])
    return sorted_by_place(np.concatenate([shapes[single], parts[shapely.get_type_id(parts) == 1], rings]))


def _as_one_line(lines: NDArray[Any], beside: NDArray[Any]) -> NDArray[Any]:
    """Lead lines through the corners of others that they pass within a hand's breadth."""
    row, other = shapely.STRtree(beside).query(lines, predicate="dwithin", distance=_SAME_LINE_M)
    order = np.lexsort((other, row))
    row, other = row[order], other[order]
    rows, first = np.unique(row, return_index=True)
    led = lines.copy()
    if len(rows):
        corners = as_objects([shapely.multilinestrings(beside[own]) for own in np.split(other, first[1:])])
        led[rows] = shapely.snap(lines[rows], corners, _SAME_LINE_M)
    return led


def as_objects(values: list[BaseGeometry]) -> NDArray[Any]:
    """Give shapes as an array, whatever they are."""
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array
