"""Areas of clusters that a person drew: rings of plain coordinates, so that an edit can be written as JSON.

The first ring is the outline, the others are holes in it; a ring need not repeat its first place at the end.
"""

from __future__ import annotations

import math

import shapely
from shapely.geometry import Polygon

from gis_planner.model.edits import edit_error
from gis_planner.model.layers import LARGEST

Rings = tuple[tuple[tuple[float, float], ...], ...]

_LEAST_M2 = 1.0


def area_of(rings: Rings) -> Polygon:
    """Give the polygon of rings that `check_rings` let pass."""
    return Polygon(rings[0], rings[1:])


def check_rings(cluster: str, rings: Rings) -> None:
    """Raise RuleError where rings make no area: too few places, places beyond the earth, lines that cross."""
    enough = bool(rings) and all(len(set(ring)) >= 3 for ring in rings)
    on_earth = all(
        math.isfinite(x) and math.isfinite(y) and abs(x) <= LARGEST and abs(y) <= LARGEST
        for ring in rings
        for x, y in ring
    )
    if not enough or not on_earth:
        raise edit_error("edits.bad_footprint", cluster=cluster)
    area = area_of(rings)
    if not area.is_valid:
        raise edit_error("edits.crossing_footprint", cluster=cluster, reason=shapely.is_valid_reason(area))
    if area.area < _LEAST_M2:
        raise edit_error("edits.bad_footprint", cluster=cluster)
