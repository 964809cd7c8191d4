"""The window's colours can be read, and the style sheet is whole."""

from __future__ import annotations

import pytest

from gis_planner.app.theme import THEMES, Theme, contrast, style_sheet
from gis_planner.model.standard import STATUSES


def test_contrast_agrees_with_known_values() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21.0)
    assert contrast("#FFFFFF", "#000000") == pytest.approx(21.0)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", THEMES.values(), ids=list(THEMES))
def test_text_can_be_read_on_every_ground(theme: Theme) -> None:
    for ground in (theme.ground, theme.surface, theme.raised, theme.hover, theme.accent_soft):
        for text in (theme.text, theme.second):
            assert contrast(text, ground) >= 4.5, (text, ground)
    assert contrast(theme.on_accent, theme.accent) >= 4.5
    assert contrast(theme.on_accent, theme.accent_hover) >= 4.5
    assert contrast(theme.accent, theme.surface) >= 4.5
    assert contrast(theme.accent, theme.accent_soft) >= 4.0
    for said, ground in (
        (theme.warn_text, theme.surface),
        (theme.warn_text, theme.warn_soft),
        (theme.danger, theme.surface),
        (theme.ok, theme.surface),
    ):
        assert contrast(said, ground) >= 4.5, said


@pytest.mark.parametrize("theme", THEMES.values(), ids=list(THEMES))
def test_marks_stand_out_on_every_ground(theme: Theme) -> None:
    for status in STATUSES:
        for ground in (theme.surface, theme.ground, theme.accent_soft):
            assert contrast(theme.verdict(status), ground) >= 3.0, (status, ground)


@pytest.mark.parametrize("theme", THEMES.values(), ids=list(THEMES))
def test_the_style_sheet_names_no_token_that_is_not_there(theme: Theme) -> None:
    sheet = style_sheet(theme)
    assert "$" not in sheet
    assert theme.accent in sheet
    assert sheet.count("{") == sheet.count("}")
