"""One sentence for each verdict and each decision, fit for an approval text.

A sentence is a message: keys and values here, Chinese or English at the edge. Figures are shown as they were judged: a
share is never rounded onto or across a threshold, so that "90%" is not said of what fell short of 90 %.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from gis_planner.analysis.capacity_evidence import capacity_clause
from gis_planner.analysis.comparison import Flip
from gis_planner.messages import Message
from gis_planner.model.choices import FACILITY_KINDS
from gis_planner.model.layers import layer
from gis_planner.model.project import Project
from gis_planner.model.results import Bound
from gis_planner.model.standard import POINTS, Element, Standard, Subject, Verdict
from gis_planner.model.tables import Frame, ids, texts

_NAMED_MAX = 3


def verdict_sentence(verdict: Verdict, standard: Standard, names: Mapping[str, str] | None = None) -> Message:
    """Say one verdict: what was found, against which threshold, and what it therefore is.

    `names` gives what to call units and facilities (`compounds/C001`, `facilities/F7`; see `name_features`).
    """
    element = standard.element(verdict.element)
    called = names or {}
    if verdict.status == "not_applicable":
        return _not_applicable(verdict, element)
    if verdict.status == "not_assessed":
        doubt = doubt_words(verdict.evidence["doubt"], verdict.subject)
        return Message("scoring.not_assessed", element=_title(element), doubt=doubt)
    if element.metric == "reach_share":
        return _reach_sentence(verdict, element, called)
    return _layer_sentence(verdict, element)


def score_line(verdicts: Sequence[Verdict]) -> Message:
    """Say one cluster's score: `达标 11 · 评估 14/15 · 得分 0.82（0.77–0.83）`."""
    applicable = [verdict for verdict in verdicts if verdict.status != "not_applicable"]
    points = [POINTS[verdict.status] for verdict in applicable if verdict.status in POINTS]
    assessed, total = len(points), len(applicable)
    lower = sum(points) / total if total else 0.0
    upper = (sum(points) + total - assessed) / total if total else 1.0
    return Message(
        "scoring.line",
        passed=sum(verdict.status == "pass" for verdict in applicable),
        assessed=assessed,
        total=total,
        score=f"{sum(points) / assessed:.2f}" if assessed else None,
        lower=f"{lower:.2f}",
        upper=f"{upper:.2f}",
    )


def flip_sentence(flip: Flip, standard: Standard, cluster_name: str = "") -> Message:
    """Say one cell that flipped: which, from what, to what."""
    return Message(
        "scoring.flip",
        cluster=cluster_name or flip.cluster_id,
        element=_title(standard.element(flip.element)),
        before=Message(f"scoring.status.{flip.before}"),
        after=Message(f"scoring.status.{flip.after}"),
    )


def bound_sentence(bound: Bound) -> Message:
    """Say one hard bound of a cluster: its value, and whether it is kept; a sum of which parts are unknown reads ≥."""
    least = bound.name == "households" and bound.state == "unchecked" and bound.value is not None
    return Message(
        f"showing.bound.{bound.state}",
        name=Message(f"clusters.bound.{bound.name}"),
        value=("≥ " if least else "") + figure if (figure := _bound_figure(bound, bound.value)) else None,
        low=_bound_figure(bound, bound.low),
        high=_bound_figure(bound, bound.high),
    )


def doubt_words(doubt: Mapping[str, Any], subject: Subject = "cluster") -> Message:
    """Say why something was not assessed in a cluster or a compound."""
    values: dict[str, Any] = {"subject": subject_word(subject)}
    if "layer" in doubt:
        values["layer"] = title_of_layer(str(doubt["layer"]))
    if "kind" in doubt:
        values["kind"] = _kind_title(str(doubt["kind"]))
    if "attribute" in doubt:
        column = layer(str(doubt["layer"])).column(str(doubt["attribute"]))
        values["attribute"] = _both(column.zh, column.en)
    if "found" in doubt:
        values["found"] = str(doubt["found"])
    if "empty_share" in doubt:
        values["share"] = percent(doubt["empty_share"], doubt["limit"])
    if "cover" in doubt:
        values["share"] = percent(doubt["cover"], doubt["limit"])
    if doubt["code"] == "households" and subject == "compound":
        return Message("scoring.doubt.households_compound", **values)
    return Message(f"scoring.doubt.{doubt['code']}", **values)


