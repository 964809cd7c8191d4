from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest
from workflow.small_project import small_project

from gis_planner.analysis.ways import is_walkable
from gis_planner.errors import ProjectFileError, RuleError
from gis_planner.model.edits import (
    AddFacility,
    CloseFacility,
    DeclareSurveyComplete,
    DissolveCluster,
    DrawStreet,
    Edit,
    MergeClusters,
    MoveCompounds,
    MoveFacility,
    NameCluster,
    OpenEntrance,
    SetAttribute,
    SetClusters,
    SetFootprint,
    SetNotApplicable,
    SetRule,
    SplitCluster,
)
from gis_planner.model.project import Project
from gis_planner.model.tables import content_hash
from gis_planner.workflow.edit import apply_edits, read_edit_list, redo, undo
from gis_planner.workflow.open_project import open_project
from gis_planner.workflow.scenarios import branch, replay, switch

PAIR = SetClusters(({"id": "Z01", "number": 1, "name": "", "members": ["C1", "C2"]},), {"seed": 1})
EDITS: list[Edit] = [
    PAIR,
    MoveCompounds(("C3",), "Z01"),
    SplitCluster("Z01", ("C3",)),
    MergeClusters(("Z01", "Z02")),
    NameCluster("Z01", "东关片区", 7),
    SetFootprint(
        "Z01", (((0.0, 0.0), (60.5, 0.0), (60.5, 40.0), (0.0, 40.0)), ((5.0, 5.0), (9.0, 5.0), (9.0, 9.0)))
    ),
    AddFacility("F1", "toilet", 5.0, 5.0, name="公厕"),
    MoveFacility("F1", 25.0, 5.0),
    CloseFacility("F1"),
    DrawStreet("N1", ((0.0, 12.0), (30.5, 12.25), (50.0, 12.0)), "footpath", 1, "新巷"),
    SetAttribute("roads", "N1", "walkable", False),
    SetRule("limit_m", 800),
    SetRule("KY1.threshold_pass", 0.8),
    SetAttribute("compounds", "C2", "households", 44),
    DeclareSurveyComplete("facilities"),
    SetNotApplicable("Z01", "KH1", "片区内没有杆"),
    DissolveCluster("Z01"),
]


def state(project: Project) -> str:
    tables = {name: content_hash(table) for name, table in project.tables.items()}
    return json.dumps(
        [project.inputs_json(), tables, sorted(project.loaded)], ensure_ascii=False, sort_keys=True
    )


def test_undoing_all_and_redoing_all_gives_every_state_again(tmp_path: Path) -> None:
    opened = small_project(tmp_path / "p.gpkg")
    states = [state(opened.project)]
    for edit in EDITS:
        states.append(state(apply_edits(opened, [edit])))
        assert states[-1] != states[-2]
    for expected in reversed(states[:-1]):
        assert state(undo(opened)) == expected
    for expected in states[1:]:
        assert state(redo(opened)) == expected
    assert not opened.can_redo
    undo(opened, 5)
    assert state(redo(opened, 5)) == states[-1]


def test_a_project_reopens_and_replays_as_it_was_left(tmp_path: Path) -> None:
    opened = small_project(tmp_path / "p.gpkg")
    apply_edits(opened, EDITS[:4])
    branch(opened, "方案乙")
    apply_edits(opened, [EDITS[5]])
    undo(opened)
    apply_edits(opened, [SetRule("seed", 9)])
    expected = {}
    for name in ("main", "方案乙"):
        expected[name] = state(switch(opened, name))
    opened.close()
    again = open_project(tmp_path / "p.gpkg", scenario="方案乙")
    assert state(again.project) == expected["方案乙"]
    new = replay(again, tmp_path / "q.gpkg")
    assert new.scenario == "方案乙"
    for name in ("main", "方案乙"):
        assert state(switch(new, name)) == expected[name]
    assert len(new.log()) == len([row for row in again.log() if row.scenarios])


def test_no_edit_changes_the_project_that_it_was_given(tmp_path: Path) -> None:
    opened = small_project(tmp_path / "p.gpkg")
    for edit in EDITS:
        before = opened.project
        held = state(before)
        apply_edits(opened, [edit])
        assert state(before) == held


def test_a_new_edit_after_undo_leaves_the_undone_one_in_the_file(tmp_path: Path) -> None:
    opened = small_project(tmp_path / "p.gpkg")
    apply_edits(opened, [SetRule("limit_m", 900)])
    undo(opened)
    apply_edits(opened, [SetRule("limit_m", 700)])
    assert not opened.can_redo
    titles = {row.title: row.active for row in opened.log() if row.kind == "SetRule"}
    assert sorted(titles.values()) == [False, True]
    with pytest.raises(ProjectFileError):
        redo(opened)


