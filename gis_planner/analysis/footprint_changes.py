"""The areas of clusters after streets changed: only those near the change are drawn again.

A street cuts the ground into plots, so drawing, removing or raising one can move an outline, near it and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis_planner.analysis.barriers import collect_barriers
from gis_planner.analysis.footprint_cells import lay_cells
from gis_planner.analysis.footprint_lines import cutting
from gis_planner.analysis.footprints import draw_footprint
from gis_planner.model.project import Project
from gis_planner.model.tables import Frame, geometries, take

_NEAR_M = 200.0  # an area that a street can move lies nearer to it than this


def cuts_changed(
    before: Frame, after: Frame, touched: NDArray[np.int64], gone: NDArray[np.int64]
) -> NDArray[Any]:
    """Give the lines of roads that cut the ground before or after a change, but not both, or elsewhere.

    `touched` are rows of the table after, `gone` rows of the table before; a touched row that the table before had
    too is the same road.
    """
    kept = touched[touched < len(before)]
    old, new = take(before, np.concatenate([kept, gone])), take(after, touched)
    lines = [geometries(old)[cutting(old)], geometries(new)[cutting(new)]]
    both = {shape.wkb for shape in lines[0]} & {shape.wkb for shape in lines[1]}
    found = [shape for shape in np.concatenate(lines) if shape.wkb not in both]
    array = np.empty(len(found), dtype=object)
    array[:] = found
    return array


def redraw_footprints(
    drawn: Mapping[str, BaseGeometry], project: Project, changed: NDArray[Any]
) -> dict[str, BaseGeometry]:
    """Draw the areas near changed lines again; the others are those that were `drawn`."""
    grouping = project.grouping
    names = [cluster.id for cluster in grouping.clusters]
    shapes = np.empty(len(names), dtype=object)
    shapes[:] = [drawn[name] for name in names]
    near = np.unique(shapely.STRtree(changed).query(shapes, predicate="dwithin", distance=_NEAR_M)[0])
    if not len(near):
        return dict(drawn)
    barriers = collect_barriers(project)
    around = shapely.box(*shapely.total_bounds(shapes[near])).buffer(_NEAR_M, cap_style="square")
    cells = lay_cells(project, barriers, around=around)
    again = {names[row]: draw_footprint(names[row], grouping, project, barriers, cells=cells) for row in near}
    return {**drawn, **again}
