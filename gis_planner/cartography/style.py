"""The look of maps and sheets: the one table of colours, widths and sizes.

Widths are millimetres on paper (a screen counts a millimetre by its pixels per inch); a stroke may also have
a width on the ground, and is then drawn at that width where the scale makes it wider. Nothing here knows Qt.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from gis_planner.messages import Message

PAPER = "#FBFAF6"
SHEET_PAPER = "#FFFFFF"
INK = "#1B2430"
INK_SECOND = "#596575"
INK_FAINT = "#9AA4AF"
LINE = "#C5CCD4"
LINE_FAINT = "#E2E6EB"
RED_LINE = "#D0342C"

CLUSTER_COLOURS: tuple[str, ...] = (
    "#4E79A7",
    "#E8873A",
    "#59A14F",
    "#B6669A",
    "#2FA3A0",
    "#D1A730",
    "#7C6BB0",
    "#C9584F",
    "#5F9ED1",
    "#8C7A5B",
)
STATUS_COLOURS: Mapping[str, str] = {
    "pass": "#14804F",
    "partial": "#B07A00",
    "fail": "#C0362C",
    "not_assessed": "#7B8794",
    "not_applicable": "#9AA4AF",
}
# One hue for each family of kinds: administration, care, culture, environment, commerce, vehicles.
FAMILY_COLOURS: Mapping[str, str] = {
    "civic": "#2F5FA8",
    "care": "#B0416E",
    "culture": "#7A55A3",
    "sanitary": "#4E6A74",
    "commerce": "#B8620F",
    "vehicle": "#1F7F86",
    "green": "#3F8746",
    "other": "#6B7280",
}
KIND_FAMILY: Mapping[str, str] = {
    "service_centre": "civic",
    "party_centre": "civic",
    "police": "civic",
    "property_room": "civic",
    "elder_care": "care",
    "medical": "care",
    "nursery": "care",
    "canteen": "care",
    "library": "culture",
    "kindergarten": "culture",
    "primary_school": "culture",
    "middle_school": "culture",
    "culture": "culture",
    "bus_stop": "vehicle",
    "waste": "sanitary",
    "toilet": "sanitary",
    "parcel": "commerce",
    "supermarket": "commerce",
    "market": "commerce",
    "parking": "vehicle",
    "charging": "vehicle",
    "fitness": "green",
    "green": "green",
    "other": "other",
}
# CJJ 61-2017 Annex B; the code is written along the line.
PIPELINE_COLOURS: Mapping[str, str] = {
    "water": "#00FFFF",
    "drain": "#4C3926",
    "gas": "#FF00FF",
    "heat": "#FF8000",
    "power": "#FF0000",
    "telecom": "#00FF00",
    "industry": "#000000",
    "utility_tunnel": "#000000",
    "unknown": "#6600CC",
}
PIPELINE_CODES: Mapping[str, str] = {
    "water": "JS",
    "drain": "PS",
    "gas": "RQ",
    "heat": "RL",
    "power": "DL",
    "telecom": "TX",
    "industry": "GY",
    "utility_tunnel": "ZH",
    "unknown": "BM",
}
# From near to far, light to dark: told apart by lightness alone, so that they survive grey print; no hue of water.
COVERAGE_STEPS: tuple[str, ...] = ("#E3F2EE", "#BFE0D6", "#8FC7B8", "#5BA693", "#2F7F6C")
COVERAGE_EDGE = "#6F8A86"
COVERAGE_BEYOND = "#F6D5D1"
COVERAGE_BEYOND_LINE = "#C0362C"
COVERAGE_UNKNOWN = "#ECEDEF"
COVERAGE_UNKNOWN_LINE = "#7B8794"

# Sizes of type in points: small print, text, headings, titles.
PT_SMALL, PT_TEXT, PT_HEAD, PT_TITLE = 7.0, 9.0, 12.0, 18.0
MM_PER_PT = 25.4 / 72.0
# On a small scale nothing smaller than a building is drawn.
SCALE_DETAIL, SCALE_STREET, SCALE_TOWN = 6_000.0, 30_000.0, 120_000.0

Shape = Literal["area", "line", "point"]
Marker = Literal["facility", "gate", "pole", "box", "shop"]


@dataclass(frozen=True)
class Stroke:
    """One pass of a pen: colour, width and dashes in mm on paper.

    Where `width_m` on the ground is wider than `width_mm` it counts, up to `max_mm`.
    """

    colour: str
    width_mm: float
    dash_mm: tuple[float, ...] = ()
    width_m: float = 0.0
    max_mm: float = 0.0
    alpha: float = 1.0

    def width_on_paper(self, metres_per_mm: float) -> float:
        """Give the width in mm at a scale."""
        if self.width_m <= 0.0:
            return self.width_mm
        return max(self.width_mm, min(self.width_m / metres_per_mm, self.max_mm or self.width_mm))


@dataclass(frozen=True)
class Hatch:
    """Parallel lines over an area: colour, distance and width in mm, angle in degrees against the horizontal."""

    colour: str
    spacing_mm: float = 1.4
    width_mm: float = 0.18
    angle: float = 45.0
    alpha: float = 1.0


@dataclass(frozen=True)
class Style:
    """How the features of one class look.

    `title` is what the legend says (None: not in the legend); `max_scale` is the scale denominator beyond which the
    class is not drawn; `far` is the one stroke that is left of a line on the map of a whole town. A point style has a
    `marker` with the parameters `symbol` (a kind) and `state`.
    """

    id: str
    shape: Shape
    title: Message | None = None
    fill: str | None = None
    fill_alpha: float = 1.0
    hatch: Hatch | None = None
    strokes: tuple[Stroke, ...] = ()
    marker: Marker | None = None
    symbol: str = ""
    state: str = ""
    size_mm: float = 0.0
    max_scale: float = 0.0
    arrows: bool = False
    far: Stroke | None = None

    def titled(self, title: Message | None) -> Style:
        """Give the same look under another title."""
        return replace(self, title=title)


@dataclass(frozen=True)
class RoadLook:
    """Casing, core and ground width of one class of roads."""

    core: str
    casing: str
    width_mm: float
    width_m: float
    max_mm: float
    max_scale: float = 0.0
    dash_mm: tuple[float, ...] = ()


# From the least to the greatest: a greater road is painted over a lesser one.
ROADS: Mapping[str, RoadLook] = {
    "steps": RoadLook("#B5ADA0", "", 0.45, 0.0, 0.0, SCALE_DETAIL, (0.25, 0.35)),
    "footpath": RoadLook("#B5ADA0", "", 0.22, 0.0, 0.0, SCALE_DETAIL, (1.0, 0.7)),
    "lane": RoadLook("#FFFFFF", "#C9C3B7", 0.35, 4.0, 2.0, SCALE_STREET),
    "branch": RoadLook("#FFFFFF", "#B9B2A5", 0.6, 9.0, 4.0, SCALE_TOWN),
    "secondary": RoadLook("#FDF3DC", "#C6B286", 0.8, 14.0, 6.0),
    "trunk": RoadLook("#FBE6BF", "#BF9F63", 1.0, 20.0, 8.0),
    "expressway": RoadLook("#F5CF92", "#B98F4C", 1.2, 24.0, 9.0),
}
CASING_MM = 0.14


def points_mm(points: float) -> float:
    """Give a size of type in mm."""
    return points * MM_PER_PT
