"""The shading of reach where it differs from the picture of the map.

The picture shows what the last study found. Units whose class is another one now, by an edit or by what a hand tries,
are drawn over it in the colour of the class that they are in now; all others are left as they are painted.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_planner.analysis.live_coverage import REASONS
from gis_planner.analysis.live_study import LiveStudy
from gis_planner.app.drawn import Drawn
from gis_planner.cartography.classes import coverage_steps, reach_classes
from gis_planner.cartography.scene_reach import reach_styles
from gis_planner.cartography.style import COVERAGE_EDGE
from gis_planner.model.results import Results
from gis_planner.model.tables import geometries, texts

# Larger units lie under smaller ones, as in the picture.
_ORDER = ("parcels", "compounds", "buildings")


class LiveShading:
    """Draws the units whose class of reach differs from that of the results."""

    def __init__(self) -> None:
        self._painted: tuple[Results, str, list[str], NDArray[np.int64]] | None = None

    def draw(self, study: LiveStudy, results: Results, kind: str) -> list[Drawn]:
        """Draw them, larger units first."""
        reach, rules = study.reach, study.project.rules
        painted = self._find_painted(results, kind)
        if kind not in reach.kinds or painted is None or reach.unit_ids != painted[0]:
            return []
        number = reach.kinds.index(kind)
        limit_m = rules.limit_m
        styles = reach_styles(limit_m)
        place = {style.id: row for row, style in enumerate(styles)}
        metres = reach.coverage.shortest(number)
        now = np.searchsorted(coverage_steps(limit_m), metres, side="left").astype(np.int64)
        now[metres > limit_m] = place["beyond"]
        reasons = reach.coverage.reasons(number, limit_m)
        now[reasons == REASONS.index("no_access")] = place["no_access"]
        differing = np.flatnonzero(now != painted[1])
        if len(differing) == 0:
            return []
        shapes, types = geometries(results.units), texts(results.units, "unit_type")
        drawn = []
        for unit_type in _ORDER:
            mine = differing[np.array([types[row] == unit_type for row in differing.tolist()], dtype=bool)]
            for row in np.unique(now[mine]).tolist():
                style = styles[row]
                hatch = (style.hatch.colour, style.hatch.angle) if style.hatch is not None else None
                area = shapely.union_all(shapes[mine[now[mine] == row]])
                drawn.append(
                    Drawn(
                        area,
                        COVERAGE_EDGE,
                        0.6,
                        fill=1.0,
                        halo=False,
                        filling=style.fill or COVERAGE_EDGE,
                        hatch=hatch,
                    )
                )
        return drawn

    def _find_painted(self, results: Results, kind: str) -> tuple[list[str], NDArray[np.int64]] | None:
        known = self._painted
        if known is None or known[0] is not results or known[1] != kind:
            units: Sequence[str] = [unit or "" for unit in texts(results.units, "unit_id")]
            classes = reach_classes(results, kind)
            place = {style.id: row for row, style in enumerate(reach_styles(results.rules.limit_m))}
            rows = np.array([place.get(classes.get(unit, ""), -1) for unit in units], dtype=np.int64)
            known = self._painted = (results, kind, list(units), rows)
        return known[2], known[3]
