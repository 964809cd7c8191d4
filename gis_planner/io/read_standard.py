"""Rule packs and city profiles, read from TOML and checked.

A pack is data that a bureau may write by hand, so every fault is named with the file, the element, the key and
the line: a mistyped threshold must not become a verdict. `resources/standards` holds the packs that come with
the program, `resources/profiles.toml` the five profiles.
"""

from __future__ import annotations

import difflib
import hashlib
import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NoReturn

from gis_planner.errors import RuleError
from gis_planner.messages import Message
from gis_planner.model.choices import FACILITY_KINDS
from gis_planner.model.layers import LAYER_NAMES
from gis_planner.model.standard import (
    ELIGIBILITY_RULES,
    EXCLUSION_LISTS,
    METRICS,
    Element,
    Profile,
    Standard,
)
from gis_planner.paths import resource

SCHEMA = 1
_MAX_BYTES = 1_000_000
_ELEMENT_ID = re.compile(r"[A-Z]{2,3}\d{1,2}")
_HEADER = re.compile(r"^\s*\[\[?\s*([A-Za-z_.]+)\s*\]\]?")


def read_standard(path_or_id: Path | str) -> Standard:
    """Read a rule pack by its id (`sanhe_sanzheng_jiuyou`) or from a bureau's own file.

    Raises RuleError for a file that cannot be read, is no TOML, or breaks the schema.
    """
    path = _pack_path(path_or_id)
    whole, raw = _read(path)
    _check_keys(whole, {"schema", "standard", "element"})
    _check_schema(whole)

    head = whole.table("standard")
    _check_keys(head, {"id", "zh", "en", "version", "source"})
    elements = [_element(place) for place in whole.tables("element")]
    if not elements:
        whole.fail("scoring.pack_no_elements")
    _check_unique(whole, "element", [element.id for element in elements])
    return Standard(
        id=head.text("id"),
        zh=head.text("zh"),
        en=head.text("en"),
        version=head.text("version"),
        sha256=hashlib.sha256(raw).hexdigest(),
        elements=tuple(elements),
    )


def read_profiles() -> dict[str, Profile]:
    """Read the city profiles, by id, in the order of the file."""
    whole, _ = _read(resource("profiles.toml"))
    _check_keys(whole, {"schema", "profile"})
    _check_schema(whole)
    profiles = [_profile(place) for place in whole.tables("profile")]
    _check_unique(whole, "profile", [profile.id for profile in profiles])
    return {profile.id: profile for profile in profiles}


def standard_ids() -> list[str]:
    """Give the ids of the rule packs that come with the program."""
    return sorted(path.stem for path in resource("standards").glob("*.toml"))


def _pack_path(path_or_id: Path | str) -> Path:
    if isinstance(path_or_id, str) and re.fullmatch(r"[A-Za-z0-9_]+", path_or_id):
        known = standard_ids()
        if path_or_id not in known:
            raise RuleError(
                Message("scoring.pack_unknown", name=path_or_id),
                Message("scoring.pack_unknown_remedy", known=known),
            )
        return resource("standards") / f"{path_or_id}.toml"
    return Path(path_or_id)


def _read(path: Path) -> tuple[_Place, bytes]:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise RuleError(
                Message("scoring.pack_too_large", file=path.name), Message("scoring.pack_too_large_remedy")
            )
        raw = path.read_bytes()
    except OSError as fault:
        raise RuleError(
            Message("scoring.pack_unreadable", file=path.name, reason=fault.strerror or str(fault)),
            Message("scoring.pack_unreadable_remedy"),
        ) from fault
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise RuleError(
            Message("scoring.pack_not_utf8", file=path.name), Message("scoring.pack_not_utf8_remedy")
        ) from fault
    try:
        body = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as fault:
        raise RuleError(
            Message("scoring.pack_not_toml", file=path.name, reason=str(fault)),
            Message("scoring.pack_not_toml_remedy"),
        ) from fault
    return _Place(path.name, text.splitlines(), body, "", 0), raw


@dataclass(frozen=True)
class _Place:
    """A table of a TOML file, with the file's lines so that a fault can be found."""

    file: str
    lines: list[str]
    body: Mapping[str, Any]
    title: str
    start: int

    def table(self, key: str) -> _Place:
        """Give the table under a key; RuleError when there is none."""
        value = self._value(key)
        if not isinstance(value, dict):
            self._wrong_type(key, "table", value)
        below = [i for i, name in self._headers() if i >= self.start and name.rpartition(".")[2] == key]
        start = below[0] if below else self.start
        return replace(self, body=value, title=self.title or key, start=start)

    def tables(self, key: str) -> list[_Place]:
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


