"""What the tables show: rows made of a project and its results."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gis_planner.analysis.comparison import Flip
from gis_planner.analysis.eligibility_sentences import eligibility_sentence
from gis_planner.analysis.sentences import name_features, score_line, verdict_sentence
from gis_planner.app.history import row_title, say_edit
from gis_planner.app.icons import action_icon
from gis_planner.app.matrix_panel import MatrixCell, MatrixRow
from gis_planner.app.said import cluster_title, say_value
from gis_planner.app.table_models import Heading, Row
from gis_planner.app.texts import Texts
from gis_planner.app.theme import Theme
from gis_planner.cartography.classes import cluster_outlines, colour_clusters
from gis_planner.model.issues import rank_key, sort_issues
from gis_planner.model.layers import layer
from gis_planner.model.project import Project
from gis_planner.model.results import Results, plain
from gis_planner.model.standard import Element
from gis_planner.model.tables import ids, ints
from gis_planner.model.tables import texts as column_texts
from gis_planner.workflow.open_project import OpenProject

_SEVERITY = {"error": ("error", "danger"), "warning": ("warning", "warn"), "note": ("info", "accent")}


def order_elements(elements: tuple[Element, ...]) -> tuple[Element, ...]:
    """Give the elements as the matrix shows them: the nine services first, then the other groups as they come."""
    return tuple(sorted(elements, key=lambda e: e.facility is None))


def matrix_rows(
    project: Project, results: Results, texts: Texts, flips: tuple[Flip, ...] = ()
) -> tuple[tuple[Element, ...], list[MatrixRow]]:
    """Give the elements and the rows of the matrix, clusters by number.

    Clusters are those that the results are about, so that a matrix out of date still reads as it was found.
    """
    elements = order_elements(results.standard.elements)
    verdicts = {(v.cluster_id, v.element): v for v in results.verdicts}
    colours: Mapping[str, str] = colour_clusters(project, cluster_outlines(project, results))
    names = name_features(project, results.units)
    flipped = {(f.cluster_id, f.element) for f in flips}
    rows = []
    for cluster in sorted(results.clusters, key=lambda c: (c.number, c.id)):
        cells = []
        for element in elements:
            verdict = verdicts[(cluster.id, element.id)]
            said = texts.say(verdict_sentence(verdict, results.standard, names))
            cells.append(MatrixCell(verdict.status, verdict.value, said, (cluster.id, element.id) in flipped))
        name = cluster.name or texts("app.cluster_unnamed", number=f"{cluster.number:02d}")
        mine = [verdicts[(cluster.id, element.id)] for element in elements]
        total = sum(verdict.status != "not_applicable" for verdict in mine)
        score = "—" if cluster.score is None else f"{cluster.score:.2f}"
        short = texts("app.matrix.score_short", assessed=cluster.assessed, n=total, score=score)
        colour = colours.get(cluster.id, "#7B8794")
        rows.append(
            MatrixRow(
                cluster.id, cluster.number, name, colour, short, texts.say(score_line(mine)), tuple(cells)
            )
        )
    return elements, rows


def compound_rows(project: Project, results: Results | None, texts: Texts) -> tuple[list[Heading], list[Row]]:
    """Give every compound with its cluster, eligibility, and why it stands alone."""
    headings = [
        Heading("id", texts("app.column.id"), width=90),
        Heading("name", texts("app.column.name"), width=190),
        Heading("township", texts("app.column.township"), width=110),
        Heading("cluster", texts("app.column.cluster"), width=150),
        Heading("households", texts("app.column.households"), "number", width=70),
        Heading("built", texts("app.column.built"), "year", width=80),
        Heading("eligibility", texts("app.column.eligibility"), width=110),
        Heading("why", texts("app.column.why"), width=420),
    ]
    table = project.table("compounds")
    cluster_of = project.grouping.cluster_of()
    titles = {c.id: cluster_title(texts, c) for c in project.grouping.clusters}
    eligible = {e.compound_id: e for e in results.eligibility} if results is not None else {}
    alone = results.alone if results is not None else {}
    columns = zip(
        ids(table), column_texts(table, "name"), column_texts(table, "township"), ints(table, "households"),
        ints(table, "built_year"), strict=True,
    )  # fmt: skip
    rows = []
    for compound, name, township, households, built in columns:
        cluster_id, found = cluster_of.get(compound), eligible.get(compound)
        why = texts.say(alone[compound]) if cluster_id is None and compound in alone else ""
        if found is not None and found.result in ("excluded", "reserve", "pending") and not why:
            why = texts.say(eligibility_sentence(found, titles.get(cluster_id or "", "")))
        result = texts(f"app.eligibility.{found.result}") if found is not None else None
        cells = (compound, name, township, titles.get(cluster_id or ""), households, built, result, why)
        rows.append(
            Row(("compounds", compound), cells, faint=found is not None and found.result == "excluded")
        )
    return headings, rows


def ledger_rows(
    project: Project, texts: Texts, layer_name: str = "compounds"
) -> tuple[list[Heading], list[Row]]:
    """Give a layer's whole table: every declared column, each to be corrected by hand."""
    declared = layer(layer_name)
    table = project.table(layer_name)
    headings = [Heading("id", texts("app.column.id"), width=90)]
    for column in declared.columns:
        kind = {"int": "number", "float": "number", "ratio": "share", "year": "year"}.get(column.type, "text")
        unit = texts.unit(column.unit) if column.type != "year" else ""
        title = f"{texts.title(column)} ({unit})" if unit else texts.title(column)
        headings.append(
            Heading(column.name, title, kind, editable=True, width=160 if column.name == "name" else 0)  # type: ignore[arg-type]
        )
    columns: list[list[Any]] = []
    for column in declared.columns:
        values = [plain(v) for v in table[column.name]]
        if column.type in ("choice", "bool"):
            values = [None if v is None else say_value(texts, column, v) for v in values]
        columns.append(values)
    rows = [
        Row((layer_name, feature), (feature, *(values[at] for values in columns)))
        for at, feature in enumerate(ids(table))
    ]
    return headings, rows


