"""Set up with everything that development needs and run all the checks.

python3 scripts/test.py                format, lint, imports, types, tests: stops at the first fault
python3 scripts/test.py -- STEP...     only these steps of scripts/check.py
python3 scripts/test.py --no-system    leave the system's packages alone
"""

import sys

if sys.version_info < (3, 11):  # keep this file readable for an old Python, so that it can say so
    sys.exit(
        "错误：这里的 Python 太旧，需要 3.11、3.12 或 3.13。请安装后用它重新运行本命令。\n"
        "Error: this Python is too old; 3.11, 3.12 or 3.13 is needed. Install one and run this command with it."
    )

import setup_console
import setup_env


def main() -> int:
    """Read the command, set up, and run the checks without a screen."""
    given, steps = setup_console.split_arguments(sys.argv[1:], known=["--no-system"], usage=__doc__)
    python = setup_env.prepare(development=True, window=False, system="--no-system" not in given)
    check = setup_env.ROOT / "scripts" / "check.py"
    return setup_console.run_to_its_end(
        [str(python), str(check), *(steps or [])], {"QT_QPA_PLATFORM": "offscreen"}
    )


if __name__ == "__main__":
    setup_console.guarded(main)
