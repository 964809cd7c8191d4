"""Who is joined to the network: units and facilities, and the compound that each stands in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from gis_planner.analysis.arrays import Mask, Rows
from gis_planner.analysis.entrances import Gates
from gis_planner.analysis.units import find_homes, sound
from gis_planner.model.project import Project
from gis_planner.model.tables import Frame, geometries, ids, rows_by_id, take, texts


@dataclass(frozen=True, eq=False)
class Owners:
    """Facilities and units in one row each: facilities by id, then units by unit_id.

    `types` ('facility' or 'unit'), `ids`, `shapes` (None for one without a place). `home` is the row of the
    compound that the owner is or stands in, -1 outside; `is_compound` tells the first from the second. `areas`
    and `gated` are of the compounds: their shapes, and whether any entrance is given.
    """

    types: NDArray[Any]
    ids: NDArray[Any]
    shapes: NDArray[Any]
    home: Rows
    is_compound: Mask
    areas: NDArray[Any]
    gated: Mask

    @property
    def behind_gates(self) -> Mask:
        """Who is, or stands in, a compound with given entrances."""
        behind = np.zeros(len(self.home), dtype=bool)
        behind[self.home >= 0] = self.gated[self.home[self.home >= 0]]
        return behind

    def take(self, rows: NDArray[Any]) -> Owners:
        """Give the owners at these positions, or where a mask is true, among the same compounds."""
        return Owners(
            self.types[rows],
            self.ids[rows],
            self.shapes[rows],
            self.home[rows],
            self.is_compound[rows],
            self.areas,
            self.gated,
        )

    @property
    def is_unit(self) -> Mask:
        """Which owners are units."""
        return np.asarray(self.types == "unit", dtype=bool)

    @property
    def has_place(self) -> Mask:
        """Which owners have a shape."""
        return np.asarray(~(shapely.is_missing(self.shapes) | shapely.is_empty(self.shapes)), dtype=bool)


def list_facilities(project: Project) -> Frame:
    """List the facilities by id; all but the closed ones count."""
    table = project.table("facilities")
    names = ids(table)
    status = texts(table, "status")
    columns: dict[str, Any] = {
        "facility_id": pd.Series(names, dtype=object),
        "kind": pd.Series(texts(table, "kind"), dtype=object),
        "status": pd.Series(status, dtype=object),
        "counted": pd.Series([s != "closed" for s in status], dtype=bool),
    }
    crs = project.crs or None
    frame = gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(geometries(table), crs=crs), crs=crs)
    return take(frame, np.argsort(np.array(names, dtype=object), kind="stable"))


def list_owners(units: Frame, facilities: Frame, compounds: Frame, gates: Gates) -> Owners:
    """Put facilities and units into one list and find the compound that each stands in."""
    areas = sound(shapely.force_2d(geometries(compounds)))
    gated = np.zeros(len(areas), dtype=bool)
    gated[gates.compound] = True
    facility_shapes = sound(shapely.force_2d(geometries(facilities)))
    unit_shapes = sound(shapely.force_2d(geometries(units)))
    unit_types = np.array(texts(units, "unit_type"), dtype=object)
    return Owners(
        types=np.array(["facility"] * len(facilities) + ["unit"] * len(units), dtype=object),
        ids=np.array([*texts(facilities, "facility_id"), *texts(units, "unit_id")], dtype=object),
        shapes=np.concatenate([facility_shapes, unit_shapes]),
        home=np.concatenate(
            [
                find_homes(facility_shapes, areas, ids(compounds)),
                _unit_homes(units, unit_types, unit_shapes, areas, compounds),
            ]
        ),
        is_compound=np.concatenate([np.zeros(len(facilities), dtype=bool), unit_types == "compounds"]),
        areas=areas,
        gated=gated,
    )


def _unit_homes(
    units: Frame, types: NDArray[Any], shapes: NDArray[Any], areas: NDArray[Any], compounds: Frame
) -> Rows:
    """Give the compound of compounds and of buildings that touch the compound they belong to."""
    row_of = rows_by_id(compounds)
    home = np.array([row_of.get(c or "", -1) for c in texts(units, "compound_id")], dtype=np.int64)
    buildings = np.flatnonzero((home >= 0) & (types == "buildings"))
    elsewhere = ~shapely.intersects(shapes[buildings], areas[home[buildings]])
    home[buildings[elsewhere]] = -1
    return home
