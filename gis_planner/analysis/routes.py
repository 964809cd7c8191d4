"""The walk from one unit to one facility, with the very length that coverage states."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely
from shapely.geometry import LineString
from shapely.ops import substring

from gis_planner.analysis.arcs import Arcs, Points, list_arcs, points_of, seeds_of
from gis_planner.analysis.arrays import Floats
from gis_planner.analysis.engine import load_engine
from gis_planner.analysis.legs import outlines
from gis_planner.model.results import Network
from gis_planner.model.tables import Frame, geometries, texts

_FIRST_SEARCH_M = 4000.0
_SAME_M = 1e-6


@dataclass(frozen=True, eq=False)
class Route:
    """One walk: its length, its pieces from the unit to the facility, and the entrance that it leaves through.

    A piece is ('leg', line) between a place and the network, ('path', line) along the network, or
    ('direct', line) inside one compound. `entrance_id` is None where no entrance is passed on the unit's side.
    """

    length_m: float
    pieces: tuple[tuple[str, LineString], ...]
    entrance_id: str | None


@dataclass(frozen=True)
class Trace:
    """What a walk passes, without its lines: the entrances at either side, and the roads in their order.

    `direct` walks stay inside one compound, without the network.
    """

    length_m: float
    entrance_id: str | None
    facility_entrance_id: str | None
    road_ids: tuple[str, ...]
    direct: bool


@dataclass(frozen=True, eq=False)
class Ways:
    """A network made ready for many walks: arcs, access points by owner, and the direct walks by their pair."""

    network: Network
    arcs: Arcs
    entrances: list[str | None]
    unit_row: Mapping[str, int]
    unit_points: Points
    facility_row: Mapping[str, int]
    facility_points: Points
    direct_m: Mapping[tuple[str, str], float]


def lay_ways(
    network: Network,
    access: Frame,
    direct: pd.DataFrame,
    unit_ids: Sequence[str],
    facility_ids: Sequence[str],
) -> Ways:
    """Make a network ready for the walks of these units to these facilities."""
    units, facilities = list(dict.fromkeys(unit_ids)), list(dict.fromkeys(facility_ids))
    return Ways(
        network=network,
        arcs=list_arcs(network),
        entrances=texts(access, "entrance_id"),
        unit_row={unit: row for row, unit in enumerate(units)},
        unit_points=points_of(access, "unit", units),
        facility_row={facility: row for row, facility in enumerate(facilities)},
        facility_points=points_of(access, "facility", facilities),
        direct_m=_direct_lengths(direct, units),
    )


def trace_walk(ways: Ways, unit_id: str, facility_id: str) -> Trace | None:
    """Find the shortest walk of a unit to a facility without drawing it, None where there is none."""
    walk, straight, starts, goals = _search(ways, unit_id, facility_id)
    if walk is None or straight <= walk.length_m:
        return Trace(straight, None, None, (), direct=True) if np.isfinite(straight) else None
    network = ways.network
    first, last = int(starts.edge[walk.start]), int(goals.edge[walk.goal])
    start, goal = (first, float(starts.offset_m[walk.start])), (last, float(goals.offset_m[walk.goal]))
    if walk.nodes:
        before = abs(start[1] - _offset_at(network, start, walk.nodes[0]))
        after = abs(goal[1] - _offset_at(network, goal, walk.nodes[-1]))
        edges = [first] * (before > _SAME_M) + list(walk.edges) + [last] * (after > _SAME_M)
    else:
        edges = [first]
    roads = [network.road_ids[edge] for edge in edges or [first]]
    passed = tuple(road for row, road in enumerate(roads) if row == 0 or road != roads[row - 1])
    return Trace(
        walk.length_m,
        ways.entrances[int(starts.row[walk.start])],
        ways.entrances[int(goals.row[walk.goal])],
        passed,
        direct=False,
    )


def find_route(
    network: Network,
    access: Frame,
    direct: pd.DataFrame,
    units: Frame,
    facilities: Frame,
    unit_id: str,
    facility_id: str,
) -> Route | None:
    """Find the shortest walk of a unit to a facility, None where there is none."""
    ways = lay_ways(network, access, direct, [unit_id], [facility_id])
    walk, straight, starts, goals = _search(ways, unit_id, facility_id)
    if walk is None and not np.isfinite(straight):
        return None
    if walk is None or straight <= walk.length_m:
        line = _direct_line(access, units, facilities, unit_id, facility_id, straight)
        return Route(straight, (("direct", line),), None)
    return _draw(network, access, starts, goals, walk)


def _search(ways: Ways, unit_id: str, facility_id: str) -> tuple[_Walk | None, float, Points, Points]:
    """Give the walk over the network (None without), the straight one (inf without), and the points of both ends."""
    starts = _own_points(ways.unit_points, ways.unit_row[unit_id])
    goals = _own_points(ways.facility_points, ways.facility_row[facility_id])
    straight = ways.direct_m.get((unit_id, facility_id), np.inf)
    joined = len(starts.edge) and len(goals.edge)
    return _find_walk(ways, starts, goals) if joined else None, straight, starts, goals


def _own_points(points: Points, row: int) -> Points:
    """Give the access points of one owner."""
    low, high = int(points.first[row]), int(points.first[row + 1])
    first = np.array([0, high - low], dtype=np.int64)
    mine = slice(low, high)
    return Points(first, points.edge[mine], points.offset_m[mine], points.leg_m[mine], points.row[mine])


@dataclass(frozen=True)
class _Walk:
    """Which access points a walk uses (positions) and the nodes and edges between; no nodes: along one edge."""

    length_m: float
    start: int
    goal: int
    nodes: tuple[int, ...]
    edges: tuple[int, ...]


def _find_walk(ways: Ways, starts: Points, goals: Points) -> _Walk | None:
    """Search from the facility, farther and farther, until what is found cannot be beaten."""
    network, arcs = ways.network, ways.arcs
    along = _along_one_edge(starts, goals)
    node, metres, owner = seeds_of(goals, network, np.zeros(len(goals.edge), dtype=np.int64))
    limit = _FIRST_SEARCH_M
    while True:
        distance, _ = load_engine().spread(
            *arcs.columns(), node, metres, owner, np.zeros(1, dtype=np.int64), limit
        )
        by_from = distance[network.edge_from[starts.edge]] + (starts.leg_m + starts.offset_m)
        back_m = network.walk_m[starts.edge] - starts.offset_m
        by_to = distance[network.edge_to[starts.edge]] + (starts.leg_m + back_m)
        shortest = min(float(by_from.min()), float(by_to.min()))
        if shortest <= limit or limit == np.inf:
            break
        limit = limit * 4.0 if limit < 1e6 else np.inf
    if along is not None and along.length_m <= shortest:
        return along
    if shortest == np.inf:
        return None
    back = bool(by_to.min() < by_from.min())
    start = int(np.argmin(by_to if back else by_from))
    first = int((network.edge_to if back else network.edge_from)[starts.edge[start]])
    nodes, edges, goal = _follow(network, arcs, goals, distance, first)
    return _Walk(shortest, start, goal, nodes, edges)


def _along_one_edge(starts: Points, goals: Points) -> _Walk | None:
    """Give the shortest walk along an edge that both have an access point on."""
    best: _Walk | None = None
    for start in range(len(starts.edge)):
        for goal in np.flatnonzero(goals.edge == starts.edge[start]).tolist():
            along = abs(goals.offset_m[goal] - starts.offset_m[start])
            total = float((goals.leg_m[goal] + along) + starts.leg_m[start])
            if best is None or total < best.length_m:
                best = _Walk(total, start, goal, (), ())
    return best


def _follow(
    network: Network, arcs: Arcs, goals: Points, distance: Floats, node: int
) -> tuple[tuple[int, ...], tuple[int, ...], int]:
    """Follow the search back from a node: every step leaves exactly the distance that its edge added."""
    seeds = _seed_of_node(network, goals)
    nodes, edges = [node], []
    while not (node in seeds and seeds[node][0] == distance[node]):
        mine = slice(arcs.first[node], arcs.first[node + 1])
        exact = distance[arcs.to[mine]] + arcs.walk_m[mine] == distance[node]
        arc = int(arcs.first[node] + np.flatnonzero(exact)[0])
        node = int(arcs.to[arc])
        nodes.append(node)
        edges.append(int(arcs.edge[arc]))
    return tuple(nodes), tuple(edges), seeds[node][1]


def _seed_of_node(network: Network, goals: Points) -> dict[int, tuple[float, int]]:
    """Give for each node at which a goal's edge ends the smallest distance to the goal, and its access point."""
    seeds: dict[int, tuple[float, int]] = {}
    for goal, edge in enumerate(goals.edge.tolist()):
        leg, offset = goals.leg_m[goal], goals.offset_m[goal]
        ends = (
            (network.edge_from[edge], leg + offset),
            (network.edge_to[edge], leg + (network.walk_m[edge] - offset)),
        )
        for node, metres in ends:
            if int(node) not in seeds or metres < seeds[int(node)][0]:
                seeds[int(node)] = (float(metres), goal)
    return seeds


