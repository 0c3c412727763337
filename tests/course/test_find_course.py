"""Which course a command works on."""

import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from labgrade import course as course_module
from labgrade.course import find_course, load_course
from labgrade.errors import UserError


def test_the_option_wins_over_variable_and_working_directory(make_course):
    named, by_variable, around = make_course("a"), make_course("b"), make_course("c")

    found = find_course(named, start=around, environ={"LABGRADE_COURSE": str(by_variable)})

    assert named.resolve() == found.root


def test_the_variable_wins_over_the_working_directory(make_course):
    by_variable, around = make_course("b"), make_course("c")

    found = find_course(start=around, environ={"LABGRADE_COURSE": str(by_variable)})

    assert by_variable.resolve() == found.root


def test_an_empty_variable_counts_as_not_set(course_root):
    assert course_root.resolve() == find_course(start=course_root, environ={"LABGRADE_COURSE": ""}).root


def test_the_nearest_folder_upwards_is_the_course(make_course):
    outer = make_course("outer")
    inner = shutil.copytree(outer, outer / "work" / "inner")
    deep = inner / "x" / "y"
    deep.mkdir(parents=True)

    assert inner.resolve() == find_course(start=deep, environ={}).root
    assert outer.resolve() == find_course(start=outer / "work", environ={}).root


def test_the_working_directory_is_where_the_search_begins(course_root, monkeypatch):
    monkeypatch.chdir(course_root / "assignments")

    assert course_root.resolve() == find_course(environ={}).root


def test_the_course_file_itself_may_be_named(course_root):
    assert course_root.resolve() == find_course(course_root / "course.toml", environ={}).root


@pytest.mark.parametrize("origin", ["--course", "LABGRADE_COURSE"])
def test_a_named_folder_without_a_course_is_an_error_that_names_who_named_it(tmp_path, course_root, origin):
    empty = tmp_path / "empty"
    empty.mkdir()
    explicit = empty if origin == "--course" else None
    environ = {} if explicit else {"LABGRADE_COURSE": str(empty)}

    with pytest.raises(UserError, match=r"holds no course\.toml") as caught:
        find_course(explicit, start=course_root, environ=environ)

    assert origin == caught.value.where
    assert "course.toml" in caught.value.next_step


def test_the_installed_public_part_comes_last(tmp_path, course_root, monkeypatch):
    package = tmp_path / "site" / "labgrade"
    shutil.copytree(course_root, package / "public_course")
    monkeypatch.setattr(course_module, "files", lambda _name: package)

    assert package.resolve() / "public_course" == find_course(start=tmp_path, environ={}).root
    assert course_root.resolve() == find_course(start=course_root, environ={}).root


def test_no_course_at_all_says_how_to_name_one(tmp_path, monkeypatch):
    monkeypatch.setattr(course_module, "files", lambda _name: tmp_path / "nothing")

    with pytest.raises(UserError, match="no course found") as caught:
        find_course(start=tmp_path, environ={})

    assert str(tmp_path) == caught.value.where
    assert "--course" in caught.value.next_step


def test_a_course_knows_its_labs_exercises_and_files(course_root):
    course = load_course(course_root)
    lab = course.lab("lab01_tiny")
    first, second = lab.exercises

    assert ("Tiny course", "T 1", "digits") == (course.title, course.code, course.dataset)
    assert ("A tiny lab", Decimal("3.5"), ("math",)) == (lab.title, lab.marks, lab.preload)
    assert (5.0, 2.5) == (lab.limits.load_seconds, lab.limits.exercise_seconds)
    assert ("q1", ("double",), Decimal("2.5")) == (first.id, first.names, first.marks)
    assert (2, Decimal("1.5")) == (first.hidden.checks, first.hidden.marks)
    assert (2.5, 60.0) == (first.seconds, second.seconds)
    assert second is lab.exercise("q2")
    root = course_root.resolve()
    assert root / "assignments/lab01_tiny/lab01_tiny.py" == lab.stub_module
    assert root / "assignments/lab01_tiny/lab01_tiny.ipynb" == lab.stub_notebook
    assert root / "assignments/lab01_tiny/task.md" == lab.task
    assert root / "graders/lab01_tiny/test_visible.py" == lab.visible_module
    assert root / "graders/lab01_tiny/test_hidden.py" == lab.hidden_module
    assert root / "reference_solutions/lab01_tiny.py" == lab.solution


def test_a_students_copy_has_no_hidden_module_but_its_plan(course_root):
    (course_root / "graders/lab01_tiny/test_hidden.py").unlink()
    course = load_course(course_root)
    lab = course.lab("lab01_tiny")

    assert lab.hidden_module is None
    assert not course.has_hidden(lab)
    assert [2, 1] == [exercise.hidden.checks for exercise in lab.exercises]


def test_an_unknown_lab_names_the_nearest_and_all_others(course_root):
    with pytest.raises(UserError, match='no lab "lab1_tiny"') as caught:
        load_course(course_root).lab("lab1_tiny")

    assert 'Did you mean "lab01_tiny"?' in caught.value.next_step
    assert "Known: lab01_tiny." in caught.value.next_step


def test_an_unknown_lab_that_resembles_none_suggests_none(course_root):
    with pytest.raises(UserError) as caught:
        load_course(course_root).lab("zzz")

    assert "Did you mean" not in caught.value.next_step


def test_an_unknown_exercise_names_those_of_the_lab(course_root):
    with pytest.raises(UserError, match='no exercise "q9"') as caught:
        load_course(course_root).lab("lab01_tiny").exercise("q9")

    assert "Known: q1, q2." in caught.value.next_step


def test_selecting_no_lab_selects_all(course_root):
    course = load_course(course_root)

    assert course.labs == course.select([])
    assert course.labs == course.select(["lab01_tiny"])
    with pytest.raises(UserError):
        course.select(["lab01_tiny", "lab99"])


def test_demo_paths_and_plan_come_from_the_course_file(make_course):
    text = (
        'title = "T"\ncode = "1"\nlabs = ["lab01_tiny"]\n[demo]\npaths = ["submissions/lab01_tiny"]\n'
        '[plan]\nid = "all"\ntitle = "All"\nmarks = 3\n'
        '[[plan.components]]\nid = "a"\ntitle = "A"\nmarks = "2.5"\n'
        '[[plan.components]]\nid = "b"\ntitle = "B"\nmarks = "0.5"\n'
    )

    course = load_course(make_course(course=text))

    assert (course.root / Path("submissions/lab01_tiny"),) == course.demo
    assert course.plan is not None
    assert [Decimal("2.5"), Decimal("0.5")] == [part.marks for part in course.plan.components]


def test_a_course_without_demo_or_plan_has_none(course_root):
    course = load_course(course_root)

    assert ((), None) == (course.demo, course.plan)
