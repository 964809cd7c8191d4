"""What lies between two compounds, and where a way opens it.

Before every stretch of outline that faces another compound lies a strip of ground, as long as the stretch and
as deep as the way across. Whatever enters the strip hides a part of the stretch: its shadow, square to the
outline. A path that runs straight across the strip hides nothing; a road along it hides all of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_planner.analysis.barriers import off_the_ground
from gis_planner.analysis.frontage import draw_ground
from gis_planner.model.tables import Frame, bools, geometries, texts

_INTO_M = (
    2.0  # outlines drawn to the middle of a road or a bank, or a little beyond, still have it between them
)
_THIN_M = 0.5  # a third compound that shows less than this between two others is only drawn over the edge
_KINDS = (
    "expressway",
    "trunk_road",
    "railway",
    "river",
    "water",
    "secondary",
    "branch",
    "road",
    "lane",
    "wall",
    "compound",
)  # the strongest first
_ROADS = {
    "expressway": "expressway",
    "trunk": "trunk_road",
    "secondary": "secondary",
    "branch": "branch",
    "lane": "lane",
    None: "road",
}


@dataclass(frozen=True, eq=False)
class Between:
    """The shadows of things on stretches, each from where to where along its edge, in metres.

    `kinds` are those that are there, the strongest first; `stretch` and `kind` are rows; `divides` tells which
    shadows are thrown by barriers that divide clusters.
    """

    kinds: tuple[str, ...]
    stretch: NDArray[np.int64]
    kind: NDArray[np.int64]
    divides: NDArray[np.bool_]
    start: NDArray[np.float64]
    end: NDArray[np.float64]

    def of(self, kind: str) -> NDArray[np.bool_]:
        """Tell which shadows are of one kind."""
        return np.asarray(self.kind == self.kinds.index(kind))

    def covered(self, stretches: int, which: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Measure how much of each stretch lies in these shadows, each metre once, shape (stretches,)."""
        rows = np.flatnonzero(which)
        rows = rows[np.lexsort((self.start[rows], self.stretch[rows]))]
        taken = np.zeros(stretches, dtype=np.float64)
        last, reached = -1, 0.0
        shadows = zip(
            self.stretch[rows].tolist(), self.start[rows].tolist(), self.end[rows].tolist(), strict=True
        )
        for stretch, start, end in shadows:
            if stretch != last:
                last, reached = stretch, start
            if end > reached:
                taken[stretch] += end - max(start, reached)
                reached = end
        return taken


def collect_between(
    strips: NDArray[np.float64],
    owners: NDArray[np.int64],
    compounds: NDArray[Any],
    barriers: Frame,
    roads: Frame,
) -> Between:
    """Collect the shadows of barriers, roads on the ground and third compounds.

    `strips` (k, 8) are frames of stretches (origin x, y, direction x, y, start, end, way out at start and end),
    `owners` (k, 2) the rows of `compounds` on either side.
    """
    things, kinds, divides = _things(barriers, roads)
    stretch, thing, start, end = _shadows(strips, things)
    behind, third_start, third_end = _compound_shadows(strips, owners, compounds)
    kind = np.r_[kinds[thing], np.full(behind.size, _KINDS.index("compound"), dtype=np.int64)]
    present = [row for row in range(len(_KINDS)) if np.any(kind == row)]
    return Between(
        tuple(_KINDS[row] for row in present),
        np.r_[stretch, behind],
        np.array([present.index(row) for row in kind.tolist()], dtype=np.int64),
        np.r_[divides[thing], np.zeros(behind.size, dtype=bool)],
        np.r_[start, third_start],
        np.r_[end, third_end],
    )


def _things(barriers: Frame, roads: Frame) -> tuple[NDArray[Any], NDArray[np.int64], NDArray[np.bool_]]:
    found: list[tuple[Any, str, bool]] = []
    rows = zip(texts(barriers, "kind"), bools(barriers, "blocks_grouping"), geometries(barriers), strict=True)
    found += [(shape, str(kind), bool(divides)) for kind, divides, shape in rows]
    lines = zip(texts(roads, "class"), off_the_ground(roads), geometries(roads), strict=True)
    found += [
        (shape, _ROADS[road_class], False)
        for road_class, raised, shape in lines
        if road_class in _ROADS and not raised and shape is not None
    ]
    shapes = np.empty(len(found), dtype=object)
    shapes[:] = [shape for shape, _, _ in found]
    kinds = np.array([_KINDS.index(kind) for _, kind, _ in found], dtype=np.int64)
    return shapes, kinds, np.array([divides for _, _, divides in found], dtype=bool)


