"""A small course whose checks show how checks are run: written to a folder, driven by the tests."""

from __future__ import annotations

from pathlib import Path

from tests.trees import write_tree

LAB = "lab01_small"

COURSE = f"""\
title = "Small course"
code = "T 2"
labs = ["{LAB}"]
"""

PLANS = {
    "q1": ('"double"', 2, 2),
    "q2": ('"half", "third"', 2, 2),
    "q3": ('"triple"', 4, 2),
    "q4": ('"square"', 1, 1),
    "q5": ('"anything"', 3, 1),
    "q6": ('"slope", "view"', 2, 1),
    "q7": ('"note"', 3, 3),
    "q8": ('"seen"', 1, 1),
}


def lab_toml() -> str:
    exercises = [
        f"""
[[exercises]]
id = "{exercise}"
title = "Exercise {exercise}"
names = [{names}]
visible = {{ checks = {visible}, marks = "{visible}" }}
hidden = {{ checks = {hidden}, marks = "{hidden}" }}
"""
        for exercise, (names, visible, hidden) in PLANS.items()
    ]
    total = sum(visible + hidden for _, visible, hidden in PLANS.values())
    head = f'id = "{LAB}"\ntitle = "Small lab"\nmarks = "{total}"\npreload = ["numpy", "torch"]\n'
    return f"{head}[limits]\nload_seconds = 5\nexercise_seconds = 1\n{''.join(exercises)}"


VISIBLE = '''\
import pytest
import torch

from labgrade.grader import Mistake, check, exercise, expect, probes

TEXT = Mistake("text", say="Not a text.", raises="TypeError", match="str")


@exercise("q1")
class TestDouble:
    @check(marks=1, hint="Times two.", mistakes=[TEXT])
    def test_two(self, student):
        """Twice 2"""
        expect(student.double(2.0)).close_to(4.0, mistakes=[Mistake("cubed", 8.0, say="Look at the power.")])

    @check(marks=1)
    def test_asserted(self, student):
        assert student.double(3.0) == 6.0


@exercise("q2")
class TestParts:
    @check(marks=1)
    def test_half(self, student):
        expect(student.half(2.0)).close_to(1.0)

    @check(marks=1)
    def test_third(self, student):
        expect(student.third(3.0)).close_to(1.0)


@pytest.fixture
def factor():
    return [3.0]


@exercise("q3")
class TestTriple:
    @check(marks=1)
    @pytest.mark.parametrize("x", [1.0, 2.0])
    def test_each(self, student, x):
        expect(student.triple(x)).close_to(3 * x)

    @check(marks=1)
    def test_own_fixture(self, student, factor, tmp_path):
        assert not list(tmp_path.iterdir())
        (tmp_path / "left").write_text("by an earlier submission")
        factor.append(1.0)
        assert len(factor) == 2
        expect(student.triple(5.0)).close_to(5.0 * factor[0])

    @check(marks=1)
    def test_plain(self, student):
        expect(student.triple(4.0)).close_to(12.0)


@exercise("q4")
class TestSquare:
    @check(marks=1, needs=["q2"])
    def test_needs_parts(self, student):
        expect(student.square(3.0)).close_to(9.0)


@pytest.fixture
def broken():
    raise OSError("the data set is not there")


@exercise("q5")
class TestFaultsOfOurs:
    @check(marks=1)
    def test_raises(self, student):
        return {}[student.anything()]

    @check(marks=1)
    def test_fixture(self, student, broken):
        student.anything()

    @check(marks=1)
    def test_skips(self, student):
        pytest.skip("not today")


@exercise("q6")
class TestProbes:
    @check(marks=1, self_report=True)
    def test_engine(self, student):
        value, ran = probes.autograd_ran(student.slope, torch.tensor(3.0))
        expect(value).close_to(6.0)
        expect(ran).that(ran, "Autograd did not run.")

    @check(marks=1)
    def test_view(self, student, rng):
        result, base = probes.shared_storage(student.view, torch.zeros(2, 3), writes=[(4, 7.0)])
        expect(result).equals(torch.zeros(6))
        expect(base[1, 1]).close_to(7.0)


@exercise("q7")
class TestOrder:
    @check(marks=1)
    @pytest.mark.parametrize("x", [1, 2, 3])
    def test_visible(self, student, x):
        expect(student.note(float(x))).close_to(-1.0)


@exercise("q8")
class TestInputs:
    @check(marks=1)
    def test_uniform(self, student, rng):
        expect(student.seen(rng.uniform(1.0, 2.0))).close_to(-1.0)
'''

