"""How loops are compiled: without the interpreter's lock, kept in a cache, and plain where nothing compiles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

_Function = TypeVar("_Function", bound=Callable[..., object])


def compiled(function: _Function) -> _Function:
    """Compile a loop over plain arrays; without a compiler it stays as it is, slow and with the same numbers."""
    return _compile(function)


def compiled_inside(function: _Function) -> _Function:
    """Compile a loop that only other compiled loops call: it has no door from Python, which takes long to compile."""
    return _compile(function, no_cpython_wrapper=True, no_cfunc_wrapper=True)


def _compile(function: _Function, **options: bool) -> _Function:
    try:
        import numba
    except ImportError:
        return function
    njit: Any = numba.njit
    try:
        return cast(_Function, njit(cache=True, nogil=True, **options)(function))
    except RuntimeError:  # there is no folder that could hold the cache
        return cast(_Function, njit(nogil=True, **options)(function))
