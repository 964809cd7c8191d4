"""Tiny towns for clusters, made of links and figures alone: no geometry behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from gis_planner.analysis.clustering.pair_walks import keep_walks
from gis_planner.analysis.clustering.services import Services
from gis_planner.analysis.clustering.town import Link, Town
from gis_planner.model.rules import Rules

Links = Mapping[tuple[int, int], float | tuple[float, tuple[str, ...]]]


def small_town(
    links: Links,
    households: Sequence[int | None],
    *,
    townships: Sequence[str | None] | None = None,
    communities: Sequence[str | None] | None = None,
    xy: Sequence[tuple[float, float]] | None = None,
    walk_m: NDArray[np.float64] | None = None,
    walk_known: Sequence[bool] | None = None,
    years: Sequence[int | None] | None = None,
    services: Services | None = None,
    **rules: object,
) -> Town:
    """Make a town of numbered compounds C00, C01 … from their links (frontage, or frontage and what is crossed)."""
    n = len(households)
    places = np.array(
        xy if xy is not None else [(50.0 * k, 0.0) for k in range(n)], dtype=np.float64
    ).reshape(n, 2)
    near: list[dict[int, Link]] = [{} for _ in range(n)]
    for (one, other), facts in links.items():
        link = Link(*facts) if isinstance(facts, tuple) else Link(facts, ())
        near[one][other] = near[other][one] = link
    walked = np.full((n, n), np.nan) if walk_m is None else np.array(walk_m, dtype=np.float64)
    np.fill_diagonal(walked, 0.0)
    chosen = Rules()
    for name, value in rules.items():
        chosen = chosen.with_value(name, value)
    names = tuple(f"C{number:02d}" for number in range(n))
    return Town(
        ids=names,
        names=names,
        households=tuple(households),
        townships=tuple(townships or [None] * n),
        communities=tuple(communities or [None] * n),
        shapes=np.array([shapely.box(x, y, x + 40, y + 40) for x, y in places], dtype=object),
        xy=places,
        links=tuple({other: seen[other] for other in sorted(seen)} for seen in near),
        walks=keep_walks(
            walked, np.array([walk_m is not None] * n if walk_known is None else walk_known, dtype=bool)
        ),
        rules=chosen,
        years=np.array([np.nan if year is None else year for year in years or [None] * n], dtype=np.float64),
        services=services,
    )


def street(n: int, frontage_m: float = 40.0) -> dict[tuple[int, int], float]:
    """Link n compounds in a row along a street."""
    return {(k, k + 1): frontage_m for k in range(n - 1)}
