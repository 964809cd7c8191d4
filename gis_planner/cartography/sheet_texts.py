"""The words and numbers of a sheet: facts of a cluster, verdict rows, notes, title block.

Figures are said as everywhere else (`analysis.sentences`); unknown is said as unknown.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from gis_planner.analysis.scoring import thresholds_of
from gis_planner.analysis.sentences import name_features, percent, score_line, verdict_sentence
from gis_planner.cartography.sheet_notes import crs_text, latest_date
from gis_planner.cartography.sheet_template import SheetTemplate
from gis_planner.cartography.sheet_values import Row, SheetFacts, VerdictRow
from gis_planner.cartography.sheet_voice import DASH, Voice
from gis_planner.messages import Message
from gis_planner.model.project import Project
from gis_planner.model.results import Bound, ClusterFigures, Results
from gis_planner.model.rules import Rules
from gis_planner.model.standard import Element, Verdict
from gis_planner.model.tables import bools, floats, ids, texts

_RESULTS = ("eligible", "eligible_via_cluster", "pending", "reserve", "excluded")
_NOT_SERVED = ("beyond_limit", "beyond_search", "no_access", "no_facility")


def score_text(results: Results, cluster_id: str, voice: Voice) -> str:
    """Say a cluster's score with its bounds, in the words that every output uses."""
    own = [v for v in results.verdicts if v.cluster_id == cluster_id]
    return voice.catalogue.text(score_line(own), voice.language)


def eligibility_text(results: Results, compounds: Collection[str], voice: Voice) -> str:
    """Say how many of these compounds are eligible, pending, reserve or out of scope."""
    found = [e.result for e in results.eligibility if e.compound_id in compounds]
    counts = {kind: sum(result == kind for result in found) for kind in _RESULTS}
    parts = [voice.say(f"eligibility_{kind}", n=n) for kind, n in counts.items() if n]
    return voice.pick("；", "; ").join(parts) or DASH


def households_text(figures: ClusterFigures, voice: Voice) -> str:
    """Say a cluster's households; with unknown members it is at least so many."""
    if figures.households_unknown:
        return voice.say("households_least", n=figures.households, unknown=figures.households_unknown)
    return voice.say("households", n=figures.households)


def cluster_facts(figures: ClusterFigures, results: Results, voice: Voice) -> tuple[Row, ...]:
    """Give the facts of a cluster: place, size, bounds, who is eligible."""
    diameter = figures.walk_diameter_m
    rows = [
        ("township", figures.township or DASH),
        ("members", voice.say("members", n=len(figures.compounds))),
        ("households", households_text(figures, voice)),
        ("area", voice.say("area", ha=f"{figures.area_m2 / 10_000.0:.2f}")),
        ("diameter", DASH if diameter is None else f"{math.ceil(diameter * 10.0 - 1e-6) / 10.0:g} m"),
        ("contiguous", voice.say("contiguous_yes" if figures.contiguous else "contiguous_no")),
        ("eligibility", eligibility_text(results, figures.compounds, voice)),
        ("bounds", voice.pick("；", "; ").join(_bound(bound, voice) for bound in figures.bounds) or DASH),
    ]
    return tuple(Row(voice.say(f"fact_{key}"), value) for key, value in rows)


def _bound(bound: Bound, voice: Voice) -> str:
    name = voice.catalogue.text(Message(f"clusters.bound.{bound.name}"), voice.language)
    span = "" if bound.name == "township" else _span(bound)
    return " ".join(part for part in (name, span, voice.say(f"bound_{bound.state}")) if part)


def _span(bound: Bound) -> str:
    if bound.low is not None and bound.high is not None:
        return f"{bound.low:g}–{bound.high:g}"
    return f"≤\u00a0{bound.high:g}" if bound.high is not None else f"≥\u00a0{bound.low or 0:g}"


def member_names(project: Project, figures: ClusterFigures, voice: Voice) -> str:
    """List the compounds of a cluster by name, in the order of their ids."""
    compounds = project.table("compounds")
    names = dict(zip(ids(compounds), texts(compounds, "name"), strict=True))
    comma = voice.pick("、", ", ")
    return (
        voice.say("fact_names")
        + voice.pick("：", ": ")
        + comma.join(names.get(c) or c for c in figures.compounds)
    )


