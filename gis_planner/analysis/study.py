"""The whole study, read top-down: who is eligible, who is near whom, who walks how far to what, and what that means.

A study is a pure function of the project, the rule pack and the city profile. It measures the grouping that
stands and never makes one: that is `analysis.grouping`, whose proposal an edit decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from gis_planner.analysis.access import AccessFound, find_access
from gis_planner.analysis.barriers import collect_barriers
from gis_planner.analysis.cluster_capacity import measure_capacity
from gis_planner.analysis.cluster_figures import doubt_clusters, doubt_members, measure_clusters
from gis_planner.analysis.clustering.pair_walks import PairWalks
from gis_planner.analysis.clustering.services import sum_services
from gis_planner.analysis.clustering.town import Town, gather_town, households_of
from gis_planner.analysis.coverage import measure_coverage
from gis_planner.analysis.eligibility import awaits_cluster, decide_eligibility, founds_cluster, takes_part
from gis_planner.analysis.footprint_doubts import doubt_footprints
from gis_planner.analysis.footprints import draw_footprints
from gis_planner.analysis.neighbours import find_neighbours
from gis_planner.analysis.network import Laid, lay_network
from gis_planner.analysis.network_report import report_network
from gis_planner.analysis.reach import cover_clusters
from gis_planner.analysis.reasons import explain_alone
from gis_planner.analysis.scoring import Score, score_clusters
from gis_planner.analysis.units import list_units
from gis_planner.analysis.validation import check_project
from gis_planner.analysis.walking import measure_walks
from gis_planner.analysis.wanted import doubt_number
from gis_planner.messages import Message
from gis_planner.model.choices import FACILITY_KINDS, NINE_KINDS
from gis_planner.model.issues import Issue
from gis_planner.model.project import Project
from gis_planner.model.results import ClusterFigures, Network, Results
from gis_planner.model.standard import Eligibility, Profile, Standard
from gis_planner.model.tables import Frame, content_hash, ids
from gis_planner.progress import SILENT, Part, Progress


def study(
    project: Project,
    standard: Standard,
    profile: Profile,
    *,
    compound_standard: Standard | None = None,
    progress: Progress = SILENT,
) -> Results:
    """Study a project as it stands and give everything that was found.

    `standard` judges clusters. `compound_standard` judges compounds, on demand (`judge_compounds`); here it is noted.
    """
    rules = project.rules
    ground = survey_ground(project, progress=Part(progress, 0.0, 0.5))
    assessed = can_be_walked(project, ground.network)

    progress.report(0.5, Message("study.coverage"))
    coverage = measure_coverage(
        ground.network, ground.units, ground.reach.facilities, ground.reach.access, ground.reach.direct, rules,
        kinds=measured_kinds(standard), assessed=assessed, progress=Part(progress, 0.5, 0.6),
    )  # fmt: skip

    town = serve_town(project, standard, ground, coverage=coverage)
    progress.report(0.6, Message("study.capacity"))
    capacity, cluster_capacity = measure_capacity(
        project, ground.network, ground.units, ground.reach, assessed=assessed
    )

    progress.report(0.65, Message("study.clusters"))
    eligibility = decide(project, profile)
    footprints = draw_footprints(project.grouping, project, ground.barriers)
    figures = measure_clusters(
        town, project.grouping, footprints,
        participants=_outside(project, eligibility), extension=_by_extension(eligibility),
    )  # fmt: skip
    doubts = doubt_members(project.grouping, project.table("compounds"), eligibility)
    alone = explain_alone(town, project.grouping, eligibility, ground.neighbours, ground.barriers)

    progress.report(0.85, Message("study.verdicts"))
    cluster_coverage = cover_clusters(project, ground.units, coverage)
    verdicts, scores = score_clusters(
        project, standard, figures, ground.units, coverage, cluster_coverage, rules,
        cluster_capacity=cluster_capacity,
    )  # fmt: skip
    results = Results(
        inputs={"tables": table_hashes(project), **project.inputs_json()},
        rules=rules,
        standard=standard,
        network=ground.network,
        units=ground.units,
        facilities=ground.reach.facilities,
        access=ground.reach.access,
        direct=ground.reach.direct,
        coverage=coverage,
        neighbours=ground.neighbours,
        clusters=_scored(figures, scores),
        cluster_coverage=cluster_coverage,
        capacity=capacity,
        cluster_capacity=cluster_capacity,
        verdicts=verdicts,
        eligibility=eligibility,
        alone=alone,
        unreached=ground.reach.unreached,
        compound_standard=compound_standard,
        issues=(
            *project.import_issues,
            *check_project(project),
            *ground.issues,
            *report_network(
                ground.laid, project.table("roads"), ground.units, ground.reach.access, ground.barriers, rules
            ),
            *doubts,
            *doubt_clusters(figures),
            *doubt_number(
                town, project.grouping, [e.compound_id for e in eligibility if takes_part(e.result)]
            ),
            *doubt_footprints(project.grouping, project.table("compounds"), footprints),
        ),
    )
    progress.report(1.0, Message("study.done"))
    return results


@dataclass(frozen=True, eq=False)
class Ground:
    """What a study and a proposal both stand on: the network, who reaches it, neighbours, and the town by row."""

    barriers: Frame
    units: Frame
    laid: Laid
    reach: AccessFound
    neighbours: Frame
    town: Town
    issues: tuple[Issue, ...]

    @property
    def network(self) -> Network:
        """The walking network."""
        return self.laid.network


def survey_ground(project: Project, *, progress: Progress = SILENT) -> Ground:
    """Lay out everything about a town that does not depend on its clusters."""
    rules, compounds, roads = project.rules, project.table("compounds"), project.table("roads")
    progress.report(0.0, Message("study.network"))
    barriers = collect_barriers(project)
    units, unit_issues = list_units(project)
    laid = lay_network(roads, rules, progress=Part(progress, 0.0, 0.3))
    network = laid.network

    progress.report(0.3, Message("study.access"))
    reach = find_access(project, network, units, barriers, rules, progress=Part(progress, 0.3, 0.7))

    progress.report(0.7, Message("study.neighbours"))
    neighbours = find_neighbours(compounds, barriers, roads, rules, progress=Part(progress, 0.7, 0.9))
    town = gather_town(
        project, households=households_of(units), neighbours=neighbours, walks=_walks(project, network, reach)
    )
    issues = (*unit_issues, *reach.issues)
    return Ground(barriers, units, laid, reach, neighbours, town, issues)


def serve_town(
    project: Project, standard: Standard, ground: Ground, *, coverage: pd.DataFrame | None = None
) -> Town:
    """Give the town with what its compounds reach of the services that clusters must have.

    `coverage` as `measure_coverage` gives it; measured here where it is None. Where nothing can be assessed the town
    stays without.
    """
    assessed = can_be_walked(project, ground.network)
    if not assessed:
        return ground.town
    if coverage is None:
        coverage = measure_coverage(
            ground.network, ground.units, ground.reach.facilities, ground.reach.access, ground.reach.direct,
            project.rules, kinds=measured_kinds(standard), assessed=assessed,
        )  # fmt: skip
    return replace(
        ground.town, services=sum_services(project, standard, ground.units, coverage, ground.town.ids)
    )


def measured_kinds(standard: Standard) -> tuple[str, ...]:
    """Give the kinds of facilities that are walked to: the nine services and whatever else the pack asks for."""
    return tuple(kind.id for kind in FACILITY_KINDS if kind.id in (*NINE_KINDS, *standard.kinds))


def can_be_walked(project: Project, network: Network) -> bool:
    """Tell whether coverage can be assessed at all: there is a network, and facilities were surveyed."""
    return len(network.edge_from) > 0 and "facilities" in project.loaded | project.complete


def decide(project: Project, profile: Profile) -> tuple[Eligibility, ...]:
    """Decide about every compound, those of the extension years by the cluster that they stand in.

    They are taken only where the cluster also holds a compound that can found one (洛宁方案 二(一)).
    """
    compounds, rules = project.table("compounds"), project.rules
    first = decide_eligibility(compounds, profile, rules)
    founders = {e.compound_id for e in first if founds_cluster(e)}
    waiting = {e.compound_id for e in first if awaits_cluster(e)}
    taken = {
        member: cluster.id
        for cluster in project.grouping.clusters
        if founders.intersection(cluster.members)
        for member in cluster.members
        if member in waiting
    }
    return decide_eligibility(compounds, profile, rules, taken=taken) if taken else first


def table_hashes(project: Project) -> dict[str, str]:
    """Give the content hash of every layer that was loaded."""
    return {name: content_hash(project.table(name)) for name in sorted(project.loaded)}


def _walks(project: Project, network: Network, reach: AccessFound) -> PairWalks | None:
    if not len(network.edge_from):
        return None
    rules = project.rules
    limit_m = max(rules.search_max_m, rules.walk_diameter_max_m)
    units = [f"compounds/{compound}" for compound in sorted(ids(project.table("compounds")))]
    return measure_walks(network, reach.access, units, limit_m=limit_m)


def _outside(project: Project, eligibility: Sequence[Eligibility]) -> list[str]:
    inside = project.grouping.cluster_of()
    return [e.compound_id for e in eligibility if takes_part(e.result) and e.compound_id not in inside]


def _by_extension(eligibility: Sequence[Eligibility]) -> list[str]:
    return [
        e.compound_id for e in eligibility if e.result == "eligible_via_cluster" or e.inputs.get("cluster")
    ]


def _scored(figures: Sequence[ClusterFigures], scores: Mapping[str, Score]) -> tuple[ClusterFigures, ...]:
    return tuple(
        replace(
            cluster,
            assessed=scores[cluster.id].assessed,
            score=scores[cluster.id].score,
            score_lower=scores[cluster.id].lower,
            score_upper=scores[cluster.id].upper,
        )
        for cluster in figures
    )
