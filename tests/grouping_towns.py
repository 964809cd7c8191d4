"""Small towns for laws about grouping: streets and blocks, and everything that keeps compounds apart.

A river (often bridged), a railway, a trunk road, township lines, walls with gates, streets that are missing here and
there, households and years that are not known, compounds of every year, bounds as tight as they are loose.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, cached_property
from itertools import pairwise
from typing import Any

import networkx as nx
import numpy as np
import shapely
from every_grouping import Set, every_cluster
from maps import CRS, project_of

from gis_planner.analysis.clustering.solver import ClusterProblem, Proposal, propose_clusters
from gis_planner.analysis.clustering.town import Town
from gis_planner.analysis.eligibility import awaits_cluster, decide_eligibility, founds_cluster, takes_part
from gis_planner.analysis.extension import Settled, settle
from gis_planner.analysis.study import Ground, serve_town, survey_ground
from gis_planner.io.read_standard import read_profiles, read_standard
from gis_planner.model.clusters import Cluster, Grouping
from gis_planner.model.project import Project
from gis_planner.model.rules import Rules
from gis_planner.model.standard import Eligibility
from gis_planner.model.tables import Frame, conform, take

STANDARD = read_standard("sanhe_sanzheng_jiuyou")
PROFILE = read_profiles()["LN"]
NOTHING = Grouping()
WIDE_M, HIGH_M = 90.0, 70.0
_KINDS = ("service_centre", "elder_care", "medical", "library", "toilet")


@dataclass(frozen=True, eq=False)
class GroupingTown:
    """A town, and what the solver proposes for it."""

    project: Project

    @cached_property
    def ground(self) -> Ground:
        """The town laid out: neighbours, barriers, walks."""
        return survey_ground(self.project)

    @cached_property
    def town(self) -> Town:
        """Everything that the grouping asks, by row."""
        return serve_town(self.project, STANDARD, self.ground)

    @cached_property
    def eligibility(self) -> tuple[Eligibility, ...]:
        """What is decided of every compound before there are clusters."""
        return tuple(decide_eligibility(self.project.table("compounds"), PROFILE, self.project.rules))

    @cached_property
    def taking_part(self) -> tuple[str, ...]:
        """The compounds that take part in their own right."""
        return tuple(e.compound_id for e in self.eligibility if takes_part(e.result))

    @cached_property
    def proposal(self) -> Proposal:
        """What the solver proposes; nothing stands before."""
        return self.solve()

    @cached_property
    def settled(self) -> Settled:
        """The proposal with the younger compounds that its clusters take in."""
        waiting = [e.compound_id for e in self.eligibility if awaits_cluster(e)]
        founders = [e.compound_id for e in self.eligibility if founds_cluster(e)]
        formed = self.proposal.clusters
        return settle(self.town, formed, waiting, founders=founders, left=self.proposal.alone)

    @property
    def clusters(self) -> tuple[Cluster, ...]:
        """The clusters as they are proposed in the end."""
        return self.settled.clusters

    @cached_property
    def grouped(self) -> Project:
        """The project with its proposal decided."""
        return replace(self.project, grouping=Grouping(self.clusters, self.proposal.origin))

    @cached_property
    def graph(self) -> nx.Graph:
        """Who is next to whom, by the table of neighbours; compounds by their rows."""
        pairs, row = self.ground.neighbours, self.town.row
        graph = nx.Graph()
        graph.add_nodes_from(range(len(row)))
        columns = zip(pairs["a"], pairs["b"], pairs["allowed"], strict=True)
        graph.add_edges_from((row[a], row[b]) for a, b, allowed in columns if allowed)
        return graph

    @cached_property
    def every_cluster(self) -> list[Set]:
        """Every cluster that there can be."""
        return every_cluster(self.town, self.graph, self.town.rows(self.taking_part))

    def solve(self, previous: Grouping = NOTHING, *, rules: Rules | None = None) -> Proposal:
        """Propose clusters anew, beside what stands and is locked."""
        town = self.town if rules is None else replace(self.town, rules=rules)
        return propose_clusters(ClusterProblem(town, self.taking_part, previous))


@cache
def grouping_town(seed: int) -> GroupingTown:
    """Make a town of 8 to 16 compounds, always the same for one seed, with bounds to go with it."""
    return GroupingTown(_make(seed))


def shuffled(project: Project, random: np.random.Generator) -> Project:
    """Give the project with the rows of every layer in another order."""
    tables = {name: take(table, random.permutation(len(table))) for name, table in project.tables.items()}
    return replace(project, tables=tables)


def random_rules(random: np.random.Generator) -> Rules:
    """Choose bounds, often tight, and sometimes lines that do not divide."""
    few = int(random.integers(1, 4))
    least = int(random.integers(0, 5)) * 60
    values: dict[str, Any] = {
        "members_min": few,
        "members_max": few + int(random.integers(1, 6)),
        "households_min": least,
        "households_max": least + int(random.integers(3, 16)) * 60,
        "walk_diameter_max_m": float(random.choice([250, 400, 600, 1000])),
        "same_township": bool(random.random() < 0.8),
        "usual_members": float(random.integers(2, 7)),
        "extension_share_min": float(random.choice([0.0, 0.5])),
        "seed": int(random.integers(1, 1000)),
    }
    for line in ("river", "railway", "trunk_road"):
        values[f"{line}_divides"] = bool(random.random() < 0.85)
    return Rules(**values)


def _make(seed: int) -> Project:
    random = np.random.default_rng(seed)
    columns, rows = int(random.integers(3, 5)), int(random.integers(3, 5))
    x = np.cumsum([0.0, *(WIDE_M + random.uniform(-15, 15, columns))])
    y = np.cumsum([0.0, *(HIGH_M + random.uniform(-10, 10, rows))])
    spots = [(i, j) for i in range(columns) for j in range(rows)]
    count = min(int(random.integers(8, 20)), len(spots))
    chosen = sorted(random.choice(len(spots), count, replace=False).tolist())
    shapes = [_block(random, x, y, *spots[spot]) for spot in chosen]
    cross = int(random.integers(1, columns))
    barriers, bridges = _barriers(random, x, y, cross)
    walls = [shape.exterior for shape in shapes if random.random() < 0.25]
    kinds = [kind for kind, _ in barriers] + ["wall"] * len(walls)
    lines = [line for _, line in barriers] + walls
    tables = {
        "compounds": _compounds(random, shapes, middle=float(x[-1] * random.uniform(0.3, 0.7))),
        "roads": _roads(random, x, y, cross, bridges),
        "barriers": conform(
            "barriers", {"id": [f"X{k:02d}" for k in range(len(lines))], "kind": kinds}, lines, crs=CRS
        ),
        "entrances": _gates(random, shapes),
    }
    if random.random() < 0.7:
        tables["facilities"] = _facilities(random, x[-1], y[-1])
    return replace(project_of(**tables), rules=random_rules(random))


def _block(random: np.random.Generator, x: np.ndarray, y: np.ndarray, i: int, j: int) -> shapely.Polygon:
    """Fill a block but for the streets around it; now and then a compound reaches into the street or is cut."""
    west, south, east, north = random.uniform(3, 9, 4)
    box = shapely.box(x[i] + west, y[j] + south, x[i + 1] - east, y[j + 1] - north)
    if random.random() < 0.15:
        box = box.difference(shapely.box(x[i], y[j], x[i] + WIDE_M / 2, y[j] + HIGH_M / 2))
    return shapely.set_precision(box, 0.01)


def _barriers(
    random: np.random.Generator, x: np.ndarray, y: np.ndarray, cross: int
) -> tuple[list[tuple[str, shapely.LineString]], list[float]]:
    """Draw a river along one street, most times, and a railway along another; gives where bridges lie too."""
    found, bridges = [], []
    if random.random() < 0.6:
        found.append(("river", shapely.LineString([(x[cross], -60), (x[cross], y[-1] + 60)])))
        bridges = [float(street) for street in y if random.random() < 0.4]
    if random.random() < 0.4:
        street = y[int(random.integers(1, len(y) - 1))]
        found.append(("railway", shapely.LineString([(-60, street), (x[-1] + 60, street)])))
    return found, bridges


def _roads(
    random: np.random.Generator, x: np.ndarray, y: np.ndarray, cross: int, bridges: list[float]
) -> Frame:
    """Draw streets between blocks, some missing; one may be a trunk road; the river is passed by bridges."""
    lines: list[shapely.LineString] = []
    classes: list[str] = []
    over: list[bool] = []
    trunk = int(random.integers(1, len(x) - 1)) if random.random() < 0.3 else -1

    def draw(ends: list[tuple[float, float]], kind: str, *, bridge: bool = False) -> None:
        if bridge or random.random() > 0.15:
            lines.append(shapely.LineString(ends))
            classes.append(kind)
            over.append(bridge)

    for i, west in enumerate(x):
        kind = "trunk" if i == trunk else str(random.choice(["lane", "branch", "secondary"]))
        for south, north in pairwise(y):
            draw([(west, south), (west, north)], kind)
    for street in y:
        kind = str(random.choice(["lane", "branch"]))
        for i, (west, east) in enumerate(pairwise(x)):
            draw([(west, street), (east, street)], kind)
            if i == cross and street in bridges:
                draw([(x[cross] - 20, street), (x[cross] + 20, street)], "branch", bridge=True)
    names = [f"R{k:03d}" for k in range(len(lines))]
    return conform("roads", {"id": names, "class": classes, "bridge": over}, lines, crs=CRS)


def _compounds(random: np.random.Generator, shapes: list[Any], *, middle: float) -> Frame:
    """Give compounds their figures, of which some are not known, and two townships, most times."""
    n = len(shapes)
    lost_h, lost_y, lost_t = (random.random(n) < random.choice([0.0, 0.2]) for _ in range(3))
    years = random.choice([1985, 1992, 1999, 2003, 2015], n, p=[0.35, 0.3, 0.2, 0.1, 0.05])
    towns = ["城关镇", "城郊乡"] if random.random() < 0.6 else ["城关镇", "城关镇"]
    values = {
        "id": [f"C{k:02d}" for k in range(n)],
        "name": [f"家属院{k}" for k in range(n)],
        "households": [None if lost else int(random.integers(0, 220)) for lost in lost_h],
        "built_year": [None if lost else int(year) for lost, year in zip(lost_y, years, strict=True)],
        "structure_safe": [True] * n,
        "township": [
            None if lost else towns[shape.centroid.x > middle]
            for lost, shape in zip(lost_t, shapes, strict=True)
        ],
        "community": [random.choice(["东关社区", "西关社区", None]) for _ in range(n)],
    }
    places = [None if random.random() < 0.02 else shape for shape in shapes]
    return conform("compounds", values, places, crs=CRS)


def _gates(random: np.random.Generator, shapes: list[Any]) -> Frame:
    rows = [
        (f"C{k:02d}", shape.exterior.interpolate(float(random.random()), normalized=True))
        for k, shape in enumerate(shapes)
        for _ in range(int(random.integers(0, 3)))
    ]
    values = {
        "id": [f"E{k:02d}" for k in range(len(rows))],
        "compound_id": [of for of, _ in rows],
        "status": ["closed" if random.random() < 0.2 else "open" for _ in rows],
    }
    return conform("entrances", values, [gate for _, gate in rows], crs=CRS)


def _facilities(random: np.random.Generator, width: float, height: float) -> Frame:
    places = shapely.points(np.round(random.uniform((0, 0), (width, height), (12, 2)), 2))
    kinds = [_KINDS[k % len(_KINDS)] for k in range(12)]
    return conform(
        "facilities", {"id": [f"F{k:02d}" for k in range(12)], "kind": kinds}, list(places), crs=CRS
    )
