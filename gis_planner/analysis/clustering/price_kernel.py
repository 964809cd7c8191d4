"""What a set of atoms comes to, compiled: whether it may be, its soft cost, and what the search makes of it.

The same sums as `Costs.total` and `Instance.price`, which the tests compare.
"""

from __future__ import annotations

import math

import numpy as np

from gis_planner.analysis.arrays import Floats, Rows
from gis_planner.analysis.clustering import board as places
from gis_planner.analysis.clustering.board import Board
from gis_planner.analysis.compiling import compiled, compiled_inside

_MEMBERS_MIN, _MEMBERS_MAX = places.MEMBERS_MIN, places.MEMBERS_MAX
_HOUSEHOLDS_MIN, _HOUSEHOLDS_MAX = places.HOUSEHOLDS_MIN, places.HOUSEHOLDS_MAX
_WALK_MAX, _SAME_TOWNSHIP = places.WALK_MAX, places.SAME_TOWNSHIP
_USUAL, _MEAN, _NULL_SHARE = places.USUAL, places.MEAN_HOUSEHOLDS, places.NULL_SHARE
_GUIDE, _DETOUR = places.GUIDE, places.DETOURED
_W_COMPACT, _W_CUT, _W_CROSSED = places.W_COMPACT, places.W_CUT, places.W_CROSSED
_W_COMMUNITY, _W_SIZE, _W_BALANCE = places.W_COMMUNITY, places.W_SIZE, places.W_BALANCE
_W_YEARS, _W_BUILD = places.W_YEARS, places.W_BUILD

BROKEN, GROWS, VALID = 0, 1, 2


@compiled
def price(
    board: Board, atoms: Rows, count: int, member: Rows, spot: Rows, work: Floats
) -> tuple[int, float, float]:
    """Price the first `count` of `atoms`: broken, may grow or valid; its soft cost; what the search minimises.

    Scratch: `member` (rows,), `spot` (rows,) filled with -1, `work` (rows,).
    """
    rules = board.rules
    size, households, unknown, alone, rival = 0, 0, False, 0.0, -1
    for k in range(count):
        atom = atoms[k]
        alone += board.alone[atom]
        if board.rival[atom] >= 0:
            if rival >= 0 and rival != board.rival[atom]:
                return BROKEN, math.inf, math.inf
            rival = board.rival[atom]
        for at in range(board.atom_first[atom], board.atom_first[atom + 1]):
            row = board.atom_row[at]
            member[size] = row
            size += 1
            if board.households[row] < 0:
                unknown = True
            else:
                households += board.households[row]
    if size > rules[_MEMBERS_MAX] or households > rules[_HOUSEHOLDS_MAX]:
        return BROKEN, math.inf, math.inf
    if rules[_SAME_TOWNSHIP] > 0:
        township = -1
        for k in range(size):
            code = board.township[member[k]]
            if code >= 0:
                if township >= 0 and code != township:
                    return BROKEN, math.inf, math.inf
                township = code
    walk = _walk_to_middle(board, member, size, work)
    if walk < 0:
        return BROKEN, math.inf, math.inf
    cost = rules[_W_COMPACT] * walk
    cut, crossed = _cut_and_crossed(board, member, size, spot, work)
    cost += rules[_W_CUT] * cut + rules[_W_CROSSED] * crossed
    cost += rules[_W_COMMUNITY] * _strangers(board, member, size)
    usual = rules[_USUAL]
    cost += rules[_W_SIZE] * (2 * (size - usual) / usual) ** 2
    if not unknown and not math.isnan(rules[_MEAN]):
        middle = rules[_MEAN] * usual
        cost += rules[_W_BALANCE] * (2 * (households - middle) / middle) ** 2
    if rules[_W_YEARS] > 0:
        cost += rules[_W_YEARS] * _spread_of_years(board, member, size, work)
    if rules[_W_BUILD] > 0:
        cost += rules[_W_BUILD] * _missing(board, member, size)
    enough = unknown or households >= rules[_HOUSEHOLDS_MIN]
    if size >= rules[_MEMBERS_MIN] and enough:
        return VALID, cost, cost
    filled = 1.0 if enough else households / rules[_HOUSEHOLDS_MIN]
    filled = min(filled, size / rules[_MEMBERS_MIN])
    return GROWS, cost, cost + alone * (1.0 - rules[_GUIDE] * filled)