@pytest.mark.parametrize(
    "edit",
    [
        MoveCompounds(("C9",), None),
        MoveCompounds((), None),
        MoveCompounds(("C1",), "Z99"),
        SplitCluster("Z01", ("C1", "C2")),
        MergeClusters(("Z01",)),
        SetRule("limit_m", "far"),
        SetRule("limit_m", float("nan")),
        SetRule("no_such_rule", 1),
        SetAttribute("compounds", "C1", "households", -3),
        SetAttribute("compounds", "C1", "no_such_column", 3),
        SetAttribute("roads", "R1", "class", "lane"),
        AddFacility("F1", "casino", 0.0, 0.0),
        MoveFacility("F9", 0.0, 0.0),
        DeclareSurveyComplete("clouds"),
        SetNotApplicable("Z01", "KH1", "  "),
        SetClusters(({"id": "Z01", "number": 1, "members": ["C1", "C1x"]},), {}),
        SetClusters(
            ({"id": "A", "number": 1, "members": ["C1"]}, {"id": "B", "number": 1, "members": ["C2"]}), {}
        ),
        SetClusters(({"id": "A", "number": -5, "members": ["C1"]},), {}),
        SetClusters(({"id": "A", "number": float("inf"), "members": ["C1"]},), {}),
        SetClusters(({"id": " ", "number": 1, "members": ["C1"]},), {}),
        SetClusters(({"id": "A", "number": 1, "members": []},), {}),
        NameCluster("Z01", "a", 10**30),
        SetFootprint("Z09", None),
        SetFootprint("Z01", ()),
        SetFootprint("Z01", (((0.0, 0.0), (9.0, 0.0), (0.0, 0.0)),)),
        SetFootprint("Z01", (((0.0, 0.0), (9.0, 9.0), (9.0, 0.0), (0.0, 9.0)),)),
        SetFootprint("Z01", (((0.0, 0.0), (9.0, 0.0), (9.0, 1e7)),)),
        SetAttribute("compounds", "C1", "households", 10**25),
        SetAttribute("compounds", "C1", "households", float("inf")),
        SetAttribute("compounds", "C1", "floor_area_m2", -5.0),
        SetAttribute("compounds", "C1", "built_year", 3),
        AddFacility("F1", "toilet", 1e300, 0.0),
        AddFacility("F1", "toilet", 100_000.0, 0.0),
        AddFacility("F1", "toilet", 5.0, 5.0, capacity=-1.0),
        OpenEntrance("E1", compound_id="C1", x=0.0, y=-100_000.0),
        DrawStreet("N1", ((0.0, 0.0),)),
        DrawStreet("N1", ((5.0, 5.0), (5.0, 5.0))),
        DrawStreet("N1", ((0.0, 0.0), (float("nan"), 5.0))),
        DrawStreet("N1", ((0.0, 0.0), (5.0, float("inf")))),
        DrawStreet("N1", ((0.0, 0.0), (100_000.0, 0.0))),
        DrawStreet("N1", ((0.0, 0.0), (5.0, 5.0)), "alley"),
        DrawStreet(" ", ((0.0, 0.0), (5.0, 5.0))),
        SetRule("ZZ9.threshold_pass", 0.5),
        SetNotApplicable("Z01", "ZZ9", "没有"),
        SetClusters(
            ({"id": "A", "number": 1, "members": ["C1"]}, {"id": "B", "number": 2, "members": ["C1"]}), {}
        ),
    ],
    ids=lambda edit: repr(edit)[:60],
)
def test_an_impossible_edit_is_refused_and_changes_nothing(tmp_path: Path, edit: Edit) -> None:
    opened = small_project(tmp_path / "p.gpkg")
    apply_edits(opened, [PAIR])
    before, edits = state(opened.project), len(opened.log())
    with pytest.raises(RuleError):
        apply_edits(opened, [SetRule("seed", 5), edit])
    assert state(opened.project) == before
    assert len(opened.log()) == edits


def test_a_correction_goes_to_every_scenario_and_a_decision_to_one(tmp_path: Path) -> None:
    opened = small_project(tmp_path / "p.gpkg")
    branch(opened, "B")
    apply_edits(opened, [SetRule("limit_m", 800)])
    apply_edits(opened, [SetAttribute("compounds", "C2", "households", 44)])
    assert int(opened.project.table("compounds")["households"][1]) == 44
    main = switch(opened, "main")
    assert int(main.table("compounds")["households"][1]) == 44
    assert main.rules.limit_m == 1000


def test_a_correction_of_what_only_one_scenario_has_stays_there(tmp_path: Path) -> None:
    opened = small_project(tmp_path / "p.gpkg")
    branch(opened, "B")
    apply_edits(opened, [AddFacility("F1", "toilet", 0.0, 0.0)])
    apply_edits(opened, [SetAttribute("facilities", "F1", "name", "公厕")])
    assert opened.project.table("facilities")["name"][0] == "公厕"
    assert len(switch(opened, "main").table("facilities")) == 0


def test_two_windows_on_one_project_do_not_overwrite_each_other(tmp_path: Path) -> None:
    first = small_project(tmp_path / "p.gpkg")
    second = open_project(tmp_path / "p.gpkg")
    apply_edits(second, [SetRule("limit_m", 800)])
    with pytest.raises(ProjectFileError) as caught:
        apply_edits(first, [SetRule("limit_m", 700)])
    assert caught.value.problem.key == "project.moved_on"
    assert open_project(tmp_path / "p.gpkg").project.rules.limit_m == 800


