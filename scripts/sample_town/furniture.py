"""What stands in the street: lights, signs, cameras and signals on poles, and boxes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from random import Random

from shapely import LineString, Point

from sample_town.compounds import Compound
from sample_town.ground import Street, one_area
from sample_town.places import care_at
from sample_town.streets import corners_of

_BIG = ("trunk", "secondary")
_LIT = ("trunk", "secondary", "branch")
_BOX_KINDS = ("telecom", "tv", "power", "telecom", "light", "telecom")


@dataclass(frozen=True)
class Pole:
    """One pole: its kind, what it carries, its voltage where it carries power."""

    place: Point
    kind: str
    functions: str
    voltage_kv: float | None = None


@dataclass(frozen=True)
class Box:
    """One street box, and whether several are combined in it."""

    place: Point
    kind: str
    combined: bool | None


def stand_poles(streets: list[Street], rng: Random) -> list[Pole]:
    """Stand street lights, and cameras, signs and signals near them at junctions of main streets."""
    poles: list[Pole] = []
    junctions = _main_junctions(streets)
    for street in streets:
        if street.road_class not in _LIT or street.level != 0:
            continue
        spacing = 36.0 if street.road_class in _BIG else 42.0
        at, side = 14.0, 1
        while at < street.line.length - 10:
            place = beside(street.line, at, side * (street.width_m / 2 - 0.9))
            care = care_at(place)
            merged = rng.random() < 0.4 * care
            poles.append(Pole(place, "light", rng.choice(("照明;监控", "照明;标志")) if merged else "照明"))
            if not merged and rng.random() < 0.22 * (1 - care):
                kind, words = rng.choice((("sign", "标志"), ("telecom", "通信"), ("monitor", "监控")))
                poles.append(
                    Pole(
                        beside(street.line, at + rng.uniform(1.5, 4.2), side * (street.width_m / 2 - 0.9)),
                        kind,
                        words,
                    )
                )
            at += spacing * rng.uniform(0.92, 1.08)
            side = -side if street.road_class != "trunk" else side
            if street.road_class == "trunk":
                poles.append(
                    Pole(
                        beside(street.line, min(at, street.line.length - 4), -street.width_m / 2 + 0.9),
                        "light",
                        "照明",
                    )
                )
    for x, y, reach in junctions:
        for kind, words, turn in (
            ("traffic", "信号灯", 0.7),
            ("monitor", "监控", 0.85),
            ("traffic", "信号灯", 3.8),
        ):
            place = Point(round(x + reach * math.cos(turn), 2), round(y + reach * math.sin(turn), 2))
            poles.append(Pole(place, kind, words))
    return poles


def beside(line: LineString, at_m: float, off_m: float) -> Point:
    """Give the place `off_m` to the left of a line at `at_m` along it."""
    a, b = line.interpolate(max(0.0, at_m - 1)), line.interpolate(min(line.length, at_m + 1))
    run = max(a.distance(b), 1e-6)
    middle = line.interpolate(at_m)
    x = middle.x - (b.y - a.y) / run * off_m
    y = middle.y + (b.x - a.x) / run * off_m
    return Point(round(x, 2), round(y, 2))


def _main_junctions(streets: list[Street]) -> list[tuple[float, float, float]]:
    """Give the junctions of main streets with the distance of their corners."""
    ends: dict[tuple[float, float], list[Street]] = {}
    for street in streets:
        if street.road_class in _BIG and street.level == 0:
            for end in corners_of([street]):
                ends.setdefault(end, []).append(street)
    return [
        (x, y, max(s.width_m for s in met) * 0.75)
        for (x, y), met in sorted(ends.items())
        if len(met) >= 3 and len({s.name for s in met}) > 1
    ]


def stand_boxes(streets: list[Street], compounds: list[Compound], rng: Random) -> list[Box]:
    """Stand street boxes beside streets and inside gates, some alone, some in untidy groups, some combined."""
    boxes: list[Box] = []
    for street in streets:
        long_enough = street.road_class in _LIT and street.level == 0 and street.line.length >= 70
        if long_enough and rng.random() < 0.65:
            at_m = rng.uniform(20, street.line.length - 20)
            boxes += _box_group(street.line, at_m, street.width_m / 2 + 0.4, rng)
    for compound in compounds:
        inner = one_area(compound.outline.buffer(-1.5, join_style="mitre"))
        if compound.gates and not inner.is_empty:
            boxes += _box_group(
                inner.exterior, inner.exterior.project(compound.gates[0].place) + 4.0, 0.0, rng
            )
    return boxes


def _box_group(line: LineString, at_m: float, off_m: float, rng: Random) -> list[Box]:
    combined = rng.random() < 0.95 * care_at(line.interpolate(at_m)) - 0.05
    count = 1 if combined else rng.choice((1, 2, 2, 3))
    first = rng.randrange(len(_BOX_KINDS))
    group = []
    for number in range(count):
        kind = _BOX_KINDS[(first + number) % len(_BOX_KINDS)]
        known = None if rng.random() < 0.03 else combined
        group.append(Box(beside(line, at_m + number * rng.uniform(1.2, 3.0), off_m), kind, known))
    return group
