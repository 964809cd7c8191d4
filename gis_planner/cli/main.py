"""The command line's verbs and how they are found."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer

from gis_planner import __version__
from gis_planner.cli import data, projects, standards, studies, windows
from gis_planner.cli.console import Speaker, run_guarded
from gis_planner.cli.windows import OPEN_WINDOW, OpenWindow
from gis_planner.errors import UnclearInputError
from gis_planner.messages import Language, Message

_LANGUAGE_VARIABLE = "GIS_PLANNER_LANGUAGE"
_INTERRUPTED = 130  # what typer makes of Ctrl+C
# Every fault in how a command is written; typer gives this family no public name.
_UsageError: type[Exception] = typer.BadParameter.__bases__[0]


def make_app(speaker: Speaker, open_window: OpenWindow) -> typer.Typer:
    """Make the command line, all of whose verbs speak through `speaker`."""
    app = typer.Typer(
        name="gis-planner",
        help="老旧小区组团连片与十五分钟生活圈 / Contiguous clusters of old compounds and their 15-minute life circle",
        no_args_is_help=False,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )

    @app.callback(invoke_without_command=True)
    def start(
        ctx: typer.Context,
        language: Annotated[str, typer.Option("--language", envvar=_LANGUAGE_VARIABLE, help="zh|en")] = "zh",
        version: Annotated[bool, typer.Option("--version", help="版本 / version")] = False,
    ) -> None:
        if language not in ("zh", "en"):
            raise typer.BadParameter("zh|en", param_hint="--language")
        chosen: Language = "en" if language == "en" else "zh"
        speaker.language = chosen
        ctx.obj = speaker
        ctx.meta[OPEN_WINDOW] = open_window
        if version:
            typer.echo(f"gis_planner {__version__}")
            raise typer.Exit
        if ctx.invoked_subcommand is None:
            raise typer.Exit(open_window(None, None, False))

    for verb in (projects.new, projects.edit, projects.undo, projects.redo, projects.branch, projects.replay,
                 data.inspect, standards.standard,
                 studies.study, studies.show, studies.export, windows.demo, windows.sample):  # fmt: skip
        app.command()(verb)
    app.command("import")(data.import_)
    app.command("open")(windows.open_)
    return app


def run(arguments: Sequence[str], open_window: OpenWindow) -> int:
    """Run the command line and give its exit code: 0 done, 1 cannot be done, 2 something must be given, 3 defect.

    `open_window(project, scenario, sample)` opens the window and gives its exit code.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(
                encoding="utf-8" if os.name == "nt" or not stream.isatty() else None, errors="replace"
            )
    speaker = Speaker()

    def work() -> int:
        command = typer.main.get_command(make_app(speaker, open_window))
        try:
            code = command.main(args=list(arguments), prog_name="gis-planner", standalone_mode=False)
        except _UsageError as fault:
            raise _said(fault) from fault
        except SystemExit as stop:  # what typer makes of a pipe that was closed
            return int(stop.code) if isinstance(stop.code, int) else int(stop.code is not None)
        if code == _INTERRUPTED:
            raise KeyboardInterrupt
        return code if isinstance(code, int) else 0

    return run_guarded(work, speaker)


def _said(fault: Any) -> UnclearInputError:
    """Say what is wrong with how a command was written, and how it is written right."""
    context = fault.ctx
    command = context.command_path if context is not None else "gis-planner"
    pieces = context.command.collect_usage_pieces(context) if context is not None else []
    return UnclearInputError(
        Message("cli.usage", what=fault.format_message()),
        Message("cli.usage_remedy", usage=" ".join([command, *pieces]), help=f"{command} --help"),
    )