def _draw(network: Network, access: Frame, starts: Points, goals: Points, walk: _Walk) -> Route:
    lines = geometries(access)
    start_row, goal_row = int(starts.row[walk.start]), int(goals.row[walk.goal])
    first_leg, last_leg = lines[start_row], lines[goal_row].reverse()
    start = (int(starts.edge[walk.start]), float(starts.offset_m[walk.start]))
    goal = (int(goals.edge[walk.goal]), float(goals.offset_m[walk.goal]))
    if walk.nodes:
        parts = [_stretch(network, start[0], start[1], _offset_at(network, start, walk.nodes[0]))]
        for edge, node in zip(walk.edges, walk.nodes, strict=False):
            line = network.edge_lines[edge]
            parts.append(line if network.edge_from[edge] == node else line.reverse())
        parts.append(_stretch(network, goal[0], _offset_at(network, goal, walk.nodes[-1]), goal[1]))
    else:
        parts = [_stretch(network, start[0], start[1], goal[1])]
    pieces = (("leg", first_leg), ("path", _chain(parts)), ("leg", last_leg))
    entrance = texts(access.iloc[[start_row]], "entrance_id")[0]
    return Route(walk.length_m, tuple((k, line) for k, line in pieces if line.length > _SAME_M), entrance)


def _offset_at(network: Network, point: tuple[int, float], node: int) -> float:
    """Give the offset of an edge's end at a node, of a loop's nearer end."""
    edge, offset = point
    walk_m = float(network.walk_m[edge])
    if network.edge_from[edge] == network.edge_to[edge]:
        return 0.0 if offset <= walk_m - offset else walk_m
    return 0.0 if network.edge_from[edge] == node else walk_m


