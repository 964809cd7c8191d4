"""Small parts that every builder of scene layers uses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import shapely
import shapely.ops
from shapely.geometry.base import BaseGeometry

from gis_planner.cartography.scene_values import Label, SceneLayer
from gis_planner.cartography.style import Style
from gis_planner.messages import Message

MAP_NAME_MAX = 18


def make_layer(
    key: str,
    ids: Sequence[str],
    shapes: Iterable[BaseGeometry | None],
    style_of: Sequence[int],
    styles: Sequence[Style],
    *,
    labels: Iterable[Label] = (),
    shown: bool = True,
) -> SceneLayer:
    """Make a layer; features without geometry, and those of style -1, are left out."""
    shapes = list(shapes)
    kept = [
        row
        for row, shape in enumerate(shapes)
        if shape is not None and not shape.is_empty and style_of[row] >= 0
    ]
    geometry = np.empty(len(kept), dtype=object)
    geometry[:] = [shapes[row] for row in kept]
    return SceneLayer(
        key=key,
        title=Message(f"maps.layer.{key}"),
        ids=tuple(ids[row] for row in kept),
        geometry=geometry,
        style_of=np.array([style_of[row] for row in kept], dtype=np.int64),
        styles=tuple(styles),
        labels=tuple(labels),
        shown=shown,
    )


def is_area(shape: BaseGeometry | None) -> bool:
    """Tell whether a geometry covers an area."""
    return shape is not None and shapely.get_dimensions(shape) == 2


def place_of(shape: BaseGeometry) -> tuple[float, float]:
    """Give the point at which a symbol or a text of a feature stands: inside it."""
    point = shapely.point_on_surface(shape)
    return float(shapely.get_x(point)), float(shapely.get_y(point))


def short(name: str) -> str:
    """Give a name as long as a map has room for; the sheet's tables and the ledger hold it whole."""
    return name if len(name) <= MAP_NAME_MAX else name[: MAP_NAME_MAX - 1] + "…"


def along_lines(
    names: Sequence[str | None],
    shapes: Iterable[BaseGeometry | None],
    *,
    points: float,
    colour: str,
    rank: int,
    max_scale: float,
    every_m: float = 400.0,
) -> list[Label]:
    """Give labels along named lines: about one every `every_m` metres of a name, on its longest pieces."""
    pieces: dict[str, list[BaseGeometry]] = {}
    for name, shape in zip(names, shapes, strict=True):
        if name and shape is not None:
            pieces.setdefault(name, []).extend(
                part for part in shapely.get_parts(shape) if part.geom_type == "LineString"
            )
    labels: list[Label] = []
    for name, parts in sorted(pieces.items()):
        merged = shapely.line_merge(shapely.multilinestrings(parts)) if len(parts) > 1 else parts[0]
        for run in sorted(shapely.get_parts(merged), key=lambda part: -part.length):
            count = max(1, int(run.length // every_m))
            for step in range(count):
                stretch = shapely.ops.substring(run, step / count, (step + 1) / count, normalized=True)
                if stretch.length > 0.0:
                    middle = stretch.interpolate(0.5, normalized=True)
                    labels.append(
                        Label(
                            name,
                            float(middle.x),
                            float(middle.y),
                            points,
                            colour,
                            kind="line",
                            rank=rank,
                            max_scale=max_scale,
                            line=shapely.get_coordinates(stretch),
                        )
                    )
    return labels
