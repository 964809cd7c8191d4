"""One file in, one of three outcomes, and real data through the whole door."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any, get_args

import geopandas as gpd
import numpy as np
import pytest
import shapely
from foreign import WGS84_PRJ, polygon, square, write_geojson, write_shapefile

from gis_planner.errors import Cancelled, InputError, UnclearInputError
from gis_planner.io.read_file import Imported, ReadOptions, read_file
from gis_planner.io.sniff import Content
from gis_planner.messages import Message, load_catalogue
from gis_planner.model.layers import LAYERS, layer
from gis_planner.model.tables import content_hash, geometries, ids, texts
from gis_planner.progress import Progress

SOURCES = Path(__file__).parents[2] / "gis_planner" / "io"


def by_layer(path: Path, **options: Any) -> dict[str, Imported]:
    project_crs = options.pop("project_crs", "")
    return {one.layer: one for one in read_file(path, ReadOptions(**options), project_crs=project_crs)}


def test_the_hash_of_the_file_is_that_of_its_bytes(tmp_path: Path) -> None:
    import hashlib

    path = write_geojson(tmp_path / "小区.geojson", [(polygon(square(111.65, 34.38)), {"name": "甲"})])
    source = by_layer(path)["compounds"].source
    assert source.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (source.file, source.mode, source.table, source.rows) == ("小区.geojson", "", "", 1)


def test_reading_twice_gives_the_same(tmp_path: Path) -> None:
    rings = [square(111.65 + n / 100, 34.38) for n in range(5)]
    path = write_shapefile(tmp_path / "小区.shp", rings, {"小区名称": list("甲乙丙丁戊")}, prj=WGS84_PRJ)
    first, second = by_layer(path)["compounds"], by_layer(path)["compounds"]
    assert content_hash(first.table) == content_hash(second.table)
    assert first.issues == second.issues


def test_the_user_s_file_is_left_as_it_was(tmp_path: Path) -> None:
    path = write_shapefile(
        tmp_path / "小区.shp", [square(111.65, 34.38)], {"小区名称": ["甲"]}, prj=WGS84_PRJ, index=False
    )
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}
    by_layer(path)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before


def test_everything_that_must_be_given_is_asked_at_once(tmp_path: Path) -> None:
    path = write_shapefile(tmp_path / "小区.shp", [square(111.65, 34.38)], {"名": ["模"]})
    with pytest.raises(UnclearInputError) as caught:
        by_layer(path)
    assert [m.key for m in caught.value.remedy.values["options"]] == ["import.need.crs"]
    both = write_shapefile(tmp_path / "小区二.shp", [square(111.65, 34.38)], {"n": ["模"]})
    with pytest.raises(UnclearInputError) as caught:
        by_layer(both)
    assert {m.key for m in caught.value.remedy.values["options"]} == {
        "import.need.crs",
        "import.need.encoding",
    }
    assert texts(
        by_layer(both, crs="EPSG:4490", encoding="GBK", columns={"name": "n"})["compounds"].table, "name"
    ) == ["模"]


def test_unknown_words_of_the_options_are_told(tmp_path: Path) -> None:
    path = write_geojson(tmp_path / "小区.geojson", [(polygon(square(111.65, 34.38)), {"name": "甲"})])
    with pytest.raises(InputError) as caught:
        by_layer(path, layer="houses")
    assert caught.value.problem.key == "import.option.layer"
    assert list(by_layer(path, layer="网格")) == ["parcels"]
    with pytest.raises(InputError) as caught:
        by_layer(path, project_crs="EPSG:4490")
    assert caught.value.problem.key == "import.crs.not_metres"


def test_a_file_of_which_nothing_survives_is_refused_with_the_reasons(tmp_path: Path) -> None:
    bow = [(111.65, 34.38), (111.65, 34.38), (111.65, 34.38), (111.65, 34.38)]
    path = write_geojson(tmp_path / "小区.geojson", [(polygon(bow), {"name": "甲"}), (None, {"name": "乙"})])
    with pytest.raises(InputError) as caught:
        by_layer(path)
    assert (caught.value.problem.key, caught.value.exit_code) == ("import.nothing_left", 1)
    assert len(caught.value.problem.values["reasons"]) == 2


def test_a_coordinate_that_is_no_number_is_listed_and_warns_nobody(tmp_path: Path) -> None:
    rings = [square(555_000, 3_810_000, 50), [(555_100, 3_810_000), (float("nan"), 0), (555_200, 3_810_000)]]
    with np.errstate(invalid="ignore"):
        shapes = gpd.GeoDataFrame(
            {"name": ["甲", "乙"]}, geometry=[shapely.Polygon(ring) for ring in rings], crs="EPSG:4546"
        )
        shapes.to_file(tmp_path / "小区.gpkg")
    (compounds,) = read_file(tmp_path / "小区.gpkg", ReadOptions())
    assert texts(compounds.table, "name") == ["甲"]
    assert "geometry.not_finite" in {issue.code for issue in compounds.issues}


def test_a_table_to_be_joined_need_not_have_what_the_layer_requires(tmp_path: Path) -> None:
    (tmp_path / "小区.csv").write_text("小区编号,户数\nC1,30\n", "utf-8")
    (compounds,) = read_file(tmp_path / "小区.csv", ReadOptions(layer="compounds"))
    assert "value.required" not in {issue.code for issue in compounds.issues}


def test_a_cancelled_read_stops(tmp_path: Path) -> None:
    class Stop:
        def report(self, share: float, doing: Message) -> None:
            raise Cancelled

    path = write_geojson(tmp_path / "小区.geojson", [(polygon(square(111.65, 34.38)), {"name": "甲"})])
    stop: Progress = Stop()
    with pytest.raises(Cancelled):
        read_file(path, ReadOptions(), progress=stop)


def test_what_looks_like_code_stays_text(tmp_path: Path) -> None:
    nasty = ["{{7*7}}", "<img onerror=alert(1)>", "${x}", "=1+1", "'; DROP TABLE x; --"]
    rings = [square(111.65 + n / 100, 34.38) for n in range(5)]
    path = write_geojson(
        tmp_path / "小区.geojson", [(polygon(r), {"name": n}) for r, n in zip(rings, nasty, strict=True)]
    )
    assert texts(by_layer(path)["compounds"].table, "name") == nasty


def test_a_project_s_plane_is_kept_by_later_files(tmp_path: Path) -> None:
    path = write_geojson(tmp_path / "小区.geojson", [(polygon(square(113.1, 34.38)), {"name": "甲"})])
    assert by_layer(path)["compounds"].project_crs == "EPSG:4547"
    kept = by_layer(path, project_crs="EPSG:4546")["compounds"]
    assert (kept.project_crs, str(kept.table.crs)) == ("EPSG:4546", "EPSG:4546")


def test_a_plane_that_stretches_the_place_is_doubted_or_refused(tmp_path: Path) -> None:
    path = write_geojson(tmp_path / "小区.geojson", [(polygon(square(111.65, 34.38)), {"name": "甲"})])
    for crs, percent in (("EPSG:4546", None), ("EPSG:32649", None), ("EPSG:4549", "0.7")):
        (compounds,) = read_file(path, ReadOptions(), project_crs=crs)
        said = [i.message.values["percent"] for i in compounds.issues if i.code == "crs.stretched"]
        assert said == ([percent] if percent else [])
    with pytest.raises(InputError) as caught:
        read_file(path, ReadOptions(), project_crs="EPSG:3857")
    assert caught.value.problem.values["percent"] == "21.2"


def test_every_key_of_this_part_is_in_the_catalogue() -> None:
    catalogue = load_catalogue()
    said: set[str] = set()
    for path in SOURCES.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                said.update(re.findall(r"^import\.[a-z_0-9.]*[a-z0-9]$", node.value))
    assert len(said) > 150
    assert {key for key in said if key not in catalogue} == set()
    contents = (*get_args(Content), "xlsx")
    for content in contents:
        assert f"import.content.{content}" in catalogue


@pytest.mark.parametrize("one", LAYERS, ids=lambda one: one.name)
def test_every_layer_can_be_named_by_hand(tmp_path: Path, one: Any) -> None:
    kinds = {
        "polygon": polygon(square(111.65, 34.38)),
        "line": {"type": "LineString", "coordinates": [[111.65, 34.38], [111.66, 34.38]]},
        "point": {"type": "Point", "coordinates": [111.65, 34.38]},
    }
    shape = kinds["polygon" if one.geometry == "any" else one.geometry]
    path = write_geojson(tmp_path / "data.geojson", [(shape, {"x": 1})])
    imported = by_layer(path, layer=one.name)[one.name]
    assert len(imported.table) == 1
    assert ids(imported.table) == [f"{one.id_prefix}001"]
    assert list(imported.table.columns) == ["id", *layer(one.name).column_names, "geometry"]


def test_wudaokou_gives_six_named_compounds_and_all_its_layers(shared: Path) -> None:
    found = by_layer(shared / "wudaokou_beijing.osm.gz")
    compounds = found["compounds"]
    assert len(compounds.table) == 6
    assert all(texts(compounds.table, "name"))
    assert {name: len(one.table) for name, one in found.items()} == {
        "compounds": 6, "buildings": 521, "roads": 634, "barriers": 23, "facilities": 68,
    }  # fmt: skip
    assert {one.project_crs for one in found.values()} == {"EPSG:4548"}
    assert all(one.source.licence.startswith("© OpenStreetMap") for one in found.values())
    roads = found["roads"].table
    counts = shapely.get_num_coordinates(geometries(roads))
    assert [len((v or "").split()) for v in texts(roads, "vertex_ids")] == counts.tolist()
    places: dict[str, tuple[float, float]] = {}
    for names, shape in zip(texts(roads, "vertex_ids"), geometries(roads), strict=True):
        for name, place in zip((names or "").split(), shape.coords, strict=True):
            assert places.setdefault(name, place) == place


def test_guixi_has_no_compounds_and_says_so(shared: Path) -> None:
    found = by_layer(shared / "guixi_county_town.osm.gz")
    assert set(found) == {"buildings", "roads", "barriers", "facilities"}
    assert "osm.no_compounds" in {issue.code for issue in next(iter(found.values())).issues}


def test_the_townships_come_in_by_their_names(shared: Path) -> None:
    imported = by_layer(shared / "beijing_townships" / "beijing.shp", layer="townships")["townships"]
    assert len(imported.table) == 331
    assert "展览路街道" in texts(imported.table, "name")
    assert (imported.source.crs, imported.source.datum, imported.project_crs) == (
        "EPSG:4326",
        "wgs84",
        "EPSG:4548",
    )
    assert "geometry.far_away" not in {issue.code for issue in imported.issues}


def test_the_grid_without_a_statement_asks_and_then_comes_in_whole(shared: Path) -> None:
    path = shared / "shenzhen_grid" / "grid.shp"
    with pytest.raises(UnclearInputError) as caught:
        by_layer(path)
    assert [m.key for m in caught.value.remedy.values["options"]] == ["import.need.crs"]
    imported = by_layer(path, crs="EPSG:4326")["parcels"]
    assert (len(imported.table), imported.project_crs) == (9005, "EPSG:4547")
    assert np.isfinite(imported.table.total_bounds).all()
    assert imported.issues == ()
