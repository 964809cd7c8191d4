"""Shapefiles, GeoPackages and GeoJSON as they arrive."""

from __future__ import annotations

import json
import sqlite3
import struct
import zipfile
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from foreign import WGS84_PRJ, point, polygon, square, write_geojson, write_shapefile
from shapely.geometry import LineString, Point, Polygon, box

from gis_planner.errors import InputError, UnclearInputError
from gis_planner.io.read_file import Imported, ReadOptions, read_file
from gis_planner.model.tables import geometries, ids, ints, texts

HOME = (111.65, 34.38)


def one(path: Path, project_crs: str = "", **options: str) -> Imported:
    (imported,) = read_file(path, ReadOptions(**options), project_crs=project_crs)  # type: ignore[arg-type]
    return imported


def codes(imported: Imported) -> list[tuple[str, str]]:
    return [(issue.feature, issue.code) for issue in imported.issues]


def compounds(path: Path, **kwargs: object) -> Path:
    rings = [square(*HOME), square(HOME[0] + 0.01, HOME[1])]
    columns = {"小区名称": ["东关小区", "西关家属院"], "户数": ["120", "约80"], "联系电话": ["1", "2"]}
    return write_shapefile(path, rings, columns, **kwargs)  # type: ignore[arg-type]


@pytest.mark.parametrize("language", [0x00, 0x57, 0x4D])
@pytest.mark.parametrize("cpg", ["", "GBK", "936", "UTF-8", "ISO-8859-1"])
def test_a_gbk_shapefile_reads_right_whatever_it_says_of_itself(
    tmp_path: Path, language: int, cpg: str
) -> None:
    path = compounds(tmp_path / "小区.shp", prj=WGS84_PRJ, cpg=cpg, language=language)
    imported = one(path)
    assert texts(imported.table, "name") == ["东关小区", "西关家属院"]
    assert ints(imported.table, "households") == [120, 80]
    assert imported.source.encoding == "GB18030"
    assert imported.source.columns == {"name": "小区名称", "households": "户数"}
    assert list(imported.extras.columns) == ["户数", "联系电话"]
    assert (imported.source.crs, imported.source.datum, imported.project_crs) == (
        "EPSG:4326",
        "wgs84",
        "EPSG:4546",
    )


def test_the_file_s_own_date_travels_with_it(tmp_path: Path) -> None:
    assert one(compounds(tmp_path / "小区.shp", prj=WGS84_PRJ)).source.data_date == "2026-01-01"


def test_a_utf8_shapefile_is_read_as_utf8_against_its_cpg(tmp_path: Path) -> None:
    imported = one(compounds(tmp_path / "小区.shp", prj=WGS84_PRJ, cpg="GBK", encoding="utf-8"))
    assert texts(imported.table, "name") == ["东关小区", "西关家属院"]


def test_a_shapefile_goes_to_its_place_in_the_plane(tmp_path: Path) -> None:
    imported = one(compounds(tmp_path / "小区.shp", prj=WGS84_PRJ))
    expected = gpd.GeoSeries([Polygon(square(*HOME))], crs="EPSG:4490").to_crs("EPSG:4546")
    assert shapely.hausdorff_distance(geometries(imported.table)[0], expected.iloc[0]) < 1e-6
    assert imported.table.crs == "EPSG:4546"


def test_a_missing_index_is_rebuilt_and_said(tmp_path: Path) -> None:
    whole = one(compounds(tmp_path / "小区.shp", prj=WGS84_PRJ))
    bare = one(compounds(tmp_path / "小区二.shp", prj=WGS84_PRJ, index=False))
    assert ("", "shapefile.index") in codes(bare)
    assert all(a.equals(b) for a, b in zip(geometries(whole.table), geometries(bare.table), strict=True))


@pytest.mark.parametrize("length", [10, 50, 99, 110, 150, 300])
def test_a_shapefile_that_breaks_off_is_refused(tmp_path: Path, length: int) -> None:
    path = compounds(tmp_path / "小区.shp", prj=WGS84_PRJ)
    path.write_bytes(path.read_bytes()[:length])
    with pytest.raises(InputError) as caught:
        one(path)
    assert caught.value.problem.key == "import.file.damaged"


def test_attributes_that_break_off_are_refused(tmp_path: Path) -> None:
    path = compounds(tmp_path / "小区.shp", prj=WGS84_PRJ)
    sides = path.with_suffix(".dbf")
    sides.write_bytes(sides.read_bytes()[:-60])
    with pytest.raises(InputError) as caught:
        one(path)
    assert caught.value.problem.key == "import.file.damaged"


