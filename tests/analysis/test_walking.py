from __future__ import annotations

import tracemalloc
from collections.abc import Sequence

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

from gis_planner.analysis import walking
from gis_planner.analysis.clustering.pair_walks import keep_walks
from gis_planner.analysis.walking import measure_walks
from gis_planner.model.results import Network
from gis_planner.model.tables import Frame


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 2**20))
def test_walks_between_units_equal_an_independent_recomputation(seed: int) -> None:
    walks = walks_in(small_town(seed, blocks=4, with_parcels=False))
    units = [u for u in walks.units["unit_id"] if u.startswith("compounds/")]
    measured = table_of(walks.network, walks.found.access, units, limit_m=400.0)
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


def table_of(network: Network, access: Frame, units: Sequence[str], *, limit_m: float) -> np.ndarray:
    """Give the walks as a table, in the order of these units."""
    walks, names = measure_walks(network, access, units, limit_m=limit_m), sorted(units)
    return walks.among([names.index(unit) for unit in units])


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
    walks = table_of(network, access, ["compounds/B", "compounds/C", "compounds/A"], limit_m=1000.0)
    expected = [[0, np.nan, 100], [np.nan, 0, np.nan], [100, np.nan, 0]]
    np.testing.assert_array_equal(walks, expected)


def test_beyond_the_limit_a_walk_is_unknown() -> None:
    network, access = three_compounds()
    units = ["compounds/A", "compounds/B"]
    assert table_of(network, access, units, limit_m=100.0)[0, 1] == 100.0
    assert np.isnan(table_of(network, access, units, limit_m=99.0)[0, 1])


def test_a_unit_that_nobody_knows_is_unknown() -> None:
    network, access = three_compounds()
    assert np.isnan(table_of(network, access, ["compounds/A", "compounds/Z"], limit_m=1e6)[0, 1])


def test_no_units_give_an_empty_table() -> None:
    network, access = three_compounds()
    assert table_of(network, access, [], limit_m=100.0).shape == (0, 0)


@pytest.mark.parametrize("rows", [1, 3, 1000])
def test_the_blocks_that_are_measured_at_a_time_change_no_bit(
    monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    walks = walks_in(small_town(7))
    units = [str(u) for u in walks.units["unit_id"]]
    whole = measure_walks(walks.network, walks.found.access, units, limit_m=300.0)
    monkeypatch.setattr(walking, "_BLOCK_BYTES", 8 * len(units) * rows)
    found = measure_walks(walks.network, walks.found.access, units, limit_m=300.0)
    for name in ("first", "to", "metres", "known"):
        np.testing.assert_array_equal(getattr(found, name), getattr(whole, name))


def test_walks_are_kept_as_from_a_full_table() -> None:
    walks = walks_in(small_town(3))
    units = sorted(str(u) for u in walks.units["unit_id"])
    found = measure_walks(walks.network, walks.found.access, units, limit_m=250.0)
    kept = keep_walks(found.among(range(len(units))), found.known)
    for name in ("first", "to", "metres", "known"):
        np.testing.assert_array_equal(getattr(found, name), getattr(kept, name))
    joined = set(walks.found.access["owner_id"][walks.found.access["owner_type"] == "unit"])
    assert found.known.tolist() == [unit in joined for unit in units]
    assert (found.first[1:] - found.first[:-1]).max() < len(units) - 1, "else nothing was left out"


def test_no_table_of_all_pairs_is_made() -> None:
    """A long street of many compounds, each near a few: what is taken grows with those, not with all pairs."""
    n = 3000
    shapes = {f"C{k:05d}": shapely.box(100 * k, 5, 100 * k + 50, 45) for k in range(n)}
    network, access = _laid(shapes, [(-50.0, 0.0), (100.0 * n, 0.0)])
    units = [f"compounds/{name}" for name in shapes]
    tracemalloc.start()
    walks = measure_walks(network, access, units, limit_m=320.0)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(walks.to) == 2 * sum(n - k for k in (1, 2, 3))
    assert peak < 8 * n * n / 3, f"{peak / 1e6:.0f} MB"


def _laid(shapes: dict[str, shapely.Polygon], street: list[tuple[float, float]]) -> tuple[Network, Frame]:
    compounds = layer_from("compounds", shapes, name="x")
    walks = walks_in(project_of(compounds=compounds, roads=roads_from({"R": street})))
    return walks.network, walks.found.access


def test_the_plain_engine_gives_the_same_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    walks = walks_in(small_town(7))
    units = [str(u) for u in walks.units["unit_id"]]
    compiled = table_of(walks.network, walks.found.access, units, limit_m=300.0)
    hide_numba(monkeypatch)
    plain = table_of(walks.network, walks.found.access, units, limit_m=300.0)
    np.testing.assert_array_equal(compiled, plain)
    assert np.isfinite(compiled).mean() > 0.05
