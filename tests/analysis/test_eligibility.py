"""The decision table: every test of it, its borders, and what unknown facts do."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scored_town import FINE
from shapely.geometry import box

from gis_planner.analysis.eligibility import awaits_cluster, decide_eligibility, founds_cluster, takes_part
from gis_planner.io.read_standard import read_profiles
from gis_planner.model.rules import Rules
from gis_planner.model.standard import ELIGIBILITY_RULES, Eligibility
from gis_planner.model.tables import conform

PROFILES = read_profiles()


def decide(
    profile: str = "default", taken: dict[str, str] | None = None, rules: Rules | None = None, **facts: Any
) -> Eligibility:
    row = {"id": "C1", **FINE, **facts}
    compounds = conform("compounds", {k: [v] for k, v in row.items()}, [box(0, 0, 1, 1)])
    (decided,) = decide_eligibility(compounds, PROFILES[profile], rules or Rules(), taken=taken)
    return decided


@pytest.mark.parametrize("profile", PROFILES)
def test_a_compound_that_passes_every_test_is_eligible(profile: str) -> None:
    decided = decide(profile)
    assert (decided.result, decided.code, decided.rule) == ("eligible", "ELIGIBLE", "ALL")
    assert decided.clause == PROFILES[profile].clauses["ALL"]
    assert decided.inputs["unknown"] == decided.inputs["noted"] == []


YEARS = {
    "default": {2000: "eligible", 2001: "excluded YEAR", 2005: "excluded YEAR", 2006: "excluded YEAR"},
    "LN": {2000: "eligible", 2001: "reserve EXT_0105", 2005: "reserve EXT_0105", 2006: "excluded YEAR"},
    "ZMD": {2000: "eligible", 2001: "reserve EXT_0105", 2005: "reserve EXT_0105", 2006: "excluded YEAR"},
    "PY": {2000: "eligible", 2001: "excluded YEAR", 2005: "excluded YEAR", 2006: "excluded YEAR"},
    "XC": {2000: "eligible", 2001: "excluded YEAR", 2005: "excluded YEAR", 2006: "excluded YEAR"},
}


@pytest.mark.parametrize(
    ("profile", "year", "wanted"), [(p, y, w) for p, ys in YEARS.items() for y, w in ys.items()]
)
def test_the_year_2000_is_inside_and_2001_to_2005_as_the_profile_says(
    profile: str, year: int, wanted: str
) -> None:
    decided = decide(profile, built_year=year)
    assert f"{decided.result} {decided.code}" in (wanted, f"{wanted} ELIGIBLE")
    assert decided.inputs["built_year"] == year
    assert decided.clause == PROFILES[profile].clauses[decided.rule]


def test_a_cluster_takes_in_the_extension_years_of_one_profile_alone() -> None:
    for year in (2001, 2005):
        assert awaits_cluster(decide("LN", built_year=year))
        via = decide("LN", built_year=year, taken={"C1": "Z01"})
        assert (via.result, via.code, via.rule) == ("eligible_via_cluster", "EXT_0105", "E08")
        assert via.inputs["cluster"] == "Z01"
        assert takes_part(via.result)
        assert not awaits_cluster(decide("ZMD", built_year=year))
        assert decide("ZMD", built_year=year, taken={"C1": "Z01"}).result == "reserve"
    assert decide("LN", built_year=2006, taken={"C1": "Z01"}).result == "excluded"
    assert decide("LN", built_year=2000, taken={"C1": "Z01"}).result == "eligible"
    assert not awaits_cluster(decide("LN"))


def test_a_cluster_is_founded_by_a_compound_whose_year_is_known_to_pass() -> None:
    assert founds_cluster(decide("LN", built_year=2000))
    assert founds_cluster(decide("LN", structure_safe=None))
    assert not founds_cluster(decide("LN", built_year=None))
    assert not founds_cluster(decide("LN", built_year=2003))
    assert not founds_cluster(decide("LN", built_year=2003, taken={"C1": "Z01"}))
    assert not founds_cluster(decide("LN", built_year=2003, structure_safe=None, taken={"C1": "Z01"}))
    assert not founds_cluster(decide("LN", gap_count=0))


def test_a_cluster_takes_in_nobody_whom_a_later_test_excludes() -> None:
    for taken in (None, {"C1": "Z01"}):
        assert decide("LN", built_year=2003, gap_count=0, taken=taken).code == "NO_GAP"


@pytest.mark.parametrize(
    ("span", "wanted"),
    [
        ((1990, 1999), "eligible"),
        ((None, 2000), "eligible"),
        ((1995, 2003), "pending"),
        ((1990, None), "pending"),
        ((None, 2003), "pending"),
        ((2001, 2005), "reserve"),
        ((2004, 2008), "pending"),
        ((2003, None), "pending"),
        ((2006, None), "excluded"),
        ((2003, 1990), "pending"),
    ],
)
def test_a_span_of_years_decides_only_when_it_lies_in_one_period(
    span: tuple[int | None, int | None], wanted: str
) -> None:
    decided = decide("LN", built_year=None, built_year_from=span[0], built_year_to=span[1])
    assert decided.result == wanted
    assert (decided.inputs["built_year_from"], decided.inputs["built_year_to"]) == span


def test_a_span_after_the_cut_off_is_out_where_no_years_are_extended() -> None:
    assert decide("PY", built_year=None, built_year_from=2003).code == "YEAR"


def test_the_built_year_rules_over_the_span() -> None:
    decided = decide(built_year=1998, built_year_from=1996, built_year_to=2007)
    assert decided.result == "eligible"
    assert decided.inputs["built_year_to"] == 2007


EXCLUDING = {
    "OUT_OF_SCOPE": {"in_urban_scope": False},
    "SHANTYTOWN": {"in_shantytown_plan": True},
    "REBUILD": {"demolish_rebuild": True},
    "SELF_BUILT": {"urban_village": True},
    "SANGONGYIYE": {"sangongyiye": True},
    "UNSAFE": {"structure_safe": False},
    "YEAR": {"built_year": 2010},
    "NO_GAP": {"gap_count": 0},
}
LISTS = ("SHANTYTOWN", "REBUILD", "SELF_BUILT", "SANGONGYIYE")


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("code", EXCLUDING)
def test_each_test_excludes_where_the_profile_has_it(profile: str, code: str) -> None:
    decided = decide(profile, **EXCLUDING[code])
    if code in LISTS and code not in PROFILES[profile].excludes:
        assert decided.result == "eligible"
        assert decided.inputs["noted"] == [code]
    else:
        assert (decided.result, decided.code) == ("excluded", code)
        assert ELIGIBILITY_RULES[decided.rule] == code
        assert decided.clause == PROFILES[profile].clauses[decided.rule]
        assert not takes_part(decided.result)


def test_the_first_test_that_stops_decides() -> None:
    everything = {name: value for facts in EXCLUDING.values() for name, value in facts.items()}
    order = list(EXCLUDING)
    while order:
        assert decide("ZMD", **everything).code == order[0]
        for name in EXCLUDING[order.pop(0)]:
            everything[name] = FINE[name]
    assert decide("ZMD", **everything).result == "eligible"


def test_mostly_self_built_means_more_than_the_rule_says() -> None:
    assert decide(self_built_share=0.5).result == "eligible"
    assert decide(self_built_share=0.51).code == "SELF_BUILT"
    assert (
        decide(self_built_share=0.51, rules=Rules().with_value("self_built_share_max", 0.6)).result
        == "eligible"
    )


PENDING = {
    "OUT_OF_SCOPE": {"in_urban_scope": None},
    "SHANTYTOWN": {"in_shantytown_plan": None},
    "REBUILD": {"demolish_rebuild": None},
    "SELF_BUILT": {"self_built_share": None},
    "SANGONGYIYE": {"sangongyiye": None},
    "UNSAFE": {"structure_safe": None},
    "YEAR": {"built_year": None},
    "NO_GAP": {"gap_count": None},
}


@pytest.mark.parametrize("code", PENDING)
def test_an_unknown_is_pending_and_takes_part(code: str) -> None:
    decided = decide("ZMD", **PENDING[code])
    assert (decided.result, decided.code) == ("pending", code)
    assert decided.inputs["unknown"] == [code]
    assert takes_part(decided.result)


@pytest.mark.parametrize("code", [code for code in PENDING if code != "NO_GAP"])
def test_an_unknown_never_hides_an_exclusion_that_comes_later(code: str) -> None:
    assert decide("ZMD", **{**PENDING[code], "gap_count": 0}).code == "NO_GAP"


def test_several_unknowns_are_named_and_the_first_is_the_code() -> None:
    decided = decide("ZMD", structure_safe=None, built_year=None, urban_village=None)
    assert (decided.result, decided.code) == ("pending", "SELF_BUILT")
    assert decided.inputs["unknown"] == ["SELF_BUILT", "UNSAFE", "YEAR"]


def test_a_list_that_the_profile_does_not_have_may_be_unknown() -> None:
    assert decide("default", sangongyiye=None).result == "eligible"
    assert (
        decide("LN", in_shantytown_plan=None, urban_village=None, self_built_share=None).result == "eligible"
    )


def test_one_sure_half_of_a_list_is_enough_to_exclude_but_not_to_clear() -> None:
    assert decide(urban_village=True, self_built_share=None).code == "SELF_BUILT"
    assert decide(urban_village=None, self_built_share=0.9).code == "SELF_BUILT"
    assert decide(urban_village=None, self_built_share=0.1).result == "pending"


@pytest.mark.parametrize(
    ("consenting", "households", "met"),
    [(20, 30, True), (19, 30, False), (21, 31, True), (20, 31, False), (1, 1, True), (0, 1, False), (2, 3, True),
     (1, 2, False), (666, 1000, False), (667, 1000, True), (34, 50, True), (33, 50, False)],
)  # fmt: skip
def test_consent_is_two_thirds_of_households_in_whole_numbers(
    consenting: int, households: int, met: bool
) -> None:
    required = decide("XC", consent_households=consenting, households=households)
    assert (required.result, required.code) == (("eligible", "ELIGIBLE") if met else ("reserve", "CONSENT"))
    assert takes_part(required.result) is met
    advisory = decide("default", consent_households=consenting, households=households)
    assert advisory.result == "eligible"
    assert advisory.inputs["noted"] == ([] if met else ["CONSENT"])
    needed = required.inputs["consent_needed"]
    assert 3 * needed >= 2 * households > 3 * (needed - 1)


@settings(deadline=None)
@given(households=st.integers(1, 5000), consenting=st.integers(0, 5000))
def test_consent_is_never_rounded(households: int, consenting: int) -> None:
    decided = decide("XC", consent_households=min(consenting, households), households=households)
    assert (decided.result == "eligible") == (min(consenting, households) * 3 >= households * 2)


@pytest.mark.parametrize(
    ("facts", "state"),
    [
        ({"consent_households": None}, "unknown"),
        ({"households": None}, "unknown"),
        ({"households": 0, "consent_households": 0}, "unknown"),
        ({"consent_households": None, "consent_ratio": 0.9}, "ratio_only"),
        ({"consent_households": 31}, "contradictory"),
    ],
)
def test_consent_that_was_not_counted_is_unknown(facts: dict[str, Any], state: str) -> None:
    required = decide("XC", **facts)
    assert (required.result, required.code) == ("pending", "CONSENT")
    assert required.inputs["consent"] == state
    assert decide("default", **facts).result == "eligible"


def test_compounds_come_sorted_and_nothing_is_left_out() -> None:
    rows = {"id": ["C3", "C1", "C2"], **{name: [value] * 3 for name, value in FINE.items()}}
    compounds = conform("compounds", rows, [box(0, 0, 1, 1)] * 3)
    decided = decide_eligibility(compounds, PROFILES["default"], Rules())
    assert [e.compound_id for e in decided] == ["C1", "C2", "C3"]
    assert decide_eligibility(conform("compounds", {}, []), PROFILES["default"], Rules()) == ()


MAYBE = st.none() | st.booleans()
FLAGS = (
    "in_urban_scope",
    "in_shantytown_plan",
    "demolish_rebuild",
    "urban_village",
    "sangongyiye",
    "structure_safe",
)


@settings(deadline=None)
@given(
    profile=st.sampled_from(sorted(PROFILES)),
    facts=st.fixed_dictionaries(
        {
            **dict.fromkeys(FLAGS, MAYBE),
            "self_built_share": st.none() | st.sampled_from([0.0, 0.5, 0.9]),
            "built_year": st.none() | st.integers(1995, 2010),
            "gap_count": st.none() | st.integers(0, 3),
            "consent_households": st.none() | st.integers(0, 30),
        }
    ),
)
def test_learning_what_was_unknown_never_turns_over_what_was_decided(
    profile: str, facts: dict[str, Any]
) -> None:
    before = decide(profile, **facts)
    after = decide(profile, **{name: FINE[name] if value is None else value for name, value in facts.items()})
    assert after.result != "pending"
    if before.result == "pending":
        assert after.result == "eligible", "only unknowns stood in the way"
    else:
        assert (after.result, after.code) == (before.result, before.code)
