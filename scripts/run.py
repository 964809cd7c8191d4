"""Set the program up beside this checkout and open it.

    python3 scripts/run.py                 the window on the sample project; without a display, the same work on paper
    python3 scripts/run.py -- ARGS         gis-planner ARGS, with its exit code
    python3 scripts/run.py --no-system     leave the system's packages alone

The first start makes `.venv` and installs what `scripts/lock.txt` names; later starts take a second.
"""

import os
import sys

if sys.version_info < (3, 11):  # keep this file readable for an old Python, so that it can say so
    sys.exit(
        "错误：这里的 Python 太旧，需要 3.11、3.12 或 3.13。请安装后用它重新运行本命令。\n"
        "Error: this Python is too old; 3.11, 3.12 or 3.13 is needed. Install one and run this command with it."
    )

import setup_console
import setup_env
import setup_system


def main() -> int:
    """Read the command, set up, and hand over to the program."""
    given, arguments = setup_console.split_arguments(sys.argv[1:], known=["--no-system"], usage=__doc__)
    display = setup_system.has_display()
    python = setup_env.prepare(development=False, window=display, system="--no-system" not in given)

    environment = {} if display else {"QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen")}
    program = [str(python), "-P", "-m", "gis_planner"]
    if arguments is not None:
        return setup_console.run_to_its_end([*program, *arguments], environment)
    if display:
        setup_console.say("打开示例项目", "Opening the sample project")
        return setup_console.run_to_its_end([*program, "sample"], environment)
    return _work_on_paper(program, environment)


def _work_on_paper(program: "list[str]", environment: "dict[str, str]") -> int:
    """Do the main job on the sample without a window, and say where everything is."""
    out = setup_env.ROOT / "demo_output"
    setup_console.say(
        "没有显示器：不打开窗口，直接用示例数据完成全部工作",
        "No display: doing the main job on the sample data without a window",
    )
    code = setup_console.run_to_its_end([*program, "demo", "--out", str(out)], environment)
    if code == 0:
        setup_console.say("成果 / What was made:", "")
        for what, pattern in (
            ("图纸 sheets", "*.pdf"),
            ("网页地图 HTML map", "*.html"),
            ("台账 tables", "*.xlsx"),
            ("成果与项目 results and project", "*.gpkg"),
        ):
            for path in sorted(out.rglob(pattern)):
                setup_console.detail(f"{what}: {path}")
    return code


if __name__ == "__main__":
    setup_console.guarded(main)
