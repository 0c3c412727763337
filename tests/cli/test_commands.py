"""The table of commands, and the options that they share."""

import typing

import pytest

from labgrade.cli import options
from labgrade.cli.commands import COMMANDS, LazyGroup, load
from labgrade.cli.errors import ExitCode, printable
from labgrade.settings import SETTINGS

every_command = pytest.mark.parametrize("entry", COMMANDS, ids=[entry.name for entry in COMMANDS])


def shared_options():
    """Option's name on the command line to its declaration."""
    found = {}
    for name, annotation in vars(options).items():
        if name.endswith("Option"):
            (option,) = [part for part in typing.get_args(annotation) if hasattr(part, "param_decls")]
            found[option.param_decls[0] if option.param_decls else option.default] = option
    return found


@every_command
def test_a_command_lies_in_the_module_of_its_name(entry):
    module, _, attribute = entry.target.partition(":")

    assert module == f"labgrade.cli.{entry.name}"
    assert attribute in {entry.name, "app"}


@every_command
def test_a_command_loads_and_has_a_help_text(entry):
    command = load(entry)

    assert command.name == entry.name
    assert command.help


@every_command
def test_a_commands_summary_is_a_sentence(entry):
    assert entry.summary.endswith(".")
    assert entry.summary[0].isupper()


@every_command
def test_a_commands_help_is_shown(entry, run_cli):
    ended = run_cli(entry.name, "--help")

    assert (ended.code, ended.err) == (0, "")
    assert f"labgrade {entry.name}" in ended.out


def test_no_two_commands_have_one_name():
    assert len({entry.name for entry in COMMANDS}) == len(COMMANDS)


def test_listing_commands_gives_them_in_the_tables_order():
    group = LazyGroup(name="labgrade")

    assert list(group.commands) == [entry.name for entry in COMMANDS]


def test_every_setting_has_a_shared_option():
    assert {setting.option for setting in SETTINGS} <= set(shared_options())


def test_every_shared_option_says_what_it_is():
    for name, option in shared_options().items():
        assert option.help, name
        assert option.help.endswith("."), name


def test_shared_options_take_no_environment_of_their_own():
    """`labgrade.settings` alone reads the environment, so that messages can say what decided."""
    assert [name for name, option in shared_options().items() if option.envvar] == []


def test_exit_codes_are_those_that_scripts_rely_on():
    codes = {code.name: int(code) for code in ExitCode}

    assert codes == {"DONE": 0, "NO": 1, "USAGE": 2, "FAULT": 3, "INTERRUPTED": 130}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text, ümläuts, 数", "plain text, ümläuts, 数"),
        ("\x1b[2J", "\\x1b[2J"),
        ("a\r\nb\tc", "a\\r\\nb\\tc"),
        ("\u202e\u2066", "\\u202e\\u2066"),
        ("\x00\x7f\x9b", "\\x00\\x7f\\x9b"),
        ("\ud800", "\\ud800"),
    ],
)
def test_what_a_terminal_would_obey_is_written_out(text, shown):
    assert printable(text) == shown
