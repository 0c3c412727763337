"""What a student can install: the public part of the course, and no answers."""

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest
from tests.distributions import REPOSITORY, build

from labgrade.course import load_course

PUBLIC = "labgrade/public_course"
LABS = [lab.id for lab in load_course(REPOSITORY).labs]
SECRET_WORDS = ("hidden", "solution", "reference")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    return build("wheel", tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def wheel_names(wheel) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """The wheel, unpacked as an installer would."""
    folder = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def run_installed(folder: Path, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    code = f"import sys; sys.path.insert(0, {str(folder)!r}); from labgrade.__main__ import main; main()"
    return subprocess.run(
        [sys.executable, "-I", "-c", code, *arguments], cwd=cwd, capture_output=True, text=True, check=False
    )


def _shared(lab):
    """What visible and hidden checks of a lab share, where they share anything: visible ones need it."""
    path = f"graders/{lab}/shared.py"
    return [path] if (REPOSITORY / path).is_file() else []


def test_the_wheel_carries_each_labs_public_part(wheel_names):
    for lab in LABS:
        for path in (
            f"assignments/{lab}/lab.toml",
            f"assignments/{lab}/task.md",
            f"assignments/{lab}/{lab}.py",
            f"assignments/{lab}/{lab}.ipynb",
            f"graders/{lab}/test_visible.py",
            *_shared(lab),
        ):
            assert f"{PUBLIC}/{path}" in wheel_names
    assert f"{PUBLIC}/course.toml" in wheel_names
    assert f"{PUBLIC}/graders/pytest.ini" in wheel_names


def test_the_wheels_public_part_holds_nothing_else(wheel_names):
    carried = [name for name in wheel_names if name.startswith(f"{PUBLIC}/")]

    assert 2 + 5 * len(LABS) + sum(len(_shared(lab)) for lab in LABS) == len(carried)


def test_no_path_in_the_wheel_speaks_of_answers(wheel_names):
    assert [] == [name for name in wheel_names if any(word in name.lower() for word in SECRET_WORDS)]


def test_no_hidden_check_is_in_the_wheel(wheel):
    secrets = [path.read_bytes() for path in REPOSITORY.glob("graders/*/test_hidden.py")]
    with zipfile.ZipFile(wheel) as archive:
        contents = {archive.read(name) for name in archive.namelist()}

    assert secrets
    assert not contents.intersection(secrets)


def test_the_wheel_is_typed_and_carries_its_license(wheel_names):
    assert "labgrade/py.typed" in wheel_names
    assert any(name.endswith("licenses/LICENSE") for name in wheel_names)


def test_a_student_with_the_wheel_can_begin_a_lab_anywhere(installed, tmp_path):
    ended = run_installed(installed, "new", LABS[0], cwd=tmp_path)

    assert (0, "") == (ended.returncode, ended.stderr)
    original = REPOSITORY / f"assignments/{LABS[0]}/{LABS[0]}.py"
    assert original.read_bytes() == (tmp_path / LABS[0] / f"{LABS[0]}.py").read_bytes()


def test_the_source_distribution_holds_no_answers_either(tmp_path):
    with tarfile.open(build("sdist", tmp_path)) as archive:
        names = archive.getnames()

    assert any(name.endswith(f"graders/{LABS[0]}/test_visible.py") for name in names)
    assert any(name.endswith("hatch_build.py") for name in names)
    assert [] == [name for name in names if any(word in name.lower() for word in SECRET_WORDS)]
    assert [] == [name for name in names if "/submissions/" in name]
