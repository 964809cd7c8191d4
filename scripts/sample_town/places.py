"""What lies where: the township, the community and the zone of a place."""

from __future__ import annotations

import numpy as np
from shapely import Point, Polygon

from sample_town.plan import Points, read_plan

_NEIGHBOURHOOD_M = 330.0
TOWNSHIPS = ("东关街道", "西关街道", "南滨街道", "城北镇")


def township_of(place: Point) -> str:
    """Tell the township of a place: the river and the railway bound two of them, an old street the other two."""
    plan = read_plan()
    if place.y < _height(plan.river, place.x):
        return "南滨街道"
    if place.y > _height(plan.railway, place.x):
        return "城北镇"
    xs, ys = zip(*plan.township_border, strict=True)
    return "西关街道" if place.x < float(np.interp(place.y, ys, xs)) else "东关街道"


def community_of(place: Point, township: str) -> str:
    """Tell the community of a place: the one of its township whose middle is nearest."""
    mine = [c for c in read_plan().communities if c.township == township]
    return min(mine, key=lambda c: (c.x - place.x) ** 2 + (c.y - place.y) ** 2).name


def care_at(place: Point) -> float:
    """Tell how well the streets around a place are kept, from 0 to 1: as in the neighbourhood they belong to."""
    seeds = [seed for seed in read_plan().seeds if seed.members > 1]
    near = min(seeds, key=lambda seed: (seed.x - place.x) ** 2 + (seed.y - place.y) ** 2)
    return near.care if Point(near.x, near.y).distance(place) < _NEIGHBOURHOOD_M else 0.5


def zone_of(face: Polygon, river: Polygon, railway: Polygon, area: Polygon) -> str:
    """Tell how a face between streets is built over (a key of `blocks.GRAINS`)."""
    plan, place = read_plan(), face.representative_point()
    if river.contains(place) or railway.contains(place):
        return "whole"
    if _is_strip(face, river, 56.0) or _is_strip(face, railway, 34.0):
        return "whole"
    for by_hand in plan.zones:
        if face.contains(Point(by_hand.x, by_hand.y)):
            return by_hand.zone
    if face.distance(area.exterior) < 1:
        return "field"
    if place.y > _height(plan.railway, place.x):
        return "industry"
    if place.y < _height(plan.river, place.x):
        return "mixed" if place.x < 1460 else "village"
    if place.x > 2050:
        return "new"
    if place.x < 425:
        return "village"
    return "old" if place.y < 1340 else "mixed"


def _is_strip(face: Polygon, edge: Polygon, width_m: float) -> bool:
    return 2 * face.area / face.length < width_m and face.distance(edge) < 1


def _height(line: Points, x: float) -> float:
    xs, ys = zip(*line, strict=True)
    return float(np.interp(x, xs, ys))
