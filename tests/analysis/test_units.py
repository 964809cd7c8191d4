from __future__ import annotations

import pandas as pd
import shapely
from maps import cells_from, compounds_from, layer_from, project_of

from gis_planner.analysis.units import list_units
from gis_planner.model.clusters import Cluster, Grouping
from gis_planner.model.project import Project
from gis_planner.model.tables import Frame, take


def by_id(units: Frame) -> dict[str, dict[str, object]]:
    return {
        str(row["unit_id"]): row for row in pd.DataFrame(units.drop(columns="geometry")).to_dict("records")
    }


def counted_households(units: Frame, compound: str) -> list[object]:
    rows = [r for r in by_id(units).values() if r["compound_id"] == compound and r["counted"]]
    return [r["households"] for r in rows]


def blocks(**ids: tuple[float, float]) -> dict[str, shapely.Polygon]:
    return {i: shapely.box(x, y, x + 10, y + 10) for i, (x, y) in ids.items()}


def test_every_feature_is_one_unit_sorted_by_id() -> None:
    project = project_of(
        compounds=compounds_from("BA"),
        buildings=layer_from("buildings", blocks(b2=(5, 5), b1=(60, 5))),
        parcels=layer_from("parcels", {"p1": shapely.box(0, -100, 100, 0)}),
    )
    units, issues = list_units(project)
    assert list(units["unit_id"]) == [
        "buildings/b1",
        "buildings/b2",
        "compounds/A",
        "compounds/B",
        "parcels/p1",
    ]
    assert list(units["unit_type"]) == ["buildings", "buildings", "compounds", "compounds", "parcels"]
    assert list(units["compound_id"]) == ["A", "B", "A", "B", None]
    assert issues == []


def test_a_compound_counts_through_its_buildings_when_all_have_a_figure() -> None:
    buildings = layer_from("buildings", blocks(b1=(5, 5), b2=(25, 5)), households={"b1": 12, "b2": 8})
    units, issues = list_units(
        project_of(compounds=compounds_from("A", households={"A": 20}), buildings=buildings)
    )
    assert sorted(counted_households(units, "A")) == [8, 12]
    assert issues == []


def test_a_compound_without_a_figure_takes_the_sum_of_its_buildings() -> None:
    buildings = layer_from("buildings", blocks(b1=(5, 5), b2=(25, 5)), households={"b1": 12, "b2": 8})
    units, _ = list_units(project_of(compounds=compounds_from("A"), buildings=buildings))
    assert by_id(units)["compounds/A"]["households"] == 20
    assert sorted(counted_households(units, "A")) == [8, 12]


def test_one_building_without_a_figure_leaves_the_compound_to_count() -> None:
    buildings = layer_from("buildings", blocks(b1=(5, 5), b2=(25, 5)), households={"b1": 12})
    units, _ = list_units(
        project_of(compounds=compounds_from("A", households={"A": 30}), buildings=buildings)
    )
    assert counted_households(units, "A") == [30]
    units, _ = list_units(project_of(compounds=compounds_from("A"), buildings=buildings))
    assert counted_households(units, "A") == [None]


def test_where_sums_disagree_the_compound_rules_and_it_is_listed() -> None:
    buildings = layer_from("buildings", blocks(b1=(5, 5)), households={"b1": 12})
    units, issues = list_units(
        project_of(compounds=compounds_from("A", households={"A": 13}), buildings=buildings)
    )
    assert counted_households(units, "A") == [13]
    assert [(i.code, i.feature) for i in issues] == [("network.households_differ", "A")]


def test_parcels_count_only_outside_compounds() -> None:
    compounds = compounds_from("A.", households={"A": 30})
    cells = cells_from("PQ")
    parcels = layer_from("parcels", {"p": cells["P"], "q": cells["Q"]}, households={"p": 30, "q": 7})
    units, _ = list_units(project_of(compounds=compounds, parcels=parcels))
    assert {i for i, row in by_id(units).items() if row["counted"]} == {"compounds/A", "parcels/q"}


def test_a_building_outside_compounds_is_not_counted_beside_its_parcel() -> None:
    parcels = layer_from("parcels", {"p": shapely.box(0, 0, 50, 50)}, households={"p": 40})
    buildings = layer_from("buildings", blocks(b1=(5, 5)), households={"b1": 12})
    units, _ = list_units(project_of(parcels=parcels, buildings=buildings))
    assert {i for i, row in by_id(units).items() if row["counted"]} == {"parcels/p"}
    units, _ = list_units(project_of(buildings=buildings))
    assert {i for i, row in by_id(units).items() if row["counted"]} == {"buildings/b1"}


def test_a_building_belongs_where_its_column_says_else_where_most_of_it_lies() -> None:
    buildings = layer_from(
        "buildings",
        {"b1": shapely.box(44, 5, 60, 20), "b2": shapely.box(5, 5, 9, 9), "b3": shapely.box(45, 30, 53, 40)},
        compound_id={"b2": "B"},
    )
    units, issues = list_units(project_of(compounds=compounds_from("AB"), buildings=buildings))
    rows = by_id(units)
    assert [rows[f"buildings/{b}"]["compound_id"] for b in ("b1", "b2", "b3")] == ["B", "B", "A"]
    assert [(i.code, i.feature) for i in issues] == [("network.building_elsewhere", "b2")]


def test_a_compound_that_does_not_exist_is_listed_and_the_place_decides() -> None:
    buildings = layer_from("buildings", blocks(b1=(5, 5)), compound_id={"b1": "Z"})
    units, issues = list_units(project_of(compounds=compounds_from("A"), buildings=buildings))
    assert by_id(units)["buildings/b1"]["compound_id"] == "A"
    assert [i.code for i in issues] == ["network.unknown_compound"]


def test_units_know_their_cluster() -> None:
    plain = project_of(compounds=compounds_from("AB"))
    grouping = Grouping((Cluster("Z01", 1, "", ("A",)),))
    units, _ = list_units(Project(crs=plain.crs, tables=plain.tables, loaded=plain.loaded, grouping=grouping))
    assert list(units["cluster_id"]) == ["Z01", None]


def test_the_order_of_rows_does_not_matter() -> None:
    compounds = compounds_from("AAB\nC.B", households={"A": 3, "B": 9})
    buildings = layer_from(
        "buildings", blocks(b1=(5, 5), b2=(5, 60), b3=(110, 5)), households={"b2": 3, "b3": 1}
    )
    straight, _ = list_units(project_of(compounds=compounds, buildings=buildings))
    turned, _ = list_units(
        project_of(compounds=take(compounds, [2, 1, 0]), buildings=take(buildings, [1, 2, 0]))
    )
    pd.testing.assert_frame_equal(pd.DataFrame(straight), pd.DataFrame(turned))


def test_missing_and_broken_shapes_do_not_stop_the_list() -> None:
    bow = shapely.Polygon([(0, 0), (40, 40), (40, 0), (0, 40)])
    compounds = layer_from("compounds", {"A": bow, "B": None}, name="x")
    buildings = layer_from("buildings", {"b1": shapely.box(2, 10, 8, 30), "b2": None})
    units, _ = list_units(project_of(compounds=compounds, buildings=buildings))
    assert by_id(units)["buildings/b1"]["compound_id"] == "A"
    assert by_id(units)["buildings/b2"]["compound_id"] is None
