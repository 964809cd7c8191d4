"""How the window looks: one table of tokens for light and one for dark, and the style sheet made of it.

No other module names a colour, a size or a font of the window. Maps and sheets have their own table in
`cartography.style`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from string import Template
from types import MappingProxyType
from typing import Literal

from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette

from gis_planner.cartography.qt_setup import font_family
from gis_planner.model.standard import Status
from gis_planner.paths import resource

ThemeName = Literal["light", "dark"]

SPACE = (4, 8, 12, 16, 24)
BASE_PX, SECOND_PX, TITLE_PX, FIGURE_PX = 13, 12, 15, 20
CORNER_PX = 6
# A system font is better only where it is hinted for the screen and has all of GBK; else the shipped one is used.
_BETTER_FONTS = ("Microsoft YaHei UI", "PingFang SC")


@dataclass(frozen=True)
class Theme:
    """The colours of the window, each with one meaning."""

    name: ThemeName
    ground: str
    surface: str
    raised: str
    line: str
    strong_line: str
    text: str
    second: str
    disabled: str
    accent: str
    accent_hover: str
    accent_soft: str
    on_accent: str
    hover: str
    ok: str
    warn: str
    warn_text: str
    warn_soft: str
    danger: str
    danger_soft: str
    not_assessed: str
    not_applicable: str
    shadow: str

    def verdict(self, status: Status) -> str:
        """Give the colour of a verdict's mark."""
        return {
            "pass": self.ok,
            "partial": self.warn,
            "fail": self.danger,
            "not_assessed": self.not_assessed,
            "not_applicable": self.not_applicable,
        }[status]

    def color(self, token: str) -> QColor:
        """Give a token as a colour."""
        return QColor(getattr(self, token))


LIGHT = Theme(
    name="light",
    ground="#F6F7F9",
    surface="#FFFFFF",
    raised="#FFFFFF",
    line="#E2E6EB",
    strong_line="#C5CCD4",
    text="#1B2430",
    second="#596575",
    disabled="#9AA4AF",
    accent="#1C64D1",
    accent_hover="#1756B5",
    accent_soft="#E6EFFC",
    on_accent="#FFFFFF",
    hover="#EEF1F5",
    ok="#14804F",
    warn="#A87400",
    warn_text="#8A5E00",
    warn_soft="#FDF4DC",
    danger="#C0362C",
    danger_soft="#FCEBE9",
    not_assessed="#7B8794",
    not_applicable="#7C8793",
    shadow="#1B243026",
)

DARK = Theme(
    name="dark",
    ground="#15181D",
    surface="#1C2026",
    raised="#232830",
    line="#2C323A",
    strong_line="#414954",
    text="#E6EAF0",
    second="#A0ABB8",
    disabled="#6A7480",
    accent="#6AA8FF",
    accent_hover="#86B8FF",
    accent_soft="#1E2F4A",
    on_accent="#0E1420",
    hover="#282E37",
    ok="#4CC38A",
    warn="#F0B429",
    warn_text="#F0B429",
    warn_soft="#3A2F14",
    danger="#FF7B70",
    danger_soft="#3D2220",
    not_assessed="#8D99A6",
    not_applicable="#75808D",
    shadow="#00000066",
)

THEMES: Mapping[str, Theme] = MappingProxyType({"light": LIGHT, "dark": DARK})


def contrast(one: str, other: str) -> float:
    """Give the contrast of two colours by WCAG 2.1, from 1 to 21."""
    bright, dim = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def load_fonts() -> str:
    """Make the shipped fonts known to Qt and give the family that the window is set in."""
    shipped = font_family()
    families = set(QFontDatabase.families())
    return next((name for name in _BETTER_FONTS if name in families), shipped)


def window_font(family: str) -> QFont:
    """Give the base font of the window, in pixels."""
    font = QFont(family)
    font.setPixelSize(BASE_PX)
    font.setHintingPreference(QFont.HintingPreference.PreferVerticalHinting)
    return font


def sized(font: QFont, px: int, *, bold: bool = False) -> QFont:
    """Give a font in another size and weight."""
    new = QFont(font)
    new.setPixelSize(px)
    new.setBold(bold)
    return new


def palette(theme: Theme) -> QPalette:
    """Give Qt's palette in the colours of a theme, for what no style sheet reaches."""
    made = QPalette()
    role = QPalette.ColorRole
    for target, token in (
        (role.Window, "ground"),
        (role.Base, "surface"),
        (role.AlternateBase, "ground"),
        (role.Button, "surface"),
        (role.WindowText, "text"),
        (role.Text, "text"),
        (role.ButtonText, "text"),
        (role.ToolTipText, "text"),
        (role.ToolTipBase, "raised"),
        (role.Highlight, "accent"),
        (role.HighlightedText, "on_accent"),
        (role.PlaceholderText, "disabled"),
        (role.Link, "accent"),
        (role.Mid, "line"),
        (role.Light, "raised"),
    ):
        made.setColor(target, theme.color(token))
    for target in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, target, theme.color("disabled"))
    return made


def style_sheet(theme: Theme) -> str:
    """Give the window's style sheet in the colours of a theme."""
    tokens = {f.name: getattr(theme, f.name) for f in fields(theme)}
    sizes = {"base": BASE_PX, "small": SECOND_PX, "title": TITLE_PX, "figure": FIGURE_PX, "corner": CORNER_PX}
    template = (resource("window") / "window.qss").read_text(encoding="utf-8")
    arrows = (resource("window") / theme.name).as_posix()
    return Template(template).substitute(**tokens, **sizes, images=arrows)
