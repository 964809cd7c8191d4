"""Verdicts and scores: every element can come to every status, and what is missing never counts as zero."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scored_town import (
    DRAW,
    LAYER_OF,
    REACH,
    STANDARD,
    TENTHS,
    ZONE,
    Place,
    compounds,
    drive,
    facilities,
    judged,
    kerbs,
    roads,
    town,
    walks,
)
from shapely.geometry import box

from gis_planner.analysis.scoring import Score, judge, meets_standard, score_of, thresholds_of
from gis_planner.analysis.survey import Indicator
from gis_planner.model.choices import NINE_KINDS
from gis_planner.model.results import plain
from gis_planner.model.rules import Rules
from gis_planner.model.standard import STATUSES, Status, Verdict


@pytest.mark.parametrize("element", [element.id for element in STANDARD.elements])
@pytest.mark.parametrize("status", STATUSES)
def test_every_element_can_come_to_every_status(element: str, status: str) -> None:
    if status == "not_applicable":
        project, reached = drive(element, "fail")
        project = replace(project, not_applicable={("Z01", element): "组团内没有"})
    else:
        project, reached = drive(element, status)
    verdicts, _ = judged(project, reached)
    verdict = verdicts[element]
    assert verdict.status == status
    assert verdict.clause == STANDARD.element(element).clause
    if status in ("pass", "partial", "fail"):
        assert verdict.value == pytest.approx(TENTHS[element][status] / 10)
    else:
        assert verdict.value is None
    if status == "not_assessed":
        assert verdict.evidence["doubt"]["code"] in ("not_loaded", "nothing")
    if status == "not_applicable":
        assert verdict.evidence["reason"] == "组团内没有"


@pytest.mark.parametrize("element", [element.id for element in STANDARD.elements])
def test_not_applicable_needs_no_data_at_all(element: str) -> None:
    project = replace(town(), not_applicable={("Z01", element): "不涉及"})
    verdicts, score = judged(project)
    assert verdicts[element].status == "not_applicable"
    assert {v.status for e, v in verdicts.items() if e != element} == {"not_assessed"}
    assert score == Score(0, None, 0.0, 1.0)


def test_a_reason_for_another_cluster_changes_nothing_here() -> None:
    verdicts, _ = judged(replace(town(), not_applicable={("Z02", "KH1"): "不涉及"}))
    assert verdicts["KH1"].status == "not_assessed"


@pytest.mark.parametrize("element", LAYER_OF)
def test_an_empty_layer_is_no_proof_of_absence(element: str) -> None:
    layer = LAYER_OF[element]
    empty = DRAW[element](8).iloc[:0]
    tables = {"roads": roads(), layer: empty}
    undeclared, _ = judged(town(complete=frozenset({"roads"} - {layer}), **tables))
    assert undeclared[element].status == "not_assessed"
    assert undeclared[element].evidence["doubt"] == {"code": "empty", "layer": layer}


@pytest.mark.parametrize("element", ["KH1", "KH2", "KH3", "KZ1", "KZ2"])
def test_with_nothing_of_the_kind_in_the_cluster_there_is_no_figure(element: str) -> None:
    far = Place("Z01", ZONE.compounds, box(5000, 5000, 6000, 6000))
    project, _ = drive(element, "pass")
    verdicts, _ = judged(project, place=far)
    assert verdicts[element].evidence["doubt"]["code"] == "nothing"


def test_streets_without_any_kerb_fail_once_the_survey_is_declared_complete() -> None:
    verdicts, _ = judged(town(roads=roads(), kerbs=kerbs(10).iloc[:0]))
    assert (verdicts["KZ3"].status, verdicts["KZ3"].value) == ("fail", 0.0)


@pytest.mark.parametrize("element", LAYER_OF)
def test_a_survey_that_leaves_a_part_of_the_cluster_out_is_doubted(element: str) -> None:
    project, _ = drive(element, "pass")
    undeclared = replace(project, complete=frozenset())
    inside = Place("Z01", ZONE.compounds, box(100, 40, 300, 240))
    beyond = Place("Z01", ZONE.compounds, box(100, 40, 300, 2000))
    assert judged(undeclared, place=inside)[0][element].status != "not_assessed"
    doubted = judged(undeclared, place=beyond)[0][element]
    assert doubted.status == "not_assessed"
    assert doubted.evidence["doubt"]["code"] == "cover"
    assert doubted.evidence["doubt"]["cover"] < 0.95
    assert judged(project, place=beyond)[0][element].status != "not_assessed", "declared complete"


# --- the nine services


@pytest.mark.parametrize("element", REACH)
def test_a_kind_that_stands_nowhere_was_perhaps_never_surveyed(element: str) -> None:
    others = [kind for kind in NINE_KINDS if kind != REACH[element]]
    partly = town(complete=frozenset(), facilities=facilities(*others), roads=roads())
    verdict = judged(partly)[0][element]
    assert (verdict.status, verdict.value) == ("not_assessed", None)
    assert verdict.evidence["doubt"] == {"code": "kind_unseen", "layer": "facilities", "kind": REACH[element]}
    assert verdict.evidence["share"] is None
    declared = replace(partly, complete=frozenset({"facilities", "roads"}))
    verdict = judged(declared)[0][element]
    assert (verdict.status, verdict.value) == ("fail", 0.0)


def test_a_closed_facility_shows_that_its_kind_was_surveyed() -> None:
    project = town(complete=frozenset({"roads"}), facilities=facilities(status="closed"), roads=roads())
    verdicts, _ = judged(project, place=Place("Z01", ZONE.compounds, box(400, 400, 600, 600)))
    assert {verdicts[element].status for element in REACH} == {"fail"}


@pytest.mark.parametrize("missing", ["facilities", "roads"])
def test_without_facilities_or_roads_nobody_fails(missing: str) -> None:
    tables = {"facilities": facilities(), "roads": roads()}
    del tables[missing]
    verdicts, _ = judged(town(**tables), 0)
    for element in REACH:
        assert verdicts[element].status == "not_assessed"
        assert verdicts[element].evidence["doubt"] == {"code": "not_loaded", "layer": missing}


def test_a_survey_that_may_not_reach_everywhere_can_let_pass_but_not_fail() -> None:
    project = town(complete=frozenset(), facilities=facilities(), roads=roads())
    wide = Place("Z01", ZONE.compounds, box(-3000, -3000, 4000, 4000))
    assert judged(project, 9, place=wide)[0]["KY1"].status == "pass"
    for reached in (0, 5, 8):
        verdict = judged(project, reached, place=wide)[0]["KY1"]
        assert (verdict.status, verdict.value) == ("not_assessed", None)
        assert verdict.evidence["doubt"]["code"] == "cover"
        assert verdict.evidence["share"] == reached / 10


def test_a_proposed_facility_is_nobody_s_survey() -> None:
    project = town(complete=frozenset({"roads"}), facilities=facilities(status="proposed"), roads=roads())
    assert judged(project, 0)[0]["KY1"].evidence["doubt"]["code"] == "empty"


def test_a_proposal_lets_those_pass_whom_it_serves_and_fails_nobody() -> None:
    status = {f"F_{kind}": "proposed" for kind in ("toilet", "library")}
    project = town(complete=frozenset({"roads"}), facilities=facilities(status=status), roads=roads())
    verdicts, _ = judged(
        project, {"toilet": 9, "parcel": 5}, place=Place("Z01", ZONE.compounds, box(400, 400, 600, 600))
    )
    assert (verdicts["KY5"].status, verdicts["KY5"].evidence["proposed"]) == ("pass", ["F_toilet"])
    assert verdicts["KY4"].evidence["doubt"]["code"] == "kind_unseen"
    assert verdicts["KY4"].evidence["share"] is None
    assert verdicts["KY6"].status == "fail"
    half, _ = judged(project, {"toilet": 5})
    assert half["KY5"].status == "not_assessed"


def test_evidence_is_plain_json() -> None:
    tables = {LAYER_OF[element]: DRAW[element](6) for element in LAYER_OF}
    verdicts, _ = judged(town(**{**tables, "facilities": facilities(), "roads": roads(6)}), 5)
    for verdict in verdicts.values():
        assert json.loads(json.dumps(verdict.evidence, allow_nan=False)) == verdict.evidence
        assert plain(verdict.evidence) == verdict.evidence


def test_coverage_that_was_not_measured_is_not_assessed() -> None:
    project = town(facilities=facilities(), roads=roads())
    verdicts, _ = judged(project, coverage=walks(project, assessed=False))
    assert verdicts["KY1"].evidence["doubt"]["code"] == "not_measured"


def test_no_households_known_leaves_shares_open_but_not_metres_and_existence() -> None:
    project = town(compounds=compounds(None), facilities=facilities(), roads=roads())
    verdict = judged(project, 10)[0]["KY1"]
    assert verdict.status == "not_assessed"
    assert verdict.evidence["doubt"]["code"] == "households"
    assert verdict.evidence["existence"] is True
    assert verdict.evidence["farthest"]["distance_m"] == 709.0
    by_existence = judged(project, 1, rules=Rules().with_value("service_basis", "existence"))[0]["KY1"]
    assert by_existence.status == "pass"


@pytest.mark.parametrize(("unknown", "status"), [(1, "pass"), (2, "pass"), (3, "not_assessed")])
def test_shares_are_over_known_households_until_too_many_are_unknown(unknown: int, status: str) -> None:
    households = {f"C{n}": 10 if n >= unknown else None for n in range(10)}
    project = town(compounds=compounds(households), facilities=facilities(), roads=roads())
    verdict = judged(project, 10)[0]["KY1"]
    assert verdict.status == status
    assert verdict.evidence["households"] == 10 * (10 - unknown)
    assert verdict.evidence["households_unknown"] == unknown
    assert verdict.evidence["unknown_compounds"] == [f"C{n}" for n in range(unknown)]
    assert verdict.evidence["share"] == 1.0


@pytest.mark.parametrize(
    ("reached", "coverage", "existence"),
    [(0, "fail", "fail"), (1, "fail", "pass"), (6, "partial", "pass"), (9, "pass", "pass")],
)
def test_the_rules_choose_between_coverage_and_existence(reached: int, coverage: str, existence: str) -> None:
    project = town(facilities=facilities(), roads=roads())
    assert judged(project, reached)[0]["KY3"].status == coverage
    verdict = judged(project, reached, rules=Rules().with_value("service_basis", "existence"))[0]["KY3"]
    assert verdict.status == existence
    assert verdict.evidence["share"] == reached / 10, "both are always shown"
    assert verdict.evidence["existence"] is (reached > 0)


def test_evidence_names_who_is_nearest_farthest_and_not_served() -> None:
    project = town(facilities=facilities(), roads=roads())
    evidence = judged(project, 8)[0]["KY1"].evidence
    assert evidence["nearest"] == {
        "unit": "compounds/C0",
        "facility": "F_service_centre",
        "distance_m": 700.0,
        "households": 10,
    }
    assert evidence["farthest"]["unit"] == "compounds/C7"
    assert [row["unit"] for row in evidence["unserved"]] == ["compounds/C8", "compounds/C9"]
    assert {row["reason"] for row in evidence["unserved"]} == {"beyond_search"}
    assert (evidence["units"], evidence["units_reached"], evidence["unserved_count"]) == (10, 8, 2)
    assert (evidence["preferred_m"], evidence["preferred_households"]) == (500, 0)
    assert evidence["proposed"] == []


def test_a_pass_that_rests_on_a_proposed_facility_says_so() -> None:
    status = {"F_toilet": "proposed"}
    project = town(facilities=facilities(status=status), roads=roads())
    verdicts, _ = judged(project, 10)
    assert verdicts["KY5"].evidence["proposed"] == ["F_toilet"]
    assert verdicts["KY6"].evidence["proposed"] == []


def test_parking_says_spaces_for_each_household_only_when_all_are_known() -> None:
    tables: dict[str, Any] = {"facilities": facilities(), "roads": roads()}
    full = judged(town(compounds=compounds(parking_spaces=5), **tables))[0]["KY8"].evidence
    assert (full["spaces"], full["spaces_unknown"], full["spaces_per_household"]) == (50, 0, 0.5)
    part = judged(town(compounds=compounds(parking_spaces={"C0": 5}), **tables))[0]["KY8"].evidence
    assert (part["spaces"], part["spaces_unknown"], part["spaces_per_household"]) == (5, 9, None)


# --- thresholds and scores


def test_a_city_s_own_thresholds_rule_and_are_no_document_s() -> None:
    project = town(facilities=facilities(), roads=roads())
    rules = Rules().with_value("KY1.threshold_pass", 0.5)
    verdicts, _ = judged(project, 5, rules=rules)
    assert (verdicts["KY1"].status, verdicts["KY2"].status) == ("pass", "fail")
    assert (verdicts["KY1"].threshold_pass, verdicts["KY1"].threshold_partial) == (0.5, 0.5)
    written = replace(STANDARD.element("KY1"), origin="document")
    assert thresholds_of(written, Rules()).from_document
    assert not thresholds_of(written, rules).from_document


@pytest.mark.parametrize("households", [10, 30, 70, 90, 110, 510])
def test_a_share_that_equals_the_threshold_passes(households: int) -> None:
    project = town(compounds=compounds(households), facilities=facilities(), roads=roads())
    assert judged(project, 9)[0]["KY1"].status == "pass"
    assert judged(project, 6)[0]["KY1"].status == "partial"


def _verdict(status: Status) -> Verdict:
    return Verdict("Z01", "KY1", status, None, 0.9, 0.6, "default", "", {})


@settings(deadline=None)
@given(st.lists(st.sampled_from(STATUSES), max_size=20))
def test_a_score_lies_between_its_bounds_and_they_meet_when_all_is_assessed(statuses: list[Status]) -> None:
    score = score_of([_verdict(status) for status in statuses])
    assert 0 <= score.lower <= score.upper <= 1
    if score.score is not None:
        assert score.lower <= score.score <= score.upper
    if "not_assessed" not in statuses and score.assessed:
        assert score.lower == score.score == score.upper
    assert (score.score is None) == (score.assessed == 0)


@settings(deadline=None)
@given(st.lists(st.sampled_from(STATUSES), max_size=20), st.sampled_from(["pass", "partial", "fail"]))
def test_assessing_what_was_missing_stays_within_the_bounds(statuses: list[Status], found: Status) -> None:
    """Missing is never zero: the score before does not depend on what the missing ones turn out to be."""
    before = score_of([_verdict(status) for status in statuses])
    after = score_of([_verdict(found if status == "not_assessed" else status) for status in statuses])
    without = score_of([_verdict(status) for status in statuses if status != "not_assessed"])
    assert before.score == without.score
    if after.score is not None:
        assert before.lower <= after.score <= before.upper


def test_the_score_of_the_contract_s_line() -> None:
    statuses: list[Status] = ["pass"] * 11 + ["partial"] + ["fail"] * 2 + ["not_assessed"]  # type: ignore[list-item]
    score = score_of([_verdict(status) for status in statuses])
    assert score.assessed == 14
    assert [round(v, 2) for v in (score.score or 0, score.lower, score.upper)] == [0.82, 0.77, 0.83]


def test_the_standard_is_met_only_when_nothing_is_left_open() -> None:
    def met(*statuses: Status) -> bool:
        return meets_standard([_verdict(status) for status in statuses])

    assert met("pass", "pass", "not_applicable")
    assert not met("pass", "not_assessed")
    assert not met("pass", "partial")
    assert not met()


@settings(deadline=None, max_examples=40)
@given(
    households=st.lists(st.none() | st.integers(0, 50), min_size=10, max_size=10),
    reached=st.integers(0, 10),
    more=st.integers(0, 10),
)
def test_reaching_more_never_lowers_and_missing_households_are_never_zero(
    households: list[int | None], reached: int, more: int
) -> None:
    by_id = {f"C{n}": figure for n, figure in enumerate(households)}
    project = town(compounds=compounds(by_id), facilities=facilities(), roads=roads())
    less, most = (judged(project, n)[0]["KY1"] for n in sorted((reached, more)))
    assert (less.value is None) == (most.value is None)
    if less.value is not None and most.value is not None:
        assert less.value <= most.value
    known = [figure for figure in households if figure is not None]
    if sum(known) == 0 or len(known) < 8:
        assert less.status == "not_assessed"
    else:
        served = sum(figure or 0 for figure in households[: min(reached, more)])
        assert less.value == served / sum(known)


def test_verdicts_do_not_depend_on_the_order_of_rows() -> None:
    tables = {LAYER_OF[element]: DRAW[element](7 if element.startswith("KZ") else 6) for element in LAYER_OF}
    tables |= {"facilities": facilities(), "roads": roads(6)}
    project = town(**tables)
    turned = {name: frame.iloc[::-1].reset_index(drop=True) for name, frame in project.tables.items()}
    again = judged(
        replace(project, tables=turned), 7, coverage=walks(project, 7).iloc[::-1].reset_index(drop=True)
    )
    assert again == judged(project, 7)


def test_an_indicator_without_a_value_is_never_judged() -> None:
    verdict = judge("Z01", STANDARD.element("KH1"), Indicator(None, None, {}), Rules())
    assert verdict.status == "not_assessed"
    assert verdict.evidence["doubt"]["code"] == "undecided"
