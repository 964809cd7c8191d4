"""The cells of one compound are the cells of the table of all compounds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from app.small_town import make_town

from gis_planner.messages import load_catalogue
from gis_planner.model.edits import SetNotApplicable
from gis_planner.model.results import verdict_json
from gis_planner.workflow.compound_cells import cells_of_compound, open_compound, walks_of_pack
from gis_planner.workflow.edit import apply_edits
from gis_planner.workflow.showing import show_rows
from gis_planner.workflow.studying import run_study


def test_the_page_of_a_compound_says_what_the_table_says(tmp_path: Path) -> None:
    town, catalogue = make_town(tmp_path / "town.gpkg"), load_catalogue()
    apply_edits(town, [SetNotApplicable("A", "ST4", "本县不通暖气", "compound")])
    results = run_study(town.project)
    rows = show_rows(town, results, "compound_verdicts", catalogue=catalogue)
    assert results.compound_standard is not None
    for compound in ("A", "B"):
        cells = cells_of_compound(town.project, results, compound)
        assert [cell.element for cell in cells] == list(results.compound_standard.elements)
        shown = {row["element"]: row for row in rows if row["compound"] == compound}
        for cell in cells:
            row = shown[cell.element.id]
            assert verdict_json(cell.verdict).items() <= row.items()
            assert (catalogue.text(cell.sentence, "zh"), catalogue.text(cell.sentence, "en")) == (
                row["zh"],
                row["en"],
            )
    st4 = {cell.element.id: cell for cell in cells_of_compound(town.project, results, "A")}["ST4"]
    assert st4.verdict.status == "not_applicable"


def test_without_a_compound_standard_or_a_compound_there_are_no_cells(tmp_path: Path) -> None:
    town = make_town(tmp_path / "town.gpkg")
    results = run_study(town.project)
    assert cells_of_compound(town.project, results, "nobody") == ()
    assert cells_of_compound(town.project, replace(results, compound_standard=None), "A") == ()


def test_what_stands_behind_a_cell_is_told_of_the_compound_alone(tmp_path: Path) -> None:
    town = make_town(tmp_path / "town.gpkg")
    apply_edits(town, [SetNotApplicable("A", "ST4", "本县不通暖气", "compound")])
    results = run_study(town.project)
    walks = walks_of_pack(town.project, results)
    kinds = {str(kind) for kind in walks["kind"]}
    assert results.compound_standard is not None
    assert set(results.compound_standard.kinds) <= kinds
    households = {"A": 120, "B": 80}
    for compound in households:
        cells = open_compound(town.project, results, compound, walks=walks)
        assert [replace(cell, evidence={}) for cell in cells] == list(
            cells_of_compound(town.project, results, compound)
        )
        for cell in cells:
            assert cell.evidence["confidence"]["reasons"] or cell.evidence["confidence"]["level"] == "high"
            assert list(cell.evidence["layers"]) == list(cell.element.layers)
        (fitness,) = [cell for cell in cells if cell.element.id == "SY3"]
        assert fitness.evidence["households_not_reached"] == households[compound]
    aside = {cell.element.id: cell for cell in open_compound(town.project, results, "A", walks=walks)}["ST4"]
    there = aside.evidence["there"]
    assert (there["layer"], there["features"]) == ("compounds", 1), "what the data hold inside its red line"
    assert open_compound(town.project, results, "nobody", walks=walks) == ()
