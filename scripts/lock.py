"""Remake the lock files from pyproject.toml.

`lock.txt` holds what running the program needs, the build backend included; `lock-dev.txt` holds what
the development extra adds to that. Both hold names, versions and hashes, for every platform and Python
that the project serves, and say nothing about where packages come from. Versions that still fit are
kept; `--upgrade` asks for the newest. Needs uv (`pip install uv`).
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "scripts" / "lock.txt"
LOCK_DEV = ROOT / "scripts" / "lock-dev.txt"

_HEADER = "# Names, versions and hashes of {what}. Remake: python scripts/lock.py [--upgrade]\n"


def main(options: list[str]) -> None:
    """Resolve everything once, resolve the runtime part within it, and write the two files."""
    with tempfile.TemporaryDirectory() as folder:
        everything = Path(folder, "everything.txt")
        everything.write_text(_read(LOCK) + _read(LOCK_DEV), encoding="utf-8")
        _compile(everything, "--extra", "dev", *options)
        runtime = Path(folder, "runtime.txt")
        _compile(runtime, "--constraints", str(everything))

        kept = _entries(runtime)
        added = [entry for entry in _entries(everything) if entry not in kept]
    LOCK.write_text(_HEADER.format(what="what running needs") + "".join(kept), encoding="utf-8", newline="\n")
    LOCK_DEV.write_text(
        _HEADER.format(what="what development adds to lock.txt") + "".join(added),
        encoding="utf-8",
        newline="\n",
    )


def _compile(output: Path, *options: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    command = [
        "uv",
        "pip",
        "compile",
        "--quiet",
        "--universal",
        "--generate-hashes",
        "--no-header",
        "--no-annotate",
    ]
    command += [
        "--fork-strategy",
        "fewest",
        "--python-version",
        "3.11",
        "--output-file",
        str(output),
        *options,
    ]
    backend = "\n".join(project["build-system"]["requires"])
    subprocess.run(
        [*command, str(ROOT / "pyproject.toml"), "-"], input=backend, text=True, check=True, cwd=ROOT
    )


def _entries(lock: Path) -> list[str]:
    """Split a lock into one text for each requirement, its hashes included."""
    return re.findall(r"^[a-z0-9].*\n(?:[ \t]+.*\n)*", lock.read_text(encoding="utf-8"), flags=re.MULTILINE)


def _read(lock: Path) -> str:
    return lock.read_text(encoding="utf-8") if lock.exists() else ""


if __name__ == "__main__":
    main(sys.argv[1:])
