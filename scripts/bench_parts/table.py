"""The rows of the bench and how they are shown.

A row says what was done on which network, our figure, that of a peer and how many times we are as quick (or, of two
figures of ours, how many times the second the first is), what is to be reached, and whether it is. A row without a
target informs; a row with one that was not measured counts as missed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TextIO

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table


@dataclass(frozen=True)
class Row:
    """One line of the table; `own` and `peer_value` in `unit`, None where there is nothing."""

    what: str
    network: str
    own: float | None
    unit: str
    peer: str = ""
    peer_value: float | None = None
    ratio: float | None = None
    target: str = ""
    met: bool | None = None
    note: str = ""

    @property
    def missed(self) -> bool:
        """Tell whether a target is missed, or was not measured."""
        return bool(self.target) and self.met is not True


def compare(
    what: str,
    network: str,
    own_s: float,
    peer: str,
    peer_s: float,
    *,
    at_least: float | None = None,
    note: str = "",
) -> Row:
    """Say how many times a peer takes as long as we do."""
    ratio = peer_s / own_s
    target = "" if at_least is None else f"≥ {at_least:g} ×"
    met = None if at_least is None else ratio >= at_least
    return Row(what, network, own_s, "s", peer, peer_s, ratio, target, met, note)


def keep_within(what: str, network: str, own: float, unit: str, *, at_most: float, note: str = "") -> Row:
    """Say whether a figure keeps below a bound."""
    return Row(what, network, own, unit, target=f"≤ {at_most:g} {unit}", met=own <= at_most, note=note)


def keep_share(
    what: str, network: str, own_s: float, measure: str, measure_s: float, *, at_most: float, note: str = ""
) -> Row:
    """Say how many times as long something takes as something else of ours."""
    ratio = own_s / measure_s
    return Row(
        what, network, own_s, "s", measure, measure_s, ratio, f"≤ {at_most:g} ×", ratio <= at_most, note
    )


def leave_out(what: str, network: str, why: str, *, peer: str = "", target: str = "") -> Row:
    """Say what was not measured, and why."""
    return Row(what, network, None, "", peer, target=target, note=why)


def show(rows: Iterable[Row], stream: TextIO, *, width: int = 160) -> None:
    """Print the table."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for title in ("what", "network"):
        table.add_column(title, overflow="fold")
    table.add_column("own", justify="right", no_wrap=True)
    table.add_column("beside", overflow="fold")
    table.add_column("its figure", justify="right", no_wrap=True)
    table.add_column("ratio", justify="right", no_wrap=True)
    table.add_column("target", no_wrap=True)
    table.add_column("met", no_wrap=True)
    table.add_column("note", justify="right", no_wrap=True)
    notes: list[str] = []
    for row in rows:
        if row.note and row.note not in notes:
            notes.append(row.note)
        ratio = "" if row.ratio is None else f"{row.ratio:.2f} ×" if row.ratio < 10 else f"{row.ratio:.0f} ×"
        met = "" if not row.target else {True: "yes", False: "NO", None: "not measured"}[row.met]
        note = f"[{notes.index(row.note) + 1}]" if row.note else ""
        table.add_row(
            row.what, row.network, _figure(row.own, row.unit), row.peer, _figure(row.peer_value, row.unit),
            ratio, row.target, met, escape(note),
        )  # fmt: skip
    console = Console(file=stream, width=width, highlight=False, no_color=True)
    console.print(table)
    for number, text in enumerate(notes, 1):
        console.print(f"[{number}] {text}", markup=False)


def tell(row: Row) -> str:
    """Say a row in one line, while the others are still being measured."""
    beside = f"; {row.peer} {_figure(row.peer_value, row.unit)}".rstrip() if row.peer else ""
    met = "" if not row.target else f"; {row.target}: {'met' if row.met else 'MISSED'}"
    return f"{row.what}, {row.network}: {_figure(row.own, row.unit) or 'not measured'}{beside}{met}"


def summarise(rows: Sequence[Row]) -> str:
    """Say in one line what was reached."""
    aimed = [row for row in rows if row.target]
    missed = sum(row.met is False for row in aimed)
    unmeasured = sum(row.met is None for row in aimed)
    if not missed and not unmeasured:
        return f"All {len(aimed)} targets are met."
    met = len(aimed) - missed - unmeasured
    return f"{met} of {len(aimed)} targets are met, {missed} missed, {unmeasured} not measured."


def write_json(rows: Sequence[Row], path: Path, about: dict[str, object]) -> None:
    """Write all rows as JSON, with what they were measured on."""
    body = {**about, "missed": sum(row.missed for row in rows), "rows": [asdict(row) for row in rows]}
    path.write_text(json.dumps(body, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def _figure(value: float | None, unit: str) -> str:
    if value is None:
        return ""
    if unit == "s" and value < 0.1:
        return f"{1000 * value:.2f} ms"
    return f"{value:.3g} {unit}" if value < 100 else f"{value:,.0f} {unit}"
