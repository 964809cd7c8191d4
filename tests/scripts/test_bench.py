"""The bench runs, says what it measured, and its exit code tells whether a target is missed."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import networkx
import numpy as np
import pytest
import shapely

from bench_parts.edit_rows import check_against_anew
from bench_parts.feedback import dense_town, feedback_row
from bench_parts.layout_rows import find_arrays
from bench_parts.peer_child import PEERS
from bench_parts.peers import Outcome, run_peer, search_with_scipy
from bench_parts.qgis_peer import qgis_row
from bench_parts.read_streets import read_streets
from bench_parts.search_rows import goal_beside_scipy, search_all_kinds
from bench_parts.streets import Streets, draw_streets, place_facilities
from bench_parts.table import Row, compare, keep_share, keep_within, leave_out, show, summarise
from bench_parts.town import build_town, lay_out_coverage
from gis_planner.analysis.access import find_access
from gis_planner.analysis.barriers import collect_barriers
from gis_planner.analysis.coverage import live_coverage
from gis_planner.analysis.live_arcs import LiveArcs
from gis_planner.analysis.network import build_network
from gis_planner.model.choices import NINE_KINDS
from gis_planner.model.tables import texts

ROOT = Path(__file__).resolve().parents[2]


def run_bench(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "bench.py"), *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )


@pytest.mark.parametrize("seed", [0, 1])
def test_streets_hang_together_and_are_longer_than_straight(seed: int) -> None:
    streets = draw_streets(400, seed=seed)
    assert streets.xy is not None
    straight = np.hypot(*(streets.xy[streets.edge_from] - streets.xy[streets.edge_to]).T)
    assert (streets.length_m >= straight).all()
    graph = networkx.Graph(zip(streets.edge_from.tolist(), streets.edge_to.tolist(), strict=True))
    assert sorted(graph) == list(range(streets.nodes))
    assert networkx.is_connected(graph)


def test_the_same_streets_are_drawn_again() -> None:
    one, other = draw_streets(400), draw_streets(400)
    assert np.array_equal(one.length_m, other.length_m)
    assert all(
        np.array_equal(a, b) for a, b in zip(place_facilities(400), place_facilities(400), strict=True)
    )


def test_our_search_scipy_and_networkx_agree() -> None:
    streets = draw_streets(900)
    # A street beside another and a loop: scipy must take the shorter one and networkx both.
    streets = Streets(
        np.append(streets.edge_from, [streets.edge_from[0], 5]),
        np.append(streets.edge_to, [streets.edge_to[0], 5]),
        np.append(streets.length_m, [streets.length_m[0] / 2.0, 1.0]),
        streets.nodes,
    )
    places = place_facilities(streets.nodes)
    arcs = LiveArcs(streets.nodes, streets.edge_from, streets.edge_to, streets.length_m)
    own = search_all_kinds(arcs, places, 400.0)
    beside = search_with_scipy(streets)(places, 400.0)
    networkx_found = run_peer("networkx", streets, places, 400.0, seconds=60.0)
    assert isinstance(networkx_found, Outcome), networkx_found
    for mine, scipys, theirs in zip(own, beside, networkx_found.distances, strict=True):
        assert np.isinf(mine).any()
        assert np.array_equal(mine, scipys)
        assert np.array_equal(np.isinf(mine), np.isinf(theirs))
        assert np.allclose(mine[np.isfinite(mine)], theirs[np.isfinite(mine)], rtol=0.0, atol=1e-6)


def test_a_peer_that_is_missing_or_slow_is_said_to_be() -> None:
    streets = draw_streets(400)
    places = place_facilities(streets.nodes)
    missing = [name for name in PEERS if importlib.util.find_spec(name) is None]
    for name in missing:
        assert run_peer(name, streets, places, 400.0, seconds=60.0) == "not installed"
    assert run_peer("networkx", streets, places, 400.0, seconds=0.01) == "did not finish in 0.01 s"


def test_a_town_has_what_a_study_needs() -> None:
    streets = draw_streets(2500)
    town = build_town(streets, place_facilities(streets.nodes), clusters=4, parcels=50)
    project = town.project
    assert len(project.table("compounds")) == 20 * len(project.grouping.clusters)
    assert set(town.footprints) == {cluster.id for cluster in project.grouping.clusters}
    shapes = dict(zip(project.table("compounds")["id"], project.table("compounds").geometry, strict=True))
    for cluster in project.grouping.clusters:
        together = shapely.buffer(np.array([shapes[name] for name in cluster.members], dtype=object), 10.0)
        assert shapely.union_all(together).geom_type == "Polygon"


def test_a_town_is_laid_out_as_the_program_would() -> None:
    streets = draw_streets(2500)
    town = build_town(streets, place_facilities(streets.nodes), clusters=4, parcels=50)
    network, issues = build_network(town.project.table("roads"), town.project.rules)
    assert not issues
    assert np.array_equal(network.xy, town.network.xy)
    assert np.array_equal(network.edge_from, town.network.edge_from)
    assert np.array_equal(network.edge_to, town.network.edge_to)
    assert np.allclose(network.walk_m, town.network.walk_m, rtol=0.0, atol=1e-9)
    assert network.road_ids == town.network.road_ids
    reach = find_access(town.project, network, town.units, collect_barriers(town.project), town.project.rules)
    # The program joins an owner to the same edges; where a street runs along an outline it has more points on it.
    columns = ["owner_type", "owner_id", "edge_id"]
    assert {*map(tuple, reach.access[columns].to_numpy())} == {
        *map(tuple, town.reach.access[columns].to_numpy())
    }
    shortest = reach.access.groupby(columns)["leg_m"].min()
    own = town.reach.access.set_index(columns)["leg_m"].loc[shortest.index]
    assert np.allclose(own.to_numpy(), shortest.to_numpy(), rtol=0.0, atol=1e-6)
    names = sorted(str(unit) for unit in texts(town.units, "unit_id"))
    given = live_coverage(
        network,
        names,
        reach.facilities,
        reach.access,
        reach.direct,
        kinds=sorted(NINE_KINDS),
        search_max_m=3000.0,
    )
    assert given.facility_ids == lay_out_coverage(town).facility_ids


def test_distances_that_were_not_kept_up_to_date_stop_the_bench() -> None:
    streets = draw_streets(2500)
    live = lay_out_coverage(build_town(streets, place_facilities(streets.nodes), clusters=4, parcels=50))
    check_against_anew(live)
    live.shortest(0)[0] += 1.0
    with pytest.raises(ValueError, match="kind 0"):
        check_against_anew(live)


def test_arrays_are_counted_once_and_views_as_what_they_show() -> None:
    whole = np.zeros(10)
    assert [array.nbytes for array in find_arrays({"a": whole, "b": [whole, whole[:3]]})] == [80]


def test_targets_decide() -> None:
    met, missed = (
        compare("x", "n", 1.0, "scipy", 2.0, at_least=2.0),
        compare("x", "n", 1.0, "scipy", 1.9, at_least=2.0),
    )
    assert (met.missed, missed.missed) == (False, True)
    assert [keep_within("x", "n", ms, "ms", at_most=16.0).missed for ms in (16.0, 16.1)] == [False, True]
    assert [keep_share("x", "n", s, "y", 1.0, at_most=3.0).missed for s in (3.0, 3.1)] == [False, True]
    assert leave_out("x", "n", "why", target="≤ 5 s").missed  # what was not measured is not met
    assert not leave_out("x", "n", "not installed", peer="igraph").missed
    assert summarise([met, missed]) == "1 of 2 targets are met, 1 missed, 0 not measured."
    assert summarise([met]) == "All 1 targets are met."


def test_every_size_has_its_target() -> None:
    sizes = (2_000, 20_000, 200_000, 1_000_000)
    assert [goal_beside_scipy(nodes, 1000.0) for nodes in sizes] == [None, 1.5, 2.0, 3.0]
    assert [goal_beside_scipy(nodes, 3000.0) for nodes in sizes] == [None, None, 2.0, 2.0]


def test_the_table_says_figures_targets_and_notes() -> None:
    rows = [
        compare("searching", "20 nodes", 0.02, "scipy", 0.05, at_least=2.0, note="equal [exactly]"),
        Row("else", "20 nodes", 250.0, "MB", target="≤ 200 MB", met=False),
        leave_out("searching", "20 nodes", "not installed", peer="igraph"),
    ]
    stream = StringIO()
    show(rows, stream)
    shown = stream.getvalue()
    for text in ("20.00 ms", "50.00 ms", "2.50 ×", "≥ 2 ×", "yes", "250 MB", "NO"):
        assert text in shown
    assert "[1] equal [exactly]" in shown
    assert "[2] not installed" in shown


def test_a_network_out_of_arrays_is_put_in_order(tmp_path: Path) -> None:
    streets = draw_streets(400)
    assert streets.xy is not None
    mixed = np.random.default_rng(0).permutation(streets.nodes)
    xy = np.empty_like(streets.xy)
    xy[mixed] = streets.xy
    path = tmp_path / "town.npz"
    np.savez(path, u=mixed[streets.edge_from], v=mixed[streets.edge_to], length=streets.length_m, xy=xy)
    found = read_streets(path)
    assert found.xy is not None
    assert np.array_equal(found.xy, streets.xy)
    assert np.array_equal(found.edge_from, streets.edge_from)
    np.savez(path, u=streets.edge_from, v=streets.edge_to)
    with pytest.raises(ValueError, match="lacks the arrays length"):
        read_streets(path)


def test_the_quick_run_prints_every_row_and_its_exit_code_says_what_was_missed(tmp_path: Path) -> None:
    out = tmp_path / "bench.json"
    done = run_bench("coverage", "--quick", "--json", str(out))
    assert done.returncode in (0, 1), done.stderr
    held = json.loads(out.read_text(encoding="utf-8"))
    aimed = [row for row in held["rows"] if row["target"]]
    missed = [row for row in aimed if row["met"] is not True]
    assert held["missed"] == len(missed)
    assert done.returncode == (1 if missed else 0)
    beside = next(row for row in held["rows"] if row["peer"] == "scipy")
    assert beside["own"] > 0.0
    assert beside["ratio"] == pytest.approx(beside["peer_value"] / beside["own"])
    assert beside["note"].startswith("equal bit for bit")
    for row in held["rows"]:
        assert row["what"].split()[0] in done.stdout


def test_a_network_of_ones_own_is_searched(tmp_path: Path) -> None:
    streets = draw_streets(2500)
    path = tmp_path / "own.npz"
    np.savez(path, u=streets.edge_from, v=streets.edge_to, length=streets.length_m)
    done = run_bench("coverage", "--network", str(path))
    assert "own.npz" in done.stdout, done.stderr
    assert "networkx" in done.stdout


def test_wrong_arguments_are_refused() -> None:
    assert run_bench("coverage", "--network", "nowhere.npz").returncode == 2
    assert run_bench("weather").returncode == 2


def test_qgis_is_asked_where_it_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    streets = draw_streets(400)
    places = place_facilities(streets.nodes)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert qgis_row(streets, places).note == "not installed"
    stand_in = tmp_path / "qgis_process"
    stand_in.write_text(
        f"#!{sys.executable}\n"
        "import sys, geopandas\n"
        "given = dict(word.split('=', 1) for word in sys.argv[1:] if '=' in word)\n"
        "assert sys.argv[1:3] == ['run', 'native:serviceareafromlayer']\n"
        "assert given['TRAVEL_COST2'] == '1000.0'\n"
        "assert len(geopandas.read_file(given['START_POINTS']))\n"
        "geopandas.read_file(given['INPUT']).to_file(given['OUTPUT_LINES'])\n",
        encoding="utf-8",
    )
    stand_in.chmod(0o755)
    row = qgis_row(streets, places)
    assert row.peer_value is not None, row.note
    assert row.own is not None
    stand_in.write_text(f"#!{sys.executable}\nraise SystemExit('no such algorithm')\n", encoding="utf-8")
    assert qgis_row(streets, places).note == "failed: no such algorithm"


def test_dragging_is_measured_and_says_what_taking_up_costs() -> None:
    label, own_ms, at_most_ms = feedback_row(across=2, up=2, drags=3)
    assert "80 compounds, 4 clusters" in label
    assert "taking it up" in label
    assert own_ms > 0
    assert at_most_ms == 16.0


def test_the_dense_town_has_hosts_beside_every_cluster_and_every_layer() -> None:
    town = dense_town(2, 2)
    assert {"poles", "boxes", "telecom_lines", "shopfronts", "kerbs", "roads", "facilities"} <= town.loaded
    assert len(town.grouping.clusters) == 4
    assert all(len(cluster.members) == 20 for cluster in town.grouping.clusters)
