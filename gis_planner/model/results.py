"""What a study found.

Results are derived, never edited, and never the only copy of anything. Their canonical JSON (sorted keys and
rows, shortest round-trip floats, no clock, no rendered text) has a sha256: the fingerprint. It stands in every
title block and is what two studies, a replay and undo-all are compared by.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis_planner.messages import Message
from gis_planner.model.issues import Issue, sort_issues
from gis_planner.model.rules import Rules
from gis_planner.model.standard import Eligibility, Standard, Verdict
from gis_planner.model.tables import Frame

BoundState = Literal["kept", "broken", "unchecked"]


@dataclass(frozen=True, eq=False)
class Network:
    """The walking network, row-aligned arrays in the project's metres.

    `xy` (n, 2) nodes; `edge_from`, `edge_to` (m,) node rows; `length_m`, `walk_m` (m,) float64 (walk_m is length
    and penalties, used for paths); `edge_lines` (m,) LineStrings running from `edge_from` to `edge_to`; `road_ids`
    (m,) the road each edge is part of. Node and edge ids are their rows.
    """

    xy: NDArray[np.float64]
    edge_from: NDArray[np.int64]
    edge_to: NDArray[np.int64]
    length_m: NDArray[np.float64]
    walk_m: NDArray[np.float64]
    edge_lines: NDArray[Any]
    road_ids: Sequence[str]

    @cached_property
    def tree(self) -> shapely.STRtree:
        """The search tree of the edges' lines."""
        return shapely.STRtree(self.edge_lines)

    def edges_near(self, shapes: NDArray[Any], reach_m: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Give every pair (shape, edge) within reach of each other."""
        shape, edge = self.tree.query(shapes, predicate="dwithin", distance=reach_m)
        return shape, edge

    def edges_meeting(self, shapes: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Give every pair (shape, edge) that meet."""
        shape, edge = self.tree.query(shapes, predicate="intersects")
        return shape, edge


@dataclass(frozen=True)
class Bound:
    """One hard bound of a cluster: its value (None unknown) between `low` and `high`, and whether it is kept."""

    name: str
    low: float | None
    high: float | None
    value: float | None
    state: BoundState


@dataclass(frozen=True, eq=False)
class ClusterFigures:
    """What a study found of one cluster.

    `households` is the known sum; `households_unknown` counts members without a figure (the sum then reads ≥).
    `walk_diameter_m` is None when unknown. `terms` are soft costs of the grouping. `footprint` is 片区范围.
    `score`, `score_lower`, `score_upper` are 0 to 1, None when nothing was assessed.
    """

    id: str
    number: int
    name: str
    township: str | None
    compounds: tuple[str, ...]
    households: int
    households_unknown: int
    walk_diameter_m: float | None
    bounds: tuple[Bound, ...]
    terms: Mapping[str, float]
    footprint: BaseGeometry
    area_m2: float
    contiguous: bool
    assessed: int
    score: float | None
    score_lower: float
    score_upper: float


@dataclass(frozen=True, eq=False)
class Results:
    """Everything that a study found. Tables have the columns of the results GeoPackage (contract, section 5).

    units: geometry, unit_id, unit_type, feature_id, compound_id, cluster_id, households, counted
    facilities: geometry, facility_id, kind, status, counted
    access: geometry, owner_type, owner_id, edge_id, offset_m, leg_m, entrance_id
    direct: unit_id, facility_id, length_m
    coverage: unit_id, kind, distance_m, facility_id, minutes, reached, reason (rows sorted by unit_id, kind)
    neighbours: geometry, a, b, gap_m, width_m, frontage_m, crosses, blocked_by, opened_by, cost, allowed
    cluster_coverage: cluster_id, kind, households, reached_households, share, existence
    capacity: unit_id, kind, share (a household's part, NaN unknown), state (rows sorted by unit_id, kind)
    cluster_capacity: cluster_id, kind, capacity, share, state, facilities, facilities_unknown, households_unknown
    compound_standard: the pack that compounds are judged by; their verdicts are found on demand (`judge_compounds`)
    alone: compound id → why it stands in no cluster
    unreached: unit_id → why it has no access, facilities/<id> → why nobody walks to it
    inputs: layer → content hash of its table, and everything else that the study was asked with
    """

    inputs: Mapping[str, Any]
    rules: Rules
    standard: Standard
    network: Network
    units: Frame
    facilities: Frame
    access: Frame
    direct: pd.DataFrame
    coverage: pd.DataFrame
    neighbours: Frame
    clusters: tuple[ClusterFigures, ...]
    cluster_coverage: pd.DataFrame
    verdicts: tuple[Verdict, ...]
    eligibility: tuple[Eligibility, ...]
    alone: Mapping[str, Message]
    issues: tuple[Issue, ...] = field(default=())
    capacity: pd.DataFrame = field(default_factory=pd.DataFrame)
    cluster_capacity: pd.DataFrame = field(default_factory=pd.DataFrame)
    unreached: Mapping[str, Message] = field(default_factory=dict)
    compound_standard: Standard | None = None

    @cached_property
    def fingerprint(self) -> str:
        """The sha256 of the canonical JSON, as hexadecimal text."""
        return hashlib.sha256(self.canonical_json.encode("utf-8")).hexdigest()

    @cached_property
    def canonical_json(self) -> str:
        """The results as canonical JSON text."""
        return json.dumps(
            self.to_json(), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
        )

    def to_json(self) -> dict[str, Any]:
        """Give the results as plain JSON data, rows sorted by their ids."""
        return {
            "inputs": self.inputs,
            "rules": self.rules.to_json(),
            "standard": pack_json(self.standard),
            "compound_standard": None
            if self.compound_standard is None
            else pack_json(self.compound_standard),
            "coverage": records(self.coverage),
            "neighbours": records(pd.DataFrame(self.neighbours.drop(columns="geometry"))),
            "clusters": [cluster_json(cluster) for cluster in self.clusters],
            "cluster_coverage": records(self.cluster_coverage),
            "capacity": records(self.capacity),
            "cluster_capacity": records(self.cluster_capacity),
            "verdicts": [verdict_json(verdict) for verdict in self.verdicts],
            "eligibility": [eligibility_json(e) for e in self.eligibility],
            "alone": {compound: reason.to_json() for compound, reason in sorted(self.alone.items())},
            "issues": [{"id": issue_id, **issue.to_json()} for issue_id, issue in sort_issues(self.issues)],
        }

    def cluster(self, cluster_id: str) -> ClusterFigures:
        """Give the figures of one cluster; KeyError when there is none of that id."""
        for cluster in self.clusters:
            if cluster.id == cluster_id:
                return cluster
        raise KeyError(cluster_id)

    def verdict(self, cluster_id: str, element: str) -> Verdict:
        """Give one verdict; KeyError when there is none."""
        for verdict in self.verdicts:
            if verdict.cluster_id == cluster_id and verdict.element == element:
                return verdict
        raise KeyError((cluster_id, element))


def pack_json(standard: Standard) -> dict[str, Any]:
    """Give what a rule pack is known by as plain JSON."""
    return {"id": standard.id, "version": standard.version, "sha256": standard.sha256}


def plain(value: Any) -> Any:
    """Turn numpy and pandas scalars into JSON values; unknown becomes None, never NaN."""
    if value is None or value is pd.NA:
        return None
    if isinstance(value, bool | np.bool_):
        return bool(value)
    if isinstance(value, int | np.integer):
        return int(value)
    if isinstance(value, float | np.floating):
        return None if math.isnan(value) else float(value)
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset | np.ndarray):
        return [plain(v) for v in value]
    if isinstance(value, Message):
        return value.to_json()
    return str(value)


