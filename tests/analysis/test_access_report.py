"""Whoever has no access, has a long way to the street, or that nobody can walk to, is listed with the reason.

Through the whole study: a facility that cannot be walked to serves nobody, and the reports say so.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import shapely
from maps import facilities_from, layer_from, project_of, roads_from

from gis_planner.analysis.access_report import AccessLine, report_access
from gis_planner.analysis.study import study
from gis_planner.io.read_standard import read_profiles, read_standard
from gis_planner.messages import Message, load_catalogue
from gis_planner.model.project import Project
from gis_planner.model.results import Results


def town(toilet: tuple[float, float], **more: Any) -> Project:
    """A street with two compounds, a toilet somewhere, an island of streets across the river."""
    tables = {
        "roads": roads_from({"R1": [(0, 0), (400, 0)], "R9": [(0, 200), (300, 200)]}),
        "compounds": layer_from(
            "compounds",
            {"A": shapely.box(20, 5, 60, 40), "B": shapely.box(200, 5, 240, 40)},
            households={"A": 50, "B": 30},
        ),
        "facilities": facilities_from({"F1": ("toilet", *toilet), "F2": ("library", 100.0, 5.0)}),
        "barriers": layer_from("barriers", {"X": shapely.box(-500, 90, 900, 110)}, kind="river"),
    }
    return project_of(**{**tables, **more})


def studied(project: Project) -> Results:
    profiles = read_profiles()
    return study(project, read_standard("sanhe_sanzheng_jiuyou"), profiles[sorted(profiles)[0]])


def line_of(results: Results, owner: str, found: str) -> AccessLine:
    (line,) = [x for x in report_access(results) if (x.owner, x.found) == (owner, found)]
    return line


def assert_serves_nobody(results: Results, reason: str) -> Message:
    """The toilet F1 stands in no row of coverage, in an issue and in the report, with this reason."""
    coverage = results.coverage
    assert not (coverage["facility_id"] == "F1").any()
    toilets = coverage[coverage["kind"] == "toilet"]
    assert not toilets["reached"].any()
    assert toilets["distance_m"].isna().all()
    assert (coverage[coverage["kind"] == "library"]["reason"] == "served").all(), (
        "the rest of the town is served"
    )
    (issue,) = [i for i in results.issues if (i.code, i.feature) == ("network.facility_unreached", "F1")]
    line = line_of(results, "facilities/F1", "unreached")
    assert line.reason is not None
    assert line.reason.key == reason
    assert issue.message.values["reason"].to_json() == line.reason.to_json()
    assert (line.x, line.y) == (issue.x, issue.y)
    catalogue = load_catalogue()
    assert all(catalogue.text(line.message, language) for language in ("zh", "en"))
    return line.reason


def test_a_facility_five_kilometres_from_any_street_serves_nobody() -> None:
    reason = assert_serves_nobody(studied(town((5400.0, 0.0))), "network.too_far")
    assert reason.values["distance"] == 5000.0


def test_a_facility_on_an_island_of_streets_serves_nobody() -> None:
    land = town((150.0, 205.0))
    no_river = replace(land, tables={**land.tables, "barriers": land.tables["barriers"].iloc[:0]})
    assert_serves_nobody(studied(no_river), "network.on_an_island")


def test_a_facility_across_a_river_without_a_bridge_serves_nobody() -> None:
    reason = assert_serves_nobody(studied(town((150.0, 205.0))), "network.on_an_island_behind")
    assert reason.values["what"].key == "network.barrier_river"
    bank = town(
        (150.0, 60.0), barriers=layer_from("barriers", {"X": shapely.box(-500, 45, 900, 58)}, kind="river")
    )
    reason = assert_serves_nobody(studied(bank), "network.too_far")
    near = town(
        (150.0, 48.0), barriers=layer_from("barriers", {"X": shapely.box(-500, 42, 900, 46)}, kind="river")
    )
    reason = assert_serves_nobody(studied(near), "network.behind")
    assert reason.values["what"].key == "network.barrier_river"


def test_a_bridge_lets_it_serve() -> None:
    bridged = town((150.0, 205.0))
    lines = {"R1": [(0, 0), (400, 0)], "R9": [(0, 200), (300, 200)], "R5": [(150, 0), (150, 200)]}
    bridged = replace(bridged, tables={**bridged.tables, "roads": roads_from(lines)})
    results = studied(bridged)
    assert (results.coverage[results.coverage["kind"] == "toilet"]["reason"] == "served").all()
    assert report_access(results) == []


def test_everyone_without_access_is_listed_one_by_one_with_the_reason_and_the_households() -> None:
    far = {"A": shapely.box(20, 5, 60, 40), "B": shapely.box(200, 605, 240, 640)}
    project = town(
        (100.0, 5.0),
        compounds=layer_from("compounds", far, households={"A": 50, "B": 30}),
        buildings=layer_from(
            "buildings", {"H1": shapely.box(210, 610, 220, 620), "H2": shapely.box(30, 10, 40, 20)}
        ),
        parcels=layer_from("parcels", {"P1": shapely.box(500, 900, 600, 1000)}),
    )
    results = studied(project)
    found = {x.owner: x for x in report_access(results) if x.found == "no_access"}
    assert list(found) == ["compounds/B", "buildings/H1", "parcels/P1"]
    assert found["compounds/B"].households == 30
    assert found["buildings/H1"].households is None
    assert all(x.reason is not None and x.reason.key == "network.too_far" for x in found.values())
    missing = results.coverage[results.coverage["reason"] == "no_access"]["unit_id"]
    assert set(missing) == set(found)


def test_long_legs_are_listed_by_the_rule_and_no_others() -> None:
    project = town((100.0, 5.0))
    far = layer_from("compounds", {"A": shapely.box(20, 26, 60, 40), "B": shapely.box(200, 24, 240, 40)})
    project = replace(project, tables={**project.tables, "compounds": far})
    assert [x.owner for x in report_access(studied(project))] == ["compounds/A"]
    assert line_of(studied(project), "compounds/A", "long_leg").leg_m == 26.0
    strict = replace(project, rules=project.rules.with_value("long_leg_share", 0.2))
    assert [x.owner for x in report_access(studied(strict))] == ["compounds/A", "compounds/B"]


def test_a_walk_inside_to_the_gate_is_no_long_leg() -> None:
    project = town(
        (100.0, 5.0),
        compounds=layer_from("compounds", {"A": shapely.box(20, 5, 60, 140)}),
        buildings=layer_from("buildings", {"H1": shapely.box(30, 120, 40, 130)}),
        entrances=layer_from("entrances", {"E1": shapely.Point(40, 5)}, compound_id="A"),
        barriers=layer_from("barriers", {}),
    )
    results = studied(project)
    mine = results.access[results.access["owner_id"] == "buildings/H1"]
    assert (mine["leg_m"] > 100.0).all()
    assert report_access(results) == []


def test_a_closed_facility_is_no_matter() -> None:
    project = town((5400.0, 0.0))
    closed = facilities_from({"F1": ("toilet", 5400.0, 0.0)}, status="closed")
    results = studied(replace(project, tables={**project.tables, "facilities": closed}))
    assert report_access(results) == []
