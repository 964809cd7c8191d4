"""What a walk along the streets finds: the state of roads and kerbs, and shopfronts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

import shapely
from shapely import LineString, Point, Polygon, STRtree
from shapely.ops import substring

from sample_town.compounds import Compound
from sample_town.ground import GRID, Street, one_area, one_line
from sample_town.land import SHOPS, Lot
from sample_town.places import care_at

_KERBED = ("trunk", "secondary", "branch")
_BIG = ("trunk", "secondary")
_KERBED_LANE_M = 6.0
_TRADES = (
    *("面馆", "理发", "五金", "服装", "早餐", "水果", "文具", "烟酒"),
    *("药店", "手机维修", "粮油", "童装", "窗帘", "家电维修", "打印", "小吃"),
)


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


def rate_roads(streets: list[Street], rng: Random) -> list[RoadState]:
    """Rate every piece of street: main streets mostly good, lanes as well as they are kept, some unknown."""
    states = []
    for street in streets:
        care = _care(street)
        if street.road_class in _BIG:
            pci = round(rng.gauss(88, 4), 1)
            states.append(RoadState("good" if pci >= 80 else "fair", pci))
        elif street.road_class == "branch":
            states.append(RoadState(_pick(rng, 0.12 + 1.05 * care), None))
        elif street.road_class == "lane":
            known = care > 0.6 or rng.random() > 0.12
            states.append(RoadState(_pick(rng, 1.25 * care - 0.2) if known else None, None))
        else:
            states.append(RoadState("good", None))
    return states


def _care(street: Street) -> float:
    return care_at(street.line.interpolate(0.5, normalized=True))


def _pick(rng: Random, good: float) -> str:
    if rng.random() < good:
        return "good"
    return "fair" if rng.random() < 0.55 else "poor"


def needs_kerbs(street: Street) -> bool:
    """Tell whether kerbs belong along a street: all carriageways, and lanes wide enough for cars."""
    wide_lane = street.road_class == "lane" and street.width_m >= _KERBED_LANE_M
    return street.level == 0 and (street.road_class in _KERBED or wide_lane)


def lay_kerbs(streets: list[Street], rng: Random) -> list[Kerb]:
    """Lay kerbs along both sides of streets that need them, away from junctions; here and there one is missing."""
    kerbs = []
    for row, street in enumerate(streets):
        if not needs_kerbs(street) or street.line.length < 22:
            continue
        care = max(_care(street), 0.9) if street.road_class in _BIG else _care(street)
        middle = one_line(substring(street.line, 8.0, street.line.length - 8.0))
        for side in (1, -1):
            if rng.random() < (1 - care) * 0.2:
                continue
            line = shapely.offset_curve(middle, side * (street.width_m / 2 - 0.2), join_style="mitre")
            if not isinstance(line, LineString) or line.length < 5:
                continue
            condition = None if rng.random() < 0.02 else _pick(rng, 1.2 * care - 0.1)
            kerbs.append(Kerb(one_line(line), row, condition))
    return kerbs


def line_shopfronts(
    plots: list[Polygon], lots: list[Lot], compounds: list[Compound], streets: list[Street], rng: Random
) -> list[Shopfront]:
    """Put shopfronts along the street side of commercial plots and of compounds, one about every eight metres."""
    tree = STRtree([s.line for s in streets])
    shops = [
        plot for plot, lot in zip(plots, lots, strict=True) if lot.land_use == SHOPS and not plot.is_empty
    ]
    homes = [one_area(c.outline.buffer(-0.4, join_style="mitre")) for c in compounds]
    found: list[Shopfront] = []
    for row, plot in enumerate([*shops, *homes]):
        care = care_at(plot.centroid)
        near = [streets[i] for i in sorted(tree.query(plot, predicate="dwithin", distance=19.0))]
        for street in near:
            if not street.name or street.level != 0 or street.road_class == "footpath":
                continue
            if row >= len(shops) and rng.random() < 0.3:
                continue
            for place in _along_front(plot, street, rng):
                if all(place.distance(shop.place) > 4 for shop in found[-40:]):
                    found.append(_shop(place, care, rng))
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


def _shop(place: Point, care: float, rng: Random) -> Shopfront:
    bad = (1 - care) * 0.4
    sign: bool | None = rng.random() > bad
    if rng.random() < 0.03:
        sign = None
    return Shopfront(place, rng.choice(_TRADES), sign, rng.random() < bad * 0.6, rng.random() < bad * 0.25)
