"""Other groupings about as good as the proposed one, as scenarios that begin where this one stands."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gis_planner.analysis.nearby_groupings import NearbyGrouping, find_nearby_groupings
from gis_planner.io.project_file import NewEdit
from gis_planner.io.read_standard import read_profiles
from gis_planner.model.clusters import Grouping
from gis_planner.model.edits import SetClusters
from gis_planner.model.project import Project
from gis_planner.progress import SILENT, Progress
from gis_planner.workflow.open_project import OpenProject, title_of

_MOST = 99


def propose_nearby(project: Project, *, n: int, progress: Progress = SILENT) -> tuple[NearbyGrouping, ...]:
    """Find up to `n` groupings about as good as the best one, that one first."""
    return find_nearby_groupings(project, read_profiles()[project.profile], n=n, progress=progress)


def add_nearby(
    opened: OpenProject, found: Sequence[NearbyGrouping], *, name: str, who: str = ""
) -> list[str]:
    """Make a scenario of every grouping that none stands at yet, `name` and a number each; gives their names.

    The scenario that is worked on stays as it is and stays the one that is worked on.
    """
    opened.check_up_to_date()
    here = opened.stand.head
    rows = opened.file.scenarios()
    taken = {row.name for row in rows}
    known = {_members(opened.state_at(row.head).grouping) for row in rows}
    made = []
    for one in found:
        after = opened.after(opened.project, one.edit)
        if _members(after.grouping) in known:
            continue
        known.add(_members(after.grouping))
        title = next(f"{name}{at:02d}" for at in range(1, _MOST * 10) if f"{name}{at:02d}" not in taken)
        taken.add(title)
        _add(opened, title, here, one.edit, who)
        made.append(title)
    return made


def _add(opened: OpenProject, name: str, head: int | None, edit: SetClusters, who: str) -> None:
    opened.file.add_scenario(name, head)
    batch = [NewEdit(edit.kind, edit.version, edit.body(), title_of(edit))]
    opened.file.append({head: batch}, [opened.file.scenario(name)], who=who)


def _members(grouping: Grouping) -> frozenset[tuple[str, ...]]:
    clusters: Iterable[tuple[str, ...]] = (cluster.members for cluster in grouping.clusters)
    return frozenset(clusters)
