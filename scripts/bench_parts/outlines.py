"""Ten thousand compounds as files really hold them, the lines that divide them, and who is next to whom.

Outlines stand in blocks along crooked streets of 4 to 28 m, with 4 to 40 vertices. Among them are concave ones, some of
several parts, with a courtyard in which another stands, touching, overlapping, a sliver apart, drawn twice (exactly and
nearly), and a few that cover dozens of others. Barriers are rivers (lines and areas), railways and trunk roads along
the streets, and walls along outlines. The peer does the least that can be called the same: the close pairs, the
shortest line of each and whether a barrier crosses it (shapely alone); it measures no frontage, so a corner counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from bench_parts.timing import time_in_turn
from gis_planner.analysis.barriers import collect_barriers
from gis_planner.analysis.neighbours import find_neighbours
from gis_planner.model.project import Project
from gis_planner.model.rules import Rules
from gis_planner.model.tables import Frame, conform, empty_table, geometries

CRS = "EPSG:4547"
_CELL_M = 110.0
_CORNER = (520_000.0, 3_800_000.0)
_TARGET_S = 1.0


@dataclass(frozen=True, eq=False)
class Outlines:
    """A town of outlines and the lines between them, as tables of the project."""

    compounds: Frame
    barriers: Frame
    roads: Frame


def draw_outlines(compounds: int = 10_000, barriers: int = 5_000, *, seed: int = 0) -> Outlines:
    """Draw so many outlines and barriers; the same seed gives the same town."""
    random = np.random.default_rng(seed)
    across = int(np.ceil(np.sqrt(compounds)))
    streets = random.uniform(2.0, 14.0, (2, across + 1))  # half the width of each street
    shapes = [_outline(random, k // across, k % across, streets) for k in range(compounds)]
    _make_strange(shapes, random, across)
    kinds, lines = _draw_barriers(barriers, shapes, random, across)
    order = random.permutation(compounds)
    drawn = [_moved(shapes[row], np.array(_CORNER)) for row in order.tolist()]
    moved = [_moved(line, np.array(_CORNER)) for line in lines]
    names = [f"C{k:05d}" for k in range(compounds)]
    return Outlines(
        conform("compounds", {"id": names, "name": names}, drawn, crs=CRS),
        conform("barriers", {"id": [f"B{k:04d}" for k in range(barriers)], "kind": kinds}, moved, crs=CRS),
        empty_table("roads", CRS),
    )


def neighbours_row(*, times: int = 3) -> tuple[str, float, str, float, float]:
    """Measure; gives the label, our processor seconds, the peer's name and seconds, and the target in seconds."""
    town = draw_outlines()
    rules = Rules()
    tables = {"compounds": town.compounds, "barriers": town.barriers, "roads": town.roads}
    project = Project(crs=CRS, tables=tables, loaded=frozenset(tables))

    def own() -> Frame:
        return find_neighbours(town.compounds, collect_barriers(project), town.roads, rules)

    own()
    shapes, walls = geometries(town.compounds), geometries(town.barriers)
    own_s, peer_s = time_in_turn([own, lambda: plain_pairs(shapes, walls, rules.max_gap_m)], times=times)
    label = f"neighbours of {len(shapes):,} outlines with {len(walls):,} barriers"
    return label, own_s, "shapely: dwithin, shortest line, crossings alone", peer_s, _TARGET_S


