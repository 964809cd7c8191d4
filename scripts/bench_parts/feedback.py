"""What a hand that drags a compound is told, and how long that takes: a dense town of five hundred clusters.

Blocks of 5 × 4 compounds fill the ground, one cluster each, with a street along every row and column of them, so that
every compound on a border has hosts beside it and every area has neighbours that it must not overlap. Every layer that
三合三整 asks is there. A drag takes a compound on a border up, whereby every place that it can go to is tried once, and
asks at its place for everything: the hosts, what breaks, the terms, the verdicts, the repairs. What stands is laid out
beforehand; no compound is taken up that was taken up before to the same place.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from bench_parts.timing import time_once
from gis_planner.analysis.barriers import collect_barriers
from gis_planner.analysis.clustering.town import Town, gather_town, households_of
from gis_planner.analysis.live_grouping import LiveGrouping
from gis_planner.analysis.live_reach import LiveReach, survey_reach
from gis_planner.analysis.moving import hosts_in, try_everywhere, try_move
from gis_planner.analysis.neighbours import find_neighbours
from gis_planner.io.read_standard import read_profiles, read_standard
from gis_planner.model.choices import NINE_KINDS
from gis_planner.model.clusters import Cluster, Grouping
from gis_planner.model.project import Project
from gis_planner.model.tables import Frame, conform

CRS = "EPSG:4547"
_CORNER = np.array([400_000.0, 3_800_000.0])
_ACROSS, _UP = 5, 4  # compounds of a cluster
_STEP_M, _COMPOUND_M, _STREET_M = 105.0, 90.0, 7.5
_STANDARD = "sanhe_sanzheng_jiuyou"


def feedback_row(
    *, across: int = 25, up: int = 20, drags: int = 200, at_most_ms: float = 16.0
) -> tuple[str, float, float]:
    """Give what was measured: the label, what 95 in 100 answers keep to in processor milliseconds, and the target.

    The label tells as well what taking a compound up costs, once, before it is dragged: everywhere it can go is tried
    then, and the answers are at hand wherever it is dragged to. Without that each place costs its trial when reached.
    """
    live = lay_out_feedback(across, up)
    taken_up, answered = drag(live, drags)
    compounds, clusters = len(live.town.ids), len(live.grouping.clusters)
    label = (
        f"feedback while dragging, {compounds:,} compounds, {clusters} clusters, 95 in 100 within "
        f"(taking it up and trying every place, once: {_within(taken_up):.0f} ms)"
    )
    return label, _within(answered), at_most_ms


def drag(live: LiveGrouping, times: int, *, seed: int = 5) -> tuple[list[float], list[float]]:
    """Take up so many compounds on borders and drag each to a cluster beside it.

    Gives the milliseconds that taking each up takes, and those of the answer at its place: hosts and the whole trial.
    """
    random = np.random.default_rng(seed)
    pairs = _borders(live)
    chosen = [pairs[int(row)] for row in random.permutation(len(pairs))[: times + 3]]

    def take_up(compound: str) -> Callable[[], Any]:
        return lambda: list(try_everywhere(live, compound))

    def ask(compound: str, target: str) -> Callable[[], Any]:
        return lambda: (hosts_in(live, compound), try_move(live, compound, target))

    taken_up, answered = [], []
    for compound, target in chosen:
        taken_up.append(1000.0 * time_once(take_up(compound))[0])
        answered.append(1000.0 * time_once(ask(compound, target))[0])
    return taken_up[3:], answered[3:]  # the first ones load what is loaded once


def _within(taken: list[float]) -> float:
    """Give what 95 in 100 keep to."""
    return sorted(taken)[-(-95 * len(taken) // 100) - 1]


def lay_out_feedback(across: int, up: int) -> LiveGrouping:
    """Lay out a dense town of so many clusters and everything that follows a hand in it."""
    project = dense_town(across, up)
    network, units, found = survey_reach(project)
    reach = LiveReach(project, network, units, found, kinds=NINE_KINDS)
    compounds, roads = project.table("compounds"), project.table("roads")
    neighbours = find_neighbours(compounds, collect_barriers(project), roads, project.rules)
    town: Town = gather_town(project, households=households_of(units), neighbours=neighbours)
    live = LiveGrouping(
        project, town, reach, standard=read_standard(_STANDARD), profile=read_profiles()["default"]
    )
    live.warm()
    return live


def dense_town(across: int, up: int) -> Project:
    """Make a project of `across` × `up` clusters that fill the ground, with every layer that verdicts ask."""
    random = np.random.default_rng(11)
    columns, rows = across * _ACROSS, up * _UP
    column, row = (found.ravel() for found in np.meshgrid(np.arange(columns), np.arange(rows)))
    low = _CORNER + np.stack([column, row], axis=1) * _STEP_M + _STREET_M
    high = low + _COMPOUND_M + random.uniform(-4.0, 4.0, low.shape)
    names = [f"C{number:05d}" for number in range(len(low))]
    cluster = (row // _UP) * across + column // _ACROSS
    tables = dict(Project().tables)
    tables["compounds"] = conform(
        "compounds",
        {
            "id": names,
            "name": names,
            "households": random.integers(20, 260, len(names)).tolist(),
            "in_urban_scope": [True] * len(names),
            "built_year": random.integers(1975, 2001, len(names)).tolist(),
        },
        shapely.box(*low.T, *high.T).tolist(),
        CRS,
    )
    tables["roads"] = _streets(columns, rows, random)
    extent = np.array([columns, rows]) * _STEP_M
    tables |= _features(random, extent, len(names))
    members: dict[int, list[str]] = {}
    for name, number in zip(names, cluster.tolist(), strict=True):
        members.setdefault(number, []).append(name)
    groups = tuple(
        Cluster(f"Z{number + 1:03d}", number + 1, "", tuple(own)) for number, own in sorted(members.items())
    )
    return Project(
        title="bench", crs=CRS, tables=tables, grouping=Grouping(groups),
        loaded=frozenset(name for name, table in tables.items() if len(table)),
    )  # fmt: skip


def _streets(columns: int, rows: int, random: np.random.Generator) -> Frame:
    """Draw a street along every row and column of compounds, a road of its own between two crossings."""
    x, y = np.meshgrid(np.arange(columns + 1), np.arange(rows + 1), indexing="ij")
    xy = _CORNER + np.stack([x, y], axis=-1) * _STEP_M
    number = np.arange(x.size).reshape(x.shape)
    ends = [
        (number[:-1], number[1:], xy[:-1], xy[1:]),
        (number[:, :-1], number[:, 1:], xy[:, :-1], xy[:, 1:]),
    ]
    start, stop = (np.concatenate([end[k].ravel() for end in ends]) for k in (0, 1))
    a, b = (np.concatenate([end[k].reshape(-1, 2) for end in ends]) for k in (2, 3))
    n = len(start)
    condition = np.array(["good", "fair", "bad"], dtype=object)[random.integers(0, 3, n)]
    return conform(
        "roads",
        {
            "id": [f"R{number:06d}" for number in range(n)],
            "class": ["lane"] * n,
            "noding": ["shared"] * n,
            "vertex_ids": [
                f"{one} {other}" for one, other in zip(start.tolist(), stop.tolist(), strict=True)
            ],
            "condition": condition.tolist(),
        },
        list(np.asarray(shapely.linestrings(np.stack([a, b], axis=1)), dtype=object)),
        CRS,
    )


def _features(random: np.random.Generator, extent: NDArray[np.float64], n: int) -> dict[str, Frame]:
    """Scatter facilities, poles, boxes, lines, shopfronts and kerbs over the town."""

    def places(count: int) -> NDArray[np.float64]:
        return np.asarray(_CORNER + random.uniform(0.0, 1.0, (count, 2)) * extent)

    def points(count: int) -> list[Any]:
        return list(np.asarray(shapely.points(places(count)), dtype=object))

    def lines(count: int) -> list[Any]:
        start = places(count)
        ends = np.stack([start, start + random.uniform(-60.0, 60.0, (count, 2))], axis=1)
        return list(np.asarray(shapely.linestrings(ends), dtype=object))

    def yes(count: int) -> list[bool]:
        return list((random.random(count) < 0.8).tolist())

    few = max(n // 25, 1)
    return {
        "facilities": conform(
            "facilities",
            {
                "id": [f"F{number:05d}" for number in range(9 * few)],
                "kind": list(NINE_KINDS) * few,
                "status": ["existing"] * 9 * few,
            },
            points(9 * few),
            CRS,
        ),
        "poles": conform(
            "poles",
            {
                "id": [f"P{number:06d}" for number in range(2 * n)],
                "kind": ["light"] * 2 * n,
                "functions": ["照明;监控" if own else "照明" for own in yes(2 * n)],
            },
            points(2 * n),
            CRS,
        ),
        "boxes": conform(
            "boxes",
            {
                "id": [f"B{number:06d}" for number in range(n)],
                "kind": ["telecom"] * n,
                "combined": yes(n),
            },
            points(n),
            CRS,
        ),
        "telecom_lines": conform(
            "telecom_lines",
            {"id": [f"L{number:06d}" for number in range(n)], "laying": ["duct"] * n, "shared": yes(n)},
            lines(n),
            CRS,
        ),
        "shopfronts": conform(
            "shopfronts",
            {
                "id": [f"S{number:06d}" for number in range(n)],
                "sign_ok": yes(n),
                "outside_trading": [False] * n,
                "illegal_ad": [False] * n,
            },
            points(n),
            CRS,
        ),
        "kerbs": conform(
            "kerbs",
            {"id": [f"K{number:06d}" for number in range(n)], "condition": ["good"] * n},
            lines(n),
            CRS,
        ),
    }


def _borders(live: LiveGrouping) -> list[tuple[str, str]]:
    """List every compound with every cluster beside it that it is no member of."""
    town, cluster_of = live.town, live.grouping.cluster_of()
    return sorted(
        {
            (name, cluster_of[town.ids[other]])
            for row, name in enumerate(town.ids)
            for other in town.links[row]
            if cluster_of[town.ids[other]] != cluster_of[name]
        }
    )
