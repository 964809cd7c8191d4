"""Verbs on rule packs: list those that can be used, use one."""

from __future__ import annotations

from contextlib import closing
from typing import Annotated

import typer

from gis_planner.cli.console import Speaker
from gis_planner.cli.options import Json, ProjectPath, Scenario
from gis_planner.errors import UnclearInputError
from gis_planner.messages import Message


def standard(
    ctx: typer.Context,
    project: ProjectPath,
    verb: Annotated[str, typer.Argument(metavar="list|use")] = "list",
    pack: Annotated[
        str | None, typer.Argument(metavar="ID|FILE", help="规则包或自有文件 / pack or own file")
    ] = None,
    scenario: Scenario = None,
    as_json: Json = False,
) -> None:
    """看或改用规则包 / List the rule packs, or use one: a pack's id or a file of one's own."""
    from gis_planner.io.read_standard import read_standard, standard_ids
    from gis_planner.workflow.edit import apply_edits
    from gis_planner.workflow.open_project import open_project
    from gis_planner.workflow.standards import choose_standard, packs_in_use

    speaker: Speaker = ctx.obj
    if verb not in ("list", "use") or (verb == "use") != (pack is not None):
        raise UnclearInputError(Message("cli.standard_verb"), Message("cli.standard_verb_remedy"))
    with closing(open_project(project, scenario=scenario)) as opened:
        if pack is not None:
            edit = choose_standard(pack)
            apply_edits(opened, [edit], scenarios=[scenario] if scenario else None)
            speaker.answer(
                Message("cli.standard_used", name=edit.standard, sha=edit.sha256[:12], scenario=opened.scenario,
                        subject=Message(f"scoring.subject.{edit.subject}"))
            )  # fmt: skip
            return
        used = packs_in_use(opened.project)
        known = {name: read_standard(name) for name in standard_ids()}
        shown = {**{p.sha256: p for p in known.values()}, **{p.sha256: p for p in used.values()}}
        rows = [
            {"id": p.id, "zh": p.zh, "en": p.en, "version": p.version, "subject": p.subject,
             "elements": len(p.elements), "sha256": p.sha256,
             "in_use": any(u.sha256 == p.sha256 for u in used.values())}
            for p in sorted(shown.values(), key=lambda p: (p.id, p.sha256))
        ]  # fmt: skip
        if as_json:
            speaker.json(
                {"schema": 1, "project": opened.project.title, "scenario": opened.scenario, "rows": rows}
            )
            return
        names = ["id", speaker.language, "version", "subject", "elements", "in_use"]
        speaker.table(names, ([row[name] for name in names] for row in rows))
