"""A districting for a task: searched, mended where bounds are broken, and proven where that can be had.

Budgets are steps of the search and nodes of the proof, so that the same seed gives the same parts on any machine.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from gis_planner.analysis.arrays import Rows
from gis_planner.analysis.districting.bounding import bound_by_cutting_off, bound_plainly
from gis_planner.analysis.districting.centring import prove_by_centres
from gis_planner.analysis.districting.choosing import choose_parts
from gis_planner.analysis.districting.conflicts import (
    find_hemmed_unit,
    find_plain_conflict,
    find_tied_units,
    name_units,
    shrink_conflict,
)
from gis_planner.analysis.districting.construct import count_parts, find_components
from gis_planner.analysis.districting.labelling import Proof, prove_by_labels
from gis_planner.analysis.districting.listing import list_parts, price_parts, read_set
from gis_planner.analysis.districting.problem import (
    Conflict,
    Districting,
    Division,
    Parts,
    find_broken,
    gather_parts,
    label_units,
    measure,
    weigh,
)
from gis_planner.analysis.districting.search import Found, explore, measure_found, plan_steps
from gis_planner.analysis.districting.windows import mend
from gis_planner.errors import Cancelled
from gis_planner.messages import Message
from gis_planner.progress import SILENT, Part, Progress

_VISITS, _MOST = 400_000, 120_000  # parts that are listed for an exact choice
_PROOF = 20  # nodes of a proof by labels of the largest size; more for smaller ones, by the square
_PROOF_SIZE = 360  # labels that units may take together, above which no proof by labels is tried
_CENTRES = 60  # units up to which compactness is proven
_CUT_OFF_SIZE, _CUT_OFF_NODES, _ANCHORS = 120, 20, 6  # units, nodes, and units that a part is cut off around
_LOOKED_AT = 300  # units up to which each is looked at before the search, and parts are listed
_CLOSE = 1e-9


@dataclass(frozen=True)
class Effort:
    """How long to search and to prove: None lets the size of the task decide. `proof` 0 proves nothing."""

    starts: int | None = None
    steps: int | None = None
    proof: int | None = None


def divide(
    districting: Districting,
    *,
    seed: int = 0,
    given: Parts | None = None,
    effort: Effort | None = None,
    progress: Progress = SILENT,
) -> Division:
    """Divide all units into connected parts within the bounds, as cheap as can be.

    `given` is a division to start from as well, whatever bounds it breaks; its parts are cut where they do not hang
    together. Cancelled by `progress`, the best so far is given, with `proven` False.
    """
    effort = effort or Effort()
    n = len(districting)
    if n == 0:
        fits = districting.k is None
        conflict = None if fits else Conflict((), Message("districting.conflict.none"), True)
        return Division((), 0.0 if fits else None, 0.0, True, 0.0 if fits else None, 0, 0, (), conflict)
    conflict = _find_conflict(districting)
    districting = _settle_k(districting)
    starts, steps = plan_steps(districting)
    if conflict is not None:
        starts, steps = 1, min(steps, 20_000)  # only to have something to show
    label = None
    if given is not None:
        label = label_units(districting, _as_connected(districting, given))
        if districting.k is not None:
            label = _fit_k(districting, measure_found(districting, label))
    searching = Part(progress, 0.0, 0.7)
    found, stopped = explore(
        districting,
        seed=seed,
        starts=effort.starts or starts,
        steps=effort.steps or steps,
        given=label,
        report=lambda share: searching.report(share, Message("districting.progress.search", n=n)),
    )
    if found is None:  # stopped before anything was made
        found = measure_found(districting, _in_pieces(districting))
    found = _tidy(districting, found)
    if conflict is not None:
        return _report_conflict(districting, found, conflict, stopped=stopped)
    if found.out > 0 and not stopped:
        found, stopped = _insist(districting, found, seed=seed, starts=starts, steps=steps, progress=progress)
    if found.out > 0 and n > _LOOKED_AT:
        parts = gather_parts(found.label)
        among = sorted(row for place in find_broken(districting, parts) for row in parts[place])
        conflict = find_tied_units(districting, among) or find_hemmed_unit(districting, among)
        if conflict is not None:
            return _report_conflict(districting, found, conflict, stopped=stopped)
    best = None if found.out > 0 or not _has_k(districting, found) else found.value
    proof, why = Proof(feasible=None if best is None else True), None
    if not stopped:
        proving = Part(progress, 0.8, 1.0)

        def tell() -> None:
            proving.report(0.5, Message("districting.progress.prove", n=n))

        try:
            tell()
            proof, why = _prove(districting, best, effort, tell)
        except Cancelled:
            stopped = True
    if proof.parts is not None:
        steps_taken = found.steps
        found = measure_found(districting, label_units(districting, proof.parts))
        found.steps = steps_taken
        best = found.value
    if best is None:
        if why is None and proof.feasible is False:
            why = Conflict(tuple(districting.ids), Message("districting.conflict.none"), True)
        return _report_conflict(districting, found, why, stopped=stopped, nodes=proof.nodes)
    parts = gather_parts(found.label)
    bound = min(best, max(proof.bound or 0.0, bound_plainly(districting)))
    proven = proof.proven or best - bound <= _CLOSE * max(1.0, abs(best))
    bound = best if proven else bound
    gap = 0.0 if best <= bound else (best - bound) / best
    return Division(parts, best, bound, proven, gap, found.steps, proof.nodes, (), None, stopped)


def improve(
    districting: Districting,
    parts: Parts,
    *,
    seed: int = 0,
    effort: Effort | None = None,
    progress: Progress = SILENT,
) -> Division:
    """Repair and improve a division that somebody else made; what it gives is never worse, and nothing is proven."""
    effort = effort or Effort()
    starts, steps = plan_steps(districting)
    quick = Effort(effort.starts or 1, effort.steps or starts * steps // 2, effort.proof or 0)
    return divide(districting, seed=seed, given=parts, effort=quick, progress=progress)


def repair(districting: Districting, parts: Parts, *, seed: int = 0) -> Parts:
    """Bring a division within its bounds with as little change as a short search finds; what keeps them is left.

    Parts that do not hang together are cut first. Where no repair is found the parts may still break bounds.
    """
    label = label_units(districting, _as_connected(districting, parts))
    found = measure_found(districting, label)
    if _has_k(districting, found):
        found = mend(districting, found, gently=True)
    if found.out == 0 and _has_k(districting, found):
        return gather_parts(found.label)
    starts, steps = plan_steps(districting)
    for attempt in range(3):
        if not _has_k(districting, found):
            found = measure_found(districting, _fit_k(districting, found))
        better, _ = explore(
            districting,
            seed=seed + attempt,
            starts=0 if attempt < 2 else 1,
            steps=starts * steps // 4,
            given=found.label,
            report=lambda share: None,
            strict=3.0**attempt,
        )
        if better is not None and better.key < found.key:
            found = mend(districting, better, gently=True)
        if found.out == 0:
            break
    return gather_parts(found.label)


def _settle_k(districting: Districting) -> Districting:
    """Ask for the number of parts that the bounds leave open, where they leave one: the same task, easier to prove."""
    if districting.k is not None:
        return districting
    pieces = find_components(districting)
    spans = [count_parts(districting, weigh(districting, piece), len(piece)) for piece in pieces]
    if any(fewest != most for fewest, most in spans):
        return districting
    return replace(districting, k=sum(fewest for fewest, _ in spans))


def _find_conflict(districting: Districting) -> Conflict | None:
    """Find what makes any division impossible; of several reasons the one of fewest units."""
    plain = find_plain_conflict(districting)
    if len(districting) > _LOOKED_AT or (plain is not None and len(plain.units) == 1):
        return plain
    hemmed = find_hemmed_unit(districting, range(len(districting)))
    if hemmed is not None or plain is None:
        return hemmed
    if districting.k is not None:
        return plain
    listed = list_parts(districting, visits=_VISITS // 10, most=_MOST // 20)
    if listed is None:
        return plain
    smaller = shrink_conflict(districting, [read_set(each) for each in listed])
    return smaller if len(smaller.units) < len(plain.units) else plain


def _as_connected(districting: Districting, parts: Sequence[Sequence[int]]) -> Parts:
    """Cut parts where they do not hang together."""
    label_units(districting, tuple(tuple(part) for part in parts))
    pieces = [tuple(piece) for part in parts for piece in find_components(districting, part)]
    return tuple(sorted(pieces))


def _in_pieces(districting: Districting) -> Rows:
    label = np.zeros(len(districting), dtype=np.int64)
    for place, piece in enumerate(find_components(districting)):
        label[piece] = place
    return label


def _has_k(districting: Districting, found: Found) -> bool:
    return districting.k is None or len(set(found.label.tolist())) == districting.k


def _fit_k(districting: Districting, found: Found) -> Rows:
    """Merge the lightest part into its lightest neighbour, or cut a unit from the heaviest, until there are k."""
    assert districting.k is not None
    parts = [list(part) for part in gather_parts(found.label)]

    def weigh(part: list[int]) -> tuple[float, list[int]]:
        return float(districting.weight[part].sum()), part

    while len(parts) > districting.k:
        for light in sorted(parts, key=weigh):
            ring = {other for row in light for other in districting.near[row]} - set(light)
            beside = [part for part in parts if ring.intersection(part)]
            if beside:
                target = min(beside, key=weigh)
                parts.remove(light)
                target.extend(light)
                target.sort()
                break
        else:
            break
    while len(parts) < districting.k:
        heavy = max((part for part in parts if len(part) > 1), key=weigh, default=None)
        if heavy is None:
            break
        for row in heavy:
            rest = [other for other in heavy if other != row]
            if len(find_components(districting, rest)) == 1:
                parts.remove(heavy)
                parts += [rest, [row]]
                break
    label = np.zeros(len(districting), dtype=np.int64)
    for place, part in enumerate(parts):
        label[part] = place
    return label


def _insist(
    districting: Districting, found: Found, *, seed: int, starts: int, steps: int, progress: Progress
) -> tuple[Found, bool]:
    """Drive what is out of bounds to zero: windows first, then searches that price it higher."""
    share = Part(progress, 0.7, 0.8)
    taken, stopped = found.steps, False
    for attempt in range(3):
        found = mend(districting, found)
        if found.out == 0 or stopped:
            break
        better, stopped = explore(
            districting,
            seed=seed + 1000 * (attempt + 1),
            starts=max(1, starts // 2),
            steps=steps,
            given=found.label,
            report=lambda done: share.report(
                done, Message("districting.progress.search", n=len(districting))
            ),
            strict=3.0 ** (attempt + 1),
        )
        if better is not None:
            taken += better.steps
            if better.key < found.key:
                found = better
    found.steps = taken
    return found, stopped


def _tidy(districting: Districting, found: Found) -> Found:
    """Cut what does not hang together, where a search could not: whole pieces of a graph with too few parts."""
    parts = _as_connected(districting, gather_parts(found.label))
    tidied = measure_found(districting, label_units(districting, parts))
    tidied.steps = found.steps
    return tidied


def _prove(
    districting: Districting, best: float | None, effort: Effort, tell: Callable[[], None]
) -> tuple[Proof, Conflict | None]:
    """Prove by the way that fits: all parts listed, labels for few parts, centres for compactness."""
    n = len(districting)
    if effort.proof == 0 and best is not None:
        return Proof(feasible=True), None
    generous = effort.proof is not None and effort.proof > 0
    listed = None
    if n <= _LOOKED_AT:
        listed = list_parts(districting, visits=_VISITS * (5 if generous else 1), most=_MOST)
    if listed is not None:
        tell()
        sets = [read_set(each) for each in listed]
        choice = choose_parts(
            n,
            sets,
            price_parts(districting, sets),
            k=districting.k,
            best=best,
            whole=districting.whole,
            node_limit=effort.proof or 5_000,
        )
        parts: Parts | None = None
        if choice.sets is not None:
            parts = tuple(sorted(tuple(sets[each]) for each in choice.sets))
            if best is not None and measure(districting, parts) >= best:
                parts = None
        proof = Proof(parts, choice.bound, choice.proven, choice.feasible, choice.nodes)
        if choice.feasible is False:
            return proof, shrink_conflict(districting, sets)
        return proof, None
    if districting.objective == "compactness":
        if n <= _CENTRES or generous:
            return prove_by_centres(districting, best, node_limit=effort.proof or 400, report=tell), None
        return Proof(feasible=None if best is None else True), None
    if districting.k is not None and (n * districting.k <= _PROOF_SIZE or generous):
        limit = effort.proof or math.ceil((_PROOF_SIZE / (n * districting.k)) ** 2 * _PROOF)
        return prove_by_labels(districting, best, node_limit=limit, report=tell), None
    if best is None or n > _CUT_OFF_SIZE:
        return Proof(feasible=None if best is None else True), None
    bound, nodes = bound_by_cutting_off(
        districting, best, anchors=_ANCHORS, node_limit=_CUT_OFF_NODES, report=tell
    )
    return Proof(bound=min(bound, best), feasible=True, nodes=nodes), None


def _report_conflict(
    districting: Districting, found: Found, conflict: Conflict | None, *, stopped: bool, nodes: int = 0
) -> Division:
    parts = gather_parts(found.label)
    broken = find_broken(districting, parts)
    if conflict is None:
        rows = [row for place in broken for row in parts[place]]
        words = Message("districting.conflict.not_found", n=len(broken), units=name_units(districting, rows))
        conflict = Conflict(tuple(districting.ids[row] for row in rows), words, False)
    return Division(parts, None, None, False, None, found.steps, nodes, broken, conflict, stopped)
