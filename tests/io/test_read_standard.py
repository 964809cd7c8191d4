"""Rule packs and profiles: what is shipped is sound, and every fault is named with its place."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from gis_planner.errors import RuleError
from gis_planner.io.read_standard import (
    read_pack_text,
    read_profiles,
    read_standard,
    read_standard_text,
    standard_ids,
)
from gis_planner.messages import load_catalogue
from gis_planner.model.choices import NINE_KINDS
from gis_planner.model.rules import Rules
from gis_planner.model.standard import ELIGIBILITY_RULES, METRICS
from gis_planner.paths import resource

SHIPPED = resource("standards") / "sanhe_sanzheng_jiuyou.toml"
COMPOUND = resource("standards") / "sanru_sitong_siyou_liangzheng.toml"
WC = 'facility = "wc"'


def test_the_shipped_pack_has_three_three_and_nine() -> None:
    standard = read_standard("sanhe_sanzheng_jiuyou")
    assert [element.group for element in standard.elements] == ["三合"] * 3 + ["三整"] * 3 + ["九有"] * 9
    assert tuple(element.facility for element in standard.elements[6:]) == NINE_KINDS


def test_the_packs_that_come_with_the_program_use_every_indicator() -> None:
    packs = [read_standard(name) for name in standard_ids()]
    assert {(p.id, p.subject, len(p.elements)) for p in packs} == {
        ("sanhe_sanzheng_jiuyou", "cluster", 15),
        ("sanru_sitong_siyou_liangzheng", "compound", 13),
        ("gb50180_life_circles", "cluster", 14),
        ("wanzheng_juzhu_shequ", "cluster", 20),
    }
    assert {element.metric for pack in packs for element in pack.elements} == set(METRICS)
    ids = [element.id for pack in packs for element in pack.elements]
    assert len(set(ids)) == len(ids), "a city's own threshold would mean two things"


def test_the_compound_pack_is_that_of_the_policy() -> None:
    pack = read_standard("sanru_sitong_siyou_liangzheng")
    assert [e.id for e in pack.elements] == [
        "SR1", "SR2", "SR3", "ST1", "ST2", "ST3", "ST4", "SY1", "SY2", "SY3", "SY4", "SZ1", "SZ2",
    ]  # fmt: skip
    assert {
        e.id: (e.threshold_pass, e.threshold_partial) for e in pack.elements if e.id[:2] in ("SR", "ST")
    } == {
        **{f"SR{n}": (1.0, 0.9) for n in (1, 2, 3)},
        **{f"ST{n}": (0.98, 0.9) for n in (1, 2)},
        **{f"ST{n}": (0.95, 0.8) for n in (3, 4)},
    }
    assert [e.id for e in pack.elements if e.origin == "document"] == ["SR1", "SR2", "SR3"]
    assert {e.id: e.limit_m for e in pack.elements if e.limit_m} == {"SY3": 300.0, "SY4": 100.0}


def test_the_circles_are_a_thousand_five_hundred_and_three_hundred_metres() -> None:
    pack = read_standard("gb50180_life_circles")
    limits = {
        group: {e.limit_m for e in pack.elements if e.group == group} for group in ("十五分钟", "十分钟")
    }
    assert limits == {"十五分钟": {1000.0}, "十分钟": {500.0}}
    near = {e.facility: e.limit_m for e in pack.elements if e.group == "五分钟"}
    assert near == {**dict.fromkeys(near, 300.0), "culture": 500.0, "bus_stop": 500.0}


def test_a_pack_read_from_its_text_is_that_of_its_file(tmp_path: Path) -> None:
    own = tmp_path / "ours.toml"
    own.write_bytes(b"\xef\xbb\xbf" + SHIPPED.read_bytes().replace(b"\n", b"\r\n"))
    assert read_standard_text(read_pack_text(own), name="ours") == read_standard(own)


@pytest.mark.parametrize(
    ("old", "new", "key", "names"),
    [
        ('subject = "compound"', 'subject = "town"', "scoring.pack_key_choice", ["subject", "compound"]),
        ('subject = "compound"\n', "", "scoring.pack_key_missing", ["subject"]),
        ('id = "sanru_sitong_siyou_liangzheng"', 'id = "三入"', "scoring.pack_id", ["三入"]),
        ('kinds = ["network"]', 'kinds = ["net"]', "scoring.pack_key_choice", ["SR2", "network"]),
        ('layers = ["power_lines"]', 'layers = ["power_lines"]\nkinds = ["cable"]', "scoring.pack_key_unused", ["SR1"]),
        ('layers = ["power_lines"]', 'layers = ["roads"]', "scoring.pack_line_layer", ["SR1", "power_lines"]),
        ('layers = ["power_lines"]', "layers = []", "scoring.pack_no_layers", ["SR1"]),
        ('service = "gas"', 'service = "oil"', "scoring.pack_key_choice", ["ST3", "gas"]),
        ('service = "gas"', "limit_m = 5.0", "scoring.pack_key_unused", ["ST3", "limit_m"]),
        ("limit_m = 100.0", "limit_m = 0.0", "scoring.pack_key_range", ["SY4", "limit_m"]),
        ('basis = "coverage"', 'basis = "both"', "scoring.pack_key_choice", ["SY3", "existence"]),
        ('column = "property_mode"', 'column = "mode"', "scoring.pack_key_choice", ["SY1"]),
        ('no = ["无", "没有", "未签"]', 'nein = ["无"]', "scoring.pack_key_unknown", ["SY1", "nein"]),
        ('column = "property_agreement", no', 'column = "households", no', "scoring.pack_words_unused", ["SY1"]),
    ],
)  # fmt: skip
def test_a_fault_in_what_a_compound_pack_says_is_named_too(
    tmp_path: Path, old: str, new: str, key: str, names: list[str]
) -> None:
    text = COMPOUND.read_text(encoding="utf-8")
    assert old in text
    own = tmp_path / "bureau.toml"
    own.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RuleError) as caught:
        read_standard(own)
    assert caught.value.problem.key == key
    said = load_catalogue().text(caught.value.problem, "zh")
    assert all(name in said for name in ("bureau.toml", " 行", *names)), said


def test_thresholds_are_those_of_the_policy() -> None:
    standard = read_standard("sanhe_sanzheng_jiuyou")
    wanted = {
        "KH1": (0.8, 0.5),
        "KH2": (0.8, 0.5),
        "KH3": (0.9, 0.6),
        "KZ1": (0.9, 0.7),
        "KZ2": (0.95, 0.85),
        "KZ3": (0.95, 0.85),
    }
    wanted |= {f"KY{n}": (0.9, 0.6) for n in range(1, 10)}
    assert {e.id: (e.threshold_pass, e.threshold_partial) for e in standard.elements} == wanted
    assert {e.origin for e in standard.elements} == {"default"}, "no document gives a number for these"
    assert standard.element("KH1").params["radius_m"] == 5
    assert standard.element("KH2").params["radius_m"] == 10


def test_a_city_can_change_every_threshold_by_a_rule() -> None:
    for element in read_standard("sanhe_sanzheng_jiuyou").elements:
        rules = Rules().with_value(f"{element.id}.threshold_pass", 0.5)
        assert rules.threshold(element.id, "pass") == 0.5


def test_the_hash_is_that_of_the_file() -> None:
    assert read_standard("sanhe_sanzheng_jiuyou").sha256 == hashlib.sha256(SHIPPED.read_bytes()).hexdigest()
    assert "sanhe_sanzheng_jiuyou" in standard_ids()


def test_a_pack_is_read_from_a_path_as_well(tmp_path: Path) -> None:
    own = tmp_path / "ours.toml"
    own.write_bytes(b"\xef\xbb\xbf" + SHIPPED.read_bytes().replace(b'version = "1.0"', b'version = "7"'))
    standard = read_standard(own)
    assert standard.version == "7"
    assert standard.sha256 != read_standard("sanhe_sanzheng_jiuyou").sha256
    assert read_standard(str(own)) == standard


def test_the_five_profiles_are_those_of_the_decision_table() -> None:
    profiles = read_profiles()
    assert list(profiles) == ["default", "LN", "ZMD", "PY", "XC"]
    assert {p.cutoff_year for p in profiles.values()} == {2000}
    assert {i: p.extension_mode for i, p in profiles.items()} == {
        "default": "none", "LN": "via_cluster", "ZMD": "reserve", "PY": "none", "XC": "none",
    }  # fmt: skip
    assert [i for i, p in profiles.items() if p.consent_mode == "required"] == ["XC"]
    assert [i for i, p in profiles.items() if "SANGONGYIYE" in p.excludes] == ["ZMD"]
    assert profiles["LN"].excludes == ("REBUILD",)
    for profile in profiles.values():
        assert set(profile.clauses) == {"ALL", *ELIGIBILITY_RULES}
        assert (profile.consent_num, profile.consent_den) == (2, 3)


def _line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "key", "names"),
    [
        ("threshold_pass = 0.8", "threshold_pass = 80", "scoring.pack_key_range", ["KH1", "threshold_pass", "80"]),
        ("threshold_pass = 0.8", "threshold_pass = nan", "scoring.pack_key_range", ["KH1", "threshold_pass"]),
        ("threshold_pass = 0.8", 'threshold_pass = "0.8"', "scoring.pack_key_type", ["KH1", "threshold_pass"]),
        ("threshold_pass = 0.8", "threshold_pass = true", "scoring.pack_key_type", ["KH1", "threshold_pass"]),
        ("threshold_pass = 0.8", "threshold_pas = 0.8", "scoring.pack_key_unknown", ["KH1", "threshold_pas"]),
        ("threshold_partial = 0.5", "threshold_partial = 0.9", "scoring.pack_thresholds", ["KH1"]),
        ('metric = "merged_box_share"', 'metric = "box_share"', "scoring.pack_key_choice", ["KH2", "merged_box_share"]),
        ('layers = ["telecom_lines"]', 'layers = ["telecom"]', "scoring.pack_key_choice", ["KH3", "telecom_lines"]),
        ('facility = "medical"', 'facility = "hospital"', "scoring.pack_key_choice", ["KY3", "hospital"]),
        ('facility = "medical"\n', "", "scoring.pack_key_missing", ["KY3", "facility"]),
        ('origin = "default"', 'origin = "guess"', "scoring.pack_key_choice", ["KH1", "guess"]),
        ('id = "KZ1"', 'id = "KH1"', "scoring.pack_twice", ["KH1"]),
        ('id = "KZ1"', 'id = "shops"', "scoring.pack_element_id", ["shops"]),
        ("radius_m = 5.0, ", "", "scoring.pack_key_missing", ["KH1", "radius_m"]),
        ("radius_m = 5.0", "radius = 5.0", "scoring.pack_key_unknown", ["KH1", "radius_m"]),
        ("schema = 1", "schema = 2", "scoring.pack_schema", ["2"]),
        ("schema = 1", "", "scoring.pack_key_missing", ["schema"]),
        ('version = "1.0"', "version = 1.0", "scoring.pack_key_type", ["version"]),
        ('en = "kerbs neat"', 'en = ""', "scoring.pack_key_type", ["KZ3", "en"]),
        ('zh = "门店规整"', 'zh = "门店规整', "scoring.pack_not_toml", ["line"]),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_file_element_and_line(
    tmp_path: Path, old: str, new: str, key: str, names: list[str]
) -> None:
    text = SHIPPED.read_text(encoding="utf-8")
    assert old in text
    own = tmp_path / "bureau.toml"
    own.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RuleError) as caught:
        read_standard(own)
    assert caught.value.problem.key == key
    for language in ("zh", "en"):
        said = load_catalogue().text(caught.value.problem, language)  # type: ignore[arg-type]
        assert "bureau.toml" in said
        assert all(name in said for name in names), said
        assert "{" not in said.replace("{}", "")


def test_the_line_is_the_one_of_the_key(tmp_path: Path) -> None:
    text = SHIPPED.read_text(encoding="utf-8").replace('facility = "toilet"', WC)
    own = tmp_path / "bureau.toml"
    own.write_text(text, encoding="utf-8")
    with pytest.raises(RuleError) as caught:
        read_standard(own)
    assert f"line {_line_of(text, WC)}" in load_catalogue().text(caught.value.problem, "en")


def test_unknown_missing_and_foreign_files_are_refused(tmp_path: Path) -> None:
    gbk = tmp_path / "gbk.toml"
    gbk.write_bytes('zh = "三合"'.encode("gbk"))
    huge = tmp_path / "huge.toml"
    huge.write_bytes(b"#" * 1_000_001)
    deep = tmp_path / "deep.toml"
    deep.write_text("a = " + "[" * 100_000, encoding="utf-8")
    empty = tmp_path / "empty.toml"
    empty.write_text(
        'schema = 1\n[standard]\nid="a"\nzh="a"\nen="a"\nversion="1"\nsource="a"\n', encoding="utf-8"
    )
    for path, key in [
        ("no_such_pack", "scoring.pack_unknown"),
        (tmp_path / "absent.toml", "scoring.pack_unreadable"),
        (tmp_path, "scoring.pack_unreadable"),
        (gbk, "scoring.pack_not_utf8"),
        (huge, "scoring.pack_too_large"),
        (deep, "scoring.pack_not_toml"),
        (empty, "scoring.pack_no_elements"),
    ]:
        with pytest.raises(RuleError) as caught:
            read_standard(path)
        assert caught.value.problem.key == key
        assert caught.value.problem.key in load_catalogue()
        assert caught.value.remedy.key in load_catalogue()
