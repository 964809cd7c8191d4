"""The table of the ledger that shows who is next to whom, so that a reviewer can check contiguity by hand."""

from __future__ import annotations

import pandas as pd

from gis_planner.io.ledger_values import LedgerTable, Voice
from gis_planner.messages import Message
from gis_planner.model.project import Project
from gis_planner.model.results import Results
from gis_planner.model.tables import ids, texts


def list_neighbours(project: Project, results: Results, voice: Voice) -> LedgerTable:
    """List every pair of compounds that run beside each other, what lies between them, and whether it parts them."""
    compounds = project.table("compounds")
    names = dict(zip(ids(compounds), texts(compounds, "name"), strict=True))
    columns = (
        voice.head("side", 11), voice.head("side_name", 22), voice.head("side", 11), voice.head("side_name", 22),
        voice.head("gap", 10, "amount"), voice.head("width_between", 11, "amount"),
        voice.head("frontage", 11, "amount"), voice.head("crosses", 22), voice.head("blocked_by", 12),
        voice.head("opened_by", 14), voice.head("crossing_cost", 10, "amount"), voice.head("may_join", 10),
    )  # fmt: skip
    table = pd.DataFrame(results.neighbours)
    rows = []
    for pair in table.to_dict("records"):
        a, b = str(pair["a"]), str(pair["b"])
        cost = float(pair["cost"])
        rows.append((
            a, names.get(a), b, names.get(b), float(pair["gap_m"]), float(pair["width_m"]),
            float(pair["frontage_m"]), _said(str(pair["crosses"]), "clusters.kind", voice),
            _said(str(pair["blocked_by"]), "clusters.kind", voice),
            _said(str(pair["opened_by"]), "clusters.opening", voice),
            None if cost != cost else cost, voice.say("yes" if bool(pair["allowed"]) else "no"),
        ))  # fmt: skip
    return LedgerTable(voice.say("ledger.neighbours"), columns, tuple(sorted(rows, key=lambda row: row[:3])))


def _said(kinds: str, family: str, voice: Voice) -> str | None:
    """Say the kinds that are joined by ';'; None where there are none."""
    words = [voice.text(Message(f"{family}.{kind}")) or kind for kind in kinds.split(";") if kind]
    return voice.pick("、", ", ").join(words) or None
