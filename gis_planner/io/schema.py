"""The tables of a project file, their version, and how older ones are brought up to date.

A project file is a GeoPackage. `gpkg_*` belongs to OGC, `import_<n>` are layers that QGIS shows, `gp_*` are ours:
the log of edits (append-only, held so by triggers), the scenarios that point into it, and facts about the file.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping

SCHEMA_VERSION = 1
GPKG_APPLICATION_ID = 0x47504B47
GPKG_USER_VERSION = 10300

TRIGGERS: Mapping[str, str] = {
    "gp_edit_is_never_changed": (
        "CREATE TRIGGER gp_edit_is_never_changed BEFORE UPDATE ON gp_edit "
        "BEGIN SELECT RAISE(ABORT, 'the log of edits is append-only'); END"
    ),
    "gp_edit_is_never_deleted": (
        "CREATE TRIGGER gp_edit_is_never_deleted BEFORE DELETE ON gp_edit "
        "BEGIN SELECT RAISE(ABORT, 'the log of edits is append-only'); END"
    ),
}

_GPKG_TABLES = (
    """CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY,
       organization TEXT NOT NULL, organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL,
       description TEXT)""",
    """CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL,
       identifier TEXT UNIQUE, description TEXT DEFAULT '',
       last_change DATETIME NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ','now')),
       min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER,
       CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id))""",
    """CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL,
       geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL,
       CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name),
       CONSTRAINT uk_gc_table_name UNIQUE (table_name),
       CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
       CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id))""",
)
_GP_TABLES = (
    "CREATE TABLE gp_meta (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)",
    """CREATE TABLE gp_edit (id INTEGER NOT NULL PRIMARY KEY, parent INTEGER REFERENCES gp_edit(id), kind TEXT NOT NULL,
       version INTEGER NOT NULL, body TEXT NOT NULL, title TEXT NOT NULL, who TEXT NOT NULL, at_utc TEXT NOT NULL)""",
    """CREATE TABLE gp_scenario (name TEXT NOT NULL PRIMARY KEY, head INTEGER REFERENCES gp_edit(id),
       redo_tip INTEGER REFERENCES gp_edit(id))""",
    "CREATE TABLE gp_about (id INTEGER PRIMARY KEY, note TEXT NOT NULL)",
)
_FIXED_SRS = (
    ("Undefined Cartesian", -1, "NONE", -1, "undefined"),
    ("Undefined geographic", 0, "NONE", 0, "undefined"),
)

Upgrade = Callable[[sqlite3.Connection], None]
UPGRADES: Mapping[int, Upgrade] = {}


def create_gpkg_tables(connection: sqlite3.Connection) -> None:
    """Make the tables that every GeoPackage has, inside the caller's transaction."""
    for statement in _GPKG_TABLES:
        connection.execute(statement)
    connection.executemany(
        "INSERT INTO gpkg_spatial_ref_sys (srs_name, srs_id, organization, organization_coordsys_id, definition) "
        "VALUES (?, ?, ?, ?, ?)",
        _FIXED_SRS,
    )


def create_tables(connection: sqlite3.Connection) -> None:
    """Make every table of a new project file, inside the caller's transaction."""
    create_gpkg_tables(connection)
    for statement in (*_GP_TABLES, *TRIGGERS.values()):
        connection.execute(statement)
    # One registered attributes table makes other programs list registered tables only, so gp_* stay out of sight.
    connection.execute(
        "INSERT INTO gp_about (note) VALUES ('gis_planner project: edits and scenarios are in gp_* tables')"
    )
    connection.execute(
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, description) "
        "VALUES ('gp_about', 'attributes', 'gp_about', 'gis_planner')"
    )


def foreign_objects(connection: sqlite3.Connection) -> list[str]:
    """Give the names of triggers and views that touch our tables and that we did not make."""
    rows = connection.execute(
        "SELECT name, tbl_name, COALESCE(sql, '') FROM sqlite_master WHERE type IN ('trigger', 'view') ORDER BY name"
    ).fetchall()
    return [
        name
        for name, table, sql in rows
        if (str(table).lower().startswith("gp_") or "gp_" in sql.lower()) and TRIGGERS.get(name) != sql
    ]
