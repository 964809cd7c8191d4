"""What the command line shows: the tables of a study as JSON rows, each with its sentence in both languages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from typing import Any

import pandas as pd

from gis_planner.analysis.access_report import report_access
from gis_planner.analysis.barriers import collect_barriers
from gis_planner.analysis.compound_verdicts import judge_compounds
from gis_planner.analysis.conflicts import Conflict, find_conflicts
from gis_planner.analysis.eligibility import takes_part
from gis_planner.analysis.evidence import open_cells
from gis_planner.analysis.evidence_sentences import confidence_words, remedy_words
from gis_planner.analysis.member_reasons import clusters_by_member, explain_cluster, explain_member
from gis_planner.analysis.network_report import REPAIR_CODES
from gis_planner.analysis.reasons import find_blocked
from gis_planner.analysis.scoring import Thresholds, thresholds_of
from gis_planner.analysis.sentences import bound_sentence, doubt_words, name_features, verdict_sentence
from gis_planner.analysis.town_of_results import costs_of, town_of
from gis_planner.messages import Catalogue, Message
from gis_planner.model.issues import edit_json, rank_key, sort_issues
from gis_planner.model.project import Project
from gis_planner.model.results import (
    Results,
    cluster_json,
    eligibility_json,
    plain,
    records,
    verdict_json,
)
from gis_planner.model.standard import Element, Standard
from gis_planner.model.tables import ids, texts
from gis_planner.workflow.alternatives import compare_alternatives
from gis_planner.workflow.open_project import OpenProject
from gis_planner.workflow.proposals import proposal_in_force
from gis_planner.workflow.standards import packs_in_use

SCHEMA = 1
Row = dict[str, Any]


def show_rows(opened: OpenProject, results: Results, what: str, *, catalogue: Catalogue) -> list[Row]:
    """Give the rows of one table (contract, section 6), by id, the reports by rank; KeyError for an unknown one."""
    return _SHOWN[what](opened, results, catalogue)


def shown_tables() -> list[str]:
    """Give the names of the tables that can be shown."""
    return [*_SHOWN, *UNSTUDIED, "results"]


def envelope(opened: OpenProject, results: Results | None, rows: list[Row] | Row) -> Row:
    """Wrap rows as every JSON answer does: schema, project, scenario, fingerprint, rows."""
    return {
        "schema": SCHEMA,
        "project": opened.project.title,
        "scenario": opened.scenario,
        "fingerprint": results.fingerprint if results is not None else None,
        "rows": rows,
    }


def log_rows(opened: OpenProject) -> list[Row]:
    """Give the history of the project, every edit of the tree."""
    return [
        {"id": row.id, "parent": row.parent, "scenario": list(row.scenarios), "at_utc": row.at_utc, "kind": row.kind,
         "title": row.title, "who": row.who, "active": row.active, "body": _without_bulk(row.body)}
        for row in opened.log()
    ]  # fmt: skip


def standard_rows(opened: OpenProject) -> list[Row]:
    """Give the rule packs in use, the clusters' first, each with its elements and the thresholds that count here."""
    rules = opened.project.rules
    return [
        {"id": pack.id, "subject": subject, "zh": pack.zh, "en": pack.en, "version": pack.version,
         "sha256": pack.sha256, "source": pack.source, "own": bool(opened.project.packs[subject].text),
         "elements": [_element_row(element, thresholds_of(element, rules)) for element in pack.elements]}
        for subject, pack in packs_in_use(opened.project).items()
    ]  # fmt: skip


def _element_row(element: Element, limits: Thresholds) -> Row:
    """Give one element; `origin` is `own` where a city's own threshold stands in the rules."""
    own = (limits.passing, limits.partial) != (element.threshold_pass, element.threshold_partial)
    return {
        **{f.name: plain(getattr(element, f.name)) for f in fields(element) if f.name != "wanted"},
        "wanted": [{"column": w.column, "yes": list(w.yes), "no": list(w.no)} for w in element.wanted],
        "threshold_pass": limits.passing,
        "threshold_partial": limits.partial,
        "origin": "own" if own else element.origin,
    }


def _without_bulk(body: Mapping[str, Any]) -> Row:
    return {key: value for key, value in body.items() if key != "issues"}


def both(message: Message | None, catalogue: Catalogue) -> Row:
    """Say a message in both languages, `zh` and `en` (None where there is none)."""
    if message is None:
        return {"zh": None, "en": None}
    return {"zh": catalogue.text(message, "zh"), "en": catalogue.text(message, "en")}


