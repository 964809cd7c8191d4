"""One file, offline, safe: the HTML map says what was found and runs nothing that stands in the data."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import pytest
import shapely
from outputs import HOSTILE, make_hostile_town, make_town
from PySide6.QtGui import QColor, QImage

from gis_planner.cartography.export_html import render_map
from gis_planner.cartography.html_facts import reach_codes
from gis_planner.cartography.html_ground import frame_for
from gis_planner.cartography.sheet_values import SheetFacts
from gis_planner.errors import Cancelled, ExportError
from gis_planner.messages import Message, load_catalogue
from gis_planner.model.choices import NINE_KINDS
from gis_planner.model.clusters import Grouping
from gis_planner.model.project import Project
from gis_planner.model.results import Results
from gis_planner.model.tables import geometries, ids
from gis_planner.paths import resource

CATALOGUE = load_catalogue()
CRS = "EPSG:4546"
BROWSER = next(
    (p for name in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(name))), None
)
Json = dict[str, Any]


def render(found: tuple[Project, Results], **given: Any) -> str:
    return render_map(*found, scenario="方案 A", catalogue=CATALOGUE, **given)


def data_of(page: str) -> Json:
    found = re.search(r'<script type="application/json" id="planner-data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    data: Json = json.loads(found[1])
    return data


def places(frame: Json, steps: list[int]) -> np.ndarray[Any, Any]:
    """Read a path as the page does: steps from vertex to vertex, counted from the base."""
    whole = np.cumsum(np.array(steps).reshape(-1, 2), axis=0) + np.array(frame["base"])
    return np.asarray(whole * frame["unit"])


@pytest.fixture(scope="module")
def town() -> tuple[Project, Results]:
    return make_town()


@pytest.fixture(scope="module")
def page(town: tuple[Project, Results]) -> str:
    return render(town)


@pytest.fixture(scope="module")
def data(page: str) -> Json:
    return data_of(page)


def test_the_page_asks_nobody_for_anything(page: str) -> None:
    head = page[: page.index("<style>")]
    assert (
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'" in head
    ), "the policy stands before anything that could load"
    loading = re.findall(r"""(?:\ssrc=|<link|@import|url\(\s*["']?(?!data:|#))[^>\s]{0,40}""", page)
    inside = [found for found in loading if not re.search(r"url\(#|url\(\$", found)]
    assert not [found for found in inside if "http" in found or found.startswith("<link")], inside


def test_every_cluster_stands_with_its_verdicts(data: Json, town: tuple[Project, Results]) -> None:
    _, results = town
    assert [row["id"] for row in data["clusters"]] == [c.id for c in results.clusters]
    for row in data["clusters"]:
        found = {v.element: v.status for v in results.verdicts if v.cluster_id == row["id"]}
        assert {v["element"]: v["status"] for v in row["verdicts"]} == found
        assert all(v["text"] for v in row["verdicts"])
        assert row["paths"], row["id"]
    elements = [element.id for element in results.standard.elements]
    assert [row["id"] for row in data["elements"]] == elements


def test_unknown_is_said_and_is_never_zero(data: Json) -> None:
    unknown = [v for row in data["clusters"] for v in row["verdicts"] if v["status"] == "not_assessed"]
    assert unknown
    assert {v["value"] for v in unknown} == {"—"}
    compound = next(row for row in data["compounds"] if row["id"] == "C004")
    assert compound["households"] is None
    charging = NINE_KINDS.index("charging")
    assert all(row["code"][charging] == "u" and row["metres"][charging] is None for row in data["compounds"])


def test_every_compound_stands_with_its_cluster_or_the_reason(
    data: Json, town: tuple[Project, Results]
) -> None:
    project, _ = town
    assert sorted(row["id"] for row in data["compounds"]) == sorted(ids(project.table("compounds")))
    for row in data["compounds"]:
        assert (row["cluster"] is None) == (row["alone"] is not None), row["id"]


def test_a_share_never_reads_as_reaching_a_threshold_that_it_misses(town: tuple[Project, Results]) -> None:
    project, results = town
    cover = results.cluster_coverage.copy()
    cover["share"] = 0.89997
    verdicts = tuple(
        replace(v, value=0.89997, status="partial") if v.value is not None else v for v in results.verdicts
    )
    page = render((project, replace(results, cluster_coverage=cover, verdicts=verdicts)))
    said = {v["value"] for row in data_of(page)["clusters"] for v in row["verdicts"]}
    assert said == {"—", "89.997%"}


def test_metres_are_rounded_up(town: tuple[Project, Results]) -> None:
    _, results = town
    coverage = results.coverage.copy()
    coverage["distance_m"] = 1000.0004
    coverage["reason"] = "beyond_limit"
    code, metres = reach_codes(replace(results, coverage=coverage), "compounds")["C001"]
    assert metres == [1001] * 9
    assert code == "b" * 9


def test_pipelines_and_what_belongs_to_them_are_never_in_it(town: tuple[Project, Results], page: str) -> None:
    project, _ = town
    assert len(project.table("pipelines"))
    assert len(project.table("boxes"))
    layers = {row["key"] for part in ("under", "over") for row in data_of(page)[part]}
    assert layers <= {
        "green", "parcels", "water", "roads", "railways", "buildings", "walls", "townships", "planning_area",
        "neighbours", "entrances",
    }  # fmt: skip
    assert not re.search("管线|给水|燃气", json.dumps(data_of(page)["legend"], ensure_ascii=False))


def test_places_are_true_to_a_decimetre(data: Json, town: tuple[Project, Results]) -> None:
    project, _ = town
    table = project.table("compounds")
    back = pyproj.Transformer.from_crs("EPSG:4490", CRS, always_xy=True)
    for row in data["compounds"]:
        degrees = places(data["frame"], row["paths"][0][0])
        x, y = back.transform(degrees[:, 0], degrees[:, 1])
        shape = geometries(table)[ids(table).index(row["id"])]
        drawn = shapely.Polygon(np.column_stack([x, y]))
        assert shapely.hausdorff_distance(drawn.exterior, shape.exterior) < 0.1
        assert drawn.exterior.is_ccw


def test_a_public_page_tells_no_place(town: tuple[Project, Results]) -> None:
    page = render(town, facts=SheetFacts(public=True))
    data = data_of(page)
    assert data["frame"] == {"geographic": False, "unit": 0.1, "base": [0, 0]}
    corners = np.array(data["extent"]) * 0.1
    assert np.abs(corners).max() < 2_000, "metres from the middle of the map"
    assert data["mark"] == "公示稿"
    assert data["about"]["sources"] == []
    assert "L.CRS.Simple" in page
    project, _ = town
    ring = places(data["frame"], next(r for r in data["compounds"] if r["id"] == "C001")["paths"][0][0])
    shape = geometries(project.table("compounds"))[0]
    assert shapely.Polygon(ring).area == pytest.approx(shape.area, rel=0.01), "shapes stay true"


def test_an_internal_page_says_so(data: Json) -> None:
    assert "内部用图" in data["mark"]
    assert data["frame"]["geographic"]


def test_it_says_what_it_rests_on(data: Json, town: tuple[Project, Results]) -> None:
    project, results = town
    about = data["about"]
    assert about["fingerprint"] == results.fingerprint
    assert about["pack_sha256"] == results.standard.sha256
    assert about["attribution"] == ["© OpenStreetMap contributors, ODbL"]
    assert about["scenario"] == "方案 A"
    assert data["data_until"] == "2024-05-10"
    assert ["步行距离上限", "1000", "m", "文件规定", "GB 50180-2018 3.0.4"] in about["rules"]
    assert data["title"] == project.title
    assert any("1000" in note for note in about["notes"])
    assert {row["limits"] for row in data["elements"] if row["kind"]} == {"90% / 60% · 项目默认"}


def test_the_same_results_give_the_same_page(page: str, town: tuple[Project, Results]) -> None:
    assert render(town) == page


def test_hostile_names_are_data_and_nothing_else() -> None:
    page = render(make_hostile_town())
    data = data_of(page)
    assert data["title"] == HOSTILE[0]
    assert data["clusters"][0]["name"] == HOSTILE[1]
    names = {row["name"] for row in data["compounds"]}
    assert set(HOSTILE) <= names
    for text in HOSTILE:
        if "<" in text:
            assert text not in page, text
    outside = page.replace(re.search(r'id="planner-data">.*?</script>', page, re.DOTALL)[0], "")  # type: ignore[index]
    for text in ("{{7*7}}", "onerror=alert", "${7*7}", "=1+1"):
        assert text not in outside, text


def test_english_has_every_word_too(town: tuple[Project, Results]) -> None:
    data = data_of(render(town, language="en"))
    said = json.dumps(data, ensure_ascii=False)
    assert not re.findall(r'"(?:outputs|maps|scoring|eligibility)\.[a-z_.]+', said)
    assert data["texts"]["all_clusters"] == "All clusters"


def test_every_text_that_the_scripts_say_is_there_and_no_other(data: Json) -> None:
    scripts = "".join(path.read_text(encoding="utf-8") for path in resource("html").glob("*.js"))
    assert set(re.findall(r"\btexts\.([a-z_]+)", scripts)) == set(data["texts"])


def test_the_scripts_write_no_markup() -> None:
    for path in resource("html").glob("*.js"):
        assert not re.search(
            r"innerHTML|insertAdjacentHTML|outerHTML|document\.write|\beval\b|new Function", path.read_text()
        ), path


def test_a_project_with_nothing_to_draw_is_refused(town: tuple[Project, Results]) -> None:
    project, results = town
    empty = replace(project, tables={name: table.iloc[:0] for name, table in project.tables.items()})
    bare = replace(results, clusters=(), units=results.units.iloc[:0], neighbours=results.neighbours.iloc[:0])
    with pytest.raises(ExportError) as told:
        render((empty, bare))
    assert told.value.problem.key == "maps.nothing_to_draw"


def test_it_opens_on_the_compounds_else_on_the_buildings(data: Json, town: tuple[Project, Results]) -> None:
    project, results = town
    corners = np.array(data["extent"]) + data["frame"]["base"]
    back = pyproj.Transformer.from_crs("EPSG:4490", CRS, always_xy=True)
    west, south = back.transform(*(corners[0] * 1e-6))
    bounds = shapely.total_bounds([c.footprint for c in results.clusters])
    assert (west, south) == pytest.approx((bounds[0], bounds[1]), abs=0.2)
    tables = {**project.tables, "compounds": project.table("compounds").iloc[:0]}
    tables["planning_area"] = project.table("planning_area").iloc[:0]
    page = render(
        (replace(project, tables=tables, grouping=Grouping()), replace(results, clusters=(), verdicts=()))
    )
    corners = np.array(data_of(page)["extent"]) + data_of(page)["frame"]["base"]
    east, north = back.transform(*(corners[1] * 1e-6))
    bounds = project.table("buildings").total_bounds
    assert (east, north) == pytest.approx((bounds[2], bounds[3]), abs=0.2)


def test_it_can_be_stopped(town: tuple[Project, Results]) -> None:
    class Stop:
        def report(self, share: float, doing: Message) -> None:
            raise Cancelled

    with pytest.raises(Cancelled):
        render(town, progress=Stop())


def test_without_a_known_crs_it_is_drawn_in_metres() -> None:
    frame = frame_for("", (0.0, 0.0, 200.0, 100.0), public=False)
    assert not frame.geographic
    assert frame.points([(100.0, 50.0)]) == [[0, 0]]
    assert frame.points([(110.0, 50.0), (90.0, 60.0)]) == [[100, 0], [-100, 100]]


# --- in a browser without a network


@pytest.fixture
def browse(tmp_path: Path) -> Callable[..., str]:
    """Open a page in a headless browser that can reach nobody; give what it printed and what it complained of."""
    if BROWSER is None:
        pytest.skip("no Chromium on this machine")

    def open_page(page: str, *flags: str, address: str = "") -> str:
        path = tmp_path / "map.html"
        path.write_text(page, encoding="utf-8")
        done = subprocess.run(
            [
                str(BROWSER), "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run",
                "--disable-background-networking", "--disable-component-update", "--disable-sync",
                "--proxy-server=127.0.0.1:9", f"--user-data-dir={tmp_path / 'profile'}", "--window-size=1500,950",
                "--hide-scrollbars", "--virtual-time-budget=4000", "--enable-logging=stderr", *flags,
                path.as_uri() + address,
            ],
            capture_output=True, check=True, timeout=60, env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
        )  # fmt: skip
        complaints = [
            line for line in done.stderr.decode("utf-8", "replace").splitlines() if "CONSOLE" in line
        ]
        assert not complaints, complaints
        return done.stdout.decode("utf-8")

    return open_page


def test_in_a_browser_clusters_compounds_and_verdicts_stand_as_text(
    browse: Callable[..., str], town: tuple[Project, Results]
) -> None:
    project, results = make_hostile_town()
    dom = browse(render((project, results)), "--dump-dom", address="#Z01")
    body = dom[dom.index('<div id="page">') :]
    assert re.search(r'<body[^>]*class="[^"]*ready', dom), "the page ran to its end"
    assert dom.count('class="compound') == len(project.table("compounds"))
    assert dom.count('class="footprint') == len(results.clusters)
    assert body.count('class="verdict ') == 15
    assert "&lt;img src=x onerror=alert(1)&gt;" in body
    assert "{{7*7}}" in body
    assert "=1+1" in body
    assert "<img" not in body, "a name is never markup"
    assert "便民服务中心" in body


def test_in_a_browser_the_map_is_drawn(
    browse: Callable[..., str], page: str, town: tuple[Project, Results], tmp_path: Path
) -> None:
    shot = tmp_path / "map.png"
    browse(page, f"--screenshot={shot}")
    picture = QImage(str(shot))
    assert (picture.width(), picture.height()) == (1500, 950)
    seen: dict[str, int] = {}
    for x in range(0, 1100, 3):
        for y in range(60, 700, 3):
            name = QColor(picture.pixel(x, y)).name()
            seen[name] = seen.get(name, 0) + 1
    for colour in ("#fbfaf6", "#c3dcec", "#fbe6bf", "#dcead2"):
        assert seen.get(colour, 0) > 50, f"paper, water, trunk road and green are painted: {colour}"
    assert any(QColor(name).red() > 200 and QColor(name).green() < 80 for name in seen), "red lines"
