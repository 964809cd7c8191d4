"""The old compounds: which parcels they are, their buildings, walls and gates.

Each neighbourhood grows from a seed: parcel after parcel that lies beside those it has, so that its compounds hang
together across lanes and walls. Streets people cannot simply cross, the river, the railway and the borders of
townships keep neighbourhoods apart.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random

import shapely
from shapely import LineString, MultiLineString, Point, Polygon, STRtree
from shapely.geometry.base import BaseGeometry

from sample_town.blocks import Parcel
from sample_town.ground import GRID, Street, box_sides, one_area
from sample_town.plan import read_plan
from sample_town.rows import RowPlan, lay_rows

_BESIDE_M = 26.0  # a little below the 30 m within which compounds are neighbours
_ACROSS_M = 29.0
_APART_M = 36.0
_LEAST_M2, _MOST_M2 = 700.0, 12_000.0
_BESIDE_FRONT_M = 15.0


@dataclass
class Building:
    """One building. `compound` is the id of an old compound, empty elsewhere."""

    outline: Polygon
    use: str
    floors: int
    units: int = 0
    households: int | None = None
    compound: str = ""
    name: str = ""
    built_year: int | None = None
    structure: str = ""


@dataclass
class Gate:
    """One gate of a compound."""

    place: Point
    name: str = ""
    status: str = "open"


@dataclass
class Compound:
    """One old compound. `parcel` is the row of its parcel, `seed` the neighbourhood it grew from."""

    outline: Polygon
    parcel: int
    seed: str
    built_year: int = 0
    id: str = ""
    name: str = ""
    township: str = ""
    community: str = ""
    buildings: list[Building] = field(default_factory=list)
    gates: list[Gate] = field(default_factory=list)

    @property
    def households(self) -> int:
        """The households of all buildings."""
        return sum(b.households or 0 for b in self.buildings)


def plot_of(parcel: Parcel, streets: list[Street], tree: STRtree, *, inset_m: float = 0.25) -> Polygon:
    """Give the ground of a parcel without the streets around it."""
    rows = tree.query(parcel.outline, predicate="dwithin", distance=20.0)
    taken = [
        streets[row].line.buffer(streets[row].width_m / 2 + 1.2, cap_style="flat") for row in sorted(rows)
    ]
    ground = parcel.outline.buffer(-inset_m, join_style="mitre")
    left = shapely.difference(ground, shapely.union_all(taken))
    open_ground = left.buffer(-2.5, join_style="mitre").buffer(2.5, join_style="mitre")
    return one_area(open_ground.simplify(0.15))


def choose_compounds(
    plots: list[Polygon], reserved: set[int], quarters: list[int], rng: Random
) -> list[Compound]:
    """Choose the parcels of every neighbourhood.

    `quarters` tells for every parcel in which part of the town it lies (a number for each piece between what keeps
    clusters apart); neighbourhoods do not leave theirs.
    """
    ground = _Ground(
        plots, quarters, {row for row, plot in enumerate(plots) if row not in reserved and _fits(plot)}
    )
    taken: dict[int, str] = {}
    for seed in read_plan().seeds:
        at = Point(seed.x, seed.y)
        beside = [row for row, name in taken.items() if name == seed.beside]
        mine = [_across(beside, taken, ground, at) if beside else _first(taken, ground, at)]
        while len(mine) < seed.members:
            mine.append(_next(mine, taken, ground, at, rng))
        taken.update(dict.fromkeys(mine, seed.name))
    return [Compound(plots[row], row, taken[row]) for row in sorted(taken)]


@dataclass(frozen=True)
class _Ground:
    """The plots, the quarter of each, and the rows of those that a compound fits on."""

    plots: list[Polygon]
    quarters: list[int]
    fit: set[int]

    def clear(self, row: int, taken: Iterable[int]) -> bool:
        """Tell whether a plot lies well away from others."""
        return all(self.plots[row].distance(self.plots[other]) > _APART_M for other in taken)


def _first(taken: dict[int, str], ground: _Ground, at: Point) -> int:
    by_distance = sorted(ground.fit - taken.keys(), key=lambda row: (ground.plots[row].distance(at), row))
    return next(row for row in by_distance if ground.clear(row, taken))


def _across(beside: list[int], taken: dict[int, str], ground: _Ground, at: Point) -> int:
    """Find a plot across what keeps clusters apart, yet within reach."""
    found = []
    for row in sorted(ground.fit - taken.keys()):
        if ground.quarters[row] == ground.quarters[beside[0]]:
            continue
        if not ground.clear(row, [other for other in taken if other not in beside]):
            continue
        gap = min(ground.plots[row].distance(ground.plots[other]) for other in beside)
        front = max(front_between(ground.plots[row], ground.plots[other], _ACROSS_M) for other in beside)
        if gap < _ACROSS_M and front > _BESIDE_FRONT_M:
            found.append((ground.plots[row].distance(at), row))
    if not found:
        raise ValueError(f"no parcel across a barrier from the neighbourhood near {at}")
    return min(found)[1]


def _next(mine: list[int], taken: dict[int, str], ground: _Ground, at: Point, rng: Random) -> int:
    """Find the next parcel of a neighbourhood: beside those it has, near its middle, the larger the better."""
    scored = []
    for row in sorted(ground.fit - taken.keys() - set(mine)):
        plot = ground.plots[row]
        if ground.quarters[row] != ground.quarters[mine[0]] or plot.distance(at) > 320:
            continue
        front = max(front_between(plot, ground.plots[other]) for other in mine)
        if front < _BESIDE_FRONT_M or not ground.clear(row, taken):
            continue
        scored.append((plot.centroid.distance(at) + rng.uniform(0, 85) - min(plot.area, 5_500) / 70, row))
    if not scored:
        raise ValueError(f"no further parcel beside {len(mine)} at {at}")
    return min(scored)[1]


def front_between(a: Polygon, b: Polygon, reach_m: float = _BESIDE_M) -> float:
    """Measure about how much of two outlines face each other within reach, the shorter of the two."""
    if a.distance(b) > reach_m:
        return 0.0
    one = shapely.length(shapely.intersection(a.exterior, b.buffer(reach_m, quad_segs=3)))
    other = shapely.length(shapely.intersection(b.exterior, a.buffer(reach_m, quad_segs=3)))
    return float(min(one, other)) - reach_m


def _fits(plot: Polygon) -> bool:
    if plot.is_empty or not _LEAST_M2 <= plot.area <= _MOST_M2:
        return False
    long, short = box_sides(plot)
    return plot.area / (long.length * short.length) > 0.6 and bool(_rows(plot, 5, Random(1)))


def _rows(plot: Polygon, floors: int, rng: Random) -> list[Polygon]:
    plan = RowPlan((16, 56), (10.5, 12.5), (floors * 2.9 * 0.85, floors * 2.9 * 1.15), (5, 8), 2.8)
    return lay_rows(plot, plan, rng)


def fill_compound(compound: Compound, rng: Random) -> None:
    """Put the residential slabs into a compound, and a shed or an office where ground is left."""
    year = compound.built_year
    floors = rng.choice((3, 4, 4, 5) if year < 1986 else (4, 5, 5, 6) if year < 1996 else (5, 6, 6, 6))
    structure = "砖混" if year < 2001 else rng.choice(("砖混", "框架"))
    a_landing = rng.choice((2, 2, 3))
    slabs = _rows(compound.outline, floors, rng)
    while not slabs:
        floors = max(floors - 1, 3)
        slabs = _rows(compound.outline, floors, rng)
    if len(slabs) == 1 and box_sides(slabs[0])[0].length < 24:
        floors, a_landing = max(floors, 4), 3  # a single stair is built high
    for number, slab in enumerate(slabs, 1):
        length = box_sides(slab)[0].length
        units = max(1, round(length / 14.5))
        compound.buildings.append(
            Building(
                slab,
                "住宅",
                floors,
                units,
                floors * units * a_landing,
                compound.id,
                f"{number}号楼",
                year,
                structure,
            )
        )
    built = shapely.union_all([b.outline.buffer(5.5, join_style="mitre") for b in compound.buildings])
    left = shapely.difference(compound.outline, built)
    plan = RowPlan((8, 20), (4.5, 7.5), (8, 14), (4, 9), 1.2, most_rows=2, skip=0.45)
    for part in sorted(shapely.get_parts(left), key=lambda p: -p.area)[:2]:
        for shed in lay_rows(Polygon(part.exterior), plan, rng):
            if shed.distance(shapely.union_all([b.outline for b in compound.buildings])) > 5:
                use = rng.choice(("储藏室", "储藏室", "车棚", "门卫室"))
                compound.buildings.append(Building(shed, use, 1, 0, 0, compound.id, use, year, "砖木"))


def place_gates(compound: Compound, streets: list[Street], tree: STRtree, rng: Random) -> None:
    """Put one to three gates where the compound faces its streets, the first at the longest front."""
    ring = compound.outline.exterior
    found: list[tuple[float, Point]] = []
    for row in sorted(tree.query(compound.outline, predicate="dwithin", distance=19.0)):
        street = streets[row]
        if street.level != 0:
            continue
        front = shapely.intersection(ring, street.line.buffer(street.width_m / 2 + 3.5, cap_style="flat"))
        lines = [part for part in _lines(front) if part.length > 9]
        if lines:
            line = max(lines, key=lambda part: part.length)
            at = line.interpolate(rng.uniform(0.35, 0.65), normalized=True)
            found.append((line.length, at))
    found.sort(key=lambda f: -f[0])
    most = 1 if compound.outline.area < 2600 else 2 if compound.outline.area < 5200 else 3
    for _, place in found:
        if len(compound.gates) < most and all(place.distance(g.place) > 25 for g in compound.gates):
            compound.gates.append(Gate(shapely.set_precision(place, GRID)))
    for gate, name in zip(compound.gates, ("大门", "侧门", "后门"), strict=False):
        gate.name = name


def wall_of(compound: Compound) -> list[LineString]:
    """Draw the wall around a compound, open at its gates (closed ones too: there the leaves are locked)."""
    openings = [g.place.buffer(3.2 if g.status == "open" else 0.4) for g in compound.gates]
    wall = shapely.difference(compound.outline.exterior, shapely.union_all(openings))
    return [shapely.set_precision(part, GRID, mode="pointwise") for part in _lines(wall)]


def _lines(shape: BaseGeometry) -> list[LineString]:
    merged = shapely.line_merge(shape) if isinstance(shape, MultiLineString) else shape
    return [part for part in shapely.get_parts(merged) if isinstance(part, LineString)]


def spread_households(compounds: list[Compound], total: int, rng: Random) -> None:
    """Take flats away (offices, flats made into one) until the whole town has exactly `total` households."""
    homes = [b for c in compounds for b in c.buildings if b.use == "住宅"]
    have = sum(b.households or 0 for b in homes)
    factor = total / have
    for home in homes:
        home.households = max(2, math.floor((home.households or 0) * factor))
    while (left := total - sum(b.households or 0 for b in homes)) > 0:
        for home in rng.sample(homes, min(left, len(homes))):
            home.households = (home.households or 0) + 1
