"""Every mistake in a course's files is reported with file and key."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labgrade.course import load_course
from labgrade.coursefile import exact_mark
from labgrade.errors import UserError

PLAN = '[plan]\nid = "all"\ntitle = "All"\nmarks = 3\n'


def part(name, marks):
    return f'[[plan.components]]\nid = "{name}"\ntitle = "T"\nmarks = {marks}\n'


TRAINING = """[training]
images = 10
batch_size = 2
epochs = { digits = 3, mnist = 2 }
seconds = 5
minimum = { digits = 0.5, mnist = 0.6 }
minimum_transformed = { digits = 0.4, mnist = 0.5 }

[limits]
"""


def trained(old="", new=""):
    """A lab with a training in which `old` was replaced, as a mistake replaces its limits."""
    return "[limits]\n", TRAINING.replace(old, new) if old else TRAINING


LAB_MISTAKES = {
    "a minimum without its other": (
        *trained("digits = 0.4, ", ""),
        r'key "training\.minimum_transformed": names other data sets .* digits, mnist',
    ),
    "epochs for another data set": (
        *trained("mnist = 2", "cifar = 2"),
        r'key "training\.epochs": names other data sets',
    ),
    "an accuracy in per cent": (*trained("digits = 0.5", "digits = 50"), r'key "training\.minimum\.digits"'),
    "a training without time": (*trained("seconds = 5\n", ""), r'the key "training\.seconds" is missing'),
    "not TOML": ("marks =", "marks ", r"not valid TOML: .*line 3"),
    "unknown key": ('marks = "3.5"', 'marks = "3.5"\nmark = 1', r'unknown key "mark"'),
    "unknown key deep down": (
        "checks = 2,",
        "checks = 2, points = 1,",
        r'unknown key "exercises\[0\]\.hidden\.points"',
    ),
    "missing key": ('title = "A tiny lab"\n', "", r'the key "title" is missing'),
    "missing key deep down": ("checks = 2, ", "", r'the key "exercises\[0\]\.hidden\.checks" is missing'),
    "wrong type": ("checks = 2,", 'checks = "2",', r'key "exercises\[0\]\.hidden\.checks"'),
    "a mark that is a float": ('"3.5"', "3.5", r'key "marks": write the mark as a string, such as "3.5"'),
    "a mark that is a truth value": ('"3.5"', "true", r'key "marks": write the mark as a string'),
    "a mark that is no number": ('"3.5"', '"many"', r"key \"marks\": 'many' is not a number"),
    "a mark that is not finite": ('"3.5"', '"NaN"', r"not a mark of 0 or more"),
    "a negative mark": ('"3.5"', '"-1"', r"not a mark of 0 or more"),
    "a mark too fine": ('"3.5"', '"3.50001"', r"more than 4 decimals"),
    "a lab id unlike its folder": (
        'id = "lab01_tiny"',
        'id = "lab01_other"',
        r'key "id": says "lab01_other"',
    ),
    "an id with a path in it": ('id = "q1"', 'id = "../q1"', r'key "exercises\[0\]\.id"'),
    "an exercise twice": ('id = "q2"', 'id = "q1"', r'the exercise "q1" is there 2 times'),
    "a name twice": ('"pair", "Box"', '"pair", "pair"', r'the name "pair" is there 2 times'),
    "a name that is none": ('["double"]', '["dou-ble"]', r'key "exercises\[0\]\.names\[0\]"'),
    "no names": ('["double"]', "[]", r'key "exercises\[0\]\.names"'),
    "totals that do not add up": ('"3.5"', '"4"', r'key "marks": says 4, but the exercises add up to 3\.5'),
    "checks without marks": (
        'checks = 2, marks = "1.5"',
        'checks = 2, marks = "0"',
        r"every check carries a mark",
    ),
    "marks without checks": ("checks = 2,", "checks = 0,", r"0 checks with 1\.5 marks"),
    "a negative count": ("checks = 2,", "checks = -2,", r'key "exercises\[0\]\.hidden\.checks"'),
    "a limit of zero": ("load_seconds = 5", "load_seconds = 0", r'key "limits\.load_seconds"'),
    "an endless limit": ("load_seconds = 5", "load_seconds = inf", r'key "limits\.load_seconds"'),
}

COURSE_MISTAKES = {
    "not TOML": ("title", "= title", r"not valid TOML: .*line 1"),
    "unknown key": ("title =", "titel =", r'unknown key "titel"|the key "title" is missing'),
    "unknown setting": ("labs =", "settings.job = 2\nlabs =", r'unknown key "settings\.job"'),
    "a seed, which a course must not fix": (
        "labs =",
        "settings.seed = 2\nlabs =",
        r'unknown key "settings\.seed"',
    ),
    "labs that are no list": ('["lab01_tiny"]', '"lab01_tiny"', r'key "labs"'),
    "no labs": ('["lab01_tiny"]', "[]", r'key "labs"'),
    "a lab twice": (
        '["lab01_tiny"]',
        '["lab01_tiny", "lab01_tiny"]',
        r'the lab "lab01_tiny" is there 2 times',
    ),
    "a lab outside the course": ('["lab01_tiny"]', '["../lab01_tiny"]', r'key "labs\[0\]"'),
    "an empty title": ('"Tiny course"', '""', r'key "title"'),
}


@pytest.mark.parametrize("mistake", LAB_MISTAKES)
def test_a_mistake_in_lab_toml_names_the_file_and_the_key(make_course, mistake):
    old, new, message = LAB_MISTAKES[mistake]
    root = make_course()
    path = root / "assignments/lab01_tiny/lab.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))

    with pytest.raises(UserError, match=message) as caught:
        load_course(root)

    assert str(path.resolve()) == caught.value.where
    assert caught.value.next_step


@pytest.mark.parametrize("mistake", COURSE_MISTAKES)
def test_a_mistake_in_course_toml_names_the_file_and_the_key(make_course, mistake):
    old, new, message = COURSE_MISTAKES[mistake]
    root = make_course()
    path = root / "course.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))

    with pytest.raises(UserError, match=message) as caught:
        load_course(root)

    assert str(path.resolve()) == caught.value.where
    assert caught.value.next_step


@pytest.mark.parametrize(
    ("components", "message"),
    [
        (part("a", 1) + part("b", 1), r'key "plan\.marks": says 3, but its components add up to 2'),
        (part("a", 1) + part("a", 2), r'the component "a" is there 2 times'),
        (part("all", 3), r'the component "all" is there 2 times'),
        (
            part("a", 3) + part("b", 2).replace("[plan.comp", "[plan.components.comp"),
            r'"plan\.components\[0\]\.marks"',
        ),
        (part("a", "1.5"), r'key "plan\.components\[0\]\.marks": write the mark as a string'),
    ],
)
def test_a_plan_that_does_not_add_up_names_the_component(make_course, components, message):
    text = f'title = "T"\ncode = "1"\nlabs = ["lab01_tiny"]\n{PLAN}{components}'

    with pytest.raises(UserError, match=message):
        load_course(make_course(course=text))


def test_a_lab_without_its_file_names_the_file(make_course):
    root = make_course(course='title = "T"\ncode = "1"\nlabs = ["lab01_tiny", "lab02_gone"]\n')

    with pytest.raises(UserError, match="cannot be read") as caught:
        load_course(root)

    assert str(root.resolve() / "assignments/lab02_gone/lab.toml") == caught.value.where


def test_a_file_that_is_not_utf8_names_the_file(course_root):
    path = course_root / "course.toml"
    path.write_bytes(b'title = "caf\xe9"\n')

    with pytest.raises(UserError, match="not UTF-8") as caught:
        load_course(course_root)

    assert str(path.resolve()) == caught.value.where


@given(st.decimals(0, 10_000, places=4, allow_nan=False))
def test_a_mark_written_as_a_string_is_exact(mark):
    assert mark == exact_mark(str(mark))


def test_a_mark_may_be_a_whole_number():
    assert Decimal(44) == exact_mark(44)


def test_epochs_are_one_number_or_one_a_data_set(make_course):
    root = make_course()
    path = root / "assignments/lab01_tiny/lab.toml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(*trained()), encoding="utf-8")
    each = load_course(root).labs[0].training
    path.write_text(text.replace(*trained("{ digits = 3, mnist = 2 }", "7")), encoding="utf-8")
    one = load_course(root).labs[0].training

    assert (each.epochs_on("digits"), each.epochs_on("mnist")) == (3, 2)
    assert (one.epochs_on("digits"), one.epochs_on("mnist")) == (7, 7)
