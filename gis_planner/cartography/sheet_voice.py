"""The voice of a sheet: its language, its fixed words, and how a share or a status is said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gis_planner.messages import Catalogue, Language, Message
from gis_planner.model.standard import STATUSES, Standard

DASH = "—"
_WORDS = (
    "locator", "facts", "verdicts", "legend", "notes", "clusters", "element", "status", "value",
    "not_served", "existence", "thresholds", "name", "members", "households", "assessed", "score",
    "north", "joint_review", "unit", "opinion", "signature", "date", "stamp", "sentence", "clause",
    "empty_legend", "title_of_joint_review", "no_clusters", "more",
)  # fmt: skip


@dataclass(frozen=True)
class Voice:
    """Says messages in the language of the sheet."""

    catalogue: Catalogue
    language: Language

    def say(self, key: str, **values: Any) -> str:
        """Say one text of the sheet."""
        return self.catalogue.text(Message(f"maps.sheet.{key}", **values), self.language)

    def pick(self, zh: str, en: str) -> str:
        """Choose between two texts that a declaration holds."""
        return zh if self.language == "zh" else en

    def words(self, pack: Standard) -> dict[str, str]:
        """Give the headings; the verdicts' names the rule pack."""
        title = self.pick(pack.zh, pack.en)
        return {word: self.say(f"word_{word}", n="{n}", pack=title) for word in _WORDS}

    def status_words(self) -> dict[str, str]:
        """Give the words of the verdicts, in their order."""
        return {status: self.status(status) for status in STATUSES}

    def status(self, status: str) -> str:
        """Say a status word."""
        return self.say(f"status_{status}")
