"""From a project to a proposed grouping, as the edit that would set it.

Clusters are formed from the compounds that take part in their own right; then those of the extension years that
lie inside a formed cluster are taken in (洛宁方案 二(一)), and with them whoever they link. The solver proposes, an
edit decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gis_planner.analysis.clustering.alternatives import propose_alternatives
from gis_planner.analysis.clustering.solver import ClusterProblem, propose_clusters
from gis_planner.analysis.eligibility import awaits_cluster, decide_eligibility, founds_cluster, takes_part
from gis_planner.analysis.extension import settle
from gis_planner.analysis.study import serve_town, survey_ground
from gis_planner.messages import Message
from gis_planner.model.clusters import Cluster, Grouping
from gis_planner.model.edits import SetClusters
from gis_planner.model.project import Project
from gis_planner.model.standard import Profile, Standard
from gis_planner.progress import SILENT, Part, Progress


def propose(
    project: Project, profile: Profile, standard: Standard, *, progress: Progress = SILENT
) -> SetClusters:
    """Propose a grouping of the project's compounds; what is locked stays, numbers and names stay where they can.

    `standard` says which services a cluster must have. Stopped while it searches, it gives the best so far, and says
    so in its origin (`complete`).
    """
    ready = _make_ready(project, profile, standard, Part(progress, 0.0, 0.4))
    progress.report(0.4, Message("study.grouping", n=len(ready.problem.candidates)))
    proposal = propose_clusters(ready.problem, progress=Part(progress, 0.4, 0.95))
    return ready.as_edit(proposal.clusters, proposal.origin)


def propose_others(
    project: Project, profile: Profile, standard: Standard, count: int, *, progress: Progress = SILENT
) -> tuple[SetClusters, ...]:
    """Propose up to `count` groupings that differ, the best first; see `clustering.alternatives`."""
    ready = _make_ready(project, profile, standard, Part(progress, 0.0, 0.2))
    found = propose_alternatives(ready.problem, count, progress=Part(progress, 0.2, 1.0))
    return tuple(ready.as_edit(one.clusters, one.origin) for one in found)


@dataclass(frozen=True, eq=False)
class _Ready:
    """A problem, and the compounds of the extension years that wait for clusters, with those that found one."""

    problem: ClusterProblem
    waiting: tuple[str, ...]
    founders: tuple[str, ...]

    def as_edit(self, proposed: Sequence[Cluster], origin: Mapping[str, Any]) -> SetClusters:
        """Take in those who wait inside a cluster, and whom they link, and give the edit that sets the grouping."""
        town = self.problem.town
        held = self.problem.previous.locked_compounds
        settled = settle(
            town, proposed, self.waiting, founders=self.founders,
            left=[compound for compound in origin["alone"] if compound not in held],
        )  # fmt: skip
        clusters, linked = settled.clusters, settled.linked
        who: dict[str, Any] = {
            "placed": sorted([*origin["placed"], *linked]),
            "alone": [compound for compound in origin["alone"] if compound not in linked],
            "extension": settled.taken,
        }
        bodies: list[dict[str, Any]] = [
            {"id": c.id, "number": c.number, "name": c.name, "members": list(c.members), "locked": c.locked}
            for c in clusters
        ]
        asked = town.rules.clusters_asked
        if asked:
            who["wanted"] = {"asked": asked, "formed": len(clusters)}
        # What was proven of another number is no promise of the one that was asked for.
        if asked and asked != len(clusters):
            who |= {"bound": None, "gap": None, "proven": False}
        digest = Grouping(tuple(clusters)).digest()
        return SetClusters(tuple(bodies), {**origin, **who, "digest": digest})


def _make_ready(project: Project, profile: Profile, standard: Standard, progress: Progress) -> _Ready:
    ground = survey_ground(project, progress=Part(progress, 0.0, 0.8))
    progress.report(0.8, Message("study.coverage"))
    town = serve_town(project, standard, ground)
    first = decide_eligibility(project.table("compounds"), profile, project.rules)
    candidates = tuple(e.compound_id for e in first if takes_part(e.result))
    return _Ready(
        ClusterProblem(town=town, candidates=candidates, previous=project.grouping),
        tuple(e.compound_id for e in first if awaits_cluster(e)),
        tuple(e.compound_id for e in first if founds_cluster(e)),
    )
