"""Rule packs of a project: chosen by an edit, kept whole, checked by hash, judged by at once."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from app.small_town import make_town

from gis_planner.analysis.compound_verdicts import judge_compounds
from gis_planner.errors import RuleError
from gis_planner.io.read_standard import read_standard
from gis_planner.messages import load_catalogue
from gis_planner.model.edits import SetNotApplicable, SetRule, UseStandard, read_edit
from gis_planner.paths import resource
from gis_planner.workflow.edit import apply_edits, undo
from gis_planner.workflow.open_project import OpenProject, open_project
from gis_planner.workflow.scenarios import replay
from gis_planner.workflow.showing import envelope, show_rows, standard_rows
from gis_planner.workflow.standards import choose_standard, pack_in_use
from gis_planner.workflow.studying import run_study, study

SHIPPED = resource("standards") / "sanhe_sanzheng_jiuyou.toml"


def own_pack(folder: Path, *changes: tuple[str, str], source: Path = SHIPPED) -> Path:
    """Write a bureau's own pack: the shipped one with some words changed."""
    text = source.read_text(encoding="utf-8").replace("三合三整九有", "本县标准")
    for old, new in (('id = "sanhe_sanzheng_jiuyou"', 'id = "our_county"'), *changes):
        assert old in text
        text = text.replace(old, new, 1)
    path = folder / "ours.toml"
    path.write_text(text, encoding="utf-8", newline="")
    return path


@pytest.fixture
def town(tmp_path: Path) -> OpenProject:
    return make_town(tmp_path / "town.gpkg")


def test_a_project_that_chose_nothing_is_judged_by_the_fifteen_and_the_thirteen(town: OpenProject) -> None:
    results = run_study(town.project)
    assert (results.standard.id, len(results.standard.elements)) == ("sanhe_sanzheng_jiuyou", 15)
    assert results.compound_standard == read_standard("sanru_sitong_siyou_liangzheng")
    assert {pack: row["sha256"] for pack, row in results.to_json().items() if pack.endswith("standard")} == {
        "standard": results.standard.sha256,
        "compound_standard": results.compound_standard.sha256,
    }
    verdicts = judge_compounds(town.project, results)
    compounds = sorted(town.project.table("compounds")["id"])
    assert [v.cluster_id for v in verdicts] == [c for c in compounds for _ in range(13)]
    assert judge_compounds(town.project, results, only=["B"]) == tuple(
        v for v in verdicts if v.cluster_id == "B"
    )


def test_a_pack_of_ones_own_stays_in_the_project_when_its_file_is_gone(
    town: OpenProject, tmp_path: Path
) -> None:
    path = own_pack(tmp_path)
    wanted = read_standard(path)
    apply_edits(town, [choose_standard(path)])
    path.unlink()
    before = run_study(town.project)
    assert before.standard == wanted
    town.close()
    again = open_project(tmp_path / "town.gpkg")
    with closing(again), closing(replay(again, tmp_path / "copy.gpkg")) as copied:
        assert (
            run_study(copied.project).fingerprint
            == run_study(again.project).fingerprint
            == before.fingerprint
        )


def test_undo_gives_the_former_pack_back(town: OpenProject, tmp_path: Path) -> None:
    before = run_study(town.project).fingerprint
    apply_edits(town, [choose_standard(own_pack(tmp_path))])
    assert run_study(town.project).fingerprint != before
    undo(town)
    assert run_study(town.project).fingerprint == before


def test_a_pack_whose_text_was_tampered_with_is_refused(town: OpenProject, tmp_path: Path) -> None:
    apply_edits(town, [choose_standard(own_pack(tmp_path))])
    town.close()
    with closing(sqlite3.connect(tmp_path / "town.gpkg")) as file, file:
        (body,) = file.execute("SELECT body FROM gp_edit WHERE kind = 'UseStandard'").fetchone()
        changed = json.loads(body)
        changed["text"] = changed["text"].replace("threshold_pass = 0.8", "threshold_pass = 0.1", 1)
        guard = "gp_edit_is_never_changed"
        (made,) = file.execute("SELECT sql FROM sqlite_master WHERE name = ?", (guard,)).fetchone()
        file.execute(f"DROP TRIGGER {guard}")
        file.execute("UPDATE gp_edit SET body = ? WHERE kind = 'UseStandard'", (json.dumps(changed),))
        file.execute(made)
    with closing(open_project(tmp_path / "town.gpkg")) as again, pytest.raises(RuleError) as caught:
        run_study(again.project)
    assert caught.value.problem.key == "standards.hash_differs"


@pytest.mark.parametrize(
    ("edit", "key"),
    [
        (UseStandard("no_such_pack"), "scoring.pack_unknown"),
        (UseStandard("gb50180_life_circles", "compound"), "standards.other_pack"),
        (UseStandard("gb50180_life_circles", "town"), "standards.other_pack"),
        (UseStandard("ours", "cluster", "", "schema = 1\n"), "scoring.pack_key_missing"),
        (
            UseStandard("ours", "cluster", "0" * 64, SHIPPED.read_text(encoding="utf-8")),
            "standards.hash_differs",
        ),
        (UseStandard("ours", "cluster", "", SHIPPED.read_text(encoding="utf-8")), "standards.other_pack"),
    ],
)
def test_an_edit_that_does_not_hang_together_never_enters_the_log(
    town: OpenProject, edit: UseStandard, key: str
) -> None:
    edits = len(town.log())
    with pytest.raises(RuleError) as caught:
        apply_edits(town, [edit])
    assert caught.value.problem.key == key
    assert len(town.log()) == edits


