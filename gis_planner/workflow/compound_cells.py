"""The verdicts of one compound, as its page shows them: one cell for each element of the compound standard.

They are judged when a page asks for them, from the same project and results, by the function that judges every
compound; so a cell here is the cell of `show compound_verdicts` and of the ledger.
"""

from __future__ import annotations

from dataclasses import dataclass

from gis_planner.analysis.compound_verdicts import judge_compounds
from gis_planner.analysis.sentences import name_features, verdict_sentence
from gis_planner.messages import Message
from gis_planner.model.project import Project
from gis_planner.model.results import Results
from gis_planner.model.standard import Element, Verdict


@dataclass(frozen=True)
class CompoundCell:
    """One element, what it came to for the compound, and the sentence that says so."""

    element: Element
    verdict: Verdict
    sentence: Message


def cells_of_compound(project: Project, results: Results, compound: str) -> tuple[CompoundCell, ...]:
    """Give a cell for every element in the order of the pack; none where no compound standard is in use.

    `results` must be those of the project. A compound that is not in the project has no cells.
    """
    pack = results.compound_standard
    if pack is None:
        return ()
    names = name_features(project, results.units)
    return tuple(
        CompoundCell(pack.element(verdict.element), verdict, verdict_sentence(verdict, pack, names))
        for verdict in judge_compounds(project, results, only=(compound,))
    )
