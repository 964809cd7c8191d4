"""The notes of a sheet: limits and their origin, what is unknown, the rule pack, where data come from and of when."""

from __future__ import annotations

from pyproj import CRS
from pyproj.exceptions import CRSError

from gis_planner.cartography.sheet_voice import DASH, Voice
from gis_planner.messages import Message
from gis_planner.model.project import Project
from gis_planner.model.results import ClusterFigures, Results
from gis_planner.model.rules import Rules, rule_facts
from gis_planner.model.tables import ids

_SPEEDS = {"adult": "walk_speed_m_s", "elderly": "elderly_speed_m_s"}
OSM_ATTRIBUTION = "© OpenStreetMap contributors, ODbL"


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
        *_walking_notes(rules, voice),
        *([voice.say("note_own_limits", limits=own)] if (own := _own_limits(results, voice)) else []),
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


def _walking_notes(rules: Rules, voice: Voice) -> list[str]:
    """Say who walks, and what makes a metre longer, where that is not as it is by default."""
    parts = []
    if any(rules.origin(name) == "own" for name in ("walker", _SPEEDS[rules.walker])):
        parts.append(voice.say(f"walker_{rules.walker}", speed=f"{rules.speed_m_s:g}"))
    for name in ("stairs_penalty", "signal_penalty_m", "slope_weight"):
        value = getattr(rules, name)
        if value:
            parts.append(voice.say(f"walk_{name}", value=f"{value:g}"))
    said = voice.pick("；", "; ").join(parts)
    return [voice.say("note_walking", said=said)] if parts else []


def _own_limits(results: Results, voice: Voice) -> str:
    """Say which elements the pack judges by a walking limit of their own; empty where it has none."""
    together: dict[float, list[str]] = {}
    for element in results.standard.elements:
        if element.limit_m is not None:
            together.setdefault(element.limit_m, []).append(voice.pick(element.zh, element.en))
    comma = voice.pick("、", ", ")
    return voice.pick("；", "; ").join(
        f"{comma.join(names)} {m:g} m" for m, names in sorted(together.items())
    )


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
        or DASH
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
