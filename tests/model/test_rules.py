"""Rules are checked one by one and against each other."""

from __future__ import annotations

import pytest

from gis_planner.errors import RuleError
from gis_planner.messages import load_catalogue
from gis_planner.model.rules import Rules


@pytest.mark.parametrize(("name", "value"), [("limit_m", 3500), ("search_max_m", 900)])
def test_nobody_is_looked_for_nearer_than_the_walking_limit(name: str, value: float) -> None:
    with pytest.raises(RuleError) as refused:
        Rules().with_value(name, value)
    said = load_catalogue().text(refused.value.problem, "zh")
    assert "步行距离上限" in said
    assert "{" not in said


def test_the_limit_may_grow_with_the_search() -> None:
    rules = Rules().with_value("search_max_m", 4000).with_value("limit_m", 4000)
    assert (rules.limit_m, rules.search_max_m) == (4000.0, 4000.0)
