"""Survey tables in: CSV and XLSX as people make them.

A title above the headings, headings in two rows, merged cells, subtotals, remarks at the end: what is data is found
by what the cells say, and every row that is left out is counted and said.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from gis_planner.errors import InputError
from gis_planner.io.columns import find_positions, heading_unit, is_person, plain
from gis_planner.io.encoding import EncodingGuess, decode, judge_encoding
from gis_planner.io.limits import LIMITS, damaged, too_many_rows
from gis_planner.io.places import read_places
from gis_planner.io.raw import Doubt, RawLayer, no_shapes
from gis_planner.io.values import as_text, is_blank
from gis_planner.messages import Message
from gis_planner.model.layers import LAYERS

NO_HEADINGS = "import.table.no_headings"
_LOOK_ROWS = 20
_TOTAL = re.compile(r"^(?:合|小|总|共|累)计[:：]?$|(?:小计|合计)[:：]?$|^(?:grand|sub)?total$")
_REMARK = re.compile(r"^(?:注|备注|说明|填表|制表|审核|填报|联系人|单位负责人|附)")
_NUMERIC = re.compile(r"^[+-]?[\d,.]+%?$")
_WIDEST_CELL = 16 * 2**20

# One merged range of a sheet: first row, first column, last row, last column, counted from 0.
Merge = tuple[int, int, int, int]


@dataclass(frozen=True, eq=False)
class Grid:
    """The cells of a table as they stand, and the ranges of merged cells; the first one of a range holds its value."""

    name: str
    driver: str
    cells: list[list[Any]]
    encoding: EncodingGuess
    merges: Sequence[Merge] = ()
    doubts: list[Doubt] = field(default_factory=list)


def read_csv(body: bytes, *, file: str, stem: str, encoding: str = "") -> Grid:
    """Read a text table; its separator is told from its first lines. Raises InputError for too many rows."""
    guess = _csv_encoding(body, encoding, file)
    text = decode(body, guess.encoding).removeprefix("\ufeff")
    csv.field_size_limit(_WIDEST_CELL)
    cells: list[list[Any]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=_separator(text)):
            if len(cells) >= LIMITS.rows + _LOOK_ROWS:
                raise too_many_rows(file, LIMITS.rows)
            cells.append(list(row))
    except csv.Error as error:
        raise damaged(file, str(error)) from error
    return Grid(stem, "CSV", cells, guess)


def read_grid(grid: Grid, *, file: str, explicit: Mapping[str, str]) -> RawLayer:
    """Find headings and data in a grid, and the place of each row where columns tell one."""
    doubts = list(grid.doubts)
    _fill_merged(grid, doubts)
    first, headings, start = _find_headings(grid)
    if not headings:
        raise InputError(Message(NO_HEADINGS, file=file), Message("import.table.no_headings_remedy"))
    if len(headings) > LIMITS.columns:
        raise damaged(file, Message("import.file.header"))
    used = [i for i, heading in enumerate(headings) if heading]
    rows, numbers = _data_rows(grid.cells[start:], headings, doubts, first_number=start + 1)
    doubts.extend(_overlong(rows, len(headings)))
    names = _unique([headings[i] for i in used])
    columns = {name: [_at(row, i) for row in rows] for name, i in zip(names, used, strict=True)}
    if first > 0:
        doubts.append(Doubt("table.title_rows", "note", None, Message("import.table.title_rows", n=first)))
    positions = find_positions(names, explicit)
    places = read_places({key: columns[name] for key, name in positions.items()})
    moved = [*doubts, *places.doubts]
    return RawLayer(
        source_layer=grid.name,
        driver=grid.driver,
        columns=columns,
        shapes=places.shapes if places.found else no_shapes(len(rows)),
        geometry_from="table" if places.found else "none",
        encoding=grid.encoding,
        stated_crs=places.stated_crs,
        hidden=frozenset(positions.get(key, "") for key in places.used) - {""},
        doubts=tuple(moved),
        numbers=numbers,
    )


def _csv_encoding(body: bytes, given: str, file: str) -> EncodingGuess:
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return EncodingGuess("UTF-16", True, Message("import.encoding.mark"))
    if body.startswith(b"\xef\xbb\xbf") and not given:
        body = body[3:]
    return judge_encoding(body.splitlines() or [b""], given=given, file=file)


def _separator(text: str) -> str:
    """Tell the separator: the one that cuts the first lines into the most and most even pieces."""
    lines = [line for line in text[:20000].splitlines()[:_LOOK_ROWS] if line.strip()]
    best, most = ",", 0.0
    for candidate in (",", "\t", ";", "|"):
        counts = sorted(line.count(candidate) for line in lines)
        score = float(counts[len(counts) // 2]) if counts else 0.0
        if score > most:
            best, most = candidate, score
    return best


def _fill_merged(grid: Grid, doubts: list[Doubt]) -> None:
    """Say in every cell of a merged range what the range says.

    A number merged over several rows belongs to them together: repeated it would count several times, so each row's
    own figure is unknown.
    """
    shared: set[int] = set()
    for r0, c0, r1, c1 in grid.merges:
        if r1 >= len(grid.cells) or r1 - r0 > LIMITS.sheet_rows or c1 - c0 > LIMITS.columns:
            continue
        value = _at(grid.cells[r0], c0)
        text = as_text(value)
        together = r1 > r0 and r0 > 0 and bool(_NUMERIC.match(text)) and not is_blank(text)
        shared.update({r0} if together else ())
        for r in range(r0, r1 + 1):
            row = grid.cells[r]
            row.extend([None] * (c1 + 1 - len(row)))
            for c in range(c0, c1 + 1):
                row[c] = None if together else value
    if shared:
        doubts.append(
            Doubt(
                "table.merged_number", "warning", None, Message("import.table.merged_number", n=len(shared)),
                Message("import.repair.unknown"),
            )
        )  # fmt: skip


def _find_headings(grid: Grid) -> tuple[int, list[str], int]:
    """Find the row of headings: gives its number, the headings (a second row joined), and where data start."""
    known = _known_headings()
    best, most = -1, 0
    for r, row in enumerate(grid.cells[:_LOOK_ROWS]):
        texts = [as_text(v) for v in row]
        spread = len({t for t in texts if t})
        score = sum(_is_known(t, known) for t in dict.fromkeys(texts) if t)
        if score > most and spread >= 2:
            best, most = r, score
    if best < 0:
        best = next((r for r, row in enumerate(grid.cells[:_LOOK_ROWS]) if _looks_like_headings(row)), -1)
    if best < 0:
        return 0, [], 0
    upper = [as_text(v) for v in grid.cells[best]]
    # The row that knows most may be the lower of two; then the upper one holds the merged titles.
    above = [as_text(v) for v in grid.cells[best - 1]] if best > 0 else []
    if above and _is_upper(above, upper):
        return best - 1, _joined(above, upper), best + 1
    below = [as_text(v) for v in grid.cells[best + 1]] if best + 1 < len(grid.cells) else []
    if below and _is_upper(upper, below) and not any(_NUMERIC.match(t) for t in below if t):
        return best, _joined(upper, below), best + 2
    if below and _is_unit_row(below):
        return (
            best,
            [f"{a}({b.strip('()（）')})" if a and b else a for a, b in _paired(upper, below)],
            best + 2,
        )
    return best, upper, best + 1


def _known_headings() -> frozenset[str]:
    words = {"序号", "编号", "备注", "经度", "纬度", "lon", "lat", "lng", "x", "y", "wkt", "id"}
    for layer in LAYERS:
        words.update(layer.id_synonyms)
        for column in layer.columns:
            words.update((column.name, column.zh, column.en, *column.synonyms))
    return frozenset(plain(word) for word in words)


def _is_known(text: str, known: frozenset[str]) -> bool:
    return len(text) <= 40 and (plain(text) in known or is_person(text))


def _looks_like_headings(row: Sequence[Any]) -> bool:
    texts = [as_text(v) for v in row]
    filled = [t for t in texts if t]
    return len(filled) >= 2 and len(set(filled)) == len(filled) and not any(_NUMERIC.match(t) for t in filled)


def _is_upper(upper: Sequence[str], lower: Sequence[str]) -> bool:
    """Tell whether two rows are headings in two rows: a title over several columns with their own names below."""
    filled = [t for t in upper if t]
    if len(set(filled)) < 2 or any(_NUMERIC.match(t) for t in filled):
        return False
    spans = False
    for i in range(1, len(upper)):
        same = upper[i] == upper[i - 1] or not upper[i]
        spans = spans or bool(
            same and upper[i - 1] and _at(lower, i) and _at(lower, i - 1) and _at(lower, i) != upper[i]
        )
    # Cells that go through both rows say the same in both, or nothing below.
    whole = [a for a, b in _paired(upper, lower) if a and (not b or a == b)]
    return spans and bool(whole)


def _joined(upper: Sequence[str], lower: Sequence[str]) -> list[str]:
    headings: list[str] = []
    title = ""
    for a, b in _paired(upper, lower):
        title = a or (title if b else "")
        headings.append(title if not b or a == b else f"{title}/{b}" if title else b)
    return headings


def _is_unit_row(row: Sequence[str]) -> bool:
    filled = [t for t in row if t]
    return len(filled) >= 2 and all(heading_unit(f"x({t.strip('()（）')})") for t in filled)


def _data_rows(
    rows: Sequence[list[Any]], headings: Sequence[str], doubts: list[Doubt], *, first_number: int
) -> tuple[list[list[Any]], list[int]]:
    """Give the rows that are data, and their numbers in the sheet, of which the first is `first_number`.

    Empty ones, totals, repeated headings and remarks are left out and counted.
    """
    kept: list[list[Any]] = []
    numbers: list[int] = []
    left_out = {"totals": 0, "repeated": 0, "remarks": 0, "numbers": 0}
    for number, row in enumerate(rows, first_number):
        texts = [as_text(v) for v in row]
        filled = [t for t in texts if not is_blank(t)]
        if not filled:
            continue
        if any(_TOTAL.search("".join(t.split()).casefold()) for t in texts[:4] if t):
            left_out["totals"] += 1
        elif len(filled) >= 2 and all(t in h for t, h in _paired(texts, headings) if t):
            left_out["repeated"] += 1
        elif len(set(filled)) == 1 and _REMARK.match(filled[0]):
            left_out["remarks"] += 1
        elif (
            not kept
            and len(filled) > 2
            and all(t in ("甲", "乙", "丙") or t.isdigit() for t in filled)
            and _counts_up(filled)
        ):
            left_out["numbers"] += 1
        else:
            kept.append(row)
            numbers.append(number)
    for what, n in left_out.items():
        if n:
            doubts.append(
                Doubt(
                    f"table.{what}",
                    "note",
                    None,
                    Message(f"import.table.{what}", n=n),
                    Message("import.repair.rows_left_out"),
                )
            )
    return kept, numbers


def _overlong(rows: Sequence[list[Any]], width: int) -> list[Doubt]:
    """Point at rows with more cells than there are headings: one separator too many shifts all that follows."""
    return [
        Doubt(
            "table.overlong", "warning", row, Message("import.table.overlong", n=len(cells), headings=width)
        )
        for row, cells in enumerate(rows)
        if any(not is_blank(as_text(cell)) for cell in cells[width:])
    ]


def _counts_up(filled: Sequence[str]) -> bool:
    numbers = [int(t) for t in filled if t.isdigit()]
    return len(numbers) > 1 and numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def _unique(headings: Sequence[str]) -> list[str]:
    taken: set[str] = set()
    result: list[str] = []
    for heading in headings:
        name, n = heading, 1
        while name in taken:
            n += 1
            name = f"{heading}_{n}"
        taken.add(name)
        result.append(name)
    return result


def _paired(a: Sequence[str], b: Sequence[str]) -> list[tuple[str, str]]:
    width = max(len(a), len(b))
    return [(_at(a, i) or "", _at(b, i) or "") for i in range(width)]


def _at(row: Sequence[Any], i: int) -> Any:
    return row[i] if i < len(row) else None
