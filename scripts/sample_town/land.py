"""What stands on every other parcel: its use, its buildings and its households."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random

import shapely
from shapely import Point, Polygon, STRtree

from sample_town.blocks import Parcel
from sample_town.compounds import Building
from sample_town.ground import Street, box_sides
from sample_town.plan import Special, read_plan
from sample_town.rows import RowPlan, lay_rows

HOMES = "城镇住宅用地"
VILLAGE = "农村宅基地"
SHOPS = "商业服务业用地"
_SHOP_STREETS = (
    "解放路",
    "鼓楼街",
    "建设路",
    "安和大道",
    "东关街",
    "西关街",
    "文庙街",
    "站前路",
    "胜利街",
    "北关街",
    "南滨大街",
)

_HOUSES = RowPlan((9, 13), (8.5, 11.5), (5.5, 11), (1.2, 5), 2.0, skip=0.1, turn_deg=30)
_VILLAGE = RowPlan((10, 14), (9, 12), (8, 15), (2, 7), 2.5, skip=0.25, turn_deg=35)
_SHOP_ROWS = RowPlan((16, 46), (11, 15), (16, 26), (2, 6), 2.0, most_rows=3, turn_deg=30)
_OFFICES = RowPlan((28, 58), (13, 16), (22, 34), (8, 14), 6.0, most_rows=3, skip=0.15)
_NEW_SLABS = RowPlan((34, 58), (14, 16), (34, 44), (14, 22), 9.0, skip=0.05)
_NEW_TOWERS = RowPlan((24, 32), (15, 18), (42, 54), (22, 32), 10.0, skip=0.1)
_SHEDS = RowPlan((40, 84), (22, 34), (16, 26), (10, 18), 8.0, most_rows=5, skip=0.2)
_SCHOOL = RowPlan((40, 72), (11, 15), (26, 46), (12, 30), 8.0, most_rows=4, skip=0.25)
_MALL = RowPlan((60, 96), (30, 46), (24, 40), (16, 24), 12.0, most_rows=3)
_MARKET = RowPlan((30, 60), (16, 24), (7, 10), (4, 8), 3.0)
_TEMPLE = RowPlan((15, 24), (9, 13), (11, 16), (6, 12), 4.0)
_BARNS = RowPlan((8, 14), (6, 9), (30, 90), (30, 120), 12.0, most_rows=3, skip=0.75)

_SPECIAL_PLANS = {
    "school": (_SCHOOL, "教育", (3, 5)),
    "hospital": (_OFFICES, "医疗", (5, 9)),
    "office": (_OFFICES, "办公", (3, 6)),
    "market": (_MARKET, "商业", (1, 2)),
    "mall": (_MALL, "商业", (3, 4)),
    "shed": (_SHEDS, "仓储", (1, 1)),
    "temple": (_TEMPLE, "文物", (1, 1)),
}


@dataclass
class Lot:
    """What stands on one parcel. `households` counts those outside old compounds."""

    land_use: str
    name: str = ""
    buildings: list[Building] = field(default_factory=list)

    @property
    def households(self) -> int:
        """The households of all buildings of the lot."""
        return sum(b.households or 0 for b in self.buildings)


def specials_by_row(parcels: list[Parcel]) -> dict[int, Special]:
    """Find the parcels whose use is set by hand."""
    tree = STRtree([p.outline for p in parcels])
    return {int(tree.query(Point(s.x, s.y), predicate="within")[0]): s for s in read_plan().specials}


def use_lot(
    parcel: Parcel, plot: Polygon, fronts: list[Street], special: Special | None, by_water: str, rng: Random
) -> Lot:
    """Decide a parcel's use and put its buildings up. `by_water` names the use of left-over strips."""
    if special is not None:
        lot = Lot(special.land_use, special.name)
        if special.building:
            plan, use, floors = _SPECIAL_PLANS[special.building]
            lot.buildings = [Building(r, use, rng.randint(*floors)) for r in lay_rows(plot, plan, rng)]
        return lot
    if parcel.zone == "whole":
        return Lot(by_water)
    if plot.is_empty or plot.area < 150:
        return Lot("公园绿地" if parcel.zone != "field" else "耕地")
    return _USES[parcel.zone](plot, fronts, rng)


def _old(plot: Polygon, fronts: list[Street], rng: Random) -> Lot:
    busy = any(s.name in _SHOP_STREETS for s in fronts)
    chance = rng.random()
    if chance < (0.5 if busy else 0.1):
        return _shops(plot, rng)
    if chance < (0.58 if busy else 0.16):
        return Lot(
            "机关团体用地",
            "",
            [Building(r, "办公", rng.randint(2, 5)) for r in lay_rows(plot, _OFFICES, rng)],
        )
    if chance > 0.975:
        return Lot("公园绿地")
    return Lot(HOMES, "", [_house(r, rng) for r in lay_rows(plot, _HOUSES, rng)])


