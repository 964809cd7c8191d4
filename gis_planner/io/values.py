"""What the cells of a survey table mean.

`90年代`, `约120户`, `1.2万㎡`, `72%`, `是`: people write for people. Each cell becomes a value of the declared type or
stays unknown; what cannot be read is listed with the cell as it stands and is never taken as zero.
"""

from __future__ import annotations

import datetime
import math
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from gis_planner.io.columns import UNITS
from gis_planner.io.raw import Doubt
from gis_planner.io.years import read_year
from gis_planner.messages import Message
from gis_planner.model.choices import Choice
from gis_planner.model.issues import Severity
from gis_planner.model.layers import LARGEST, SIGNED_COLUMNS, Column

_BLANK = {
    "",
    "-",
    "--",
    "---",
    "—",
    "——",
    "/",
    "\\",
    "null",
    "none",
    "nan",
    "n/a",
    "na",
    "#n/a",
    "<null>",
    "nil",
}
_UNKNOWN = {
    "不详", "未知", "待定", "待核", "待核实", "待查", "暂无", "暂缺", "无数据", "未统计", "未填", "?", "??", "？",
    "#value!", "#ref!", "#div/0!", "#name?", "#num!",
}  # fmt: skip
_YES = {
    "是",
    "有",
    "y",
    "yes",
    "true",
    "t",
    "1",
    "1.0",
    "√",
    "✓",
    "✔",
    "对",
    "已",
    "安全",
    "规范",
    "合规",
    "列入",
}
_NO = {"否", "无", "n", "no", "false", "f", "0", "0.0", "×", "✗", "x", "╳", "错", "没有", "不是", "未", "不"}
_ABOUT_BEFORE = re.compile(r"^(?:大?约|近|大概|共计?|合计|总计)")
_ABOUT_AFTER = re.compile(r"(?:左右|以上|上下|多|余|\+)$")
_NUMBER = re.compile(r"^([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?)(.*)$")
_THOUSANDS = re.compile(r"^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?")
_NEGATION = "不非未无没"


@dataclass(frozen=True)
class ReadColumn:
    """The values of one declared column and the doubts by row.

    `spans` gives for a year column the first and last year that each cell allows, where that is more than one year.
    `as_written` tells whether every value stands in its cell as it is, so that the cell's text need not be kept.
    """

    values: list[Any]
    doubts: list[Doubt] = field(default_factory=list)
    spans: list[tuple[int | None, int | None]] | None = None
    as_written: bool = True


def read_column(column: Column, cells: Sequence[Any], *, heading: str, unit: str = "") -> ReadColumn:
    """Read the cells of one source column as a declared column; `unit` is what its heading states."""
    texts = [as_text(cell) for cell in cells]
    if column.type == "text":
        return ReadColumn([None if is_blank(t) else t for t in texts])
    if column.type == "ratio":
        return _read_ratios(texts, heading, unit)
    if column.type == "year":
        return _read_years(texts, heading)
    if column.type == "bool":
        return _read_each(texts, heading, read_bool)
    if column.type == "choice":
        return _read_each(texts, heading, lambda text: (find_choice(text, column.choices), ""))
    return _read_each(texts, heading, lambda text: _read_number(text, column, unit))


def as_text(cell: Any) -> str:
    """Write a cell as people see it: 12.0 is 12, a missing value is empty."""
    if isinstance(cell, str) and cell.isprintable():
        return cell.strip()
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime.datetime | datetime.date):
        return cell.isoformat()[:10]
    return "".join(c for c in str(cell) if c.isprintable() or c in " \t\n").strip()


def is_blank(text: str) -> bool:
    """Tell whether a cell says nothing."""
    return _compared(text) in _BLANK


def read_bool(text: str) -> tuple[bool | None, str]:
    """Read yes or no."""
    word = _compared(text)
    if word in _YES or (len(word) > 1 and word[0] in "是有已" and not word.startswith(("是否", "有无"))):
        return True, ""
    if word in _NO or (len(word) > 1 and word[0] in "否无未没不非"):
        return False, ""
    return None, ""