def test_deleted_records_stay_deleted_and_the_rest_keeps_its_shape(tmp_path: Path) -> None:
    path = compounds(tmp_path / "小区.shp", prj=WGS84_PRJ)
    body = bytearray(path.with_suffix(".dbf").read_bytes())
    (head,) = struct.unpack("<H", body[8:10])
    body[head] = ord("*")
    path.with_suffix(".dbf").write_bytes(bytes(body))
    imported = one(path)
    assert texts(imported.table, "name") == ["西关家属院"]
    assert geometries(imported.table)[0].centroid.x > 556_500


def test_an_open_ring_of_a_shapefile_is_closed_and_said(tmp_path: Path) -> None:
    rings = [square(*HOME)[:-1], square(HOME[0] + 0.01, HOME[1])]
    imported = one(write_shapefile(tmp_path / "小区.shp", rings, {"小区名称": ["甲", "乙"]}, prj=WGS84_PRJ))
    assert codes(imported) == [("C001", "geometry.open_ring")]
    assert [shape.area for shape in geometries(imported.table)] == pytest.approx([10203, 10203], abs=1)


def test_a_shapefile_without_attributes_says_so(tmp_path: Path) -> None:
    path = compounds(tmp_path / "小区.shp", prj=WGS84_PRJ)
    path.with_suffix(".dbf").unlink()
    assert {("", "shapefile.no_attributes"), ("", "value.required")} <= set(codes(one(path)))


@pytest.mark.parametrize("packer", ["utf-8", "gbk"])
def test_zipped_shapefiles_are_read_by_their_true_names(tmp_path: Path, packer: str) -> None:
    path = compounds(tmp_path / "小区.shp", prj=WGS84_PRJ)
    with zipfile.ZipFile(tmp_path / "成果.zip", "w") as archive:
        for part in tmp_path.glob("小区.*"):
            archive.writestr(
                f"数据/{part.name}" if packer == "utf-8" else f"data/AAAA{part.suffix}", part.read_bytes()
            )
    if packer == "gbk":  # names without the UTF-8 flag are in the packer's own code page
        body = (tmp_path / "成果.zip").read_bytes()
        (tmp_path / "成果.zip").write_bytes(body.replace(b"AAAA.", "小区.".encode("gbk")))
    imported = one(tmp_path / "成果.zip")
    assert imported.source.source_layer == "小区"
    assert texts(imported.table, "name") == texts(one(path).table, "name")


def test_degrees_without_a_statement_are_asked_for_by_their_option(tmp_path: Path) -> None:
    path = compounds(tmp_path / "小区.shp")
    with pytest.raises(UnclearInputError) as caught:
        one(path)
    assert caught.value.exit_code == 2
    assert [m.key for m in caught.value.remedy.values["options"]] == ["import.need.crs"]
    plain = one(path, crs="EPSG:4490")
    assert plain.source.datum == "cgcs2000"
    shifted = one(path, datum="gcj02")
    moved = geometries(shifted.table)[0].centroid.distance(geometries(plain.table)[0].centroid)
    assert 100 < moved < 700
    assert ("", "datum.shifted") in codes(shifted)


def test_a_shapefile_in_a_prefixed_zone_needs_no_statement_but_says_what_was_assumed(tmp_path: Path) -> None:
    ring = [(37_500_000.0 + x, 3_805_000.0 + y) for x, y in square(0, 0, 100)]
    imported = one(write_shapefile(tmp_path / "小区.shp", [ring], {"小区名称": ["东关"]}))
    assert (imported.source.crs, imported.project_crs) == ("EPSG:4525", "EPSG:4546")
    assert ("", "crs.judged") in codes(imported)
    assert geometries(imported.table)[0].bounds == pytest.approx(
        (500_000, 3_805_000, 500_100, 3_805_100), abs=1e-3
    )


def test_a_stated_zone_becomes_the_project_s(tmp_path: Path) -> None:
    frame = gpd.GeoDataFrame(
        {"小区名称": ["a"]}, geometry=[box(640_000, 3_830_000, 640_100, 3_830_100)], crs="EPSG:4546"
    )
    pyogrio.write_dataframe(frame, tmp_path / "小区.gpkg", layer="小区")
    imported = one(tmp_path / "小区.gpkg")
    assert imported.project_crs == "EPSG:4546"
    assert geometries(imported.table)[0].bounds == (640_000, 3_830_000, 640_100, 3_830_100)


def _gpkg(path: Path) -> Path:
    plots = gpd.GeoDataFrame(
        {
            "name": ["东关", "西关"],
            "households": [120, None],
            "built_year": ["90年代", "1998"],
            "编号": ["A1", "A2"],
        },
        geometry=[box(500_000, 3_805_000, 500_100, 3_805_100), box(500_200, 3_805_000, 500_300, 3_805_100)],
        crs="EPSG:4546",
    )
    roads = gpd.GeoDataFrame(
        {"name": ["人民路"]}, geometry=[LineString([(5e5, 38e5), (5.01e5, 38e5)])], crs="EPSG:4546"
    )
    other = gpd.GeoDataFrame({"a": [1]}, geometry=[Point(5e5, 38e5)], crs="EPSG:4546")
    pyogrio.write_dataframe(plots, path, layer="compounds")
    pyogrio.write_dataframe(roads, path, layer="roads", append=True)
    pyogrio.write_dataframe(other, path, layer="zzz", append=True)
    return path


