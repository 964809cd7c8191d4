"""A first grouping: grow clusters by the merges that save most."""

from __future__ import annotations

import heapq
import random

from gis_planner.analysis.clustering.instance import Instance, Set


def grow_clusters(instance: Instance, *, rng: random.Random | None = None, noise: float = 0.0) -> list[Set]:
    """Merge neighbouring sets, the best saving first, until no merge saves anything.

    With `noise` the savings of soft costs are disturbed by up to that share of a usual cluster's cost, so that
    several starts differ; without it the result depends on the instance alone.
    """
    parts: dict[int, Set] = {atom: frozenset((atom,)) for atom in range(len(instance))}
    near: dict[int, set[int]] = {atom: set(others) for atom, others in enumerate(instance.near)}
    queue: list[tuple[float, int, int]] = []

    def offer(one: int, other: int) -> None:
        merged = instance.price(parts[one] | parts[other])
        if merged.grows:
            saved = instance.price(parts[one]).value + instance.price(parts[other]).value - merged.value
            if rng is not None:
                saved += noise * rng.uniform(-1.0, 1.0)
            if saved > 0:
                heapq.heappush(queue, (-saved, min(one, other), max(one, other)))

    for one in range(len(instance)):
        for other in instance.near[one]:
            if one < other:
                offer(one, other)
    number = len(instance)
    while queue:
        _, one, other = heapq.heappop(queue)
        if one not in parts or other not in parts:
            continue
        parts[number] = parts[one] | parts[other]
        near[number] = (near.pop(one) | near.pop(other)) - {one, other}
        del parts[one], parts[other]
        for third in sorted(near[number]):
            near[third] -= {one, other}
            near[third].add(number)
            offer(number, third)
        number += 1
    return sorted(parts.values(), key=min)