def _check_schema(whole: _Place) -> None:
    if whole.integer("schema", 1, 10_000) != SCHEMA:
        whole.fail("scoring.pack_schema", key="schema", found=whole.body["schema"], known=SCHEMA)


def _check_keys(place: _Place, allowed: Collection[str]) -> None:
    for key in place.body:
        if key not in allowed:
            place.fail("scoring.pack_key_unknown", key=key, allowed=_nearest(key, allowed))


def _check_unique(whole: _Place, key: str, ids: list[str]) -> None:
    for place, own in zip(whole.tables(key), ids, strict=True):
        if ids.count(own) > 1:
            place.fail("scoring.pack_twice", key="id", found=own)


def _element(place: _Place) -> Element:
    _check_keys(
        place,
        {"id", "group", "zh", "en", "clause", "layers", "metric", "indicator_zh", "indicator_en", "params"}
        | {"threshold_pass", "threshold_partial", "origin", "facility", "preferred_m"},
    )
    if not _ELEMENT_ID.fullmatch(place.text("id")):
        place.fail("scoring.pack_element_id", key="id", found=place.body["id"])
    metric = place.choice("metric", METRICS)
    reach = metric == "reach_share"
    if not reach and "facility" in place.body:
        place.fail("scoring.pack_key_unused", key="facility", metric=metric)
    threshold_pass = place.number("threshold_pass", 0, 1)
    threshold_partial = place.number("threshold_partial", 0, 1)
    if threshold_partial > threshold_pass:
        place.fail("scoring.pack_thresholds", key="threshold_partial")
    return Element(
        id=place.text("id"),
        group=place.text("group"),
        zh=place.text("zh"),
        en=place.text("en"),
        clause=place.text("clause"),
        layers=place.texts("layers", LAYER_NAMES),
        metric=metric,
        indicator_zh=place.text("indicator_zh"),
        indicator_en=place.text("indicator_en"),
        threshold_pass=threshold_pass,
        threshold_partial=threshold_partial,
        origin="document" if place.choice("origin", ("document", "default")) == "document" else "default",
        facility=place.choice("facility", [kind.id for kind in FACILITY_KINDS]) if reach else None,
        preferred_m=place.number("preferred_m", 1, 20_000) if "preferred_m" in place.body else None,
        params=_params(place, metric),
    )


def _params(place: _Place, metric: str) -> dict[str, float]:
    inner = place.table("params")
    _check_keys(inner, METRICS[metric])
    return {name: inner.number(name, 0, 100_000) for name in METRICS[metric]}


def _profile(place: _Place) -> Profile:
    _check_keys(
        place,
        {"id", "zh", "en", "source", "cutoff_year", "extension_mode", "extension_from", "extension_to"}
        | {"excludes", "consent_mode", "consent_num", "consent_den", "clauses"},
    )
    mode = place.choice("extension_mode", ("none", "reserve", "via_cluster"))
    clauses = place.table("clauses")
    wanted = ("ALL", *ELIGIBILITY_RULES)
    _check_keys(clauses, wanted)
    den = place.integer("consent_den", 1, 1000)
    return Profile(
        id=place.text("id"),
        zh=place.text("zh"),
        en=place.text("en"),
        source=place.text("source"),
        cutoff_year=place.integer("cutoff_year", 1900, 2100),
        extension_mode="via_cluster" if mode == "via_cluster" else "reserve" if mode == "reserve" else "none",
        extension_from=place.integer("extension_from", 1900, 2100),
        extension_to=place.integer("extension_to", 1900, 2100),
        excludes=place.texts("excludes", EXCLUSION_LISTS),
        consent_mode="required"
        if place.choice("consent_mode", ("advisory", "required")) == "required"
        else "advisory",
        consent_num=place.integer("consent_num", 0, den),
        consent_den=den,
        clauses={rule: clauses.text(rule) for rule in wanted},
    )


def _nearest(found: str, allowed: Collection[str]) -> list[str]:
    """Give the allowed names that come nearest, or all of them."""
    return difflib.get_close_matches(found, list(allowed), n=3) or sorted(allowed)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"
