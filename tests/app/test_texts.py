"""What the window says, in both languages, and numbers that never say more than is known."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from gis_planner.analysis.clustering.cost import TERMS
from gis_planner.app.actions import SPECS
from gis_planner.app.steps import STEPS
from gis_planner.app.texts import Texts
from gis_planner.messages import Catalogue
from gis_planner.model.rules import rule_facts, rule_names
from gis_planner.model.standard import STATUSES

SOURCES = sorted((Path(__file__).parents[2] / "gis_planner" / "app").glob("*.py"))


def test_every_key_that_the_window_names_is_in_the_catalogue(catalogue: Catalogue) -> None:
    named = re.compile(r'"(app\.[a-z0-9_.]+)"')
    found = {key for path in SOURCES for key in named.findall(path.read_text(encoding="utf-8"))}
    # A dialog's key stands for its title, question, hint and button.
    families = {"app.rename", "app.number", "app.alternatives", "app.branch", "app.not_applicable"}
    files = {"app.png"}
    missing = {key for key in found - families - files if key not in catalogue}
    assert not missing
    for family in families:
        assert all(f"{family}.{part}" in catalogue for part in ("title", "question", "hint", "do"))


def test_every_key_that_the_window_makes_is_in_the_catalogue(catalogue: Catalogue) -> None:
    made = [f"app.action.{spec.id}" for spec in SPECS]
    made += [f"app.step.{step}" for step in STEPS]
    made += [f"app.status_word.{status}" for status in STATUSES]
    made += [
        f"app.eligibility.{r}" for r in ("eligible", "eligible_via_cluster", "reserve", "excluded", "pending")
    ]
    reasons = ("served", "beyond_limit", "beyond_search", "no_access", "no_facility", "not_assessed")
    made += [f"app.reach.{reason}" for reason in reasons]
    made += [
        f"app.input.{name}" for name in ("crs", "profile", "rules", "grouping", "complete", "not_applicable")
    ]
    made += [f"app.tab.{tab}" for tab in ("matrix", "compounds", "ledger", "issues", "history", "scenarios")]
    made += [f"app.map.hint.{spec.id}" for spec in SPECS if spec.id in ("tool_move", "tool_regroup")]
    made += [f"app.map.hint.tool_split_{way}" for way in ("line", "seeds")]
    terms = (*TERMS, "years", "build")
    made += [f"app.term.{name}" for name in terms]
    made += [f"app.bound.{state}" for state in ("kept", "broken", "unchecked")]
    made += [f"app.rule_choice.{name}.{c}" for name in rule_names() for c in rule_facts(name)["choices"]]
    made += [f"app.import.shape_{shape}" for shape in ("point", "line", "polygon", "mixed", "none")]
    assert [key for key in made if key not in catalogue] == []


def test_no_two_actions_share_a_key() -> None:
    keys = [spec.keys for spec in SPECS if spec.keys]
    assert len(keys) == len(set(keys))
    assert len({spec.id for spec in SPECS}) == len(SPECS)
    needs = {need for spec in SPECS for need in (spec.needs,)}
    assert needs <= set(get_args(__import__("gis_planner.app.actions", fromlist=["Needs"]).Needs))


def test_a_share_never_says_more_than_it_is(catalogue: Catalogue) -> None:
    texts = Texts(catalogue, "zh")
    assert texts.share(None) == "—"
    assert texts.share(float("nan")) == "—"
    assert texts.share(1.0) == "100\u2009%"
    assert texts.share(0.9999) == ">99\u2009%"
    assert texts.share(0.0001) == "<1\u2009%"
    assert texts.share(0.0) == "0\u2009%"
    assert texts.share(0.425) == "42\u2009%"
    assert texts.share(0.896) == "89\u2009%", "a threshold of 90 % is missed"
    assert [texts.share(n / 100) for n in range(1, 100)] == [f"{n}\u2009%" for n in range(1, 100)]


def test_a_length_beyond_a_limit_never_reads_as_within_it(catalogue: Catalogue) -> None:
    texts = Texts(catalogue, "zh")
    assert texts.metres(1000.0) == "1\u2009000\u2009m"
    assert texts.metres(1000.3) == "1\u2009001\u2009m"
    assert texts.metres(0.1 + 0.2 + 999.7) == "1\u2009000\u2009m"


def test_unknown_numbers_are_dashes_and_large_ones_are_grouped(catalogue: Catalogue) -> None:
    texts = Texts(catalogue, "en")
    assert texts.number(None) == "—"
    assert texts.number(1234567) == "1\u2009234\u2009567"
    assert texts.metres(float("nan")) == "—"
    assert texts.metres(999.6) == "1\u2009000\u2009m"
    assert texts.metres(12_345) == "12.3\u2009km"