def find_choice(text: str, choices: Sequence[Choice]) -> str | None:
    """Find the choice that a text names: by its id, titles or words, else by the longest word that it contains.

    Words of one character count only alone or at the end (东风渠), and not after a negation (不好). A text that is
    part of the words of one choice alone names that choice (停车 → 停车场地).
    """
    compared = _compared(text)
    spaced = unicodedata.normalize("NFKC", text).casefold()
    best: tuple[int, int, str] | None = None
    part_of: set[str] = set()
    for order, choice in enumerate(choices):
        for word in (choice.id, choice.zh, choice.en, *choice.words):
            key = _compared(word)
            if key == compared:
                return choice.id
            if _contains(compared, spaced, key) and (best is None or (len(key), -order) > best[:2]):
                best = (len(key), -order, choice.id)
            if len(compared) > 1 and not compared.isascii() and compared in key:
                part_of.add(choice.id)
    if best:
        return best[2]
    return part_of.pop() if len(part_of) == 1 else None


def _contains(text: str, spaced: str, word: str) -> bool:
    if word.isascii():
        pattern = rf"(?<![a-z]){re.escape(word)}(?:e?s)?(?![a-z])"
        return len(word) > 1 and re.search(pattern, spaced) is not None
    at = text.find(word)
    if at < 0 or (at > 0 and text[at - 1] in _NEGATION):
        return False
    return len(word) > 1 or text.endswith(word)


