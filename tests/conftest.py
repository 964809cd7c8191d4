"""What many tests share: the sample project, made once a run, and the command line."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

SHARED = Path(__file__).parents[2] / "shared" / "data"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--kills", type=int, default=5, help="how often the editing run is killed (default 5)")
    parser.addoption("--cases", type=int, default=100, help="cases of each law (default 100)")
    parser.addoption("--edits", type=int, default=40, help="edits that the live study follows (default 40)")
    parser.addoption("--nodes", type=int, default=10_000, help="nodes of the recomputed town (default 10000)")


@pytest.fixture
def edits(request: pytest.FixtureRequest) -> int:
    """How many random edits the live study follows."""
    return int(request.config.getoption("--edits"))


@pytest.fixture
def nodes(request: pytest.FixtureRequest) -> int:
    """About how many nodes the town has that is recomputed outside of the program."""
    return int(request.config.getoption("--nodes"))


@pytest.fixture
def cases(request: pytest.FixtureRequest) -> range:
    """The seeds of the towns on which a law is tried."""
    return range(int(request.config.getoption("--cases")))


@dataclass(frozen=True)
class Said:
    """What one call of the command line said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Call the command line in this process."""
    from gis_planner.cli.main import run

    def call(*arguments: object) -> Said:
        capsys.readouterr()
        code = run([str(a) for a in arguments], lambda project, scenario, sample: 0)
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return call


@pytest.fixture(scope="session")
def made_sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample project, made once; tests that edit take a copy (`sample`)."""
    from gis_planner.workflow.sample import make_sample_project

    path = tmp_path_factory.mktemp("sample") / "sample.gpkg"
    make_sample_project(path).close()
    return path


@pytest.fixture
def sample(made_sample: Path, tmp_path: Path) -> Path:
    """A copy of the sample project to work on."""
    return Path(shutil.copy(made_sample, tmp_path / "sample.gpkg"))


@pytest.fixture
def shared() -> Path:
    """The folder of real data beside the checkout; skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("the real data beside the checkout (../shared/data) is absent")
    return SHARED
