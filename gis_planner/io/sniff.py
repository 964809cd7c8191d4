"""What a file is by its bytes, whatever its name says.

GDAL opens some files by their content alone: a text of OGR-VRT XML named `.shp` or `.csv` reaches out to wherever it
likes. So the kind is told from the first bytes, and it must agree with the name before any library sees the file.
"""

from __future__ import annotations

import codecs
import contextlib
import re
from dataclasses import dataclass
from typing import Literal
from xml.parsers import expat

Content = Literal[
    "empty", "shapefile", "sqlite", "zip", "gzip", "dxf", "dwg", "ole", "pdf", "image", "osm", "vrt", "kml", "xml",
    "entities", "json", "text", "binary",
]  # fmt: skip

HEAD_BYTES = 65536
_MAGIC: tuple[tuple[bytes, Content], ...] = (
    (b"\x00\x00\x27\x0a", "shapefile"),
    (b"SQLite format 3\x00", "sqlite"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"\x1f\x8b", "gzip"),
    (b"AutoCAD Binary DXF", "dxf"),
    (b"AC10", "dwg"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole"),
    (b"%PDF-", "pdf"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"II*\x00", "image"),
    (b"MM\x00*", "image"),
)
_DXF_START = re.compile(rb"\A\s*(?:999[^\S\n]*\r?\n[^\n]*\r?\n\s*)*0[^\S\n]*\r?\n\s*SECTION", re.IGNORECASE)
_XML_ROOTS: dict[str, Content] = {
    "osm": "osm",
    "osmchange": "xml",
    "ogrvrtdatasource": "vrt",
    "vrtdataset": "vrt",
    "kml": "kml",
}


def tell_content(head: bytes) -> Content:
    """Tell what the first bytes (64 kB are plenty) of a file are."""
    if not head:
        return "empty"
    for magic, content in _MAGIC:
        if head.startswith(magic):
            return content
    text = _without_mark(head)
    start = text.lstrip()
    if not start:
        return "empty" if len(head) < HEAD_BYTES else "text"
    if start.startswith(b"<"):
        return _tell_xml(start)
    if start[:1] in (b"{", b"["):
        return "json"
    if _DXF_START.match(text):
        return "dxf"
    return "binary" if b"\x00" in text else "text"


def _without_mark(head: bytes) -> bytes:
    """Drop a byte order mark; UTF-16 becomes UTF-8."""
    if head.startswith(codecs.BOM_UTF8):
        return head[3:]
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return head[: len(head) // 2 * 2].decode("utf-16", "replace").encode("utf-8")
    return head


@dataclass
class _Seen:
    root: str = ""
    entities: bool = False


class _Enough(Exception):
    """Stops the parser once the root element is known."""


def _tell_xml(head: bytes) -> Content:
    """Tell XML by its root element; a document type is refused before it can define an entity."""
    seen = _Seen()
    # Names of elements are ASCII in every encoding that comes here; what the file declares may be unknown to expat.
    parser = expat.ParserCreate("iso-8859-1")

    def on_doctype(*_: object) -> None:
        seen.entities = True
        raise _Enough

    def on_start(name: str, _: object) -> None:
        seen.root = name
        raise _Enough

    parser.StartDoctypeDeclHandler = on_doctype
    parser.StartElementHandler = on_start
    with contextlib.suppress(_Enough, expat.ExpatError):
        parser.Parse(head, False)
    if seen.entities or re.search(rb"<!(?:DOCTYPE|ENTITY)", head[:4096], re.IGNORECASE):
        return "entities"
    return _XML_ROOTS.get(seen.root.rsplit(":", 1)[-1].lower(), "xml")
