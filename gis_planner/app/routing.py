"""The walks behind one cell of the matrix: from every compound of a cluster to its nearest facility."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from shapely.geometry.base import BaseGeometry

from gis_planner.app.shapes import extent_of
from gis_planner.messages import Message
from gis_planner.model.results import Results, plain
from gis_planner.progress import Progress

if TYPE_CHECKING:
    from gis_planner.analysis.routes import Route


@dataclass(frozen=True, eq=False)
class Walk:
    """One compound's walk: its length, whether that is within the limit, and the route where there is one."""

    compound: str
    facility: str
    distance_m: float
    reached: bool
    route: Route


@dataclass(frozen=True, eq=False)
class Routes:
    """The walks of a cluster's compounds to one kind of facility, nearest first; `without` have none."""

    cluster: str
    element: str
    kind: str
    walks: tuple[Walk, ...]
    without: tuple[str, ...]

    @property
    def extent(self) -> tuple[float, float, float, float] | None:
        """West, south, east, north of all walks."""
        return extent_of([piece for walk in self.walks for piece in route_lines(walk.route)])


def route_lines(route: Route) -> list[BaseGeometry]:
    """Give the lines of a route in the order in which they are walked."""
    return [line for _, line in route.pieces]


def find_routes(results: Results, cluster: str, element: str, *, progress: Progress) -> Routes:
    """Find the walks of every compound of a cluster to the facility that an element asks for."""
    from gis_planner.analysis.routes import find_route  # compiled kernels: only in the job

    asked = results.standard.element(element)
    kind = asked.facility or ""
    units = results.units
    mine = {
        str(unit): str(feature)
        for unit, kind_of, feature, of in zip(
            units["unit_id"], units["unit_type"], units["feature_id"], units["cluster_id"], strict=True
        )
        if kind_of == "compounds" and of == cluster
    }
    table = results.coverage
    rows = table[(table["kind"] == kind) & table["unit_id"].isin(list(mine))]
    walks: list[Walk] = []
    without: list[str] = []
    found = list(zip(rows["unit_id"], rows["facility_id"], rows["distance_m"], rows["reached"], strict=True))
    for done, (unit, facility, distance, reached) in enumerate(found):
        progress.report(done / max(len(found), 1), Message("app.job.routes"))
        length = plain(distance)
        if plain(facility) is None or length is None:
            without.append(mine[str(unit)])
            continue
        route = find_route(
            results.network,
            results.access,
            results.direct,
            results.units,
            results.facilities,
            str(unit),
            str(facility),
        )
        if route is None:
            without.append(mine[str(unit)])
        else:
            near = bool(plain(reached)) if asked.limit_m is None else length <= asked.limit_m
            walks.append(Walk(mine[str(unit)], str(facility), float(length), near, route))
    walks.sort(key=lambda walk: (walk.distance_m, walk.compound))
    return Routes(cluster, element, kind, tuple(walks), tuple(sorted(without)))
