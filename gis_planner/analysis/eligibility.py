"""Who is eligible: the decision table of the policy, test by test.

The tests run in their order (E01 to E10) and the first that stops a compound decides. A fact that is unknown
stops nobody and hides nothing: testing goes on, a later test may still exclude for certain, and only when none
does is the compound pending (资料不全), with the code of the first unknown. That holds for every test, the urban
scope and the gap against the standard too: a pending compound takes part in clusters, so neither keeps it out.

Compounds built in the extension years (2001–2005) enter with a cluster that an older compound founds (洛宁方案
二(一)). That would be circular if done at once, so it takes two passes: first they wait in the reserve as EXT_0105;
clusters are formed; those that lie inside are given as `taken` and the table is asked again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from gis_planner.model.rules import Rules
from gis_planner.model.standard import ELIGIBILITY_RULES, EXCLUSION_LISTS, Eligibility, Profile
from gis_planner.model.tables import Frame, bools, floats, ids, ints

Result = Literal["eligible", "eligible_via_cluster", "reserve", "excluded", "pending"]
Outcome = Literal["passed", "excluded", "reserve", "unknown"]
Period = Literal["inside", "extension", "late"]
Consent = Literal["met", "not_met", "unknown", "ratio_only", "contradictory"]
_RULE_OF = {code: rule for rule, code in ELIGIBILITY_RULES.items()}


def decide_eligibility(
    compounds: Frame, profile: Profile, rules: Rules, *, taken: Mapping[str, str] | None = None
) -> tuple[Eligibility, ...]:
    """Decide about every compound, sorted by id.

    `taken` maps compounds of the extension years to the cluster that takes them in (the second pass).
    """
    inside = taken or {}
    decided = [
        _decide(facts, profile, rules, inside.get(facts.compound_id)) for facts in _read_facts(compounds)
    ]
    return tuple(sorted(decided, key=lambda eligibility: eligibility.compound_id))


def takes_part(result: str) -> bool:
    """Tell whether a compound with this result takes part in clusters: eligible, pending and via a cluster."""
    return result in ("eligible", "eligible_via_cluster", "pending")


def founds_cluster(eligibility: Eligibility) -> bool:
    """Tell whether a compound can take in others of the extension years: it takes part and its year surely passes."""
    inputs = eligibility.inputs
    return takes_part(eligibility.result) and "YEAR" not in inputs["unknown"] and inputs["cluster"] is None


def awaits_cluster(eligibility: Eligibility) -> bool:
    """Tell whether a compound waits in the reserve for a cluster that would take it in (first pass)."""
    return (
        eligibility.result == "reserve"
        and eligibility.code == "EXT_0105"
        and eligibility.inputs["extension_mode"] == "via_cluster"
    )


@dataclass(frozen=True)
class _Facts:
    """What is known of one compound; None is unknown."""

    compound_id: str
    in_urban_scope: bool | None
    in_shantytown_plan: bool | None
    demolish_rebuild: bool | None
    self_built_share: float | None
    urban_village: bool | None
    sangongyiye: bool | None
    structure_safe: bool | None
    built_year: int | None
    built_year_from: int | None
    built_year_to: int | None
    gap_count: int | None
    consent_households: int | None
    households: int | None
    consent_ratio: float | None


def _read_facts(compounds: Frame) -> list[_Facts]:
    flags = (
        "in_urban_scope",
        "in_shantytown_plan",
        "demolish_rebuild",
        "urban_village",
        "sangongyiye",
        "structure_safe",
    )
    whole = (
        "built_year",
        "built_year_from",
        "built_year_to",
        "gap_count",
        "consent_households",
        "households",
    )
    shares = ("self_built_share", "consent_ratio")
    columns: dict[str, list[Any]] = {"compound_id": ids(compounds)}
    columns |= {name: list(bools(compounds, name)) for name in flags}
    columns |= {name: list(ints(compounds, name)) for name in whole}
    for name in shares:
        columns[name] = [None if np.isnan(v) else float(v) for v in floats(compounds, name)]
    return [_Facts(**dict(zip(columns, row, strict=True))) for row in zip(*columns.values(), strict=True)]


def _decide(facts: _Facts, profile: Profile, rules: Rules, cluster: str | None) -> Eligibility:
    listed = _exclusion_lists(facts, rules.self_built_share_max)
    period = _period(facts, profile)
    consent, needed = _consent(facts, profile)

    outcomes: dict[str, Outcome] = {"OUT_OF_SCOPE": _must(facts.in_urban_scope)}
    for code in EXCLUSION_LISTS:
        outcomes[code] = _must_not(listed[code]) if code in profile.excludes else "passed"
    outcomes["UNSAFE"] = _must(facts.structure_safe)
    outcomes["YEAR"] = _year(period)
    outcomes["EXT_0105"] = _extension(period, profile, cluster)
    outcomes["NO_GAP"] = _gap(facts.gap_count)
    outcomes["CONSENT"] = _willing(consent, profile)

    noted = [code for code in EXCLUSION_LISTS if code not in profile.excludes and listed[code]]
    if profile.consent_mode == "advisory" and consent == "not_met":
        noted.append("CONSENT")
    unknown = [code for code, outcome in outcomes.items() if outcome == "unknown"]
    inputs: dict[str, Any] = {name: value for name, value in vars(facts).items() if name != "compound_id"}
    inputs |= {"cutoff_year": profile.cutoff_year, "extension_mode": profile.extension_mode}
    inputs |= {"cluster": cluster if period == "extension" else None}
    inputs |= {"consent": consent, "consent_needed": needed, "consent_mode": profile.consent_mode}
    inputs |= {"unknown": unknown, "noted": noted}

    result, code = _first_stop(outcomes, profile)
    if result == "eligible" and unknown:
        result, code = "pending", unknown[0]
    elif result == "eligible" and period == "extension":
        result, code = "eligible_via_cluster", "EXT_0105"
    rule = _RULE_OF.get(code, "ALL")
    return Eligibility(facts.compound_id, result, code, rule, profile.clauses[rule], inputs)


def _first_stop(outcomes: Mapping[str, Outcome], profile: Profile) -> tuple[Result, str]:
    """Find the test that stops, eligible where none does.

    Waiting for a cluster is no answer yet, so a later test may still exclude; everywhere else the first stop rules.
    """
    waiting = False
    for code, outcome in outcomes.items():
        if outcome == "reserve" and code == "EXT_0105" and profile.extension_mode == "via_cluster":
            waiting = True
        elif outcome in ("excluded", "reserve"):
            return ("excluded", code) if outcome == "excluded" else ("reserve", code)
    return ("reserve", "EXT_0105") if waiting else ("eligible", "ELIGIBLE")


def _must(fact: bool | None) -> Outcome:
    if fact is None:
        return "unknown"
    return "passed" if fact else "excluded"


def _must_not(fact: bool | None) -> Outcome:
    return _must(None if fact is None else not fact)


def _exclusion_lists(facts: _Facts, self_built_share_max: float) -> dict[str, bool | None]:
    """Tell for each exclusion list whether the compound stands on it, None where that cannot be told."""
    share = facts.self_built_share
    mainly_self_built = None if share is None else share > self_built_share_max
    return {
        "SHANTYTOWN": facts.in_shantytown_plan,
        "REBUILD": facts.demolish_rebuild,
        "SELF_BUILT": _either(mainly_self_built, facts.urban_village),
        "SANGONGYIYE": facts.sangongyiye,
    }


def _either(one: bool | None, other: bool | None) -> bool | None:
    if one or other:
        return True
    return None if one is None or other is None else False


def _period(facts: _Facts, profile: Profile) -> Period | None:
    """Place the built year; without one, a span that lies wholly in one period tells it as well."""
    first = facts.built_year if facts.built_year is not None else facts.built_year_from
    last = facts.built_year if facts.built_year is not None else facts.built_year_to
    if first is not None and last is not None and first > last:
        return None
    if last is not None and last <= profile.cutoff_year:
        return "inside"
    if first is None or first <= profile.cutoff_year:
        return None
    none_extended = profile.extension_mode == "none"
    if none_extended or first > profile.extension_to or (last is not None and last < profile.extension_from):
        return "late"
    if last is None or first < profile.extension_from or last > profile.extension_to:
        return None
    return "extension"


def _year(period: Period | None) -> Outcome:
    if period is None:
        return "unknown"
    return "excluded" if period == "late" else "passed"


def _extension(period: Period | None, profile: Profile, cluster: str | None) -> Outcome:
    if period != "extension":
        return "passed"
    return "passed" if profile.extension_mode == "via_cluster" and cluster is not None else "reserve"


def _gap(gap_count: int | None) -> Outcome:
    if gap_count is None or gap_count < 0:
        return "unknown"
    return "passed" if gap_count > 0 else "excluded"


def _consent(facts: _Facts, profile: Profile) -> tuple[Consent, int | None]:
    """Compare consenting households with all households, in whole households.

    A ratio alone says nothing of households that were counted, so it decides nothing. Gives the state and the
    number of households that must consent.
    """
    total, consenting = facts.households, facts.consent_households
    needed = (
        -(-profile.consent_num * total // profile.consent_den) if total is not None and total > 0 else None
    )
    if consenting is None and facts.consent_ratio is not None:
        return "ratio_only", needed
    if consenting is None or total is None or needed is None:
        return "unknown", needed
    if not 0 <= consenting <= total:
        return "contradictory", needed
    enough = profile.consent_den * consenting >= profile.consent_num * total
    return ("met" if enough else "not_met"), needed


def _willing(consent: Consent, profile: Profile) -> Outcome:
    if profile.consent_mode == "advisory" or consent == "met":
        return "passed"
    return "reserve" if consent == "not_met" else "unknown"
