"""What the command line may import before a command runs."""

import subprocess
import sys

import pytest

from labgrade.cli.commands import COMMANDS

HEAVY = ("torch", "numpy", "pydantic", "pytest", "_pytest", "nbformat", "sklearn", "matplotlib", "IPython")

PROGRAM = """
import contextlib, io, sys
from labgrade.cli.app import run
with contextlib.redirect_stdout(io.StringIO()):
    assert run(sys.argv[1:]) == 0
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def modules_after(*arguments):
    command = [sys.executable, "-I", "-c", PROGRAM, *arguments]
    return set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_import_nothing_heavy(option):
    assert not modules_after(option).intersection(HEAVY)


@pytest.mark.parametrize("name", [entry.name for entry in COMMANDS])
def test_a_commands_help_imports_nothing_heavy_but_what_typer_needs(name):
    assert not (modules_after(name, "--help") - {"pydantic"}).intersection(HEAVY)


def test_importing_labgrade_imports_nothing_heavy():
    command = [sys.executable, "-I", "-c", "import labgrade, sys; print(*sys.modules)"]
    names = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()

    assert not {name.partition(".")[0] for name in names}.intersection(HEAVY)


def test_the_probe_sees_what_a_command_imports(tmp_path):
    """The two tests above would pass with a probe that saw nothing."""
    arguments = ["author", "build", "--check", "--course", str(tmp_path)]
    program = PROGRAM.replace("assert run(sys.argv[1:]) == 0", "run(sys.argv[1:])")
    command = [sys.executable, "-I", "-c", program, *arguments]

    ended = subprocess.run(command, capture_output=True, text=True, check=True)

    assert {"nbformat", "pydantic"} <= set(ended.stdout.split())
