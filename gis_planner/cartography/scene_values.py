"""What a map says, before anybody draws it.

A scene is an ordered list of layers from the bottom up. Each holds the geometry of its features, the class each is
drawn in, and its labels. The window and every sheet paint the same scene; only the view, the visible layers and the
sheet's own furniture differ. No Qt here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis_planner.cartography.style import Style
from gis_planner.cartography.view import Extent
from gis_planner.messages import Message

LabelKind = Literal["place", "area", "line", "number"]


@dataclass(frozen=True, eq=False)
class Label:
    """A text on the map.

    `kind`: `place` stands beside a point and keeps clear of its symbol (`clear_mm`), `area` stands on it, `line` runs
    along `line` (k, 2), `number` is a cluster's number in a circle with its name beside it (`beside`). Lower `rank` is
    placed first. `max_scale` is the scale denominator beyond which it is left out.
    """

    text: str
    x: float
    y: float
    points: float
    colour: str
    kind: LabelKind = "area"
    bold: bool = False
    rank: int = 5
    max_scale: float = 0.0
    clear_mm: float = 0.0
    beside: str = ""
    line: NDArray[np.float64] | None = None


@dataclass(frozen=True, eq=False)
class SceneLayer:
    """One layer of a scene.

    Several layers may share a `key`: what a person switches and moves as one, drawn in more than one depth.
    `geometry` (n,) shapely geometries, none missing; `ids` (n,) what the data call them; `style_of` (n,) rows of
    `styles`. `build` made the layer from `inputs`; the same inputs give the same layer object again.
    """

    key: str
    title: Message
    ids: tuple[str, ...]
    geometry: NDArray[Any]
    style_of: NDArray[np.int64]
    styles: tuple[Style, ...]
    labels: tuple[Label, ...] = ()
    shown: bool = True
    inputs: tuple[object, ...] = ()
    build: Callable[..., SceneLayer] | None = None

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def bounds(self) -> NDArray[np.float64]:
        """West, south, east, north of every feature, shape (n, 4)."""
        return np.asarray(shapely.bounds(self.geometry), dtype=np.float64).reshape(-1, 4)

    @cached_property
    def label_reach(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The box of every label's anchor (k, 4), and the scale beyond which it is left out (k,)."""
        boxes = [
            (label.x, label.y, label.x, label.y)
            if label.line is None
            else (*label.line.min(axis=0), *label.line.max(axis=0))
            for label in self.labels
        ]
        scales = [label.max_scale or np.inf for label in self.labels]
        return np.array(boxes, dtype=np.float64).reshape(-1, 4), np.array(scales, dtype=np.float64)

    def labels_in(self, extent: Extent, scale: float) -> list[Label]:
        """Give the labels whose anchor lies in an extent, and that are wanted at a scale."""
        boxes, scales = self.label_reach
        seen = (
            (boxes[:, 0] <= extent[2])
            & (boxes[:, 2] >= extent[0])
            & (boxes[:, 1] <= extent[3])
            & (boxes[:, 3] >= extent[1])
        )
        return [self.labels[row] for row in np.flatnonzero(seen & (scales >= scale))]

    @cached_property
    def rows(self) -> Mapping[str, int]:
        """The row of every id."""
        return {feature: row for row, feature in enumerate(self.ids)}

    @cached_property
    def tree(self) -> shapely.STRtree:
        """A search tree over the features."""
        return shapely.STRtree(self.geometry)


@dataclass(frozen=True)
class SceneOptions:
    """What a scene shall show beyond its data.

    `coverage_kind`: shade units by their reach of this kind of facility. `public`: leave out everything that may not
    leave the bureau (pipelines, lines, poles, boxes). `focus`: the cluster of a sheet; the others are drawn quietly.
    """

    coverage_kind: str | None = None
    public: bool = False
    focus: str | None = None


@dataclass(frozen=True, eq=False)
class Scene:
    """An ordered list of layers, bottom first, and what they share."""

    layers: tuple[SceneLayer, ...]
    options: SceneOptions
    cluster_colours: Mapping[str, str]
    extent: Extent | None
    notes: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The keys of the layers, each once, bottom first by the lowest layer of a key."""
        return tuple(dict.fromkeys(layer.key for layer in self.layers))

    @cached_property
    def shown(self) -> frozenset[str]:
        """The keys that are visible unless a person says otherwise."""
        return frozenset(layer.key for layer in self.layers if layer.shown)

    def of_key(self, key: str) -> tuple[SceneLayer, ...]:
        """Give the layers of one key, bottom first."""
        return tuple(layer for layer in self.layers if layer.key == key)

    def title(self, key: str) -> Message:
        """Give the title of a key; KeyError when there is none."""
        for layer in self.layers:
            if layer.key == key:
                return layer.title
        raise KeyError(key)

    def geometry(self, key: str, feature: str) -> BaseGeometry | None:
        """Give the geometry of one feature, None when the scene has none of that id."""
        for layer in self.of_key(key):
            row = layer.rows.get(feature)
            if row is not None:
                shape: BaseGeometry = layer.geometry[row]
                return shape
        return None

    def pick(self, x: float, y: float, *, tolerance_m: float, keys: Iterable[str]) -> list[tuple[str, str]]:
        """Find the features at a place: (key, id), in the order of `keys`, the nearest and then the smallest first."""
        point = shapely.Point(x, y)
        found: list[tuple[str, str]] = []
        for key in keys:
            hits: dict[str, tuple[float, float]] = {}
            for layer in self.of_key(key):
                for row in layer.tree.query(point, predicate="dwithin", distance=tolerance_m):
                    shape = layer.geometry[int(row)]
                    hits[layer.ids[int(row)]] = (float(shape.distance(point)), float(shape.area))
            found.extend(
                (key, feature) for feature, _ in sorted(hits.items(), key=lambda item: (item[1], item[0]))
            )
        return found
