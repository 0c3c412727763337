"""What graders may look like: the rules of collection, each with a message that names the place."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from labgrade.grader.checks import grader_files

from .small_course import HIDDEN, VISIBLE

HEAD = "import pytest\nfrom labgrade.grader import check, exercise, expect\n"
GOOD = (
    HEAD
    + '''
@exercise("q1")
class TestOne:
    @check(marks="0.5")
    def test_good(self, student):
        """Goes well

        Not the title.
        """
'''
)


def method(
    marks: str, body: str = "pass", *, before: str = "", name: str = "test_it", fixtures: str = "student"
) -> str:
    text = f"    def {name}(self, {fixtures}):\n        {body}\n"
    return f'{HEAD}\n{before}\n@exercise("q1")\nclass TestOne:\n{marks}{text}'


ONE = "    @check(marks=1)\n"
WIDE = '@pytest.fixture(scope="{}")\ndef data():\n    return []\n'

REFUSED = {
    "no_marks": (method(""), "carries no marks"),
    "no_exercise": (f"{HEAD}@check(marks=1)\ndef test_it(student):\n    pass\n", "belongs to no exercise"),
    "same_id": (method(ONE, name="test_good"), "has the same check id 'q1.good'"),
    "module_fixture": (method(ONE, before=WIDE.format("module"), fixtures="data"), "of scope 'module'"),
    "class_fixture": (method(ONE, before=WIDE.format("class"), fixtures="data"), "of scope 'class'"),
    "session_fixture": (method(ONE, before=WIDE.format("session"), fixtures="data"), "of scope 'session'"),
    "automatic": (
        method(ONE, before='@pytest.fixture(scope="module", autouse=True)\ndef data():\n    pass\n'),
        "of scope 'module'",
    ),
    "set_up_class": (
        method("    @classmethod\n    def setup_class(cls): pass\n" + ONE),
        "has a set-up of scope 'class'",
    ),
    "set_up_module": (method(ONE, before="def setup_module(): pass\n"), "has a set-up of scope 'module'"),
    "syntax": ("def broken(:\n    pass\n", "SyntaxError"),
    "import": ("import nothing_here\n", "No module named 'nothing_here'"),
    "skips_itself": ("import pytest\npytest.skip('later', allow_module_level=True)\n", "skips itself"),
    "zero": (method("    @check(marks=0)\n"), "must be above 0"),
    "negative": (method('    @check(marks="-1")\n'), "must be above 0"),
    "infinite": (method('    @check(marks="inf")\n'), "must be above 0"),
    "too_fine": (method('    @check(marks="0.00001")\n'), "at most 4 decimals"),
    "no_number": (method('    @check(marks="one")\n'), "is no decimal number"),
}

PROGRAM = """
import json, sys
from pathlib import Path
from labgrade.errors import UserError
from labgrade.grader.checks import grader_files
from labgrade.grader.collect import with_checks

root = Path(sys.argv[1])
answers = {}
for folder in sorted(root.iterdir()):
    if folder.is_dir():
        try:
            answers[folder.name] = with_checks(grader_files(folder), root, lambda checks: [
                [c.id, c.visibility, str(c.marks), c.title, c.plain] for c in checks
            ])
        except UserError as error:
            answers[folder.name] = str(error)
print(json.dumps(answers))
"""


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    """What collecting each folder of graders gives: its checks, or the message of the refusal."""
    root = tmp_path_factory.mktemp("rules") / "graders"
    modules = {
        "right": (VISIBLE, HIDDEN),
        "visible_only": (GOOD, None),
        "empty": ("", None),
        "marks_of_pytest": (method("    @pytest.mark.skipif(False, reason='')\n" + ONE), None),
        **{name: (GOOD, text) for name, (text, _) in REFUSED.items()},
    }
    for name, (visible, hidden) in modules.items():
        (root / name).mkdir(parents=True)
        (root / name / "test_visible.py").write_text(visible, encoding="utf-8")
        if hidden is not None:
            (root / name / "test_hidden.py").write_text(hidden, encoding="utf-8")
        (root / name / "conftest.py").write_text("raise SystemExit('read')\n", encoding="utf-8")
    (root / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n", encoding="utf-8")
    environment = {**os.environ, "PYTEST_ADDOPTS": "--no-such-option", "PYTEST_PLUGINS": "no_such_plugin"}
    command = [sys.executable, "-c", PROGRAM, str(root)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    return root, json.loads(done.stdout)


@pytest.mark.parametrize("name", REFUSED)
def test_what_breaks_a_rule_is_refused_by_name(collected, name):
    message = collected[1][name]

    assert isinstance(message, str)
    assert REFUSED[name][1] in message
    assert f"{name}/test_hidden.py" in message


def test_a_check_knows_its_place_and_marks(collected):
    assert [["q1.good", "visible", "0.5", "Goes well", True]] == collected[1]["visible_only"]


def test_both_modules_are_collected(collected):
    rows = {row[0]: row for row in collected[1]["right"]}

    assert ["q1.two", "visible", "1", "Twice 2", True] == rows["q1.two"]
    assert ["q1.asserted", "visible", "1", "Asserted", True] == rows["q1.asserted"]
    assert "hidden" == rows["q1.random"][1]


def test_only_checks_that_need_nothing_of_pytest_are_plain(collected):
    plain = {row[0]: row[4] for row in collected[1]["right"] if row[0].startswith("q3")}
    others = {"q3.each[1.0]", "q3.each[2.0]", "q3.own_fixture", "q3.set_up", "q3.instance"}

    assert {"q3.plain": True, **dict.fromkeys(others, False)} == plain
    assert [False] == [row[4] for row in collected[1]["marks_of_pytest"]]


def test_an_empty_module_has_no_checks(collected):
    assert [] == collected[1]["empty"]


def test_nothing_is_written_beside_the_graders(collected):
    left = {path.name for path in collected[0].rglob("*") if path.is_file()}

    assert {"test_visible.py", "test_hidden.py", "conftest.py", "pytest.ini"} == left


def test_a_missing_module_is_left_out(tmp_path: Path):
    (tmp_path / "test_visible.py").write_text("", encoding="utf-8")

    assert [tmp_path / "test_visible.py"] == grader_files(tmp_path)
