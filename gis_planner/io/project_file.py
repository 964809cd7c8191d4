"""The project file: an append-only tree of edits in a GeoPackage.

Opened by `sqlite3` alone (another library opening the same file in this process would drop its locks), with a
rollback journal and `synchronous=FULL`: killed at any moment, the file reopens with every edit that was
acknowledged. One edit, or one batch that belongs together, is one transaction. Import tables are written once and
their hashes are checked when they are read.
"""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import shapely

from gis_planner import __version__
from gis_planner.errors import ProjectFileError
from gis_planner.io import import_tables, project_opening, schema
from gis_planner.io.file_faults import file_message, told
from gis_planner.io.import_tables import ImportTable
from gis_planner.messages import Message
from gis_planner.model.tables import Frame


@dataclass(frozen=True)
class EditRow:
    """One row of the log: an edit as it is stored."""

    id: int
    parent: int | None
    kind: str
    version: int
    body: Mapping[str, Any]
    title: str
    who: str
    at_utc: str


@dataclass(frozen=True)
class NewEdit:
    """An edit to be appended: kind, version, plain JSON body and a short title for people."""

    kind: str
    version: int
    body: Mapping[str, Any]
    title: str


@dataclass(frozen=True)
class ScenarioRow:
    """A scenario: its name, the edit that it stands at, and how far redo can go."""

    name: str
    head: int | None
    redo_tip: int | None


