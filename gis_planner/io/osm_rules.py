"""What OpenStreetMap elements become: the mapping table of `resources/osm.toml`."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from gis_planner.io.osm_elements import Tags
from gis_planner.paths import resource


@dataclass(frozen=True)
class Rule:
    """One line of the table: a kind, and the tags that an element must and must not have."""

    kind: str
    when: Mapping[str, tuple[str, ...]]
    unless: Mapping[str, tuple[str, ...]]
    name_has: tuple[str, ...]
    shape: str
    surface: bool

    def holds(self, tags: Tags) -> bool:
        """Tell whether an element with these tags is meant."""
        if not all(_matches(tags.get(key), values) for key, values in self.when.items()):
            return False
        if any(_matches(tags.get(key), values) for key, values in self.unless.items()):
            return False
        if self.name_has and not any(word in tags.get("name", "") for word in self.name_has):
            return False
        return not self.surface or on_surface(tags)


@dataclass(frozen=True)
class OsmRules:
    """The whole mapping table."""

    licence: str
    keys: frozenset[str]
    road_class: Mapping[str, str]
    motorroad_class: str
    not_walkable: frozenset[str]
    foot_yes: frozenset[str]
    foot_no: frozenset[str]
    access_no: frozenset[str]
    signals: tuple[Rule, ...]
    buildings: Rule
    compounds: Rule
    gates: frozenset[str]
    gates_within_m: float
    facilities: tuple[Rule, ...]
    barriers: tuple[Rule, ...]

    def facility_kind(self, tags: Tags) -> str | None:
        """Give the kind of facility that an element is, None for none."""
        return next((rule.kind for rule in self.facilities if rule.holds(tags)), None)

    def barrier(self, tags: Tags) -> Rule | None:
        """Give the rule by which an element is a barrier, None for none."""
        return next((rule for rule in self.barriers if rule.holds(tags)), None)

    def road_class_of(self, tags: Tags) -> str | None:
        """Give the class of a road, None for what is no road (any more, or yet)."""
        highway = tags.get("highway", "")
        if highway.startswith("trunk") and tags.get("motorroad") == "yes":
            return self.motorroad_class
        return self.road_class.get(highway)

    def is_signal(self, tags: Tags) -> bool:
        """Tell whether a node is a traffic signal, or a crossing that has one."""
        return any(rule.holds(tags) for rule in self.signals)

    def walkable(self, tags: Tags) -> bool:
        """Tell whether people walk along a road; private ways are walked by those who live there."""
        foot = tags.get("foot")
        if foot in self.foot_yes:
            return True
        if foot in self.foot_no or tags.get("access") in self.access_no:
            return False
        return tags.get("highway") not in self.not_walkable and tags.get("motorroad") != "yes"


def read_rules() -> OsmRules:
    """Read the mapping table."""
    body = tomllib.loads(resource("osm.toml").read_text(encoding="utf-8"))
    roads, entrances = body["roads"], body["entrances"]
    rules = [
        _rule(entry)
        for entry in (
            *body["facilities"],
            *body["barriers"],
            *body["signals"],
            body["buildings"],
            body["compounds"],
        )
    ]
    keys = {key for rule in rules for key in (*rule.when, *rule.unless)}
    return OsmRules(
        licence=body["licence"],
        keys=frozenset({*body["keys"], *keys, "highway", "barrier", "entrance"}),
        road_class=roads["class"],
        motorroad_class=roads["motorroad"],
        not_walkable=frozenset(roads["not_walkable"]),
        foot_yes=frozenset(roads["foot_yes"]),
        foot_no=frozenset(roads["foot_no"]),
        access_no=frozenset(roads["access_no"]),
        signals=tuple(_rule(entry) for entry in body["signals"]),
        buildings=_rule(body["buildings"]),
        compounds=_rule(body["compounds"]),
        gates=frozenset(entrances["gates"]),
        gates_within_m=float(entrances["within_m"]),
        facilities=tuple(_rule(entry) for entry in body["facilities"]),
        barriers=tuple(_rule(entry) for entry in body["barriers"]),
    )


def level_of(tags: Tags) -> int:
    """Give the level of a way: `layer`, else one up on a bridge and one down in a tunnel."""
    text = tags.get("layer", "")
    if re.fullmatch(r"[+-]?\d{1,2}", text):
        return int(text)
    return 1 if is_bridge(tags) else -1 if is_tunnel(tags) else 0


def slope_of(tags: Tags) -> float | None:
    """Give the slope of a way as a share: `incline` in percent or degrees, without its direction.

    A mere `up` or `down`, and what no street can be, say nothing.
    """
    found = re.fullmatch(r"[+-]?(\d{1,2}(?:\.\d+)?)\s*(%|°)?", tags.get("incline", ""))
    if found is None:
        return None
    number = float(found[1])
    share = math.tan(math.radians(number)) if found[2] == "°" else number / 100.0
    return round(share, 4) if share <= 1.0 else None


def is_bridge(tags: Tags) -> bool:
    """Tell whether a way runs over a bridge."""
    return tags.get("bridge", "no") not in ("no", "abandoned", "proposed")


def is_tunnel(tags: Tags) -> bool:
    """Tell whether a way runs below the ground; a passage through a building does not."""
    return tags.get("tunnel", "no") not in ("no", "building_passage")


def on_surface(tags: Tags) -> bool:
    """Tell whether a way lies on the ground, where people must cross it."""
    below = tags.get("location") in ("underground", "overground_pipe") or tags.get("indoor") == "yes"
    return not is_bridge(tags) and tags.get("tunnel", "no") == "no" and level_of(tags) >= 0 and not below


def _rule(entry: Mapping[str, Any]) -> Rule:
    return Rule(
        kind=entry.get("kind", ""),
        when={key: tuple(values) for key, values in entry["when"].items()},
        unless={key: tuple(values) for key, values in entry.get("unless", {}).items()},
        name_has=tuple(entry.get("name_has", ())),
        shape=entry.get("shape", "area"),
        surface=bool(entry.get("surface", False)),
    )


def _matches(value: str | None, allowed: Iterable[str]) -> bool:
    if value is None:
        return False
    values = [part.strip() for part in value.split(";")]
    return any((v in allowed) or ("*" in allowed and v != "no") for v in values)
