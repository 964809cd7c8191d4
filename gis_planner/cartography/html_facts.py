"""What the panels of the HTML map say: clusters with their verdicts, compounds, facilities, the notes.

Every text is said here, in the language of the page, and travels as data: the page writes it as text and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis_planner.analysis.eligibility_sentences import eligibility_sentence
from gis_planner.analysis.scoring import thresholds_of
from gis_planner.analysis.sentences import name_features, percent, score_line, verdict_sentence
from gis_planner.cartography.classes import coverage_steps
from gis_planner.cartography.html_ground import MapFrame, style_json
from gis_planner.cartography.scene_parts import place_of
from gis_planner.cartography.scene_values import Scene
from gis_planner.cartography.sheet_notes import make_notes
from gis_planner.cartography.sheet_overview import overview_facts
from gis_planner.cartography.sheet_texts import cluster_facts
from gis_planner.cartography.sheet_voice import Voice
from gis_planner.cartography.style import FAMILY_COLOURS, KIND_FAMILY, Style
from gis_planner.messages import Message
from gis_planner.model.choices import FACILITY_KINDS, NINE_KINDS
from gis_planner.model.project import Project
from gis_planner.model.results import ClusterFigures, Results, plain
from gis_planner.model.rules import Rules, rule_facts, rule_names
from gis_planner.model.standard import Element, Verdict
from gis_planner.model.tables import ids, texts

_DASH = "—"
# One character for each class of reach; steps are their own digit.
REACH_CODES: Mapping[str, str] = {"beyond": "b", "no_access": "n", "not_assessed": "u"}
Json = dict[str, Any]


def element_rows(results: Results, voice: Voice) -> list[Json]:
    """Give the elements of the rule pack with the thresholds that count and where these come from."""
    return [
        {
            "id": element.id, "group": element.group, "name": voice.pick(element.zh, element.en),
            "kind": element.facility, "clause": element.clause,
            "indicator": voice.pick(element.indicator_zh, element.indicator_en),
            "limits": _limits(element, results, voice),
        }
        for element in results.standard.elements
    ]  # fmt: skip


def _limits(element: Element, results: Results, voice: Voice) -> str:
    limits = thresholds_of(element, results.rules)
    own = any(results.rules.threshold(element.id, which) is not None for which in ("pass", "partial"))
    origin = "own" if own else "document" if limits.from_document else "default"
    said = voice.catalogue.text(Message(f"outputs.origin.{origin}"), voice.language)
    return f"{percent(limits.passing)} / {percent(limits.partial)} · {said}"


def kind_rows(icon: Callable[[str], str], voice: Voice) -> list[Json]:
    """Give every kind of facility: its title, colour and pictogram (a data address), the nine first."""
    return [
        {
            "id": kind.id, "name": voice.pick(kind.zh, kind.en), "nine": kind.id in NINE_KINDS,
            "colour": FAMILY_COLOURS[KIND_FAMILY.get(kind.id, "other")], "icon": icon(kind.id),
        }
        for kind in FACILITY_KINDS
    ]  # fmt: skip


def cluster_rows(
    project: Project, results: Results, scene: Scene, frame: MapFrame, voice: Voice
) -> list[Json]:
    """Give every cluster: its outline, its facts, its score and its verdicts with their sentences."""
    names = name_features(project, results.units)
    found: dict[str, list[Verdict]] = {}
    for verdict in results.verdicts:
        found.setdefault(verdict.cluster_id, []).append(verdict)
    cover = {
        (str(row["cluster_id"]), str(row["kind"])): row for row in results.cluster_coverage.to_dict("records")
    }
    rows = []
    least = {True: "≥ ", False: ""}
    for cluster in sorted(results.clusters, key=lambda c: (c.number, c.id)):
        own = found.get(cluster.id, [])
        facts = [[row.label, row.value] for row in cluster_facts(cluster, results, voice)]
        row: Json = {
            "id": cluster.id, "number": f"{cluster.number:02d}", "name": cluster_name(cluster, voice),
            "colour": scene.cluster_colours.get(cluster.id, "#596575"),
            "members": list(cluster.compounds),
            "households": voice.say("households", n=f"{least[cluster.households_unknown > 0]}{cluster.households}"),
            "facts": facts, "line": voice.catalogue.text(score_line(own), voice.language),
            "score": None if cluster.score is None else f"{cluster.score:.2f}",
            "verdicts": [_verdict(verdict, results, names, cover, voice) for verdict in own],
            "paths": [], "at": None,
        }  # fmt: skip
        shape = scene.geometry("footprints", cluster.id)
        if shape is not None:
            (paths,), (at,) = frame.areas(np.array([shape], dtype=object)), frame.points([_middle(shape)])
            row |= {"paths": paths, "at": at}
        rows.append(row)
    return rows


def cluster_name(cluster: ClusterFigures, voice: Voice) -> str:
    """Give a cluster's name, its number where nobody named it."""
    return cluster.name or voice.say("unnamed", number=f"{cluster.number:02d}")


