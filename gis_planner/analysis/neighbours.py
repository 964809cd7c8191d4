"""Which compounds are neighbours.

Two compounds are neighbours when their outlines run beside each other for long enough, nowhere too far apart,
and nothing that people cannot cross lies between them. Meeting in a corner is not enough.

*Frontage* is the length of outline that faces the other compound (`frontage_kernel`), the shorter of the two
sides, plus the outline that overlaps. What lies *between* is judged on the same stretches: something lies
between two compounds when less than the shortest frontage stays clear of it, so a river that runs along half
of a street leaves the other half open, and a lane that ends before the gate is no lane to cross. A barrier that
divides clusters blocks the pair unless a way over, under or (for a railway) across it passes near both.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from gis_planner.analysis.between import Between, Openings, collect_between, find_openings
from gis_planner.analysis.frontage_kernel import facing_stretches
from gis_planner.messages import Message
from gis_planner.model.rules import Rules
from gis_planner.model.tables import Frame, geometries, ids
from gis_planner.progress import SILENT, Progress

_AT_LEAST_M = 1e-3  # with a shortest frontage of 0 a corner is still none
_DIVIDERS = ("expressway", "trunk_road", "railway", "river", "water")  # the strongest is named first


def find_neighbours(
    compounds: Frame,
    barriers: Frame,
    roads: Frame,
    rules: Rules,
    *,
    progress: Progress = SILENT,
) -> Frame:
    """Find every pair of compounds that run beside each other, once, with what lies between them.

    Columns: a, b (ids, a < b), gap_m, frontage_m, crosses (kinds joined by ';': lane branch secondary road
    trunk_road expressway railway river water wall compound), blocked_by (the kind that blocks, '' when none),
    allowed, and as geometry the shortest line between the two. Blocked pairs are listed too. Sorted by a, b.
    """
    progress.report(0.0, Message("clusters.progress.pairs", n=len(compounds)))
    places = _place(compounds)
    left, right = close_pairs(places.shapes, rules.max_gap_m)
    needed = max(rules.min_frontage_m, _AT_LEAST_M)

    progress.report(0.2, Message("clusters.progress.frontage", n=len(left)))
    facing = _face(places, left, right, rules.max_gap_m)
    frontage = facing.total(facing.length)
    beside = np.flatnonzero(frontage >= needed)
    facing, left, right, frontage = facing.only(beside), left[beside], right[beside], frontage[beside]

    progress.report(0.5, Message("clusters.progress.between", n=len(left)))
    between = collect_between(facing.strips(), facing.owners(left, right), places.shapes, barriers, roads)
    clear = {kind: facing.clear(between, between.of(kind)) for kind in between.kinds}
    crosses = [
        ";".join(kind for kind in between.kinds if clear[kind][row] < needed) for row in range(len(left))
    ]

    progress.report(0.9, Message("clusters.progress.blocked"))
    openings = find_openings(barriers, roads)
    blocked_by = _judge(
        facing, between, clear, openings, places.shapes[left], places.shapes[right], needed, rules
    )
    lines = shapely.shortest_line(places.shapes[left], places.shapes[right])
    columns = {
        "a": np.array([places.ids[row] for row in left.tolist()], dtype=object),
        "b": np.array([places.ids[row] for row in right.tolist()], dtype=object),
        "gap_m": shapely.length(lines).astype(np.float64),
        "frontage_m": frontage,
        "crosses": np.array(crosses, dtype=object),
        "blocked_by": np.array(blocked_by, dtype=object),
        "allowed": np.array([kind == "" for kind in blocked_by], dtype=bool),
    }
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(lines, crs=compounds.crs), crs=compounds.crs)


def close_pairs(shapes: NDArray[Any], max_gap_m: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Find every pair of shapes within a distance once, as rows left < right, sorted; empty shapes have none."""
    one, other = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=max_gap_m)
    once = one < other
    left, right = one[once].astype(np.int64), other[once].astype(np.int64)
    order = np.lexsort((right, left))
    return left[order], right[order]


@dataclass(frozen=True, eq=False)
class _Places:
    """The compounds in the order of their ids: valid areas, and their edges with the compound on the left."""

    ids: list[str]
    shapes: NDArray[Any]
    edges: NDArray[np.float64]
    first: NDArray[np.int64]


