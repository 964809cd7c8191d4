"""Outputs appear whole or not at all."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from gis_planner.errors import Cancelled, ExportError
from gis_planner.io.atomic import incomplete, make_folder, write_text_whole, write_whole
from gis_planner.messages import load_catalogue


def no_check(_: Path) -> None: ...


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def write(text: str) -> Callable[[Path], None]:
    def write_to(path: Path) -> None:
        path.write_text(text, encoding="utf-8")

    return write_to


def raising(fault: BaseException, *, after: str = "half") -> Callable[[Path], None]:
    def write_to(path: Path) -> None:
        path.write_text(after, encoding="utf-8")
        raise fault

    return write_to


def test_the_new_file_takes_the_place_of_the_old_one(tmp_path: Path) -> None:
    target = tmp_path / "图 01.pdf"
    target.write_text("old", encoding="utf-8")
    seen: list[Path] = []

    def check(path: Path) -> None:
        seen.append(path)
        assert path.read_text(encoding="utf-8") == "new"
        assert target.read_text(encoding="utf-8") == "old", "the old one stays until the new one is checked"

    write_whole(target, write("new"), check)
    assert target.read_text(encoding="utf-8") == "new"
    assert seen[0].parent == tmp_path
    assert seen[0].suffix == ".pdf"
    assert seen[0].name.startswith(".")
    assert names(tmp_path) == [target.name]


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "outputs.disk_full"),
        (OSError(errno.EROFS, "Read-only file system"), "outputs.read_only"),
        (PermissionError(errno.EACCES, "Permission denied"), "outputs.read_only"),
        (FileNotFoundError(errno.ENOENT, "No such file"), "outputs.no_folder"),
        (OSError(errno.EIO, "Input/output error"), "outputs.failed"),
    ],
)
def test_a_fault_of_the_disk_keeps_the_old_file_and_leaves_nothing_beside(
    tmp_path: Path, fault: OSError, problem: str
) -> None:
    target = tmp_path / "map.html"
    target.write_text("old", encoding="utf-8")
    with pytest.raises(ExportError) as told:
        write_whole(target, raising(fault), no_check)
    assert told.value.problem.key == problem
    assert target.read_text(encoding="utf-8") == "old"
    assert names(tmp_path) == ["map.html"]


def test_what_reads_back_differently_is_dropped(tmp_path: Path) -> None:
    target = tmp_path / "ledger.xlsx"
    target.write_text("old", encoding="utf-8")

    def check(path: Path) -> None:
        raise incomplete(target)

    with pytest.raises(ExportError) as told:
        write_whole(target, write("short"), check)
    assert told.value.problem.key == "outputs.incomplete"
    assert target.read_text(encoding="utf-8") == "old"
    assert names(tmp_path) == ["ledger.xlsx"]


@pytest.mark.parametrize("fault", [Cancelled(), ValueError("defect"), KeyboardInterrupt()])
def test_a_stop_or_a_defect_leaves_nothing_behind_and_is_not_hidden(
    tmp_path: Path, fault: BaseException
) -> None:
    target = tmp_path / "results.gpkg"
    with pytest.raises(type(fault)):
        write_whole(target, raising(fault), no_check)
    assert names(tmp_path) == []


def test_a_folder_in_the_place_of_the_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "map.html").mkdir()
    with pytest.raises(ExportError) as told:
        write_text_whole(tmp_path / "map.html", "x")
    assert told.value.problem.key == "outputs.folder"


def test_a_missing_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(ExportError) as told:
        write_text_whole(tmp_path / "away" / "map.html", "x")
    assert told.value.problem.key == "outputs.no_folder"


@pytest.mark.skipif(os.name == "nt", reason="a read-only folder of Windows can be written to")
def test_a_read_only_folder_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "shut"
    folder.mkdir()
    folder.chmod(0o500)
    if os.access(folder, os.W_OK):
        pytest.skip("this user may write everywhere (root)")
    try:
        with pytest.raises(ExportError) as told:
            write_text_whole(folder / "map.html", "x")
    finally:
        folder.chmod(0o700)
    assert told.value.problem.key == "outputs.read_only"


def test_a_file_that_another_program_holds_open_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "ledger.xlsx"
    target.write_text("old", encoding="utf-8")

    def held(self: Path, other: Path) -> Path:
        fault = PermissionError(13, "The process cannot access the file")
        fault.winerror = 32
        raise fault

    monkeypatch.setattr(Path, "replace", held)
    with pytest.raises(ExportError) as told:
        write_text_whole(target, "new")
    assert told.value.problem.key == "outputs.in_use"
    assert target.read_text(encoding="utf-8") == "old"
    assert names(tmp_path) == ["ledger.xlsx"]


def test_a_file_where_a_folder_is_to_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("", encoding="utf-8")
    for place in (tmp_path / "out", tmp_path / "out" / "sheets"):
        with pytest.raises(ExportError) as told:
            make_folder(place)
        assert told.value.problem.key == "outputs.file_in_the_way"


def test_killed_while_writing_the_old_file_stays(tmp_path: Path) -> None:
    target = tmp_path / "results.gpkg"
    target.write_text("old", encoding="utf-8")
    body = """
import os, sys
from pathlib import Path
from gis_planner.io.atomic import write_whole
def write(path):
    path.write_bytes(b"x" * 100000)
    os._exit(9)
write_whole(Path(sys.argv[1]), write, lambda path: None)
"""
    done = subprocess.run([sys.executable, "-c", body, str(target)], check=False)
    assert done.returncode == 9
    assert target.read_text(encoding="utf-8") == "old"


def test_every_refusal_has_its_problem_and_its_remedy() -> None:
    catalogue = load_catalogue()
    for reason in (
        "folder", "file_in_the_way", "no_folder", "read_only", "in_use", "disk_full", "incomplete", "failed",
    ):  # fmt: skip
        assert f"outputs.{reason}" in catalogue
        assert f"outputs.{reason}_remedy" in catalogue
