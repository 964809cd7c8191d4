"""Which compounds are neighbours.

Two compounds are neighbours when their outlines run beside each other for long enough, nowhere too far apart,
and nothing that people cannot cross lies between them. Meeting in a corner is not enough.

*Frontage* is the length of outline that faces the other compound (`frontage_kernel`), the shorter of the two
sides, plus the outline that overlaps; the *width between* is the median of the way across over those stretches. What
lies *between* is judged on the same stretches: something lies between two compounds when less than the shortest
frontage stays clear of it, so a river that runs along half of a street leaves the other half open, and a lane that
ends before the gate is no lane to cross. A barrier that divides clusters by the rules blocks the pair unless a way
over, under or (for a railway) across it passes near both (`openings`). What must be crossed in a pair that is not
blocked costs what the rules say (`crossing_cost`). An outline that covers several others is no compound's (`covering`):
it is beside everything, joins nothing, and is not taken for a third one between two that it covers.
"""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from gis_planner.analysis.between import Between, collect_between
from gis_planner.analysis.covering import COVERED, count_covered
from gis_planner.analysis.crossing_cost import cost_of
from gis_planner.analysis.frontage import Facing, areas, face, outline, shortest_lines
from gis_planner.analysis.openings import OPENINGS, find_openings
from gis_planner.messages import Message
from gis_planner.model.rules import Rules
from gis_planner.model.tables import Frame, geometries, ids
from gis_planner.progress import SILENT, Progress

_AT_LEAST_M = 1e-3  # with a shortest frontage of 0 a corner is still none


def find_neighbours(
    compounds: Frame,
    barriers: Frame,
    roads: Frame,
    rules: Rules,
    *,
    progress: Progress = SILENT,
) -> Frame:
    """Find every pair of compounds that run beside each other, once, with what lies between them.

    Columns: a, b (ids, a < b), gap_m (the shortest distance), width_m (the median width between), frontage_m, crosses
    (kinds joined by ';': lane branch secondary road trunk_road expressway railway river water wall compound),
    blocked_by (the kind that blocks, `outline` where one covers several others, '' when none), opened_by (how lines
    that divide are passed: bridge underpass crossing, joined by ';', '' when none is or none need be), cost (of
    crossing, NaN when blocked), allowed, and as geometry the shortest line between the two. Blocked pairs are listed
    too. Sorted by a, b.
    """
    progress.report(0.0, Message("clusters.progress.pairs", n=len(compounds)))
    every = ids(compounds)
    order: list[int] = sorted(range(len(every)), key=every.__getitem__)
    names = np.array([every[row] for row in order], dtype=object)
    shapes = areas(geometries(compounds)[order]) if order else np.empty(0, dtype=object)
    outlines = outline(shapes)
    left, right = outlines.near_pairs(rules.max_gap_m)
    needed = max(rules.min_frontage_m, _AT_LEAST_M)

    progress.report(0.2, Message("clusters.progress.frontage", n=len(left)))
    facing = face(outlines, left, right, rules.max_gap_m)
    frontage = facing.total(facing.length)
    beside = np.flatnonzero(frontage >= needed)
    facing, left, right, frontage = facing.only(beside), left[beside], right[beside], frontage[beside]
    lines = shortest_lines(outlines, left, right, facing)

    progress.report(0.5, Message("clusters.progress.between", n=len(left)))
    pairs = np.column_stack([left, right])
    covers = count_covered(shapes, pairs) >= COVERED
    between = collect_between(facing, outlines, pairs, barriers, roads, gap_m=rules.max_gap_m, but=covers)
    lies_between = np.zeros((len(left), len(between.kinds)), dtype=bool)
    for column, kind in enumerate(between.kinds):
        lies_between[:, column] = _clear(facing, between, between.of(kind)) < needed

    progress.report(0.9, Message("clusters.progress.blocked"))
    divides, blocked, opened = _judge(facing, between, shapes[pairs], barriers, roads, needed, rules)
    doubtful = covers[pairs].any(axis=1)
    blocked[doubtful], opened[doubtful] = len(between.kinds), False
    crosses, which = _say(lies_between | divides, between.kinds)
    ways, way = _say(opened, OPENINGS)
    shut = blocked >= 0
    costs = np.array([cost_of(kinds.split(";"), rules) for kinds in crosses], dtype=np.float64)
    columns = {
        "a": names[left],
        "b": names[right],
        "gap_m": shapely.length(lines).astype(np.float64),
        "width_m": facing.widths(),
        "frontage_m": frontage,
        "crosses": np.array(crosses, dtype=object)[which],
        "blocked_by": np.array([*between.kinds, "outline", ""], dtype=object)[blocked],
        "opened_by": np.array(ways, dtype=object)[way],
        "cost": np.where(shut, np.nan, costs[which]),
        "allowed": ~shut,
    }
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(lines, crs=compounds.crs), crs=compounds.crs)


