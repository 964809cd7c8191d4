"""Rule packs: the standard as data.

The types only; `io.read_standard` reads them from TOML. A pack names its elements with clause, layers,
indicator and thresholds; a profile says how a city decides who is eligible.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from gis_planner.model.choices import FACILITY_KINDS

Status = Literal["pass", "partial", "fail", "not_assessed", "not_applicable"]
STATUSES: tuple[Status, ...] = ("pass", "partial", "fail", "not_assessed", "not_applicable")
POINTS: Mapping[str, float] = {"pass": 1.0, "partial": 0.5, "fail": 0.0}

Subject = Literal["cluster", "compound"]
SUBJECTS: tuple[Subject, ...] = ("cluster", "compound")

# Every indicator the program can measure, and the params that it needs of its element.
METRICS: Mapping[str, tuple[str, ...]] = {
    "merged_pole_share": ("radius_m", "power_kv_min", "cover_margin_m"),
    "merged_box_share": ("radius_m", "cover_margin_m"),
    "shared_line_share": ("cover_margin_m",),
    "orderly_shop_share": ("cover_margin_m",),
    "even_road_share": ("cover_margin_m",),
    "neat_kerb_share": ("sides", "lane_sides", "near_m", "junction_m", "cover_margin_m"),
    "reach_share": ("cover_margin_m",),
    "concealed_line_share": ("voltage_kv_max", "cover_margin_m"),
    "served_household_share": ("cover_margin_m",),
    "attribute_share": (),
    "gate_camera_share": ("near_m", "cover_margin_m"),
    "good_kerb_share": ("cover_margin_m",),
    "needs_person": (),
}

# The services that can be connected, each with the column of compounds and buildings that says so.
SERVICES: Mapping[str, str] = {
    "water": "has_water",
    "power": "has_power",
    "gas": "has_gas",
    "heat": "has_heat",
}

# The tests of the eligibility table in their order, each with the code of what stops there.
ELIGIBILITY_RULES: Mapping[str, str] = {
    "E01": "OUT_OF_SCOPE",
    "E02": "SHANTYTOWN",
    "E03": "REBUILD",
    "E04": "SELF_BUILT",
    "E05": "SANGONGYIYE",
    "E06": "UNSAFE",
    "E07": "YEAR",
    "E08": "EXT_0105",
    "E09": "NO_GAP",
    "E10": "CONSENT",
}
EXCLUSION_LISTS: tuple[str, ...] = ("SHANTYTOWN", "REBUILD", "SELF_BUILT", "SANGONGYIYE")


@dataclass(frozen=True)
class Wanted:
    """One column of the compounds' table that must say yes.

    A yes-or-no column says it itself. Of a text, one that holds a word of `no` denies; one that holds a word of `yes`
    (or any other, where `yes` is empty) affirms; what else it may say is not understood, hence unknown.
    """

    column: str
    yes: tuple[str, ...] = ()
    no: tuple[str, ...] = ()


@dataclass(frozen=True)
class Element:
    """One element of a standard, such as 便民服务中心.

    `metric` names the indicator function; `facility` is the kind of facility for a reach element;
    `threshold_*` are shares 0 to 1; `origin` says whether a document or the project set them;
    `params` are further numbers of the indicator (radius_m …). Where the pack sets them, `basis` (coverage or
    existence) and `limit_m` stand for the rules of the same name. `kinds` are the lines that a line element counts
    (empty: all), `service` what a served element is about, `wanted` the columns of an attribute element.
    """

    id: str
    group: str
    zh: str
    en: str
    clause: str
    layers: tuple[str, ...]
    metric: str
    indicator_zh: str
    indicator_en: str
    threshold_pass: float
    threshold_partial: float
    origin: Literal["document", "default"]
    facility: str | None
    preferred_m: float | None
    params: Mapping[str, float]
    basis: Literal["coverage", "existence"] | None = None
    limit_m: float | None = None
    kinds: tuple[str, ...] = ()
    service: str | None = None
    wanted: tuple[Wanted, ...] = ()


@dataclass(frozen=True)
class Standard:
    """A rule pack: its id, titles, version, the sha256 of its file, and its elements in order.

    `subject` is what it judges, clusters or compounds; `source` the document that it follows.
    """

    id: str
    zh: str
    en: str
    version: str
    sha256: str
    elements: tuple[Element, ...]
    subject: Subject = "cluster"
    source: str = ""

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of facilities that its elements ask for, in the order of their declaration."""
        asked = {element.facility for element in self.elements}
        return tuple(kind.id for kind in FACILITY_KINDS if kind.id in asked)

    def element(self, element_id: str) -> Element:
        """Give one element; KeyError when the pack has none of that id."""
        for element in self.elements:
            if element.id == element_id:
                return element
        raise KeyError(element_id)


@dataclass(frozen=True)
class Profile:
    """How a city decides who is eligible (policy sources in `source`).

    `excludes` are exclusion-list codes that count here; `extension_mode` says what becomes of compounds
    built 2001–2005; consent is compared in integers: `consent_den * consenting >= consent_num * households`.
    """

    id: str
    zh: str
    en: str
    source: str
    cutoff_year: int
    extension_mode: Literal["none", "reserve", "via_cluster"]
    extension_from: int
    extension_to: int
    excludes: tuple[str, ...]
    consent_mode: Literal["advisory", "required"]
    consent_num: int
    consent_den: int
    clauses: Mapping[str, str]


@dataclass(frozen=True)
class Verdict:
    """What was found for one element in one cluster, or in one compound (`subject`, whose id `cluster_id` then is).

    `value` is the indicator's value (a share, None when not assessed); `evidence` is plain JSON data
    (numbers, ids, reasons) from which the sentence `text_key` is said. `sentence` has no rendered text.
    """

    cluster_id: str
    element: str
    status: Status
    value: float | None
    threshold_pass: float
    threshold_partial: float
    origin: Literal["document", "default"]
    clause: str
    evidence: Mapping[str, Any]
    subject: Subject = "cluster"


@dataclass(frozen=True)
class Eligibility:
    """What was decided about one compound, by which rule of the table, from which inputs."""

    compound_id: str
    result: Literal["eligible", "eligible_via_cluster", "reserve", "excluded", "pending"]
    code: str
    rule: str
    clause: str
    inputs: Mapping[str, Any]
