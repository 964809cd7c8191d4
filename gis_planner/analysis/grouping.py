"""From a project to a proposed grouping, as the edit that would set it.

Clusters are formed from the compounds that take part in their own right; then those of the extension years that
lie inside a formed cluster are taken in (洛宁方案 二(一)). The solver proposes, an edit decides.
"""

from __future__ import annotations

from typing import Any

from gis_planner.analysis.clustering.solver import ClusterProblem, propose_clusters
from gis_planner.analysis.eligibility import awaits_cluster, decide_eligibility, founds_cluster, takes_part
from gis_planner.analysis.extension import attach_extension
from gis_planner.analysis.study import serve_town, survey_ground
from gis_planner.messages import Message
from gis_planner.model.edits import SetClusters
from gis_planner.model.project import Project
from gis_planner.model.standard import Profile, Standard
from gis_planner.progress import SILENT, Part, Progress


def propose(
    project: Project, profile: Profile, standard: Standard, *, progress: Progress = SILENT
) -> SetClusters:
    """Propose a grouping of the project's compounds; what is locked stays, numbers and names stay where they can.

    `standard` says which services a cluster must have. Stopped, it gives the best so far, and says so in its origin.
    """
    ground = survey_ground(project, progress=Part(progress, 0.0, 0.3))
    progress.report(0.3, Message("study.coverage"))
    town = serve_town(project, standard, ground)
    first = decide_eligibility(project.table("compounds"), profile, project.rules)
    candidates = tuple(e.compound_id for e in first if takes_part(e.result))

    progress.report(0.4, Message("study.grouping", n=len(candidates)))
    problem = ClusterProblem(town=town, candidates=candidates, previous=project.grouping)
    proposal = propose_clusters(problem, progress=Part(progress, 0.4, 0.95))

    if proposal.complete:
        progress.report(0.95, Message("study.extension"))
    waiting = [e.compound_id for e in first if awaits_cluster(e)]
    founders = [e.compound_id for e in first if founds_cluster(e)]
    clusters, taken = attach_extension(town, proposal.clusters, waiting, founders=founders)
    bodies: list[dict[str, Any]] = [
        {"id": c.id, "number": c.number, "name": c.name, "members": list(c.members), "locked": c.locked}
        for c in clusters
    ]
    return SetClusters(tuple(bodies), {**proposal.origin, "extension": taken})
