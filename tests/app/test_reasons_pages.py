"""Why here, why alone: the pages say it in a sentence, with the figures behind it."""

from __future__ import annotations

from pathlib import Path

import pytest
from app.conftest import Driven, OpenWindow
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from gis_planner.app.cluster_reasons import say_gap
from gis_planner.app.said import say_bound
from gis_planner.model.edits import NameCluster, SetClusters, SetRule
from gis_planner.model.results import Bound


def answers(driven: Driven) -> None:
    driven.window.regrouping.want()
    driven.until(lambda: driven.window.regrouping.live is not None)
    driven.idle()


def text_of(page: QWidget, name: str) -> str:
    found = page.findChild(QLabel, name)
    assert found is not None, name
    return found.text()


def test_a_compound_says_why_it_stands_here_and_what_the_cluster_beside_it_would_cost(driven: Driven) -> None:
    driven.document.apply(SetRule("max_gap_m", 50))  # A and C lie forty metres apart: neighbours now
    driven.document.study()
    driven.until(lambda: not driven.document.changes)
    driven.idle()
    driven.window.selection.choose_compounds(("A",))
    driven.page()
    driven.until(lambda: driven.window.regrouping.live is not None)
    driven.idle()
    page = driven.page()
    assert "东关片区" in text_of(page, "why_here")
    toggle, table = page.findChild(QPushButton, "why_toggle"), page.findChild(QWidget, "why_table")
    assert table.isHidden()
    toggle.click()
    assert not table.isHidden()
    assert page.findChild(QWidget, "elsewhere_Z02") is not None
    toggle.click()
    assert table.isHidden()


def test_a_compound_alone_says_why_with_its_figures(driven: Driven) -> None:
    driven.window.selection.choose_compounds(("E",))
    said = text_of(driven.page(), "alone_reason")
    assert said == driven.window.texts.say(driven.document.results.alone["E"])


def test_those_alone_beside_each_other_are_told_of_together(driven: Driven) -> None:
    driven.bench.verbs.move_compounds(("C", "D"), None)
    driven.document.apply(SetRule("households_min", 400))
    driven.window.selection.choose_compounds(("C",))
    driven.page()
    driven.until(lambda: driven.window.regrouping.live is not None)
    driven.idle()
    said = text_of(driven.page(), "alone_conflict")
    assert "西街小区、建材厂家属院（共 2 个小区）未列入组团" in said
    assert "户数" in said
    driven.page().findChild(QPushButton, "alone_choose").click()
    assert driven.window.selection.value.compounds == ("C", "D")

    driven.window.selection.clear()
    driven.window.selection.go_to("clusters")
    listed = driven.page().findChild(QWidget, "lone_C")
    assert listed is not None
    assert driven.page().findChild(QWidget, "lone_E") is None, "E takes no part"
    driven.document.undo()
    driven.document.undo()
    driven.idle()
    assert driven.page().findChild(QWidget, "lone_sets") is None


def test_a_number_of_clusters_that_is_not_had_is_said_beside_them(driven: Driven) -> None:
    driven.window.selection.go_to("clusters")
    driven.idle()
    assert driven.page().findChild(QLabel, "wanted_not_had") is None
    driven.document.apply(SetRule("clusters_wanted", 5))
    driven.document.study()
    driven.until(lambda: not driven.document.changes)
    driven.idle()
    assert "要求划分 5 个组团，现有 2 个" in text_of(driven.page(), "wanted_not_had")


def test_a_cluster_shows_every_term_with_its_figure(driven: Driven) -> None:
    driven.window.selection.choose_cluster("Z01")
    page = driven.page()
    found = driven.document.results.cluster("Z01")
    for name, value in found.terms.items():
        assert text_of(page, f"term_{name}") == f"{value:.2f}"


def test_figures_of_a_cluster_follow_an_edit_before_the_next_study(driven: Driven) -> None:
    answers(driven)
    driven.bench.verbs.move_compounds(("B",), "Z02")
    driven.window.selection.choose_cluster("Z02")
    driven.idle()
    page = driven.page()
    now = driven.window.regrouping.live.standing("Z02")
    assert text_of(page, "term_compactness") == f"{now.terms['compactness']:.2f}"
    driven.document.study()
    driven.until(lambda: not driven.document.changes)
    driven.idle()
    found = driven.document.results.cluster("Z02")
    assert text_of(driven.page(), "term_compactness") == f"{found.terms['compactness']:.2f}"
    assert found.terms["compactness"] == pytest.approx(now.terms["compactness"])


def test_a_gap_is_told_only_while_the_proposal_stands_as_it_was_made(driven: Driven) -> None:
    def bodies() -> tuple[dict[str, object], ...]:
        return tuple(
            {"id": c.id, "number": c.number, "name": c.name, "members": list(c.members)}
            for c in driven.document.project.grouping.clusters
        )

    desk = driven.bench.inspector._desk
    assert say_gap(desk) == ""  # an origin without a gap promises nothing
    driven.document.apply(SetClusters(bodies(), {"seed": 1, "gap": 0.0206}))
    assert "≤ 2.1" in say_gap(desk)
    driven.document.apply(NameCluster("Z02", "西街片区"))
    assert "≤ 2.1" in say_gap(desk)
    driven.bench.verbs.move_compounds(("B",), "Z02")
    assert say_gap(desk) == ""
    driven.document.undo()
    driven.document.apply(SetRule("households_max", 500))
    assert say_gap(desk) == ""
    driven.document.apply(SetClusters(bodies(), {"seed": 1, "gap": 0.0}))
    assert "最优" in say_gap(desk)


def test_bounds_are_said_with_what_is_asked_and_never_better_than_they_are(driven: Driven) -> None:
    texts = driven.window.texts
    assert say_bound(texts, Bound("walk_diameter_m", None, 1000.0, 1000.2, "broken")).startswith(
        "步行直径 1\u2009001"
    )
    assert "50.1" in say_bound(texts, Bound("extension_share", None, 0.5, 0.5004, "broken"))
    assert "≥ 120" in say_bound(texts, Bound("households", 100.0, 3000.0, 120.0, "unchecked"))


def test_clusters_are_formed_anew_around_what_is_locked_and_undone(driven: Driven) -> None:
    before = driven.document.project
    driven.bench.verbs.lock_cluster("Z01", True)
    locked = driven.document.project
    driven.window.actions_["recluster"].trigger()
    driven.until(lambda: driven.document.project is not locked and not driven.window.jobs.jobs)
    driven.idle()
    kept = driven.document.project.grouping.cluster("Z01")
    assert (kept.members, kept.name, kept.number, kept.locked) == (("A", "B"), "东关片区", 1, True)
    assert driven.document.open_project.log()[-1].kind == "SetClusters"
    driven.window.actions_["undo_all"].trigger()
    assert driven.document.project is before


def test_clusters_are_formed_anew_around_the_selected_one(driven: Driven) -> None:
    before = driven.document.project
    driven.window.selection.choose_cluster("Z02")
    driven.window.actions_["recluster_around"].trigger()
    driven.until(lambda: driven.document.project is not before and not driven.window.jobs.jobs)
    driven.idle()
    assert driven.document.project.grouping.cluster("Z01").members == ("A", "B")


def test_reasons_are_said_in_english_too(open_window: OpenWindow, town: Path) -> None:
    driven = open_window(town, study=True, language="en")
    driven.window.selection.choose_compounds(("A",))
    driven.page()
    driven.until(lambda: driven.window.regrouping.live is not None)
    driven.idle()
    said = text_of(driven.page(), "why_here")
    assert "It stands in" in said
