"""What a study is asked to follow: distances, bounds, thresholds.

Rules are inputs of a study and stand on every sheet. Preferences (language, colours of the window) are
taste and live elsewhere. Every rule is declared once, with its unit, its range and where it comes from.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from types import MappingProxyType
from typing import Any, Literal

from gis_planner.errors import RuleError
from gis_planner.messages import Message

Origin = Literal["document", "default"]
PROGRAMME = r"(\d{1,4}(\+\d{1,4}){0,19})?"  # how many clusters in each year, in the order of the years
_THRESHOLD = re.compile(r"^([A-Z]{2,3}\d{1,2})\.threshold_(pass|partial)$")


def _rule(
    default: Any,
    zh: str,
    en: str,
    unit: str = "",
    low: float | None = None,
    high: float | None = None,
    source: str = "",
    choices: tuple[str, ...] = (),
    pattern: str = "",
) -> Any:
    return field(
        default=default,
        metadata={
            "zh": zh,
            "en": en,
            "unit": unit,
            "low": low,
            "high": high,
            "source": source,
            "choices": choices,
            "pattern": pattern,
        },
    )


@dataclass(frozen=True)
class Rules:
    """Every rule with its default. Lengths in metres, counts in households or compounds, shares 0 to 1.

    `thresholds` holds a city's own values as `("KY1.threshold_pass", 0.85)`; the rule pack rules elsewhere.
    """

    # walking and coverage: TD/T 1062-2021, GB 50180-2018 3.0.4
    limit_m: float = _rule(1000.0, "步行距离上限", "walking limit", "m", 50, 5000, "GB 50180-2018 3.0.4")
    search_max_m: float = _rule(3000.0, "最大搜索距离", "search limit", "m", 100, 20000)
    snap_max_m: float = _rule(50.0, "接入路网最大距离", "longest leg to the network", "m", 1, 500)
    walk_speed_m_s: float = _rule(1.2, "步行速度(仅显示)", "walking speed (shown only)", "m/s", 0.3, 3)
    # who walks, and what makes a metre longer; penalties are metres of walking, zero by default
    walker: str = _rule("adult", "步行者", "who walks", choices=("adult", "elderly"))
    elderly_speed_m_s: float = _rule(
        0.9, "老年人步行速度(仅显示)", "walking speed of the elderly (shown only)", "m/s", 0.3, 3
    )
    stairs_penalty: float = _rule(0.0, "梯道每米加计", "added to each metre of steps", "m/m", 0, 20)
    signal_penalty_m: float = _rule(0.0, "信号灯每处加计", "added at each traffic signal", "m", 0, 500)
    slope_weight: float = _rule(0.0, "坡度加计权重", "weight of the slope penalty", "", 0, 5, "Tobler 1993")
    # what the reports on the network list
    near_miss_m: float = _rule(5.0, "疑似断头距离", "ends this near are listed", "m", 0, 50)
    long_leg_share: float = _rule(0.5, "长接入段占比", "share of the longest leg that is long", "", 0, 1)
    noding_tolerance_m: float = _rule(0.1, "端点合并容差", "joining tolerance of line ends", "m", 0.0, 5)
    entrance_match_m: float = _rule(
        10.0, "出入口归属距离", "entrance belongs to a compound within", "m", 0, 100
    )
    # shares of capacity (E2SFCA, Luo & Qi 2009, Health & Place 15): three zones of walking time, each with a weight
    # against the nearest one's 1. The zones are the circles of 5, 10 and 15 minutes of GB 50180-2018 3.0.4, the last
    # one ends at limit_m; no document asks for them, so they are project defaults.
    capacity_near_m: float = _rule(
        300.0, "容量近圈半径(五分钟)", "near zone of capacity (5 min)", "m", 1, 5000
    )
    capacity_middle_m: float = _rule(
        500.0, "容量中圈半径(十分钟)", "middle zone of capacity (10 min)", "m", 1, 5000
    )
    capacity_middle_weight: float = _rule(
        0.68, "容量中圈权重(Luo & Qi 2009)", "weight of the middle zone (Luo & Qi 2009)", "", 0, 1
    )
    capacity_far_weight: float = _rule(
        0.22, "容量远圈权重(Luo & Qi 2009)", "weight of the far zone (Luo & Qi 2009)", "", 0, 1
    )
    # neighbours and clusters: 洛宁方案 三(三), 濮阳意见 三(一)4; the numbers are project defaults
    max_gap_m: float = _rule(30.0, "相邻间距上限", "largest gap between neighbours", "m", 0, 500)
    min_frontage_m: float = _rule(10.0, "相邻边长下限", "shortest shared frontage", "m", 0, 500)
    households_min: int = _rule(100, "组团户数下限", "fewest households of a cluster", "户", 0, 100000)
    households_max: int = _rule(3000, "组团户数上限", "most households of a cluster", "户", 1, 1000000)
    members_min: int = _rule(2, "组团小区数下限", "fewest compounds of a cluster", "个", 1, 1000)
    members_max: int = _rule(15, "组团小区数上限", "most compounds of a cluster", "个", 1, 10000)
    walk_diameter_max_m: float = _rule(1000.0, "组团步行直径上限", "largest walking diameter", "m", 50, 20000)
    same_township: bool = _rule(True, "同一街道(乡镇)", "one township only")
    extension_share_min: float = _rule(
        0.5, "随片区列入的面积占比下限", "share of area inside the cluster", "", 0, 1, "洛宁方案 二(一)"
    )
    extension_cap: float = _rule(
        0.5, "随片区列入户数占比上限", "largest share of extension households", "", 0, 1
    )
    seed: int = _rule(1, "求解种子", "seed of the solver", "", 0, 2**31 - 1)
    # what divides clusters (policy brief: hard barriers), and whether a bridge, underpass or crossing opens it
    river_divides: bool = _rule(True, "河流分隔组团", "rivers and water divide clusters")
    railway_divides: bool = _rule(True, "铁路分隔组团", "railways divide clusters")
    trunk_road_divides: bool = _rule(True, "主干路分隔组团", "trunk roads divide clusters")
    expressway_divides: bool = _rule(True, "快速路分隔组团", "expressways divide clusters")
    crossings_open: bool = _rule(True, "桥涵通道可连通", "bridges, underpasses and crossings open a line")
    # how many clusters: the solver is free, or they are asked for, or a programme names how many each year
    clusters_wanted: int = _rule(0, "组团数量(0为不限)", "number of clusters (0 for any)", "个", 0, 100000)
    programme: str = _rule("", "年度计划(如3+3+3)", "yearly programme (such as 3+3+3)", pattern=PROGRAMME)
    # what makes one grouping better than another; what a unit of each is stands in `analysis.clustering.cost`
    usual_members: float = _rule(9.0, "组团常见小区数", "usual number of compounds", "个", 1, 10000)
    weight_compactness: float = _rule(1.0, "权重:紧凑(步行)", "weight: compact on foot", "", 0, 1000)
    weight_frontage_cut: float = _rule(1.0, "权重:切断共界", "weight: frontage cut", "", 0, 1000)
    weight_roads_crossed: float = _rule(2.0, "权重:跨越道路", "weight: roads crossed", "", 0, 1000)
    weight_community: float = _rule(1.0, "权重:同一社区", "weight: same community", "", 0, 1000)
    weight_size: float = _rule(3.0, "权重:规模适中", "weight: usual size", "", 0, 1000)
    weight_balance: float = _rule(1.0, "权重:户数均衡", "weight: households balanced", "", 0, 1000)
    weight_years: float = _rule(0.5, "权重:年代相近", "weight: built in like years", "", 0, 1000)
    weight_build: float = _rule(4.0, "权重:待建设施", "weight: facilities still to be built", "", 0, 1000)
    cost_secondary: float = _rule(2.0, "跨越次干路代价", "cost of crossing a secondary road", "", 0, 100)
    cost_branch: float = _rule(1.0, "跨越支路代价", "cost of crossing a branch road", "", 0, 100)
    cost_wall: float = _rule(0.25, "拆墙并院代价", "cost of a wall taken down", "", 0, 100)
    cost_opened: float = _rule(4.0, "经桥涵跨越代价", "cost of a line crossed by an opening", "", 0, 100)
    parcel_size_m: float = _rule(100.0, "自动网格边长", "size of made parcels", "m", 20, 2000)
    # eligibility: the documents say 居民自建房为主 without a number
    self_built_share_max: float = _rule(
        0.5, "自建房占比上限", "largest share of self-built houses", "", 0, 1, "驻马店方案 二"
    )
    # scoring: policy of the rule pack
    service_basis: str = _rule(
        "coverage", "九有判定依据", "basis of the nine services", choices=("coverage", "existence")
    )
    null_share_max: float = _rule(0.2, "属性缺失占比上限", "largest share of empty attributes", "", 0, 1)
    layer_cover_min: float = _rule(0.95, "图层覆盖占比下限", "smallest cover of a layer", "", 0, 1)
    pci_min: float = _rule(80.0, "平整道路PCI下限", "PCI of an even road", "", 0, 100)
    thresholds: tuple[tuple[str, float], ...] = ()

    def with_value(self, name: str, value: Any) -> Rules:
        """Give the rules with one value changed.

        `name` is a rule's name or `<element>.threshold_pass|threshold_partial` (None takes that back).
        Raises RuleError for an unknown name, a wrong type, a value out of range, or a walking limit beyond the search:
        what lies between the two would read as out of reach without having been looked for.
        """
        if _THRESHOLD.match(name):
            return self._with_threshold(name, value)
        found = {f.name: f for f in fields(self) if f.name != "thresholds"}.get(name)
        if found is None:
            raise RuleError(
                Message("rules.unknown", name=name, known=sorted(rule_names())),
                Message("rules.unknown_remedy"),
            )
        changed = replace(self, **{name: _checked(name, found.default, found.metadata, value)})
        if changed.limit_m > changed.search_max_m:
            values = {"limit": changed.limit_m, "search": changed.search_max_m}
            raise RuleError(
                Message("rules.limit_beyond_search", **values),
                Message("rules.limit_beyond_search_remedy", **values),
            )
        return changed

    def _with_threshold(self, name: str, value: Any) -> Rules:
        kept = {key: old for key, old in self.thresholds if key != name}
        if value is not None:
            kept[name] = _checked(name, 0.0, {"low": 0, "high": 1, "choices": ()}, value)
        return replace(self, thresholds=tuple(sorted(kept.items())))

    def threshold(self, element: str, which: Literal["pass", "partial"]) -> float | None:
        """Give the city's own threshold of an element, None where the rule pack's stands."""
        return dict(self.thresholds).get(f"{element}.threshold_{which}")

    def origin(self, name: str) -> Literal["own", "document", "default"]:
        """Tell where a value comes from: `own` once a person changed it, else a document or the project's default."""
        facts = rule_facts(name)
        if getattr(self, name) != facts["default"]:
            return "own"
        return "document" if facts["source"] else "default"

    @property
    def speed_m_s(self) -> float:
        """The speed of whoever walks; minutes are shown at it, nothing is decided by it."""
        return self.elderly_speed_m_s if self.walker == "elderly" else self.walk_speed_m_s

    @property
    def clusters_asked(self) -> int:
        """How many clusters are asked for: the sum of the yearly programme, else the number itself; 0 for any."""
        if self.programme:
            return sum(int(count) for count in self.programme.split("+"))
        return self.clusters_wanted

    def to_json(self) -> dict[str, Any]:
        """Write every rule as plain JSON."""
        body: dict[str, Any] = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "thresholds"}
        body.update(dict(self.thresholds))
        return body


