"""The two commands: what they accept, what they say when something is wrong, when they do nothing."""

from __future__ import annotations

import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest

import setup_console
import setup_env
import setup_system
from setup_console import SetupFailure
from setup_faults import explain

ROOT = Path(__file__).resolve().parents[2]

# What pip 23 printed on a bare Debian 12 when each of these went wrong.
SAID = {
    "网络": "WARNING: Retrying (Retry(total=4)) after connection broken by 'NewConnectionError('...: Failed to "
    "establish a new connection: [Errno -3] Temporary failure in name resolution')'\n"
    "ERROR: Could not find a version that satisfies the requirement branca==0.8.2 (from versions: none)\n"
    "ERROR: No matching distribution found for branca==0.8.2\n",
    "磁盘已满": "ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device\n",
    "校验值": "ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE. If you have updated\n",
    "现成版本": "ERROR: Could not find a version that satisfies the requirement fiona==1.10.1\n"
    "ERROR: No matching distribution found for fiona==1.10.1\n",
    "证书": "SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed'))\n",
    "权限": "ERROR: Could not install packages due to an OSError: [Errno 13] Permission denied: '/srv/.venv/lib'\n",
}


@pytest.mark.parametrize("word", SAID)
def test_a_known_fault_is_told_in_both_languages_with_a_remedy(word: str, tmp_path: Path) -> None:
    failure = explain(SAID[word], ("别的", "something else"), log=tmp_path / "log")
    assert word in failure.problem[0]
    for text in (failure.problem[1], failure.remedy[1]):
        assert text.isascii()
        assert text.endswith(".")
    assert "something else" not in failure.problem[1]


def test_an_unknown_fault_is_quoted_with_the_log_to_look_into(tmp_path: Path) -> None:
    failure = explain(
        "fine\nERROR: the moon is in the way\n", ("没有成功", "pip failed"), log=tmp_path / "log"
    )
    assert failure.problem[1] == "pip failed: ERROR: the moon is in the way"
    assert str(tmp_path / "log") in failure.remedy[1]


def test_what_follows_two_dashes_is_passed_on_untouched() -> None:
    split = setup_console.split_arguments
    assert split(["--no-system", "--", "show", "--json", "--"], known=["--no-system"], usage="") == (
        ["--no-system"],
        ["show", "--json", "--"],
    )
    assert split(["--"], known=[], usage="") == ([], [])
    assert split([], known=[], usage="") == ([], None)


def test_an_unknown_option_is_refused_with_the_known_ones() -> None:
    with pytest.raises(SetupFailure, match="--fast") as refused:
        setup_console.split_arguments(["--fast"], known=["--no-system"], usage="")
    assert "--no-system" in refused.value.remedy[1]


def test_the_exit_code_of_the_program_is_ours() -> None:
    assert setup_console.run_to_its_end([sys.executable, "-c", "raise SystemExit(7)"]) == 7


def test_a_foreign_python_leaves_no_trace_in_a_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "/opt/another/gis")
    monkeypatch.setenv("PIP_TARGET", "/opt/another/gis")
    environment = setup_console.clean_environment({"QT_QPA_PLATFORM": "offscreen"})
    assert "PYTHONPATH" not in environment
    assert "PIP_TARGET" not in environment
    assert environment["QT_QPA_PLATFORM"] == "offscreen"


