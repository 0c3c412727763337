"""Option, then environment, then course: each setting, and each wrong value with its origin."""

import dataclasses
import os
from pathlib import Path

import pytest

from labgrade.course import load_course
from labgrade.errors import UserError
from labgrade.settings import SETTINGS, Settings, load_settings, resolve

COURSE = """\
title = "T"
code = "1"
dataset = "mnist"
labs = ["lab01_tiny"]
[settings]
data_root = ["data", "/shared/data"]
device = "auto"
jobs = 3
out = "marks"
executor = "fork"
allow_missing_layers = ["landlock"]
"""


@pytest.fixture
def bare(course_root):
    return load_course(course_root)


@pytest.fixture
def full(make_course):
    return load_course(make_course("full", course=COURSE))


CASES = [
    # setting, option, its value, variable, its value, course's value, default
    ("dataset", "fashion_mnist", "fashion_mnist", "digits", "digits", "mnist", "digits"),
    ("device", "cpu", "cpu", "cuda", "cuda", "auto", "cpu"),
    ("jobs", 7, 7, "5", 5, 3, None),
    ("seed", 11, 11, "12", 12, None, None),
    ("executor", "spawn", "spawn", "auto", "auto", "fork", "auto"),
    ("out", Path("o"), Path("o"), "v", Path("v"), None, Path("reports")),
    ("data_root", "a", (Path("a"),), f"b{os.pathsep}c", (Path("b"), Path("c")), None, ()),
    ("download", True, True, "yes", True, None, False),
    ("allow_missing_layers", ["b", "a"], ("a", "b"), "x, y", ("x", "y"), ("landlock",), ()),
]


@pytest.mark.parametrize("case", CASES, ids=[case[0] for case in CASES])
def test_option_then_environment_then_course_then_default(full, bare, case):
    name, option, from_option, variable, from_variable, from_course, default = case
    environ = {next(s.variable for s in SETTINGS if s.name == name): variable}

    assert from_option == getattr(resolve(full, {name: option}, environ), name)
    assert from_variable == getattr(resolve(full, {name: None}, environ), name)
    assert default == getattr(resolve(bare, {}, {}), name)
    if from_course is not None:
        assert from_course == getattr(resolve(full, {}, {}), name)


def test_every_setting_has_a_case_or_is_the_course():
    assert {setting.name for setting in SETTINGS} == {case[0] for case in CASES} | {"course"}


def test_every_field_of_the_settings_can_be_set():
    fields = {field.name for field in dataclasses.fields(Settings)}

    assert fields - {"origins"} == {setting.name for setting in SETTINGS}


def test_paths_in_the_course_file_start_at_the_course(full):
    settings = resolve(full, {}, {})

    assert full.root / "marks" == settings.out
    assert (full.root / "data", Path("/shared/data")) == settings.data_root


def test_a_home_folder_is_expanded(bare, monkeypatch):
    monkeypatch.setenv("HOME", "/home/teacher")

    settings = resolve(bare, {"out": "~/marks"}, {"LABGRADE_DATA": "~/data"})

    assert Path("/home/teacher/marks") == settings.out
    assert (Path("/home/teacher/data"),) == settings.data_root


def test_empty_variables_and_empty_lists_count_as_not_set(full):
    settings = resolve(full, {"allow_missing_layers": []}, {"LABGRADE_JOBS": "", "LABGRADE_DATA": ""})

    assert (3, ("landlock",)) == (settings.jobs, settings.allow_missing_layers)


def test_a_seed_of_zero_is_a_seed(bare):
    assert 0 == resolve(bare, {"seed": 0}, {"LABGRADE_SEED": "5"}).seed


@pytest.mark.parametrize(
    ("written", "means"),
    [("1", True), ("true", True), ("YES", True), ("0", False), ("False", False), ("no", False)],
)
def test_yes_and_no_have_their_usual_spellings(bare, written, means):
    assert means is resolve(bare, {}, {"LABGRADE_DOWNLOAD": written}).download


def test_origins_say_where_each_setting_was_set(full):
    settings = resolve(full, {"device": "cpu"}, {"LABGRADE_JOBS": "2"})

    assert "--device" == settings.origins["device"]
    assert "LABGRADE_JOBS" == settings.origins["jobs"]
    assert f"{full.file}, key settings.executor" == settings.origins["executor"]
    assert "seed" not in settings.origins


WRONG = [
    ("dataset", "MNIST!"),
    ("dataset", "../mnist"),
    ("device", "gpu"),
    ("jobs", "0"),
    ("jobs", "many"),
    ("jobs", "-1"),
    ("jobs", "1.5"),
    ("jobs", "٣"),
    ("seed", "-1"),
    ("seed", str(2**63)),
    ("executor", "Thread!"),
    ("download", "maybe"),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_value_names_the_option_or_variable_it_came_from(bare, name, value):
    setting = next(setting for setting in SETTINGS if setting.name == name)

    with pytest.raises(UserError) as from_option:
        resolve(bare, {name: value}, {})
    with pytest.raises(UserError) as from_variable:
        resolve(bare, {}, {setting.variable: value})

    assert (setting.option, setting.variable) == (from_option.value.where, from_variable.value.where)
    assert value in from_option.value.what
    assert from_option.value.next_step


def test_a_wrong_value_in_the_course_names_file_and_key(make_course):
    course = load_course(make_course(course=COURSE.replace('"fork"', '"Thread!"')))

    with pytest.raises(UserError, match="'Thread!' is not the name of an executor") as caught:
        resolve(course, {}, {})

    assert f"{course.file}, key settings.executor" == caught.value.where


def test_an_option_hides_a_wrong_value_in_the_course(make_course):
    course = load_course(make_course(course=COURSE.replace('"fork"', '"Thread!"')))

    assert "spawn" == resolve(course, {"executor": "spawn"}, {}).executor


def test_loading_settings_finds_the_course_first(course_root, make_course):
    other = make_course("other")

    by_option = load_settings({"course": course_root}, {"LABGRADE_COURSE": str(other)})
    by_variable = load_settings({"course": None}, {"LABGRADE_COURSE": str(other)})

    assert course_root.resolve() == by_option.course.root
    assert other.resolve() == by_variable.course.root
    assert "LABGRADE_COURSE" == by_variable.origins["course"]


def test_settings_cannot_be_changed(bare):
    settings = resolve(bare, {}, {})

    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.jobs = 4
