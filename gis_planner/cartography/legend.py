"""The legend: only what the map in its frame really shows, each class once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_planner.cartography.scene_values import Scene, SceneLayer
from gis_planner.cartography.style import Style
from gis_planner.cartography.view import View
from gis_planner.messages import Catalogue, Language, Message

# From what the sheet is about to the ground it stands on.
_ORDER = (
    "footprints",
    "compounds",
    "coverage",
    "facilities",
    "entrances",
    "neighbours",
    "pipelines",
    "power_lines",
    "telecom_lines",
    "poles",
    "boxes",
    "shopfronts",
    "kerbs",
    "planning_area",
    "townships",
    "roads",
    "railways",
    "water",
    "green",
    "walls",
    "buildings",
    "parcels",
)


@dataclass(frozen=True)
class LegendEntry:
    """One line of a legend: its text and the look of its sample."""

    text: str
    style: Style


def make_legend(
    scene: Scene, view: View, visible: Collection[str], catalogue: Catalogue, language: Language
) -> tuple[LegendEntry, ...]:
    """List the classes that a view shows. Of classes with the same title the first one counts.

    A kind of facility is listed once, by its pictogram; that some are proposed or closed is said once for all kinds.
    """
    found: dict[str, LegendEntry] = {}
    layers = [layer for layer in scene.layers if layer.key in visible and len(layer)]
    order = {key: at for at, key in enumerate(_ORDER)}
    for layer in sorted(layers, key=lambda layer: order.get(layer.key, len(order))):
        for style in _styles_seen(layer, view, scene.options.focus):
            if style.title is None or (style.max_scale and view.scale > style.max_scale):
                continue
            for title, shown in _titles(layer, style):
                text = catalogue.text(title, language)
                found.setdefault(text, LegendEntry(text, shown))
    return tuple(found.values())


def _styles_seen(layer: SceneLayer, view: View, focus: str | None) -> list[Style]:
    """Give the styles that show in a view, in order; those of a sheet's own cluster stand for their class."""
    west, south, east, north = view.extent
    b, style_of = layer.bounds, layer.style_of
    near = (b[:, 0] <= east) & (b[:, 2] >= west) & (b[:, 1] <= north) & (b[:, 3] >= south)
    inside = (b[:, 0] >= west) & (b[:, 2] <= east) & (b[:, 1] >= south) & (b[:, 3] <= north)
    seen = set(np.unique(style_of[inside]).tolist())
    for row in set(np.unique(style_of[near]).tolist()) - seen:
        if _crosses(layer.geometry[near & (style_of == row)], layer.styles[row], view):
            seen.add(row)
    styles = [layer.styles[row] for row in sorted(seen)]
    if layer.key == "facilities":
        styles.reverse()  # the nine kinds lie uppermost on the map and come first in the legend
    if focus is not None:
        own = (f"{focus}-", f"footprint-{focus}")
        styles.sort(key=lambda style: not (style.id.startswith(own[0]) or style.id == own[1]))
    return styles


def _crosses(shapes: NDArray[Any], style: Style, view: View) -> bool:
    """Tell whether something of these features shows in a view; of an area without filling only its outline does."""
    if style.shape == "area" and style.fill is None and style.hatch is None:
        shapes = shapely.boundary(shapes)
    return bool(shapely.intersects(shapes, shapely.box(*view.extent)).any())


def _titles(layer: SceneLayer, style: Style) -> list[tuple[Message, Style]]:
    if style.title is None:
        return []
    if style.marker != "facility":
        return [(style.title, style)]
    existing = next((s for s in layer.styles if s.symbol == style.symbol and s.state == "existing"), style)
    entries = [(Message(f"maps.kind.{style.symbol}"), existing)]
    if style.state != "existing":
        entries.append((Message(f"maps.legend.facility_{style.state}"), style))
    return entries
