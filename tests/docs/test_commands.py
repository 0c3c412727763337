"""Commands on the pages are commands: they parse, name what exists, and print what the page says."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from labgrade.cli.commands import COMMANDS, load
from labgrade.course import load_course

from .pages import PAGES, REPOSITORY, blocks, console_lines, name_of, text_of

LABS = {lab.id: lab for lab in load_course(REPOSITORY).labs}
TARGETS = set(re.findall(r"^([\w-]+):.*##", text_of(REPOSITORY / "Makefile"), re.MULTILINE))


def workflow_lines(page: Path) -> list[str]:
    """What the steps of a workflow on a page run."""
    texts = [block.text for block in blocks(page) if block.language == "yaml"]
    return [line for text in texts for line in re.findall(r"- run: (.+)$", text, re.MULTILINE)]


ALL = [(page, line) for page in PAGES for line in (*console_lines(page), *workflow_lines(page))]
OURS = [(page, line) for page, line in ALL if line.startswith("labgrade ")]


def parsed(line: str):
    """Let the command's own parser read a line, without running it; its parameters by name."""
    words = shlex.split(line.partition(" > ")[0])[1:]
    command = load(next(entry for entry in COMMANDS if entry.name == words[0]))
    words.pop(0)
    while hasattr(command, "commands"):
        command = command.commands[words.pop(0)]
    return command.make_context("labgrade", words, resilient_parsing=False).params


def test_the_pages_show_commands():
    assert {"new", "check", "grade", "verify"} <= {line.split()[1] for _, line in OURS}


@pytest.mark.parametrize(
    ("page", "line"), OURS, ids=lambda value: value if isinstance(value, str) else name_of(value)
)
def test_a_command_line_is_one_that_labgrade_takes(page, line):
    values = parsed(line)

    labs = set(re.findall(r"\blab\d\d_\w+", line.replace(".py", "")))
    known = {*LABS, "lab01_columns"} if page.name == "writing-a-grader.md" else {*LABS}
    assert labs <= known
    exercises = {plan.id for lab in labs & set(LABS) for plan in LABS[lab].exercises}
    assert not labs & set(LABS) or set(values.get("exercise") or ()) <= exercises


def targets(page: Path) -> list[str]:
    """What a page says to make."""
    code = "\n".join([*re.findall(r"`[^`\n]+`", text_of(page)), *console_lines(page)])
    return re.findall(r"\bmake ([a-z]+(?:-[a-z]+)?)\b", code)


@pytest.mark.parametrize("target", sorted({target for page in PAGES for target in targets(page)}))
def test_a_target_of_make_exists(target):
    assert target in TARGETS


def checked_excerpts(page: Path) -> list[tuple[str, str]]:
    """Commands whose output a page quotes, marked `<!-- checked: … -->`, with that output."""
    pattern = re.compile(r"<!-- checked: labgrade (.+?) -->\n```text\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    return pattern.findall(text_of(page))


@pytest.mark.parametrize(
    ("arguments", "expected"), [pair for page in PAGES for pair in checked_excerpts(page)]
)
def test_quoted_output_is_what_the_command_prints(arguments, expected, run_cli, monkeypatch):
    monkeypatch.chdir(REPOSITORY)
    monkeypatch.setenv("COLUMNS", "80")

    ended = run_cli(*shlex.split(arguments))

    printed = re.sub(r"   \[[\d.]+ s\]", "", ended.out)
    assert expected == "".join(f"{line.rstrip()}\n" for line in printed.splitlines())


def test_an_excerpt_is_checked():
    assert checked_excerpts(REPOSITORY / "README.md")
