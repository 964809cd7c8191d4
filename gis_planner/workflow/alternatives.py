"""Other good groupings as scenarios, one click away, and how they compare.

Each alternative is a scenario of its own that differs from where it was branched by one edit, `SetClusters`; what the
solver said of it stands in the edit, so that alternatives can be ranked without studying them all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gis_planner.analysis.clustering.cost import TERMS
from gis_planner.analysis.grouping import propose_others
from gis_planner.errors import RuleError
from gis_planner.io.project_file import NewEdit
from gis_planner.messages import Message
from gis_planner.model.edits import SetClusters
from gis_planner.model.project import Project
from gis_planner.progress import SILENT, Progress
from gis_planner.workflow.open_project import OpenProject, title_of
from gis_planner.workflow.standards import packs_in_use
from gis_planner.workflow.studying import profile_of

MOST = 99
_PREFIX = "方案"


@dataclass(frozen=True, eq=False)
class Compared:
    """One alternative among the scenarios: what the solver said of it, and its rank by each figure (1 is best)."""

    scenario: str
    clusters: int
    alone: int
    cost: float
    terms: Mapping[str, float]
    to_build: int | None
    different: float
    changed: bool
    ranks: Mapping[str, int]

    def to_json(self) -> dict[str, Any]:
        """Write the row as plain JSON."""
        return {
            "id": self.scenario, "scenario": self.scenario, "clusters": self.clusters, "alone": self.alone,
            "cost": self.cost, "to_build": self.to_build, "different": self.different, "changed": self.changed,
            "terms": dict(self.terms), "ranks": dict(self.ranks),
        }  # fmt: skip


def make_alternatives(
    opened: OpenProject, count: int, *, who: str = "", progress: Progress = SILENT
) -> list[str]:
    """Make up to `count` scenarios of other good groupings, the best first, and give their names.

    See `find_alternatives` and `add_alternatives`.
    """
    opened.check_up_to_date()
    found = find_alternatives(opened.project, count, progress=progress)
    return add_alternatives(opened, found, count, who=who)


def find_alternatives(
    project: Project, count: int, *, progress: Progress = SILENT
) -> tuple[SetClusters, ...]:
    """Find up to `count` good groupings beside the best one, which comes first (RuleError for a count that is none)."""
    if not 1 <= count <= MOST:
        raise RuleError(
            Message("alternatives.bad_count", count=count, most=MOST),
            Message("alternatives.bad_count_remedy"),
        )
    standard = packs_in_use(project)["cluster"]
    return propose_others(project, profile_of(project), standard, count + 1, progress=progress)


def add_alternatives(
    opened: OpenProject, found: Sequence[SetClusters], count: int, *, who: str = ""
) -> list[str]:
    """Make scenarios of the first `count` groupings that none stands at yet, in one transaction; gives their names.

    They branch from where the scenario stands, which stays the one that is worked on. Raises ProjectFileError when
    nothing can be written; then nothing has changed.
    """
    opened.check_up_to_date()
    known = {opened.state_at(row.head).grouping.digest() for row in opened.file.scenarios()}
    fresh = [edit for edit in found if edit.origin.get("digest") not in known][:count]
    names = _free_names(opened, len(fresh))
    edits = {
        name: NewEdit(edit.kind, edit.version, edit.body(), title_of(edit))
        for name, edit in zip(names, fresh, strict=True)
    }
    opened.file.branch_off(opened.stand.head, edits, who=who)
    return names


def compare_alternatives(opened: OpenProject) -> list[Compared]:
    """List the scenarios that began as alternatives, by cost, each ranked on every figure."""
    rows = []
    for row in opened.file.scenarios():
        grouping = opened.state_at(row.head).grouping
        facts = grouping.origin.get("alternative")
        if facts is not None:
            changed = grouping.digest() != grouping.origin.get("digest")
            rows.append((row.name, grouping, facts, changed))
    figures = [
        {
            "cost": float(grouping.origin["cost"]), "to_build": facts["to_build"],
            "alone": len(grouping.origin["alone"]),
            **{term: float(facts["terms"].get(term, 0.0)) for term in TERMS},
        }
        for _, grouping, facts, _ in rows
    ]  # fmt: skip
    ranks = [
        {
            name: 1 + sum(other[name] < value - 1e-9 for other in figures)
            for name, value in own.items()
            if value is not None
        }
        for own in figures
    ]
    found = [
        Compared(
            scenario=name,
            clusters=len(grouping.clusters),
            alone=len(grouping.origin["alone"]),
            cost=float(grouping.origin["cost"]),
            terms=facts["terms"],
            to_build=facts["to_build"],
            different=float(facts["different"]),
            changed=changed,
            ranks=rank,
        )
        for (name, grouping, facts, changed), rank in zip(rows, ranks, strict=True)
    ]
    return sorted(found, key=lambda row: (row.cost, row.scenario))


def _free_names(opened: OpenProject, count: int) -> list[str]:
    taken = set(opened.scenarios())
    names: list[str] = []
    number = 1
    while len(names) < count:
        name = f"{_PREFIX}{number:02d}"
        if name not in taken:
            names.append(name)
        number += 1
    return names
