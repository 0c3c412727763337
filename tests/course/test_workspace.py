"""Beginning a lab, through the library."""

import shutil

import pytest

from labgrade.authoring.build import generated_files
from labgrade.course import load_course
from labgrade.errors import UserError
from labgrade.workspace import start_lab


@pytest.fixture
def lab(course_root):
    lab = load_course(course_root).lab("lab01_tiny")
    for file in generated_files(lab):
        file.write()
    return lab


def test_it_returns_where_the_copies_lie(lab, tmp_path):
    started = start_lab(lab, tmp_path / "work")

    assert started.stub == tmp_path / "work" / "lab01_tiny.py"
    assert started.task == tmp_path / "work" / "task.md"
    assert started.stub.read_bytes() == lab.stub_module.read_bytes()
    assert started.task.read_bytes() == lab.task.read_bytes()


def test_the_notebook_is_copied_byte_for_byte(lab, tmp_path):
    started = start_lab(lab, tmp_path / "work", notebook=True)

    assert started.stub.read_bytes() == lab.stub_notebook.read_bytes()


def test_beginning_twice_changes_nothing(lab, tmp_path):
    first = start_lab(lab, tmp_path / "work")
    times = (first.stub.stat().st_mtime_ns, first.task.stat().st_mtime_ns)

    assert start_lab(lab, tmp_path / "work") == first
    assert (first.stub.stat().st_mtime_ns, first.task.stat().st_mtime_ns) == times


def test_work_that_has_begun_is_refused_and_kept(lab, tmp_path):
    started = start_lab(lab, tmp_path / "work")
    started.stub.write_text("my work")

    with pytest.raises(UserError, match="not overwritten") as caught:
        start_lab(lab, tmp_path / "work")

    assert caught.value.where == str(started.stub)
    assert started.stub.read_text() == "my work"


def test_where_the_task_is_in_the_way_the_stub_is_not_copied_either(lab, tmp_path):
    (tmp_path / "task.md").write_text("my notes")

    with pytest.raises(UserError, match="not overwritten"):
        start_lab(lab, tmp_path)

    assert not (tmp_path / "lab01_tiny.py").exists()


def test_a_copy_can_be_written_even_where_the_original_cannot(lab, tmp_path):
    lab.stub_module.chmod(0o444)

    started = start_lab(lab, tmp_path / "work")

    assert started.stub.stat().st_mode & 0o200


def test_a_course_without_a_task_names_the_file(lab, tmp_path):
    lab.task.unlink()

    with pytest.raises(UserError, match="lacks this file") as caught:
        start_lab(lab, tmp_path / "work")

    assert caught.value.where == str(lab.task)
    assert not (tmp_path / "work").exists()


@pytest.mark.usefixtures("lab")
def test_the_public_part_alone_suffices(course_root, tmp_path):
    shutil.rmtree(course_root / "reference_solutions")
    (course_root / "graders/lab01_tiny/test_hidden.py").unlink()

    assert start_lab(load_course(course_root).lab("lab01_tiny"), tmp_path / "work").stub.is_file()