def rule_names() -> list[str]:
    """Give the names of all rules, thresholds apart, in the order of their declaration."""
    return [f.name for f in fields(Rules) if f.name != "thresholds"]


def rule_facts(name: str) -> Mapping[str, Any]:
    """Give a rule's titles (`zh`, `en`), `unit`, `low`, `high`, `choices`, `source` and `default`."""
    for f in fields(Rules):
        if f.name == name:
            return MappingProxyType({**f.metadata, "default": f.default})
    raise KeyError(name)


def _checked(name: str, default: Any, facts: Mapping[str, Any], value: Any) -> Any:
    wrong = RuleError(Message("rules.bad_value", name=name, value=str(value)), _remedy(default, facts))
    if isinstance(default, bool):
        text = str(value).strip().lower()
        if text not in ("true", "false", "1", "0", "yes", "no", "是", "否"):
            raise wrong
        return text in ("true", "1", "yes", "是")
    if isinstance(default, str):
        if facts.get("pattern"):
            return _patterned(str(value), facts["pattern"], wrong)
        if value not in facts["choices"]:
            raise wrong
        return value
    if isinstance(value, bool):
        raise wrong
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise wrong from None
    low, high = facts.get("low"), facts.get("high")
    if number != number or (low is not None and number < low) or (high is not None and number > high):
        raise wrong
    if isinstance(default, int):
        if number != int(number):
            raise wrong
        return int(number)
    return number


def _patterned(text: str, pattern: str, wrong: RuleError) -> str:
    """Give a text without spaces and with plain plus signs, where it is written as its rule asks."""
    plain = "".join(text.split()).replace("＋", "+")
    if not re.fullmatch(pattern, plain):
        raise wrong
    return plain


def _remedy(default: Any, facts: Mapping[str, Any]) -> Message:
    """Say which values a rule can have."""
    if isinstance(default, bool):
        return Message("rules.yes_or_no")
    if isinstance(default, str) and facts.get("pattern"):
        return Message("rules.as_programme")
    if isinstance(default, str):
        return Message("rules.one_of", choices=list(facts["choices"]))
    return Message("rules.between", low=facts.get("low"), high=facts.get("high"), unit=facts.get("unit", ""))
