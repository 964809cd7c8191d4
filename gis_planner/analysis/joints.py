"""Where streets do not join although they meet or almost do.

A dead end lies near another line of its level; a drawn line crosses a way that joins by shared nodes alone. Whether
something is missing there is asked of the walks, not of the drawing: a joint is missing where joining the two places
would spare a walk of more than ten times the gap, and of at least ten metres. So two places that are joined by
another street beside them are not listed, and a line disappears once it is mended, however it was.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely

from gis_planner.analysis.arcs import list_arcs
from gis_planner.analysis.arrays import Floats, Rows
from gis_planner.analysis.engine import load_engine
from gis_planner.analysis.legs import offsets_on
from gis_planner.analysis.network import Laid
from gis_planner.analysis.noding import meeting_points
from gis_planner.model.results import Network

SPARED_TIMES = 10.0
SPARED_LEAST_M = 10.0
_ON_LINE_M = 1e-3
_BESIDE_NODE_M = 0.5
_SEARCHES = 100  # about so many are made of a town


@dataclass(frozen=True)
class Place:
    """A place on an edge: the way that it belongs to, the edge, the offset on walk_m's scale, and where that is."""

    way: int
    edge: int
    offset_m: float
    xy: tuple[float, float]


@dataclass(frozen=True)
class Joint:
    """Two places of one level that do not join; `spared_m` is the longest walk that joining them would spare.

    `code` is `network.gap` (two dead ends), `network.near_miss` (a dead end beside a line) or
    `network.crosses_unjoined`.
    """

    code: str
    a: Place
    b: Place
    gap_m: float
    spared_m: float = np.inf


