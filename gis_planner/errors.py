"""What can go wrong, said as a problem and a remedy.

Doubtful data is never an error: it is an issue (`model.issues`). A `PlannerError` says that what was
asked cannot be done, where, and what to do about it. Everything else that is raised is a defect.
"""

from __future__ import annotations

from typing import ClassVar

from gis_planner.messages import Message


class PlannerError(Exception):
    """Something a person asked for cannot be done.

    `problem` says what and where, `remedy` what to do. `exit_code` is what the command line ends with:
    1 cannot be done, 2 something must be given.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, problem: Message, remedy: Message) -> None:
        super().__init__(problem.key)
        self.problem = problem
        self.remedy = remedy


class InputError(PlannerError):
    """A file from outside cannot be taken."""


class UnclearInputError(InputError):
    """A file could be taken once something is told: its layer, CRS, datum or encoding."""

    exit_code = 2


class ProjectFileError(PlannerError):
    """The project file cannot be opened, read or written."""


class RuleError(PlannerError):
    """A rule, a rule pack or an edit says something impossible."""


class AnalysisError(PlannerError):
    """The study cannot give an answer."""


class ExportError(PlannerError):
    """An output cannot be written."""


class Cancelled(Exception):
    """The person stopped the work."""
