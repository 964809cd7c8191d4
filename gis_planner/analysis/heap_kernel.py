"""What the compiled searches share: a heap of nodes by distance, and the name of the nearest owner at a node."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

import numba
import numpy as np

from gis_planner.analysis.arcs import EQUAL_M, Small
from gis_planner.analysis.arrays import Floats, Rows

_Function = TypeVar("_Function", bound=Callable[..., object])
_NOBODY = 2**31 - 1


def compiled(function: _Function) -> _Function:
    """Compile a kernel for the types it is called with, without the lock, and keep it in the cache."""
    return cast(_Function, numba.njit(cache=True, nogil=True)(function))


@compiled
def push(keys: Floats, nodes: Small, size: int, key: float, node: int) -> int:
    """Put an entry into the heap and give its new size; the caller sees that there is room."""
    at = size
    while at > 0:
        above = (at - 1) >> 1
        if keys[above] <= key:
            break
        keys[at] = keys[above]
        nodes[at] = nodes[above]
        at = above
    keys[at] = key
    nodes[at] = node
    return size + 1


@compiled
def pop(keys: Floats, nodes: Small, size: int) -> int:
    """Take the first entry off the heap and give its new size."""
    size -= 1
    key = keys[size]
    node = nodes[size]
    at = 0
    while True:
        below = 2 * at + 1
        if below >= size:
            break
        if below + 1 < size and keys[below + 1] < keys[below]:
            below += 1
        if keys[below] >= key:
            break
        keys[at] = keys[below]
        nodes[at] = nodes[below]
        at = below
    keys[at] = key
    nodes[at] = node
    return size


@compiled
def name_owner(
    first: Rows,
    last: Rows,
    to: Small,
    walk_m: Floats,
    node: Rows,
    metres: Floats,
    owner: Rows,
    rank: Rows,
    distance: Floats,
    nearest: Small,
    v: int,
) -> int:
    """Give the first of the owners that are as near to a node as its distance, by its seeds and its neighbours."""
    best = _NOBODY
    whose = -1
    within = distance[v] + EQUAL_M
    k = np.searchsorted(node, v)
    while k < len(node) and node[k] == v:
        if metres[k] <= within and rank[owner[k]] < best:
            best = rank[owner[k]]
            whose = owner[k]
        k += 1
    for arc in range(first[v], last[v]):
        u = to[arc]
        if nearest[u] >= 0 and distance[u] + walk_m[arc] <= within and rank[nearest[u]] < best:
            best = rank[nearest[u]]
            whose = nearest[u]
    return whose
