"""How far it is on foot between units, from entrance to entrance.

Of ten thousand compounds nearly every pair is beyond the search, and a table of all of them would fill the memory. They
are measured a block of rows at a time, and what was found is kept (`PairWalks`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from gis_planner.analysis.arcs import list_arcs, points_of
from gis_planner.analysis.arrays import Floats
from gis_planner.analysis.clustering.pair_walks import PairWalks, Some, pair_walks_of
from gis_planner.analysis.engine import load_engine
from gis_planner.model.results import Network
from gis_planner.model.tables import Frame

_BLOCK_BYTES = 8_000_000  # of a table with some rows, all columns


def measure_walks(network: Network, access: Frame, unit_ids: Sequence[str], *, limit_m: float) -> PairWalks:
    """Measure the walk between every two units, by the rows of their sorted ids; those beyond the limit are left out.

    Whoever has no access to the network is not `known`.
    """
    names = sorted(set(unit_ids))
    points = points_of(access, "unit", names)
    arcs = list_arcs(network)
    engine = load_engine(len(names) * len(network.xy))

    def blocks() -> Iterator[tuple[int, Floats]]:
        rows = max(_BLOCK_BYTES // (8 * max(len(names), 1)), 1)
        for low in range(0, len(names), rows):
            yield (
                low,
                engine.measure_between(
                    *arcs.columns(),
                    network.edge_from,
                    network.edge_to,
                    network.walk_m,
                    points.first,
                    points.edge,
                    points.offset_m,
                    points.leg_m,
                    low,
                    min(low + rows, len(names)),
                    float(limit_m),
                ),
            )

    return pair_walks_of(map(_found, blocks()), known=np.diff(points.first) > 0)


def _found(block: tuple[int, Floats]) -> Some:
    """Give the walks of a block that were found: the row, the later one that it leads to, and the metres."""
    low, metres = block
    row, to = np.nonzero(~np.isnan(metres))
    return (row + low).astype(np.int32), to.astype(np.int32), metres[row, to]
