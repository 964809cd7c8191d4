"""Opening a project file: is it one, whole, ours, and of a version that this program knows?"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Mapping
from pathlib import Path

from gis_planner.errors import ProjectFileError
from gis_planner.io import schema
from gis_planner.io.file_faults import file_message
from gis_planner.messages import Message


def settle(connection: sqlite3.Connection) -> None:
    """Set a connection so that what it writes is durable and what a file brings along cannot run."""
    connection.execute("PRAGMA trusted_schema=OFF")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA cell_size_check=ON")


def check_bytes(path: Path) -> None:
    """Raise ProjectFileError unless the file can be read and begins as an SQLite file does."""
    try:
        with path.open("rb") as file:
            start = file.read(16)
    except FileNotFoundError as fault:
        raise ProjectFileError(
            file_message("project.absent", path), Message("project.absent_remedy")
        ) from fault
    except OSError as fault:
        raise ProjectFileError(
            file_message("project.unreadable", path, why=fault.strerror or str(fault)),
            Message("project.unreadable_remedy"),
        ) from fault
    if start != b"SQLite format 3\x00":
        raise ProjectFileError(
            file_message("project.not_a_project", path), Message("project.not_a_project_remedy")
        )


def check_contents(path: Path, connection: sqlite3.Connection) -> None:
    """Raise ProjectFileError unless the file is a whole project of ours, without foreign triggers on its tables."""
    mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
    if mode == "wal":
        connection.execute("PRAGMA journal_mode=DELETE")
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    if not {"gp_meta", "gp_edit", "gp_scenario"} <= tables or application != schema.GPKG_APPLICATION_ID:
        raise ProjectFileError(
            file_message("project.not_a_project", path), Message("project.not_a_project_remedy")
        )
    foreign = schema.foreign_objects(connection)
    if foreign:
        raise ProjectFileError(
            file_message("project.foreign", path, names=foreign), Message("project.foreign_remedy")
        )
    (sound,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if sound != "ok":
        raise ProjectFileError(
            file_message("project.damaged", path, why=str(sound)), Message("project.damaged_remedy")
        )


def upgrade(path: Path, connection: sqlite3.Connection, upgrades: Mapping[int, schema.Upgrade]) -> None:
    """Bring an older schema up to date after a backup copy; raises ProjectFileError for a newer or unknown one."""
    row = connection.execute("SELECT value FROM gp_meta WHERE key = 'schema_version'").fetchone()
    try:
        version = int(row[0])
    except (TypeError, ValueError):
        raise ProjectFileError(
            file_message("project.not_a_project", path), Message("project.not_a_project_remedy")
        ) from None
    newest = max([schema.SCHEMA_VERSION, *(step + 1 for step in upgrades)])
    if version > newest:
        raise ProjectFileError(
            file_message("project.newer", path, version=version, known=newest),
            Message("project.newer_remedy"),
        )
    if version == newest:
        return
    if any(step not in upgrades for step in range(version, newest)):
        raise ProjectFileError(
            file_message("project.too_old", path, version=version, known=newest),
            Message("project.too_old_remedy"),
        )
    backup(connection, path.with_name(f"{path.stem}.v{version}.backup{path.suffix}"))
    connection.execute("BEGIN IMMEDIATE")
    try:
        for step in range(version, newest):
            upgrades[step](connection)
        connection.execute("UPDATE gp_meta SET value = ? WHERE key = 'schema_version'", (str(newest),))
        connection.execute("COMMIT")
    except BaseException:
        connection.execute("ROLLBACK")
        raise


def backup(connection: sqlite3.Connection, target: Path) -> None:
    """Copy the whole file to `target`, which appears whole or not at all."""
    beside = target.with_name(f".{target.name}.{os.getpid()}.new")
    copy = sqlite3.connect(beside)
    try:
        connection.backup(copy)
    finally:
        copy.close()
    beside.replace(target)
