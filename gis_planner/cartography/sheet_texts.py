"""The words and numbers of a sheet: facts of a cluster, verdict rows, notes, title block.

Figures are said as everywhere else (`analysis.sentences`); unknown is said as unknown.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd
from pyproj import CRS
from pyproj.exceptions import CRSError

from gis_planner.analysis.sentences import name_features, percent, score_line, verdict_sentence
from gis_planner.cartography.sheet_template import SheetTemplate
from gis_planner.cartography.sheet_values import ClusterRow, Row, SheetFacts, VerdictRow
from gis_planner.messages import Catalogue, Language, Message
from gis_planner.model.project import Project
from gis_planner.model.results import Bound, ClusterFigures, Results
from gis_planner.model.rules import rule_facts
from gis_planner.model.standard import STATUSES, Element, Verdict
from gis_planner.model.tables import bools, floats, ids, texts

OSM_ATTRIBUTION = "© OpenStreetMap contributors, ODbL"
_DASH = "—"
_NOT_SERVED = ("beyond_limit", "beyond_search", "no_access", "no_facility")
_WORDS = (
    "locator", "facts", "verdicts", "legend", "notes", "clusters", "element", "status", "value", "not_served",
    "existence", "thresholds", "name", "members", "households", "score", "north", "joint_review", "unit", "opinion",
    "signature", "date", "stamp", "sentence", "clause", "empty_legend", "title_of_joint_review", "no_clusters", "more",
)  # fmt: skip


@dataclass(frozen=True)
class Voice:
    """Says messages in the language of the sheet."""

    catalogue: Catalogue
    language: Language

    def say(self, key: str, **values: Any) -> str:
        """Say one text of the sheet."""
        return self.catalogue.text(Message(f"maps.sheet.{key}", **values), self.language)

    def pick(self, zh: str, en: str) -> str:
        """Choose between two texts that a declaration holds."""
        return zh if self.language == "zh" else en

    def words(self) -> dict[str, str]:
        """Give the fixed headings."""
        return {word: self.say(f"word_{word}", n="{n}") for word in _WORDS}

    def status_words(self) -> dict[str, str]:
        """Give the words of the verdicts, in their order."""
        return {status: self.status(status) for status in STATUSES}

    def status(self, status: str) -> str:
        """Say a status word."""
        return self.say(f"status_{status}")


def score_text(results: Results, cluster_id: str, voice: Voice) -> str:
    """Say a cluster's score with its bounds, in the words that every output uses."""
    own = [v for v in results.verdicts if v.cluster_id == cluster_id]
    return voice.catalogue.text(score_line(own), voice.language)


def households_text(figures: ClusterFigures, voice: Voice) -> str:
    """Say a cluster's households; with unknown members it is at least so many."""
    if figures.households_unknown:
        return voice.say("households_least", n=figures.households, unknown=figures.households_unknown)
    return voice.say("households", n=figures.households)


def cluster_facts(figures: ClusterFigures, results: Results, voice: Voice) -> tuple[Row, ...]:
    """Give the facts of a cluster: place, size, bounds, who is eligible."""
    diameter = figures.walk_diameter_m
    found = {e.compound_id: e.result for e in results.eligibility}
    counts = {
        kind: sum(found.get(c) == kind for c in figures.compounds)
        for kind in ("eligible", "eligible_via_cluster", "pending", "reserve", "excluded")
    }
    eligibility = voice.pick("；", "; ").join(
        voice.say(f"eligibility_{kind}", n=n) for kind, n in counts.items() if n
    )
    rows = [
        ("township", figures.township or _DASH),
        ("members", voice.say("members", n=len(figures.compounds))),
        ("households", households_text(figures, voice)),
        ("area", voice.say("area", ha=f"{figures.area_m2 / 10_000.0:.2f}")),
        ("diameter", _DASH if diameter is None else f"{diameter:.0f} m"),
        ("contiguous", voice.say("contiguous_yes" if figures.contiguous else "contiguous_no")),
        ("eligibility", eligibility or _DASH),
        ("bounds", voice.pick("；", "; ").join(_bound(bound, voice) for bound in figures.bounds) or _DASH),
    ]
    return tuple(Row(voice.say(f"fact_{key}"), value) for key, value in rows)


