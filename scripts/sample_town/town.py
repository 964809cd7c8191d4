"""The whole town, built from the ground plan up, always the same."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import shapely
from shapely import LineString, Polygon, STRtree
from shapely.geometry.base import BaseGeometry

from sample_town import ground
from sample_town.blocks import Parcel
from sample_town.compounds import (
    Building,
    Compound,
    choose_compounds,
    fill_compound,
    place_gates,
    spread_households,
    wall_of,
)
from sample_town.facilities import Facility, place_facilities
from sample_town.furniture import Box, Pole, stand_boxes, stand_poles
from sample_town.ground import Street
from sample_town.inner_ways import draw_inner_ways
from sample_town.land import HOMES, Lot, front_streets, specials_by_row, use_lot
from sample_town.layout import Layout, Place, lay_out, number_quarters
from sample_town.places import TOWNSHIPS
from sample_town.streetside import Kerb, RoadState, Shopfront, lay_kerbs, line_shopfronts, rate_roads
from sample_town.survey import HOUSEHOLDS, Survey, date_compounds, number_compounds, survey_compounds
from sample_town.utilities import Pipe, Wire, lay_pipes, string_wires

SEED = 21
_UNCOUNTED = "北厂"  # the neighbourhood (of one compound) whose households nobody counted


@dataclass(frozen=True)
class Town:
    """Everything that is in the town, in metres from its lower left corner.

    `states` go with `streets`, `places` and `lots` with `parcels`, row by row.
    """

    area: Polygon
    river: Polygon
    railway: LineString
    townships: dict[str, BaseGeometry]
    streets: list[Street]
    states: list[RoadState]
    parcels: list[Parcel]
    places: list[Place]
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

    def buildings(self) -> list[Building]:
        """Give every building, those of compounds first."""
        inside = [building for compound in self.compounds for building in compound.buildings]
        return inside + [building for lot in self.lots for building in lot.buildings]


def build_town(seed: int = SEED) -> Town:
    """Build the town: layout, compounds, the rest of the houses, and what lies along the streets."""
    rng = Random(seed)
    layout = lay_out(rng)
    compounds, surveys, walls = _settle_compounds(layout, rng)
    lots = _use_lots(layout, compounds, rng)

    def dice(topic: str) -> Random:
        """Give each topic its own chance, so that a change of one leaves the others as they are."""
        return Random(f"{seed} {topic}")

    streets = layout.streets_with(draw_inner_ways(compounds, layout.plots, lots, layout.streets))
    states = rate_roads(streets, dice("roads"))
    power, telecom, wire_poles = string_wires(streets, compounds, dice("wires"))
    return Town(
        area=_whole(layout),
        river=layout.river,
        railway=ground.railway(),
        townships=_townships(layout),
        streets=streets,
        states=states,
        parcels=layout.parcels,
        places=layout.places,
        lots=lots,
        compounds=compounds,
        surveys=surveys,
        walls=walls,
        facilities=place_facilities(_open_plots(layout, compounds), streets, dice("facilities")),
        pipes=lay_pipes(layout.whole, layout.area, dice("pipes")),
        power=power,
        telecom=telecom,
        poles=stand_poles(streets, dice("poles")) + wire_poles,
        boxes=stand_boxes(streets, compounds, dice("boxes")),
        kerbs=lay_kerbs(streets, dice("kerbs")),
        shopfronts=line_shopfronts(layout.plots, lots, compounds, streets, dice("shopfronts")),
    )


def _settle_compounds(layout: Layout, rng: Random) -> tuple[list[Compound], list[Survey], list[LineString]]:
    """Choose, build and survey the old compounds, and wall most of them in."""
    by_hand = specials_by_row(layout.parcels)
    reserved = {
        row
        for row, parcel in enumerate(layout.parcels)
        if parcel.zone in ("whole", "field") or row in by_hand
    }
    compounds = choose_compounds(layout.plots, reserved, number_quarters(layout), rng)
    for compound in compounds:
        compound.township = layout.places[compound.parcel].township
        compound.community = layout.places[compound.parcel].community
    compounds = number_compounds(compounds, rng)
    date_compounds(compounds, rng)
    tree = STRtree([street.line for street in layout.streets])
    for compound in compounds:
        fill_compound(compound, rng)
        place_gates(compound, layout.streets, tree, rng)
    uncounted = next(compound for compound in compounds if compound.seed == _UNCOUNTED)
    spread_households([compound for compound in compounds if compound is not uncounted], HOUSEHOLDS, rng)
    return compounds, survey_compounds(compounds, uncounted, rng), _wall_in(compounds, rng)


def _wall_in(compounds: list[Compound], rng: Random) -> list[LineString]:
    """Close three gates, and draw the walls of about four compounds in five."""
    for compound in rng.sample([compound for compound in compounds if len(compound.gates) > 1], 3):
        compound.gates[-1].status = "closed"
    walled = [compound for compound in compounds if compound.gates and rng.random() < 0.78]
    return [line for compound in walled for line in wall_of(compound)]


def _use_lots(layout: Layout, compounds: list[Compound], rng: Random) -> list[Lot]:
    """Decide the use of every parcel that is no compound, and build on it."""
    taken = {compound.parcel for compound in compounds}
    by_hand = specials_by_row(layout.parcels)
    tree = STRtree([street.line for street in layout.streets])
    lots = []
    for row, (parcel, plot) in enumerate(zip(layout.parcels, layout.plots, strict=True)):
        if row in taken:
            lots.append(Lot(HOMES))
            continue
        fronts = front_streets(plot, layout.streets, tree)
        lots.append(use_lot(parcel, plot, fronts, by_hand.get(row), _strip_use(layout, row), rng))
    return lots


def _strip_use(layout: Layout, row: int) -> str:
    """Name the use of what is left between streets, river and railway."""
    if layout.is_water(row):
        return "河流水面"
    if layout.is_railway(row):
        return "铁路用地"
    return "公园绿地" if layout.parcels[row].outline.distance(layout.river) < 2 else "防护绿地"


def _open_plots(layout: Layout, compounds: list[Compound]) -> list[Polygon]:
    """Give the plots where a public facility may stand."""
    taken = {compound.parcel for compound in compounds}
    return [
        layout.plots[row]
        for row, parcel in enumerate(layout.parcels)
        if row not in taken and parcel.zone not in ("whole", "field") and not layout.plots[row].is_empty
    ]


def _whole(layout: Layout) -> Polygon:
    return ground.one_area(shapely.coverage_union_all([parcel.outline for parcel in layout.parcels]))


def _townships(layout: Layout) -> dict[str, BaseGeometry]:
    rows = list(zip(layout.parcels, layout.places, strict=True))
    return {
        name: shapely.coverage_union_all([parcel.outline for parcel, place in rows if place.township == name])
        for name in TOWNSHIPS
    }
