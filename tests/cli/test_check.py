"""`labgrade check`: one hand-in, the visible checks, an exit code."""

from __future__ import annotations

import pytest
from tests.trees import write_tree

from .tiny_course import EXITING, HALF, LAB_ID, RIGHT, UNREADABLE, write_course


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A folder of one's own work."""
    return write_tree(
        tmp_path_factory.mktemp("desk"),
        {
            "right.py": RIGHT,
            "half.py": HALF,
            "exiting.py": EXITING,
            "unreadable.py": UNREADABLE,
            "broken.ipynb": "{",
            f"folder/{LAB_ID}.py": RIGHT,
        },
    )


@pytest.fixture
def check(labgrade, course, desk):
    """`labgrade check ARGUMENTS...` in that folder."""

    def run(*arguments, **options):
        return labgrade.run("check", *arguments, "--course", course, cwd=desk, **options)

    return run


SUMMARY_ALL = "2 of 2 visible checks passed (1.5 marks); 2 hidden checks (2 marks) run at grading"


def test_all_visible_checks_passed(check):
    ended = check("right.py", "--lab", LAB_ID)

    assert (0, "") == (ended.code, ended.err)
    assert SUMMARY_ALL == ended.out.splitlines()[-1]


@pytest.mark.slow
def test_a_folder_is_one_hand_in_and_its_files_say_for_which_lab(check):
    ended = check("folder")

    assert (0, SUMMARY_ALL) == (ended.code, ended.out.splitlines()[-1])


def test_a_check_that_did_not_pass(check):
    ended = check("half.py", "--lab", LAB_ID)

    assert (1, "") == (ended.code, ended.err)
    assert "There is no `pair` yet." in ended.out
    last = "1 of 2 visible checks passed (1 of 1.5 marks); 2 hidden checks (2 marks) run at grading"
    assert last == ended.out.splitlines()[-1]


def test_one_exercise_of_the_same_file(check):
    ended = check("half.py", "--lab", LAB_ID, "-k", "q1", "--json")

    document = ended.document
    assert (0, "") == (ended.code, ended.err)
    assert ["q1"] == [exercise["id"] for exercise in document["exercises"]]
    assert {"schema", "lab", "score", "max_score", "findings", "exercises"} == set(document)
    assert ("labgrade.check/1", LAB_ID, 1, 1) == tuple(
        document[name] for name in ("schema", "lab", "score", "max_score")
    )


def test_only_visible_checks_are_run_and_told(check):
    document = check("exiting.py", "--lab", LAB_ID, "--json").document

    checks = {c["id"]: c for exercise in document["exercises"] for c in exercise["checks"]}
    assert {"visible"} == {c["visibility"] for c in checks.values()}
    assert ("crashed", "passed") == (checks["q1.of_three"]["outcome"], checks["q2.of_four"]["outcome"])


@pytest.mark.parametrize(("name", "said"), [("unreadable.py", "line 2"), ("broken.ipynb", "broken.ipynb")])
def test_what_cannot_be_read_is_a_finding_and_no_pass(check, name, said):
    ended = check(name, "--lab", LAB_ID, "--json")

    assert (1, "") == (ended.code, ended.err)
    assert 0 == ended.document["score"]
    findings = ended.document["findings"]
    assert any(said in f"{finding['where']} {finding['message']}" for finding in findings), findings


REFUSALS = {
    "no such file": (("nowhere.py", "--lab", LAB_ID), "nowhere.py: There is no such file or folder."),
    "lab not told": (("right.py",), "It cannot be told which lab this is for"),
    "no such lab": (("right.py", "--lab", "lab07"), 'There is no lab "lab07".'),
    "no such exercise": (("right.py", "--lab", LAB_ID, "-k", "q9"), "there is no exercise 'q9'"),
    "no such option": (("right.py", "--loud"), "--loud"),
    "no such device": (("right.py", "--lab", LAB_ID, "--device", "gpu"), "'gpu' is none of cpu, cuda, auto"),
    "no such data": (("right.py", "--lab", LAB_ID, "--data", "cats"), "There is no data set 'cats'."),
    "no such executor": (
        ("right.py", "--lab", LAB_ID, "--executor", "magic"),
        "There is no executor 'magic'.",
    ),
    "two wishes": (("right.py", "--lab", LAB_ID, "--watch"), "--json prints one document, --watch many"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_wrong_use_is_one_message_on_standard_error_and_code_2(check, case):
    arguments, message = REFUSALS[case]

    ended = check(*arguments, "--json")

    assert (2, "") == (ended.code, ended.out)
    assert message in ended.err
    assert "Traceback" not in ended.err


def test_a_setting_of_the_environment_is_named_where_it_is_wrong(check):
    ended = check("right.py", "--lab", LAB_ID, env={"LABGRADE_DATASET": "cats"})

    assert 2 == ended.code
    assert "labgrade: LABGRADE_DATASET: There is no data set 'cats'.\nTIP: Known: digits" in ended.err


def test_hidden_checks_need_not_be_there(labgrade, desk, tmp_path):
    public = write_course(tmp_path / "public", hidden=None)

    ended = labgrade.run("check", "right.py", "--lab", LAB_ID, "--course", public, cwd=desk)

    assert (0, SUMMARY_ALL) == (ended.code, ended.out.splitlines()[-1])


@pytest.mark.slow
def test_a_machine_that_confines_nothing_is_named_and_enough(check):
    ended = check("right.py", "--lab", LAB_ID, "--executor", "spawn")

    assert 0 == ended.code
    assert "does not confine files, network, process tree, memory of your code" in ended.err
    assert "Warning" not in ended.err
