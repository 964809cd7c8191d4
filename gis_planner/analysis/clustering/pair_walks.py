"""Walking distances between compounds, kept only for pairs that are near enough to matter.

Ten thousand compounds have a hundred million pairs, nearly all of them beyond the search. What is kept is a row for
each compound: whom it reaches, sorted, and how far that is. Between two that both have access to the network, a pair
that is not kept is too far; to or from any other it is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Some = tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float64]]
"""A few walks: rows, the rows that they lead to, metres."""


@dataclass(frozen=True, eq=False)
class PairWalks:
    """The walks of n compounds: those of row r are `to[first[r]:first[r + 1]]`, sorted, with their `metres`.

    `known` (n,) tells which compounds have access to the walking network at all.
    """

    first: NDArray[np.int64]
    to: NDArray[np.int32]
    metres: NDArray[np.float64]
    known: NDArray[np.bool_]

    def among(self, rows: Sequence[int]) -> NDArray[np.float64]:
        """Give the walks between these compounds, (k, k) metres: NaN where none was found, 0 on the diagonal."""
        at = np.asarray(rows, dtype=np.int64)
        order = np.argsort(at, kind="stable")
        asked = at[order]
        found = np.full((at.size, at.size), np.nan)
        for place, row in enumerate(at.tolist()):
            start, end = self.first[row], self.first[row + 1]
            others = self.to[start:end]
            spot = np.searchsorted(others, asked)
            hit = spot < others.size
            hit[hit] = others[spot[hit]] == asked[hit]
            found[place, order[hit]] = self.metres[start:end][spot[hit]]
        np.fill_diagonal(found, 0.0)
        return found

    def between(self, one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.float64]:
        """Give the walk of every pair of rows, (k,) metres: NaN where none was found, 0 to oneself."""
        n = len(self.known)
        owner = np.repeat(np.arange(n, dtype=np.int64), np.diff(self.first))
        keys, asked = owner * n + self.to, one * n + other
        spot = np.searchsorted(keys, asked)
        hit = spot < keys.size
        hit[hit] = keys[spot[hit]] == asked[hit]
        found = np.full(len(one), np.nan)
        found[hit] = self.metres[spot[hit]]
        found[one == other] = 0.0
        return found


def keep_walks(metres: NDArray[np.float64], known: NDArray[np.bool_]) -> PairWalks:
    """Keep the walks that a full table (n, n) holds; NaN is none, and the diagonal is left out."""
    there = ~np.isnan(metres)
    np.fill_diagonal(there, False)
    row, to = np.nonzero(there)
    first = np.zeros(len(metres) + 1, dtype=np.int64)
    np.cumsum(np.bincount(row, minlength=len(metres)), out=first[1:])
    return PairWalks(first, to.astype(np.int32), metres[row, to], np.asarray(known, dtype=np.bool_))


def pair_walks_of(some: Iterable[Some], *, known: NDArray[np.bool_]) -> PairWalks:
    """Keep walks that are given piece by piece: of each pair once, from the earlier row, sorted by that and the later.

    No table of all pairs is made: besides the pieces only what is kept takes memory.
    """
    n, pieces = len(known), list(some)
    onward, back = (
        np.zeros(n, dtype=np.int64),
        np.zeros(n, dtype=np.int64),
    )  # walks to later and to earlier rows
    for row, to, _ in pieces:
        onward += np.bincount(row, minlength=n)
        back += np.bincount(to, minlength=n)
    first = np.zeros(n + 1, dtype=np.int64)
    np.cumsum(onward + back, out=first[1:])
    whom, far = np.empty(first[-1], np.int32), np.empty(first[-1])
    next_later, next_earlier = first[:-1] + back, first[:-1].copy()
    for at, (row, to, metres) in enumerate(pieces):
        spot = _take_places(next_later, row)
        whom[spot], far[spot] = to, metres
        order = np.argsort(to, kind="stable")
        spot = _take_places(next_earlier, to[order])
        whom[spot], far[spot] = row[order], metres[order]
        pieces[at] = (row[:0], to[:0], metres[:0])
    return PairWalks(first, whom, far, np.asarray(known, dtype=np.bool_))


def _take_places(free: NDArray[np.int64], row: NDArray[np.int32]) -> NDArray[np.int64]:
    """Give every entry of these rows (sorted) the next free place of its row, and move that on."""
    rows, start, count = np.unique(row, return_index=True, return_counts=True)
    place = np.arange(len(row)) - np.repeat(start, count) + np.repeat(free[rows], count)
    free[rows] += count
    return np.asarray(place)


def no_walks(n: int) -> PairWalks:
    """Give the walks of n compounds of which none is known."""
    return PairWalks(np.zeros(n + 1, np.int64), np.empty(0, np.int32), np.empty(0), np.zeros(n, np.bool_))