def _bound(bound: Bound, voice: Voice) -> str:
    name = voice.catalogue.text(Message(f"clusters.bound.{bound.name}"), voice.language)
    span = "" if bound.name == "township" else _span(bound)
    return " ".join(part for part in (name, span, voice.say(f"bound_{bound.state}")) if part)


def _span(bound: Bound) -> str:
    if bound.low is not None and bound.high is not None:
        return f"{bound.low:g}–{bound.high:g}"
    return f"≤\u00a0{bound.high:g}" if bound.high is not None else f"≥\u00a0{bound.low or 0:g}"


def member_names(project: Project, figures: ClusterFigures, voice: Voice) -> str:
    """List the compounds of a cluster by name, in the order of their ids."""
    compounds = project.table("compounds")
    names = dict(zip(ids(compounds), texts(compounds, "name"), strict=True))
    comma = voice.pick("、", ", ")
    return (
        voice.say("fact_names")
        + voice.pick("：", ": ")
        + comma.join(names.get(c) or c for c in figures.compounds)
    )


def verdict_rows(
    project: Project, results: Results, cluster_id: str, voice: Voice, *, sentences: bool = False
) -> tuple[VerdictRow, ...]:
    """Give the table of verdicts of one cluster, element by element in the order of the rule pack.

    With `sentences` each row has its full sentence.
    """
    found = {v.element: v for v in results.verdicts if v.cluster_id == cluster_id}
    cover = results.cluster_coverage
    own = cover[cover["cluster_id"] == cluster_id]
    exists = dict(zip(own["kind"], own["existence"], strict=True))
    unserved = count_unserved(results, cluster_id)
    names = name_features(project) if sentences else {}
    rows = []
    for element in results.standard.elements:
        verdict = found.get(element.id)
        row = _verdict_row(element, verdict, voice)
        if element.facility is not None:
            row = replace(row, existence=_existence(exists.get(element.facility), voice))
            if verdict is not None and verdict.value is not None:
                row = replace(row, not_served=f"{unserved.get(element.facility, 0):g}")
        if sentences and verdict is not None:
            message = verdict_sentence(verdict, results.standard, names)
            row = replace(row, sentence=voice.catalogue.text(message, voice.language))
        rows.append(row)
    return tuple(rows)


def count_unserved(results: Results, cluster_id: str) -> dict[str, float]:
    """Sum, for every kind of facility, the known households of a cluster that do not reach one within the limit.

    Each household counts once (contract, section 3); units whose reach is unknown are not counted.
    """
    units = results.units
    known = [counted and cluster == cluster_id for counted, cluster in
             zip(bools(units, "counted"), texts(units, "cluster_id"), strict=True)]  # fmt: skip
    households = {unit: n for unit, n, own in
                  zip(texts(units, "unit_id"), floats(units, "households"), known, strict=True)
                  if own and not math.isnan(n)}  # fmt: skip
    coverage = results.coverage[results.coverage["reason"].isin(_NOT_SERVED)]
    sums: dict[str, float] = {}
    for unit, kind in zip(coverage["unit_id"], coverage["kind"], strict=True):
        if unit in households:
            sums[str(kind)] = sums.get(str(kind), 0.0) + households[unit]
    return sums


def _verdict_row(element: Element, verdict: Verdict | None, voice: Voice) -> VerdictRow:
    status = verdict.status if verdict is not None else "not_assessed"
    judged = verdict if verdict is not None else element
    value = verdict.value if verdict is not None else None
    marks = (judged.threshold_pass, judged.threshold_partial)
    return VerdictRow(
        group=element.group,
        name=voice.pick(element.zh, element.en),
        status=status,
        status_text=voice.status(status),
        value=_DASH if value is None else percent(value, *marks),
        not_served=_DASH,
        existence=_DASH,
        thresholds=f"{_threshold(marks[0])}/{_threshold(marks[1])} {voice.say(f'origin_{judged.origin}')}",
        clause=judged.clause,
        sentence="",
    )


