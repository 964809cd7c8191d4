"""A small invented town with hand-made results, for tests of maps and sheets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry import LineString, Point, Polygon, box

from gis_planner.messages import Message
from gis_planner.model.choices import NINE_KINDS
from gis_planner.model.clusters import Cluster, Grouping
from gis_planner.model.layers import LAYER_NAMES
from gis_planner.model.project import Project, Source
from gis_planner.model.results import Bound, ClusterFigures, Network, Results
from gis_planner.model.rules import Rules
from gis_planner.model.standard import POINTS, Element, Eligibility, Standard, Verdict
from gis_planner.model.tables import Frame, conform, empty_table

CRS = "EPSG:4546"
ORIGIN = (532_400.0, 3_801_200.0)
STREETS = ("凤翼路", "永宁大道", "兴宁街", "王范路", "文昌巷", "福宁街", "滨河路")
COMPOUNDS = (
    "农机公司家属院",
    "二轻局家属院",
    "粮食局家属院",
    "永宁花园",
    "百货公司楼",
    "城关供销社院",
    "水利局家属院",
    "烟草公司家属院",
    "教育局家属院",
    "邮电局家属楼",
    "物资局小区",
    "工商局家属院",
)
ELEMENTS = (
    ("KH1", "三合", "多杆合一", "merged poles", "poles"),
    ("KH2", "三合", "多箱合一", "merged cabinets", "boxes"),
    ("KH3", "三合", "多网合一", "merged networks", "telecom_lines"),
    ("KZ1", "三整", "门店规整", "orderly shopfronts", "shopfronts"),
    ("KZ2", "三整", "道路平整", "even roads", "roads"),
    ("KZ3", "三整", "路沿齐整", "even kerbs", "kerbs"),
    ("KY1", "九有", "便民服务中心", "citizen service centre", "facilities"),
    ("KY2", "九有", "乐养居", "elderly care", "facilities"),
    ("KY3", "九有", "医疗服务中心", "medical service centre", "facilities"),
    ("KY4", "九有", "城市书房", "city study", "facilities"),
    ("KY5", "九有", "公共厕所", "public toilet", "facilities"),
    ("KY6", "九有", "快递收发点", "parcel point", "facilities"),
    ("KY7", "九有", "便民超市", "convenience supermarket", "facilities"),
    ("KY8", "九有", "停车场地", "parking", "facilities"),
    ("KY9", "九有", "充电设施", "charging", "facilities"),
)


METRICS = (
    "merged_pole_share",
    "merged_box_share",
    "shared_line_share",
    "orderly_shop_share",
    "even_road_share",
    "neat_kerb_share",
    *["reach_share"] * 9,
)


def make_standard() -> Standard:
    """A rule pack of the fifteen elements."""
    elements = tuple(
        Element(
            id=i,
            group=group,
            zh=zh,
            en=en,
            clause="洛宁方案 二(四)",
            layers=(layer,),
            metric=metric,
            indicator_zh="15分钟可达户数占比",
            indicator_en="share of households in reach",
            threshold_pass=0.9,
            threshold_partial=0.6,
            origin="default",
            facility=NINE_KINDS[n - 6] if n >= 6 else None,
            preferred_m=None,
            params={},
        )
        for n, ((i, group, zh, en, layer), metric) in enumerate(zip(ELEMENTS, METRICS, strict=True))
    )
    return Standard(
        "sanhe_sanzheng_jiuyou",
        "三合三整九有",
        "three merged, three tidy, nine present",
        "1.0",
        "4f1c" * 16,
        elements,
    )


def make_project(names: tuple[str, ...] = COMPOUNDS, title: str = "宁川县老旧小区组团连片改造") -> Project:
    """Twelve compounds in two clusters and one alone, streets, a river, a railway, facilities, pipelines."""
    random = np.random.default_rng(7)
    x0, y0 = ORIGIN

    def at(x: float, y: float) -> tuple[float, float]:
        """Turn and bend the plan a little, so that nothing is a plain grid."""
        bend = 18.0 * np.sin(x / 260.0)
        return x0 + x * 0.985 - (y + bend) * 0.17, y0 + (y + bend) * 0.985 + x * 0.17

    def street(*points: tuple[float, float]) -> LineString:
        return LineString(
            [at(*p) for p in shapely.get_coordinates(shapely.segmentize(LineString(points), 40.0))]
        )

    def area(x: float, y: float, w: float, h: float) -> Polygon:
        return Polygon([at(x, y), at(x + w, y), at(x + w, y + h), at(x, y + h)])

    roads = [
        (STREETS[0], "trunk", street((-60, 300), (1160, 300))),
        (STREETS[1], "secondary", street((560, -80), (560, 700))),
        (STREETS[2], "branch", street((0, 120), (1100, 120))),
        (STREETS[3], "branch", street((0, 480), (1100, 480))),
        (STREETS[4], "lane", street((280, -40), (280, 640))),
        (STREETS[5], "branch", street((830, -40), (830, 640))),
        (STREETS[6], "secondary", street((-40, 660), (1140, 660))),
    ]
    roads += [(None, "lane", street((x, 120), (x, 300))) for x in (140, 420, 700, 960)]
    roads += [(None, "footpath", street((x, 480), (x, 650))) for x in (150, 690)]
    compounds, buildings, entrances, boxes = [], [], [], []
    plots = [
        (20, 140),
        (155, 140),
        (295, 140),
        (435, 140),
        (580, 140),
        (715, 140),
        (850, 140),
        (20, 330),
        (155, 330),
        (295, 330),
        (435, 330),
        (1000, 520),
    ]
    for n, (x, y) in enumerate(plots):
        w, h = 100 + 15 * random.random(), 95 + 30 * random.random()
        compounds.append(area(x, y, w, h))
        entrances.append(Point(at(x + w / 2, y)))
        rows = 1 if n % 4 == 3 else 3
        for row in range(rows):
            buildings.append((n, area(x + 12, y + 14 + row * 30, w - 26, 12)))
    for _ in range(150):
        x, y = random.uniform(0, 1080), random.uniform(-60, 640)
        house = area(x, y, random.uniform(9, 26), random.uniform(8, 14))
        blocked = [
            *(c.buffer(4) for c in compounds),
            *(r[2].buffer(9) for r in roads),
            *(b[1] for b in buildings),
        ]
        if not any(house.intersects(other) for other in blocked):
            buildings.append((-1, house))
    for x, y in ((205, 125), (330, 126), (470, 118), (640, 125)):
        boxes.append(Point(at(x, y)))
    parcels = [area(x, y, 138, 170) for x in range(0, 1100, 140) for y in (-50, 125, 305, 485)]
    facilities = [
        ("service_centre", "existing", "东关社区便民服务中心", (330, 100)),
        ("elder_care", "proposed", "乐养居(拟建)", (480, 470)),
        ("medical", "existing", "城关镇卫生服务中心", (610, 320)),
        ("library", "existing", "城市书房", (800, 500)),
        ("toilet", "existing", "公厕1", (250, 285)),
        ("toilet", "closed", "公厕2", (705, 470)),
        ("parcel", "existing", "快递驿站", (160, 290)),
        ("supermarket", "existing", "惠民超市", (545, 140)),
        ("parking", "existing", "公共停车场", (900, 440)),
        ("charging", "proposed", "充电站", (940, 300)),
        ("kindergarten", "existing", "城关幼儿园", (760, 70)),
    ]
    pipes = [
        ("drain", "WS", "existing", street((0, 112), (1100, 112))),
        ("water", "JS", "existing", street((0, 128), (1100, 128))),
        ("gas", "RQ", "planned", street((0, 470), (1100, 470))),
        ("telecom", "TX", "abandoned", street((272, 0), (272, 600))),
    ]
    tables = {name: empty_table(name, CRS) for name in LAYER_NAMES}
    tables["compounds"] = conform(
        "compounds",
        {
            "id": [f"C{n + 1:03d}" for n in range(len(plots))],
            "name": list(names),
            "township": ["城关镇"] * 12,
            "households": [24, 36, 48, None, 60, 32, 28, 44, 52, 20, 30, 26],
        },
        compounds,
        CRS,
    )
    tables["buildings"] = conform(
        "buildings",
        {
            "id": [f"B{n + 1:03d}" for n in range(len(buildings))],
            "compound_id": [None if n < 0 else f"C{n + 1:03d}" for n, _ in buildings],
        },
        [b for _, b in buildings],
        CRS,
    )
    tables["parcels"] = conform(
        "parcels",
        {
            "id": [f"P{n + 1:03d}" for n in range(len(parcels))],
            "land_use": ["公园绿地" if n % 13 == 5 else "居住" for n in range(len(parcels))],
        },
        parcels,
        CRS,
    )
    tables["roads"] = conform(
        "roads",
        {
            "id": [f"R{n + 1:03d}" for n in range(len(roads))],
            "name": [r[0] for r in roads],
            "class": [r[1] for r in roads],
        },
        [r[2] for r in roads],
        CRS,
    )
    river = street((-80, 720), (400, 700), (1180, 735)).buffer(26)
    tables["barriers"] = conform(
        "barriers",
        {"id": ["X1", "X2", "X3"], "name": ["洛水", "宁铁线", None], "kind": ["river", "railway", "wall"]},
        [river, street((-60, -90), (1160, -70)), compounds[0].exterior],
        CRS,
    )
    tables["entrances"] = conform(
        "entrances",
        {
            "id": [f"E{n + 1:03d}" for n in range(len(entrances))],
            "compound_id": [f"C{n + 1:03d}" for n in range(len(entrances))],
            "status": ["closed" if n == 4 else "open" for n in range(len(entrances))],
        },
        entrances,
        CRS,
    )
    tables["facilities"] = conform(
        "facilities",
        {
            "id": [f"F{n + 1:03d}" for n in range(len(facilities))],
            "kind": [f[0] for f in facilities],
            "status": [f[1] for f in facilities],
            "name": [f[2] for f in facilities],
        },
        [Point(at(*f[3])) for f in facilities],
        CRS,
    )
    tables["pipelines"] = conform(
        "pipelines",
        {
            "id": [f"L{n + 1:03d}" for n in range(len(pipes))],
            "kind": [p[0] for p in pipes],
            "code": [p[1] for p in pipes],
            "status": [p[2] for p in pipes],
        },
        [p[3] for p in pipes],
        CRS,
    )
    tables["boxes"] = conform(
        "boxes", {"id": ["H1", "H2", "H3", "H4"], "combined": [True, False, None, False]}, boxes, CRS
    )
    tables["poles"] = conform(
        "poles",
        {"id": [f"G{n}" for n in range(9)], "kind": ["light"] * 9},
        [Point(at(60 + 110 * n, 112)) for n in range(9)],
        CRS,
    )
    tables["planning_area"] = conform("planning_area", {"id": ["A1"]}, [area(-90, -110, 1270, 880)], CRS)
    tables["townships"] = conform(
        "townships",
        {"id": ["N1", "N2"], "name": ["城关镇", "回族镇"]},
        [area(-90, -110, 660, 880), area(570, -110, 610, 880)],
        CRS,
    )
    grouping = Grouping(
        clusters=(
            Cluster("Z01", 1, "东关片区", tuple(f"C{n:03d}" for n in (1, 2, 3, 4, 8, 9, 10, 11))),
            Cluster("Z02", 2, "永宁片区", ("C005", "C006", "C007")),
        )
    )
    return Project(
        title=title,
        crs=CRS,
        profile="LN",
        tables=tables,
        grouping=grouping,
        loaded=frozenset(name for name in LAYER_NAMES if len(tables[name])),
        sources=(
            _source("compounds", "2024-05-10"),
            _source("roads", "2024-03-01", "© OpenStreetMap contributors, ODbL"),
        ),
    )


def _source(layer: str, date: str, licence: str = "") -> Source:
    return Source(
        layer=layer,
        mode="fill",
        file=f"{layer}.gpkg",
        sha256="0" * 64,
        source_layer=layer,
        driver="GPKG",
        crs=CRS,
        datum="cgcs2000",
        encoding="UTF-8",
        columns={},
        rows=1,
        table="import_1",
        data_date=date,
        licence=licence,
    )


def make_results(project: Project, statuses: Mapping[str, str] | None = None) -> Results:
    """Results that hang together well enough for a map and a sheet."""
    standard = make_standard()
    compounds = project.table("compounds")
    shapes = dict(zip(compounds["id"], compounds.geometry, strict=True))
    chosen = {
        "KH1": "partial",
        "KH2": "not_assessed",
        "KH3": "fail",
        "KZ1": "not_assessed",
        "KY2": "fail",
        "KY9": "partial",
        "KY4": "not_applicable",
        **(statuses or {}),
    }
    values = {"pass": 0.96, "partial": 0.72, "fail": 0.31}
    verdicts, clusters = [], []
    households = dict(zip(compounds["id"], compounds["households"], strict=True))
    coverage_rows = []
    for cluster in project.grouping.clusters:
        known = [int(households[m]) for m in cluster.members if households[m] is not pd.NA]
        assessed, points = 0, 0.0
        for element in standard.elements:
            status: Any = chosen.get(element.id, "pass")
            value = values.get(status)
            evidence = _evidence(element, status, value, sum(known), len(cluster.members) - len(known))
            if element.facility is not None:
                shares = (
                    (np.nan, np.nan, pd.NA)
                    if value is None
                    else (float(int(sum(known) * value)), value, True)
                )
                coverage_rows.append((cluster.id, element.facility, float(sum(known)), *shares))
            if status in POINTS:
                assessed, points = assessed + 1, points + POINTS[status]
            verdicts.append(
                Verdict(
                    cluster.id,
                    element.id,
                    status,
                    value,
                    element.threshold_pass,
                    element.threshold_partial,
                    element.origin,
                    element.clause,
                    evidence,
                )
            )
        footprint = shapely.union_all([shapes[m] for m in cluster.members]).buffer(35).buffer(-22)
        clusters.append(
            ClusterFigures(
                id=cluster.id,
                number=cluster.number,
                name=cluster.name,
                township="城关镇",
                compounds=cluster.members,
                households=sum(known),
                households_unknown=len(cluster.members) - len(known),
                walk_diameter_m=None if cluster.number == 2 else 812.4,
                bounds=(
                    Bound(
                        "households",
                        100,
                        3000,
                        float(sum(known)),
                        "unchecked" if len(known) < len(cluster.members) else "kept",
                    ),
                ),
                terms={},
                footprint=footprint,
                area_m2=footprint.area,
                contiguous=True,
                assessed=assessed,
                score=points / assessed if assessed else None,
                score_lower=points / 15,
                score_upper=(points + 15 - assessed) / 15,
            )
        )
    units = _units(project)
    reasons = ("served", "served", "served", "beyond_limit", "no_access", "not_assessed", "served")
    coverage = pd.DataFrame(
        [
            {
                "unit_id": unit,
                "kind": kind,
                "facility_id": "F001" if reasons[(n + k) % 7] == "served" else None,
                "distance_m": {"served": 120.0 + 131.0 * ((n + k) % 7), "beyond_limit": 1390.0}.get(
                    reasons[(n + k) % 7], np.nan
                ),
                "minutes": np.nan,
                "reached": reasons[(n + k) % 7] == "served",
                "reason": reasons[(n + k) % 7],
            }
            for n, unit in enumerate(units["unit_id"])
            for k, kind in enumerate(NINE_KINDS)
        ]
    )
    results_of = (
        "eligible",
        "eligible",
        "eligible",
        "pending",
        "eligible",
        "eligible_via_cluster",
        "eligible",
        "eligible",
        "eligible",
        "eligible",
        "eligible",
        "excluded",
    )
    eligibility = tuple(
        Eligibility(str(c), r, "YEAR", "E07", "洛宁方案 二(一)", {})  # type: ignore[arg-type]
        for c, r in zip(compounds["id"], results_of, strict=True)
    )
    empty = gpd.GeoDataFrame({"geometry": gpd.GeoSeries([], crs=CRS)}, crs=CRS)
    pairs = [
        ("C001", "C002", True),
        ("C002", "C003", True),
        ("C003", "C004", True),
        ("C001", "C008", False),
        ("C005", "C006", True),
    ]
    neighbours = gpd.GeoDataFrame(
        {
            "a": [p[0] for p in pairs],
            "b": [p[1] for p in pairs],
            "gap_m": [20.0] * 5,
            "width_m": [20.0] * 5,
            "frontage_m": [60.0] * 5,
            "crosses": ["", "river", "", "trunk_road", ""],
            "blocked_by": ["" if p[2] else "trunk_road" for p in pairs],
            "opened_by": ["", "bridge", "", "", ""],
            "cost": [0.0, 4.0, 0.0, np.nan, 0.0],
            "allowed": pd.array([p[2] for p in pairs], dtype="boolean"),
        },
        geometry=[LineString([shapes[a].centroid, shapes[b].centroid]) for a, b, _ in pairs],
        crs=CRS,
    )
    network = Network(
        np.empty((0, 2)),
        np.empty(0, np.int64),
        np.empty(0, np.int64),
        np.empty(0),
        np.empty(0),
        np.empty(0, dtype=object),
        (),
    )
    return Results(
        inputs={"layers": {}},
        rules=Rules(),
        standard=standard,
        network=network,
        units=units,
        facilities=empty,
        access=empty,
        direct=pd.DataFrame(),
        coverage=coverage,
        neighbours=neighbours,
        clusters=tuple(clusters),
        cluster_coverage=pd.DataFrame(
            coverage_rows,
            columns=["cluster_id", "kind", "households", "reached_households", "share", "existence"],
        ),
        verdicts=tuple(verdicts),
        eligibility=eligibility,
        alone={"C012": Message("maps.test")},
    )


def _evidence(
    element: Element, status: str, value: float | None, households: int, unknown: int
) -> dict[str, Any]:
    if status == "not_applicable":
        return {"reason": "本片区由县城市书房统一服务"}
    if status == "not_assessed" or value is None:
        return {"doubt": {"code": "not_loaded", "layer": element.layers[0]}}
    if element.facility is None:
        return {"unit": "count", "good": round(value * 50), "assessed": 50, "unknown": 2}
    return {
        "unit": "households",
        "basis": "coverage",
        "limit_m": 1000.0,
        "households": households,
        "reached_households": int(households * value),
        "households_unknown": unknown,
        "unserved_count": 2,
        "unserved": [{"unit": "compounds/C004"}, {"unit": "compounds/C010"}],
        "proposed": ["F002"] if value < 0.9 else [],
        "nearest": None,
    }


def _units(project: Project) -> Frame:
    """Every compound counts with its households; buildings and parcels are measured, but count for nobody."""
    clusters = project.grouping.cluster_of()
    compounds = project.table("compounds")
    households = dict(zip(compounds["id"], compounds["households"], strict=True))
    rows: list[tuple[str, str, str, Any]] = []
    for layer in ("buildings", "compounds", "parcels"):
        table = project.table(layer)
        rows += [(f"{layer}/{i}", layer, str(i), g) for i, g in zip(table["id"], table.geometry, strict=True)]
    rows.sort(key=lambda row: row[0])
    own = [row[2] if row[1] == "compounds" else None for row in rows]
    return gpd.GeoDataFrame(
        {
            "unit_id": pd.Series([r[0] for r in rows], dtype=object),
            "unit_type": pd.Series([r[1] for r in rows], dtype=object),
            "feature_id": pd.Series([r[2] for r in rows], dtype=object),
            "compound_id": pd.Series(own, dtype=object),
            "cluster_id": pd.Series([clusters.get(c or "") for c in own], dtype=object),
            "households": [
                np.nan if c is None or households[c] is pd.NA else float(households[c]) for c in own
            ],
            "counted": pd.array([c is not None for c in own], dtype="boolean"),
        },
        geometry=[r[3] for r in rows],
        crs=CRS,
    )


def make_square_project(side: float = 100.0) -> Project:
    """One square compound and nothing else."""
    project = Project(crs=CRS)
    x, y = ORIGIN
    compounds = conform("compounds", {"id": ["C1"], "name": ["方院"]}, [box(x, y, x + side, y + side)], CRS)
    return replace(
        project, tables={**project.tables, "compounds": compounds}, loaded=frozenset({"compounds"})
    )
