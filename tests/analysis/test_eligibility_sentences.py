"""What is said of a decision about a compound: why, with which figures, by which clause."""

from __future__ import annotations

from typing import Any

import pytest
from scored_town import FINE
from shapely.geometry import box

from gis_planner.analysis.eligibility import decide_eligibility
from gis_planner.analysis.eligibility_sentences import eligibility_sentence
from gis_planner.io.read_standard import read_profiles
from gis_planner.messages import load_catalogue
from gis_planner.model.rules import Rules
from gis_planner.model.standard import ELIGIBILITY_RULES
from gis_planner.model.tables import conform

CATALOGUE = load_catalogue()
TAKEN = {"C1": "Z01"}
LATE_SPAN = {"built_year": None, "built_year_from": 2003, "built_year_to": 2008}


def say(profile: str, facts: dict[str, Any], taken: dict[str, str] | None = None) -> str:
    row = {"id": "C1", **FINE, **facts}
    table = conform("compounds", {name: [value] for name, value in row.items()}, [box(0, 0, 1, 1)])
    (decided,) = decide_eligibility(table, read_profiles()[profile], Rules(), taken=taken)
    message = eligibility_sentence(decided)
    zh, en = CATALOGUE.text(message, "zh"), CATALOGUE.text(message, "en")
    for text in (zh, en):
        assert "eligibility." not in text, text
        assert not set("{}") & set(text), text
        assert "None" not in text, text
    assert zh.endswith(f"。依据：{decided.clause}。")
    assert en.endswith(f". Clause: {decided.clause}.")
    return zh


@pytest.mark.parametrize(
    ("profile", "facts", "zh"),
    [
        ("LN", {}, "符合：建成于 1990 年，各项条件均符合。"),
        (
            "LN",
            {"in_urban_scope": None, "gap_count": None},
            "资料不全 待核：尚缺：是否在城区范围内、是否存在配套短板。",
        ),
        (
            "LN",
            {"consent_households": 19, "urban_village": True},
            "；提示：以自建房为主或属城中村、同意户数不足。",
        ),
        ("LN", {"built_year": 2003}, "储备：建成于 2003 年，尚未位于可带入的片区内。"),
        ("ZMD", {"built_year": 2003}, "储备：建成于 2003 年，先列入储备。"),
        ("XC", {"consent_households": 19}, "储备：30 户中同意 19 户，未达到 20 户。"),
        ("XC", {"consent_households": None}, "资料不全 待核：尚缺：同意改造户数。"),
        (
            "PY",
            {"structure_safe": None, "built_year": None},
            "资料不全 待核：尚缺：房屋结构是否安全、建成年份。",
        ),
        ("PY", {"built_year": 2006}, "不属于范围：建成于 2006 年，晚于 2000 年。"),
        ("PY", LATE_SPAN, "不属于范围：建成于 2003–2008 年，晚于 2000 年。"),
        ("PY", {"structure_safe": False}, "不属于范围：房屋结构不安全"),
        ("ZMD", {"in_urban_scope": False}, "不属于范围：不在城区范围内。"),
        ("ZMD", {"in_shantytown_plan": True}, "不属于范围：已列入棚户区改造计划。"),
        ("ZMD", {"demolish_rebuild": True}, "不属于范围：拟拆除重建。"),
        ("ZMD", {"self_built_share": 0.9}, "不属于范围：以居民自建房为主或属城中村。"),
        ("ZMD", {"sangongyiye": True}, "不属于范围：已列入“三供一业”移交计划。"),
        ("ZMD", {"gap_count": 0}, "不属于范围：对照标准没有短板。"),
    ],
)
def test_every_decision_is_said(profile: str, facts: dict[str, Any], zh: str) -> None:
    assert zh in say(profile, facts)


def test_a_compound_that_a_cluster_takes_in_names_it() -> None:
    assert say("LN", {"built_year": 2003}, TAKEN).startswith(
        "随片区同步列入：建成于 2003 年，位于片区 Z01 内"
    )


def test_every_test_and_every_code_has_words() -> None:
    for rule, code in ELIGIBILITY_RULES.items():
        assert f"eligibility.test.{rule}" in CATALOGUE
        assert f"eligibility.fact.{code}" in CATALOGUE
