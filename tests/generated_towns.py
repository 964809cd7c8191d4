"""Invented towns for laws about clusters: bent streets, a river with bridges, a railway, old compounds in patches."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import shapely
from maps import layer_from, project_of
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from gis_planner.analysis.barriers import collect_barriers
from gis_planner.analysis.clustering.pair_walks import PairWalks, keep_walks
from gis_planner.analysis.clustering.town import Town, gather_town
from gis_planner.analysis.neighbours import find_neighbours
from gis_planner.model.project import Project
from gis_planner.model.tables import Frame, ints

HALF_WIDTH = {"lane": 3.0, "branch": 7.0, "secondary": 11.0, "trunk": 14.0, "river": 11.0, "railway": 9.0}


@dataclass(frozen=True, eq=False)
class Generated:
    """An invented town: the project, its neighbours, the distances on foot, and everything gathered."""

    project: Project
    barriers: Frame
    neighbours: Frame
    walks: PairWalks
    town: Town


def generate(
    seed: int,
    n: int = 83,
    *,
    mean_households: int = 52,
    unknown: float = 0.0,
    townships: int = 2,
    walks: bool = True,
    **rules: object,
) -> Generated:
    """Make a town of n compounds; `unknown` is the share of compounds without households."""
    rng = random.Random(seed)
    side = max(math.ceil(math.sqrt(n / 2.4)), 2)
    across, down = _streets(rng, side), _streets(rng, side)
    across[1][side // 2 + 1] = "trunk"
    down[1][side // 3 + 1] = "river"
    if side > 5:
        across[1][side - 1] = "railway"
    bent = _bend(rng)
    lots = _lots(rng, across, down, n)
    names = [f"C{number:04d}" for number in range(len(lots))]
    households = [max(round(rng.lognormvariate(math.log(mean_households) - 0.2, 0.65)), 4) for _ in lots]
    middle = across[0][(side + 1) // 2]
    compounds = layer_from(
        "compounds",
        {name: shapely.transform(shape, bent) for name, (shape, _, _) in zip(names, lots, strict=True)},
        name={name: f"家属院{number + 1}" for number, name in enumerate(names)},
        households={
            name: None if rng.random() < unknown else h for name, h in zip(names, households, strict=True)
        },
        township={
            n: "城关镇" if townships < 2 or s.centroid.x < middle else "城郊乡"
            for n, (s, _, _) in zip(names, lots, strict=True)
        },
        community={
            name: f"{'东南西北中'[(i // 3 + j // 3 * 2) % 5]}关社区"
            for name, (_, i, j) in zip(names, lots, strict=True)
        },
    )
    roads, barriers = _lines(across, down, bent)
    project = project_of(compounds=compounds, roads=roads, barriers=barriers)
    for name, value in rules.items():
        project = _with_rule(project, name, value)
    found = collect_barriers(project)
    neighbours = find_neighbours(compounds, found, roads, project.rules)
    metres = _walk(across, down, bent, lots) if walks else np.full((len(lots), len(lots)), np.nan)
    walked = keep_walks(metres, np.full(len(lots), walks))
    known = dict(zip(names, ints(compounds, "households"), strict=True))
    return Generated(
        project,
        found,
        neighbours,
        walked,
        gather_town(project, households=known, neighbours=neighbours, walks=walked),
    )


def _with_rule(project: Project, name: str, value: object) -> Project:
    return replace(project, rules=project.rules.with_value(name, value))


Streets = tuple[list[float], list[str]]
Bent = Callable[[NDArray[np.float64]], NDArray[np.float64]]


def _streets(rng: random.Random, side: int) -> Streets:
    at, kinds = [0.0], ["branch"]
    for number in range(side):
        at.append(at[-1] + rng.uniform(95, 170))
        kinds.append("secondary" if number % 4 == 3 else rng.choice(["lane", "branch", "lane"]))
    return at, kinds


def _bend(rng: random.Random) -> Bent:
    phase, size = rng.uniform(0, 6), rng.uniform(8, 22)

    def bent(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        x, y = xy[:, 0], xy[:, 1]
        return np.column_stack(
            [
                500_000 + x + size * np.sin(y / 180 + phase) + 0.04 * y,
                3_800_000 + y + size * np.sin(x / 230 + 2 * phase) - 0.05 * x,
            ]
        )

    return bent


def _lots(
    rng: random.Random, across: Streets, down: Streets, n: int
) -> list[tuple[shapely.Polygon, int, int]]:
    """Cut blocks into lots and take those nearest to some old quarters."""
    hearts = [(rng.choice(across[0]), rng.choice(down[0])) for _ in range(4)]
    lots = []
    for i in range(len(across[0]) - 1):
        for j in range(len(down[0]) - 1):
            x0, x1 = across[0][i] + HALF_WIDTH[across[1][i]], across[0][i + 1] - HALF_WIDTH[across[1][i + 1]]
            y0, y1 = down[0][j] + HALF_WIDTH[down[1][j]], down[0][j + 1] - HALF_WIDTH[down[1][j + 1]]
            columns, rows = rng.choice([(2, 2), (2, 2), (2, 1), (3, 2), (2, 3)])
            for a in range(columns):
                for b in range(rows):
                    w, h = (x1 - x0) / columns, (y1 - y0) / rows
                    gap = rng.choice([0.0, 1.0, 3.0, 6.0])
                    box = shapely.box(x0 + a * w, y0 + b * h, x0 + (a + 1) * w - gap, y0 + (b + 1) * h - gap)
                    old = min(math.dist((box.centroid.x, box.centroid.y), heart) for heart in hearts)
                    lots.append((old * rng.uniform(0.6, 1.4), shapely.segmentize(box, 30), i, j))
    lots.sort(key=lambda lot: lot[0])
    return [(shape, i, j) for _, shape, i, j in lots[:n]]


def _lines(across: Streets, down: Streets, bent: Bent) -> tuple[Frame, Frame]:
    roads: dict[str, tuple[shapely.LineString, str]] = {}
    barriers: dict[str, tuple[shapely.LineString, str]] = {}
    for axis, (own, other) in enumerate(((across, down), (down, across))):
        for number, (at, kind) in enumerate(zip(*own, strict=True)):
            for part, (start, end) in enumerate(zip(other[0][:-1], other[0][1:], strict=True)):
                ends = [(at, start), (at, end)] if axis == 0 else [(start, at), (end, at)]
                line = shapely.transform(shapely.segmentize(shapely.LineString(ends), 30), bent)
                name = f"{'VH'[axis]}{number:02d}_{part:02d}"
                if kind in ("river", "railway"):
                    barriers[name] = (line, kind)
                else:
                    roads[name] = (line, kind)
    return (
        layer_from(
            "roads", {k: v[0] for k, v in roads.items()}, **{"class": {k: v[1] for k, v in roads.items()}}
        ),
        layer_from(
            "barriers",
            {k: v[0] for k, v in barriers.items()},
            kind={k: v[1] for k, v in barriers.items()},
            name="洛河",
        ),
    )


def _walk(
    across: Streets, down: Streets, bent: Bent, lots: list[tuple[shapely.Polygon, int, int]]
) -> NDArray[np.float64]:
    """Walk along the streets from corner to corner; the river is passed on every third street only."""
    columns, rows = len(across[0]), len(down[0])
    xy = shapely.get_coordinates(
        shapely.transform(shapely.points([(x, y) for x in across[0] for y in down[0]]), bent)
    )
    start, end, metres = [], [], []

    def join(one: int, other: int) -> None:
        start.append(one)
        end.append(other)
        metres.append(float(np.hypot(*(xy[one] - xy[other]))))

    for i in range(columns):
        for j in range(rows):
            if j + 1 < rows and (down[1][j] != "river" or i % 3 == 1):
                join(i * rows + j, i * rows + j + 1)
            if i + 1 < columns:
                join(i * rows + j, (i + 1) * rows + j)
    graph = coo_array((metres, (start, end)), shape=(len(xy), len(xy))).tocsr()
    ways = dijkstra(graph, directed=False)
    corners = np.array([[(i + a) * rows + j + b for a in (0, 1) for b in (0, 1)] for _, i, j in lots])
    shapes = shapely.transform(np.array([shape for shape, _, _ in lots]), bent)
    legs = np.array(
        [
            [shape.distance(shapely.Point(xy[corner])) for corner in four]
            for shape, four in zip(shapes, corners, strict=True)
        ]
    )
    n = len(lots)
    found = np.full((n, n), np.inf)
    for a in range(4):
        for b in range(4):
            found = np.minimum(
                found, legs[:, a][:, None] + ways[np.ix_(corners[:, a], corners[:, b])] + legs[:, b][None, :]
            )
    np.fill_diagonal(found, 0.0)
    found[found > 3000] = np.nan
    return found
