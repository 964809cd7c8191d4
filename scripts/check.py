"""All the checks, one after the other, stopping at the first fault.

python scripts/check.py                    format, lint, imports, types, tests
python scripts/check.py lint types         only these
python scripts/check.py tests -- -k roads  the rest goes to pytest
"""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

STEPS = {
    "format": ["-m", "ruff", "format", "--check"],
    "lint": ["-m", "ruff", "check"],
    "imports": ["-c", "from importlinter.cli import lint_imports_command as command; command()", "--no-logo"],
    "types": ["-m", "mypy"],
    "tests": ["-m", "pytest", "-n", "auto", "--dist", "worksteal"],  # one worker a core
}


def main(arguments: list[str]) -> int:
    """Run the named steps, or all of them, and give the exit code of the first that fails."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    named, for_pytest = arguments[:end], arguments[end + 1 :]
    if "-h" in named or "--help" in named:
        print(__doc__)
        return 0
    unknown = [name for name in named if name not in STEPS]
    if unknown:
        print(f"{', '.join(unknown)}: the steps are {', '.join(STEPS)}", file=sys.stderr)
        return 2
    for name in named or STEPS:
        code = _run(name, for_pytest if name == "tests" else [])
        if code != 0:
            return code
    return 0


def _run(name: str, more: list[str]) -> int:
    print(f"── {name}", flush=True)
    start = time.monotonic()
    code = subprocess.run([sys.executable, *STEPS[name], *more], cwd=ROOT).returncode
    outcome = "passed" if code == 0 else f"FAILED (exit code {code})"
    print(f"── {name} {outcome} after {time.monotonic() - start:.1f} s", flush=True)
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
