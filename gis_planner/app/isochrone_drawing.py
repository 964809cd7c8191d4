"""The isochrones of what is selected: a first picture at once, the exact one when it is there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import shapely
from shapely.geometry.base import BaseGeometry

from gis_planner.app.desk import Desk
from gis_planner.app.drawn import Drawn
from gis_planner.app.jobs import JobRunner
from gis_planner.app.selection import Selected
from gis_planner.app.texts import Texts
from gis_planner.cartography.legend import LegendEntry
from gis_planner.cartography.style import Stroke, Style
from gis_planner.errors import PlannerError
from gis_planner.messages import Message
from gis_planner.model.results import Results
from gis_planner.progress import Progress

if TYPE_CHECKING:
    from gis_planner.analysis.isochrone_ground import WalkGround

MINUTES = (5, 10, 15)
# One hue, dark where it is near; the fills lie over each other, so near adds up to dark as well.
_COLOURS = {5: "#452A80", 10: "#7554B8", 15: "#A18AD3"}
_FILL = 0.13
# Where the label of each stands on its outline, so that three of them do not meet.
_TOWARDS = {5: (0.0, -1.0), 10: (1.0, 0.0), 15: (0.0, 1.0)}


@dataclass(frozen=True, eq=False)
class Isochrones:
    """Outlines by minutes, of whom, how many metres each is, and whether they are exact already."""

    of: str
    metres: dict[int, float]
    outlines: dict[int, BaseGeometry]
    exact: bool


def subject_of(chosen: Selected) -> str | None:
    """Name what is selected as isochrones name it, None where it has none."""
    if chosen.cluster is not None:
        return f"clusters/{chosen.cluster}"
    if len(chosen.compounds) == 1:
        return f"compounds/{chosen.compounds[0]}"
    return f"facilities/{chosen.facility}" if chosen.facility is not None else None


class IsochroneDrawing:
    """Follows the selection and the results, and calls `changed` whenever other isochrones are to be seen."""

    def __init__(self, desk: Desk, jobs: JobRunner, changed: Callable[[], object]) -> None:
        self._desk, self._jobs, self._changed = desk, jobs, changed
        self._asked: tuple[str, Results] | None = None
        self._ground: tuple[Results, WalkGround] | None = None
        self.shown: Isochrones | None = None

    def follow(self) -> None:
        """Draw what is asked for now, or nothing."""
        chosen, document = self._desk.selection.value, self._desk.document
        results = None if document.changes else document.results  # what is out of date is not drawn
        of = subject_of(chosen) if chosen.isochrones else None
        asked = None if of is None or results is None else (of, results)
        before = self._asked
        if asked == before or (
            asked is not None and before is not None and asked[0] == before[0] and asked[1] is before[1]
        ):
            return
        self._asked = asked
        self._jobs.cancel("isochrones")
        if self.shown is not None:
            self.shown = None
            self._changed()
        if asked is not None:
            self._start(*asked, exact=False)

    def _start(self, of: str, results: Results, *, exact: bool) -> None:
        project = self._desk.document.studied
        if project is None:
            return
        known = self._ground[1] if self._ground is not None and self._ground[0] is results else None

        def work(progress: Progress) -> tuple[WalkGround, Isochrones]:
            # compiled kernels: only in the job
            from gis_planner.analysis.isochrone_ground import lay_ground
            from gis_planner.analysis.isochrone_starts import find_starts
            from gis_planner.analysis.isochrones import final_isochrones, live_isochrones, minutes_to_metres

            progress.report(0.0, Message("app.job.isochrones"))
            starts = find_starts(results, project.grouping, of)
            ground = known if known is not None else lay_ground(project, results.network)
            speed = project.rules.walk_speed_m_s
            metres = {minutes: minutes_to_metres(minutes, walk_speed_m_s=speed) for minutes in MINUTES}
            limits = list(metres.values())
            outlines: list[BaseGeometry] = (
                [found.outline for found in final_isochrones(ground, starts, limits, progress=progress)]
                if exact
                else [*live_isochrones(ground, starts, limits)]
            )
            return ground, Isochrones(of, metres, dict(zip(MINUTES, outlines, strict=True)), exact)

        def take(found: tuple[WalkGround, Isochrones]) -> None:
            self._ground = (results, found[0])
            if self._asked is None or self._asked[0] != of or self._asked[1] is not results:
                return
            self.shown = found[1]
            self._changed()
            if not exact:
                self._start(of, results, exact=True)

        self._jobs.start(
            Message("app.job.isochrones"), work, kind="isochrones", done=take, failed=self._refuse
        )

    def _refuse(self, error: Exception) -> None:
        if not isinstance(error, PlannerError):
            raise error
        say = self._desk.texts.say
        self._desk.window.notify("warning", say(error.problem), say(error.remedy))
        self._desk.selection.set(isochrones=False)


def draw_isochrones(found: Isochrones) -> list[Drawn]:
    """Draw the outlines, the longest walk first."""
    return [
        Drawn(found.outlines[minutes], _COLOURS[minutes], 1.8, fill=_FILL, halo=False)
        for minutes in reversed(MINUTES)
        if not found.outlines[minutes].is_empty
    ]


def label_isochrones(found: Isochrones, texts: Texts) -> list[tuple[float, float, str]]:
    """Label each outline at its farthest vertex in a direction of its own."""
    tags = []
    for minutes in MINUTES:
        if found.outlines[minutes].is_empty:
            continue
        xy = shapely.get_coordinates(found.outlines[minutes])
        x, y = _TOWARDS[minutes]
        at = xy[int((xy[:, 0] * x + xy[:, 1] * y).argmax())]
        tags.append((float(at[0]), float(at[1]), _said(found, minutes, texts)))
    return tags


def explain_isochrones(found: Isochrones, texts: Texts) -> tuple[LegendEntry, ...]:
    """Give the lines of the legend."""
    return tuple(
        LegendEntry(
            _said(found, minutes, texts),
            Style(
                id=f"isochrone-{minutes}",
                shape="area",
                fill=_COLOURS[minutes],
                fill_alpha=0.2,
                strokes=(Stroke(_COLOURS[minutes], 0.5),),
            ),
        )
        for minutes in MINUTES
    )


def _said(found: Isochrones, minutes: int, texts: Texts) -> str:
    return texts("app.isochrone.label", minutes=minutes, length=texts.metres(found.metres[minutes]))
