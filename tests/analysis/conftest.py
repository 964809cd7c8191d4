"""All tests of the analysis try the compiled kernels, also on a machine where nothing is compiled yet."""

from __future__ import annotations

import pytest

from gis_planner.analysis.warming import warm_kernels


@pytest.fixture(scope="session", autouse=True)
def _kernels() -> None:
    """Compile the kernels first: while they are not ready, small towns would be measured by the plain engine."""
    warm_kernels()
