"""Verbs that need no project of one's own: the window, the sample, the demonstration."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Annotated

import typer

from gis_planner.cli.console import Speaker
from gis_planner.cli.options import ProjectPath, Scenario
from gis_planner.messages import Message

OPEN_WINDOW = "gis_planner.open_window"
OpenWindow = Callable[[Path | None, str | None, bool], int]


def demo(
    ctx: typer.Context,
    out: Annotated[Path, typer.Option("--out", readable=False, metavar="DIR", help="输出文件夹 / folder")],
) -> None:
    """用样例县城走完全程 / The main job on the sample: the project file and all its outputs."""
    from gis_planner.io.atomic import make_folder
    from gis_planner.workflow.exporting import OUTPUTS, export
    from gis_planner.workflow.sample import make_sample_project
    from gis_planner.workflow.studying import run_study

    speaker: Speaker = ctx.obj
    make_folder(out)
    with closing(make_sample_project(_free(out / "sample.gpkg"), progress=speaker)) as opened:
        speaker.answer(Message("cli.wrote", file=str(opened.path)))
        results = run_study(opened.project, progress=speaker)
        for path in export(opened, results, out, what=OUTPUTS, language=speaker.language, progress=speaker):
            speaker.answer(Message("cli.wrote", file=str(path)))


def _free(path: Path) -> Path:
    serial = 2
    free = path
    while free.exists():
        free = path.with_name(f"{path.stem}_{serial}{path.suffix}")
        serial += 1
    return free


def open_(ctx: typer.Context, project: ProjectPath, scenario: Scenario = None) -> None:
    """打开窗口 / Open the window on a project."""
    raise typer.Exit(open_window(ctx)(project, scenario, False))


def sample(ctx: typer.Context) -> None:
    """在样例县城上打开窗口 / Open the window on a copy of the sample, made when absent."""
    raise typer.Exit(open_window(ctx)(None, None, True))


def open_window(ctx: typer.Context) -> OpenWindow:
    """Give the function that opens the window; the command line is handed it, because it does not know the window."""
    opener: OpenWindow = ctx.meta[OPEN_WINDOW]
    return opener
