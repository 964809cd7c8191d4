"""Which sets hang together.

Vertices are small whole numbers; `near[v]` are the neighbours of v, sorted.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

Near = Sequence[Sequence[int]]


def is_connected(vertices: Collection[int], near: Near) -> bool:
    """Tell whether one can get from each of these vertices to every other without leaving them."""
    inside = set(vertices)
    if not inside:
        return True
    return len(_reached(next(iter(inside)), inside, near)) == len(inside)


def pieces(vertices: Iterable[int], near: Near) -> list[tuple[int, ...]]:
    """Give the pieces that these vertices fall into, each sorted, in the order of their first vertex."""
    left = set(vertices)
    found = []
    while left:
        piece = _reached(min(left), left, near)
        found.append(tuple(sorted(piece)))
        left -= piece
    return found


def _reached(start: int, inside: set[int], near: Near) -> set[int]:
    reached = {start}
    frontier = [start]
    while frontier:
        for other in near[frontier.pop()]:
            if other in inside and other not in reached:
                reached.add(other)
                frontier.append(other)
    return reached


def connected_sets(near: Near, may_grow: Callable[[frozenset[int]], bool]) -> Iterator[frozenset[int]]:
    """Give every connected set of vertices exactly once, as long as it `may_grow`.

    `may_grow` must be hereditary: once it says no of a set, it says no of every set that contains it. Sets of
    which it says no are not given. Each set is reached from its smallest vertex, by branching on whether the
    next vertex at its rim is taken or never taken (Wernicke 2006, "Efficient detection of network motifs").
    """
    for start in range(len(near)):
        first = frozenset((start,))
        if not may_grow(first):
            continue
        stack: list[tuple[frozenset[int], tuple[int, ...], frozenset[int]]] = [
            (first, tuple(v for v in near[start] if v > start), frozenset(v for v in near[start]) | first)
        ]
        while stack:
            grown, rim, seen = stack.pop()
            yield grown
            for position, vertex in enumerate(rim):
                larger = grown | {vertex}
                if may_grow(larger):
                    fresh = tuple(v for v in near[vertex] if v > start and v not in seen)
                    stack.append((larger, rim[position + 1 :] + fresh, seen | frozenset(near[vertex])))
