"""What every command shares: help, version, and what each ending becomes."""

import subprocess
import sys
from types import SimpleNamespace

import pytest
import typer

from labgrade import __version__
from labgrade.cli import commands
from labgrade.cli.commands import Entry
from labgrade.errors import ExecutorUnavailable, UserError, WorkerLost


def python(*arguments, cwd=None, **options):
    return subprocess.run(
        [sys.executable, *arguments], cwd=cwd, capture_output=True, text=True, check=False, **options
    )


@pytest.fixture
def command(monkeypatch):
    """Make `labgrade probe` a command that does what the test says."""

    def install(body):
        def probe() -> None:
            """A command of the test's."""
            body()

        monkeypatch.setitem(sys.modules, "probe_command", SimpleNamespace(probe=probe))
        entries = (*commands.COMMANDS, Entry("probe", "probe_command:probe", "For tests."))
        monkeypatch.setattr(commands, "COMMANDS", entries)

    return install


def raising(error):
    def body():
        raise error

    return body


def test_help_lists_every_command_with_its_summary(run_cli):
    ended = run_cli("--help")

    assert 0 == ended.code
    for entry in commands.COMMANDS:
        assert f" {entry.name} " in ended.out
        assert entry.summary.split()[0] in ended.out


def test_help_states_the_exit_codes(run_cli):
    assert "Exit codes: 0 done" in run_cli("--help").out


def test_help_says_how_commands_are_used_without_loading_them(run_cli, monkeypatch):
    entries = (Entry("later", "no_such_module:later", "Comes later."),)
    monkeypatch.setattr(commands, "COMMANDS", entries)

    ended = run_cli("--help")

    assert 0 == ended.code
    assert "Comes later." in ended.out


def test_no_arguments_show_the_help(run_cli):
    ended = run_cli()

    assert "Usage: labgrade" in ended.out + ended.err


def test_version(run_cli):
    ended = run_cli("--version")

    assert (0, f"labgrade {__version__}\n") == (ended.code, ended.out)


def test_an_unknown_command_suggests_the_nearest(run_cli):
    ended = run_cli("nwe")

    assert 2 == ended.code
    assert "new" in ended.err


def test_an_unknown_option_is_wrong_use(run_cli):
    ended = run_cli("new", "--no-such-option")

    assert 2 == ended.code
    assert "--no-such-option" in ended.err


def test_a_command_that_returns_is_done(command, run_cli):
    command(lambda: typer.echo("worked"))

    ended = run_cli("probe")

    assert (0, "worked\n", "") == (ended.code, ended.out, ended.err)


def test_a_commands_own_exit_code_is_kept(command, run_cli):
    command(raising(typer.Exit(1)))

    assert 1 == run_cli("probe").code


@pytest.mark.parametrize("kind", [UserError, ExecutorUnavailable])
def test_a_user_error_is_one_message_a_tip_and_code_2(command, run_cli, kind):
    command(raising(kind("the lab is wrong", "lab.toml", "Correct it.")))

    ended = run_cli("probe")

    assert 2 == ended.code
    assert "" == ended.out
    assert "labgrade: lab.toml: the lab is wrong\nTIP: Correct it.\n" == ended.err


def test_a_user_error_without_place_or_next_step_is_one_line(command, run_cli):
    command(raising(UserError("nothing to grade")))

    assert "labgrade: nothing to grade\n" == run_cli("probe").err


def test_a_long_message_is_not_broken_into_lines(command, run_cli):
    command(raising(UserError("word " * 100, "/long/path" * 20)))

    assert 1 == run_cli("probe").err.count("\n")


def test_control_characters_and_markup_are_shown_not_obeyed(command, run_cli):
    command(raising(UserError("odd name \x1b[31m[bold]\r\u202e", "a\nb")))

    assert "labgrade: a\\nb: odd name \\x1b[31m[bold]\\r\\u202e\n" == run_cli("probe").err


@pytest.mark.parametrize(
    "error", [ZeroDivisionError("by zero"), WorkerLost("the zygote died"), OSError(5, "broken")]
)
def test_a_fault_of_ours_is_short_asks_for_a_report_and_is_code_3(command, run_cli, error):
    command(raising(error))

    ended = run_cli("probe")

    assert 3 == ended.code
    assert ended.err.startswith(f"labgrade: a fault of labgrade itself: {type(error).__name__}: ")
    assert "report" in ended.err
    assert "LABGRADE_DEBUG=1" in ended.err
    assert "Traceback" not in ended.err


def test_the_traceback_of_a_fault_is_there_for_those_who_ask(command, run_cli, monkeypatch):
    monkeypatch.setenv("LABGRADE_DEBUG", "1")
    command(raising(ZeroDivisionError("by zero")))

    ended = run_cli("probe")

    assert 3 == ended.code
    assert "Traceback (most recent call last)" in ended.err
    assert "ZeroDivisionError: by zero" in ended.err


def test_an_interrupt_ends_with_130(command, run_cli):
    command(raising(KeyboardInterrupt()))

    ended = run_cli("probe")

    assert 130 == ended.code
    assert "Traceback" not in ended.err


def test_a_reader_that_goes_away_is_no_error():
    process = subprocess.Popen(
        [sys.executable, "-m", "labgrade", "--help"], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    process.stdout.close()

    assert b"" == process.stderr.read()
    process.stderr.close()
    assert process.wait() in {0, 1}


HOSTILE = ("torch", "json", "typing", "typer", "rich", "pathlib", "tomllib", "labgrade_plugin", "difflib")


def test_modules_in_the_working_directory_are_never_imported(tmp_path, course_root):
    for name in HOSTILE:
        (tmp_path / f"{name}.py").write_text("open('imported', 'a').write(__name__); raise SystemExit(9)\n")

    ended = python("-m", "labgrade", "author", "build", "--course", str(course_root), cwd=tmp_path)

    assert (0, "") == (ended.returncode, ended.stderr)
    assert not (tmp_path / "imported").exists()


@pytest.mark.parametrize("entry", ["", "."])
def test_an_import_path_that_names_the_working_directory_makes_no_difference(tmp_path, course_root, entry):
    (tmp_path / "typer.py").write_text("raise SystemExit(9)\n")
    code = f"import sys; sys.path.insert(0, {entry!r}); from labgrade.__main__ import main; main()"

    ended = python("-c", code, "author", "build", "--course", str(course_root), cwd=tmp_path)

    assert (0, "") == (ended.returncode, ended.stderr)


def test_it_starts_in_the_folder_it_was_imported_from(repository):
    ended = python("-m", "labgrade", "--version", cwd=repository / "src")

    assert f"labgrade {__version__}\n" == ended.stdout