def _clusters(opened: OpenProject, results: Results, catalogue: Catalogue) -> list[Row]:
    grouping = opened.project.grouping
    origin = grouping.origin
    town = town_of(opened.project, results)
    costs = costs_of(town, opened.project, results)
    said = proposal_in_force(opened) or {}
    rows = []
    for cluster in results.clusters:
        row = cluster_json(cluster)
        row["gap"] = plain(said.get("gap"))
        row["bound"] = plain(said.get("bound"))
        row["year"] = origin.get("years", {}).get(cluster.id)
        reasons = [bound_sentence(bound) for bound in cluster.bounds]
        reasons += explain_cluster(town, grouping, costs, cluster.id)
        row["reasons"] = {
            "zh": [catalogue.text(reason, "zh") for reason in reasons],
            "en": [catalogue.text(reason, "en") for reason in reasons],
        }
        rows.append(row)
    return sorted(rows, key=lambda row: str(row["id"]))


def _compounds(opened: OpenProject, results: Results, catalogue: Catalogue) -> list[Row]:
    table = opened.project.table("compounds")
    cluster_of = opened.project.grouping.cluster_of()
    eligible = {e.compound_id: e for e in results.eligibility}
    units = {
        str(feature): plain(households)
        for kind, feature, households in zip(
            results.units["unit_type"], results.units["feature_id"], results.units["households"], strict=True
        )
        if kind == "compounds"
    }
    why = _why(opened, results)
    rows = [
        {"id": compound, "name": name, "cluster": cluster_of.get(compound),
         "alone_reason": both(results.alone.get(compound), catalogue) if compound in results.alone else None,
         "why": both(why[compound], catalogue) if compound in why else None,
         "households": units.get(compound), "eligibility": eligible[compound].result}
        for compound, name in zip(ids(table), texts(table, "name"), strict=True)
    ]  # fmt: skip
    return sorted(rows, key=lambda row: str(row["id"]))


def _why(opened: OpenProject, results: Results) -> dict[str, Message]:
    """Say of every member why it stands where it stands."""
    grouping, town = opened.project.grouping, town_of(opened.project, results)
    costs = costs_of(town, opened.project, results)
    clusters = clusters_by_member(grouping)
    blocked = find_blocked(town, results.neighbours, collect_barriers(opened.project))
    return {
        member: explain_member(town, grouping, costs, member, blocked=blocked, cluster_of=clusters)
        for cluster in grouping.clusters
        for member in cluster.members
        if member in town.row
    }


def _reasons(opened: OpenProject, results: Results, catalogue: Catalogue) -> list[Row]:
    """Give of every compound why it stands in its cluster, or in none, and what is in the way of those with it."""
    why, cluster_of = _why(opened, results), opened.project.grouping.cluster_of()
    held = {c: conflict for conflict in conflicts_of(opened.project, results) for c in conflict.compounds}
    table = opened.project.table("compounds")
    rows = [
        {"id": compound, "name": name, "cluster": cluster_of.get(compound),
         **both(why.get(compound) or results.alone.get(compound), catalogue),
         **_conflict_row(held.get(compound), catalogue)}
        for compound, name in zip(ids(table), texts(table, "name"), strict=True)
    ]  # fmt: skip
    return sorted(rows, key=lambda row: str(row["id"]))


def conflicts_of(project: Project, results: Results) -> tuple[Conflict, ...]:
    """Find what is in the way of every set of compounds that stand alone, by the study's results."""
    if not project.grouping.clusters and not project.grouping.origin:
        return ()
    participants = [e.compound_id for e in results.eligibility if takes_part(e.result)]
    return find_conflicts(
        town_of(project, results),
        project.grouping,
        participants,
        results.neighbours,
        collect_barriers(project),
    )


def _conflict_row(conflict: Conflict | None, catalogue: Catalogue) -> Row:
    """Give what is in the way: the sentence, the compounds that it is said of, and the smallest sets of demands."""
    if conflict is None:
        return {"conflict": None, "conflict_compounds": None, "conflict_demands": None}
    return {
        "conflict": both(conflict.sentence, catalogue),
        "conflict_compounds": list(conflict.compounds),
        "conflict_demands": [list(lifted) for lifted in conflict.holds] if conflict.tried else None,
    }


def _coverage(_: OpenProject, results: Results, __: Catalogue) -> list[Row]:
    return records(results.coverage)


def _capacity(_: OpenProject, results: Results, __: Catalogue) -> list[Row]:
    return records(results.capacity)


def _cluster_capacity(_: OpenProject, results: Results, __: Catalogue) -> list[Row]:
    return records(results.cluster_capacity)


