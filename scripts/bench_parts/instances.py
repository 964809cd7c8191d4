"""A districting instance from a file, divided: so that the core can be held against published ones.

The file is JSON: `{units: [{id, weight, x, y}], pairs: [{a, b, length}], lower, upper, k|null, objective}`. Ids are
text or whole numbers, `length` may be left out where the objective is not cut_length, and x and y where it is not
compactness. Every unit is placed in exactly one connected part that weighs from `lower` to `upper`; both ends count.
"""

from __future__ import annotations

import json
import math
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

import numpy as np

from gis_planner.analysis.districting.construct import find_components
from gis_planner.analysis.districting.problem import OBJECTIVES, Districting, Division, weigh
from gis_planner.analysis.districting.solver import Effort, divide
from gis_planner.messages import load_catalogue

SAID = {
    "cut_edges": "pairs whose units lie in different parts",
    "cut_length": "length of the pairs whose units lie in different parts",
    "compactness": "sum over units of weight times squared distance to the part's best member unit (Hess)",
}


def read_instance(path: Path) -> Districting:
    """Read an instance; raises ValueError naming the place of what is wrong.

    A graph that falls into pieces of which no whole number of parts can be made is refused as disconnected.
    """
    try:
        body = json.loads(path.read_text(encoding="utf-8-sig"))
    except json.JSONDecodeError as error:
        raise ValueError(
            f"{path.name}: no JSON, line {error.lineno} column {error.colno}: {error.msg}"
        ) from None
    except UnicodeDecodeError:
        raise ValueError(f"{path.name}: the text is not UTF-8") from None
    try:
        return pose_instance(body)
    except ValueError as error:
        raise ValueError(f"{path.name}: {error}") from None


def pose_instance(body: Any) -> Districting:
    """Take an instance from parsed JSON; raises ValueError naming the place of what is wrong."""
    if not isinstance(body, Mapping):
        raise ValueError("the file must hold one object")
    for key in ("units", "pairs", "lower", "upper"):
        if key not in body:
            raise ValueError(f"{key} is missing")
    objective = body.get("objective", "cut_edges")
    if objective not in OBJECTIVES:
        raise ValueError(f"objective: {objective!r} is none of {', '.join(OBJECTIVES)}")
    lower, upper = _number(body, "lower", ""), _number(body, "upper", "")
    if lower > upper:
        raise ValueError(f"lower: {lower:g} is above upper, {upper:g}")
    if upper < 0:
        raise ValueError(f"upper: {upper:g} is negative")
    k = body.get("k")
    if k is not None and (isinstance(k, bool) or not isinstance(k, int) or k < 1):
        raise ValueError(f"k: {k!r} is neither null nor a whole number from 1")
    row_of: dict[int | str, int] = {}
    weights, places = [], []
    for place, unit in enumerate(_list(body, "units")):
        where = f"units[{place}]"
        if not isinstance(unit, Mapping):
            raise ValueError(f"{where}: must be an object")
        name = _id(unit, "id", where)
        if name in row_of:
            raise ValueError(f"{where}.id: {name!r} stands twice, first in units[{row_of[name]}]")
        row_of[name] = place
        weight = _number(unit, "weight", where)
        if weight < 0:
            raise ValueError(f"{where}.weight: {weight:g} is negative")
        weights.append(weight)
        given = objective == "compactness" or "x" in unit or "y" in unit
        places.append((_number(unit, "x", where), _number(unit, "y", where)) if given else (0.0, 0.0))
    pairs, lengths = [], []
    for place, pair in enumerate(_list(body, "pairs")):
        where = f"pairs[{place}]"
        if not isinstance(pair, Mapping):
            raise ValueError(f"{where}: must be an object")
        ends = []
        for side in ("a", "b"):
            name = _id(pair, side, where)
            if name not in row_of:
                raise ValueError(f"{where}.{side}: there is no unit {name!r}")
            ends.append(row_of[name])
        if ends[0] == ends[1]:
            raise ValueError(f"{where}: unit {pair['a']!r} is paired with itself")
        pairs.append(ends)
        given = objective == "cut_length" or "length" in pair
        length = _number(pair, "length", where) if given else 1.0
        if length < 0:
            raise ValueError(f"{where}.length: {length:g} is negative")
        lengths.append(length)
    districting = Districting(
        ids=list(row_of),
        weight=np.array(weights, dtype=np.float64),
        xy=np.array(places, dtype=np.float64).reshape(-1, 2),
        pairs=np.array(pairs, dtype=np.int64).reshape(-1, 2),
        length=np.array(lengths, dtype=np.float64),
        lower=lower,
        upper=upper,
        k=k,
        objective=objective,
    )
    pieces = find_components(districting)
    if k is not None and len(pieces) > k:
        smallest = min(pieces, key=len)
        named = ", ".join(repr(districting.ids[row]) for row in smallest[:5])
        raise ValueError(
            f"pairs: the graph is disconnected, {len(pieces)} pieces cannot make {k} parts; the smallest piece "
            f"has {len(smallest)} unit(s): {named}"
        )
    return districting


