"""Small irregular towns, made from a seed: crooked streets, a river with one bridge, gates, walls and facilities."""

from __future__ import annotations

import numpy as np
import shapely
from maps import CRS, project_of
from shapely.geometry.base import BaseGeometry

from gis_planner.model.choices import NINE_KINDS
from gis_planner.model.project import Project
from gis_planner.model.tables import Frame, conform


def small_town(seed: int, *, blocks: int = 5, facilities: int = 14, with_parcels: bool = True) -> Project:
    """Make an irregular town of blocks × blocks streets, always the same for one seed."""
    random = np.random.default_rng(seed)
    corners = _corners(random, blocks)
    size = 80.0 * blocks
    river_y = float(random.uniform(0.3, 0.7)) * size
    compounds, buildings, gates = _compounds(random, corners)
    tables = {
        "roads": _roads(random, corners, river_y),
        "compounds": compounds,
        "buildings": buildings,
        "entrances": gates,
        "barriers": _barriers(random, compounds, river_y, size),
        "facilities": _facilities(random, facilities, size),
    }
    if with_parcels:
        cells = [
            shapely.box(x, y, x + 100, y + 100)
            for x in range(0, int(size), 100)
            for y in range(0, int(size), 100)
        ]
        tables["parcels"] = conform("parcels", {"id": [f"P{k}" for k in range(len(cells))]}, cells, crs=CRS)
    return project_of(**tables)


def _corners(random: np.random.Generator, blocks: int) -> np.ndarray:
    grid = np.stack(np.meshgrid(np.arange(blocks + 1), np.arange(blocks + 1), indexing="ij"), axis=-1) * 80.0
    return np.round(grid + random.uniform(-20, 20, grid.shape), 2)


def _roads(random: np.random.Generator, corners: np.ndarray, river_y: float) -> Frame:
    """Draw streets from corner to corner; of those across the river one stays, as a bridge."""
    n = len(corners)
    lines: list[BaseGeometry] = []
    bridges: list[bool] = []
    bridge_made = False
    for i in range(n):
        for j in range(n):
            for end in ((i + 1, j), (i, j + 1)):
                if max(end) >= n or random.random() < 0.15:
                    continue
                a, b = corners[i, j], corners[end]
                crosses = (a[1] - river_y) * (b[1] - river_y) < 0
                if crosses and bridge_made:
                    continue
                bridge_made |= bool(crosses)
                middle = np.round((a + b) / 2 + random.uniform(-8, 8, 2), 2)
                lines.append(shapely.LineString([a, middle, b]))
                bridges.append(bool(crosses))
    ids = [f"R{k:03d}" for k in range(len(lines))]
    return conform("roads", {"id": ids, "bridge": bridges}, lines, crs=CRS)


def _compounds(random: np.random.Generator, corners: np.ndarray) -> tuple[Frame, Frame, Frame]:
    shapes, buildings, gates, gate_of, gate_state = [], [], [], [], []
    for i in range(len(corners) - 1):
        for j in range(len(corners) - 1):
            block = shapely.Polygon(
                [corners[i, j], corners[i + 1, j], corners[i + 1, j + 1], corners[i, j + 1]]
            )
            shape = shapely.make_valid(block).buffer(-float(random.uniform(6, 14)), join_style="mitre")
            if shape.geom_type != "Polygon" or shape.area < 400 or random.random() < 0.4:
                continue
            name = f"C{len(shapes):02d}"
            for _ in range(int(random.integers(0, 4))):
                x, y = shape.representative_point().coords[0] + random.uniform(-15, 15, 2)
                buildings.append(shapely.box(x - 5, y - 3, x + 5, y + 3))
            for _ in range(int(random.integers(0, 4))):
                gates.append(shape.exterior.interpolate(float(random.random()), normalized=True))
                gate_of.append(name if random.random() < 0.7 else None)
                gate_state.append("closed" if random.random() < 0.25 else "open")
            shapes.append(shape)
    names = [f"C{k:02d}" for k in range(len(shapes))]
    households = [int(h) for h in random.integers(10, 200, len(shapes))]
    return (
        conform("compounds", {"id": names, "name": names, "households": households}, shapes, crs=CRS),
        conform("buildings", {"id": [f"B{k:02d}" for k in range(len(buildings))]}, buildings, crs=CRS),
        conform(
            "entrances",
            {"id": [f"E{k:02d}" for k in range(len(gates))], "compound_id": gate_of, "status": gate_state},
            gates,
            crs=CRS,
        ),
    )


def _barriers(random: np.random.Generator, compounds: Frame, river_y: float, size: float) -> Frame:
    x = np.linspace(-100, size + 100, 12)
    river = shapely.LineString(np.column_stack([x, river_y + random.uniform(-6, 6, 12)])).buffer(7)
    walled = [shape.exterior for shape in compounds.geometry if random.random() < 0.5]
    kinds = ["river", *["wall"] * len(walled)]
    return conform(
        "barriers", {"id": [f"X{k:02d}" for k in range(len(kinds))], "kind": kinds}, [river, *walled], crs=CRS
    )


def _facilities(random: np.random.Generator, count: int, size: float) -> Frame:
    places = shapely.points(np.round(random.uniform(-60, size + 60, (count, 2)), 2))
    kinds = [NINE_KINDS[int(k)] for k in random.integers(0, 5, count)]
    status = [["existing", "proposed", "closed", None][int(k)] for k in random.integers(0, 4, count)]
    ids = [f"F{k:02d}" for k in range(count)]
    return conform("facilities", {"id": ids, "kind": kinds, "status": status}, list(places), crs=CRS)
