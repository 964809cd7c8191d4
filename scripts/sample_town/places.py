"""What lies where: townships, communities, zones, and the parcels whose use is set by hand. All names are invented."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from shapely import Point, Polygon

from sample_town import ground

COUNTY = "安和县"
TOWNSHIPS = ("东关街道", "西关街道", "南滨街道", "城北镇")
_TOWNSHIP_BORDER: ground.Points = [
    (1188, -100), (1188, 718), (1172, 860), (1195, 978), (1196, 1110), (1178, 1230), (1195, 1334), (1555, 1352), (1580, 1640), (1618, 1892), (1640, 2500),
]  # fmt: skip

_COMMUNITIES: dict[str, tuple[tuple[str, float, float], ...]] = {
    "西关街道": (
        ("西关社区", 560, 1150), ("柳林社区", 660, 780), ("文庙社区", 1050, 1180), ("南门社区", 1050, 830), ("北关社区", 780, 1480),
        ("站前社区", 1100, 1700), ("东风社区", 1400, 1520), ("新村社区", 330, 1500), ("西环社区", 300, 900),
    ),
    "东关街道": (
        ("鼓楼社区", 1360, 1180), ("粮市社区", 1340, 820), ("东关社区", 1800, 1180), ("桥东社区", 1760, 720), ("胜利社区", 1780, 1560),
        ("市民社区", 2500, 1150), ("朝阳社区", 2400, 1560), ("锦绣社区", 2700, 850),
    ),
    "南滨街道": (("南园社区", 1060, 420), ("槐荫社区", 1080, 180), ("柏树社区", 560, 380), ("新民社区", 1900, 340), ("滨江社区", 2560, 430)),
    "城北镇": (("劳动社区", 1150, 1980), ("北环社区", 1200, 2220), ("水泥厂社区", 420, 1960), ("仓储社区", 2300, 2080)),
}  # fmt: skip

_ZONES_BY_HAND: tuple[tuple[str, float, float], ...] = (
    ("mixed", 1180, 2020), ("mixed", 1500, 2060), ("mixed", 1200, 1920), ("mixed", 1500, 1950), ("mixed", 850, 1985),
    ("industry", 400, 1930), ("industry", 560, 1930), ("industry", 2100, 2060), ("industry", 2420, 2090), ("industry", 2800, 2110), ("industry", 900, 2110),
    ("industry", 1400, 2170), ("industry", 850, 1880), ("industry", 1750, 1850), ("industry", 2400, 1940), ("industry", 1900, 2050),
    ("mixed", 2810, 1120), ("village", 700, 230), ("village", 600, 230), ("mixed", 1100, 160), ("village", 2500, 450), ("village", 2600, 480),
    ("village", 1600, 2210), ("village", 850, 2200), ("village", 150, 860), ("village", 160, 1120), ("village", 160, 1400),
    ("village", 2400, 220), ("village", 1600, 200), ("village", 3020, 1340),
)  # fmt: skip


@dataclass(frozen=True)
class Special:
    """A parcel whose use is set by hand: the parcel that holds the point."""

    x: float
    y: float
    land_use: str
    name: str
    building: str = ""


SPECIALS = (
    Special(1120, 900, "教育用地", "安和县第一小学", "school"),
    Special(1450, 1420, "教育用地", "安和县第二中学", "school"),
    Special(2780, 1330, "教育用地", "安和县第一高级中学", "school"),
    Special(560, 1330, "教育用地", "西关小学", "school"),
    Special(1340, 380, "教育用地", "南滨小学", "school"),
    Special(1900, 1420, "教育用地", "东关小学", "school"),
    Special(900, 1990, "教育用地", "城北镇中心小学", "school"),
    Special(1940, 1260, "医疗卫生用地", "安和县人民医院", "hospital"),
    Special(1010, 1420, "医疗卫生用地", "安和县中医院", "hospital"),
    Special(2480, 1290, "机关团体用地", "安和县政务服务中心", "office"),
    Special(2570, 1130, "机关团体用地", "安和县行政中心", "office"),
    Special(1440, 1290, "机关团体用地", "鼓楼机关大院", "office"),
    Special(980, 1270, "机关团体用地", "西关街道办事处", "office"),
    Special(2300, 1100, "公园绿地", "市民公园"),
    Special(1270, 900, "公园绿地", "鼓楼广场"),
    Special(1040, 1200, "文物古迹用地", "文庙", "temple"),
    Special(760, 900, "公园绿地", "柳林游园"),
    Special(1000, 550, "公园绿地", "南滨公园"),
    Special(1720, 880, "商业服务业用地", "东关农贸市场", "market"),
    Special(700, 1220, "商业服务业用地", "西关农贸市场", "market"),
    Special(1300, 1720, "交通场站用地", "长途汽车站", "office"),
    Special(2240, 860, "商业服务业用地", "安和商贸城", "mall"),
    Special(2150, 1560, "物流仓储用地", "粮食储备库", "shed"),
)


def township_of(place: Point) -> str:
    """Tell the township of a place: the river and the railway bound three of them, an old street the other two."""
    if place.y < _height(ground.RIVER, place.x):
        return "南滨街道"
    if place.y > _height(ground.RAILWAY, place.x):
        return "城北镇"
    xs, ys = zip(*_TOWNSHIP_BORDER, strict=True)
    border_x = float(np.interp(place.y, ys, xs))
    return "西关街道" if place.x < border_x else "东关街道"


def community_of(place: Point, township: str) -> str:
    """Tell the community of a place: the one of its township whose middle is nearest."""
    return min(_COMMUNITIES[township], key=lambda c: (c[1] - place.x) ** 2 + (c[2] - place.y) ** 2)[0]


def community_seats() -> list[tuple[str, str, Point]]:
    """Give every community with its township and its middle."""
    return [(name, township, Point(x, y)) for township, all_ in _COMMUNITIES.items() for name, x, y in all_]


def zone_of(face: Polygon, river: Polygon, railway: Polygon, area: Polygon) -> str:
    """Tell how a face between streets is built over (a key of `blocks.GRAINS`)."""
    place = face.representative_point()
    if river.contains(place) or railway.contains(place) or _is_strip(face, river) or _is_strip(face, railway):
        return "whole"
    for zone, x, y in _ZONES_BY_HAND:
        if face.contains(Point(x, y)):
            return zone
    if face.distance(area.exterior) < 1:
        return "field"
    if place.y > _height(ground.RAILWAY, place.x):
        return "industry"
    if place.y < _height(ground.RIVER, place.x):
        return "mixed" if place.x < 1460 else "village"
    if place.x > 2050:
        return "new"
    if place.x < 425:
        return "village"
    return "old" if place.y < 1340 else "mixed"


def _is_strip(face: Polygon, edge: Polygon) -> bool:
    thin = 2 * face.area / face.length < 34
    return thin and face.distance(edge) < 1


def _height(line: ground.Points, x: float) -> float:
    xs, ys = zip(*line, strict=True)
    return float(np.interp(x, xs, ys))
