"""Rule packs and city profiles, read from TOML and checked.

A pack is data that a bureau may write by hand, so every fault is named with the file, the element, the key and
the line: a mistyped threshold must not become a verdict. `resources/standards` holds the packs that come with
the program, `resources/profiles.toml` the five profiles.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

from gis_planner.errors import RuleError
from gis_planner.io.toml_place import Place, check_keys, not_utf8, parse, read_bytes
from gis_planner.messages import Message
from gis_planner.model.choices import FACILITY_KINDS
from gis_planner.model.layers import LAYER_NAMES, layer
from gis_planner.model.standard import (
    ELIGIBILITY_RULES,
    EXCLUSION_LISTS,
    METRICS,
    SERVICES,
    SUBJECTS,
    Element,
    Profile,
    Standard,
    Wanted,
)
from gis_planner.paths import resource

SCHEMA = 1
_PACK_ID = re.compile(r"[A-Za-z0-9_]{1,60}")
_ELEMENT_ID = re.compile(r"[A-Z]{2,3}\d{1,2}")


def read_standard(path_or_id: Path | str) -> Standard:
    """Read a rule pack by its id (`sanhe_sanzheng_jiuyou`) or from a bureau's own file.

    Raises RuleError for a file that cannot be read, is no TOML, or breaks the schema.
    """
    path = _pack_path(path_or_id)
    raw = read_bytes(path)
    return _standard(parse(path.name, raw), raw)


def read_standard_text(text: str, *, name: str) -> Standard:
    """Read a rule pack from its whole text, as a project keeps a bureau's own; `name` stands for the file in faults.

    The hash is that of the file that the text was read from. Raises RuleError like `read_standard`.
    """
    raw = text.encode("utf-8")
    return _standard(parse(name, raw), raw)


def read_pack_text(path: Path) -> str:
    """Read the whole text of a bureau's own pack, byte for byte; raises RuleError when it is no text or too large."""
    raw = read_bytes(path)
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise not_utf8(path.name) from fault


def _standard(whole: Place, raw: bytes) -> Standard:
    check_keys(whole, {"schema", "standard", "element"})
    _check_schema(whole)

    head = whole.table("standard")
    check_keys(head, {"id", "zh", "en", "version", "source", "subject"})
    if not _PACK_ID.fullmatch(head.text("id")):
        head.fail("scoring.pack_id", key="id", found=head.body["id"])
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
        subject="compound" if head.choice("subject", SUBJECTS) == "compound" else "cluster",
        source=head.text("source"),
    )


def read_profiles() -> dict[str, Profile]:
    """Read the city profiles, by id, in the order of the file."""
    path = resource("profiles.toml")
    whole = parse(path.name, read_bytes(path))
    check_keys(whole, {"schema", "profile"})
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


def _check_schema(whole: Place) -> None:
    if whole.integer("schema", 1, 10_000) != SCHEMA:
        whole.fail("scoring.pack_schema", key="schema", found=whole.body["schema"], known=SCHEMA)


def _check_unique(whole: Place, key: str, ids: list[str]) -> None:
    for place, own in zip(whole.tables(key), ids, strict=True):
        if ids.count(own) > 1:
            place.fail("scoring.pack_twice", key="id", found=own)


# Beside these, what an element of one metric may or must say.
_COMMON = (
    {"id", "group", "zh", "en", "clause", "layers", "metric", "indicator_zh", "indicator_en", "params"}
    | {"threshold_pass", "threshold_partial", "origin"}
)  # fmt: skip
_OWN: Mapping[str, tuple[str, ...]] = {
    "reach_share": ("facility", "preferred_m", "basis", "limit_m"),
    "concealed_line_share": ("kinds",),
    "served_household_share": ("service",),
    "attribute_share": ("wanted",),
}
_LINE_LAYERS = ("power_lines", "telecom_lines")


