"""How far it is on foot between units, from entrance to entrance."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from gis_planner.analysis.arcs import list_arcs, points_of
from gis_planner.analysis.arrays import Floats
from gis_planner.analysis.engine import load_engine
from gis_planner.model.results import Network
from gis_planner.model.tables import Frame


def measure_walks(network: Network, access: Frame, unit_ids: Sequence[str], *, limit_m: float) -> Floats:
    """Measure the walk between every two units, in the order given, as (n, n) metres.

    NaN where it is longer than the limit or one of the two has no access; 0 on the diagonal. Symmetric, and
    the same whatever the order of the ids.
    """
    names = sorted(set(unit_ids))
    points = points_of(access, "unit", names)
    arcs = list_arcs(network)
    between = load_engine(len(names) * len(network.xy)).measure_between(
        *arcs.columns(),
        network.edge_from,
        network.edge_to,
        network.walk_m,
        points.first,
        points.edge,
        points.offset_m,
        points.leg_m,
        float(limit_m),
    )
    place = {name: row for row, name in enumerate(names)}
    rows = np.array([place[unit] for unit in unit_ids], dtype=np.int64)
    return between[np.ix_(rows, rows)]
