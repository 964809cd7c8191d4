"""The attribute file of a shapefile, read byte by byte.

GDAL decodes text by what the file says of itself, and what it says is often wrong. Here the bytes stay bytes until
all of them have been judged together.
"""

from __future__ import annotations

import datetime
import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gis_planner.io.encoding import EncodingGuess, decode, judge_encoding, whole_characters
from gis_planner.io.limits import LIMITS, damaged, too_many_rows
from gis_planner.messages import Message

_CUT_NAME = 10
_TRUE, _FALSE = b"YyTt", b"NnFf"


@dataclass(frozen=True)
class _Field:
    name: bytes
    type: str
    start: int
    width: int
    decimals: int


@dataclass(frozen=True, eq=False)
class Dbf:
    """The attributes: columns under their headings (row-aligned), which records are deleted, and the encoding.

    `date` is the day on which the file was written (ISO, empty when it says none).
    """

    columns: dict[str, list[Any]]
    deleted: NDArray[np.bool_]
    encoding: EncodingGuess
    date: str = ""


def read_dbf(body: bytes, *, declared: str = "", given: str = "", file: str = "") -> Dbf:
    """Read an attribute file; `declared` is the .cpg's encoding, `given` a person's. Raises InputError when broken."""
    fields, records = _layout(body, file)
    cells = {f: [bytes(v) for v in _slice(records, f)] for f in fields}
    texts = [whole_characters(f.name) if len(f.name) >= _CUT_NAME else f.name for f in fields]
    for f in fields:
        if f.type == "C":
            texts.extend(_whole(cell, f.width) for cell in set(cells[f]))
    encoding = judge_encoding(texts, declared=declared, given=given, file=file)
    columns: dict[str, list[Any]] = {}
    for f in fields:
        heading = _free(decode(f.name, encoding.encoding, cut=True).strip() or "column", columns)
        columns[heading] = _values(f, cells[f], encoding.encoding)
    deleted = records[:, 0] == ord("*") if len(records) else np.zeros(0, dtype=bool)
    return Dbf(columns, deleted, encoding, _written(body[1:4]))


def _written(stamp: bytes) -> str:
    try:
        return datetime.date(1900 + stamp[0], stamp[1], stamp[2]).isoformat() if stamp[0] >= 90 else ""
    except ValueError:
        return ""


def _layout(body: bytes, file: str) -> tuple[list[_Field], NDArray[np.uint8]]:
    """Take the file apart into its fields and its records, shape (n, record length)."""
    if len(body) < 33:
        raise damaged(file, Message("import.file.dbf_cut_off"))
    count, head, length = struct.unpack("<IHH", body[4:12])
    if count > LIMITS.rows:
        raise too_many_rows(file, LIMITS.rows)
    if head < 33 or length < 1 or len(body) < head + count * length:
        raise damaged(file, Message("import.file.dbf_cut_off"))
    fields: list[_Field] = []
    start = 1
    for at in range(32, head - 31, 32):
        if body[at] == 0x0D:
            break
        width = body[at + 16]
        if start + width > length:
            raise damaged(file, Message("import.file.header"))
        name = body[at : at + 11].split(b"\x00")[0].strip()
        fields.append(_Field(name, chr(body[at + 11]), start, width, body[at + 17]))
        start += width
    records = np.frombuffer(body, dtype=np.uint8, count=count * length, offset=head).reshape(count, length)
    return fields, records


def _slice(records: NDArray[np.uint8], field: _Field) -> Sequence[Any]:
    """Give one field's bytes for every record, without trailing NULs."""
    if field.width == 0:
        return [b""] * len(records)
    part = np.ascontiguousarray(records[:, field.start : field.start + field.width])
    if field.type in "IBO@+":
        return [row.tobytes() for row in part]
    return list(part.view(f"S{field.width}").ravel())


def _whole(cell: bytes, width: int) -> bytes:
    text = cell.rstrip(b" ")
    return whole_characters(text) if len(text) >= width - 1 and not text.isascii() else text


def _values(field: _Field, cells: Sequence[bytes], encoding: str) -> list[Any]:
    if field.type == "C":
        known: dict[bytes, str | None] = {}
        for cell in set(cells):
            text = _whole(cell, field.width)
            known[cell] = decode(text, encoding).strip("\x00 \t\r\n") or None
        return [known[cell] for cell in cells]
    if field.type in "NF":
        return [_number(cell) for cell in cells]
    if field.type == "L":
        return [
            True if c[:1] and c[:1] in _TRUE else False if c[:1] and c[:1] in _FALSE else None for c in cells
        ]
    if field.type == "D":
        return [_date(cell) for cell in cells]
    if field.type in "I+" and field.width == 4:
        return [struct.unpack("<i", cell)[0] for cell in cells]
    if field.type in "BO" and field.width == 8:
        return [value if math.isfinite(value := struct.unpack("<d", cell)[0]) else None for cell in cells]
    return [None] * len(cells)


def _number(cell: bytes) -> int | float | str | None:
    text = cell.strip(b" \x00")
    if not text or text.startswith(b"*"):
        return None
    try:
        return int(text) if b"." not in text and b"e" not in text.lower() and len(text) < 19 else float(text)
    except ValueError:
        return text.decode("ascii", "replace")


def _date(cell: bytes) -> str | None:
    text = cell.strip(b" \x00").decode("ascii", "replace")
    try:
        return datetime.date(int(text[:4]), int(text[4:6]), int(text[6:8])).isoformat()
    except ValueError:
        return None if not text.strip("0") else text


def _free(heading: str, taken: dict[str, Any]) -> str:
    free, n = heading, 1
    while free in taken:
        n += 1
        free = f"{heading}_{n}"
    return free
