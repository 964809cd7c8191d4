"""One edit, and everybody's verdicts after it: facilities added, moved and closed, streets drawn and closed, rules."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence

import numpy as np
from shapely.geometry.base import BaseGeometry

from bench_parts.table import Row, keep_within
from bench_parts.town import BenchTown
from gis_planner.analysis.barriers import collect_barriers
from gis_planner.analysis.footprints import draw_footprints
from gis_planner.analysis.live_coverage import LiveCoverage
from gis_planner.analysis.live_study import Laid, LiveStudy
from gis_planner.io.read_standard import read_standard
from gis_planner.model import edits as e
from gis_planner.model.changes import apply
from gis_planner.model.choices import NINE_KINDS
from gis_planner.model.project import Project
from gis_planner.model.tables import Frame, geometries, ids

_WARM = 3  # edits before the clock runs


class TownEdits:
    """A live study of a town, and random edits of it."""

    def __init__(self, town: BenchTown) -> None:
        self.town, self.random = town, np.random.default_rng(3)
        self.live = self._study(town.footprints)
        facilities, roads = town.project.table("facilities"), town.project.table("roads")
        self.names, self.places = ids(facilities), geometries(facilities)
        self.roads, self.lines = ids(roads), geometries(roads)

    def _study(self, footprints: Mapping[str, BaseGeometry]) -> LiveStudy:
        town, standard = self.town, read_standard("sanhe_sanzheng_jiuyou")
        return LiveStudy(town.project, Laid(standard, town.network, town.units, town.reach, footprints))

    def draw_areas(self) -> None:
        """Begin anew, with the areas of clusters that the program draws: streets move them, not a town's hulls."""
        project = self.town.project
        self.live = self._study(draw_footprints(project.grouping, project, collect_barriers(project)))

    def facility(self) -> e.Edit:
        """Add, move or close a facility, or give it another kind."""
        row, what = int(self.random.integers(0, len(self.names))), int(self.random.integers(0, 4))
        place, kind = self.places[row], str(self.random.choice(NINE_KINDS))
        x, y = (np.array([place.x, place.y]) + self.random.normal(0.0, 60.0, 2)).tolist()
        if what == 0:
            return e.AddFacility(f"N{self.random.integers(0, 10**9):09d}", kind, x, y)
        if what == 1:
            return e.MoveFacility(self.names[row], x, y)
        if what == 2:
            return e.CloseFacility(self.names[row], bool(self.random.random() < 0.7))
        return e.SetAttribute("facilities", self.names[row], "kind", kind)

    def street(self) -> e.Edit:
        """Close a street, or draw one between the ends of two."""
        row = int(self.random.integers(0, len(self.roads)))
        if self.random.random() < 0.5:
            return e.SetAttribute("roads", self.roads[row], "walkable", False)
        start = self.lines[row].coords[0]
        end = (
            start[0] + float(self.random.normal(0.0, 40.0)),
            start[1] + float(self.random.normal(0.0, 40.0)),
        )
        return e.DrawStreet(f"N{self.random.integers(0, 10**9):09d}", (start, end))

    def rule(self) -> e.Edit:
        """Change the walking limit or a threshold."""
        if self.random.random() < 0.5:
            return e.SetRule("limit_m", float(self.random.integers(600, 1200)))
        return e.SetRule("KY1.threshold_pass", float(np.round(self.random.uniform(0.5, 1.0), 2)))

    def take(self, make: Callable[[], e.Edit], times: int) -> list[float]:
        """Make edits and give the processor milliseconds from each to everybody's verdicts."""
        taken = []
        for number in range(times + _WARM):
            edit = make()
            start = time.process_time()
            self.live.update(apply(self.live.project, edit, _no_table))
            if number >= _WARM:
                taken.append(1000.0 * (time.process_time() - start))
        check_against_anew(self.live.reach.coverage)
        return taken


def facility_row(edits: TownEdits, *, times: int, at_most_ms: float) -> Row:
    """Add, move and close facilities, one at a time."""
    return _row(edits, "one facility edit", edits.take(edits.facility, times), at_most_ms)


def street_row(edits: TownEdits, *, times: int, at_most_ms: float) -> Row:
    """Close and draw streets, one at a time."""
    edits.draw_areas()
    return _row(edits, "one street edit", edits.take(edits.street, times), at_most_ms)


def rescoring_row(edits: TownEdits, *, times: int, at_most_ms: float) -> Row:
    """Change the limit and thresholds, one at a time."""
    return _row(edits, "rescoring after a changed rule", edits.take(edits.rule, times), at_most_ms)


def check_against_anew(live: LiveCoverage) -> None:
    """See that the distances kept up to date are those that measuring anew gives, or refuse to go on."""
    kept = [(live.shortest(kind).copy(), live.whose(kind).copy()) for kind in range(live.kinds)]
    live.measure()
    for kind, (shortest, whose) in enumerate(kept):
        if not np.array_equal(shortest, live.shortest(kind)) or not np.array_equal(whose, live.whose(kind)):
            raise ValueError(f"kind {kind}: what was kept up to date differs from what measuring anew gives")


def _row(edits: TownEdits, what: str, taken_ms: Sequence[float], at_most_ms: float) -> Row:
    note = f"every compound's, parcel's and cluster's verdict; {len(taken_ms)} edits; equal to measuring anew"
    within = float(np.percentile(taken_ms, 95))
    return keep_within(
        f"{what}, 95 in 100 within", _size(edits.town), within, "ms", at_most=at_most_ms, note=note
    )


def _no_table(name: str) -> Frame:
    raise ValueError(f"nothing is imported here: {name}")


def _size(town: BenchTown) -> str:
    project: Project = town.project
    compounds, parcels = (len(project.table(name)) for name in ("compounds", "parcels"))
    return (
        f"{len(town.network.xy):,} nodes, {compounds:,} compounds, "
        f"{parcels:,} parcels, {len(project.grouping.clusters)} clusters"
    )
