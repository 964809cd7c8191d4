"""What a leg may not cross: rivers, water, railways and walls.

A leg is blocked when something lies across it, from one side to the other. Touching is free, and so is the
last centimetre at either end, where a bank, a track or a wall is itself what the leg starts from or leads to.
Whoever stands inside a water area (a pier, an outline drawn too far) may leave it by the near bank alone.

A wall counts where somebody knows the gates: walls along the outline of a compound without any given entrance
are left out, because nobody could tell where they open.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_planner.analysis.arrays import Floats, Mask, Rows
from gis_planner.analysis.units import sound
from gis_planner.model.tables import Frame, bools, geometries, texts

# What may lie across a leg; the outline is that of the compound itself, behind the gate that a leg starts from.
BLOCKING_KINDS: tuple[str, ...] = ("river", "water", "railway", "wall", "outline")
GATE_FREE_M = 3.0  # a wall this near to the gate that a leg starts from is the gate's own
_END_FREE_M = 0.01
_SIDE_M = 1e-3


@dataclass(frozen=True, eq=False)
class Obstacles:
    """What blocks legs: single parts with their kinds (rows of BLOCKING_KINDS), walls apart from the rest."""

    shapes: NDArray[Any]
    kinds: Rows
    walls: NDArray[Any]

    @cached_property
    def areas(self) -> NDArray[Any]:
        """The river and water areas among the shapes."""
        found: NDArray[Any] = self.shapes[shapely.get_dimensions(self.shapes) == 2]
        return found

    @cached_property
    def area_tree(self) -> shapely.STRtree:
        """The search tree of the areas."""
        return shapely.STRtree(self.areas)

    @cached_property
    def shape_tree(self) -> shapely.STRtree:
        """The search tree of the shapes."""
        return shapely.STRtree(self.shapes)

    @cached_property
    def wall_tree(self) -> shapely.STRtree:
        """The search tree of the walls."""
        return shapely.STRtree(self.walls)


def collect_obstacles(barriers: Frame, gated: NDArray[Any], open_sided: NDArray[Any]) -> Obstacles:
    """Collect what blocks legs, from barriers and the outlines of compounds with and without given entrances."""
    blocking = np.array([bool(b) for b in bools(barriers, "blocks_legs")], dtype=bool)
    kind = np.array([_KIND_ROW.get(k or "", -1) for k in texts(barriers, "kind")], dtype=np.int64)
    rows = np.flatnonzero(blocking & (kind >= 0))
    parts, source = shapely.get_parts(sound(shapely.force_2d(geometries(barriers)[rows])), return_index=True)
    parts, inner = shapely.get_parts(parts, return_index=True)
    kinds = kind[rows][source[inner]]
    is_wall = kinds == _KIND_ROW["wall"]
    return Obstacles(parts[~is_wall], kinds[~is_wall], _walls_with_gates(parts[is_wall], gated, open_sided))


_KIND_ROW = {kind: row for row, kind in enumerate(BLOCKING_KINDS)}


def find_blocking(obstacles: Obstacles, start: Floats, end: Floats, wall_free_m: Floats) -> Rows:
    """Give for each leg the kind (row of BLOCKING_KINDS) of what lies across it, -1 where it is free.

    `start`, `end` (k, 2); no wall counts on the first `wall_free_m` (k,) of a leg.
    """
    near_end = np.full(len(start), _END_FREE_M)
    blocked = _find_crossed(obstacles.shapes, obstacles.shape_tree, obstacles.kinds, start, end, near_end)
    wall = np.full(len(obstacles.walls), _KIND_ROW["wall"])
    free_m = np.maximum(wall_free_m, _END_FREE_M)
    walled = _find_crossed(obstacles.walls, obstacles.wall_tree, wall, start, end, free_m)
    return np.where(blocked >= 0, blocked, walled)


def leave_water(obstacles: Obstacles, lines: NDArray[Any]) -> NDArray[Any]:
    """Give outlines without what lies in river and water areas; those that lie there wholly stay as they are."""
    areas = obstacles.areas
    row, area = obstacles.area_tree.query(lines, predicate="intersects")
    kept = shapely.get_dimensions(lines[row]) == 1
    dry = lines.copy()
    for line, water in zip(row[kept].tolist(), area[kept].tolist(), strict=True):
        rest = shapely.difference(dry[line], areas[water])
        dry[line] = dry[line] if rest.is_empty else rest
    return dry


def _walls_with_gates(walls: NDArray[Any], gated: NDArray[Any], open_sided: NDArray[Any]) -> NDArray[Any]:
    """Leave out the stretches of walls along compounds whose gates nobody gave."""
    walls = walls.copy()
    wall, compound = shapely.STRtree(open_sided).query(walls, predicate="dwithin", distance=GATE_FREE_M)
    gated_tree = shapely.STRtree(gated)
    for row in np.unique(wall).tolist():
        excused = shapely.union_all(shapely.buffer(open_sided[compound[wall == row]], GATE_FREE_M))
        near = gated_tree.query(walls[row], predicate="dwithin", distance=GATE_FREE_M)
        kept = shapely.union_all(shapely.buffer(gated[near], GATE_FREE_M))
        walls[row] = shapely.difference(walls[row], shapely.difference(excused, kept))
    return walls[~shapely.is_empty(walls)]


def _find_crossed(
    shapes: NDArray[Any], tree: shapely.STRtree, kinds: Rows, start: Floats, end: Floats, free_m: Floats
) -> Rows:
    """Give the first kind of what crosses each leg beyond its first `free_m`, -1 for none."""
    found = np.full(len(start), -1, dtype=np.int64)
    length = np.hypot(*(end - start).T)
    rows = np.flatnonzero(length > free_m + _END_FREE_M)
    if len(rows) == 0 or len(shapes) == 0:
        return found
    ahead = (end[rows] - start[rows]) / length[rows, None]
    first, last = start[rows] + ahead * free_m[rows, None], end[rows] - ahead * _END_FREE_M
    leg, part = tree.query(_lines(first, last), predicate="dwithin", distance=2.0 * _SIDE_M)

    afloat = _stands_inside(start[rows[leg]], shapes[part])
    aside = np.column_stack([-ahead[:, 1], ahead[:, 0]]) * _SIDE_M
    dry_leg, dry_part = leg[~afloat], part[~afloat]
    sides = np.zeros((len(rows), 2), dtype=bool)
    crossed = np.full(len(rows), len(BLOCKING_KINDS), dtype=np.int64)
    for which, sign in ((0, 1.0), (1, -1.0)):
        beside = _lines((first + sign * aside)[dry_leg], (last + sign * aside)[dry_leg])
        hit = shapely.intersects(beside, shapes[dry_part])
        np.logical_or.at(sides[:, which], dry_leg[hit], True)
        np.minimum.at(crossed, dry_leg[hit], kinds[dry_part[hit]])
    across = sides.all(axis=1)
    found[rows[across]] = crossed[across]

    leg, part = leg[afloat], part[afloat]
    far = _leaves_by_the_far_bank(start[rows[leg]], end[rows[leg]], shapes[part])
    leg, part = leg[far], part[far]
    order = np.argsort(-kinds[part], kind="stable")
    found[rows[leg[order]]] = kinds[part[order]]
    return found


def _stands_inside(start: Floats, shapes: NDArray[Any]) -> Mask:
    """Tell which legs start inside an area and not just on its bank."""
    inside: Mask = (shapely.get_dimensions(shapes) == 2) & shapely.contains_xy(shapes, start)
    banks = shapely.boundary(shapes[inside])
    inside[inside] = shapely.distance(shapely.points(start[inside]), banks) > _END_FREE_M
    return inside


def _leaves_by_the_far_bank(start: Floats, end: Floats, areas: NDArray[Any]) -> Mask:
    """Tell which legs that start inside an area cross more of it than its near bank asks for, or enter it again."""
    lines = _lines(start, end)
    points = np.asarray(shapely.points(start), dtype=object)
    inside = shapely.intersection(lines, areas)
    stretches, row = shapely.get_parts(inside, return_index=True)
    at_start = shapely.dwithin(stretches, points[row], _END_FREE_M)
    first = np.zeros(len(start))
    np.add.at(first, row[at_start], shapely.length(stretches[at_start]))
    bank = shapely.distance(points, shapely.boundary(areas))
    total = shapely.length(inside)
    return (first > 2.0 * bank + _END_FREE_M) | (total > first + _END_FREE_M)


def _lines(start: Floats, end: Floats) -> NDArray[Any]:
    return np.asarray(shapely.linestrings(np.stack([start, end], axis=1)), dtype=object)
