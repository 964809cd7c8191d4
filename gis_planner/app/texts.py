"""What the window says: messages, layers and kinds in the language that is chosen now."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping
from typing import Any

from gis_planner.messages import Catalogue, Language, Message
from gis_planner.model.choices import FACILITY_KINDS, Choice
from gis_planner.model.layers import Column, Layer, layer
from gis_planner.model.standard import Element, Standard

_UNITS_ZH: Mapping[str, str] = {"m2": "m²"}
_COUNTING_WORDS = ("个", "栋", "层", "侧", "项", "年")
_UNITS_EN: Mapping[str, str] = {
    "m2": "m²",
    "户": "households",
    "人": "people",
    "万元": "10⁴ CNY",
    **dict.fromkeys(_COUNTING_WORDS, ""),
}
_GROUPS: Mapping[str, str] = {
    "九有": "app.group.services", "三合": "app.group.mergers", "三整": "app.group.orders",
    "三入": "app.group.in", "四通": "app.group.through", "四有": "app.group.present", "两整": "app.group.even",
}  # fmt: skip
_DUST = 1e-6  # what a product of decimals may differ by without being another number


class Texts:
    """One language of the catalogue; a new one is made when the language is switched."""

    def __init__(self, catalogue: Catalogue, language: Language) -> None:
        self.catalogue = catalogue
        self.language: Language = language

    def __call__(self, key: str, **values: Any) -> str:
        """Say the message of a key."""
        return self.catalogue.text(Message(key, **values), self.language)

    def say(self, message: Message) -> str:
        """Say a message."""
        return self.catalogue.text(message, self.language)

    def title(self, declared: Choice | Column | Layer | Element | Standard) -> str:
        """Give the title of anything that is declared with a Chinese and an English one, fit to stand alone."""
        return declared.zh if self.language == "zh" else capital(declared.en)

    def group(self, name: str) -> str:
        """Give the title of a group of the standard; those that the program does not know stay as they are."""
        return self(_GROUPS[name]) if name in _GROUPS else name

    def layer(self, name: str) -> str:
        """Give the title of a layer."""
        return self.title(layer(name))

    def kind(self, kind_id: str) -> str:
        """Give the title of a kind of facility; its id when it is unknown."""
        return next((self.title(kind) for kind in FACILITY_KINDS if kind.id == kind_id), kind_id)

    def number(self, value: float | int | None, digits: int = 0) -> str:
        """Write a number with thin groups of three, or a dash where it is unknown."""
        if value is None or value != value:
            return "—"
        return f"{value:,.{digits}f}".replace(",", "\u2009")

    def unit(self, unit: str) -> str:
        """Write a unit; Chinese counting words that English does without are left out."""
        return _UNITS_ZH.get(unit, unit) if self.language == "zh" else _UNITS_EN.get(unit, unit)

    def share(self, value: float | None) -> str:
        """Write a share as a percentage, or a dash where it is unknown.

        Whole percents are rounded down, so that what misses a threshold never reads as reaching it; a share below 1
        never reads 100 %, and one above 0 never reads 0 %.
        """
        if value is None or value != value:
            return "—"
        percent = math.floor(value * 100 + _DUST)
        if percent >= 99 and 0.99 < value < 1:
            return ">99\u2009%"
        if percent == 0 and value > 0:
            return "<1\u2009%"
        return f"{percent}\u2009%"

    def metres(self, value: float | None) -> str:
        """Write a length in metres, from ten kilometres on in kilometres, or a dash where it is unknown.

        Whole metres are rounded up, so that what lies beyond a limit never reads as within it.
        """
        if value is None or value != value:
            return "—"
        if value >= 10_000:
            return f"{value / 1000:.1f}\u2009km"
        return f"{self.number(math.ceil(value - _DUST))}\u2009m"


def capital(text: str) -> str:
    """Write a title with a capital letter, as English ones are written that stand alone."""
    return text[:1].upper() + text[1:]


def unmarked(text: str) -> str:
    """Give text for a button or a menu, where a single & would mark a key instead of being shown."""
    return text.replace("&", "&&")


def tip(text: str) -> str:
    """Give text for a tip: broken into lines, and never read as markup whatever the data say."""
    return f"<qt>{html.escape(text).replace(chr(10), '<br>')}</qt>" if text else ""
