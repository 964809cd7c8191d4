"""The walks of the chosen cell: found in a job of the map's own, drawn once they are there."""

from __future__ import annotations

from collections.abc import Callable

from gis_planner.app.desk import Desk
from gis_planner.app.jobs import JobRunner
from gis_planner.app.results_of_now import ResultsOfNow
from gis_planner.app.routing import Routes, find_routes
from gis_planner.app.selection import Selected
from gis_planner.messages import Message


class RoutesDrawing:
    """Finds the routes of a cluster's element; `found(routes, look)` when they are there."""

    def __init__(self, desk: Desk, jobs: JobRunner, found: Callable[[Routes, bool], object]) -> None:
        self._desk, self._jobs, self._found = desk, jobs, found
        self._results_of_now = ResultsOfNow()
        self.shown: Routes | None = None

    def drop(self) -> None:
        """Draw none."""
        self._jobs.cancel("routes")
        self.shown = None

    @property
    def finding(self) -> bool:
        """Whether a job looks for them."""
        return self._jobs.has("routes")

    def find(self, chosen: Selected, *, look: bool = True) -> None:
        """Find the routes of what is chosen; with `look` they are brought into sight."""
        self.drop()
        results, project = self._desk.document.results, self._desk.document.project
        if results is None or project is None or chosen.element is None or chosen.cluster is None:
            return
        if not any(e.id == chosen.element and e.facility for e in results.standard.elements):
            return
        cluster, element = chosen.cluster, chosen.element
        of_now = self._results_of_now.prepare(self._desk.document)
        if of_now is None:  # nothing is drawn of what is out of date
            return
        self._jobs.start(
            Message("app.job.routes"),
            lambda progress: find_routes(of_now(progress), cluster, element, progress=progress),
            kind="routes",
            done=lambda routes: self._take(routes, look),
            failed=_raise,
        )

    def _take(self, routes: Routes, look: bool) -> None:
        chosen = self._desk.selection.value
        if (routes.cluster, routes.element) == (chosen.cluster, chosen.element):
            self.shown = routes
            self._found(routes, look)


def _raise(error: BaseException) -> None:
    raise error
