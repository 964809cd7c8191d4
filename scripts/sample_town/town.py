"""The whole town, built from the ground plan up, always the same."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

import shapely
from shapely import LineString, Point, Polygon, STRtree
from shapely.geometry.base import BaseGeometry

from sample_town import ground
from sample_town.blocks import Parcel, cut_face, find_faces, settle
from sample_town.compounds import (
    Building,
    Compound,
    choose_compounds,
    fill_compound,
    inner_way,
    place_gates,
    plot_of,
    spread_households,
    wall_of,
)
from sample_town.facilities import Facility, place_facilities
from sample_town.ground import Street
from sample_town.land import HOMES, Lot, front_streets, specials_by_row, use_lot
from sample_town.places import TOWNSHIPS, community_of, township_of, zone_of
from sample_town.streets import corners_of, cut_at_junctions, join_ends, pass_over_and_under
from sample_town.streetside import (
    Box,
    Kerb,
    Pole,
    RoadState,
    Shopfront,
    lay_kerbs,
    line_shopfronts,
    rate_roads,
    stand_boxes,
    stand_poles,
)
from sample_town.survey import HOUSEHOLDS, Survey, date_compounds, number_compounds, survey_compounds
from sample_town.utilities import Pipe, Wire, lay_pipes, string_wires

SEED = 20


@dataclass(frozen=True)
class Place:
    """Where a parcel belongs."""

    township: str
    community: str


@dataclass(frozen=True)
class Town:
    """Everything that is in the town, in metres from its lower left corner."""

    area: Polygon
    river: Polygon
    railway: LineString
    townships: dict[str, BaseGeometry]
    streets: list[Street]
    states: list[RoadState]
    parcels: list[Parcel]
    places: list[Place]
    plots: list[Polygon]
    lots: list[Lot]
    compounds: list[Compound]
    surveys: list[Survey]
    walls: list[LineString]
    facilities: list[Facility]
    pipes: list[Pipe]
    power: list[Wire]
    telecom: list[Wire]
    poles: list[Pole]
    boxes: list[Box]
    kerbs: list[Kerb]
    shopfronts: list[Shopfront]

    def buildings(self) -> list[tuple[Building, int]]:
        """Give every building with the row of its parcel, compounds first."""
        inside = [(b, c.parcel) for c in self.compounds for b in c.buildings]
        return inside + [(b, row) for row, lot in enumerate(self.lots) for b in lot.buildings]


def build_town(seed: int = SEED) -> Town:
    """Build the town: ground, streets, parcels, compounds, the rest of the houses, and what lies along the streets."""
    rng = Random(seed)
    area, river, rail = ground.planning_area(), ground.river(), ground.railway_ground()
    main = ground.main_streets()
    joined = [_clip(street, area) for street in join_ends([*main, *ground.paths()])]
    drawn, paths = joined[: len(main)], joined[len(main) :]
    faces = [f for f in find_faces(drawn, area.exterior, river.boundary, rail.boundary)
             if area.contains(f.representative_point())]  # fmt: skip

    parcels, lanes = _cut_faces(faces, drawn, river, rail, area, rng)
    parcels = settle(parcels, [*drawn, *lanes])
    streets = pass_over_and_under(cut_at_junctions([*drawn, *lanes]), river, rail)
    places = _places(parcels, faces, river, rail)
    tree = STRtree([s.line for s in streets])
    plots = [plot_of(parcel, streets, tree) for parcel in parcels]

    by_hand = specials_by_row(parcels)
    reserved = {row for row, p in enumerate(parcels) if p.zone in ("whole", "field") or row in by_hand}
    compounds = choose_compounds(plots, reserved, _quarters(parcels, places, drawn, river, rail), rng)
    for compound in compounds:
        compound.township = places[compound.parcel].township
        compound.community = places[compound.parcel].community
    compounds = number_compounds(compounds, rng)
    date_compounds(compounds, rng)
    for compound in compounds:
        fill_compound(compound, rng)
        place_gates(compound, streets, tree, rng)
    uncounted = next(c for c in compounds if c.seed == "城北" and len(c.buildings) > 2)
    spread_households([c for c in compounds if c is not uncounted], HOUSEHOLDS, rng)
    surveys = survey_compounds(compounds, uncounted, rng)
    walls = _walls(compounds, rng)
    ways = [inner_way(compound, streets, tree) for compound in compounds]
    inner = [Street("", "lane", 3.5, way) for way in ways if way is not None]
    streets = pass_over_and_under(cut_at_junctions([*drawn, *lanes, *paths, *inner]), river, rail)
    tree = STRtree([s.line for s in streets])

    taken = {c.parcel for c in compounds}
    lots = []
    for row, (parcel, plot) in enumerate(zip(parcels, plots, strict=True)):
        if row in taken:
            lots.append(Lot(HOMES))
            continue
        fronts = front_streets(plot, streets, tree)
        lots.append(use_lot(parcel, plot, fronts, by_hand.get(row), _strip_use(parcel, river, rail), rng))

    usable = [row not in taken and p.zone not in ("whole", "field") for row, p in enumerate(parcels)]
    facilities = place_facilities(plots, usable, streets, rng)
    states = rate_roads(streets, rng)
    power, telecom, wire_poles = string_wires(streets, _in_old_quarters(streets), compounds, rng)
    poles = stand_poles(streets, rng) + wire_poles
    return Town(
        area, river, ground.railway(), _townships(parcels, places), streets, states, parcels, places, plots, lots,
        compounds, surveys, walls, facilities, lay_pipes([*drawn, *lanes], area, rng), power, telecom, poles,
        stand_boxes(streets, rng), lay_kerbs(streets, states, rng), line_shopfronts(plots, lots, streets, rng),
    )  # fmt: skip


def _clip(street: Street, area: Polygon) -> Street:
    return replace(street, line=ground.one_line(shapely.intersection(street.line, area)))


def _cut_faces(
    faces: list[Polygon], drawn: list[Street], river: Polygon, rail: Polygon, area: Polygon, rng: Random
) -> tuple[list[Parcel], list[Street]]:
    lines = shapely.union_all([s.line for s in drawn])
    corners = corners_of(cut_at_junctions(drawn))
    parcels: list[Parcel] = []
    lanes: list[Street] = []
    for row, face in enumerate(faces):
        zone = zone_of(face, river, rail, area)
        more, drawn_lanes = cut_face(face, row, zone, lines, corners, rng)
        parcels += more
        lanes += drawn_lanes
    return parcels, lanes


def _places(parcels: list[Parcel], faces: list[Polygon], river: Polygon, rail: Polygon) -> list[Place]:
    places = []
    for parcel in parcels:
        at: Point = parcel.outline.representative_point()
        whole: Point = faces[parcel.face].representative_point()
        township = "南滨街道" if river.contains(at) else "城北镇" if rail.contains(at) else township_of(whole)
        places.append(Place(township, community_of(whole, township)))
    return places


def _quarters(
    parcels: list[Parcel], places: list[Place], drawn: list[Street], river: Polygon, rail: Polygon
) -> list[int]:
    """Number the parts of the town between trunk roads, river, railway and borders of townships."""
    edges = [s.line for s in drawn if s.road_class == "trunk"]
    cells = shapely.get_parts(
        shapely.polygonize(
            shapely.get_parts(
                shapely.unary_union(
                    [*edges, river.boundary, rail.boundary, ground.planning_area().exterior],
                    grid_size=ground.GRID,
                )
            )
        )
    )
    tree = STRtree(cells)
    quarters = []
    for parcel, place in zip(parcels, places, strict=True):
        found = tree.query(parcel.outline.representative_point(), predicate="within").tolist()
        quarters.append((found[0] if found else -1) * len(TOWNSHIPS) + TOWNSHIPS.index(place.township))
    return quarters


def _walls(compounds: list[Compound], rng: Random) -> list[LineString]:
    walls: list[LineString] = []
    gated = [c for c in compounds if len(c.gates) > 1]
    for compound in rng.sample(gated, 3):
        compound.gates[-1].status = "closed"
    for compound in compounds:
        compound.walled = len(compound.gates) > 0 and rng.random() < 0.78
        if compound.walled:
            walls += wall_of(compound)
    return walls


def _strip_use(parcel: Parcel, river: Polygon, rail: Polygon) -> str:
    at: Point = parcel.outline.representative_point()
    if river.contains(at):
        return "河流水面"
    if rail.contains(at):
        return "铁路用地"
    return "公园绿地" if parcel.outline.distance(river) < 2 else "防护绿地"


def _in_old_quarters(streets: list[Street]) -> list[bool]:
    middles = [s.line.interpolate(0.5, normalized=True) for s in streets]
    return [m.x < 2050 and not m.y > 1850 for m in middles]


def _townships(parcels: list[Parcel], places: list[Place]) -> dict[str, BaseGeometry]:
    found = {}
    for name in TOWNSHIPS:
        mine = [p.outline for p, place in zip(parcels, places, strict=True) if place.township == name]
        found[name] = shapely.coverage_union_all(mine)
    return found
