"""Arrays that get longer by a few values at a time without being copied each time.

Arrays here are values: nobody writes into one that somebody holds. So what comes after an array's last value may be
written into memory behind it, as long as nobody else's values stand there: whoever holds the shorter array never sees
them. The memory goes on from its last value once; a second one who makes the same array longer gets a copy.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_ROOM = 1 / 8  # of an array's length is kept free behind it
_ROOM_LEAST = 64


class _Room(np.ndarray):
    """Memory with room behind the values in it: `end` is where they end, `gone_on` has each end that has been one."""

    end: int
    gone_on: dict[int, object]


def put_after(array: NDArray[Any], more: NDArray[Any]) -> NDArray[Any]:
    """Give an array with more values of its type after its own.

    Both share their values: only who owns every array made from the first one may write into one of them.
    """
    n, size = len(array), len(array) + len(more)
    if n == size:
        return array
    room = _behind(array)
    if room is None or size > len(room) or not _goes_on(room, n):
        room = np.empty((size + max(_ROOM_LEAST, int(size * _ROOM)), *array.shape[1:]), array.dtype).view(
            _Room
        )
        room.gone_on = {}
        room[:n] = array
    room[n:size] = more
    room.end = size
    return room[:size].view(np.ndarray)


def _behind(array: NDArray[Any]) -> _Room | None:
    """Find the memory that an array is the beginning of."""
    held: Any = array
    while isinstance(held, np.ndarray):
        if isinstance(held, _Room) and hasattr(held, "gone_on"):
            same = _lies(held) == _lies(array) and held.dtype == array.dtype
            return held if same and held.shape[1:] == array.shape[1:] else None
        held = held.base
    return None


def _lies(array: NDArray[Any]) -> tuple[int, tuple[int, ...]]:
    return array.__array_interface__["data"][0], array.strides


def _goes_on(room: _Room, end: int) -> bool:
    """Tell whether memory may go on behind so many values; where two ask at once, one of them may."""
    mine = object()
    return end == room.end and room.gone_on.setdefault(end, mine) is mine
