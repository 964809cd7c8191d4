"""Towns for the grouping of compounds: lots in blocks between streets, with rivers, railways and trunk roads.

Blocks of uneven size lie between lanes, branch and secondary roads; every few streets a river, a railway or a trunk
road runs instead, which can be passed only where a bridge or crossing opens it. A block is cut into one to six lots;
lots are taken in the order in which an old town grows, from a few hearts outwards, so that they hang together.
Two lots are neighbours along a wall or yard, or across a street where they face each other for ten metres or more.
Households are lognormal, years come in quarters, nine kinds of facilities stand unevenly, with the limits of 300,
500 and 1,000 m that GB 50180-2018 asks of different kinds. A town is plain arrays, the same for us and for every peer.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from gis_planner.analysis.clustering.pair_walks import PairWalks
from gis_planner.analysis.clustering.services import Services
from gis_planner.analysis.clustering.town import Link, Town, make_town
from gis_planner.analysis.districting.problem import Districting, Objective
from gis_planner.model.choices import NINE_KINDS
from gis_planner.model.rules import Rules

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

MEANS = (5, 9, 15)
WITHIN = 0.4  # bounds of households lie so far from the mean of a cluster, as a share of it
_WIDTH_M = {
    "lane": 6.0, "branch": 14.0, "secondary": 22.0, "trunk_road": 28.0, "river": 24.0, "railway": 20.0
}  # fmt: skip
_OPEN = {"river": 3, "railway": 4, "trunk_road": 2}  # every so many streets something opens the line
_FRONTAGE_M = 10.0
_MEAN_HOUSEHOLDS, _MOST_HOUSEHOLDS = 52, 180
_LIMITS_M = (300.0, 300.0, 300.0, 500.0, 500.0, 500.0, 1000.0, 1000.0, 1000.0)
_WALKS_M = 1500.0  # walks are kept so far
_GRADUAL_M = 80.0  # a compound's households do not all live at its middle
_THRESHOLD = 0.8


@dataclass(frozen=True, eq=False)
class ClusterTown:
    """A town of n compounds: `boxes` (n, 4) before the streets bend, `pairs` (m, 2) once each with their frontage.

    `crosses` (m) are the kinds between; `served` (n, 9) is the share of each compound's households that reach a kind.
    """

    seed: int
    boxes: Floats
    xy: Floats
    households: Rows
    years: Floats
    townships: tuple[str, ...]
    communities: tuple[str, ...]
    pairs: Rows
    frontage_m: Floats
    crosses: tuple[tuple[str, ...], ...]
    served: Floats

    def __len__(self) -> int:
        return len(self.households)

    def bounds(self, mean: int) -> tuple[int, int]:
        """Give the fewest and most households of a cluster of so many members in the mean."""
        usual = float(self.households.mean()) * mean
        return int(np.ceil((1 - WITHIN) * usual)), int(np.floor((1 + WITHIN) * usual))

    def parts_wanted(self, mean: int) -> int:
        """Give how many parts a method is asked for that takes a number and no bounds."""
        return max(round(len(self) / mean), 1)


def draw_town(n: int, seed: int) -> ClusterTown:
    """Draw a town of n compounds that hang together; the same numbers give the same town."""
    random = np.random.default_rng([n, seed])
    blocks = max(int(np.ceil(np.sqrt(n / 1.9))), 3)
    across, down = _lay_streets(random, blocks), _lay_streets(random, blocks)
    boxes, block = _cut_lots(random, across, down)
    pairs, frontage_m, crosses = _find_pairs(boxes, block, across, down)
    taken = _grow(random, boxes, pairs, n)
    place = np.full(len(boxes), -1, dtype=np.int64)
    place[taken] = np.arange(n)
    kept = np.flatnonzero((place[pairs] >= 0).all(axis=1))
    boxes, block = boxes[taken], block[taken]
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2
    border = np.median(middle[:, 0])
    quarter = block // 3
    built = random.integers(1975, 2000, (blocks // 3 + 1, blocks // 3 + 1))[quarter[:, 0], quarter[:, 1]]
    spread = random.lognormal(np.log(_MEAN_HOUSEHOLDS) - 0.2, 0.65, n)
    return ClusterTown(
        seed=seed,
        boxes=boxes,
        xy=_bend(random, middle),
        households=np.clip(np.round(spread), 4, _MOST_HOUSEHOLDS).astype(np.int64),
        years=np.round(built + random.normal(0, 3, n)),
        townships=tuple("A" if x < border else "B" for x in middle[:, 0].tolist()),
        communities=tuple(f"{i // 3}-{j // 2}" for i, j in block.tolist()),
        pairs=place[pairs[kept]],
        frontage_m=frontage_m[kept],
        crosses=tuple(crosses[row] for row in kept.tolist()),
        served=_serve(random, middle),
    )


def as_districting(town: ClusterTown, mean: int, objective: Objective = "cut_length") -> Districting:
    """Give the graph for the general core: bounds of households alone, townships and walks left aside."""
    lower, upper = town.bounds(mean)
    return Districting(
        ids=list(range(len(town))),
        weight=town.households.astype(np.float64),
        xy=town.xy,
        pairs=town.pairs,
        length=town.frontage_m,
        lower=lower,
        upper=upper,
        objective=objective,
    )


def rules_of(town: ClusterTown, mean: int, **weights: float) -> Rules:
    """Give the rules for clusters of so many members in the mean."""
    lower, upper = town.bounds(mean)
    rules = Rules(
        households_min=lower,
        households_max=upper,
        members_min=2,
        members_max=2 * mean,
        usual_members=float(mean),
    )
    return replace(rules, **weights)  # type: ignore[arg-type]  # weights are floats all


def as_town(town: ClusterTown, rules: Rules) -> Town:
    """Give the town as the grouping takes it: townships, years, walks along the streets, services and all."""
    lacks = np.zeros(len(NINE_KINDS), dtype=bool)
    asked = np.repeat(town.households[:, None].astype(np.float64), len(NINE_KINDS), axis=1)
    return make_town(
        town.households.tolist(),
        town.xy,
        {
            (a, b): Link(metres, crosses)
            for (a, b), metres, crosses in zip(
                town.pairs.tolist(), town.frontage_m.tolist(), town.crosses, strict=True
            )
        },
        rules=rules,
        townships=town.townships,
        communities=town.communities,
        years=town.years.tolist(),
        walks=_walk(town.boxes),
        services=Services(
            elements=NINE_KINDS,
            asked=asked,
            served=asked * town.served,
            measured=np.ones_like(asked),
            reaching=(town.served > 0).astype(np.float64),
            unknown=np.zeros(len(town), dtype=bool),
            passing=np.full(len(NINE_KINDS), _THRESHOLD),
            by_existence=lacks,
            null_share_max=0.2,
        ),
    )


@dataclass(frozen=True, eq=False)
class _Streets:
    at: Floats
    kinds: tuple[str, ...]

    def sides(self, block: int) -> tuple[float, float]:
        """Give where a block begins and ends, between its two streets."""
        half = [_WIDTH_M[kind] / 2 for kind in self.kinds[block : block + 2]]
        return float(self.at[block]) + half[0], float(self.at[block + 1]) - half[1]


def _lay_streets(random: np.random.Generator, blocks: int) -> _Streets:
    at = np.concatenate([[0.0], np.cumsum(random.uniform(100.0, 190.0, blocks))])
    kinds = [
        "secondary" if number % 4 == 3 else str(random.choice(["lane", "branch", "lane"]))
        for number in range(blocks + 1)
    ]
    lines = ["river", "trunk_road", "railway"]
    for number, street in enumerate(range(2, blocks, 7)):
        kinds[street + int(random.integers(0, 2))] = lines[number % 3]
    return _Streets(at, tuple(kinds))


def _cut_lots(random: np.random.Generator, across: _Streets, down: _Streets) -> tuple[Floats, Rows]:
    """Cut every block into columns and rows of uneven width; one lot in nine is something else (a park, a school)."""
    boxes, block = [], []
    for i in range(len(across.at) - 1):
        for j in range(len(down.at) - 1):
            (x0, x1), (y0, y1) = across.sides(i), down.sides(j)
            columns = int(random.choice([1, 2, 2, 2, 3]))
            xs = x0 + (x1 - x0) * _uneven(random, columns)
            for a in range(columns):
                rows = int(random.choice([1, 2, 2]))
                ys = y0 + (y1 - y0) * _uneven(random, rows)
                for b in range(rows):
                    if random.random() > 0.11:
                        boxes.append((xs[a], ys[b], xs[a + 1] - 1.0, ys[b + 1] - 1.0))
                        block.append((i, j))
    return np.array(boxes), np.array(block, dtype=np.int64)


def _uneven(random: np.random.Generator, parts: int) -> Floats:
    """Cut the length 1 into parts of uneven size; gives their ends."""
    cuts = np.arange(1, parts) / parts + random.uniform(-0.12, 0.12, parts - 1)
    return np.concatenate([[0.0], cuts, [1.0]])


def _find_pairs(
    boxes: Floats, block: Rows, across: _Streets, down: _Streets
) -> tuple[Rows, Floats, tuple[tuple[str, ...], ...]]:
    """Find the pairs that face each other in one block or in two beside each other, past nothing that divides."""
    pairs, frontage, crosses = [], [], []
    by_block: dict[tuple[int, int], list[int]] = {}
    for row, (i, j) in enumerate(block.tolist()):
        by_block.setdefault((i, j), []).append(row)
    for (i, j), own in sorted(by_block.items()):
        for axis, other in ((-1, (i, j)), (0, (i + 1, j)), (1, (i, j + 1))):
            kind = "wall" if axis < 0 else (across, down)[axis].kinds[other[axis]]
            if kind in _OPEN and other[1 - axis] % _OPEN[kind] != 1:
                continue
            for a in own:
                for b in by_block.get(other, ()):
                    if axis < 0 and a >= b:
                        continue
                    metres = _face(boxes[a], boxes[b], 3.0 if axis < 0 else 32.0)
                    if metres >= _FRONTAGE_M:
                        pairs.append((a, b))
                        frontage.append(metres)
                        crosses.append((kind,))
    return np.array(pairs, dtype=np.int64), np.array(frontage), tuple(crosses)


def _face(one: Floats, other: Floats, gap_m: float) -> float:
    """Give how long two boxes run beside each other, no farther apart than the gap; 0 in a corner."""
    overlap = np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2])
    for along in (0, 1):
        if overlap[along] > 0 and -gap_m <= overlap[1 - along] <= 0:
            return float(overlap[along])
    return 0.0


def _grow(random: np.random.Generator, boxes: Floats, pairs: Rows, n: int) -> Rows:
    """Take n lots that hang together, those near the hearts of the town first; sorted."""
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2
    hearts = middle[random.integers(0, len(middle), 3)]
    far = np.hypot(*(middle[:, None, :] - hearts[None, :, :]).transpose(2, 0, 1)).min(axis=1)
    far = far * random.uniform(0.7, 1.3, len(far))
    near: list[list[int]] = [[] for _ in boxes]
    for a, b in pairs.tolist():
        near[a].append(b)
        near[b].append(a)
    for start in np.argsort(far).tolist():
        taken: list[int] = []
        edge, seen = [(float(far[start]), start)], {start}
        while edge and len(taken) < n:
            _, lot = heapq.heappop(edge)
            taken.append(lot)
            for other in near[lot]:
                if other not in seen:
                    seen.add(other)
                    heapq.heappush(edge, (float(far[other]), other))
        if len(taken) == n:
            return np.array(sorted(taken), dtype=np.int64)
    raise ValueError(f"no {n} lots hang together")


def _bend(random: np.random.Generator, xy: Floats) -> Floats:
    phase, size = random.uniform(0, 6), random.uniform(8, 22)
    return np.column_stack(
        [
            500_000 + xy[:, 0] + size * np.sin(xy[:, 1] / 180 + phase),
            3_800_000 + xy[:, 1] + size * np.sin(xy[:, 0] / 230 + 2 * phase),
        ]
    )


def _serve(random: np.random.Generator, middle: Floats) -> Floats:
    """Place nine kinds, fewer of those with a wide reach and all nearer to one side, and see who reaches one."""
    low, high = middle.min(axis=0), middle.max(axis=0)
    area = float(np.prod(high - low))
    served = np.empty((len(middle), len(NINE_KINDS)))
    for kind in range(len(NINE_KINDS)):
        limit = _LIMITS_M[kind]
        density = random.uniform(0.35, 1.1) / (2 * limit**2)  # whoever lies within the limit along two axes
        count = max(int(random.poisson(density * area)), 1)
        places = low + random.beta(1.0, 1.6, (count, 2)) * (high - low)
        if random.random() < 0.5:
            places = low + high - places
        metres = cKDTree(places).query(middle, p=1)[0]
        served[:, kind] = np.clip((limit - metres) / _GRADUAL_M + 0.5, 0.0, 1.0)
    return served


def _walk(boxes: Floats) -> PairWalks:
    """Walk along the streets from middle to middle; what a river adds is not counted."""
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2
    near = cKDTree(middle).query_pairs(_WALKS_M, p=1, output_type="ndarray")
    rows, to = np.concatenate([near, near[:, ::-1]]).T
    order = np.lexsort((to, rows))
    rows, to = rows[order], to[order]
    first = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=len(boxes)))]).astype(np.int64)
    metres = np.abs(middle[rows] - middle[to]).sum(axis=1)
    return PairWalks(first, to.astype(np.int32), metres, np.ones(len(boxes), dtype=np.bool_))