def test_a_list_of_edits_says_which_line_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "edits.jsonl"
    path.write_text(
        '{"kind": "SetRule", "name": "limit_m", "value": 800}\n\n{"kind": "SetRule", "name": 3}\n', "utf-8"
    )
    with pytest.raises(RuleError) as caught:
        read_edit_list(path)
    assert caught.value.problem.values["line"] == 3
    for line in (
        "[1]",
        "{",
        '{"kind": "ImportLayer"}',
        '{"kind": "Nope"}',
        "[" * 100_000,
        '{"kind": "SetClusters", "clusters": [], "origin": {"a": NaN}}',
        '{"kind": "NameCluster", "cluster": "Z01", "name": "\\ud800"}',
        '{"kind": "DrawStreet", "id": "N1", "coords": [[0, 0, 0], [5, 5, 0]]}',
        '{"kind": "DrawStreet", "id": "N1", "coords": [[0], [5]]}',
        '{"kind": "AddFacility", "id": "F1", "facility_kind": "toilet", "y": 1, "x": ' + "9" * 400 + "}",
    ):
        path.write_text(line, "utf-8")
        with pytest.raises(RuleError):
            read_edit_list(path)


def test_a_list_that_is_no_text_in_utf8_says_so(tmp_path: Path) -> None:
    (tmp_path / "gbk.jsonl").write_bytes(
        '{"kind": "NameCluster", "cluster": "Z01", "name": "东关"}'.encode("gbk")
    )
    for name, key in (("gbk.jsonl", "list_not_utf8"), ("none.jsonl", "no_list"), (".", "no_list")):
        with pytest.raises(RuleError) as caught:
            read_edit_list(tmp_path / name)
        assert caught.value.problem.key == f"edits.{key}"


def test_a_name_may_hold_a_line_separator(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(
        '{"kind": "NameCluster", "cluster": "Z01", "name": "东\u2028关"}\n', "utf-8"
    )
    (edit,) = read_edit_list(tmp_path / "a.jsonl")
    assert edit.body()["name"] == "东\u2028关"


def test_every_edit_is_written_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "edits.jsonl"
    path.write_text(
        "\n".join(json.dumps({"kind": e.kind, **e.body()}, ensure_ascii=False) for e in EDITS), "utf-8"
    )
    assert [edit.body() for edit in read_edit_list(path)] == [edit.body() for edit in EDITS]


def test_killed_at_any_moment_no_acknowledged_edit_is_lost(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    chance = random.Random(7)
    path = tmp_path / "p.gpkg"
    small_project(path).close()
    script = Path(__file__).with_name("endless_edits.py")
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    done = 0
    for _ in range(int(request.config.getoption("--kills"))):
        child = subprocess.Popen(
            [sys.executable, str(script), str(path), str(done)],
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        assert child.stdout is not None
        stop_after = chance.randint(1, 40)
        before = done
        for line in child.stdout:
            done = int(line)
            if done >= before + stop_after:
                child.kill()
                break
        for line in child.stdout:
            if line.endswith("\n"):
                done = int(line)
        child.wait()
        child.stdout.close()
        assert done >= before + stop_after, "the editing run ended by itself"
        opened = open_project(path)
        assert opened.project.rules.seed in (done, done + 1), "an acknowledged edit is missing"
        done = opened.project.rules.seed
        opened.close()


def test_a_facility_opens_again_as_what_it_was(tmp_path: Path) -> None:
    opened = small_project(tmp_path / "p.gpkg")
    apply_edits(
        opened,
        [AddFacility("F1", "toilet", 0.0, 0.0), AddFacility("F2", "toilet", 0.0, 0.0, status="existing")],
    )
    for facility, status in (("F1", "proposed"), ("F2", "existing")):
        apply_edits(opened, [CloseFacility(facility), CloseFacility(facility)])
        apply_edits(opened, [CloseFacility(facility, closed=False)])
        row = list(opened.project.table("facilities")["id"]).index(facility)
        assert opened.project.table("facilities")["status"][row] == status


def test_a_street_is_drawn_once_and_can_be_closed_and_opened(tmp_path: Path) -> None:
    opened = small_project(tmp_path / "p.gpkg")
    street = DrawStreet("N1", ((0.0, 12.0), (50.0, 12.0)), "footpath", name="新巷")
    roads = apply_edits(opened, [street]).table("roads")
    assert roads.iloc[0][["id", "name", "class", "level", "noding"]].tolist() == [
        "N1",
        "新巷",
        "footpath",
        0,
        "drawn",
    ]
    assert roads.geometry.iloc[0].coords[:] == [(0.0, 12.0), (50.0, 12.0)]
    with pytest.raises(RuleError):
        apply_edits(opened, [street])
    for walkable in (False, True, None):
        roads = apply_edits(opened, [SetAttribute("roads", "N1", "walkable", walkable)]).table("roads")
        assert is_walkable(roads).tolist() == [walkable is not False]
