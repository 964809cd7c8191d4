"""Import tables: what a file brought in, written once into the project file and never changed.

An import table holds the declared columns of its layer, typed, and beside them the user's own columns under their
own names: these stay here, and only here. Its hash stands in the edit that takes it in.
"""

from __future__ import annotations

import hashlib
import sqlite3
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from gis_planner.io import gpkg_geometry
from gis_planner.io.gpkg_geometry import SpatialReference
from gis_planner.model.layers import layer
from gis_planner.model.tables import Frame, conform, geometries, ids

_SQL_TYPES = {
    "text": "TEXT", "choice": "TEXT", "int": "INTEGER", "year": "INTEGER", "float": "DOUBLE", "ratio": "DOUBLE",
    "bool": "BOOLEAN",
}  # fmt: skip


@dataclass(frozen=True)
class ImportTable:
    """An import table ready to be written: its columns with SQL types, its rows, its registration and its hash."""

    name: str
    title: str
    columns: tuple[tuple[str, str], ...]
    rows: tuple[tuple[Any, ...], ...]
    srs: SpatialReference
    geometry_type: str | None
    bounds: tuple[float | None, ...]

    @property
    def sha256(self) -> str:
        """The hash of every value, in the order of the rows."""
        return _hash([name for name, _ in self.columns], self.rows)


def prepare_table(
    name: str, layer_name: str, table: Frame, extras: pd.DataFrame, *, crs: str, has_geometry: bool
) -> ImportTable:
    """Lay out a typed table and the user's own columns (row-aligned) as an import table."""
    declared = layer(layer_name).columns
    srs = gpkg_geometry.spatial_reference(crs)
    shapes = geometries(table)
    columns: list[tuple[str, str]] = [("fid", "INTEGER PRIMARY KEY NOT NULL")]
    values: list[Sequence[Any]] = [range(1, len(table) + 1)]
    if has_geometry:
        columns.append(("geom", "BLOB"))
        values.append(gpkg_geometry.to_blobs(shapes, srs.srs_id))
    columns.append(("id", "TEXT NOT NULL"))
    values.append(ids(table))
    for column in declared:
        columns.append((column.name, _SQL_TYPES[column.type]))
        values.append([_cell(v) for v in table[column.name]])
    taken = {column.lower() for column, _ in columns}
    for position, heading in enumerate(map(str, extras.columns)):
        free = heading.replace("\x00", "") or "column"
        while free.lower() in taken:
            free += "_src"
        taken.add(free.lower())
        columns.append((free, "TEXT"))
        values.append([_text(v) for v in extras.iloc[:, position]])
    bounds = (
        [None if v != v else float(v) for v in table.total_bounds]
        if len(table) and has_geometry
        else [None] * 4
    )
    return ImportTable(
        name=name,
        title=f"{name} {layer(layer_name).zh}",
        columns=tuple(columns),
        rows=tuple(zip(*values, strict=True)),
        srs=srs,
        geometry_type=gpkg_geometry.geometry_type_name(shapes) if has_geometry else None,
        bounds=tuple(bounds),
    )


def write_table(cursor: sqlite3.Cursor, new: ImportTable) -> None:
    """Write an import table and register it as a layer (or, without geometry, as a table) for other programs."""
    cursor.execute(
        f"CREATE TABLE {_quoted(new.name)} ({', '.join(f'{_quoted(n)} {t}' for n, t in new.columns)})"
    )
    marks = ", ".join("?" * len(new.columns))
    cursor.executemany(f"INSERT INTO {_quoted(new.name)} VALUES ({marks})", new.rows)
    if new.geometry_type is None:
        cursor.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES (?, 'attributes', ?)",
            (new.name, new.title),
        )
        return
    new.srs.register(cursor)
    cursor.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, min_x, min_y, max_x, max_y, srs_id) "
        "VALUES (?, 'features', ?, ?, ?, ?, ?, ?)",
        (new.name, new.title, *new.bounds, new.srs.srs_id),
    )
    cursor.execute(
        "INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', ?, ?, 0, 0)",
        (new.name, new.geometry_type, new.srs.srs_id),
    )


def read_table(connection: sqlite3.Connection, name: str, layer_name: str, crs: str) -> Frame:
    """Read the declared columns of an import table; raises ValueError for geometry that is none."""
    names = ["id", *layer(layer_name).column_names]
    present = {row[1] for row in connection.execute(f"PRAGMA table_info({_quoted(name)})")}
    chosen = ", ".join(_quoted(n) if n in present else "NULL" for n in names)
    shape = "geom" if "geom" in present else "NULL"
    rows = connection.execute(f"SELECT {chosen}, {shape} FROM {_quoted(name)} ORDER BY fid").fetchall()
    columns = {column: [row[i] for row in rows] for i, column in enumerate(names)}
    return conform(
        layer_name, columns, list(gpkg_geometry.from_blobs(row[-1] for row in rows)), crs=crs or None
    )


def copy_table(cursor: sqlite3.Cursor, source: sqlite3.Connection, name: str) -> None:
    """Copy an import table with its registration, verbatim, from another project file."""
    (sql,) = source.execute(
        "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ?", (name,)
    ).fetchone()
    cursor.execute(sql)
    _copy_rows(cursor, source, name, f"SELECT * FROM {_quoted(name)} ORDER BY fid", ())
    _copy_rows(
        cursor, source, "gpkg_spatial_ref_sys",
        "SELECT * FROM gpkg_spatial_ref_sys WHERE srs_id IN "
        "(SELECT srs_id FROM gpkg_geometry_columns WHERE table_name = ?)",
        (name,),
    )  # fmt: skip
    for table in ("gpkg_contents", "gpkg_geometry_columns"):
        _copy_rows(cursor, source, table, f"SELECT * FROM {table} WHERE table_name = ?", (name,))


def is_import_table(connection: sqlite3.Connection, name: str) -> bool:
    """Tell whether the file has an import table of this name."""
    if not (name.startswith("import_") and name[7:].isdigit()):
        return False
    return bool(
        connection.execute(
            "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (name,)
        ).fetchone()
    )


def stored_hash(connection: sqlite3.Connection, name: str) -> str:
    """Hash an import table as it is stored now; equals `ImportTable.sha256` while nobody changed it."""
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({_quoted(name)})")]
    return _hash(columns, connection.execute(f"SELECT * FROM {_quoted(name)} ORDER BY fid"))


def _copy_rows(
    cursor: sqlite3.Cursor, source: sqlite3.Connection, table: str, query: str, values: tuple[str, ...]
) -> None:
    found = source.execute(query, values)
    marks = ", ".join("?" * len(found.description))
    cursor.executemany(f"INSERT OR IGNORE INTO {_quoted(table)} VALUES ({marks})", found)


def _hash(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    digest = hashlib.sha256(repr(list(columns)).encode("utf-8"))
    for row in rows:
        digest.update(b"".join(map(_hashable, row)))
    return digest.hexdigest()


def _hashable(value: Any) -> bytes:
    if value is None:
        return b"n"
    if isinstance(value, int):
        return b"i%d;" % value
    if isinstance(value, float):
        return b"f" + struct.pack("<d", value)
    body = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else bytes(value)
    return (b"t" if isinstance(value, str) else b"b") + struct.pack("<q", len(body)) + body


def _cell(value: Any) -> Any:
    if value is None or value is pd.NA or value != value:
        return None
    if hasattr(value, "item"):
        value = value.item()
    return int(value) if isinstance(value, bool) else value


def _text(value: Any) -> str | None:
    cell = _cell(value)
    return None if cell is None else str(cell).encode("utf-8", "replace").decode("utf-8")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
