"""Verbs on data: inspect a file, import files."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

import typer

from gis_planner.cli.console import Speaker
from gis_planner.cli.options import Json, ProjectPath, Scenario
from gis_planner.errors import UnclearInputError
from gis_planner.messages import Message

DATUMS = "wgs84|cgcs2000|gcj02|bd09"


def inspect(
    ctx: typer.Context,
    file: Annotated[
        Path, typer.Argument(readable=False, metavar="FILE", help="要查看的文件 / the file to look into")
    ],
    as_json: Json = False,
) -> None:
    """看一个文件里有什么、会当作什么、为什么 / See what a file holds, what it would be taken for, and why."""
    from gis_planner.io.inspect import inspect_file

    speaker: Speaker = ctx.obj
    rows = [_found_row(speaker, found) for found in inspect_file(file)]
    if as_json:
        speaker.json({"schema": 1, "file": file.name, "rows": rows})
        return
    for row in rows:
        speaker.answer(Message("cli.found_layer", name=row["source_layer"] or file.name, rows=row["rows"],
                               geometry=row["geometry"] or "—"))  # fmt: skip
        for part in ("layer", "crs", "datum", "encoding"):
            fact = row[part]
            speaker.answer(
                Message(f"cli.found.{part}", value=fact["value"] or "?", reason=fact[speaker.language])
            )
        if row["columns"]:
            speaker.table(
                [speaker.text(Message("cli.column")), speaker.text(Message("cli.source_column"))],
                row["columns"].items(),
            )
        if row["unmatched"]:
            speaker.answer(Message("cli.unmatched", names=row["unmatched"]))


def _found_row(speaker: Speaker, found: Any) -> dict[str, Any]:
    def fact(value: Any, reason: Message, **more: Any) -> dict[str, Any]:
        both = {"zh": speaker.catalogue.text(reason, "zh"), "en": speaker.catalogue.text(reason, "en")}
        return {"value": value, **both, **more}

    return {
        "source_layer": found.source_layer,
        "driver": found.driver,
        "geometry": found.geometry,
        "rows": found.rows,
        "layer": fact(found.layer, found.layer_reason),
        "crs": fact(
            found.crs.crs, found.crs.reason, certain=found.crs.certain, lonlat_extent=found.crs.lonlat_extent
        ),
        "datum": fact(found.datum.datum, found.datum.reason, certain=found.datum.certain),
        "encoding": fact(found.encoding.encoding, found.encoding.reason, certain=found.encoding.certain),
        "columns": dict(found.columns),
        "unmatched": list(found.unmatched),
        "sample": [dict(row) for row in found.sample],
    }


def import_(
    ctx: typer.Context,
    project: ProjectPath,
    files: Annotated[
        list[Path], typer.Argument(readable=False, metavar="FILE...", help="数据文件 / data files")
    ],
    layer: Annotated[
        str | None, typer.Option("--as", metavar="LAYER", help="作为哪个图层 / the layer to fill")
    ] = None,
    source_layer: Annotated[str | None, typer.Option("--source-layer", metavar="N")] = None,
    crs: Annotated[str | None, typer.Option(metavar="C", help="坐标系 EPSG:n / CRS")] = None,
    datum: Annotated[str | None, typer.Option(metavar=DATUMS, help="经纬度的基准 / datum of degrees")] = None,
    encoding: Annotated[str | None, typer.Option(metavar="E")] = None,
    maps: Annotated[
        list[str] | None, typer.Option("--map", metavar="FIELD=COLUMN", help="字段对应 / column map")
    ] = None,
    append: Annotated[bool, typer.Option("--append", help="追加 / add to the layer")] = False,
    replace: Annotated[bool, typer.Option("--replace", help="替换 / replace the layer")] = False,
    update_by: Annotated[
        str | None, typer.Option("--update-by", metavar="ID", help="按 id 或字段更新 / update by")
    ] = None,
    scenario: Scenario = None,
    as_json: Json = False,
) -> None:
    """导入数据文件 / Import data files."""
    from gis_planner.io.read_file import ReadOptions
    from gis_planner.workflow.importing import read_for_import, store_imports
    from gis_planner.workflow.open_project import open_project

    speaker: Speaker = ctx.obj
    modes = [
        name for name, chosen in (("append", append), ("replace", replace), ("update", update_by)) if chosen
    ]
    if len(modes) > 1:
        raise UnclearInputError(Message("cli.one_mode"), Message("cli.one_mode_remedy"))
    options = ReadOptions(
        layer=layer,
        source_layer=source_layer,
        crs=crs,
        datum=datum,
        encoding=encoding,
        columns=_column_map(maps or []),
    )
    rows: list[dict[str, Any]] = []
    with closing(open_project(project, scenario=scenario)) as opened:
        for file in files:
            imported = read_for_import(file, options, opened, progress=speaker)
            done = store_imports(
                opened, imported, mode=modes[0] if modes else None, update_by=update_by,
                scenarios=[scenario] if scenario else None,
            )  # fmt: skip
            speaker.report(1.0, Message("cli.imported_file", file=file.name))
            for new in done:
                rows.append(
                    {"file": file.name, "layer": new.layer, "mode": new.mode, "rows": new.rows, "matched": new.matched,
                     "table": new.table, "issues": [_issue_row(speaker, issue) for issue in new.issues]}
                )  # fmt: skip
                if not as_json:
                    speaker.answer(
                        Message("cli.imported", file=file.name, layer=Message(f"layers.{new.layer}"), n=new.rows,
                                mode=Message(f"cli.mode.{new.mode}"), issues=len(new.issues))
                    )  # fmt: skip
        if as_json:
            speaker.json({"schema": 1, "project": opened.project.title, "scenario": opened.scenario,
                          "crs": opened.project.crs, "rows": rows})  # fmt: skip


def _issue_row(speaker: Speaker, issue: Any) -> dict[str, Any]:
    return {"code": issue.code, "severity": issue.severity, "layer": issue.layer, "feature": issue.feature,
            "zh": speaker.catalogue.text(issue.message, "zh"), "en": speaker.catalogue.text(issue.message, "en"),
            "x": issue.x, "y": issue.y}  # fmt: skip


def _column_map(maps: list[str]) -> dict[str, str]:
    columns = {}
    for item in maps:
        field, mark, column = item.partition("=")
        if not mark or not field or not column:
            raise UnclearInputError(Message("cli.bad_map", text=item), Message("cli.bad_map_remedy"))
        columns[field.strip()] = column
    return columns
