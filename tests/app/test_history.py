"""Undo, redo and the history say what was done, and which way."""

from __future__ import annotations

from pathlib import Path

import pytest

from gis_planner.app.history import redo_title, row_title, say_edit, undo_title
from gis_planner.messages import Catalogue
from gis_planner.model import edits as e
from gis_planner.workflow.edit import apply_edits, undo
from gis_planner.workflow.open_project import open_project


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (e.SetRule("limit_m", 800), "步行距离上限改为 800 m"),
        (e.MoveCompounds(("A", "B"), None), "把 2 个小区移出组团"),
        (e.MoveCompounds(("A",), "new"), "用 1 个小区另成组团"),
        (e.MoveCompounds(("A",), "Z02"), "把 1 个小区移到组团 Z02"),
        (e.Lock("cluster", ("Z01",), False), "解除锁定 Z01（1 项）"),
        (e.CloseFacility("F1", True), "停用设施 F1"),
        (e.CloseFacility("F1", False), "恢复设施 F1"),
        (e.DrawStreet("N1", ((0.0, 0.0), (1.0, 0.0))), "绘制道路 N1"),
        (e.SetAttribute("roads", "R1", "walkable", False), "封闭道路 R1"),
        (e.SetAttribute("roads", "R1", "walkable", None), "开放道路 R1"),
        (e.OpenEntrance("E1", False), "关闭出入口 E1"),
        (e.AddFacility("N1", "library", 0.0, 0.0), "新增城市书房 N1"),
        (e.SetAttribute("compounds", "A", "households", 3), "修改 A 的 户数"),
        (e.DeclareSurveyComplete("poles"), "杆 普查完整"),
        (e.DeclareSurveyComplete("poles", False), "撤回“杆普查完整”"),
    ],
)
def test_an_edit_is_said_the_way_that_it_went(edit: e.Edit, said: str, catalogue: Catalogue) -> None:
    assert catalogue.text(say_edit(edit), "zh") == said
    english = catalogue.text(say_edit(edit), "en")
    assert english
    assert not any("\u4e00" <= c <= "\u9fff" for c in english)


def test_undo_and_redo_name_the_edit_before_and_after(town: Path) -> None:
    opened = open_project(town)
    apply_edits(opened, [e.SetRule("limit_m", 800), e.SetRule("limit_m", 700)])
    assert redo_title(opened) is None
    undo(opened)
    before, after = undo_title(opened), redo_title(opened)
    assert before is not None
    assert after is not None
    assert (before.values["value"], after.values["value"]) == (800, 700)
    assert [row_title(row).key for row in opened.log()][-2:] == ["app.did.rule", "app.did.rule"]
    opened.close()
