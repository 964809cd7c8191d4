"""九有: which share of a cluster's households walks to each kind of facility, and whether anybody does.

Shares are of the households that are known; how many compounds are not is said beside them. Two things are kept
apart: *coverage*, the share of households that reach a facility of the kind within the limit, and *existence*, whether
anybody of the cluster does (洛宁方案 二(四): "15分钟生活圈内有"). A facility that is there is a proof, one that is
missing from a list is not: a kind that stands nowhere in a facilities layer which nobody declared complete was perhaps
never surveyed, so its shares are unknown, not zero. For the same reason a survey that may not reach over the whole
cluster cannot make it fail, while what it does show may let it pass.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from gis_planner.analysis.capacity_evidence import capacity_evidence, doubt_capacity
from gis_planner.analysis.survey import (
    Doubt,
    Indicator,
    attribute_doubt,
    first_doubt,
    layer_state,
    list_sources,
    survey_layer,
)
from gis_planner.analysis.three_valued import LISTED_MAX, NO, UNKNOWN, YES, State, objects, states
from gis_planner.model.project import Project
from gis_planner.model.results import plain
from gis_planner.model.rules import Rules
from gis_planner.model.standard import Element, Subject
from gis_planner.model.tables import Frame, floats, ids, ints, texts

LAYERS_OF_REACH = ("facilities", "roads")  # without either of them nobody can be said to reach nothing
_SHARES = ("households", "reached_households", "share", "existence")


class Placed(Protocol):
    """A cluster with its members and its place."""

    @property
    def id(self) -> str:
        """The cluster's id."""

    @property
    def compounds(self) -> tuple[str, ...]:
        """The ids of its compounds."""

    @property
    def footprint(self) -> BaseGeometry:
        """片区范围, in the project's metres."""


@dataclass(frozen=True, eq=False)
class Walks:
    """The walks of those who count in clusters, row-aligned and sorted by unit: one row for each unit and kind.

    `reached` is YES, NO or UNKNOWN; `households` and `distance_m` are NaN where unknown.
    """

    unit: NDArray[Any]
    compound: NDArray[Any]
    households: NDArray[np.float64]
    distance_m: NDArray[np.float64]
    facility: NDArray[Any]
    reached: State
    reason: NDArray[Any]
    rows: Mapping[tuple[str, str], NDArray[np.int64]]

    def of(self, cluster: str, kind: str) -> NDArray[np.int64]:
        """Give the rows of one cluster and kind."""
        return self.rows.get((cluster, kind), np.empty(0, dtype=np.int64))

    def facilities_reached(self, here: NDArray[np.int64]) -> list[str]:
        """Give the nearest facilities of those who reach one, once each, sorted."""
        return sorted({str(f) for f in self.facility[here[self.reached[here] == YES]] if f is not None})


def list_walks(units: Frame, coverage: pd.DataFrame, *, subject: Subject = "cluster") -> Walks:
    """List the walks of the units whose households count in a cluster, or in a compound (`subject`)."""
    clusters, types = texts(units, f"{subject}_id"), texts(units, "unit_type")
    counted = [bool(c) for c in units["counted"]]
    members = {
        unit: row
        for row, unit in enumerate(str(u) for u in units["unit_id"])
        if clusters[row] is not None and counted[row] and types[row] != "parcels"
    }
    at = np.flatnonzero(coverage["unit_id"].isin(list(members)).to_numpy(dtype=bool))
    unit_ids = np.array([str(u) for u in coverage["unit_id"].iloc[at]], dtype=object)
    order = np.argsort(unit_ids, kind="stable")
    at, unit_ids = at[order], unit_ids[order]
    unit_row = np.array([members[unit] for unit in unit_ids.tolist()], dtype=np.int64)
    kinds = [str(kind) for kind in coverage["kind"].iloc[at]]
    rows: dict[tuple[str, str], list[int]] = {}
    for position, (row, kind) in enumerate(zip(unit_row.tolist(), kinds, strict=True)):
        rows.setdefault((clusters[row] or "", kind), []).append(position)
    walked = coverage.iloc[at]
    return Walks(
        unit=unit_ids,
        compound=objects(texts(units, "compound_id"))[unit_row],
        households=floats(units, "households")[unit_row],
        distance_m=walked["distance_m"].to_numpy(dtype="float64", na_value=np.nan),
        facility=_objects(walked["facility_id"]),
        reached=states([None if pd.isna(v) else bool(v) for v in walked["reached"]]),
        reason=_objects(walked["reason"]),
        rows={cell: np.array(positions, dtype=np.int64) for cell, positions in rows.items()},
    )


