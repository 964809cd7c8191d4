"""The invented town with a study of it, and the same made hostile: names that programs like to run."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from cartography.town import CRS, make_project, make_results
from scored_town import FINE
from shapely.geometry import LineString

from gis_planner.analysis.eligibility import decide_eligibility
from gis_planner.analysis.reach import cover_clusters
from gis_planner.analysis.scoring import score_clusters
from gis_planner.analysis.units import list_units
from gis_planner.io.read_standard import read_profiles, read_standard
from gis_planner.messages import Message
from gis_planner.model.choices import NINE_KINDS
from gis_planner.model.issues import Issue
from gis_planner.model.layers import layer
from gis_planner.model.project import Project
from gis_planner.model.results import Network, Results
from gis_planner.model.rules import Rules
from gis_planner.model.tables import Frame, geometries, ids, set_values

HOSTILE = (
    "{{7*7}}",
    "<img src=x onerror=alert(1)>",
    "${7*7}",
    "=1+1",
    "@SUM(A1)",
    "</script><script>alert(2)</script>",
    "<!--<script>",
)


def make_town() -> tuple[Project, Results]:
    """A project and a study of it: two clusters, a short street network, access, a direct pair and issues.

    Walks are given, everything from the sums on is found as a study finds it. Compound C004 has no households and no
    built year, C012 is to be rebuilt and stands alone; nobody reaches a library, and charging was never surveyed.
    """
    project = _surveyed(make_project())
    given = make_results(project)
    units, _ = list_units(project)
    coverage = _walks(units)
    sums = cover_clusters(project, units, coverage)
    rules, standard = Rules(), read_standard("sanhe_sanzheng_jiuyou")
    verdicts, scores = score_clusters(project, standard, given.clusters, units, coverage, sums, rules)
    clusters = tuple(
        replace(c, assessed=s.assessed, score=s.score, score_lower=s.lower, score_upper=s.upper)
        for c in given.clusters
        for s in (scores[c.id],)
    )
    network, access = _network(str(units["unit_id"].iloc[0]))
    unsure = Message("outputs.heading.bound", name="=2+2")
    issues = (
        Issue("households.unknown", "warning", "compounds", "C004", unsure, None, 532_410.0, 3_801_210.0),
        Issue("layer.absent", "note", "kerbs", "", Message("outputs.unknown")),
    )
    return project, Results(
        inputs=given.inputs,
        rules=rules,
        standard=standard,
        network=network,
        units=units,
        facilities=_facilities(project.table("facilities")),
        access=access,
        direct=pd.DataFrame({"unit_id": ["buildings/B001"], "facility_id": ["F001"], "length_m": [33.5]}),
        coverage=coverage,
        neighbours=given.neighbours,
        clusters=clusters,
        cluster_coverage=sums,
        verdicts=verdicts,
        eligibility=decide_eligibility(project.table("compounds"), read_profiles()["LN"], rules),
        alone={"C012": Message("outputs.heading.bound", name="C012")},
        issues=issues,
    )


def make_hostile_town() -> tuple[Project, Results]:
    """The same town with names that templates, browsers and spreadsheets would like to run."""
    project, results = make_town()
    compounds = _with(project.table("compounds"), "compounds", "name", HOSTILE)
    facilities = _with(project.table("facilities"), "facilities", "name", HOSTILE)
    first, *others = project.grouping.clusters
    grouping = project.grouping.with_clusters([replace(first, name=HOSTILE[1]), *others])
    figures = tuple(replace(c, name=grouping.cluster(c.id).name) for c in results.clusters)
    project = replace(
        project,
        title=HOSTILE[0],
        tables={**project.tables, "compounds": compounds, "facilities": facilities},
        grouping=grouping,
        sources=tuple(replace(source, file=HOSTILE[5]) for source in project.sources),
    )
    alone = {"C012": Message("outputs.heading.bound", name=HOSTILE[1])}
    return project, replace(results, clusters=figures, alone=alone)


def _surveyed(project: Project) -> Project:
    compounds = project.table("compounds")
    n = len(compounds)
    for name, value in FINE.items():
        if name != "households":
            compounds = _with(compounds, "compounds", name, [value] * n)
    places = ids(compounds)
    compounds = set_values(compounds, [places.index("C004")], layer("compounds").column("built_year"), [None])
    compounds = set_values(
        compounds, [places.index("C012")], layer("compounds").column("demolish_rebuild"), [True]
    )
    kept = np.array([kind != "charging" for kind in project.table("facilities")["kind"]])
    facilities = project.table("facilities")[kept].reset_index(drop=True)
    tables = {**project.tables, "compounds": compounds, "facilities": facilities}
    return replace(project, tables=tables, complete=frozenset({"roads", "poles", "boxes"}))


def _with(table: Frame, layer_name: str, column: str, values: Sequence[Any]) -> Frame:
    return set_values(table, range(len(values)), layer(layer_name).column(column), values)


def _walks(units: Frame) -> pd.DataFrame:
    rows = []
    for unit in units["unit_id"]:
        for place, kind in enumerate(NINE_KINDS):
            metres = 150.0 + (hash_of(str(unit)) % 97) * 8.0 + place * 70.0
            row: dict[str, Any] = {
                "unit_id": str(unit),
                "kind": kind,
                "distance_m": metres,
                "minutes": metres / 72.0,
            }
            if kind == "charging":
                row |= {"distance_m": np.nan, "minutes": np.nan, "facility_id": None, "reached": None}
                reason = "not_assessed"
            elif kind == "library":
                row |= {"distance_m": np.nan, "minutes": np.nan, "facility_id": None, "reached": False}
                reason = "beyond_search"
            else:
                row |= {"facility_id": f"F{place + 1:03d}", "reached": metres <= 1000.0}
                reason = "served" if metres <= 1000.0 else "beyond_limit"
            rows.append({**row, "reason": reason})
    table = pd.DataFrame(rows)
    table["reached"] = table["reached"].astype("boolean")
    return table


def hash_of(text: str) -> int:
    """A number of a text that is the same in every run."""
    return zlib.crc32(text.encode("utf-8"))


def _facilities(table: Frame) -> Frame:
    columns = {
        "facility_id": list(table["id"]),
        "kind": list(table["kind"]),
        "status": list(table["status"]),
        "counted": [status != "closed" for status in table["status"]],
    }
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(geometries(table), crs=CRS), crs=CRS)


def _network(unit: str) -> tuple[Network, Frame]:
    nodes = np.array([[532_400.0, 3_801_200.0], [532_500.0, 3_801_200.0], [532_500.0, 3_801_300.25]])
    ends = (([0, 1]), ([1, 2]), ([1, 2]))
    lines = np.array([LineString(nodes[list(pair)]) for pair in ends], dtype=object)
    lengths = shapely.length(lines)
    network = Network(
        nodes,
        np.array([0, 1, 1]),
        np.array([1, 2, 2]),
        lengths,
        lengths + np.array([0.0, 0.0, 30.0]),
        lines,
        ("R001", "R002", "R003"),
    )
    access = gpd.GeoDataFrame(
        {
            "owner_type": ["unit", "facility", "facility"],
            "owner_id": [unit, "F001", "F001"],
            "edge_id": [0, 2, 1],
            "offset_m": [12.5, 3.25, 1.0],
            "leg_m": [0.0, 7.125, 9.0],
            "entrance_id": ["E001", None, None],
        },
        geometry=[LineString(nodes[:2])] * 3,
        crs=CRS,
    )
    return network, access
