"""What is in a file is shown with the reason and the look of the result, before anything is taken."""

from __future__ import annotations

from pathlib import Path

import pytest
from foreign import WGS84_PRJ, point, polygon, square, write_geojson, write_shapefile

from gis_planner.io.inspect import inspect_file
from gis_planner.messages import Message, load_catalogue


def csv(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_a_shapefile_shows_where_it_would_lie_and_how_its_text_looks(tmp_path: Path) -> None:
    path = write_shapefile(
        tmp_path / "小区.shp", [square(111.65, 34.38)], {"小区名称": ["东关小区"], "备注": ["x"]}, cpg="UTF-8"
    )
    (found,) = inspect_file(path)
    assert (found.layer, found.layer_reason.key) == ("compounds", "import.layer_reason.name")
    assert (found.driver, found.geometry, found.rows) == ("ESRI Shapefile", "polygon", 1)
    assert (found.encoding.encoding, found.encoding.reason.key) == ("GB18030", "import.encoding.gb_against")
    assert "东关小区" in found.encoding.sample
    assert found.crs.lonlat_extent == pytest.approx((111.65, 34.38, 111.651, 34.381))
    assert found.needs == ("--crs",)
    assert found.columns == {"name": "小区名称"}
    assert found.unmatched == ("备注",)
    assert found.sample == ({"小区名称": "东关小区", "备注": "x"},)


def test_nothing_is_needed_where_the_file_says_it_all(tmp_path: Path) -> None:
    path = write_shapefile(
        tmp_path / "小区.shp", [square(111.65, 34.38)], {"小区名称": ["东关小区"]}, prj=WGS84_PRJ
    )
    (found,) = inspect_file(path)
    assert (found.needs, found.crs.crs, found.datum.datum) == ((), "EPSG:4326", "wgs84")


def test_a_table_needs_its_datum(tmp_path: Path) -> None:
    (found,) = inspect_file(csv(tmp_path / "设施.csv", "设施名称,类型,经度,纬度\na,公厕,111.65,34.38\n"))
    assert (found.needs, found.datum.reason.key) == (("--datum",), "import.datum.table")


def test_an_unknown_layer_needs_its_name(tmp_path: Path) -> None:
    (found,) = inspect_file(write_geojson(tmp_path / "data.geojson", [(point(111.65, 34.38), {"a": 1})]))
    assert (found.layer, found.needs) == (None, ("--as",))


@pytest.mark.parametrize(
    ("name", "layer"),
    [
        ("老旧小区", "compounds"), ("小区出入口", "entrances"), ("社区网格", "parcels"), ("小区内建筑", "buildings"),
        ("公共服务设施", "facilities"), ("公厕", "facilities"), ("town_compounds", "compounds"), ("grid", "parcels"),
        ("buildings_2023", "buildings"), ("规划范围", "planning_area"), ("街道", "townships"), ("data", None),
        ("compoundings", None), ("幼儿园", "facilities"),
    ],
)  # fmt: skip
def test_layers_are_known_by_what_their_names_end_on(tmp_path: Path, name: str, layer: str | None) -> None:
    shape = point(111.65, 34.38) if layer in ("entrances", "facilities") else polygon(square(111.65, 34.38))
    (found,) = inspect_file(write_geojson(tmp_path / f"{name}.geojson", [(shape, {"x": 1})]))
    assert found.layer == layer


def test_columns_tell_the_layer_where_the_name_does_not(tmp_path: Path) -> None:
    path = csv(tmp_path / "Sheet1.csv", "小区名称,楼栋数,业委会,同意率\n甲,1,有,0.8\n")
    (found,) = inspect_file(path)
    assert (found.layer, found.layer_reason.key) == ("compounds", "import.layer_reason.columns")


def test_shapes_rule_out_layers(tmp_path: Path) -> None:
    line = {"type": "LineString", "coordinates": [[111.65, 34.38], [111.66, 34.38]]}
    (found,) = inspect_file(write_geojson(tmp_path / "小区.geojson", [(line, {"小区名称": "a"})]))
    assert found.layer != "compounds"


def test_every_reason_can_be_said_in_both_languages(tmp_path: Path) -> None:
    catalogue = load_catalogue()
    for path in (
        csv(tmp_path / "a.csv", "a,b\n1,2\n"),
        csv(tmp_path / "设施.csv", "设施名称,经度,纬度\na,111.65,34.38\n"),
        write_geojson(tmp_path / "b.geojson", [(point(500_000, 3_800_000), {})]),
        write_shapefile(tmp_path / "小区.shp", [square(34.38, 111.65)], {"name": ["x"]}, prj="rubbish"),
    ):
        (found,) = inspect_file(path)
        for reason in (found.layer_reason, found.crs.reason, found.datum.reason, found.encoding.reason):
            for language in ("zh", "en"):
                assert isinstance(reason, Message)
                said = catalogue.text(reason, language)  # type: ignore[arg-type]
                assert said
                assert "import." not in said
                assert "{" not in said
