"""The coverage of clusters: sums over those who count, and what cannot be told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from maps import layer_from
from scored_town import COMPOUNDS, compounds, facilities, roads, town, walks

from gis_planner.analysis.reach import cover_clusters, kind_doubt
from gis_planner.analysis.units import list_units
from gis_planner.model.choices import NINE_KINDS
from gis_planner.model.clusters import Cluster, Grouping
from gis_planner.model.project import Project


def covered(project: Project, coverage: pd.DataFrame) -> dict[tuple[str, str], dict[str, Any]]:
    units, _ = list_units(project)
    table = cover_clusters(project, units, coverage)
    assert list(table.columns) == [
        "cluster_id",
        "kind",
        "households",
        "reached_households",
        "share",
        "existence",
    ]
    keys = list(zip(table["cluster_id"], table["kind"], strict=True))
    assert keys == sorted(keys)
    rows = table.astype(object).where(table.notna(), None).to_dict("records")
    return dict(zip(keys, rows, strict=True))


@settings(deadline=None, max_examples=40)
@given(
    households=st.lists(st.none() | st.integers(0, 99), min_size=10, max_size=10),
    reached=st.integers(0, 10),
    cut=st.integers(1, 9),
)
def test_shares_are_sums_over_the_members_that_are_known(
    households: list[int | None], reached: int, cut: int
) -> None:
    project = town(
        compounds=compounds({f"C{n}": h for n, h in enumerate(households)}),
        facilities=facilities(),
        roads=roads(),
    )
    groups = {"Z01": range(cut), "Z02": range(cut, 10)}
    clusters = tuple(
        Cluster(z, n, "", tuple(COMPOUNDS[i] for i in r)) for n, (z, r) in enumerate(groups.items(), 1)
    )
    project = replace(project, grouping=Grouping(clusters=clusters))
    found = covered(project, walks(project, reached))
    assert len(found) == 2 * len(NINE_KINDS)
    for zone, members in groups.items():
        known = {n: h for n in members if (h := households[n]) is not None}
        served = sum(h for n, h in known.items() if n < reached)
        row = found[zone, "toilet"]
        assert row["households"] == (sum(known.values()) if known else None)
        assert row["reached_households"] == (served if known else None)
        assert row["share"] == (served / sum(known.values()) if sum(known.values()) else None)
        assert row["existence"] == any(n < reached for n in members)


def test_a_compound_counts_through_its_buildings_where_all_have_households() -> None:
    shapes = {f"B{n}": shapely.box(n * 10 + 1, 410, n * 10 + 9, 420) for n in range(3)}
    buildings = layer_from("buildings", shapes, households={"B0": 2, "B1": 3, "B2": 5})
    project = town(buildings=buildings, facilities=facilities(), roads=roads())
    coverage = walks(project, 10)
    only_first = coverage["unit_id"].isin(["buildings/B0"])
    coverage["reached"] = [bool(r) if u.startswith("compounds") else bool(o) for r, u, o in
                           zip(coverage["reached"], coverage["unit_id"], only_first, strict=True)]  # fmt: skip
    row = covered(project, coverage)["Z01", "parcel"]
    assert (row["households"], row["reached_households"]) == (100, 92)


def test_compounds_outside_clusters_and_parcels_count_in_no_cluster() -> None:
    parcels = layer_from("parcels", {"P1": shapely.box(0, 0, 50, 50)}, households=500)
    project = town(parcels=parcels, facilities=facilities(), roads=roads())
    project = replace(project, grouping=Grouping(clusters=(Cluster("Z01", 1, "", COMPOUNDS[:4]),)))
    row = covered(project, walks(project, 10))["Z01", "library"]
    assert (row["households"], row["share"]) == (40, 1.0)


def test_what_was_never_surveyed_is_unknown_and_not_zero() -> None:
    project = town(complete=frozenset(), facilities=facilities("toilet"), roads=roads())
    found = covered(project, walks(project, {"toilet": 3}))
    seen, unseen = found["Z01", "toilet"], found["Z01", "library"]
    assert (seen["reached_households"], seen["share"], seen["existence"]) == (30, 0.3, True)
    assert unseen == {"cluster_id": "Z01", "kind": "library", "households": 100, "reached_households": None,
                      "share": None, "existence": None}  # fmt: skip
    declared = replace(project, complete=frozenset({"facilities"}))
    assert covered(declared, walks(project, 0))["Z01", "library"]["share"] == 0.0


def test_without_roads_what_is_reached_is_a_proof_and_the_rest_is_unknown() -> None:
    project = town(facilities=facilities())
    assert kind_doubt(project, "toilet") == {"code": "not_loaded", "layer": "roads"}
    found = covered(project, walks(project, {"toilet": 1}))
    assert (found["Z01", "toilet"]["existence"], found["Z01", "toilet"]["share"]) == (True, None)
    assert found["Z01", "library"]["existence"] is None


def test_coverage_that_was_not_measured_leaves_everything_open() -> None:
    project = town(facilities=facilities(), roads=roads())
    row = covered(project, walks(project, assessed=False))["Z01", "toilet"]
    assert (row["households"], row["share"], row["existence"]) == (100, None, None)


def test_a_project_without_clusters_has_no_rows() -> None:
    project = replace(town(facilities=facilities(), roads=roads()), grouping=Grouping())
    assert covered(project, walks(project, 3)) == {}
