"""What lies between two compounds.

Before every stretch of outline that faces another compound lies a strip of ground, as long as the stretch and
as deep as the way across. Whatever enters the strip hides a part of the stretch: its shadow, square to the
outline. A path that runs straight across the strip hides nothing; a road along it hides all of it.

A third compound hides what it stands before. Where it lies within half a metre of either outline it is only drawn over
the edge, and hides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_planner.analysis.barriers import off_the_ground
from gis_planner.analysis.engine import load_shadows
from gis_planner.analysis.frontage import Facing, Outlines
from gis_planner.analysis.runs import Runs, cut_runs, near_boxes
from gis_planner.model.tables import Frame, geometries, texts

_INTO_M = (
    2.0  # outlines drawn to the middle of a road or a bank, or a little beyond, still have it between them
)
_THIN_M = 0.5  # nearer to either outline than this a third compound is only drawn over the edge
KINDS = (
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

    Sorted by stretch and start. `kinds` are those that are there, the strongest first; `stretch` and `kind` are rows;
    `divides` tells which shadows are thrown by barriers that divide clusters.
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
        taken = np.zeros(stretches, dtype=np.float64)
        load_shadows(self.stretch.size)[1](self.stretch, self.start, self.end, which, taken)
        return taken


def collect_between(
    facing: Facing,
    outlines: Outlines,
    pairs: NDArray[np.int64],
    barriers: Frame,
    roads: Frame,
    *,
    gap_m: float,
    but: NDArray[np.bool_],
) -> Between:
    """Collect the shadows of barriers, roads on the ground and third compounds.

    `pairs` (p, 2) are the rows in `outlines` of the compounds that face each other; those in `but` (c,) stand between
    no others.
    """
    shapes, kinds, divides = _things(barriers, roads)
    ground = _ground(outlines.boxes, pairs, gap_m + _INTO_M)
    frames = np.ascontiguousarray(facing.strips())
    runs = cut_runs(shapes)
    found, spans = _shadows(frames, facing.pair, near_boxes(ground, runs.boxes), len(pairs), runs, _INTO_M)
    thing = runs.thing[found[:, 1]]
    compounds = Runs(
        outlines.edges,
        outlines.first,
        outlines.boxes,
        np.ones(len(outlines.boxes), dtype=bool),
        np.arange(len(outlines.boxes)),
    )
    third = near_boxes(ground, outlines.boxes)
    stranger = (
        (third[:, 1] != pairs[third[:, 0], 0]) & (third[:, 1] != pairs[third[:, 0], 1]) & ~but[third[:, 1]]
    )
    behind, third_spans = _shadows(frames, facing.pair, third[stranger], len(pairs), compounds, -_THIN_M)
    return _sorted(
        np.r_[found[:, 0], behind[:, 0]],
        np.r_[kinds[thing], np.full(len(behind), KINDS.index("compound"), dtype=np.int64)],
        np.r_[divides[thing], np.zeros(len(behind), dtype=bool)],
        np.concatenate([spans, third_spans]),
    )


def _things(barriers: Frame, roads: Frame) -> tuple[NDArray[Any], NDArray[np.int64], NDArray[np.bool_]]:
    """Give every barrier and every road on the ground: shape, kind (row of KINDS), and whether it divides clusters."""
    lines = geometries(roads)
    number = {road_class: KINDS.index(kind) for road_class, kind in _ROADS.items()}
    road_kinds = np.array(
        [number.get(road_class, -1) for road_class in texts(roads, "class")], dtype=np.int64
    )
    there = (road_kinds >= 0) & ~off_the_ground(roads) & ~shapely.is_missing(lines)
    kinds = np.array([KINDS.index(kind) for kind in barriers["kind"].to_numpy(dtype=object)], dtype=np.int64)
    divides = barriers["blocks_grouping"].to_numpy(dtype=bool)
    return (
        np.concatenate([geometries(barriers), lines[there]]),
        np.concatenate([kinds, road_kinds[there]]),
        np.concatenate([divides, np.zeros(int(there.sum()), dtype=bool)]),
    )


def _ground(boxes: NDArray[np.float64], pairs: NDArray[np.int64], reach_m: float) -> NDArray[np.float64]:
    """Give a box for each pair that holds all ground within reach of both."""
    one, other = boxes[pairs[:, 0]], boxes[pairs[:, 1]]
    low, high = np.maximum(one[:, :2], other[:, :2]), np.minimum(one[:, 2:], other[:, 2:])
    return np.column_stack([low - reach_m, high + reach_m])


def _shadows(
    frames: NDArray[np.float64],
    pair: NDArray[np.int64],
    near: NDArray[np.int64],
    pairs: int,
    runs: Runs,
    into_m: float,
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    first = np.searchsorted(near[:, 0], np.arange(pairs + 1)).astype(np.int64)
    things = np.ascontiguousarray(near[:, 1])
    found, spans = load_shadows(len(frames))[0](
        frames, pair, first, things, runs.edges, runs.first, runs.boxes, runs.is_area, into_m
    )
    return found, spans


def _sorted(
    stretch: NDArray[np.int64],
    kind: NDArray[np.int64],
    divides: NDArray[np.bool_],
    spans: NDArray[np.float64],
) -> Between:
    longest_m = 1.0 + float(spans.max(initial=0.0))
    order = np.argsort(stretch * longest_m + spans[:, 0])  # one key sorts many times as fast as two
    present = np.flatnonzero(np.bincount(kind, minlength=len(KINDS)))
    place = np.zeros(len(KINDS), dtype=np.int64)
    place[present] = np.arange(len(present))
    return Between(
        tuple(KINDS[row] for row in present.tolist()),
        stretch[order],
        place[kind[order]],
        divides[order],
        np.ascontiguousarray(spans[order, 0]),
        np.ascontiguousarray(spans[order, 1]),
    )
