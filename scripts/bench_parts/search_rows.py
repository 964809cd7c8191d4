"""Who is nearest to every node, of nine kinds, measured from all facilities at once: rows beside the peers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from bench_parts.peers import Outcome, run_peer, search_with_scipy
from bench_parts.streets import Floats, Rows, Streets
from bench_parts.table import Row, compare, leave_out
from bench_parts.timing import time_in_turn
from gis_planner.analysis.engine import load_engine
from gis_planner.analysis.live_arcs import LiveArcs

COMPILED = 10**12  # as many steps as only the compiled engine takes
_CLOSE_M = 1e-6
_QUICK_NODES = 15_000  # below, a search is too short to be held to a target


@dataclass(frozen=True)
class Bound:
    """How long a peer may take on networks of up to so many nodes, and for how many of the nine kinds it is run."""

    nodes: int
    kinds: int
    seconds: float


# A peer is run with the first bound that the network keeps to, and left out beyond the last.
_PEERS: dict[str, tuple[Bound, ...]] = {
    "networkx": (Bound(300_000, 9, 120.0), Bound(1_500_000, 1, 120.0)),
    "igraph": (Bound(300_000, 9, 60.0), Bound(1_500_000, 1, 60.0)),
    "pandana": (Bound(1_500_000, 9, 60.0),),
}


def search_all_kinds(
    arcs: LiveArcs, places: Sequence[Rows], limit_m: float, *, threads: int = 1
) -> list[Floats]:
    """Measure from every kind's facilities to every node, and name the nearest; gives the distances of each kind."""
    engine, columns = load_engine(COMPILED), arcs.columns()

    def search(nodes: Rows) -> Floats:
        mine = np.arange(len(nodes), dtype=np.int64)
        return engine.spread(*columns, nodes, np.zeros(len(nodes)), mine, mine, limit_m)[0]

    if threads == 1:
        return [search(nodes) for nodes in places]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(search, places))


def search_rows(
    streets: Streets, places: Sequence[Rows], *, limit_m: float, times: int, peers: bool
) -> list[Row]:
    """Search beside scipy in turn, and beside slower peers in a process of their own."""
    arcs = LiveArcs(streets.nodes, streets.edge_from, streets.edge_to, streets.length_m)
    what = f"nine kinds at every node, to {limit_m:,.0f} m, one thread"
    graph = search_with_scipy(streets)
    own = search_all_kinds(arcs, places, limit_m)
    theirs = graph(places, limit_m)
    same = _say_agreement(own, theirs)
    own_s, scipy_s = time_in_turn(
        [lambda: search_all_kinds(arcs, places, limit_m), lambda: graph(places, limit_m)], times=times
    )
    goal = goal_beside_scipy(streets.nodes, limit_m)
    rows = [
        compare(
            what, streets.title, own_s, "scipy", scipy_s, at_least=goal, note=f"{same}; median of {times}"
        )
    ]
    if peers:
        for name, bounds in _PEERS.items():
            rows.append(_beside(name, bounds, streets, places, limit_m, own_s, own, what))
    return rows


def thread_row(streets: Streets, places: Sequence[Rows], *, limit_m: float, times: int) -> Row:
    """Search with two threads and with one, by the clock on the wall."""
    arcs = LiveArcs(streets.nodes, streets.edge_from, streets.edge_to, streets.length_m)
    runs: list[Callable[[], object]] = [
        lambda: search_all_kinds(arcs, places, limit_m, threads=2),
        lambda: search_all_kinds(arcs, places, limit_m),
    ]
    two = search_all_kinds(arcs, places, limit_m, threads=2)
    same = _say_agreement(two, search_all_kinds(arcs, places, limit_m))
    both_s, one_s = time_in_turn(runs, times=times, wall=True)
    goal = 1.5 if streets.nodes >= 900_000 else None
    return compare(
        f"the same to {limit_m:,.0f} m, two threads, by the wall clock", streets.title, both_s, "one thread", one_s,
        at_least=goal, note=f"{same}; median of {times}",
    )  # fmt: skip


def goal_beside_scipy(nodes: int, limit_m: float) -> float | None:
    """Give how many times as quick as scipy we want to be on a network of this size."""
    if nodes < _QUICK_NODES:
        return None
    if limit_m > 1000.0:
        return 2.0 if nodes >= 180_000 else None
    return 3.0 if nodes >= 900_000 else 2.0 if nodes >= 180_000 else 1.5


def _beside(
    name: str,
    bounds: Sequence[Bound],
    streets: Streets,
    places: Sequence[Rows],
    limit_m: float,
    own_s: float,
    own: Sequence[Floats],
    what: str,
) -> Row:
    target = "≥ 100 ×" if name == "networkx" and streets.nodes >= _QUICK_NODES else ""
    fitting = [bound for bound in bounds if streets.nodes <= bound.nodes]
    if not fitting:
        why = f"left out above {bounds[-1].nodes:,} nodes"
        return leave_out(what, streets.title, why, peer=name)
    bound = fitting[0]
    found = run_peer(name, streets, places[: bound.kinds], limit_m, seconds=bound.seconds)
    if not isinstance(found, Outcome):
        return leave_out(
            what, streets.title, found, peer=name, target=target if "installed" not in found else ""
        )
    said = [
        _say_agreement(own[: bound.kinds], found.distances, exact=name != "pandana"),
        f"run {_times(found.runs)}",
    ]
    if bound.kinds < len(places):
        said.append(f"one kind was run and counted {len(places)} times")
    if found.note:
        said.append(found.note)
    seconds = found.seconds * len(places) / bound.kinds
    at_least = 100.0 if target else None
    return compare(what, streets.title, own_s, name, seconds, at_least=at_least, note="; ".join(said))


def _times(runs: int) -> str:
    return "once" if runs == 1 else f"{runs} times"


def _say_agreement(own: Sequence[Floats], theirs: Sequence[Floats], *, exact: bool = True) -> str:
    """Say whether two searches found the same; a search that did not is a fault of the bench or of the engine."""
    if all(np.array_equal(a, b) for a, b in zip(own, theirs, strict=True)):
        return "equal bit for bit"
    worst = 0.0
    for a, b in zip(own, theirs, strict=True):
        if not np.array_equal(np.isfinite(a), np.isfinite(b)):
            if exact:
                raise ValueError(
                    f"{np.count_nonzero(np.isfinite(a) != np.isfinite(b))} nodes are reached by one alone"
                )
            return f"{np.count_nonzero(np.isfinite(a) != np.isfinite(b)):,} nodes are reached by one of the two alone"
        known = np.isfinite(a)
        worst = max(worst, float(np.abs(a[known] - b[known]).max(initial=0.0)))
    if worst > _CLOSE_M and exact:
        raise ValueError(f"distances differ by {worst:g} m")
    return f"equal to {worst:.1g} m"
