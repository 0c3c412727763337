"""`labgrade author build`: writes the generated files, or says which have drifted."""

import pytest

STUBS = ("lab01_tiny.py", "lab01_tiny.ipynb")


@pytest.fixture
def folder(course_root):
    return course_root / "assignments/lab01_tiny"


@pytest.fixture
def built(course_root, run_cli):
    assert run_cli("author", "build", "--course", course_root).code == 0
    return course_root


def test_it_writes_module_and_notebook_and_names_them(course_root, folder, run_cli):
    ended = run_cli("author", "build", "--course", course_root)

    assert 0 == ended.code
    for name in STUBS:
        assert (folder / name).is_file()
        assert f"wrote: {folder.resolve() / name}" in ended.out


def test_what_is_up_to_date_is_left_alone(built, folder, run_cli):
    before = [(folder / name).stat().st_mtime_ns for name in STUBS]

    ended = run_cli("author", "build", "lab01_tiny", "--course", built)

    assert (0, "") == (ended.code, ended.out)
    assert before == [(folder / name).stat().st_mtime_ns for name in STUBS]


def test_check_passes_where_nothing_drifted(built, run_cli):
    ended = run_cli("author", "build", "--check", "--course", built)

    assert (0, "", "") == (ended.code, ended.out, ended.err)


@pytest.mark.parametrize("name", STUBS)
def test_check_names_a_drifted_file_and_leaves_it(built, folder, run_cli, name):
    edited = folder / name
    edited.write_text(edited.read_text() + "\n")
    text = edited.read_text()

    ended = run_cli("author", "build", "--check", "--course", built)

    assert 1 == ended.code
    assert f"drifted: {edited.resolve()}\n" in ended.out
    assert "labgrade author build" in ended.out
    assert 1 == ended.out.count("drifted:")
    assert text == edited.read_text()


def test_check_names_a_file_that_is_not_there(built, folder, run_cli):
    (folder / STUBS[0]).unlink()

    ended = run_cli("author", "build", "--check", "--course", built)

    assert 1 == ended.code
    assert STUBS[0] in ended.out
    assert not (folder / STUBS[0]).exists()


def test_a_mistake_in_the_source_is_reported_with_its_line(course_root, run_cli):
    path = course_root / "reference_solutions/lab01_tiny.py"
    path.write_text("# %%\n# BEGIN SOLUTION\nX = 1\n")

    ended = run_cli("author", "build", "--course", course_root)

    assert 2 == ended.code
    assert f"{path.resolve()}:2: " in ended.err


def test_a_students_copy_without_sources_says_so(make_course, run_cli):
    ended = run_cli("author", "build", "--course", make_course(source=None))

    assert 2 == ended.code
    assert "cannot be read" in ended.err


def test_an_unknown_lab_is_reported(course_root, run_cli):
    ended = run_cli("author", "build", "lab02", "--course", course_root)

    assert 2 == ended.code
    assert 'there is no lab "lab02"' in ended.err
