"""Who walks to each facility: the distances of coverage, from each facility alone."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from maps import compounds_from, facilities_from, layer_from, project_of, roads_from
from reference import recompute_catchments
from shared_town import RULES, share_town, shared_town
from walks import exported, walks_in

from gis_planner.analysis import catchment_kernel, catchment_plain, catchments
from gis_planner.analysis.catchments import (
    Catchments,
    find_doorsteps,
    measure_catchments,
    replace_catchments,
)
from gis_planner.model.choices import CAPACITY_KINDS
from gis_planner.model.project import Project
from gis_planner.model.rules import Rules
from gis_planner.model.tables import take


def by_name(found: Catchments) -> dict[str, dict[str, float]]:
    return {
        facility: {
            found.unit_ids[found.unit[k]]: float(found.distance_m[k])
            for k in range(found.first[row], found.first[row + 1])
        }
        for row, facility in enumerate(found.facility_ids)
    }


def measured(project: Project, rules: Rules = RULES, **options: Any) -> Catchments:
    walks = walks_in(project, rules, kinds=CAPACITY_KINDS)
    doorsteps = find_doorsteps(walks.network, walks.units, walks.found.access)
    return measure_catchments(
        doorsteps, walks.found.facilities, walks.found.access, walks.found.direct, rules, **options
    )


def assert_same(one: Catchments, other: Catchments) -> None:
    assert one.facility_ids == other.facility_ids
    assert one.unit_ids == other.unit_ids
    np.testing.assert_array_equal(one.first, other.first)
    np.testing.assert_array_equal(one.unit, other.unit)
    np.testing.assert_array_equal(one.distance_m, other.distance_m)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**20))
def test_catchments_equal_an_independent_recomputation(seed: int) -> None:
    town = share_town(shared_town(seed))
    nodes, edges = exported(town.walks.network)
    found = town.walks.found
    expected = recompute_catchments(
        nodes, edges, found.facilities, found.access, found.direct, RULES.limit_m, CAPACITY_KINDS
    )
    actual = by_name(town.catchments)
    assert set(actual) == set(expected)
    for facility, walks in expected.items():
        # At the very limit rounding decides; nobody else may be missing or too many.
        for unit in set(walks) ^ set(actual[facility]):
            assert walks.get(unit, actual[facility].get(unit)) == pytest.approx(RULES.limit_m, abs=1e-6)
        for unit in set(walks) & set(actual[facility]):
            assert actual[facility][unit] == pytest.approx(walks[unit], abs=1e-6)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**20))
def test_the_nearest_of_a_kind_is_what_coverage_states_to_the_last_bit(seed: int) -> None:
    town = share_town(shared_town(seed))
    nearest: dict[tuple[str, str], float] = {}
    kinds = dict(
        zip(town.walks.found.facilities["facility_id"], town.walks.found.facilities["kind"], strict=True)
    )
    for facility, walks in by_name(town.catchments).items():
        for unit, metres in walks.items():
            cell = (unit, kinds[facility])
            nearest[cell] = min(metres, nearest.get(cell, np.inf))
    served = town.walks.coverage[town.walks.coverage["reached"].astype(bool)]
    stated = {
        (u, k): d for u, k, d in zip(served["unit_id"], served["kind"], served["distance_m"], strict=True)
    }
    assert nearest == stated


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**20))
def test_the_plain_search_equals_the_compiled_one_to_the_last_bit(seed: int) -> None:
    project = shared_town(seed)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(catchments, "load_search", lambda *_: catchment_plain.search_catchments)
        plain = measured(project)
    assert catchments.load_search() is catchment_kernel.search_catchments
    assert_same(measured(project), plain)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**20), st.data())
def test_a_facility_measured_alone_has_its_rows_among_all(seed: int, data: st.DataObject) -> None:
    project = shared_town(seed)
    everything = measured(project)
    some = data.draw(st.sets(st.sampled_from(everything.facility_ids)))
    alone = measured(project, only=some)
    assert alone.facility_ids == tuple(sorted(some))
    whole = by_name(everything)
    assert by_name(alone) == {facility: whole[facility] for facility in some}
    rest = measured(project, only=set(everything.facility_ids) - some)
    assert_same(replace_catchments(rest, alone), everything)
    assert_same(replace_catchments(everything, alone), everything)
    assert_same(replace_catchments(everything, measured(project, only=()), gone=some), rest)


def test_catchments_of_different_units_are_not_joined() -> None:
    one, other = measured(shared_town(1)), measured(shared_town(2))
    with pytest.raises(ValueError, match="different units"):
        replace_catchments(one, other)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 2**20), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(seed: int, random: Any) -> None:
    town = shared_town(seed)
    turned = {}
    for name in town.loaded:
        order = list(range(len(town.table(name))))
        random.shuffle(order)
        turned[name] = take(town.table(name), order)
    assert_same(measured(town), measured(replace(town, tables={**town.tables, **turned})))


def test_moving_the_town_changes_no_distance() -> None:
    town = shared_town(11)
    moved = {
        name: town.table(name).set_geometry(town.table(name).geometry.translate(437123.4, 3823456.7))
        for name in town.loaded
    }
    here, there = measured(town), measured(replace(town, tables={**town.tables, **moved}))
    np.testing.assert_array_equal(here.first, there.first)
    np.testing.assert_array_equal(here.unit, there.unit)
    np.testing.assert_allclose(here.distance_m, there.distance_m, rtol=0, atol=1e-6)


def test_only_what_counts_and_is_shared_has_a_catchment() -> None:
    roads = roads_from({"R1": [(0, 0), (500, 0)]})
    compounds = layer_from("compounds", {"A": shapely.box(100, 10, 101, 20)}, name="A")
    facilities = facilities_from(
        {
            "F1": ("parking", 200, 0),
            "F2": ("parking", 150, 0),
            "F3": ("toilet", 150, 0),
            "F4": ("parking", 120, 0),
            "F5": ("parking", 120, 300),
        },
        status={"F1": "existing", "F2": "closed", "F4": "proposed"},
    )
    found = by_name(measured(project_of(compounds=compounds, facilities=facilities, roads=roads)))
    assert found == {"F1": {"compounds/A": 109.0}, "F4": {"compounds/A": 29.0}, "F5": {}}


def test_the_limit_is_kept_to_the_letter_and_the_straight_walk_counts() -> None:
    roads = roads_from({"R1": [(0, 0), (5000, 0)]})
    compounds = layer_from("compounds", {"A": shapely.box(100, 10, 101, 20)}, name="A")
    facilities = facilities_from({"F1": ("parking", 1091.0, 0), "F2": ("parking", 1091.01, 0)})
    project = project_of(compounds=compounds, facilities=facilities, roads=roads)
    assert by_name(measured(project, Rules())) == {"F1": {"compounds/A": 1000.0}, "F2": {}}

    entrances = layer_from("entrances", {"E1": shapely.Point(25, 0)}, status="closed")
    inside = project_of(
        compounds=compounds_from("A"),
        buildings=layer_from("buildings", {"B1": shapely.box(5, 5, 10, 10)}),
        entrances=entrances,
        facilities=facilities_from({"F1": ("parking", 10, 40)}),
        roads=roads,
    )
    assert by_name(measured(inside)) == {"F1": {"buildings/B1": 30.0, "compounds/A": 10.0}}


def test_an_empty_town_has_no_catchments() -> None:
    found = measured(project_of())
    assert (found.facility_ids, found.unit_ids, found.first.tolist(), len(found.unit)) == ((), (), [0], 0)


def test_inputs_stay_as_they_were() -> None:
    walks = walks_in(shared_town(3), RULES, kinds=CAPACITY_KINDS)
    copies = [
        pd.DataFrame(t).copy() for t in (walks.found.facilities, walks.found.access, walks.found.direct)
    ]
    measure_catchments(
        find_doorsteps(walks.network, walks.units, walks.found.access),
        walks.found.facilities,
        walks.found.access,
        walks.found.direct,
        RULES,
    )
    for before, after in zip(
        copies, (walks.found.facilities, walks.found.access, walks.found.direct), strict=True
    ):
        pd.testing.assert_frame_equal(before, pd.DataFrame(after))