def issue_rows(
    project: Project, results: Results | None, texts: Texts, theme: Theme
) -> tuple[list[Heading], list[Row]]:
    """Give the doubts about the data, those first that touch most households, with what was or would be repaired."""
    headings = [
        Heading("severity", texts("app.column.severity"), width=80),
        Heading("layer", texts("app.column.layer"), width=100),
        Heading("feature", texts("app.column.feature"), width=120),
        Heading("households", texts("app.column.households"), "number", width=70),
        Heading("text", texts("app.column.issue"), width=520),
        Heading("repair", texts("app.column.repair"), width=200),
        Heading("fix", texts("app.column.fix"), width=200),
    ]
    issues = results.issues if results is not None else project.import_issues
    rows = []
    for issue in sorted((issue for _, issue in sort_issues(issues)), key=rank_key):
        icon, token = _SEVERITY[issue.severity]
        said = texts.say(issue.message)
        rows.append(
            Row(
                (issue.layer, issue.feature),
                (
                    texts(f"app.severity.{issue.severity}"),
                    texts.layer(issue.layer) if issue.layer in project.tables else issue.layer,
                    issue.feature or None,
                    issue.households,
                    said,
                    texts.say(issue.repair) if issue.repair is not None else None,
                    texts.say(say_edit(issue.fix)) if issue.fix is not None else None,
                ),
                icon=action_icon(icon, theme, token=token),
                tip=said,
                place=(issue.x, issue.y) if issue.x is not None and issue.y is not None else None,
                fix=issue.fix,
            )
        )
    return headings, rows


def history_rows(opened: OpenProject, texts: Texts) -> tuple[list[Heading], list[Row]]:
    """Give the list of edits, the latest first; those that were taken back or belong to other scenarios are faint."""
    headings = [
        Heading("id", texts("app.column.edit"), "number", width=60),
        Heading("at", texts("app.column.time"), width=150),
        Heading("title", texts("app.column.what"), width=420),
        Heading("scenario", texts("app.column.scenario"), width=160),
        Heading("state", texts("app.column.state"), width=100),
        Heading("who", texts("app.column.who"), width=100),
    ]
    rows = []
    for edit in reversed(opened.log()):
        scenarios = "、".join(texts("app.scenario.main") if s == "main" else s for s in edit.scenarios)
        state = texts(
            "app.edit.active"
            if edit.active
            else "app.edit.elsewhere"
            if edit.scenarios
            else "app.edit.undone"
        )
        rows.append(
            Row(
                ("edit", str(edit.id)),
                (
                    edit.id,
                    local_time(edit.at_utc),
                    texts.say(row_title(edit)),
                    scenarios or None,
                    state,
                    edit.who or None,
                ),
                faint=not edit.active,
            )
        )
    return headings, rows


def local_time(at_utc: str) -> str:
    """Write a moment of the log in local time."""
    try:
        return (
            datetime.fromisoformat(at_utc.replace("Z", "+00:00")).astimezone().strftime("%Y-%m-%d %H:%M:%S")
        )
    except ValueError:
        return at_utc