def _element(place: Place) -> Element:
    every = {key for keys in _OWN.values() for key in keys}
    check_keys(place, _COMMON | every)
    if not _ELEMENT_ID.fullmatch(place.text("id")):
        place.fail("scoring.pack_element_id", key="id", found=place.body["id"])
    metric = place.choice("metric", METRICS)
    own = _OWN.get(metric, ())
    for key in sorted(every - set(own)):
        if key in place.body:
            place.fail("scoring.pack_key_unused", key=key, metric=metric)
    threshold_pass = place.number("threshold_pass", 0, 1)
    threshold_partial = place.number("threshold_partial", 0, 1)
    if threshold_partial > threshold_pass:
        place.fail("scoring.pack_thresholds", key="threshold_partial")
    layers = place.texts("layers", LAYER_NAMES)
    if not layers and metric != "needs_person":
        place.fail("scoring.pack_no_layers", key="layers")
    basis = place.choice("basis", ("coverage", "existence")) if "basis" in place.body else None
    return Element(
        id=place.text("id"),
        group=place.text("group"),
        zh=place.text("zh"),
        en=place.text("en"),
        clause=place.text("clause"),
        layers=layers,
        metric=metric,
        indicator_zh=place.text("indicator_zh"),
        indicator_en=place.text("indicator_en"),
        threshold_pass=threshold_pass,
        threshold_partial=threshold_partial,
        origin="document" if place.choice("origin", ("document", "default")) == "document" else "default",
        facility=place.choice("facility", [kind.id for kind in FACILITY_KINDS])
        if "facility" in own
        else None,
        preferred_m=place.number("preferred_m", 1, 20_000) if "preferred_m" in place.body else None,
        params=_params(place, metric),
        basis=None if basis is None else "existence" if basis == "existence" else "coverage",
        limit_m=place.number("limit_m", 1, 20_000) if "limit_m" in place.body else None,
        kinds=_line_kinds(place, layers) if metric == "concealed_line_share" else (),
        service=place.choice("service", SERVICES) if "service" in own else None,
        wanted=_wanted(place) if "wanted" in own else (),
    )


def _line_kinds(place: Place, layers: tuple[str, ...]) -> tuple[str, ...]:
    """Read which lines count; the first layer must be one of lines, and power lines have no kinds."""
    if layers[0] not in _LINE_LAYERS:
        place.fail("scoring.pack_line_layer", key="layers", found=layers[0], allowed=list(_LINE_LAYERS))
    if "kinds" not in place.body:
        return ()
    if layers[0] == "power_lines":
        place.fail("scoring.pack_key_unused", key="kinds", metric="power_lines")
    return place.texts("kinds", [kind.id for kind in layer("telecom_lines").column("kind").choices])


def _wanted(place: Place) -> tuple[Wanted, ...]:
    """Read which columns of the compounds must say yes."""
    columns = {c.name: c for c in layer("compounds").columns}
    found = []
    for inner in place.inline("wanted"):
        check_keys(inner, {"column", "yes", "no"})
        name = inner.choice("column", columns)
        words = {key: inner.words(key) for key in ("yes", "no") if key in inner.body}
        if words and columns[name].type not in ("text", "choice"):
            inner.fail("scoring.pack_words_unused", key="wanted", found=name)
        found.append(Wanted(name, words.get("yes", ()), words.get("no", ())))
    if not found:
        place.fail("scoring.pack_no_wanted", key="wanted")
    return tuple(found)


def _params(place: Place, metric: str) -> dict[str, float]:
    if not METRICS[metric] and "params" not in place.body:
        return {}
    inner = place.table("params")
    check_keys(inner, METRICS[metric])
    return {name: inner.number(name, 0, 100_000) for name in METRICS[metric]}


def _profile(place: Place) -> Profile:
    check_keys(
        place,
        {"id", "zh", "en", "source", "cutoff_year", "extension_mode", "extension_from", "extension_to"}
        | {"excludes", "consent_mode", "consent_num", "consent_den", "clauses"},
    )
    mode = place.choice("extension_mode", ("none", "reserve", "via_cluster"))
    clauses = place.table("clauses")
    wanted = ("ALL", *ELIGIBILITY_RULES)
    check_keys(clauses, wanted)
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
