"""What is said to people: a key with values below, Chinese or English at the edge.

Everything below the window and the command line speaks in `Message(key, **values)`. The one
catalogue, `resources/translations/*.toml`, turns a message into a sentence. Values are inserted
and never read as templates, so a compound called `{name}` stays called `{name}`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from gis_planner.paths import resource

Language = Literal["zh", "en"]


@dataclass(frozen=True, init=False)
class Message:
    """A sentence to come: the key of its template and the values that go into it.

    Values are text, numbers, None, further messages, or lists of these.
    """

    key: str
    values: Mapping[str, Any]

    def __init__(self, key: str, /, **values: Any) -> None:
        object.__setattr__(self, "key", key)
        object.__setattr__(self, "values", MappingProxyType(values))

    def __hash__(self) -> int:
        return hash((self.key, repr(sorted(self.values.items(), key=lambda item: item[0]))))

    def to_json(self) -> dict[str, Any]:
        """Write the message as plain JSON: `{"key": …, "values": {…}}`."""
        return {"key": self.key, "values": {name: _to_json(v) for name, v in sorted(self.values.items())}}

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> Message:
        """Read what `to_json` wrote."""
        return cls(str(body["key"]), **{name: _from_json(v) for name, v in body.get("values", {}).items()})


def _to_json(value: Any) -> Any:
    if isinstance(value, Message):
        return value.to_json()
    if isinstance(value, list | tuple):
        return [_to_json(v) for v in value]
    return value


def _from_json(value: Any) -> Any:
    if isinstance(value, dict) and set(value) == {"key", "values"}:
        return Message.from_json(value)
    if isinstance(value, list):
        return tuple(_from_json(v) for v in value)
    return value


class Catalogue:
    """The texts of every message in Chinese and English."""

    def __init__(self, texts: Mapping[str, Mapping[str, str]]) -> None:
        self._texts = texts

    def __contains__(self, key: str) -> bool:
        return key in self._texts

    def keys(self) -> list[str]:
        """Give every key, sorted."""
        return sorted(self._texts)

    def text(self, message: Message | str, language: Language = "zh") -> str:
        """Say a message in one language.

        A missing key or value never hides what happened: the key and the values are shown as they are.
        """
        if isinstance(message, str):
            message = Message(message)
        values = {name: self._value(v, language) for name, v in message.values.items()}
        template = self._texts.get(message.key, {}).get(language)
        if template is None:
            return message.key + (f" {values}" if values else "")
        try:
            return template.format(**values)
        except (KeyError, IndexError, ValueError, TypeError):
            return f"{template} {values}"

    def _value(self, value: Any, language: Language) -> Any:
        if isinstance(value, Message):
            return self.text(value, language)
        if isinstance(value, list | tuple):
            comma = "、" if language == "zh" else ", "
            return comma.join(str(self._value(v, language)) for v in value)
        if value is None:
            return "—"
        return value


def load_catalogue() -> Catalogue:
    """Read every file of `resources/translations`; a key that stands in two files is a defect."""
    texts: dict[str, Mapping[str, str]] = {}
    for path in sorted(resource("translations").glob("*.toml")):
        for key, entry in tomllib.loads(path.read_text(encoding="utf-8")).items():
            if key in texts:
                raise ValueError(f"message {key!r} is defined twice, again in {path.name}")
            texts[key] = entry
    return Catalogue(texts)
