"""What a ledger is made of: tables with declared columns, as values. Nothing here knows how a workbook is written."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

from gis_planner.analysis.sentences import percent
from gis_planner.messages import Catalogue, Language, Message
from gis_planner.model.results import ClusterFigures

# How a column's numbers read; text wraps where it is long.
Form = Literal["text", "long", "count", "year", "metres", "hectares", "amount", "share", "score"]
Tone = Literal["pass", "partial", "fail", "not_assessed", "not_applicable", "error", "warning"]


@dataclass(frozen=True)
class Share:
    """A share as it was measured, and the decimals of a percent that it takes to read as the sentences say it."""

    value: float
    decimals: int = 1


@dataclass(frozen=True)
class Toned:
    """A cell with the colour of what it says; the text says it too."""

    value: str | float | Share | None
    tone: Tone


@dataclass(frozen=True)
class AtLeast:
    """A count that is a known part of an unknown whole: read as "≥ n"."""

    value: int


Cell = str | int | float | Share | Toned | AtLeast | None


@dataclass(frozen=True)
class Column:
    """One column: its heading with the unit, its width in characters, and how its numbers read."""

    title: str
    width: float
    form: Form = "text"


@dataclass(frozen=True)
class LedgerTable:
    """One sheet: columns under optional group headings (title, number of columns), rows, columns that stay in sight."""

    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    groups: tuple[tuple[str, int], ...] = ()
    frozen: int = 2


@dataclass(frozen=True)
class Block:
    """A part of the sheet that explains the ledger: a heading, column headings (may be none), rows."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class LedgerAbout:
    """The sheet that explains the ledger."""

    name: str
    title: str
    subtitle: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Voice:
    """Says the ledger's words in one language."""

    catalogue: Catalogue
    language: Language

    def say(self, key: str, **values: Any) -> str:
        """Say one of the outputs' texts."""
        return self.catalogue.text(Message(f"outputs.{key}", **values), self.language)

    def text(self, message: Message | None) -> str | None:
        """Say a message that came with the results; None stays None."""
        return None if message is None else self.catalogue.text(message, self.language)

    def pick(self, zh: str, en: str) -> str:
        """Choose between the two texts that a declaration holds."""
        return zh if self.language == "zh" else en

    def head(self, key: str, width: float, form: Form = "text", **values: Any) -> Column:
        """Give a column under one of the headings."""
        return Column(self.say(f"heading.{key}", **values), width, form)

    def known(self, value: float | None, *, unknown: str = "not_assessed") -> Cell:
        """Give a number, or the word for not knowing it; never zero."""
        if value is None or math.isnan(value):
            return Toned(self.say(unknown), "not_assessed")
        return value

    def cluster_name(self, cluster: ClusterFigures) -> str:
        """Give a cluster's name, or its number where nobody named it."""
        return cluster.name or self.say("unnamed", number=f"{cluster.number:02d}")


def share_cell(share: float | None, *marks: float) -> Share | None:
    """Give a share that reads on its side of every mark, as the sentences do; None where it is unknown."""
    if share is None or math.isnan(share):
        return None
    decimals = len(percent(share, *marks).rstrip("%").partition(".")[2])
    return Share(share, max(decimals, 1))


def households_cell(cluster: ClusterFigures) -> Cell:
    """Give a cluster's households, as a lower bound where a member's are unknown."""
    return AtLeast(cluster.households) if cluster.households_unknown else cluster.households
