"""The invented town with a study of it, made hostile: names that programs like to run."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from cartography.town import CRS, make_project, make_results
from shapely.geometry import LineString

from gis_planner.messages import Message
from gis_planner.model.issues import Issue
from gis_planner.model.layers import layer
from gis_planner.model.project import Project
from gis_planner.model.results import Network, Results
from gis_planner.model.tables import geometries, set_values

HOSTILE = (
    "{{7*7}}",
    "<img src=x onerror=alert(1)>",
    "${7*7}",
    "=1+1",
    "@SUM(A1)",
    "</script><script>alert(2)</script>",
)


def make_town() -> tuple[Project, Results]:
    """A project and its results: two clusters, a short street network, access, a direct pair and issues."""
    project = make_project()
    results = make_results(project)
    nodes = np.array([[532_400.0, 3_801_200.0], [532_500.0, 3_801_200.0], [532_500.0, 3_801_300.25]])
    lines = np.array(
        [LineString(nodes[[0, 1]]), LineString(nodes[[1, 2]]), LineString(nodes[[1, 2]])], dtype=object
    )
    lengths = shapely.length(lines)
    network = Network(
        nodes, np.array([0, 1, 1]), np.array([1, 2, 2]), lengths, lengths + np.array([0, 0, 30.0]), lines,
        ("R001", "R002", "R003"),
    )  # fmt: skip
    table = project.table("facilities")
    facilities = gpd.GeoDataFrame(
        {
            "facility_id": list(table["id"]),
            "kind": list(table["kind"]),
            "status": list(table["status"]),
            "counted": [status != "closed" for status in table["status"]],
        },
        geometry=geometries(table),
        crs=CRS,
    )
    owners = [("unit", str(results.units["unit_id"].iloc[0])), ("facility", "F001"), ("facility", "F001")]
    access = gpd.GeoDataFrame(
        {
            "owner_type": [kind for kind, _ in owners],
            "owner_id": [owner for _, owner in owners],
            "edge_id": [0, 2, 1],
            "offset_m": [12.5, 3.25, 1.0],
            "leg_m": [0.0, 7.125, 9.0],
            "entrance_id": ["E001", None, None],
        },
        geometry=[LineString([nodes[0], nodes[1]])] * 3,
        crs=CRS,
    )
    direct = pd.DataFrame({"unit_id": ["buildings/B001"], "facility_id": ["F001"], "length_m": [33.5]})
    unsure = Message("outputs.test", text="=2+2")
    issues = (
        Issue("households.unknown", "warning", "compounds", "C004", unsure, None, 532_410.0, 3_801_210.0),
        Issue("layer.absent", "note", "kerbs", "", Message("outputs.absent")),
    )
    return project, replace(
        results, network=network, facilities=facilities, access=access, direct=direct, issues=issues
    )


def make_hostile_town() -> tuple[Project, Results]:
    """The same town with names that templates, browsers and spreadsheets would like to run."""
    project, results = make_town()
    compounds = set_values(
        project.table("compounds"), range(len(HOSTILE)), layer("compounds").column("name"), HOSTILE
    )
    facilities = set_values(
        project.table("facilities"), range(len(HOSTILE)), layer("facilities").column("name"), HOSTILE
    )
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
    return project, replace(
        results, clusters=figures, alone={"C012": Message("outputs.test", text=HOSTILE[1])}
    )


def sentences_of(results: Results) -> dict[tuple[str, str], Message]:
    """A sentence for every verdict, the hostile texts in it."""
    return {
        (v.cluster_id, v.element): Message("outputs.test", text=f"{v.element} {HOSTILE[0]} {HOSTILE[1]}")
        for v in results.verdicts
    }
