"""What people write for a year: 1998年, 90年代, 1995-1999, 1998.5, 2000年以前.

A year that is not told stays unknown; what the words do tell is kept as the first and last year that they allow.
Several years (built in stages) count by the last one, when the building was finished.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from gis_planner.model.layers import FIRST_YEAR, LAST_YEAR

_NUMERALS = {
    "〇": 0,
    "零": 0,
    "一": 1,
    "二": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
_DECADE = re.compile(
    r"^(?:(?:上世纪|上个世纪|二十世纪|20世纪|19)?([1-9])0|(20)([0-2])0|(?:(?:21世纪|本世纪)?([0-2])0))(?:年代|s)(初期?|中期?|末期?|后期|前期)?"
)
_DECADE_WORDS = re.compile(r"^(?:上世纪|上个世纪|二十世纪|20世纪)?([一二三四五六七八九])十年代")
_FULL = re.compile(r"(?<!\d)((?:18|19|20)\d{2})(?!\d{3})")
_RANGE = re.compile(r"^((?:19|20)?\d{2})年?[-~—–－至到]+((?:19|20)?\d{2})年?(?:建成?|竣工)?$")
_DATE = re.compile(
    r"^((?:18|19|20)\d{2})(?:年(?:\d{1,2}月(?:\d{1,2}日)?)?|[-./](?:\d{1,2})(?:[-./]\d{1,2})?)?(?:建成?|竣工|建造|t.*)?$"
)
_COMPACT = re.compile(r"^((?:19|20)\d{2})(?:0[1-9]|1[0-2])(?:[0-3]\d)?$")
_SHORT = re.compile(r"^(\d{2})年(?:建成?|竣工)?$")
_BEFORE = re.compile(r"^((?:19|20)\d{2})年?(?:底|末)?(?:\(?含\)?)?(?:以前|之前|及以前|前)(?:建成?)?$")
_AFTER = re.compile(r"^((?:19|20)\d{2})年?(?:以后|之后|及以后|后)(?:建成?)?$")


@dataclass(frozen=True)
class YearRead:
    """A year (None: not told), the first and last that the words allow, and a remark's key where they are several."""

    year: int | None
    first: int | None = None
    last: int | None = None
    remark: str = ""


def read_year(word: str) -> YearRead | None:
    """Read a year from narrow, lower-case text without blanks; None when it tells none."""
    exact = _DATE.match(word) or _COMPACT.match(word)
    if exact:
        return _single(int(exact.group(1)))
    short = _SHORT.match(word)
    if short:
        return _single(_century(int(short.group(1))))
    return _read_decade(word) or _read_bound(word) or _read_several(word)


def _single(year: int) -> YearRead | None:
    return YearRead(year) if FIRST_YEAR <= year <= LAST_YEAR else None


def _read_decade(word: str) -> YearRead | None:
    words = _DECADE_WORDS.match(word)
    if words:
        return _decade(1900 + 10 * _NUMERALS[words.group(1)])
    found = _DECADE.match(word)
    if not found:
        return None
    last_century, _, new_full, new_short, _ = found.groups()
    if last_century is not None:
        # "10年代" and "20年代" are this century's unless the last one is named.
        this = last_century in "12" and not word.startswith(("上", "二", "20世纪", "19"))
        return _decade((2000 if this else 1900) + 10 * int(last_century))
    return _decade(2000 + 10 * int(new_full if new_full is not None else new_short))


def _decade(first: int) -> YearRead:
    return YearRead(None, first, first + 9, "import.value.decade")


def _read_bound(word: str) -> YearRead | None:
    before = _BEFORE.match(word)
    if before:
        return YearRead(None, None, int(before.group(1)), "import.value.year_before")
    after = _AFTER.match(word)
    if after:
        return YearRead(None, int(after.group(1)), None, "import.value.year_after")
    return None


def _read_several(word: str) -> YearRead | None:
    pair = _RANGE.match(word)
    if pair:
        first, last = (_century(int(part)) for part in pair.groups())
        years = [first, last]
    else:
        years = [int(y) for y in _FULL.findall(word)]
    if not years or any(not FIRST_YEAR <= y <= LAST_YEAR for y in years) or (pair and years[0] > years[1]):
        return None
    if len(set(years)) == 1:
        return YearRead(years[0], years[0], years[0], "import.value.year_only")
    return YearRead(max(years), min(years), max(years), "import.value.year_span")


def _century(year: int) -> int:
    if year >= 100:
        return year
    return 1900 + year if year >= 30 else 2000 + year
