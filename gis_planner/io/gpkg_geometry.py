"""GeoPackage geometry blobs and coordinate systems, for the files that `sqlite3` alone may touch."""

from __future__ import annotations

import sqlite3
import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray

_CUSTOM_SRS_ID = 100000


def to_blobs(shapes: NDArray[Any], srs_id: int) -> list[bytes | None]:
    """Write geometries as GeoPackage blobs (little-endian, xy envelope); None stays None."""
    bounds = shapely.bounds(shapes)
    wkb = shapely.to_wkb(shapes, include_srid=False, byte_order=1, output_dimension=2)
    empty = shapely.is_empty(shapes)
    blobs: list[bytes | None] = []
    for row, body in enumerate(wkb):
        if body is None:
            blobs.append(None)
        elif empty[row]:
            blobs.append(struct.pack("<2sBBi", b"GP", 0, 0b00010001, srs_id) + body)
        else:
            x0, y0, x1, y1 = bounds[row]
            blobs.append(struct.pack("<2sBBi4d", b"GP", 0, 0b00000011, srs_id, x0, x1, y0, y1) + body)
    return blobs


def from_blobs(blobs: Iterable[bytes | None]) -> NDArray[Any]:
    """Read GeoPackage blobs; raises ValueError for bytes that are none."""
    return np.asarray(shapely.from_wkb(np.array([_wkb(blob) for blob in blobs], dtype=object)), dtype=object)


def _wkb(blob: bytes | None) -> bytes | None:
    if blob is None:
        return None
    if len(blob) < 8 or blob[:2] != b"GP":
        raise ValueError("not a GeoPackage geometry")
    envelope = (blob[3] >> 1) & 0b111
    if envelope > 4:
        raise ValueError("not a GeoPackage geometry")
    return blob[8 + (0, 32, 48, 48, 64)[envelope] :]


@dataclass(frozen=True)
class SpatialReference:
    """A coordinate system as a GeoPackage registers it."""

    srs_id: int
    name: str
    organization: str
    definition: str

    def register(self, cursor: sqlite3.Cursor) -> None:
        """Enter the system into `gpkg_spatial_ref_sys`, where it is not there yet."""
        cursor.execute(
            "INSERT OR IGNORE INTO gpkg_spatial_ref_sys "
            "(srs_name, srs_id, organization, organization_coordsys_id, definition) VALUES (?, ?, ?, ?, ?)",
            (self.name, self.srs_id, self.organization, self.srs_id, self.definition),
        )


def spatial_reference(crs: str) -> SpatialReference:
    """Give the registration of a CRS (`EPSG:n` or WKT); an empty one is the undefined plane.

    A system without an EPSG code gets an id that depends on its definition alone, so equal files stay equal.
    """
    if not crs:
        return SpatialReference(-1, "Undefined Cartesian", "NONE", "undefined")
    known = pyproj.CRS.from_user_input(crs)
    definition = known.to_wkt("WKT1_GDAL")
    if crs.upper().startswith("EPSG:"):
        return SpatialReference(int(crs[5:]), known.name, "EPSG", definition)
    srs_id = _CUSTOM_SRS_ID + zlib.crc32(definition.encode("utf-8")) % 800_000
    return SpatialReference(srs_id, known.name, "NONE", definition)


def geometry_type_name(shapes: NDArray[Any]) -> str:
    """Name the one type that all geometries share, else GEOMETRY."""
    types = {shape.geom_type.upper() for shape in shapes if shape is not None}
    return types.pop() if len(types) == 1 and not types & {"LINEARRING"} else "GEOMETRY"