def _mixed(plot: Polygon, fronts: list[Street], rng: Random) -> Lot:
    chance = rng.random()
    if plot.area > 7_500 and chance < 0.6:
        return _new_homes(plot, rng)
    if chance > 0.93:
        return Lot("工业用地", "", [Building(r, "工业", 1) for r in lay_rows(plot, _SHEDS, rng)])
    return _old(plot, fronts, rng)


def _new(plot: Polygon, fronts: list[Street], rng: Random) -> Lot:
    chance = rng.random()
    if chance < 0.6 and plot.area > 6_000:
        return _new_homes(plot, rng)
    if chance < 0.74:
        return Lot(SHOPS, "", [Building(r, "商业", rng.randint(2, 5)) for r in lay_rows(plot, _MALL, rng)])
    if chance < 0.84:
        return Lot(
            "机关团体用地",
            "",
            [Building(r, "办公", rng.randint(4, 9)) for r in lay_rows(plot, _OFFICES, rng)],
        )
    if chance < 0.92:
        return Lot("公园绿地")
    return Lot("空闲地")


def _industry(plot: Polygon, fronts: list[Street], rng: Random) -> Lot:
    chance = rng.random()
    if chance < 0.62:
        return Lot(
            "工业用地", "", [Building(r, "工业", rng.choice((1, 1, 2))) for r in lay_rows(plot, _SHEDS, rng)]
        )
    if chance < 0.82:
        return Lot("物流仓储用地", "", [Building(r, "仓储", 1) for r in lay_rows(plot, _SHEDS, rng)])
    return Lot("空闲地" if chance < 0.92 else "耕地")


def _village(plot: Polygon, fronts: list[Street], rng: Random) -> Lot:
    if rng.random() < 0.14:
        return Lot("耕地")
    return Lot(VILLAGE, "", [_house(r, rng, village=True) for r in lay_rows(plot, _VILLAGE, rng)])


def _field(plot: Polygon, fronts: list[Street], rng: Random) -> Lot:
    use = rng.choice(("耕地", "耕地", "园地", "林地"))
    return Lot(use, "", [Building(r, "农业", 1) for r in lay_rows(plot, _BARNS, rng)])


_USES = {
    "old": _old,
    "mixed": _mixed,
    "new": _new,
    "industry": _industry,
    "village": _village,
    "field": _field,
}


def _shops(plot: Polygon, rng: Random) -> Lot:
    buildings = []
    for slab in lay_rows(plot, _SHOP_ROWS, rng):
        floors = rng.choice((2, 2, 3, 4))
        homes = rng.choice((0, 0, 4, 6)) if floors > 2 else 0
        buildings.append(Building(slab, "商住" if homes else "商业", floors, 1 if homes else 0, homes))
    return Lot(SHOPS, "", buildings)


def _new_homes(plot: Polygon, rng: Random) -> Lot:
    towers = rng.random() < 0.45
    floors = rng.choice((17, 18, 24)) if towers else rng.choice((6, 7, 11))
    buildings = []
    for number, slab in enumerate(lay_rows(plot, _NEW_TOWERS if towers else _NEW_SLABS, rng), 1):
        length = box_sides(slab)[0].length
        units = 1 if towers else max(1, round(length / 16))
        homes = floors * units * (4 if towers else 2)
        year = rng.randint(2008, 2020)
        buildings.append(
            Building(
                slab, "住宅", floors, units, homes, "", f"{number}号楼", year, "框剪" if towers else "框架"
            )
        )
    return Lot(HOMES, "", buildings)


def _house(slab: Polygon, rng: Random, *, village: bool = False) -> Building:
    floors = rng.choice((1, 2, 2, 2, 3)) if village else rng.choice((1, 2, 2, 3, 3, 4))
    return Building(
        slab, "自建住宅", floors, 0, 1 if village or rng.random() < 0.8 else 2, "", "", None, "砖混"
    )


def front_streets(plot: Polygon, streets: list[Street], tree: STRtree) -> list[Street]:
    """Give the streets that a plot lies at."""
    rows = sorted(tree.query(plot, predicate="dwithin", distance=17.0)) if not plot.is_empty else []
    return [streets[row] for row in rows if streets[row].line.distance(plot) < streets[row].width_m / 2 + 3.0]


def built_area(buildings: list[Building]) -> float:
    """Sum the floor area of buildings in square metres."""
    return float(sum(shapely.area(b.outline) * b.floors for b in buildings))
