"""Figures become verdicts: 达标, 基本达标, 未达标, and what was not assessed or does not apply.

A verdict compares one figure with the thresholds of the rule pack, or with the city's own where the rules have them.
What is doubted is 未评估; it counts neither as a pass nor as a fail nor as zero, so a cluster's score is the points
over what was assessed, and beside it stand what it would be if everything unassessed failed (lower) or passed (upper).
不涉及 is set by a person with a reason and leaves the count altogether (policy brief 4.3).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from gis_planner.analysis.indicators import measure_layers
from gis_planner.analysis.member_indicators import MEMBER_METRICS, measure_members
from gis_planner.analysis.reach import Placed, list_walks, measure_reach
from gis_planner.analysis.survey import Indicator
from gis_planner.model.project import Project
from gis_planner.model.rules import Rules
from gis_planner.model.standard import POINTS, Element, Standard, Status, Subject, Verdict
from gis_planner.model.tables import Frame

_LEFT_TO_A_PERSON = Indicator(None, {"code": "needs_person"}, {"unit": "count"})


class Score(NamedTuple):
    """A cluster's score: elements assessed, points over them (None when none is), and its bounds, all 0 to 1."""

    assessed: int
    score: float | None
    lower: float
    upper: float


class Thresholds(NamedTuple):
    """The thresholds an element is judged by, and whether a document or the project set them."""

    passing: float
    partial: float
    from_document: bool


def score_clusters(
    project: Project,
    standard: Standard,
    figures: Sequence[Placed],
    units: Frame,
    coverage: pd.DataFrame,
    cluster_coverage: pd.DataFrame,
    rules: Rules,
    *,
    cluster_capacity: pd.DataFrame | None = None,
) -> tuple[tuple[Verdict, ...], dict[str, Score]]:
    """Judge every element in every cluster, sorted by cluster id and the order of the pack, and score the clusters."""
    measured = measure_elements(
        project,
        standard,
        figures,
        units,
        coverage,
        cluster_coverage,
        rules,
        cluster_capacity=cluster_capacity,
    )
    return judge_all(project, standard, measured, rules)


def measure_elements(
    project: Project,
    standard: Standard,
    figures: Sequence[Placed],
    units: Frame,
    coverage: pd.DataFrame,
    cluster_coverage: pd.DataFrame | None,
    rules: Rules,
    *,
    cluster_capacity: pd.DataFrame | None = None,
) -> dict[tuple[str, str], Indicator]:
    """Measure every element in every cluster, by cluster id and element id; thresholds play no part in it.

    Where the pack judges compounds, `figures` are those, and `cluster_coverage` is None. `cluster_capacity` goes into
    the evidence where it is given; it changes no figure that is judged.
    """
    clusters = sorted(figures, key=lambda cluster: cluster.id)
    footprints = np.empty(len(clusters), dtype=object)
    footprints[:] = [cluster.footprint for cluster in clusters]
    walks = list_walks(units, coverage, subject=standard.subject)
    measured: dict[tuple[str, str], Indicator] = {}
    for element in standard.elements:
        if element.metric == "reach_share":
            found = measure_reach(
                project, element, clusters, walks, cluster_coverage, rules, cluster_capacity=cluster_capacity
            )
        elif element.metric == "needs_person":
            found = [_LEFT_TO_A_PERSON] * len(clusters)
        elif element.metric in MEMBER_METRICS:
            found = measure_members(project, element, clusters, units, rules)
        else:
            found = measure_layers(project, element, footprints, rules)
        for cluster, indicator in zip(clusters, found, strict=True):
            measured[cluster.id, element.id] = indicator
    return measured


def judge_all(
    project: Project, standard: Standard, measured: Mapping[tuple[str, str], Indicator], rules: Rules
) -> tuple[tuple[Verdict, ...], dict[str, Score]]:
    """Judge what was measured; this alone is needed again when a threshold changes or 不涉及 is set."""
    reasons = project.not_applicable if standard.subject == "cluster" else project.compounds_not_applicable
    verdicts: list[Verdict] = []
    scores: dict[str, Score] = {}
    for cluster_id in sorted({cluster for cluster, _ in measured}):
        own = [
            judge(cluster_id, element, measured[cluster_id, element.id], rules,
                  not_applicable=reasons.get((cluster_id, element.id)), subject=standard.subject)
            for element in standard.elements
        ]  # fmt: skip
        verdicts += own
        scores[cluster_id] = score_of(own)
    return tuple(verdicts), scores


def judge(
    cluster_id: str,
    element: Element,
    indicator: Indicator,
    rules: Rules,
    *,
    not_applicable: str | None = None,
    subject: Subject = "cluster",
) -> Verdict:
    """Compare one figure with the thresholds; `not_applicable` is the reason that a person gave for 不涉及."""
    limits = thresholds_of(element, rules)
    status = status_of(indicator, limits)
    evidence = dict(indicator.evidence)
    if not_applicable is not None:
        status = "not_applicable"
        evidence["reason"] = not_applicable
    elif status == "not_assessed":
        evidence["doubt"] = indicator.doubt or {"code": "undecided", "layer": element.layers[0]}
    assessed = status in POINTS
    return Verdict(
        cluster_id=cluster_id,
        element=element.id,
        status=status,
        value=indicator.value if assessed else None,
        threshold_pass=limits.passing,
        threshold_partial=limits.partial,
        origin="document" if limits.from_document else "default",
        clause=element.clause,
        evidence=evidence,
        subject=subject,
    )


def thresholds_of(element: Element, rules: Rules) -> Thresholds:
    """Give the thresholds that count: the city's own where the rules have them, else the pack's.

    A city's own is no longer the document's. The partial threshold never lies above the pass threshold.
    """
    own_pass, own_partial = rules.threshold(element.id, "pass"), rules.threshold(element.id, "partial")
    passing = element.threshold_pass if own_pass is None else own_pass
    partial = element.threshold_partial if own_partial is None else own_partial
    from_document = element.origin == "document" and own_pass is None and own_partial is None
    return Thresholds(passing, min(partial, passing), from_document)


def score_of(verdicts: Iterable[Verdict]) -> Score:
    """Score one cluster's verdicts; 不涉及 leaves the count, 未评估 counts in the bounds alone."""
    applicable = [verdict for verdict in verdicts if verdict.status != "not_applicable"]
    points = [POINTS[verdict.status] for verdict in applicable if verdict.status in POINTS]
    assessed, total = len(points), len(applicable)
    if total == 0:
        return Score(0, None, 0.0, 1.0)
    lower = sum(points) / total
    upper = (sum(points) + total - assessed) / total
    return Score(assessed, sum(points) / assessed if assessed else None, lower, upper)


def meets_standard(verdicts: Sequence[Verdict]) -> bool:
    """Tell whether a cluster meets the standard: every element passes or is 不涉及, none is 未评估."""
    return bool(verdicts) and all(verdict.status in ("pass", "not_applicable") for verdict in verdicts)


def status_of(indicator: Indicator, limits: Thresholds) -> Status:
    """Compare a figure with thresholds; what is doubted is not assessed."""
    value = indicator.value
    if value is None:
        return "not_assessed"
    if value >= limits.passing:
        found: Status = "pass"
    else:
        found = "partial" if value >= limits.partial else "fail"
    doubted = indicator.doubt is not None and not (indicator.at_least and found == "pass")
    return "not_assessed" if doubted else found
