"""How slow work reports, and how it is stopped."""

from __future__ import annotations

from typing import Protocol

from gis_planner.messages import Message


class Progress(Protocol):
    """Takes reports of slow work."""

    def report(self, share: float, doing: Message) -> None:
        """Say what is being done and which share (0 to 1) is done; raises `Cancelled` when stopped."""


class _Silent:
    def report(self, share: float, doing: Message) -> None:
        """Take the report and say nothing."""


SILENT: Progress = _Silent()


class Part:
    """A stretch of a longer work: its 0 to 1 is `start` to `end` of the whole."""

    def __init__(self, whole: Progress, start: float, end: float) -> None:
        self._whole = whole
        self._start = start
        self._end = end

    def report(self, share: float, doing: Message) -> None:
        """Report to the whole, scaled into this stretch."""
        self._whole.report(self._start + (self._end - self._start) * share, doing)
