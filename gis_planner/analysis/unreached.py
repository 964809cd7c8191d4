"""Who is not joined to the network, why, and what nobody can reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
import shapely

from gis_planner.analysis.arrays import Floats, Mask, Rows, match
from gis_planner.analysis.crossings import BLOCKING_KINDS, Obstacles, find_blocking
from gis_planner.analysis.entrances import Gates
from gis_planner.analysis.legs import Legs, outlines
from gis_planner.analysis.network import LISTED_MOST, join_parts
from gis_planner.analysis.owners import Owners
from gis_planner.messages import Message
from gis_planner.model.issues import Issue, cap_issues, issue_at
from gis_planner.model.results import Network
from gis_planner.model.rules import Rules
from gis_planner.model.tables import Frame


@dataclass(frozen=True, eq=False)
class Tried:
    """Legs that were tried, and what lies across each: a row of BLOCKING_KINDS, -1 where it is free."""

    legs: Legs
    blocked: Rows

    @cached_property
    def free(self) -> Legs:
        """The legs that nothing lies across."""
        return self.legs.take(self.blocked < 0)


def reason_key(owners: Owners, row: int) -> str:
    """Name an owner as the reasons do: a unit by its unit_id, a facility as `facilities/<id>`."""
    return str(owners.ids[row]) if owners.types[row] == "unit" else f"facilities/{owners.ids[row]}"


def explain_missing(
    owners: Owners,
    open_gates: Gates,
    missing: Mask,
    network: Network,
    rules: Rules,
    gate_legs: Tried,
    own_legs: Sequence[Tried],
) -> dict[str, Message]:
    """Say for everyone who is missing access (a mask of owners) why, keyed by `reason_key`."""
    rows = np.flatnonzero(missing)
    behind = owners.behind_gates[rows]
    opened = np.isin(owners.home[rows], open_gates.compound)
    kind, blocked = _nearest_blocked(owners, rows, open_gates, gate_legs, own_legs)
    away = _street_distance(owners, rows, open_gates, network)
    reasons: dict[str, Message] = {}
    for k, row in enumerate(rows.tolist()):
        if not owners.has_place[row]:
            reason = Message("network.no_place")
        elif len(network.edge_from) == 0:
            reason = Message("network.no_streets")
        elif behind[k] and not opened[k]:
            reason = Message("network.gates_closed")
        elif blocked[k]:
            reason = Message("network.behind", what=Message(f"network.barrier_{BLOCKING_KINDS[kind[k]]}"))
        else:
            code = "network.gate_too_far" if behind[k] else "network.too_far"
            reason = Message(code, distance=round(float(away[k]), 1), limit=rules.snap_max_m)
        reasons[reason_key(owners, row)] = reason
    return reasons


def _nearest_blocked(
    owners: Owners, rows: Rows, open_gates: Gates, gate_legs: Tried, own_legs: Sequence[Tried]
) -> tuple[Rows, Mask]:
    """Give what lies across the shortest leg that was tried, and whether any leg was."""
    shut = gate_legs.blocked >= 0
    gate = gate_legs.legs.owner[shut]
    behind = np.where(owners.behind_gates[rows], owners.home[rows], -1)
    found = [
        (*match(behind, open_gates.compound[gate]), gate_legs.legs.length_m[shut], gate_legs.blocked[shut])
    ]
    for tried in own_legs:
        shut = tried.blocked >= 0
        found.append((*match(rows, tried.legs.owner[shut]), tried.legs.length_m[shut], tried.blocked[shut]))
    row = np.concatenate([r for r, _, _, _ in found])
    length = np.concatenate([metres[leg] for _, leg, metres, _ in found])
    kind = np.concatenate([across[leg] for _, leg, _, across in found])
    order = np.lexsort((kind, length, row))[::-1]  # the last one written wins: the shortest
    first = np.full(len(rows), -1, dtype=np.int64)
    first[row[order]] = kind[order]
    return first, first >= 0


def _street_distance(owners: Owners, rows: Rows, open_gates: Gates, network: Network) -> Floats:
    """Measure from each owner, or from its nearest open gate, to the nearest street; NaN where there is none."""
    starts = outlines(owners.shapes[rows])
    for k in np.flatnonzero(owners.behind_gates[rows]).tolist():
        starts[k] = shapely.multipoints(open_gates.xy[open_gates.compound == owners.home[rows[k]]])
    away = np.full(len(rows), np.nan)
    if len(network.edge_from):
        tree = shapely.STRtree(network.edge_lines)
        pairs, distance = tree.query_nearest(starts, return_distance=True, all_matches=False)
        away[pairs[0]] = distance
    return away


def list_unreached(
    owners: Owners, lost: list[int], reasons: Mapping[str, Message], network: Network
) -> list[Issue]:
    """List the compounds without access, how many buildings and parcels have none, and facilities that nobody reaches.

    `lost` are the rows of those facilities; `reasons` say why of each of them and of everyone without access.
    """
    if len(network.edge_from) == 0:
        message = Message("network.no_streets")
        return [Issue("network.no_streets", "warning", "roads", "", message)] if len(owners.ids) else []
    issues = []
    for layer in ("compounds", "buildings", "parcels"):
        missing = [
            row for row in np.flatnonzero(owners.is_unit).tolist() if _is_missing(owners, row, layer, reasons)
        ]
        if layer == "compounds":
            issues += _unreached("network.compound_unreached", owners, layer, missing, reasons)
        elif missing:
            code = f"network.{layer}_unreached"
            issues.append(Issue(code, "note", layer, "", Message(code, n=len(missing))))
    if owners.is_unit.any():
        issues += _unreached("network.facility_unreached", owners, "facilities", lost, reasons)
    return issues


def _is_missing(owners: Owners, row: int, layer: str, reasons: Mapping[str, Message]) -> bool:
    return str(owners.ids[row]).startswith(f"{layer}/") and owners.ids[row] in reasons


def _unreached(
    code: str, owners: Owners, layer: str, rows: list[int], reasons: Mapping[str, Message]
) -> list[Issue]:
    issues = []
    for row in rows:
        feature = str(owners.ids[row]).removeprefix(f"{layer}/")
        message = Message(code, feature=feature, reason=reasons[reason_key(owners, row)])
        issues.append(issue_at(code, "warning", layer, feature, message, owners.shapes[row]))
    rest = Message(f"{code}_short")
    return cap_issues(
        issues,
        LISTED_MOST,
        lambda n: Issue(code, "warning", layer, "", Message("network.more_of_this", n=n, what=rest)),
    )


def find_lost(
    owners: Owners, facilities: Frame, owner: Rows, edge: Rows, direct: pd.DataFrame, network: Network
) -> list[int]:
    """Give the facilities that count and that no unit can reach, over any distance.

    `owner` and `edge` (k,) are of all access points.
    """
    part = join_parts(network)[network.edge_from[edge]]
    of_units = owners.is_unit[owner]
    peopled = np.isin(part, part[of_units])
    reached = np.zeros(len(owners.ids), dtype=bool)
    reached[owner[peopled]] = True
    walked_to = set(direct["facility_id"])
    counted = facilities["counted"].to_numpy(dtype=bool)
    return [
        row
        for row in range(len(facilities))
        if counted[row] and not reached[row] and owners.ids[row] not in walked_to
    ]


def explain_lost(
    owners: Owners,
    lost: list[int],
    owner: Rows,
    edge: Rows,
    obstacles: Obstacles,
    network: Network,
    reasons: Mapping[str, Message],
) -> dict[str, Message]:
    """Say of each facility that nobody can reach why: it has no access, or its streets are connected with nobody.

    In the second case what lies straight between it and the nearest street with people is named, where anything does.
    """
    if not len(network.edge_from):
        return {}
    part = join_parts(network)[network.edge_from]
    peopled = network.edge_lines[np.isin(part, part[edge[owners.is_unit[owner]]])]
    tree = shapely.STRtree(peopled)
    found: dict[str, Message] = {}
    for row in lost:
        key = reason_key(owners, row)
        if key in reasons:
            found[key] = reasons[key]
            continue
        found[key] = Message("network.on_an_island")
        nearest = tree.nearest(owners.shapes[row]) if len(peopled) else None
        if nearest is not None:
            line = shapely.get_coordinates(shapely.shortest_line(owners.shapes[row], peopled[nearest]))
            kind = int(find_blocking(obstacles, line[:1], line[1:], np.zeros(1))[0])
            if kind >= 0:
                what = Message(f"network.barrier_{BLOCKING_KINDS[kind]}")
                found[key] = Message("network.on_an_island_behind", what=what)
    return found
