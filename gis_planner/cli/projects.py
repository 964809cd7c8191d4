"""Verbs on the project file: new, edit, undo, redo, branch, replay."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gis_planner.cli.console import Speaker
from gis_planner.cli.options import ProjectPath, Scenario
from gis_planner.messages import Message

if TYPE_CHECKING:
    from gis_planner.workflow.open_project import OpenProject


def new(
    ctx: typer.Context,
    project: ProjectPath,
    profile: Annotated[str, typer.Option(help="城市口径 LN|ZMD|XC|PY|default / city profile")] = "default",
    crs: Annotated[str, typer.Option(help="auto 或 EPSG:n / auto or EPSG:n")] = "auto",
    title: Annotated[str, typer.Option(help="项目名称 / title")] = "",
) -> None:
    """新建项目 / Make a project file."""
    from gis_planner.workflow.open_project import new_project

    speaker: Speaker = ctx.obj
    with closing(new_project(project, title=title, profile=profile, crs=crs)):
        speaker.answer(Message("cli.made", file=str(project)))


def edit(
    ctx: typer.Context,
    project: ProjectPath,
    edits: Annotated[
        Path, typer.Argument(readable=False, metavar="EDITS.jsonl", help="每行一个编辑 / one edit a line")
    ],
    scenario: Scenario = None,
) -> None:
    """执行一份编辑清单(全部或全不)/ Apply a list of edits, all or none."""
    from gis_planner.workflow.edit import apply_edits, read_edit_list
    from gis_planner.workflow.open_project import open_project

    speaker: Speaker = ctx.obj
    with closing(open_project(project, scenario=scenario)) as opened:
        listed = read_edit_list(edits)
        apply_edits(opened, listed, scenarios=[scenario] if scenario else None)
        speaker.answer(Message("cli.edited", n=len(listed), scenario=opened.scenario))


def undo(
    ctx: typer.Context,
    project: ProjectPath,
    n: Annotated[int, typer.Argument(min=1)] = 1,
    scenario: Scenario = None,
) -> None:
    """撤销 / Take back edits."""
    from gis_planner.workflow.edit import undo as take_back

    _step(ctx, project, n, scenario, take_back, "cli.undone")


def redo(
    ctx: typer.Context,
    project: ProjectPath,
    n: Annotated[int, typer.Argument(min=1)] = 1,
    scenario: Scenario = None,
) -> None:
    """重做 / Do undone edits again."""
    from gis_planner.workflow.edit import redo as do_again

    _step(ctx, project, n, scenario, do_again, "cli.redone")


def _step(
    ctx: typer.Context,
    project: Path,
    n: int,
    scenario: str | None,
    verb: Callable[[OpenProject, int], object],
    said: str,
) -> None:
    from gis_planner.workflow.open_project import open_project

    with closing(open_project(project, scenario=scenario)) as opened:
        verb(opened, n)
        ctx.obj.answer(Message(said, n=n, scenario=opened.scenario))


def branch(
    ctx: typer.Context,
    project: ProjectPath,
    name: Annotated[str, typer.Argument(metavar="NAME")],
    scenario: Scenario = None,
) -> None:
    """从当前方案分出新方案 / Branch a new scenario."""
    from gis_planner.workflow.open_project import open_project
    from gis_planner.workflow.scenarios import branch as make_branch

    with closing(open_project(project, scenario=scenario)) as opened:
        make_branch(opened, name)
        ctx.obj.answer(Message("cli.branched", name=opened.scenario))


def replay(
    ctx: typer.Context,
    project: ProjectPath,
    target: Annotated[Path, typer.Argument(readable=False, metavar="NEW.gpkg")],
    scenario: Scenario = None,
) -> None:
    """把全部编辑重做到新文件 / Do every edit again in a new file."""
    from gis_planner.workflow.open_project import open_project
    from gis_planner.workflow.scenarios import replay as do_every_edit_again

    with (
        closing(open_project(project, scenario=scenario)) as opened,
        closing(do_every_edit_again(opened, target)) as new,
    ):
        ctx.obj.answer(Message("cli.replayed", file=str(target), n=len(new.log())))
