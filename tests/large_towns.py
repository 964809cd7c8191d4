"""Towns of any size, made from a seed in a moment: streets of both nodings, bridges, walls, gates and facilities.

In the west streets join by the ids of their vertices, in the east they are drawn and join at ends and crossings; drawn
avenues run across everything, some on bridges. Some streets are stairs, some have signals, some slope, and each of them
costs extra metres. A river stops legs, not streets. Compounds stand in patches of six, a cluster each; some are walled,
some have gates, some buildings.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import shapely
from maps import CRS, project_of
from numpy.typing import NDArray

from gis_planner.model.choices import NINE_KINDS
from gis_planner.model.clusters import Cluster, Grouping
from gis_planner.model.project import Project
from gis_planner.model.tables import Frame, conform

_PITCH_M = 55.0
_ORIGIN = np.array([500_000.0, 3_800_000.0])
_SIDE_M, _GAP_M = 70.0, 12.0
_PATCH = np.array([(0, 0), (1, 0), (2, 0), (0, 1), (1, 1), (2, 1)], dtype=np.float64)
_KINDS_PRESENT = NINE_KINDS[:-1]

Floats = NDArray[np.float64]


def large_town(seed: int, *, nodes: int) -> Project:
    """Make a town of about so many nodes of its walking network; nothing of the last kind stands in it."""
    random = np.random.default_rng(seed)
    side = max(8, round(np.sqrt(nodes * 0.96)))
    size_m = side * _PITCH_M
    compounds, buildings, gates, walls, grouping = _quarters(random, size_m)
    project = project_of(
        roads=_roads(random, side),
        compounds=compounds,
        buildings=buildings,
        entrances=gates,
        parcels=_parcels(random, size_m),
        barriers=_barriers(random, walls, size_m),
        facilities=_facilities(random, nodes // 50, compounds, size_m),
    )
    rules = project.rules.with_value("stairs_penalty", 0.8)
    rules = rules.with_value("signal_penalty_m", 25.0).with_value("slope_weight", 1.0)
    return replace(project, grouping=grouping, rules=rules)


def _roads(random: np.random.Generator, side: int) -> Frame:
    number = np.arange(side * side).reshape(side, side)
    xy = np.stack(np.divmod(number.ravel(), side), axis=1) * _PITCH_M
    xy = np.round(_ORIGIN + xy + random.uniform(-17.0, 17.0, xy.shape), 2)
    ends = np.concatenate(
        [
            np.stack([number[:-1].ravel(), number[1:].ravel()], axis=1),
            np.stack([number[:, :-1].ravel(), number[:, 1:].ravel()], axis=1),
        ]
    )
    ends = ends[random.random(len(ends)) < 0.78]
    ends = np.concatenate([ends, ends[:5]])  # some streets run twice between the same ends
    a, b = xy[ends[:, 0]], xy[ends[:, 1]]
    middle = np.round((a + b) / 2.0 + random.uniform(-9.0, 9.0, a.shape), 2)
    lines = list(shapely.linestrings(np.stack([a, middle, b], axis=1)))
    west = xy[ends[:, 0], 0] < _ORIGIN[0] + side * _PITCH_M / 2.0
    noding = ["shared" if shared else "drawn" for shared in west.tolist()]
    vertices = [
        f"{start} m{row} {end}" if shared else None
        for row, ((start, end), shared) in enumerate(zip(ends.tolist(), west.tolist(), strict=True))
    ]
    avenues = 12 + side // 8
    tips = np.round(_ORIGIN + random.uniform(0.0, side * _PITCH_M, (avenues, 1, 2)), 2)
    tips = np.concatenate([tips, np.round(tips + random.uniform(-900.0, 900.0, tips.shape), 2)], axis=1)
    lines += list(shapely.linestrings(tips))
    n = len(lines)
    level = [0] * len(ends) + random.integers(0, 2, avenues).tolist()
    return conform(
        "roads",
        {
            "id": [f"R{row:06d}" for row in range(n)],
            "class": np.where(random.random(n) < 0.04, "steps", "lane").tolist(),
            "level": level,
            "bridge": [storey > 0 for storey in level],
            "noding": noding + ["drawn"] * avenues,
            "vertex_ids": vertices + [None] * avenues,
            "slope": np.where(random.random(n) < 0.1, 0.06, 0.0).tolist(),
            "signals": np.where(random.random(n) < 0.1, 1.0, 0.0).tolist(),
            "walkable": [None if chance < 0.97 else False for chance in random.random(n).tolist()],
        },
        lines,
        crs=CRS,
    )


def _quarters(
    random: np.random.Generator, size_m: float
) -> tuple[Frame, Frame, Frame, list[shapely.Geometry], Grouping]:
    """Stand patches of six compounds all over, with gates, buildings and walls."""
    across = max(2, int(size_m / 520.0))
    patch = (
        np.stack(np.meshgrid(np.arange(across), np.arange(across)), axis=-1).reshape(-1, 2) * size_m / across
    )
    patch = patch + random.uniform(0.0, 180.0, patch.shape)
    corner = (patch[:, None] + _PATCH * (_SIDE_M + _GAP_M)).reshape(-1, 2) + _ORIGIN
    corner = np.round(corner, 2)
    names = [f"C{row:05d}" for row in range(len(corner))]
    shapes = shapely.box(corner[:, 0], corner[:, 1], corner[:, 0] + _SIDE_M, corner[:, 1] + _SIDE_M)
    households = [None if random.random() < 0.05 else int(random.integers(10, 300)) for _ in names]
    compounds = conform(
        "compounds", {"id": names, "name": names, "households": households}, list(shapes), crs=CRS
    )
    gate_of = np.repeat(np.arange(len(names)), random.integers(0, 4, len(names)))
    along = random.uniform(0.0, 4.0 * _SIDE_M, len(gate_of))
    gates = conform(
        "entrances",
        {
            "id": [f"E{row:05d}" for row in range(len(gate_of))],
            "compound_id": [names[row] for row in gate_of.tolist()],
            "status": np.where(random.random(len(gate_of)) < 0.2, "closed", "open").tolist(),
        },
        list(shapely.line_interpolate_point(shapely.boundary(shapes[gate_of]), along)),
        crs=CRS,
    )
    home = np.repeat(np.arange(len(names)), np.where(random.random(len(names)) < 0.3, 3, 0))
    low = np.round(corner[home] + random.uniform(3.0, _SIDE_M - 20.0, (len(home), 2)), 2)
    buildings = conform(
        "buildings",
        {
            "id": [f"B{row:05d}" for row in range(len(home))],
            "compound_id": [names[row] for row in home.tolist()],
            "households": random.integers(4, 60, len(home)).tolist(),
        },
        list(shapely.box(low[:, 0], low[:, 1], low[:, 0] + 16.0, low[:, 1] + 9.0)),
        crs=CRS,
    )
    walls = list(shapely.boundary(shapes[random.random(len(names)) < 0.3]))
    six = len(_PATCH)
    clusters = tuple(
        Cluster(f"Z{row + 1:04d}", row + 1, "", tuple(names[row * six : (row + 1) * six]))
        for row in range(len(patch))
    )
    return compounds, buildings, gates, walls, Grouping(clusters)


def _parcels(random: np.random.Generator, size_m: float) -> Frame:
    n = max(50, int(size_m * size_m / 15_000.0))
    low = np.round(_ORIGIN + random.uniform(-60.0, size_m + 60.0, (n, 2)), 2)
    return conform(
        "parcels",
        {"id": [f"P{row:05d}" for row in range(n)], "households": random.integers(0, 90, n).tolist()},
        list(shapely.box(low[:, 0], low[:, 1], low[:, 0] + 35.0, low[:, 1] + 35.0)),
        crs=CRS,
    )


def _barriers(random: np.random.Generator, walls: list[shapely.Geometry], size_m: float) -> Frame:
    x = np.arange(-200.0, size_m + 400.0, 150.0)
    line = np.column_stack([x, size_m * 0.4 + random.uniform(-40.0, 40.0, len(x))]) + _ORIGIN
    river = shapely.LineString(line).buffer(9.0)
    kinds = ["river", *["wall"] * len(walls)]
    return conform(
        "barriers",
        {"id": [f"X{row:05d}" for row in range(len(kinds))], "kind": kinds},
        [river, *walls],
        crs=CRS,
    )


def _facilities(random: np.random.Generator, n: int, compounds: Frame, size_m: float) -> Frame:
    xy = np.round(_ORIGIN + random.uniform(-100.0, size_m + 100.0, (n, 2)), 2)
    inside = shapely.get_coordinates(shapely.centroid(compounds.geometry.to_numpy()))
    some = random.permutation(len(inside))[: n // 10]
    xy[: len(some)] = inside[some]
    status = random.choice(["existing", "existing", "existing", "proposed", "closed"], n)
    return conform(
        "facilities",
        {
            "id": [f"F{row:05d}" for row in range(n)],
            "kind": [_KINDS_PRESENT[row % len(_KINDS_PRESENT)] for row in range(n)],
            "status": status.tolist(),
            "capacity": random.integers(10, 200, n).tolist(),
        },
        list(shapely.points(xy)),
        crs=CRS,
    )