def subject_word(subject: Subject) -> Message:
    """Say what is judged: 组团 or 小区."""
    return Message(f"scoring.subject.{subject}")


def name_features(project: Project, units: Frame) -> dict[str, str]:
    """Give what people call compounds, buildings, parcels and facilities, by `layer/id`, where they have a name.

    A building is called with its compound's name, for every compound has a 1号楼; `units` (of `Results`) know which.
    """
    named: dict[str, str] = {}
    for name in ("compounds", "buildings", "parcels", "facilities"):
        table = project.table(name)
        for feature, text in zip(ids(table), texts(table, "name"), strict=True):
            if text:
                named[f"{name}/{feature}"] = text
    inside = dict(named)
    if not len(units):
        return inside
    for unit, kind, compound in zip(
        *(texts(units, c) for c in ("unit_id", "unit_type", "compound_id")), strict=True
    ):
        own, home = named.get(unit or ""), named.get(f"compounds/{compound}")
        if kind == "buildings" and unit and own and home and not own.startswith(home):
            inside[unit] = home + own
    return inside


def percent(share: float, *marks: float) -> str:
    """Write a share as a percentage, with the decimals it takes to stay on its side of every mark, of 0 and of 1."""
    for decimals in range(1, 9):
        text = f"{share * 100:.{decimals}f}"
        shown = float(text) / 100
        if all((shown < mark, shown > mark) == (share < mark, share > mark) for mark in (0.0, 1.0, *marks)):
            break
    return (text.rstrip("0").rstrip(".") if decimals == 1 else text) + "%"


def metres(length_m: float, limit_m: float) -> str:
    """Write a length in whole metres, with the decimals it takes to stay on its side of a limit."""
    for decimals in range(7):
        text = f"{length_m:.{decimals}f}"
        if (float(text) <= limit_m) == (length_m <= limit_m):
            break
    return text


# --- the parts of a sentence


def _not_applicable(verdict: Verdict, element: Element) -> Message:
    """Say the reason that a person gave, and what the data hold there nevertheless."""
    evidence = verdict.evidence
    there = evidence.get("assessed", 0) + evidence.get("unknown", 0)
    more: Message | str = ""
    if there:
        subject = subject_word(verdict.subject)
        more = Message(f"scoring.there.{evidence['unit']}", n=_number(there), subject=subject)
    elif evidence.get("facilities_count"):
        more = Message("scoring.there.reached", n=evidence["facilities_count"])
    return Message("scoring.not_applicable", element=_title(element), reason=evidence["reason"], more=more)


def _reach_sentence(verdict: Verdict, element: Element, names: Mapping[str, str]) -> Message:
    evidence = verdict.evidence
    more = [_unserved(evidence, names), _proposed(evidence, names), capacity_clause(evidence)]
    if evidence["basis"] == "existence":
        nearest = evidence["nearest"] or {}
        return Message(
            f"scoring.existence.{verdict.status}",
            element=_title(element),
            subject=subject_word(verdict.subject),
            limit=_number(evidence["limit_m"]),
            facility=_name(names, "facilities", nearest.get("facility")),
            metres=metres(nearest["distance_m"], evidence["limit_m"]) if nearest else None,
            more=_joined(more[1:]),
        )
    unknown = evidence["households_unknown"]
    return Message(
        "scoring.reach_known" if unknown else "scoring.reach",
        element=_title(element),
        subject=subject_word(verdict.subject),
        households=evidence["households"],
        reached=evidence["reached_households"],
        share=_share(verdict),
        limit=_number(evidence["limit_m"]),
        judged=_judged(verdict),
        more=_joined([Message("scoring.more.households", n=unknown) if unknown else None, *more]),
    )


