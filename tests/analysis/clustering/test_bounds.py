"""Bounds are kept, broken, or cannot be checked; unknown is never one of the first two."""

from __future__ import annotations

import numpy as np
import pytest
from small_towns import small_town, street

from gis_planner.analysis.clustering.bounds import keeps_cap, measure_bounds
from gis_planner.analysis.clustering.town import Town


def bound(town: Town, name: str, **given: set[int]) -> tuple[float | None, str]:
    found = {b.name: b for b in measure_bounds(town, range(len(town.ids)), **given)}
    return found[name].value, found[name].state


@pytest.mark.parametrize(
    ("households", "value", "state"),
    [
        ([60, 60], 120, "kept"),
        ([50, 50], 100, "kept"),
        ([60, 39], 99, "broken"),
        ([2000, 1000], 3000, "kept"),
        ([2000, 1001], 3001, "broken"),
        ([60, None], 60, "unchecked"),
        ([500, None], 500, "unchecked"),
        ([3001, None], 3001, "broken"),
        ([None, None], None, "unchecked"),
    ],
)
def test_households(households: list[int | None], value: int | None, state: str) -> None:
    assert bound(small_town(street(2), households), "households") == (value, state)


@pytest.mark.parametrize(("n", "state"), [(1, "broken"), (2, "kept"), (15, "kept"), (16, "broken")])
def test_members(n: int, state: str) -> None:
    assert bound(small_town(street(n), [20] * n), "members") == (n, state)


def walked(metres: float, known: list[bool]) -> Town:
    return small_town(street(2), [60, 60], walk_m=np.array([[0, metres], [metres, 0]]), walk_known=known)


def test_walking_diameter() -> None:
    assert bound(walked(1000.0, [True, True]), "walk_diameter_m") == (1000.0, "kept")
    assert bound(walked(1000.1, [True, True]), "walk_diameter_m") == (1000.1, "broken")
    assert bound(walked(np.nan, [True, True]), "walk_diameter_m") == (None, "broken")
    assert bound(walked(np.nan, [True, False]), "walk_diameter_m") == (None, "unchecked")
    assert bound(small_town(street(2), [60, 60]), "walk_diameter_m") == (None, "unchecked")
    assert bound(small_town({}, [60]), "walk_diameter_m") == (0.0, "kept")


def test_no_shorter_walk_stands_for_the_longest_where_that_is_unknown() -> None:
    walk_m = np.array([[0, 2500, np.nan], [2500, 0, 1600], [np.nan, 1600, 0]])
    beyond = small_town(street(3), [60] * 3, walk_m=walk_m, walk_known=[True] * 3)
    assert bound(beyond, "walk_diameter_m") == (None, "broken")


def test_township() -> None:
    both: list[tuple[list[str | None], tuple[int | None, str]]] = [
        (["甲", "甲"], (1, "kept")),
        (["甲", None], (1, "unchecked")),
        ([None, None], (None, "unchecked")),
        (["甲", "乙"], (2, "broken")),
    ]
    for names, found in both:
        assert bound(small_town(street(2), [60, 60], townships=names), "township") == found
    named = {b.name for b in measure_bounds(small_town(street(2), [60, 60], same_township=False), [0, 1])}
    assert "township" not in named


def test_the_share_of_extension_households_is_a_bound_where_there_are_any() -> None:
    assert bound(small_town(street(2), [60, 60]), "extension_share", extension={1}) == (0.5, "kept")
    assert bound(small_town(street(2), [60, 61]), "extension_share", extension={1})[1] == "broken"
    assert bound(small_town(street(2), [60, None]), "extension_share", extension={1}) == (None, "unchecked")
    assert "extension_share" not in {b.name for b in measure_bounds(small_town(street(2), [60, 60]), [0, 1])}


def test_the_cap_is_compared_in_whole_households() -> None:
    assert keeps_cap(10, 100, 0.1)
    assert not keeps_cap(11, 100, 0.1)
    assert keeps_cap(3, 30, 0.1)  # 0.1 * 30 is 3.0000000000000004 in floats, 0.3 * 10 is less than 3
    assert keeps_cap(3, 10, 0.3)
