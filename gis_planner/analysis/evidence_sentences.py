"""Words for what stands behind a cell: what to do where nothing was assessed, how far to lean on a verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gis_planner.analysis.sentences import percent, title_of_layer
from gis_planner.messages import Message
from gis_planner.model.layers import layer

_NAMED_MAX = 3


def remedy_words(doubt: Mapping[str, Any]) -> Message:
    """Say what lets an element be assessed that was not."""
    values: dict[str, Any] = {}
    if "layer" in doubt:
        values["layer"] = title_of_layer(str(doubt["layer"]))
    if "attribute" in doubt:
        column = layer(str(doubt["layer"])).column(str(doubt["attribute"]))
        values["attribute"] = Message("scoring.both", zh=column.zh, en=column.en)
    return Message(f"scoring.remedy.{doubt['code']}", **values)


def confidence_words(confidence: Mapping[str, Any], names: Mapping[str, str] | None = None) -> Message:
    """Say a level of confidence and its reasons in one line; `names` as for `verdict_sentence`."""
    reasons = [_reason(reason, names or {}) for reason in confidence["reasons"]]
    level = confidence["level"] or "none"
    if not reasons:
        return Message(f"scoring.confidence.{level}")
    return Message(
        "scoring.confidence.because", level=Message(f"scoring.confidence.{level}"), reasons=reasons
    )


def _reason(reason: Mapping[str, Any], names: Mapping[str, str]) -> Message:
    values: dict[str, Any] = {key: value for key, value in reason.items() if key in ("file", "datum", "n")}
    if "layer" in reason:
        values["layer"] = title_of_layer(str(reason["layer"]))
    if "cover" in reason:
        values["share"] = percent(reason["cover"], reason["limit"])
    if "n" in reason:
        values["n"] = f"{float(reason['n']):.3f}".rstrip("0").rstrip(".")
    if "facilities" in reason:
        values["facilities"] = _named(reason["facilities"], names)
        values["n"] = len(reason["facilities"])
    return Message(f"scoring.reason.{reason['code']}", **values)


def _named(facilities: Sequence[str], names: Mapping[str, str]) -> list[str]:
    return [names.get(f"facilities/{facility}", facility) for facility in facilities[:_NAMED_MAX]]
