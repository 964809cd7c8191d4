"""The verdicts of one compound, as its page shows them: one cell for each element of the compound standard.

They are judged when a page asks for them, from the same project and results, by the function that judges every
compound; so a cell here is the cell of `show compound_verdicts` and of the ledger. What stands behind a cell is laid
open as that of a cluster is, with the compound in the place of the cluster.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd
import shapely

from gis_planner.analysis.compound_verdicts import judge_compounds, walks_to
from gis_planner.analysis.evidence import open_cells
from gis_planner.analysis.sentences import name_features, verdict_sentence
from gis_planner.analysis.units import sound
from gis_planner.messages import Message
from gis_planner.model.project import Project
from gis_planner.model.results import Results
from gis_planner.model.standard import Element, Standard, Verdict
from gis_planner.model.tables import geometries, rows_by_id, take


@dataclass(frozen=True)
class CompoundCell:
    """One element, what it came to for the compound, the sentence that says so, and what stands behind it.

    `evidence` is that of `analysis.evidence`; empty where it was not asked for.
    """

    element: Element
    verdict: Verdict
    sentence: Message
    evidence: Mapping[str, Any] = field(default_factory=dict)


def cells_of_compound(
    project: Project, results: Results, compound: str, *, walks: pd.DataFrame | None = None
) -> tuple[CompoundCell, ...]:
    """Give a cell for every element in the order of the pack; none where no compound standard is in use.

    `results` must be those of the project, `walks` those of everybody to the kinds of the pack where they are at hand
    (`walks_of_pack`). A compound that is not in the project has no cells.
    """
    pack = results.compound_standard
    if pack is None:
        return ()
    names = name_features(project, results.units)
    return tuple(
        CompoundCell(pack.element(verdict.element), verdict, verdict_sentence(verdict, pack, names))
        for verdict in judge_compounds(project, results, only=(compound,), walks=walks)
    )


def open_compound(
    project: Project, results: Results, compound: str, *, walks: pd.DataFrame
) -> tuple[CompoundCell, ...]:
    """Give the cells of a compound, each with what stands behind it; the walks are not traced through the streets."""
    pack = results.compound_standard
    cells = cells_of_compound(project, results, compound, walks=walks)
    if pack is None or not cells:
        return cells
    shape = sound(geometries(project.table("compounds")))[rows_by_id(project.table("compounds"))[compound]]
    found = open_cells(
        project,
        _with_the_compound_as_place(results, pack, compound, cells, walks),
        trace=False,
        names=name_features(project, results.units),
        footprints={compound: shapely.Polygon() if shapely.is_missing(shape) else shape},
    )
    return tuple(replace(cell, evidence=found[compound, cell.element.id]) for cell in cells)


def walks_of_pack(project: Project, results: Results) -> pd.DataFrame:
    """Give the walks of everybody to every kind that the compound standard asks for; those of the study without one."""
    pack = results.compound_standard
    return results.coverage if pack is None else walks_to(project, results, pack)


def _with_the_compound_as_place(
    results: Results, pack: Standard, compound: str, cells: tuple[CompoundCell, ...], walks: pd.DataFrame
) -> Results:
    """Give results that hold this compound as their only place, judged by the compound standard."""
    units = take(results.units, np.array([of == compound for of in results.units["compound_id"]], dtype=bool))
    mine = walks["unit_id"].isin(set(units["unit_id"])).to_numpy(bool)
    return replace(
        results,
        standard=pack,
        units=units.assign(cluster_id=np.array([compound] * len(units), dtype=object)),
        coverage=walks.iloc[np.flatnonzero(mine)].reset_index(drop=True),
        verdicts=tuple(cell.verdict for cell in cells),
    )
