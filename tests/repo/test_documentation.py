"""Nothing that a person can type, set or extend is undocumented."""

import re
from pathlib import Path

import pytest

from labgrade import hookspecs
from labgrade.cli.commands import COMMANDS, load
from labgrade.settings import SETTINGS

REPOSITORY = Path(__file__).resolve().parents[2]
PAGES = [REPOSITORY / "README.md", *sorted((REPOSITORY / "docs").rglob("*.md"))]
TEXT = "\n".join(path.read_text(encoding="utf-8") for path in PAGES)
HOOKS = [name for name in vars(hookspecs) if name.startswith("labgrade_")]

documented = pytest.mark.skipif(len(PAGES) == 1, reason="docs/ holds no page yet")


def options() -> list[tuple[str, str]]:
    """Every command with each of its long options."""
    found = []
    for entry in COMMANDS:
        command = load(entry)
        for name, sub in {entry.name: command, **getattr(command, "commands", {})}.items():
            path = entry.name if sub is command else f"{entry.name} {name}"
            found += [(path, option) for p in sub.params for option in p.opts if option.startswith("--")]
    return [(path, option) for path, option in found if option != "--help"]


@documented
@pytest.mark.parametrize("name", [entry.name for entry in COMMANDS])
def test_every_command_is_documented(name):
    assert re.search(rf"\blabgrade {name}\b", TEXT)


@documented
@pytest.mark.parametrize(("command", "option"), options())
def test_every_option_is_documented(command, option):
    assert re.search(rf"{option}\b", TEXT), f"labgrade {command} {option}"


@documented
@pytest.mark.parametrize("setting", SETTINGS, ids=[setting.name for setting in SETTINGS])
def test_every_setting_is_documented_with_option_variable_and_key(setting):
    for word in (setting.option, setting.variable, setting.key):
        assert word in TEXT


@documented
@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_is_documented(hook):
    assert hook in TEXT


@pytest.mark.parametrize(("command", "option"), options())
def test_every_option_has_a_help_text(command, option):
    entry = next(entry for entry in COMMANDS if entry.name == command.split()[0])
    loaded = load(entry)
    for part in command.split()[1:]:
        loaded = loaded.commands[part]

    assert next(p for p in loaded.params if option in p.opts).help