def cover_clusters(project: Project, units: Frame, coverage: pd.DataFrame) -> pd.DataFrame:
    """Sum the coverage of units into clusters: cluster_id, kind, households, reached_households, share, existence.

    One row for every cluster of the grouping and every kind in `coverage`, sorted. `households` are the known ones
    (NA when none is), `share` is NaN and `existence` NA where they cannot be told.
    """
    walks = list_walks(units, coverage)
    kinds = sorted({str(kind) for kind in coverage["kind"]})
    clusters = sorted(cluster.id for cluster in project.grouping.clusters)
    doubts = {kind: kind_doubt(project, kind) for kind in kinds}
    cells = [(cluster, kind) for cluster in clusters for kind in kinds]
    rows = [_cover(walks, walks.of(cluster, kind), doubt=doubts[kind]) for cluster, kind in cells]
    return pd.DataFrame(
        {
            "cluster_id": pd.Series([cluster for cluster, _ in cells], dtype=object),
            "kind": pd.Series([kind for _, kind in cells], dtype=object),
            "households": pd.Series([row[0] for row in rows], dtype="Int64"),
            "reached_households": pd.Series([row[1] for row in rows], dtype="Int64"),
            "share": pd.Series([row[2] for row in rows], dtype="float64"),
            "existence": pd.Series([row[3] for row in rows], dtype="boolean"),
        }
    )


def kind_doubt(project: Project, kind: str) -> Doubt | None:
    """Say why an absence of this kind proves nothing anywhere, None when it does.

    A kind counts as surveyed when one of it, working or closed, stands in the layer; a proposal is no survey.
    """
    for layer in LAYERS_OF_REACH:
        state = layer_state(project, layer)
        if state != "given":
            return {"code": state, "layer": layer}
    if "facilities" in project.complete:
        return None
    table = project.table("facilities")
    seen = zip(texts(table, "kind"), texts(table, "status"), strict=True)
    return None if any(one == kind and status != "proposed" for one, status in seen) else unseen_doubt(kind)


def unseen_doubt(kind: str) -> Doubt:
    """Say that none of a kind stands in a facilities layer which nobody declared complete."""
    return {"code": "kind_unseen", "layer": "facilities", "kind": kind}


def basis_of(element: Element, rules: Rules) -> str:
    """Tell whether a service is judged by coverage or by existence."""
    return element.basis or rules.service_basis


def limit_of(element: Element, rules: Rules) -> float:
    """Give the walking limit of a service in metres."""
    return element.limit_m or rules.limit_m


def measure_reach(
    project: Project,
    element: Element,
    clusters: Sequence[Placed],
    walks: Walks,
    cluster_coverage: pd.DataFrame | None,
    rules: Rules,
    *,
    cluster_capacity: pd.DataFrame | None = None,
) -> list[Indicator]:
    """Measure one service in every cluster (or whatever `walks` are listed by), in their order.

    `cluster_coverage` are the shares within the rules' limit where they are summed already; an element with a limit of
    its own is summed anew. The capacity is evidence only.
    """
    kind = element.facility or ""
    basis, limit_m = basis_of(element, rules), limit_of(element, rules)
    if element.limit_m is not None:
        walks = judge_within(walks, element.limit_m, rules.search_max_m)
    footprints = np.empty(len(clusters), dtype=object)
    footprints[:] = [cluster.footprint for cluster in clusters]
    margin_m = element.params["cover_margin_m"]
    surveys = [survey_layer(project, layer, footprints, margin_m=margin_m) for layer in LAYERS_OF_REACH]
    unseen = kind_doubt(project, kind)
    if cluster_coverage is None or element.limit_m is not None:
        rows = {
            c.id: dict(zip(_SHARES, _cover(walks, walks.of(c.id, kind), doubt=unseen), strict=True))
            for c in clusters
        }
    else:
        rows = _rows_of_kind(cluster_coverage, kind)
    proposed, sources = _proposed(project), list_sources(project, LAYERS_OF_REACH)
    declared = sorted(survey.layer for survey in surveys if survey.declared)
    spaces = _spaces_by_compound(project) if kind == "parking" else None
    capacities = capacity_evidence(cluster_capacity, kind)

    found = []
    for position, cluster in enumerate(clusters):
        here = walks.of(cluster.id, kind)
        shares = rows.get(cluster.id, dict.fromkeys(_SHARES))
        evidence = {
            "unit": "households",
            "kind": kind,
            "basis": basis,
            "limit_m": limit_m,
            **shares,
            **_unknown_households(walks, here),
            **_distances(walks, here),
            **_preferred(walks, here, element.preferred_m),
            "proposed": sorted(set(walks.facilities_reached(here)) & proposed),
            "cover": {survey.layer: round(float(survey.cover[position]), 4) for survey in surveys},
            "declared": declared,
            "sources": sources,
        }
        if spaces is not None:
            evidence |= _spaces([spaces.get(compound) for compound in cluster.compounds], evidence)
        decision = decide_reach(
            basis=basis,
            share=shares["share"],
            existence=shares["existence"],
            measured=bool(len(here) and (walks.reached[here] != UNKNOWN).any()),
            unknown=evidence["households_unknown"],
            members=len(cluster.compounds),
            unseen=unseen,
            covers=[survey.doubt(position, rules.layer_cover_min) for survey in surveys],
            rules=rules,
        )
        if cluster.id in capacities:
            own = capacities[cluster.id]
            evidence["capacity"] = own if decision.partly is None else doubt_capacity(own)
        found.append(
            Indicator(
                decision.value, decision.doubt or decision.partly, evidence, at_least=decision.doubt is None
            )
        )
    return found


