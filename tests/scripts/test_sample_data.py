"""The sample: always the same town, stored as a bureau would send it, with what the program has to cope with."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import openpyxl
import pyogrio
import pytest
import shapely

import make_sample_data
from gis_planner.analysis.barriers import collect_barriers
from gis_planner.analysis.eligibility import decide_eligibility, takes_part
from gis_planner.analysis.neighbours import find_neighbours
from gis_planner.io.read_file import ReadOptions, read_file
from gis_planner.io.read_standard import read_profiles
from gis_planner.model.choices import NINE_KINDS
from gis_planner.model.layers import LAYER_NAMES, layer
from gis_planner.model.project import Project
from gis_planner.model.rules import Rules
from gis_planner.model.tables import Frame, empty_table, geometries, ids, ints, rows_by_id, set_values, texts
from sample_town.datum import to_degrees, to_gcj02
from sample_town.town import Town, build_town

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "sample_data"
CRS = "EPSG:4546"
FILES = (
    "base.gpkg",
    "compounds.dbf",
    "compounds.prj",
    "compounds.shp",
    "compounds.shx",
    "facilities_gcj02.csv",
    "ledger.xlsx",
    "pipelines.dxf",
)
PLACE_COLUMNS = ("name", "township", "community")


@pytest.fixture(scope="module")
def town() -> Town:
    return build_town()


@pytest.fixture(scope="module")
def written(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    make_sample_data.write_sample(town, folder)
    return folder


@pytest.fixture(scope="module")
def base() -> dict[str, Frame]:
    """The layers of base.gpkg as the program reads them, and compounds with their ledger."""
    tables = {
        found.layer: found.table for found in read_file(SAMPLE / "base.gpkg", ReadOptions(), project_crs=CRS)
    }
    [outlines] = read_file(SAMPLE / "compounds.shp", ReadOptions(layer="compounds"), project_crs=CRS)
    [ledger] = read_file(SAMPLE / "ledger.xlsx", ReadOptions(layer="compounds"), project_crs=CRS)
    rows = rows_by_id(ledger.table)
    order = [rows[compound] for compound in ids(outlines.table)]
    compounds = outlines.table
    for column in layer("compounds").columns:
        if column.name in ledger.given and column.name not in PLACE_COLUMNS:
            values = list(ledger.table[column.name])
            compounds = set_values(compounds, range(len(order)), column, [values[row] for row in order])
    return {**tables, "compounds": compounds}


def test_every_run_gives_the_same_bytes(written: Path, tmp_path: Path) -> None:
    script = ROOT / "scripts" / "make_sample_data.py"
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Shanghai"}
    subprocess.run(
        [sys.executable, str(script), str(tmp_path)], env=environment, check=True, capture_output=True
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(FILES)
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (written / name).read_bytes(), name


@pytest.mark.skipif(
    (sys.platform, platform.machine()) != ("linux", "x86_64"),
    reason="elsewhere the last digits of a geometry may differ, and with them the town",
)
def test_the_stored_files_are_what_the_script_makes(written: Path) -> None:
    for name in FILES:
        if name.endswith(
            (".xlsx", ".gpkg")
        ):  # zlib and SQLite of another version pack the same content differently
            assert _content(SAMPLE / name) == _content(written / name), name
        else:
            assert (SAMPLE / name).read_bytes() == (written / name).read_bytes(), name


def test_the_figures_are_those_of_the_published_programme() -> None:
    sheet = openpyxl.load_workbook(SAMPLE / "ledger.xlsx").active
    assert sheet is not None
    rows = list(sheet.iter_rows(min_row=5, values_only=True))
    *compounds, total = rows
    households = [row[8] for row in compounds if row[8] is not None]
    assert len(compounds) == 83
    assert len(households) == 82
    assert sum(int(str(h)) for h in households) == 4347
    assert (total[0], total[2], total[8]) == ("合计", "83个小区", 4347)
    in_few_buildings = [row for row in compounds if int(str(row[6])) <= 2]
    assert len(in_few_buildings) > 83 / 2


def test_the_ledger_has_merged_headings_and_the_usual_ways_of_writing() -> None:
    sheet = openpyxl.load_workbook(SAMPLE / "ledger.xlsx").active
    assert sheet is not None
    merged = {str(cells) for cells in sheet.merged_cells.ranges}
    assert {"A3:A4", "B3:B4", "F3:N3"} <= merged
    rows = list(sheet.iter_rows(min_row=5, max_row=87, values_only=True))
    years = [row[5] for row in rows]
    assert any(isinstance(year, int) for year in years)
    for written_as in (r"\d\d年代", r"\d{4}年", r"\d{4}-\d{4}", "不详"):
        assert any(re.fullmatch(written_as, str(year)) for year in years), written_as
    shares = [row[15] for row in rows]
    assert any(isinstance(share, str) and share.endswith("%") for share in shares)
    assert any(isinstance(share, float | int) and share > 1 for share in shares)
    assert any(isinstance(share, float) and share < 1 for share in shares)


def test_the_shapefile_says_nothing_of_its_gbk() -> None:
    assert not (SAMPLE / "compounds.cpg").exists()
    table = (SAMPLE / "compounds.dbf").read_bytes()
    assert table[29] == 0
    assert "编号".encode("gbk") in table
    assert "向阳小区".encode("gbk") in table


def test_the_sample_is_small_and_names_no_one(base: dict[str, Frame]) -> None:
    assert sum(path.stat().st_size for path in SAMPLE.iterdir()) < 10_000_000
    sheet = openpyxl.load_workbook(SAMPLE / "ledger.xlsx").active
    assert sheet is not None
    said = [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row if cell is not None]
    said += (SAMPLE / "facilities_gcj02.csv").read_text(encoding="gb18030").splitlines()
    said += [name for table in base.values() if "name" in table for name in texts(table, "name") if name]
    for text in said:
        assert not re.search(r"(?<![\d.])1[3-9]\d{9}(?!\d)|联系人|责任人|负责人|电话|手机号", text), text


def test_the_recipe_names_every_file_and_known_layers() -> None:
    recipe = tomllib.loads((SAMPLE / "sample.toml").read_text(encoding="utf-8"))
    assert recipe["profile"] == "LN"
    named = {item["file"] for item in recipe["import"]}
    companions = {"compounds.dbf", "compounds.shx", "compounds.prj", "sample.toml", "README.md"}
    assert named | companions == {path.name for path in SAMPLE.iterdir()}
    assert {item["as"] for item in recipe["import"] if "as" in item} | set(recipe["complete"]) <= set(
        LAYER_NAMES
    )
    readme = (SAMPLE / "README.md").read_text(encoding="utf-8")
    for item in recipe["import"]:
        said = f"sample_data/{item['file']}"
        said += f" --as {item['as']}" if "as" in item else ""
        said += f" --update-by {item['update_by']}" if "update_by" in item else ""
        said += f" --datum {item['datum']}" if "datum" in item else ""
        said += f" --crs {item['crs']}" if "crs" in item else ""
        assert said in readme


def test_every_layer_is_there_under_declared_names(base: dict[str, Frame]) -> None:
    unsurveyed = {"cameras", "faults"}
    assert set(base) | {"facilities", "pipelines"} | unsurveyed == set(LAYER_NAMES)
    for name, _ in pyogrio.list_layers(SAMPLE / "base.gpkg"):
        columns = set(pyogrio.read_info(SAMPLE / "base.gpkg", layer=name)["fields"])
        assert columns <= {"id", *layer(name).column_names}, name
    for name, table in base.items():
        broken = [
            i for i, s in zip(ids(table), geometries(table), strict=True) if not s.is_valid or s.is_empty
        ]
        assert not broken, name


def test_parcels_and_townships_tile_the_planning_area(base: dict[str, Frame]) -> None:
    [area] = geometries(base["planning_area"])
    for name in ("parcels", "townships"):
        shapes = geometries(base[name])
        assert shapely.coverage_is_valid(shapes), name
        covered = shapely.coverage_union_all(shapes)
        assert shapely.area(shapely.symmetric_difference(covered, area)) < 0.01, name
    inside = dict(zip(ids(base["parcels"]), texts(base["parcels"], "township"), strict=True))
    whole = dict(zip(texts(base["townships"], "name"), geometries(base["townships"]), strict=True))
    for parcel, shape in zip(ids(base["parcels"]), geometries(base["parcels"]), strict=True):
        assert whole[inside[parcel]].contains(shape.representative_point()), parcel


def test_all_streets_hang_together_and_no_end_misses_another(base: dict[str, Frame]) -> None:
    lines = geometries(base["roads"])
    graph = nx.Graph()
    for line in lines:
        graph.add_edge(line.coords[0], line.coords[-1])
    assert nx.is_connected(graph)
    assert min(shapely.length(lines)) > 0.5
    loose = [shapely.Point(node) for node, degree in graph.degree if degree == 1]
    end, road = shapely.STRtree(lines).query(loose, predicate="dwithin", distance=1.0)
    assert np.bincount(end).max() == 1, "an end lies beside a street that it does not meet"
    assert road.size == len(loose)


def test_only_bridges_cross_the_river_and_two_ways_the_railway(base: dict[str, Frame]) -> None:
    kinds = texts(base["barriers"], "kind")
    shapes = dict(zip(kinds[:2], geometries(base["barriers"])[:2], strict=True))
    roads = base["roads"]
    over = [row for row, line in enumerate(geometries(roads)) if line.intersects(shapes["river"])]
    assert [roads["bridge"][row] for row in over] == [True] * 3
    assert Counter(texts(roads, "class")[row] for row in over) == {"trunk": 1, "secondary": 1, "footpath": 1}
    across = [row for row, line in enumerate(geometries(roads)) if line.intersects(shapes["railway"])]
    assert sorted(bool(roads["tunnel"][row]) for row in across) == [False, True]
    assert {"expressway", *texts(roads, "class")} == {
        choice.id for choice in layer("roads").column("class").choices
    }


def test_compounds_lie_apart_but_for_the_faults_put_there(town: Town) -> None:
    drawn = [compound.outline for compound in town.compounds]
    one, other = shapely.STRtree(drawn).query(drawn, predicate="intersects")
    assert not np.any(one != other)
    stored = pyogrio.read_dataframe(SAMPLE / "compounds.shp", encoding="gb18030")
    shapes = np.array(stored.geometry.array, dtype=object)
    assert np.count_nonzero(~shapely.is_valid(shapes)) == 1
    shapes = shapely.make_valid(shapes)
    one, other = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    common = shapely.area(shapely.intersection(shapes[one], shapes[other]))[one < other]
    assert common[common > 0.1].size == 1
    assert 20 < common.max() < 30


def test_buildings_stand_inside_and_gates_open_to_a_street(town: Town) -> None:
    streets = shapely.union_all([street.line for street in town.streets])
    for compound in town.compounds:
        homes = [building for building in compound.buildings if building.use == "住宅"]
        assert homes, compound.id
        assert all(
            compound.outline.buffer(0.05).contains(building.outline) for building in compound.buildings
        )
        assert 1 <= len(compound.gates) <= 3
        for gate in compound.gates:
            assert gate.place.distance(compound.outline.exterior) < 0.02
            assert gate.place.distance(streets) < 20
    closed = [gate for compound in town.compounds for gate in compound.gates if gate.status == "closed"]
    assert len(closed) == 3
    every = [building.outline for building in town.buildings()]
    one, other = shapely.STRtree(every).query(every, predicate="intersects")
    shared = shapely.area(shapely.intersection(np.array(every)[one], np.array(every)[other]))[one < other]
    assert not np.any(shared > 0.1)


def test_nine_neighbourhoods_could_be_clusters(base: dict[str, Frame]) -> None:
    first = decide_eligibility(base["compounds"], read_profiles()["LN"], Rules())
    part = {found.compound_id for found in first if takes_part(found.result)}
    township = dict(zip(ids(base["compounds"]), texts(base["compounds"], "township"), strict=True))
    households = dict(zip(ids(base["compounds"]), ints(base["compounds"], "households"), strict=True))
    tables = {name: base.get(name, empty_table(name, CRS)) for name in LAYER_NAMES}
    project = Project(crs=CRS, tables=tables, loaded=frozenset(base))
    pairs = find_neighbours(base["compounds"], collect_barriers(project), base["roads"], Rules())

    graph = nx.Graph()
    graph.add_nodes_from(part)
    for a, b, allowed in zip(pairs["a"], pairs["b"], pairs["allowed"], strict=True):
        if allowed and {a, b} <= part and township[a] == township[b]:
            graph.add_edge(a, b)
    pieces = sorted(nx.connected_components(graph), key=len)
    neighbourhoods = [piece for piece in pieces if len(piece) > 1]
    assert len(neighbourhoods) == 9
    assert all(4 <= len(piece) <= 13 for piece in neighbourhoods)
    assert all(sum(households[c] or 0 for c in piece) >= 100 for piece in neighbourhoods)
    assert 2 <= len(pieces) - len(neighbourhoods) <= 6
    assert {"trunk_road", "railway"} <= set(pairs["blocked_by"])
    assert any(township[a] != township[b] for a, b in zip(pairs["a"], pairs["b"], strict=True))


def test_every_branch_of_the_decision_table_is_met(base: dict[str, Frame]) -> None:
    compounds, rules = base["compounds"], Rules()
    profiles = read_profiles()
    ln = decide_eligibility(compounds, profiles["LN"], rules)
    assert {"OUT_OF_SCOPE", "REBUILD", "UNSAFE", "EXT_0105", "NO_GAP", "YEAR", "ELIGIBLE"} == {
        e.code for e in ln
    }
    assert Counter(e.result for e in ln)["eligible"] > 60
    assert {e.result for e in ln} == {"eligible", "pending", "reserve", "excluded"}
    elsewhere = {e.code for p in ("XC", "ZMD") for e in decide_eligibility(compounds, profiles[p], rules)}
    assert {"CONSENT", "SELF_BUILT", "SANGONGYIYE"} <= elsewhere
    late = [year for year in ints(compounds, "built_year") if year is not None and 2001 <= year <= 2005]
    assert len(late) == 9
    agreed = ints(compounds, "consent_households")
    margin = [3 * a - 2 * h for a, h in zip(agreed, ints(compounds, "households"), strict=True) if a and h]
    assert {0, -3} <= set(margin), "two thirds exactly, and one household less"


def test_one_name_stands_for_two_compounds_in_different_townships(base: dict[str, Frame]) -> None:
    compounds = base["compounds"]
    names = Counter(texts(compounds, "name"))
    assert [name for name, count in names.items() if count > 1] == ["向阳小区"]
    both = zip(texts(compounds, "name"), texts(compounds, "township"), strict=True)
    assert len({township for name, township in both if name == "向阳小区"}) == 2


def test_web_map_points_come_back_to_the_streets(base: dict[str, Frame], town: Town) -> None:
    options = ReadOptions(layer="facilities", datum="gcj02")
    [found] = read_file(SAMPLE / "facilities_gcj02.csv", options, project_crs=CRS)
    places = dict(zip(ids(found.table), geometries(found.table), strict=True))
    east, north = base["planning_area"].total_bounds[:2] - shapely.bounds(town.area)[:2]
    for facility in town.facilities:
        back = places[facility.id]
        assert np.hypot(back.x - east - facility.place.x, back.y - north - facility.place.y) < 0.01
    streets = shapely.STRtree(geometries(base["roads"]))
    near = streets.query(list(places.values()), predicate="dwithin", distance=30.0)[0]
    assert len(set(near.tolist())) == len(places)
    lon, lat = to_degrees(town.facilities[0].place.x, town.facilities[0].place.y)
    shifted = to_gcj02(lon, lat)
    metres = np.hypot((shifted[0] - lon) * 92_000, (shifted[1] - lat) * 111_000)
    assert 100 < metres < 800


def test_facilities_leave_the_gaps_that_the_town_is_known_for(base: dict[str, Frame]) -> None:
    options = ReadOptions(layer="facilities", datum="gcj02")
    [found] = read_file(SAMPLE / "facilities_gcj02.csv", options, project_crs=CRS)
    kinds, status = texts(found.table, "kind"), texts(found.table, "status")
    assert set(NINE_KINDS) <= set(kinds)
    assert Counter(status)["closed"] == 3
    assert Counter(status)["proposed"] == 2
    railway = next(
        s
        for k, s in zip(texts(base["barriers"], "kind"), geometries(base["barriers"]), strict=True)
        if k == "railway"
    )
    for kind, place in zip(kinds, geometries(found.table), strict=True):
        if kind in ("elder_care", "library"):
            below = shapely.LineString([(place.x, place.y), (place.x, place.y - 3000)])
            assert not below.intersects(railway), "north of the railway there is none"
    trunk = shapely.union_all(
        [
            s
            for c, s in zip(texts(base["roads"], "class"), geometries(base["roads"]), strict=True)
            if c == "trunk"
        ]
    )
    charging = [p for k, p in zip(kinds, geometries(found.table), strict=True) if k == "charging"]
    assert all(place.distance(trunk) < 60 for place in charging)


def test_the_drawing_holds_every_kind_of_pipeline() -> None:
    options = ReadOptions(layer="pipelines", crs=CRS)
    [found] = read_file(SAMPLE / "pipelines.dxf", options, project_crs=CRS)
    assert {"water", "drain", "gas", "heat", "power", "telecom", "utility_tunnel"} <= set(
        texts(found.table, "kind")
    )
    assert {"JS", "WS", "YS"} <= set(texts(found.table, "code"))


def _content(path: Path) -> list[Any]:
    if path.suffix == ".xlsx":
        sheet = openpyxl.load_workbook(path).active
        assert sheet is not None
        return [*sheet.iter_rows(values_only=True), sorted(str(cells) for cells in sheet.merged_cells.ranges)]
    content: list[Any] = []
    for name, _ in pyogrio.list_layers(path):
        frame = pyogrio.read_dataframe(path, layer=name)
        content += [name, list(frame.columns), shapely.to_wkb(frame.geometry.array).tolist()]
        content.append(
            frame.drop(columns="geometry").astype(object).where(frame.notna(), None).to_numpy().tolist()
        )
    return content
