from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from maps import layer_from, project_of, roads_from
from reference import recompute_coverage
from towns import small_town
from walks import exported, hide_numba, walks_in

from gis_planner.analysis.walking import measure_walks
from gis_planner.model.results import Network
from gis_planner.model.tables import Frame


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 2**20))
def test_walks_between_units_equal_an_independent_recomputation(seed: int) -> None:
    walks = walks_in(small_town(seed, blocks=4, with_parcels=False))
    units = [u for u in walks.units["unit_id"] if u.startswith("compounds/")]
    measured = measure_walks(walks.network, walks.found.access, units, limit_m=400.0)
    nodes, edges = exported(walks.network)
    access = pd.DataFrame(walks.found.access)
    none = pd.DataFrame({"unit_id": [], "facility_id": [], "length_m": []})
    for row, goal in enumerate(units):
        as_facility = access[access["owner_id"] == goal].assign(owner_type="facility")
        table = pd.concat([access[access["owner_type"] == "unit"], as_facility])
        target = pd.DataFrame({"facility_id": [goal], "kind": ["goal"], "counted": [True]})
        expected = recompute_coverage(nodes, edges, walks.units, target, table, none, 400.0)
        for column, unit in enumerate(units):
            want = 0.0 if unit == goal else expected[unit, "goal"]
            got = measured[row, column]
            assert np.isnan(got) if want is None else got == pytest.approx(want, abs=1e-6)


def three_compounds() -> tuple[Network, Frame]:
    shapes = {
        "A": shapely.box(0, 5, 10, 15),
        "B": shapely.box(100, 5, 110, 15),
        "C": shapely.box(0, 500, 10, 510),
    }
    walks = walks_in(
        project_of(
            compounds=layer_from("compounds", shapes, name="x"), roads=roads_from({"R": [(-50, 0), (900, 0)]})
        )
    )
    return walks.network, walks.found.access


def test_walks_are_symmetric_zero_to_oneself_and_unknown_without_access() -> None:
    network, access = three_compounds()
    walks = measure_walks(network, access, ["compounds/B", "compounds/C", "compounds/A"], limit_m=1000.0)
    expected = [[0, np.nan, 100], [np.nan, 0, np.nan], [100, np.nan, 0]]
    np.testing.assert_array_equal(walks, expected)


def test_beyond_the_limit_a_walk_is_unknown() -> None:
    network, access = three_compounds()
    units = ["compounds/A", "compounds/B"]
    assert measure_walks(network, access, units, limit_m=100.0)[0, 1] == 100.0
    assert np.isnan(measure_walks(network, access, units, limit_m=99.0)[0, 1])


def test_a_unit_that_nobody_knows_is_unknown() -> None:
    network, access = three_compounds()
    assert np.isnan(measure_walks(network, access, ["compounds/A", "compounds/Z"], limit_m=1e6)[0, 1])


def test_no_units_give_an_empty_table() -> None:
    network, access = three_compounds()
    assert measure_walks(network, access, [], limit_m=100.0).shape == (0, 0)


def test_the_plain_engine_gives_the_same_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    walks = walks_in(small_town(7))
    units = [str(u) for u in walks.units["unit_id"]]
    compiled = measure_walks(walks.network, walks.found.access, units, limit_m=300.0)
    hide_numba(monkeypatch)
    plain = measure_walks(walks.network, walks.found.access, units, limit_m=300.0)
    np.testing.assert_array_equal(compiled, plain)
    assert np.isfinite(compiled).mean() > 0.05
