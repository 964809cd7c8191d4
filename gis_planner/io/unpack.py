"""Shapefiles and archives, unpacked into a private folder.

A shapefile is several files that belong together. The library gets private copies of the two it needs, under plain
names: neither sidecars that were laid beside it nor a file that changes while it is read play a part. Archives are
unpacked member by member, counting what really comes out; a name inside never becomes a path.
"""

from __future__ import annotations

import contextlib
import shutil
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np

from gis_planner.errors import InputError
from gis_planner.io.limits import LIMITS, Limits, check_expansion, damaged, too_big
from gis_planner.messages import Message

_SIDES = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError,
)  # fmt: skip
_HEADER = struct.Struct(">i20xi")


@dataclass(frozen=True)
class ShapefileParts:
    """One shapefile: private copies of its geometry and index, and what its other files say."""

    name: str
    shp: Path
    dbf: bytes | None
    prj: str
    cpg: str
    index_rebuilt: bool


@contextlib.contextmanager
def open_zip(path: Path, limits: Limits = LIMITS) -> Iterator[zipfile.ZipFile]:
    """Open an archive after a look at its table of contents; raises InputError for what no bureau's archive has."""
    try:
        archive = zipfile.ZipFile(path)
    except _BROKEN as error:
        raise damaged(path.name, Message("import.file.cut_off")) from error
    with archive:
        members = archive.infolist()
        if len(members) > limits.members:
            raise _suspicious(path.name, "import.zip.members")
        for member in members:
            if member.flag_bits & 0x1:
                raise InputError(
                    Message("import.zip.encrypted", file=path.name), Message("import.zip.encrypted_remedy")
                )
            if stat.S_ISLNK(member.external_attr >> 16):
                raise _suspicious(path.name, "import.zip.link")
            where = PurePosixPath(member.filename.replace("\\", "/"))
            if where.is_absolute() or ".." in where.parts or ":" in member.filename:
                raise _suspicious(path.name, "import.zip.path")
        check_expansion(path.name, path.stat().st_size, sum(member.file_size for member in members), limits)
        yield archive


def read_member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, limits: Limits = LIMITS
) -> bytes:
    """Read one member, counting what really comes out; `name` is the archive's for people."""
    pieces: list[bytes] = []
    total = 0
    try:
        with archive.open(member) as stream:
            while piece := stream.read(2**20):
                total += len(piece)
                check_expansion(name, member.compress_size, total, limits)
                pieces.append(piece)
    except _BROKEN as error:
        raise damaged(name, Message("import.file.cut_off")) from error
    return b"".join(pieces)


def gather_parts(path: Path, private: Path, limits: Limits = LIMITS) -> ShapefileParts:
    """Copy the shapefile at this path and take in its side files; one that is no file of its own is refused."""
    beside = {
        p.suffix.lower(): p
        for p in path.parent.iterdir()
        if p.stem == path.stem and p.suffix.lower() in _SIDES
    }
    beside[".shp"] = path
    found: dict[str, bytes] = {}
    for suffix, part in beside.items():
        if suffix == ".shp":
            continue
        if not stat.S_ISREG(part.lstat().st_mode):
            raise InputError(
                Message("import.file.not_regular", file=part.name), Message("import.file.not_regular_remedy")
            )
        if part.stat().st_size > limits.file_bytes:
            raise too_big(part.name, limits.file_bytes)
        found[suffix] = part.read_bytes()
    shp = private / "0" / "data.shp"
    shp.parent.mkdir()
    shutil.copyfile(path, shp)
    return _parts(path.stem, shp, found, path.name)


