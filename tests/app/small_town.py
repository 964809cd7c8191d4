"""A town of five compounds in two clusters, small enough to be studied in a moment.

A B        A and B are cluster Z01, C and D are Z02, E stands alone across the street.
───        The only clinic is beside A.
C D   E
"""

from __future__ import annotations

from pathlib import Path

import shapely
from maps import facilities_from, layer_from, roads_from
from workflow.small_project import import_frame

from gis_planner.model.edits import DeclareSurveyComplete, SetClusters
from gis_planner.model.tables import Frame, conform
from gis_planner.workflow.edit import apply_edits
from gis_planner.workflow.open_project import OpenProject, new_project

CRS = "EPSG:4546"
X, Y = 500_000.0, 3_800_000.0
NAMES = {"A": "东关家属院", "B": "文化小区", "C": "西街小区", "D": "建材厂家属院", "E": "城南花园"}
CORNERS = {"A": (0, 120), "B": (110, 120), "C": (0, 0), "D": (110, 0), "E": (400, 0)}


def compounds() -> Frame:
    shapes = [shapely.box(X + x, Y + y, X + x + 90, Y + y + 80) for x, y in CORNERS.values()]
    return conform(
        "compounds",
        {
            "id": list(NAMES), "name": list(NAMES.values()), "households": [120, 80, 60, 90, None],
            "built_year": [1988, 1992, 1996, 1999, 2012], "township": ["城关镇"] * 5,
            "in_urban_scope": [True] * 5, "structure_safe": [True] * 5, "gap_count": [3] * 5,
        },
        shapes, crs=CRS,
    )  # fmt: skip


def roads() -> Frame:
    y = Y + 100
    lines = {
        "R1": [(X - 50, y), (X + 240, y)],
        "R2": [(X + 240, y), (X + 520, y)],
        "R3": [(X + 240, y), (X + 240, Y - 100)],
    }
    return roads_from(lines, **{"class": "lane", "name": "南北街"})  # fmt: skip


def facilities() -> Frame:
    return facilities_from(
        {"F1": ("medical", X + 45, Y + 108), "F2": ("toilet", X + 200, Y + 92), "F3": ("supermarket", X + 450, Y + 92)},
        name={"F1": "城关卫生站", "F2": "公厕一号", "F3": "惠民超市"}, status="existing",
    )  # fmt: skip


def make_town(path: Path) -> OpenProject:
    opened = new_project(path, title="小城连片改造", profile="LN")
    import_frame(opened, "compounds", compounds())
    import_frame(opened, "roads", roads())
    import_frame(opened, "facilities", facilities())
    import_frame(
        opened, "entrances", layer_from("entrances", {"E1": shapely.Point(X + 45, Y + 120)}, compound_id="A")
    )
    clusters = (
        {"id": "Z01", "number": 1, "name": "东关片区", "members": ["A", "B"]},
        {"id": "Z02", "number": 2, "name": "", "members": ["C", "D"]},
    )
    apply_edits(opened, [DeclareSurveyComplete("facilities"), SetClusters(clusters, {"seed": 1})])
    return opened


def centre(compound: str) -> tuple[float, float]:
    x, y = CORNERS[compound]
    return X + x + 45, Y + y + 40
