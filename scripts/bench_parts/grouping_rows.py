"""Groupings of our own: against the proven optimum, beside the peers on neutral costs, alternatives, and at size."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Mapping, Sequence

from bench_parts.cluster_peers import (
    NAMES,
    Case,
    ask_peer,
    best_lengths,
    mend_answers,
    weigh_neutrally,
)
from bench_parts.cluster_town import MEANS, as_districting, as_town, draw_town, rules_of
from bench_parts.table import Row, keep_within, leave_out
from bench_parts.timing import time_once
from gis_planner.analysis.clustering.alternatives import propose_alternatives
from gis_planner.analysis.clustering.part_solver import solve
from gis_planner.analysis.clustering.solver import ClusterProblem, Posed, pose, propose_clusters
from gis_planner.analysis.districting.problem import Parts
from gis_planner.analysis.districting.solver import Effort, divide

SEEDS = tuple(range(20))
_OURS = (
    "Neutral costs: cut length of pairs in different clusters, bounds of households alone, our general core."
)


def cases_of(n: int, seeds: Sequence[int], *, every_mean: bool = False) -> list[Case]:
    """Give a town for every seed; the mean size of clusters goes round, or each town comes with every mean."""
    if every_mean:
        return [(draw_town(n, seed), mean) for seed in seeds for mean in MEANS]
    return [(draw_town(n, seed), MEANS[seed % len(MEANS)]) for seed in seeds]


def warm() -> None:
    """Compile what searches, so that no row pays for it."""
    for town, mean in cases_of(64, (0, 1)):
        own = as_town(town, rules_of(town, mean))
        propose_alternatives(ClusterProblem(own, own.ids), 2)
        divide(as_districting(town, mean), effort=Effort(starts=1, steps=2000, proof=0))


def measure_small(sizes: Sequence[int], seeds: Sequence[int], *, every_mean: bool = False) -> Iterator[Row]:
    """Hold the quick answer against the proven optimum, by the town's whole cost; every case a row."""
    gaps, answers, proofs = [], [], []
    cases = [
        case for seed in seeds for case in cases_of(sizes[seed % len(sizes)], [seed], every_mean=every_mean)
    ]
    for town, mean in cases:
        own = as_town(town, rules_of(town, mean))
        problem = ClusterProblem(own, own.ids)
        answer_s, (value, _) = time_once(lambda problem=problem: answer_at_once(problem))  # type: ignore[misc]
        proof_s, best = time_once(lambda problem=problem: propose_clusters(problem))  # type: ignore[misc]
        gap = (value - best.cost) / best.cost if best.proven else None
        answers.append(answer_s)
        if gap is None:
            beside = (
                f"not proven, gap {best.gap:.1%} said" if best.gap is not None else "not proven, no bound"
            )
        else:
            gaps.append(gap)
            proofs.append(proof_s)
            beside = f"the optimum, proven in {proof_s:.1f} s"
        network = f"{len(town)}, mean {mean}, seed {town.seed}"
        beside = f"at once in {answer_s:.1f} s; {beside}"
        yield Row("N ≤ 60: cost", network, value, "", beside, best.cost)
    about = f"{len(cases)} cases, {len(gaps)} proven"
    if gaps:
        median, worst = 100 * statistics.median(gaps), 100 * max(gaps)
        yield Row("N ≤ 60: median gap", about, median, "%", target="= 0 %", met=median <= 1e-7)
        yield keep_within("N ≤ 60: worst gap", about, worst, "%", at_most=1)
        yield keep_within("N ≤ 60: slowest proof", about, max(proofs), "s", at_most=120)
    else:
        yield leave_out("N ≤ 60: gaps", about, "Nothing was proven.", target="= 0 %")
    yield keep_within("N ≤ 60: slowest answer", about, max(answers), "s", at_most=2)


def answer_at_once(problem: ClusterProblem) -> tuple[float, list[list[int]]]:
    """Search without looking for a proof; gives the cost, and the rows of each cluster and of whoever is alone."""
    posed: Posed = pose(problem)
    found = [
        solve(task, seed=posed.seed_of(task), wanted=posed.wanted, effort=problem.effort, proof=False).parts
        for task in posed.tasks
    ]
    clusters, town = posed.name(found), problem.town
    groups = [town.rows(cluster.members) for cluster in clusters]
    return posed.cost_of(found), [*groups, *(town.rows([one]) for one in posed.alone(clusters))]


