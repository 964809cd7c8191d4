"""Slow work beside the window.

A job gets immutable inputs and a progress, runs on a worker thread, and hands its result back on the window's
thread. It is stopped by its own next report, which raises `Cancelled`; nothing is ever terminated, and the
window's thread never waits for a job while it is open.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QCoreApplication, QObject, Signal

from gis_planner.errors import Cancelled, PlannerError
from gis_planner.messages import Message
from gis_planner.progress import Progress

Work = Callable[[Progress], Any]
_REPORT_EVERY_S = 0.05


class Job(QObject):
    """One piece of slow work: its title, how far it is, and a way to stop it.

    Exactly one of `done(result)`, `failed(error)` and `cancelled()` comes, then `ended()`, all on the
    window's thread.
    """

    reported = Signal(float, object)
    done = Signal(object)
    failed = Signal(object)
    cancelled = Signal()
    ended = Signal()
    # Sent by the worker; what others hear is told on the window's thread.
    _said = Signal(float, object)
    _outcome = Signal(str, object)

    def __init__(self, title: Message, kind: str, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.title = title
        self.kind = kind
        self.share = 0.0
        self.doing = title
        self.gives_best = False
        self._dropped = False
        self._stop = threading.Event()
        self._forget: Callable[[Job], object] = _nobody
        self._said.connect(self._remember)
        self._outcome.connect(self._finish)

    def cancel(self, *, drop: bool = True) -> None:
        """Ask the work to stop at its next report; its result, should it still come, is dropped.

        With `drop` False the result of a job that gives its best so far is taken.
        """
        self._dropped = self._dropped or drop
        self._stop.set()

    @property
    def stopping(self) -> bool:
        """Whether the job was asked to stop."""
        return self._stop.is_set()

    def _remember(self, share: float, doing: Message) -> None:
        self.share, self.doing = share, doing
        self.reported.emit(share, doing)

    def _finish(self, outcome: str, value: object) -> None:
        self._forget(self)
        taken = not self.stopping or (self.gives_best and not self._dropped)
        if outcome == "cancelled" or not taken:
            self.cancelled.emit()
        elif outcome == "done":
            self.done.emit(value)
        else:
            self.failed.emit(value)
        self.ended.emit()


class _JobProgress:
    """Passes reports to the window, not more often than an eye can follow."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._last = 0.0
        self._doing = ""

    def report(self, share: float, doing: Message) -> None:
        """Report, or raise `Cancelled` where the job was asked to stop."""
        if self._job.stopping:
            raise Cancelled
        now = time.monotonic()
        if now - self._last >= _REPORT_EVERY_S or doing.key != self._doing:
            self._last, self._doing = now, doing.key
            self._job._said.emit(min(max(share, 0.0), 1.0), doing)


def _nobody(job: Job) -> None:
    """Tell nobody that a job has ended."""


def _work_off(waiting: queue.SimpleQueue[tuple[Job, Work] | None]) -> None:
    """Do one job after the other until told to end."""
    while (next_ := waiting.get()) is not None:
        job, work = next_
        outcome, value = _attempt(job, work)
        try:
            job._outcome.emit(outcome, value)
        except RuntimeError:  # the window and its jobs are already gone
            logging.getLogger(__name__).debug("the outcome of %s came after the end", job.title.key)
        del next_, job, work, value


def _attempt(job: Job, work: Work) -> tuple[str, object]:
    try:
        if job.stopping:
            return "cancelled", None
        return "done", work(_JobProgress(job))
    except Cancelled:
        return "cancelled", None
    except Exception as error:
        if not isinstance(error, PlannerError):
            logging.getLogger(__name__).exception("defect in the job %s", job.title.key)
        return "failed", error


class JobRunner(QObject):
    """Runs jobs one after the other, so that they do not fight for the machine.

    `changed` tells that a job began, reported or ended; `current` is the one that runs.
    """

    changed = Signal()
    idle = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: queue.SimpleQueue[tuple[Job, Work] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._jobs: list[Job] = []

    @property
    def jobs(self) -> tuple[Job, ...]:
        """The jobs that run or wait, oldest first."""
        return tuple(self._jobs)

    @property
    def current(self) -> Job | None:
        """The oldest job that has not ended."""
        return self._jobs[0] if self._jobs else None

    def has(self, kind: str) -> bool:
        """Tell whether a job of a kind runs or waits and was not asked to stop."""
        return any(job.kind == kind and not job.stopping for job in self._jobs)

    def start(
        self,
        title: Message,
        work: Work,
        *,
        kind: str = "",
        done: Callable[[Any], object] | None = None,
        failed: Callable[[Any], object] | None = None,
        gives_best: bool = False,
    ) -> Job:
        """Start a job, or let it wait for those before it; `done` and `failed` are called on the window's thread.

        `gives_best`: stopped by a person, it may still give the best that it found so far.
        """
        job = Job(title, kind, self)
        job.gives_best = gives_best
        if done is not None:
            job.done.connect(done)
        if failed is not None:
            job.failed.connect(failed)
        job.reported.connect(lambda *_: self.changed.emit())
        job._forget = self._forget
        job.ended.connect(self._ended)
        self._jobs.append(job)
        if self._thread is None:
            # WORKAROUND pyproj 3.7 _context.pyx: it keeps a context for each native thread, but lets go of it with
            # Python's state of that thread, which in Qt's pool ends with every call; the next call then crashes.
            # So one Python thread lives on.
            self._thread = threading.Thread(target=_work_off, args=(self._waiting,), name="jobs", daemon=True)
            self._thread.start()
        self._waiting.put((job, work))
        self.changed.emit()
        return job

    def cancel(self, kind: str | None = None, *, drop: bool = True) -> None:
        """Ask every job, or those of one kind, to stop; a person who stops a job may still want its best so far."""
        for job in self._jobs:
            if kind is None or job.kind == kind:
                job.cancel(drop=drop)
        self.changed.emit()

    def shut_down(self) -> None:
        """Ask everything to stop and wait for it; called once, after the window has gone from the screen."""
        self.cancel()
        thread, self._thread = self._thread, None
        if thread is not None:
            self._waiting.put(None)
            thread.join()
        # What the worker still sent would be told to a window that is being taken apart.
        for job in self._jobs:
            QCoreApplication.removePostedEvents(job)
            job._forget = _nobody
        self._jobs.clear()

    def _forget(self, job: Job) -> None:
        """Let go of a job before its outcome is told, so that whoever hears it finds no job running."""
        self._jobs.remove(job)
        job.deleteLater()

    def _ended(self) -> None:
        self.changed.emit()
        if not self._jobs:
            self.idle.emit()