def test_a_failure_ends_with_problem_and_remedy_and_exit_code_one(capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> int:
        raise SetupFailure(("磁盘已满。", "The disk is full."), ("请腾出空间。", "Free some space."))

    with pytest.raises(SystemExit) as ended:
        setup_console.guarded(fail)
    assert ended.value.code == 1
    said = capsys.readouterr()
    assert said.out == ""
    for sentence in ("磁盘已满。", "The disk is full.", "请腾出空间。", "Free some space."):
        assert sentence in said.err


def test_ctrl_c_is_no_fault(capsys: pytest.CaptureFixture[str]) -> None:
    def interrupted() -> int:
        raise KeyboardInterrupt

    with pytest.raises(SystemExit) as ended:
        setup_console.guarded(interrupted)
    assert ended.value.code == 130
    assert "Traceback" not in capsys.readouterr().err


def test_an_environment_for_development_also_serves_for_running(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _environment_at(tmp_path, monkeypatch)
    setup_env._remember(setup_env._wanted(development=True))
    assert setup_env._is_current(setup_env._wanted(development=False))
    assert setup_env._is_current(setup_env._wanted(development=True))


def test_an_environment_for_running_does_not_serve_for_development(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _environment_at(tmp_path, monkeypatch)
    setup_env._remember(setup_env._wanted(development=False))
    assert setup_env._is_current(setup_env._wanted(development=False))
    assert not setup_env._is_current(setup_env._wanted(development=True))


def test_a_changed_lock_or_a_moved_project_makes_the_environment_old(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _environment_at(tmp_path, monkeypatch)
    setup_env._remember(setup_env._wanted(development=False))
    monkeypatch.setattr(setup_env, "LOCK", setup_env.LOCK_DEV)
    assert not setup_env._is_current(setup_env._wanted(development=False))
    monkeypatch.undo()
    _environment_at(tmp_path, monkeypatch)
    assert setup_env._is_current(setup_env._wanted(development=False))
    monkeypatch.setattr(setup_env, "ROOT", tmp_path)
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    assert not setup_env._is_current(setup_env._wanted(development=False))


def test_a_torn_stamp_counts_as_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _environment_at(tmp_path, monkeypatch)
    setup_env._STAMP.write_text('{"root": ', encoding="utf-8")
    assert not setup_env._is_current(setup_env._wanted(development=False))


def test_a_set_up_that_was_broken_off_starts_afresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _environment_at(tmp_path, monkeypatch)
    made: list[list[str]] = []

    def make(command: list[str]) -> subprocess.CompletedProcess[str]:
        made.append(command)
        return subprocess.CompletedProcess(command, 0, stdout="")

    monkeypatch.setattr(setup_env, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(setup_env, "capture", make)
    setup_env._remember(setup_env._wanted(development=False))
    setup_env._make_venv(system=False)
    assert made == []
    setup_env._remember(setup_env._UNFINISHED)
    setup_env._make_venv(system=False)
    assert made == [[sys.executable, "-m", "venv", "--clear", str(tmp_path / ".venv")]]


def test_a_folder_that_is_no_environment_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup_env, "VENV", tmp_path)
    (tmp_path / "thesis.doc").write_text("years of work", encoding="utf-8")
    with pytest.raises(SetupFailure, match="not a Python environment"):
        setup_env._make_venv(system=False)
    assert (tmp_path / "thesis.doc").read_text(encoding="utf-8") == "years of work"


def test_a_python_that_is_too_new_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 14, 0, "final", 0))
    with pytest.raises(SetupFailure, match=r"3\.14"):
        setup_env._check_python()


def test_too_little_disk_space_is_told_before_anything_is_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup_env, "_STAMP", tmp_path / "none.json")
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(setup_env.shutil, "disk_usage", lambda path: usage(10**12, 10**12 - 10**8, 10**8))
    with pytest.raises(SetupFailure, match=r"0\.1 GB free"):
        setup_env._check_disk()


@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="system libraries are looked for on Linux alone"
)
def test_missing_system_libraries_are_named_with_the_line_to_type(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup_system, "DRAWING", {"libno-such-thing.so.9": "libno-such-thing9"})
    monkeypatch.setattr(setup_system.os, "geteuid", lambda: 1000)
    monkeypatch.setattr(setup_system.shutil, "which", lambda name: "/usr/bin/" + name)
    with pytest.raises(SetupFailure, match=r"libno-such-thing\.so\.9") as lacking:
        setup_system.ensure_qt_libraries(window=False)
    for remedy in lacking.value.remedy:
        assert "apt-get install -y --no-install-recommends libno-such-thing9" in remedy


@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="system libraries are looked for on Linux alone"
)
def test_libraries_that_are_there_ask_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: object, **named: object) -> None:
        raise AssertionError("asked to install something")

    monkeypatch.setattr(setup_system, "DRAWING", {"libc.so.6": "libc6"})
    monkeypatch.setattr(setup_system, "ensure_packages", refuse)
    setup_system.ensure_qt_libraries(window=False)


@pytest.mark.parametrize("command", ["run.py", "test.py", "check.py"])
def test_each_command_explains_itself(command: str) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / command), "--help"],
        capture_output=True,
        encoding="utf-8",
        env=setup_console.clean_environment({"PYTHONUTF8": "1"}),
    )
    assert done.returncode == 0
    assert f"scripts/{command}" in done.stdout
    assert done.stderr == ""


def _environment_at(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup_env, "_STAMP", folder / "stamp.json")
    monkeypatch.setattr(setup_env, "_venv_python", lambda: Path(sys.executable))
