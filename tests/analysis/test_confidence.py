"""How far a verdict can be leaned on is read off the data, and every reason is listed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from scored_town import STANDARD, ZONE, Place, compounds, facilities, judged, roads, town
from shapely.geometry import box

from gis_planner.analysis.confidence import weigh_confidence
from gis_planner.analysis.evidence_sentences import confidence_words
from gis_planner.messages import Message, load_catalogue
from gis_planner.model.issues import Issue
from gis_planner.model.project import Project, Source


def source(layer: str, **facts: Any) -> Source:
    usual: dict[str, Any] = {
        "layer": layer, "mode": "fill", "file": f"{layer}.gpkg", "sha256": "0" * 64, "source_layer": layer,
        "driver": "GPKG", "crs": "EPSG:4546", "datum": "cgcs2000", "encoding": "UTF-8", "columns": {}, "rows": 1,
        "table": f"import_{layer}", "data_date": "2024-05-01", "numbers": ((1, 20),),
    }  # fmt: skip
    return Source(**{**usual, **facts})


SOUND = (source("compounds"), source("facilities"), source("roads"))


def surveyed(*sources: Source, **changes: Any) -> Project:
    tables = {"facilities": facilities(), "roads": roads()} | changes
    project = town(**tables)
    origins = {
        one.layer: {str(i): (one.table, n) for n, i in enumerate(project.table(one.layer)["id"], 1)}
        for one in sources
    }
    return replace(project, sources=sources, origins=origins)


def weighed(project: Project, element: str = "KY5", place: Place = ZONE) -> dict[str, Any]:
    verdict = judged(project, 10, place=place)[0][element]
    return weigh_confidence(project, STANDARD.element(element), verdict)


def codes(confidence: dict[str, Any]) -> list[str]:
    return [reason["code"] for reason in confidence["reasons"]]


def test_declared_dated_and_stated_is_high() -> None:
    assert weighed(surveyed(*SOUND)) == {"level": "high", "reasons": []}


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"driver": "OSM"}, "osm"),
        ({"data_date": ""}, "undated"),
        ({"datum": ""}, "datum_unstated"),
    ],
)
def test_what_a_file_leaves_open_is_medium(changed: dict[str, Any], code: str) -> None:
    found = weighed(surveyed(*SOUND[:2], source("roads", **changed)))
    assert found == {
        "level": "medium", "reasons": [{"code": code, "layer": "roads", "file": "roads.gpkg"}],
    }  # fmt: skip


def test_a_ledger_without_places_needs_no_datum() -> None:
    ledger = source("compounds", crs="", datum="", mode="update", file="ledger.xlsx")
    assert weighed(surveyed(*SOUND, ledger))["level"] == "high"


def test_a_layer_that_nobody_declared_or_that_no_file_holds_is_medium() -> None:
    project = surveyed(*SOUND)
    undeclared, street = replace(project, complete=frozenset({"facilities"})), box(100, 150, 900, 250)
    found = weighed(undeclared, place=Place("Z01", ZONE.compounds, street))
    assert (found["level"], codes(found)) == ("medium", ["undeclared"])
    wide = weighed(undeclared)
    assert (wide["level"], codes(wide)) == ("low", ["cover", "undeclared"]), "the survey leaves a part out"
    assert codes(weighed(surveyed(*SOUND[:2]))) == ["no_file"]


def test_a_judged_coordinate_system_is_medium() -> None:
    issue = Issue("crs.judged", "warning", "roads", "", Message("import.crs.judged", crs="x", reason="y"))
    project = replace(surveyed(*SOUND), import_issues=(issue,))
    assert (weighed(project)["level"], codes(weighed(project))) == ("medium", ["crs_judged"])


def test_a_facility_drawn_or_moved_by_hand_is_medium() -> None:
    project = surveyed(*SOUND)
    drawn = replace(project, origins={**project.origins, "facilities": {}})
    assert codes(weighed(drawn)) == ["drawn_by_hand"]
    assert codes(weighed(replace(project, moved=frozenset({"F_toilet"})))) == ["moved_by_hand"]
    assert codes(weighed(replace(project, moved=frozenset({"F_library"})))) == [], "it serves another element"


@pytest.mark.parametrize("datum", ["gcj02", "bd09"])
def test_shifted_coordinates_are_low_and_come_first(datum: str) -> None:
    found = weighed(surveyed(SOUND[0], source("facilities", datum=datum), source("roads", data_date="")))
    assert found["level"] == "low"
    assert codes(found) == ["datum_shifted", "undated"]
    assert found["reasons"][0]["datum"] == datum


def test_proposed_facilities_and_unknown_households_are_low() -> None:
    proposed = surveyed(*SOUND, facilities=facilities(status={"F_toilet": "proposed"}))
    assert codes(weighed(proposed)) == ["proposed"]
    assert weighed(proposed, element="KY6")["level"] == "high"
    some = {f"C{n}": None if n == 0 else 10 for n in range(10)}
    unknown = weighed(surveyed(*SOUND, compounds=compounds(some)))
    assert unknown == {"level": "low", "reasons": [{"code": "households_unknown", "n": 1}]}


def test_no_verdict_no_level() -> None:
    nothing = weighed(town())
    assert (nothing["level"], codes(nothing)) == (None, ["not_judged"])
    person = weighed(replace(surveyed(*SOUND), not_applicable={("Z01", "KY5"): "没有"}))
    assert (person["level"], codes(person)) == (None, ["by_person"])


def test_a_level_is_said_with_its_reasons() -> None:
    words = confidence_words(weighed(surveyed(SOUND[0], source("facilities", datum="gcj02"), SOUND[2])))
    catalogue = load_catalogue()
    assert catalogue.text(words, "zh") == "低：“设施”（facilities.gpkg）的坐标由 gcj02 反算"
    assert (
        catalogue.text(words, "en")
        == "low: coordinates of “facilities” (facilities.gpkg) were shifted back from gcj02"
    )
    assert catalogue.text(confidence_words(weighed(surveyed(*SOUND))), "zh") == "高"
