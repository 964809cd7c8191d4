"""How the set-up speaks and runs other programs: two languages, one line, standard error.

Standard output belongs to the program that is started in the end (`run.py -- show P.gpkg clusters --json`).
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence

# A foreign Python's folders, or a pip told to install elsewhere, would reach into the new environment.
_FOREIGN = ("PYTHONHOME", "PYTHONPATH", "PIP_PREFIX", "PIP_REQUIRE_VIRTUALENV", "PIP_TARGET", "PIP_USER")


class SetupFailure(Exception):
    """The set-up cannot go on: the problem and its remedy, each in Chinese and in English."""

    def __init__(self, problem: tuple[str, str], remedy: tuple[str, str]) -> None:
        super().__init__(problem[1])
        self.problem = problem
        self.remedy = remedy


def say(chinese: str, english: str) -> None:
    """Print one line about what is being done."""
    print("•", " / ".join(part for part in (chinese, english) if part), file=sys.stderr, flush=True)


def detail(text: str) -> None:
    """Print one line below what is being done."""
    print("   ", text, file=sys.stderr, flush=True)


def guarded(main: Callable[[], int]) -> None:
    """Run a command to its exit code; a failure is told in a sentence, Ctrl+C is no fault."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")  # an old Windows console cannot show every character
    try:
        sys.exit(main())
    except SetupFailure as failure:
        print(f"\n错误：{failure.problem[0]}\n　　　{failure.remedy[0]}", file=sys.stderr)
        print(f"Error: {failure.problem[1]}\n       {failure.remedy[1]}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("\n已停止，可以随时重新运行。 / Stopped; run it again at any time.", file=sys.stderr)
        sys.exit(130)


def split_arguments(
    arguments: Sequence[str], *, known: Sequence[str], usage: str | None
) -> tuple[list[str], list[str] | None]:
    """Split a command line at `--`: our own options, and what is passed on (None when there is no `--`)."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    given = list(arguments[:end])
    if "-h" in given or "--help" in given:
        print(usage)
        sys.exit(0)
    for option in given:
        if option not in known:
            choices = ", ".join(known)
            raise SetupFailure(
                (f"不认识参数 {option}。", f"{option} is not an option here."),
                (
                    f"可用：{choices}；要传给程序的参数写在 -- 之后。",
                    f"Known: {choices}; what the program shall get goes after --.",
                ),
            )
    return given, (list(arguments[end + 1 :]) if end < len(arguments) else None)


def clean_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Give the environment for a child: ours without a foreign Python's traces."""
    kept = {name: value for name, value in os.environ.items() if name not in _FOREIGN}
    return {**kept, **(extra or {})}


def capture(
    command: Sequence[str], extra: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a program without input and keep all that it says."""
    return subprocess.run(
        command,
        env=clean_environment(extra),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )


def run_to_its_end(command: Sequence[str], extra: Mapping[str, str] | None = None) -> int:
    """Run a program in our place and give its exit code.

    Ctrl+C reaches the program too, which stops by itself; we wait for it instead of killing it.
    """
    child = subprocess.Popen(command, env=clean_environment(extra))
    interrupted = False
    while True:
        try:
            code = child.wait()
            break
        except KeyboardInterrupt:
            if interrupted:
                child.terminate()
            interrupted = True
    if interrupted:
        raise KeyboardInterrupt
    return code if code >= 0 else _exit_code_of_signal(-code)


def _exit_code_of_signal(number: int) -> int:
    name = signal.Signals(number).name if number in {item.value for item in signal.Signals} else str(number)
    say(f"程序被信号 {name} 终止", f"The program was ended by signal {name}")
    return 128 + number
