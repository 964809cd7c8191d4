"""One sentence for each decision about a compound, with its figures and its clause."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gis_planner.messages import Message
from gis_planner.model.standard import Eligibility


def eligibility_sentence(eligibility: Eligibility, cluster_name: str = "") -> Message:
    """Say what was decided about a compound, why, and by which clause; `cluster_name` is the one that takes it in."""
    inputs = eligibility.inputs
    values: dict[str, Any] = {
        "year": _year(inputs),
        "cutoff": inputs["cutoff_year"],
        "cluster": cluster_name or inputs["cluster"],
        "consenting": inputs["consent_households"],
        "households": inputs["households"],
        "needed": inputs["consent_needed"],
        "unknown": [Message(f"eligibility.fact.{code}") for code in inputs["unknown"]],
    }
    key = f"eligibility.why.{eligibility.result}"
    if eligibility.result == "excluded":
        key = f"eligibility.why.{eligibility.code}"
    elif eligibility.result == "reserve":
        key = f"eligibility.why.reserve_{_waits_for(eligibility)}"
    return Message(
        "eligibility.sentence",
        result=Message(f"eligibility.result.{eligibility.result}"),
        why=Message(key, **values),
        noted=_noted(inputs["noted"]),
        clause=eligibility.clause,
    )


def _waits_for(eligibility: Eligibility) -> str:
    if eligibility.code == "CONSENT":
        return "consent"
    return "cluster" if eligibility.inputs["extension_mode"] == "via_cluster" else "years"


def _year(inputs: Mapping[str, Any]) -> str | None:
    """Write the built year, else the span that is known of it."""
    if inputs["built_year"] is not None:
        return str(inputs["built_year"])
    first, last = inputs["built_year_from"], inputs["built_year_to"]
    if first is None and last is None:
        return None
    return f"{first or ''}–{last or ''}"


def _noted(codes: list[str]) -> Message | str:
    return (
        Message("eligibility.noted", items=[Message(f"eligibility.note.{code}") for code in codes])
        if codes
        else ""
    )
