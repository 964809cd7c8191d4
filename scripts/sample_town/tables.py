"""The layers of base.gpkg as columns, under the names that the program declares."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from shapely.geometry.base import BaseGeometry

from sample_town.plan import read_plan
from sample_town.streetside import needs_kerbs
from sample_town.town import Town

Table = tuple[dict[str, Any], Sequence[BaseGeometry]]


def layer_tables(town: Town) -> dict[str, Table]:
    """Give every layer of base.gpkg in order: columns by declared name, and shapes."""
    return {
        "planning_area": ({"id": ["A1"], "name": [f"{read_plan().county}城区规划范围"]}, [town.area]),
        "townships": (
            {"id": [f"N{n}" for n in range(1, len(town.townships) + 1)], "name": list(town.townships)},
            list(town.townships.values()),
        ),
        "parcels": _parcels(town),
        "buildings": _buildings(town),
        "roads": _roads(town),
        "barriers": _barriers(town),
        "entrances": _entrances(town),
        "poles": _poles(town),
        "boxes": _boxes(town),
        "power_lines": _power(town),
        "telecom_lines": _telecom(town),
        "shopfronts": _shopfronts(town),
        "kerbs": _kerbs(town),
    }


def _numbers(prefix: str, count: int) -> list[str]:
    width = len(str(count))
    return [f"{prefix}{n:0{width}d}" for n in range(1, count + 1)]


def _flags(values: list[bool | None]) -> pd.Series[Any]:
    return pd.Series(values, dtype="boolean")


def _whole(values: list[int | None]) -> pd.Series[Any]:
    return pd.Series(values, dtype="Int64")


def _parcels(town: Town) -> Table:
    return {
        "id": _numbers("P", len(town.parcels)),
        "name": [lot.name or None for lot in town.lots],
        "land_use": [lot.land_use for lot in town.lots],
        "community": [place.community for place in town.places],
        "township": [place.township for place in town.places],
        "households": _whole([lot.households for lot in town.lots]),
    }, [p.outline for p in town.parcels]


def _buildings(town: Town) -> Table:
    all_ = town.buildings()
    return {
        "id": _numbers("B", len(all_)),
        "name": [b.name or None for b in all_],
        "compound_id": [b.compound or None for b in all_],
        "use": [b.use for b in all_],
        "floors": _whole([b.floors for b in all_]),
        "units": _whole([b.units or None for b in all_]),
        "households": _whole([b.households for b in all_]),
        "built_year": _whole([b.built_year for b in all_]),
        "structure": [b.structure or None for b in all_],
    }, [b.outline for b in all_]


def _roads(town: Town) -> Table:
    streets = town.streets
    return {
        "id": _numbers("R", len(streets)),
        "name": [s.name or None for s in streets],
        "class": [s.road_class for s in streets],
        "walkable": _flags([True for _ in streets]),
        "level": _whole([s.level for s in streets]),
        "bridge": _flags([s.bridge for s in streets]),
        "tunnel": _flags([s.tunnel for s in streets]),
        "width_m": [float(s.width_m) for s in streets],
        "kerb_sides": _whole([2 if needs_kerbs(s) else None for s in streets]),
        "condition": [state.condition for state in town.states],
        "pci": [state.pci for state in town.states],
    }, [s.line for s in streets]


def _barriers(town: Town) -> Table:
    names = [read_plan().river_name, read_plan().railway_name, *[None for _ in town.walls]]
    kinds = ["river", "railway", *["wall" for _ in town.walls]]
    return {"id": _numbers("X", len(kinds)), "name": names, "kind": kinds}, [
        town.river,
        town.railway,
        *town.walls,
    ]


def _entrances(town: Town) -> Table:
    gates = [(c.id, gate) for c in town.compounds for gate in c.gates]
    return {
        "id": _numbers("E", len(gates)),
        "name": [gate.name for _, gate in gates],
        "compound_id": [compound for compound, _ in gates],
        "status": [gate.status for _, gate in gates],
    }, [gate.place for _, gate in gates]


def _poles(town: Town) -> Table:
    return {
        "id": _numbers("G", len(town.poles)),
        "kind": [p.kind for p in town.poles],
        "functions": [p.functions for p in town.poles],
        "voltage_kv": [p.voltage_kv for p in town.poles],
    }, [p.place for p in town.poles]


def _boxes(town: Town) -> Table:
    return {
        "id": _numbers("H", len(town.boxes)),
        "kind": [b.kind for b in town.boxes],
        "combined": _flags([b.combined for b in town.boxes]),
    }, [b.place for b in town.boxes]


def _power(town: Town) -> Table:
    return {
        "id": _numbers("W", len(town.power)),
        "voltage_kv": [w.voltage_kv for w in town.power],
        "laying": [w.laying for w in town.power],
    }, [w.line for w in town.power]


def _telecom(town: Town) -> Table:
    return {
        "id": _numbers("T", len(town.telecom)),
        "kind": [w.kind for w in town.telecom],
        "laying": [w.laying for w in town.telecom],
        "shared": _flags([w.shared for w in town.telecom]),
    }, [w.line for w in town.telecom]


def _shopfronts(town: Town) -> Table:
    shops = town.shopfronts
    return {
        "id": _numbers("S", len(shops)),
        "name": [s.name for s in shops],
        "sign_ok": _flags([s.sign_ok for s in shops]),
        "outside_trading": _flags([s.outside_trading for s in shops]),
        "illegal_ad": _flags([s.illegal_ad for s in shops]),
    }, [s.place for s in shops]


def _kerbs(town: Town) -> Table:
    roads = _numbers("R", len(town.streets))
    return {
        "id": _numbers("K", len(town.kerbs)),
        "condition": [k.condition for k in town.kerbs],
        "road_id": [roads[k.street] for k in town.kerbs],
    }, [k.line for k in town.kerbs]
