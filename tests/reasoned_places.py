"""Places of a few compounds with everything that reasons are read from, and what is said of them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
from maps import layer_from, project_of

from gis_planner.analysis.barriers import collect_barriers
from gis_planner.analysis.clustering.pair_walks import keep_walks
from gis_planner.analysis.clustering.solver import ClusterProblem, propose_clusters
from gis_planner.analysis.clustering.town import Town, gather_town
from gis_planner.analysis.eligibility import decide_eligibility, takes_part
from gis_planner.analysis.neighbours import find_neighbours
from gis_planner.analysis.reasons import explain_alone
from gis_planner.io.read_standard import read_profiles
from gis_planner.messages import Message, load_catalogue
from gis_planner.model.clusters import Grouping
from gis_planner.model.project import Project
from gis_planner.model.tables import ids, ints


class Place:
    """A small project with everything that reasons are read from."""

    def __init__(self, shapes: dict[str, Any], *, barriers: Any = None, roads: Any = None, walks: Any = None,
                 rules: dict[str, object] | None = None, **columns: Any) -> None:  # fmt: skip
        names = {name: f"小区{name}" for name in shapes}
        filled = {"built_year": 1990, "structure_safe": True, "households": 60, **columns}
        compounds = layer_from("compounds", shapes, name=names, **filled)
        tables = {"compounds": compounds}
        tables |= {"barriers": barriers} if barriers is not None else {}
        tables |= {"roads": roads} if roads is not None else {}
        self.project: Project = project_of(**tables)
        for name, value in (rules or {}).items():
            self.project = replace(self.project, rules=self.project.rules.with_value(name, value))
        self.barriers = collect_barriers(self.project)
        self.neighbours = find_neighbours(
            compounds, self.barriers, self.project.table("roads"), self.project.rules
        )
        known = dict(zip(ids(compounds), ints(compounds, "households"), strict=True))
        walked = None if walks is None else keep_walks(walks, np.ones(len(shapes), dtype=bool))
        self.town: Town = gather_town(
            self.project, households=known, neighbours=self.neighbours, walks=walked
        )
        self.eligibility = decide_eligibility(compounds, read_profiles()["LN"], self.project.rules)

    def propose(self) -> Grouping:
        candidates = tuple(e.compound_id for e in self.eligibility if takes_part(e.result))
        proposal = propose_clusters(ClusterProblem(self.town, candidates))
        return Grouping(proposal.clusters, proposal.origin)

    def reasons(self, grouping: Grouping | None = None) -> dict[str, Message]:
        stands = self.propose() if grouping is None else grouping
        return explain_alone(self.town, stands, self.eligibility, self.neighbours, self.barriers)


def said(reason: Message) -> str:
    """Say it in Chinese, and check that both languages have every text and value."""
    catalogue = load_catalogue()
    english = catalogue.text(reason, "en")
    chinese = catalogue.text(reason, "zh")
    assert "{" not in english + chinese
    assert not re.search(r"(clusters|eligibility)\.[a-z_]+\b", english + chinese)
    return chinese
