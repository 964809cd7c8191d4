"""What a panel hears while it lives: connections that are all let go at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Hearing:
    """Remembers connections to things that outlive a panel (document, selection, jobs)."""

    def __init__(self) -> None:
        self._pairs: list[tuple[Any, Callable[..., Any]]] = []

    def on(self, signal: Any, slot: Callable[..., Any]) -> None:
        """Hear a signal."""
        signal.connect(slot)
        self._pairs.append((signal, slot))

    def stop(self) -> None:
        """Hear nothing any more."""
        for signal, slot in self._pairs:
            signal.disconnect(slot)
        self._pairs = []
