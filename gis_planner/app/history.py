"""What undo would take back and redo would do again, in words."""

from __future__ import annotations

from gis_planner.errors import PlannerError
from gis_planner.io.project_file import EditRow
from gis_planner.messages import Message
from gis_planner.model.changes import describe
from gis_planner.model.edits import read_edit
from gis_planner.workflow.open_project import LogRow, OpenProject


def undo_title(opened: OpenProject) -> Message | None:
    """Say the edit that undo would take back, None when there is none."""
    path = opened.file.path_to(opened.stand.head)
    return _say(path[-1]) if path else None


def redo_title(opened: OpenProject) -> Message | None:
    """Say the edit that redo would do again, None when there is none."""
    if not opened.can_redo:
        return None
    ahead = opened.file.path_to(opened.stand.redo_tip)
    done = len(opened.file.path_to(opened.stand.head))
    return _say(ahead[done]) if done < len(ahead) else None


def row_title(row: LogRow) -> Message:
    """Say one row of the history."""
    try:
        return describe(read_edit(row.kind, 1, row.body))
    except PlannerError:
        return Message("app.both", zh=row.title, en=row.title)


def _say(row: EditRow) -> Message:
    try:
        return describe(read_edit(row.kind, row.version, row.body))
    except PlannerError:
        return Message("app.both", zh=row.title, en=row.title)
