"""Study a project; propose a grouping where there is none, and let an edit decide it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gis_planner.analysis.around import propose_around
from gis_planner.analysis.comparison import Flip, find_flips, flips_between, same_elements
from gis_planner.analysis.compound_verdicts import judge_compounds
from gis_planner.analysis.grouping import propose
from gis_planner.analysis.study import study as study_project
from gis_planner.errors import RuleError
from gis_planner.io.read_standard import read_profiles
from gis_planner.messages import Message
from gis_planner.model.edits import Edit, SetClusters
from gis_planner.model.project import Project
from gis_planner.model.results import Results
from gis_planner.model.standard import Profile
from gis_planner.progress import SILENT, Part, Progress
from gis_planner.workflow.checks import check_edits
from gis_planner.workflow.edit import apply_edits
from gis_planner.workflow.open_project import OpenProject
from gis_planner.workflow.standards import doubt_packs, packs_in_use


@dataclass(frozen=True, eq=False)
class Studied:
    """The results, and the cells that differ from what stood before the edits of this study (`earlier`).

    Clusters' cells come first, then those of compounds.
    """

    results: Results
    flips: tuple[Flip, ...]
    earlier: Results | None = None


def run_study(project: Project, *, progress: Progress = SILENT) -> Results:
    """Study a project as it stands, by the rule packs that it uses and its city profile."""
    packs = packs_in_use(project)
    results = study_project(
        project, packs["cluster"], _profile(project), compound_standard=packs["compound"], progress=progress
    )
    doubts = doubt_packs(project)
    return replace(results, issues=(*results.issues, *doubts)) if doubts else results


def propose_grouping(
    project: Project, *, around: Sequence[str] = (), progress: Progress = SILENT
) -> SetClusters:
    """Propose a grouping as the edit that would set it; locked clusters and compounds stay.

    Where clusters are named, only these and those beside them are formed anew (`around`).
    """
    if around:
        return propose_around(project, _profile(project), around, progress=progress)
    return propose(project, _profile(project), progress=progress)


def needs_grouping(project: Project) -> bool:
    """Tell whether a scenario has compounds but no grouping yet, neither proposed nor made by hand."""
    grouping = project.grouping
    return len(project.table("compounds")) > 0 and not grouping.origin and not grouping.clusters


def study(
    opened: OpenProject,
    edits: Sequence[Edit] = (),
    *,
    what_if: bool = False,
    recluster: bool = False,
    around: Sequence[str] = (),
    progress: Progress = SILENT,
) -> Studied:
    """Apply edits, form clusters where there are none (or `recluster`), study, and list the cells that flipped.

    `around` names clusters: they and those beside them are formed anew, the rest of the town stays.
    With `what_if` nothing is written: the edits are tried on the state in memory. Otherwise everything is one
    transaction, made before the study and only when the whole of it can be applied.
    """
    before = opened.project
    check_edits(before, edits)
    state = before
    for edit in edits:
        state = opened.after(state, edit)
    made: list[Edit] = list(edits)
    if (recluster or around or needs_grouping(state)) and len(state.table("compounds")):
        proposal = propose_grouping(state, around=around, progress=Part(progress, 0.0, 0.3))
        made.append(proposal)
        state = opened.after(state, proposal)
    if made and not what_if:
        state = apply_edits(opened, made)
    results = run_study(state, progress=Part(progress, 0.3, 0.8 if made else 1.0))
    if not made or needs_grouping(before):
        return Studied(results, ())
    earlier = run_study(before, progress=Part(progress, 0.8, 1.0))
    same = same_elements(earlier.compound_standard, results.compound_standard)
    compounds = flips_between(judge_compounds(before, earlier), judge_compounds(state, results), same)
    return Studied(results, (*find_flips(earlier, results), *compounds), earlier)


def _profile(project: Project) -> Profile:
    profiles = read_profiles()
    if project.profile not in profiles:
        raise RuleError(
            Message("rules.no_profile", profile=project.profile),
            Message("rules.no_profile_remedy", known=sorted(profiles)),
        )
    return profiles[project.profile]
