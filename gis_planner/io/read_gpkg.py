"""GeoPackage in, by `sqlite3` alone.

A project file of this program may be open in the same process, and any other library that closes the file would drop
its lock. The format is small: a register of tables, and shapes as WKB behind a short head.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_planner.errors import InputError, PlannerError
from gis_planner.io.encoding import FIXED_UTF8
from gis_planner.io.gpkg_geometry import from_blobs
from gis_planner.io.limits import LIMITS, damaged, locked, too_many_rows
from gis_planner.io.raw import Doubt, RawLayer, no_shapes
from gis_planner.messages import Message

_BUSY_S = 2.0


def is_project_file(path: Path) -> bool:
    """Tell whether a file is a project of this program; no other handle touches the file."""
    try:
        with _opened(path) as connection:
            return bool(
                connection.execute(
                    "SELECT 1 FROM sqlite_master WHERE type='table' AND name='gp_edit'"
                ).fetchone()
            )
    except PlannerError:
        raise
    except (sqlite3.Error, UnicodeDecodeError):  # even the message about a broken file may be broken
        return False


def read_gpkg(path: Path) -> list[RawLayer]:
    """Read every table of features or attributes that a GeoPackage registers."""
    name = path.name
    try:
        with _opened(path) as connection:
            listed = _list_tables(connection, name)
            return [_read_table(connection, table, kind, date, name) for table, kind, date in listed]
    except sqlite3.Error as error:
        raise damaged(name, str(error)) from error


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a database for reading, nothing in it trusted; raises InputError when another program holds it."""
    connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, timeout=_BUSY_S)
    try:
        connection.execute("PRAGMA trusted_schema=OFF")
        connection.execute("PRAGMA query_only=ON")
        connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
        yield connection
    except sqlite3.OperationalError as error:
        if "locked" in str(error) or "busy" in str(error):
            raise locked(path.name) from error
        raise
    finally:
        connection.close()


def _list_tables(connection: sqlite3.Connection, name: str) -> list[tuple[str, str, str]]:
    """List real tables (views could be anything) that the register names, with what they are and when they changed."""
    tables = {
        row[0].lower(): row[0]
        for row in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")
    }
    if "gpkg_contents" not in tables:
        raise InputError(Message("import.gpkg.not_one", file=name), Message("import.gpkg.not_one_remedy"))
    cursor = connection.execute(
        "SELECT * FROM gpkg_contents WHERE data_type IN ('features', 'attributes') ORDER BY table_name"
    )
    titles = [part[0] for part in cursor.description]
    rows = [dict(zip(titles, row, strict=True)) for row in cursor]
    found = [
        (
            tables[str(row["table_name"]).lower()],
            str(row["data_type"]),
            str(row.get("last_change") or "")[:10],
        )
        for row in rows
        if str(row["table_name"]).lower() in tables
    ]
    if not found:
        raise InputError(Message("import.gpkg.no_layers", file=name), Message("import.gpkg.no_layers_remedy"))
    return found


def _read_table(connection: sqlite3.Connection, table: str, kind: str, date: str, name: str) -> RawLayer:
    geometry, srs_id = _geometry_column(connection, table) if kind == "features" else ("", None)
    columns = [
        (str(row[1]), bool(row[5])) for row in connection.execute(f"PRAGMA table_info({_quoted(table)})")
    ]
    chosen = [
        column
        for column, key in columns
        if column != geometry and not (key and column.lower() in ("fid", "ogc_fid"))
    ]
    if len(chosen) > LIMITS.columns:
        raise damaged(name, Message("import.file.header"))
    (count,) = connection.execute(f"SELECT count(*) FROM {_quoted(table)}").fetchone()
    if count > LIMITS.rows:
        raise too_many_rows(name, LIMITS.rows)
    wanted = ", ".join(_quoted(column) for column in (*chosen, *([geometry] if geometry else [])))
    rows = connection.execute(f"SELECT {wanted or '1'} FROM {_quoted(table)}").fetchall()
    cells = list(zip(*rows, strict=True)) if rows else [()] * (len(chosen) + 1)
    shapes, doubts = _shapes(cells[len(chosen)]) if geometry else (no_shapes(len(rows)), ())
    return RawLayer(
        source_layer=table,
        driver="GPKG",
        columns={column: [_cell(v) for v in cells[i]] for i, column in enumerate(chosen)},
        shapes=shapes,
        geometry_from="file" if geometry else "none",
        encoding=FIXED_UTF8,
        stated_crs=_stated_crs(connection, srs_id) if geometry else "",
        doubts=doubts,
        data_date=date,
    )


def _geometry_column(connection: sqlite3.Connection, table: str) -> tuple[str, int | None]:
    row = connection.execute(
        "SELECT column_name, srs_id FROM gpkg_geometry_columns WHERE lower(table_name) = lower(?)", (table,)
    ).fetchone()
    return (str(row[0]), row[1]) if row else ("", None)


def _stated_crs(connection: sqlite3.Connection, srs_id: int | None) -> str:
    """Give what the file says of its CRS; 0 and -1 mean undefined degrees and an undefined plane."""
    if srs_id in (None, 0, -1):
        return ""
    row = connection.execute(
        "SELECT organization, organization_coordsys_id, definition FROM gpkg_spatial_ref_sys WHERE srs_id = ?",
        (srs_id,),
    ).fetchone()
    if row is None:
        return f"EPSG:{srs_id}"
    if str(row[0]).upper() == "EPSG":
        return f"EPSG:{row[1]}"
    return str(row[2])


def _shapes(blobs: Sequence[Any]) -> tuple[NDArray[Any], tuple[Doubt, ...]]:
    """Read the shapes; one that cannot be read is a doubt, not the end."""
    plain = [bytes(b) if isinstance(b, bytes | memoryview) else None for b in blobs]
    try:
        return from_blobs(plain), ()
    except (ValueError, shapely.errors.GEOSException):
        pass
    shapes = no_shapes(len(plain))
    doubts: list[Doubt] = []
    for row, blob in enumerate(plain):
        try:
            shapes[row] = from_blobs([blob])[0]
        except (ValueError, shapely.errors.GEOSException):
            doubts.append(unreadable_shape(row))
    return shapes, tuple(doubts)


def unreadable_shape(row: int) -> Doubt:
    """Say that a row's shape cannot be read."""
    return Doubt(
        "geometry.unreadable",
        "error",
        row,
        Message("import.geometry.unreadable"),
        Message("import.repair.left_out"),
    )


def odd_coordinate(row: int) -> Doubt:
    """Say that a coordinate of a row's shape is no number."""
    return Doubt(
        "geometry.not_finite",
        "error",
        row,
        Message("import.geometry.not_finite"),
        Message("import.repair.left_out"),
    )


def _cell(value: Any) -> Any:
    if isinstance(value, bytes):
        return None
    return None if isinstance(value, float) and not np.isfinite(value) else value


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
