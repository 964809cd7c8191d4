"""What a hand does to clusters when it moves compounds: who may take them, and what breaks.

Nothing here decides: a person may break a bound, and the study lists it. What breaks is told while the compound is
still in the hand, with the figures, beside what every soft term and every verdict would become; and where one more move
mends it, that move is offered (`repairs`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from gis_planner.analysis.breaking import (
    broken_anew,
    broken_words,
    falls_apart,
    name_compounds,
    new_breaks,
)
from gis_planner.analysis.clustering.bounds import measure_bounds
from gis_planner.analysis.clustering.pieces import pieces
from gis_planner.analysis.clustering.town import Town
from gis_planner.analysis.extension import cluster_name
from gis_planner.analysis.live_grouping import Comparison, LiveGrouping, Standing
from gis_planner.analysis.repairs import Repair, find_repairs
from gis_planner.errors import RuleError
from gis_planner.messages import Message
from gis_planner.model.clusters import Cluster, Grouping
from gis_planner.model.edits import Edit, MoveCompounds, edit_error
from gis_planner.model.regrouping import regroup

Target = str  # a cluster's id, "new" for a cluster of its own, "out" for none
NEW: Literal["new"] = "new"
OUT: Literal["out"] = "out"

Measure = Callable[[tuple[str, ...]], Standing]


@dataclass(frozen=True)
class Host:
    """A place that compounds can be moved to: a cluster's id, "new" or "out".

    `refusals` say what would break there, with figures; nothing: it may take them. `locked`: the edit itself would be
    refused, whatever a person wants. `beside`: they are neighbours of one of its members.
    """

    target: Target
    refusals: tuple[Message, ...]
    locked: bool = False
    beside: bool = False

    @property
    def allowed(self) -> bool:
        """Tell whether it may take them without breaking anything of its own."""
        return not self.refusals


@dataclass(frozen=True, eq=False)
class Trial:
    """What edits would do, before they are made.

    `edits` would be made; where one cannot be, `refusals` say why and nothing differs. `comparison` holds the clusters
    with other members (bounds, terms and pieces before and after) and the verdicts that would differ. `breaks` says in
    words what would be broken that is not broken now; `repairs` are offered.
    """

    edits: tuple[Edit, ...]
    refusals: tuple[Message, ...]
    comparison: Comparison
    breaks: tuple[Message, ...]
    repairs: tuple[Repair, ...]


def hosts_of(town: Town, grouping: Grouping, compounds: Collection[str] | str) -> tuple[Host, ...]:
    """Give every cluster but the compounds' own, neighbouring ones first, then "new" and "out".

    Of the extension years nothing is known here: `hosts_in` also asks for their share of a cluster's households.
    """

    def measure(members: tuple[str, ...]) -> Standing:
        rows = town.rows(members)
        parts = tuple(tuple(town.ids[row] for row in part) for part in pieces(rows, town.links_by_row))
        return Standing(members, 0, 0, measure_bounds(town, rows), {}, parts)

    return _list_hosts(town, grouping, _named(compounds), measure)


def hosts_in(live: LiveGrouping, compounds: Collection[str] | str) -> tuple[Host, ...]:
    """Give every cluster but the compounds' own, neighbouring ones first, then "new" and "out"."""
    return _list_hosts(live.town, live.grouping, _named(compounds), live.measure)


def try_move(live: LiveGrouping, compounds: Collection[str] | str, target: Target | None) -> Trial:
    """Try to move compounds to a cluster, into a "new" one, or "out" of all (or None), without doing it."""
    to = None if target == OUT and not live.grouping.has(OUT) else target
    trial = try_edits(live, [MoveCompounds(_named(compounds), to)])
    if not trial.breaks:
        return trial
    repairs = find_repairs(live, _named(compounds), to, trial.comparison)
    return Trial(trial.edits, trial.refusals, trial.comparison, trial.breaks, repairs)