class Decision(NamedTuple):
    """What one service comes to in one cluster: its value, what doubts it, and what lets it pass but not fail."""

    value: float | None
    doubt: Doubt | None
    partly: Doubt | None


def decide_reach(
    *,
    basis: str,
    share: float | None,
    existence: bool | None,
    measured: bool,
    unknown: int,
    members: int,
    unseen: Doubt | None,
    covers: Sequence[Doubt | None],
    rules: Rules,
) -> Decision:
    """Decide what the figures of one service tell about one cluster.

    `measured`: anybody was walked for; `unknown` of its `members` have no households; `unseen` says why an absence of
    the kind proves nothing, `covers` where the surveys do not reach over the cluster.
    """
    proposed_only = unseen is not None and unseen["code"] == "kind_unseen" and existence is True
    doubts = [None if proposed_only else unseen]
    doubts.append(None if measured else {"code": "not_measured", "layer": "facilities"})
    if basis == "coverage":
        value = share
        doubts.append(_household_doubt(share, unknown, members, rules))
    else:
        value = None if existence is None else float(existence)
    return Decision(value, first_doubt(doubts), first_doubt([unseen, *covers]))


def judge_within(walks: Walks, limit_m: float, search_max_m: float) -> Walks:
    """Give the walks judged by another limit; what was not looked for that far is unknown."""
    measured = walks.reached != UNKNOWN
    beyond = np.isnan(walks.distance_m) & (walks.reason == "beyond_search") & (search_max_m < limit_m)
    near = walks.distance_m <= limit_m
    reached = np.where(~measured | beyond, UNKNOWN, np.where(near, YES, NO)).astype(np.int8)
    measured_beyond = (reached == NO) & (walks.reason == "served")
    reason = walks.reason.copy()
    reason[measured_beyond] = "beyond_limit"
    reason[reached == YES] = "served"
    return replace(walks, reached=reached, reason=reason)


def _cover(walks: Walks, here: NDArray[np.int64], *, doubt: Doubt | None) -> Shares:
    """Sum one cluster and kind: households, those who reach, their share, whether anybody does."""
    return share_of(walks.households[here], walks.reached[here], doubt=doubt)


class Shares(NamedTuple):
    """Known households, those of them who reach, their share, whether anybody does; None where it cannot be told."""

    households: int | None
    reached_households: int | None
    share: float | None
    existence: bool | None


def share_of(households: NDArray[np.float64], reached: State, *, doubt: Doubt | None) -> Shares:
    """Sum the units of one place: `households` (NaN unknown) and whether each reaches one.

    Of a kind that was never surveyed, whoever reaches a proposed one is told, at least; nobody else is.
    """
    return tell_shares(
        sum_units(households, reached, np.zeros(len(reached), dtype=np.int64), 1), doubt=doubt
    )[0]


class Sums(NamedTuple):
    """Units and their known households, by place: all, those whose reach is known, and those who reach."""

    known: NDArray[np.int64]
    total: NDArray[np.int64]
    measured: NDArray[np.int64]
    told: NDArray[np.int64]
    asked: NDArray[np.int64]
    served: NDArray[np.int64]
    reaching: NDArray[np.int64]


def sum_units(households: NDArray[np.float64], reached: State, place: NDArray[np.int64], places: int) -> Sums:
    """Sum units by the place (0 … places - 1) that each counts in."""
    known, measured, yes = ~np.isnan(households), reached != UNKNOWN, reached == YES

    def count(which: NDArray[np.bool_]) -> NDArray[np.int64]:
        return np.bincount(place[which], minlength=places).astype(np.int64)

    def add(which: NDArray[np.bool_]) -> NDArray[np.int64]:
        sums = np.bincount(place[which], weights=households[which], minlength=places)
        return np.rint(sums).astype(np.int64)  # whole numbers, exact in float64

    told = known & measured
    return Sums(
        count(known), add(known), count(measured), count(told), add(told), add(told & yes), count(yes)
    )


