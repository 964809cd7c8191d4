"""The card of what a hand tries: what breaks, every figure before and after, verdicts that flip, and what mends it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from gis_planner.app.card import Card, Change, Line, Tone
from gis_planner.app.said import cluster_title, say_bound
from gis_planner.app.texts import Texts
from gis_planner.model.standard import Standard

if TYPE_CHECKING:
    from gis_planner.analysis.live_grouping import Comparison, Side, Standing
    from gis_planner.analysis.moving import Trial
    from gis_planner.analysis.splitting import Split

_MOST_FLIPS = 6
_MOST_BREAKS = 5
_LEAST = 0.005  # what reads as the same figure is none


def move_card(trial: Trial, title: str, texts: Texts, standard: Standard) -> Card:
    """Give the card of compounds held over a place."""
    parts: list[Line | Change] = [Line(texts.say(why), "danger") for why in trial.refusals]
    if trial.refusals:
        return Card(title, tuple(parts))
    told = [Line(texts.say(why), "danger") for why in trial.breaks[:_MOST_BREAKS]]
    parts += told or [Line(texts("app.trial.keeps"), "ok")]
    for side in trial.comparison.sides:
        parts += _sizes(side, texts)
    parts += _terms(trial.comparison, texts)
    parts += _flips(trial.comparison, texts, standard)
    for repair in trial.repairs[:2]:
        parts.append(Line(texts("app.trial.repair", what=texts.say(repair.message)), "second"))
    return Card(title, tuple(parts))


def split_card(split: Split, trial: Trial | None, texts: Texts, title: str) -> Card:
    """Give the card of a split that is prepared: both halves with their bounds."""
    if trial is None or split.edit is None:
        why = texts.say(split.why) if split.why is not None else texts("app.split.nothing")
        return Card(title, (Line(why, "danger"),))
    if trial.refusals:
        return Card(title, tuple(Line(texts.say(why), "danger") for why in trial.refusals))
    told = (*((split.why,) if split.why is not None else ()), *trial.breaks[:_MOST_BREAKS])
    parts: list[Line | Change] = [Line(texts.say(why), "danger") for why in told]
    for side in trial.comparison.sides:
        if side.after is None:
            continue
        parts.append(Line(cluster_title(texts, side.cluster), head=True))
        parts.append(Line(_said_size(side.after, texts)))
        for bound in side.after.bounds:
            if bound.name == "township" and bound.state == "kept":
                continue
            tone: Tone = {"kept": "second", "broken": "danger", "unchecked": "warn_text"}[bound.state]  # type: ignore[assignment]
            parts.append(Line(say_bound(texts, bound), tone))
    parts += _terms(trial.comparison, texts)
    parts.append(Line(texts("app.split.confirm"), "second"))
    return Card(title, tuple(parts))


def _said_size(standing: Standing, texts: Texts) -> str:
    return texts("app.trial.size", n=len(standing.members), households=_households(standing, texts))


def _households(standing: Standing, texts: Texts) -> str:
    said = texts.number(standing.households)
    return f"≥ {said}" if standing.households_unknown else said


def _sizes(side: Side, texts: Texts) -> list[Line | Change]:
    """Say a cluster's members and households before and after."""
    gone = texts("app.trial.nothing")
    was, now = (
        gone if standing is None else _said_size(standing, texts) for standing in (side.before, side.after)
    )
    return [Change(cluster_title(texts, side.cluster), was, now)]


def _terms(comparison: Comparison, texts: Texts) -> list[Line | Change]:
    """Say every soft term that changes, summed over the clusters that a trial touches."""
    sums: dict[str, tuple[float, float]] = {}
    for side in comparison.sides:
        for name, (was, now) in side.term_changes.items():
            before, after = sums.get(name, (0.0, 0.0))
            sums[name] = (before + was, after + now)
    changes: list[Line | Change] = [
        Change(texts(f"app.term.{name}"), f"{was:.2f}", f"{now:.2f}", _tone(was, now))
        for name, (was, now) in sums.items()
        if abs(now - was) >= _LEAST
    ]
    total = (sum(was for was, _ in sums.values()), sum(now for _, now in sums.values()))
    head = Line(texts("app.trial.terms"), head=True)
    if not changes:
        return [head, Line(texts("app.trial.same_terms"), "second")]
    said = Change(texts("app.compare.cost"), f"{total[0]:.2f}", f"{total[1]:.2f}", _tone(*total))
    return [head, *changes, said]


def _tone(was: float, now: float) -> Tone:
    if abs(now - was) < _LEAST:
        return "text"
    return "danger" if now > was else "ok"


def _flips(comparison: Comparison, texts: Texts, standard: Standard) -> list[Line | Change]:
    if comparison.cells is None:
        return [Line(texts("app.trial.no_verdicts"), "second")]
    flips = comparison.flips
    head = Line(texts("app.trial.flips", n=len(flips)), head=True)
    titles = {side.cluster.id: cluster_title(texts, side.cluster) for side in comparison.sides}
    parts: list[Line | Change] = [head] if flips else [Line(texts("app.trial.no_flips"), "second")]
    for flip in flips[:_MOST_FLIPS]:
        name = f"{_short(titles.get(flip.cluster_id, flip.cluster_id))} {texts.title(standard.element(flip.element))}"
        order = ("pass", "partial", "fail")
        tone: Tone = "text"
        if flip.before.status in order and flip.after.status in order:
            better = order.index(flip.after.status) < order.index(flip.before.status)
            tone = "ok" if better else "danger"
        parts.append(
            Change(
                name,
                texts(f"app.status_word.{flip.before.status}"),
                texts(f"app.status_word.{flip.after.status}"),
                tone,
            )
        )
    if len(flips) > _MOST_FLIPS:
        parts.append(Line(texts("app.live.more", n=len(flips) - _MOST_FLIPS), "second"))
    return parts


def _short(title: str) -> str:
    return title.split(" · ", 1)[0]


def say_names(names: Sequence[str], texts: Texts) -> str:
    """Name compounds in the hand: the first one, and how many."""
    return names[0] if len(names) == 1 else texts("app.compounds_chosen", n=len(names))
