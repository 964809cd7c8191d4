"""Edits that mend the network: a street drawn between two places, a road closed, a level corrected.

A drawn street joins drawn lines anywhere, but a way from OpenStreetMap only at its nodes. Where a place lies between
two nodes, the street runs along the way to both of them, so that every walk is exactly as long as if the way had a
node there. That is no mending where the way's own slope or signals would be passed by: then there is none.

Closing a road or changing its level is proposed only where trying it on the streets around shows that nothing else
changes: the same edges without a repeated road, no other joint with the new level.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from gis_planner.analysis.arrays import Rows
from gis_planner.analysis.joints import Joint, Place
from gis_planner.analysis.network import Laid, lay_network
from gis_planner.model.edits import DrawStreet, SetAttribute
from gis_planner.model.layers import layer
from gis_planner.model.results import Network
from gis_planner.model.rules import Rules
from gis_planner.model.tables import (
    Frame,
    floats,
    geometries,
    ids,
    row_of,
    rows_by_id,
    set_values,
    take,
    texts,
)

_NEAR_NODE_M = 1.0
_HOOK_M = 1.0
_AROUND_M = 10.0

Coords = tuple[tuple[float, float], ...]
Side = tuple[tuple[float, float], Coords]


@dataclass(frozen=True, eq=False)
class Menders:
    """Writes fixes for one laid network; ids of new streets are never given twice."""

    laid: Laid
    roads: Frame
    rules: Rules
    taken: set[str]

    def draw_joint(self, joint: Joint) -> DrawStreet | None:
        """Give the street that joins the two places of a joint, None where none would do it exactly."""
        start, end = self._side(joint.a, joint.b), self._side(joint.b, joint.a)
        if start is None or end is None:
            return None
        beside = [place.way for place, side in ((joint.a, start), (joint.b, end)) if side[1]]
        classes = {"steps" if self._class(way) == "steps" else "footpath" for way in beside} or {"footpath"}
        coords = self._coords(joint, start, end)
        if len(classes) > 1 or coords is None or len(set(coords)) < 2:
            return None
        level = int(self.laid.ways.level[joint.a.way])
        return DrawStreet(self._new_id(joint.a), coords, classes.pop(), level)

    def _coords(self, joint: Joint, start: Side, end: Side) -> Coords | None:
        (f, along_a), (g, along_b) = start, end
        if np.hypot(f[0] - g[0], f[1] - g[1]) > max(self.rules.noding_tolerance_m, 1e-6):
            return _branch(f, along_a) + _branch(g, along_b)[::-1]
        if along_a and along_b:
            return (along_a[0], f, along_a[1], f, along_b[0], f, along_b[1])
        if along_a or along_b:
            before, after = along_a or along_b
            return (before, g if along_a else f, after)
        return self._hook(joint)

    def _side(self, place: Place, other: Place) -> Side | None:
        """Give where a street begins at a place, and the nodes of the way on both sides that it must run to."""
        ways = self.laid.ways
        if not ways.shared[place.way]:
            return place.xy, ()
        node = self._node_near(place, other)
        if node is not None:
            return node, ()
        row = self._road_row(place.way)
        passed = [floats(self.roads.iloc[[row]], name)[0] for name in ("slope", "signals")]
        if any(value > 0.0 for value in passed):
            return None
        rows = self._vertices(place.way)
        along = float(shapely.line_locate_point(ways.shapes[place.way], shapely.Point(place.xy)))
        after = int(np.searchsorted(ways.along[rows], along, side="right"))
        if not 0 < after < len(rows):
            return None
        before_xy, after_xy = (tuple(ways.xy[rows[k]].tolist()) for k in (after - 1, after))
        return place.xy, (before_xy, after_xy)

    def _node_near(self, place: Place, other: Place) -> tuple[float, float] | None:
        """Give the node of a way so near to a place that going by it makes a detour of a metre at most."""
        xy = self.laid.ways.xy[self._vertices(place.way)]
        from_place = np.hypot(*(xy - place.xy).T)
        from_other = np.hypot(*(xy - other.xy).T)
        gap = float(np.hypot(place.xy[0] - other.xy[0], place.xy[1] - other.xy[1]))
        detour = from_place + from_other - gap
        at_place = from_place <= max(self.rules.noding_tolerance_m, 1e-6)
        good = np.flatnonzero(at_place | ((detour <= _NEAR_NODE_M) & (gap > self.rules.noding_tolerance_m)))
        if len(good) == 0:
            return None
        x, y = xy[good[np.argmin(from_place[good])]].tolist()
        return (x, y)

    def _hook(self, joint: Joint) -> Coords | None:
        """Give a short street from a node along its way: its end joins the node, and what crosses there joins it."""
        place = joint.a if self.laid.ways.shared[joint.a.way] else joint.b
        if not self.laid.ways.shared[place.way]:
            return None
        node = self._node_near(place, place)
        rows = self._vertices(place.way)
        xy = self.laid.ways.xy[rows]
        if node is None:
            return None
        at = int(np.argmin(np.hypot(*(xy - node).T)))
        ahead = xy[at + 1] if at + 1 < len(xy) else xy[at - 1]
        step = ahead - xy[at]
        length = float(np.hypot(*step))
        x, y = (xy[at] + step * min(_HOOK_M / length, 0.5)).tolist()
        return (node, (x, y))

    def _vertices(self, way: int) -> Rows:
        ways = self.laid.ways
        return np.arange(ways.first[way], ways.first[way + 1])

    def _road_row(self, way: int) -> int:
        ways = self.laid.ways
        row = row_of(self.roads, ways.road_ids[ways.road[way]])
        assert row is not None, "every way is part of a road"
        return row

    def _class(self, way: int) -> str:
        return texts(self.roads.iloc[[self._road_row(way)]], "class")[0] or ""

    def _new_id(self, place: Place) -> str:
        base = f"J{place.xy[0]:.0f}-{place.xy[1]:.0f}"
        name, n = base, 1
        while name in self.taken:
            n += 1
            name = f"{base}-{n}"
        self.taken.add(name)
        return name

    def close_road(self, road: str) -> SetAttribute | None:
        """Give the edit that closes a road, None where any edge, joint or walk would change."""
        near = self._around(road)
        before, after = self._lay(near), self._lay(_changed(near, road, "walkable", False))
        same = _is_same(before.network, after.network)
        return SetAttribute("roads", road, "walkable", False) if same else None

    def set_level(self, road: str, level: int, xy: tuple[float, float]) -> SetAttribute | None:
        """Give the edit that puts a road on another level, None unless it joins there and changes no other joint."""
        near = self._around(road)
        before = _joined(self._lay(near))
        after = _joined(self._lay(_changed(near, road, "level", level)))
        made = after - before
        here = all(np.hypot(x - xy[0], y - xy[1]) <= self.rules.noding_tolerance_m + 0.02 for x, y, _ in made)
        fits = len(made) == 1 and here and not before - after
        return SetAttribute("roads", road, "level", level) if fits else None

    def _around(self, road: str) -> Frame:
        shapes = geometries(self.roads)
        box = shapely.box(*shapely.bounds(shapes[rows_by_id(self.roads)[road]])).buffer(_AROUND_M)
        return take(self.roads, np.flatnonzero(shapely.intersects(shapes, box)))

    def _lay(self, roads: Frame) -> Laid:
        return lay_network(roads, self.rules)


def menders_of(laid: Laid, roads: Frame, rules: Rules) -> Menders:
    """Give what writes fixes for a network."""
    return Menders(laid, roads, rules, set(ids(roads)))


def _branch(foot: tuple[float, float], along: Coords) -> Coords:
    """Give the start of a street at a place: both ways along the line there and back to the place, where needed."""
    return (along[0], foot, along[1], foot) if along else (foot,)


def _changed(roads: Frame, road: str, column: str, value: Any) -> Frame:
    return set_values(roads, [rows_by_id(roads)[road]], layer("roads").column(column), [value])


def _is_same(one: Network, other: Network) -> bool:
    return (
        np.array_equal(one.xy, other.xy)
        and np.array_equal(one.edge_from, other.edge_from)
        and np.array_equal(one.edge_to, other.edge_to)
        and np.array_equal(one.walk_m, other.walk_m)
        and bool(shapely.equals_exact(one.edge_lines, other.edge_lines, tolerance=0.0).all())
    )


def _joined(laid: Laid) -> set[tuple[float, float, tuple[str, ...]]]:
    """Give every place where roads join: x, y and the roads, several roads at least."""
    stops, ways = laid.stops, laid.ways
    order = np.argsort(stops.node, kind="stable")
    found = set()
    for group in np.split(order, np.flatnonzero(np.diff(stops.node[order])) + 1):
        roads = sorted({ways.road_ids[row] for row in ways.road[stops.way[group]].tolist()})
        if len(roads) > 1:
            x, y = np.round(stops.xy[group].mean(axis=0), 2).tolist()
            found.add((x, y, tuple(roads)))
    return found
