"""What a verdict tells of a capacity, in figures that hold and in words."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scored_town import STANDARD, ZONE, facilities, roads, town, walks

from gis_planner.analysis.capacity_evidence import (
    capacity_clause,
    capacity_evidence,
    capacity_fact,
    capacity_words,
    doubt_capacity,
)
from gis_planner.analysis.reach import cover_clusters
from gis_planner.analysis.scoring import score_clusters
from gis_planner.analysis.sentences import verdict_sentence
from gis_planner.analysis.units import list_units
from gis_planner.messages import load_catalogue
from gis_planner.model.choices import CAPACITY_KINDS
from gis_planner.model.rules import Rules

CATALOGUE = load_catalogue()


def row(share: float | None = 0.31, state: str = "exact", **given: Any) -> dict[str, Any]:
    return {
        "share_per_household": share, "state": state, "capacity": 320.0, "facilities": 3,
        "facilities_unknown": 0, "households_unknown": 0, **given,
    }  # fmt: skip


def said(found: dict[str, Any], kind: str = "parking", language: str = "zh") -> str:
    return CATALOGUE.text(capacity_words(kind, found), language)  # type: ignore[arg-type]


def clause(found: dict[str, Any] | None, kind: str = "parking", language: str = "zh") -> str | None:
    evidence = {"kind": kind} if found is None else {"kind": kind, "capacity": found}
    message = capacity_clause(evidence)
    return None if message is None else CATALOGUE.text(message, language)  # type: ignore[arg-type]


def test_a_share_is_said_in_its_own_measure() -> None:
    assert said(row()) == "户均 0.31 车位"
    assert said(row(0.012), "elder_care") == "每百户 1.2 床位（托位）"
    assert said(row(0.02), "medical", "en") == "medical capacity of 2 per 100 households (in the unit given)"
    assert said(row(0.0), "charging") == "每百户 0 充电桩（位）"
    assert said(row(None, "not_assessed")) == "未评估"


@pytest.mark.parametrize(
    ("share", "state", "figure"),
    [
        (0.31279, "exact", "0.313"),
        (0.31279, "at_least", "≥ 0.312"),
        (0.31231, "at_most", "≤ 0.313"),
        (0.31279, "about", "≈ 0.313"),
        (1234.5, "at_most", "≤ 1235"),
        (0.00012345, "at_least", "≥ 0.000123"),
        (1e-12, "at_most", "≤ 0.000000001"),
    ],
)
def test_a_bound_is_rounded_to_its_own_side(share: float, state: str, figure: str) -> None:
    assert said(row(share, state)) == f"户均 {figure} 车位"


@given(st.floats(0, 1e6), st.sampled_from(["at_least", "at_most"]))
def test_a_shown_bound_always_holds(share: float, state: str) -> None:
    shown = Decimal(said(row(share, state)).split()[2])
    assert shown <= Decimal(repr(share)) if state == "at_least" else shown >= Decimal(repr(share))


def test_a_clause_says_what_is_unknown() -> None:
    assert clause(row()) == "；按分摊计户均 0.31 车位"
    assert clause(row(state="at_least", facilities_unknown=2)) == (
        "；按分摊计户均 ≥ 0.31 车位（2 处规模不详，未计入）"
    )
    assert clause(row(state="at_most", households_unknown=1), language="en") == (
        "; shared out, ≤ 0.31 parking spaces per household (left out for want of households: 1)"
    )
    both = clause(row(state="about", facilities_unknown=2, households_unknown=1))
    assert both == "；按分摊计户均 ≈ 0.31 车位（2 处规模不详、1 处户数不详，均未计入）"


def test_nothing_is_claused_where_there_is_nothing_to_tell() -> None:
    assert clause(None) is None
    assert clause(row(None, "not_assessed")) is None
    assert clause(row(0.0, "out_of_reach", facilities=0, capacity=0.0)) is None


def test_the_window_tells_the_facilities_too() -> None:
    def fact(found: dict[str, Any]) -> str:
        message = capacity_fact({"kind": "parking", "capacity": found})
        assert message is not None
        return CATALOGUE.text(message, "zh")

    assert fact(row()) == "户均 0.31 车位；可达 3 处，规模合计 320（与周边共用）"
    assert fact(row(state="at_least", facilities_unknown=1)).endswith("规模合计 ≥ 320（与周边共用）")
    assert fact(row(None, "not_assessed", capacity=None)) == "未评估；可达 3 处，规模不详"
    assert fact(row(None, "not_assessed", capacity=None, facilities=None)) == "未评估"
    assert capacity_fact({"kind": "toilet"}) is None


def test_a_doubted_survey_makes_a_figure_a_bound_and_a_nothing_unknown() -> None:
    assert [doubt_capacity(row(state=s))["state"] for s in ("exact", "at_most", "at_least", "about")] == [
        "at_least", "about", "at_least", "about",
    ]  # fmt: skip
    doubted = doubt_capacity(row(0.0, "out_of_reach", capacity=0.0, facilities=0))
    assert (doubted["share_per_household"], doubted["capacity"], doubted["state"]) == (
        None,
        None,
        "not_assessed",
    )


def test_only_shared_kinds_have_evidence_and_a_table_is_not_needed() -> None:
    table = pd.DataFrame({"cluster_id": ["Z01"], "kind": ["parking"]} | {
        k: [v] for k, v in row().items() if k != "share_per_household"} | {"share": [0.31]})  # fmt: skip
    assert capacity_evidence(table, "parking") == {"Z01": row()}
    assert capacity_evidence(table, "toilet") == {}
    assert capacity_evidence(None, "parking") == {}
    for kind in CAPACITY_KINDS:
        assert f"scoring.capacity.{kind}" in CATALOGUE


def test_the_sentence_of_a_verdict_carries_the_clause() -> None:
    project = town(facilities=facilities(), roads=roads())
    units, _ = list_units(project)
    coverage = walks(project, 10)
    sums = pd.DataFrame({"cluster_id": ["Z01"], "kind": ["parking"]} | {
        k: [v] for k, v in row().items() if k != "share_per_household"} | {"share": [0.31]})  # fmt: skip
    verdicts, _ = score_clusters(
        project, STANDARD, [ZONE], units, coverage, cover_clusters(project, units, coverage), Rules(),
        cluster_capacity=sums,
    )  # fmt: skip
    told = {v.element: CATALOGUE.text(verdict_sentence(v, STANDARD), "zh") for v in verdicts}
    assert told["KY8"].endswith("判定为达标；按分摊计户均 0.31 车位。")
    assert "分摊" not in told["KY5"]
