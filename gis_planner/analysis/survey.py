"""What a layer can prove about a place.

An empty map is no proof that nothing is there. A layer tells about a cluster when it was loaded, holds
features (or somebody declared it a complete survey, 普查完整), and reaches over the cluster. How far a survey
reached is written nowhere in a layer, so it is taken from the features themselves: their convex hull and a margin
around it. A declared survey reaches everywhere; whoever declares it vouches for that. Proposed facilities are
nobody's survey and do not widen it.

What cannot be told is a doubt: plain data with a code and the figures that explain it, never a zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis_planner.model.project import Project
from gis_planner.model.tables import geometries

Doubt = Mapping[str, Any]


@dataclass(frozen=True)
class Indicator:
    """What was measured of one element in one cluster.

    `value` is a share 0 to 1, None when nothing could be measured. `doubt` says why the value must not be judged
    (None: it may); with `at_least` the value can only grow once the doubt is cleared. `evidence` is plain JSON data.
    """

    value: float | None
    doubt: Doubt | None
    evidence: Mapping[str, Any]
    at_least: bool = False


@dataclass(frozen=True, eq=False)
class Survey:
    """How far one layer tells about each of some footprints: `cover` (n,) shares of their areas."""

    layer: str
    state: Literal["not_loaded", "empty", "given"]
    declared: bool
    cover: NDArray[np.float64]

    def doubt(self, row: int, cover_min: float) -> Doubt | None:
        """Say why the layer does not tell about one footprint, None when it does."""
        if self.state != "given":
            return {"code": self.state, "layer": self.layer}
        if self.cover[row] < cover_min:
            return {
                "code": "cover",
                "layer": self.layer,
                "cover": round(float(self.cover[row]), 9),
                "limit": cover_min,
            }
        return None


def survey_layer(
    project: Project,
    layer: str,
    footprints: NDArray[Any],
    *,
    margin_m: float,
    hull: BaseGeometry | None = None,
) -> Survey:
    """Measure how far a layer tells about each footprint; `hull` is its surveyed hull where that is known."""
    declared = layer in project.complete
    n = len(footprints)
    if declared:
        return Survey(layer, "given", True, np.ones(n))
    state = layer_state(project, layer)
    if state != "given":
        return Survey(layer, state, False, np.zeros(n))
    found = surveyed_hull(project, layer) if hull is None else hull
    extent = shapely.buffer(found, margin_m)
    whole = shapely.area(footprints)
    inside = shapely.area(shapely.intersection(footprints, extent))
    cover = np.divide(inside, whole, out=np.zeros(n), where=np.nan_to_num(whole) > 0)
    return Survey(layer, "given", False, np.minimum(cover, 1.0))


def surveyed_hull(project: Project, layer: str) -> BaseGeometry:
    """Give the convex hull of what a layer holds; proposals aside, they are nobody's survey."""
    shapes = geometries(project.table(layer))[_surveyed(project, layer)]
    points = shapely.get_coordinates(shapes[~shapely.is_missing(shapes)])
    held: Any = shapely.multipoints(points) if len(points) < 2 else shapely.linestrings(points)
    hull: BaseGeometry = held.convex_hull
    return hull


def layer_state(project: Project, layer: str) -> Literal["not_loaded", "empty", "given"]:
    """Tell whether a layer has anything to say at all; a declared survey has, even when it is empty."""
    if layer in project.complete:
        return "given"
    if layer not in project.loaded:
        return "not_loaded"
    return "given" if _surveyed(project, layer).any() else "empty"


def first_doubt(doubts: Iterable[Doubt | None]) -> Doubt | None:
    """Give the first doubt there is."""
    return next((doubt for doubt in doubts if doubt is not None), None)


def attribute_doubt(layer: str, empty_shares: Mapping[str, float], null_share_max: float) -> Doubt | None:
    """Doubt a layer whose needed attribute is empty on too many of its features (or too much of its length)."""
    for attribute, share in empty_shares.items():
        if share > null_share_max:
            return {
                "code": "attribute",
                "layer": layer,
                "attribute": attribute,
                "empty_share": round(share, 9),
                "limit": null_share_max,
            }
    return None


def list_sources(project: Project, layers: Sequence[str]) -> list[dict[str, str]]:
    """Give the files that the layers came from, with their data dates, sorted."""
    found = {(s.layer, s.file, s.data_date) for s in project.sources if s.layer in layers}
    return [{"layer": layer, "file": file, "data_date": date} for layer, file, date in sorted(found)]


def _surveyed(project: Project, layer: str) -> NDArray[np.bool_]:
    table = project.table(layer)
    if layer != "facilities":
        return np.ones(len(table), dtype=bool)
    return np.asarray(table["status"].to_numpy() != "proposed", dtype=bool)
