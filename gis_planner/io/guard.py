"""The only door to foreign files.

A file is let in when it is a regular local file of a size that can be handled, when its bytes are what its name says,
and when it unpacks to no more than is sane. Libraries get private copies or checked paths, never a user's string.
Every failure leaves as an `InputError` that names the file, says what is wrong and what to do.
"""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import stat
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from gis_planner.errors import Cancelled, InputError, PlannerError
from gis_planner.io.limits import LIMITS, Limits, check_expansion, damaged, denied, too_big, too_many_rows
from gis_planner.io.read_gpkg import is_project_file
from gis_planner.io.sniff import HEAD_BYTES, Content, tell_content
from gis_planner.io.unpack import ShapefileParts, gather_parts, open_zip, unpack_parts
from gis_planner.messages import Message

Kind = Literal["geopackage", "geojson", "shapefile", "csv", "xlsx", "dxf", "osm"]

SUPPORTED = ".gpkg .geojson .json .shp .zip(shp) .csv .txt .tsv .xlsx .dxf .osm .xml(OSM) .osm.gz"
_KIND_OF_SUFFIX: dict[str, Kind] = {
    ".gpkg": "geopackage", ".geojson": "geojson", ".json": "geojson", ".shp": "shapefile",
    ".csv": "csv", ".txt": "csv", ".tsv": "csv", ".xlsx": "xlsx", ".dxf": "dxf", ".osm": "osm", ".xml": "osm",
}  # fmt: skip
_CONTENT_OF_KIND: dict[Kind, Content] = {
    "geopackage": "sqlite", "geojson": "json", "shapefile": "shapefile", "csv": "text", "xlsx": "zip", "dxf": "dxf",
    "osm": "osm",
}  # fmt: skip
_SHAPEFILE_SIDES = (".dbf", ".shx", ".prj", ".cpg")


@dataclass(frozen=True)
class Admitted:
    """A file that was let in: its real path, the name it goes by, what it is, and the hash of its bytes.

    `parts` are the shapefiles of a `.shp` or `.zip`, as private copies that live as long as the door is open.
    """

    path: Path
    name: str
    kind: Kind
    sha256: str
    packed: bool = False
    parts: tuple[ShapefileParts, ...] = ()

    @property
    def stem(self) -> str:
        """The name without its suffixes."""
        return self.name.removesuffix(".gz").rsplit(".", 1)[0]


@contextlib.contextmanager
def admit(path: Path | str, limits: Limits = LIMITS) -> Iterator[Admitted]:
    """Let a foreign file in for as long as it is read.

    Raises InputError when there is no such file, it is not what its name says, cannot be opened, or is too big;
    whatever a library raises over its content while the door is open becomes an InputError too.
    """
    real = _local_file(path)
    with _named(real.name), tempfile.TemporaryDirectory(prefix="gis-planner-") as private:
        yield _look(real, limits, Path(private))


def chunks(file: Admitted, limits: Limits = LIMITS, size: int = 2**18) -> Iterator[bytes]:
    """Give a file's bytes piece by piece, unpacked if it is gzipped, within the limits of unpacking."""
    if not file.packed:
        with file.path.open("rb") as plain:
            while piece := plain.read(size):
                yield piece
        return
    packed_size = file.path.stat().st_size
    total = 0
    with gzip.open(file.path, "rb") as packed:
        while piece := packed.read(size):
            total += len(piece)
            check_expansion(file.name, packed_size, total, limits)
            yield piece


def read_all(file: Admitted, limits: Limits = LIMITS, *, line_limit: int | None = None) -> bytes:
    """Give the bytes of a text file at once.

    Raises InputError beyond the limit for texts, and as soon as there are more lines than `line_limit` (twice as many
    where quotes may hold line ends).
    """
    if file.path.stat().st_size > limits.text_bytes:
        raise too_big(file.name, limits.text_bytes)
    pieces: list[bytes] = []
    lines = 0
    quoted = False
    for piece in chunks(file, limits):
        pieces.append(piece)
        lines += piece.count(b"\n")
        quoted = quoted or b'"' in piece
        if line_limit is not None and lines > line_limit * (2 if quoted else 1):
            raise too_many_rows(file.name, line_limit)
    return b"".join(pieces)


def _local_file(path: Path | str) -> Path:
    """Give the real path of a regular local file; no address, no virtual file system, no network share."""
    text = str(path)
    remote = (
        "://" in text
        or text.startswith(("/vsi", "\\\\", "//"))
        or text.lower().startswith(("http:", "https:", "ftp:"))
    )
    if remote or "\x00" in text:
        raise InputError(Message("import.file.not_local", file=text), Message("import.file.not_local_remedy"))
    name = Path(text).name
    try:
        real = Path(text).expanduser().resolve(strict=True)
        mode = real.stat().st_mode
    except PermissionError as error:
        raise denied(name) from error
    except (OSError, RuntimeError) as error:
        raise InputError(
            Message("import.file.absent", file=text), Message("import.file.absent_remedy")
        ) from error
    if stat.S_ISDIR(mode):
        key = "import.file.filegdb" if name.lower().endswith(".gdb") else "import.file.folder"
        raise InputError(Message(key, file=name), Message(f"{key}_remedy"))
    if not stat.S_ISREG(mode) or str(real).startswith("/vsi"):
        raise InputError(
            Message("import.file.not_regular", file=name), Message("import.file.not_regular_remedy")
        )
    return real


