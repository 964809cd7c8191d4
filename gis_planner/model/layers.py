"""Every layer, declared once.

A layer is a table of features with declared columns. This one declaration drives column matching on
import, validation, the attribute table, spreadsheet headings, map labels and the manual. Columns that
a user's file has beside these stay in the import table of the project file and are never handed out.

A frame of a layer has a plain RangeIndex, the column `id` (text, unique), every declared column in
order, and `geometry` in the project's metres. Unknown is a missing value in every column.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from gis_planner.model.choices import (
    BARRIER_KINDS,
    BOX_KINDS,
    CONDITION,
    ENTRANCE_STATUS,
    FACILITY_KINDS,
    FACILITY_STATUS,
    FAULT_KINDS,
    FAULT_STATUS,
    LAYING,
    NODING,
    PIPELINE_KINDS,
    PIPELINE_STATUS,
    POLE_KINDS,
    ROAD_CLASSES,
    TELECOM_KINDS,
    Choice,
)

ColumnType = Literal["text", "int", "float", "ratio", "year", "bool", "choice"]
GeometryType = Literal["polygon", "line", "point", "any"]


@dataclass(frozen=True)
class Column:
    """One declared column.

    `unit` is the unit that is stored (m, m2, kV, 万元 …). `synonyms` are further headings seen in
    survey tables. `ratio` is a share from 0 to 1; `year` is a calendar year.
    """

    name: str
    type: ColumnType
    zh: str
    en: str
    unit: str = ""
    synonyms: tuple[str, ...] = ()
    choices: tuple[Choice, ...] = ()
    required: bool = False


@dataclass(frozen=True)
class Layer:
    """One layer: its name, titles, kind of geometry and columns (after `id`).

    `id_synonyms` and `words` help to recognise the id column and the layer itself in a user's file.
    """

    name: str
    zh: str
    en: str
    geometry: GeometryType
    columns: tuple[Column, ...]
    id_prefix: str
    id_synonyms: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    def column(self, name: str) -> Column:
        """Give one declared column; KeyError when there is none of that name."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(f"{self.name}.{name}")

    @property
    def column_names(self) -> tuple[str, ...]:
        """The names of the declared columns, without `id` and `geometry`."""
        return tuple(column.name for column in self.columns)


def _text(name: str, zh: str, en: str, *synonyms: str, required: bool = False) -> Column:
    return Column(name, "text", zh, en, synonyms=synonyms, required=required)


def _int(name: str, zh: str, en: str, *synonyms: str, unit: str = "") -> Column:
    return Column(name, "int", zh, en, unit, synonyms)


def _float(name: str, zh: str, en: str, *synonyms: str, unit: str = "") -> Column:
    return Column(name, "float", zh, en, unit, synonyms)


def _bool(name: str, zh: str, en: str, *synonyms: str) -> Column:
    return Column(name, "bool", zh, en, synonyms=synonyms)


def _choice(
    name: str, zh: str, en: str, choices: tuple[Choice, ...], *synonyms: str, required: bool = False
) -> Column:
    return Column(name, "choice", zh, en, synonyms=synonyms, choices=choices, required=required)


_NAME = _text("name", "名称", "name", "名字", "NAME", "Name")
_HOUSEHOLDS = _int(
    "households", "户数", "households", "总户数", "居民户数", "业主总户数", "住户数", "居住户数", unit="户"
)
_COMMUNITY = _text("community", "社区", "community", "所属社区", "社区居委会", "居委会", "所在社区")
_TOWNSHIP = _text(
    "township",
    "街道(乡镇)",
    "township",
    "街道",
    "办事处",
    "乡镇",
    "镇办",
    "街道乡镇",
    "所属街道",
    "街道办事处",
)
# Whether a service is connected; a building's own word counts before its compound's.
_SERVED = (
    _bool("has_water", "已通水", "water connected", "通水", "是否通水", "供水"),
    _bool("has_power", "已通电", "power connected", "通电", "是否通电", "供电"),
    _bool("has_gas", "已通气", "gas connected", "通气", "是否通气", "通天然气", "是否通天然气"),
    _bool("has_heat", "已通暖", "heating connected", "通暖", "是否通暖", "集中供暖", "是否集中供暖"),
)
_POPULATION = _int("population", "人口", "population", "常住人口", "居住人口", "人口数", "总人口", unit="人")