def run_instance(path: Path, *, seed: int = 0, effort: Effort | None = None) -> dict[str, Any]:
    """Read and divide an instance; gives what was found as plain JSON. `seconds` are processor time."""
    districting = read_instance(path)
    start = time.process_time()
    division = divide(districting, seed=seed, effort=effort)
    return describe(districting, division, time.process_time() - start)


def describe(districting: Districting, division: Division, seconds: float) -> dict[str, Any]:
    """Write a division as plain JSON; where bounds are broken `value` is null and `conflict` tells why."""
    conflict = division.conflict
    return {
        "parts": [[districting.ids[row] for row in part] for part in division.parts],
        "weights": [weigh(districting, part) for part in division.parts],
        "objective": districting.objective,
        "objective_means": SAID[districting.objective],
        "value": division.value,
        "bound": division.bound,
        "gap": division.gap,
        "proven": division.proven,
        "k": len(division.parts),
        "lower": districting.lower,
        "upper": districting.upper,
        "broken_bounds": len(division.broken),
        "infeasible": conflict is not None and conflict.proven,
        "conflict": None
        if conflict is None
        else {
            "units": list(conflict.units),
            "proven": conflict.proven,
            "en": load_catalogue().text(conflict.reason, "en"),
            "zh": load_catalogue().text(conflict.reason, "zh"),
        },
        "steps": division.steps,
        "nodes": division.nodes,
        "seconds": round(seconds, 3),
    }


def print_instance(found: Mapping[str, Any], stream: TextIO) -> None:
    """Print what was found: the parts, the value, the bound, and whether it is proven."""
    for number, (part, weight) in enumerate(zip(found["parts"], found["weights"], strict=True), 1):
        print(
            f"part {number}  weight {weight:g}  units {len(part)}: {', '.join(map(str, part))}", file=stream
        )
    if found["value"] is None:
        print(f"no districting: {found['conflict']['en']}", file=stream)
        proven = "proven" if found["infeasible"] else "not proven"
        print(f"infeasible: {proven}; {found['broken_bounds']} of the parts shown break bounds", file=stream)
    else:
        proven = "proven to be the best" if found["proven"] else "not proven to be the best"
        print(f"{found['objective']} ({found['objective_means']})", file=stream)
        print(
            f"value {found['value']:g}  bound {found['bound']:g}  gap {found['gap']:.2%}  {proven}; "
            f"{found['k']} parts within {found['lower']:g} to {found['upper']:g}, 0 bounds broken",
            file=stream,
        )
    print(f"{found['seconds']:.1f} s of processor time", file=stream)


def write_instance(districting: Districting, path: Path) -> None:
    """Write an instance, as `read_instance` reads it."""
    body = {
        "units": [
            {"id": name, "weight": weight, "x": x, "y": y}
            for name, weight, (x, y) in zip(
                districting.ids, districting.weight.tolist(), districting.xy.tolist(), strict=True
            )
        ],
        "pairs": [
            {"a": districting.ids[a], "b": districting.ids[b], "length": length}
            for (a, b), length in zip(districting.pairs.tolist(), districting.length.tolist(), strict=True)
        ],
        "lower": districting.lower,
        "upper": districting.upper,
        "k": districting.k,
        "objective": districting.objective,
    }
    path.write_text(json.dumps(body, ensure_ascii=False) + "\n", encoding="utf-8")


def _list(body: Mapping[str, Any], key: str) -> list[Any]:
    value = body[key]
    if not isinstance(value, list):
        raise ValueError(f"{key}: must be a list")
    return value


def _number(body: Mapping[str, Any], key: str, where: str) -> float:
    place = f"{where}.{key}" if where else key
    if key not in body:
        raise ValueError(f"{place} is missing")
    value = body[key]
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError(f"{place}: {value!r} is no number")
    return float(value)


def _id(body: Mapping[str, Any], key: str, where: str) -> int | str:
    if key not in body:
        raise ValueError(f"{where}.{key} is missing")
    value = body[key]
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError(f"{where}.{key}: {value!r} is neither text nor a whole number")
    return value
