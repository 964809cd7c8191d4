"""The layout of the town: its streets, and the parcels between them with the place each belongs to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

import shapely
from shapely import Point, Polygon, STRtree

from sample_town import ground
from sample_town.blocks import Parcel, cut_face, find_faces, settle
from sample_town.compounds import plot_of
from sample_town.ground import Street
from sample_town.places import TOWNSHIPS, community_of, township_of, zone_of
from sample_town.streets import corners_of, cut_at_junctions, join_ends, pass_over_and_under


@dataclass(frozen=True)
class Place:
    """Where a parcel belongs."""

    township: str
    community: str


@dataclass(frozen=True)
class Layout:
    """Ground, streets and parcels. `whole` are the streets before they are cut at junctions.

    `places` and `plots` (a parcel's ground without the streets around it) go with `parcels`, row by row.
    """

    area: Polygon
    river: Polygon
    railway_ground: Polygon
    whole: list[Street]
    paths: list[Street]
    streets: list[Street]
    parcels: list[Parcel]
    places: list[Place]
    plots: list[Polygon]

    def streets_with(self, inner: list[Street]) -> list[Street]:
        """Give every piece of street from junction to junction, with footpaths and these ways inside lots."""
        pieces = cut_at_junctions([*self.whole, *self.paths, *inner])
        return pass_over_and_under(pieces, self.river, self.railway_ground)

    def is_water(self, row: int) -> bool:
        """Tell whether a parcel is the river."""
        return self.river.contains(_inside(self.parcels[row]))

    def is_railway(self, row: int) -> bool:
        """Tell whether a parcel is ground of the railway."""
        return self.railway_ground.contains(_inside(self.parcels[row]))


def lay_out(rng: Random) -> Layout:
    """Lay out the town from the plan that was drawn by hand."""
    area, river, rail = ground.planning_area(), ground.river(), ground.railway_ground()
    main = ground.main_streets()
    joined = [_clip(street, area) for street in join_ends([*main, *ground.paths()])]
    drawn, paths = joined[: len(main)], joined[len(main) :]
    faces = find_faces(drawn, area.exterior, river.boundary, rail.boundary)
    faces = [face for face in faces if area.contains(face.representative_point())]

    parcels, lanes = _cut_faces(faces, drawn, (river, rail, area), rng)
    whole = [*drawn, *lanes]
    parcels = settle(parcels, whole)
    streets = pass_over_and_under(cut_at_junctions(whole), river, rail)
    tree = STRtree([street.line for street in streets])
    plots = [plot_of(parcel, streets, tree) for parcel in parcels]
    layout = Layout(area, river, rail, whole, paths, streets, parcels, [], plots)
    return replace(layout, places=[_place(layout, row, faces) for row in range(len(parcels))])


def number_quarters(layout: Layout) -> list[int]:
    """Number for every parcel the part of the town between trunk roads, river, railway and borders of townships."""
    trunk = [street.line for street in layout.whole if street.road_class == "trunk"]
    edges = [*trunk, layout.river.boundary, layout.railway_ground.boundary, layout.area.exterior]
    noded = shapely.unary_union(edges, grid_size=ground.GRID)
    tree = STRtree(shapely.get_parts(shapely.polygonize(shapely.get_parts(noded))))
    quarters = []
    for parcel, place in zip(layout.parcels, layout.places, strict=True):
        found = tree.query(_inside(parcel), predicate="within").tolist()
        quarters.append((found[0] if found else -1) * len(TOWNSHIPS) + TOWNSHIPS.index(place.township))
    return quarters


def _clip(street: Street, area: Polygon) -> Street:
    return replace(street, line=ground.one_line(shapely.intersection(street.line, area)))


def _cut_faces(
    faces: list[Polygon], drawn: list[Street], edges: tuple[Polygon, Polygon, Polygon], rng: Random
) -> tuple[list[Parcel], list[Street]]:
    lines = shapely.union_all([street.line for street in drawn])
    corners = corners_of(cut_at_junctions(drawn))
    parcels: list[Parcel] = []
    lanes: list[Street] = []
    for row, face in enumerate(faces):
        more_parcels, more_lanes = cut_face(face, row, zone_of(face, *edges), lines, corners, rng)
        parcels += more_parcels
        lanes += more_lanes
    return parcels, lanes


def _place(layout: Layout, row: int, faces: list[Polygon]) -> Place:
    block = faces[layout.parcels[row].face].representative_point()
    if layout.is_water(row):
        township = "南滨街道"
    elif layout.is_railway(row):
        township = "城北镇"
    else:
        township = township_of(block)
    return Place(township, community_of(block, township))


def _inside(parcel: Parcel) -> Point:
    return parcel.outline.representative_point()
