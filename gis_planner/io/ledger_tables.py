"""The tables of the ledger: clusters, compounds, coverage matrix, verdicts, eligibility, issues.

Compounds carry the declared columns alone; what a user's file had beside them never leaves the project.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from gis_planner.analysis.compound_verdicts import judge_compounds
from gis_planner.analysis.eligibility_sentences import eligibility_sentence
from gis_planner.analysis.sentences import name_features, percent, score_line, verdict_sentence
from gis_planner.io.ledger_values import (
    Cell,
    Column,
    Form,
    LedgerTable,
    Toned,
    Voice,
    households_cell,
    share_cell,
)
from gis_planner.messages import Message
from gis_planner.model import layers
from gis_planner.model.choices import FACILITY_KINDS, NINE_KINDS
from gis_planner.model.issues import sort_issues
from gis_planner.model.project import Project
from gis_planner.model.results import ClusterFigures, Results, plain
from gis_planner.model.standard import STATUSES, Eligibility, Verdict
from gis_planner.model.tables import Frame, bools, floats, ids, ints, texts

_FORMS: Mapping[str, Form] = {"int": "count", "year": "year", "float": "amount", "ratio": "share"}
_UNIT_SIGNS = {"m2": "㎡"}
_STATUS_HEADINGS = {
    "pass": "passed", "partial": "partial", "fail": "failed", "not_assessed": "unassessed",
    "not_applicable": "inapplicable",
}  # fmt: skip


def list_clusters(project: Project, results: Results, voice: Voice) -> LedgerTable:
    """List every cluster with its size, its bounds and its score."""
    names = _compound_names(project)
    bounds = list(dict.fromkeys(bound.name for cluster in results.clusters for bound in cluster.bounds))
    columns = [
        voice.head("number", 6, "count"), voice.head("cluster_name", 20), voice.head("cluster", 10),
        voice.head("township", 14), voice.head("members", 10, "count"), voice.head("households", 10, "count"),
        voice.head("households_unknown", 10, "count"), voice.head("area", 11, "hectares"),
        voice.head("walk_diameter", 11, "metres"), voice.head("contiguous", 8),
        *(voice.head("bound", 13, name=bound_name(name, voice)) for name in bounds),
        *(voice.head(_STATUS_HEADINGS[status], 9, "count") for status in STATUSES),
        voice.head("score", 8, "score"), voice.head("score_lower", 8, "score"),
        voice.head("score_upper", 8, "score"), voice.head("score_line", 40), voice.head("member_names", 60, "long"),
    ]  # fmt: skip
    rows = []
    for cluster in _by_number(results):
        states = {bound.name: bound.state for bound in cluster.bounds}
        found = [v.status for v in results.verdicts if v.cluster_id == cluster.id]
        rows.append((
            cluster.number, voice.cluster_name(cluster), cluster.id,
            cluster.township if cluster.township is not None else voice.say("unknown"),
            len(cluster.compounds), households_cell(cluster), cluster.households_unknown,
            cluster.area_m2 / 10_000.0, voice.known(cluster.walk_diameter_m, unknown="unchecked"),
            voice.say("yes" if cluster.contiguous else "no"),
            *(_bound_cell(states.get(name), voice) for name in bounds),
            *(found.count(status) for status in STATUSES),
            voice.known(cluster.score), cluster.score_lower, cluster.score_upper,
            voice.text(score_line([v for v in results.verdicts if v.cluster_id == cluster.id])),
            voice.pick("、", ", ").join(names.get(c) or c for c in cluster.compounds),
        ))  # fmt: skip
    return LedgerTable(voice.say("ledger.clusters"), tuple(columns), tuple(rows))


def list_compounds(project: Project, results: Results, voice: Voice) -> LedgerTable:
    """List every compound: its cluster or why it has none, its eligibility, and its declared columns."""
    table = project.table("compounds")
    declared = [c for c in layers.layer("compounds").columns if c.name != "name"]
    columns = [
        voice.head("id", 11), voice.head("compound_name", 24), voice.head("number", 6, "count"),
        voice.head("cluster_name", 18), voice.head("eligibility", 14), voice.head("adopted", 10, "count"),
        voice.head("alone", 42, "long"),
        *(
            Column(_heading(c, voice), _width(c), _FORMS.get(c.type, "text"))
            for c in declared
        ),
    ]  # fmt: skip
    clusters = {member: c for c in results.clusters for member in c.compounds}
    eligible = {e.compound_id: e for e in results.eligibility}
    adopted = _adopted_households(results)
    values = [_column(table, c) for c in declared]
    rows = []
    for row, (compound, name) in enumerate(zip(ids(table), texts(table, "name"), strict=True)):
        cluster = clusters.get(compound)
        rows.append((
            compound, name, cluster.number if cluster else None,
            voice.cluster_name(cluster) if cluster else None,
            _eligibility_cell(eligible.get(compound), voice), voice.known(adopted.get(compound), unknown="unknown"),
            voice.text(results.alone.get(compound)),
            *(_attribute(cells[row], c, voice) for cells, c in zip(values, declared, strict=True)),
        ))  # fmt: skip
    return LedgerTable(voice.say("ledger.compounds"), tuple(columns), _sorted(rows))


def list_coverage(results: Results, voice: Voice) -> LedgerTable:
    """Give the matrix of clusters and the nine kinds: share, whether there is any, households in and out of reach."""
    kinds = [kind for kind in FACILITY_KINDS if kind.id in NINE_KINDS]
    each = ("share", "existence", "reached", "unserved")
    forms: Mapping[str, Form] = {"share": "share", "reached": "count", "unserved": "count"}
    columns = (
        voice.head("number", 6, "count"), voice.head("cluster_name", 20), voice.head("known", 10, "count"),
        *(voice.head(key, 9, forms.get(key, "text")) for _ in kinds for key in each),
    )  # fmt: skip
    groups = (("", 3), *((voice.pick(kind.zh, kind.en), len(each)) for kind in kinds))
    table = results.cluster_coverage
    found = {(str(row["cluster_id"]), str(row["kind"])): row for row in table.to_dict("records")}
    verdict_of = _reach_verdicts(results)
    rows = []
    for cluster in _by_number(results):
        cells: list[Cell] = [cluster.number, voice.cluster_name(cluster), households_cell(cluster)]
        for kind in kinds:
            row = found.get((cluster.id, kind.id), {})
            share, existence = plain(row.get("share")), plain(row.get("existence"))
            known, reached = plain(row.get("households")), plain(row.get("reached_households"))
            verdict = verdict_of.get((cluster.id, kind.id))
            marks = () if verdict is None else (verdict.threshold_pass, verdict.threshold_partial)
            shown = share_cell(share, *marks)
            judged = shown if verdict is None or shown is None else Toned(shown, verdict.status)
            cells += [
                judged if judged is not None else Toned(voice.say("not_assessed"), "not_assessed"),
                voice.say("exists" if existence else "exists_not") if existence is not None
                else Toned(voice.say("not_assessed"), "not_assessed"),
                voice.known(reached),
                voice.known(None if known is None or reached is None else known - reached),
            ]  # fmt: skip
        rows.append(tuple(cells))
    return LedgerTable(voice.say("ledger.coverage"), columns, tuple(rows), groups=groups, frozen=3)


def list_verdicts(project: Project, results: Results, voice: Voice) -> LedgerTable:
    """List every verdict with its value, thresholds, their origin, the clause and the sentence."""
    columns = (
        voice.head("number", 6, "count"), voice.head("cluster_name", 20), voice.head("group", 8),
        voice.head("element", 10), voice.head("element_name", 16), voice.head("status", 13),
        voice.head("value", 10, "share"), voice.head("threshold_pass", 9, "share"),
        voice.head("threshold_partial", 11, "share"), voice.head("origin", 11), voice.head("clause", 20),
        voice.head("indicator", 34, "long"), voice.head("sentence", 80, "long"),
    )  # fmt: skip
    found = {(v.cluster_id, v.element): v for v in results.verdicts}
    names = name_features(project, results.units)
    rows = []
    for cluster in _by_number(results):
        for element in results.standard.elements:
            verdict = found.get((cluster.id, element.id))
            if verdict is None:
                continue
            measured = share_cell(verdict.value, verdict.threshold_pass, verdict.threshold_partial)
            shown = (
                voice.say("status.not_applicable") if verdict.status == "not_applicable"
                else voice.known(None) if measured is None else measured
            )  # fmt: skip
            rows.append((
                cluster.number, voice.cluster_name(cluster), element.group, element.id,
                voice.pick(element.zh, element.en), Toned(voice.say(f"status.{verdict.status}"), verdict.status),
                shown, verdict.threshold_pass, verdict.threshold_partial, voice.say(f"origin.{verdict.origin}"),
                verdict.clause, voice.pick(element.indicator_zh, element.indicator_en),
                voice.text(verdict_sentence(verdict, results.standard, names)),
            ))  # fmt: skip
    return LedgerTable(voice.say("ledger.verdicts"), columns, tuple(rows))


def list_compound_verdicts(project: Project, results: Results, voice: Voice) -> LedgerTable:
    """List every verdict of every compound by the compound standard, with its thresholds, clause and sentence."""
    columns = (
        voice.head("compound", 11), voice.head("compound_name", 24), voice.head("group", 8),
        voice.head("element", 10), voice.head("element_name", 16), voice.head("status", 13),
        voice.head("value", 10, "share"), voice.head("threshold_pass", 9, "share"),
        voice.head("threshold_partial", 11, "share"), voice.head("origin", 11), voice.head("clause", 20),
        voice.head("indicator", 34, "long"), voice.head("sentence", 80, "long"),
    )  # fmt: skip
    pack, names = results.compound_standard, name_features(project, results.units)
    rows = []
    for verdict in judge_compounds(project, results) if pack is not None else ():
        assert pack is not None
        element = pack.element(verdict.element)
        measured = share_cell(verdict.value, verdict.threshold_pass, verdict.threshold_partial)
        shown = (
            voice.say("status.not_applicable") if verdict.status == "not_applicable"
            else voice.known(None) if measured is None else measured
        )  # fmt: skip
        rows.append((
            verdict.cluster_id, names.get(f"compounds/{verdict.cluster_id}"), element.group, element.id,
            voice.pick(element.zh, element.en), Toned(voice.say(f"status.{verdict.status}"), verdict.status),
            shown, verdict.threshold_pass, verdict.threshold_partial, voice.say(f"origin.{verdict.origin}"),
            verdict.clause, voice.pick(element.indicator_zh, element.indicator_en),
            voice.text(verdict_sentence(verdict, pack, names)),
        ))  # fmt: skip
    return LedgerTable(voice.say("ledger.compound_verdicts"), columns, tuple(rows))


def list_eligibility(project: Project, results: Results, voice: Voice) -> LedgerTable:
    """List what was decided about every compound, by which rule, clause and inputs."""
    columns = (
        voice.head("compound", 11), voice.head("compound_name", 24), voice.head("eligibility", 14),
        voice.head("code", 15), voice.head("rule", 7), voice.head("clause", 34, "long"),
        voice.head("sentence", 60, "long"), voice.head("inputs", 90, "long"),
    )  # fmt: skip
    names = _compound_names(project)
    cluster_of = project.grouping.cluster_of()
    called = {cluster.id: voice.cluster_name(cluster) for cluster in results.clusters}
    rows: list[tuple[Cell, ...]] = [
        (e.compound_id, names.get(e.compound_id), _eligibility_cell(e, voice), e.code, e.rule, e.clause,
         voice.text(eligibility_sentence(e, called.get(cluster_of.get(e.compound_id, ""), ""))),
         _inputs_text(e.inputs, voice))
        for e in results.eligibility
    ]  # fmt: skip
    return LedgerTable(voice.say("ledger.eligibility"), columns, _sorted(rows))


def list_issues(results: Results, voice: Voice) -> LedgerTable:
    """List what is doubtful about the data, where it is, and what was repaired."""
    columns = (
        voice.head("severity", 8), voice.head("layer", 10), voice.head("feature", 14),
        voice.head("problem", 70, "long"), voice.head("repair", 50, "long"), voice.head("x", 14, "metres"),
        voice.head("y", 14, "metres"), voice.head("code", 26),
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    for _, issue in sort_issues(results.issues):
        title = voice.say(f"severity.{issue.severity}")
        severity: Cell = title if issue.severity == "note" else Toned(title, issue.severity)
        rows.append((
            severity, layer_title(issue.layer, voice), issue.feature or None, voice.text(issue.message),
            voice.text(issue.repair), issue.x, issue.y, issue.code,
        ))  # fmt: skip
    return LedgerTable(voice.say("ledger.issues"), columns, tuple(rows), frozen=3)


def bound_name(name: str, voice: Voice) -> str:
    """Give the title of a bound."""
    key = f"clusters.bound.{name}"
    return voice.catalogue.text(Message(key), voice.language) if key in voice.catalogue else name


def layer_title(name: str, voice: Voice) -> str:
    """Give the title of a layer, the name itself where it is none of ours."""
    if name not in layers.LAYER_NAMES:
        return name
    found = layers.layer(name)
    return voice.pick(found.zh, found.en)


def _by_number(results: Results) -> list[ClusterFigures]:
    return sorted(results.clusters, key=lambda cluster: (cluster.number, cluster.id))


def _sorted(rows: Sequence[tuple[Cell, ...]]) -> tuple[tuple[Cell, ...], ...]:
    return tuple(sorted(rows, key=lambda row: str(row[0])))


def _compound_names(project: Project) -> dict[str, str | None]:
    table = project.table("compounds")
    return dict(zip(ids(table), texts(table, "name"), strict=True))


def _adopted_households(results: Results) -> dict[str, int | None]:
    """Give the households by which every compound counts: its own figure, else that of its buildings."""
    units = results.units
    if len(units) == 0:
        return {}
    rows = zip(units["unit_id"], units["feature_id"], units["households"], strict=True)
    return {
        str(feature): plain(households)
        for unit, feature, households in rows
        if str(unit).startswith("compounds/")
    }


def _bound_cell(state: str | None, voice: Voice) -> Cell:
    if state is None:
        return None
    text = voice.text(Message(f"clusters.state.{state}")) or state
    return text if state == "kept" else Toned(text, "fail" if state == "broken" else "not_assessed")


def _eligibility_cell(eligibility: Eligibility | None, voice: Voice) -> Cell:
    if eligibility is None:
        return Toned(voice.say("not_assessed"), "not_assessed")
    text = voice.text(Message(f"eligibility.result.{eligibility.result}")) or ""
    return Toned(text, "not_assessed") if eligibility.result == "pending" else text


def _reach_verdicts(results: Results) -> dict[tuple[str, str], Verdict]:
    """Give the verdicts that rest on the shares within the rules' limit, which are those of the matrix."""
    kind_of = {
        e.id: e.facility for e in results.standard.elements if e.facility is not None and e.limit_m is None
    }
    return {(v.cluster_id, kind_of[v.element]): v for v in results.verdicts if v.element in kind_of}


