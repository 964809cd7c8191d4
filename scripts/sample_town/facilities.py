"""Public facilities beside the streets, with the gaps that a county town has.

North of the railway there is neither elderly care nor a city study, public toilets are far apart, and charging
exists on trunk roads alone.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from random import Random

import shapely
import shapely.ops
from shapely import Point, Polygon, STRtree

from sample_town.ground import GRID, Street
from sample_town.plan import read_plan


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


def place_facilities(plots: list[Polygon], streets: list[Street], rng: Random) -> list[Facility]:
    """Place every facility at the street front of a plot."""
    fronts = _Fronts(plots, streets)
    found = _planned(rng)
    for facility in found:
        facility.place, street = fronts.nearest(facility.place)
        facility.address = street
    _name_by_street(found)
    found.sort(key=lambda f: (f.kind, f.name))
    for number, facility in enumerate(found, 1):
        facility.id = f"F{number:03d}"
        if facility.status == "在用" and number % 40 == 17:
            facility.status = ""  # the survey left the cell empty
    return found


def _planned(rng: Random) -> list[Facility]:
    plan = read_plan()
    found = [Facility(w.name, w.kind, Point(w.x, w.y), w.status, w.capacity) for w in plan.facilities]
    for seat in plan.communities:
        if seat.name not in plan.without_centre:
            kind = rng.choice(("便民服务中心", "便民服务中心", "党群服务中心", "社区服务站"))
            found.append(Facility(f"{seat.name}{kind}", kind, Point(seat.x, seat.y)))
    for x, y in plan.supermarkets:
        found.append(Facility("", rng.choice(("超市", "超市", "便利店", "生鲜超市")), Point(x, y)))
    for x, y in plan.parcel_points:
        found.append(Facility("", rng.choice(("快递驿站", "快递点", "快递柜")), Point(x, y)))
    found += [Facility(s.name, "小学", Point(s.x, s.y)) for s in plan.specials if s.name.endswith("小学")]
    return found


def _name_by_street(found: list[Facility]) -> None:
    """Name shops and parcel points by kind and street, numbered where a street has several."""
    seen: Counter[str] = Counter()
    for facility in found:
        if not facility.name:
            name = f"{facility.address or '巷内'}{facility.kind}"
            seen[name] += 1
            facility.name = name if seen[name] == 1 else f"{name}{seen[name]}"


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