def _verdict(
    verdict: Verdict,
    results: Results,
    names: Mapping[str, str],
    cover: Mapping[tuple[str, str], Mapping[Any, Any]],
    voice: Voice,
) -> Json:
    element = results.standard.element(verdict.element)
    marks = (verdict.threshold_pass, verdict.threshold_partial)
    row: Json = {
        "element": verdict.element, "status": verdict.status,
        "value": _DASH if verdict.value is None else percent(verdict.value, *marks),
        "text": voice.catalogue.text(verdict_sentence(verdict, results.standard, names), voice.language),
    }  # fmt: skip
    reach = cover.get((verdict.cluster_id, element.facility or ""))
    if element.limit_m is not None:
        reach = verdict.evidence
    share = None if reach is None else plain(reach.get("share"))
    if reach is not None and share is not None:
        row["share"] = percent(share, *marks)
    return row


def compound_rows(
    project: Project, results: Results, scene: Scene, frame: MapFrame, voice: Voice
) -> list[Json]:
    """Give every compound: its outline and look, its cluster or why it has none, its eligibility, its walks."""
    table = project.table("compounds")
    cluster_of = project.grouping.cluster_of()
    called = {c.id: cluster_name(c, voice) for c in results.clusters}
    eligible = {e.compound_id: e for e in results.eligibility}
    households = _households(results)
    walks = reach_codes(results, "compounds")
    rows = []
    names = dict(zip(ids(table), texts(table, "name"), strict=True))
    # Their outlines are in the scene once more, to lie over footprints on paper.
    for layer in scene.of_key("compounds")[:1]:
        shapes = frame.areas(layer.geometry)
        for compound, style, paths in zip(layer.ids, layer.style_of, shapes, strict=True):
            cluster = cluster_of.get(compound)
            reason, decided = results.alone.get(compound), eligible.get(compound)
            code, metres = walks.get(compound, ("", []))
            rows.append({
                "id": compound, "name": names.get(compound) or compound, "cluster": cluster,
                "households": households.get(compound), "style": int(style), "paths": paths,
                "alone": None if reason is None else voice.catalogue.text(reason, voice.language),
                "why": None if decided is None else voice.catalogue.text(
                    eligibility_sentence(decided, called.get(cluster or "", "")), voice.language),
                "code": code, "metres": metres,
            })  # fmt: skip
    return rows


def compound_styles(scene: Scene) -> list[Json]:
    """Give the looks that compounds refer to."""
    return [style_json(style) for layer in scene.of_key("compounds")[:1] for style in layer.styles]


def facility_rows(project: Project, scene: Scene, frame: MapFrame) -> list[Json]:
    """Give every facility: its name, kind, state and place."""
    table = project.table("facilities")
    names = dict(zip(ids(table), texts(table, "name"), strict=True))
    rows = []
    for layer in scene.of_key("facilities"):
        places = frame.points([place_of(shape) for shape in layer.geometry])
        for facility, style, at in zip(layer.ids, layer.style_of, places, strict=True):
            look: Style = layer.styles[style]
            rows.append({
                "id": facility, "name": names.get(facility) or "", "kind": look.symbol, "state": look.state,
                "at": at,
            })  # fmt: skip
    return rows