def _threshold(share: float) -> str:
    return f"{share * 100.0:g}"


def _existence(found: Any, voice: Voice) -> str:
    if found is None or pd.isna(found):
        return _DASH
    return voice.say("exists" if bool(found) else "exists_not")


def cluster_rows(results: Results, colours: Mapping[str, str], voice: Voice) -> tuple[ClusterRow, ...]:
    """Give the table of clusters of the overview, by number."""
    rows = []
    for figures in sorted(results.clusters, key=lambda c: (c.number, c.id)):
        found = {v.element: v.status for v in results.verdicts if v.cluster_id == figures.id}
        rows.append(ClusterRow(
            number=f"{figures.number:02d}",
            colour=colours.get(figures.id, "#596575"),
            name=figures.name or voice.say("unnamed", number=f"{figures.number:02d}"),
            members=str(len(figures.compounds)),
            households=("≥ " if figures.households_unknown else "") + str(figures.households),
            statuses=tuple(found.get(e.id, "not_assessed") for e in results.standard.elements),
            score=_DASH if figures.score is None else f"{figures.score:.2f}",
        ))  # fmt: skip
    return tuple(rows)


def overview_facts(project: Project, results: Results, voice: Voice) -> tuple[Row, ...]:
    """Give the figures of the whole town."""
    grouped = project.grouping.cluster_of()
    results_of = {e.compound_id: e.result for e in results.eligibility}
    households = sum(c.households for c in results.clusters)
    unknown = sum(c.households_unknown for c in results.clusters)
    total = (
        voice.say("households_least", n=households, unknown=unknown)
        if unknown
        else voice.say("households", n=households)
    )
    counts = {
        kind: sum(r == kind for r in results_of.values())
        for kind in ("eligible", "eligible_via_cluster", "pending", "reserve", "excluded")
    }
    rows = [
        ("clusters", voice.say("clusters", n=len(results.clusters))),
        (
            "compounds",
            voice.say(
                "compounds",
                n=len(project.table("compounds")),
                grouped=len(grouped),
                alone=len(project.table("compounds")) - len(grouped),
            ),
        ),
        ("households_grouped", total),
        (
            "eligibility",
            voice.pick("；", "; ").join(
                voice.say(f"eligibility_{kind}", n=n) for kind, n in counts.items() if n
            )
            or _DASH,
        ),
    ]
    return tuple(Row(voice.say(f"fact_{key}"), value) for key, value in rows)


def make_notes(
    project: Project,
    results: Results,
    voice: Voice,
    *,
    cluster: ClusterFigures | None,
    pipelines: bool = False,
) -> tuple[str, ...]:
    """Give the notes that every sheet prints: limits with their origin, what is unknown, sources and dates."""
    rules = results.rules
    source = str(rule_facts("limit_m")["source"])
    is_default = rules.limit_m == rule_facts("limit_m")["default"]
    origin = voice.say("limit_document", source=source) if is_default else voice.say("limit_own")
    basis = voice.say(f"basis_{rules.service_basis}")
    notes = [
        voice.say(
            "note_limit", limit=f"{rules.limit_m:g}", origin=origin, basis=basis, snap=f"{rules.snap_max_m:g}"
        ),
        voice.say("note_thresholds"),
        _unknown_note(project, results, cluster, voice),
        voice.say(
            "note_pack",
            zh=voice.pick(results.standard.zh, results.standard.en),
            version=results.standard.version,
            sha=results.standard.sha256[:12],
            profile=project.profile,
        ),
        voice.say("note_data", dates=_data_dates(project, voice)),
    ]
    if pipelines:
        notes.append(voice.say("note_pipelines"))
    attributions = _attributions(project)
    if attributions:
        notes.append(voice.say("note_licence", names=attributions))
    return tuple(notes)


