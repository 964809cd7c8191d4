"""The strong search for tasks too large to list: several annealed starts, then exact choice window by window.

Each start depends on its seed and number alone and runs without the interpreter's lock, so starts may share the
processors in any order with the same answer. What they came through goes into one pool; windows of neighbouring
clusters are then put together anew, exactly, from all pool clusters and all clusters there can be where these are few.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from gis_planner.analysis.arrays import Floats, Rows
from gis_planner.analysis.clustering import search_kernel as kernel
from gis_planner.analysis.clustering.board import (
    CLUSTERS,
    MEMBERS_MAX,
    MEMBERS_MIN,
    USUAL,
    W_COMPACT,
    W_SIZE,
    Board,
    Table,
)
from gis_planner.analysis.clustering.exact import Clusters, choose, join_clusters
from gis_planner.analysis.clustering.listing_kernel import fitting, list_sets
from gis_planner.analysis.clustering.price_kernel import VALID
from gis_planner.errors import Cancelled

_WARMTH = (3.0, 30.0, 300.0)  # of each start: from a road more to cross up to compounds left out for a while
_COLD = 0.03  # next to nothing
_STEPS_EACH, _STEPS_MIN, _STEPS_MAX = 600, 30_000, 4_000_000
_STEPS_FULL = 300  # atoms; in larger tasks each is moved less often, as the root of their number
_SHAKE_EACH, _SHAKE_MIN = 50, 2000  # steps of an alternative
_SHAKE_WARMTH = 10.0
_CHUNK = 50_000  # steps between two reports
_KEEP_WITHIN = 1.5  # clusters made by a move that costs no more than this are remembered
_POOL_EACH, _POOL_MOST = 150, 400_000
_WINDOW = 40  # atoms in a window of the exact choice
_LIST_WINDOW = 4000  # connected sets of a window that are all listed
_NEAR_ATOMS = 26  # in a window around one who stands alone
_LIST_ALONE = 20_000
_COLUMNS_MOST = 600  # clusters of a window that are chosen from
_ROUNDS = 3
_THREADS = 2
_DUST = 1e-7


@dataclass(frozen=True, eq=False)
class Found:
    """A grouping as the set number of every atom, its value, and the clusters seen on the way."""

    part_of: Rows
    value: float
    pool: Clusters


def search(
    board: Board,
    *,
    seed: str,
    effort: float = 1.0,
    report: Callable[[float], None],
    start_from: Rows | None = None,
) -> Found:
    """Search for the best grouping of a task; `effort` scales the steps.

    `report` is told the share that is done and may raise Cancelled: the best so far is given all the same, by the
    exception's handler in `solver`, through `Interrupted`.
    """
    runs = [_Run(board, f"{seed}:{number}", warmth, start_from) for number, warmth in enumerate(_WARMTH)]
    n = board.alone.size
    each = _STEPS_EACH * min(1.0, (_STEPS_FULL / max(n, 1)) ** 0.5)
    steps = int(min(max(effort * each * n, _STEPS_MIN), _STEPS_MAX))
    try:
        _anneal_all(runs, steps, Span(report, 0.0, 0.75))
        best = min(runs, key=lambda run: run.value)
        pool = join_clusters([run.pool() for run in runs])
        part_of = _recombine(board, best.state, best.best, pool, Span(report, 0.75, 0.25))
    except Cancelled as stopped:
        best = min(runs, key=lambda run: run.value)
        raise Interrupted(
            Found(best.best.copy(), best.value, join_clusters([run.pool() for run in runs]))
        ) from stopped
    return Found(part_of, kernel.fill(board, best.state, part_of), pool)


@dataclass(frozen=True)
class Span:
    """A stretch of what is reported: 0 to 1 is `start` to `start + length` of the whole."""

    whole: Callable[[float], None]
    start: float
    length: float

    def __call__(self, done: float) -> None:
        self.whole(self.start + self.length * done)


class Interrupted(Exception):
    """The search was stopped; what was best until then."""

    def __init__(self, found: Found) -> None:
        super().__init__("stopped")
        self.found = found


class _Run:
    """One annealed start: its own state, generator and pool."""

    def __init__(self, board: Board, seed: str, warmth: float, start_from: Rows | None) -> None:
        self.board, self.warmth = board, warmth
        n = board.alone.size
        words = np.random.SeedSequence(int.from_bytes(hashlib.sha256(seed.encode()).digest()[:16], "little"))
        self.state = make_parts(board, int(words.generate_state(1, np.uint64)[0]) | 1)
        most = min(_POOL_EACH * n + 2000, _POOL_MOST)
        width = int(min(board.rules[MEMBERS_MAX], n))
        sign = np.array(words.generate_state(n, np.uint64) if n else [], dtype=np.uint64)
        self.seen = kernel.Pool(
            np.zeros(most + 1, dtype=np.int64), np.empty(most * min(width, 16), dtype=np.int64), np.empty(most),
            np.zeros(1, dtype=np.int64), np.zeros(2 * most + 1, dtype=np.uint64), sign,
        )  # fmt: skip
        given = np.arange(n, dtype=np.int64) if start_from is None else start_from
        self.start = kernel.fill(board, self.state, given)
        self.best = given.copy()
        self.saved = np.zeros(2)

    @property
    def value(self) -> float:
        """The value of the best grouping seen."""
        return self.start - float(self.saved[1])

    def grow(self) -> None:
        kernel.descend(self.board, self.state, self.seen, 4, False)
        grown = self.state.part_of.copy()
        self.start = kernel.fill(self.board, self.state, grown)
        self.best[:] = self.state.part_of

    def go(self, start: int, end: int, steps: int) -> None:
        kernel.anneal(
            self.board,
            self.state,
            self.seen,
            self.best,
            self.saved,
            start,
            end,
            steps,
            self.warmth,
            _COLD,
            _KEEP_WITHIN,
        )

    def finish(self) -> None:
        kernel.fill(self.board, self.state, self.best.copy())
        kernel.descend(self.board, self.state, self.seen, 50, True)
        self.best[:] = self.state.part_of
        self.start = kernel.fill(self.board, self.state, self.best.copy())
        self.best[:] = self.state.part_of
        self.saved[:] = 0.0

    def pool(self) -> Clusters:
        """Give the clusters seen, each with what it saves."""
        count = int(self.seen.tally[0])
        first = self.seen.first[: count + 1].copy()
        atoms = self.seen.atoms[: first[-1]].copy()
        alone = np.add.reduceat(self.board.alone[atoms], first[:-1]) if count else np.empty(0)
        return Clusters(first, atoms, alone - self.seen.cost[:count])


def _anneal_all(runs: Sequence[_Run], steps: int, report: Callable[[float], None]) -> None:
    """Run all starts side by side, in chunks, so that one can stop between them."""
    with ThreadPoolExecutor(_THREADS) as threads:
        list(threads.map(_Run.grow, runs))
        for start in range(0, steps, _CHUNK):
            report(start / steps)
            end = min(start + _CHUNK, steps)
            list(threads.map(lambda run, a=start, b=end: run.go(a, b, steps), runs))
        list(threads.map(_Run.finish, runs))


def shake(board: Board, part_of: Rows, *, seed: str, amount: float) -> Rows:
    """Give another grouping near a given one: the best for a town and weights that differ a little.

    Every walk, frontage and crossing is stretched or shortened by up to `amount` (a share), at random, and so are the
    usual size and the weights.
    """
    words = np.random.SeedSequence(int.from_bytes(hashlib.sha256(seed.encode()).digest()[:16], "little"))
    random = np.random.default_rng(words)

    def bent(values: Floats) -> Floats:
        return values * (1.0 + amount * random.uniform(-1.0, 1.0, values.size))

    walk_m, link_m, rules = bent(board.walk_m), bent(board.link_m), board.rules.copy()
    rules[USUAL] *= 1.0 + 0.6 * amount * random.uniform(-1.0, 1.0)
    rules[W_COMPACT:] = bent(rules[W_COMPACT:])
    owner = np.repeat(np.arange(board.households.size), np.diff(board.link_first))
    other = board._replace(
        walk_m=walk_m,
        link_m=link_m,
        link_cost=bent(board.link_cost),
        rules=rules,
        frontage_m=np.bincount(owner, weights=link_m, minlength=board.households.size).astype(np.float64),
    )
    run = _Run(other, seed, _SHAKE_WARMTH, part_of)
    steps = max(_SHAKE_EACH * part_of.size, _SHAKE_MIN)
    run.go(0, steps, steps)
    kernel.descend(other, run.state, run.seen, 50, True)
    return run.state.part_of.copy()


def sets_of(part_of: Rows) -> list[frozenset[int]]:
    """Give the sets of a grouping in the order of their smallest atom."""
    members: dict[int, list[int]] = {}
    for atom, part in enumerate(part_of.tolist()):
        members.setdefault(part, []).append(atom)
    return sorted((frozenset(atoms) for atoms in members.values()), key=min)


def make_parts(board: Board, word: int) -> kernel.Parts:
    """Make an empty grouping with its scratch; `word` seeds the generator."""
    n, rows = board.alone.size, board.households.size
    size = max(n, 1)

    def whole(count: int) -> Rows:
        return np.zeros(count, dtype=np.int64)

    return kernel.Parts(
        part_of=whole(n), head=whole(size), after=whole(size), before=whole(size), size=whole(size),
        kind=whole(size), value=np.zeros(size), free=whole(size), tally=whole(3), mark=whole(size),
        one=whole(2 * size + 2), two=whole(2 * size + 2), queue=whole(size + 1), member=whole(rows + 1),
        spot=np.full(rows + 1, -1, dtype=np.int64), work=np.zeros(rows + 1),
        random=np.array([word], dtype=np.uint64),
    )  # fmt: skip


def list_clusters(board: Board, state: kernel.Parts, window: Rows, most: int) -> Clusters | None:
    """List every cluster that these atoms (sorted) can form; None where more than `most` sets connect."""
    n = board.alone.size
    found, whole, _ = list_cheap(board, state, window, np.zeros(n), np.inf, most=most, each=most)
    return found if whole else None


def list_cheap(
    board: Board,
    state: kernel.Parts,
    window: Rows,
    pull: Floats,
    limit: float,
    *,
    most: int,
    each: int,
    reach: Table | None = None,
) -> tuple[Clusters, bool, Floats]:
    """List clusters that cost at most `limit` more than the prices `pull` of their atoms; see `list_sets`.

    Gives the clusters, whether that is all of them, and the least difference by smallest atom.
    """
    room = min(most, 2_000_000)
    first = np.zeros(room + 2, dtype=np.int64)
    width = int(min(board.rules[MEMBERS_MAX], window.size))
    atoms, cost = np.empty(room * max(min(width, 12), 1) + width, dtype=np.int64), np.empty(room + 1)
    least = np.full(window.size, -np.inf)  # atoms that are not come to promise nothing
    table = np.empty((0, 0)) if reach is None else reach
    count, whole = list_sets(
        board, window, most, each, pull, limit, table, _least_by_size(board, window.size), first, atoms, cost, least,
        state,
    )  # fmt: skip
    first = first[: count + 1].copy()
    atoms = atoms[: first[-1]].copy()
    alone = np.add.reduceat(board.alone[atoms], first[:-1]) if count else np.empty(0)
    return Clusters(first, atoms, alone - cost[:count]), whole, least


def _least_by_size(board: Board, width: int) -> Floats:
    """Give what the size of a cluster of so many atoms costs at least, by their number up to `width`."""
    low, high = board.rules[MEMBERS_MIN], board.rules[MEMBERS_MAX]
    sizes = np.arange(1, int(min(high, board.households.size)) + 1)
    cost = board.rules[W_SIZE] * (2 * (sizes - board.rules[USUAL]) / board.rules[USUAL]) ** 2
    cost[sizes < low] = np.inf
    if board.atom_row.size > board.alone.size:  # atoms of several compounds: a few of them may be many
        cost = np.minimum.accumulate(cost[::-1])[::-1]
    least = np.full(width + 1, np.inf)
    count = min(width, cost.size)
    least[1 : count + 1] = cost[:count]
    return least


def _recombine(
    board: Board, state: kernel.Parts, start: Rows, pool: Clusters, report: Callable[[float], None]
) -> Rows:
    """Improve a grouping by the best choice of clusters, window by window, until a round brings nothing."""
    current = start.copy()
    settled: set[bytes] = set()
    for number in range(_ROUNDS):
        before = kernel.fill(board, state, current.copy())
        current = state.part_of.copy()
        share = Span(report, number / _ROUNDS, 1 / _ROUNDS)
        current = _round(board, state, current, pool, settled, number, share)
        value = kernel.fill(board, state, current.copy())
        nothing = _empty_pool(board.alone.size)
        kernel.descend(board, state, nothing, 50, True)
        current = state.part_of.copy()
        value = kernel.fill(board, state, current.copy())
        current = state.part_of.copy()
        if value >= before - 1e-9:
            break
    return current


def _empty_pool(n: int) -> kernel.Pool:
    return kernel.Pool(
        np.zeros(1, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0), np.zeros(1, dtype=np.int64),
        np.zeros(1, dtype=np.uint64), np.zeros(n, dtype=np.uint64),
    )  # fmt: skip


def _round(
    board: Board,
    state: kernel.Parts,
    current: Rows,
    pool: Clusters,
    settled: set[bytes],
    number: int,
    report: Callable[[float], None],
) -> Rows:
    """Go through the windows once; what stands in those that are `settled` is the best already."""
    n = current.size
    mark = np.zeros(n, dtype=np.int64)
    windows_of = np.zeros(n, dtype=np.int64)
    size = _WINDOW + 24 * (number % 2)
    seeds = (
        [int(np.flatnonzero(current == part)[0]) for part in np.unique(current)]
        if n < 400
        else _heads(current)
    )
    stamp = 0
    for at, seed in enumerate(seeds):
        if at % 8 == 0:
            report(at / len(seeds))
        alone = state.kind[state.part_of[seed]] != VALID
        if windows_of[seed] >= 2 and not alone:
            continue
        window = _window(board, current, seed, _NEAR_ATOMS if alone else size)
        windows_of[window] += 1
        key = _standing_in(current, window)
        if key in settled:
            continue
        stamp += 1
        mark[window] = stamp
        inside = fitting(pool.first, pool.atoms, len(pool), mark, stamp)
        found = [_promising(board, state, current, pool.only(inside))]
        if alone or window.size <= _NEAR_ATOMS:
            listed = list_clusters(board, state, np.sort(window), _LIST_ALONE if alone else _LIST_WINDOW)
            found += [listed] if listed is not None else []
        standing = _standing(board, state, current, window)
        chosen = _choose_in(board, current, window, standing, found)
        settled.add(_standing_in(chosen, window))
        if chosen is not current:
            kernel.fill(board, state, chosen.copy())
            current = state.part_of.copy()
    return current


def _standing_in(current: Rows, window: Rows) -> bytes:
    """Give a mark of which atoms lie in a window and which of them stand together."""
    atoms = np.sort(window)
    _, first, part = np.unique(current[atoms], return_index=True, return_inverse=True)
    return atoms.tobytes() + atoms[first[part]].tobytes()


def _promising(board: Board, state: kernel.Parts, current: Rows, clusters: Clusters) -> Clusters:
    """Give those clusters that cost least beyond what their atoms cost where they stand now."""
    if len(clusters) <= _COLUMNS_MOST:
        return clusters
    share = np.where(
        state.kind[current] == VALID, state.value[current] / np.maximum(state.size[current], 1), board.alone
    )
    over = (
        np.add.reduceat(board.alone[clusters.atoms] - share[clusters.atoms], clusters.first[:-1])
        - clusters.saving
    )
    return clusters.only(np.sort(np.argsort(over, kind="stable")[:_COLUMNS_MOST]))


def _heads(current: Rows) -> list[int]:
    return sorted(int(k) for k in np.unique(current, return_index=True)[1])


def _standing(board: Board, state: kernel.Parts, current: Rows, window: Rows) -> Clusters:
    """Give the clusters that stand in a window."""
    kept = []
    for part in np.unique(current[window]).tolist():
        if state.kind[part] == VALID:
            atoms = window[current[window] == part]
            saving = float(board.alone[atoms].sum() - state.value[part])
            kept.append(Clusters(np.array([0, atoms.size]), atoms, np.array([saving])))
    return join_clusters(kept)


def _choose_in(
    board: Board, current: Rows, window: Rows, standing: Clusters, others: Sequence[Clusters]
) -> Rows:
    """Put the best choice of clusters into a window where it saves more than what stands there."""
    n = current.size
    place = np.full(n, -1, dtype=np.int64)
    place[window] = np.arange(window.size)
    clusters = join_clusters([standing, *others])
    local = Clusters(clusters.first, place[clusters.atoms], clusters.saving)
    known = float(standing.saving.sum())
    wanted = len(standing) if board.rules[CLUSTERS] > 0 else 0
    choice = choose(local, window.size, known=known, wanted=wanted, few=True)
    if choice.rows is None or choice.saving <= known + _DUST:
        return current
    changed = current.copy()
    changed[window] = n + np.arange(window.size)
    for number, row in enumerate(choice.rows.tolist()):
        changed[window[local.members(row)]] = n + window.size + number
    return np.unique(changed, return_inverse=True)[1].astype(np.int64)


def _window(board: Board, current: Rows, seed: int, size: int) -> Rows:
    """Give the atoms of a set and those around it, ring by ring, whole sets, until there are `size`."""
    members: dict[int, Rows] = {}

    def of(part: int) -> Rows:
        if part not in members:
            members[part] = np.flatnonzero(current == part)
        return members[part]

    inside = [int(current[seed])]
    count = of(inside[0]).size
    for part in inside:
        if count >= size:
            break
        beside: set[int] = set()
        for atom in of(part).tolist():
            near = board.near_to[board.near_first[atom] : board.near_first[atom + 1]]
            beside.update(current[near].tolist())
        for other in sorted(beside - set(inside), key=lambda p: int(of(p)[0])):
            if count + of(other).size > size + 8:
                continue
            inside.append(other)
            count += of(other).size
    return np.concatenate([of(part) for part in inside])
