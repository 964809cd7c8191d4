"""The verdicts of one cluster as they stand, where an edit came after the study or a hand tries something."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from gis_planner.app.document import Document
from gis_planner.app.texts import Texts
from gis_planner.model.project import Project
from gis_planner.model.results import Results
from gis_planner.model.standard import Verdict

Line = tuple[str, str]


def verdicts_of_now(
    document: Document, results: Results, cluster_id: str, opened: str | None
) -> dict[str, Verdict]:
    """Give a cluster's verdicts by element; the opened one is laid out with its evidence of now."""
    verdicts = {v.element: v for v in results.verdicts if v.cluster_id == cluster_id}
    study = document.live.study
    if not document.is_live or study is None:
        return verdicts
    for element, verdict in verdicts.items():
        cell = study.cells.get((cluster_id, element))
        if cell is None:
            continue
        if element == opened:
            verdicts[element] = study.verdict(cluster_id, element)
        elif (verdict.status, verdict.value) != tuple(cell):
            verdicts[element] = replace(verdict, status=cell.status, value=cell.value)
    return verdicts


def project_of_now(document: Document) -> Project | None:
    """Give the project that the verdicts of now are about."""
    study = document.live.study
    return study.project if document.is_live and study is not None else document.studied


def coverage_of_now(document: Document, results: Results) -> Results:
    """Give the results with who reaches what as it stands."""
    study = document.live.study
    if not document.is_live or study is None or study.reach.unit_ids != results.units["unit_id"].tolist():
        return results
    return replace(results, coverage=study.coverage())


def live_lines(texts: Texts, verdict: Verdict, names: Mapping[str, str]) -> list[Line]:
    """Give the walks behind a verdict of now; files, doubts and confidence come with the next study."""
    lines: list[Line] = []
    for which in ("nearest", "farthest"):
        walk = verdict.evidence.get(which)
        if walk:
            said = texts(
                "app.live.walk",
                unit=names.get(walk["unit"]) or walk["unit"].partition("/")[2],
                facility=names.get(f"facilities/{walk['facility']}") or walk["facility"],
                metres=texts.metres(walk["distance_m"]),
            )
            lines.append((texts(f"app.evidence.{which}"), said))
    return [*lines, (texts("app.evidence.confidence"), texts("app.live.now"))]
