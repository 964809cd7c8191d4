"""Compiling the search before a town needs it.

The search takes half a minute to compile, once on each machine. A thread would hold the interpreter's lock meanwhile
and the window would stand still, so a process of low priority does it: what it compiles is kept in the cache for all.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import sys
from multiprocessing.process import BaseProcess

import numpy as np

from gis_planner.analysis.clustering import listing_kernel, search_kernel
from gis_planner.analysis.clustering.search import list_clusters, make_parts, search
from gis_planner.analysis.clustering.solver import ClusterProblem, pose
from gis_planner.analysis.clustering.town import Link, make_town
from gis_planner.analysis.warming import is_ready
from gis_planner.model.rules import Rules
from gis_planner.paths import prepare_environment

_KERNELS = (
    (search_kernel, ("anneal", "descend", "fill")),
    (listing_kernel, ("fitting", "list_sets")),
)
_LOW, _BELOW_NORMAL = 10, 0x4000  # priorities of Unix and of Windows


def search_is_ready() -> bool:
    """Tell whether a search can begin without compiling anything."""
    return all(is_ready(kernels, names) for kernels, names in _KERNELS)


def warm_search() -> None:
    """Compile all that a search calls, or load it from the cache, on three compounds in a row."""
    town = make_town(
        [100] * 3, np.array([[0.0, 0.0], [50.0, 0.0], [100.0, 0.0]]),
        {(0, 1): Link(40.0, ()), (1, 2): Link(40.0, ())}, rules=Rules(households_min=0, members_min=1),
    )  # fmt: skip
    (task,) = pose(ClusterProblem(town, town.ids)).tasks
    board = task.board()
    search(board, seed="warm", effort=0.0, report=lambda _: None)
    list_clusters(board, make_parts(board, 1), np.arange(len(task)), 10)


def warm_search_beside() -> BaseProcess | None:
    """Start a process that compiles the search, unless that is done; it ends with this one at the latest."""
    if search_is_ready():
        return None
    process = multiprocessing.get_context("spawn").Process(target=_warm_quietly, daemon=True)
    process.start()
    return process


def _warm_quietly() -> None:
    prepare_environment()
    if sys.platform == "win32":
        kernel = ctypes.windll.kernel32
        kernel.SetPriorityClass(kernel.GetCurrentProcess(), _BELOW_NORMAL)
    else:
        os.nice(_LOW)
    warm_search()
