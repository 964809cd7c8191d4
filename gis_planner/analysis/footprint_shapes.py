"""What is done to an area's outline: gaps closed, holes filled, parts linked, needless corners left out.

Gaps are closed with square corners, so that closing puts no arcs into a line that somebody signs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

_LINK_M = 4.0  # half the width of a link between parts that do not touch
_CRUMB_M2 = 1.0  # pieces smaller than this are dropped
_STRAIGHT_M = 1e-6  # a corner that leaves a straight line by less is none


class Foreign:
    """Ground of others: what an area must leave out. Only what is near is looked at."""

    def __init__(self, shapes: NDArray[Any]) -> None:
        """Take the shapes of others."""
        self._shapes = shapes
        self._tree = shapely.STRtree(shapes)

    def leave_out(self, area: BaseGeometry) -> BaseGeometry:
        """Give what is left of an area."""
        if area.is_empty:
            return area
        near = np.sort(self._tree.query(area, predicate="intersects"))
        return shapely.difference(area, shapely.union_all(self._shapes[near])) if len(near) else area


def closed_hull(members: Sequence[BaseGeometry] | NDArray[Any], reach_m: float) -> BaseGeometry:
    """Give the ground of some areas with every gap up to twice `reach_m` between them closed."""
    own = shapely.union_all(np.asarray(members, dtype=object))
    closed = shapely.buffer(shapely.buffer(own, reach_m), -reach_m)
    return shapely.union(own, closed)


def close_gaps(own: BaseGeometry, reach_m: float) -> BaseGeometry:
    """Close every gap up to twice `reach_m` wide, along straight lines."""
    if reach_m <= 0:
        return own
    wide = shapely.buffer(own, reach_m, join_style="mitre")
    return shapely.buffer(wide, -reach_m, join_style="mitre")


def fill_holes(area: BaseGeometry, foreign: Foreign) -> BaseGeometry:
    """Fill holes, except for what others take of them."""
    rings = [
        shapely.Polygon(ring) for part in shapely.get_parts(area) for ring in getattr(part, "interiors", ())
    ]
    if not rings:
        return area
    holes = shapely.get_parts(foreign.leave_out(shapely.union_all(rings)))
    return shapely.union_all([area, *holes[shapely.area(holes) > 0]])


def link_parts(area: BaseGeometry, own: BaseGeometry, foreign: Foreign, gap_m: float) -> BaseGeometry:
    """Link the parts that hold members where they lie within a gap; parts without members are left out."""
    if area.geom_type == "Polygon":
        return area
    found = shapely.get_parts(area)
    held = shapely.area(shapely.intersection(found, own)) > 0
    parts = sorted(found[held], key=lambda part: (-part.area, part.bounds))
    if not parts:
        return area
    joined, waiting = parts[0], parts[1:]
    while waiting:
        near = min(waiting, key=lambda part: (joined.distance(part), part.bounds))
        waiting.remove(near)
        link = shapely.buffer(shapely.shortest_line(joined, near), _LINK_M, cap_style="square")
        if joined.distance(near) > gap_m:
            link = shapely.Polygon()
        joined = shapely.union_all([joined, near, foreign.leave_out(link)])
    return joined


def without(area: BaseGeometry, taken: Sequence[BaseGeometry]) -> BaseGeometry:
    """Leave out what others have, and crumbs; polygons only."""
    rest = shapely.difference(area, shapely.union_all(list(taken))) if taken else area
    parts = [part for part in shapely.get_parts(rest) if part.geom_type == "Polygon"]
    large = [part for part in parts if part.area > _CRUMB_M2] or parts
    return large[0] if len(large) == 1 else shapely.MultiPolygon(large)


def tidy(area: BaseGeometry) -> BaseGeometry:
    """Leave out corners that a straight line has no need of; the outline begins where its shape says."""
    return shapely.simplify(shapely.normalize(area), _STRAIGHT_M)
