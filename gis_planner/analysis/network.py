"""The walking network: nodes where ways join, and edges between them.

Nodes are numbered along a Z-order curve over an absolute grid, so that neighbours lie near each other in
memory and a street drawn at the edge of town renumbers little. Nothing depends on the order of rows or on the
direction in which a line was drawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from gis_planner.analysis.arrays import Floats, Rows, ranges
from gis_planner.analysis.noding import SAME_PLACE_M, SAME_VERTEX_M, Stops, find_stops
from gis_planner.analysis.penalties import walk_lengths
from gis_planner.analysis.ways import Ways, read_ways
from gis_planner.messages import Message
from gis_planner.model.issues import Issue, cap_issues
from gis_planner.model.results import Network
from gis_planner.model.rules import Rules
from gis_planner.model.tables import Frame
from gis_planner.progress import SILENT, Progress

LISTED_MOST = 50  # of one sort of issue; the rest is one line with a number
JOIN_LISTED_M = 0.01
DUPLICATE_M = 0.01
_CELL_M = 0.25
_CELL_BITS = 30


@dataclass(frozen=True, eq=False)
class Laid:
    """The network and what it was laid from: ways, stops, and what was left out.

    `edge_way` (m,) is the way of each edge. `vanished` are ways of which nothing is left; `repeated` are pieces that
    lie on an edge, `repeated_on` the rows of those edges. `issues` were found while the roads were read.
    """

    network: Network
    ways: Ways
    stops: Stops
    edge_way: Rows
    vanished: Rows
    repeated: _Pieces
    repeated_on: Rows
    issues: tuple[Issue, ...]


def build_network(roads: Frame, rules: Rules, *, progress: Progress = SILENT) -> tuple[Network, list[Issue]]:
    """Build the walking network of the walkable roads, and list what is doubtful about it.

    The network of no walkable road is empty.
    """
    laid = lay_network(roads, rules, progress=progress)
    progress.report(0.9, Message("network.looking_for_faults"))
    issues = list_faults(laid)
    issues += _unjoined_crossing_issues(laid.ways) + _island_issues(laid.network)
    return laid.network, issues


def lay_network(roads: Frame, rules: Rules, *, progress: Progress = SILENT) -> Laid:
    """Lay the walking network of the walkable roads and keep what it was laid from."""
    progress.report(0.0, Message("network.reading_streets", n=len(roads)))
    ways, issues = read_ways(roads)

    progress.report(0.1, Message("network.joining_streets", n=len(ways.shapes)))
    stops = find_stops(ways, rules.noding_tolerance_m)

    progress.report(0.7, Message("network.numbering"))
    pieces, vanished = _cut(ways, stops, rules.noding_tolerance_m)
    pieces, places = _number_nodes(pieces, stops)
    pieces = _sort_edges(_turn(pieces), ways)
    repeated = _find_repeated(pieces)
    network = _network(pieces, ~repeated, places, ways, roads, rules)
    edge = np.cumsum(~repeated) - 1
    return Laid(
        network, ways, stops, pieces.way[~repeated], vanished, _keep(pieces, repeated), edge[repeated],
        tuple(issues),
    )  # fmt: skip


def list_faults(laid: Laid, *, most: int = LISTED_MOST) -> list[Issue]:
    """List what is doubtful about the roads themselves, at most so many of a sort, and where their ends were joined."""
    issues = list(laid.issues) + _vanished_issues(laid.ways, laid.vanished, most)
    issues += _repeated_issues(laid.ways, laid.repeated, most) + _join_issues(laid.ways, laid.stops, most)
    return issues + _passed_issues(laid.ways, laid.stops, most)


def join_parts(network: Network) -> Rows:
    """Number the parts of the network that hang together, by node."""
    n = len(network.xy)
    graph = coo_array((np.ones(len(network.edge_from)), (network.edge_from, network.edge_to)), shape=(n, n))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


@dataclass(frozen=True, eq=False)
class _Pieces:
    """Stretches of ways between two places: `node_a`, `node_b`, `way`, and lines that run from a to b."""

    node_a: Rows
    node_b: Rows
    way: Rows
    lines: NDArray[Any]


def _keep(pieces: _Pieces, rows: NDArray[Any]) -> _Pieces:
    return _Pieces(pieces.node_a[rows], pieces.node_b[rows], pieces.way[rows], pieces.lines[rows])


def _cut(ways: Ways, stops: Stops, tolerance_m: float) -> tuple[_Pieces, Rows]:
    """Cut the ways at their stops; give the pieces and the ways of which nothing is left.

    A piece runs to the place of its node: where an end was joined over a gap, the line is drawn on to there.
    """
    place = _places(stops)
    start, end = _successive(stops, max(2.0 * tolerance_m, 2.0 * SAME_PLACE_M))
    offset = np.concatenate([[0.0], np.cumsum(ways.length + 1.0)[:-1]]) if len(ways.shapes) else np.zeros(0)
    vertex_key = ways.along + offset[ways.way]
    stop_key = stops.along + offset[stops.way]
    low = np.searchsorted(vertex_key, stop_key[start] + SAME_VERTEX_M, side="right")
    high = np.maximum(np.searchsorted(vertex_key, stop_key[end] - SAME_VERTEX_M, side="left"), low)
    real = (stops.node[start] != stops.node[end]) | (high > low)
    start, end, low, high = start[real], end[real], low[real], high[real]

    gap = np.hypot(*(stops.xy - place[stops.node]).T) > SAME_PLACE_M
    parts = (
        (np.ones(len(start), dtype=np.int64), place[stops.node[start]]),
        (gap[start].astype(np.int64), stops.xy[start[gap[start]]]),
        (high - low, ways.xy[ranges(low, high)]),
        (gap[end].astype(np.int64), stops.xy[end[gap[end]]]),
        (np.ones(len(end), dtype=np.int64), place[stops.node[end]]),
    )
    row = np.concatenate([np.repeat(np.arange(len(start)), count) for count, _ in parts])
    order = np.argsort(row, kind="stable")
    xy = np.concatenate([points for _, points in parts])[order]
    lines = np.asarray(shapely.linestrings(xy, indices=row[order]), dtype=object)
    way = stops.way[start]
    vanished = np.flatnonzero(~np.isin(ways.road, ways.road[way]))
    return _Pieces(stops.node[start], stops.node[end], way, lines), vanished


def _places(stops: Stops) -> Floats:
    """Give the place of every node: the mean of its stops of the best rank."""
    n = int(stops.node.max(initial=-1)) + 1
    best = np.full(n, np.iinfo(np.int64).max)
    np.minimum.at(best, stops.node, stops.rank)
    deciding = stops.rank == best[stops.node]
    node, xy = stops.node[deciding], stops.xy[deciding]
    base = np.full((n, 2), np.inf)
    np.minimum.at(base, node, xy)
    beyond = np.zeros((n, 2))  # measured from the smallest coordinates: equal stops give exactly their place
    np.add.at(beyond, node, xy - base[node])
    return base + beyond / np.bincount(node, minlength=n)[:, None]


def _successive(stops: Stops, collapse_m: float) -> tuple[Rows, Rows]:
    """Give successive stops of each way, leaving out stops of one node with next to nothing between them."""
    way, along, node = stops.way, stops.along, stops.node
    again = np.zeros(len(way), dtype=bool)
    again[1:] = (way[1:] == way[:-1]) & (node[1:] == node[:-1]) & (np.diff(along) <= collapse_m)
    kept = np.flatnonzero(~again)
    pair = way[kept[1:]] == way[kept[:-1]]
    return kept[:-1][pair], kept[1:][pair]


def _number_nodes(pieces: _Pieces, stops: Stops) -> tuple[_Pieces, Floats]:
    """Number the nodes that pieces use along a Z-order curve; give the pieces and the places in that order.

    Nodes in one place (a bridge over a crossing) are told apart by the first way that they lie on.
    """
    place = _places(stops)
    used = np.unique(np.concatenate([pieces.node_a, pieces.node_b]))
    _, first_stop = np.unique(stops.node, return_index=True)
    xy = place[used]
    order = np.lexsort((first_stop[used], xy[:, 1], xy[:, 0], _z_order(xy)))
    number = np.full(len(place), -1, dtype=np.int64)
    number[used[order]] = np.arange(len(used))
    numbered = _Pieces(number[pieces.node_a], number[pieces.node_b], pieces.way, pieces.lines)
    return numbered, np.ascontiguousarray(xy[order])


def _z_order(xy: Floats) -> NDArray[np.uint64]:
    """Give the place of points on a Z-order curve (Morton 1966) over an absolute grid."""
    low, high = 0.0, float(2**_CELL_BITS * 2 - 1)
    cells = np.clip(np.floor(xy / _CELL_M) + 2**_CELL_BITS, low, high).astype(np.uint64)
    return _spread(cells[:, 0]) | (_spread(cells[:, 1]) << np.uint64(1))


def _spread(cell: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Put a zero bit before every bit of 32."""
    for shift, mask in (
        (16, 0x0000FFFF0000FFFF),
        (8, 0x00FF00FF00FF00FF),
        (4, 0x0F0F0F0F0F0F0F0F),
        (2, 0x3333333333333333),
        (1, 0x5555555555555555),
    ):
        cell = (cell | (cell << np.uint64(shift))) & np.uint64(mask)
    return cell


