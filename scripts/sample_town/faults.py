"""Two drawing faults that surveys usually have: neighbours that overlap a little, an outline that crosses itself."""

from __future__ import annotations

import numpy as np
import shapely
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from sample_town.ground import one_area

_OVERLAP_M2 = 24.0
_SMALL_M2 = 3_500.0  # the overlap is to be a share of a compound that matters


def fault_outlines(outlines: list[Polygon]) -> list[Polygon]:
    """Give the outlines with one overlap of about 24 m² and one knot of less than a square metre."""
    faulty = list(outlines)
    a, spill = _spill(outlines)
    grown = shapely.union_all([outlines[a], spill]).buffer(0.3, join_style="mitre")
    faulty[a] = one_area(grown.buffer(-0.3, join_style="mitre").simplify(0.02))
    apart = [row for row in range(len(outlines)) if outlines[row].distance(spill) > 100]
    knotted = max(apart, key=lambda row: outlines[row].area)
    faulty[knotted] = _knot(outlines[knotted])
    return faulty


def _spill(outlines: list[Polygon]) -> tuple[int, BaseGeometry]:
    """Find two outlines along one wall: the row of the first, and the strip of the second it is drawn over."""
    pairs = shapely.STRtree(outlines).query(outlines, predicate="dwithin", distance=0.9)
    for a, b in sorted((a, b) for a, b in pairs.T.tolist() if a < b):
        if min(outlines[a].area, outlines[b].area) > _SMALL_M2:
            continue
        beside = shapely.intersection(outlines[b].exterior, outlines[a].buffer(0.9))
        line = shapely.line_merge(beside) if beside.geom_type == "MultiLineString" else beside
        if not isinstance(line, LineString) or line.length < 26:
            continue
        stretch = substring(line, 3, line.length - 3)
        over = shapely.intersection(stretch.buffer(_OVERLAP_M2 / stretch.length), outlines[b])
        between = shapely.difference(stretch.buffer(0.8, cap_style="flat"), outlines[b])
        parts = shapely.get_parts(shapely.union_all([over, between]))
        spill = max(parts, key=lambda part: part.area)
        if abs(shapely.area(shapely.intersection(spill, outlines[b])) - _OVERLAP_M2) < 2.0:
            return a, spill
    raise ValueError("no two outlines along one wall")


def _knot(outline: Polygon) -> Polygon:
    """Draw the middle of the longest side back across itself, as a hand that slips does."""
    ring = list(outline.exterior.coords)
    row = max(range(len(ring) - 1), key=lambda i: LineString(ring[i : i + 2]).length)
    (x0, y0), (x1, y1) = ring[row], ring[row + 1]
    run = LineString([ring[row], ring[row + 1]]).length
    along, out = np.array([x1 - x0, y1 - y0]) / run, np.array([y1 - y0, x0 - x1]) / run
    middle = np.array([(x0 + x1) / 2, (y0 + y1) / 2])
    knot = [middle + along * 0.5, middle + along * 0.5 + out * 0.7, middle - along * 0.4 - out * 0.3]
    return Polygon(np.round([*ring[: row + 1], *knot, *ring[row + 1 :]], 2))
