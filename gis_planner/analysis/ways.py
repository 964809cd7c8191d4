"""The lines that people walk on, as flat arrays.

A way is one line of a walkable road. Ways are ordered by road id, so nothing that is built on them depends
on the order of rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis_planner.messages import Message
from gis_planner.model.issues import Issue, issue_at
from gis_planner.model.tables import Frame, bools, geometries, ids, ints, texts

# Classes that nobody walks along unless a road says so itself.
CLOSED_CLASSES = frozenset({"expressway"})
_LINE_TYPES = (1, 2, 5)


@dataclass(frozen=True, eq=False)
class Ways:
    """Walkable lines and their vertices.

    Of n ways: `road` (row in `road_ids`, which are sorted), `level`, `shared` (joins by vertex ids alone),
    `shapes` and `first` (n + 1 rows into the vertices). Of N vertices: `xy` (N, 2), `way`, `along` (metres from
    the start of the way) and `vertex` (code of the vertex id and its place, -1 on drawn ways).
    """

    road_ids: tuple[str, ...]
    road: NDArray[np.int64]
    level: NDArray[np.int64]
    shared: NDArray[np.bool_]
    shapes: NDArray[Any]
    first: NDArray[np.int64]
    xy: NDArray[np.float64]
    way: NDArray[np.int64]
    along: NDArray[np.float64]
    vertex: NDArray[np.int64]

    @property
    def length(self) -> NDArray[np.float64]:
        """The length of every way in metres."""
        return self.along[self.first[1:] - 1]


def is_walkable(roads: Frame) -> NDArray[np.bool_]:
    """Tell which roads are walked along: as `walkable` says, else all but expressways."""
    given, classes = bools(roads, "walkable"), texts(roads, "class")
    return np.array(
        [c not in CLOSED_CLASSES if w is None else w for w, c in zip(given, classes, strict=True)], dtype=bool
    )


def levels(roads: Frame) -> NDArray[np.int64]:
    """Give the level of every road: as given, else 1 on a bridge, -1 in a tunnel, 0 on the ground."""
    given = zip(ints(roads, "level"), bools(roads, "bridge"), bools(roads, "tunnel"), strict=True)
    return np.array(
        [
            level if level is not None else 1 if bridge else -1 if tunnel else 0
            for level, bridge, tunnel in given
        ],
        dtype=np.int64,
    )


def read_ways(roads: Frame) -> tuple[Ways, list[Issue]]:
    """Take the walkable lines of the roads, and list the roads that are no usable lines."""
    issues: list[Issue] = []
    names = np.array(ids(roads), dtype=object)
    shapes = shapely.force_2d(geometries(roads))
    walkable = is_walkable(roads)
    usable = walkable & np.isin(shapely.get_type_id(shapes), _LINE_TYPES) & ~shapely.is_empty(shapes)
    every, owner = shapely.get_coordinates(shapes, return_index=True)
    usable[owner[~np.isfinite(every).all(axis=1)]] = False
    for row in np.flatnonzero(walkable & ~usable):
        message = Message("network.not_a_line", road=names[row])
        issues.append(issue_at("network.not_a_line", "warning", "roads", names[row], message, None))

    rows = np.flatnonzero(usable)
    rows = rows[np.argsort(names[rows], kind="stable")]
    names_of, id_issues = _vertex_names(roads, rows, names, shapes)
    shared = np.array([bool(named) for named in names_of], dtype=bool)
    lines = _untangled(shapes[rows], ~shared)
    parts, part_row = shapely.get_parts(lines, return_index=True)
    xy, way = shapely.get_coordinates(parts, return_index=True)
    first = np.searchsorted(way, np.arange(len(parts) + 1))
    counts = shapely.get_num_coordinates(lines).tolist()
    vertex_names = [v for named, n in zip(names_of, counts, strict=True) for v in named or [""] * n]
    ways = Ways(
        road_ids=tuple(names[rows].tolist()),
        road=part_row,
        level=levels(roads)[rows][part_row],
        shared=shared[part_row],
        shapes=parts,
        first=first,
        xy=xy,
        way=way,
        along=_distance_along(xy, first),
        vertex=_vertex_codes(vertex_names, xy),
    )
    return ways, issues + id_issues + _doubled_vertices(ways, vertex_names)


def _untangled(shapes: NDArray[Any], drawn: NDArray[np.bool_]) -> NDArray[Any]:
    """Cut drawn lines that cross themselves or run back along themselves into pieces that do not."""
    tangled = drawn & ~shapely.is_simple(shapes)
    if not tangled.any():
        return shapes
    shapes = shapes.copy()
    for row in np.flatnonzero(tangled).tolist():
        pieces = shapely.unary_union(shapes[row])
        shapes[row] = shapes[row] if pieces.is_empty else pieces
    return shapes


def _distance_along(xy: NDArray[np.float64], first: NDArray[np.int64]) -> NDArray[np.float64]:
    """Measure every vertex from the start of its way."""
    if len(xy) == 0:
        return np.zeros(0)
    steps = np.hypot(*np.diff(xy, axis=0, prepend=xy[:1]).T)
    along = np.empty(len(xy))
    for start, end in zip(first[:-1].tolist(), first[1:].tolist(), strict=True):
        steps[start] = 0.0
        np.cumsum(steps[start:end], out=along[start:end])
    return along


def _vertex_names(
    roads: Frame, rows: NDArray[np.int64], names: NDArray[Any], shapes: NDArray[Any]
) -> tuple[list[list[str]], list[Issue]]:
    """Give the vertex ids of these roads, an empty list for a road that is drawn."""
    noding, given = texts(roads, "noding"), texts(roads, "vertex_ids")
    counts = shapely.get_num_coordinates(shapes[rows]).tolist()
    found: list[list[str]] = []
    issues: list[Issue] = []
    for row, count in zip(rows.tolist(), counts, strict=True):
        named = (given[row] or "").split() if noding[row] == "shared" else []
        if noding[row] == "shared" and len(named) != count:
            code = "network.vertex_ids_differ"
            message = Message(code, road=names[row], ids=len(named), vertices=count)
            issues.append(issue_at(code, "warning", "roads", names[row], message, shapes[row]))
            named = []
        found.append(named)
    return found, issues


def _vertex_codes(names: list[str], xy: NDArray[np.float64]) -> NDArray[np.int64]:
    """Number the vertex ids, each place of an id by itself; -1 where there is no id."""
    codes = np.full(len(names), -1, dtype=np.int64)
    numbers = np.asarray(pd.factorize(np.array(names, dtype=object))[0], dtype=np.int64)
    named = np.flatnonzero(np.array([bool(name) for name in names], dtype=bool))
    order = named[np.lexsort((xy[named, 1], xy[named, 0], numbers[named]))]
    if len(order):
        new = (numbers[order][1:] != numbers[order][:-1]) | (xy[order][1:] != xy[order][:-1]).any(axis=1)
        codes[order] = np.concatenate([[0], np.cumsum(new)])
    return codes


def _doubled_vertices(ways: Ways, names: list[str]) -> list[Issue]:
    """List vertex ids that stand at two places: nothing is joined between them."""
    place: dict[str, int] = {}
    issues: list[Issue] = []
    for row in np.flatnonzero(ways.vertex >= 0).tolist():
        code = int(ways.vertex[row])
        if place.setdefault(names[row], code) != code:
            road = ways.road_ids[ways.road[ways.way[row]]]
            message = Message("network.vertex_at_two_places", vertex=names[row], road=road)
            point = shapely.Point(ways.xy[row])
            issues.append(issue_at("network.vertex_at_two_places", "warning", "roads", road, message, point))
    return issues
