"""What is in the way of compounds that stand alone: those beside each other are told of together.

The page of a compound has the sentence of its set, the page of the clusters lists the sets.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from gis_planner.app.desk import Desk
from gis_planner.app.page_parts import aligned, more_in_tab
from gis_planner.app.parts import ClickRow, Elided, button, column, group, label

if TYPE_CHECKING:
    from gis_planner.analysis.lone_sets import Alone

_SETS_MOST = 12


def why_alone(desk: Desk, compound: str) -> list[QWidget]:
    """Show what is in the way of a compound and of those that stand alone beside it; nothing where it takes no part."""
    alone = _alone_now(desk)
    if alone is None:
        desk.regrouping.want()
        told = desk.texts("app.why.preparing")
        return [label(told, "second", wrap=True)] if desk.regrouping.waiting else []
    rows = alone.set_of(compound)
    if rows is None:
        return []
    from gis_planner.analysis.conflicts import explain_set

    said = label(desk.texts.say(explain_set(alone, rows).sentence), wrap=True, selectable=True)
    said.setObjectName("alone_conflict")
    if len(rows) == 1:
        return [said]
    together = tuple(alone.town.ids[row] for row in rows)
    choose = button(
        desk.texts("app.why.alone_choose", n=len(rows)),
        partial(desk.selection.choose_compounds, together),
        role="link",
    )
    choose.setObjectName("alone_choose")
    return [said, choose]


def lone_sets(desk: Desk) -> QWidget | None:
    """List the sets of compounds that stand alone, each with what is in its way; None where there is none."""
    alone = _alone_now(desk)
    if alone is None:
        desk.regrouping.want()
        return (
            label(desk.texts("app.why.preparing"), "second", wrap=True) if desk.regrouping.waiting else None
        )
    if not alone.sets:
        return None
    from gis_planner.analysis.conflicts import explain_set

    rows: list[QWidget] = []
    for found in sorted(alone.sets, key=lambda rows: (-len(rows), rows))[:_SETS_MOST]:
        names = tuple(alone.town.ids[row] for row in found)
        made = ClickRow(
            Elided("、".join(alone.town.names[row] for row in found)),
            None,
            aligned(desk.texts("app.compounds", n=len(found)) if len(found) > 1 else "", 60),
        )
        made.setObjectName(f"lone_{names[0]}")
        made.clicked.connect(partial(desk.selection.choose_compounds, names))
        said = label(desk.texts.say(explain_set(alone, found).sentence), "second", wrap=True, selectable=True)
        rows.append(column(made, said, spacing=0))
    if len(alone.sets) > _SETS_MOST:
        rows.append(more_in_tab(desk, len(alone.sets) - _SETS_MOST, "compounds"))
    listed = group(desk.texts("app.why.alone_sets"), *rows)
    listed.setObjectName("lone_sets")
    return listed


def _alone_now(desk: Desk) -> Alone | None:
    """Put together who stands alone as the clusters are now; None while that is not known."""
    live = desk.regrouping.live
    if live is None or live.project is not desk.document.project:
        return None
    from gis_planner.analysis.lone_sets import put_together

    taking = [compound for compound in live.town.ids if live.takes_part(compound)]
    return put_together(live.town, live.grouping, taking, desk.regrouping.divided, desk.regrouping.blocked)
