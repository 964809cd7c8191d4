"""How loops are compiled: without the interpreter's lock, kept in a cache, and plain where nothing compiles."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar, cast

_Function = TypeVar("_Function", bound=Callable[..., object])


def compiled(function: _Function) -> _Function:
    """Compile a loop over plain arrays; without a compiler it stays as it is, slow and with the same numbers."""
    try:
        import numba
    except ImportError:
        return function
    try:
        return cast(_Function, numba.njit(cache=True, nogil=True)(function))
    except RuntimeError:  # there is no folder that could hold the cache
        return cast(_Function, numba.njit(nogil=True)(function))
