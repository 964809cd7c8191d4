"""Which cluster each compound belongs to.

A grouping is a value: clusters with their members. The solver proposes one, an edit decides it, a hand
changes it. Numbers and names stay with a cluster while it lives.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True)
class Cluster:
    """One cluster: its id, running number, name (empty: named by its number), members (compound ids, sorted)."""

    id: str
    number: int
    name: str
    members: tuple[str, ...]
    locked: bool = False


@dataclass(frozen=True)
class Grouping:
    """All clusters of a scenario, by number, and how they came about.

    `origin` holds what the solver said of its proposal (rules, seed, version); empty before the first one.
    `locked_compounds` stay where they are when clusters are formed anew. `drawn` are areas that a person drew, by
    cluster id, as rings (`drawn_areas`); an area goes with its cluster when that dissolves.
    """

    clusters: tuple[Cluster, ...] = ()
    origin: Mapping[str, Any] = field(default_factory=dict)
    locked_compounds: frozenset[str] = frozenset()
    drawn: Mapping[str, tuple[tuple[tuple[float, float], ...], ...]] = field(default_factory=dict)

    def cluster_of(self) -> dict[str, str]:
        """Give the cluster id of every grouped compound."""
        return {member: cluster.id for cluster in self.clusters for member in cluster.members}

    def cluster(self, cluster_id: str) -> Cluster:
        """Give one cluster; KeyError when there is none of that id."""
        for cluster in self.clusters:
            if cluster.id == cluster_id:
                return cluster
        raise KeyError(cluster_id)

    def has(self, cluster_id: str) -> bool:
        """Tell whether there is a cluster of that id."""
        return any(cluster.id == cluster_id for cluster in self.clusters)

    def with_clusters(self, clusters: Iterable[Cluster]) -> Grouping:
        """Give the grouping with these clusters, empty ones left out, ordered by number."""
        kept = sorted((c for c in clusters if c.members), key=lambda c: (c.number, c.id))
        alive = {cluster.id for cluster in kept}
        drawn = {cluster: rings for cluster, rings in self.drawn.items() if cluster in alive}
        return replace(self, clusters=tuple(kept), drawn=drawn)

    def next_id(self) -> tuple[str, int]:
        """Give an id and a number that no cluster has yet."""
        number = max((cluster.number for cluster in self.clusters), default=0) + 1
        taken = {cluster.id for cluster in self.clusters}
        serial = number
        while f"Z{serial:02d}" in taken:
            serial += 1
        return f"Z{serial:02d}", number