def _turn(pieces: _Pieces) -> _Pieces:
    """Let every piece run from its smaller node; a loop in the direction whose coordinates come first."""
    back = pieces.node_a > pieces.node_b
    for row in np.flatnonzero(pieces.node_a == pieces.node_b).tolist():
        xy = shapely.get_coordinates(pieces.lines[row])
        back[row] = xy[::-1].tolist() < xy.tolist()
    lines = pieces.lines.copy()
    lines[back] = shapely.reverse(lines[back])
    return _Pieces(
        np.minimum(pieces.node_a, pieces.node_b), np.maximum(pieces.node_a, pieces.node_b), pieces.way, lines
    )


def _sort_edges(pieces: _Pieces, ways: Ways) -> _Pieces:
    middle = shapely.get_coordinates(shapely.line_interpolate_point(pieces.lines, 0.5, normalized=True))
    keys = (middle[:, 1], middle[:, 0], ways.road[pieces.way], shapely.length(pieces.lines))
    return _keep(pieces, np.lexsort((*keys, pieces.node_b, pieces.node_a)))


def _find_repeated(pieces: _Pieces) -> NDArray[np.bool_]:
    """Tell which pieces lie on the one before them: same nodes, same course."""
    repeated = np.zeros(len(pieces.way), dtype=bool)
    same = (np.diff(pieces.node_a) == 0) & (np.diff(pieces.node_b) == 0)
    same &= np.diff(shapely.length(pieces.lines)) <= DUPLICATE_M
    rows = np.flatnonzero(same) + 1
    repeated[rows] = shapely.hausdorff_distance(pieces.lines[rows - 1], pieces.lines[rows]) <= DUPLICATE_M
    return repeated


