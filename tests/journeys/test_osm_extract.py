"""From an OpenStreetMap extract to clusters, by the command line alone."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Said

Cli = Callable[..., Said]


def test_wudaokou_gives_one_cluster_and_four_reasons(cli: Cli, shared: Path, tmp_path: Path) -> None:
    project = tmp_path / "p.gpkg"
    assert cli("new", project).code == 0
    said = cli("import", project, shared / "wudaokou_beijing.osm.gz", "--json")
    assert said.code == 0, said.err
    rows = {row["layer"]: row["rows"] for row in said.json["rows"]}
    assert rows["compounds"] == 6
    assert rows["buildings"] > 400
    assert rows["roads"] > 400
    assert rows["facilities"] > 30

    studied = cli("study", project, "--json")
    assert studied.code == 0, studied.err
    assert len(studied.json["rows"]) == 1
    compounds = cli("show", project, "compounds", "--json").json["rows"]
    assert len(compounds) == 6
    assert all(row["name"] for row in compounds)
    alone = [row for row in compounds if row["cluster"] is None]
    assert len(alone) == 4
    assert all(row["alone_reason"]["zh"] and row["alone_reason"]["en"] for row in alone)
    pairs = [row for row in cli("show", project, "neighbours", "--json").json["rows"] if row["allowed"]]
    together = sorted(row["id"] for row in compounds if row["cluster"])
    assert [sorted((row["a"], row["b"])) for row in pairs] == [together]

    verdicts = {row["element"]: row for row in cli("show", project, "verdicts", "--json").json["rows"]}
    assert len(verdicts) == 15
    for element in ("KH1", "KH2", "KH3", "KZ1", "KZ3"):
        assert verdicts[element]["status"] == "not_assessed", "a layer that is absent proves nothing"
    (cluster,) = cli("show", project, "clusters", "--json").json["rows"]
    assert cluster["households_unknown"] == 2
    assert cluster["bounds"]["households"]["state"] == "unchecked"

    again = cli("study", project, "--json").json["fingerprint"]
    assert again == studied.json["fingerprint"]
    assert cli("replay", project, tmp_path / "q.gpkg").code == 0
    assert cli("study", tmp_path / "q.gpkg", "--json").json["fingerprint"] == again


def test_a_county_town_without_compounds_gets_a_clear_answer(cli: Cli, shared: Path, tmp_path: Path) -> None:
    project = tmp_path / "p.gpkg"
    cli("new", project)
    assert cli("import", project, shared / "guixi_county_town.osm.gz").code == 0
    said = cli("study", project)
    assert said.code == 0
    assert "没有小区" in said.out
    shown = cli("show", project, "coverage", "--json")
    assert shown.code == 0
    assert {row["unit_id"].split("/")[0] for row in shown.json["rows"]} == {"buildings"}


def test_townships_import_and_a_grid_without_prj_asks_for_its_crs(
    cli: Cli, shared: Path, tmp_path: Path
) -> None:
    project = tmp_path / "p.gpkg"
    cli("new", project)
    said = cli("import", project, shared / "beijing_townships" / "beijing.shp", "--as", "townships")
    assert said.code == 0, said.err
    other = tmp_path / "q.gpkg"
    cli("new", other)
    grid = shared / "shenzhen_grid" / "grid.shp"
    asked = cli("import", other, grid, "--as", "parcels")
    assert asked.code == 2
    assert "--crs" in asked.err
    given = cli("import", other, grid, "--as", "parcels", "--crs", "EPSG:4326", "--json")
    assert given.code == 0, given.err
    assert given.json["rows"][0]["rows"] == 9005


@pytest.mark.parametrize("compressed", [False, True])
def test_a_made_extract_with_hostile_names_stays_text(cli: Cli, tmp_path: Path, compressed: bool) -> None:
    text = """<?xml version="1.0" encoding="UTF-8"?><osm version="0.6">
    <node id="1" lat="34.3800" lon="111.6500"/><node id="2" lat="34.3800" lon="111.6510"/>
    <node id="3" lat="34.3808" lon="111.6510"/><node id="4" lat="34.3808" lon="111.6500"/>
    <node id="5" lat="34.3799" lon="111.6490"/><node id="6" lat="34.3799" lon="111.6520"/>
    <node id="7" lat="34.3797" lon="111.6505"><tag k="amenity" v="toilets"/><tag k="phone" v="0000"/></node>
    <way id="10"><nd ref="1"/><nd ref="2"/><nd ref="3"/><nd ref="4"/><nd ref="1"/>
      <tag k="landuse" v="residential"/><tag k="name" v="=1+1{{7*7}}&lt;img onerror&gt;"/></way>
    <way id="11"><nd ref="5"/><nd ref="6"/><tag k="highway" v="residential"/></way></osm>"""
    path = tmp_path / ("a.osm.gz" if compressed else "a.osm")
    path.write_bytes(gzip.compress(text.encode()) if compressed else text.encode())
    project = tmp_path / "p.gpkg"
    cli("new", project)
    said = cli("import", project, path)
    assert said.code == 0, said.err
    (row,) = cli("show", project, "compounds", "--json").json["rows"]
    assert row["name"] == "=1+1{{7*7}}<img onerror>"
    toilets = [
        r for r in cli("show", project, "coverage", "--json").json["rows"]
        if r["kind"] == "toilet" and r["unit_id"].startswith("compounds/")
    ]  # fmt: skip
    assert [r["reason"] for r in toilets] == ["served"]
    csv = cli("show", project, "compounds", "--csv").out
    assert "'=1+1" in csv
