"""The access report: who has no way onto the network and why, whose leg is long, and what nobody can walk to.

A leg is straight and crosses whatever is not drawn, so a long one is doubtful: it is listed where even the shortest
leg of a unit or a facility is longer than the rule's share of the longest allowed. What stands behind gates walks
straight to them, which is no leg; there the compound's own legs are asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from gis_planner.messages import Message
from gis_planner.model.results import Results
from gis_planner.model.tables import Frame, floats, geometries, texts


@dataclass(frozen=True)
class AccessLine:
    """One line: what was found (`no_access`, `long_leg`, `unreached`), of whom, why, and where.

    `owner` is a unit_id or `facilities/<id>`. `households` are those that count for a unit, None where they are
    unknown or it is a facility. `leg_m` is the shortest leg, None without one.
    """

    found: str
    owner: str
    message: Message
    reason: Message | None
    households: int | None
    leg_m: float | None
    x: float | None
    y: float | None


def report_access(results: Results) -> list[AccessLine]:
    """List everyone without access, long legs and facilities that nobody can reach; most households first."""
    owners = _owners(results)
    legs = _shortest_legs(results.access)
    rules = results.rules
    longest = rules.long_leg_share * rules.snap_max_m
    lines = []
    for owner, (shape, households) in owners.items():
        reason, leg = results.unreached.get(owner), legs.get(owner)
        x, y = _place(shape)
        if reason is not None:
            is_unit = not owner.startswith("facilities/")
            found = "no_access" if is_unit else "unreached"
            key = "network.unit_unreached" if is_unit else "network.facility_unreached"
            feature = owner if is_unit else owner.removeprefix("facilities/")
            said = Message(key, feature=feature, reason=reason)
            lines.append(AccessLine(found, owner, said, reason, households, leg, x, y))
        if leg is not None and leg > longest:
            said = Message(
                "network.long_leg",
                feature=owner,
                leg=round(leg, 1),
                limit=rules.snap_max_m,
                share=rules.long_leg_share,
            )
            lines.append(AccessLine("long_leg", owner, said, None, households, leg, x, y))
    order = ("no_access", "unreached", "long_leg")
    return sorted(lines, key=lambda line: (-(line.households or 0), order.index(line.found), line.owner))


def _owners(results: Results) -> dict[str, tuple[Any, int | None]]:
    """Give every unit and every facility that counts, with its shape and the households that count for it."""
    units, facilities = results.units, results.facilities
    known = floats(units, "households")
    counted = units["counted"].to_numpy(dtype=bool)
    owners: dict[str, tuple[Any, int | None]] = {}
    for row, (name, shape) in enumerate(zip(texts(units, "unit_id"), geometries(units), strict=True)):
        figure = int(known[row]) if counted[row] and not np.isnan(known[row]) else None
        owners[str(name)] = (shape, figure)
    for name, shape, counts in zip(
        texts(facilities, "facility_id"), geometries(facilities), facilities["counted"], strict=True
    ):
        if counts:
            owners[f"facilities/{name}"] = (shape, None)
    return dict(sorted(owners.items()))


def _shortest_legs(access: Frame) -> dict[str, float]:
    """Give the shortest leg of everyone whose own it is: straight walks to gates from inside are none."""
    legs: dict[str, float] = {}
    for kind, owner, entrance, leg in zip(
        texts(access, "owner_type"), texts(access, "owner_id"), texts(access, "entrance_id"), floats(access, "leg_m"),
        strict=True,
    ):  # fmt: skip
        name = f"facilities/{owner}" if kind == "facility" else str(owner)
        if entrance is None or name.startswith("compounds/"):
            legs[name] = min(legs.get(name, np.inf), float(leg))
    through_gates = {
        f"facilities/{owner}" if kind == "facility" else str(owner)
        for kind, owner, entrance in zip(
            texts(access, "owner_type"), texts(access, "owner_id"), texts(access, "entrance_id"), strict=True
        )
        if entrance is not None
    }
    return {n: leg for n, leg in legs.items() if n.startswith("compounds/") or n not in through_gates}


def _place(shape: Any) -> tuple[float | None, float | None]:
    if shape is None or shape.is_empty:
        return None, None
    point = shape.representative_point()
    return round(point.x, 3), round(point.y, 3)
