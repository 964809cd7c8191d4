"""Splitting a cluster: by a line drawn across it, or by two compounds that each half grows from.

By a line, each member goes to the side on which most of its area lies. Where a side does not hang together, its largest
piece (by households) is kept, and the compounds that fall off it are told and left with the other half where they
touch it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gis_planner.analysis.clustering.town import Town
from gis_planner.analysis.live_grouping import LiveGrouping
from gis_planner.analysis.moving import Trial
from gis_planner.messages import Message
from gis_planner.model.clusters import Cluster
from gis_planner.model.edits import SplitCluster


@dataclass(frozen=True)
class Split:
    """A cluster in two: `kept` stays in it, `off` becomes a new one; `fallen` are pieces that hang on to neither.

    `edit` is None where there is nothing to split, and `why` says so.
    """

    cluster: str
    kept: tuple[str, ...]
    off: tuple[str, ...]
    fallen: tuple[tuple[str, ...], ...]
    edit: SplitCluster | None
    why: Message | None = None


def split_by_line(town: Town, cluster: Cluster, line: Sequence[tuple[float, float]]) -> Split:
    """Split a cluster by a line in the project's metres, drawn on beyond its ends."""
    raise NotImplementedError


def split_by_seeds(town: Town, cluster: Cluster, one: str, other: str) -> Split:
    """Split a cluster into two connected halves of like households, grown from two compounds."""
    raise NotImplementedError


def try_split(live: LiveGrouping, split: Split) -> Trial:
    """Try a split without doing it: both halves' bounds, terms and verdicts."""
    raise NotImplementedError
