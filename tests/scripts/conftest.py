"""The set-up scripts import each other by their bare names, as they do when one of them is run."""

from __future__ import annotations

import sys
from pathlib import Path

# Last, so that scripts/test.py never stands before the standard library's own package of that name.
sys.path.append(str(Path(__file__).resolve().parents[2] / "scripts"))