def test_the_edit_is_written_and_read_back_whole(tmp_path: Path) -> None:
    edit = choose_standard(own_pack(tmp_path))
    body = json.loads(json.dumps(edit.body()))
    assert read_edit(edit.kind, edit.version, body) == edit
    assert choose_standard("gb50180_life_circles").text == ""


def test_a_file_that_is_not_there_is_said_with_the_packs_that_are(tmp_path: Path) -> None:
    with pytest.raises(RuleError) as caught:
        choose_standard(tmp_path / "none.toml")
    assert "gb50180_life_circles" in load_catalogue().text(caught.value.remedy, "en")


# --- rules and 不涉及 by the pack in use


def test_rules_are_checked_against_the_packs_in_use(town: OpenProject) -> None:
    for name in ("KY1.threshold_pass", "SR1.threshold_pass"):
        apply_edits(town, [SetRule(name, 0.5)])
    with pytest.raises(RuleError) as caught:
        apply_edits(town, [SetRule("GA1.threshold_pass", 0.5)])
    assert caught.value.problem.key == "edits.no_element"
    apply_edits(town, [choose_standard("gb50180_life_circles"), SetRule("GA1.threshold_pass", 0.5)])
    with pytest.raises(RuleError):
        apply_edits(town, [SetRule("KY1.threshold_pass", 0.4)])
    results = run_study(town.project)
    assert {v.threshold_pass for v in results.verdicts if v.element == "GA1"} == {0.5}


def test_a_compounds_element_is_set_to_not_applicable_by_the_compounds_id(town: OpenProject) -> None:
    with pytest.raises(RuleError):
        apply_edits(town, [SetNotApplicable("Z01", "ST4", "无集中供热")])
    with pytest.raises(RuleError):
        apply_edits(town, [SetNotApplicable("Z01", "ST4", "无集中供热", "compound")])
    before = run_study(town.project)
    apply_edits(town, [SetNotApplicable("A", "ST4", "无集中供热", "compound")])
    results = run_study(town.project)
    found = {v.element: v for v in judge_compounds(town.project, results, only=["A"])}
    assert (found["ST4"].status, found["ST4"].evidence["reason"]) == ("not_applicable", "无集中供热")
    assert results.verdicts == before.verdicts
    assert results.fingerprint != before.fingerprint
    apply_edits(town, [SetNotApplicable("A", "ST4", None, "compound")])
    assert run_study(town.project).fingerprint == before.fingerprint


# --- what flipped


def test_a_changed_pack_lists_the_cells_that_flipped(town: OpenProject, tmp_path: Path) -> None:
    before = run_study(town.project)
    judged = {v.element: v for v in before.verdicts if v.cluster_id == "Z01" and v.value is not None}
    assert judged["KY5"].status == "pass"
    stricter = own_pack(tmp_path, ('facility = "toilet"\n', 'facility = "toilet"\nlimit_m = 10.0\n'))
    found = study(town, [choose_standard(stricter)], what_if=True)
    assert {(f.cluster_id, f.element, f.after) for f in found.flips} >= {("Z01", "KY5", "fail")}
    assert found.results.standard.id == "our_county"
    assert run_study(town.project).fingerprint == before.fingerprint, "what-if writes nothing"


def test_an_id_that_means_something_else_does_not_flip(town: OpenProject, tmp_path: Path) -> None:
    other = own_pack(tmp_path, ('facility = "toilet"', 'facility = "bus_stop"'))
    found = study(town, [choose_standard(other)], what_if=True)
    assert "KY5" not in {flip.element for flip in found.flips}


def test_a_changed_threshold_lists_the_flipped_cells_of_compounds(town: OpenProject) -> None:
    apply_edits(town, [SetNotApplicable("A", "ST4", "无集中供热", "compound")])
    found = study(town, [SetNotApplicable("A", "ST4", None, "compound")], what_if=True)
    (flip,) = found.flips
    assert flip.to_json() == {
        "compound": "A", "element": "ST4", "before": "not_applicable", "after": "not_assessed",
        "value_before": None, "value_after": None,
    }  # fmt: skip


# --- what is shown


def test_the_pack_in_use_is_shown_with_its_elements_and_thresholds(town: OpenProject) -> None:
    apply_edits(town, [SetRule("KY1.threshold_pass", 0.7)])
    clusters, compounds = standard_rows(town)
    assert (clusters["id"], clusters["subject"], len(clusters["elements"])) == (
        "sanhe_sanzheng_jiuyou",
        "cluster",
        15,
    )
    assert (compounds["subject"], len(compounds["elements"])) == ("compound", 13)
    first = next(e for e in clusters["elements"] if e["id"] == "KY1")
    assert (first["threshold_pass"], first["origin"]) == (0.7, "own")
    json.dumps([clusters, compounds], allow_nan=False)


def test_verdicts_are_shown_with_the_pack_that_judged(town: OpenProject) -> None:
    apply_edits(town, [choose_standard("wanzheng_juzhu_shequ")])
    results = run_study(town.project)
    rows = show_rows(town, results, "verdicts", catalogue=load_catalogue())
    assert len(rows) == 20 * len(results.clusters)
    assert envelope(town, results, rows)["standard"]["sha256"] == pack_in_use(town.project).sha256
    of_compounds = show_rows(town, results, "compound_verdicts", catalogue=load_catalogue())
    assert len(of_compounds) == 13 * len(town.project.table("compounds"))
    assert all(row["zh"] and row["en"] for row in of_compounds)
