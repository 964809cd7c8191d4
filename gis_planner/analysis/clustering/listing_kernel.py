"""Every cluster there can be, compiled: listed once each, and with prices only those that are worth a look."""

from __future__ import annotations

import math

import numpy as np

from gis_planner.analysis.arrays import Floats, Rows
from gis_planner.analysis.clustering import board as places
from gis_planner.analysis.clustering.board import Board, Table
from gis_planner.analysis.clustering.price_kernel import BROKEN, VALID, price
from gis_planner.analysis.clustering.search_kernel import STAMP, Parts
from gis_planner.analysis.compiling import compiled, compiled_inside

_W_CUT = places.W_CUT
_STAMP = STAMP


@compiled
def list_sets(
    board: Board,
    window: Rows,
    most: int,
    each: int,
    pull: Floats,
    limit: float,
    reach: Table,
    by_size: Floats,
    first: Rows,
    atoms: Rows,
    cost: Floats,
    least: Floats,
    parts: Parts,
) -> tuple[int, bool]:
    """List valid clusters of window atoms (sorted), each once; gives how many, and whether that is all of them.

    Every connected set that may grow is reached from its smallest atom, by branching on whether the next atom at its
    rim is taken or never taken (Wernicke 2006, "Efficient detection of network motifs"). At most `most` sets are
    looked at, and at most `each` from any one atom.

    Given prices `pull` (n,) of the atoms, only clusters are listed whose cost lies at most `limit` above the prices of
    their atoms. `reach` (w, w) holds what each atom of the window at least costs in a cluster around another (infinite
    where they cannot meet; empty: do without) and `by_size` (w + 1,) what the size costs at least in a cluster of that
    many atoms (infinite where there is none): with these, sets that only grow into clusters beyond the limit are not
    looked at. `least` (w,) is the least that cost and prices can differ by in a cluster whose smallest atom is that
    one, no more than the limit.
    """
    width = window.size
    bounded = reach.shape[0] == width
    rim = np.empty((width + 1, width), np.int64)
    rims = np.zeros(width + 1, np.int64)
    at = np.zeros(width + 1, np.int64)
    fresh_from = np.zeros(width + 2, np.int64)
    fresh = np.empty(width + 1, np.int64)
    chosen = np.empty(width + 1, np.int64)
    pulled, cut = np.zeros(width + 2), np.zeros(width + 2)
    dropped_from, dropped = np.zeros(width + 2, np.int64), np.empty(width + 1, np.int64)
    out = np.zeros(parts.mark.size, np.int64)
    above = np.zeros((width + 2, width)) if bounded else np.zeros((1, 1))
    taken, ahead = np.zeros(above.shape), np.zeros((width, width + 2)) if bounded else np.zeros((1, 1))
    at_least = np.full(width + 2, math.inf)
    for k in range(width, 0, -1):
        at_least[k] = min(at_least[k + 1], by_size[k])
    inside, seen, place = parts.mark, parts.queue, parts.two
    parts.tally[_STAMP] += 4
    stamp = parts.tally[_STAMP]
    for k in range(width):
        inside[window[k]] = stamp
        seen[window[k]] = 0
        place[window[k]] = k
    found, visited, whole = 0, 0, True
    first[0] = 0
    for k in range(width):
        start = window[k]
        least[k] = limit
        if visited >= most:
            whole = False
            least[k] = -math.inf
            if bounded:
                _settle(window, k, pull, reach, by_size, above[1], taken[1], ahead)
                least[k] = min(limit, _lowest(above[1], taken[1], ahead, 1, at_least[1]))
            out[start] = 1
            continue
        kind, value, _ = price(board, _single(parts.one, start), 1, parts.member, parts.spot, parts.work)
        if kind == BROKEN:
            out[start] = 1
            continue
        own, depth, count, fresh_count, dropped_count = 1, 0, 1, 0, 0
        cut[1] = _frontage_to(board, start, inside, out, stamp)
        chosen[0] = start
        pulled[1] = pull[start]
        if bounded:
            _settle(window, k, pull, reach, by_size, above[1], taken[1], ahead)
        if kind == VALID and value - pulled[1] <= limit:
            least[k] = min(least[k], value - pulled[1])
            if found >= cost.size or first[found] + 1 > atoms.size:
                least[k] = -math.inf
                return found, False
            atoms[first[found]] = start
            first[found + 1] = first[found] + 1
            cost[found] = value
            found += 1
        seen[start] = 1
        rims[0], at[0], fresh_from[0], dropped_from[0] = 0, 0, 0, 0
        for near in range(board.near_first[start], board.near_first[start + 1]):
            other = board.near_to[near]
            if inside[other] == stamp and other > start and seen[other] == 0:
                rim[0, rims[0]] = other
                rims[0] += 1
                seen[other] = 1
                fresh[fresh_count] = other
                fresh_count += 1
        while depth >= 0:
            if at[depth] >= rims[depth]:
                while fresh_count > fresh_from[depth]:
                    fresh_count -= 1
                    seen[fresh[fresh_count]] = 0
                while dropped_count > dropped_from[depth]:
                    dropped_count -= 1
                    out[dropped[dropped_count]] = 0
                depth -= 1
                count -= 1
                continue
            if at[depth] > 0:
                last = rim[depth, at[depth] - 1]
                out[last] = 1
                dropped[dropped_count] = last
                dropped_count += 1
                cut[count] += _frontage_among(board, last, chosen, count)
            atom = rim[depth, at[depth]]
            at[depth] += 1
            if own >= each or visited >= most:
                whole = False
                below = -math.inf
                if bounded:
                    below = _lowest(above[count], taken[count], ahead, count, at_least[count]) + cut[count]
                least[k] = min(least[k], below)
                continue
            own += 1
            visited += 1
            if bounded:
                to = place[atom]
                lowest = math.inf
                for c in range(k, width):
                    apart = reach[c, to] - pull[atom]
                    above[count + 1, c] = above[count, c] + max(apart, 0.0)
                    taken[count + 1, c] = taken[count, c] + apart
                    total = max(
                        above[count + 1, c] + at_least[count + 1], taken[count + 1, c] + ahead[c, count + 1]
                    )
                    lowest = min(lowest, total)
                cut[count + 1] = cut[count] + _frontage_to(board, atom, inside, out, stamp)
                if lowest + cut[count + 1] > limit:
                    continue
            chosen[count] = atom
            kind, value, _ = price(board, chosen, count + 1, parts.member, parts.spot, parts.work)
            if kind == BROKEN:
                continue
            count += 1
            pulled[count] = pulled[count - 1] + pull[atom]
            if kind == VALID and value - pulled[count] <= limit:
                least[k] = min(least[k], value - pulled[count])
                start_at = first[found]
                if found >= cost.size or start_at + count > atoms.size:
                    least[k] = -math.inf
                    return found, False
                for m in range(count):
                    atoms[start_at + m] = chosen[m]
                first[found + 1] = start_at + count
                cost[found] = value
                found += 1
            size = 0
            for m in range(at[depth], rims[depth]):
                rim[depth + 1, size] = rim[depth, m]
                size += 1
            fresh_from[depth + 1], dropped_from[depth + 1] = fresh_count, dropped_count
            for near in range(board.near_first[atom], board.near_first[atom + 1]):
                other = board.near_to[near]
                if inside[other] == stamp and other > start and seen[other] == 0:
                    rim[depth + 1, size] = other
                    size += 1
                    seen[other] = 1
                    fresh[fresh_count] = other
                    fresh_count += 1
            rims[depth + 1], at[depth + 1] = size, 0
            depth += 1
        seen[start] = 0
        out[start] = 1
    return found, whole


