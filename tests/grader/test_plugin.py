"""The author's view, as plain `pytest graders/LAB --submission PATH` in a process of its own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.pytest_runs import run_pytest

from .small_course import LAB, RIGHT, write_course

CRASH = "import os\ndef half(x): os._exit(0)\n"
CONFTEST = "from pathlib import Path\nPath(__file__).with_name('conftest-ran').touch()\n"


def tree(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """The small course, in a folder beside which hand-ins lie."""
    return write_course(tmp_path / "course")


@pytest.fixture
def hand_in(tmp_path: Path) -> Path:
    """A hand-in one of whose functions ends its process."""
    folder = tmp_path / "handed-in"
    folder.mkdir()
    (folder / "s01.py").write_text(RIGHT + CRASH)
    return folder / "s01.py"


@pytest.fixture
def hostile(hand_in: Path) -> Path:
    """The same, with files beside it that would configure pytest."""
    (hand_in.parent / "conftest.py").write_text(CONFTEST)
    (hand_in.parent / "pytest.ini").write_text("[pytest]\naddopts = --no-such-option\n")
    return hand_in


class TestRun:
    def test_each_check_is_a_test_and_nothing_is_left_behind(self, course, hand_in, tmp_path):
        graders, elsewhere = course / "graders" / LAB, course / "assignments"
        (course / "graders" / "pytest.ini").unlink()  # nothing but the plug-in keeps pytest from caching
        before = tree(tmp_path)
        run = run_pytest(
            graders,
            "--submission",
            hand_in,
            "-k",
            "TestDouble or TestParts",
            "-rA",
            "--tb=line",
            cwd=elsewhere,
        )

        lines = re.findall(r"^(PASSED|FAILED) \S*::test_(\w+)", run.stdout, re.MULTILINE)
        assert sorted(lines) == [
            ("FAILED", "half"),
            ("FAILED", "half_random"),
            ("PASSED", "asserted"),
            ("PASSED", "asserted_random"),
            ("PASSED", "random"),
            ("PASSED", "third"),
            ("PASSED", "third_random"),
            ("PASSED", "two"),
        ], run.stdout + run.stderr
        assert run.returncode == pytest.ExitCode.TESTS_FAILED
        assert "StudentCrashed" in run.stdout
        assert tree(tmp_path) == before

    def test_configuration_beside_the_hand_in_is_not_read(self, course, hostile, tmp_path):
        run = run_pytest(course / "graders" / LAB, "--submission", hostile, "--collect-only", cwd=course)

        assert run.returncode == pytest.ExitCode.OK, run.stdout + run.stderr
        assert "handed-in/conftest-ran" not in tree(tmp_path)


class TestRefusals:
    def test_a_grader_without_a_hand_in(self, course):
        run = run_pytest(course / "graders" / LAB, cwd=course)

        assert run.returncode == pytest.ExitCode.USAGE_ERROR
        assert "add --submission PATH" in run.stderr

    @pytest.mark.parametrize("place", [".", "deeper/still"])
    def test_from_the_hand_ins_own_folder(self, course, hand_in, place, tmp_path):
        (hand_in.parent / "conftest.py").write_text(CONFTEST)
        here = hand_in.parent / place
        here.mkdir(parents=True, exist_ok=True)
        run = run_pytest(course / "graders" / LAB, "--submission", hand_in, cwd=here)

        assert run.returncode == pytest.ExitCode.USAGE_ERROR
        assert "is in the hand-in's own folder" in run.stderr
        assert "start pytest from the course's folder" in run.stderr
        assert "handed-in/conftest-ran" not in tree(tmp_path)

    def test_a_grader_that_a_hand_in_brings_along(self, hand_in, tmp_path):
        (hand_in.parent / "conftest.py").write_text(CONFTEST)
        own = hand_in.parent / "graders" / LAB
        own.mkdir(parents=True)
        (own / "test_visible.py").write_text("def test_mine(): pass\n")
        run = run_pytest(own, "--submission", hand_in.parent, cwd=tmp_path)

        assert run.returncode == pytest.ExitCode.USAGE_ERROR
        assert "the grader" in run.stderr
        assert "handed-in/conftest-ran" not in tree(tmp_path)

    def test_a_hand_in_that_is_not_there(self, course, tmp_path):
        run = run_pytest(course / "graders" / LAB, "--submission", tmp_path / "s99.py", cwd=course)

        assert run.returncode == pytest.ExitCode.USAGE_ERROR
        assert "there is no such file or folder" in run.stderr


class TestEverybodyElse:
    def test_a_run_of_other_tests_loads_neither_torch_nor_pydantic(self, tmp_path):
        (tmp_path / "test_other.py").write_text(
            "import sys\n\ndef test_other():\n"
            "    assert 'labgrade.grader.plugin' in sys.modules\n"
            "    assert not {'torch', 'numpy', 'pydantic'} & set(sys.modules)\n"
        )
        run = run_pytest("test_other.py", cwd=tmp_path)

        assert run.returncode == pytest.ExitCode.OK, run.stdout

    def test_files_that_only_look_like_graders_are_left_alone(self, tmp_path):
        source = "import sys\n\ndef test_other():\n    assert 'torch' not in sys.modules\n"
        (tmp_path / "test_visible.py").write_text(source)

        assert run_pytest(cwd=tmp_path).returncode == pytest.ExitCode.OK
