"""Rows of buildings inside an outline, facing south as houses do in the north of China."""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random

import shapely
from shapely import LineString, Polygon, box
from shapely.affinity import rotate

from sample_town.ground import GRID, box_sides


@dataclass(frozen=True)
class RowPlan:
    """How rows are laid: building lengths, depths, the open ground between rows, gaps, distance to the edge."""

    lengths_m: tuple[float, float]
    depths_m: tuple[float, float]
    open_m: tuple[float, float]
    gaps_m: tuple[float, float]
    setback_m: float
    most_rows: int = 99
    skip: float = 0.0
    turn_deg: float = 22.0


def lay_rows(outline: Polygon, plan: RowPlan, rng: Random) -> list[Polygon]:
    """Lay rectangles in rows from north to south, as many as fit."""
    inner = outline.buffer(-plan.setback_m, join_style="mitre")
    if inner.is_empty:
        return []
    inner = max(shapely.get_parts(inner), key=lambda part: part.area)
    angle = south_angle(outline, plan.turn_deg)
    centre = inner.centroid
    turned = rotate(inner, -angle, origin=centre)
    west, south, east, north = turned.bounds
    found: list[Polygon] = []
    top, rows = north - rng.uniform(0, 1.5), 0
    while rows < plan.most_rows:
        depth = rng.uniform(*plan.depths_m)
        row = _row(turned, top, depth, west, east, plan, rng)
        if row:
            rows += 1
            found += row
            top -= depth + rng.uniform(*plan.open_m)
        else:
            top -= 3.0
        if top - plan.depths_m[0] < south:
            break
    return [shapely.set_precision(rotate(r, angle, origin=centre), GRID, mode="pointwise") for r in found]


def _row(
    turned: Polygon, top: float, depth: float, west: float, east: float, plan: RowPlan, rng: Random
) -> list[Polygon]:
    found: list[Polygon] = []
    for start, end in _chords(turned, top, depth, west, east):
        x = start + rng.uniform(0, 1.0)
        while end - x >= plan.lengths_m[0]:
            length = min(rng.uniform(*plan.lengths_m), end - x)
            if end - x - length < plan.lengths_m[0] * 0.6 + plan.gaps_m[0]:
                length = min(end - x, plan.lengths_m[1])
            slab = box(x, top - depth, x + length, top)
            if rng.random() >= plan.skip and turned.buffer(0.01).contains(slab):
                found.append(slab)
            x += length + rng.uniform(*plan.gaps_m)
    return found


def _chords(turned: Polygon, top: float, depth: float, west: float, east: float) -> list[tuple[float, float]]:
    """Give the stretches of a strip that lie wholly inside, as far as five lines across it tell."""
    left: list[tuple[float, float]] = [(west, east)]
    for share in (0.02, 0.25, 0.5, 0.75, 0.98):
        y = top - depth * share
        chords = shapely.get_parts(shapely.intersection(turned, LineString([(west - 1, y), (east + 1, y)])))
        spans = [(c.bounds[0], c.bounds[2]) for c in chords if c.length > 5]
        left = [(max(a, c), min(b, d)) for a, b in left for c, d in spans if min(b, d) - max(a, c) > 5]
    return left


def south_angle(outline: Polygon, most_deg: float) -> float:
    """Give the turn of rows in degrees: along the side of the outline nearest to east-west."""
    turns = []
    for side in box_sides(outline):
        (x0, y0), (x1, y1) = side.coords
        turns.append(math.degrees(math.atan2(y1 - y0, x1 - x0)))
    turns = [(turn + 90) % 180 - 90 for turn in turns]
    best = min(turns, key=abs)
    return best if abs(best) <= most_deg else math.copysign(most_deg * 0.5, best)
