"""Splitting a cluster: by a line drawn across it, or by two compounds that each half grows from.

By a line, each member goes to the side on which most of its area lies. Where a side does not hang together, its largest
piece (by households) is kept; what falls off is told, and goes to the other half where it hangs on to that. By two
compounds, two connected halves grow from them, always the smaller one (by households), and compounds on the border go
over as long as that makes the halves more alike. The larger half keeps the cluster's id, number and name.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from gis_planner.analysis.breaking import name_compounds
from gis_planner.analysis.clustering.pieces import is_connected, pieces
from gis_planner.analysis.clustering.town import Town
from gis_planner.analysis.extension import cluster_name
from gis_planner.analysis.live_grouping import LiveGrouping
from gis_planner.analysis.moving import Trial, try_edits
from gis_planner.messages import Message
from gis_planner.model.clusters import Cluster
from gis_planner.model.edits import SplitCluster


@dataclass(frozen=True)
class Split:
    """A cluster in two: `kept` stays in it, `off` becomes a new one.

    `fallen` are compounds that did not hang together with their side of the line. `edit` is None where there is nothing
    to split, and `why` says so; else `why` says what fell off, if anything.
    """

    cluster: str
    kept: tuple[str, ...]
    off: tuple[str, ...]
    fallen: tuple[tuple[str, ...], ...]
    edit: SplitCluster | None
    why: Message | None = None


def split_by_line(
    town: Town, cluster: Cluster, line: Sequence[tuple[float, float]], *, locked: Collection[str] = ()
) -> Split:
    """Split a cluster by a line in the project's metres, which goes on straight beyond its ends.

    `locked` compounds do not leave the cluster: the half that holds them keeps its id.
    """
    rows = town.rows(cluster.members)
    if len(line) < 2 or shapely.LineString(line).length == 0 or len(rows) < 2:
        return _nothing(cluster, Message("splitting.no_line", cluster=cluster_name(cluster)))
    one = set(_on_one_side(town, rows, np.asarray(line, dtype=np.float64)))
    sides = [one, set(rows) - one]
    if not all(sides):
        return _nothing(cluster, Message("splitting.beside", cluster=cluster_name(cluster)))
    fallen = _let_fall(town, sides)
    if not all(sides):
        return _nothing(cluster, Message("splitting.beside", cluster=cluster_name(cluster)))
    return _told(town, cluster, sides, fallen, locked)


def split_by_seeds(
    town: Town, cluster: Cluster, one: str, other: str, *, locked: Collection[str] = ()
) -> Split:
    """Split a cluster into two connected halves of like households, grown from two of its compounds.

    `locked` compounds do not leave the cluster: the half that holds them keeps its id.
    """
    if one == other or one not in cluster.members or other not in cluster.members:
        return _nothing(cluster, Message("splitting.no_seeds", cluster=cluster_name(cluster)))
    rows = town.rows(cluster.members)
    if one not in town.row or other not in town.row:
        return _nothing(cluster, Message("splitting.no_seeds", cluster=cluster_name(cluster)))
    seeds = town.row[one], town.row[other]
    weight = _weights(town, rows)
    halves = _grow(town, rows, seeds, weight)
    _balance(town, halves, seeds, weight)
    left = set(rows) - halves[0] - halves[1]
    fallen = tuple(tuple(town.ids[row] for row in part) for part in pieces(left, town.links_by_row))
    halves[0] |= left  # in pieces already: what neither half reaches stays with the first
    return _told(town, cluster, halves, fallen, locked)


def try_split(live: LiveGrouping, split: Split) -> Trial:
    """Try a split without doing it: both halves' bounds, terms and verdicts."""
    if split.edit is not None:
        return try_edits(live, [split.edit])
    refusals = (split.why,) if split.why is not None else ()
    return Trial((), refusals, live.compare(live.grouping), (), ())


def _nothing(cluster: Cluster, why: Message) -> Split:
    return Split(cluster.id, cluster.members, (), (), None, why)


def _told(
    town: Town,
    cluster: Cluster,
    sides: Sequence[set[int]],
    fallen: tuple[tuple[str, ...], ...],
    locked: Collection[str],
) -> Split:
    """Decide which half stays in the cluster: the one that holds locked compounds, else the larger one."""
    unplaced = [member for member in cluster.members if member not in town.row]

    def rank(side: set[int]) -> tuple[int, int, int, str]:
        held = sum(town.ids[row] in locked for row in side)
        households = sum(town.households[row] or 0 for row in side)
        return (-held, -households, -len(side), min(town.ids[row] for row in side))

    stays, goes = sorted(sides, key=rank)
    kept = tuple(sorted([*(town.ids[row] for row in stays), *unplaced]))
    off = tuple(sorted(town.ids[row] for row in goes))
    why = None
    if fallen:
        parts = [Message("moving.piece", compounds=name_compounds(town, part)) for part in fallen]
        why = Message("splitting.fallen", parts=parts)
    return Split(cluster.id, kept, off, fallen, SplitCluster(cluster.id, off), why)


# --- by a line


