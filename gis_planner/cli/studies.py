"""Verbs on figures: study, show, export."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Annotated, Any

import typer

from gis_planner.cli.console import Speaker
from gis_planner.cli.options import Json, ProjectPath, Scenario
from gis_planner.errors import RuleError, UnclearInputError
from gis_planner.messages import Message

_MOST_COLUMNS = 9


def study(
    ctx: typer.Context,
    project: ProjectPath,
    settings: Annotated[
        list[str] | None, typer.Option("--set", metavar="RULE=VALUE", help="改规则 / set a rule")
    ] = None,
    standard: Annotated[
        str | None,
        typer.Option("--standard", metavar="ID|FILE", help="改用规则包 / judge by another rule pack"),
    ] = None,
    what_if: Annotated[bool, typer.Option("--what-if", help="只试算,不写入 / write nothing")] = False,
    recluster: Annotated[bool, typer.Option("--recluster", help="重新划分组团 / form clusters anew")] = False,
    around: Annotated[
        str | None,
        typer.Option(metavar="ID,...", help="只重划这些组团及其邻近 / form anew around these clusters only"),
    ] = None,
    alternatives: Annotated[
        int | None,
        typer.Option(
            "--alternatives",
            metavar="N",
            help="另做 N 个比选方案(各成一个方案) / make N other groupings as scenarios",
        ),
    ] = None,
    scenario: Scenario = None,
    as_json: Json = False,
) -> None:
    """计算组团、覆盖和判定 / Study: clusters, coverage, verdicts."""
    from gis_planner.analysis.comparison import same_elements
    from gis_planner.analysis.sentences import flip_sentence, score_line
    from gis_planner.analysis.wanted import CODE as NUMBER_NOT_HAD
    from gis_planner.model.edits import Edit, SetRule
    from gis_planner.model.tables import ids, texts
    from gis_planner.workflow.alternatives import compare_alternatives, make_alternatives
    from gis_planner.workflow.open_project import open_project
    from gis_planner.workflow.showing import both, envelope, show_rows
    from gis_planner.workflow.standards import choose_standard
    from gis_planner.workflow.studying import study as run_study_verb

    speaker: Speaker = ctx.obj
    if alternatives is not None and what_if:
        raise UnclearInputError(
            Message("cli.alternatives_what_if"), Message("cli.alternatives_what_if_remedy")
        )
    edits: list[Edit] = [choose_standard(standard)] if standard is not None else []
    edits += [SetRule(name, _value(value)) for name, value in map(_setting, settings or [])]
    with closing(open_project(project, scenario=scenario)) as opened:
        found = run_study_verb(
            opened, edits, what_if=what_if, recluster=recluster, around=_listed(around), progress=speaker
        )
        speaker.report(1.0, Message("cli.studied"))
        results = found.results
        missed = next((issue.message for issue in results.issues if issue.code == NUMBER_NOT_HAD), None)
        others = []
        if alternatives is not None:
            made = make_alternatives(opened, alternatives, progress=speaker)
            speaker.report(1.0, Message("cli.studied"))
            others = [row.to_json() for row in compare_alternatives(opened) if row.scenario in made]
        flips = [
            {**flip.to_json(), **both(flip_sentence(flip, results.standard), speaker.catalogue)}
            for flip in found.flips
        ]
        if as_json:
            rows = show_rows(opened, results, "clusters", catalogue=speaker.catalogue)
            answer = {**envelope(opened, results, rows), "what_if": what_if, "flips": flips}
            if missed is not None:
                answer["wanted"] = both(missed, speaker.catalogue)
            speaker.json(answer if alternatives is None else {**answer, "alternatives": others})
            return
        for cluster in results.clusters:
            line = score_line([v for v in results.verdicts if v.cluster_id == cluster.id])
            speaker.answer(Message("cli.cluster_line", number=cluster.number, name=cluster.name or "—",
                                   members=len(cluster.compounds), line=line))  # fmt: skip
        speaker.answer(Message("cli.study_done", clusters=len(results.clusters), alone=len(results.alone),
                               issues=len(results.issues), fingerprint=results.fingerprint[:12]))  # fmt: skip
        if missed is not None:
            speaker.answer(missed)
        if not len(opened.project.table("compounds")):
            speaker.answer(Message("cli.no_compounds"))
        for row in others:
            build = "—" if row["to_build"] is None else row["to_build"]
            speaker.answer(Message("cli.alternative", scenario=row["scenario"], clusters=row["clusters"],
                                   alone=row["alone"], cost=row["cost"], build=build))  # fmt: skip
        if alternatives is not None and len(others) < alternatives:
            speaker.answer(Message("cli.fewer_alternatives", asked=alternatives, found=len(others)))
        names = {("cluster", cluster.id): cluster.name for cluster in results.clusters}
        table = opened.project.table("compounds")
        names |= {
            ("compound", c): name or c for c, name in zip(ids(table), texts(table, "name"), strict=True)
        }
        packs = {"cluster": results.standard, "compound": results.compound_standard or results.standard}
        for flip in found.flips:
            name = names.get((flip.subject, flip.cluster_id), flip.cluster_id)
            speaker.answer(flip_sentence(flip, packs[flip.subject], name))
        before = found.earlier
        if before is not None and before.standard.id != results.standard.id:
            speaker.answer(Message("cli.pack_changed", before=before.standard.zh, after=results.standard.zh,
                                   n=len(same_elements(before.standard, results.standard))))  # fmt: skip


def _listed(text: str | None) -> list[str]:
    return [part.strip() for part in (text or "").split(",") if part.strip()]


def _setting(text: str) -> tuple[str, str]:
    name, mark, value = text.partition("=")
    if not mark or not name.strip():
        raise UnclearInputError(Message("cli.bad_setting", text=text), Message("cli.bad_setting_remedy"))
    return name.strip(), value.strip()


def _value(text: str) -> Any:
    try:
        return int(text) if text.isdigit() else float(text)
    except ValueError:
        return text


def show(
    ctx: typer.Context,
    project: ProjectPath,
    what: Annotated[str, typer.Argument(metavar="WHAT", help="clusters|compounds|reasons|coverage|capacity|"
                                                             "cluster_capacity|verdicts|compound_verdicts|standard|"
                                                             "eligibility|issues|network|access|neighbours|"
                                                             "isochrones|alternatives|log|results")],
    as_json: Json = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="以 CSV 回答 / answer as CSV")] = False,
    scenario: Scenario = None,
    of: Annotated[str | None, typer.Option("--of", metavar="LAYER/ID", help="等时圈的起点 / where isochrones "
                                           "start: compounds/C001, clusters/K01, facilities/F001")] = None,
    minutes: Annotated[str, typer.Option("--minutes", metavar="5,10,15", help="等时圈 / of isochrones")] = "5,10,15",
    metres: Annotated[str | None, typer.Option("--metres", metavar="300,1000", help="等时圈按米 / instead of minutes")]
    = None,
) -> None:  # fmt: skip
    """看一张表 / Show a table."""
    from gis_planner.analysis.isochrones import minutes_to_metres
    from gis_planner.workflow.isochrones import isochrone_rows
    from gis_planner.workflow.open_project import open_project
    from gis_planner.workflow.showing import UNSTUDIED, envelope, show_rows, shown_tables
    from gis_planner.workflow.studying import run_study

    speaker: Speaker = ctx.obj
    if what == "isochrones" and not of:
        raise UnclearInputError(Message("cli.isochrone_of_what"), Message("cli.isochrone_of_what_remedy"))
    if what not in [*shown_tables(), "isochrones"]:
        raise UnclearInputError(
            Message("cli.no_table", what=what),
            Message("cli.no_table_remedy", known=[*shown_tables(), "isochrones"]),
        )
    with closing(open_project(project, scenario=scenario)) as opened:
        results = None if what in UNSTUDIED else run_study(opened.project, progress=speaker)
        if what == "results":
            assert results is not None
            if as_json:
                speaker.json(envelope(opened, results, results.to_json()))
            else:
                speaker.canonical(results.canonical_json)
            return
        if results is None:
            rows = UNSTUDIED[what](opened)
        elif what == "isochrones":
            speed = opened.project.rules.walk_speed_m_s
            limits = (
                _numbers(metres)
                if metres
                else [minutes_to_metres(m, walk_speed_m_s=speed) for m in _numbers(minutes)]
            )
            rows = isochrone_rows(opened.project, results, of or "", limits, progress=speaker)
            speaker.report(1.0, Message("cli.studied"))
        else:
            speaker.report(1.0, Message("cli.studied"))
            rows = show_rows(opened, results, what, catalogue=speaker.catalogue)
        if as_json:
            speaker.json(envelope(opened, results, rows))
        elif as_csv:
            speaker.csv(rows)
        else:
            left_out = {*_WIDE, "en" if speaker.language == "zh" else "zh"}
            names = [name for name in (rows[0] if rows else {}) if name not in left_out][:_MOST_COLUMNS]
            speaker.table(names, ([_told(row[name], speaker) for name in names] for row in rows))


_WIDE = (
    "pack",
    "pack_sha256",
    "elements",
    "evidence",
    "fix",
    "inputs",
    "body",
    "why",
    "reasons",
    "bounds",
    "terms",
    "compounds",
    "outline",
    "streets",
    "conflict_compounds",
    "conflict_demands",
)


def _numbers(text: str) -> list[float]:
    """Read lengths or minutes: positive numbers, at most a walk of 20 km."""
    try:
        numbers = [float(part) for part in text.split(",") if part.strip()]
    except ValueError:
        numbers = []
    if not numbers or not all(0.0 < number <= 20_000.0 for number in numbers):
        raise UnclearInputError(Message("cli.bad_numbers", text=text), Message("cli.bad_numbers_remedy"))
    return numbers


def _told(value: Any, speaker: Speaker) -> Any:
    return value[speaker.language] if isinstance(value, dict) and set(value) == {"zh", "en"} else value


def export(
    ctx: typer.Context,
    project: ProjectPath,
    out: Annotated[Path, typer.Option("--out", readable=False, metavar="DIR", help="输出文件夹 / folder")],
    what: Annotated[str, typer.Option(metavar="sheets,html,xlsx,data")] = "sheets,html,xlsx,data",
    clusters: Annotated[
        str | None, typer.Option(metavar="ID,...", help="只出这些组团 / these clusters only")
    ] = None,
    scenario: Scenario = None,
) -> None:
    """出图出表 / Write sheets, the HTML map, the ledger and the data."""
    from gis_planner.workflow.exporting import OUTPUTS
    from gis_planner.workflow.exporting import export as write_outputs
    from gis_planner.workflow.open_project import open_project
    from gis_planner.workflow.studying import run_study

    speaker: Speaker = ctx.obj
    chosen = [name.strip() for name in what.split(",") if name.strip()]
    unknown = [name for name in chosen if name not in OUTPUTS]
    if unknown or not chosen:
        raise UnclearInputError(
            Message("cli.no_output", what=unknown), Message("cli.no_output_remedy", known=list(OUTPUTS))
        )
    with closing(open_project(project, scenario=scenario)) as opened:
        results = run_study(opened.project, progress=speaker)
        wanted = [c.strip() for c in clusters.split(",") if c.strip()] if clusters else None
        for cluster in wanted or []:
            if not opened.project.grouping.has(cluster):
                known = [c.id for c in opened.project.grouping.clusters]
                raise RuleError(
                    Message("edits.no_cluster", cluster=cluster, known=known), Message("edits.remedy")
                )
        for path in write_outputs(
            opened, results, out, what=chosen, clusters=wanted, language=speaker.language, progress=speaker
        ):
            speaker.answer(Message("cli.wrote", file=str(path)))