def _network(
    pieces: _Pieces, kept: NDArray[np.bool_], places: Floats, ways: Ways, roads: Frame, rules: Rules
) -> Network:
    """Make edges of the pieces that are kept; a stretch that was drawn several times is walked the easiest way."""
    length = np.asarray(shapely.length(pieces.lines), dtype=np.float64)
    road_ids = tuple(ways.road_ids[road] for road in ways.road[pieces.way].tolist())
    walked = walk_lengths(roads, road_ids, length, rules)
    easiest = np.full(int(kept.sum()), np.inf)
    np.minimum.at(easiest, np.cumsum(kept) - 1, walked)
    rows = np.flatnonzero(kept)
    return Network(
        xy=places,
        edge_from=pieces.node_a[rows],
        edge_to=pieces.node_b[rows],
        length_m=length[rows],
        walk_m=np.maximum(easiest, length[rows]),
        edge_lines=pieces.lines[rows],
        road_ids=tuple(road_ids[row] for row in rows.tolist()),
    )


def _vanished_issues(ways: Ways, vanished: Rows, most: int) -> list[Issue]:
    return _road_issues("network.no_length", "warning", ways, vanished, ways.xy[ways.first[vanished]], most)


def _repeated_issues(ways: Ways, repeated: _Pieces, most: int) -> list[Issue]:
    middle = shapely.get_coordinates(shapely.line_interpolate_point(repeated.lines, 0.5, normalized=True))
    return _road_issues("network.repeated", "note", ways, repeated.way, middle, most)