def _on_one_side(town: Town, rows: Sequence[int], line: np.ndarray) -> list[int]:
    """Give the members that lie mostly on one side of a line; those without an outline lie on neither."""
    shapes = town.shapes[list(rows)]
    bounds = shapely.total_bounds(np.concatenate([shapes, [shapely.LineString(line)]]))
    size = max(bounds[2] - bounds[0], bounds[3] - bounds[1], 1.0)
    frame = shapely.box(*(bounds + size * np.array([-1, -1, 1, 1])))
    drawn = shapely.LineString(_drawn_on(line, 8 * size))
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all([frame.boundary, drawn])]))
    # Whoever crosses the line once more is on the other side, so a line that turns back on itself still has two sides.
    far = shapely.Point(bounds[0] - 0.97 * size, bounds[1] - 0.93 * size)
    here = [face for face in faces if _crossings(face.representative_point(), far, drawn) % 2 == 0]
    mine = shapely.area(shapely.intersection(shapes, shapely.union_all(here)))
    mostly = 2 * mine > shapely.area(shapes)
    return [row for row, inside in zip(rows, mostly.tolist(), strict=True) if inside]


def _drawn_on(line: np.ndarray, by_m: float) -> np.ndarray:
    """Lengthen a line straight beyond both ends."""
    moved = line[np.append(True, (np.diff(line, axis=0) != 0).any(axis=1))]
    first, last = moved[0] - moved[1], moved[-1] - moved[-2]
    before = moved[0] + first / np.hypot(*first) * by_m
    after = moved[-1] + last / np.hypot(*last) * by_m
    return np.vstack([before, moved, after])


def _crossings(place: BaseGeometry, far: BaseGeometry, line: BaseGeometry) -> int:
    met = shapely.intersection(shapely.shortest_line(place, far), line)
    return int(shapely.get_num_coordinates(met))


def _let_fall(town: Town, sides: list[set[int]]) -> tuple[tuple[str, ...], ...]:
    """Keep the largest piece of each side; what falls off goes over where it hangs on to the other side."""
    near = town.links_by_row
    fallen: list[tuple[int, ...]] = []
    mains = []
    for side in sides:
        parts = pieces(side, near)
        parts.sort(key=lambda part: (-sum(town.households[r] or 0 for r in part), -len(part), part))
        mains.append(set(parts[0]))
        fallen += parts[1:]
    waiting, placed = sorted(fallen), True
    while placed:
        placed = False
        for part in tuple(waiting):
            host = next((main for main in mains if is_connected({*main, *part}, near)), None)
            if host is not None:
                host.update(part)
                waiting.remove(part)
                placed = True
    for part in waiting:  # the cluster was in pieces before: these hang on to nobody
        mains[0 if part[0] in sides[0] else 1].update(part)
    sides[:] = mains
    return tuple(tuple(town.ids[row] for row in part) for part in sorted(fallen))


# --- by two seeds


def _weights(town: Town, rows: Sequence[int]) -> dict[int, float]:
    """Weigh members by households; an unknown figure weighs as the mean of the known ones."""
    known = [h for h in (town.households[row] for row in rows) if h is not None]
    usual = sum(known) / len(known) if known else 0.0
    if not usual:
        return dict.fromkeys(rows, 1.0)
    return {row: float(usual if (h := town.households[row]) is None else h) for row in rows}


def _grow(
    town: Town, rows: Sequence[int], seeds: tuple[int, int], weight: dict[int, float]
) -> list[set[int]]:
    """Grow two connected halves: the lighter one takes the free neighbour that is nearest to its seed."""
    halves = [{seeds[0]}, {seeds[1]}]
    free = set(rows) - set(seeds)
    while free:
        order = sorted((0, 1), key=lambda side: (sum(weight[row] for row in halves[side]), side))
        for side in order:
            rim = {other for row in halves[side] for other in town.links_by_row[row] if other in free}
            if rim:
                nearest = min(rim, key=lambda row: (_apart(town, seeds[side], row), row))
                halves[side].add(nearest)
                free.remove(nearest)
                break
        else:
            break
    return halves


def _balance(town: Town, halves: list[set[int]], seeds: tuple[int, int], weight: dict[int, float]) -> None:
    """Let border compounds go over while that makes the halves more alike; both stay connected."""
    near = town.links_by_row
    while True:
        sums = [sum(weight[row] for row in half) for half in halves]
        heavy = 0 if sums[0] > sums[1] else 1
        best, gap = None, abs(sums[0] - sums[1])
        for row in sorted(halves[heavy] - {seeds[heavy]}):
            left = abs(sums[heavy] - sums[1 - heavy] - 2 * weight[row])
            touches = any(other in halves[1 - heavy] for other in near[row])
            if left < gap and touches and is_connected(halves[heavy] - {row}, near):
                best, gap = row, left
        if best is None:
            return
        halves[heavy].remove(best)
        halves[1 - heavy].add(best)


def _apart(town: Town, one: int, other: int) -> float:
    metres = float(np.hypot(*(town.xy[one] - town.xy[other])))
    return float("inf") if np.isnan(metres) else metres