def plain_pairs(
    shapes: NDArray[Any], barriers: NDArray[Any], gap_m: float
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Find the close pairs (k, 2) and whether a barrier meets the shortest line between them."""
    one, other = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=gap_m)
    once = one < other
    pairs = np.column_stack([one[once], other[once]])
    lines = shapely.shortest_line(shapes[pairs[:, 0]], shapes[pairs[:, 1]])
    blocked = np.zeros(len(pairs), dtype=bool)
    blocked[shapely.STRtree(barriers).query(lines, predicate="intersects")[0]] = True
    return pairs, blocked


def _outline(
    random: np.random.Generator, row: int, column: int, streets: NDArray[np.float64]
) -> BaseGeometry:
    """Draw one outline: a block with a crooked edge, perhaps bitten into."""
    left, right = column * _CELL_M + streets[0, column], (column + 1) * _CELL_M - streets[0, column + 1]
    low, high = row * _CELL_M + streets[1, row], (row + 1) * _CELL_M - streets[1, row + 1]
    corners = np.array([(left, low), (right, low), (right, high), (left, high)])
    more = int(random.integers(0, 37))
    places = np.sort(np.concatenate([np.arange(4.0), random.uniform(0.0, 4.0, more)]))
    at = places.astype(int)
    share = (places - at)[:, None]
    points = corners[at % 4] * (1 - share) + corners[(at + 1) % 4] * share
    middle = corners.mean(axis=0)
    inward = (middle - points) / np.hypot(*(middle - points).T)[:, None]
    depth = random.uniform(0.0, 1.6, len(points))
    if random.random() < 0.15:
        depth[int(random.integers(0, len(points)))] = random.uniform(10.0, 30.0)
    return _sound(shapely.Polygon(points + inward * depth[:, None]))


def _make_strange(shapes: list[BaseGeometry], random: np.random.Generator, across: int) -> None:
    """Turn some outlines into the strange ones that files hold, in place."""
    n = len(shapes)
    for row in random.choice(n, n // 6, replace=False).tolist():
        shape, other = shapes[row], shapes[(row + 1) % n]
        what = int(random.integers(0, 8))
        if what == 0:  # in two parts, a lane between
            box = shape.bounds
            middle = (box[0] + box[2]) / 2
            lane = shapely.box(middle - 3.0, box[1] - 1.0, middle + 3.0, box[3] + 1.0)
            shapes[row] = _sound(shapely.difference(shape, lane))
        elif what == 1:  # a courtyard, and perhaps somebody in it
            yard = shapely.box(*shapely.buffer(shape.centroid, 15.0).bounds)
            shapes[row] = _sound(shapely.difference(shape, yard))
            if random.random() < 0.5 and row + across < n:
                shapes[row + across] = shapely.buffer(yard, -4.0)
        elif what in (2, 3):  # overlapping or touching the next one
            grown = shapely.buffer(shape, float(random.uniform(6.0, 25.0)), join_style="mitre", quad_segs=1)
            shapes[row] = grown if what == 2 else _sound(shapely.difference(grown, other))
        elif what == 4:  # a sliver apart
            near = shapely.buffer(other, float(10 ** random.uniform(-4.0, -0.3)), quad_segs=1)
            shapes[row] = _sound(shapely.difference(shapely.buffer(shape, 20.0, quad_segs=1), near))
        elif what == 5 and random.random() < 0.5:  # drawn twice
            shapes[row] = other
        elif what == 6 and random.random() < 0.5:  # nearly so
            shift = random.normal(0.0, 0.05, 2)
            shapes[row] = shapely.simplify(_moved(other, shift), 0.2)
        elif what == 7 and random.random() < 0.03:  # the plan of a whole quarter
            shapes[row] = shapely.box(*shapely.buffer(shape.centroid, float(random.uniform(200, 450))).bounds)
    if n >= 400:
        shapes[0] = shapely.Polygon([(0.0, 0.0), (60.0, 60.0), (60.0, 0.0), (0.0, 60.0)])  # it crosses itself


def _moved(shape: BaseGeometry, by: NDArray[np.float64]) -> BaseGeometry:
    return shapely.transform(shape, lambda xy: xy + by)


def _sound(shape: BaseGeometry) -> BaseGeometry:
    return shape if shape.is_valid else shapely.buffer(shape, 0.0)


def _draw_barriers(
    count: int, shapes: list[BaseGeometry], random: np.random.Generator, across: int
) -> tuple[list[str], list[BaseGeometry]]:
    """Draw rivers, railways, trunk roads along streets, and walls along outlines."""
    kinds: list[str] = []
    lines: list[BaseGeometry] = []
    for _ in range(count):
        kind = str(random.choice(["river", "water", "railway", "trunk_road", "expressway", "wall"]))
        if kind == "wall":
            ring = shapely.get_coordinates(shapes[int(random.integers(0, len(shapes)))])
            line: BaseGeometry = shapely.LineString(
                ring[: max(2, int(random.integers(2, 2 + len(ring) // 2)))]
            )
        else:
            cells = int(random.integers(1, 6))
            along = np.linspace(0.0, cells, 6 * cells + 1)
            way = np.column_stack([along, np.cumsum(random.normal(0.0, 0.01, len(along)))])
            start = random.integers(0, across, 2)
            points = (way[:, ::-1] if random.random() < 0.5 else way) + start
            line = shapely.LineString(points * _CELL_M)
            if kind == "water":
                line = shapely.buffer(line, float(random.uniform(2.0, 8.0)), quad_segs=2)
        kinds.append(kind)
        lines.append(line)
    return kinds, lines
