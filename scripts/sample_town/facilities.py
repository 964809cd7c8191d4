"""Public facilities beside the streets, with the gaps that a county town has.

North of the railway there is neither elderly care nor a city study, public toilets are far apart, and charging
exists on trunk roads alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import shapely
import shapely.ops
from shapely import Point, Polygon, STRtree

from sample_town.ground import GRID, Street
from sample_town.places import SPECIALS, community_seats


@dataclass
class Facility:
    """One facility; `kind` is the word the bureau uses."""

    name: str
    kind: str
    place: Point
    status: str = "在用"
    capacity: float | None = None
    address: str = ""
    id: str = ""


_SEATS_WITHOUT_CENTRE = {
    "新村社区",
    "西环社区",
    "粮市社区",
    "槐荫社区",
    "滨江社区",
    "仓储社区",
    "水泥厂社区",
    "北环社区",
    "锦绣社区",
}
_ELDER: tuple[tuple[str, str, float, float, int], ...] = (
    ("西关乐养居", "乐养居", 690, 1090, 30), ("鼓楼乐养居", "乐养居", 1290, 1190, 24), ("柳林老年人日间照料中心", "日间照料中心", 540, 900, 18),
    ("东关日间照料中心", "日间照料中心", 1660, 1210, 20), ("南园乐养居", "乐养居", 1200, 470, 16),
)  # fmt: skip
_MEDICAL: tuple[tuple[str, str, float, float], ...] = (
    ("安和县人民医院", "医院", 1960, 1250), ("安和县中医院", "医院", 1010, 1395), ("西关社区卫生服务站", "社区卫生服务站", 600, 1110),
    ("柳林社区卫生服务站", "卫生服务站", 760, 800), ("鼓楼社区卫生服务中心", "社区卫生服务中心", 1240, 1040), ("桥东卫生服务站", "卫生服务站", 1700, 760),
    ("南滨社区卫生服务站", "社区卫生服务站", 960, 330), ("城北镇卫生院", "卫生院", 1280, 2050), ("市民社区卫生服务中心", "社区卫生服务中心", 2540, 1240),
    ("胜利街门诊部", "门诊部", 1880, 1510),
)  # fmt: skip
_LIBRARY: tuple[tuple[str, str, float, float], ...] = (
    ("文庙城市书房", "城市书房", 1090, 1120), ("县图书馆", "图书馆", 2420, 1180), ("桥东阅览室", "阅览室", 1600, 830), ("南滨城市书房", "城市书房", 1180, 330),
)  # fmt: skip
_TOILETS = (
    (1000, 1010),
    (1290, 950),
    (700, 1240),
    (1730, 900),
    (1190, 1700),
    (1060, 560),
    (2310, 1050),
    (660, 850),
)
_PARKING: tuple[tuple[str, float, float, int], ...] = (
    ("鼓楼广场停车场", 1300, 940, 86), ("西关停车场", 480, 1060, 40), ("东关农贸市场停车场", 1750, 900, 55), ("长途汽车站停车场", 1330, 1700, 60),
    ("政务服务中心停车场", 2450, 1250, 180), ("商贸城地下停车库", 2200, 900, 320), ("北关停车场", 880, 1560, 36), ("滨河停车场", 900, 720, 48),
    ("胜利街停车场", 1640, 1560, 42), ("南滨停车场", 1180, 330, 30),
)  # fmt: skip
_CHARGING: tuple[tuple[str, str, float, float, int], ...] = (
    ("安和大道充电站", "充电站", 1000, 1300, 12), ("和平大道充电站", "充电站", 1570, 1180, 8), ("迎宾大道充电站", "充电站", 2370, 1090, 24),
    ("和平大道南段充电桩", "充电桩", 1430, 240, 6), ("安和大道西段充电桩", "充电桩", 520, 1250, 6), ("安和大道东段电动自行车充电棚", "充电棚", 1860, 1320, 20),
)  # fmt: skip
_OTHERS: tuple[tuple[str, str, float, float], ...] = (
    ("鼓楼幼儿园", "幼儿园", 1320, 1060), ("西关幼儿园", "幼儿园", 480, 1130), ("东关幼儿园", "幼儿园", 1880, 1080), ("北关幼儿园", "幼儿园", 740, 1560),
    ("南滨幼儿园", "幼儿园", 900, 420), ("东关农贸市场", "农贸市场", 1720, 890), ("西关农贸市场", "农贸市场", 700, 1220), ("鼓楼广场健身路径", "健身设施", 1270, 900),
    ("柳林游园健身点", "健身设施", 760, 900), ("市民公园健身广场", "健身广场", 2300, 1080), ("鼓楼警务室", "警务室", 1210, 1180), ("西关派出所", "派出所", 860, 1270),
    ("站前警务室", "警务室", 1210, 1720), ("城北派出所", "派出所", 1000, 2060), ("柳林社区食堂", "社区食堂", 610, 850), ("鼓楼社区食堂", "长者食堂", 1260, 1130),
    ("东关托育园", "托育机构", 1820, 1100), ("西关党群活动中心", "党建中心", 620, 1130),
)  # fmt: skip
_SHOPS_AT = (
    (470, 1100), (620, 1240), (560, 860), (760, 820), (760, 970), (1010, 1150), (1080, 980), (1240, 1150), (1340, 970), (1180, 800), (1400, 850),
    (1640, 1160), (1880, 1130), (1640, 940), (1700, 760), (1880, 920), (680, 1500), (900, 1480), (1100, 1440), (1660, 1500), (1820, 1640), (1250, 1720),
    (1010, 310), (1180, 440), (870, 400), (1230, 2010), (2400, 1180), (2600, 1030), (2300, 1420), (1800, 330), (250, 1000), (1960, 1340),
)  # fmt: skip
_PARCELS_AT = (
    (500, 1090), (640, 1200), (600, 820), (880, 900), (1040, 900), (1200, 1180), (1360, 1110), (1500, 950), (1760, 1130), (1720, 1240), (1690, 800),
    (700, 1400), (960, 1420), (1780, 1490), (1130, 420), (980, 300), (1090, 2060), (2520, 1210), (2350, 950), (1180, 1690), (2060, 350),
)  # fmt: skip


def place_facilities(
    plots: list[Polygon], usable: list[bool], streets: list[Street], rng: Random
) -> list[Facility]:
    """Place every facility at the street front of a plot that is no compound."""
    rows = [row for row, use in enumerate(usable) if use and not plots[row].is_empty]
    fronts = _Fronts([plots[row] for row in rows], streets)
    found = _planned(rng)
    for facility in found:
        facility.place, street = fronts.nearest(facility.place)
        facility.address = f"安和县{street}" if street else ""
    found.sort(key=lambda f: (f.kind, f.name))
    for number, facility in enumerate(found, 1):
        facility.id = f"F{number:03d}"
    _set_states(found)
    return found


def _planned(rng: Random) -> list[Facility]:
    found = []
    for name, _, place in community_seats():
        if name not in _SEATS_WITHOUT_CENTRE:
            kind = rng.choice(("便民服务中心", "便民服务中心", "党群服务中心", "社区服务站"))
            found.append(Facility(f"{name}{kind}", kind, place))
    found.append(Facility("安和县政务服务中心", "政务服务中心", Point(2480, 1250)))
    found += [Facility(name, kind, Point(x, y), capacity=beds) for name, kind, x, y, beds in _ELDER]
    for table in (_MEDICAL, _LIBRARY, _OTHERS):
        found += [Facility(name, kind, Point(x, y)) for name, kind, x, y in table]
    found += [
        Facility(f"{n}号公厕", rng.choice(("公共厕所", "公厕")), Point(x, y))
        for n, (x, y) in enumerate(_TOILETS, 1)
    ]
    found += [Facility(name, "停车场", Point(x, y), capacity=spaces) for name, x, y, spaces in _PARKING]
    found += [Facility(name, kind, Point(x, y), capacity=n) for name, kind, x, y, n in _CHARGING]
    words = ("惠民", "利民", "好邻居", "万家", "吉祥", "顺意", "佳和", "满福", "东升", "春晖")
    for number, (x, y) in enumerate(_SHOPS_AT):
        kind = rng.choice(("超市", "超市", "便利店", "生鲜超市"))
        found.append(
            Facility(f"{words[number % len(words)]}{kind}{number // len(words) + 1}店", kind, Point(x, y))
        )
    for number, (x, y) in enumerate(_PARCELS_AT, 1):
        kind = rng.choice(("快递驿站", "快递点", "快递柜"))
        found.append(Facility(f"{number}号{kind}", kind, Point(x, y)))
    schools = [s for s in SPECIALS if s.name.endswith("小学")]
    found += [Facility(s.name, "小学", Point(s.x, s.y)) for s in schools]
    return found


def _set_states(found: list[Facility]) -> None:
    by_name = {f.name: f for f in found}
    by_name["桥东阅览室"].status = "停用"
    by_name["2号公厕"].status = "停用"
    by_name["安和大道西段充电桩"].status = "停用"
    by_name["南滨城市书房"].status = "拟建"
    by_name["东关日间照料中心"].status = "拟建"
    for number, facility in enumerate(found):
        if facility.status == "在用" and number % 9 == 4:
            facility.status = ""


class _Fronts:
    """Places along streets where a plot has its front."""

    def __init__(self, plots: list[Polygon], streets: list[Street]) -> None:
        self._plots, self._plot_tree = plots, STRtree(plots)
        self._streets = [s for s in streets if s.level == 0]
        self._street_tree = STRtree([s.line for s in self._streets])
        self._used: list[Point] = []

    def nearest(self, wish: Point) -> tuple[Point, str]:
        """Give a free place at a street front near the wish, a few metres inside a plot, and the street's name."""
        best: tuple[float, Point, str] | None = None
        for row in sorted(self._plot_tree.query(wish, predicate="dwithin", distance=130.0).tolist()):
            plot = self._plots[row]
            inner = plot.buffer(-3.0, join_style="mitre")
            if inner.is_empty:
                continue
            for index in self._street_tree.query(plot, predicate="dwithin", distance=18.0).tolist():
                street = self._streets[index]
                if street.line.distance(plot) > street.width_m / 2 + 2.5:
                    continue
                front = shapely.intersection(inner.boundary, street.line.buffer(street.width_m / 2 + 6))
                if front.is_empty:
                    continue
                place = shapely.ops.nearest_points(front, wish)[0]
                away = place.distance(wish) + (0 if street.name else 25)
                if (best is None or away < best[0]) and all(place.distance(u) > 6 for u in self._used):
                    best = (away, place, street.name)
        if best is None:
            raise ValueError(f"no street front near {wish}")
        place = shapely.set_precision(best[1], GRID)
        self._used.append(place)
        return place, best[2]
