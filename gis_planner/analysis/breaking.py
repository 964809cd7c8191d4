"""What a change breaks that was not broken before, in words with figures.

A bound counts as broken by a change when it is broken after it and was kept, unchecked or less far out before. What was
broken already and stays as it is, is not the change's doing; what gets better is none either.
"""

from __future__ import annotations

from collections.abc import Sequence

from gis_planner.analysis.clustering.town import Town
from gis_planner.analysis.extension import cluster_name
from gis_planner.analysis.live_grouping import Comparison, Side, Standing
from gis_planner.analysis.sentences import percent
from gis_planner.messages import Message
from gis_planner.model.results import Bound

_NAMED_MOST = 4


def broken_words(bound: Bound) -> Message:
    """Say how a bound is broken: what there is, and the most or the least that may be."""
    low, high, value = bound.low, bound.high, bound.value
    if bound.name == "extension_share":
        marks = () if high is None else (high,)
        return Message(
            "clusters.broken.extension_share", share=percent(value or 0.0, *marks), most=percent(high or 0.0)
        )
    if value is not None and low is not None and value < low:
        return Message(f"clusters.broken.{bound.name}_few", value=value, least=low)
    if bound.name == "walk_diameter_m" and value is not None:
        return Message("clusters.broken.walk_diameter_m", value=value, most=high)
    key = f"clusters.broken.{bound.name}" + ("" if value is not None else "_unknown")
    return Message(key, value=value, most=high)


def broken_anew(before: Standing | None, after: Standing) -> list[Bound]:
    """Give the bounds that are broken now and were not, or not so far, before."""
    old = {bound.name: bound for bound in before.bounds} if before else {}
    return [bound for bound in after.broken if not _no_worse(bound, old.get(bound.name))]


def falls_apart(before: Standing | None, after: Standing) -> bool:
    """Tell whether a cluster is in more pieces than before."""
    return len(after.pieces) > max(1, len(before.pieces) if before else 1)


def new_breaks(town: Town, comparison: Comparison) -> tuple[Message, ...]:
    """Say of every cluster that a change touches what it would break there."""
    return tuple(message for side in comparison.sides for message in _breaks(town, side))


def breaks_anything(comparison: Comparison) -> bool:
    """Tell whether a change breaks anything that was not broken before."""
    return any(
        side.after is not None
        and (falls_apart(side.before, side.after) or broken_anew(side.before, side.after))
        for side in comparison.sides
    )


def name_compounds(town: Town, compounds: Sequence[str]) -> list[str | Message]:
    """Name a few compounds, and how many more there are."""
    named: list[str | Message] = [town.names[town.row[c]] for c in compounds[:_NAMED_MOST]]
    more = len(compounds) - _NAMED_MOST
    return [*named, Message("clusters.and_more", n=more)] if more > 0 else named


def _breaks(town: Town, side: Side) -> list[Message]:
    if side.after is None:
        return []
    name, found = cluster_name(side.cluster), []
    if falls_apart(side.before, side.after):
        parts = [Message("moving.piece", compounds=name_compounds(town, p)) for p in side.after.pieces[1:]]
        found.append(Message("moving.falls_apart", cluster=name, n=len(side.after.pieces), parts=parts))
    found += [
        Message("moving.breaks", cluster=name, why=broken_words(bound))
        for bound in broken_anew(side.before, side.after)
    ]
    return found


def _no_worse(bound: Bound, before: Bound | None) -> bool:
    if before is None or before.state != "broken":
        return False
    if bound.value is None or before.value is None:
        return bound.value is None and before.value is None
    return _excess(bound) <= _excess(before)


def _excess(bound: Bound) -> float:
    """Give by how much a figure is out of its bounds, too little or too much."""
    value = bound.value or 0.0
    below = (bound.low - value) if bound.low is not None else 0.0
    above = (value - bound.high) if bound.high is not None else 0.0
    return max(below, above, 0.0)
