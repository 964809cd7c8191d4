"""A town, its results, the catalogue, and Qt without a screen."""

from __future__ import annotations

import pytest
from cartography.town import make_project, make_results

from gis_planner.messages import Catalogue, load_catalogue
from gis_planner.model.project import Project
from gis_planner.model.results import Results


@pytest.fixture(scope="session")
def town() -> Project:
    return make_project()


@pytest.fixture(scope="session")
def studied(town: Project) -> Results:
    return make_results(town)


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.fixture
def qt(qapp: object) -> str:
    """The family of the fonts; the application is the one that all tests of a run share."""
    from gis_planner.cartography.qt_setup import ensure_qt

    return ensure_qt()