def _shadows(
    strips: NDArray[np.float64],
    things: NDArray[Any],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    ground = draw_ground(strips, _INTO_M)
    stretch, thing = shapely.STRtree(things).query(ground, predicate="intersects")
    row, start, end = _project(strips, stretch, shapely.intersection(ground[stretch], things[thing]))
    return stretch[row].astype(np.int64), thing[row].astype(np.int64), start, end


def _compound_shadows(
    strips: NDArray[np.float64],
    owners: NDArray[np.int64],
    compounds: NDArray[Any],
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    deep = np.flatnonzero(np.minimum(strips[:, 6], strips[:, 7]) > 2 * _THIN_M)
    ground = draw_ground(strips[deep], 0.0)
    row, third = shapely.STRtree(compounds).query(ground, predicate="intersects")
    stranger = (third != owners[deep[row], 0]) & (third != owners[deep[row], 1])
    row, third = row[stranger], third[stranger]
    shown = shapely.intersection(ground[row], compounds[third])
    thick = shapely.area(shown) > _THIN_M * (strips[deep[row], 5] - strips[deep[row], 4])
    stretch = deep[row[thick]]
    part, start, end = _project(strips, stretch, shown[thick])
    return stretch[part].astype(np.int64), start, end


def _project(
    strips: NDArray[np.float64],
    stretch: NDArray[np.int64],
    shown: NDArray[Any],
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Project what is shown in strips onto their stretches, each connected part for itself.

    `stretch` (k,) is the strip of each `shown`. Gives the row of `shown`, the start and the end of each part.
    """
    parts, of = shapely.get_parts(shown, return_index=True)
    points, part = shapely.get_coordinates(parts, return_index=True)
    if len(points) == 0:
        return np.empty(0, dtype=np.int64), np.empty(0), np.empty(0)
    begins = np.flatnonzero(np.r_[True, part[1:] != part[:-1]])
    rows = of[part[begins]].astype(np.int64)
    frames = strips[stretch[of[part]]]
    along = (points[:, 0] - frames[:, 0]) * frames[:, 2] + (points[:, 1] - frames[:, 1]) * frames[:, 3]
    mine = strips[stretch[rows]]
    start = np.clip(np.minimum.reduceat(along, begins), mine[:, 4], mine[:, 5])
    end = np.clip(np.maximum.reduceat(along, begins), mine[:, 4], mine[:, 5])
    return rows, start, end


@dataclass(frozen=True, eq=False)
class Openings:
    """Where ways pass over, under or across barriers: the places, by kind of barrier."""

    places: dict[str, NDArray[Any]]

    def join(self, kind: str, one: NDArray[Any], other: NDArray[Any], reach_m: float) -> NDArray[np.bool_]:
        """Tell for each pair of compounds whether a way opens this kind within reach of both."""
        joined = np.zeros(len(one), dtype=bool)
        places = self.places.get(kind, np.empty(0, dtype=object))
        tree = shapely.STRtree(places)
        near_one = tree.query(one, predicate="dwithin", distance=reach_m)
        near_other = tree.query(other, predicate="dwithin", distance=reach_m)
        key_one = near_one[0].astype(np.int64) * len(places) + near_one[1]
        key_other = near_other[0].astype(np.int64) * len(places) + near_other[1]
        joined[np.intersect1d(key_one, key_other) // max(len(places), 1)] = True
        return joined


def find_openings(barriers: Frame, roads: Frame) -> Openings:
    """Find where people can pass the barriers that divide clusters.

    A river, water, trunk road or expressway is passed on a walkable bridge or in a tunnel; a railway also by a
    walkable way that crosses it at grade. Nobody walks on an expressway, and a trunk road opens no other one.
    """
    shapes, classes = geometries(roads), texts(roads, "class")
    raised = np.array(off_the_ground(roads), dtype=bool)
    walkable = np.array(
        [
            walk is not False and road_class != "expressway" and shape is not None
            for walk, road_class, shape in zip(bools(roads, "walkable"), classes, shapes, strict=True)
        ],
        dtype=bool,
    )
    is_trunk = np.array([road_class == "trunk" for road_class in classes], dtype=bool)
    ways_over = {
        "river": walkable & raised,
        "water": walkable & raised,
        "railway": walkable,
        "trunk_road": walkable & raised & ~is_trunk,
        "expressway": walkable & raised & ~is_trunk,
    }
    lines, kinds = geometries(barriers), np.array(texts(barriers, "kind"), dtype=object)
    places: dict[str, NDArray[Any]] = {}
    for kind, usable in ways_over.items():
        mine, ways = lines[kinds == kind], np.flatnonzero(usable)
        row, barrier = shapely.STRtree(mine).query(shapes[ways], predicate="intersects")
        across = raised[ways[row]] | shapely.crosses(shapes[ways[row]], mine[barrier])
        places[kind] = shapely.get_parts(
            shapely.intersection(shapes[ways[row[across]]], mine[barrier[across]])
        )
    return Openings(places)
