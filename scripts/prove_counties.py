"""Prove the optima that `bench.py clusters` holds the search against, and keep them (hours)."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> None:
    """Prove every case anew, one after another, and write each to the kept file at once."""
    sys.path[:0] = [str(ROOT / "scripts"), str(ROOT)]
    from bench_parts.county_rows import KEPT, prove_counties

    prove_counties(KEPT)


if __name__ == "__main__":
    main()
