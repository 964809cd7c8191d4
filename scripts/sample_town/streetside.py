"""What a walk along the streets finds: the state of roads and kerbs, shopfronts, poles and boxes."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import shapely
from shapely import LineString, Point, Polygon, STRtree
from shapely.ops import substring

from sample_town.ground import GRID, Street
from sample_town.land import SHOPS, Lot
from sample_town.streets import corners_of

_KERBED = ("trunk", "secondary", "branch")
_BIG = ("trunk", "secondary")


@dataclass(frozen=True)
class RoadState:
    """The state of one piece of street; None where nobody looked."""

    condition: str | None
    pci: float | None


@dataclass(frozen=True)
class Kerb:
    """One kerb, the row of its street piece and its condition."""

    line: LineString
    street: int
    condition: str | None


@dataclass(frozen=True)
class Shopfront:
    """One shopfront; None where the survey left a question open."""

    place: Point
    name: str
    sign_ok: bool | None
    outside_trading: bool | None
    illegal_ad: bool | None


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


def rate_roads(streets: list[Street], rng: Random) -> list[RoadState]:
    """Rate every piece of street: main streets mostly good, lanes often poor, some lanes unknown."""
    by_name: dict[str, float] = {}
    states = []
    for street in streets:
        if street.road_class in _BIG:
            pci = round(rng.gauss(88, 4), 1)
            states.append(RoadState("good" if pci >= 80 else "fair", pci))
        elif street.road_class == "branch":
            level = by_name.setdefault(street.name, rng.random())
            states.append(RoadState(_pick(rng, level, (0.62, 0.88)), None))
        elif street.road_class == "lane":
            level = by_name.setdefault(street.name or f"{len(states) // 9}", rng.random())
            known = rng.random() > 0.14
            states.append(RoadState(_pick(rng, level, (0.34, 0.68)) if known else None, None))
        else:
            states.append(RoadState("good", None))
    return states


def _pick(rng: Random, level: float, bounds: tuple[float, float]) -> str:
    chance = 0.75 * level + 0.25 * rng.random()
    return "good" if chance < bounds[0] else "fair" if chance < bounds[1] else "poor"


def lay_kerbs(streets: list[Street], states: list[RoadState], rng: Random) -> list[Kerb]:
    """Lay kerbs along both sides of carriageways, away from junctions; here and there one is missing."""
    kerbs = []
    for row, (street, state) in enumerate(zip(streets, states, strict=True)):
        if street.road_class not in _KERBED or street.level != 0 or street.line.length < 30:
            continue
        middle = substring(street.line, 9.0, street.line.length - 9.0)
        for side in (1, -1):
            if rng.random() < (0.02 if street.road_class in _BIG else 0.12):
                continue
            line = shapely.offset_curve(middle, side * (street.width_m / 2 - 0.2), join_style="mitre")
            if isinstance(line, LineString) and line.length > 8:
                worse = rng.random() < (0.12 if state.condition == "good" else 0.5)
                condition = (
                    None
                    if rng.random() < 0.02
                    else "poor"
                    if worse and rng.random() < 0.4
                    else "fair"
                    if worse
                    else "good"
                )
                kerbs.append(Kerb(shapely.set_precision(line, GRID, mode="pointwise"), row, condition))
    return kerbs


def line_shopfronts(
    plots: list[Polygon], lots: list[Lot], streets: list[Street], rng: Random
) -> list[Shopfront]:
    """Put shopfronts along the street side of commercial plots, one about every eight metres."""
    tree = STRtree([s.line for s in streets])
    trades = (
        "面馆",
        "理发",
        "五金",
        "服装",
        "早餐",
        "水果",
        "文具",
        "烟酒",
        "药店",
        "手机维修",
        "粮油",
        "童装",
        "窗帘",
        "家电维修",
        "打印",
        "小吃",
    )
    found: list[Shopfront] = []
    for plot, lot in zip(plots, lots, strict=True):
        if lot.land_use != SHOPS or plot.is_empty:
            continue
        orderly = rng.random()
        for row in sorted(tree.query(plot, predicate="dwithin", distance=19.0)):
            street = streets[row]
            if not street.name or street.level != 0:
                continue
            for place in _along_front(plot, street, rng):
                if all(place.distance(s.place) > 4 for s in found[-40:]):
                    found.append(_shop(place, rng.choice(trades), orderly, rng))
    return found


def _along_front(plot: Polygon, street: Street, rng: Random) -> Iterator[Point]:
    front = shapely.intersection(
        plot.exterior, street.line.buffer(street.width_m / 2 + 3.5, cap_style="flat")
    )
    for part in shapely.get_parts(
        shapely.line_merge(front) if front.geom_type == "MultiLineString" else front
    ):
        if part.geom_type != "LineString" or part.length < 14:
            continue
        at = rng.uniform(3, 6)
        while at < part.length - 3:
            if rng.random() < 0.8:
                yield shapely.set_precision(part.interpolate(at), GRID)
            at += rng.uniform(6.5, 10)


def _shop(place: Point, trade: str, orderly: float, rng: Random) -> Shopfront:
    bad = 0.05 + 0.28 * orderly**2
    sign: bool | None = rng.random() > bad
    if rng.random() < 0.03:
        sign = None
    return Shopfront(place, trade, sign, rng.random() < bad * 0.7, rng.random() < bad * 0.3)


def stand_poles(streets: list[Street], rng: Random) -> list[Pole]:
    """Stand street lights, and cameras, signs and signals near them at junctions of main streets."""
    poles: list[Pole] = []
    junctions = _main_junctions(streets)
    for street in streets:
        if street.road_class not in _KERBED or street.level != 0:
            continue
        spacing = 36.0 if street.road_class in _BIG else 42.0
        at, side = 14.0, 1
        while at < street.line.length - 10:
            place = beside(street.line, at, side * (street.width_m / 2 - 0.9))
            merged = rng.random() < (0.22 if street.road_class == "trunk" else 0.08)
            poles.append(Pole(place, "light", rng.choice(("照明;监控", "照明;标志")) if merged else "照明"))
            if not merged and rng.random() < 0.09:
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


def stand_boxes(streets: list[Street], rng: Random) -> list[Box]:
    """Stand street boxes, some alone, some in untidy groups, a few combined."""
    boxes: list[Box] = []
    kinds = ("power", "telecom", "tv", "light", "telecom", "traffic")
    for street in streets:
        if (
            street.road_class not in _KERBED
            or street.level != 0
            or street.line.length < 70
            or rng.random() < 0.35
        ):
            continue
        at = rng.uniform(20, street.line.length - 20)
        off = street.width_m / 2 + 0.4
        combined = rng.random() < 0.25
        count = 1 if combined else rng.choice((1, 1, 2, 3))
        first = rng.randrange(len(kinds))
        for number in range(count):
            known = None if rng.random() < 0.04 else combined
            boxes.append(
                Box(
                    beside(street.line, at + number * rng.uniform(1.2, 3.0), off),
                    kinds[(first + number) % len(kinds)],
                    known,
                )
            )
    return boxes
