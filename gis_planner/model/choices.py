"""The words of choice columns: kinds of facilities, roads, barriers, pipelines and the rest.

Each word has an id that is stored, its Chinese and English titles, and the further words by which data name it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Choice:
    """One allowed value of a choice column, and the words by which data name it."""

    id: str
    zh: str
    en: str
    words: tuple[str, ...] = ()


FACILITY_KINDS: tuple[Choice, ...] = (
    Choice(
        "service_centre",
        "便民服务中心",
        "citizen service centre",
        ("社区服务中心", "社区服务站", "党群服务中心", "社区综合服务站", "政务服务中心", "便民中心"),
    ),
    Choice(
        "elder_care",
        "乐养居",
        "elderly care",
        (
            "日间照料中心",
            "老年人日间照料中心",
            "老年服务站",
            "养老服务中心",
            "老年活动中心",
            "托老站",
            "养老",
        ),
    ),
    Choice(
        "medical",
        "医疗服务中心",
        "medical service centre",
        (
            "社区卫生服务中心",
            "社区卫生服务站",
            "卫生服务中心",
            "卫生服务站",
            "卫生站",
            "卫生室",
            "门诊部",
            "卫生院",
            "诊所",
            "医院",
        ),
    ),
    Choice("library", "城市书房", "city study", ("城市书房(阅览室)", "阅览室", "图书室", "图书馆", "书房")),
    Choice("toilet", "公共厕所", "public toilet", ("公厕", "卫生间(公共)", "公共卫生间")),
    Choice(
        "parcel",
        "快递收发点",
        "parcel point",
        ("快递点", "快递驿站", "快递站", "快递", "智能快件箱", "快递柜", "邮政所"),
    ),
    Choice(
        "supermarket", "便民超市", "convenience supermarket", ("超市", "便利店", "生鲜店", "菜店", "生鲜超市")
    ),
    Choice("parking", "停车场地", "parking", ("停车场", "停车位", "车库", "停车楼", "公共停车场")),
    Choice(
        "charging", "充电设施", "charging", ("充电桩", "充电站", "充电棚", "电动自行车充电", "电动车充电")
    ),
    Choice("kindergarten", "幼儿园", "kindergarten"),
    Choice("nursery", "托育", "nursery", ("托儿所", "托育机构", "托幼")),
    Choice("market", "农贸市场", "food market", ("菜市场",)),
    Choice("canteen", "助餐", "community canteen", ("社区食堂", "助餐点", "长者食堂")),
    Choice(
        "fitness",
        "健身设施",
        "fitness",
        ("健身广场", "健身器材", "健身路径", "健身娱乐设施", "文体广场", "活动广场", "公共活动场地"),
    ),
    Choice("green", "公共绿地", "public green", ("公园", "游园", "口袋公园", "绿地")),
    Choice("property_room", "物业用房", "property room", ("物业服务中心",)),
    Choice("party_centre", "党建中心", "party-building centre", ("党群活动中心",)),
    Choice("police", "警务室", "police room", ("派出所",)),
    Choice("primary_school", "小学", "primary school"),
    Choice("middle_school", "初中", "middle school", ("中学", "初级中学")),
    Choice(
        "culture", "文化活动设施", "cultural activities", ("文化活动中心", "文化活动站", "文化站", "文化馆")
    ),
    Choice("bus_stop", "公交站", "bus stop", ("公交车站", "公交站点", "公共交通站点")),
    Choice(
        "waste",
        "垃圾分类点",
        "waste-sorting point",
        ("垃圾分类设施", "垃圾分类亭", "垃圾投放点", "垃圾收集点"),
    ),
    Choice("other", "其他", "other"),
)

NINE_KINDS: tuple[str, ...] = tuple(kind.id for kind in FACILITY_KINDS[:9])

# Of these a capacity is shared by all who walk there: beds or places, doctors or beds, spaces, charging points.
CAPACITY_KINDS: tuple[str, ...] = ("charging", "elder_care", "medical", "parking")

FACILITY_STATUS = (
    Choice("existing", "现状", "existing", ("已建", "在用", "运营", "正常")),
    Choice("proposed", "拟建", "proposed", ("规划", "新建", "计划")),
    Choice("closed", "停用", "closed", ("关闭", "停业", "废弃", "拆除")),
)

CONDITION = (
    Choice("good", "良好", "good", ("优", "良", "好", "完好", "平整", "齐整", "A", "B")),
    Choice("fair", "一般", "fair", ("中", "轻微破损", "C")),
    Choice("poor", "较差", "poor", ("差", "破损", "损坏", "缺失", "次", "D")),
)

ROAD_CLASSES = (
    Choice("expressway", "快速路", "expressway", ("高速", "高速公路", "快速")),
    Choice("trunk", "主干路", "trunk road", ("主干道", "干路", "国道", "省道")),
    Choice("secondary", "次干路", "secondary road", ("次干道",)),
    Choice("branch", "支路", "branch road", ("支道", "街道", "街巷")),
    Choice("lane", "巷道", "lane", ("巷", "胡同", "小区路", "宅间路", "内部道路", "小区道路")),
    Choice("footpath", "步行道", "footpath", ("人行道", "步道", "步行街", "小路")),
    Choice("steps", "梯道", "steps", ("台阶", "楼梯")),
)

NODING = (
    Choice("shared", "共用节点", "shared nodes", ("osm",)),
    Choice("drawn", "端点与交叉", "ends and crossings", ()),
)

BARRIER_KINDS = (
    Choice("river", "河流", "river", ("河", "河道", "渠", "江", "运河")),
    Choice("water", "水面", "water", ("湖", "塘", "水库", "池")),
    Choice("railway", "铁路", "railway", ("铁道", "铁轨")),
    Choice("wall", "围墙", "wall", ("墙", "围栏", "栅栏")),
    Choice("trunk_road", "主干路", "trunk road", ("主干道",)),
    Choice("expressway", "快速路", "expressway", ("高速公路",)),
)

ENTRANCE_STATUS = (
    Choice("open", "开放", "open", ("开", "通行", "正常", "开启")),
    Choice("closed", "关闭", "closed", ("封闭", "封堵", "锁闭", "停用")),
)

PIPELINE_KINDS = (
    Choice(
        "water",
        "给水",
        "water supply",
        ("JS", "供水", "自来水", "原水", "输水", "配水", "中水", "消防水", "再生水"),
    ),
    Choice("drain", "排水", "drainage", ("PS", "YS", "WS", "HS", "雨水", "污水", "雨污合流", "合流")),
    Choice("gas", "燃气", "gas", ("RQ", "TR", "MQ", "YH", "天然气", "煤气", "液化气")),
    Choice("heat", "热力", "heating", ("RL", "RS", "ZQ", "暖气", "供热", "热水", "蒸汽")),
    Choice("power", "电力", "power", ("DL", "GD", "LD", "XH", "供电", "路灯", "交通信号")),
    Choice(
        "telecom",
        "通信",
        "telecom",
        ("TX", "DH", "DS", "XX", "GB", "DX", "电信", "电话", "有线电视", "信息网络"),
    ),
    Choice("industry", "工业", "industry", ("GY",)),
    Choice("utility_tunnel", "综合管沟", "utility tunnel", ("ZH", "管廊", "综合管廊")),
    Choice("unknown", "不明管线", "unknown", ("BM", "不明")),
)

# What can fail in a compound's services; `other` touches none of the four that a standard asks about.
FAULT_KINDS = (
    Choice("water", "供水故障", "water supply", ("停水", "给水", "供水", "水", "水管")),
    Choice("power", "供电故障", "power", ("停电", "供电", "电力", "电")),
    Choice("gas", "供气故障", "gas", ("停气", "燃气", "天然气", "气")),
    Choice("heat", "供热故障", "heating", ("停暖", "供热", "供暖", "热力", "暖气", "暖")),
    Choice("other", "其他故障", "other", ("排水", "污水", "堵塞", "通信", "其他")),
)

FAULT_STATUS = (
    Choice("open", "未修复", "open", ("未处理", "处理中", "待修", "未解决", "在办")),
    Choice("fixed", "已修复", "fixed", ("已处理", "已解决", "已办结", "完成", "销号")),
)

PIPELINE_STATUS = (
    Choice("existing", "现状", "existing", ("在用", "已建")),
    Choice("planned", "规划", "planned", ("拟建", "新建", "设计")),
    Choice("abandoned", "废弃", "abandoned", ("停用", "报废")),
)

LAYING = (
    Choice("overhead", "架空", "overhead", ("明线", "飞线", "空中")),
    Choice("buried", "直埋", "buried", ("埋地", "入地", "地下")),
    Choice("duct", "管道", "duct", ("管块", "保护管", "穿管", "管沟", "沟道")),
    Choice("tray", "线槽", "tray", ("桥架", "入槽", "槽盒")),
)

TELECOM_KINDS = (
    Choice("network", "网线", "network", ("宽带", "光纤", "光缆")),
    Choice("cable", "有线电视", "cable TV", ("电视", "缆线", "广电")),
    Choice("telephone", "电话", "telephone", ("电信",)),
)

POLE_KINDS = (
    Choice("light", "路灯杆", "street light", ("路灯", "灯杆", "照明")),
    Choice("traffic", "交通杆", "traffic", ("信号灯", "交通信号", "标志", "标志杆")),
    Choice("monitor", "监控杆", "camera", ("监控", "摄像头")),
    Choice("telecom", "通信杆", "telecom", ("电信杆", "通信", "弱电杆")),
    Choice("power", "电力杆", "power", ("电杆", "电力", "线杆")),
    Choice("sign", "标牌杆", "sign", ("路牌", "指示牌", "广告牌")),
    Choice("other", "其他", "other"),
)

BOX_KINDS = (
    Choice("power", "电力箱", "power", ("配电箱", "电表箱", "变压器", "环网柜", "电力")),
    Choice("telecom", "通信箱", "telecom", ("光交箱", "交接箱", "通信")),
    Choice("tv", "广电箱", "cable TV", ("有线电视箱", "广电")),
    Choice("traffic", "交通箱", "traffic", ("信号机箱", "交通")),
    Choice("light", "路灯箱", "street light", ("路灯控制箱", "路灯")),
    Choice("other", "其他", "other"),
)