class ProjectFile:
    """An open project file."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection

    @classmethod
    def create(cls, path: Path, *, title: str, crs: str) -> ProjectFile:
        """Make a new project file with the scenario `main`; it appears whole or not at all.

        `crs` is `auto` or what the project is fixed to. Raises ProjectFileError when the file exists or the folder
        cannot be written.
        """
        if path.exists():
            raise ProjectFileError(file_message("project.exists", path), Message("project.exists_remedy"))
        beside = path.with_name(f".{path.name}.{os.getpid()}.new")
        try:
            with told(path):
                beside.unlink(missing_ok=True)
                connection = sqlite3.connect(beside, isolation_level=None)
                try:
                    project_opening.settle(connection)
                    connection.execute("BEGIN IMMEDIATE")
                    connection.execute(f"PRAGMA application_id={schema.GPKG_APPLICATION_ID}")
                    connection.execute(f"PRAGMA user_version={schema.GPKG_USER_VERSION}")
                    schema.create_tables(connection)
                    meta = {"schema_version": str(schema.SCHEMA_VERSION), "title": title, "crs": crs,
                            "created_utc": utc_now(), "program": f"gis_planner {__version__}"}  # fmt: skip
                    connection.executemany("INSERT INTO gp_meta VALUES (?, ?)", sorted(meta.items()))
                    connection.execute("INSERT INTO gp_scenario VALUES ('main', NULL, NULL)")
                    connection.execute("COMMIT")
                finally:
                    connection.close()
                if path.exists():
                    raise ProjectFileError(
                        file_message("project.exists", path), Message("project.exists_remedy")
                    )
                beside.replace(path)
        finally:
            with suppress(OSError):  # a read-only folder refuses even to look for what is not there
                beside.unlink(missing_ok=True)
        return cls.open(path)

    @classmethod
    def open(cls, path: Path, *, upgrades: Mapping[int, schema.Upgrade] = schema.UPGRADES) -> ProjectFile:
        """Open a project file and check that it is one, whole, ours, and of a version that this program knows.

        An older schema is upgraded after a backup copy beside it. Raises ProjectFileError otherwise.
        """
        project_opening.check_bytes(path)
        with told(path):
            # The window's jobs read in their own threads, one at a time, and sqlite itself is built serialised.
            connection = sqlite3.connect(path, isolation_level=None, timeout=3.0, check_same_thread=False)
            try:
                project_opening.settle(connection)
                project_opening.check_contents(path, connection)
                project_opening.upgrade(path, connection, upgrades)
            except BaseException:
                connection.close()
                raise
        return cls(path, connection)

    def close(self) -> None:
        """Close the file; everything acknowledged is already in it."""
        self._connection.close()

    def meta(self) -> dict[str, str]:
        """Give the facts about the file: title, crs, schema_version, created_utc, program."""
        with told(self.path):
            return dict(self._connection.execute("SELECT key, value FROM gp_meta").fetchall())

    def scenarios(self) -> list[ScenarioRow]:
        """Give every scenario, in the order of their making."""
        with told(self.path):
            rows = self._connection.execute(
                "SELECT name, head, redo_tip FROM gp_scenario ORDER BY rowid"
            ).fetchall()
        return [ScenarioRow(*row) for row in rows]

    def scenario(self, name: str) -> ScenarioRow:
        """Give one scenario; raises ProjectFileError naming those that exist."""
        for row in self.scenarios():
            if row.name == name:
                return row
        known = [row.name for row in self.scenarios()]
        raise ProjectFileError(
            Message("project.no_scenario", name=name), Message("project.no_scenario_remedy", known=known)
        )

    def path_to(self, head: int | None) -> list[EditRow]:
        """Give the edits from the root to `head`, in order; empty for a project without edits."""
        with told(self.path):
            rows = self._connection.execute(
                "WITH RECURSIVE up(id, depth) AS (SELECT ?, 0 UNION ALL "
                "SELECT gp_edit.parent, up.depth + 1 FROM gp_edit JOIN up ON gp_edit.id = up.id "
                "WHERE gp_edit.parent IS NOT NULL) "
                "SELECT e.id, e.parent, e.kind, e.version, e.body, e.title, e.who, e.at_utc "
                "FROM up JOIN gp_edit e ON e.id = up.id ORDER BY up.depth DESC",
                (head,),
            ).fetchall()
        return [_edit_row(self.path, row) for row in rows]

    def all_edits(self) -> list[EditRow]:
        """Give every edit of the tree, undone ones too, by id."""
        with told(self.path):
            rows = self._connection.execute(
                "SELECT id, parent, kind, version, body, title, who, at_utc FROM gp_edit ORDER BY id"
            ).fetchall()
        return [_edit_row(self.path, row) for row in rows]

    def append(
        self,
        batches: Mapping[int | None, Sequence[NewEdit]],
        scenarios: Sequence[ScenarioRow],
        *,
        tables: Sequence[ImportTable] = (),
        who: str = "",
        at_utc: str | None = None,
    ) -> dict[int | None, int | None]:
        """Append edits to the heads of these scenarios in one durable transaction, with the tables they name.

        `batches` gives for each head (by edit id) the edits that follow it. Returns the new head of each old one.
        Raises ProjectFileError when a scenario has moved on since it was read (another program wrote), or the file
        is locked, read-only or the disk full; then nothing has changed.
        """
        moved: dict[int | None, int | None] = {}
        with told(self.path), self._transaction() as cursor:
            for row in scenarios:
                found = cursor.execute("SELECT head FROM gp_scenario WHERE name = ?", (row.name,)).fetchone()
                if found is None or found[0] != row.head:
                    raise ProjectFileError(
                        file_message("project.moved_on", self.path), Message("project.moved_on_remedy")
                    )
            for table in tables:
                import_tables.write_table(cursor, table)
            now = at_utc or utc_now()
            for head, edits in batches.items():
                parent = head
                for edit in edits:
                    body = json.dumps(edit.body, ensure_ascii=False, sort_keys=True, allow_nan=False)
                    cursor.execute(
                        "INSERT INTO gp_edit (parent, kind, version, body, title, who, at_utc) "
                        "VALUES (?, ?, ?, ?, ?, ?, ?)",
                        (parent, edit.kind, edit.version, body, edit.title, who, now),
                    )
                    parent = cursor.lastrowid
                moved[head] = parent
            for row in scenarios:
                if moved[row.head] != row.head:
                    cursor.execute(
                        "UPDATE gp_scenario SET head = ?, redo_tip = NULL WHERE name = ?",
                        (moved[row.head], row.name),
                    )
        return moved

    def move_head(self, scenario: ScenarioRow, head: int | None, redo_tip: int | None) -> None:
        """Move a scenario along the tree (undo, redo); ProjectFileError when it has moved on since it was read."""
        with told(self.path), self._transaction() as cursor:
            cursor.execute(
                "UPDATE gp_scenario SET head = ?, redo_tip = ? WHERE name = ? AND head IS ?",
                (head, redo_tip, scenario.name, scenario.head),
            )
            if cursor.rowcount != 1:
                raise ProjectFileError(
                    file_message("project.moved_on", self.path), Message("project.moved_on_remedy")
                )

    def add_scenario(self, name: str, head: int | None) -> None:
        """Add a scenario that stands at `head`; raises ProjectFileError when the name is taken or empty."""
        if not name.strip() or any(row.name == name for row in self.scenarios()):
            raise ProjectFileError(
                Message("project.scenario_taken", name=name), Message("project.scenario_taken_remedy")
            )
        with told(self.path), self._transaction() as cursor:
            cursor.execute("INSERT INTO gp_scenario VALUES (?, ?, NULL)", (name, head))

    def branch_off(self, head: int | None, edits: Mapping[str, NewEdit], *, who: str = "") -> None:
        """Add scenarios by name, each one edit after `head`, in one durable transaction.

        Raises ProjectFileError when a name is taken or nothing can be written; then nothing has changed.
        """
        with told(self.path), self._transaction() as cursor:
            now = utc_now()
            for name, edit in edits.items():
                if cursor.execute("SELECT 1 FROM gp_scenario WHERE name = ?", (name,)).fetchone():
                    raise ProjectFileError(
                        Message("project.scenario_taken", name=name), Message("project.scenario_taken_remedy")
                    )
                body = json.dumps(edit.body, ensure_ascii=False, sort_keys=True, allow_nan=False)
                cursor.execute(
                    "INSERT INTO gp_edit (parent, kind, version, body, title, who, at_utc) "
                    "VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (head, edit.kind, edit.version, body, edit.title, who, now),
                )
                cursor.execute(
                    "INSERT INTO gp_scenario (name, head, redo_tip) VALUES (?, ?, NULL)",
                    (name, cursor.lastrowid),
                )

    def next_table_number(self) -> int:
        """Give the number that the next import table gets."""
        with told(self.path):
            rows = self._connection.execute(
                "SELECT name FROM sqlite_master WHERE name LIKE 'import\\_%' ESCAPE '\\'"
            )
            numbers = [int(name[7:]) for (name,) in rows.fetchall() if name[7:].isdigit()]
        return max(numbers, default=0) + 1

    def has_table(self, name: str) -> bool:
        """Tell whether the file has an import table of this name."""
        with told(self.path):
            return import_tables.is_import_table(self._connection, name)

    def load_table(self, name: str, layer_name: str, crs: str, content_sha256: str | None = None) -> Frame:
        """Read the declared columns of an import table.

        Raises ProjectFileError when the table is missing, unreadable or, where a hash is given, not what was imported.
        """
        with told(self.path):
            if not import_tables.is_import_table(self._connection, name):
                raise ProjectFileError(
                    file_message("project.table_missing", self.path, table=name),
                    Message("project.damaged_remedy"),
                )
            changed = (
                content_sha256 is not None
                and import_tables.stored_hash(self._connection, name) != content_sha256
            )
            try:
                table = None if changed else import_tables.read_table(self._connection, name, layer_name, crs)
            except (ValueError, TypeError, shapely.errors.GEOSException):
                table = None
        if table is None:
            raise ProjectFileError(
                file_message("project.table_changed", self.path, table=name),
                Message("project.damaged_remedy"),
            )
        return table

    def copy_table(self, name: str, source: ProjectFile) -> None:
        """Copy an import table, rows and registration, verbatim from another project file."""
        with told(self.path), self._transaction() as cursor:
            import_tables.copy_table(cursor, source._connection, name)

    def backup(self, target: Path) -> None:
        """Copy the whole file to `target`, consistent even while it is open."""
        with told(target):
            project_opening.backup(self._connection, target)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Cursor]:
        cursor = self._connection.cursor()
        cursor.execute("BEGIN IMMEDIATE")
        try:
            yield cursor
            cursor.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                cursor.execute("ROLLBACK")
            raise
        finally:
            cursor.close()


def utc_now() -> str:
    """Give the time now as ISO text in UTC, to the second."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _edit_row(path: Path, row: tuple[Any, ...]) -> EditRow:
    try:
        body = json.loads(row[4])
        if not isinstance(body, dict):
            raise ValueError("not an object")
    except (ValueError, RecursionError) as fault:
        raise ProjectFileError(
            file_message("project.bad_edit", path, id=row[0]), Message("project.damaged_remedy")
        ) from fault
    return EditRow(row[0], row[1], row[2], row[3], body, row[5], row[6], row[7])
