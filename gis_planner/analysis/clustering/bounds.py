"""The hard bounds of a cluster, and whether they are kept, broken, or cannot be checked (未核).

What is unknown never counts as kept, nor as broken: a cluster with a member of unknown households has at least
the households that are known, which can break the upper bound but prove nothing else.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from fractions import Fraction

import numpy as np

from gis_planner.analysis.clustering.town import Town
from gis_planner.model.results import Bound, BoundState


def measure_bounds(town: Town, rows: Sequence[int], *, extension: Collection[int] = ()) -> tuple[Bound, ...]:
    """Measure every bound of a cluster: households, members, walking diameter, township.

    `extension` are rows that are members by the rule for the extension years only; where there are any, their
    share of the households is a bound too.
    """
    bounds = [_households(town, rows), _members(town, rows), _walk_diameter(town, rows)]
    if town.rules.same_township:
        bounds.append(_township(town, rows))
    late = [row for row in rows if row in set(extension)]
    if late:
        bounds.append(_extension(town, rows, late))
    return tuple(bounds)


def keeps_cap(extension_households: int, households: int, cap: float) -> bool:
    """Tell whether extension households are within their share of a cluster's, exactly."""
    return extension_households <= Fraction(str(cap)) * households


def _households(town: Town, rows: Sequence[int]) -> Bound:
    low, high = town.rules.households_min, town.rules.households_max
    known = [households for households in (town.households[row] for row in rows) if households is not None]
    total = sum(known)
    state: BoundState
    if total > high:
        state = "broken"
    elif len(known) < len(rows):
        state = "unchecked"
    else:
        state = "kept" if total >= low else "broken"
    return Bound("households", low, high, total if known else None, state)


def _members(town: Town, rows: Sequence[int]) -> Bound:
    low, high = town.rules.members_min, town.rules.members_max
    return Bound("members", low, high, len(rows), "kept" if low <= len(rows) <= high else "broken")


def _walk_diameter(town: Town, rows: Sequence[int]) -> Bound:
    high = town.rules.walk_diameter_max_m
    at = list(rows)
    walked, known = town.walks.among(at), town.walks.known[at]
    longest = None if not walked.size or bool(np.isnan(walked).any()) else float(walked.max())
    if bool(town.too_far(at).any()):
        return Bound("walk_diameter_m", None, high, longest, "broken")
    if len(at) > 1 and not bool(known.all()):
        return Bound("walk_diameter_m", None, high, None, "unchecked")
    return Bound("walk_diameter_m", None, high, longest, "kept")


def _township(town: Town, rows: Sequence[int]) -> Bound:
    names = {town.townships[row] for row in rows}
    known = len(names - {None})
    state: BoundState = "broken" if known > 1 else ("unchecked" if None in names else "kept")
    return Bound("township", None, 1, known or None, state)


def _extension(town: Town, rows: Sequence[int], late: Sequence[int]) -> Bound:
    cap = town.rules.extension_cap
    households = [town.households[row] for row in rows]
    if None in households or not sum(h or 0 for h in households):
        return Bound("extension_share", None, cap, None, "unchecked")
    total, extension = sum(h or 0 for h in households), sum(town.households[row] or 0 for row in late)
    state: BoundState = "kept" if keeps_cap(extension, total, cap) else "broken"
    return Bound("extension_share", None, cap, extension / total, state)