def tell_shares(sums: Sums, *, doubt: Doubt | None) -> list[Shares]:
    """Say what sums tell, place by place; see `share_of`."""
    found = []
    for known, total, measured, told, asked, served, reaching in zip(
        *(s.tolist() for s in sums), strict=True
    ):
        households, anybody = total if known else None, reaching > 0
        if not measured or (doubt is not None and not (anybody and doubt["code"] == "kind_unseen")):
            found.append(Shares(households, None, None, True if anybody else None))
        else:
            share = served / asked if asked else None
            found.append(Shares(households, served if told else None, share, anybody))
    return found


def _rows_of_kind(cluster_coverage: pd.DataFrame, kind: str) -> dict[str, dict[str, Any]]:
    """Read the cluster coverage of one kind as plain values, by cluster."""
    own = cluster_coverage[cluster_coverage["kind"] == kind]
    columns = {name: [plain(value) for value in own[name]] for name in _SHARES}
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    return {str(cluster): row for cluster, row in zip(own["cluster_id"], rows, strict=True)}


def _household_doubt(share: float | None, unknown: int, members: int, rules: Rules) -> Doubt | None:
    """Doubt a share when no member's households are known, or too many are not."""
    if share is None:
        return {"code": "households", "layer": "compounds", "unknown": unknown, "members": members}
    return attribute_doubt(
        "compounds", {"households": unknown / members if members else 0.0}, rules.null_share_max
    )


def _unknown_households(walks: Walks, here: NDArray[np.int64]) -> dict[str, Any]:
    compounds = sorted({str(c) for c in walks.compound[here[np.isnan(walks.households[here])]]})
    return {"households_unknown": len(compounds), "unknown_compounds": compounds[:LISTED_MAX]}


def _distances(walks: Walks, here: NDArray[np.int64]) -> dict[str, Any]:
    """Say who walks farthest, who is nearest, who is not served and why, and which facilities serve."""
    unserved = here[walks.reached[here] == NO]
    facilities = walks.facilities_reached(here)
    measured = here[~np.isnan(walks.distance_m[here])]
    ordered = measured[np.argsort(walks.distance_m[measured], kind="stable")]
    longest = measured[np.argsort(-walks.distance_m[measured], kind="stable")]
    return {
        "units": len(here),
        "units_reached": int((walks.reached[here] == YES).sum()),
        "nearest": _walk(walks, ordered[0]) if len(ordered) else None,
        "farthest": _walk(walks, longest[0]) if len(longest) else None,
        "unserved": [_walk(walks, row) | {"reason": walks.reason[row]} for row in unserved[:LISTED_MAX]],
        "unserved_count": len(unserved),
        "unserved_households": int(np.nansum(walks.households[unserved])),
        "facilities": facilities[:LISTED_MAX],
        "facilities_count": len(facilities),
    }


def _walk(walks: Walks, row: np.int64) -> dict[str, Any]:
    return {
        "unit": walks.unit[row],
        "facility": walks.facility[row],
        "distance_m": plain(walks.distance_m[row]),
        "households": None if np.isnan(walks.households[row]) else int(walks.households[row]),
    }


def _preferred(walks: Walks, here: NDArray[np.int64], preferred_m: float | None) -> dict[str, Any]:
    """Count the known households within the distance that is preferred beside the limit."""
    if preferred_m is None:
        return {}
    near = here[(walks.distance_m[here] <= preferred_m) & ~np.isnan(walks.households[here])]
    return {"preferred_m": preferred_m, "preferred_households": int(walks.households[near].sum())}


def _spaces_by_compound(project: Project) -> dict[str, int | None]:
    table = project.table("compounds")
    return dict(zip(ids(table), ints(table, "parking_spaces"), strict=True))


def _spaces(figures: Sequence[int | None], evidence: Mapping[str, Any]) -> dict[str, Any]:
    """Sum the parking spaces of the members, and for each household where every figure is known."""
    known = [figure for figure in figures if figure is not None]
    households = None if evidence["households_unknown"] else evidence["households"]
    complete = len(known) == len(figures)
    return {
        "spaces": sum(known) if known else None,
        "spaces_unknown": len(figures) - len(known),
        "spaces_per_household": round(sum(known) / households, 3) if complete and households else None,
    }


def _proposed(project: Project) -> set[str]:
    table = project.table("facilities")
    return {i for i, status in zip(ids(table), texts(table, "status"), strict=True) if status == "proposed"}


def _objects(column: pd.Series[Any]) -> NDArray[Any]:
    return objects([None if pd.isna(v) else str(v) for v in column])