class Strides:
    """Measures walks from places of a network."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self._arcs, self._engine = list_arcs(network), load_engine(_SEARCHES * len(network.xy))

    def from_place(self, place: Place, limit_m: float) -> Floats:
        """Give the walk from a place to every node, infinite beyond the limit."""
        network, arcs = self.network, self._arcs
        ends = np.array([network.edge_from[place.edge], network.edge_to[place.edge]], dtype=np.int64)
        metres = np.array([place.offset_m, network.walk_m[place.edge] - place.offset_m])
        order = np.argsort(metres, kind="stable")
        node, first = np.unique(ends[order], return_index=True)
        alone = np.zeros(len(node), dtype=np.int64)
        distance, _ = self._engine.spread(
            *arcs.columns(), node, metres[order][first], alone, np.zeros(1, dtype=np.int64), limit_m
        )
        return distance

    def spared(self, joint: Joint, limit_m: float) -> float:
        """Give the longest walk that a joint would spare, infinite where there is no walk within the limit."""
        distance, network, edge = self.from_place(joint.a, limit_m), self.network, joint.b.edge
        back_m = float(network.walk_m[edge]) - joint.b.offset_m
        return max(
            float(distance[network.edge_from[edge]]) - joint.b.offset_m - joint.gap_m,
            float(distance[network.edge_to[edge]]) - back_m - joint.gap_m,
        )

    def is_missing(self, joint: Joint) -> bool:
        """Tell whether a joint would spare enough to be missed."""
        enough = max(SPARED_TIMES * joint.gap_m, SPARED_LEAST_M)
        return (
            self.spared(joint, enough + joint.gap_m + float(self.network.walk_m[joint.b.edge]) + 1.0) > enough
        )


def find_missing(laid: Laid, strides: Strides, *, near_m: float, search_m: float) -> list[Joint]:
    """Find every missing joint: one for a dead end (the nearest), one for a crossing."""
    found = [joint for joint in _crossings(laid) if strides.is_missing(joint)]
    best: dict[tuple[float, float], Joint] = {}
    for joint in _near_ends(laid, near_m):
        if joint.a.xy not in best and strides.is_missing(joint):
            best[joint.a.xy] = joint
    for joint in best.values():
        other = best.get(joint.b.xy)
        if other is None or other.b.xy != joint.a.xy or joint.a.xy <= joint.b.xy:
            found.append(joint)
    return [replace(joint, spared_m=strides.spared(joint, search_m)) for joint in found]


def place_on(laid: Laid, edge: int, xy: tuple[float, float]) -> Place:
    """Give the place of an edge that is nearest to a point."""
    line = laid.network.edge_lines[edge]
    point = shapely.Point(xy)
    foot = shapely.line_interpolate_point(line, shapely.line_locate_point(line, point))
    at = xy if shapely.distance(foot, point) <= 1e-9 else (float(foot.x), float(foot.y))
    offset = float(offsets_on(laid.network, np.array([edge]), np.array([xy]))[0])
    return Place(int(laid.edge_way[edge]), edge, offset, at)


def onto_node(laid: Laid, place: Place) -> Place:
    """Give the end of the edge for a place that is all but there: an end drawn beside a node would move the node."""
    network = laid.network
    for node in (network.edge_from[place.edge], network.edge_to[place.edge]):
        if np.hypot(*(network.xy[node] - place.xy)) <= _BESIDE_NODE_M:
            return place_of_node(laid, place.edge, int(node))
    return place


def apart_m(a: Place, b: Place) -> float:
    """Measure straight from one place to another."""
    return float(np.hypot(a.xy[0] - b.xy[0], a.xy[1] - b.xy[1]))


def _near_ends(laid: Laid, near_m: float) -> list[Joint]:
    """Give dead ends with every line of their level within reach that they do not end on, the nearest first."""
    network = laid.network
    ends = np.concatenate([network.edge_from, network.edge_to])
    degree = np.bincount(ends, minlength=len(network.xy))
    node = np.flatnonzero(degree == 1)
    own = np.full(len(network.xy), -1, dtype=np.int64)
    own[ends] = np.tile(np.arange(len(network.edge_from)), 2)
    points = np.asarray(shapely.points(network.xy[node]), dtype=object)
    row, edge = shapely.STRtree(network.edge_lines).query(points, predicate="dwithin", distance=near_m)
    level = laid.ways.level[laid.edge_way]
    kept = (level[edge] == level[own[node[row]]]) & (edge != own[node[row]])
    row, edge = row[kept], edge[kept]
    gap = np.asarray(shapely.distance(points[row], network.edge_lines[edge]), dtype=np.float64)
    joints = []
    for k in np.lexsort((edge, gap, row)).tolist():
        end = int(node[row[k]])
        a = place_of_node(laid, int(own[end]), end)
        b = onto_node(laid, place_on(laid, int(edge[k]), a.xy))
        joints.append(Joint("network.near_miss", a, b, apart_m(a, b)))
    joints = [_as_gap(laid, joint, degree) for joint in joints] + _own_gaps(laid, node, own, near_m)
    return sorted(joints, key=lambda j: (j.a.xy, j.gap_m, j.b.edge))


def place_of_node(laid: Laid, edge: int, node: int) -> Place:
    """Give the place of a node at which an edge ends."""
    network = laid.network
    offset = 0.0 if network.edge_from[edge] == node else float(network.walk_m[edge])
    x, y = network.xy[node].tolist()
    return Place(int(laid.edge_way[edge]), edge, offset, (x, y))


def _as_gap(laid: Laid, joint: Joint, degree: Rows) -> Joint:
    """Call it a gap where the other line ends there too."""
    network, edge = laid.network, joint.b.edge
    at_end = joint.b.offset_m in (0.0, float(network.walk_m[edge]))
    node = int((network.edge_from if joint.b.offset_m == 0.0 else network.edge_to)[edge])
    if not at_end or degree[node] != 1:
        return joint
    return replace(joint, code="network.gap", b=place_of_node(laid, edge, node))


def _own_gaps(laid: Laid, node: Rows, own: Rows, near_m: float) -> list[Joint]:
    """Give both ends of a line that almost comes back to where it began."""
    network = laid.network
    one = np.isin(network.edge_from, node) & np.isin(network.edge_to, node)
    apart = np.hypot(*(network.xy[network.edge_from] - network.xy[network.edge_to]).T)
    joints = []
    for edge in np.flatnonzero(one & (apart <= near_m)).tolist():
        a, b = (place_of_node(laid, edge, int(n[edge])) for n in (network.edge_from, network.edge_to))
        joints += [Joint("network.gap", p, q, float(apart[edge])) for p, q in ((a, b), (b, a))]
    return joints


def _crossings(laid: Laid) -> list[Joint]:
    """Give the places where drawn ways cross ways of their level that join by shared nodes alone."""
    ways = laid.ways
    drawn, shared = np.flatnonzero(~ways.shared), np.flatnonzero(ways.shared)
    a, b = shapely.STRtree(ways.shapes[shared]).query(ways.shapes[drawn], predicate="crosses")
    kept = ways.level[drawn[a]] == ways.level[shared[b]]
    a, b = drawn[a[kept]], shared[b[kept]]
    points, pair = meeting_points(ways.shapes[a], ways.shapes[b])
    row, edge = shapely.STRtree(laid.network.edge_lines).query(
        points, predicate="dwithin", distance=_ON_LINE_M
    )
    edges: dict[tuple[int, int], int] = {}
    for k, e in zip(row.tolist(), edge.tolist(), strict=True):
        edges.setdefault((k, int(laid.edge_way[e])), e)
    joints = []
    for k, (x, y) in enumerate(shapely.get_coordinates(points).tolist()):
        mine, other = edges.get((k, int(a[pair[k]]))), edges.get((k, int(b[pair[k]])))
        if mine is not None and other is not None:
            here = [replace(place_on(laid, e, (x, y)), xy=(x, y)) for e in (mine, other)]
            joints.append(Joint("network.crosses_unjoined", here[0], here[1], 0.0))
    return sorted(joints, key=lambda j: (j.a.xy, j.a.edge, j.b.edge))
