from __future__ import annotations

import errno
import shutil
import sqlite3
from pathlib import Path

import pyogrio
import pytest
from workflow.small_project import small_project

from gis_planner.errors import ProjectFileError
from gis_planner.io.project_file import NewEdit, ProjectFile
from gis_planner.model.edits import SetRule
from gis_planner.workflow.edit import apply_edits
from gis_planner.workflow.open_project import open_project


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    small_project(tmp_path / "p.gpkg").close()
    return tmp_path / "p.gpkg"


def opening(path: Path) -> str:
    with pytest.raises(ProjectFileError) as caught:
        open_project(path)
    return caught.value.problem.key


def tamper(path: Path, *statements: str) -> None:
    with sqlite3.connect(path) as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def test_other_programs_see_the_imports_and_none_of_our_tables(saved: Path) -> None:
    names = [name for name, geometry in pyogrio.list_layers(saved) if geometry is not None]
    assert names == ["import_1"]
    assert not [
        name for name, _ in pyogrio.list_layers(saved) if name.startswith("gp_") and name != "gp_about"
    ]
    frame = pyogrio.read_dataframe(saved, layer="import_1")
    assert list(frame["name"]) == ["东关", "西关", "南关"]
    assert frame.crs.to_epsg() == 4546
    assert list(frame["联系电话"]) == ["000"] * 3


@pytest.mark.parametrize("size", [0, 10, 100, 5000])
def test_a_truncated_file_is_told_from_a_project(saved: Path, size: int) -> None:
    saved.write_bytes(saved.read_bytes()[:size])
    assert opening(saved) in ("project.not_a_project", "project.damaged")


def test_a_file_that_is_no_project_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text.gpkg").write_text("not a database", "utf-8")
    assert opening(tmp_path / "text.gpkg") == "project.not_a_project"
    tamper(tmp_path / "other.gpkg", "CREATE TABLE t (a)")
    assert opening(tmp_path / "other.gpkg") == "project.not_a_project"
    assert opening(tmp_path / "absent.gpkg") == "project.absent"
    assert opening(tmp_path) == "project.unreadable"


def test_a_newer_schema_is_refused_naming_both_versions(saved: Path) -> None:
    tamper(saved, "UPDATE gp_meta SET value = '99' WHERE key = 'schema_version'")
    before = saved.read_bytes()
    with pytest.raises(ProjectFileError) as caught:
        open_project(saved)
    assert caught.value.problem.values["version"] == 99
    assert caught.value.problem.values["known"] == 1
    assert saved.read_bytes() == before


def test_an_older_schema_is_upgraded_after_a_backup_copy(saved: Path) -> None:
    def add_note(connection: sqlite3.Connection) -> None:
        connection.execute("INSERT INTO gp_meta VALUES ('note', 'upgraded')")

    file = ProjectFile.open(saved, upgrades={1: add_note})
    assert file.meta()["note"] == "upgraded"
    assert file.meta()["schema_version"] == "2"
    file.close()
    copy = ProjectFile.open(saved.with_name("p.v1.backup.gpkg"))
    assert "note" not in copy.meta()
    copy.close()


def test_an_upgrade_that_fails_changes_nothing(saved: Path) -> None:
    def fail(connection: sqlite3.Connection) -> None:
        connection.execute("DROP TABLE gp_about")
        raise sqlite3.OperationalError("broken")

    with pytest.raises(ProjectFileError):
        ProjectFile.open(saved, upgrades={1: fail})
    open_project(saved).close()


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TRIGGER evil AFTER INSERT ON gp_edit BEGIN DELETE FROM gp_scenario; END",
        "CREATE VIEW evil AS SELECT * FROM gp_edit",
        "CREATE TRIGGER evil AFTER INSERT ON gpkg_contents BEGIN DELETE FROM gp_meta; END",
    ],
)
def test_foreign_triggers_and_views_on_our_tables_are_refused(saved: Path, statement: str) -> None:
    tamper(saved, statement)
    assert opening(saved) == "project.foreign"


def test_what_other_programs_add_elsewhere_is_left_alone(saved: Path) -> None:
    tamper(
        saved,
        "CREATE TABLE layer_styles (id INTEGER PRIMARY KEY, styleName TEXT)",
        "CREATE VIEW v AS SELECT 1",
    )
    opened = open_project(saved)
    apply_edits(opened, [SetRule("limit_m", 900)])
    opened.close()
    with sqlite3.connect(saved) as connection:
        assert connection.execute("SELECT COUNT(*) FROM layer_styles").fetchone() == (0,)
    connection.close()


def test_an_import_table_that_was_changed_is_noticed(saved: Path) -> None:
    tamper(saved, "UPDATE import_1 SET households = 9999 WHERE fid = 1")
    assert opening(saved) == "project.table_changed"
    tamper(saved, "DROP TABLE import_1")
    assert opening(saved) == "project.table_missing"


def test_the_log_cannot_be_changed_or_deleted(saved: Path) -> None:
    connection = sqlite3.connect(saved)
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute("UPDATE gp_edit SET body = '{}'")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute("DELETE FROM gp_edit")
    connection.close()


def test_a_file_locked_by_another_program_is_said_so(saved: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *a, **k: real(*a, **{**k, "timeout": 0.01}))
    opened = open_project(saved)
    other = real(saved, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(ProjectFileError) as caught:
        apply_edits(opened, [SetRule("limit_m", 900)])
    assert caught.value.problem.key == "project.locked"
    assert opening(saved) == "project.locked"
    other.execute("ROLLBACK")
    other.close()
    apply_edits(opened, [SetRule("limit_m", 900)])
    opened.close()


def test_an_existing_file_is_never_overwritten(saved: Path) -> None:
    before = saved.read_bytes()
    with pytest.raises(ProjectFileError):
        ProjectFile.create(saved, title="x", crs="auto")
    with pytest.raises(ProjectFileError):
        ProjectFile.create(saved.parent / "no" / "folder.gpkg", title="x", crs="auto")
    assert saved.read_bytes() == before


def test_a_transaction_that_fails_leaves_the_file_as_it_was(saved: Path) -> None:
    file = ProjectFile.open(saved)
    (row,) = file.scenarios()
    bad = NewEdit("SetRule", 1, {"value": float("nan")}, "x")
    with pytest.raises(ValueError, match="JSON"):
        file.append({row.head: [NewEdit("SetRule", 1, {"name": "seed", "value": 1}, "x"), bad]}, [row])
    assert file.scenarios() == [row]
    assert len(file.all_edits()) == 2
    file.close()


def test_a_backup_is_a_whole_project(saved: Path, tmp_path: Path) -> None:
    file = ProjectFile.open(saved)
    file.backup(tmp_path / "copy.gpkg")
    file.close()
    assert len(open_project(tmp_path / "copy.gpkg").log()) == 2


def test_a_copy_of_the_file_is_the_same_project(saved: Path, tmp_path: Path) -> None:
    shutil.copy(saved, tmp_path / "moved.gpkg")
    assert open_project(tmp_path / "moved.gpkg").project.title == "三小区"


def test_a_read_only_file_system_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(ProjectFileError) as caught:
        ProjectFile.create(tmp_path / "p.gpkg", title="x", crs="auto")
    assert caught.value.problem.key == "project.unwritable"
    assert not (tmp_path / "p.gpkg").exists()
