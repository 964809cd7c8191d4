"""Islands: parts of the network that hang together only among themselves.

All but the longest part are islands. Where an island comes near the longest part on the same level, the two places
that are nearest to each other could be joined.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from gis_planner.analysis.arrays import Rows
from gis_planner.analysis.joints import Joint, place_on
from gis_planner.analysis.network import Laid, join_parts

JOIN_WITHIN_M = 30.0


@dataclass(frozen=True)
class Island:
    """One island: the number of its part, its first edge, its length, and where it could be joined (None: nowhere)."""

    part: int
    edge: int
    length_m: float
    joint: Joint | None


@dataclass(frozen=True, eq=False)
class Islands:
    """Every island, the longest first, and the part of each edge."""

    part_of_edge: Rows
    islands: tuple[Island, ...]


def find_islands(laid: Laid) -> Islands:
    """Find the islands of a network."""
    network = laid.network
    if len(network.edge_from) == 0:
        return Islands(np.zeros(0, dtype=np.int64), ())
    part = join_parts(network)[network.edge_from]
    length = np.bincount(part, weights=network.length_m)
    numbers, first = np.unique(part, return_index=True)
    order = np.lexsort((first, -length[numbers]))
    main, rest = int(numbers[order[0]]), order[1:]
    joints = _nearest_joints(laid, part, main)
    islands = tuple(
        Island(int(numbers[k]), int(first[k]), float(length[numbers[k]]), joints.get(int(numbers[k])))
        for k in rest.tolist()
    )
    return Islands(part, islands)


def _nearest_joints(laid: Laid, part: Rows, main: int) -> dict[int, Joint]:
    """Give for each island the joint with the main part that is shortest."""
    lines, level = laid.network.edge_lines, laid.ways.level[laid.edge_way]
    inland, ashore = np.flatnonzero(part == main), np.flatnonzero(part != main)
    a, b = shapely.STRtree(lines[inland]).query(lines[ashore], predicate="dwithin", distance=JOIN_WITHIN_M)
    a, b = ashore[a], inland[b]
    kept = level[a] == level[b]
    a, b = a[kept], b[kept]
    gap = shapely.distance(lines[a], lines[b])
    joints: dict[int, Joint] = {}
    for k in np.lexsort((b, a, gap)).tolist():
        if int(part[a[k]]) not in joints:
            ends = shapely.get_coordinates(shapely.shortest_line(lines[a[k]], lines[b[k]])).tolist()
            one, other = (
                place_on(laid, int(edge), (end[0], end[1]))
                for edge, end in zip((a[k], b[k]), ends, strict=True)
            )
            joints[int(part[a[k]])] = Joint("network.island", one, other, float(gap[k]))
    return joints
