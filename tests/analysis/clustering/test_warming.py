"""The search is compiled in a process of its own, whose cache every later process finds."""

from __future__ import annotations

import multiprocessing

from gis_planner.analysis.clustering import warming


def test_what_a_process_beside_compiles_is_ready_here() -> None:
    process = multiprocessing.get_context("spawn").Process(target=warming._warm_quietly, daemon=True)
    process.start()
    process.join(600)
    assert process.exitcode == 0
    assert warming.search_is_ready()
    assert warming.warm_search_beside() is None
