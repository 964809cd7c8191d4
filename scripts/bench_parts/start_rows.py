"""How long a first start takes, when no kernel was ever compiled on this machine."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench_parts.table import Row, keep_within, leave_out
from gis_planner.workflow.sample import make_sample_project

_CHILD = Path(__file__).with_name("start_child.py")
_ROOT = Path(__file__).resolve().parents[2]
_MOST_S = 5.0
_PATIENCE_S = 180.0
_WHAT = "first start: from the process to the figures of the sample, by the wall clock"


def start_rows() -> list[Row]:
    """Start on the sample with an empty cache, and again with what that start left in it."""
    with tempfile.TemporaryDirectory(prefix="gis_planner_bench_") as folder:
        project = Path(folder) / "sample.gpkg"
        make_sample_project(project).close()
        cache = Path(folder) / "kernels"
        cache.mkdir()
        rows, prints = [], []
        for title in ("cold: nothing compiled yet", "warm: kernels in the cache"):
            found = _start(project, Path(folder), cache)
            if isinstance(found, str):
                rows.append(leave_out(_WHAT, title, found, target=f"≤ {_MOST_S:g} s"))
                continue
            prints.append(found["fingerprint"])
            note = (
                f"window shown after {found['shown']:.1f} s, project open after {found['opened']:.1f} s, "
                f"study done after {found['studied']:.1f} s"
            )
            rows.append(keep_within(_WHAT, title, found["studied"], "s", at_most=_MOST_S, note=note))
        if len(set(prints)) > 1:
            raise ValueError("a cold and a warm start gave different figures")
        return rows


def _start(project: Path, folder: Path, cache: Path) -> dict[str, Any] | str:
    environment = {
        **os.environ,
        "NUMBA_CACHE_DIR": str(cache),
        "QT_QPA_PLATFORM": "offscreen",
        "PYTHONPATH": os.pathsep.join([str(_ROOT), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep),
    }
    command = [sys.executable, str(_CHILD), str(project), str(folder)]
    start = time.time()
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE_S, env=environment)
    except subprocess.TimeoutExpired:
        return f"not done in {_PATIENCE_S:g} s"
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines()
        return f"failed: {lines[-1] if lines else f'exit code {done.returncode}'}"
    said: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return {name: value if name == "fingerprint" else value - start for name, value in said.items()}