def _neighbours(_: OpenProject, results: Results, __: Catalogue) -> list[Row]:
    return records(pd.DataFrame(results.neighbours.drop(columns="geometry")))


def _pack_of(pack: Standard) -> Row:
    return {"pack": pack.id, "pack_sha256": pack.sha256}


def _compound_verdicts(opened: OpenProject, results: Results, catalogue: Catalogue) -> list[Row]:
    pack = results.compound_standard
    if pack is None:
        return []
    names = name_features(opened.project, results.units)
    rows = [
        {
            **verdict_json(verdict),
            **_pack_of(pack),
            **both(verdict_sentence(verdict, pack, names), catalogue),
        }
        for verdict in judge_compounds(opened.project, results)
    ]
    return sorted(rows, key=lambda row: (str(row["compound"]), str(row["element"])))


def _verdicts(opened: OpenProject, results: Results, catalogue: Catalogue) -> list[Row]:
    names = name_features(opened.project, results.units)
    opened_cells = open_cells(opened.project, results)
    rows = []
    for verdict in results.verdicts:
        evidence = opened_cells[verdict.cluster_id, verdict.element]
        confidence = evidence["confidence"]
        said: Row = {"confidence": {**confidence, **both(confidence_words(confidence, names), catalogue)}}
        if verdict.status == "not_assessed":
            said["doubt"] = {**evidence["doubt"], **both(doubt_words(evidence["doubt"]), catalogue)}
            said["remedy"] = both(remedy_words(evidence["doubt"]), catalogue)
        rows.append(
            {
                **verdict_json(verdict),
                **_pack_of(results.standard),
                "evidence": plain({**evidence, **said}),
                **both(verdict_sentence(verdict, results.standard, names), catalogue),
            }
        )
    return sorted(rows, key=lambda row: (str(row["cluster"]), str(row["element"])))


def _eligibility(_: OpenProject, results: Results, __: Catalogue) -> list[Row]:
    return sorted((eligibility_json(e) for e in results.eligibility), key=lambda row: str(row["compound"]))


def _issues(_: OpenProject, results: Results, catalogue: Catalogue) -> list[Row]:
    rows = []
    for issue_id, issue in sort_issues(results.issues):
        repair = both(issue.repair, catalogue) if issue.repair else None
        rows.append(
            {"id": issue_id, "severity": issue.severity, "layer": issue.layer, "feature": issue.feature,
             "code": issue.code, **both(issue.message, catalogue), "repair": repair, "x": issue.x, "y": issue.y,
             "households": issue.households, "fix": edit_json(issue.fix)}
        )  # fmt: skip
    return sorted(rows, key=lambda row: str(row["id"]))


def _network(opened: OpenProject, results: Results, catalogue: Catalogue) -> list[Row]:
    """Give the repair report, the lines that touch most households first."""
    by_id = {row["id"]: row for row in _issues(opened, results, catalogue)}
    found = [(name, issue) for name, issue in sort_issues(results.issues) if issue.code in REPAIR_CODES]
    found.sort(key=lambda item: rank_key(item[1]))
    return [{"rank": rank, **by_id[name]} for rank, (name, _) in enumerate(found, 1)]


def _access(_: OpenProject, results: Results, catalogue: Catalogue) -> list[Row]:
    """Give the access report, those with most households first."""
    return [
        {"rank": rank, "id": f"{line.found}:{line.owner}", "found": line.found, "owner": line.owner,
         "households": line.households, "leg_m": line.leg_m, "reason": line.reason.key if line.reason else None,
         **both(line.message, catalogue), "x": line.x, "y": line.y}
        for rank, line in enumerate(report_access(results), 1)
    ]  # fmt: skip


_SHOWN: Mapping[str, Callable[[OpenProject, Results, Catalogue], list[Row]]] = {
    "clusters": _clusters,
    "compounds": _compounds,
    "reasons": _reasons,
    "coverage": _coverage,
    "capacity": _capacity,
    "cluster_capacity": _cluster_capacity,
    "verdicts": _verdicts,
    "compound_verdicts": _compound_verdicts,
    "eligibility": _eligibility,
    "issues": _issues,
    "neighbours": _neighbours,
    "network": _network,
    "access": _access,
}


def _alternative_rows(opened: OpenProject) -> list[Row]:
    """Give the scenarios that began as alternatives, by cost."""
    return [row.to_json() for row in compare_alternatives(opened)]


UNSTUDIED: Mapping[str, Callable[[OpenProject], list[Row]]] = {
    "alternatives": _alternative_rows,
    "log": log_rows,
    "standard": standard_rows,
}
