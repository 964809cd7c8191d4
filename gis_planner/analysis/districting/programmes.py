"""Linear programmes and those with whole numbers, put to HiGHS through scipy.

Budgets are nodes of the branch and bound. The answers are read by name: `status` 0 solved, 1 the budget is used up,
2 infeasible; `x`, `fun`, `mip_node_count`, `mip_dual_bound`, and of a relaxation the marginals of its rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import optimize
from scipy.optimize import Bounds, LinearConstraint

from gis_planner.analysis.arrays import Floats

_relax: Any = optimize.linprog  # its stubs know no sparse matrices


def relax(costs: Floats, *, equal: tuple[Any, Floats], below: tuple[Any, Floats] | None = None) -> Any:
    """Minimise costs over numbers from 0 to 1 where rows equal, and others stay below, what they must."""
    matrix, right = below if below is not None else (None, None)
    return _relax(
        costs, A_ub=matrix, b_ub=right, A_eq=equal[0], b_eq=equal[1], bounds=(0.0, 1.0), method="highs"
    )


def choose_whole(
    costs: Floats,
    constraints: Sequence[LinearConstraint],
    *,
    high: Floats | None = None,
    whole: int | None = None,
    node_limit: int,
) -> Any:
    """Minimise costs over numbers from 0 to `high` (1), of which the first `whole` (all) are 0 or 1."""
    integral = np.ones(len(costs), dtype=np.int64)
    if whole is not None:
        integral[whole:] = 0
    # WORKAROUND: HiGHS's reductions before the branch and bound can cut off the best answer (of a map of ten units
    # with three centres, see the tests of proofs); what is proven here must not rest on them.
    return optimize.milp(
        costs,
        constraints=list(constraints),
        bounds=Bounds(0.0, np.ones(len(costs)) if high is None else high),
        integrality=integral,
        options={"node_limit": max(node_limit, 1), "mip_rel_gap": 0.0, "presolve": False},
    )
