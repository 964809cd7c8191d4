"""Branch a scenario, switch between scenarios, replay a project into a new file."""

from __future__ import annotations

from pathlib import Path

from gis_planner.io.project_file import NewEdit, ProjectFile
from gis_planner.model.edits import ImportLayer, read_edit
from gis_planner.model.project import Project
from gis_planner.workflow.open_project import MAIN, OpenProject


def branch(opened: OpenProject, name: str) -> Project:
    """Make a scenario that starts where this one stands and go to it (ProjectFileError when the name is taken)."""
    name = name.strip()
    opened.file.add_scenario(name, opened.stand.head)
    return opened.stand_at(opened.file.scenario(name))


def switch(opened: OpenProject, name: str) -> Project:
    """Go to another scenario; raises ProjectFileError naming those that exist."""
    return opened.stand_at(opened.file.scenario(name))


def replay(opened: OpenProject, target: Path) -> OpenProject:
    """Make a new project file by doing every edit of every scenario again, one after the other.

    Edits that were taken back are left behind. Each edit is read and applied anew; import tables are copied and their
    hashes checked. Raises ProjectFileError when the target exists.
    """
    meta = opened.file.meta()
    file = ProjectFile.create(target, title=meta.get("title", ""), crs=meta.get("crs", "auto"))
    new = OpenProject(file, MAIN)
    try:
        new_id: dict[int | None, int | None] = {None: None}
        stands = {MAIN: file.scenario(MAIN)}
        for row in sorted(opened.file.scenarios(), key=lambda row: row.name != MAIN):
            _replay_scenario(opened, new, row.name, row.head, new_id)
            stands[row.name] = file.scenario(row.name)
        new.stand_at(stands[opened.scenario])
    except BaseException:
        new.close()
        target.unlink(missing_ok=True)
        raise
    return new


def _replay_scenario(
    opened: OpenProject, new: OpenProject, name: str, head: int | None, new_id: dict[int | None, int | None]
) -> None:
    path = opened.file.path_to(head)
    shared = max((i for i, row in enumerate(path) if row.id in new_id), default=-1)
    start = new_id[path[shared].id] if shared >= 0 else None
    if any(row.name == name for row in new.file.scenarios()):
        new.stand_at(new.file.scenario(name))
    else:
        new.file.add_scenario(name, start)
        new.stand_at(new.file.scenario(name))
    for row in path[shared + 1 :]:
        edit = read_edit(row.kind, row.version, row.body)
        if isinstance(edit, ImportLayer) and not new.file.has_table(edit.table):
            new.file.copy_table(edit.table, opened.file)
        new.after(new.project, edit)
        moved = new.file.append(
            {new.stand.head: [NewEdit(row.kind, row.version, row.body, row.title)]},
            [new.stand], who=row.who, at_utc=row.at_utc,
        )  # fmt: skip
        new_id[row.id] = moved[new.stand.head]
        new.stand_at(new.file.scenario(name))
