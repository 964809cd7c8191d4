"""How the command line speaks: answers on stdout, everything else on stderr, errors as problem and remedy."""

from __future__ import annotations

import csv
import io
import json
import logging
import sys
import traceback
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from gis_planner.errors import Cancelled, PlannerError
from gis_planner.messages import Catalogue, Language, Message, load_catalogue
from gis_planner.paths import user_log_dir

DONE, CANNOT, MUST_BE_GIVEN, DEFECT = 0, 1, 2, 3


class Speaker:
    """Says things in one language; answers go to stdout, talk to stderr."""

    def __init__(self, language: Language = "zh") -> None:
        self.language: Language = language
        self.catalogue: Catalogue = load_catalogue()
        self._talk = Console(stderr=True, highlight=False, markup=False, soft_wrap=True)
        self._out = Console(highlight=False, markup=False, soft_wrap=True)

    def text(self, message: Message) -> str:
        """Say a message in the chosen language."""
        return self.catalogue.text(message, self.language)

    def say(self, message: Message) -> None:
        """Tell the person something, on stderr."""
        self._talk.print(self.text(message))

    def answer(self, message: Message) -> None:
        """Give an answer in words, on stdout."""
        self._out.print(self.text(message))

    def json(self, body: Any) -> None:
        """Give an answer as JSON, on stdout."""
        sys.stdout.write(
            json.dumps(body, ensure_ascii=False, sort_keys=False, allow_nan=False, indent=2) + "\n"
        )

    def canonical(self, text: str) -> None:
        """Give canonical JSON as it is, so that its sha256 is the fingerprint."""
        sys.stdout.write(text + "\n")

    def csv(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Give an answer as CSV, on stdout; texts that a spreadsheet would take for a formula are marked as text."""
        buffer = io.StringIO()
        writer = csv.writer(buffer, lineterminator="\n")
        if rows:
            names = list(rows[0])
            writer.writerow(names)
            writer.writerows([_csv_cell(row.get(name)) for name in names] for row in rows)
        sys.stdout.write(buffer.getvalue())

    def table(self, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Give an answer as a table for the eye, on stdout."""
        table = Table(show_edge=False, pad_edge=False, header_style="bold", box=None)
        for heading in headings:
            table.add_column(heading, overflow="fold")
        for row in rows:
            table.add_row(*(_cell(value) for value in row))
        self._out.print(table)

    def report(self, share: float, doing: Message) -> None:
        """Show progress of slow work on a terminal; say nothing into a file."""
        if self._talk.is_terminal:
            self._talk.print(f"\r\x1b[K{share:4.0%} {self.text(doing)}", end="", soft_wrap=True)
            if share >= 1:
                self._talk.print("")

    def fault(self, error: PlannerError) -> None:
        """Say an error in Chinese and English: the problem, then the remedy."""
        said: tuple[tuple[Language, str, str], ...] = (
            ("zh", "问题:", "办法:"),
            ("en", "Problem: ", "Remedy: "),
        )
        for language, problem, remedy in said:
            self._talk.print(problem + self.catalogue.text(error.problem, language))
            self._talk.print(remedy + self.catalogue.text(error.remedy, language))


def run_guarded(work: Callable[[], int | None], speaker: Speaker) -> int:
    """Do a verb and turn whatever happens into an exit code: 0 done, 1 cannot, 2 must be given, 3 defect."""
    try:
        return work() or DONE
    except PlannerError as error:
        speaker.fault(error)
        return error.exit_code
    except (Cancelled, KeyboardInterrupt):
        speaker.say(Message("cli.stopped"))
        return CANNOT
    except BrokenPipeError:
        return DONE
    except Exception:  # the last door: a defect is logged, said, and never shown as a traceback
        path = user_log_dir() / "faults.log"
        logging.basicConfig(filename=path, encoding="utf-8", format="%(asctime)s %(message)s")
        logging.error("%s\n%s", " ".join(sys.argv[1:]), traceback.format_exc())
        speaker.say(Message("cli.defect", log=str(path)))
        return DEFECT


def _cell(value: Any) -> str:
    if value is None:
        return "—"
    if isinstance(value, bool):
        return "✓" if value else "✗"
    if isinstance(value, float):
        return f"{value:,.1f}" if abs(value) >= 10 else f"{value:.3f}"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return str(value)


def _csv_cell(value: Any) -> Any:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return "'" + value
    return value
