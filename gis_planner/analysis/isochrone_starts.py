"""Whom an isochrone is of: a compound, building or parcel, a whole cluster, a facility, and where they start from."""

from __future__ import annotations

import numpy as np

from gis_planner.analysis.isochrones import Starts, starts_at
from gis_planner.errors import AnalysisError
from gis_planner.messages import Message
from gis_planner.model.clusters import Grouping
from gis_planner.model.results import Results
from gis_planner.model.tables import texts

_TYPES = {"facilities": "facility"}


def find_starts(results: Results, grouping: Grouping, of: str) -> Starts:
    """Find the access points of `compounds/C001`, `clusters/K01`, `facilities/F001` or any other unit.

    A cluster starts from everywhere that one of its compounds starts from. Raises AnalysisError for a name that the
    study does not know, and for one that nothing joins to the network.
    """
    layer, _, feature = of.partition("/")
    if layer == "clusters":
        known = grouping.has(feature)
        owners = {f"compounds/{member}" for member in grouping.cluster(feature).members} if known else set()
    elif layer == "facilities":
        known, owners = feature in set(texts(results.facilities, "facility_id")), {feature}
    else:
        known, owners = of in set(texts(results.units, "unit_id")), {of}
    if not known:
        raise AnalysisError(Message("isochrone.unknown", of=of), Message("isochrone.unknown_remedy"))
    access = results.access
    mine = (access["owner_type"] == _TYPES.get(layer, "unit")) & access["owner_id"].isin(owners)
    rows = np.flatnonzero(mine.to_numpy(dtype=bool))
    if len(rows) == 0:
        raise AnalysisError(Message("isochrone.no_access", of=of), Message("isochrone.no_access_remedy"))
    edge, offset, leg = (access[name].to_numpy()[rows] for name in ("edge_id", "offset_m", "leg_m"))
    return starts_at(edge, offset, leg)
