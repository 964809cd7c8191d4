"""Tiny towns for tests, drawn so that the place can be seen.

Every function gives plain values of the model: a layer's frame, or a project that holds some.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from gis_planner.model.layers import LAYER_NAMES
from gis_planner.model.project import Project
from gis_planner.model.tables import Frame, conform, empty_table

CRS = "EPSG:4546"  # CGCS2000, 3-degree zone 111E, without zone prefix


def cells_from(
    drawn: str, *, cell_m: float = 50.0, x: float = 0.0, y: float = 0.0
) -> dict[str, BaseGeometry]:
    """Read a drawn map: each letter is one feature made of its cells, a dot is empty, north is up.

    The lower left corner of the map lies at `x`, `y`.
    """
    lines = drawn.strip("\n").splitlines()
    cells: dict[str, list[BaseGeometry]] = {}
    for row, line in enumerate(lines):
        bottom = y + (len(lines) - 1 - row) * cell_m
        for column, letter in enumerate(line.rstrip()):
            if letter not in ". ":
                left = x + column * cell_m
                cells.setdefault(letter, []).append(shapely.box(left, bottom, left + cell_m, bottom + cell_m))
    return {letter: shapely.union_all(boxes) for letter, boxes in sorted(cells.items())}


def compounds_from(drawn: str, *, cell_m: float = 50.0, **columns: Mapping[str, Any]) -> Frame:
    """Draw compounds: `compounds_from("AAB\\nC.B", households={"A": 120})`; each letter is id and name."""
    cells = cells_from(drawn, cell_m=cell_m)
    values: dict[str, list[Any]] = {"id": list(cells), "name": list(cells)}
    for column, by_letter in columns.items():
        values[column] = [by_letter.get(letter) for letter in cells]
    return conform("compounds", values, list(cells.values()), crs=CRS)


def layer_from(
    layer_name: str,
    shapes: Mapping[str, BaseGeometry | str | None],
    **columns: Mapping[str, Any] | str | bool | int,
) -> Frame:
    """Make a layer from shapes (or WKT) by id; a column is one value for all, or values by id."""
    ids = list(shapes)
    values: dict[str, Sequence[Any]] = {"id": ids}
    for column, given in columns.items():
        values[column] = [given.get(i) if isinstance(given, Mapping) else given for i in ids]
    geometry = [shapely.from_wkt(s) if isinstance(s, str) else s for s in shapes.values()]
    return conform(layer_name, values, geometry, crs=CRS)


def roads_from(lines: Mapping[str, Sequence[tuple[float, float]]], **columns: Any) -> Frame:
    """Draw roads from coordinates by id: `roads_from({"R1": [(0, 0), (100, 0)]}, level={"R1": 1})`."""
    return layer_from("roads", {i: shapely.LineString(line) for i, line in lines.items()}, **columns)


def facilities_from(places: Mapping[str, tuple[str, float, float]], **columns: Any) -> Frame:
    """Place facilities by id: `facilities_from({"F1": ("toilet", 10, 5)})`."""
    shapes = {i: shapely.Point(x, y) for i, (_, x, y) in places.items()}
    return layer_from("facilities", shapes, kind={i: kind for i, (kind, _, _) in places.items()}, **columns)


def project_of(**tables: Frame) -> Project:
    """Make a project that holds these layers and has loaded no others."""
    unknown = set(tables) - set(LAYER_NAMES)
    assert not unknown, unknown
    every = {name: tables[name] if name in tables else _nothing(name) for name in LAYER_NAMES}
    return Project(crs=CRS, tables=every, loaded=frozenset(tables))


@cache
def _nothing(layer_name: str) -> Frame:
    return empty_table(layer_name, CRS)