def records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Give a table's rows as plain JSON objects, in row order."""
    columns = {str(name): _cells(table[name]) for name in table.columns}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _cells(column: pd.Series[Any]) -> list[Any]:
    cells: list[Any] = column.astype(object).where(column.notna(), None).tolist()
    if column.dtype == object and any(type(v) not in (str, type(None), bool, int) for v in cells):
        return [plain(v) for v in cells]
    return cells


def cluster_json(cluster: ClusterFigures) -> dict[str, Any]:
    """Give a cluster's figures as plain JSON, the footprint as WKT rounded to millimetres."""
    return {
        "id": cluster.id,
        "number": cluster.number,
        "name": cluster.name,
        "township": cluster.township,
        "compounds": list(cluster.compounds),
        "members": len(cluster.compounds),
        "households": cluster.households,
        "households_unknown": cluster.households_unknown,
        "walk_diameter_m": plain(cluster.walk_diameter_m),
        "bounds": {
            b.name: {"min": plain(b.low), "max": plain(b.high), "value": plain(b.value), "state": b.state}
            for b in cluster.bounds
        },
        "terms": plain(cluster.terms),
        "area_m2": cluster.area_m2,
        "contiguous": cluster.contiguous,
        "assessed": cluster.assessed,
        "score": plain(cluster.score),
        "score_lower": cluster.score_lower,
        "score_upper": cluster.score_upper,
    }


def verdict_json(verdict: Verdict) -> dict[str, Any]:
    """Give a verdict as plain JSON, without its sentence."""
    return {
        verdict.subject: verdict.cluster_id,
        "element": verdict.element,
        "status": verdict.status,
        "value": plain(verdict.value),
        "threshold_pass": verdict.threshold_pass,
        "threshold_partial": verdict.threshold_partial,
        "origin": verdict.origin,
        "clause": verdict.clause,
        "evidence": plain(verdict.evidence),
    }


def eligibility_json(eligibility: Eligibility) -> dict[str, Any]:
    """Give an eligibility as plain JSON."""
    return {
        "compound": eligibility.compound_id,
        "result": eligibility.result,
        "code": eligibility.code,
        "rule": eligibility.rule,
        "clause": eligibility.clause,
        "inputs": plain(eligibility.inputs),
    }