def _layer_sentence(verdict: Verdict, element: Element) -> Message:
    evidence = verdict.evidence
    unit = evidence["unit"]
    overhead = evidence.get("overhead_m")
    good, assessed = _part_and_whole(verdict)
    return Message(
        f"scoring.{element.metric}",
        element=_title(element),
        subject=subject_word(verdict.subject),
        good=good,
        assessed=assessed,
        share=_share(verdict),
        judged=_judged(verdict),
        more=_joined([
            Message(f"scoring.more.unknown_{unit}", n=_number(evidence["unknown"])) if evidence["unknown"] else None,
            Message("scoring.more.overhead", n=_number(overhead)) if overhead else None,
        ]),
    )  # fmt: skip


def _part_and_whole(verdict: Verdict) -> tuple[str, str]:
    """Write what is in order and what was assessed, so that their share stays on its side of every threshold."""
    good, assessed = float(verdict.evidence["good"]), float(verdict.evidence["assessed"])
    marks = (verdict.threshold_pass, verdict.threshold_partial, 1.0)
    share = verdict.value or 0.0
    for decimals in (1, 2, 3):  # lengths are known to millimetres
        written = f"{good:.{decimals}f}", f"{assessed:.{decimals}f}"
        shown = float(written[0]) / float(written[1]) if float(written[1]) else 0.0
        if all((shown < mark, shown > mark) == (share < mark, share > mark) for mark in marks):
            break
    return written[0].rstrip("0").rstrip("."), written[1].rstrip("0").rstrip(".")


def _judged(verdict: Verdict) -> Message:
    one_line = verdict.status == "fail" and verdict.threshold_partial == verdict.threshold_pass
    return Message(
        "scoring.judged.fail_one" if one_line else f"scoring.judged.{verdict.status}",
        passing=percent(verdict.threshold_pass),
        partial=percent(verdict.threshold_partial),
    )


def _share(verdict: Verdict) -> str:
    return percent(verdict.value or 0.0, verdict.threshold_pass, verdict.threshold_partial)


def _unserved(evidence: Mapping[str, Any], names: Mapping[str, str]) -> Message | None:
    count = evidence["unserved_count"]
    if not count:
        return None
    first = [
        names.get(row["unit"], row["unit"].partition("/")[2]) for row in evidence["unserved"][:_NAMED_MAX]
    ]
    key = "scoring.more.unserved_many" if count > _NAMED_MAX else "scoring.more.unserved"
    return Message(key, units=first, n=count)


def _proposed(evidence: Mapping[str, Any], names: Mapping[str, str]) -> Message | None:
    proposed = evidence["proposed"]
    if not proposed:
        return None
    return Message(
        "scoring.more.proposed", facilities=[_name(names, "facilities", f) for f in proposed[:_NAMED_MAX]]
    )


def _joined(parts: Sequence[Message | None]) -> Message | str:
    """Put parts of a sentence behind each other."""
    whole: Message | str = ""
    for part in parts:
        if part is not None:
            whole = Message("scoring.joined", first=whole, second=part)
    return whole


def _name(names: Mapping[str, str], layer_name: str, feature: str | None) -> str | None:
    return None if feature is None else names.get(f"{layer_name}/{feature}", feature)


def _bound_figure(bound: Bound, value: float | None) -> str | None:
    """Write a figure of a bound so that it stays on its side: shares as percents, lengths rounded up."""
    if value is None:
        return None
    if bound.name == "extension_share":
        return percent(value, *(() if bound.high is None else (bound.high,)))
    return f"{math.ceil(value * 10 - 1e-6) / 10:.1f}".removesuffix(".0")


def _number(value: float) -> str:
    return f"{float(value):.1f}".rstrip("0").rstrip(".")


def _title(element: Element) -> Message:
    return _both(element.zh, element.en)


def title_of_layer(name: str) -> Message:
    """Give what a layer is called in both languages."""
    declared = layer(name)
    return _both(declared.zh, declared.en)


def _kind_title(kind: str) -> Message:
    found = next(choice for choice in FACILITY_KINDS if choice.id == kind)
    return _both(found.zh, found.en)


def _both(zh: str, en: str) -> Message:
    return Message("scoring.both", zh=zh, en=en)