def reach_codes(results: Results, unit_type: str) -> dict[str, tuple[str, list[int | None]]]:
    """Give for every feature of a layer the class of reach of each of the nine kinds, and the metres, rounded up.

    Rounded up, so that 1,000.4 m does not read as lying within a limit of 1,000 m. "?" where nothing was measured.
    """
    table, limit = results.coverage, results.rules.limit_m
    if len(table) == 0:
        return {}
    units = np.array(table["unit_id"], dtype=object).astype(str)
    kinds = pd.Index(NINE_KINDS).get_indexer(pd.Index(table["kind"]))
    mine = np.flatnonzero(np.char.startswith(units, f"{unit_type}/") & (kinds >= 0))
    names, row = np.unique(units[mine], return_inverse=True)
    distance = table["distance_m"].to_numpy(dtype="float64", na_value=np.nan)[mine]
    reasons = np.array(table["reason"], dtype=object)[mine]

    codes = np.full((len(names), len(NINE_KINDS)), "?", dtype="U1")
    codes[row, kinds[mine]] = _classes(distance, reasons, coverage_steps(limit))
    metres = np.full((len(names), len(NINE_KINDS)), -1, dtype=np.int64)
    metres[row, kinds[mine]] = np.where(np.isnan(distance), -1, np.ceil(np.nan_to_num(distance) - 1e-6))
    lines = [[None if m < 0 else m for m in line] for line in metres.tolist()]
    start = len(unit_type) + 1
    return {
        str(name)[start:]: ("".join(code), line)
        for name, code, line in zip(names, codes.tolist(), lines, strict=True)
    }


def _classes(
    distance: NDArray[np.float64], reasons: NDArray[Any], steps: Sequence[float]
) -> NDArray[np.str_]:
    """Give the character of every walk's class of reach; they are those of `classify_reach`."""
    found = np.searchsorted(np.array(steps), np.where(np.isnan(distance), np.inf, distance), side="left")
    characters = np.array([*(str(step) for step in range(len(steps))), REACH_CODES["beyond"]])
    codes = characters[found]
    for reason in ("no_access", "not_assessed"):
        codes[reasons == reason] = REACH_CODES[reason]
    return np.asarray(codes)


def about_rows(project: Project, results: Results, scenario: str, voice: Voice, *, public: bool) -> Json:
    """Give what stands at the foot of the page and behind it: notes, rules with their origin, data, fingerprint."""
    notes = make_notes(project, results, voice, cluster=None)
    rules = results.rules

    def say(key: str) -> str:
        return voice.catalogue.text(Message(f"outputs.{key}"), voice.language)

    return {
        "facts": [[row.label, row.value] for row in overview_facts(project, results, voice)],
        "scenario": scenario,
        "notes": list(notes),
        "rules": [
            [voice.pick(rule_facts(name)["zh"], rule_facts(name)["en"]), _value(rules, name, say),
             rule_facts(name)["unit"], say(f"origin.{rules.origin(name)}"), rule_facts(name)["source"]]
            for name in rule_names()
        ],
        "sources": [] if public else [
            [_layer_title(source.layer, voice), source.file, source.data_date[:10] or say("about.undated"),
             source.licence]
            for source in project.sources
        ],
        "attribution": list(project.attributions),
        "pack": f"{voice.pick(results.standard.zh, results.standard.en)} {results.standard.version}",
        "pack_sha256": results.standard.sha256,
        "fingerprint": results.fingerprint,
    }  # fmt: skip


def _value(rules: Rules, name: str, say: Callable[[str], str]) -> str:
    value = getattr(rules, name)
    if isinstance(value, bool):
        return say("yes" if value else "no")
    if isinstance(value, int | float):
        return f"{value:g}"
    return say(f"about.basis_{value}") if rule_facts(name)["choices"] else str(value) or "–"


def _layer_title(name: str, voice: Voice) -> str:
    return voice.catalogue.text(Message(f"layers.{name}"), voice.language)


def _households(results: Results) -> dict[str, int | None]:
    units = results.units
    if len(units) == 0:
        return {}
    rows = zip(units["unit_id"], units["feature_id"], units["households"], strict=True)
    return {str(f): plain(n) for unit, f, n in rows if str(unit).startswith("compounds/")}


def _middle(shape: Any) -> tuple[float, float]:
    centre = shape.centroid
    return (float(centre.x), float(centre.y)) if shape.intersects(centre) else place_of(shape)
