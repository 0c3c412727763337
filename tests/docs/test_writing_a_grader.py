"""The page on writing a grader builds a course that grades as the page says."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.pytest_runs import run_pytest
from tests.trees import write_tree

from labgrade.cli.app import run
from labgrade.record.model import Check, GradeRecord
from labgrade.testing import grade_source

from .pages import DOCS, blocks, files, text_of

PAGE = DOCS / "writing-a-grader.md"
LAB = "lab01_columns"
TEXT = text_of(PAGE)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course made of nothing but the page's blocks, its stubs built."""
    root = tmp_path_factory.mktemp("page") / "course"
    write_tree(root, {**files(PAGE), f"assignments/{LAB}/task.md": "# Columns\n"})
    assert run(["author", "build", "--course", str(root)]) == 0
    return root


@pytest.fixture(scope="module")
def grade(course: Path) -> Callable[..., GradeRecord]:
    return lambda source, seed=1: grade_source(LAB, source, seed=seed, course=course)


def checks_of(record: GradeRecord) -> dict[str, Check]:
    return {check.id: check for exercise in record.exercises for check in exercise.checks}


def test_every_block_is_part_of_a_file_or_a_list_of_commands():
    assert {"console"} == {block.language for block in blocks(PAGE) if not block.file}


@pytest.mark.parametrize(
    "name", re.findall(r"^def (test_\w+)", files(PAGE)["test_lab01_columns.py"], re.MULTILINE)
)
def test_the_tests_on_the_page_pass(course, name):
    path = course / "test_lab01_columns.py"
    namespace = {"__file__": str(path), "__name__": "page"}
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), namespace)

    namespace[name]()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_solution_has_full_marks_whatever_the_seed(course, grade, seed):
    record = grade(course / "reference_solutions" / f"{LAB}.py", seed)

    assert (record.max_score, ()) == (record.score, record.findings)


def test_the_totals_of_the_page_agree_with_its_grader(course, grade):
    record = grade(course / f"assignments/{LAB}/{LAB}.py")

    assert f'marks = "{record.max_score}"' in TEXT
    assert {"not_attempted", "skipped"} == {check.outcome for check in checks_of(record).values()}


def test_an_exception_is_recognised(grade):
    source = "def standardise(x):\n    return (x - x.mean(dim=1)) / x.std(dim=1)\n"

    assert f"{LAB}.q1.rows-for-columns" == checks_of(grade(source))["q1.small"].misconception


def test_noise_that_ignores_the_seed_is_recognised(course, grade):
    solution = (course / "reference_solutions" / f"{LAB}.py").read_text(encoding="utf-8")
    seeded = solution.replace("return x + torch", "torch.manual_seed(0); return x + torch")
    record = grade(seeded)

    assert f"{LAB}.q3.seed-inside" == checks_of(record)["q3.noise"].misconception


def test_a_check_that_needs_another_exercise_is_skipped_without_it(grade):
    assert "skipped" == checks_of(grade("def noisy(x): return x\n"))["q3.noise"].outcome


def test_a_self_report_is_marked_in_the_record(course, grade):
    checks = checks_of(grade(course / "wrong.py"))

    assert ["q3.by_autograd"] == [c.id for c in checks.values() if c.evidence.get("kind") == "self-report"]


def test_feedback_on_a_hidden_check_is_the_sentence_on_the_page_and_the_mistake(course, grade):
    check = checks_of(grade(course / "wrong.py"))["q1.any_size"]
    sentence = re.search(r'by kind: "([^"]+)"', TEXT)[1]

    assert check.feedback.startswith(sentence)
    assert "Along which dimension does a column run?" in check.feedback


def test_an_assertion_of_an_author_stays_with_the_instructor(course, tmp_path):
    sentence = re.search(r'the student reads "([^"]+)"', TEXT)[1]
    copy = with_grader(course, tmp_path, "assert 1 == 2, 'secret'")
    record = grade_source(LAB, "def standardise(x): return x", course=copy)

    assert sentence == checks_of(record)["q1.broken"].feedback
    assert "secret" in record.provenance.instructor_notes["q1.broken"]


# -- what is refused ---------------------------------------------------------------------------------

