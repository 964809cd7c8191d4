"""How long outlines face each other, and the ground between them.

A stretch of outline faces another area when one who steps straight out of it meets that area first and within the
gap (`frontage_kernel`). The ground that is walked over on the way is the stretch's strip.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_planner.analysis.engine import load_facing
from gis_planner.analysis.runs import near_boxes

_DUST_M2 = 1e-3  # strips smaller than this are no ground, and trouble whoever joins them


def close_pairs(shapes: NDArray[Any], max_gap_m: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Find every pair of shapes within a distance once, as rows left < right, sorted; empty shapes have none."""
    one, other = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=max_gap_m)
    once = one < other
    left, right = one[once].astype(np.int64), other[once].astype(np.int64)
    order = np.lexsort((right, left))
    return left[order], right[order]


@dataclass(frozen=True, eq=False)
class Outlines:
    """Areas and their edges: x, y of start and end, the area on the left; those of c are `first[c]:first[c + 1]`.

    `boxes` (c, 4) are theirs, NaN where there is no ground.
    """

    shapes: NDArray[Any]
    edges: NDArray[np.float64]
    first: NDArray[np.int64]
    boxes: NDArray[np.float64]

    def near_pairs(self, gap_m: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Find every pair whose boxes come within a distance once, as rows left < right, sorted: few too many.

        What faces another within that distance is among them, and it is found with no look at an outline.
        """
        near = near_boxes(self.boxes + np.array([-gap_m, -gap_m, gap_m, gap_m]), self.boxes)
        near = near[near[:, 0] < near[:, 1]]
        return near[:, 0].copy(), near[:, 1].copy()


def outline(shapes: NDArray[Any]) -> Outlines:
    """Take the outlines of valid areas, as `areas` gives them."""
    polygons, owner = shapely.get_parts(shapely.orient_polygons(shapes), return_index=True)
    rings, ring_polygon = shapely.get_rings(polygons, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    edges = np.column_stack([points[:-1][same], points[1:][same]])
    of = owner[ring_polygon][ring[:-1][same]]
    first = np.searchsorted(of, np.arange(len(shapes) + 1)).astype(np.int64)
    boxes = np.ascontiguousarray(shapely.bounds(shapes).reshape(-1, 4), dtype=np.float64)
    return Outlines(shapes, np.ascontiguousarray(edges, dtype=np.float64), first, boxes)


def areas(shapes: NDArray[Any]) -> NDArray[Any]:
    """Give each shape's valid area: crossing outlines repaired, overlapping parts joined, lines and points dropped."""
    fixed = np.array(shapes, dtype=object)
    fixed[shapely.is_missing(fixed)] = shapely.MultiPolygon()
    broken = ~shapely.is_valid(fixed)
    fixed[broken] = shapely.make_valid(fixed[broken])
    for row in np.flatnonzero(~np.isin(shapely.get_type_id(fixed), (3, 6))).tolist():
        parts = [
            part for part in shapely.get_parts(fixed[row]) if part.geom_type in ("Polygon", "MultiPolygon")
        ]
        fixed[row] = shapely.union_all(parts) if parts else shapely.MultiPolygon()
    return fixed


@dataclass(frozen=True, eq=False)
class Facing:
    """Stretches of outline that face another compound: `pair` is a row of pairs, `side` 0 for its left compound.

    `facts` (k, 4) hold start, end, and the way out at either end; `edges` (k, 4) the edge they lie on.
    """

    pairs: int
    pair: NDArray[np.int64]
    side: NDArray[np.int64]
    inside: NDArray[np.bool_]
    edges: NDArray[np.float64]
    facts: NDArray[np.float64]

    @cached_property
    def length(self) -> NDArray[np.float64]:
        """The length of every stretch in metres."""
        return np.asarray(self.facts[:, 1] - self.facts[:, 0])

    @cached_property
    def _bins(self) -> NDArray[np.int64]:
        return np.asarray(self.pair * 4 + self.side * 2 + self.inside)

    def total(self, length_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum a length of each stretch for each pair: the shorter side of the two, plus the overlap."""
        sums = np.bincount(self._bins, length_m, minlength=4 * self.pairs).reshape(-1, 4)
        return np.asarray(np.minimum(sums[:, 0], sums[:, 2]) + np.maximum(sums[:, 1], sums[:, 3]))

    def only(self, pairs: NDArray[np.int64]) -> Facing:
        """Keep the stretches of these pairs, numbered anew in their order."""
        renumbered = np.full(self.pairs, -1, dtype=np.int64)
        renumbered[pairs] = np.arange(pairs.size)
        kept = renumbered[self.pair] >= 0
        return Facing(
            pairs.size,
            renumbered[self.pair[kept]],
            self.side[kept],
            self.inside[kept],
            self.edges[kept],
            self.facts[kept],
        )

    def widths(self) -> NDArray[np.float64]:
        """Measure how wide the way across is for each pair, in metres: the median over all stretches of both sides.

        Half of the frontage has less than that before it and half has more; where outlines overlap the way is 0. Each
        stretch counts by its length, and its way goes evenly from that at its start to that at its end.
        """
        order = np.argsort(self.pair, kind="stable")
        first = np.searchsorted(self.pair[order], np.arange(self.pairs + 1)).astype(np.int64)
        widest_m = float(self.facts[:, 2:].max(initial=0.0))
        return np.asarray(load_facing(self.pairs)[1](first, order, self.facts, widest_m))

    def strips(self) -> NDArray[np.float64]:
        """Give each stretch's frame: origin x, y, direction x, y, start, end, way out at start and end; (k, 8)."""
        run = self.edges[:, 2:] - self.edges[:, :2]
        direction = run / np.hypot(run[:, 0], run[:, 1])[:, None]
        return np.column_stack([self.edges[:, :2], direction, self.facts])


def face(outlines: Outlines, left: NDArray[np.int64], right: NDArray[np.int64], gap_m: float) -> Facing:
    """Find every stretch by which the areas of each pair (rows left, right) face each other within the gap."""
    x0, y0, x1, y1 = (np.ascontiguousarray(outlines.edges[:, column]) for column in range(4))
    pairs = max(int(left.size), 1)
    rows, edges, facts, inside = load_facing(int(left.size))[0](
        x0,
        y0,
        x1,
        y1,
        outlines.first,
        outlines.boxes,
        np.concatenate([left, right]),
        np.concatenate([right, left]),
        float(gap_m),
    )
    return Facing(int(left.size), rows % pairs, rows // pairs, inside, outlines.edges[edges], facts)


def shortest_lines(
    outlines: Outlines, left: NDArray[np.int64], right: NDArray[np.int64], facing: Facing
) -> NDArray[Any]:
    """Draw the shortest line between the areas of each pair, whose stretches `facing` holds."""
    nearest = load_facing(int(left.size))[2](outlines.edges, outlines.first, outlines.boxes, left, right)
    lines = shapely.linestrings(nearest.reshape(-1, 2, 2))
    meet = np.unique(facing.pair[facing.inside])  # these overlap: any place that they share will do
    lines[meet] = shapely.shortest_line(outlines.shapes[left[meet]], outlines.shapes[right[meet]])
    return np.asarray(lines, dtype=object)


def draw_ground(strips: NDArray[np.float64], into_m: float) -> NDArray[Any]:
    """Draw the ground before each stretch, reaching a little into the compounds at either end."""
    origin, along = strips[:, :2], strips[:, 2:4]
    out = np.column_stack([along[:, 1], -along[:, 0]])
    start, end = origin + along * strips[:, 4:5], origin + along * strips[:, 5:6]
    corners = np.stack(
        [
            start - out * into_m,
            end - out * into_m,
            end + out * (strips[:, 7:8] + into_m),
            start + out * (strips[:, 6:7] + into_m),
        ],
        axis=1,
    )
    return np.asarray(shapely.polygons(corners), dtype=object)


def ground_between(shapes: NDArray[Any], gap_m: float) -> NDArray[Any]:
    """Draw the ground between valid areas that face each other within the gap: one polygon for each stretch."""
    left, right = close_pairs(shapes, gap_m)
    strips = face(outline(shapes), left, right, gap_m).strips()
    ground = draw_ground(strips[np.maximum(strips[:, 6], strips[:, 7]) > 0], 0.0)
    return np.asarray(ground[(shapely.area(ground) > _DUST_M2) & shapely.is_valid(ground)])