LAYERS: tuple[Layer, ...] = (
    Layer(
        "compounds",
        "小区",
        "compounds",
        "polygon",
        id_prefix="C",
        id_synonyms=("code", "小区编号", "编号", "序号", "台账编号", "项目编号", "小区代码"),
        words=("小区", "老旧小区", "compound", "residential", "家属院", "红线"),
        columns=(
            _text(
                "name",
                "小区名称",
                "compound name",
                "小区名",
                "名称",
                "项目名称",
                "家属院名称",
                "院落名称",
                "小区",
                "name",
                required=True,
            ),
            _TOWNSHIP,
            _COMMUNITY,
            _text("address", "详细地址", "address", "地址", "位置", "四至"),
            Column(
                "built_year",
                "year",
                "建成年代",
                "built year",
                "年",
                ("建成时间", "建成年份", "竣工时间", "建设年代", "建造年代", "竣工年份", "年代"),
            ),
            Column("built_year_from", "year", "最早建成年", "built from"),
            Column("built_year_to", "year", "最晚建成年", "built to"),
            _int("buildings", "楼栋数", "buildings", "栋数", "楼栋", "幢数", "楼栋(栋)", unit="栋"),
            _int("units", "单元数", "stair units", "单元", unit="个"),
            _HOUSEHOLDS,
            _POPULATION,
            _int("elderly", "60岁以上人口", "residents over 60", "老年人口", "老人数", unit="人"),
            _float("floor_area_m2", "建筑面积", "floor area", "总建筑面积", unit="m2"),
            _float("land_area_m2", "占地面积", "land area", "用地面积", unit="m2"),
            _text("structure", "房屋结构", "structure", "结构类型", "建筑结构", "结构形式"),
            _int("floors", "层数", "floors", "楼层", "最高层数", unit="层"),
            _text("owner_unit", "产权单位", "owning unit", "原产权单位", "主管单位"),
            _text("ownership", "产权性质", "ownership", "房屋性质"),
            _text(
                "property_mode",
                "物业管理方式",
                "property management",
                "物业情况",
                "有无物业",
                "物业公司",
                "物业",
            ),
            _bool("owners_committee", "业主委员会", "owners' committee", "业委会", "有无业委会"),
            _int(
                "consent_households",
                "同意改造户数",
                "consenting households",
                "同意户数",
                "签字户数",
                unit="户",
            ),
            Column("consent_ratio", "ratio", "同意率", "consent ratio", "", ("群众同意改造率", "同意改造率")),
            _int("parking_spaces", "停车位数", "parking spaces", "车位数", "停车位", unit="个"),
            _float(
                "fund_initial", "维修资金首期筹集额", "maintenance fund, initial", "首期应缴", unit="万元"
            ),
            _float("fund_balance", "维修资金余额", "maintenance fund, balance", "余额", unit="万元"),
            Column("plan_year", "year", "改造年度", "plan year", "年", ("计划年度", "实施年度")),
            _text("status", "改造状态", "status", "进度", "实施状态"),
            _float(
                "invest",
                "估算投资",
                "estimated investment",
                "总投资",
                "投资",
                "投资额",
                "资金需求",
                "估算投资(万元)",
                unit="万元",
            ),
            _text("items", "改造内容", "works", "改造项目"),
            _bool("in_urban_scope", "在城区范围内", "inside urban scope", "城区范围", "是否城区"),
            _bool("in_shantytown_plan", "列入棚改计划", "in a shantytown plan", "棚户区", "棚改"),
            _bool("demolish_rebuild", "拟拆除重建", "to be demolished and rebuilt", "拆除重建", "拟拆除新建"),
            Column("self_built_share", "ratio", "自建房比例", "self-built share", "", ("自建房占比",)),
            _bool("urban_village", "城中村", "urban village", "是否城中村"),
            _bool("sangongyiye", "三供一业移交", "in the utilities-transfer programme", "三供一业"),
            _bool("structure_safe", "房屋结构安全", "structure safe", "结构安全", "是否安全"),
            _int("gap_count", "短板项数", "gaps against the standard", "缺项数", "短板数", unit="项"),
            _text(
                "property_agreement",
                "物业协议日期",
                "management agreement dated",
                "物业合同日期",
                "物业合同签订日期",
                "物业协议签订日期",
            ),
            *_SERVED,
        ),
    ),
    Layer(
        "parcels",
        "网格",
        "parcels",
        "polygon",
        id_prefix="P",
        id_synonyms=("网格编号", "网格编码", "地块编号", "地块编码", "编号", "code", "grid_id"),
        words=("网格", "地块", "parcel", "grid", "宗地"),
        columns=(
            _NAME,
            _text("land_use", "用地性质", "land use", "地类", "用地类型", "规划用途", "DLMC"),
            _COMMUNITY,
            _TOWNSHIP,
            _HOUSEHOLDS,
            _POPULATION,
        ),
    ),
    Layer(
        "buildings",
        "建筑",
        "buildings",
        "polygon",
        id_prefix="B",
        id_synonyms=("楼栋编号", "楼号", "编号", "code"),
        words=("建筑", "楼栋", "房屋", "building"),
        columns=(
            _NAME,
            _text("compound_id", "所属小区编号", "compound id", "小区编号", "小区ID"),
            _text("use", "用途", "use", "建筑用途", "功能", "building"),
            _int("floors", "层数", "floors", "楼层", "地上层数", "building:levels", unit="层"),
            _int("units", "单元数", "stair units", "单元", unit="个"),
            _HOUSEHOLDS,
            Column("built_year", "year", "建成年代", "built year", "年", ("建成年份", "竣工时间")),
            _text("structure", "房屋结构", "structure", "结构类型"),
            *_SERVED,
        ),
    ),
    Layer(
        "roads",
        "道路",
        "roads",
        "line",
        id_prefix="R",
        id_synonyms=("路段编号", "道路编号", "编号", "code"),
        words=("道路", "路网", "road", "street", "highway"),
        columns=(
            _text("name", "道路名称", "road name", "路名", "名称", "name"),
            _choice("class", "道路等级", "class", ROAD_CLASSES, "等级", "道路类型", "类型", "highway"),
            _bool("walkable", "可步行", "walkable", "步行", "是否可步行"),
            _int("level", "层", "level", "层级", "layer"),
            _bool("bridge", "桥", "bridge", "桥梁", "是否桥梁"),
            _bool("tunnel", "隧道", "tunnel", "是否隧道"),
            _choice("noding", "节点规则", "noding", NODING),
            _text("vertex_ids", "节点号", "vertex ids"),
            _float("width_m", "路宽", "width", "宽度", "红线宽度", unit="m"),
            _choice("condition", "路况", "condition", CONDITION, "路面状况", "状况", "完好程度", "平整度"),
            _float("pci", "路面状况指数", "PCI", "PCI"),
            _int("kerb_sides", "应设路沿侧数", "kerb sides required", "路沿侧数", unit="侧"),
            Column("slope", "ratio", "纵坡", "slope", "", ("坡度", "道路坡度", "纵坡坡度", "incline")),
            _int("signals", "信号灯数", "traffic signals", "红绿灯数", "信号灯处数", unit="处"),
        ),
    ),
    Layer(
        "entrances",
        "出入口",
        "entrances",
        "point",
        id_prefix="E",
        id_synonyms=("编号", "code"),
        words=("出入口", "大门", "gate", "entrance"),
        columns=(
            _NAME,
            _text("compound_id", "所属小区编号", "compound id", "小区编号", "小区ID"),
            _choice("status", "状态", "status", ENTRANCE_STATUS, "开放状态"),
        ),
    ),
    Layer(
        "barriers",
        "阻隔",
        "barriers",
        "any",
        id_prefix="X",
        id_synonyms=("编号", "code"),
        words=("阻隔", "河流", "铁路", "围墙", "水系", "barrier", "river", "railway", "wall"),
        columns=(
            _NAME,
            _choice("kind", "类型", "kind", BARRIER_KINDS, "种类", "阻隔类型", required=True),
        ),
    ),
    Layer(
        "facilities",
        "设施",
        "facilities",
        "any",
        id_prefix="F",
        id_synonyms=("设施编号", "编号", "code"),
        words=("设施", "公共服务", "配套", "facility", "poi"),
        columns=(
            _text("name", "设施名称", "facility name", "名称", "name"),
            _choice(
                "kind", "设施类型", "kind", FACILITY_KINDS, "类型", "类别", "种类", "设施类别", required=True
            ),
            _choice("status", "状态", "status", FACILITY_STATUS, "运营状态", "建设状态"),
            _float("capacity", "规模", "capacity", "容量", "车位数", "床位数", "桩数"),
            _text("address", "地址", "address", "详细地址", "位置"),
        ),
    ),
    Layer(
        "pipelines",
        "管线",
        "pipelines",
        "line",
        id_prefix="L",
        id_synonyms=("管线编号", "管段编号", "编号", "code"),
        words=("管线", "管网", "pipeline", "pipe"),
        columns=(
            _choice(
                "kind", "管线类型", "kind", PIPELINE_KINDS, "类型", "种类", "管类", "图层", required=True
            ),
            _text("code", "管线代号", "code", "代号", "管线代码"),
            _text("material", "材质", "material", "管材"),
            _text("size", "管径", "size", "断面", "规格", "管径(mm)", "尺寸"),
            _float("depth_m", "埋深", "depth", "起点埋深", "平均埋深", unit="m"),
            Column("year", "year", "敷设年份", "year laid", "年", ("建设年代", "埋设年代", "建成年代")),
            _choice("laying", "敷设方式", "laying", LAYING, "埋设方式"),
            _choice("status", "状态", "status", PIPELINE_STATUS, "使用状态"),
        ),
    ),
    Layer(
        "power_lines",
        "电力线",
        "power lines",
        "line",
        id_prefix="W",
        id_synonyms=("编号", "code"),
        words=("电力线", "电线", "power line"),
        columns=(
            _float("voltage_kv", "电压", "voltage", "电压等级", unit="kV"),
            _choice("laying", "敷设方式", "laying", LAYING, "埋设方式"),
        ),
    ),
    Layer(
        "telecom_lines",
        "通信线",
        "telecom lines",
        "line",
        id_prefix="T",
        id_synonyms=("编号", "code"),
        words=("通信线", "弱电", "telecom"),
        columns=(
            _choice("kind", "类型", "kind", TELECOM_KINDS, "种类"),
            _choice("laying", "敷设方式", "laying", LAYING, "埋设方式"),
            _bool("shared", "共用管道", "shared duct", "共建共享", "是否共用"),
        ),
    ),
    Layer(
        "poles",
        "杆",
        "poles",
        "point",
        id_prefix="G",
        id_synonyms=("杆号", "编号", "code"),
        words=("杆", "灯杆", "pole"),
        columns=(
            _choice("kind", "类型", "kind", POLE_KINDS, "种类", "杆类型"),
            _text("functions", "功能", "functions", "搭载功能", "挂载"),
            _float("voltage_kv", "电压", "voltage", "电压等级", unit="kV"),
        ),
    ),
    Layer(
        "boxes",
        "箱",
        "boxes",
        "point",
        id_prefix="H",
        id_synonyms=("箱号", "编号", "code"),
        words=("箱", "箱柜", "机箱", "box", "cabinet"),
        columns=(
            _choice("kind", "类型", "kind", BOX_KINDS, "种类", "箱类型"),
            _bool("combined", "已合箱", "combined", "多箱合一", "是否合箱"),
        ),
    ),
    Layer(
        "shopfronts",
        "门店",
        "shopfronts",
        "any",
        id_prefix="S",
        id_synonyms=("编号", "code"),
        words=("门店", "店铺", "商铺", "shopfront"),
        columns=(
            _NAME,
            _bool("sign_ok", "招牌规范", "sign compliant", "店招规范", "门头规范"),
            _bool("outside_trading", "店外经营", "outside trading", "占道经营"),
            _bool("illegal_ad", "违规广告", "illegal advertising", "违法广告"),
        ),
    ),
    Layer(
        "kerbs",
        "路沿",
        "kerbs",
        "line",
        id_prefix="K",
        id_synonyms=("编号", "code"),
        words=("路沿", "路缘石", "道牙", "kerb", "curb"),
        columns=(
            _choice("condition", "状况", "condition", CONDITION, "完好程度", "路沿状况"),
            _text("road_id", "所属道路编号", "road id", "道路编号"),
        ),
    ),
    Layer(
        "cameras",
        "摄像头",
        "cameras",
        "point",
        id_prefix="V",
        id_synonyms=("摄像头编号", "设备编号", "编号", "code"),
        words=("摄像头", "摄像机", "安防", "camera", "cctv"),
        columns=(
            _text("entrance_id", "所在出入口编号", "entrance id", "出入口编号", "大门编号"),
            _bool("working", "正常工作", "working", "是否正常", "是否在线", "在线"),
        ),
    ),
    Layer(
        "faults",
        "故障",
        "faults",
        "any",
        id_prefix="Q",
        id_synonyms=("故障编号", "工单编号", "编号", "code"),
        words=("故障", "报修", "工单", "fault"),
        columns=(
            _choice("kind", "故障类型", "kind", FAULT_KINDS, "类型", "种类", "报修类型", required=True),
            _choice("status", "处理状态", "status", FAULT_STATUS, "状态", "处理情况", "修复状态"),
            _text("compound_id", "所属小区编号", "compound id", "小区编号", "小区ID"),
            _text("building_id", "所属楼栋编号", "building id", "楼栋编号", "楼栋ID"),
        ),
    ),
    Layer(
        "townships",
        "街道乡镇",
        "townships",
        "polygon",
        id_prefix="N",
        id_synonyms=("代码", "行政代码", "编号", "code"),
        words=("街道", "乡镇", "township", "行政区"),
        columns=(
            _text(
                "name",
                "名称",
                "name",
                "街道名称",
                "乡镇名称",
                "name",
                "NAME",
                "乡镇",
                "街道",
                "乡",
                "镇",
                required=True,
            ),
        ),
    ),
    Layer(
        "planning_area",
        "规划范围",
        "planning area",
        "polygon",
        id_prefix="A",
        id_synonyms=("编号", "code"),
        words=("规划范围", "范围", "planning area", "boundary"),
        columns=(_NAME,),
    ),
)

# What a value can be at all, whether it is imported or typed: the largest number, the years, what may be below zero.
LARGEST = 1e12
FIRST_YEAR, LAST_YEAR = 1850, 2100
SIGNED_COLUMNS = ("level", "depth_m")

LAYER_NAMES: tuple[str, ...] = tuple(layer.name for layer in LAYERS)
_BY_NAME: Mapping[str, Layer] = {layer.name: layer for layer in LAYERS}


def layer(name: str) -> Layer:
    """Give the declaration of one layer; KeyError when there is none of that name."""
    return _BY_NAME[name]


def choice_of(column: Column, choice_id: str) -> Choice:
    """Give one choice of a choice column by its id; KeyError when there is none."""
    for choice in column.choices:
        if choice.id == choice_id:
            return choice
    raise KeyError(f"{column.name}={choice_id}")
