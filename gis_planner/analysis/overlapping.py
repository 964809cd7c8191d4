"""Streets that lie on one another without joining everywhere.

Drawn lines of one level that lie on one another exactly are cut and counted once; what is left are lines that were
traced a hand's breadth beside each other, and drawn lines along ways that join at their nodes alone. They are listed
where an end of either lies on the other and joining it there would spare a walk that is missed (see `joints`); lines
that join at all their ends lengthen nobody's walk.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from gis_planner.analysis.arrays import Rows
from gis_planner.analysis.joints import Joint, Place, Strides, place_on
from gis_planner.analysis.network import Laid

_BESIDE_M = 0.2
_LEAST_M = 2.0
_SHARES = (0.25, 0.5, 0.75)


@dataclass(frozen=True)
class Overlap:
    """Two edges, the length along which they lie on one another, and a place there."""

    edges: tuple[int, int]
    length_m: float
    xy: tuple[float, float]


def find_overlapping(laid: Laid, strides: Strides) -> list[Overlap]:
    """Find the pairs of edges of one level that lie on one another and are not joined everywhere."""
    lines = laid.network.edge_lines
    overlaps = []
    for a, b in _candidates(laid).tolist():
        shared = shapely.intersection(lines[a], shapely.buffer(lines[b], _BESIDE_M, cap_style="flat"))
        length = float(shapely.length(shared))
        if length >= _LEAST_M and _misses_a_joint(laid, strides, a, b):
            place = shapely.line_interpolate_point(
                lines[a], shapely.line_locate_point(lines[a], shapely.centroid(shared))
            )
            overlaps.append(Overlap((a, b), length, (float(place.x), float(place.y))))
    return overlaps


def _candidates(laid: Laid) -> Rows:
    """Give the pairs (smaller, greater edge) of which one lies on the other at a quarter, a half or three quarters."""
    lines, level = laid.network.edge_lines, laid.ways.level[laid.edge_way]
    if len(lines) == 0:
        return np.zeros((0, 2), dtype=np.int64)
    points = np.concatenate(
        [shapely.line_interpolate_point(lines, share, normalized=True) for share in _SHARES]
    )
    row, other = shapely.STRtree(lines).query(points, predicate="dwithin", distance=_BESIDE_M)
    edge = row % len(lines)
    kept = (edge != other) & (level[edge] == level[other])
    pairs = np.column_stack([np.minimum(edge, other)[kept], np.maximum(edge, other)[kept]])
    return np.unique(pairs, axis=0)


def _misses_a_joint(laid: Laid, strides: Strides, a: int, b: int) -> bool:
    """Tell whether an end of either edge lies on the other and does not join it."""
    network = laid.network
    for edge, other in ((a, b), (b, a)):
        for node, offset in (
            (network.edge_from[edge], 0.0),
            (network.edge_to[edge], float(network.walk_m[edge])),
        ):
            x, y = network.xy[node].tolist()
            gap = float(shapely.distance(network.edge_lines[other], shapely.Point(x, y)))
            if gap <= _BESIDE_M:
                place = Place(int(laid.edge_way[edge]), edge, offset, (x, y))
                if strides.is_missing(Joint("network.overlap", place, place_on(laid, other, (x, y)), gap)):
                    return True
    return False
