"""Files as other people send them, made for tests byte by byte, so that no library smooths them out."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

WGS84_PRJ = (
    'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
)
Ring = Sequence[tuple[float, float]]


def square(x: float, y: float, size: float = 0.001) -> list[tuple[float, float]]:
    """A closed square ring, clockwise as shapefiles want shells."""
    return [(x, y), (x, y + size), (x + size, y + size), (x + size, y), (x, y)]


def write_shapefile(
    path: Path,
    rings: Sequence[Ring],
    columns: Mapping[str, Sequence[str]],
    *,
    encoding: str = "gbk",
    prj: str = "",
    cpg: str = "",
    language: int = 0,
    width: int = 40,
    index: bool = True,
) -> Path:
    """Write polygons and text columns; the language byte and .cpg say whatever they are told to say."""
    records = []
    for ring in rings:
        xs, ys = [p[0] for p in ring], [p[1] for p in ring]
        body = struct.pack("<i4d2i", 5, min(xs), min(ys), max(xs), max(ys), 1, len(ring)) + struct.pack(
            "<i", 0
        )
        records.append(body + b"".join(struct.pack("<2d", *p) for p in ring))
    points = [p for ring in rings for p in ring] or [(0.0, 0.0)]
    box = (
        min(p[0] for p in points),
        min(p[1] for p in points),
        max(p[0] for p in points),
        max(p[1] for p in points),
    )
    shp, shx, at = b"", b"", 50
    for n, body in enumerate(records, start=1):
        shp += struct.pack(">2i", n, len(body) // 2) + body
        shx += struct.pack(">2i", at, len(body) // 2)
        at += 4 + len(body) // 2

    def head(length: int) -> bytes:
        return struct.pack(">7i", 9994, 0, 0, 0, 0, 0, length // 2) + struct.pack(
            "<2i8d", 1000, 5, *box, 0, 0, 0, 0
        )

    path.write_bytes(head(100 + len(shp)) + shp)
    if index:
        path.with_suffix(".shx").write_bytes(head(100 + len(shx)) + shx)
    path.with_suffix(".dbf").write_bytes(
        dbf(columns, len(rings), encoding=encoding, language=language, width=width)
    )
    if prj:
        path.with_suffix(".prj").write_text(prj)
    if cpg:
        path.with_suffix(".cpg").write_text(cpg)
    return path


def dbf(
    columns: Mapping[str, Sequence[str]], rows: int, *, encoding: str, language: int, width: int
) -> bytes:
    """Write text columns as an attribute file."""
    fields = b"".join(
        name.encode(encoding)[:10].ljust(11, b"\0") + b"C" + b"\0" * 4 + bytes([width, 0]) + b"\0" * 14
        for name in columns
    )
    head = (
        struct.pack("<4BIHH", 3, 126, 1, 1, rows, 32 + len(fields) + 1, 1 + width * len(columns)) + b"\0" * 17
    )
    head += bytes([language]) + b"\0\0"
    body = b""
    for row in range(rows):
        body += b" " + b"".join(
            cells[row].encode(encoding)[:width].ljust(width, b" ") for cells in columns.values()
        )
    return head + fields + b"\r" + body + b"\x1a"


def write_geojson(path: Path, features: Sequence[tuple[Any, Mapping[str, Any]]], **members: Any) -> Path:
    """Write (geometry object, properties) pairs as a FeatureCollection."""
    body = {
        "type": "FeatureCollection",
        **members,
        "features": [{"type": "Feature", "geometry": g, "properties": dict(p)} for g, p in features],
    }
    path.write_text(json.dumps(body, ensure_ascii=False), encoding="utf-8")
    return path


def polygon(ring: Ring) -> dict[str, Any]:
    """A GeoJSON polygon of one ring."""
    return {"type": "Polygon", "coordinates": [[list(p) for p in ring]]}


def point(x: float, y: float) -> dict[str, Any]:
    """A GeoJSON point."""
    return {"type": "Point", "coordinates": [x, y]}
