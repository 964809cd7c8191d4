"""Slow work beside the window: results come home, and a stop is heard."""

from __future__ import annotations

import threading

import pytest
from pytestqt.qtbot import QtBot

from gis_planner.app.jobs import JobRunner
from gis_planner.errors import Cancelled, InputError
from gis_planner.messages import Message
from gis_planner.progress import Progress

TITLE = Message("app.job.study")


@pytest.fixture
def runner(qtbot: QtBot) -> JobRunner:
    made = JobRunner()
    yield made
    made.shut_down()


def test_work_runs_beside_the_window_and_its_result_comes_back_to_it(runner: JobRunner, qtbot: QtBot) -> None:
    where: dict[str, int] = {}

    def work(progress: Progress) -> str:
        where["work"] = threading.get_ident()
        progress.report(0.5, TITLE)
        return "found"

    def done(result: str) -> None:
        where["done"] = threading.get_ident()
        assert result == "found"

    with qtbot.waitSignal(runner.idle):
        runner.start(TITLE, work, done=done)
    assert where["done"] == threading.get_ident()
    assert where["work"] != threading.get_ident()


def test_jobs_run_one_after_the_other_on_one_thread(runner: JobRunner, qtbot: QtBot) -> None:
    seen: list[tuple[int, int]] = []
    together: list[int] = []

    def work(number: int) -> object:
        def run(progress: Progress) -> None:
            together.append(number)
            assert len(together) == 1
            seen.append((number, threading.get_ident()))
            together.remove(number)

        return run

    with qtbot.waitSignal(runner.idle):
        for number in range(5):
            runner.start(TITLE, work(number))  # type: ignore[arg-type]
    assert [number for number, _ in seen] == list(range(5))
    assert len({thread for _, thread in seen}) == 1


def test_a_report_stops_the_work_that_was_cancelled(runner: JobRunner, qtbot: QtBot) -> None:
    begun, asked = threading.Event(), threading.Event()
    told: list[str] = []

    def work(progress: Progress) -> str:
        begun.set()
        assert asked.wait(30)
        progress.report(0.5, TITLE)
        return "too late"

    job = runner.start(
        TITLE, work, done=lambda _: told.append("done"), failed=lambda _: told.append("failed")
    )
    job.cancelled.connect(lambda: told.append("cancelled"))
    assert begun.wait(30)
    job.cancel()
    with qtbot.waitSignal(runner.idle):
        asked.set()
    assert told == ["cancelled"]


def test_the_result_of_a_job_that_ended_before_it_heard_the_stop_is_dropped(
    runner: JobRunner, qtbot: QtBot
) -> None:
    told: list[str] = []
    release = threading.Event()

    def work(progress: Progress) -> str:
        assert release.wait(30)
        return "result"

    job = runner.start(TITLE, work, done=lambda _: told.append("done"))
    job.cancelled.connect(lambda: told.append("cancelled"))
    job.cancel()
    with qtbot.waitSignal(runner.idle):
        release.set()
    assert told == ["cancelled"]


@pytest.mark.parametrize(("drop", "outcome"), [(False, "best so far"), (True, "cancelled")])
def test_a_person_who_stops_a_search_keeps_its_best_so_far(
    runner: JobRunner, qtbot: QtBot, drop: bool, outcome: str
) -> None:
    told: list[str] = []
    begun, asked = threading.Event(), threading.Event()

    def work(progress: Progress) -> str:
        begun.set()
        assert asked.wait(30)
        try:
            progress.report(0.5, TITLE)
        except Cancelled:
            return "best so far"
        return "everything"

    job = runner.start(TITLE, work, done=told.append, gives_best=True)
    job.cancelled.connect(lambda: told.append("cancelled"))
    assert begun.wait(30)
    job.cancel(drop=drop)
    with qtbot.waitSignal(runner.idle):
        asked.set()
    assert told == [outcome]


def test_a_waiting_job_that_is_cancelled_never_begins(runner: JobRunner, qtbot: QtBot) -> None:
    release = threading.Event()
    began: list[str] = []
    runner.start(TITLE, lambda progress: release.wait(30))
    second = runner.start(TITLE, lambda progress: began.append("second"))
    second.cancel()
    with qtbot.waitSignal(runner.idle):
        release.set()
    assert began == []


def test_a_failure_comes_as_it_was_raised_and_others_go_on(runner: JobRunner, qtbot: QtBot) -> None:
    failed: list[BaseException] = []
    done: list[int] = []

    def work(progress: Progress) -> None:
        raise InputError(Message("import.nothing_there"), Message("import.nothing_there_remedy"))

    with qtbot.waitSignal(runner.idle):
        runner.start(TITLE, work, failed=failed.append)
        runner.start(TITLE, lambda progress: 7, done=done.append)
    assert isinstance(failed[0], InputError)
    assert done == [7]


def test_whoever_hears_a_result_finds_no_job_running(runner: JobRunner, qtbot: QtBot) -> None:
    seen: list[bool] = []
    with qtbot.waitSignal(runner.idle):
        runner.start(TITLE, lambda progress: 1, kind="study", done=lambda _: seen.append(runner.has("study")))
        assert runner.has("study")
    assert seen == [False]


def test_shutting_down_waits_for_the_work_to_hear_it(qtbot: QtBot) -> None:
    runner = JobRunner()
    heard: list[str] = []
    begun = threading.Event()

    def work(progress: Progress) -> None:
        begun.set()
        try:
            while True:
                progress.report(0.1, TITLE)
        except Cancelled:
            heard.append("stopped")
            raise

    runner.start(TITLE, work)
    assert begun.wait(30)
    runner.shut_down()
    assert heard == ["stopped"]
