"""Verdicts of compounds, by the compound standard that is in use beside the cluster standard.

They follow from the project and the results of its study, which hold the network, the households and the hash of the
pack; so they are found when somebody asks for them and never stored: a study stays fast, and no copy can grow old. The
walks to kinds that only this standard asks for are measured on the way.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from shapely.geometry import Polygon
from shapely.geometry.base import BaseGeometry

from gis_planner.analysis.coverage import measure_coverage
from gis_planner.analysis.scoring import judge_all, measure_elements
from gis_planner.analysis.study import can_be_walked
from gis_planner.analysis.units import sound
from gis_planner.model.project import Project
from gis_planner.model.results import Results
from gis_planner.model.standard import Standard, Verdict
from gis_planner.model.tables import geometries, ids


@dataclass(frozen=True, eq=False)
class _Compound:
    """A compound as a place that is judged; its footprint is what its red line encloses."""

    id: str
    compounds: tuple[str, ...]
    footprint: BaseGeometry


def judge_compounds(
    project: Project,
    results: Results,
    *,
    only: Collection[str] | None = None,
    walks: pd.DataFrame | None = None,
) -> tuple[Verdict, ...]:
    """Judge every compound (or `only` these) by every element, sorted by id and the order of the pack.

    `results` must be those of the project; `walks` as `walks_to` gives them for the pack, measured here where they are
    None. Nothing is judged where no compound standard is in use.
    """
    standard = results.compound_standard
    if standard is None:
        return ()
    table = project.table("compounds")
    shapes = sound(geometries(table))
    places = [
        _Compound(name, (name,), Polygon() if shapely.is_missing(shape) else shape)
        for name, shape in zip(ids(table), np.asarray(shapes), strict=True)
        if only is None or name in only
    ]
    coverage = walks_to(project, results, standard) if walks is None else walks
    measured = measure_elements(project, standard, places, results.units, coverage, None, results.rules)
    return judge_all(project, standard, measured, results.rules)[0]


def walks_to(project: Project, results: Results, standard: Standard) -> pd.DataFrame:
    """Give the walks of everybody to every kind that the standard asks for."""
    known = {str(kind) for kind in results.coverage["kind"].unique()}
    missing = [kind for kind in standard.kinds if kind not in known]
    if not missing:
        return results.coverage
    more = measure_coverage(
        results.network, results.units, results.facilities, results.access, results.direct, results.rules,
        kinds=missing, assessed=can_be_walked(project, results.network),
    )  # fmt: skip
    return more if len(results.coverage) == 0 else pd.concat([results.coverage, more], ignore_index=True)
