"""The kept optima of generated counties: each of a case that is measured, and none better than what is found."""

from __future__ import annotations

import json

import pytest

from bench_parts.counties import generate_counties
from bench_parts.county_rows import CASES, KEPT
from gis_planner.analysis.districting.problem import find_broken
from gis_planner.analysis.districting.solver import Effort, divide

OPTIMA = json.loads(KEPT.read_text(encoding="utf-8"))


def test_every_kept_optimum_belongs_to_a_case() -> None:
    assert OPTIMA
    assert set(OPTIMA) <= {f"{n}/{k}/{seed}" for n, k, seed in CASES}


@pytest.mark.parametrize("name", ["16/2/1", "44/2/1"])
def test_nothing_below_a_proven_optimum_is_found_and_the_search_meets_it(name: str) -> None:
    n, k, seed = map(int, name.split("/"))
    task = generate_counties(n, k, seed)
    found = divide(task, seed=3, effort=Effort(2, 400_000, 0))
    assert found.value == OPTIMA[name]["optimum"]
    assert not find_broken(task, found.parts)
