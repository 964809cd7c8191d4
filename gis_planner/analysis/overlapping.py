"""Streets that lie on one another without joining everywhere.

Drawn lines of one level that lie on one another exactly are cut and counted once; what is left are lines that were
traced a hand's breadth beside each other, and drawn lines along ways that join at their nodes alone. They are listed
where an end of either lies on the other and joining it there would spare a walk that is missed (see `joints`); lines
that join at all their ends lengthen nobody's walk. The place of such a pair is the first end that misses its joint, so
that the line of a pair moves on to its next end once one is mended, and disappears with the last.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from gis_planner.analysis.arrays import Rows
from gis_planner.analysis.joints import Joint, Strides, apart_m, onto_node, place_of_node, place_on
from gis_planner.analysis.network import Laid

_BESIDE_M = 0.2
_LEAST_M = 2.0
_SHARES = (0.25, 0.5, 0.75)


@dataclass(frozen=True)
class Overlap:
    """Two edges, the length along which they lie on one another, and the joints that are missing, one at least."""

    edges: tuple[int, int]
    length_m: float
    missing: tuple[Joint, ...]


def find_overlapping(laid: Laid, strides: Strides) -> list[Overlap]:
    """Find the pairs of edges of one level that lie on one another and are not joined everywhere."""
    lines = laid.network.edge_lines
    overlaps = []
    for a, b in _candidates(laid).tolist():
        shared = shapely.intersection(lines[a], shapely.buffer(lines[b], _BESIDE_M, cap_style="flat"))
        length = float(shapely.length(shared))
        if length >= _LEAST_M and (missing := _missing_joints(laid, strides, a, b)):
            overlaps.append(Overlap((a, b), length, missing))
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


def _missing_joints(laid: Laid, strides: Strides, a: int, b: int) -> tuple[Joint, ...]:
    """Give the ends of either edge that lie on the other and do not join it; from west to east, each place once."""
    network = laid.network
    found: dict[tuple[float, float], Joint] = {}
    for edge, other in ((a, b), (b, a)):
        for node in (int(network.edge_from[edge]), int(network.edge_to[edge])):
            end = place_of_node(laid, edge, node)
            gap = float(shapely.distance(network.edge_lines[other], shapely.Point(end.xy)))
            if gap > _BESIDE_M or end.xy in found:
                continue
            beside = place_on(laid, other, end.xy)
            if strides.is_missing(Joint("network.overlap", end, beside, gap)):
                beside = onto_node(laid, beside)
                found[end.xy] = Joint("network.overlap", end, beside, apart_m(end, beside))
    return tuple(found[xy] for xy in sorted(found))
