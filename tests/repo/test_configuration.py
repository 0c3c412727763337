"""`pyproject.toml`, the Makefile and CI say what they should, and say why."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

import labgrade

REPOSITORY = Path(__file__).resolve().parents[2]
TEXT = (REPOSITORY / "pyproject.toml").read_text(encoding="utf-8")
CONFIGURATION = tomllib.loads(TEXT)


def array(opening: str) -> list[str]:
    """The lines of a TOML array, from the line that opens it to the one that closes it."""
    lines = TEXT.splitlines()
    start = lines.index(opening) + 1
    return lines[start : lines.index("]", start)]


@pytest.mark.parametrize("opening", ["dependencies = [", "dev = [", "ignore = ["])
def test_each_dependency_and_each_ignored_rule_gives_its_reason(opening):
    assert [] == [line for line in array(opening) if not re.search(r'",\s+# \S', line)]


def test_each_rule_ignored_for_some_files_gives_its_reason():
    rules = re.findall(r'^  "[A-Z]+\d*",.*$', TEXT, flags=re.MULTILINE)

    assert rules
    assert [] == [line for line in rules if "#" not in line]


def test_the_version_is_the_same_everywhere():
    assert labgrade.__version__ == CONFIGURATION["project"]["version"]


def test_the_changelog_has_a_place_for_what_comes_next():
    assert "## [Unreleased]" in (REPOSITORY / "CHANGELOG.md").read_text(encoding="utf-8")


def test_import_contracts_name_every_top_level_module():
    layers = CONFIGURATION["tool"]["importlinter"]["contracts"][0]["layers"]
    placed = set(re.findall(r"\w+", " ".join(layers)))
    package = REPOSITORY / "src" / "labgrade"
    modules = {path.stem for path in package.glob("*.py")} - {"__init__"}
    packages = {path.parent.name for path in package.glob("*/__init__.py")}

    assert set() == (modules | packages) - placed


TARGETS = ["demo", "test", "test-all", "lint", "types", "stubs", "bench"]


@pytest.mark.parametrize("target", TARGETS)
def test_each_target_makes_the_environment_where_it_is_missing(target):
    command = ["make", "--dry-run", "--no-print-directory", "VENV=no-such-environment", target]

    ended = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True)

    assert "-m venv no-such-environment" in ended.stdout
    assert "--group dev" in ended.stdout
    assert "no-such-environment/bin/" in ended.stdout.splitlines()[-1]


def test_the_makefile_lists_its_targets():
    ended = subprocess.run(["make", "help"], cwd=REPOSITORY, capture_output=True, text=True, check=True)

    assert set(TARGETS) <= set(re.findall(r"make ([a-z-]+)", ended.stdout))


def test_ci_runs_tests_lint_and_types_and_requires_a_browser():
    script = (REPOSITORY / ".ci/run").read_text(encoding="utf-8")

    assert "set -euo pipefail" in script
    assert "LABGRADE_REQUIRE_BROWSER=1" in script
    assert ["make test", "make lint", "make types"] == re.findall(r"^make .*$", script, flags=re.MULTILINE)
    assert 0 == subprocess.run(["bash", "-n", str(REPOSITORY / ".ci/run")], check=False).returncode
    assert (REPOSITORY / ".ci/run").stat().st_mode & 0o111
