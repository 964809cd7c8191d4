"""Irregular street networks of any size, always the same for one size.

A grid of 45 m with every crossing moved by chance, of whose streets three in ten are missing and some run across; what
hangs together with most of it is kept. Streets are bent, so each is longer than the line between its ends. Nodes are
numbered along a Z-order curve, as the program numbers them, and every peer is given that order.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Rows = NDArray[np.int64]
Floats = NDArray[np.float64]

KINDS = 9
_GRID_M = 45.0
_MOVED_M = 16.0
_KEPT = 0.70
_ACROSS = 0.06
_DETOUR = 0.3
_FACILITY_SHARE = 0.02


@dataclass(frozen=True, eq=False)
class Streets:
    """Noded streets: the ends and the length of every edge, and where the nodes lie (None: not known)."""

    edge_from: Rows
    edge_to: Rows
    length_m: Floats
    nodes: int
    xy: Floats | None = None
    name: str = ""

    @property
    def title(self) -> str:
        """The network in the words of the table."""
        return self.name or f"{self.nodes:,} nodes"


def draw_streets(about: int, *, seed: int = 0) -> Streets:
    """Draw a network of about so many nodes."""
    random = np.random.default_rng(seed)
    side = int(np.ceil(np.sqrt(about * 1.03)))
    number = np.arange(side * side).reshape(side, side)
    column, row = np.divmod(number.ravel(), side)
    xy = np.stack([column + 1, row + 1], axis=1) * _GRID_M + random.uniform(
        -_MOVED_M, _MOVED_M, (side * side, 2)
    )
    along = np.concatenate([_pairs(number[:-1], number[1:]), _pairs(number[:, :-1], number[:, 1:])])
    across = _pairs(number[:-1, :-1], number[1:, 1:])
    ends = np.concatenate(
        [along[random.random(len(along)) < _KEPT], across[random.random(len(across)) < _ACROSS]]
    )
    kept = _largest_part(side * side, ends)
    order = kept[np.argsort(z_order(xy[kept]), kind="stable")]
    renumbered = np.full(side * side, -1, dtype=np.int64)
    renumbered[order] = np.arange(len(order))
    ends, xy = renumbered[ends], xy[order]
    ends = ends[ends[:, 0] >= 0]
    straight = np.hypot(*(xy[ends[:, 0]] - xy[ends[:, 1]]).T)
    length = straight * (1.0 + random.uniform(0.0, _DETOUR, len(ends)))
    return Streets(ends[:, 0].copy(), ends[:, 1].copy(), length, len(xy), xy)


def place_facilities(nodes: int, *, seed: int = 1) -> list[Rows]:
    """Choose the nodes at which facilities of each kind stand, two in a hundred of all nodes, sorted."""
    random = np.random.default_rng(seed)
    chosen = random.choice(nodes, max(KINDS, round(nodes * _FACILITY_SHARE)), replace=False)
    kind = random.integers(0, KINDS, len(chosen))
    kind[:KINDS] = np.arange(KINDS)  # one of each at least
    return [np.sort(chosen[kind == number]).astype(np.int64) for number in range(KINDS)]


def z_order(xy: Floats) -> NDArray[np.uint64]:
    """Give the place of points on a Z-order curve over cells of a quarter of a metre."""
    cells = np.clip(np.floor(xy * 4.0) + 2.0**30, 0.0, 2.0**31 - 1.0).astype(np.uint64)
    for shift, mask in (
        (16, 0x0000FFFF0000FFFF),
        (8, 0x00FF00FF00FF00FF),
        (4, 0x0F0F0F0F0F0F0F0F),
        (2, 0x3333333333333333),
        (1, 0x5555555555555555),
    ):
        cells = (cells | (cells << np.uint64(shift))) & np.uint64(mask)
    return np.asarray(cells[:, 0] | (cells[:, 1] << np.uint64(1)), dtype=np.uint64)


def _pairs(one: Rows, other: Rows) -> Rows:
    return np.stack([one.ravel(), other.ravel()], axis=1)


def _largest_part(nodes: int, ends: Rows) -> Rows:
    ones = np.ones(len(ends), dtype=np.int8)
    part = connected_components(
        coo_array((ones, (ends[:, 0], ends[:, 1])), shape=(nodes, nodes)), directed=False
    )[1]
    return np.flatnonzero(part == np.bincount(part).argmax())