def _place(compounds: Frame) -> _Places:
    names = ids(compounds)
    order: list[int] = sorted(range(len(names)), key=names.__getitem__)
    shapes = areas(geometries(compounds)[order]) if order else np.empty(0, dtype=object)
    polygons, owner = shapely.get_parts(shapely.orient_polygons(shapes), return_index=True)
    rings, ring_polygon = shapely.get_rings(polygons, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    edges = np.column_stack([points[:-1][same], points[1:][same]])
    of = owner[ring_polygon][ring[:-1][same]]
    first = np.searchsorted(of, np.arange(len(names) + 1)).astype(np.int64)
    return _Places(
        [names[row] for row in order], shapes, np.ascontiguousarray(edges, dtype=np.float64), first
    )


def areas(shapes: NDArray[Any]) -> NDArray[Any]:
    """Give each shape's valid area: crossing outlines repaired, overlapping parts joined, lines and points dropped."""
    fixed = np.empty(len(shapes), dtype=object)
    for row, shape in enumerate(shapes):
        fixed[row] = shapely.MultiPolygon() if shape is None else shape
    broken = ~shapely.is_valid(fixed)
    fixed[broken] = shapely.make_valid(fixed[broken])
    for row in np.flatnonzero(~np.isin(shapely.get_type_id(fixed), (3, 6))).tolist():
        parts = [
            part for part in shapely.get_parts(fixed[row]) if part.geom_type in ("Polygon", "MultiPolygon")
        ]
        fixed[row] = shapely.union_all(parts) if parts else shapely.MultiPolygon()
    return fixed


@dataclass(frozen=True, eq=False)
class _Facing:
    """Stretches of outline that face another compound: `pair` is a row of pairs, `side` 0 for its left compound.

    `facts` (k, 4) hold start, end, and the way out at either end; `edges` (k, 4) the edge they lie on.
    """

    pairs: int
    pair: NDArray[np.int64]
    side: NDArray[np.int64]
    inside: NDArray[np.bool_]
    edges: NDArray[np.float64]
    facts: NDArray[np.float64]

    @property
    def length(self) -> NDArray[np.float64]:
        """The length of every stretch in metres."""
        return np.asarray(self.facts[:, 1] - self.facts[:, 0])

    def total(self, length_m: NDArray[np.float64]) -> NDArray[np.float64]:
        """Sum a length of each stretch for each pair: the shorter side of the two, plus the overlap."""
        bins = self.pair * 4 + self.side * 2 + self.inside
        sums = np.bincount(bins, length_m, minlength=4 * self.pairs).reshape(-1, 4)
        return np.asarray(np.minimum(sums[:, 0], sums[:, 2]) + np.maximum(sums[:, 1], sums[:, 3]))

    def clear(self, between: Between, which: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Measure how much frontage of each pair stays clear of these shadows."""
        return self.total(self.length - between.covered(self.length.size, which))

    def only(self, pairs: NDArray[np.int64]) -> _Facing:
        """Keep the stretches of these pairs, numbered anew in their order."""
        renumbered = np.full(self.pairs, -1, dtype=np.int64)
        renumbered[pairs] = np.arange(pairs.size)
        kept = renumbered[self.pair] >= 0
        return _Facing(
            pairs.size,
            renumbered[self.pair[kept]],
            self.side[kept],
            self.inside[kept],
            self.edges[kept],
            self.facts[kept],
        )

    def owners(self, left: NDArray[np.int64], right: NDArray[np.int64]) -> NDArray[np.int64]:
        """Give the two compounds that each stretch lies between, shape (k, 2)."""
        return np.column_stack([left[self.pair], right[self.pair]])

    def strips(self) -> NDArray[np.float64]:
        """Give each stretch's frame: origin x, y, direction x, y, start, end, way out at start and end; (k, 8)."""
        run = self.edges[:, 2:] - self.edges[:, :2]
        direction = run / np.hypot(run[:, 0], run[:, 1])[:, None]
        return np.column_stack([self.edges[:, :2], direction, self.facts])


def _face(places: _Places, left: NDArray[np.int64], right: NDArray[np.int64], gap_m: float) -> _Facing:
    x0, y0, x1, y1 = (np.ascontiguousarray(places.edges[:, column]) for column in range(4))
    boxes = np.ascontiguousarray(shapely.bounds(places.shapes).reshape(-1, 4), dtype=np.float64)
    pairs = max(int(left.size), 1)
    rows, edges, facts, inside = facing_stretches(
        x0,
        y0,
        x1,
        y1,
        places.first,
        boxes,
        np.concatenate([left, right]),
        np.concatenate([right, left]),
        float(gap_m),
    )
    return _Facing(int(left.size), rows % pairs, rows // pairs, inside, places.edges[edges], facts)


def _judge(
    facing: _Facing,
    between: Between,
    clear: dict[str, NDArray[np.float64]],
    openings: Openings,
    one: NDArray[Any],
    other: NDArray[Any],
    needed: float,
    rules: Rules,
) -> list[str]:
    """Name what blocks each pair; '' where enough frontage stays clear or a way opens what lies between."""
    blocked_by = [""] * facing.pairs
    suspects = np.flatnonzero(facing.clear(between, between.divides) < needed)
    shut = between.divides.copy()
    for kind in between.kinds:
        opened = np.zeros(facing.pairs, dtype=bool)
        opened[suspects] = openings.join(kind, one[suspects], other[suspects], rules.max_gap_m)
        shut &= ~(between.of(kind) & opened[facing.pair[between.stretch]])
    left_open = {kind: facing.clear(between, shut & between.of(kind)) for kind in between.kinds}
    for pair in np.flatnonzero(facing.clear(between, shut) < needed).tolist():
        clear_m = [float(left_open[kind][pair]) for kind in between.kinds]
        alone = [row for row, metres in enumerate(clear_m) if metres < needed]
        blocked_by[pair] = between.kinds[alone[0] if alone else clear_m.index(min(clear_m))]
    return blocked_by
