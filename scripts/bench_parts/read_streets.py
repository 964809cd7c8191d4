"""A network out of a file instead of a generated one.

`.osm`, `.osm.gz`: an extract, noded as the program does; `.gpkg`: a results GeoPackage (tables nodes and
edges); `.npz`: arrays u, v and length of noded edges, and xy of the nodes where it is known.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyogrio
import shapely

from bench_parts.streets import Streets, z_order
from gis_planner.analysis.network import build_network
from gis_planner.io.read_file import ReadOptions, read_file
from gis_planner.model.rules import Rules


def read_streets(path: Path) -> Streets:
    """Read a network; ValueError for a file that holds none."""
    lower = path.name.lower()
    if lower.endswith(".npz"):
        found = _read_arrays(path)
    elif lower.endswith(".gpkg"):
        found = _read_results(path)
    else:
        found = _read_extract(path)
    if not len(found.edge_from):
        raise ValueError(f"{path.name} holds no streets")
    return found


def _read_arrays(path: Path) -> Streets:
    with np.load(path) as held:
        missing = [name for name in ("u", "v", "length") if name not in held]
        if missing:
            raise ValueError(f"{path.name} lacks the arrays {', '.join(missing)}; it has {', '.join(held)}")
        u, v = held["u"].astype(np.int64), held["v"].astype(np.int64)
        length = held["length"].astype(np.float64)
        xy = np.asarray(held["xy"], dtype=np.float64) if "xy" in held else None
    if (
        not len(u) == len(v) == len(length)
        or (len(u) and min(u.min(), v.min()) < 0)
        or not (length >= 0).all()
    ):
        raise ValueError(f"{path.name}: u, v and length need one length, no negative and no unknown value")
    nodes = int(max(u.max(initial=-1), v.max(initial=-1))) + 1
    if xy is None:
        return Streets(u, v, length, nodes, None, _title(path, nodes, "in the file's order"))
    order = np.argsort(z_order(xy), kind="stable")
    number = np.empty(len(xy), dtype=np.int64)
    number[order] = np.arange(len(xy))
    return Streets(number[u], number[v], length, len(xy), xy[order], _title(path, len(xy)))


def _read_results(path: Path) -> Streets:
    nodes = pyogrio.read_dataframe(path, layer="nodes")
    edges = pyogrio.read_dataframe(path, layer="edges")
    ids = nodes["node_id"].to_numpy()
    order = np.argsort(ids, kind="stable")
    xy = shapely.get_coordinates(nodes.geometry.to_numpy()[order])
    ends = [np.searchsorted(ids[order], edges[name].to_numpy()) for name in ("from_node", "to_node")]
    length = edges["walk_m"].to_numpy(dtype=np.float64)
    return Streets(
        ends[0].astype(np.int64), ends[1].astype(np.int64), length, len(xy), xy, _title(path, len(xy))
    )


def _read_extract(path: Path) -> Streets:
    roads = [one for one in read_file(path, ReadOptions()) if one.layer == "roads"]
    if not roads:
        raise ValueError(f"{path.name} holds no roads")
    network, _ = build_network(roads[0].table, Rules())
    n = len(network.xy)
    return Streets(network.edge_from, network.edge_to, network.walk_m, n, network.xy, _title(path, n))


def _title(path: Path, nodes: int, more: str = "") -> str:
    return f"{path.name}, {nodes:,} nodes" + (f", {more}" if more else "")