HEAD = "import pytest\nfrom labgrade.grader import check, exercise\n"
CLASS = '@exercise("q1")\nclass TestA:\n'
GRADERS = {
    "carries no marks": '@exercise("q1")\nclass TestA:\n    def test_a(self, student): ...\n',
    "belongs to no exercise": "@check(marks=1)\ndef test_a(student): ...\n",
    "must be above 0": CLASS + '    @check(marks="0.00001")\n    def test_a(self, student): ...\n',
    "has the same check id": (
        '@exercise("q1")\nclass TestA:\n    @check(marks=1)\n    def test_a(self, student): ...\n'
        '@exercise("q1")\nclass TestB:\n    @check(marks=1)\n    def test_a(self, student): ...\n'
    ),
    "outlives a submission": (
        '@pytest.fixture(scope="module")\ndef kept(): return 1\n'
        '@exercise("q1")\nclass TestA:\n    @check(marks=1)\n    def test_a(self, student, kept): ...\n'
    ),
    "a grader cannot be collected": "import no_such_module\n",
}
OF_PLAN = "but its plan says"
COLLECT = """\
import contextlib, io, json, sys
from pathlib import Path
from labgrade.errors import UserError
from labgrade.grader.collect import with_checks
said = {}
for folder in map(Path, sys.argv[1:]):
    with contextlib.redirect_stderr(io.StringIO()) as printed:
        try:
            with_checks([folder / "test_visible.py"], folder.parent, len)
        except UserError as error:
            said[folder.name] = printed.getvalue() + str(error)
print(json.dumps(said))
"""


PLAN_OF_ONE = f"""\
id = "{LAB}"
title = "One check"
marks = 1
exercises = [
    {{ id = "q1", title = "One", names = ["standardise"], visible = {{ checks = 1, marks = 1 }}, \
hidden = {{ checks = 0, marks = 0 }} }},
]
"""


def with_grader(course: Path, place: Path, body: str) -> Path:
    """A copy of the course whose only check runs `body`."""
    grader = f"{HEAD}{CLASS}    @check(marks=1)\n    def test_broken(self, student):\n        {body}\n"
    texts = {
        "course.toml": (course / "course.toml").read_text(encoding="utf-8"),
        f"assignments/{LAB}/lab.toml": PLAN_OF_ONE,
        f"graders/{LAB}/test_visible.py": grader,
    }
    return write_tree(place, texts)


@pytest.fixture(scope="module")
def refusals(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Rule to what is said where a grader breaks it; all collected by one process."""
    root = tmp_path_factory.mktemp("graders") / "graders"
    for number, text in enumerate(GRADERS.values()):
        (root / str(number)).mkdir(parents=True)
        (root / str(number) / "test_visible.py").write_text(HEAD + text, encoding="utf-8")
    command = [sys.executable, "-I", "-c", COLLECT, *(str(root / str(n)) for n in range(len(GRADERS)))]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    said = json.loads(ended.stdout.splitlines()[-1])
    return {rule: said.get(str(number), "") for number, rule in enumerate(GRADERS)}


def test_the_page_lists_the_rules_that_are_tested_here():
    table = TEXT.partition("## Rules")[2].partition("## What")[0]

    tested = [*GRADERS, OF_PLAN]
    assert tested == re.findall(r"\| `([^`]+)` \|$", table, flags=re.MULTILINE)


@pytest.mark.parametrize("rule", GRADERS)
def test_a_grader_that_breaks_a_rule_is_refused_with_the_message_of_the_page(rule, refusals):
    assert rule in refusals[rule]


def test_a_grader_that_differs_from_its_plan_is_refused(course, tmp_path, run_cli):
    copy = with_grader(course, tmp_path, "pass")
    plan = copy / f"assignments/{LAB}/lab.toml"
    plan.write_text(PLAN_OF_ONE.replace("marks = 1\n", "marks = 2\n").replace("1, marks = 1", "1, marks = 2"))

    ended = run_cli("check", course / "wrong.py", "--lab", LAB, "--course", copy)

    assert (2, "") == (ended.code, ended.out)
    assert OF_PLAN in ended.err


# -- the author's view -------------------------------------------------------------------------------


def test_a_grader_runs_against_one_submission_with_plain_pytest(course, tmp_path):
    work = tmp_path / "work.py"
    work.write_text((course / "wrong.py").read_text(encoding="utf-8"), encoding="utf-8")
    before = sorted(course.rglob("*"))

    options = ("--submission", work, "--labgrade-seed", 7, "-k", "by_hand or noise_follows")
    ended = run_pytest(f"graders/{LAB}", *options, cwd=course)

    assert "2 failed" in ended.stdout
    assert "autograd is switched off here" in ended.stdout
    assert before == sorted(course.rglob("*"))
