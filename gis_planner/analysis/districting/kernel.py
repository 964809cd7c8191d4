"""The search in one loop: simulated annealing over partitions that stay connected at every step.

Four moves: a unit changes to a neighbouring part, two parts exchange a unit each, two neighbouring parts are put
together and cut anew at an edge of a random spanning tree (DeFord, Duchin and Solomon, "Recombination", 2021), and,
where the number of parts is free, two parts become one or one becomes two. Weights out of bounds are allowed at a
price. Random numbers come from two small multiplicative generators (L'Ecuyer, 1988), so that compiled and plain code
take the same steps.
"""

from __future__ import annotations

import math

import numpy as np

from gis_planner.analysis.arrays import Floats, Rows
from gis_planner.analysis.compiling import compiled


@compiled
def _draw(state: Rows) -> float:
    state[0] = 40014 * state[0] % 2147483563
    state[1] = 40692 * state[1] % 2147483399
    z = (state[0] - state[1]) % 2147483562
    drawn: float = (z + 0.5) / 2147483562.0
    return drawn


@compiled
def _late(size: int, weight: float, lower: float, upper: float) -> float:
    """Give by how much the weight of a part is out of bounds."""
    return 0.0 if size == 0 else max(0.0, lower - weight, weight - upper)


@compiled
def _excess(weight: float, lower: float, upper: float, linear: float, fixed: float) -> float:
    """Give the price of a weight out of bounds."""
    if weight < lower:
        return fixed + linear * (lower - weight)
    if weight > upper:
        return fixed + linear * (weight - upper)
    return 0.0


@compiled
def _spread_cost(part: int, head: Rows, after: Rows, weight: Floats, xy: Floats) -> float:
    """Give what a part costs by compactness."""
    best = np.inf
    j = head[part]
    if j < 0:
        return 0.0
    while j >= 0:
        cost = 0.0
        i = head[part]
        while i >= 0:
            dx = xy[i, 0] - xy[j, 0]
            dy = xy[i, 1] - xy[j, 1]
            cost += weight[i] * (dx * dx + dy * dy)
            i = after[i]
        if cost < best:
            best = cost
        j = after[j]
    return best


@compiled
def _holds_without(
    unit: int, first: Rows, to: Rows, label: Rows, mark: Rows, stamp: Rows, queue: Rows
) -> bool:
    """Tell whether the rest of a unit's part hangs together without it."""
    part = label[unit]
    beside = 0
    start = -1
    for a in range(first[unit], first[unit + 1]):
        if label[to[a]] == part:
            beside += 1
            start = to[a]
    if beside <= 1:
        return True
    stamp[0] += 2
    wanted = stamp[0] - 1
    seen = stamp[0]
    for a in range(first[unit], first[unit + 1]):
        if label[to[a]] == part:
            mark[to[a]] = wanted
    mark[unit] = seen
    mark[start] = seen
    queue[0] = start
    left = beside - 1
    low, high = 0, 1
    while low < high:
        u = queue[low]
        low += 1
        for a in range(first[u], first[u + 1]):
            v = to[a]
            if label[v] == part and mark[v] != seen:
                if mark[v] == wanted:
                    left -= 1
                    if left == 0:
                        return True
                mark[v] = seen
                queue[high] = v
                high += 1
    return False


@compiled
def _move(
    unit: int, target: int, first: Rows, to: Rows, cost: Floats, weight: Floats, label: Rows, part_weight: Floats,
    size: Rows, head: Rows, after: Rows, before: Rows,
) -> float:  # fmt: skip
    """Put a unit into another part; gives by how much the cut grows."""
    source = label[unit]
    grown = 0.0
    for a in range(first[unit], first[unit + 1]):
        other = label[to[a]]
        if other == source:
            grown += cost[a]
        elif other == target:
            grown -= cost[a]
    if before[unit] >= 0:
        after[before[unit]] = after[unit]
    else:
        head[source] = after[unit]
    if after[unit] >= 0:
        before[after[unit]] = before[unit]
    before[unit] = -1
    after[unit] = head[target]
    if head[target] >= 0:
        before[head[target]] = unit
    head[target] = unit
    label[unit] = target
    size[source] -= 1
    size[target] += 1
    part_weight[source] -= weight[unit]
    part_weight[target] += weight[unit]
    return grown


@compiled
def _grow_tree(
    start: int, one: int, two: int, first: Rows, to: Rows, label: Rows, mark: Rows, stamp: Rows, queue: Rows,
    order: Rows, parent: Rows, state: Rows,
) -> int:  # fmt: skip
    """Grow a random spanning tree over two parts; gives how many units it reaches."""
    stamp[0] += 2
    seen = stamp[0]
    count = 0
    high = 1
    queue[0] = start
    mark[start] = seen
    parent[start] = -1
    while high > 0:
        place = int(_draw(state) * high)
        u = queue[place]
        high -= 1
        queue[place] = queue[high]
        order[count] = u
        count += 1
        for a in range(first[u], first[u + 1]):
            v = to[a]
            if (label[v] == one or label[v] == two) and mark[v] != seen:
                mark[v] = seen
                parent[v] = u
                queue[high] = v
                high += 1
    return count


