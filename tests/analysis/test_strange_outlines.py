"""Outlines that can hardly be compounds are listed with a place and a remedy; nothing is taken for one that is not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from maps import layer_from, project_of
from shapely import affinity, box

from gis_planner.analysis.covering import count_covered
from gis_planner.analysis.strange_outlines import find_doubled
from gis_planner.analysis.validation import check_project
from gis_planner.messages import load_catalogue

HOUSES = {f"H{k}": box(200 * k, 0, 200 * k + 100, 100) for k in range(6)}


def doubts(**more: Any) -> dict[tuple[str, str], Any]:
    project = project_of(compounds=layer_from("compounds", {**HOUSES, **more}))
    return {(i.code, i.feature): i for i in check_project(project) if i.code.startswith("check.outline")}


def test_usual_outlines_are_not_doubted() -> None:
    yard = box(2000, 0, 2200, 200).difference(box(2050, 50, 2150, 150))
    beside = {
        "T": box(100, 0, 199, 100),
        "O": box(1100, 0, 1200, 60),
        "Y": yard,
        "I": box(2060, 60, 2140, 140),
    }
    assert doubts(**beside) == {}
    assert doubts(E=shapely.Polygon(), N=None) == {}


@pytest.mark.parametrize("twin", [HOUSES["H2"], affinity.translate(HOUSES["H2"], 0.6, 0.4)])
def test_one_drawn_twice_is_listed_once(twin: Any) -> None:
    ((key, issue),) = doubts(Z=twin).items()
    assert key == ("check.outline_twice", "Z")
    assert issue.message.values == {"other": "H2"}
    assert (issue.x, issue.y) == pytest.approx((450, 50), abs=1)


def test_one_that_covers_three_others_is_listed_with_their_number() -> None:
    ((key, issue),) = doubts(Q=box(-10, -10, 505, 110)).items()
    assert key == ("check.outline_covers", "Q")
    assert issue.message.values == {"n": 3}
    assert doubts(Q=box(-10, -10, 345, 110)) == {}, "two may lie in one"


def test_one_far_larger_than_the_rest_is_listed() -> None:
    ((key, issue),) = doubts(G=box(0, 1000, 900, 1600)).items()
    assert (key, issue.message.values) == (("check.outline_huge", "G"), {"times": 54})
    assert doubts(G=box(0, 1000, 700, 1600)) == {}


def test_slivers_and_specks_are_listed() -> None:
    assert set(doubts(S=box(0, 300, 80, 300.8), P=box(0, 400, 2.5, 402.5))) == {
        ("check.outline_sliver", "S"),
        ("check.outline_sliver", "P"),
    }


def test_every_doubt_says_in_both_languages_what_to_do() -> None:
    found = doubts(
        Z=HOUSES["H1"], Q=box(-10, -10, 505, 110), G=box(0, 1000, 900, 1600), S=box(0, 300, 80, 300.8)
    )
    assert len(found) == 4
    catalogue = load_catalogue()
    for issue in found.values():
        assert issue.x is not None
        assert "请" in catalogue.text(issue.message, "zh")
        assert ";" in catalogue.text(issue.message, "en")


@pytest.mark.parametrize("seed", range(5))
def test_doubled_and_covered_are_what_looking_at_every_pair_finds(seed: int) -> None:
    random = np.random.default_rng(seed)
    low = random.uniform(0, 100, (40, 2))
    size = random.uniform(3, 14, (40, 2)) * np.where(random.random(40) < 0.2, 5, 1)[:, None]
    shapes = [box(*a, *(a + b)) for a, b in zip(low, size, strict=True)]
    shapes += [affinity.translate(shape, 0.02, 0.01) for shape in shapes[:4]]
    drawn = np.array(shapes, dtype=object)
    pairs = np.array([(a, b) for a in range(44) for b in range(a + 1, 44)])
    doubled, covered = set(), np.zeros(44, dtype=int)
    for a, b in pairs.tolist():
        shared = drawn[a].intersection(drawn[b]).area
        if shared >= 0.95 * drawn[a].union(drawn[b]).area:
            doubled.add((a, b))
        large, small = (a, b) if drawn[a].area >= drawn[b].area else (b, a)
        covered[large] += shared >= 0.5 * drawn[small].area and drawn[small].area < drawn[large].area / 2
    assert {tuple(pair) for pair in find_doubled(drawn, pairs).tolist()} == doubled
    counted = count_covered(drawn, pairs)
    assert len(doubled) >= 4
    assert (counted >= 3).tolist() == (covered >= 3).tolist()
    assert counted[counted >= 3].tolist() == covered[covered >= 3].tolist()
