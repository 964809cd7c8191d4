"""The ground before each compound where several stand in one plot: from its outline to the edge of the plot.

Without parcels a plot is a whole block, and its compounds can belong to different clusters. The strip between a
compound and the street that it stands at is then its own, up to the point that is as near to the next compound. What
lies between the compounds stays with the plot.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis_planner.analysis.footprint_shapes import close_gaps
from gis_planner.analysis.frontage import areas

_FULL = 0.5  # of a plot its compounds must take together, for what is before them to be told apart
_STEP_M = 10.0  # nearness is measured from places on an outline so far apart
_INSET_M = 0.5  # and so far inside it, so that compounds which touch have no place in common
_GRID_M = 1e-6
_THIN_M = 0.5  # strips thinner than this are none


def part_yards(
    plot: BaseGeometry,
    free: BaseGeometry,
    compounds: NDArray[Any],
    taken_m2: NDArray[np.float64],
    gap_m: float,
) -> list[tuple[int, BaseGeometry]]:
    """Give the strips before compounds of one plot: places in `compounds`, and ground; none where there is no need."""
    if len(compounds) < 2 or taken_m2.sum() < _FULL * plot.area or free.is_empty:
        return []
    strips = shapely.difference(free, close_gaps(shapely.union_all(compounds), gap_m / 2))
    if strips.is_empty:
        return []
    outlines = shapely.boundary(
        shapely.buffer(shapely.intersection(compounds, plot), -_INSET_M, join_style="mitre")
    )
    places, owner = shapely.get_coordinates(shapely.segmentize(outlines, _STEP_M), return_index=True)
    places, first = np.unique(places, axis=0, return_index=True)
    owner = owner[first]
    if len(np.unique(owner)) < 2:
        return []
    nearest = shapely.get_parts(shapely.voronoi_polygons(shapely.multipoints(places), extend_to=plot))
    nearest = areas(nearest)
    nearest = nearest[np.sort(shapely.STRtree(nearest).query(strips, predicate="intersects"))]
    place, cell = shapely.STRtree(nearest).query(shapely.points(places), predicate="within")
    yards: list[tuple[int, BaseGeometry]] = []
    for number in range(len(compounds)):
        # Places in a row make cells whose corners differ in the last bit; joined on a grid they fit.
        own = shapely.union_all(nearest[cell[owner[place] == number]], grid_size=_GRID_M)
        parts = shapely.get_parts(shapely.intersection(strips, own))
        parts = parts[2 * shapely.area(parts) > _THIN_M * np.maximum(shapely.length(parts), 1e-9)]
        if len(parts) and shapely.area(parts).sum() <= taken_m2[number]:
            yards.append((number, shapely.MultiPolygon(list(parts))))
    return yards
