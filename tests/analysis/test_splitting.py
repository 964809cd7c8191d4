"""A split parts a cluster: nobody is lost, halves hang together, and what does not follow the line is told."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from drawn_clusters import drawn_town, lay_out, town_of_project
from edits_at_random import after

from gis_planner.analysis.clustering.pieces import is_connected
from gis_planner.analysis.clustering.town import Town
from gis_planner.analysis.splitting import Split, split_by_line, split_by_seeds, try_split
from gis_planner.model.project import Project

BLOCK = "ABCD\nEFGH\nIJKL"


def block(households: int | dict[str, int | None] = 100, drawn: str = BLOCK) -> tuple[Project, Town]:
    project = drawn_town(drawn, {"Z01": "".join(sorted(set(drawn) - set(".\n")))}, households=households)
    return project, town_of_project(project)


def parts(split: Split, town: Town) -> tuple[bool, bool]:
    near = town.links_by_row
    return is_connected(town.rows(split.kept), near), is_connected(town.rows(split.off), near)


def test_a_line_parts_members_by_the_side_on_which_most_of_them_lies() -> None:
    project, town = block()
    cluster = project.grouping.clusters[0]
    for line in ([(90, -10), (90, 200)], [(90, 60), (90, 80)], [(90, 80), (90, 60)]):
        split = split_by_line(town, cluster, line)
        assert {split.kept, split.off} == {("A", "B", "E", "F", "I", "J"), ("C", "D", "G", "H", "K", "L")}
        assert not split.fallen
        assert split.edit is not None


def test_the_larger_half_keeps_the_cluster_unless_a_locked_compound_is_in_the_other() -> None:
    project, town = block()
    cluster = project.grouping.clusters[0]
    split = split_by_line(town, cluster, [(52, 0), (52, 10)])
    assert split.off == ("A", "E", "I")
    assert after(project, split.edit).grouping.cluster("Z02").members == split.off  # type: ignore[arg-type]
    assert split_by_line(town, cluster, [(52, 0), (52, 10)], locked={"E"}).kept == ("A", "E", "I")


def test_a_line_that_bends_back_has_two_sides_all_the_same() -> None:
    project, town = block()
    split = split_by_line(town, project.grouping.clusters[0], [(101, 200), (101, 55), (149, 55), (149, 200)])
    assert split.off == ("C", "G")


def test_a_line_beside_the_cluster_parts_nothing() -> None:
    project, town = block()
    for line in ([(500, 0), (500, 10)], [(90, 60)], [(90, 60), (90, 60)]):
        split = split_by_line(town, project.grouping.clusters[0], line)
        assert split.edit is None
        assert split.why is not None
        assert try_split(lay_out(project), split).refusals == (split.why,)


def test_what_falls_off_its_side_is_told_and_goes_over() -> None:
    project, town = block(drawn="AAB\nC.B\nDEB")
    split = split_by_line(town, project.grouping.clusters[0], [(-10, 101), (200, 101)])
    assert sorted([*split.kept, *split.off]) == ["A", "B", "C", "D", "E"]
    assert all(parts(split, town))
    high = split_by_line(town, project.grouping.clusters[0], [(-10, 99), (200, 101)])
    assert all(parts(high, town))


@pytest.mark.parametrize("seed", range(30))
def test_any_line_partitions_into_halves_that_hang_together(seed: int) -> None:
    random = np.random.default_rng(seed)
    project, town = block(drawn=["ABCD\nE..F\nGHIJ", BLOCK, "AB.C\n.D.E\nFGHI"][seed % 3])
    cluster = project.grouping.clusters[0]
    whole = is_connected(town.rows(cluster.members), town.links_by_row)
    line = [tuple(xy) for xy in random.uniform(0, 200, (int(random.integers(2, 4)), 2)).tolist()]
    split = split_by_line(town, cluster, line)
    assert sorted([*split.kept, *split.off]) == list(cluster.members)
    if split.edit is not None:
        assert split.edit.members == split.off
        assert split.off
        assert split.kept
        assert not whole or all(parts(split, town))
        assert bool(split.fallen) == (split.why is not None)


@pytest.mark.parametrize("seed", range(20))
def test_two_seeds_grow_two_halves_that_no_border_compound_could_make_more_alike(seed: int) -> None:
    random = np.random.default_rng(seed)
    drawn = random.integers(20, 300, 12).tolist()
    figures: dict[str, int | None] = dict(zip("ABCDEFGHIJKL", drawn, strict=True))
    project, town = block(figures)
    cluster = project.grouping.clusters[0]
    one, other = random.choice(list("ABCDEFGHIJKL"), 2, replace=False).tolist()
    split = split_by_seeds(town, cluster, one, other)
    assert sorted([*split.kept, *split.off]) == list(cluster.members)
    assert (one in split.kept) != (other in split.kept)
    assert all(parts(split, town))

    def gap(half: set[str]) -> int:
        inside = sum(figures[c] or 0 for c in half)
        return abs(sum(h or 0 for h in figures.values()) - 2 * inside)

    mine, near = gap(set(split.off)), town.links_by_row
    for half in (set(split.off), set(split.kept)):
        for compound in half - {one, other}:
            left, right = half - {compound}, set(cluster.members) - half | {compound}
            if is_connected(town.rows(sorted(left)), near) and is_connected(town.rows(sorted(right)), near):
                assert gap(left) >= mine
    best = min(
        gap(set(half))
        for size in range(1, 12)
        for half in combinations("ABCDEFGHIJKL", size)
        if (one in half) != (other in half)
        and is_connected(town.rows(half), near)
        and is_connected(town.rows([c for c in figures if c not in half]), near)
    )
    assert best <= mine <= best + 300  # never further from the best than the largest compound


def test_seeds_must_be_two_members() -> None:
    project, town = block()
    cluster = project.grouping.clusters[0]
    for one, other in (("A", "A"), ("A", "X"), ("X", "A")):
        assert split_by_seeds(town, cluster, one, other).edit is None


def test_unknown_households_weigh_as_usual_ones() -> None:
    figures: dict[str, int | None] = dict.fromkeys("ABCDEFGHIJKL")
    project, town = block(figures)
    split = split_by_seeds(town, project.grouping.clusters[0], "A", "L")
    assert len(split.kept) == len(split.off) == 6


def test_a_tried_split_shows_both_halves() -> None:
    project, town = block()
    split = split_by_seeds(town, project.grouping.clusters[0], "A", "L")
    trial = try_split(lay_out(project), split)
    halves = {side.cluster.id: side.after for side in trial.comparison.sides}
    assert {name: half.members for name, half in halves.items() if half} == {
        "Z01": split.kept,
        "Z02": split.off,
    }
    assert all(half is not None and half.households == 600 for half in halves.values())