def measure_beside_peers(
    n: int,
    seeds: Sequence[int],
    *,
    at_most_s: float,
    less: float,
    peers: Sequence[str] = NAMES,
    seconds: float,
    every_mean: bool = False,
) -> Iterator[Row]:
    """Group on neutral costs beside every peer; `less` is the share by which the best of them must be beaten."""
    cases = cases_of(n, seeds, every_mean=every_mean)
    title = f"N = {n:,}"
    network = f"{len(cases)} case{'s' if len(cases) > 1 else ''}"
    own_s, parts, broken, allowed = [], [], 0, []
    for town, mean in cases:
        taken, found = time_once(
            lambda case=(town, mean): divide(as_districting(*case), effort=Effort(proof=0))  # type: ignore[misc]
        )
        own_s.append(taken)
        parts.append(found.parts)
        impossible = found.conflict is not None and found.conflict.proven
        broken += 0 if impossible else len(found.broken)
        allowed.append(len(found.broken) if impossible else 0)
    own = [weigh_neutrally(*case, part) for case, part in zip(cases, parts, strict=True)]
    yield Row(
        f"{title}: bounds broken", network, float(broken), "",
        f"and {sum(allowed)} that cannot be kept, proven" if any(allowed) else "", target="= 0", met=broken == 0,
        note=_OURS,
    )  # fmt: skip
    yield keep_within(f"{title}: slowest", network, max(own_s), "s", at_most=at_most_s, note=_OURS)
    yield from _measure_whole(title, cases, at_most_s)
    mended: dict[str, tuple[Parts | None, ...]] = {}
    for name in peers:
        answers = ask_peer(name, cases, seconds=seconds)
        done = [row for row, found_ in enumerate(answers.parts) if found_ is not None]
        if not done:
            yield leave_out(f"{title}: cut length", network, f"{name}: {answers.why}.", peer=name)
            continue
        mended[name] = mend_answers(cases, answers)
        for after, which in (("as given", answers.parts), ("repaired", mended[name])):
            told = [weigh_neutrally(*cases[row], which[row] or ()) for row in done]
            mine, theirs = sum(own[row].length_m for row in done), sum(one.length_m for one in told)
            edges = sum(one.edges for one in told) / sum(own[row].edges for row in done)
            label = f"{name}, {after}: {sum(one.broken for one in told)} bounds broken, {edges:.2f} × the pairs cut"
            about = f"{len(done)} of {network}"
            yield Row(f"{title}: cut length", about, mine, "m", label, theirs, theirs / mine)
    yield beat_best(title, [one.length_m for one in own], best_lengths(cases, mended, allowed), less)


def beat_best(
    title: str, own: Sequence[float], lengths: Mapping[str, Sequence[float | None]], less: float
) -> Row:
    """Compare with the best peer of each case, among those that after repair break nothing."""
    target = f"≥ {100 * less:g} % less" if less else "better"
    best = [
        min((found[row] for found in lengths.values() if found[row] is not None), default=None)  # type: ignore[type-var]
        for row in range(len(own))
    ]
    seen = [(mine, theirs) for mine, theirs in zip(own, best, strict=True) if theirs is not None]
    if not seen:
        return leave_out(
            f"{title}: best peer, repaired", "none", "No peer is there or finished.", target=target
        )
    mine, theirs = sum(one for one, _ in seen), sum(other for _, other in seen)
    met = mine <= (1 - less) * theirs if less else mine < theirs
    note = "The best peer of each town after our repair, which moves as few households as it can."
    return Row(
        f"{title}: best peer, repaired", f"{len(seen)} of {len(own)}", mine, "m", "best of each",
        theirs, theirs / mine, target, met, note,
    )  # fmt: skip


def _measure_whole(title: str, cases: Sequence[Case], at_most_s: float) -> list[Row]:
    """Group the towns by their own whole cost too: townships, walks, years, services."""
    taken, broken, alone, gaps = [], 0, 0, []
    for town, mean in cases:
        rules = rules_of(town, mean)
        own = as_town(town, rules)
        seconds, found = time_once(
            lambda own=own: propose_clusters(ClusterProblem(own, own.ids))  # type: ignore[misc]
        )
        taken.append(seconds)
        gaps.append(found.gap)
        alone += len(found.alone)
        for cluster in found.clusters:
            rows = own.rows(cluster.members)
            households = sum(own.households[row] or 0 for row in rows)
            kept = rules.households_min <= households <= rules.households_max
            kept = kept and rules.members_min <= len(rows) <= rules.members_max
            broken += (
                not kept or bool(own.too_far(rows).any()) or len({own.townships[row] for row in rows}) > 1
            )
    known = [gap for gap in gaps if gap is not None]
    said = f"{alone} compounds alone; " + (
        f"median gap {statistics.median(known):.0%}" if known else "no bound"
    )
    network = f"{len(cases)} with every term and rule"
    return [
        Row(f"{title}: bounds broken", network, float(broken), "", said, target="= 0", met=broken == 0),
        keep_within(f"{title}: slowest", network, max(taken), "s", at_most=at_most_s),
    ]


def measure_alternatives(n: int, count: int, *, at_most_s: float) -> list[Row]:
    """Time a set of alternatives for one town, its best grouping among them."""
    ((town, mean),) = cases_of(n, [1])
    own = as_town(town, rules_of(town, mean))
    taken, found = time_once(lambda: propose_alternatives(ClusterProblem(own, own.ids), count))
    least = min((one.different for one in found), default=0.0)
    worst = max((one.cost for one in found), default=0.0) / (found[0].cost if found else 1.0) - 1
    what, network = f"{count} alternatives", f"N = {n:,}, mean {mean}"
    said = f"{least:.0%} of households differ at least, cost within {worst:.1%}"
    return [
        Row(
            f"{what}: found",
            network,
            float(len(found)),
            "",
            said,
            target=f"= {count}",
            met=len(found) == count,
        ),
        keep_within(f"{what}: all of them", network, taken, "s", at_most=at_most_s),
    ]