def _unknown_note(project: Project, results: Results, cluster: ClusterFigures | None, voice: Voice) -> str:
    """How many households are unknown, and how many measured units have no way onto the network."""
    members = cluster.compounds if cluster is not None else tuple(ids(project.table("compounds")))
    unknown = (
        cluster.households_unknown
        if cluster is not None
        else sum(c.households_unknown for c in results.clusters)
    )
    inside = {f"compounds/{member}" for member in members}
    coverage = results.coverage
    rows = coverage[coverage["unit_id"].isin(inside) & (coverage["reason"] == "no_access")]
    return voice.say("note_unknown", unknown=unknown, no_access=int(rows["unit_id"].nunique()))


def _data_dates(project: Project, voice: Voice) -> str:
    """Say the date of each layer's data, layers of one date together; undated ones are named as such."""
    by_date: dict[str, list[str]] = {}
    for source in project.sources:
        date = source.data_date[:10] or voice.say("undated")
        title = voice.catalogue.text(Message(f"layers.{source.layer}"), voice.language)
        if title not in by_date.setdefault(date, []):
            by_date[date].append(title)
    comma = voice.pick("、", ", ")
    return (
        voice.pick("；", "; ").join(
            f"{date} {comma.join(titles)}" for date, titles in sorted(by_date.items())
        )
        or _DASH
    )


def _attributions(project: Project) -> list[str]:
    names = {source.licence for source in project.sources if source.licence}
    if any(source.driver.upper().startswith("OSM") for source in project.sources):
        names.add(OSM_ATTRIBUTION)
    kept = sorted(names)
    return [OSM_ATTRIBUTION if "OpenStreetMap" in name else name for name in kept]


def latest_date(project: Project) -> str:
    """Give the date up to which the data go: the latest of all sources, empty when none is dated."""
    return max((source.data_date[:10] for source in project.sources), default="")


def crs_text(crs: str, voice: Voice) -> str:
    """Say the coordinate system in a planner's words."""
    if not crs:
        return ""
    try:
        known = CRS.from_user_input(crs)
    except CRSError:
        return crs
    if not known.name.startswith("CGCS2000 / 3-degree Gauss-Kruger") or known.coordinate_operation is None:
        return known.name
    meridian = next(
        (p.value for p in known.coordinate_operation.params if p.name == "Longitude of natural origin"), None
    )
    code = crs if crs.upper().startswith("EPSG:") else ""
    return voice.say("crs", meridian=f"{meridian:g}", code=code)


def title_block(
    project: Project, results: Results, facts: SheetFacts, template: SheetTemplate, voice: Voice, *, title: str,
    scale: float | None, cluster: int, sheet: int,
) -> dict[str, Row]:  # fmt: skip
    """Give the fields of the title block (图签); what nobody typed stays blank."""
    values = {
        "project": facts.title or project.title,
        "title": title,
        "number": template.number(cluster, sheet),
        "scale": "" if scale is None else f"1:{scale:g}",
        "designer": facts.designer,
        "stage": facts.stage or template.text("stage", voice.language),
        "crs": crs_text(project.crs, voice),
        "height": facts.height_datum,
        "date": facts.date,
        "data_date": latest_date(project),
        "review_number": facts.review_number,
        "fingerprint": results.fingerprint[:12],
    }
    return {key: Row(voice.say(f"block_{key}"), value) for key, value in values.items()}


def group_spans(elements: Sequence[Element]) -> tuple[tuple[str, int], ...]:
    """Give the groups of a rule pack in order, with how many elements each has."""
    spans: list[tuple[str, int]] = []
    for element in elements:
        if spans and spans[-1][0] == element.group:
            spans[-1] = (element.group, spans[-1][1] + 1)
        else:
            spans.append((element.group, 1))
    return tuple(spans)
