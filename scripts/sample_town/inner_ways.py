"""Ways inside large lots: from the street through the gate, as far in as the buildings let them."""

from __future__ import annotations

import math

import shapely
from shapely import LineString, Point, Polygon, STRtree
from shapely.geometry.base import BaseGeometry

from sample_town.compounds import Building, Compound
from sample_town.ground import Street, one_line
from sample_town.land import HOMES, Lot

_COMPOUND_M2, _LOT_M2 = 4_200.0, 7_000.0


def draw_inner_ways(
    compounds: list[Compound], plots: list[Polygon], lots: list[Lot], streets: list[Street]
) -> list[Street]:
    """Draw one way into every large compound, through its first gate, and into every large new residential lot."""
    tree = STRtree([s.line for s in streets])
    named = [s for s in streets if s.name and s.level == 0 and s.road_class != "footpath"]
    found: list[LineString | None] = []
    for compound in compounds:
        if compound.outline.area > _COMPOUND_M2 and compound.gates:
            gate = compound.gates[0].place
            line = streets[int(tree.nearest(gate))].line
            found.append(_way(compound.outline, compound.buildings, gate, line, (20, 30, 40, 52)))
    named_tree = STRtree([street.line for street in named])
    for plot, lot in zip(plots, lots, strict=True):
        if lot.land_use == HOMES and plot.area > _LOT_M2 and any(b.floors > 4 for b in lot.buildings):
            street = named[int(named_tree.nearest(plot))]
            gate = _middle_of_front(plot, street)
            found.append(
                _way(plot, lot.buildings, gate, street.line, (30, 45, 60, 80, 105, 135), most_turn=25)
            )
    return [Street("", "lane", 3.5, line) for line in found if line is not None]


def _middle_of_front(plot: Polygon, street: Street) -> Point:
    front = shapely.intersection(plot.exterior, street.line.buffer(street.width_m / 2 + 3.5))
    if front.is_empty:
        return Point(shapely.shortest_line(plot.exterior, street.line).coords[0])
    return one_line(shapely.line_merge(front)).interpolate(0.5, normalized=True)


def _way(
    outline: Polygon,
    buildings: list[Building],
    gate: Point,
    street: LineString,
    lengths_m: tuple[float, ...],
    most_turn: int = 60,
) -> LineString | None:
    """Draw the longest straight way in from the gate that keeps clear of buildings and the far edge."""
    start = street.interpolate(street.project(gate))
    built: BaseGeometry = shapely.union_all([b.outline for b in buildings]).buffer(2.0)
    towards = math.atan2(gate.y - start.y, gate.x - start.x)
    best: LineString | None = None
    for turn in range(-most_turn, most_turn + 1, 5):
        for length in lengths_m:
            angle = towards + math.radians(turn)
            end = Point(gate.x + length * math.cos(angle), gate.y + length * math.sin(angle))
            line = LineString([gate, end])
            clear = (
                outline.contains(end) and end.distance(outline.exterior) > 5 and not line.intersects(built)
            )
            if (
                clear
                and line.difference(outline).length < 1
                and (best is None or line.length > best.length + 4)
            ):
                best = line
    return None if best is None else one_line(LineString([start, *best.coords]))
