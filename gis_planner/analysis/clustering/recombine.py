"""The best grouping that a pool of clusters allows, found exactly.

Every compound may lie in one chosen cluster at most; each cluster saves what its members would cost alone, less
its own cost. Choosing the clusters that save most is a set packing problem, solved by HiGHS: first relaxed, whose
prices rule out every cluster that no better grouping can contain, then in whole numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csr_array

from gis_planner.analysis.clustering.instance import Instance, Set
from gis_planner.analysis.clustering.pieces import connected_sets

_NODES = 500  # branches of the search in whole numbers; a budget in steps, never in seconds
_DUST = 1e-7
_WINDOWS_EACH = 2  # windows that everyone lies in before they stop being a start of one
_NEAR_ATOMS = 24  # in a window around one who stands alone


def all_clusters(instance: Instance, most: int, within: Collection[int] | None = None) -> list[Set] | None:
    """Give every valid cluster there can be (`within` these atoms), or None where more than `most` sets connect."""
    atoms = sorted(range(len(instance)) if within is None else within)
    place = {atom: number for number, atom in enumerate(atoms)}
    near = [[place[other] for other in instance.near[atom] if other in place] for atom in atoms]

    def as_atoms(places: Collection[int]) -> Set:
        return frozenset(atoms[number] for number in places)

    found = []
    for count, places in enumerate(connected_sets(near, lambda grown: instance.price(as_atoms(grown)).grows)):
        if count >= most:
            return None
        if instance.price(as_atoms(places)).valid:
            found.append(as_atoms(places))
    return found


def choose_clusters(instance: Instance, pool: Sequence[Set], start: Sequence[Set]) -> tuple[list[Set], bool]:
    """Choose from a pool the clusters that save most; give them and whether nothing in the pool can be better.

    `start` is a grouping that is known already; the choice is never worse. Atoms in no chosen cluster are
    given back as sets of one.
    """
    atoms = sorted({atom for part in start for atom in part})
    place = {atom: number for number, atom in enumerate(atoms)}
    useful = sorted((sorted(chosen), instance.price(chosen).saving) for chosen in pool)
    columns = [column for column, saving in useful if saving > _DUST]
    saved = np.array([saving for _, saving in useful if saving > _DUST])
    known = [frozenset(part) for part in start if instance.price(part).saving > _DUST]
    known_saving = sum(instance.price(part).saving for part in known)
    chosen, proven = known, False
    if columns:
        picked, proven = _pack(columns, saved, place, known_saving)
        better = [frozenset(columns[number]) for number in picked]
        if sum(instance.price(part).saving for part in better) > known_saving + _DUST:
            chosen = better
    else:
        proven = True
    grouped = {atom for part in chosen for atom in part}
    rest = [frozenset((atom,)) for atom in atoms if atom not in grouped]
    return sorted([*chosen, *rest], key=min), proven


def _pack(
    columns: list[list[int]], saved: np.ndarray, place: dict[int, int], known_saving: float
) -> tuple[list[int], bool]:
    matrix: Any = _matrix(columns, place)  # the stubs know no sparse matrices here
    relaxed = linprog(-saved, A_ub=matrix, b_ub=np.ones(len(place)), bounds=(0, None), method="highs")
    if relaxed.status != 0 or relaxed.fun is None:
        return [], False
    room = max(-relaxed.fun - known_saving, 0.0)
    reduced = -saved - matrix.T @ relaxed.ineqlin.marginals
    kept = np.flatnonzero(reduced <= room + 1e-7 * (1 + abs(relaxed.fun)))
    result = milp(
        -saved[kept],
        integrality=np.ones(kept.size, dtype=np.int64),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(matrix[:, kept], -np.inf, 1),
        options={"mip_rel_gap": 0.0, "node_limit": _NODES},
    )
    if result.x is None:
        return [], False
    return [int(number) for number in kept[np.asarray(result.x) > 0.5]], result.status == 0


def _matrix(columns: list[list[int]], place: dict[int, int]) -> csr_array:
    lengths = [len(column) for column in columns]
    rows = np.array([place[atom] for column in columns for atom in column], dtype=np.int64)
    return csr_array(
        (np.ones(rows.size), (rows, np.repeat(np.arange(len(columns)), lengths))),
        shape=(len(place), len(columns)),
    )


def place_more(instance: Instance, parts: Sequence[Set], *, most: int) -> list[Set]:
    """Try to place whoever stands alone, by the best choice of all clusters there can be around each of them.

    The window is as many of the sets around as together have at most `most` connected sets.
    """
    current = list(parts)
    for atom in sorted(min(part) for part in parts if not instance.price(part).valid):
        around = _window(instance, current, atom, 3 * _NEAR_ATOMS)
        for count in range(len(around), 0, -1):
            inside = around[:count]
            if count > 1 and sum(len(part) for part in inside) > _NEAR_ATOMS:
                continue
            pool = all_clusters(instance, most, within=[a for part in inside for a in part])
            if pool is not None:
                chosen, _ = choose_clusters(instance, pool, inside)
                current = _better(instance, current, inside, chosen)
                break
    return current


def recombine(
    instance: Instance, parts: Sequence[Set], *, window: int, report: Callable[[float], None]
) -> list[Set]:
    """Improve a grouping by the best choice from all clusters seen so far, window by window.

    A window is a set with those around it, ring by ring, until it holds `window` atoms.
    """
    pool = sorted((chosen for chosen, price in instance.prices.items() if price.valid), key=sorted)
    masks = [_mask_of(chosen) for chosen in pool]
    current = list(parts)
    windows_of = [0] * len(instance)
    done: set[Set] = set()
    seeds = [min(part) for part in current]
    for number, seed in enumerate(seeds):
        report(number / len(seeds))
        if windows_of[seed] >= _WINDOWS_EACH:
            continue
        inside = _window(instance, current, seed, window)
        atoms = frozenset(atom for part in inside for atom in part)
        for atom in atoms:
            windows_of[atom] += 1
        if atoms in done:
            continue
        done.add(atoms)
        outside = ~_mask_of(atoms)
        fitting = [chosen for chosen, mask in zip(pool, masks, strict=True) if not mask & outside]
        chosen, _ = choose_clusters(instance, fitting, inside)
        current = _better(instance, current, inside, chosen)
    return current


def _better(
    instance: Instance, current: list[Set], inside: Sequence[Set], chosen: Sequence[Set]
) -> list[Set]:
    """Put the chosen sets in the place of those inside a window where that helps."""
    if instance.value(chosen) >= instance.value(inside) - _DUST:
        return current
    return sorted([*(part for part in current if part not in inside), *chosen], key=min)


def _window(instance: Instance, parts: Sequence[Set], seed: int, size: int) -> list[Set]:
    of = {atom: part for part in parts for atom in part}
    inside = [of[seed]]
    count = len(inside[0])
    for part in inside:
        if count >= size:
            break
        beside = {of[other] for atom in part for other in instance.near[atom]} - set(inside)
        for other in sorted(beside, key=min):
            inside.append(other)
            count += len(other)
    return inside


def _mask_of(chosen: Set) -> int:
    return sum(1 << atom for atom in chosen)