def _passed_issues(ways: Ways, stops: Stops, most: int) -> list[Issue]:
    """List drawn ends that hang on nothing but lie on a line of another level."""
    ends = np.unique(hanging_ends(stops)[:, 0])
    return _road_issues("network.end_on_other_level", "warning", ways, stops.way[ends], stops.xy[ends], most)


def hanging_ends(stops: Stops) -> Rows:
    """Give (stop, way) of drawn ends that hang on nothing but lie on a way of another level."""
    alone = np.bincount(stops.node, minlength=1)[stops.node[stops.passed[:, 0]]] == 1
    hanging: Rows = stops.passed[alone]
    return hanging


def _unjoined_crossing_issues(ways: Ways) -> list[Issue]:
    """List drawn roads that cross a road of their level which joins by shared nodes alone."""
    drawn, shared = np.flatnonzero(~ways.shared), np.flatnonzero(ways.shared)
    a, b = shapely.STRtree(ways.shapes[shared]).query(ways.shapes[drawn], predicate="crosses")
    kept = ways.level[drawn[a]] == ways.level[shared[b]]
    a, b = drawn[a[kept]], shared[b[kept]]
    places = shapely.point_on_surface(shapely.intersection(ways.shapes[a], ways.shapes[b]))
    return _road_issues(
        "network.crosses_unjoined", "warning", ways, a, shapely.get_coordinates(places), LISTED_MOST
    )


def _road_issues(code: str, severity: Any, ways: Ways, way: Rows, xy: Floats, most: int) -> list[Issue]:
    """Make one issue a road, at its first place, the most of them listed one by one."""
    issues: dict[str, Issue] = {}
    for row, (x, y) in zip(way.tolist(), xy.tolist(), strict=True):
        road = ways.road_ids[ways.road[row]]
        issues.setdefault(road, Issue(code, severity, "roads", road, Message(code, road=road), x=x, y=y))
    return cap_issues(
        [issues[road] for road in sorted(issues)],
        most,
        lambda n: Issue(
            code, severity, "roads", "", Message("network.more_of_this", n=n, what=Message(f"{code}_short"))
        ),
    )


def _join_issues(ways: Ways, stops: Stops, most: int) -> list[Issue]:
    """List where line ends were joined over a gap, the widest first."""
    n = int(stops.node.max(initial=-1)) + 1
    low, high = np.full((n, 2), np.inf), np.full((n, 2), -np.inf)
    np.minimum.at(low, stops.node, stops.xy)
    np.maximum.at(high, stops.node, stops.xy)
    gap = np.round(np.hypot(*(high - low).T), 3)
    nodes = np.flatnonzero(gap > JOIN_LISTED_M)
    nodes = nodes[np.lexsort((low[nodes, 1], low[nodes, 0], -gap[nodes]))]
    issues = []
    for node in nodes[: most + 1].tolist():
        rows = np.unique(ways.road[stops.way[stops.node == node]])
        names = [ways.road_ids[row] for row in rows.tolist()]
        message = Message("network.joined", gap=float(gap[node]), roads=names)
        x, y = high[node].tolist()
        issues.append(Issue("network.joined", "note", "roads", names[0], message, x=x, y=y))
    if len(nodes) > most:
        rest = Message("network.more_of_this", n=len(nodes) - most, what=Message("network.joined_short"))
        issues[most:] = [Issue("network.joined", "note", "roads", "", rest)]
    return issues


def _island_issues(network: Network) -> list[Issue]:
    """List the parts that hang together only among themselves, all but the longest, the longest first."""
    if len(network.edge_from) == 0:
        return []
    part = join_parts(network)[network.edge_from]
    length = np.bincount(part, weights=network.length_m)
    _, first = np.unique(part, return_index=True)
    order = np.lexsort((first, -length))[1:]
    issues = []
    for row in order.tolist():
        edge = int(first[row])
        road = network.road_ids[edge]
        message = Message("network.island", road=road, length=round(float(length[row])))
        x, y = network.xy[network.edge_from[edge]].tolist()
        issues.append(Issue("network.island", "note", "roads", road, message, x=x, y=y))
    return cap_issues(
        issues,
        LISTED_MOST,
        lambda n: Issue(
            "network.island",
            "note",
            "roads",
            "",
            Message("network.more_of_this", n=n, what=Message("network.island_short")),
        ),
    )