def _judge(
    facing: Facing,
    between: Between,
    sides: NDArray[Any],
    barriers: Frame,
    roads: Frame,
    needed: float,
    rules: Rules,
) -> tuple[NDArray[np.bool_], NDArray[np.int64], NDArray[np.bool_]]:
    """Find which kinds divide each pair (pairs, kinds), what blocks it (a kind, -1 for nothing), and what opens it.

    Where enough frontage stays clear of what divides nothing does. Else those kinds do that leave too little by
    themselves or, where none does, all that hide some. What opens a pair are rows of OPENINGS (pairs, openings).
    """
    hides, divides = (np.zeros((facing.pairs, len(between.kinds)), dtype=bool) for _ in range(2))
    passed = np.full((facing.pairs, len(between.kinds)), -1, dtype=np.int64)
    blocked = np.full(facing.pairs, -1, dtype=np.int64)
    opened = np.zeros((facing.pairs, len(OPENINGS)), dtype=bool)
    suspects = np.flatnonzero(_clear(facing, between, between.divides) < needed)
    if not suspects.size:
        return divides, blocked, opened
    openings = find_openings(barriers, roads) if rules.crossings_open else None
    shut = between.divides.copy()
    length = facing.total(facing.length)
    for column, kind in enumerate(between.kinds):
        mine = between.divides & between.of(kind)
        if not mine.any():
            continue
        clear = _clear(facing, between, mine)
        hides[suspects, column] = clear[suspects] < length[suspects]
        divides[suspects, column] = clear[suspects] < needed
        if openings is not None:
            one, other = sides[suspects, 0], sides[suspects, 1]
            passed[suspects, column] = openings.join(kind, one, other, rules.max_gap_m)
            shut &= ~(mine & (passed[:, column] >= 0)[facing.pair[between.stretch]])
    together = np.flatnonzero(~divides.any(axis=1))
    divides[together] = hides[together]
    still = np.flatnonzero(_clear(facing, between, shut) < needed)
    if still.size:
        closed = np.stack([_clear(facing, between, shut & between.of(kind)) for kind in between.kinds])
        alone = closed[:, still] < needed  # the strongest of these, else the one that hides most
        blocked[still] = np.where(alone.any(axis=0), alone.argmax(axis=0), closed[:, still].argmin(axis=0))
    for way in range(len(OPENINGS)):
        opened[:, way] = (divides & (passed == way)).any(axis=1) & (blocked < 0)
    return divides, blocked, opened


def _clear(facing: Facing, between: Between, which: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Measure how much frontage of each pair stays clear of these shadows."""
    return facing.total(facing.length - between.covered(facing.length.size, which))


def _say(flags: NDArray[np.bool_], words: tuple[str, ...]) -> tuple[list[str], NDArray[np.int64]]:
    """Put rows of flags into words joined by ';': the different sayings, and which of them each row has."""
    code = flags @ (1 << np.arange(flags.shape[1], dtype=np.int64))
    codes, which = np.unique(code, return_inverse=True)
    sayings = [
        ";".join(word for bit, word in enumerate(words) if number >> bit & 1) for number in codes.tolist()
    ]
    return sayings, which
