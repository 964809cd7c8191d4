"""Which of a file's columns is which declared column.

Headings are compared without blanks, brackets, units, case and width, against the name, both titles and the synonyms
of each declared column; a person's own map goes first. One source column fills one declared column. Columns about
people and their telephones never fill any.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gis_planner.errors import InputError
from gis_planner.io.raw import POSITION_FIELDS
from gis_planner.messages import Message
from gis_planner.model.layers import Layer

_BRACKETS = re.compile(r"[(\[{【<〔].*?[)\]}】>〕]")
_PUNCTUATION = re.compile(r"[\s_\-·:/、,，.。;；*#\"'“”‘’|\\]+")
_PERSON = re.compile(
    r"联系人|联系方式|联系电|电话号码?$|电话$|手机|责任人|负责人|姓名|户主|身份证|经办人|填表人|包联|网格员|楼长"
    r"|phone|mobile|^tel$|telephone(?:no|number)|contact|e?mail|邮箱|微信|^qq$|wechat"
)
_SUFFIX_UNIT = re.compile(
    r"(万?(?:m2|平方米|平米|平方)|[千百]?万?亿?元|公顷|亩|户|栋|幢|个|层|人|项|米|mm|cm|km|kv|千伏|%)$"
)
_POSITIONS: Mapping[str, tuple[str, ...]] = {
    "lon": (
        "lon", "lng", "longitude", "long", "经度", "东经", "经度坐标", "lon84", "lng84", "wgs84lng", "wgs84lon",
        "gcjlng", "gcj02lng", "bdlng", "bd09lng", "lngwgs84", "lnggcj02", "lngbd09", "pointlng",
    ),
    "lat": (
        "lat", "latitude", "纬度", "北纬", "纬度坐标", "lat84", "wgs84lat", "gcjlat", "gcj02lat", "bdlat", "bd09lat",
        "latwgs84", "latgcj02", "latbd09", "pointlat",
    ),
    "x": ("x", "x坐标", "坐标x", "横坐标", "东坐标", "easting", "xcoord", "coordx", "pointx"),
    "y": ("y", "y坐标", "坐标y", "纵坐标", "北坐标", "northing", "ycoord", "coordy", "pointy"),
    "wkt": (
        "wkt", "geometry", "geom", "thegeom", "几何", "坐标串", "边界", "shapewkt", "坐标", "经纬度", "location",
        "lnglat", "lonlat", "lnglats",
    ),
}  # fmt: skip

# A unit and what one of it is in the unit that is stored: m2, 万元, m, kV, or a plain count.
UNITS: Mapping[str, tuple[str, float]] = {
    "m2": ("m2", 1.0), "平方米": ("m2", 1.0), "平米": ("m2", 1.0), "平方": ("m2", 1.0),
    "万m2": ("m2", 1e4), "万平方米": ("m2", 1e4), "万平米": ("m2", 1e4), "万平方": ("m2", 1e4), "万平": ("m2", 1e4),
    "公顷": ("m2", 1e4), "ha": ("m2", 1e4), "hm2": ("m2", 1e4), "亩": ("m2", 2000.0 / 3.0),
    "km2": ("m2", 1e6), "平方公里": ("m2", 1e6),
    "元": ("万元", 1e-4), "千元": ("万元", 0.1), "万元": ("万元", 1.0), "百万元": ("万元", 100.0),
    "亿元": ("万元", 1e4),
    "m": ("m", 1.0), "米": ("m", 1.0), "cm": ("m", 0.01), "厘米": ("m", 0.01), "mm": ("m", 0.001), "毫米": ("m", 0.001),
    "km": ("m", 1000.0), "公里": ("m", 1000.0),
    "kv": ("kV", 1.0), "千伏": ("kV", 1.0), "v": ("kV", 0.001), "伏": ("kV", 0.001),
    "户": ("", 1.0), "栋": ("", 1.0), "幢": ("", 1.0), "个": ("", 1.0), "层": ("", 1.0), "人": ("", 1.0),
    "项": ("", 1.0), "处": ("", 1.0), "套": ("", 1.0), "辆": ("", 1.0), "侧": ("", 1.0), "座": ("", 1.0),
    "张": ("", 1.0), "床": ("", 1.0), "万户": ("", 1e4), "万人": ("", 1e4), "%": ("%", 0.01),
}  # fmt: skip


@dataclass(frozen=True)
class ColumnMatch:
    """What was found: declared name → heading, the heading of the id (or empty), units stated in headings, the rest.

    `positions` maps lon, lat, x, y and wkt to the headings that hold them.
    """

    columns: Mapping[str, str]
    id_heading: str
    units: Mapping[str, str]
    positions: Mapping[str, str]
    unmatched: tuple[str, ...]


def plain(heading: str) -> str:
    """Give a heading as it is compared: narrow, lower case, without blanks, brackets and punctuation."""
    narrow = unicodedata.normalize("NFKC", heading).casefold()
    return _PUNCTUATION.sub("", _BRACKETS.sub("", narrow)) or _PUNCTUATION.sub("", narrow)


def heading_unit(heading: str) -> str:
    """Give the unit that a heading states in brackets or at its end, empty when it states none."""
    narrow = unicodedata.normalize("NFKC", heading).casefold().replace("²", "2")
    for part in _BRACKETS.findall(narrow):
        unit = _PUNCTUATION.sub("", part[1:-1]).removeprefix("单位")
        if unit in UNITS:
            return unit
    tail = _SUFFIX_UNIT.search(_PUNCTUATION.sub("", narrow))
    unit = tail.group(1) if tail else ""
    # "同意户" is a heading, "同意户数(户)" has a unit: a bare count word at the end says nothing about scale.
    return unit if unit in UNITS and UNITS[unit][0] else ""


def is_person(heading: str) -> bool:
    """Tell whether a column is about a person or how to reach one."""
    return bool(_PERSON.search(plain(heading)))


def find_positions(headings: Sequence[str], explicit: Mapping[str, str]) -> dict[str, str]:
    """Find the columns that say where a row lies: lon and lat, x and y, or wkt; a person's own map goes first."""
    found = {
        field: heading
        for field, heading in explicit.items()
        if field in POSITION_FIELDS and heading in headings
    }
    for field, words in _POSITIONS.items():
        for word in words:
            heading = next((h for h in headings if plain(h) == word and h not in found.values()), None)
            if heading is not None:
                found.setdefault(field, heading)
                break
    for first, second in (("lon", "lat"), ("x", "y")):
        if (first in found) != (second in found):
            found.pop(first, None)
            found.pop(second, None)
    return found