def test_a_geopackage_gives_every_layer_that_is_known_and_names_the_rest(tmp_path: Path) -> None:
    first, second = read_file(_gpkg(tmp_path / "town.gpkg"), ReadOptions())
    assert (first.layer, second.layer) == ("compounds", "roads")
    assert ids(first.table) == ["A1", "A2"]
    assert ints(first.table, "households") == [120, None]
    assert ints(first.table, "built_year") == [None, 1998]
    assert ints(first.table, "built_year_from") == [1990, None]
    skipped = [issue for issue in first.issues if issue.code == "layers.skipped"]
    assert skipped[0].message.values["names"] == ["zzz"]
    assert first.given >= {"name", "households", "built_year", "built_year_from", "built_year_to"}


def test_a_layer_of_a_geopackage_can_be_chosen(tmp_path: Path) -> None:
    path = _gpkg(tmp_path / "town.gpkg")
    assert one(path, source_layer="zzz", layer="poles").layer == "poles"
    assert one(path, layer="roads").layer == "roads"
    for wrong, key in (
        ({"layer": "kerbs"}, "which_source_layer"),
        ({"source_layer": "x"}, "no_source_layer"),
    ):
        with pytest.raises(UnclearInputError) as caught:
            one(path, **wrong)
        assert caught.value.problem.key == f"import.{key}"


def test_a_geopackage_that_breaks_off_is_refused(tmp_path: Path) -> None:
    path = _gpkg(tmp_path / "town.gpkg")
    for share in (0.95, 0.5, 0.1):
        cut = tmp_path / "cut.gpkg"
        cut.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
        with pytest.raises(InputError) as caught:
            read_file(cut, ReadOptions())
        assert caught.value.exit_code == 1


def test_a_broken_blob_costs_only_its_own_feature(tmp_path: Path) -> None:
    path = _gpkg(tmp_path / "town.gpkg")
    with sqlite3.connect(path) as connection:
        for name in [
            r[0] for r in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        ]:
            connection.execute(f'DROP TRIGGER "{name}"')
        connection.execute("UPDATE compounds SET geom = x'4750000100000000ff00' WHERE name = '东关'")
    connection.close()
    imported = one(path, layer="compounds")
    assert texts(imported.table, "name") == ["西关"]
    assert ("A1", "geometry.unreadable") in codes(imported)


def test_views_of_a_geopackage_are_not_read(tmp_path: Path) -> None:
    path = _gpkg(tmp_path / "town.gpkg")
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE VIEW boxes AS SELECT * FROM zzz")
        connection.execute("INSERT INTO gpkg_contents (table_name, data_type) VALUES ('boxes', 'attributes')")
    connection.close()
    assert {one.layer for one in read_file(path, ReadOptions())} == {"compounds", "roads"}


def test_geojson_is_wgs84_by_its_standard(tmp_path: Path) -> None:
    imported = one(write_geojson(tmp_path / "公厕.geojson", [(point(*HOME), {"名称": "东关公厕"})]))
    assert (imported.layer, imported.source.crs, imported.source.datum) == (
        "facilities",
        "EPSG:4326",
        "wgs84",
    )
    assert texts(imported.table, "kind") == ["toilet"]
    assert ("", "kind.by_layer") in codes(imported)


def test_geojson_may_state_another_system(tmp_path: Path) -> None:
    crs = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4546"}}
    path = write_geojson(tmp_path / "公厕.geojson", [(point(5e5, 38e5), {"名称": "a"})], crs=crs)
    assert one(path).source.crs == "EPSG:4546"
    bare = write_geojson(tmp_path / "公厕二.geojson", [(point(5e5, 38e5), {"名称": "a"})])
    with pytest.raises(UnclearInputError):
        one(bare)
    assert one(bare, project_crs="EPSG:4546").source.crs == "EPSG:4546"


def test_geojson_with_exchanged_axes_is_put_in_order_and_said(tmp_path: Path) -> None:
    right = one(write_geojson(tmp_path / "公厕.geojson", [(point(*HOME), {"名称": "a"})]))
    turned = one(write_geojson(tmp_path / "公厕二.geojson", [(point(*HOME[::-1]), {"名称": "a"})]))
    assert geometries(right.table)[0].equals(geometries(turned.table)[0])
    assert ("", "crs.swapped") in codes(turned)


