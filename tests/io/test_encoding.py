"""Encodings are judged from all the text there is."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_planner.errors import UnclearInputError
from gis_planner.io.dbf import read_dbf
from gis_planner.io.encoding import decode, judge_encoding, python_codec, whole_characters

CHINESE = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=2, max_size=8)


@settings(max_examples=60, deadline=None)
@given(st.lists(CHINESE, min_size=1, max_size=6))
def test_utf8_text_is_known_for_what_it_is(names: list[str]) -> None:
    guess = judge_encoding([name.encode() for name in names], declared="936")
    assert (guess.encoding, guess.certain) == ("UTF-8", True)


# Always the same cases: one name in many thousands is valid in both encodings, and no judgement can help there.
@settings(max_examples=60, deadline=None, derandomize=True)
@given(st.lists(CHINESE, min_size=1, max_size=6))
def test_gbk_text_is_never_silently_something_else(names: list[str]) -> None:
    raw = [name.encode("gbk", "ignore") for name in names]
    guess = judge_encoding(raw)
    assert guess.encoding == "GB18030" or all(r.isascii() for r in raw)
    assert [decode(r, guess.encoding) for r in raw] == [r.decode("gbk") for r in raw]


def test_a_single_gbk_name_is_enough() -> None:
    guess = judge_encoding(["东关小区".encode("gbk")])
    assert (guess.encoding, guess.certain, guess.sample) == ("GB18030", True, "东关小区")


def test_a_declaration_that_does_not_fit_is_not_believed() -> None:
    guess = judge_encoding(["东关小区".encode("gbk")], declared="UTF-8")
    assert (guess.encoding, guess.certain, guess.reason.key) == (
        "GB18030",
        True,
        "import.encoding.gb_against",
    )


def test_a_western_declaration_is_no_reason_for_mojibake() -> None:
    assert judge_encoding(["东关小区".encode("gbk")], declared="ISO-8859-1").encoding == "GB18030"
    assert judge_encoding(["东关小区".encode()], declared="1252").encoding == "UTF-8"


def test_text_that_could_be_either_is_asked_for() -> None:
    both = "模".encode("gbk")
    assert both.decode("utf-8") == "ģ"
    unsure = judge_encoding([both])
    assert not unsure.certain
    assert unsure.reason.values == {"utf8": "ģ", "gb": "模"}
    assert judge_encoding([both], declared="936").encoding == "GB18030"
    assert judge_encoding([both], declared="UTF-8").encoding == "UTF-8"
    assert judge_encoding([both], given="UTF-8").certain


def test_bytes_that_are_no_text_are_asked_for() -> None:
    assert not judge_encoding([b"\xff\xfe\x80\x81"]).certain


def test_a_given_encoding_must_fit() -> None:
    with pytest.raises(UnclearInputError) as caught:
        judge_encoding(["东关小区".encode("gbk")], given="UTF-8", file="a.shp")
    assert caught.value.problem.key == "import.encoding.fails"
    assert caught.value.exit_code == 2
    with pytest.raises(UnclearInputError) as caught:
        judge_encoding([b"x"], given="klingon", file="a.shp")
    assert caught.value.problem.key == "import.encoding.unknown"


@pytest.mark.parametrize(
    ("said", "codec"),
    [("936", "gb18030"), ("ANSI 936", "gb18030"), ("GBK", "gb18030"), ("UTF8", "utf-8"), ("65001", "utf-8"), ("", ""),
     ("OEM 950", "cp950"), ("88591", "iso8859-1"), ("base64", ""), ("nonsense", "")],
)  # fmt: skip
def test_code_pages_are_known_as_files_write_them(said: str, codec: str) -> None:
    assert python_codec(said) == codec


def test_a_text_cut_at_the_width_of_its_field_loses_only_its_last_character() -> None:
    full = "洛宁县城关镇东关小区".encode()
    assert whole_characters(full[:20]).decode() == "洛宁县城关镇"
    assert whole_characters("东关小区".encode("gbk")[:7]).decode("gbk") == "东关小"
    assert whole_characters("东关".encode()) == "东关".encode()


def test_a_broken_attribute_file_is_refused() -> None:
    from gis_planner.errors import InputError

    for body in (b"", b"\x03" * 20, b"\x03" + bytes(60)):
        with pytest.raises(InputError):
            read_dbf(body, file="a.dbf")