@compiled_inside
def _frontage_to(board: Board, atom: int, inside: Rows, out: Rows, stamp: int) -> float:
    """Price the frontage of an atom towards all that can not be in its cluster any more."""
    cut = 0.0
    for at in range(board.atom_first[atom], board.atom_first[atom + 1]):
        row = board.atom_row[at]
        for link in range(board.link_first[row], board.link_first[row + 1]):
            other = board.atom_of[board.link_to[link]]
            if other != atom and (other < 0 or inside[other] != stamp or out[other]):
                cut += board.link_m[link]
    return float(cut * board.rules[_W_CUT])


@compiled_inside
def _frontage_among(board: Board, atom: int, chosen: Rows, count: int) -> float:
    """Price the frontage of an atom towards the chosen ones."""
    cut = 0.0
    for at in range(board.atom_first[atom], board.atom_first[atom + 1]):
        row = board.atom_row[at]
        for link in range(board.link_first[row], board.link_first[row + 1]):
            other = board.atom_of[board.link_to[link]]
            for k in range(count):
                if chosen[k] == other:
                    cut += board.link_m[link]
    return float(cut * board.rules[_W_CUT])


@compiled_inside
def _single(into: Rows, atom: int) -> Rows:
    into[0] = atom
    return into


@compiled_inside
def _settle(
    window: Rows,
    start: int,
    pull: Floats,
    reach: Table,
    by_size: Floats,
    above: Floats,
    taken: Floats,
    ahead: Table,
) -> None:
    """Lay out, for clusters around each atom, the least that cost and prices can differ by, the first atom taken.

    Atoms before the first are never taken. Two bounds: `above` has taken atoms for what they add beyond nothing and all
    others that would lower it; `taken` is exact for those that are taken, and `ahead` (w, count) the least that the
    best others can add to so many, with the size.
    """
    width = window.size
    largest = width
    while largest > 1 and by_size[largest] == math.inf:
        largest -= 1
    for c in range(width):
        above[c], taken[c] = math.inf, math.inf
        if c < start or reach[c, start] == math.inf:
            continue
        gains = np.empty(width - start)
        number, total = 0, 0.0
        for other in range(start, width):
            gain = reach[c, other] - pull[window[other]]
            if gain < 0:
                total += gain
                if other != start:
                    gains[number] = gain
                    number += 1
        own = reach[c, start] - pull[window[start]]
        above[c], taken[c] = total + max(own, 0.0), own
        best = np.sort(gains[:number])
        for count in range(1, width + 1):
            least, more = math.inf, 0.0
            for size in range(count, largest + 1):
                if size > count and size - count <= number:
                    more += best[size - count - 1]
                least = min(least, more + by_size[size])
            ahead[c, count] = least


@compiled_inside
def _lowest(above: Floats, taken: Floats, ahead: Table, count: int, at_least: float) -> float:
    lowest = math.inf
    for c in range(above.size):
        if above[c] < math.inf:
            lowest = min(lowest, max(above[c] + at_least, taken[c] + ahead[c, count]))
    return lowest


@compiled
def fitting(first: Rows, atoms: Rows, count: int, inside: Rows, stamp: int) -> Rows:
    """Give the sets all of whose atoms carry this stamp."""
    found = np.empty(count, np.int64)
    k = 0
    for row in range(count):
        fits = True
        for at in range(first[row], first[row + 1]):
            if inside[atoms[at]] != stamp:
                fits = False
                break
        if fits:
            found[k] = row
            k += 1
    return found[:k]
