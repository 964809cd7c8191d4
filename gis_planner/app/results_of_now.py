"""The results that walks are drawn from: those of the study, or what is followed since, where an edit came after it.

Walks need access points and lines as the study lays them out. After an edit they are found again, in the job that
wants them; lengths and facilities are those that the matrix shows.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from gis_planner.app.document import Document
from gis_planner.model.project import Project
from gis_planner.model.results import Results
from gis_planner.progress import Progress

Prepared = Callable[[Progress], Results]


class ResultsOfNow:
    """Prepares results of the project as it stands, once for each state of it."""

    def __init__(self) -> None:
        self._known: tuple[Project, Results] | None = None

    def prepare(self, document: Document) -> Prepared | None:
        """Give what a job calls for the results of now; None where there are none, or only older ones."""
        project, results, study = document.project, document.results, document.live.study
        if project is None or results is None:
            return None
        if not document.changes:
            return lambda progress: results
        if study is None or study.project is not project:
            return None
        known = self._known
        if known is not None and known[0] is project:
            return lambda progress: known[1]
        coverage = study.coverage()

        def work(progress: Progress) -> Results:
            from gis_planner.analysis.live_reach import survey_reach  # compiled kernels: only in the job

            network, units, found = survey_reach(project, progress=progress)
            fresh = replace(
                results,
                network=network,
                units=units,
                access=found.access,
                direct=found.direct,
                facilities=found.facilities,
                coverage=coverage,
            )
            self._known = (project, fresh)
            return fresh

        return work