@compiled
def anneal(
    first: Rows, to: Rows, cost: Floats, weight: Floats, xy: Floats, spread: bool, scale: float, lower: float,
    upper: float, linear: float, fixed: float, free: bool, label: Rows, best: Rows, figures: Floats, steps: int,
    hot: float, cold: float, state: Rows,
) -> None:  # fmt: skip
    """Make so many steps from `label`, in place; `best` keeps the best seen.

    `cost` of an arc and the compactness (`spread`) are divided by `scale`. `linear` and `fixed` price what is out of
    bounds. `figures` are in and out: the objective of `best` and what it is out of bounds by (0.0: a districting).
    """
    n = len(weight)
    part_weight = np.zeros(n)
    size = np.zeros(n, np.int64)
    head = np.full(n, -1, np.int64)
    after = np.full(n, -1, np.int64)
    before = np.full(n, -1, np.int64)
    mark = np.zeros(n, np.int64)
    stamp = np.zeros(1, np.int64)
    queue = np.zeros(n + 1, np.int64)
    order = np.zeros(n, np.int64)
    parent = np.zeros(n, np.int64)
    below = np.zeros(n)
    old = np.zeros(n, np.int64)
    own = np.zeros(n)
    value = 0.0
    for u in range(n):
        p = label[u]
        after[u] = head[p]
        if head[p] >= 0:
            before[head[p]] = u
        head[p] = u
        size[p] += 1
        part_weight[p] += weight[u]
        for a in range(first[u], first[u + 1]):
            if to[a] > u and label[to[a]] != p:
                value += cost[a]
    out, broken = 0.0, 0
    for p in range(n):
        late_p = _late(size[p], part_weight[p], lower, upper)
        out += late_p
        broken += late_p > 0.0
        if spread:
            own[p] = _spread_cost(p, head, after, weight, xy) / scale
            value += own[p]
    empty, empties = np.zeros(n, np.int64), 0
    for p in range(n - 1, -1, -1):
        if size[p] == 0:
            empty[empties] = p
            empties += 1
    tiny = 1e-12 * max(upper, 1e-12)
    for step in range(steps):
        warmth = hot * (cold / hot) ** (step / steps)
        u = int(_draw(state) * n)
        kind = _draw(state)
        degree = first[u + 1] - first[u]
        if degree == 0:
            continue
        v = to[first[u] + int(_draw(state) * degree)]
        p = label[u]
        q = label[v]
        if p == q:
            # Leave for a part of its own, or split the part: only where the number of parts is free.
            if not free or kind > 0.08 or empties == 0 or size[p] < 2:
                continue
            q = empty[empties - 1]
            kind = 1.0 if kind < 0.02 else 0.95
        elif size[p] == 1:
            kind = 0.0 if free else 0.95
        elif kind < 0.75:
            kind = 0.0
        elif kind < 0.90:
            kind = 0.8
        elif free and kind > 0.99:
            kind = 1.1
        else:
            kind = 0.95
        late_p = _late(size[p], part_weight[p], lower, upper)
        late_q = _late(size[q], part_weight[q], lower, upper)
        out_before = late_p + late_q
        broken_before = int(late_p > 0.0) + int(late_q > 0.0)
        priced = linear * out_before + fixed * broken_before
        own_before = own[p] + own[q]
        grown, second, moved = 0.0, -1, 0
        if kind == 0.0 or kind == 1.0:
            if size[p] > 1 and not _holds_without(u, first, to, label, mark, stamp, queue):
                continue
            if not spread:  # judge before anything is changed: most moves are refused
                for a in range(first[u], first[u + 1]):
                    other = label[to[a]]
                    if other == p:
                        grown += cost[a]
                    elif other == q:
                        grown -= cost[a]
                later = _excess(part_weight[q] + weight[u], lower, upper, linear, fixed)
                if size[p] > 1:
                    later += _excess(part_weight[p] - weight[u], lower, upper, linear, fixed)
                change = grown + later - priced
                if change > 0 and _draw(state) >= math.exp(-change / warmth):
                    continue
            grown = _move(u, q, first, to, cost, weight, label, part_weight, size, head, after, before)
        elif kind == 0.8:
            # A unit for a unit: what comes back lies in q and beside p.
            jump = int(_draw(state) * size[q])
            w = head[q]
            for _ in range(jump):
                w = after[w]
            for _ in range(size[q]):
                touches = False
                for a in range(first[w], first[w + 1]):
                    if label[to[a]] == p and to[a] != u:
                        touches = True
                        break
                if touches:
                    break
                w = after[w]
                if w < 0:
                    w = head[q]
            if not touches:
                continue
            later = _excess(part_weight[q] + weight[u] - weight[w], lower, upper, linear, fixed)
            later += _excess(part_weight[p] - weight[u] + weight[w], lower, upper, linear, fixed)
            if later - priced > 20 * warmth:
                continue
            if not _holds_without(u, first, to, label, mark, stamp, queue):
                continue
            grown = _move(u, q, first, to, cost, weight, label, part_weight, size, head, after, before)
            if not _holds_without(w, first, to, label, mark, stamp, queue):
                _move(u, p, first, to, cost, weight, label, part_weight, size, head, after, before)
                continue
            grown += _move(w, p, first, to, cost, weight, label, part_weight, size, head, after, before)
            second = w
        elif kind == 1.1:
            while head[p] >= 0:
                x = head[p]
                old[moved] = x
                moved += 1
                grown += _move(x, q, first, to, cost, weight, label, part_weight, size, head, after, before)
        else:
            count = _grow_tree(u, p, q, first, to, label, mark, stamp, queue, order, parent, state)
            total = part_weight[p] + part_weight[q]
            for i in range(count):
                below[order[i]] = weight[order[i]]
            chosen, heaviest, most = -1, 0.0, np.inf
            for i in range(count - 1, 0, -1):
                x = order[i]
                below[parent[x]] += below[x]
                late = _excess(below[x], lower, upper, linear, fixed)
                late += _excess(total - below[x], lower, upper, linear, fixed)
                most = min(most, late)
            for i in range(count - 1, 0, -1):
                x = order[i]
                late = _excess(below[x], lower, upper, linear, fixed)
                late += _excess(total - below[x], lower, upper, linear, fixed)
                if late - most < 20 * warmth:
                    heaviest += math.exp((most - late) / warmth)
                    if _draw(state) * heaviest < math.exp((most - late) / warmth):
                        chosen = x
            if chosen < 0 or most - priced > 20 * warmth:
                continue
            # The side of `chosen` becomes one part; sides are named so that few units move.
            stamp[0] += 2
            mark[chosen] = stamp[0]
            stay = 0
            inside = 0
            for i in range(count):
                x = order[i]
                if x != chosen and parent[x] >= 0 and mark[parent[x]] == stamp[0]:
                    mark[x] = stamp[0]
                if mark[x] == stamp[0]:
                    inside += 1
                if (mark[x] == stamp[0]) == (label[x] == p):
                    stay += 1
            p_is_below = stay * 2 >= count
            for i in range(count):
                x = order[i]
                goal = p if (mark[x] == stamp[0]) == p_is_below else q
                if label[x] != goal:
                    old[moved] = x
                    moved += 1
            if moved == 0:
                continue
            for i in range(moved):
                x = old[i]
                goal = q if label[x] == p else p
                grown += _move(
                    x, goal, first, to, cost, weight, label, part_weight, size, head, after, before
                )
        if spread:
            own[p] = _spread_cost(p, head, after, weight, xy) / scale
            own[q] = _spread_cost(q, head, after, weight, xy) / scale
            grown += own[p] + own[q] - own_before
        late_p = _late(size[p], part_weight[p], lower, upper)
        late_q = _late(size[q], part_weight[q], lower, upper)
        out_after = late_p + late_q
        broken_after = int(late_p > 0.0) + int(late_q > 0.0)
        later = linear * out_after + fixed * broken_after
        change = grown + later - priced
        judged = not spread and (kind == 0.0 or kind == 1.0)
        if not judged and change > 0 and _draw(state) >= math.exp(-change / warmth):
            if second >= 0:
                _move(second, q, first, to, cost, weight, label, part_weight, size, head, after, before)
            if moved > 0:
                for i in range(moved - 1, -1, -1):
                    x = old[i]
                    goal = p if kind == 1.1 or label[x] == q else q
                    _move(x, goal, first, to, cost, weight, label, part_weight, size, head, after, before)
            else:
                _move(u, p, first, to, cost, weight, label, part_weight, size, head, after, before)
            if spread:
                own[p] = _spread_cost(p, head, after, weight, xy) / scale
                own[q] = _spread_cost(q, head, after, weight, xy) / scale
            continue
        value += grown
        out += out_after - out_before
        if free:
            if empties > 0 and empty[empties - 1] == q and size[q] > 0:
                empties -= 1
            if size[p] == 0:
                empty[empties] = p
                empties += 1
        broken += broken_after - broken_before
        if broken == 0:
            out = 0.0  # sums of differences drift
        gone = 0.0 if broken == 0 else max(out, tiny)
        if gone < figures[1] or (gone == figures[1] and value < figures[0] - 1e-9):
            figures[0] = value
            figures[1] = gone
            best[:] = label
