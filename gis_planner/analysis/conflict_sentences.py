"""What is in the way of compounds that stand alone, in words: who they are, what holds them, and with which figures."""

from __future__ import annotations

from collections.abc import Sequence

from gis_planner.analysis.breaking import name_compounds
from gis_planner.analysis.clustering.instance import may_be_together
from gis_planner.analysis.clustering.pieces import pieces
from gis_planner.analysis.lone_sets import BOUNDS, Alone, Demand
from gis_planner.messages import Message

_WAYS_MOST = 3  # ways of lifting several demands that are named


def say_conflict(
    alone: Alone, rows: Sequence[int], holds: Sequence[Sequence[Demand]], *, most: int
) -> Message:
    """Say what is in the way of a set: any of `holds`; at most `most` demands were tried at once."""
    who = _who(alone, rows)
    if not holds:
        return Message("clusters.conflict.none", who=who, most=most)
    if not holds[0]:
        return Message("clusters.conflict.nothing", who=who)
    every = list(dict.fromkeys(demand for lifted in holds for demand in lifted))
    said = [_say(alone, rows, demand) for demand in every]
    if len(holds) == 1:
        if len(said) == 1:
            return Message("clusters.conflict.one", who=who, demand=said[0])
        return Message("clusters.conflict.both", who=who, demands=said)
    if len(holds[0]) == 1:
        return Message("clusters.conflict.any", who=who, demands=said)
    ways = [_together(lifted) for lifted in holds[:_WAYS_MOST]]
    if len(holds) > _WAYS_MOST:
        ways.append(Message("clusters.and_more", n=len(holds) - _WAYS_MOST))
    return Message("clusters.conflict.ways", who=who, demands=said, ways=ways)


def _together(lifted: Sequence[Demand]) -> Message:
    """Name two or three demands that are lifted together."""
    first, second, *third = [
        Message(f"clusters.demand.{demand}" if demand in BOUNDS else f"clusters.kind.{demand}")
        for demand in lifted
    ]
    if third:
        return Message("clusters.conflict.three", first=first, second=second, third=third[0])
    return Message("clusters.conflict.two", first=first, second=second)


def say_untried(alone: Alone, rows: Sequence[int]) -> Message:
    """Say of a large set what lines run between its compounds, and that it was not tried what is in the way."""
    kinds = sorted({kind for row in rows for kinds in alone.divided[row].values() for kind in kinds})
    if not kinds:
        return Message("clusters.conflict.many", who=_who(alone, rows))
    lines = [_line(alone, rows, kind) for kind in kinds]
    return Message("clusters.conflict.many_lines", who=_who(alone, rows), lines=lines)


def _who(alone: Alone, rows: Sequence[int]) -> Message:
    key = "clusters.conflict.who_one" if len(rows) == 1 else "clusters.conflict.who"
    return Message(
        key, n=len(rows), compounds=name_compounds(alone.town, [alone.town.ids[row] for row in rows])
    )


def _say(alone: Alone, rows: Sequence[int], demand: Demand) -> Message:
    """Name one demand, with the figures of the set and of the rule."""
    town, rules = alone.town, alone.town.rules
    if demand == "township":
        around = {*rows, *(other for row in rows for other in alone.divided.get(row, ()))}
        names = sorted({name for name in (town.townships[row] for row in around) if name is not None})
        return Message("clusters.conflict.township", townships=names)
    if demand == "households_min":
        return _few(alone, rows, demand, rules.households_min)
    if demand == "households_max":
        return Message("clusters.conflict.households_max", most=rules.households_max)
    if demand == "members_min":
        return _few(alone, rows, demand, rules.members_min)
    if demand == "members_max":
        return Message("clusters.conflict.members_max", most=rules.members_max)
    if demand == "walk":
        return Message("clusters.conflict.walk", most=rules.walk_diameter_max_m)
    if demand == "locked":
        return Message("clusters.demand.locked")
    return _line(alone, rows, demand)


def _few(alone: Alone, rows: Sequence[int], demand: Demand, least: int) -> Message:
    """Say that too few are left together, with the figure of the smallest piece; the bound alone where that is enough.

    A piece is what hangs together as the rules are: over allowed pairs that may share a cluster.
    """
    town = alone.town
    near = {
        row: [
            other
            for other, kinds in alone.divided.get(row, {}).items()
            if not kinds and other in rows and may_be_together(town, sorted((row, other)))
        ]
        for row in rows
    }
    parts = pieces(rows, [near.get(row, ()) for row in range(len(town.ids))])
    figures = []
    for part in parts:
        known = [count for count in (town.households[row] for row in part) if count is not None]
        if demand == "members_min":
            figures.append(len(part))
        elif len(known) == len(part):
            figures.append(sum(known))
    few = [figure for figure in figures if figure < least]
    if not few:
        return Message(f"clusters.conflict.{demand}", least=least)
    key = f"clusters.conflict.{demand}_{'few' if len(parts) == 1 else 'piece'}"
    return Message(key, figure=min(few), least=least)


def _line(alone: Alone, rows: Sequence[int], kind: str) -> Message:
    """Name a line that divides by its kind, and by its own name where the set lies along it."""
    label = Message(f"clusters.kind.{kind}")
    named = {
        str(name)
        for row in rows
        for message in alone.blocked.get(row, {}).values()
        if message.key == "clusters.kind_named" and message.values["kind"] == label
        for name in message.values["name"]
    }
    return Message("clusters.kind_named", kind=label, name=sorted(named)) if named else label
