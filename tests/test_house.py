"""The house itself: what lies where, what is locked, what a wheel holds, which Qt may be used."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
from grimp import ImportGraph
from packaging.requirements import Requirement
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
TOP_LEVEL = {
    "gis_planner",
    "resources",
    "sample_data",
    "tests",
    "scripts",
    "pyproject.toml",
    "README.md",
    "LICENSE",
}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = (ROOT / "scripts" / "lock.txt", ROOT / "scripts" / "lock-dev.txt")


def test_the_top_level_holds_what_it_should_and_nothing_else() -> None:
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("no git here: what is kept cannot be told from what was generated")
    listed = subprocess.run(
        ["git", "-c", f"safe.directory={ROOT}", "ls-files", "-z"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    top = {name.split("/")[0] for name in listed.stdout.split("\0") if name}
    assert {name for name in top if not name.startswith(".")} == TOP_LEVEL
    assert {name for name in top if name.startswith(".")} <= {".ci", ".gitignore", ".gitattributes"}


def test_qt_survives_calls_that_return_nothing() -> None:
    # PySide6 6.12 on Python 3.11 loses a reference to None at each such call and ends after some thousand of them.
    code = """
from PySide6.QtCore import QObject
thing = QObject()
for _ in range(20_000):
    thing.setObjectName("compound")
print("survived")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, "survived"), done.stderr[:400]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_a_lock_names_no_place_that_packages_come_from(lock: Path) -> None:
    text = lock.read_text(encoding="utf-8")
    assert not re.search(r"://|index|find-links|file:|@|^-", text, flags=re.MULTILINE)
    for line in text.splitlines():
        assert re.fullmatch(
            r"#.*|[a-z0-9.-]+==[^ ]+( ; [^\\]+)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?", line
        ), line


def test_every_requirement_is_locked_with_hashes() -> None:
    running = _locked(LOCKS[0])
    everything = {
        name: [*running.get(name, []), *_locked(LOCKS[1]).get(name, [])]
        for name in [*running, *_locked(LOCKS[1])]
    }
    project = PROJECT["project"]
    for text in [*project["dependencies"], *PROJECT["build-system"]["requires"]]:
        assert _fits(Requirement(text), running), text
    for text in project["optional-dependencies"]["dev"]:
        assert _fits(Requirement(text), everything), text


def test_development_adds_to_the_lock_and_repeats_nothing() -> None:
    assert _locked(LOCKS[0]).keys().isdisjoint(_locked(LOCKS[1]))


@pytest.mark.parametrize("command", ["run.py", "test.py"])
def test_a_command_is_readable_for_an_old_python(command: str) -> None:
    text = (ROOT / "scripts" / command).read_text(encoding="utf-8")
    ast.parse(text, feature_version=(3, 7))
    before_the_check = text[: text.index("sys.version_info")]
    assert "import setup" not in before_the_check
    assert "__future__" not in text


def test_the_version_is_told_once_and_the_same() -> None:
    from gis_planner import __version__

    assert __version__ == PROJECT["project"]["version"]


def test_a_wheel_carries_resources_and_sample_data_and_finds_them(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    done = subprocess.run(build, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    [wheel] = tmp_path.glob("*.whl")
    inside = tmp_path / "installed"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(inside)
    for folder in ("resources", "sample_data"):
        kept = _kept_files(ROOT / folder)
        assert kept, folder
        assert kept <= _kept_files(inside / "gis_planner" / folder)
    assert not {"tests", "scripts", "resources"} & {path.name for path in inside.iterdir()}

    ask = "from gis_planner import paths; print(paths.resource(), paths.sample_data(), sep='\\n')"
    found = subprocess.run(
        [sys.executable, "-P", "-c", ask],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(inside), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert [Path(line) for line in found.stdout.splitlines()] == [
        inside / "gis_planner" / "resources",
        inside / "gis_planner" / "sample_data",
    ]


def test_only_the_named_importers_may_import_a_package() -> None:
    from scripts.import_contracts import OnlyContract

    graph = ImportGraph()
    for module in ("house.app.window", "house.paint_map", "house.paint_map_words", "house.model"):
        graph.add_module(module)
    graph.add_module("Qt", is_squashed=True)
    graph.add_import(importer="house.app.window", imported="Qt")
    graph.add_import(importer="house.paint_map", imported="Qt")
    contract = OnlyContract(
        name="Qt",
        session_options={},
        contract_options={"packages": ["Qt"], "importers": ["house.app.*", "house.paint_*"]},
    )
    assert contract.check(graph, verbose=False).kept

    graph.add_import(importer="house.model", imported="Qt")
    broken = contract.check(graph, verbose=False)
    assert not broken.kept
    assert broken.metadata["intruders"] == [("house.model", "Qt")]


def _locked(lock: Path) -> dict[str, list[tuple[Requirement, int]]]:
    """Read a lock: each name's requirements, with how many hashes each has."""
    entries: dict[str, list[tuple[Requirement, int]]] = {}
    for entry in re.split(r"\n(?=[a-z0-9])", lock.read_text(encoding="utf-8"))[1:]:
        requirement = Requirement(entry.split("\\")[0].strip())
        entries.setdefault(requirement.name, []).append((requirement, entry.count("--hash=sha256:")))
    return entries


def _fits(wanted: Requirement, locked: dict[str, list[tuple[Requirement, int]]]) -> bool:
    """Tell whether a pinned, hashed version serves a requirement on each Python on which it counts."""
    pins = locked.get(wanted.name.lower().replace("_", "-"), [])
    for python in ("3.11", "3.12", "3.13"):
        place = {"python_version": python, "python_full_version": f"{python}.0"}
        if wanted.marker is not None and not wanted.marker.evaluate(place):
            continue
        versions = [
            Version(next(iter(pin.specifier)).version)
            for pin, hashes in pins
            if hashes and (pin.marker is None or pin.marker.evaluate(place))
        ]
        if len(versions) != 1 or versions[0] not in wanted.specifier:
            return False
    return True


def _kept_files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
