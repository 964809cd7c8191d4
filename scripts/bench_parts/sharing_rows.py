"""Groupings that see what has to be built against groupings by adjacency alone: same towns, same bounds.

What is still to be built is counted alike for both, by the rule of the verdicts, in every cluster; a compound left
alone counts as a cluster of its own, so that nobody gains by leaving compounds out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bench_parts.cluster_town import as_town, rules_of
from bench_parts.grouping_rows import answer_at_once, cases_of
from bench_parts.table import Row
from gis_planner.analysis.clustering.solver import ClusterProblem
from gis_planner.analysis.clustering.town import Town
from gis_planner.model.rules import Rules

WEIGHT = Rules().weight_build
LESS = 0.15


def measure_sharing(
    n: int,
    seeds: Sequence[int],
    *,
    sample: ClusterProblem | None,
    weight: float = WEIGHT,
    less: float | None = LESS,
    every_mean: bool = False,
) -> Iterator[Row]:
    """Compare on the sample and on a town of every seed; a row each, then the mean of what is saved.

    Without `less`, the share to be saved, the mean only informs."""
    given = [] if sample is None else [("the sample", sample)]
    for town, mean in cases_of(n, seeds, every_mean=every_mean):
        own = as_town(town, rules_of(town, mean))
        given.append((f"N = {n}, mean {mean}, seed {town.seed}", ClusterProblem(own, own.ids)))
    saved = []
    for name, problem in given:
        aware, plain = (to_build(problem, weight_build=chosen) for chosen in (weight, 0.0))
        if plain:
            saved.append(1 - aware / plain)
        yield Row("facilities still to be built", name, float(aware), "", "by adjacency alone", float(plain))
    mean_saved = 100 * sum(saved) / len(saved) if saved else 0.0
    note = f"The weight of facilities to build is {weight:g}; whoever is left alone counts as a cluster."
    what, network = "sharing-aware: fewer to be built", f"mean of {len(saved)}"
    if less is None:
        yield Row(what, network, mean_saved, "%", note=note)
        return
    met = bool(saved) and mean_saved >= 100 * less
    yield Row(what, network, mean_saved, "%", target=f"≥ {100 * less:g} %", met=met, note=note)


def to_build(problem: ClusterProblem, *, weight_build: float) -> int:
    """Group with this weight, and count what is still to be built."""
    town: Town = replace(problem.town, rules=replace(problem.town.rules, weight_build=weight_build))
    _, groups = answer_at_once(replace(problem, town=town))
    services = town.services
    return 0 if services is None else sum(len(services.missing(group)) for group in groups)