HIDDEN = '''\
import pytest
import torch

from labgrade.grader import Mistake, check, exercise, expect, probes


@exercise("q1")
class TestDouble:
    @check(marks=1, hint="Think of the sign.")
    def test_random(self, student, rng):
        x = rng.uniform(5.0, 9.0)
        expect(student.double(x)).close_to(2 * x, mistakes=[Mistake("cubed", x**3, say="Look at the power.")])

    @check(marks=1)
    def test_asserted_random(self, student, rng):
        x = rng.uniform(5.0, 9.0)
        assert student.double(x) == 2 * x, f"a secret: {x}"


@exercise("q2")
class TestParts:
    @check(marks=1)
    def test_half_random(self, student, rng):
        x = rng.uniform(5.0, 9.0)
        expect(student.half(x)).close_to(x / 2)

    @check(marks=1)
    def test_third_random(self, student, rng):
        x = rng.uniform(5.0, 9.0)
        expect(student.third(x)).close_to(x / 3)


@pytest.fixture
def rng(rng):
    """An author's own, over ours of the same name."""
    return rng


@exercise("q3")
class TestTriple:
    def setup_method(self):
        self.count = 0

    @check(marks=1)
    def test_set_up(self, student):
        self.count += 1
        assert self.count == 1
        expect(student.triple(7.0)).close_to(21.0)

    @check(marks=1)
    def test_instance(self, student, rng):
        assert not hasattr(self, "left")
        self.left = True
        x = rng.uniform(5.0, 9.0)
        expect(student.triple(x)).close_to(3 * x)


@exercise("q4")
class TestSquare:
    @check(marks=1)
    def test_free(self, student):
        expect(student.square(4.0)).close_to(16.0)


@exercise("q5")
class TestFaultsOfOurs:
    @check(marks=1)
    def test_fine(self, student):
        expect(student.anything()).close_to(5.0)


@exercise("q6")
class TestProbes:
    @check(marks=1)
    def test_without(self, student):
        expect(probes.without_autograd(student.slope, torch.tensor(3.0))).close_to(6.0)


@exercise("q7")
class TestOrder:
    @check(marks=1)
    @pytest.mark.parametrize("x", [4, 5, 6])
    def test_hidden(self, student, x):
        expect(student.note(float(x))).close_to(-1.0)


@exercise("q8")
class TestInputs:
    @check(marks=1)
    def test_hidden_uniform(self, student, rng):
        expect(student.seen(rng.uniform(1.0, 2.0))).close_to(-1.0)
'''

RIGHT = """\
import torch

calls = []

def double(x): return 2 * x
def half(x): return x / 2
def third(x): return x / 3
def triple(x): return 3 * x
def square(x): return x * x
def anything(): return 5.0
def slope(x): return 2 * x
def view(x): return x.view(-1)

def note(x):
    calls.append(x)
    return float(len(calls))

def seen(x): return x
"""


def write_course(root: Path) -> Path:
    """Write the course and return its root."""
    files = {
        "course.toml": COURSE,
        f"assignments/{LAB}/lab.toml": lab_toml(),
        f"assignments/{LAB}/task.md": "# Small lab\n",
        f"graders/{LAB}/test_visible.py": VISIBLE,
        f"graders/{LAB}/test_hidden.py": HIDDEN,
        "graders/pytest.ini": "[pytest]\naddopts = --import-mode=importlib -p no:cacheprovider\n",
    }
    return write_tree(root, files)