def unpack_parts(path: Path, private: Path, limits: Limits = LIMITS) -> tuple[ShapefileParts, ...]:
    """Unpack every shapefile of an archive into a private folder."""
    with open_zip(path, limits) as archive:
        members = {m.filename: m for m in archive.infolist() if not m.is_dir()}
        kits: dict[str, dict[str, zipfile.ZipInfo]] = {}
        for name, member in members.items():
            stem, dot, suffix = name.rpartition(".")
            if dot and f".{suffix.lower()}" in _SIDES:
                kits.setdefault(stem, {})[f".{suffix.lower()}"] = member
        kits = {stem: kit for stem, kit in kits.items() if ".shp" in kit and "__MACOSX" not in stem}
        if not kits:
            raise InputError(
                Message("import.zip.no_shapefile", file=path.name), Message("import.zip.no_shapefile_remedy")
            )
        unpacked = []
        for number, (stem, kit) in enumerate(sorted(kits.items())):
            found = {suffix: read_member(archive, m, path.name, limits) for suffix, m in kit.items()}
            shp = private / str(number) / "data.shp"
            shp.parent.mkdir()
            shp.write_bytes(found.pop(".shp"))
            title = PurePosixPath(_true_name(kit[".shp"], stem)).name
            unpacked.append(_parts(title, shp, found, path.name))
        return tuple(unpacked)


def _true_name(member: zipfile.ZipInfo, name: str) -> str:
    """Give a member's name: without the UTF-8 flag it is the packer's own code page, in China GBK."""
    if member.flag_bits & 0x800:
        return name
    try:
        raw = name.encode("cp437")
    except UnicodeEncodeError:
        return name
    for encoding in ("utf-8", "gb18030"):
        with contextlib.suppress(UnicodeDecodeError):
            return raw.decode(encoding)
    return name


def _parts(name: str, shp: Path, found: dict[str, bytes], file: str) -> ShapefileParts:
    _check_header(shp, file)
    index = shp.with_suffix(".shx")
    rebuilt = not _fits(found.get(".shx"), shp)
    index.write_bytes(_build_index(shp, file) if rebuilt else found[".shx"])
    return ShapefileParts(
        name=name,
        shp=shp,
        dbf=found.get(".dbf"),
        prj=found.get(".prj", b"").decode("utf-8", "replace").strip("\ufeff\x00 \r\n"),
        cpg=found.get(".cpg", b"").decode("ascii", "replace").strip("\ufeff\x00 \r\n"),
        index_rebuilt=rebuilt,
    )


def _check_header(shp: Path, file: str) -> None:
    size = shp.stat().st_size
    with shp.open("rb") as stream:
        head = stream.read(100)
    if len(head) < 100:
        raise damaged(file, Message("import.file.cut_off"))
    magic, words = _HEADER.unpack(head[:28])
    if magic != 9994:
        raise damaged(file, Message("import.file.header"))
    if words * 2 > size:
        raise damaged(file, Message("import.file.cut_off"))


def _fits(index: bytes | None, shp: Path) -> bool:
    """Tell whether an index is whole and points into the geometry file."""
    if index is None or len(index) < 100 or (len(index) - 100) % 8 or _HEADER.unpack(index[:28])[0] != 9994:
        return False
    if len(index) == 100:
        return shp.stat().st_size <= 100
    pairs = np.frombuffer(index, dtype=">i4", offset=100).reshape(-1, 2).astype(np.int64)
    ends = (pairs[:, 0] + pairs[:, 1]) * 2 + 8
    return bool((pairs[:, 0] >= 50).all() and (pairs[:, 1] >= 2).all() and (ends <= shp.stat().st_size).all())


def _build_index(shp: Path, file: str) -> bytes:
    """Rebuild the index of a shapefile from the heads of its records."""
    body = shp.read_bytes()
    records: list[tuple[int, int]] = []
    at, end = 100, struct.unpack(">i", body[24:28])[0] * 2
    while at + 8 <= end:
        (words,) = struct.unpack(">i", body[at + 4 : at + 8])
        if words < 2 or at + 8 + words * 2 > len(body):
            raise damaged(file, Message("import.file.cut_off"))
        records.append((at // 2, words))
        at += 8 + words * 2
    length = struct.pack(">i", 50 + 4 * len(records))
    return body[:24] + length + body[28:100] + b"".join(struct.pack(">ii", *record) for record in records)


def _suspicious(name: str, key: str) -> InputError:
    return InputError(Message(key, file=name), Message("import.zip.suspicious_remedy"))
