"""TOML that people write by hand: tables that know their file and lines, so that a fault is named with its place."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

from gis_planner.errors import RuleError
from gis_planner.messages import Message

_MAX_BYTES = 1_000_000
_HEADER = re.compile(r"^\s*\[\[?\s*([A-Za-z_.]+)\s*\]\]?")


def read_bytes(path: Path) -> bytes:
    """Read a file that may be as large as a rule pack at most; raises RuleError."""
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise RuleError(
                Message("scoring.pack_too_large", file=path.name), Message("scoring.pack_too_large_remedy")
            )
        return path.read_bytes()
    except OSError as fault:
        raise RuleError(
            Message("scoring.pack_unreadable", file=path.name, reason=fault.strerror or str(fault)),
            Message("scoring.pack_unreadable_remedy"),
        ) from fault


def not_utf8(name: str) -> RuleError:
    """Give the error that a file is not UTF-8."""
    return RuleError(Message("scoring.pack_not_utf8", file=name), Message("scoring.pack_not_utf8_remedy"))


def parse(name: str, raw: bytes) -> Place:
    """Parse TOML; raises RuleError naming the file."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise not_utf8(name) from fault
    try:
        body = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as fault:
        raise RuleError(
            Message("scoring.pack_not_toml", file=name, reason=str(fault)),
            Message("scoring.pack_not_toml_remedy"),
        ) from fault
    return Place(name, text.split("\n"), body, "", 0)


@dataclass(frozen=True)
class Place:
    """A table of a TOML file, with the file's lines so that a fault can be found."""

    file: str
    lines: list[str]
    body: Mapping[str, Any]
    title: str
    start: int

    def table(self, key: str) -> Place:
        """Give the table under a key; RuleError when there is none."""
        value = self._value(key)
        if not isinstance(value, dict):
            self._wrong_type(key, "table", value)
        below = [i for i, name in self._headers() if i >= self.start and name.rpartition(".")[2] == key]
        start = below[0] if below else self.start
        return replace(self, body=value, title=self.title or key, start=start)

    def tables(self, key: str) -> list[Place]:
        """Give the tables of an array of tables, each titled with its id."""
        values = self.body.get(key, [])
        if not isinstance(values, list) or not all(isinstance(v, dict) for v in values):
            self._wrong_type(key, "tables", values)
        starts = [i for i, name in self._headers() if name == key]
        places = []
        for n, value in enumerate(values):
            title = f"{key} {value.get('id', n + 1)}"
            places.append(replace(self, body=value, title=title, start=starts[n] if n < len(starts) else 0))
        return places

    def text(self, key: str) -> str:
        """Give a text that is not empty."""
        value = self._value(key)
        if not isinstance(value, str) or not value.strip():
            self._wrong_type(key, "text", value)
        return value

    def texts(self, key: str, allowed: Collection[str]) -> tuple[str, ...]:
        """Give a list of texts, each one of the allowed."""
        value = self._value(key)
        if not isinstance(value, list):
            self._wrong_type(key, "list", value)
        return tuple(self._one_of(key, v, allowed) for v in value)

    def inline(self, key: str) -> list[Place]:
        """Give the tables of a list that is written in one line with its key."""
        values = self._value(key)
        if not isinstance(values, list) or not all(isinstance(v, dict) for v in values):
            self._wrong_type(key, "tables", values)
        return [replace(self, body=value) for value in values]

    def words(self, key: str) -> tuple[str, ...]:
        """Give a list of texts, none of them empty."""
        value = self._value(key)
        if not isinstance(value, list) or not all(isinstance(v, str) and v.strip() for v in value):
            self._wrong_type(key, "list", value)
        return tuple(value)

    def choice(self, key: str, allowed: Collection[str]) -> str:
        """Give a text that is one of the allowed."""
        return self._one_of(key, self._value(key), allowed)

    def number(self, key: str, low: float, high: float) -> float:
        """Give a number between two bounds."""
        value = self._value(key)
        if isinstance(value, bool) or not isinstance(value, int | float):
            self._wrong_type(key, "number", value)
        if not low <= value <= high:
            self.fail("scoring.pack_key_range", key=key, low=low, high=high, found=value)
        return float(value)

    def integer(self, key: str, low: int, high: int) -> int:
        """Give a whole number between two bounds."""
        value = self.number(key, low, high)
        if value != int(value):
            self._wrong_type(key, "whole", value)
        return int(value)

    def fail(self, problem: str, *, key: str = "", **values: Any) -> NoReturn:
        """Raise the RuleError that names file, table, key and line."""
        line = self._line(key)
        place = Message("scoring.pack_place", file=self.file, line=line) if line else self.file
        title = Message("scoring.pack_within", title=self.title) if self.title else ""
        raise RuleError(
            Message(problem, place=place, title=title, field=key, **values), Message("scoring.pack_remedy")
        )

    def _value(self, key: str) -> Any:
        if key not in self.body:
            self.fail("scoring.pack_key_missing", key=key)
        return self.body[key]

    def _one_of(self, key: str, value: Any, allowed: Collection[str]) -> str:
        if not isinstance(value, str):
            self._wrong_type(key, "text", value)
        if value not in allowed:
            self.fail("scoring.pack_key_choice", key=key, found=value, allowed=_nearest(value, allowed))
        return value

    def _wrong_type(self, key: str, wanted: str, found: Any) -> NoReturn:
        self.fail(
            "scoring.pack_key_type", key=key, wanted=Message(f"scoring.type.{wanted}"), found=_short(found)
        )

    def _headers(self) -> list[tuple[int, str]]:
        found = [(i, _HEADER.match(line)) for i, line in enumerate(self.lines)]
        return [(i, match.group(1)) for i, match in found if match]

    def _line(self, key: str) -> int | None:
        """Find the line (from 1) of a key of this table, else of the table's header."""
        if not self.title and not key:
            return None
        assignment = re.compile(rf"\b{re.escape(key)}\s*=") if key else None
        own = self.title.split(" ")[0]
        for i in range(self.start, len(self.lines)):
            header = _HEADER.match(self.lines[i])
            if i > self.start and header and not header.group(1).startswith(f"{own}."):
                break
            if assignment and assignment.search(self.lines[i]):
                return i + 1
        return self.start + 1 if self.title else None


def check_keys(place: Place, allowed: Collection[str]) -> None:
    """Raise RuleError for a key that is not allowed, with the nearest ones."""
    for key in place.body:
        if key not in allowed:
            place.fail("scoring.pack_key_unknown", key=key, allowed=_nearest(key, allowed))


def _nearest(found: str, allowed: Collection[str]) -> list[str]:
    """Give the allowed names that come nearest, or all of them."""
    return difflib.get_close_matches(found, list(allowed), n=3) or sorted(allowed)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"
