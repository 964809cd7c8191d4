"""The repair report: what is doubtful about the walking network, ranked by the households that it touches.

Each line has a place and, where one is known, an edit that mends it. Nothing is mended silently: a person adopts a fix,
which is then an edit like any other. What a line's households are is said in `concerned`: those stranded on an island,
those who stand on a repeated, overlapping or vanished stretch, those whose walks a missing joint could change.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np
import shapely

from gis_planner.analysis.arrays import Floats, Rows
from gis_planner.analysis.concerned import Residents, list_residents
from gis_planner.analysis.crossings import Obstacles, collect_obstacles, find_blocking
from gis_planner.analysis.islands import find_islands
from gis_planner.analysis.joints import Joint, Strides, find_missing
from gis_planner.analysis.mending import Menders, menders_of
from gis_planner.analysis.network import LISTED_MOST, Laid, hanging_ends, list_faults
from gis_planner.analysis.overlapping import find_overlapping
from gis_planner.messages import Message
from gis_planner.model.issues import Issue, rank_key
from gis_planner.model.rules import Rules
from gis_planner.model.tables import Frame

REPAIR_CODES = (
    "network.gap", "network.near_miss", "network.crosses_unjoined", "network.overlap", "network.island",
    "network.no_length", "network.repeated", "network.joined", "network.end_on_other_level", "network.not_a_line",
    "network.vertex_ids_differ", "network.vertex_at_two_places",
)  # fmt: skip
_EVERY = 10**9
_BESIDE_M = 1.0


def report_network(
    laid: Laid, roads: Frame, units: Frame, access: Frame, barriers: Frame, rules: Rules
) -> list[Issue]:
    """List what is doubtful about the network, those lines first that touch most households."""
    nothing = np.empty(0, dtype=object)
    report = _Report(
        laid,
        Strides(laid.network),
        list_residents(units, access),
        menders_of(laid, roads, rules),
        collect_obstacles(barriers, nothing, nothing),
        rules,
    )
    lines = sorted([*report.joints(), *report.islands(), *report.overlaps(), *report.roads()], key=rank_key)
    return report.with_fixes(_cap(lines))


@dataclass(frozen=True, eq=False)
class _Report:
    laid: Laid
    strides: Strides
    residents: Residents
    menders: Menders
    obstacles: Obstacles
    rules: Rules

    def joints(self) -> list[Issue]:
        """List the joints that are missing; where something lies between, none is."""
        rules = self.rules
        found = find_missing(self.laid, self.strides, near_m=rules.near_miss_m, search_m=rules.search_max_m)
        issues = []
        for joint in (j for j in found if self._is_free(j)):
            touched = self.residents.changed_by(joint, self.strides, rules.limit_m)
            issues.append(
                replace(self._issue(joint.code, "warning", joint), households=self.residents.count(touched))
            )
        return issues

    def _issue(self, code: str, severity: str, joint: Joint, **values: object) -> Issue:
        road, other = (self._road(place.way) for place in (joint.a, joint.b))
        x, y = joint.a.xy
        walk = joint.spared_m
        spared = (
            Message("network.spared", metres=round(walk))
            if walk < self.rules.search_max_m
            else Message("network.spared_all", metres=self.rules.search_max_m)
        )
        said = Message(code, road=road, other=other, gap=round(joint.gap_m, 2), spared=spared, **values)
        fix = self.menders.draw_joint(joint)
        return Issue(code, severity, "roads", road, said, x=x, y=y, fix=fix)  # type: ignore[arg-type]

    def _road(self, way: int) -> str:
        ways = self.laid.ways
        return ways.road_ids[int(ways.road[way])]

    def _is_free(self, joint: Joint) -> bool:
        start, end = np.array([joint.a.xy]), np.array([joint.b.xy])
        return bool(find_blocking(self.obstacles, start, end, np.zeros(1))[0] < 0)

    def islands(self) -> list[Issue]:
        """List the parts that hang together only among themselves, with those who are stranded there."""
        network, residents = self.laid.network, self.residents
        found = find_islands(self.laid)
        alone = residents.only_on(found.part_of_edge)
        issues = []
        for island in found.islands:
            stranded = alone == island.part
            names = [residents.ids[row] for row in np.flatnonzero(stranded).tolist()]
            road = network.road_ids[island.edge]
            message = Message(
                "network.island_strands" if names else "network.island",
                road=road, length=round(island.length_m), n=len(names), units=tuple(names[:5]),
            )  # fmt: skip
            x, y = network.xy[network.edge_from[island.edge]].tolist()
            joint = island.joint
            fix = self.menders.draw_joint(joint) if joint is not None and self._is_free(joint) else None
            severity = "warning" if names else "note"
            issues.append(
                Issue("network.island", severity, "roads", road, message, x=x, y=y, fix=fix,  # type: ignore[arg-type]
                      households=residents.count(stranded))
            )  # fmt: skip
        return issues

    def overlaps(self) -> list[Issue]:
        """List the stretches of street that lie on another one and do not join it everywhere."""
        issues = []
        for overlap in find_overlapping(self.laid, self.strides):
            one, other = (self.laid.network.road_ids[edge] for edge in overlap.edges)
            message = Message("network.overlap", road=one, other=other, length=round(overlap.length_m, 1))
            edges = np.zeros(len(self.laid.network.edge_from), dtype=bool)
            edges[list(overlap.edges)] = True
            touched = self.residents.count(self.residents.on_edges(edges))
            joint = overlap.missing[0]
            x, y = joint.a.xy
            fix = self.menders.draw_joint(joint) if self._is_free(joint) else None
            issues.append(
                Issue("network.overlap", "warning", "roads", one, message, x=x, y=y, fix=fix,
                      households=touched)
            )  # fmt: skip
        return issues

    def roads(self) -> list[Issue]:
        """List what is doubtful about single roads, and where ends were joined over a gap."""
        issues = list_faults(self.laid, most=_EVERY)
        placed = [issue for issue in issues if issue.x is not None and issue.y is not None]
        beside = self._edges_at(np.array([(i.x, i.y) for i in placed], dtype=np.float64).reshape(-1, 2))
        touched = iter(beside)
        return [
            issue
            if issue.x is None or issue.y is None
            else replace(issue, households=self._households_on(next(touched)))
            for issue in issues
        ]

    def _edges_at(self, xy: Floats) -> list[Rows]:
        """Give the edges at each of these places."""
        row, edge = shapely.STRtree(self.laid.network.edge_lines).query(
            np.asarray(shapely.points(xy), dtype=object), predicate="dwithin", distance=_BESIDE_M
        )
        order = np.argsort(row, kind="stable")
        split = np.searchsorted(row[order], np.arange(1, len(xy)))
        return np.split(edge[order], split) if len(xy) else []

    def _households_on(self, edges: Rows) -> int | None:
        chosen = np.zeros(len(self.laid.network.edge_from), dtype=bool)
        chosen[edges] = True
        return self.residents.count(self.residents.on_edges(chosen))

    def with_fixes(self, issues: list[Issue]) -> list[Issue]:
        """Give the lines that close a road or change its level their fixes; each is tried on the streets around."""
        ways, hanging = self.laid.ways, hanging_ends(self.laid.stops)
        passed = {
            (self._road(int(self.laid.stops.way[stop])), *self.laid.stops.xy[stop].tolist()): int(way)
            for stop, way in hanging.tolist()
        }
        result = []
        for issue in issues:
            if issue.code in ("network.no_length", "network.repeated") and issue.feature:
                issue = replace(issue, fix=self.menders.close_road(issue.feature))
            way = passed.get((issue.feature, issue.x or 0.0, issue.y or 0.0))
            if issue.code == "network.end_on_other_level" and way is not None:
                place = (float(issue.x or 0.0), float(issue.y or 0.0))
                fix = self.menders.set_level(issue.feature, int(ways.level[way]), place)
                issue = replace(issue, fix=fix)
            result.append(issue)
        return result


def _cap(ranked: list[Issue]) -> list[Issue]:
    """Keep the first of each sort; one line stands for the rest."""
    seen: Counter[str] = Counter()
    kept: list[Issue] = []
    for issue in ranked:
        seen[issue.code] += 1
        if seen[issue.code] <= LISTED_MOST:
            kept.append(issue)
    for code in sorted(seen):
        if seen[code] > LISTED_MOST:
            n, what = seen[code] - LISTED_MOST, Message(f"{code}_short")
            kept.append(Issue(code, "note", "roads", "", Message("network.more_of_this", n=n, what=what)))
    return kept
