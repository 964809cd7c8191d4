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
_SLACK_M = 0.5  # what is longer by less than this is as short
_CRUMB_M2 = 1.0  # pieces smaller than this are dropped
_PINHOLE_M2 = 1e-4  # holes smaller than this are the last bits of coordinates
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
    joined: BaseGeometry = parts[0]
    waiting = parts[1:]
    while waiting:
        near = min(waiting, key=lambda part: (joined.distance(part), part.bounds))
        waiting.remove(near)
        link = shapely.buffer(_link(joined, near), _LINK_M, cap_style="square", join_style="mitre")
        if joined.distance(near) > gap_m:
            link = shapely.Polygon()
        joined = shapely.union_all([joined, near, foreign.leave_out(link)])
    return joined


def _link(one: BaseGeometry, other: BaseGeometry) -> BaseGeometry:
    """Give a line from one part to another through the middle of the gap where they are nearest.

    Where two edges run beside each other every line across is as short; the middle is the same however the town lies.
    """
    both = shapely.union_all([one, other])
    filled = close_gaps(both, one.distance(other) / 2 + _SLACK_M)
    gaps = shapely.get_parts(shapely.difference(filled, both))
    gaps = gaps[shapely.dwithin(gaps, one, _SLACK_M / 10) & shapely.dwithin(gaps, other, _SLACK_M / 10)]
    if not len(gaps):
        return shapely.shortest_line(one, other)
    gap = gaps[np.argmax(shapely.area(gaps))]
    ends = [shapely.get_point(shapely.shortest_line(part, gap.centroid), 0) for part in (one, other)]
    return shapely.LineString([*ends[0].coords, *gap.centroid.coords, *ends[1].coords])


def without(area: BaseGeometry, taken: Sequence[BaseGeometry]) -> BaseGeometry:
    """Leave out what others have, and crumbs; polygons only."""
    rest = shapely.difference(area, shapely.union_all(list(taken))) if taken else area
    parts = [part for part in shapely.get_parts(rest) if part.geom_type == "Polygon"]
    large = [part for part in parts if part.area > _CRUMB_M2] or parts
    if len(large) > 1 or not large:
        return shapely.MultiPolygon(large)
    one: BaseGeometry = large[0]
    return one


def tidy(area: BaseGeometry) -> BaseGeometry:
    """Leave out pinholes, and corners that a straight line has no need of; the outline begins where its shape says."""
    parts = shapely.get_parts(area)
    whole = [_without_pinholes(part) for part in parts]
    if any(one is not part for one, part in zip(whole, parts, strict=True)):
        area = whole[0] if len(whole) == 1 else shapely.MultiPolygon(whole)
    return shapely.simplify(shapely.normalize(area), _STRAIGHT_M)


def _without_pinholes(part: shapely.Polygon) -> shapely.Polygon:
    kept = [ring for ring in part.interiors if shapely.Polygon(ring).area > _PINHOLE_M2]
    return part if len(kept) == len(part.interiors) else shapely.Polygon(part.exterior, kept)
