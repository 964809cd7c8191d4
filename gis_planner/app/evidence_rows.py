"""What stands behind a verdict, as lines of its card: walks, households, files, confidence, what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gis_planner.analysis.evidence import open_cells
from gis_planner.analysis.evidence_sentences import confidence_words, remedy_words
from gis_planner.analysis.sentences import percent
from gis_planner.app.texts import Texts
from gis_planner.model.project import Project
from gis_planner.model.results import Results
from gis_planner.model.standard import Element, Verdict

Line = tuple[str, str]
_LISTED = 3


def evidence_lines(
    texts: Texts, project: Project, results: Results, verdict: Verdict, names: Mapping[str, str]
) -> list[Line]:
    """Give the lines of one cell, each a title and a text; the walks themselves are drawn on the map."""
    cell = (verdict.cluster_id, verdict.element)
    evidence = open_cells(project, results, cells=[cell], trace=False, names=names)[cell]
    return lines_of(texts, verdict, evidence, names)


def lines_of(
    texts: Texts, verdict: Verdict, evidence: Mapping[str, Any], names: Mapping[str, str]
) -> list[Line]:
    """Give the lines of a cell that was laid open."""
    lines = [*_walks(texts, evidence), *_failing(texts, evidence)]
    if verdict.status == "not_assessed":
        lines.append((texts("app.evidence.remedy"), texts.say(remedy_words(evidence["doubt"]))))
    elif verdict.status == "not_applicable":
        lines.append((texts("app.evidence.there"), texts.number(evidence["there"]["features"])))
    else:
        said = texts.say(confidence_words(evidence["confidence"], names))
        lines.append((texts("app.evidence.confidence"), said))
    return lines


def _walks(texts: Texts, evidence: Mapping[str, Any]) -> list[Line]:
    lines: list[Line] = []
    for which in ("nearest", "farthest"):
        walk = evidence.get(which)
        if walk is None:
            continue
        said = texts(
            "app.evidence.walk",
            unit=walk["unit_name"] or walk["unit"].partition("/")[2],
            facility=walk["facility_name"] or walk["facility"],
            metres=texts.metres(walk["distance_m"]),
            minutes=texts.number(walk["minutes"], 1),
        )
        lines.append((texts(f"app.evidence.{which}"), said))
    if evidence.get("reached_households") is not None:
        said = texts(
            "app.evidence.counts",
            reached=texts.number(evidence["reached_households"]),
            missed=texts.number(evidence["households_not_reached"]),
            unknown=texts.number(evidence["households_unknown"]),
        )
        lines.append((texts("app.evidence.households"), said))
    if evidence.get("nearest") is not None:
        lines.append((texts("app.evidence.source"), _place(texts, evidence["nearest"]["source"])))
    return lines


def _failing(texts: Texts, evidence: Mapping[str, Any]) -> list[Line]:
    failing = evidence.get("failing", ())
    if not failing:
        return []
    some = [f"{one['id']} ({_place(texts, one)})" for one in failing[:_LISTED]]
    key = "app.evidence.listed_more" if evidence["failing_count"] > _LISTED else "app.evidence.listed"
    listed = (", " if texts.language == "en" else "、").join(some)
    return [(texts("app.evidence.failing"), texts(key, listed=listed, n=evidence["failing_count"]))]


def _place(texts: Texts, source: Mapping[str, Any]) -> str:
    """Say the file and row of a feature; what a hand drew has none."""
    if source["file"] is None:
        return texts("app.evidence.drawn")
    if source["row"] is None:
        return str(source["file"])
    return texts("app.evidence.row", file=source["file"], row=source["row"])


def standing_lines(texts: Texts, verdict: Verdict, element: Element) -> list[Line]:
    """Give what every cell is judged by: the indicator, the thresholds with their origin, the clause."""
    thresholds = texts(
        "app.threshold",
        passing=percent(verdict.threshold_pass),
        partial=percent(verdict.threshold_partial),
        origin=texts(f"app.origin.{verdict.origin}"),
    )
    return [
        (
            texts("app.evidence.indicator"),
            element.indicator_zh if texts.language == "zh" else element.indicator_en,
        ),
        (texts("app.evidence.threshold"), thresholds),
        (texts("app.evidence.clause"), verdict.clause),
    ]
