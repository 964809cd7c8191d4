"""The ground: river, railway, planning area and main streets, as lines and areas in the town's own metres.

`EAST` and `NORTH` place the town's lower left corner in EPSG:4546 (CGCS2000, 3-degree zone, central meridian 111E).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from sample_town.plan import DrawnStreet, Points, read_plan

EAST, NORTH = 558_200.0, 3_804_600.0
GRID = 0.01  # every coordinate is a whole centimetre, so that parcels share their corners exactly


@dataclass(frozen=True)
class Street:
    """One street and what it is. `level` is -1 under the railway, 1 on bridges."""

    name: str
    road_class: str
    width_m: float
    line: LineString
    level: int = 0
    bridge: bool = False
    tunnel: bool = False


def main_streets() -> list[Street]:
    """Give every street that is drawn by hand and bounds blocks."""
    return [_street(drawn) for drawn in read_plan().streets]


def paths() -> list[Street]:
    """Give the footpaths and steps that run through blocks."""
    return [_street(drawn) for drawn in read_plan().paths]


def _street(drawn: DrawnStreet) -> Street:
    return Street(drawn.name, drawn.road_class, drawn.width_m, bent(drawn.points))


def river() -> Polygon:
    """Draw the river between its banks."""
    plan = read_plan()
    points = np.asarray(bent(plan.river, step_m=30).coords)
    shares = np.linspace(0, 1, len(points))
    widths = np.interp(shares, np.linspace(0, 1, len(plan.river_half_widths)), plan.river_half_widths)[
        :, None
    ]
    along = np.gradient(points, axis=0)
    out = np.column_stack([-along[:, 1], along[:, 0]]) / np.hypot(along[:, 0], along[:, 1])[:, None]
    banks = np.vstack([points + out * widths, (points - out * widths)[::-1]])
    return one_area(shapely.intersection(Polygon(np.round(banks, 2)), planning_area()))


def railway() -> LineString:
    """Draw the middle of the railway."""
    return one_line(shapely.intersection(bent(read_plan().railway, step_m=40), planning_area()))


def railway_ground() -> Polygon:
    """Draw the ground of the railway, the station's yard included."""
    plan = read_plan()
    strip = bent(plan.railway, step_m=40).buffer(plan.railway_half_width, cap_style="flat")
    return one_area(shapely.intersection(strip.union(Polygon(plan.station)), planning_area()))


def planning_area() -> Polygon:
    """Draw the planning area."""
    return Polygon(read_plan().planning_area)


def bent(points: Points, *, step_m: float = 18.0) -> LineString:
    """Draw a smooth line through points (centripetal Catmull-Rom), with a vertex about every `step_m`."""
    if len(points) < 3:
        return LineString(points)
    p = np.asarray(points, dtype=np.float64)
    p = np.vstack([2 * p[0] - p[1], p, 2 * p[-1] - p[-2]])
    out: list[tuple[float, float]] = []
    for a, b, c, d in zip(p[:-3], p[1:-2], p[2:-1], p[3:], strict=True):
        count = max(2, int(np.hypot(*(c - b)) / step_m))
        t1 = float(np.hypot(*(b - a))) ** 0.5
        t2 = t1 + float(np.hypot(*(c - b))) ** 0.5
        t3 = t2 + float(np.hypot(*(d - c))) ** 0.5
        for t in np.linspace(t1, t2, count, endpoint=False).tolist():
            a1, a2, a3 = _mix(a, b, 0.0, t1, t), _mix(b, c, t1, t2, t), _mix(c, d, t2, t3, t)
            x, y = _mix(_mix(a1, a2, 0.0, t2, t), _mix(a2, a3, t1, t3, t), t1, t2, t)
            out.append((float(x), float(y)))
    out.append(points[-1])
    return LineString(np.round(out, 2))


def _mix(
    a: NDArray[np.float64], b: NDArray[np.float64], start: float, end: float, t: float
) -> NDArray[np.float64]:
    return np.asarray(((end - t) * a + (t - start) * b) / (end - start))


def box_sides(shape: BaseGeometry) -> tuple[LineString, LineString]:
    """Give the long and the short side of the smallest box around a shape."""
    box = shapely.minimum_rotated_rectangle(shape)
    corners = shapely.get_coordinates(box).tolist()
    sides = [LineString(corners[i : i + 2]) for i in (0, 1)]
    long, short = sorted(sides, key=lambda side: -side.length)
    return long, short


def one_line(shape: BaseGeometry) -> LineString:
    """Give the longest line of a shape, its coordinates on whole centimetres."""
    lines = [part for part in shapely.get_parts(shape) if isinstance(part, LineString)]
    return LineString(np.round(max(lines, key=lambda part: part.length).coords, 2))


def one_area(shape: BaseGeometry) -> Polygon:
    """Give the largest area of a shape without holes, its coordinates on whole centimetres."""
    areas = [part for part in shapely.get_parts(shape) if isinstance(part, Polygon)]
    if not areas:
        return Polygon()
    return Polygon(np.round(max(areas, key=lambda part: part.area).exterior.coords, 2))
