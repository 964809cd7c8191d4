from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gis_planner.cartography.paint_text import Typesetter, one_line

pytestmark = pytest.mark.usefixtures("qt")

mixed = st.text("便民服务中心，。（）“” abcXYZ 0123456789%≥\u00a0", max_size=80)


@settings(max_examples=80, deadline=None)
@given(mixed, st.floats(8, 60))
def test_no_line_is_wider_than_its_room_and_nothing_is_lost(text: str, width: float) -> None:
    type_ = Typesetter()
    lines = type_.wrap(text, width, 7.0)
    assert all(type_.width(line, 7.0) <= width + 0.01 for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


@settings(max_examples=60, deadline=None)
@given(mixed, st.floats(3, 60))
def test_a_shortened_text_fits_and_says_that_it_is_shortened(text: str, width: float) -> None:
    type_ = Typesetter()
    fitted = type_.fit(text, width, 7.0)
    assert type_.width(fitted, 7.0) <= width + 0.01
    assert fitted == one_line(text) or fitted.endswith("…")


def test_only_so_many_lines_are_given() -> None:
    lines = Typesetter().wrap("说明文字很长" * 40, 30.0, 7.0, most=3)
    assert len(lines) == 3
    assert lines[2].endswith("…")


def test_no_line_begins_with_a_closing_mark() -> None:
    text = "甲乙丙丁戊己庚辛，壬癸（子丑寅卯辰巳）。" * 4
    for width in range(12, 60, 3):
        lines = Typesetter().wrap(text, float(width), 7.0)
        assert not any(line[0] in "，。）" for line in lines)
        assert not any(line[-1] in "（" for line in lines)


def test_numbers_and_words_are_not_torn() -> None:
    lines = Typesetter().wrap("步行上限 1000\u00a0m 之内 OpenStreetMap contributors", 16.0, 7.0)
    assert any("1000\u00a0m" in line for line in lines)
    assert any("contributors" in line for line in lines)


def test_sizes_are_points() -> None:
    type_ = Typesetter()
    assert type_.width("国" * 10, 9.0) == pytest.approx(10 * 9.0 * 25.4 / 72, rel=0.02)


@pytest.mark.parametrize(
    ("text", "shown"), [("甲\n乙", "甲 乙"), ("a\u202eb", "ab"), ("x\u200by", "xy"), ("a\x00b", "a b")]
)
def test_breaks_and_hidden_marks_do_not_reach_the_paper(text: str, shown: str) -> None:
    assert one_line(text) == shown