def verdict_rows(
    project: Project, results: Results, cluster_id: str, voice: Voice, *, sentences: bool = False
) -> tuple[VerdictRow, ...]:
    """Give the table of verdicts of one cluster, element by element in the order of the rule pack.

    With `sentences` each row has its full sentence.
    """
    found = {v.element: v for v in results.verdicts if v.cluster_id == cluster_id}
    cover = results.cluster_coverage
    own = cover[cover["cluster_id"] == cluster_id]
    exists = dict(zip(own["kind"], own["existence"], strict=True))
    unserved = count_unserved(results)[cluster_id]
    names = name_features(project, results.units) if sentences else {}
    rows = []
    for element in results.standard.elements:
        verdict = found.get(element.id)
        row = _verdict_row(element, verdict, results.rules, voice)
        if element.facility is not None:
            exist, missed = exists.get(element.facility), unserved.get(element.facility, 0.0)
            if element.limit_m is not None:
                exist, missed = by_own_limit(verdict)
            row = replace(row, existence=_existence(exist, voice))
            if verdict is not None and verdict.value is not None:
                row = replace(row, not_served=f"{missed:g}")
        if sentences and verdict is not None:
            message = verdict_sentence(verdict, results.standard, names)
            row = replace(row, sentence=voice.catalogue.text(message, voice.language))
        rows.append(row)
    return tuple(rows)


def by_own_limit(verdict: Verdict | None) -> tuple[bool | None, float]:
    """Give whether anybody reaches one, and the known households that do not, by the element's own walking limit."""
    if verdict is None:
        return None, 0.0
    return verdict.evidence.get("existence"), float(verdict.evidence.get("unserved_households", 0))


def count_unserved(results: Results) -> dict[str, dict[str, float]]:
    """Sum the known households that do not reach a kind of facility within the limit, by cluster id and kind.

    Each household counts once (contract, section 3); units whose reach is unknown are not counted.
    """
    units = pd.DataFrame(
        {
            "unit_id": texts(results.units, "unit_id"),
            "cluster_id": texts(results.units, "cluster_id"),
            "households": floats(results.units, "households"),
        }
    )[np.array(bools(results.units, "counted"), dtype=bool)].dropna()
    missed = results.coverage[results.coverage["reason"].isin(_NOT_SERVED)]
    rows = (
        missed.merge(units, on="unit_id").groupby(["cluster_id", "kind"], as_index=False)["households"].sum()
    )
    unserved: dict[str, dict[str, float]] = {cluster.id: {} for cluster in results.clusters}
    for cluster, kind, households in zip(rows["cluster_id"], rows["kind"], rows["households"], strict=True):
        unserved.setdefault(str(cluster), {})[str(kind)] = float(households)
    return unserved


def _verdict_row(element: Element, verdict: Verdict | None, rules: Rules, voice: Voice) -> VerdictRow:
    status = verdict.status if verdict is not None else "not_assessed"
    value = verdict.value if verdict is not None else None
    marks = thresholds_of(element, rules)
    return VerdictRow(
        group=element.group,
        name=voice.pick(element.zh, element.en),
        status=status,
        status_text=voice.status(status),
        value=DASH if value is None else percent(value, marks.passing, marks.partial),
        not_served=DASH,
        existence=DASH,
        thresholds=threshold_text(element, rules, voice),
        clause=element.clause,
        sentence="",
    )


def threshold_text(element: Element, rules: Rules, voice: Voice) -> str:
    """Say the thresholds for passing and passing partly, in percent, and who set them."""
    marks = thresholds_of(element, rules)
    origin = voice.say("origin_document" if marks.from_document else "origin_default")
    return f"{marks.passing * 100.0:g}/{marks.partial * 100.0:g} {origin}"


def _existence(found: Any, voice: Voice) -> str:
    if found is None or pd.isna(found):
        return DASH
    return voice.say("exists" if bool(found) else "exists_not")


def title_block(
    project: Project, results: Results, facts: SheetFacts, template: SheetTemplate, voice: Voice, *, title: str,
    scale: float | None, cluster: int, sheet: int,
) -> dict[str, Row]:  # fmt: skip
    """Give the fields of the title block (图签); what nobody typed stays blank."""
    values = {
        "project": facts.title or project.title,
        "title": title,
        "number": template.number(cluster, sheet),
        "scale": "" if scale is None else f"1:{scale:g}",
        "designer": facts.designer,
        "stage": facts.stage or template.text("stage", voice.language),
        "crs": crs_text(project.crs, voice),
        "height": facts.height_datum,
        "date": facts.date,
        "data_date": latest_date(project),
        "review_number": facts.review_number,
        "fingerprint": results.fingerprint[:12],
    }
    return {key: Row(voice.say(f"block_{key}"), value) for key, value in values.items()}


def group_spans(elements: Sequence[Element]) -> tuple[tuple[str, int], ...]:
    """Give the groups of a rule pack in order, with how many elements each has."""
    spans: list[tuple[str, int]] = []
    for element in elements:
        if spans and spans[-1][0] == element.group:
            spans[-1] = (element.group, spans[-1][1] + 1)
        else:
            spans.append((element.group, 1))
    return tuple(spans)
