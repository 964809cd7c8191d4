"""What of a capacity falls to a cluster, and that it is figures of the whole study."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import pytest
import shapely
from maps import facilities_from, layer_from, project_of, roads_from
from walks import walks_in

from gis_planner.analysis.cluster_capacity import measure_capacity
from gis_planner.analysis.study import study
from gis_planner.io.read_standard import read_profiles, read_standard
from gis_planner.model.clusters import Cluster, Grouping
from gis_planner.model.project import Project
from gis_planner.model.results import Results

KINDS = ("charging", "elder_care", "medical", "parking")


def street_town(
    households: dict[str, int | None],
    places: dict[str, tuple[str, float, float]],
    *,
    complete: bool = True,
    **columns: Any,
) -> Project:
    """Compounds A, B … every 400 m along one street, each 10 m off it; A and B are Z01, the others Z02."""
    shapes = {
        name: shapely.box(400.0 * k, 10, 400.0 * k + 20, 30) for k, name in enumerate(sorted(households))
    }
    project = project_of(
        compounds=layer_from("compounds", shapes, name="小区", households=households),
        roads=roads_from({"R1": [(-100, 0), (400.0 * len(shapes), 0)]}),
        facilities=facilities_from(places, **columns),
    )
    names = sorted(households)
    clusters = (Cluster("Z01", 1, "", tuple(names[:2])), Cluster("Z02", 2, "", tuple(names[2:])))
    return replace(
        project,
        grouping=Grouping(clusters=clusters),
        complete=frozenset({"facilities", "roads"}) if complete else frozenset(),
    )


def sums(project: Project, *, assessed: bool = True) -> dict[tuple[str, str], dict[str, Any]]:
    walks = walks_in(project, project.rules)
    _, table = measure_capacity(project, walks.network, walks.units, walks.found, assessed=assessed)
    assert list(table.columns) == [
        "cluster_id", "kind", "capacity", "share", "state", "facilities", "facilities_unknown", "households_unknown",
    ]  # fmt: skip
    keys = list(zip(table["cluster_id"], table["kind"], strict=True))
    assert keys == sorted(keys)
    rows = table.astype(object).where(table.notna(), None).to_dict("records")
    return dict(
        zip(
            keys, [{k: v for k, v in r.items() if k not in ("cluster_id", "kind")} for r in rows], strict=True
        )
    )


def test_a_cluster_has_the_mean_of_its_households_and_all_that_it_reaches() -> None:
    # F lies 10 m from A's outline, 370 + 10 m from B's and 770 + 10 m from C's.
    project = street_town({"A": 10, "B": 50, "C": 100}, {"F": ("parking", 30, 0)}, capacity={"F": 66.0})
    # demand: 10 · 1 + 50 · 0.68 + 100 · 0.22 = 66; shares 1, 0.68 and 0.22
    found = sums(project)
    first, second = found["Z01", "parking"], found["Z02", "parking"]
    assert first["share"] == pytest.approx((10 * 1.0 + 50 * 0.68) / 60, rel=1e-12)
    assert second["share"] == pytest.approx(0.22, rel=1e-12)
    for row in (first, second):
        assert (row["capacity"], row["state"], row["facilities"], row["facilities_unknown"]) == (
            66.0,
            "exact",
            1,
            0,
        )
    assert found["Z01", "medical"] == {
        "capacity": None, "share": None, "state": "not_assessed", "facilities": None, "facilities_unknown": None,
        "households_unknown": None,
    }  # fmt: skip


def test_a_cluster_without_one_in_reach_has_a_true_nothing() -> None:
    project = street_town(
        {"A": 10, "B": 50, "C": 5, "D": 5, "E": 5}, {"F": ("parking", 1500, 0)}, capacity={"F": 10.0}
    )
    rules = project.rules.with_value("limit_m", 300)
    found = sums(replace(project, rules=rules))
    assert found["Z01", "parking"] == {
        "capacity": 0.0, "share": 0.0, "state": "out_of_reach", "facilities": 0, "facilities_unknown": 0,
        "households_unknown": 0,
    }  # fmt: skip
    assert found["Z02", "parking"]["state"] == "exact"


def test_unknown_capacities_and_households_are_counted_and_bound_the_share() -> None:
    places = {"F": ("parking", 30, 0), "G": ("parking", 430, 0)}
    lacking = sums(street_town({"A": 10, "B": 50, "C": 100}, places, capacity={"F": 66.0}))["Z01", "parking"]
    assert (lacking["capacity"], lacking["facilities"], lacking["facilities_unknown"]) == (66.0, 2, 1)
    assert lacking["state"] == "at_least"
    assert lacking["share"] == pytest.approx(44 / 60, rel=1e-12)

    nameless = sums(street_town({"A": 10, "B": 50, "C": None}, {"F": places["F"]}, capacity={"F": 44.0}))
    assert nameless["Z01", "parking"]["state"] == "at_most"
    assert nameless["Z01", "parking"]["households_unknown"] == 1
    assert nameless["Z01", "parking"]["share"] == pytest.approx(44 / 60, rel=1e-12)
    assert nameless["Z02", "parking"]["share"] is None
    assert nameless["Z02", "parking"]["state"] == "no_households"

    nothing = sums(street_town({"A": 10, "B": 50, "C": 100}, places))["Z01", "parking"]
    assert (nothing["share"], nothing["capacity"], nothing["state"]) == (None, None, "not_assessed")
    assert (nothing["facilities"], nothing["facilities_unknown"]) == (2, 2)


def test_only_facilities_of_unknown_capacity_in_reach_give_no_figure() -> None:
    project = street_town(
        {"A": 10, "B": 50, "C": 100}, {"F": ("parking", 30, 0), "G": ("parking", 830, 0)}, capacity={"G": 9.0}
    )
    found = sums(replace(project, rules=project.rules.with_value("limit_m", 250)))["Z01", "parking"]
    # B reaches none and A one whose capacity is unknown: a sum of nothing would look like a figure.
    assert (found["share"], found["capacity"], found["state"]) == (None, None, "capacity_unknown")


def test_a_proposed_one_alone_is_at_least_and_nobody_else_has_a_nothing() -> None:
    project = street_town(
        {"A": 10, "B": 50, "C": 100}, {"F": ("parking", 30, 0)}, complete=False,
        capacity={"F": 20.0}, status={"F": "proposed"},
    )  # fmt: skip
    found = sums(replace(project, rules=project.rules.with_value("limit_m", 250)))
    assert found["Z01", "parking"]["state"] == "at_least"
    assert (found["Z02", "parking"]["share"], found["Z02", "parking"]["state"]) == (None, "not_assessed")


def test_without_streets_nothing_is_said() -> None:
    project = street_town({"A": 10, "B": 50, "C": 100}, {"F": ("parking", 30, 0)}, capacity={"F": 66.0})
    assert {(row["share"], row["state"]) for row in sums(project, assessed=False).values()} == {
        (None, "not_assessed")
    }


def studied(project: Project) -> Results:
    return study(project, read_standard("sanhe_sanzheng_jiuyou"), read_profiles()["LN"])


def test_a_study_holds_the_shares_in_its_fingerprint_and_no_verdict_changes_by_them() -> None:
    places = {"F": ("parking", 30, 0), "G": ("parking", 430, 0)}
    households = {"A": 10, "B": 50, "C": 100}
    plain = studied(street_town(households, places))
    given = studied(street_town(households, places, capacity={"F": 66.0, "G": 1.0}))
    body = given.to_json()
    assert len(body["capacity"]) == 3 * len(KINDS)
    assert len(body["cluster_capacity"]) == 2 * len(KINDS)
    assert [(v.cluster_id, v.element, v.status, v.value) for v in plain.verdicts] == [
        (v.cluster_id, v.element, v.status, v.value) for v in given.verdicts
    ]
    told = given.verdict("Z01", "KY8").evidence["capacity"]
    assert (told["state"], told["capacity"], told["facilities"]) == ("exact", 67.0, 2)
    assert plain.verdict("Z01", "KY8").evidence["capacity"]["share_per_household"] is None
    with_capacity = {v.element for v in given.verdicts if "capacity" in v.evidence}
    assert with_capacity == {"KY2", "KY3", "KY8", "KY9"}


def test_where_a_survey_may_not_reach_a_share_is_at_least_that_and_nothing_is_unknown() -> None:
    near = {"F": ("parking", 30, 0), "G": ("parking", 40, 0)}
    project = street_town({"A": 10, "B": 50, "C": 100, "D": 9, "E": 9}, near, capacity=66.0, complete=False)
    results = studied(replace(project, rules=project.rules.with_value("limit_m", 450)))
    table = results.cluster_capacity
    far = table[(table["cluster_id"] == "Z02") & (table["kind"] == "parking")].iloc[0]
    assert (far["share"], far["state"]) == (0.0, "out_of_reach")
    told = results.verdict("Z02", "KY8").evidence["capacity"]
    assert (told["share_per_household"], told["state"], told["capacity"]) == (None, "not_assessed", None)


def test_the_sample_shares_out_what_its_facilities_hold(made_sample: Any) -> None:
    from gis_planner.workflow.open_project import open_project
    from gis_planner.workflow.studying import run_study

    opened = open_project(made_sample)
    try:
        results = run_study(opened.project)
    finally:
        opened.close()
    table = opened.project.table("facilities")
    working = table[(table["status"] != "closed") & (table["kind"] == "elder_care")]
    held = dict(zip(working["id"], working["capacity"], strict=True))
    shares = results.capacity[results.capacity["kind"] == "elder_care"].set_index("unit_id")["share"]
    units = results.units.set_index("unit_id")
    counted = units[units["counted"]]
    people = pd.to_numeric(counted["households"]).fillna(0).astype(float)
    assert (people * shares[counted.index]).sum() == pytest.approx(sum(held.values()), rel=1e-9)
    assert sum(held.values()) == 64.0  # 16 + 30 + 18; the one with 24 is closed