def _stretch(network: Network, edge: int, start_m: float, end_m: float) -> LineString:
    """Cut an edge from one offset to another, in that direction."""
    scale = float(network.length_m[edge] / network.walk_m[edge])
    line: LineString = network.edge_lines[edge]
    cut = substring(line, start_m * scale, end_m * scale)
    return cut if isinstance(cut, LineString) else LineString([cut, cut])


def _chain(parts: list[LineString]) -> LineString:
    """Put lines that continue each other into one, without repeating a point."""
    xy = np.concatenate([shapely.get_coordinates(part) for part in parts])
    kept = np.ones(len(xy), dtype=bool)
    kept[1:] = np.hypot(*np.diff(xy, axis=0).T) > _SAME_M
    xy = xy[kept]
    return LineString(xy if len(xy) > 1 else np.repeat(xy, 2, axis=0))


def _direct_lengths(direct: pd.DataFrame, unit_ids: list[str]) -> dict[tuple[str, str], float]:
    """Give the shortest direct walk of every pair of these units and a facility."""
    mine = direct[direct["unit_id"].isin(unit_ids)]
    found: dict[tuple[str, str], float] = {}
    for unit, facility, metres in zip(
        mine["unit_id"], mine["facility_id"], mine["length_m"].to_numpy(dtype=np.float64), strict=True
    ):
        pair = (str(unit), str(facility))
        found[pair] = min(float(metres), found.get(pair, np.inf))
    return found


def _direct_line(
    access: Frame, units: Frame, facilities: Frame, unit_id: str, facility_id: str, length_m: float
) -> LineString:
    """Draw a direct walk: from the unit, a compound from the gate or the side that its length tells of."""
    unit: Any = geometries(units)[texts(units, "unit_id").index(unit_id)]
    facility: Any = geometries(facilities)[texts(facilities, "facility_id").index(facility_id)]
    start = unit
    if unit_id.startswith("compounds/"):
        mine = ((access["owner_id"] == unit_id) & access["entrance_id"].notna()).to_numpy(dtype=bool)
        gates = shapely.get_point(geometries(access)[mine], 0)
        fitting = gates[np.abs(shapely.distance(gates, facility) - length_m) <= _SAME_M]
        start = fitting[0] if len(fitting) else outlines(np.array([unit], dtype=object))[0]
    line: LineString = shapely.shortest_line(start, facility)
    return line
