"""Every feature leads back to its row in the user's own file."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis_planner.io.read_file import ReadOptions
from gis_planner.model.edits import AddFacility, MoveFacility
from gis_planner.model.origins import number_at, runs_of, trace_feature
from gis_planner.workflow.edit import apply_edits, undo
from gis_planner.workflow.importing import read_for_import, store_imports
from gis_planner.workflow.open_project import OpenProject, new_project, open_project

HEADING = "编号,名称,类型,x,y\n"


@given(st.lists(st.integers(1, 30), max_size=40))
def test_runs_give_back_every_number(numbers: list[int]) -> None:
    runs = runs_of(numbers)
    assert [number_at(runs, row) for row in range(1, len(numbers) + 2)] == [*numbers, None]


def test_a_file_taken_as_it_stood_is_one_run() -> None:
    assert runs_of(range(2, 50_002)) == ((2, 50_000),)


@pytest.fixture
def opened(tmp_path: Path) -> OpenProject:
    return new_project(tmp_path / "p.gpkg", crs="EPSG:4546")


def take(opened: OpenProject, name: str, body: str, **how: str) -> None:
    path = opened.path.parent / name
    path.write_text(body, "utf-8")
    store_imports(opened, read_for_import(path, ReadOptions(layer="facilities"), opened), **how)


def row(opened: OpenProject, feature: str) -> tuple[str | None, int | None, int | None]:
    found = trace_feature(opened.project, "facilities", feature)
    return found["file"], found["row"], found["table_row"]


def test_a_feature_leads_to_its_line_though_titles_blanks_and_totals_lie_between(opened: OpenProject) -> None:
    body = "某县设施调查表,,,,\n" + HEADING + (
        "A,甲厕,公厕,500010,3800010\n,,,,\nB,乙厕,公厕,,\nC,丙厕,公厕,500030,3800010\n"
        "合计,,3,,\nD,丁厕,公厕,500040,3800010\n"
    )  # fmt: skip
    take(opened, "first.csv", body)
    assert [row(opened, feature) for feature in "ACD"] == [
        ("first.csv", 3, 1),
        ("first.csv", 6, 2),
        ("first.csv", 8, 3),
    ]
    opened.close()


def test_append_and_update_lead_to_the_file_that_gave_the_place(opened: OpenProject) -> None:
    take(opened, "first.csv", HEADING + "A,甲,公厕,500010,3800010\nB,乙,公厕,500020,3800010\n")
    take(opened, "more.csv", HEADING + "C,丙,公厕,500030,3800010\n", mode="append")
    take(
        opened, "again.csv", HEADING + "X,新,公厕,500090,3800010\nB,乙,公厕,500021,3800010\n", update_by="id"
    )
    assert row(opened, "A") == ("first.csv", 2, 1)
    assert row(opened, "B") == ("again.csv", 3, 2)
    assert row(opened, "C") == ("more.csv", 2, 1)
    assert row(opened, "X") == ("again.csv", 2, 1)
    opened.close()
    again = open_project(opened.path)
    assert row(again, "B") == ("again.csv", 3, 2), "the log alone tells it"
    take(again, "new.csv", HEADING + "B,乙,公厕,500021,3800010\n", mode="replace")
    assert row(again, "B") == ("new.csv", 2, 1)
    again.close()


def test_what_a_hand_drew_or_moved_says_so(opened: OpenProject) -> None:
    take(opened, "first.csv", HEADING + "A,甲,公厕,500010,3800010\n")
    apply_edits(opened, [AddFacility("H", "toilet", 500050, 3800010), MoveFacility("A", 500060, 3800010)])
    drawn, moved = (trace_feature(opened.project, "facilities", feature) for feature in "HA")
    assert (drawn["file"], drawn["row"], drawn["moved_by_hand"]) == (None, None, False)
    assert (moved["file"], moved["row"], moved["moved_by_hand"]) == ("first.csv", 2, True)
    undo(opened)
    assert not trace_feature(opened.project, "facilities", "A")["moved_by_hand"]
    opened.close()
