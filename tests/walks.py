"""A town studied as far as walks go: network, units, access and coverage, for tests that ask about them."""

from __future__ import annotations

import builtins
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gis_planner.analysis.access import AccessFound, find_access
from gis_planner.analysis.barriers import collect_barriers
from gis_planner.analysis.coverage import measure_coverage
from gis_planner.analysis.network import build_network
from gis_planner.analysis.units import list_units
from gis_planner.model.choices import NINE_KINDS
from gis_planner.model.project import Project
from gis_planner.model.results import Network
from gis_planner.model.rules import Rules
from gis_planner.model.tables import Frame

RULES = Rules()


@dataclass(frozen=True)
class Walks:
    network: Network
    units: Frame
    found: AccessFound
    coverage: pd.DataFrame

    def of(self, unit: str, kind: str = "toilet") -> tuple[Any, ...]:
        table = self.coverage
        row = table[(table["unit_id"] == unit) & (table["kind"] == kind)].iloc[0]
        return tuple(
            None if pd.isna(row[c]) else row[c] for c in ("distance_m", "facility_id", "reached", "reason")
        )


def walks_in(
    project: Project, rules: Rules = RULES, kinds: Sequence[str] = NINE_KINDS, *, assessed: bool = True
) -> Walks:
    network, _ = build_network(project.table("roads"), rules)
    units, _ = list_units(project)
    found = find_access(project, network, units, collect_barriers(project), rules)
    coverage = measure_coverage(
        network, units, found.facilities, found.access, found.direct, rules, kinds=kinds, assessed=assessed
    )
    return Walks(network, units, found, coverage)


def exported(network: Network) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give nodes and edges as the results GeoPackage holds them."""
    nodes = pd.DataFrame({"node_id": np.arange(len(network.xy))})
    edges = pd.DataFrame(
        {
            "edge_id": np.arange(len(network.edge_from)),
            "from_node": network.edge_from,
            "to_node": network.edge_to,
            "walk_m": network.walk_m,
        }
    )
    return nodes, edges


def hide_numba(monkeypatch: pytest.MonkeyPatch, fault: Exception | None = None) -> None:
    """Let every import of numba fail, and forget the compiled kernels."""
    for kernel in ("coverage_kernel", "repair_kernel", "heap_kernel"):
        monkeypatch.delitem(sys.modules, f"gis_planner.analysis.{kernel}")
        monkeypatch.delattr(f"gis_planner.analysis.{kernel}")
    original = builtins.__import__

    def refuse(name: str, *arguments: Any, **keywords: Any) -> Any:
        if name == "numba":
            raise fault or ImportError("no numba")
        return original(name, *arguments, **keywords)

    monkeypatch.setattr(builtins, "__import__", refuse)