@compiled_inside
def _walk_to_middle(board: Board, member: Rows, size: int, work: Floats) -> float:
    """Sum the walks of all to the one in the middle; -1 where two are too far from each other."""
    for k in range(size):
        work[k] = 0.0
    for k in range(size):
        one = member[k]
        start, end = board.walk_first[one], board.walk_first[one + 1]
        for other_k in range(k + 1, size):
            other = member[other_k]
            metres = -1.0
            low, high = start, end
            while low < high:
                middle = (low + high) >> 1
                if board.walk_to[middle] < other:
                    low = middle + 1
                else:
                    high = middle
            if low < end and board.walk_to[low] == other:
                metres = board.walk_m[low]
            elif board.known[one] and board.known[other]:
                return -1.0
            else:
                dx, dy = board.x[one] - board.x[other], board.y[one] - board.y[other]
                metres = np.hypot(dx, dy) * board.rules[_DETOUR]
            work[k] += metres
            work[other_k] += metres
    least = math.inf
    for k in range(size):
        least = min(least, work[k])
    return least if size else 0.0


@compiled_inside
def _cut_and_crossed(board: Board, member: Rows, size: int, spot: Rows, work: Floats) -> tuple[float, float]:
    """Sum the frontage towards others, and what the cheapest tree of links inside crosses (Prim)."""
    for k in range(size):
        spot[member[k]] = k
        work[k] = math.inf
    cut, crossed = 0.0, 0.0
    for k in range(size):
        row = member[k]
        kept = 0.0
        for link in range(board.link_first[row], board.link_first[row + 1]):
            if spot[board.link_to[link]] >= 0:
                kept += board.link_m[link]
        cut += board.frontage_m[row] - kept
    for _ in range(size):
        nearest = -1
        for k in range(size):
            if work[k] >= 0 and (nearest < 0 or work[k] < work[nearest]):
                nearest = k
        if work[nearest] < math.inf:
            crossed += work[nearest]
        work[nearest] = -1.0
        row = member[nearest]
        for link in range(board.link_first[row], board.link_first[row + 1]):
            k = spot[board.link_to[link]]
            if k >= 0 and work[k] > board.link_cost[link]:
                work[k] = board.link_cost[link]
    for k in range(size):
        spot[member[k]] = -1
    return cut, crossed


@compiled_inside
def _strangers(board: Board, member: Rows, size: int) -> int:
    known, most = 0, 0
    for k in range(size):
        code = board.community[member[k]]
        if code >= 0:
            known += 1
            same = 0
            for other in range(size):
                if board.community[member[other]] == code:
                    same += 1
            most = max(most, same)
    return known - most


@compiled_inside
def _spread_of_years(board: Board, member: Rows, size: int, work: Floats) -> float:
    known = 0
    for k in range(size):
        year = board.year[member[k]]
        if not math.isnan(year):
            at = known
            while at > 0 and work[at - 1] > year:
                work[at] = work[at - 1]
                at -= 1
            work[at] = year
            known += 1
    if known == 0:
        return 0.0
    middle = (work[(known - 1) // 2] + work[known // 2]) / 2
    spread = 0.0
    for k in range(known):
        spread += abs(work[k] - middle)
    return spread


@compiled_inside
def _missing(board: Board, member: Rows, size: int) -> int:
    unsaid = 0
    for k in range(size):
        if board.unsaid[member[k]]:
            unsaid += 1
    doubtful = unsaid > board.rules[_NULL_SHARE] * size and unsaid / size > board.rules[_NULL_SHARE]
    missing = 0
    for service in range(board.passing.size):
        asked, served, measured, reaching = 0.0, 0.0, 0.0, 0.0
        for k in range(size):
            row = member[k]
            asked += board.asked[row, service]
            served += board.served[row, service]
            measured += board.measured[row, service]
            reaching += board.reaching[row, service]
        if measured <= 0:
            continue
        if board.by_existence[service]:
            missing += reaching <= 0
        elif not doubtful and asked > 0:
            missing += served / asked < board.passing[service]
    return missing