def try_everywhere(live: LiveGrouping, compounds: Collection[str] | str) -> Iterator[tuple[Host, Trial]]:
    """Try every place that compounds taken up can go to, one by one: clusters beside them, "new" and "out".

    What was tried is remembered until the grouping changes, so whoever lets this run when a compound is taken up has
    the answer at once wherever the hand then goes.
    """
    for host in hosts_in(live, compounds):
        if host.beside or host.target in (NEW, OUT):
            yield host, try_move(live, compounds, host.target)


def try_edits(live: LiveGrouping, edits: Sequence[Edit]) -> Trial:
    """Try edits of clusters (move, merge, split, dissolve, name), one after the other, without doing them."""
    after, town = live.grouping, live.town
    try:
        for edit in edits:
            if isinstance(edit, MoveCompounds):
                _check_known(town, edit.compounds)
            after = regroup(after, edit)
    except RuleError as fault:
        return Trial((), (fault.problem,), live.compare(live.grouping), (), ())
    comparison = live.compare(after)
    return Trial(tuple(edits), (), comparison, new_breaks(town, comparison), ())


def _named(compounds: Collection[str] | str) -> tuple[str, ...]:
    return (compounds,) if isinstance(compounds, str) else tuple(sorted(set(compounds)))


def _check_known(town: Town, compounds: Collection[str]) -> None:
    for compound in compounds:
        if compound not in town.row:
            raise edit_error("edits.no_compound", compound=compound)


def _list_hosts(
    town: Town, grouping: Grouping, compounds: tuple[str, ...], measure: Measure
) -> tuple[Host, ...]:
    moving = set(compounds)
    rows = town.rows(compounds)
    cluster_of = grouping.cluster_of()
    beside = {cluster_of.get(town.ids[other]) for row in rows for other in town.links[row]}
    held = _held(town, grouping, compounds)
    hosts = [
        _host(town, cluster, moving, measure, held, cluster.id in beside)
        for cluster in grouping.clusters
        if not moving <= set(cluster.members)
    ]
    hosts.sort(key=lambda host: not host.beside)
    alone = _refuse(town, None, measure(compounds))
    hosts.append(Host(NEW, (*held, *alone), bool(held)))
    hosts.append(Host(OUT, held, bool(held)))
    return tuple(hosts)


def _host(
    town: Town, cluster: Cluster, moving: set[str], measure: Measure, held: tuple[Message, ...], beside: bool
) -> Host:
    if held or cluster.locked:
        locked = (Message("clusters.broken.locked"),) if cluster.locked else ()
        return Host(cluster.id, (*held, *locked), True, beside)
    if not beside:
        named = name_compounds(town, sorted(moving))
        return Host(cluster.id, (Message("moving.not_beside", compounds=named),), False, False)
    before = measure(cluster.members)
    after = measure(tuple(sorted(moving.union(cluster.members))))
    return Host(cluster.id, _refuse(town, before, after), False, True)


def _refuse(town: Town, before: Standing | None, after: Standing) -> tuple[Message, ...]:
    found = []
    if falls_apart(before, after):
        parts = [Message("moving.piece", compounds=name_compounds(town, p)) for p in after.pieces[1:]]
        found.append(Message("moving.in_pieces", n=len(after.pieces), parts=parts))
    return (*found, *(broken_words(bound) for bound in broken_anew(before, after)))


def _held(town: Town, grouping: Grouping, compounds: tuple[str, ...]) -> tuple[Message, ...]:
    """Say which locks hold the compounds where they are."""
    moving = set(compounds)
    sources = [c for c in grouping.clusters if c.locked and moving.intersection(c.members)]
    named = sorted(grouping.locked_compounds & moving)
    found = [Message("moving.held_cluster", cluster=cluster_name(cluster)) for cluster in sources]
    if named:
        found.append(Message("moving.held_compound", compounds=name_compounds(town, named)))
    return tuple(found)
