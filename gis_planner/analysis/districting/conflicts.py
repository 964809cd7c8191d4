"""Why no districting exists: the smallest set of units that cannot all be placed, in words.

What is asked here is necessary for every districting, so each conflict found is proven. Conflicts of one unit come
first, then those of a piece of the graph, then those of everything together.
"""

from __future__ import annotations

from collections.abc import Sequence

from gis_planner.analysis.districting.choosing import can_place
from gis_planner.analysis.districting.construct import count_parts, find_components
from gis_planner.analysis.districting.listing import join_bits, list_parts
from gis_planner.analysis.districting.problem import Conflict, Districting
from gis_planner.messages import Message

_VISITS_EACH = 3_000
_LARGEST = 60  # units among which the smallest conflict is looked for one by one


def find_plain_conflict(districting: Districting) -> Conflict | None:
    """Find a conflict that shows without any search: a unit too heavy, a piece or a number that cannot come out."""
    weight, ids = districting.weight, districting.ids
    heaviest = int(weight.argmax())
    if weight[heaviest] > districting.upper + districting.slack:
        return Conflict(
            (ids[heaviest],),
            Message(
                "districting.conflict.heavy",
                unit=str(ids[heaviest]),
                weight=float(weight[heaviest]),
                upper=districting.upper,
            ),
            True,
        )
    fewest_all, most_all = 0, 0
    for piece in find_components(districting):
        held = float(weight[piece].sum())
        fewest, most = count_parts(districting, held, len(piece))
        if fewest > most:
            reason = Message(
                "districting.conflict.piece",
                n=len(piece),
                units=name_units(districting, piece),
                weight=held,
                lower=districting.lower,
                upper=districting.upper,
            )
            return Conflict(tuple(ids[row] for row in piece), reason, True)
        fewest_all += fewest
        most_all += most
    k = districting.k
    if k is not None and not fewest_all <= k <= most_all:
        reason = Message("districting.conflict.count", k=k, fewest=fewest_all, most=most_all)
        return Conflict(tuple(ids), reason, True)
    return None


def find_hemmed_unit(districting: Districting, among: Sequence[int]) -> Conflict | None:
    """Find one of these units that no connected part within the bounds can hold."""
    if districting.lower - districting.slack <= 0:
        return None
    near = join_bits(districting)
    for row in among:
        if districting.keeps_bounds(float(districting.weight[row])):
            continue
        around = list_parts(districting, visits=_VISITS_EACH, most=0, around=row, near=near)
        if around == []:
            reason = Message(
                "districting.conflict.hemmed",
                unit=str(districting.ids[row]),
                lower=districting.lower,
                upper=districting.upper,
            )
            return Conflict((districting.ids[row],), reason, True)
    return None


def find_tied_units(districting: Districting, among: Sequence[int]) -> Conflict | None:
    """Find one of these units to which too much is tied: what only it joins to the rest, and is too light alone.

    Each such piece must share a part with the unit, so all of them do, and the part is too heavy.
    """
    for row in among:
        tied = [row]
        for start in districting.near[row]:
            if start not in tied:
                tied += _light_piece(districting, start, without=row)
        held = float(districting.weight[tied].sum())
        if len(tied) > 1 and held > districting.upper + districting.slack:
            reason = Message(
                "districting.conflict.tied",
                unit=str(districting.ids[row]),
                n=len(tied),
                units=name_units(districting, tied),
                weight=held,
                upper=districting.upper,
            )
            return Conflict(tuple(districting.ids[unit] for unit in tied), reason, True)
    return None


def _light_piece(districting: Districting, start: int, *, without: int) -> list[int]:
    """Give all that hangs together with a unit, another left out, where it is below the lower bound; else nothing."""
    piece, held = [start], float(districting.weight[start])
    for unit in piece:
        if held >= districting.lower - districting.slack:
            return []
        for other in districting.near[unit]:
            if other != without and other not in piece:
                piece.append(other)
                held += float(districting.weight[other])
    return piece if held < districting.lower - districting.slack else []


def shrink_conflict(districting: Districting, sets: Sequence[Sequence[int]]) -> Conflict:
    """Take units from what cannot all be placed, one by one, as long as the rest cannot either.

    `sets` are all parts there can be; that they cannot be put together must be known.
    """
    n = len(districting)
    units = list(range(n))
    if n <= _LARGEST:
        for row in range(n):
            fewer = [unit for unit in units if unit != row]
            if can_place(n, sets, fewer, k=districting.k) is False:
                units = fewer
    ids = tuple(districting.ids[row] for row in units)
    if not units:
        return Conflict(
            tuple(districting.ids), Message("districting.conflict.parts", k=districting.k or 0), True
        )
    named = name_units(districting, units)
    reason = Message("districting.conflict.together", n=len(units), units=named)
    if districting.k is not None:
        reason = Message("districting.conflict.together_in_k", n=len(units), units=named, k=districting.k)
    return Conflict(ids, reason, True)


def name_units(districting: Districting, rows: Sequence[int], *, most: int = 12) -> list[str]:
    """Give the ids of units as text, the first ones where there are many."""
    named = [str(districting.ids[row]) for row in rows[:most]]
    return named if len(rows) <= most else [*named, "…"]
