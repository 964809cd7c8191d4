"""Small towns for laws about coverage, and what may be changed in them.

To the crooked streets, river, bridge, gates and walls of `towns` they add what else can go wrong: a street over
the others, facilities inside compounds, compounds and buildings of which some have unknown households, two clusters.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import shapely
from maps import CRS, facilities_from, layer_from, project_of
from towns import small_town
from walks import Walks, walks_in

from gis_planner.analysis.reach import cover_clusters
from gis_planner.model.choices import NINE_KINDS
from gis_planner.model.clusters import Cluster, Grouping
from gis_planner.model.project import Project
from gis_planner.model.rules import Rules
from gis_planner.model.tables import Frame, append_rows, conform, geometries, ids, texts

# Short limits, so that every reason is met in a town of a few streets.
LAW_RULES = Rules().with_value("limit_m", 220).with_value("search_max_m", 600)
KINDS = NINE_KINDS[:4]
SIZE_M = 240.0


@cache
def law_town(seed: int) -> Project:
    """Make a town for laws, always the same for one seed."""
    random = np.random.default_rng(seed)
    town = small_town(seed, blocks=3, facilities=8, with_parcels=False)
    compounds, shapes = town.table("compounds"), geometries(town.table("compounds"))
    names = ids(compounds)
    unknown = random.random(len(names)) < 0.25
    known = [None if u else h for u, h in zip(unknown, compounds["households"], strict=True)]
    buildings = town.table("buildings")
    counts = [None if n == 0 else int(n) for n in random.integers(0, 40, len(buildings))]
    inside = [shape.representative_point() for shape in shapes[random.random(len(names)) < 0.4]]
    indoor = conform(
        "facilities",
        {"id": [f"I{k}" for k in range(len(inside))], "kind": [KINDS[k % 4] for k in range(len(inside))]},
        inside,
        crs=CRS,
    )
    y = float(random.uniform(40, 200))
    above = conform(
        "roads",
        {"id": ["RX"], "level": [1]},
        [shapely.LineString([(-30, y), (SIZE_M + 30, y + 15)])],
        crs=CRS,
    )
    town = changed(
        town,
        compounds=conform("compounds", {"id": names, "name": names, "households": known}, shapes, crs=CRS),
        buildings=conform(
            "buildings", {"id": ids(buildings), "households": counts}, geometries(buildings), crs=CRS
        ),
        facilities=append_rows(town.table("facilities"), indoor),
        roads=append_rows(town.table("roads"), above),
    )
    half = len(names) // 2
    clusters = (Cluster("Z01", 1, "", tuple(names[:half])), Cluster("Z02", 2, "", tuple(names[half:])))
    grouping = Grouping(clusters=tuple(cluster for cluster in clusters if cluster.members))
    return replace(town, grouping=grouping, complete=frozenset({"facilities"}))


@cache
def law_walks(seed: int) -> Walks:
    """The walks of a town for laws, measured once."""
    return measured(law_town(seed))


def measured(project: Project) -> Walks:
    return walks_in(project, LAW_RULES, KINDS)


def clusters_of(project: Project, walks: Walks) -> pd.DataFrame:
    return cover_clusters(project, walks.units, walks.coverage)


def changed(project: Project, **tables: Frame) -> Project:
    """Give a project with other tables; everything else stays."""
    base = project_of(**{**{name: project.table(name) for name in project.loaded}, **tables})
    return replace(base, crs=project.crs, grouping=project.grouping, complete=project.complete)


# --- what can be added or taken away


def place_in(project: Project, random: np.random.Generator) -> tuple[float, float]:
    west, south, east, north = shapely.total_bounds(geometries(project.table("roads")))
    x, y = random.uniform((west, south), (east, north))
    return round(float(x), 2), round(float(y), 2)


def with_facility(project: Project, random: np.random.Generator) -> Project:
    kind = KINDS[int(random.integers(len(KINDS)))]
    new = facilities_from({"A_new": (kind, *place_in(project, random))})
    return changed(project, facilities=append_rows(project.table("facilities"), _in_plane(new, project)))


def without_facility(project: Project, random: np.random.Generator) -> Project:
    table = project.table("facilities")
    gone = int(random.integers(len(table)))
    return changed(
        project, facilities=table.iloc[[k for k in range(len(table)) if k != gone]].reset_index(drop=True)
    )


def with_way(project: Project, random: np.random.Generator) -> Project:
    """Draw one more way, sometimes from one corner to another, sometimes across everything, on any level."""
    ends = [place_in(project, random) for _ in range(int(random.integers(2, 4)))]
    roads = project.table("roads")
    if random.random() < 0.5:
        points = shapely.get_coordinates(geometries(roads)[int(random.integers(len(roads)))])
        ends[0] = tuple(points[0])
    new = layer_from("roads", {"A_new": shapely.LineString(ends)}, level=int(random.integers(0, 2)))
    return changed(project, roads=append_rows(roads, _in_plane(new, project)))


def without_way(project: Project, random: np.random.Generator) -> Project:
    table = project.table("roads")
    gone = int(random.integers(len(table)))
    return changed(
        project, roads=table.iloc[[k for k in range(len(table)) if k != gone]].reset_index(drop=True)
    )


def gated(project: Project) -> list[str]:
    """The compounds that name an open entrance already, in order."""
    table = project.table("entrances")
    known = set(ids(project.table("compounds")))
    named = zip(texts(table, "compound_id"), texts(table, "status"), strict=True)
    return sorted({compound for compound, status in named if compound in known and status != "closed"})


def with_entrance(project: Project, random: np.random.Generator) -> Project | None:
    """Open one more entrance of a compound that has one, None where no compound has."""
    homes = gated(project)
    if not homes:
        return None
    home = homes[int(random.integers(len(homes)))]
    compounds = project.table("compounds")
    outline = geometries(compounds)[ids(compounds).index(home)].boundary
    gate = outline.interpolate(float(random.random()), normalized=True)
    new = layer_from("entrances", {"A_new": gate}, compound_id=home, status="open")
    return changed(project, entrances=append_rows(project.table("entrances"), _in_plane(new, project)))


def transformed(project: Project, move: Any) -> Project:
    """Give a project with every geometry moved by a function of an array of geometries."""
    moved = {}
    for name in project.loaded:
        table = project.table(name)
        new = table.copy()
        new["geometry"] = move(geometries(table))
        moved[name] = new.set_geometry("geometry", crs=table.crs)
    return changed(project, **moved)


def _in_plane(new: Frame, project: Project) -> Frame:
    return new.set_crs(project.crs or None, allow_override=True)
