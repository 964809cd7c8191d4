"""Where a way opens a line that divides.

A river, water, trunk road or expressway is passed on a walkable bridge or in an underpass; a railway also by a
walkable way that crosses it at grade. Nobody walks on an expressway, and a trunk road opens no other one. The place
where the way meets the line must lie near both compounds: a bridge three streets away joins others.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_planner.analysis.barriers import off_the_ground
from gis_planner.model.tables import Frame, bools, geometries, ints, texts

OPENINGS = ("bridge", "underpass", "crossing")  # the surest is named first
_LINES = ("river", "water", "railway", "trunk_road", "expressway")


@dataclass(frozen=True, eq=False)
class Openings:
    """Where ways pass over, under or across barriers: the places by kind of barrier, and how (rows of OPENINGS)."""

    places: dict[str, NDArray[Any]]
    how: dict[str, NDArray[np.int64]]

    def join(self, kind: str, one: NDArray[Any], other: NDArray[Any], reach_m: float) -> NDArray[np.int64]:
        """Tell for each pair of compounds how a way opens this kind within reach of both: a row of OPENINGS, or -1."""
        joined = np.full(len(one), len(OPENINGS), dtype=np.int64)
        places = self.places.get(kind, np.empty(0, dtype=object))
        if len(places) and len(one):
            tree = shapely.STRtree(places)
            near_one = tree.query(one, predicate="dwithin", distance=reach_m)
            near_other = tree.query(other, predicate="dwithin", distance=reach_m)
            key_one = near_one[0].astype(np.int64) * len(places) + near_one[1]
            key_other = near_other[0].astype(np.int64) * len(places) + near_other[1]
            both = np.intersect1d(key_one, key_other)
            np.minimum.at(joined, both // len(places), self.how[kind][both % len(places)])
        joined[joined == len(OPENINGS)] = -1
        return joined


def find_openings(barriers: Frame, roads: Frame) -> Openings:
    """Find where people can pass the barriers that divide clusters."""
    shapes, classes = geometries(roads), texts(roads, "class")
    raised = off_the_ground(roads)
    walkable = np.array(
        [
            walk is not False and road_class != "expressway" and shape is not None
            for walk, road_class, shape in zip(bools(roads, "walkable"), classes, shapes, strict=True)
        ],
        dtype=bool,
    )
    how = _ways_through(roads)
    is_trunk = np.array([road_class == "trunk" for road_class in classes], dtype=bool)
    lines, kinds = geometries(barriers), barriers["kind"].to_numpy(dtype=object)
    places: dict[str, NDArray[Any]] = {}
    hows: dict[str, NDArray[np.int64]] = {}
    for kind in _LINES:
        usable = walkable if kind == "railway" else walkable & raised
        if kind in ("trunk_road", "expressway"):
            usable = usable & ~is_trunk
        mine, ways = lines[kinds == kind], np.flatnonzero(usable)
        row, barrier = shapely.STRtree(mine).query(shapes[ways], predicate="intersects")
        across = raised[ways[row]] | shapely.crosses(shapes[ways[row]], mine[barrier])
        row, barrier = ways[row[across]], barrier[across]
        places[kind], of = shapely.get_parts(
            shapely.intersection(shapes[row], mine[barrier]), return_index=True
        )
        hows[kind] = how[row[of]]
    return Openings(places, hows)


def _ways_through(roads: Frame) -> NDArray[np.int64]:
    """Tell for each road how it passes what it meets: over it, under it, or across it."""
    rows = zip(bools(roads, "bridge"), bools(roads, "tunnel"), ints(roads, "level"), strict=True)
    found = []
    for bridge, tunnel, level in rows:
        if bridge or (not tunnel and (level or 0) > 0):
            found.append(OPENINGS.index("bridge"))
        elif tunnel or (level or 0) < 0:
            found.append(OPENINGS.index("underpass"))
        else:
            found.append(OPENINGS.index("crossing"))
    return np.array(found, dtype=np.int64)
