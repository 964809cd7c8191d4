"""OpenStreetMap becomes layers by the mapping table."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest
import shapely

from gis_planner.errors import InputError
from gis_planner.io.osm_rules import read_rules
from gis_planner.io.read_file import Imported, ReadOptions, read_file
from gis_planner.model.choices import FACILITY_KINDS, ROAD_CLASSES
from gis_planner.model.tables import bools, geometries, ids, ints, texts

LON, LAT = 111.65, 34.38


class Town:
    """A little OSM file, drawn on a grid of 0.001°."""

    def __init__(self, **attributes: str) -> None:
        self.lines: list[str] = []
        self.attributes = attributes
        self._next = 1

    def node(self, x: float, y: float, **tags: str) -> int:
        number, self._next = self._next, self._next + 1
        at = f'lat="{LAT + y / 1000:.7f}" lon="{LON + x / 1000:.7f}"'
        self.lines.append(f'<node id="{number}" {at}>{self._tags(tags)}</node>')
        return number

    def way(self, nodes: list[int], **tags: str) -> int:
        number, self._next = self._next, self._next + 1
        refs = "".join(f'<nd ref="{n}"/>' for n in nodes)
        self.lines.append(f'<way id="{number}">{refs}{self._tags(tags)}</way>')
        return number

    def ring(self, x: float, y: float, size: float = 1.0, **tags: str) -> tuple[int, list[int]]:
        corners = [self.node(*p) for p in ((x, y), (x + size, y), (x + size, y + size), (x, y + size))]
        return self.way([*corners, corners[0]], **tags), corners

    def area(self, members: list[tuple[int, str]], **tags: str) -> int:
        number, self._next = self._next, self._next + 1
        refs = "".join(f'<member type="way" ref="{ref}" role="{role}"/>' for ref, role in members)
        self.lines.append(
            f'<relation id="{number}">{refs}{self._tags({"type": "multipolygon", **tags})}</relation>'
        )
        return number

    def save(self, path: Path) -> Path:
        head = " ".join(f'{k}="{v}"' for k, v in self.attributes.items())
        body = f"<?xml version='1.0'?><osm version='0.6' {head}>{''.join(self.lines)}</osm>".encode()
        path.write_bytes(gzip.compress(body) if path.suffix == ".gz" else body)
        return path

    def read(self, folder: Path, **options: Any) -> dict[str, Imported]:
        return {i.layer: i for i in read_file(self.save(folder / "town.osm.gz"), ReadOptions(**options))}

    @staticmethod
    def _tags(tags: dict[str, str]) -> str:
        return "".join(f'<tag k="{k.replace("__", ":")}" v="{v}"/>' for k, v in tags.items())


def test_roads_keep_their_nodes_classes_and_levels(tmp_path: Path) -> None:
    town = Town()
    cases: list[tuple[dict[str, str], str, bool, int]] = [
        ({"highway": "residential"}, "branch", True, 0),
        ({"highway": "motorway"}, "expressway", False, 0),
        ({"highway": "motorway", "foot": "yes"}, "expressway", True, 0),
        ({"highway": "trunk", "motorroad": "yes"}, "expressway", False, 0),
        ({"highway": "trunk"}, "trunk", True, 0),
        ({"highway": "service", "access": "private"}, "lane", True, 0),
        ({"highway": "service", "access": "no"}, "lane", False, 0),
        ({"highway": "service", "access": "no", "foot": "yes"}, "lane", True, 0),
        ({"highway": "primary", "foot": "no"}, "trunk", False, 0),
        ({"highway": "primary", "foot": "use_sidewalk"}, "trunk", False, 0),
        ({"highway": "footway", "bridge": "yes"}, "footpath", True, 1),
        ({"highway": "footway", "tunnel": "yes"}, "footpath", True, -1),
        ({"highway": "footway", "tunnel": "building_passage"}, "footpath", True, 0),
        ({"highway": "footway", "layer": "-2"}, "footpath", True, -2),
        ({"highway": "steps"}, "steps", True, 0),
    ]
    lines = [[town.node(x, y) for x in range(3)] for y in range(len(cases))]
    ways = [town.way(line, **tags) for line, (tags, *_) in zip(lines, cases, strict=True)]
    a, b, c = lines[0]
    for skipped in ("construction", "proposed", "platform", "elevator"):
        town.way([a, b], highway=skipped)
    town.way([a, b, c, a], highway="pedestrian", area="yes")
    roads = town.read(tmp_path)["roads"]
    assert ids(roads.table) == [f"w{way}" for way in ways]
    assert texts(roads.table, "class") == [case[1] for case in cases]
    assert bools(roads.table, "walkable") == [case[2] for case in cases]
    assert ints(roads.table, "level") == [case[3] for case in cases]
    assert texts(roads.table, "vertex_ids") == [" ".join(map(str, line)) for line in lines]
    assert set(texts(roads.table, "noding")) == {"shared"}
    counts = {issue.code: issue.message.values.get("n") for issue in roads.issues}
    assert (counts["osm.road_areas"], counts["osm.roads_skipped"]) == (1, 4)


def test_a_road_that_lacks_nodes_falls_into_pieces(tmp_path: Path) -> None:
    town = Town()
    n = [town.node(k, 0) for k in range(5)]
    way = town.way([n[0], n[1], 999_999, n[2], n[3], 888_888, n[4]], highway="residential")
    roads = town.read(tmp_path)["roads"]
    assert ids(roads.table) == [f"w{way}", f"w{way}-2"]
    assert texts(roads.table, "vertex_ids") == [f"{n[0]} {n[1]}", f"{n[2]} {n[3]}"]
    assert "osm.roads_cut" in {issue.code for issue in roads.issues}


def test_compounds_come_from_residential_land_with_their_gates(tmp_path: Path) -> None:
    town = Town()
    home, corners = town.ring(0, 0, landuse="residential", name="东关小区")
    on_outline = town.node(0.5, 0, barrier="gate", access="private")
    near = town.node(0.5, 1.05, barrier="lift_gate", locked="yes")
    away = town.node(0.5, 1.3, barrier="gate")
    house, walls = town.ring(0.2, 0.02, 0.2, building="yes")
    door = town.node(0.3, 0.02, entrance="yes")
    town.way([door, walls[1], walls[2], door], building="yes")
    doorway = town.node(1, 0.5, entrance="main")
    imported = town.read(tmp_path)
    assert texts(imported["compounds"].table, "name") == ["东关小区"]
    assert ids(imported["compounds"].table) == [f"w{home}"]
    gates = imported["entrances"].table
    assert ids(gates) == [f"n{on_outline}", f"n{near}", f"n{doorway}"]
    assert texts(gates, "status") == ["open", "closed", "open"]
    assert set(texts(gates, "compound_id")) == {f"w{home}"}
    assert f"n{away}" not in ids(gates)
    assert corners
    assert house


def test_multipolygons_are_put_together_with_their_holes(tmp_path: Path) -> None:
    town = Town()
    c = [town.node(*p) for p in ((0, 0), (4, 0), (4, 4), (0, 4))]
    first, second = town.way([c[0], c[1], c[2]]), town.way([c[0], c[3], c[2]])
    hole, _ = town.ring(1, 1)
    lake = town.area([(first, "outer"), (second, "outer"), (hole, "inner")], natural="water")
    torn = town.area([(first, "outer"), (77_777, "outer")], landuse="residential", name="断")
    home = town.area([(hole, "")], landuse="residential", name="岛上小区")
    imported = town.read(tmp_path)
    water = imported["barriers"].table
    assert ids(water) == [f"r{lake}"]
    assert shapely.get_num_interior_rings(geometries(water)[0]) == 1
    assert geometries(water)[0].area == pytest.approx(15 * 110.93 * 91.94, rel=1e-3)
    compounds = imported["compounds"]
    assert ids(compounds.table) == [f"r{home}"]
    lost = [i for i in compounds.issues if i.code == "osm.area_open"]
    assert lost[0].message.values["id"] == f"r{torn}"


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({"amenity": "clinic"}, "medical"), ({"amenity": "hospital"}, "medical"), ({"healthcare": "doctor"}, "medical"),
        ({"amenity": "pharmacy"}, None), ({"shop": "convenience"}, "supermarket"),
        ({"shop": "greengrocer"}, "supermarket"),
        ({"shop": "clothes"}, None), ({"amenity": "library"}, "library"), ({"amenity": "toilets"}, "toilet"),
        ({"amenity": "toilets", "access": "customers"}, None), ({"amenity": "parcel_locker"}, "parcel"),
        ({"amenity": "post_office"}, "parcel"), ({"amenity": "parking"}, "parking"),
        ({"amenity": "parking", "access": "private"}, None), ({"amenity": "charging_station"}, "charging"),
        ({"amenity": "community_centre"}, "service_centre"), ({"amenity": "townhall"}, None),
        ({"amenity": "community_centre", "community_centre__for": "senior"}, "elder_care"),
        ({"amenity": "social_facility", "social_facility__for": "senior"}, "elder_care"),
        ({"amenity": "social_facility", "social_facility__for": "homeless"}, None),
        ({"amenity": "kindergarten"}, "kindergarten"), ({"amenity": "school", "name": "东关小学"}, "primary_school"),
        ({"amenity": "school", "name": "第一中学"}, None),
    ],
)  # fmt: skip
def test_amenities_and_shops_become_kinds_of_facilities(
    tmp_path: Path, tags: dict[str, str], kind: str | None
) -> None:
    town = Town()
    town.way([town.node(0, 0), town.node(1, 0)], highway="residential")
    node = town.node(0, 0.1, **tags)
    way, _ = town.ring(2, 2, **tags)
    imported = town.read(tmp_path)
    if kind is None:
        assert "facilities" not in imported
        return
    table = imported["facilities"].table
    assert sorted(ids(table)) == sorted([f"n{node}", f"w{way}"])
    assert set(texts(table, "kind")) == {kind}
    assert set(texts(table, "status")) == {"existing"}


def test_a_disused_facility_is_closed(tmp_path: Path) -> None:
    town = Town()
    town.node(0, 0, amenity="clinic", disused="yes")
    assert texts(town.read(tmp_path)["facilities"].table, "status") == ["closed"]


def test_barriers_lie_on_the_ground(tmp_path: Path) -> None:
    town = Town()
    rows = [[town.node(k, y / 10) for k in range(3)] for y in range(6)]
    n = rows[0]
    kept = {
        town.way(rows[0], waterway="river"): "river", town.way(rows[1], waterway="canal", layer="-1"): "river",
        town.way(rows[2], railway="rail"): "railway",
        town.way(rows[3], railway="light_rail", service="yard"): "railway",
        town.way(rows[4], barrier="wall"): "wall", town.way([*rows[5], rows[5][0]], barrier="fence"): "wall",
        town.ring(5, 5, natural="water")[0]: "water", town.ring(7, 7, natural="water", water="river")[0]: "river",
        town.ring(9, 9, waterway="riverbank")[0]: "river",
    }  # fmt: skip
    for tags in (
        {"waterway": "river", "tunnel": "culvert"}, {"waterway": "stream"}, {"railway": "subway", "tunnel": "yes"},
        {"railway": "subway", "layer": "-1"}, {"railway": "rail", "bridge": "yes"}, {"railway": "abandoned"},
        {"barrier": "hedge"}, {"railway": "tram"},
    ):  # fmt: skip
        town.way(n, **tags)
    town.ring(11, 11, natural="water", water="pool")
    table = town.read(tmp_path)["barriers"].table
    assert dict(zip(ids(table), texts(table, "kind"), strict=True)) == {
        f"w{way}": kind for way, kind in kept.items()
    }
    ring = dict(zip(ids(table), geometries(table), strict=True))[f"w{list(kept)[5]}"]
    assert ring.geom_type == "LineString"


def test_tags_about_people_never_pass(tmp_path: Path) -> None:
    town = Town()
    secret = {
        "phone": "1",
        "contact__phone": "2",
        "email": "3",
        "operator": "4",
        "website": "5",
        "contact__wechat": "6",
    }
    town.node(0, 0, amenity="clinic", name="东关诊所", **{k: f"secret-{v}" for k, v in secret.items()})
    town.ring(1, 1, building="yes", owner="secret", operator="secret")
    for imported in town.read(tmp_path).values():
        assert "secret" not in imported.table.to_csv()
        assert len(imported.extras.columns) == 0
        assert "secret" not in str(imported.issues)


def test_licence_and_date_travel_with_the_data(tmp_path: Path) -> None:
    town = Town(osmosis_replication_timestamp="2023-05-06T07:08:09Z")
    town.way([town.node(0, 0), town.node(1, 0)], highway="residential")
    source = town.read(tmp_path)["roads"].source
    assert (source.licence, source.data_date) == ("© OpenStreetMap contributors, ODbL", "2023-05-06")
    bare = Town()
    bare.way([bare.node(0, 0), bare.node(1, 0)], highway="residential")
    assert bare.read(tmp_path)["roads"].source.data_date == ""


def test_a_town_without_compounds_says_so(tmp_path: Path) -> None:
    town = Town()
    town.way([town.node(0, 0), town.node(1, 0)], highway="residential")
    (issue,) = [i for i in town.read(tmp_path)["roads"].issues if i.code == "osm.no_compounds"]
    assert issue.layer == "compounds"
    with pytest.raises(InputError) as caught:
        town.read(tmp_path, layer="compounds")
    assert caught.value.problem.key == "import.osm.absent"


def test_one_layer_can_be_picked(tmp_path: Path) -> None:
    town = Town()
    town.way([town.node(0, 0), town.node(1, 0)], highway="residential")
    town.ring(1, 1, building="yes", building__levels="6", start_date="1987")
    imported = town.read(tmp_path, layer="buildings")
    assert list(imported) == ["buildings"]
    assert ints(imported["buildings"].table, "floors") == [6]
    assert ints(imported["buildings"].table, "built_year") == [1987]


def test_a_town_abroad_needs_a_system_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "paris.osm"
    path.write_text(
        '<osm><node id="1" lat="48.85" lon="2.35"/><node id="2" lat="48.851" lon="2.35"/>'
        '<way id="3"><nd ref="1"/><nd ref="2"/><tag k="highway" v="residential"/></way></osm>'
    )
    with pytest.raises(InputError) as caught:
        read_file(path, ReadOptions())
    assert (caught.value.problem.key, caught.value.exit_code) == ("import.crs.no_zone", 2)
    (roads,) = read_file(path, ReadOptions(), project_crs="EPSG:2154")
    assert geometries(roads.table)[0].length == pytest.approx(111.2, rel=1e-2)


@pytest.mark.parametrize(
    "body", ["<osm", "<osm><node></osm>", "<osm><node id='1' lat='1' lon='1'/>", "<osm/>x", "<osm>\x00</osm>"]
)
def test_broken_xml_is_refused(tmp_path: Path, body: str) -> None:
    (tmp_path / "a.osm").write_text(body)
    with pytest.raises(InputError) as caught:
        read_file(tmp_path / "a.osm", ReadOptions())
    assert caught.value.exit_code == 1


@pytest.mark.parametrize(
    "body", ["<osmChange><create/></osmChange>", "<gpx/>", "<osm/>", "<osm><note>x</note></osm>"]
)
def test_xml_without_elements_is_refused(tmp_path: Path, body: str) -> None:
    (tmp_path / "a.osm").write_text(body)
    with pytest.raises(InputError) as caught:
        read_file(tmp_path / "a.osm", ReadOptions())
    assert caught.value.exit_code == 1


@pytest.mark.parametrize("declared", ["GBK", "no-such", "rot13", "idna"])
def test_an_encoding_that_xml_readers_do_not_know_is_refused(tmp_path: Path, declared: str) -> None:
    (tmp_path / "a.osm").write_bytes(f"<?xml version='1.0' encoding='{declared}'?><osm/>".encode())
    with pytest.raises(InputError) as caught:
        read_file(tmp_path / "a.osm", ReadOptions())
    assert (caught.value.problem.key, caught.value.exit_code) == ("import.file.xml_encoding", 1)


def test_utf16_is_read(tmp_path: Path) -> None:
    body = (
        "<?xml version='1.0' encoding='UTF-16'?><osm><node id='1' lat='34.38' lon='111.65'>"
        "<tag k='amenity' v='library'/><tag k='name' v='图书馆'/></node></osm>"
    )
    (tmp_path / "a.osm").write_bytes(body.encode("utf-16"))
    (facilities,) = read_file(tmp_path / "a.osm", ReadOptions())
    assert texts(facilities.table, "name") == ["图书馆"]


def test_strange_elements_break_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.osm").write_text(
        '<osm><node id="1" lat="x" lon="1"/><node lat="1" lon="1"/><node id="2" lat="999" lon="1"/><node id="9"/>'
        '<node id="3" lat="34.38" lon="111.65" action="delete"/><way id="5"/><way id="6"><nd/><nd ref="3"/>'
        '<tag k="highway" v="residential"/></way><relation id="7"><tag k="type" v="multipolygon"/>'
        '<tag k="building" v="yes"/></relation><way id="8"><nd ref="10" lat="34.38" lon="111.65"/>'
        '<nd ref="11" lat="34.381" lon="111.65"/><tag k="highway" v="path"/></way></osm>'
    )
    (roads,) = read_file(tmp_path / "a.osm", ReadOptions())
    assert ids(roads.table) == ["w8"]
    assert "osm.area_open" in {issue.code for issue in roads.issues}


def test_the_mapping_table_speaks_the_layers_words() -> None:
    rules = read_rules()
    assert {rule.kind for rule in rules.facilities} <= {kind.id for kind in FACILITY_KINDS}
    assert set(rules.road_class.values()) <= {kind.id for kind in ROAD_CLASSES}
    assert not {"phone", "email", "operator", "website", "contact:phone"} & rules.keys


def test_slopes_and_signals_of_ways_are_taken(tmp_path: Path) -> None:
    town = Town()
    a, b, d = town.node(0, 0), town.node(1, 0, highway="traffic_signals"), town.node(3, 0)
    c = town.node(2, 0, highway="crossing", crossing="traffic_signals")
    plain = town.node(1, 1, highway="crossing", crossing="marked")
    through = town.way([a, b, c], highway="residential", incline="-8%")
    onward = town.way([c, d], highway="residential", incline="up")
    side = town.way([b, plain], highway="footway", incline="10°")
    roads = town.read(tmp_path)["roads"].table
    found = dict(
        zip(ids(roads), zip(roads["slope"].tolist(), ints(roads, "signals"), strict=True), strict=True)
    )
    assert found[f"w{through}"] == (0.08, 2)
    assert found[f"w{onward}"][1] == 0, "the signal counts on the first way that it ends"
    assert found[f"w{onward}"][0] != found[f"w{onward}"][0], "a direction alone is no slope"
    assert found[f"w{side}"] == (0.1763, 0)