def _look(real: Path, limits: Limits, private: Path) -> Admitted:
    name = real.name
    kind, packed = _kind_by_name(name)
    # A live project must not be opened by anything but sqlite3: closing another handle drops its lock.
    if kind == "geopackage" and is_project_file(real):
        raise InputError(
            Message("import.file.is_project", file=name), Message("import.file.is_project_remedy")
        )
    size = real.stat().st_size
    if size > limits.file_bytes:
        raise too_big(name, limits.file_bytes)
    with real.open("rb") as file:
        head = file.read(HEAD_BYTES)
    content = tell_content(head)
    if content == "empty":
        raise InputError(Message("import.file.empty", file=name), Message("import.file.empty_remedy"))
    if packed:
        if content != "gzip":
            raise _wrong_content(name, "gzip", content)
        with gzip.open(real, "rb") as unpacked:
            content = tell_content(unpacked.read(HEAD_BYTES))
    if kind is None:  # a zip: what counts is inside
        if content != "zip":
            raise _wrong_content(name, "zip", content)
        parts = unpack_parts(real, private, limits)
        return Admitted(real, name, "shapefile", _sha256(real), parts=parts)
    if content != _CONTENT_OF_KIND[kind]:
        raise _wrong_content(name, "xlsx" if kind == "xlsx" else _CONTENT_OF_KIND[kind], content)
    parts = ()
    if kind == "shapefile":
        parts = (gather_parts(real, private, limits),)
    elif kind == "xlsx":
        _check_workbook(real, limits)
    return Admitted(real, name, kind, _sha256(real), packed, parts)


def _kind_by_name(name: str) -> tuple[Kind | None, bool]:
    """Tell the kind that a name promises (None: a zip) and whether it is gzipped."""
    lower = name.lower()
    packed = lower.endswith(".gz")
    suffix = Path(lower.removesuffix(".gz")).suffix
    if suffix == ".zip" and not packed:
        return None, False
    kind = _KIND_OF_SUFFIX.get(suffix)
    if kind is not None and (not packed or kind == "osm"):
        return kind, packed
    if suffix in _SHAPEFILE_SIDES:
        raise InputError(Message("import.file.sidecar", file=name), Message("import.file.sidecar_remedy"))
    if suffix == ".dwg":
        raise InputError(Message("import.file.dwg", file=name), Message("import.file.dwg_remedy"))
    if suffix in (".xls", ".et", ".ods"):
        raise InputError(Message("import.file.xls", file=name), Message("import.file.xls_remedy"))
    raise InputError(
        Message("import.file.unknown_type", file=name),
        Message("import.file.unknown_type_remedy", supported=SUPPORTED),
    )


def _check_workbook(path: Path, limits: Limits) -> None:
    with open_zip(path, limits) as archive:
        if "[Content_Types].xml" not in archive.namelist():
            raise _wrong_content(path.name, "xlsx", "zip")


def _wrong_content(name: str, wanted: str, found: str) -> InputError:
    if found == "entities":
        return InputError(Message("import.file.entities", file=name), Message("import.file.entities_remedy"))
    if found == "vrt":
        return InputError(Message("import.file.vrt", file=name), Message("import.file.vrt_remedy"))
    if found == "dwg":
        return InputError(Message("import.file.dwg", file=name), Message("import.file.dwg_remedy"))
    return InputError(
        Message(
            "import.file.wrong_content",
            file=name,
            wanted=Message(f"import.content.{wanted}"),
            found=Message(f"import.content.{found}"),
        ),
        Message("import.file.wrong_content_remedy", supported=SUPPORTED),
    )


@contextlib.contextmanager
def _named(name: str) -> Iterator[None]:
    """Turn what the system and the libraries say about a foreign file into an InputError that names it."""
    try:
        yield
    except (PlannerError, Cancelled):
        raise
    except PermissionError as error:
        raise denied(name) from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise damaged(name, Message("import.file.cut_off")) from error
    except OSError as error:
        raise InputError(
            Message("import.file.unreadable", file=name, why=error.strerror or str(error)),
            Message("import.file.unreadable_remedy"),
        ) from error
    except MemoryError as error:
        raise InputError(
            Message("import.file.memory", file=name), Message("import.file.too_big_remedy")
        ) from error


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
