"""The town as a person drew it: plan.toml and facilities.toml, read once and typed."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

Points = list[tuple[float, float]]


@dataclass(frozen=True)
class DrawnStreet:
    """One street as drawn."""

    name: str
    road_class: str
    width_m: float
    points: Points


@dataclass(frozen=True)
class Community:
    """One community and about where its middle is."""

    township: str
    name: str
    x: float
    y: float


@dataclass(frozen=True)
class ZoneAt:
    """The zone of the block around a point."""

    zone: str
    x: float
    y: float


@dataclass(frozen=True)
class Special:
    """A parcel whose use is set by hand: the parcel around a point. `building` names what stands there."""

    land_use: str
    name: str
    building: str
    x: float
    y: float


@dataclass(frozen=True)
class Seed:
    """Where a neighbourhood of old compounds starts to grow.

    With `beside` it is a single compound that lies across a barrier from that neighbourhood. `care` from 0 to 1 says
    how well its streets are kept.
    """

    name: str
    members: int
    x: float
    y: float
    names: tuple[str, ...]
    beside: str = ""
    care: float = 0.5


@dataclass(frozen=True)
class FacilityWish:
    """A facility and about where it should be."""

    name: str
    kind: str
    x: float
    y: float
    status: str = "在用"
    capacity: float | None = None


@dataclass(frozen=True)
class Plan:
    """Everything that was drawn by hand."""

    county: str
    river_name: str
    river: Points
    river_half_widths: list[float]
    railway_name: str
    railway: Points
    railway_half_width: float
    station: Points
    planning_area: Points
    township_border: Points
    streets: list[DrawnStreet]
    paths: list[DrawnStreet]
    communities: list[Community]
    zones: list[ZoneAt]
    specials: list[Special]
    seeds: list[Seed]
    facilities: list[FacilityWish]
    without_centre: list[str]
    supermarkets: Points
    parcel_points: Points
    units: list[str]
    north_units: list[str]
    sections: dict[str, list[tuple[str, float]]]
    with_section: dict[str, list[str]]


@cache
def read_plan() -> Plan:
    """Read what was drawn by hand."""
    plan, wishes = _read("plan.toml"), _read("facilities.toml")
    return Plan(
        county=plan["county"],
        river_name=plan["river_name"],
        river=_points(plan["river"]),
        railway_name=plan["railway_name"],
        railway=_points(plan["railway"]),
        railway_half_width=float(plan["railway_half_width"]),
        station=_points(plan["station"]),
        planning_area=_points(plan["planning_area"]),
        township_border=_points(plan["township_border"]),
        river_half_widths=[float(w) for w in plan["river_half_widths"]],
        streets=[_street(row) for row in plan["streets"]],
        paths=[_street(row) for row in plan["paths"]],
        communities=[Community(**_flat(row)) for row in plan["communities"]],
        zones=[ZoneAt(**_flat(row)) for row in plan["zones"]],
        specials=[Special(**_flat(row)) for row in plan["specials"]],
        seeds=[Seed(**{**_flat(row), "names": tuple(row["names"])}) for row in plan["seeds"]],
        facilities=[FacilityWish(**_flat(row)) for row in wishes["facilities"]],
        without_centre=wishes["without_centre"],
        supermarkets=_points(wishes["supermarkets"]),
        parcel_points=_points(wishes["parcel_points"]),
        units=plan["units"],
        north_units=plan["north_units"],
        sections={
            name: [(layer, float(off)) for layer, off in rows] for name, rows in plan["sections"].items()
        },
        with_section=plan["with_section"],
    )


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / name).read_text(encoding="utf-8"))


def _points(rows: list[list[float]]) -> Points:
    return [(float(x), float(y)) for x, y in rows]


def _street(row: dict[str, Any]) -> DrawnStreet:
    return DrawnStreet(row["name"], row["class"], float(row["width_m"]), _points(row["line"]))


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    x, y = row["at"]
    return {**{key: value for key, value in row.items() if key != "at"}, "x": float(x), "y": float(y)}
