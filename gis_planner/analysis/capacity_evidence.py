"""What a verdict tells of a capacity: the figures beside its coverage, and the words for them.

A share that is at least so much is rounded down, one that is at most so much is rounded up, so that what is shown
always holds. Without a share the words say 未评估 and never a nought.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from typing import Any

import pandas as pd

from gis_planner.messages import Message
from gis_planner.model.choices import CAPACITY_KINDS
from gis_planner.model.results import plain

_GIVEN = ("share", "state", "capacity", "facilities", "facilities_unknown", "households_unknown")
_ROUNDING = {"at_least": ROUND_FLOOR, "at_most": ROUND_CEILING}
_SIGNS = {"at_least": "≥ ", "at_most": "≤ ", "about": "≈ "}
_DIGITS = 3

# A bed, a doctor or a charging point is told for a hundred households, a parking space for each.
_HOUSEHOLDS_TOLD = {"parking": 1, "elder_care": 100, "medical": 100, "charging": 100}


def capacity_evidence(cluster_capacity: pd.DataFrame | None, kind: str) -> dict[str, dict[str, Any]]:
    """Give what verdicts on one kind tell of its capacity, by cluster; nothing of kinds that are not shared."""
    if cluster_capacity is None or kind not in CAPACITY_KINDS:
        return {}
    own = cluster_capacity[cluster_capacity["kind"] == kind]
    rows = zip(*([plain(value) for value in own[name]] for name in _GIVEN), strict=True)
    found = [dict(zip(("share_per_household", *_GIVEN[1:]), row, strict=True)) for row in rows]
    return {str(cluster): row for cluster, row in zip(own["cluster_id"], found, strict=True)}


def doubt_capacity(found: Mapping[str, Any]) -> dict[str, Any]:
    """Read a capacity where a survey may not have seen everything: at least that, and having none is unknown."""
    state = {"exact": "at_least", "at_most": "about"}.get(found["state"], found["state"])
    if state != "out_of_reach":
        return {**found, "state": state}
    return {**found, "state": "not_assessed", "share_per_household": None, "capacity": None}


def capacity_words(kind: str, found: Mapping[str, Any]) -> Message:
    """Say a share: `户均 0.31 车位`, `每百户 ≥ 1.2 床位`, or that it was not assessed."""
    share = found["share_per_household"]
    if share is None:
        return Message("scoring.capacity.not_assessed")
    return Message(f"scoring.capacity.{kind}", n=_figure(share * _HOUSEHOLDS_TOLD[kind], found["state"]))


def capacity_fact(evidence: Mapping[str, Any]) -> Message | None:
    """Say the share with the facilities in reach and what they hold together; None where no capacity is shared."""
    found = evidence.get("capacity")
    if found is None:
        return None
    said = capacity_words(evidence["kind"], found)
    if found["facilities"] is None:
        return said
    if found["capacity"] is None:
        return Message("scoring.capacity.fact_unknown", said=said, n=found["facilities"])
    capacity = ("≥ " if found["facilities_unknown"] else "") + f"{found['capacity']:g}"
    return Message("scoring.capacity.fact", said=said, n=found["facilities"], capacity=capacity)


def capacity_clause(evidence: Mapping[str, Any]) -> Message | None:
    """Say the share as a clause of a verdict's sentence, with what is unknown; None where there is none to tell."""
    found = evidence.get("capacity")
    if found is None or found["share_per_household"] is None or not found["facilities"]:
        return None
    key = "scoring.more.capacity"
    values = {"said": capacity_words(evidence["kind"], found)}
    if found["facilities_unknown"] and found["households_unknown"]:
        return Message(
            f"{key}_both", **values, n=found["facilities_unknown"], units=found["households_unknown"]
        )
    if found["facilities_unknown"]:
        return Message(f"{key}_facilities", **values, n=found["facilities_unknown"])
    if found["households_unknown"]:
        return Message(f"{key}_households", **values, n=found["households_unknown"])
    return Message(key, **values)


def _figure(value: float, state: str) -> str:
    """Write a figure with three digits that count, on its side of what is known."""
    exact = Decimal(repr(float(value)))
    step = Decimal(1).scaleb(max(exact.adjusted() - _DIGITS + 1, -9)) if exact else Decimal(1)
    rounded = exact.quantize(min(step, Decimal(1)), rounding=_ROUNDING.get(state, ROUND_HALF_EVEN))
    text = f"{rounded:f}"
    return _SIGNS.get(state, "") + (text.rstrip("0").rstrip(".") if "." in text else text)
