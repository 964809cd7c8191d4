"""Long lines and wide areas cut into short runs of edges, so that whoever asks what is near looks at little.

A river across a whole town is near everything by its box; sixteen of its edges are not. Cutting changes nothing of
what is asked here, where and behind which edges somebody is: an area cut in two is the same ground, and where it is
cut its ground goes on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_planner.analysis.engine import load_meeting

_EDGES = 16  # of a line in one run
_POINTS = 128  # of an area before it is cut in two


@dataclass(frozen=True, eq=False)
class Runs:
    """Runs of edges: `edges` (e, 4) as x, y of start and end, those of run r are `first[r]` to `first[r + 1]`.

    `boxes` (r, 4) are theirs, `is_area` tells which stand for the ground inside, `thing` is the row of the shape.
    """

    edges: NDArray[np.float64]
    first: NDArray[np.int64]
    boxes: NDArray[np.float64]
    is_area: NDArray[np.bool_]
    thing: NDArray[np.int64]


def cut_runs(shapes: NDArray[Any]) -> Runs:
    """Cut lines and areas into runs; points and what is missing or empty have none."""
    parts, of = _parts(shapes)
    kind = shapely.get_type_id(parts)
    lines, areas = np.isin(kind, (1, 2)), np.flatnonzero(kind == 3)
    line_edges, line_run, line_thing = _cut_lines(parts[lines], of[lines])
    ground, ground_of = _cut_areas(parts[areas])
    area_edges, area_run = _ring_edges(ground)
    edges = np.ascontiguousarray(np.concatenate([line_edges, area_edges]))
    run = np.concatenate([line_run, area_run + len(line_thing)])
    thing = np.concatenate([line_thing, of[areas][ground_of]])
    first = np.searchsorted(run, np.arange(len(thing) + 1)).astype(np.int64)
    is_area = np.arange(len(thing)) >= len(line_thing)
    return Runs(edges, first, _boxes(edges, first), is_area, thing)


def near_boxes(boxes: NDArray[np.float64], others: NDArray[np.float64]) -> NDArray[np.int64]:
    """Find which boxes (n, 4) meet which other ones (m, 4): (k, 2) rows, sorted by both; NaN meets nothing."""
    one, other = (np.flatnonzero(~np.isnan(given[:, 0])) for given in (boxes, others))
    meet = load_meeting(len(one) + len(other))
    met = meet(np.ascontiguousarray(boxes[one]), np.ascontiguousarray(others[other]))
    return np.column_stack([one[met[:, 0]], other[met[:, 1]]]).astype(np.int64)


def _parts(shapes: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Take collections apart until none is left; gives the parts and the row of each."""
    parts = np.array(shapes, dtype=object)
    of = np.arange(len(parts), dtype=np.int64)
    while True:
        single, row = shapely.get_parts(parts, return_index=True)
        of = of[row]
        if not np.any(shapely.get_type_id(single) > 3):
            filled = ~shapely.is_empty(single)
            return single[filled], of[filled].astype(np.int64)
        parts = single


def _cut_lines(
    lines: NDArray[Any], of: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    points, line = shapely.get_coordinates(lines, return_index=True)
    same = line[1:] == line[:-1]
    edges, owner = np.column_stack([points[:-1][same], points[1:][same]]), line[:-1][same]
    begins = np.searchsorted(owner, np.arange(len(lines)))
    number = np.arange(len(owner)) - begins[owner]
    run = np.cumsum(number % _EDGES == 0) - 1
    return edges, run.astype(np.int64), of[owner[number % _EDGES == 0]]


def _cut_areas(areas: NDArray[Any]) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """Cut wide areas in two, and again, until each has few points; gives the pieces and the row of each."""
    row = np.arange(len(areas), dtype=np.int64)
    done: list[NDArray[Any]] = []
    rows: list[NDArray[np.int64]] = []
    while True:
        many = shapely.get_num_coordinates(areas) > _POINTS
        done.append(areas[~many])
        rows.append(row[~many])
        if not many.any():
            order = np.argsort(np.concatenate(rows), kind="stable")
            return np.concatenate(done)[order], np.concatenate(rows)[order]
        areas, row = _halve(areas[many], row[many])


def _halve(areas: NDArray[Any], row: NDArray[np.int64]) -> tuple[NDArray[Any], NDArray[np.int64]]:
    broken = ~shapely.is_valid(areas)
    areas = areas.copy()
    areas[broken] = shapely.make_valid(areas[broken])
    halves: list[Any] = []
    for area in areas.tolist():
        left, low, right, high = area.bounds
        if right - left >= high - low:
            middle = (left + right) / 2
            halves += [
                shapely.clip_by_rect(area, left, low, middle, high),
                shapely.clip_by_rect(area, middle, low, right, high),
            ]
        else:
            middle = (low + high) / 2
            halves += [
                shapely.clip_by_rect(area, left, low, right, middle),
                shapely.clip_by_rect(area, left, middle, right, high),
            ]
    cut = np.empty(len(halves), dtype=object)
    cut[:] = halves
    parts, of = _parts(cut)
    kept = shapely.get_type_id(parts) == 3
    return parts[kept], np.repeat(row, 2)[of[kept]]


def _ring_edges(areas: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    rings, area = shapely.get_rings(areas, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    same = ring[1:] == ring[:-1]
    return np.column_stack([points[:-1][same], points[1:][same]]), area[ring[:-1][same]].astype(np.int64)


def _boxes(edges: NDArray[np.float64], first: NDArray[np.int64]) -> NDArray[np.float64]:
    if len(edges) == 0:
        return np.zeros((0, 4))
    low = np.minimum.reduceat(np.minimum(edges[:, :2], edges[:, 2:]), first[:-1])
    high = np.maximum.reduceat(np.maximum(edges[:, :2], edges[:, 2:]), first[:-1])
    return np.column_stack([low, high])