def _heading(column: layers.Column, voice: Voice) -> str:
    unit = _UNIT_SIGNS.get(column.unit, column.unit)
    title = voice.pick(column.zh, column.en)
    return f"{title}({unit})" if unit and column.type != "year" else title


def _width(column: layers.Column) -> float:
    return {"text": 16.0, "float": 12.0}.get(column.type, 10.0)


def _column(table: Frame, column: layers.Column) -> list[Any]:
    if column.type in ("int", "year"):
        return list(ints(table, column.name))
    if column.type in ("float", "ratio"):
        return [None if value != value else float(value) for value in floats(table, column.name)]
    if column.type == "bool":
        return list(bools(table, column.name))
    return list(texts(table, column.name))


def _attribute(value: Any, column: layers.Column, voice: Voice) -> Cell:
    """Give one attribute as a person reads it; what was not given stays empty."""
    if isinstance(value, bool):
        return voice.say("yes" if value else "no")
    if value is not None and column.type == "choice":
        choice = layers.choice_of(column, value)
        return voice.pick(choice.zh, choice.en)
    cell: Cell = None if value is None or pd.isna(value) else value
    return cell


def _inputs_text(inputs: Mapping[str, Any], voice: Voice) -> str:
    """Say from which attributes a compound was judged: the known ones with their values, then those not known."""
    said, missing = [], []
    for column in layers.layer("compounds").columns:
        if column.name not in inputs:
            continue
        title, value = voice.pick(column.zh, column.en), plain(inputs[column.name])
        if value is None:
            missing.append(title)
        elif isinstance(value, bool):
            said.append(f"{title}={voice.say('yes' if value else 'no')}")
        else:
            said.append(f"{title}={percent(value)}" if column.type == "ratio" else f"{title}={value}")
    if missing:
        said.append(f"{voice.say('unknown')}{voice.pick('：', ': ')}{voice.pick('、', ', ').join(missing)}")
    return voice.pick("；", "; ").join(said)
