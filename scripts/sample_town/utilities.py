"""What runs under and over the streets: pipelines by CJJ 61 codes, power and telecom lines with their poles."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from random import Random

import shapely
from shapely import LineString, Point, Polygon, STRtree

from sample_town.compounds import Compound
from sample_town.furniture import Pole, beside
from sample_town.ground import GRID, Street
from sample_town.places import care_at
from sample_town.plan import read_plan


@dataclass(frozen=True)
class Pipe:
    """One drawn pipeline on its CJJ 61 layer."""

    layer: str
    line: LineString


@dataclass(frozen=True)
class Wire:
    """One line of power or telecom: `kind` is empty for power."""

    line: LineString
    laying: str
    kind: str = ""
    voltage_kv: float | None = None
    shared: bool | None = None


def lay_pipes(streets: list[Street], area: Polygon, rng: Random) -> list[Pipe]:
    """Lay pipelines along whole streets, each kind at its place in the cross-section."""
    pipes: list[Pipe] = []
    for street in streets:
        for layer, off_m in _section(street, rng):
            pipes += [Pipe(layer, part) for part in _parallel(street.line, off_m, area)]
    pipes.append(Pipe("BM-不明", LineString([(1092, 1010), (1098, 1052), (1121, 1090)])))
    return sorted(pipes, key=lambda pipe: pipe.layer)


def _section(street: Street, rng: Random) -> list[tuple[str, float]]:
    plan = read_plan()
    if street.road_class == "footpath" or (street.road_class == "lane" and rng.random() > 0.75):
        return []
    usual = "new_branch" if street.road_class == "branch" and _is_new(street) else street.road_class
    section = list(plan.sections[usual])
    for extra, names in plan.with_section.items():
        if street.name in names:
            section += plan.sections[extra]
    return section


def _is_old(street: Street) -> bool:
    middle = street.line.interpolate(0.5, normalized=True)
    return bool(middle.x < 2050 and middle.y <= 1850)


def _is_new(street: Street) -> bool:
    return bool(street.line.interpolate(0.5, normalized=True).x > 2050)


def _parallel(line: LineString, off_m: float, area: Polygon) -> list[LineString]:
    moved = shapely.offset_curve(line.simplify(0.4), off_m, join_style="mitre")
    inside = shapely.intersection(shapely.simplify(moved, 0.15), area)
    parts = [shapely.set_precision(p, GRID, mode="pointwise") for p in shapely.get_parts(inside)]
    return [p for p in parts if isinstance(p, LineString) and p.length > 6]


def string_wires(
    streets: list[Street], compounds: list[Compound], rng: Random
) -> tuple[list[Wire], list[Wire], list[Pole]]:
    """String power and telecom lines, in old quarters on poles where nobody took care, and give these poles."""
    power: list[Wire] = []
    telecom: list[Wire] = []
    poles: list[Pole] = []
    for street in streets:
        if street.level != 0 or street.line.length < 25 or street.road_class in ("footpath", "steps"):
            continue
        half, care = street.width_m / 2, care_at(street.line.interpolate(0.5, normalized=True))
        if street.road_class in ("trunk", "secondary"):
            power.append(Wire(_side(street.line, -half + 2.4), "duct", voltage_kv=10.0))
            for kind in ("network", "cable"):
                telecom.append(
                    Wire(
                        _side(street.line, half - (2.2 if kind == "network" else 2.5)),
                        "duct",
                        kind,
                        shared=True,
                    )
                )
        elif not _is_old(street):
            power.append(Wire(_side(street.line, -half + 1.0), "buried", voltage_kv=0.4))
            telecom.append(Wire(_side(street.line, half - 1.0), "duct", "network", shared=rng.random() < 0.7))
        elif rng.random() < 0.75 * care:
            power.append(Wire(_side(street.line, -half + 0.8), "duct", voltage_kv=0.4))
            telecom.append(Wire(_side(street.line, half - 0.8), "tray", "network", shared=True))
        elif rng.random() < 0.85:
            wire_poles = _pole_line(street, half, rng)
            poles += wire_poles
            if len(wire_poles) > 1:
                line = LineString([p.place for p in wire_poles])
                power.append(Wire(line, "overhead", voltage_kv=wire_poles[0].voltage_kv))
                telecom.append(Wire(_lowered(line, 0.3), "overhead", "network", shared=False))
                if rng.random() < 0.6:
                    kind = rng.choice(("cable", "telephone"))
                    telecom.append(Wire(_lowered(line, 0.6), "overhead", kind, shared=False))
    power_in, telecom_in = _into_compounds(compounds, [p for p in poles if p.kind == "power"], rng)
    return power + power_in, telecom + telecom_in, poles


def _side(line: LineString, off_m: float) -> LineString:
    moved = shapely.offset_curve(line, off_m, join_style="mitre")
    part = max(shapely.get_parts(moved), key=lambda p: p.length)
    return LineString(shapely.set_precision(part, GRID, mode="pointwise"))


def _pole_line(street: Street, half: float, rng: Random) -> list[Pole]:
    high = street.road_class == "branch" and rng.random() < 0.3
    off = half - 0.5
    poles = []
    at = rng.uniform(4, 9)
    while at < street.line.length - 3:
        place = beside(street.line, at, off)
        poles.append(Pole(place, "power", "供电", 10.0 if high else 0.4))
        if rng.random() < 0.5 * (1 - care_at(place)):
            poles.append(Pole(beside(street.line, at + rng.uniform(1.0, 3.5), off), "telecom", "通信"))
        at += rng.uniform(32, 42)
    return (
        [p for p in poles if p.kind == "power"] + [p for p in poles if p.kind != "power"]
        if len(poles) > 1
        else []
    )


def _into_compounds(
    compounds: list[Compound], poles: list[Pole], rng: Random
) -> tuple[list[Wire], list[Wire]]:
    """Lead lines from the nearest pole along the fronts of the buildings of each compound."""
    tree = STRtree([p.place for p in poles])
    power, telecom = [], []
    for compound in compounds:
        concealed = rng.random() < 1.3 * care_at(compound.outline.centroid) - 0.3
        homes = [b for b in compound.buildings if b.use == "住宅"]
        pole = poles[int(tree.nearest(compound.outline.centroid))].place
        last: Point = compound.gates[0].place if pole.distance(compound.outline) > 45 else pole
        for home in homes:
            south = _south_side(home.outline)
            start, end = Point(south.coords[0]), Point(south.coords[-1])
            if end.distance(last) < start.distance(last):
                south = shapely.reverse(south)
            line = LineString([last, *south.coords])
            laying = "tray" if concealed else "overhead"
            power.append(Wire(line, "duct" if concealed else "overhead", voltage_kv=0.4))
            telecom.append(Wire(_lowered(line, 0.3), laying, "network", shared=concealed))
            if rng.random() < 0.5:
                telecom.append(Wire(_lowered(line, 0.6), laying, "cable", shared=concealed))
            last = Point(south.coords[0])
    return power, telecom


def _south_side(outline: Polygon) -> LineString:
    corners = list(outline.exterior.coords)
    sides = [LineString(pair) for pair in pairwise(corners)]
    longest = sorted(sides, key=lambda side: -side.length)[:2]
    south = min(longest, key=lambda s: s.centroid.y)
    return _lowered(south, 0.3)


def _lowered(line: LineString, by_m: float) -> LineString:
    """Draw a line a little further south, so that lines on the same poles can be told apart."""
    return LineString([(x, round(y - by_m, 2)) for x, y in line.coords])
