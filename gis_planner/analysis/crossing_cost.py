"""What it costs to join two compounds across what lies between them.

A lane costs nothing, a branch or secondary road what the rules say, a wall what taking it down costs (拆墙并院), and a
line that divides, where something opens it or the rules let it pass, what a line crossed by an opening costs. A third
compound between two costs half a branch road: they meet only past it. Each kind counts once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gis_planner.model.rules import Rules

_PAST_ANOTHER = 0.5  # of a branch road


def crossing_costs(rules: Rules) -> Mapping[str, float]:
    """Give what crossing each kind once costs; kinds that are not named cost nothing."""
    opened = dict.fromkeys(("expressway", "trunk_road", "railway", "river", "water"), rules.cost_opened)
    return {
        **opened,
        "secondary": rules.cost_secondary,
        "branch": rules.cost_branch,
        "wall": rules.cost_wall,
        "compound": _PAST_ANOTHER * rules.cost_branch,
    }


def cost_of(kinds: Iterable[str], rules: Rules) -> float:
    """Add up what crossing these kinds costs, each once."""
    costs = crossing_costs(rules)
    return float(sum(costs.get(kind, 0.0) for kind in sorted(set(kinds))))
