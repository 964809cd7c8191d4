"""The search, compiled: move, swap, merge and split, every set connected and within its bounds at every step.

A grouping is kept as linked lists of atoms, one list for each set. `anneal` makes random moves that may also get
worse, ever less so, and remembers every valid cluster that it came through (the pool, for the exact choice after it);
`descend` makes every single move that helps until none does. Budgets are steps, so the same seed gives the same
answer on any machine.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gis_planner.analysis.arrays import Floats, Rows
from gis_planner.analysis.clustering import board as places
from gis_planner.analysis.clustering.board import Board
from gis_planner.analysis.clustering.price_kernel import BROKEN, VALID, price
from gis_planner.analysis.compiling import compiled, compiled_inside

_CLUSTERS, _CLUSTER_PRICE = places.CLUSTERS, places.CLUSTER_PRICE
_DUST = 1e-9
# places in Parts.tally
FREE, STAMP, CLUSTERS = 0, 1, 2
Words = NDArray[np.uint64]


class Parts(NamedTuple):
    """A grouping that changes: `part_of` each atom, and each set as a list from `head` by `after` and `before`.

    `kind` and `value` of each set as `price` gives them; `free` are numbers of sets not in use; `tally` holds how many
    of these there are, the last stamp and the number of clusters; `mark`, `one`, `two`, `queue`, `member`, `spot`,
    `work` are scratch. `random` is the state of the generator.
    """

    part_of: Rows
    head: Rows
    after: Rows
    before: Rows
    size: Rows
    kind: Rows
    value: Floats
    free: Rows
    tally: Rows
    mark: Rows
    one: Rows
    two: Rows
    queue: Rows
    member: Rows
    spot: Rows
    work: Floats
    random: Words


class Pool(NamedTuple):
    """Clusters seen: the atoms of set s are `atoms[first[s]:first[s + 1]]`, with its `cost`; `tally` (1,) how many.

    `table` are the sets by hash, `sign` a random word for each atom.
    """

    first: Rows
    atoms: Rows
    cost: Floats
    tally: Rows
    table: Words
    sign: Words


@compiled_inside
def _draw(random: Words) -> int:
    """Draw a whole number from 0 to 2^53 (xorshift64, Marsaglia 2003)."""
    word = random[0]
    word ^= word << np.uint64(13)
    word ^= word >> np.uint64(7)
    word ^= word << np.uint64(17)
    random[0] = word
    return int(np.int64(word >> np.uint64(11)))


@compiled_inside
def _unit(random: Words) -> float:
    return _draw(random) / 9007199254740992.0


@compiled_inside
def _gather(parts: Parts, part: int, into: Rows, without: int) -> int:
    """List the atoms of a set, one of them left out (-1: none), and give how many."""
    count = 0
    atom = parts.head[part]
    while atom >= 0:
        if atom != without:
            into[count] = atom
            count += 1
        atom = parts.after[atom]
    return count


@compiled_inside
def _hangs_together(board: Board, parts: Parts, atoms: Rows, count: int) -> bool:
    if count <= 1:
        return True
    parts.tally[STAMP] += 4
    inside = parts.tally[STAMP]
    for k in range(count):
        parts.mark[atoms[k]] = inside
    parts.queue[0] = atoms[0]
    parts.mark[atoms[0]] = inside + 1
    reached, at = 1, 0
    while at < reached:
        atom = parts.queue[at]
        at += 1
        for near in range(board.near_first[atom], board.near_first[atom + 1]):
            other = board.near_to[near]
            if parts.mark[other] == inside:
                parts.mark[other] = inside + 1
                parts.queue[reached] = other
                reached += 1
    return reached == count


@compiled_inside
def _drop(parts: Parts, part: int) -> None:
    """Take a set out of use; its atoms are put elsewhere by the caller."""
    if parts.kind[part] == VALID:
        parts.tally[CLUSTERS] -= 1
    parts.free[parts.tally[FREE]] = part
    parts.tally[FREE] += 1
    parts.head[part] = -1
    parts.size[part] = 0


@compiled_inside
def _put(parts: Parts, atoms: Rows, count: int, kind: int, value: float) -> None:
    """Put atoms into a new set."""
    if count == 0:
        return
    parts.tally[FREE] -= 1
    part = parts.free[parts.tally[FREE]]
    last = -1
    for k in range(count):
        atom = atoms[k]
        parts.part_of[atom] = part
        parts.before[atom] = last
        parts.after[atom] = -1
        if last < 0:
            parts.head[part] = atom
        else:
            parts.after[last] = atom
        last = atom
    parts.size[part] = count
    parts.kind[part] = kind
    parts.value[part] = value
    if kind == VALID:
        parts.tally[CLUSTERS] += 1


@compiled_inside
def _remember(pool: Pool, atoms: Rows, count: int, cost: float) -> None:
    """Keep a cluster in the pool, once."""
    at = pool.tally[0]
    if at >= pool.cost.size or pool.first[at] + count > pool.atoms.size:
        return
    word = np.uint64(0)
    for k in range(count):
        word ^= pool.sign[atoms[k]]
    if word == np.uint64(0):
        word = np.uint64(1)
    spot = int(np.int64(word % np.uint64(pool.table.size)))
    while pool.table[spot] != np.uint64(0):
        if pool.table[spot] == word:
            return
        spot += 1
        if spot == pool.table.size:
            spot = 0
    pool.table[spot] = word
    start = pool.first[at]
    for k in range(count):
        pool.atoms[start + k] = atoms[k]
    pool.first[at + 1] = start + count
    pool.cost[at] = cost
    pool.tally[0] = at + 1


@compiled
def fill(board: Board, parts: Parts, given: Rows) -> float:
    """Fill the lists from `given` set numbers of atoms (0 … n - 1) and give the value of the whole."""
    n = given.size
    for part in range(n):
        parts.head[part] = -1
        parts.size[part] = 0
        parts.free[part] = n - 1 - part
    parts.tally[FREE] = n
    parts.tally[CLUSTERS] = 0
    first = np.zeros(n + 1, np.int64)
    count = 0
    for atom in range(n):
        first[given[atom] + 1] += 1
    for part in range(n):
        first[part + 1] += first[part]
    order = np.empty(n, np.int64)
    at = first.copy()
    for atom in range(n):
        order[at[given[atom]]] = atom
        at[given[atom]] += 1
    total = 0.0
    for part in range(n):
        count = int(first[part + 1] - first[part])
        if count == 0:
            continue
        for k in range(count):
            parts.one[k] = order[first[part] + k]
        kind, _, value = price(board, parts.one, count, parts.member, parts.spot, parts.work)
        _put(parts, parts.one, count, kind, value)
        total += value
    return total + _off_number(board, parts.tally[CLUSTERS])


@compiled_inside
def _off_number(board: Board, clusters: int) -> float:
    """Price how far the number of clusters is from what is asked for."""
    wanted = board.rules[_CLUSTERS]
    return board.rules[_CLUSTER_PRICE] * abs(clusters - wanted) if wanted > 0 else 0.0


@compiled_inside
def _judge(
    board: Board, parts: Parts, old: int, other_old: int, first_count: int, second_count: int
) -> tuple[float, int, float, int, float]:
    """Give what two sets in place of one or two old ones would save, and the kind and value of each."""
    kind, value, kind_two, value_two = VALID, 0.0, VALID, 0.0
    if first_count:
        kind, _, value = price(board, parts.one, first_count, parts.member, parts.spot, parts.work)
        if kind == BROKEN:
            return -math.inf, kind, value, kind_two, value_two
    if second_count:
        kind_two, _, value_two = price(board, parts.two, second_count, parts.member, parts.spot, parts.work)
        if kind_two == BROKEN:
            return -math.inf, kind, value, kind_two, value_two
    gain = parts.value[old] - value - value_two
    change = int(first_count > 0 and kind == VALID) + int(second_count > 0 and kind_two == VALID)
    change -= parts.kind[old] == VALID
    if other_old >= 0:
        gain += parts.value[other_old]
        change -= parts.kind[other_old] == VALID
    if change and board.rules[_CLUSTERS] > 0:
        now = parts.tally[CLUSTERS]
        gain += _off_number(board, now) - _off_number(board, now + change)
    return gain, kind, value, kind_two, value_two


@compiled_inside
def _split(board: Board, parts: Parts, part: int) -> tuple[int, int]:
    """Split a set in two by growing from two of its atoms, drawn at random, in turn; gives both counts."""
    count = _gather(parts, part, parts.queue, -1)
    if count < 2:
        return 0, 0
    parts.tally[STAMP] += 4
    inside = parts.tally[STAMP]
    a = _draw(parts.random) % count
    b = _draw(parts.random) % (count - 1)
    if b >= a:
        b += 1
    for k in range(count):
        parts.mark[parts.queue[k]] = inside
    parts.one[0], parts.two[0] = parts.queue[a], parts.queue[b]
    parts.mark[parts.queue[a]] = inside + 1
    parts.mark[parts.queue[b]] = inside + 2
    ones, twos, left = 1, 1, count - 2
    stuck_one, stuck_two = False, False
    while left > 0 and not (stuck_one and stuck_two):
        to_one = (ones <= twos and not stuck_one) or stuck_two
        grown = ones if to_one else twos
        found = -1
        turn = _draw(parts.random) % grown
        for k in range(grown):
            at = (k + turn) % grown
            atom = parts.one[at] if to_one else parts.two[at]
            degree = board.near_first[atom + 1] - board.near_first[atom]
            shift = _draw(parts.random) % degree if degree else 0
            for m in range(degree):
                other = board.near_to[board.near_first[atom] + (m + shift) % degree]
                if parts.mark[other] == inside:
                    found = other
                    break
            if found >= 0:
                break
        if found < 0:
            if to_one:
                stuck_one = True
            else:
                stuck_two = True
            continue
        left -= 1
        if to_one:
            parts.one[ones] = found
            parts.mark[found] = inside + 1
            ones += 1
        else:
            parts.two[twos] = found
            parts.mark[found] = inside + 2
            twos += 1
    if left > 0:
        return 0, 0
    return ones, twos


@compiled_inside
def _plan(board: Board, parts: Parts, move: int, atom: int, other: int) -> tuple[bool, int, int, int, int]:
    """Lay a move out in the scratch: whether it can be, the old sets (-1: none), and how many atoms the new ones have.

    Moves: 0 out alone, 1 split, 2 merge with other's set, 3 swap with other, 4 shift to other's set.
    """
    source = parts.part_of[atom]
    if move == 0:
        if parts.size[source] < 2:
            return False, source, -1, 0, 0
        left = _gather(parts, source, parts.two, atom)
        parts.one[0] = atom
        return _hangs_together(board, parts, parts.two, left), source, -1, 1, left
    if move == 1:
        ones, twos = _split(board, parts, source)
        return ones > 0, source, -1, ones, twos
    target = parts.part_of[other]
    if move == 2:
        count = _gather(parts, source, parts.one, -1)
        count += _gather(parts, target, parts.one[count:], -1)
        return True, source, target, count, 0
    if move == 3:
        ones = _gather(parts, source, parts.one, atom)
        parts.one[ones] = other
        twos = _gather(parts, target, parts.two, other)
        parts.two[twos] = atom
        fine = _hangs_together(board, parts, parts.one, ones + 1)
        return fine and _hangs_together(board, parts, parts.two, twos + 1), source, target, ones + 1, twos + 1
    ones = _gather(parts, target, parts.one, -1)
    parts.one[ones] = atom
    twos = _gather(parts, source, parts.two, atom)
    return _hangs_together(board, parts, parts.two, twos), source, target, ones + 1, twos


@compiled_inside
def _make(
    parts: Parts,
    old: int,
    other_old: int,
    ones: int,
    twos: int,
    kind: int,
    value: float,
    kind_two: int,
    value_two: float,
) -> None:
    _drop(parts, old)
    if other_old >= 0:
        _drop(parts, other_old)
    _put(parts, parts.one, ones, kind, value)
    _put(parts, parts.two, twos, kind_two, value_two)


@compiled
def anneal(
    board: Board,
    parts: Parts,
    pool: Pool,
    best: Rows,
    saved: Floats,
    start: int,
    end: int,
    steps: int,
    warmth: float,
    cold: float,
    keep_within: float,
) -> None:
    """Make the steps `start` to `end` of `steps`; `best` (n,) and `saved` (2,: now, best) are kept up to date.

    `warmth` is how much worse a move may well be at first, `cold` at last; clusters are remembered when a move that
    costs at most `keep_within` made them.
    """
    n = parts.part_of.size
    for step in range(start, end):
        atom = _draw(parts.random) % n
        chance = _unit(parts.random)
        move, other = 4, -1
        if chance < 0.02:
            move = 0
        elif chance < 0.06:
            move = 1
        else:
            degree = board.near_first[atom + 1] - board.near_first[atom]
            if degree == 0:
                continue
            other = board.near_to[board.near_first[atom] + _draw(parts.random) % degree]
            if parts.part_of[other] == parts.part_of[atom]:
                continue
            move = 2 if chance < 0.12 else (3 if chance < 0.30 else 4)
        fine, old, other_old, ones, twos = _plan(board, parts, move, atom, other)
        if not fine:
            continue
        gain, kind, value, kind_two, value_two = _judge(board, parts, old, other_old, ones, twos)
        if gain > -keep_within:
            if ones and kind == VALID:
                _remember(pool, parts.one, ones, value)
            if twos and kind_two == VALID:
                _remember(pool, parts.two, twos, value_two)
        warm = warmth * (cold / warmth) ** (step / steps)
        if gain >= 0 or (gain > -40 * warm and _unit(parts.random) < math.exp(gain / warm)):
            _make(parts, old, other_old, ones, twos, kind, value, kind_two, value_two)
            saved[0] += gain
            if saved[0] > saved[1] + _DUST:
                saved[1] = saved[0]
                best[:] = parts.part_of


@compiled
def descend(board: Board, parts: Parts, pool: Pool, sweeps: int, swaps: bool) -> int:
    """Make the best single move of every atom that helps, atom by atom, until none does; gives the sweeps left."""
    n = parts.part_of.size
    while sweeps > 0:
        sweeps -= 1
        improved = False
        for atom in range(n):
            best_gain, best_move, best_other = _DUST, -1, -1
            for at in range(board.near_first[atom] - 1, board.near_first[atom + 1]):
                other = board.near_to[at] if at >= board.near_first[atom] else -1
                if other >= 0 and parts.part_of[other] == parts.part_of[atom]:
                    continue
                low, high = (0, 1) if other < 0 else (2, 5)
                for move in range(low, high):
                    if move == 3 and (not swaps or other < atom):
                        continue
                    fine, old, other_old, ones, twos = _plan(board, parts, move, atom, other)
                    if not fine:
                        continue
                    gain, kind, value, kind_two, value_two = _judge(board, parts, old, other_old, ones, twos)
                    if gain > -1.0:
                        if ones and kind == VALID:
                            _remember(pool, parts.one, ones, value)
                        if twos and kind_two == VALID:
                            _remember(pool, parts.two, twos, value_two)
                    if gain > best_gain:
                        best_gain, best_move, best_other = gain, move, other
            if best_move >= 0:
                fine, old, other_old, ones, twos = _plan(board, parts, best_move, atom, best_other)
                gain, kind, value, kind_two, value_two = _judge(board, parts, old, other_old, ones, twos)
                _make(parts, old, other_old, ones, twos, kind, value, kind_two, value_two)
                improved = True
        if not improved:
            break
    return sweeps
