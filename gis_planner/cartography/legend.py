"""The legend: only what the map in its frame really shows, each class once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

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
    seen = scene.features_in(view.extent, visible)
    for layer, rows in sorted(
        seen, key=lambda item: _ORDER.index(item[0].key) if item[0].key in _ORDER else len(_ORDER)
    ):
        for style in _styles_seen(layer, _outlined(layer, rows, view), scene.options.focus):
            if style.title is None or (style.max_scale and view.scale > style.max_scale):
                continue
            for title, shown in _titles(layer, style):
                text = catalogue.text(title, language)
                found.setdefault(text, LegendEntry(text, shown))
    return tuple(found.values())


def _outlined(layer: SceneLayer, rows: NDArray[np.int64], view: View) -> NDArray[np.int64]:
    """Leave out areas that show only their outline, where the outline itself lies outside the view."""
    box = shapely.box(*view.extent)
    bare = [style.shape == "area" and style.fill is None and style.hatch is None for style in layer.styles]
    kept = [row for row in rows
            if not bare[layer.style_of[row]] or shapely.boundary(layer.geometry[row]).intersects(box)]  # fmt: skip
    return np.array(kept, dtype=np.int64)


def _styles_seen(layer: SceneLayer, rows: NDArray[np.int64], focus: str | None) -> list[Style]:
    """Give the styles of these rows in order; those of the cluster that a sheet is about stand for their class."""
    styles = [layer.styles[row] for row in np.unique(layer.style_of[rows])]
    if layer.key == "facilities":
        styles.reverse()  # the nine kinds lie uppermost on the map and come first in the legend
    if focus is not None:
        styles.sort(
            key=lambda style: not (style.id.startswith(f"{focus}-") or style.id == f"footprint-{focus}")
        )
    return styles


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
