"""A town on generated streets, made of the program's own values: project, network, units, access, footprints.

Patches of 5 × 4 adjacent compounds (one cluster each) stand all over the town, parcels between them; every street
is a road of its own, joined to others by the ids of its ends. Units come from the program's own functions; the network
and the access points of a town this large are laid out from arrays in a moment, with the network's own order of edges
and with one access point on every edge within reach of an owner (the program's own would add some more where a street
runs along an outline).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from bench_parts.streets import Floats, Streets
from gis_planner.analysis.access import AccessFound
from gis_planner.analysis.coverage import live_coverage
from gis_planner.analysis.live_coverage import LiveCoverage
from gis_planner.analysis.owners import list_facilities
from gis_planner.analysis.units import list_units
from gis_planner.model.choices import NINE_KINDS
from gis_planner.model.clusters import Cluster, Grouping
from gis_planner.model.project import Project
from gis_planner.model.results import Network
from gis_planner.model.tables import Frame, conform, geometries, rows_by_id, texts

CRS = "EPSG:4547"
# Whole squares of 65,536 m: moved by them, nodes keep their order along the Z-order curve.
_CORNER = np.array([6.0, 58.0]) * 65_536.0
_COLUMNS, _ROWS = 5, 4  # compounds of a cluster
_COMPOUND_M, _GAP_M = 90.0, 15.0
_PARCEL_M = 40.0


@dataclass(frozen=True, eq=False)
class BenchTown:
    """A town and what a study lays out before it measures; `footprints` by cluster id."""

    project: Project
    network: Network
    units: Frame
    reach: AccessFound
    footprints: Mapping[str, BaseGeometry]


def build_town(
    streets: Streets,
    places: Sequence[NDArray[np.int64]],
    *,
    clusters: int = 500,
    parcels: int = 50_000,
    roads: bool = True,
) -> BenchTown:
    """Build a town of so many clusters of twenty compounds, and of about so many parcels, on drawn streets.

    Without `roads` the project has no table of them; the network is the same.
    """
    assert streets.xy is not None
    xy = streets.xy + _CORNER
    lines = _bend(streets, xy)
    project = make_project(streets, places, lines, clusters=clusters, parcels=parcels, roads=roads)
    units, _ = list_units(project)
    network = _lay_network(streets, xy, lines)
    reach = _join_to_streets(units, list_facilities(project), network, project.rules.snap_max_m)
    return BenchTown(project, network, units, reach, _hulls(project))


def make_project(
    streets: Streets,
    places: Sequence[NDArray[np.int64]],
    lines: NDArray[np.object_],
    *,
    clusters: int,
    parcels: int,
    roads: bool,
) -> Project:
    """Make the project alone: compounds, parcels, facilities, roads, and the grouping."""
    assert streets.xy is not None
    random = np.random.default_rng(2)
    xy = streets.xy + _CORNER
    low, high = xy.min(axis=0), xy.max(axis=0)
    corners = _spread_over(low, high, clusters, np.array([_COLUMNS, _ROWS]) * (_COMPOUND_M + _GAP_M))
    step = np.stack(np.meshgrid(np.arange(_COLUMNS), np.arange(_ROWS)), axis=-1).reshape(-1, 2)
    corner = (corners[:, None, :] + step[None] * (_COMPOUND_M + _GAP_M)).reshape(-1, 2)
    compound_ids = [f"C{row:05d}" for row in range(len(corner))]
    compounds = conform(
        "compounds",
        {
            "id": compound_ids,
            "name": compound_ids,
            "households": random.integers(20, 400, len(corner)).tolist(),
            "in_urban_scope": [True] * len(corner),
            "built_year": [1990] * len(corner),
        },
        _squares(corner, _COMPOUND_M).tolist(),
        CRS,
    )
    plot = _spread_over(low, high, parcels, np.full(2, _PARCEL_M))
    parcel = conform(
        "parcels",
        {
            "id": [f"P{row:05d}" for row in range(len(plot))],
            "households": random.integers(0, 200, len(plot)).tolist(),
        },
        _squares(plot, _PARCEL_M).tolist(),
        CRS,
    )
    node = np.concatenate(places)
    stands = xy[node] + random.uniform(-8.0, 8.0, (len(node), 2))
    facilities = conform(
        "facilities",
        {
            "id": [f"F{row:05d}" for row in range(len(node))],
            "kind": np.repeat(np.array(NINE_KINDS, dtype=object), [len(own) for own in places]).tolist(),
            "status": ["existing"] * len(node),
        },
        np.asarray(shapely.points(stands), dtype=object).tolist(),
        CRS,
    )
    groups = tuple(
        Cluster(f"Z{row + 1:03d}", row + 1, "", tuple(compound_ids[row * len(step) : (row + 1) * len(step)]))
        for row in range(len(corners))
    )
    tables = dict(Project().tables)
    tables |= {"compounds": compounds, "parcels": parcel, "facilities": facilities}
    if roads:
        tables["roads"] = _roads(streets, lines)
    return Project(
        title="bench",
        crs=CRS,
        tables=tables,
        loaded=frozenset({"compounds", "parcels", "facilities", *(["roads"] if roads else [])}),
        grouping=Grouping(groups),
    )


def lay_out_coverage(town: BenchTown) -> LiveCoverage:
    """Lay out and measure the live coverage of a town."""
    live = live_coverage(
        town.network,
        sorted(str(unit) for unit in texts(town.units, "unit_id")),
        town.reach.facilities,
        town.reach.access,
        town.reach.direct,
        kinds=sorted(NINE_KINDS),
        search_max_m=town.project.rules.search_max_m,
    )
    live.measure()
    return live


def _bend(streets: Streets, xy: Floats) -> NDArray[np.object_]:
    """Draw every street, bent in its middle so that it has its length, from its smaller node."""
    low = np.minimum(streets.edge_from, streets.edge_to)
    high = np.maximum(streets.edge_from, streets.edge_to)
    a, b = xy[low], xy[high]
    way = b - a
    straight = np.hypot(*way.T)
    aside = np.sqrt(np.maximum(streets.length_m**2 - straight**2, 0.0)) / 2.0
    square = np.stack([-way[:, 1], way[:, 0]], axis=1) / straight[:, None]
    middle = (a + b) / 2.0 + square * aside[:, None]
    return np.asarray(shapely.linestrings(np.stack([a, middle, b], axis=1)), dtype=object)


def _roads(streets: Streets, lines: NDArray[np.object_]) -> Frame:
    """Make a road of every street."""
    low = np.minimum(streets.edge_from, streets.edge_to).tolist()
    high = np.maximum(streets.edge_from, streets.edge_to).tolist()
    n = len(lines)
    return conform(
        "roads",
        {
            "id": _road_ids(n),
            "class": ["lane"] * n,
            "noding": ["shared"] * n,
            "vertex_ids": [f"{a} m{row} {b}" for row, (a, b) in enumerate(zip(low, high, strict=True))],
        },
        lines.tolist(),
        CRS,
    )


def _road_ids(n: int) -> list[str]:
    return [f"R{row:07d}" for row in range(n)]


def _lay_network(streets: Streets, xy: Floats, lines: NDArray[np.object_]) -> Network:
    low = np.minimum(streets.edge_from, streets.edge_to)
    high = np.maximum(streets.edge_from, streets.edge_to)
    order = np.lexsort((high, low))
    length = np.asarray(shapely.length(lines[order]), dtype=np.float64)
    names = _road_ids(len(lines))
    return Network(
        xy=xy,
        edge_from=low[order],
        edge_to=high[order],
        length_m=length,
        walk_m=length.copy(),
        edge_lines=lines[order],
        road_ids=tuple(names[row] for row in order.tolist()),
    )


def _join_to_streets(units: Frame, facilities: Frame, network: Network, reach_m: float) -> AccessFound:
    """Join every owner to every edge within reach by the shortest leg."""
    rings = shapely.boundary(geometries(units))
    shapes = np.concatenate([geometries(facilities), rings])
    types = np.array(["facility"] * len(facilities) + ["unit"] * len(units), dtype=object)
    names = np.concatenate([facilities["facility_id"].to_numpy(), units["unit_id"].to_numpy()])
    owner, edge = network.edges_near(shapes, reach_m)
    legs = np.asarray(shapely.shortest_line(shapes[owner], network.edge_lines[edge]), dtype=object)
    feet = shapely.get_point(legs, -1)
    offset = np.clip(shapely.line_locate_point(network.edge_lines[edge], feet), 0.0, network.walk_m[edge])
    order = np.lexsort((offset, edge, owner))
    owner, edge, legs, offset = owner[order], edge[order], legs[order], offset[order]
    columns = {
        "owner_type": pd.Series(types[owner], dtype=object),
        "owner_id": pd.Series(names[owner], dtype=object),
        "edge_id": edge.astype(np.int64),
        "offset_m": offset,
        "leg_m": shapely.length(legs),
        "entrance_id": pd.Series(np.full(len(owner), None, dtype=object), dtype=object),
    }
    access = gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(legs, crs=CRS), crs=CRS)
    nobody = pd.DataFrame(
        {
            "unit_id": pd.Series([], dtype=object),
            "facility_id": pd.Series([], dtype=object),
            "length_m": pd.Series([], dtype=np.float64),
        }
    )
    return AccessFound(facilities, access, nobody, reasons={}, issues=(), unreached={})


def _spread_over(low: Floats, high: Floats, about: int, size: Floats) -> Floats:
    """Give the lower left corners of about so many places of a size, evenly over a box."""
    columns = max(1, round(float(np.sqrt(about * (high - low)[0] / (high - low)[1]))))
    rows = max(1, round(about / columns))
    x = low[0] + ((high - low)[0] / columns) * (np.arange(columns) + 0.5) - size[0] / 2.0
    y = low[1] + ((high - low)[1] / rows) * (np.arange(rows) + 0.5) - size[1] / 2.0
    return np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)


def _squares(corner: Floats, side_m: float) -> NDArray[np.object_]:
    boxes = shapely.box(corner[:, 0], corner[:, 1], corner[:, 0] + side_m, corner[:, 1] + side_m)
    return np.asarray(boxes, dtype=object)


def _hulls(project: Project) -> dict[str, BaseGeometry]:
    compounds = project.table("compounds")
    rows, shapes = rows_by_id(compounds), geometries(compounds)
    hulls: dict[str, BaseGeometry] = {}
    for cluster in project.grouping.clusters:
        members = shapes[[rows[name] for name in cluster.members]].tolist()
        hulls[cluster.id] = shapely.GeometryCollection(members).convex_hull
    return hulls
