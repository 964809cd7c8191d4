"""The document: an edit is in the file before it shows, and results know what they are about."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from gis_planner.app.document import Document
from gis_planner.app.jobs import JobRunner
from gis_planner.errors import PlannerError
from gis_planner.messages import Message
from gis_planner.model.edits import AddFacility, MoveCompounds, NameCluster, SetRule
from gis_planner.workflow.open_project import open_project

WAIT_MS = 60_000


@pytest.fixture
def document(qtbot: QtBot, town: Path) -> Iterator[Document]:
    jobs = JobRunner()
    made = Document(jobs)
    made.adopt(open_project(town))
    yield made
    jobs.shut_down()
    made.close()


def studied(document: Document, qtbot: QtBot) -> None:
    document.study()
    qtbot.waitUntil(lambda: not document.jobs.jobs, timeout=WAIT_MS)
    assert document.results is not None


def test_an_edit_is_in_the_file_before_it_shows(document: Document, town: Path) -> None:
    seen: list[str] = []

    def look(before: object, after: object) -> None:
        other = open_project(town)
        seen.append(other.project.grouping.cluster("Z02").name)
        other.close()

    document.project_changed.connect(look)
    assert document.apply(NameCluster("Z02", "西街片区"))
    assert seen == ["西街片区"]


def test_a_change_is_told_once_with_both_states(document: Document) -> None:
    told: list[tuple[object, object]] = []
    document.project_changed.connect(lambda before, after: told.append((before, after)))
    before = document.project
    document.apply(SetRule("limit_m", 800))
    assert told == [(before, document.project)]
    assert document.project is not before


def test_an_edit_that_cannot_be_is_told_and_changes_nothing(document: Document) -> None:
    failed: list[PlannerError] = []
    document.failed.connect(failed.append)
    before = document.project
    assert not document.apply(NameCluster("Z99", "nowhere"))
    assert not document.apply(SetRule("limit_m", "far"))
    assert document.project is before
    assert len(failed) == 2


def test_undo_and_redo_lead_back_to_the_same_states(document: Document) -> None:
    first = document.project
    document.apply(SetRule("limit_m", 800))
    second = document.project
    assert document.undo()
    assert document.project is first
    assert document.redo()
    assert document.project is second


def test_results_go_out_of_date_by_an_edit_and_back_by_undo(document: Document, qtbot: QtBot) -> None:
    studied(document, qtbot)
    results = document.results
    assert document.changes == frozenset()
    document.apply(SetRule("limit_m", 150))
    assert document.changes == {"rules"}
    assert document.results is results
    studied(document, qtbot)
    assert document.results is not results
    document.undo()
    assert document.changes == frozenset()
    assert document.results is results


def test_cells_that_flipped_between_two_studies_are_known(document: Document, qtbot: QtBot) -> None:
    studied(document, qtbot)
    assert document.flips == ()
    document.apply(SetRule("limit_m", 60))
    studied(document, qtbot)
    assert ("Z02", "KY3", "fail") in {(f.cluster_id, f.element, f.after) for f in document.flips}


def test_an_edit_during_a_study_is_taken_and_leaves_its_results_marked(
    document: Document, qtbot: QtBot
) -> None:
    document.study()
    assert document.studying
    assert document.apply(AddFacility("N1", "library", 500_045.0, 3_800_100.0))
    qtbot.waitUntil(lambda: not document.jobs.jobs, timeout=WAIT_MS)
    assert document.results is not None
    assert document.changes == {"facilities"}


def test_studying_by_itself_follows_the_last_edit(document: Document, qtbot: QtBot) -> None:
    document.auto_study = True
    document.apply(SetRule("limit_m", 800))
    document.apply(SetRule("limit_m", 700))
    qtbot.waitUntil(lambda: not document.jobs.jobs and document.results is not None, timeout=WAIT_MS)
    assert document.changes == frozenset()
    assert document.results is not None
    assert document.results.rules.limit_m == 700


def test_a_project_without_a_grouping_gets_one_as_one_edit(document: Document, qtbot: QtBot) -> None:
    document.apply(MoveCompounds(("A", "B", "C", "D"), None))
    document.undo()
    log = len(document.open_project.log()) if document.open_project is not None else 0
    document.study(recluster=True)
    qtbot.waitUntil(lambda: not document.jobs.jobs, timeout=WAIT_MS)
    assert document.open_project is not None
    rows = document.open_project.log()
    assert [row.kind for row in rows[log:]] == ["SetClusters"]
    assert document.changes == frozenset()


def test_an_edit_while_a_grouping_is_proposed_is_not_lost_to_it(document: Document, qtbot: QtBot) -> None:
    document.study(recluster=True)
    assert document.apply(SetRule("members_max", 3))
    qtbot.waitUntil(lambda: not document.jobs.jobs, timeout=WAIT_MS)
    assert document.project is not None
    assert document.project.rules.members_max == 3
    assert document.open_project is not None
    assert [row.kind for row in document.open_project.log() if row.active][-2:] == ["SetRule", "SetClusters"]
    assert document.changes == frozenset()


def test_no_edit_is_taken_while_a_job_writes(document: Document, qtbot: QtBot) -> None:
    changed: Callable[[], bool] = lambda: document.apply(SetRule("limit_m", 900))  # noqa: E731
    tried: list[bool] = []
    job = document.write(Message("app.job.store"), lambda opened, progress: None)
    assert job is not None
    assert document.writing
    assert not document.can_edit
    tried.append(changed())
    qtbot.waitUntil(lambda: not document.writing, timeout=WAIT_MS)
    tried.append(changed())
    assert tried == [False, True]


def test_branches_part_and_switching_goes_between_them(document: Document) -> None:
    told: list[str] = []
    document.scenario_changed.connect(told.append)
    main = document.project
    assert document.branch("方案 A")
    document.apply(SetRule("limit_m", 500))
    assert document.switch("main")
    assert document.project is main
    assert told == ["方案 A", "main"]
    assert not document.branch("方案 A")


def test_a_cancelled_study_leaves_the_results_before(document: Document, qtbot: QtBot) -> None:
    studied(document, qtbot)
    results = document.results
    document.apply(SetRule("limit_m", 500))
    document.study()
    document.jobs.cancel("study")
    qtbot.waitUntil(lambda: not document.jobs.jobs, timeout=WAIT_MS)
    assert document.results is results
    assert document.changes == {"rules"}
