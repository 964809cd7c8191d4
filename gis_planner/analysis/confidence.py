"""How far a verdict can be leaned on: high, medium or low, with every reason listed.

The level says nothing about the figure and never changes it; it is read off the data alone. *Low*: coordinates had
to be shifted back from GCJ-02 or BD-09, the verdict counts on proposed facilities, a survey may not reach over the
whole cluster, households or features are unknown. *Medium*: a layer that nobody declared complete, a file without
a date, OpenStreetMap, a coordinate system that was judged and not stated, features that no file holds. *High*: none of
these. A verdict that was not made, or that a person set, has no level.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

from gis_planner.model.origins import trace_feature
from gis_planner.model.project import Project, Source
from gis_planner.model.standard import Element, Verdict

Level = Literal["high", "medium", "low"]
Reason = dict[str, Any]

SHIFTED_DATUMS = ("gcj02", "bd09")
_LOW = ("datum_shifted", "proposed", "cover", "households_unknown", "unknown_count", "unknown_metres")


def weigh_confidence(project: Project, element: Element, verdict: Verdict) -> dict[str, Any]:
    """Give the level of one verdict (None where there is none) and its reasons, each with a code, as plain data."""
    if verdict.status == "not_assessed":
        return {"level": None, "reasons": [{"code": "not_judged"}]}
    if verdict.status == "not_applicable":
        return {"level": None, "reasons": [{"code": "by_person"}]}
    reasons = [
        *_of_figures(verdict, project.rules.layer_cover_min),
        *(reason for layer in element.layers for reason in _of_layer(project, layer)),
        *_of_facilities(project, verdict.evidence.get("facilities", ())),
    ]
    low = any(reason["code"] in _LOW for reason in reasons)
    level: Level = "low" if low else "medium" if reasons else "high"
    return {"level": level, "reasons": sorted(reasons, key=lambda reason: reason["code"] not in _LOW)}


def _of_figures(verdict: Verdict, cover_min: float) -> Iterable[Reason]:
    """What the verdict's own figures leave open."""
    evidence: Mapping[str, Any] = verdict.evidence
    if evidence.get("proposed"):
        yield {"code": "proposed", "facilities": list(evidence["proposed"])}
    for layer, cover in evidence.get("cover", {}).items():
        if cover < cover_min:
            yield {"code": "cover", "layer": layer, "cover": cover, "limit": cover_min}
    if evidence.get("households_unknown"):
        yield {"code": "households_unknown", "n": evidence["households_unknown"]}
    if evidence.get("unknown"):
        yield {"code": f"unknown_{evidence['unit']}", "n": evidence["unknown"]}


def _of_layer(project: Project, layer: str) -> Iterable[Reason]:
    """What is known of the files that a layer came from; a declared and empty layer needs none.

    Compounds need no declaration: a cluster is made of those that are there.
    """
    if layer != "compounds" and layer not in project.complete:
        yield {"code": "undeclared", "layer": layer}
    sources = [source for source in project.sources if source.layer == layer]
    if not sources and len(project.table(layer)):
        yield {"code": "no_file", "layer": layer}
    for source in sources:
        yield from _of_source(source)
    if any(issue.code == "crs.judged" and issue.layer == layer for issue in project.import_issues):
        yield {"code": "crs_judged", "layer": layer}


def _of_source(source: Source) -> Iterable[Reason]:
    facts = {"layer": source.layer, "file": source.file}
    if source.datum in SHIFTED_DATUMS:
        yield {"code": "datum_shifted", **facts, "datum": source.datum}
    elif source.crs and not source.datum:
        yield {"code": "datum_unstated", **facts}
    if source.driver.upper().startswith("OSM"):
        yield {"code": "osm", **facts}
    if not source.data_date:
        yield {"code": "undated", **facts}


def _of_facilities(project: Project, facilities: Sequence[str]) -> Iterable[Reason]:
    """Facilities that serve and that no file holds, or not at this place."""
    traced = [trace_feature(project, "facilities", facility) for facility in facilities]
    if any(source.layer == "facilities" for source in project.sources):
        drawn = [found["id"] for found in traced if found["table"] is None]
        if drawn:
            yield {"code": "drawn_by_hand", "facilities": drawn}
    moved = [found["id"] for found in traced if found["moved_by_hand"]]
    if moved:
        yield {"code": "moved_by_hand", "facilities": moved}