def _compared(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _read_each(texts: Sequence[str], heading: str, read: Callable[[str], tuple[Any, str]]) -> ReadColumn:
    """Read cells one by one; what cannot be read becomes a doubt, a remark of `read` becomes a note."""
    known: dict[str, tuple[Any, str]] = {}
    result = ReadColumn([])
    plain_cells = True
    for row, text in enumerate(texts):
        if text not in known:
            word = _compared(text)
            known[text] = (None, "") if word in _BLANK or word in _UNKNOWN else read(text)
        value, remark = known[text]
        result.values.append(value)
        plain_cells = plain_cells and _says_it_all(text, value)
        if remark:
            result.doubts.append(_doubt(row, remark, heading, text, value))
        elif value is None and _compared(text) not in _BLANK | _UNKNOWN:
            result.doubts.append(_unreadable(row, heading, text))
    return ReadColumn(result.values, result.doubts, as_written=plain_cells)


def _says_it_all(text: str, value: Any) -> bool:
    """Tell whether a cell says no more than the value that was read from it."""
    if value is None:
        return is_blank(text)
    if isinstance(value, bool):
        return _compared(text) in ("true", "false", "1", "0")
    return as_text(value) == text


def _read_number(text: str, column: Column, unit: str) -> tuple[int | float | None, str]:
    word = _compared(text).replace("，", ",").replace("²", "2")
    found = _THOUSANDS.match(word)
    if found:
        word = found.group(0).replace(",", "") + word[found.end() :]
    exact = _ABOUT_BEFORE.sub("", word)
    number = _NUMBER.match(exact)
    if number is None:
        return None, ""
    about = exact != word
    rest = number.group(2)
    trimmed = _ABOUT_AFTER.sub("", re.sub(r"^(?:多|余)", "", rest))
    factor = _factor(trimmed, column, unit)
    if factor is None:
        return None, ""
    value = float(number.group(1)) * factor
    if not math.isfinite(value) or abs(value) > LARGEST or (value < 0 and column.name not in SIGNED_COLUMNS):
        return None, ""
    remark = "import.value.about" if about or trimmed != rest else ""
    if column.type != "int":
        return round(value, 6) if factor != 1.0 else value, remark
    return (round(value), remark) if abs(value - round(value)) < 1e-6 else (None, "")


def _factor(written: str, column: Column, heading_unit: str) -> float | None:
    """Give what one of a cell's unit (else of the heading's) is in the stored unit; None when it is another thing."""
    stored = column.unit if column.unit in ("m2", "万元", "m", "kV") else ""
    if written == "万":
        return 1.0 if stored == "万元" else 1e4
    if written == "亿":
        return 1e4 if stored == "万元" else 1e8
    unit = written or heading_unit
    if not unit:
        return 1.0
    if unit not in UNITS:
        return None
    dimension, scale = UNITS[unit]
    if dimension == stored:
        return scale
    return 1.0 if not written else None


def _read_ratios(texts: Sequence[str], heading: str, unit: str) -> ReadColumn:
    """Read shares. 72, 0.72 and "72%" mean the same.

    A bare number over 1 is a percentage. A bare number below 1 is a share, which is listed as a doubt where other bare
    numbers of the column are percentages; there a 1 stays unknown, for it may be either. So does a bare number of 1
    or less under a heading in percent: 0.72 there may be meant as it stands or as 72 %.
    """
    numbers: list[float | None] = []
    sure: list[bool] = []
    either: set[int] = set()
    for text in texts:
        word = _compared(text).replace("％", "%")
        found = _NUMBER.match(_ABOUT_BEFORE.sub("", word))
        rest = found.group(2) if found else ""
        percent = rest == "%" or (unit == "%" and not rest)
        readable = found is not None and (percent or not rest)
        value = float(found.group(1)) / (100.0 if percent else 1.0) if found and readable else None
        numbers.append(value if value is not None and math.isfinite(value) else None)
        sure.append(percent)
        if rest == "" and unit == "%" and value is not None and 0.0 < value <= 0.01:
            either.add(len(sure) - 1)
    bare = [n for n, s in zip(numbers, sure, strict=True) if n is not None and not s]
    in_percent = any(n > 1.0 for n in bare)
    doubts: list[Doubt] = []
    values: list[float | None] = []
    for row, (text, number, is_sure) in enumerate(zip(texts, numbers, sure, strict=True)):
        value = number
        if number is not None and not is_sure and in_percent and number == 1.0:
            either.add(row)  # 1 % or all of them: nothing tells which
        if row in either:
            doubts.append(_doubt(row, "import.value.ratio_either", heading, text, None))
            values.append(None)
            continue
        if value is not None and not is_sure and in_percent:
            if 0.0 < value < 1.0:  # a share among percentages: such tables come from several hands
                doubt = _doubt(row, "import.value.ratio_share", heading, text, value)
                doubts.append(replace(doubt, severity="warning"))
            else:
                value /= 100.0
        if value is not None and not 0.0 <= value <= 1.0:
            value = None
        if value is None and _compared(text) not in _BLANK | _UNKNOWN:
            doubts.append(_unreadable(row, heading, text))
        values.append(None if value is None else round(value, 9))
    return ReadColumn(values, doubts, as_written=not in_percent and not any(sure) and not doubts)


def _read_years(texts: Sequence[str], heading: str) -> ReadColumn:
    values: list[int | None] = []
    spans: list[tuple[int | None, int | None]] = []
    doubts: list[Doubt] = []
    for row, text in enumerate(texts):
        word = _compared(text)
        read = None if word in _BLANK or word in _UNKNOWN else read_year(word)
        if read is None and word not in _BLANK | _UNKNOWN:
            doubts.append(_unreadable(row, heading, text))
        values.append(read.year if read else None)
        spans.append((read.first, read.last) if read else (None, None))
        if read and read.remark:
            first, last = read.first or "?", read.last or "?"
            doubts.append(
                Doubt(
                    "value.year_span",
                    "note",
                    row,
                    Message(read.remark, column=heading, value=text, first=first, last=last),
                )
            )
    same = all(is_blank(t) if v is None else str(v) == t for v, t in zip(values, texts, strict=True))
    return ReadColumn(values, doubts, spans, same)


def _doubt(row: int, key: str, heading: str, text: str, value: Any) -> Doubt:
    severity: Severity = "note" if value is not None else "warning"
    return Doubt(
        key.removeprefix("import."), severity, row, Message(key, column=heading, value=text[:60], read=value)
    )


def _unreadable(row: int, heading: str, text: str) -> Doubt:
    return Doubt(
        "value.unreadable",
        "warning",
        row,
        Message("import.value.unreadable", column=heading, value=text[:60]),
    )
