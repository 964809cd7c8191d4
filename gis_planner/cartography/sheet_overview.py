"""The words and numbers of the overview: the whole town, and every cluster in a row."""

from __future__ import annotations

from collections.abc import Mapping

from gis_planner.cartography.sheet_texts import by_own_limit, count_unserved, eligibility_text, threshold_text
from gis_planner.cartography.sheet_values import ClusterRow, Row
from gis_planner.cartography.sheet_voice import DASH, Voice
from gis_planner.model.project import Project
from gis_planner.model.results import Results
from gis_planner.model.standard import Verdict
from gis_planner.model.tables import ids


def cluster_rows(results: Results, colours: Mapping[str, str], voice: Voice) -> tuple[ClusterRow, ...]:
    """Give the table of clusters of the overview, by number."""
    rows = []
    for figures in sorted(results.clusters, key=lambda c: (c.number, c.id)):
        found = {v.element: v.status for v in results.verdicts if v.cluster_id == figures.id}
        applicable = sum(status != "not_applicable" for status in found.values())
        rows.append(ClusterRow(
            number=f"{figures.number:02d}",
            colour=colours.get(figures.id, "#596575"),
            name=figures.name or voice.say("unnamed", number=f"{figures.number:02d}"),
            members=str(len(figures.compounds)),
            households=("≥ " if figures.households_unknown else "") + str(figures.households),
            statuses=tuple(found.get(e.id, "not_assessed") for e in results.standard.elements),
            assessed=f"{figures.assessed}/{applicable}",
            score=DASH if figures.score is None else f"{figures.score:.2f}",
        ))  # fmt: skip
    return tuple(rows)


def overview_facts(project: Project, results: Results, voice: Voice) -> tuple[Row, ...]:
    """Give the figures of the whole town."""
    grouped = project.grouping.cluster_of()
    households = sum(c.households for c in results.clusters)
    unknown = sum(c.households_unknown for c in results.clusters)
    key = "households_least" if unknown else "households"
    compounds = ids(project.table("compounds"))
    rows = [
        ("clusters", voice.say("clusters", n=len(results.clusters))),
        ("compounds", voice.say(
            "compounds", n=len(compounds), grouped=len(grouped), alone=len(compounds) - len(grouped))),
        ("households_grouped", voice.say(key, n=households, unknown=unknown)),
        ("eligibility", eligibility_text(results, compounds, voice)),
        ("not_served", _unserved_of_all(results, voice)),
        ("thresholds", _thresholds_of_all(results, voice)),
    ]  # fmt: skip
    return tuple(Row(voice.say(f"fact_{key}"), value) for key, value in rows)


def _unserved_of_all(results: Results, voice: Voice) -> str:
    """Say for each kind how many known households of all clusters are not served.

    Where some cluster was not assessed it is at least so many (≥), and nothing is said where none was.
    """
    unserved = count_unserved(results)
    sums = [unserved[cluster.id] for cluster in results.clusters]
    parts = []
    for element in results.standard.elements:
        if element.facility is None:
            continue
        assessed = [_is_assessed(results, cluster.id, element.id) for cluster in results.clusters]
        missed = [found.get(element.facility, 0.0) for found in sums]
        if element.limit_m is not None:
            missed = [by_own_limit(_verdict_of(results, c.id, element.id))[1] for c in results.clusters]
        n = sum(one for one, known in zip(missed, assessed, strict=True) if known)
        shown = DASH if not any(assessed) else f"{'' if all(assessed) else '≥'}{n:g}"
        parts.append(f"{voice.pick(element.zh, element.en)}\u00a0{shown}")
    return voice.pick("；", "; ").join(parts) or DASH


def _is_assessed(results: Results, cluster_id: str, element: str) -> bool:
    found = _verdict_of(results, cluster_id, element)
    return found is not None and found.value is not None


def _verdict_of(results: Results, cluster_id: str, element: str) -> Verdict | None:
    found = (v for v in results.verdicts if v.cluster_id == cluster_id and v.element == element)
    return next(found, None)


def _thresholds_of_all(results: Results, voice: Voice) -> str:
    """Say the thresholds that were judged by, elements with the same ones together."""
    together: dict[str, list[str]] = {}
    for element in results.standard.elements:
        text = threshold_text(element, results.rules, voice).replace(" ", "\u00a0")
        together.setdefault(text, []).append(voice.pick(element.zh, element.en))
    comma = voice.pick("、", ", ")
    return voice.pick("；", "; ").join(f"{comma.join(names)} {text}" for text, names in together.items())
