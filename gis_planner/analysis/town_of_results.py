"""The town that a study stood on, gathered again from its results.

Results hold everything that a `Town` is gathered from; so whoever explains or changes a studied grouping need not
survey the ground anew.
"""

from __future__ import annotations

from gis_planner.analysis.clustering.cost import Costs
from gis_planner.analysis.clustering.town import Town, gather_town, households_of
from gis_planner.analysis.eligibility import takes_part
from gis_planner.analysis.live_study import laid_by
from gis_planner.analysis.study import _walks
from gis_planner.model.project import Project
from gis_planner.model.results import Results


def town_of(project: Project, results: Results) -> Town:
    """Give the town of a project that was studied with these results."""
    return gather_town(
        project,
        households=households_of(results.units),
        neighbours=results.neighbours,
        walks=_walks(project, results.network, laid_by(results).found),
    )


def costs_of(town: Town, project: Project, results: Results) -> Costs:
    """Give the soft costs by which the study measured the clusters that stand."""
    grouped = {member for cluster in project.grouping.clusters for member in cluster.members}
    taking = {e.compound_id for e in results.eligibility if takes_part(e.result)}
    return Costs(town, set(town.rows(sorted(grouped | taking))))
