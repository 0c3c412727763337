"""`labgrade new`: a student begins."""

import pytest


@pytest.fixture
def course(course_root, run_cli, tmp_path, monkeypatch):
    """A built course; the working directory is an empty folder beside it."""
    run_cli("author", "build", "--course", course_root)
    desk = tmp_path / "desk"
    desk.mkdir()
    monkeypatch.chdir(desk)
    return course_root


def test_a_module_and_the_task_are_copied_into_a_folder_of_the_labs_name(course, run_cli, tmp_path):
    ended = run_cli("new", "lab01_tiny", "--course", course)

    folder = tmp_path / "desk" / "lab01_tiny"
    original = course / "assignments/lab01_tiny"
    assert 0 == ended.code
    assert {"lab01_tiny.py", "task.md"} == {path.name for path in folder.iterdir()}
    for path in folder.iterdir():
        assert (original / path.name).read_bytes() == path.read_bytes()


def test_it_says_what_to_do_next(course, run_cli):
    ended = run_cli("new", "lab01_tiny", "--course", course)

    assert "A tiny lab: 2 exercises, 3.5 marks." in ended.out
    assert "labgrade check lab01_tiny/lab01_tiny.py" in ended.out
    assert "lab01_tiny/task.md" in ended.out


def test_a_notebook_on_request(course, run_cli, tmp_path):
    assert 0 == run_cli("new", "lab01_tiny", "--notebook", "--course", course).code

    names = {path.name for path in (tmp_path / "desk/lab01_tiny").iterdir()}
    assert {"lab01_tiny.ipynb", "task.md"} == names


def test_another_folder_on_request_made_with_its_parents(course, run_cli, tmp_path):
    assert 0 == run_cli("new", "lab01_tiny", "a/b", "--course", course).code

    assert (tmp_path / "desk/a/b/lab01_tiny.py").is_file()


def test_the_working_directory_itself_may_be_named(course, run_cli, tmp_path):
    assert 0 == run_cli("new", "lab01_tiny", ".", "--course", course).code

    assert (tmp_path / "desk/lab01_tiny.py").is_file()


def test_the_other_form_may_join_the_first(course, run_cli, tmp_path):
    run_cli("new", "lab01_tiny", "--course", course)

    assert 0 == run_cli("new", "lab01_tiny", "--notebook", "--course", course).code
    names = {path.name for path in (tmp_path / "desk/lab01_tiny").iterdir()}
    assert {"lab01_tiny.py", "lab01_tiny.ipynb", "task.md"} == names


@pytest.mark.parametrize("name", ["lab01_tiny.py", "task.md"])
def test_work_is_never_overwritten_and_nothing_is_copied_beside_it(course, run_cli, tmp_path, name):
    folder = tmp_path / "desk/lab01_tiny"
    folder.mkdir()
    (folder / name).write_text("my work\n")

    ended = run_cli("new", "lab01_tiny", "--course", course)

    assert 2 == ended.code
    assert name in ended.err
    assert "TIP: Give another folder" in ended.err
    assert "my work\n" == (folder / name).read_text()
    assert [name] == [path.name for path in folder.iterdir()]


def test_a_folder_of_a_files_name_is_in_the_way_too(course, run_cli, tmp_path):
    (tmp_path / "desk/lab01_tiny/task.md").mkdir(parents=True)

    assert 2 == run_cli("new", "lab01_tiny", "--course", course).code


def test_a_dangling_link_is_not_written_through(course, run_cli, tmp_path):
    folder = tmp_path / "desk/lab01_tiny"
    folder.mkdir()
    (folder / "task.md").symlink_to(tmp_path / "elsewhere")

    assert 2 == run_cli("new", "lab01_tiny", "--course", course).code
    assert not (tmp_path / "elsewhere").exists()
    assert ["task.md"] == [path.name for path in folder.iterdir()]


def test_a_file_where_the_folder_should_be_is_reported(course, run_cli, tmp_path):
    (tmp_path / "desk/lab01_tiny").write_text("a file\n")

    ended = run_cli("new", "lab01_tiny", "--course", course)

    assert 2 == ended.code
    assert "cannot write here" in ended.err


def test_an_unknown_lab_names_those_there_are(course, run_cli):
    ended = run_cli("new", "lab01_tinny", "--course", course)

    assert 2 == ended.code
    assert 'there is no lab "lab01_tinny"' in ended.err
    assert 'Did you mean "lab01_tiny"?' in ended.err


def test_a_course_without_the_stub_says_who_can_help(make_course, run_cli, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    ended = run_cli("new", "lab01_tiny", "--course", make_course("unbuilt"))

    assert 2 == ended.code
    assert "labgrade author build lab01_tiny" in ended.err


def test_the_course_around_the_working_directory_is_used(course, run_cli, monkeypatch):
    monkeypatch.chdir(course)

    assert 0 == run_cli("new", "lab01_tiny", "work").code
    assert (course / "work/lab01_tiny.py").is_file()
