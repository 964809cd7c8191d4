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

from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from gis_planner.analysis.between import Between, Openings, collect_between, find_openings
from gis_planner.analysis.frontage import Facing, areas, close_pairs, face, outline
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
    every = ids(compounds)
    order: list[int] = sorted(range(len(every)), key=every.__getitem__)
    names = np.array([every[row] for row in order], dtype=object)
    shapes = areas(geometries(compounds)[order]) if order else np.empty(0, dtype=object)
    left, right = close_pairs(shapes, rules.max_gap_m)
    needed = max(rules.min_frontage_m, _AT_LEAST_M)

    progress.report(0.2, Message("clusters.progress.frontage", n=len(left)))
    facing = face(outline(shapes), left, right, rules.max_gap_m)
    frontage = facing.total(facing.length)
    beside = np.flatnonzero(frontage >= needed)
    facing, left, right, frontage = facing.only(beside), left[beside], right[beside], frontage[beside]

    progress.report(0.5, Message("clusters.progress.between", n=len(left)))
    between = collect_between(facing.strips(), facing.owners(left, right), shapes, barriers, roads)
    clear = {kind: _clear(facing, between, between.of(kind)) for kind in between.kinds}
    crosses = [
        ";".join(kind for kind in between.kinds if clear[kind][row] < needed) for row in range(len(left))
    ]

    progress.report(0.9, Message("clusters.progress.blocked"))
    openings = find_openings(barriers, roads)
    blocked_by = _judge(facing, between, clear, openings, shapes[left], shapes[right], needed, rules)
    lines = shapely.shortest_line(shapes[left], shapes[right])
    columns = {
        "a": names[left],
        "b": names[right],
        "gap_m": shapely.length(lines).astype(np.float64),
        "frontage_m": frontage,
        "crosses": np.array(crosses, dtype=object),
        "blocked_by": np.array(blocked_by, dtype=object),
        "allowed": np.array([kind == "" for kind in blocked_by], dtype=bool),
    }
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(lines, crs=compounds.crs), crs=compounds.crs)


def _judge(
    facing: Facing,
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
    suspects = np.flatnonzero(_clear(facing, between, between.divides) < needed)
    shut = between.divides.copy()
    for kind in between.kinds:
        opened = np.zeros(facing.pairs, dtype=bool)
        opened[suspects] = openings.join(kind, one[suspects], other[suspects], rules.max_gap_m)
        shut &= ~(between.of(kind) & opened[facing.pair[between.stretch]])
    left_open = {kind: _clear(facing, between, shut & between.of(kind)) for kind in between.kinds}
    for pair in np.flatnonzero(_clear(facing, between, shut) < needed).tolist():
        clear_m = [float(left_open[kind][pair]) for kind in between.kinds]
        alone = [row for row, metres in enumerate(clear_m) if metres < needed]
        blocked_by[pair] = between.kinds[alone[0] if alone else clear_m.index(min(clear_m))]
    return blocked_by


def _clear(facing: Facing, between: Between, which: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Measure how much frontage of each pair stays clear of these shadows."""
    return facing.total(facing.length - between.covered(facing.length.size, which))