def test_one_broken_feature_does_not_cost_the_others(tmp_path: Path) -> None:
    x, y = HOME
    features = [
        (polygon(square(x, y)), {"name": "好"}),
        (polygon(square(x + 0.01, y)[:-1]), {"name": "环未闭"}),
        (point(x, y), {"name": "点"}),
        (None, {"name": "无"}),
        (polygon([(float("nan"), y), (x, y), (x, y + 1), (float("nan"), y)]), {"name": "NaN"}),
        (polygon([(1e300, y), (x, y), (x, y + 1), (1e300, y)]), {"name": "大"}),
        ({"type": "Polygon", "coordinates": [[[x, y]]]}, {"name": "一点"}),
        ({"type": "Polygon", "coordinates": "x"}, {"name": "字"}),
        ({"type": "Klein bottle", "coordinates": []}, {"name": "怪"}),
        (
            polygon(
                [(x + 0.02, y), (x + 0.021, y + 0.001), (x + 0.021, y), (x + 0.02, y + 0.001), (x + 0.02, y)]
            ),
            {"name": "结"},
        ),
    ]
    path = write_geojson(tmp_path / "小区.geojson", features)
    imported = one(path)
    assert texts(imported.table, "name") == ["好", "环未闭", "结"]
    assert dict(codes(imported)) == {
        "": "geometry.mixed", "C002": "geometry.open_ring", "C003": "geometry.wrong_type", "C004": "geometry.missing",
        "C005": "geometry.not_finite", "C006": "geometry.not_finite", "C007": "geometry.unreadable",
        "C008": "geometry.unreadable", "C009": "geometry.unreadable", "C010": "geometry.invalid",
    }  # fmt: skip


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "[]",
        "[1, 2]",
        '{"type": "Topology"}',
        '{"type": "FeatureCollection"}',
        "{} trailing",
        '{"type": "FeatureCollection", "fea',
    ],
)
def test_json_that_is_no_geojson_is_refused(tmp_path: Path, body: str) -> None:
    (tmp_path / "小区.geojson").write_text(body)
    with pytest.raises(InputError) as caught:
        one(tmp_path / "小区.geojson")
    assert caught.value.exit_code == 1


@pytest.mark.parametrize(
    "body",
    [
        "[" * 200_000,
        '{"a":' * 100_000,
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":{"type":"Polygon",'
        '"coordinates":' + "[" * 100_000 + "]" * 100_000 + "}}]}",
    ],
)
def test_deep_nesting_is_refused(tmp_path: Path, body: str) -> None:
    (tmp_path / "小区.geojson").write_text(body)
    with pytest.raises(InputError) as caught:
        one(tmp_path / "小区.geojson")
    assert caught.value.problem.key == "import.file.too_deep"


def test_deep_collections_and_properties_break_nothing(tmp_path: Path) -> None:
    shape: object = point(*HOME)
    for _ in range(50):
        shape = {"type": "GeometryCollection", "geometries": [shape]}
    features = [(shape, {"名称": "a", "x": {"y": [1, 2]}}), (point(*HOME), {"名称": "b"})]
    imported = one(write_geojson(tmp_path / "公厕.geojson", features))
    assert texts(imported.table, "name") == ["b"]


def test_numbers_of_thousands_of_digits_are_no_coordinates(tmp_path: Path) -> None:
    body = '{"type":"Point","coordinates":[' + "9" * 9000 + "," + "1" * 20 + "e999]}"
    (tmp_path / "公厕.geojson").write_text(body)
    with pytest.raises(InputError) as caught:
        one(tmp_path / "公厕.geojson")
    assert caught.value.problem.key == "import.nothing_left"
    assert [m.key for m in caught.value.problem.values["reasons"]] == ["import.geometry.not_finite"]


def test_a_gbk_geojson_is_read(tmp_path: Path) -> None:
    body = {"type": "Feature", "geometry": point(*HOME), "properties": {"名称": "东关公厕"}}
    (tmp_path / "公厕.geojson").write_bytes(json.dumps(body, ensure_ascii=False).encode("gbk"))
    assert texts(one(tmp_path / "公厕.geojson").table, "name") == ["东关公厕"]


def test_the_own_id_of_features_is_kept_and_doubled_ones_get_a_suffix(tmp_path: Path) -> None:
    names = ["A1", "A1", "", "B"]
    features = [
        (point(HOME[0] + n / 1000, HOME[1]), {"编号": name, "名称": str(n)}) for n, name in enumerate(names)
    ]
    imported = one(write_geojson(tmp_path / "公厕.geojson", features))
    assert ids(imported.table) == ["A1", "A1-2", "F003", "B"]
    assert {("A1-2", "ids.duplicate"), ("", "ids.added")} <= set(codes(imported))
    assert np.isfinite(imported.table.total_bounds).all()
