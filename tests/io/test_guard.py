"""What the door lets in and what it says to the rest."""

from __future__ import annotations

import gzip
import os
import sqlite3
import stat
import zipfile
from pathlib import Path

import pytest
from foreign import WGS84_PRJ, square, write_shapefile

from gis_planner.errors import InputError
from gis_planner.io.guard import admit, chunks, read_all
from gis_planner.io.limits import Limits
from gis_planner.io.sniff import tell_content

VRT = (
    '<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/vsicurl/http://127.0.0.1:9/x.shp</SrcDataSource>'
    "</OGRVRTLayer></OGRVRTDataSource>"
)
BOMB = (
    '<?xml version="1.0"?><!DOCTYPE osm [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    '<osm version="0.6"><node id="1" lat="34" lon="111"><tag k="name" v="&b;"/></node></osm>'
)
SUFFIXES = ("shp", "gpkg", "geojson", "json", "csv", "txt", "xlsx", "dxf", "osm", "xml", "zip")


def refusal(path: Path | str) -> str:
    """The key of the problem with which the door refuses."""
    with pytest.raises(InputError) as caught, admit(path):
        pass
    assert caught.value.exit_code == 1
    return caught.value.problem.key


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_empty_file_is_refused_as_empty(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"小区.{suffix}"
    path.write_bytes(b"")
    assert refusal(path) == "import.file.empty"


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("mark", ["", "\ufeff", "\n  <?xml version='1.0'?>\n<!-- c -->\n"])
def test_a_vrt_list_is_refused_whatever_its_name_says(tmp_path: Path, suffix: str, mark: str) -> None:
    path = tmp_path / f"data.{suffix}"
    path.write_text(mark + VRT, encoding="utf-8")
    assert refusal(path) == "import.file.vrt"


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_picture_is_not_what_its_name_says(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"data.{suffix}"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    assert refusal(path) == "import.file.wrong_content"


@pytest.mark.parametrize("suffix", ["osm", "xml", "csv", "geojson", "shp", "osm.gz"])
def test_a_document_type_is_refused_before_it_defines_an_entity(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"data.{suffix}"
    path.write_bytes(gzip.compress(BOMB.encode()) if suffix.endswith("gz") else BOMB.encode())
    assert refusal(path) == "import.file.entities"


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("data.kml", "import.file.unknown_type"),
        ("data.pbf", "import.file.unknown_type"),
        ("data", "import.file.unknown_type"),
        ("data.csv.gz", "import.file.unknown_type"),
        ("data.dwg", "import.file.dwg"),
        ("data.xls", "import.file.xls"),
        ("data.dbf", "import.file.sidecar"),
    ],
)
def test_other_types_are_told_what_to_do(tmp_path: Path, name: str, problem: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"AC1027 or anything")
    assert refusal(path) == problem


@pytest.mark.parametrize(
    "where",
    ["http://example.invalid/a.shp", "https:/a.csv", "/vsicurl/http://x/a.shp", "/vsizip/a.zip/a.shp",
     "\\\\server\\share\\a.shp", "//server/share/a.shp", "s3://bucket/a.gpkg", "a\x00.csv"],
)  # fmt: skip
def test_only_local_files_are_taken(where: str) -> None:
    assert refusal(where) == "import.file.not_local"


def test_a_missing_file_a_folder_and_a_pipe_are_told_apart(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.shp") == "import.file.absent"
    assert refusal(tmp_path) == "import.file.folder"
    (tmp_path / "town.gdb").mkdir()
    assert refusal(tmp_path / "town.gdb") == "import.file.filegdb"
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.csv")
        assert refusal(tmp_path / "pipe.csv") == "import.file.not_regular"


def test_a_link_is_followed_and_judged_by_what_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "real.txt.bak").write_text("名称,户数\n")
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.txt.bak")
    assert refusal(tmp_path / "link.csv") == "import.file.unknown_type"


def test_a_side_file_that_is_a_link_is_refused(tmp_path: Path) -> None:
    path = write_shapefile(tmp_path / "a.shp", [square(111, 34)], {"name": ["x"]}, prj=WGS84_PRJ)
    (tmp_path / "secret").write_bytes(path.with_suffix(".dbf").read_bytes())
    path.with_suffix(".dbf").unlink()
    path.with_suffix(".dbf").symlink_to(tmp_path / "secret")
    assert refusal(path) == "import.file.not_regular"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("名称,户数\n")
    path.chmod(0)
    assert refusal(path) == "import.file.denied"


def test_what_the_system_forbids_becomes_a_refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.csv"
    path.write_text("名称,户数\n")

    def held(*_: object, **__: object) -> None:
        raise PermissionError(13, "sharing violation")

    monkeypatch.setattr(Path, "open", held)
    assert refusal(path) == "import.file.denied"


def test_a_database_that_another_program_holds_is_locked(tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    holder = sqlite3.connect(path)
    holder.execute("CREATE TABLE gpkg_contents (table_name TEXT, data_type TEXT)")
    holder.commit()
    holder.execute("BEGIN EXCLUSIVE")
    assert refusal(path) == "import.file.locked"
    holder.close()


def test_a_project_file_is_no_data_file_and_keeps_its_lock(tmp_path: Path) -> None:
    path = tmp_path / "project.gpkg"
    live = sqlite3.connect(path, isolation_level=None)
    live.execute("CREATE TABLE gp_edit (id INTEGER)")
    live.execute("BEGIN IMMEDIATE")
    assert refusal(path) == "import.file.is_project"
    other = sqlite3.connect(path, timeout=0)
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")
    other.close()
    live.close()


def test_a_gzip_that_unpacks_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.osm.gz"
    path.write_bytes(gzip.compress(b"<osm>" + b" " * 5_000_000))
    small = Limits(small_bytes=100_000, unpack_ratio=50)
    with pytest.raises(InputError) as caught, admit(path, small) as file:
        for _ in chunks(file, small):
            pass
    assert caught.value.problem.key == "import.file.bomb"


def test_a_gzip_that_breaks_off_is_damaged(tmp_path: Path) -> None:
    path = tmp_path / "a.osm.gz"
    path.write_bytes(gzip.compress(b"<osm>" + os.urandom(300_000).hex().encode() + b"</osm>")[:100_000])
    with pytest.raises(InputError) as caught, admit(path) as file:
        b"".join(chunks(file))
    assert caught.value.problem.key == "import.file.damaged"


def test_a_file_with_too_many_lines_is_refused_without_reading_on(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"name,households\n" + b"x,1\n" * 300_000)
    with pytest.raises(InputError) as caught, admit(path) as file:
        read_all(file, line_limit=100_000)
    assert caught.value.problem.key == "import.file.too_many_rows"


def test_a_file_beyond_the_size_limit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"name\n" * 1000)
    with pytest.raises(InputError) as caught, admit(path, Limits(file_bytes=1000)):
        pass
    assert caught.value.problem.key == "import.file.too_big"


def _zip(path: Path, *members: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, body in members:
            archive.writestr(name, body)
    return path


@pytest.mark.parametrize("name", ["../../a.shp", "/etc/a.shp", "x/../../a.shp", "C:\\a.shp", "..\\a.shp"])
def test_an_archive_with_a_path_that_leads_outside_is_refused(tmp_path: Path, name: str) -> None:
    assert refusal(_zip(tmp_path / "a.zip", (name, b"x"))) == "import.zip.path"


def test_an_archive_with_a_link_is_refused(tmp_path: Path) -> None:
    info = zipfile.ZipInfo("a.shp")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(info, "/etc/passwd")
    assert refusal(tmp_path / "a.zip") == "import.zip.link"


def test_an_archive_bomb_is_refused_by_what_comes_out(tmp_path: Path) -> None:
    path = _zip(tmp_path / "a.zip", ("a.shp", bytes(40_000_000)))
    assert refusal(path) == "import.file.bomb"


def test_an_archive_of_too_many_files_is_refused(tmp_path: Path) -> None:
    path = _zip(tmp_path / "a.zip", *((f"{n}.txt", b"") for n in range(2100)))
    assert refusal(path) == "import.zip.members"


def test_an_archive_without_a_shapefile_says_so(tmp_path: Path) -> None:
    assert refusal(_zip(tmp_path / "a.zip", ("readme.txt", b"x"))) == "import.zip.no_shapefile"


def test_an_archive_cut_off_is_damaged(tmp_path: Path) -> None:
    path = _zip(tmp_path / "a.zip", ("a.shp", os.urandom(5000)))
    path.write_bytes(path.read_bytes()[:3000])
    assert refusal(path) == "import.file.damaged"


def test_an_archive_is_no_workbook(tmp_path: Path) -> None:
    assert refusal(_zip(tmp_path / "a.xlsx", ("readme.txt", b"x"))) == "import.file.wrong_content"


def test_private_copies_are_gone_when_the_door_closes(tmp_path: Path) -> None:
    path = write_shapefile(tmp_path / "a.shp", [square(111, 34)], {"name": ["x"]})
    with admit(path) as file:
        copy = file.parts[0].shp
        assert copy.read_bytes() == path.read_bytes()
        assert copy.parent != path.parent
    assert not copy.exists()


@pytest.mark.parametrize(
    ("head", "content"),
    [
        (b"  0\r\nSECTION\r\n", "dxf"),
        (b"999\nmade by somebody\n0\nSECTION\n", "dxf"),
        (b"AutoCAD Binary DXF\r\n\x1a\x00", "dxf"),
        (b"AC1032\x00\x00", "dwg"),
        ("名称,户数\n".encode("utf-16"), "text"),
        ("名称,户数\n".encode("gbk"), "text"),
        (b'\xef\xbb\xbf  {"type"', "json"),
        (b"abc\x00def", "binary"),
        (b"<osm version='0.6'>", "osm"),
        (b"<html><table>", "xml"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
        (b" \n ", "empty"),
    ],
)
def test_content_is_told_by_its_first_bytes(head: bytes, content: str) -> None:
    assert tell_content(head) == content