def match_columns(
    layer: Layer,
    headings: Sequence[str],
    explicit: Mapping[str, str],
    *,
    short_names: bool = False,
    file: str = "",
) -> ColumnMatch:
    """Match a file's headings to a layer's declared columns.

    `explicit` maps declared names (or titles, or `id`, lon, lat, x, y, wkt) to headings. `short_names`: headings may
    be cut off after ten bytes. Raises InputError when `explicit` names what does not exist, or a column about people.
    """
    given = _checked_map(layer, headings, explicit, file)
    positions = find_positions(headings, given)
    free = [
        h for h in headings if h not in positions.values() and not is_person(h) and h not in given.values()
    ]
    columns = {name: heading for name, heading in given.items() if name not in (*POSITION_FIELDS, "id")}
    candidates: list[tuple[int, int, int, str, str]] = []
    for order, (name, words) in enumerate(_names(layer).items()):
        if name in given:
            continue
        for position, heading in enumerate(free):
            rank = _rank(heading, words, short_names)
            if rank is not None:
                candidates.append((rank, order, position, name, heading))
    taken: set[str] = set()
    id_heading = given.get("id", "")
    for _, _, _, name, heading in sorted(candidates):
        if heading in taken or name in columns or (name == "id" and id_heading):
            continue
        taken.add(heading)
        if name == "id":
            id_heading = heading
        else:
            columns[name] = heading
    used = {*columns.values(), *positions.values(), id_heading}
    return ColumnMatch(
        columns={c.name: columns[c.name] for c in layer.columns if c.name in columns},
        id_heading=id_heading,
        units={name: unit for name, heading in columns.items() if (unit := heading_unit(heading))},
        positions=positions,
        unmatched=tuple(h for h in headings if h not in used),
    )


def _names(layer: Layer) -> dict[str, list[str]]:
    """Give every word that a heading of each column may be, best first, ready to compare."""
    names = {"id": [plain(word) for word in ("id", *layer.id_synonyms)]}
    for column in layer.columns:
        names[column.name] = [plain(word) for word in (column.name, column.zh, column.en, *column.synonyms)]
    return names


def _rank(heading: str, words: Sequence[str], short_names: bool) -> int | None:
    """Say how well a heading fits (0 best), None when it does not."""
    for step, key in enumerate(_keys(heading)):
        if key in words:
            return step * 100 + words.index(key)
    if short_names and _was_cut(heading):
        key = plain(heading)
        for place, word in enumerate(words):
            if len(key) >= 3 and word.startswith(key):
                return 1000 + place
    return None


def _keys(heading: str) -> list[str]:
    """Give the ways to read a heading: whole, without its unit, and the lower part of a two-row heading."""
    whole = plain(heading)
    keys = [whole, _SUFFIX_UNIT.sub("", whole)]
    if "/" in heading:
        last = plain(heading.rsplit("/", 1)[1])
        keys += [last, _SUFFIX_UNIT.sub("", last)]
    return [key for key in dict.fromkeys(keys) if key]


def _was_cut(heading: str) -> bool:
    return any(len(heading.encode(codec, "replace")) in (9, 10) for codec in ("utf-8", "gb18030"))


def _checked_map(
    layer: Layer, headings: Sequence[str], explicit: Mapping[str, str], file: str
) -> dict[str, str]:
    titles = {plain(word): c.name for c in layer.columns for word in (c.en, c.zh, c.name)}
    allowed = [*layer.column_names, "id", *POSITION_FIELDS]
    result: dict[str, str] = {}
    for field, heading in explicit.items():
        name = field if field in allowed else titles.get(plain(field), "")
        if not name:
            raise InputError(
                Message("import.map.unknown_field", field=field, layer=Message(f"layers.{layer.name}")),
                Message("import.map.unknown_field_remedy", known=_nearest(field, allowed)),
            )
        found = next((h for h in headings if h == heading), None) or next(
            (h for h in headings if plain(h) == plain(heading)), None
        )
        if found is None:
            raise InputError(
                Message("import.map.unknown_column", file=file, column=heading),
                Message("import.map.unknown_column_remedy", known=_nearest(heading, headings)),
            )
        if is_person(found):
            raise InputError(Message("import.map.person", column=found), Message("import.map.person_remedy"))
        result[name] = found
    return result


def _nearest(word: str, known: Sequence[str]) -> list[str]:
    return difflib.get_close_matches(word, known, n=5, cutoff=0.3) or list(known)[:12]
