"""Lab 2's grader judged with good, wrong, constant and senseless work."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from labgrade.testing import grade_source, grade_sources

if TYPE_CHECKING:
    from collections.abc import Iterable

    from labgrade.record.model import Check, GradeRecord

LAB = "lab02_computation_graphs"
HERE = Path(__file__).parent
ROOT = HERE.parents[2]
SOLUTION = (ROOT / "reference_solutions" / f"{LAB}.py").read_text(encoding="utf-8")
STUB = (ROOT / "assignments" / LAB / f"{LAB}.py").read_text(encoding="utf-8")
RIGHT = {path.stem: path.read_text(encoding="utf-8") for path in (HERE / "right").glob("*.py")}
WRONG = {path.stem: path.read_text(encoding="utf-8") for path in (HERE / "wrong").glob("*.py")}
CONSTANTS = (HERE / "cheats" / "constants.py").read_text(encoding="utf-8")
FUNCTIONS = re.findall(r"^def (\w+)", SOLUTION, flags=re.MULTILINE)
MARKS = {"q1": 6, "q2": 7, "q3": 7, "q4": 5, "q5": 5, "q6": 10}


def scores(record: GradeRecord) -> dict[str, Decimal | None]:
    return {exercise.id: exercise.score for exercise in record.exercises}


def checks(record: GradeRecord, exercise: str = "") -> list[Check]:
    return [check for item in record.exercises if exercise in ("", item.id) for check in item.checks]


def marks(of: Iterable[Check]) -> Decimal:
    return sum((check.max_score for check in of), Decimal(0))


def lost(record: GradeRecord) -> set[str]:
    return {exercise.id for exercise in record.exercises if exercise.score != exercise.max_score}


def mistakes(record: GradeRecord) -> set[str]:
    return {check.misconception for check in checks(record) if check.misconception}


def with_override(override: str) -> str:
    """The reference solution with later definitions of some of its functions."""
    return f"{SOLUTION}\n\n{override}"


def every_function(expression: str) -> str:
    """A module in which each function gives the value of `expression`."""
    return "\n".join(
        ["import numpy as np, torch", *(f"def {name}(*inputs): return {expression}" for name in FUNCTIONS)]
    )


@pytest.fixture(scope="module")
def solution() -> GradeRecord:
    return grade_source(LAB, SOLUTION, seed=1)


class TestPlan:
    def test_totals_of_the_exercises(self, solution: GradeRecord) -> None:
        assert {exercise.id: exercise.max_score for exercise in solution.exercises} == MARKS
        assert solution.max_score == 40

    def test_visible_share_is_forty_per_cent(self, solution: GradeRecord) -> None:
        assert marks(check for check in checks(solution) if check.visibility == "visible") == 16

    @pytest.mark.parametrize("exercise", MARKS)
    def test_every_exercise_has_visible_and_hidden_checks(self, solution: GradeRecord, exercise: str) -> None:
        assert {check.visibility for check in checks(solution, exercise)} == {"visible", "hidden"}

    @pytest.mark.parametrize("exercise", MARKS)
    def test_self_report_is_at_most_a_fifth(self, solution: GradeRecord, exercise: str) -> None:
        engine = [
            check for check in checks(solution, exercise) if check.evidence.get("kind") == "self-report"
        ]

        assert [check.id for check in engine] == [f"{exercise}.autograd_engine"]
        assert marks(engine) <= Decimal("0.2") * MARKS[exercise]

    def test_most_marks_of_q6_lie_on_the_derivative_for_y(self, solution: GradeRecord) -> None:
        by_key = {
            key: marks(check for check in checks(solution, "q6") if key in check.id)
            for key in ("df_dx", "df_dy", "df_dz")
        }

        assert by_key["df_dy"] > by_key["df_dx"] + by_key["df_dz"]


class TestRightWork:
    @pytest.mark.parametrize("seed", range(25))
    def test_solution_has_full_marks_at_every_seed(self, seed: int) -> None:
        record = grade_source(LAB, SOLUTION, seed=seed)

        assert {check.id: check.feedback for check in checks(record) if check.outcome != "passed"} == {}
        assert record.score == 40

    @pytest.mark.parametrize("seed", range(3))
    def test_other_right_ways_have_full_marks(self, seed: int) -> None:
        records = grade_sources(LAB, RIGHT, seed=seed)

        assert len(records) >= 3
        for way, record in records.items():
            short = {check.id: check.feedback for check in checks(record) if check.outcome != "passed"}
            assert (way, short) == (way, {})

    def test_stub_is_not_attempted(self) -> None:
        record = grade_source(LAB, STUB, seed=2)

        assert record.score == 0
        assert {check.outcome for check in checks(record)} == {"not_attempted"}
        assert all(check.feedback for check in checks(record))

    @pytest.mark.parametrize("exercise", MARKS)
    def test_an_exercise_stands_on_its_own(self, exercise: str) -> None:
        names = {
            "q1": ("graph_nodes", "dz_da_autograd", "dz_da_analytic"),
            "q2": ("relu_neuron", "relu_da_dw_autograd", "relu_da_dw_manual"),
            "q3": ("sigmoid_neuron", "sigmoid_da_dw_autograd", "sigmoid_da_dw_manual"),
            "q4": ("exp_derivative_autograd", "exp_derivative_analytic"),
            "q5": ("polynomial_derivative_autograd", "polynomial_derivative_analytic"),
            "q6": ("tanh_log_forward", "tanh_log_backward", "tanh_log_autograd"),
        }[exercise]
        record = grade_source(LAB, with_override(f"del {', '.join(names)}"), seed=3)

        assert lost(record) == {exercise}
        assert {check.outcome for check in checks(record, exercise)} == {"not_attempted"}


@pytest.fixture(scope="module", params=[11, 12])
def wrong_records(request: pytest.FixtureRequest) -> dict[str, GradeRecord]:
    sources = {name: with_override(code) for name, code in WRONG.items()}
    return grade_sources(LAB, sources, seed=request.param)


class TestKnownMistakes:
    @pytest.mark.parametrize("name", sorted(WRONG))
    def test_is_named_and_loses_exactly_its_exercise(
        self, wrong_records: dict[str, GradeRecord], name: str
    ) -> None:
        exercise, slug = name.split(".")[:2]
        record = wrong_records[name]

        assert mistakes(record) == {f"{LAB}.{exercise}.{slug}"}
        assert lost(record) == {exercise}

    @pytest.mark.parametrize("name", sorted(WRONG))
    def test_hidden_checks_see_it(self, wrong_records: dict[str, GradeRecord], name: str) -> None:
        named = {check.visibility for check in checks(wrong_records[name]) if check.misconception}

        assert "hidden" in named

    @pytest.mark.parametrize("name", sorted(WRONG))
    def test_hidden_feedback_holds_no_number_of_the_run(
        self, wrong_records: dict[str, GradeRecord], name: str
    ) -> None:
        hidden = [check for check in checks(wrong_records[name]) if check.visibility == "hidden"]

        assert not [check.feedback for check in hidden if re.search(r"\d\.\d", check.feedback)]

    def test_every_declared_mistake_has_an_example(self) -> None:
        graders = (ROOT / "graders" / LAB).glob("test_*.py")
        declared = {
            slug
            for path in graders
            for slug in re.findall(r'Mistake\(\s*"([a-z-]+)"', path.read_text(encoding="utf-8"))
        }

        assert declared == {name.split(".")[1] for name in WRONG}

    def test_only_the_derivative_for_y_earns_its_part(self, wrong_records: dict[str, GradeRecord]) -> None:
        record = wrong_records["q6.only-df-dy"]
        failed = {check.id for check in checks(record) if check.outcome != "passed"}

        assert {"df_dx" in check or "df_dz" in check for check in failed} == {True}
        assert scores(record)["q6"] == Decimal("8.5")

    def test_no_formulas_at_all_still_earns_the_automatic_half(self) -> None:
        names = [name for name in FUNCTIONS if name.endswith(("_analytic", "_manual", "_backward"))]
        record = grade_source(LAB, with_override(f"del {', '.join(names)}"), seed=4)

        assert lost(record) == set(MARKS)
        assert {score > 0 for score in scores(record).values() if score is not None} == {True}


class TestConstants:
    def test_earn_exactly_the_visible_part(self) -> None:
        record = grade_source(LAB, CONSTANTS, seed=5)

        passed = {check.id for check in checks(record) if check.outcome == "passed"}
        assert passed == {check.id for check in checks(record) if check.visibility == "visible"}
        assert record.score == 16

    def test_zero_passes_nothing(self) -> None:
        record = grade_source(LAB, every_function("0.0"), seed=6)

        assert record.score == 0

    def test_first_call_alone_is_not_enough(self) -> None:
        once = "\n".join(
            f"def {name}(*inputs, real={name}, left=[1]):\n"
            "    return real(*inputs) if left and left.pop() else 0"
            for name in FUNCTIONS
        )
        record = grade_source(LAB, with_override(once), seed=7)

        assert {check.visibility for check in checks(record) if check.outcome == "passed"} <= {"visible"}

    def test_nearly_right_is_wrong(self) -> None:
        nearly = "\n".join(
            f"def {name}(*inputs, real={name}):\n"
            "    value = real(*inputs)\n"
            "    if isinstance(value, dict):\n"
            "        return {key: entry * 1.0005 for key, entry in value.items()}\n"
            "    return value * 1.0005"
            for name in FUNCTIONS
        )
        record = grade_source(LAB, with_override(nearly), seed=8)

        assert record.score == 0


JUNK = {
    "nothing": "None",
    "empty text": "''",
    "text": "'64'",
    "not a number": "float('nan')",
    "infinity": "float('inf')",
    "true": "True",
    "complex": "complex(64, 0)",
    "complex tensor": "torch.tensor(64 + 0j)",
    "empty list": "[]",
    "empty dict": "{}",
    "empty tensor": "torch.empty(0)",
    "list of one": "[64.0]",
    "seven equal numbers": "torch.full((7,), 64.0)",
    "three axes": "torch.full((1, 1, 1), 64.0)",
    "broadcast giant": "torch.tensor(64.0).expand(2**40)",
    "meta": "torch.tensor(64.0, device='meta')",
    "sparse": "torch.tensor([64.0]).to_sparse()",
    "huge integer": "10**5000",
    "object array": "np.array([None], dtype=object)",
    "object": "object()",
    "a class": "torch.nn.Linear",
    "the inputs": "inputs",
    "a generator": "(value for value in inputs)",
    "itself inside": "(lambda nest: nest.append(nest) or nest)([])",
    "dict of nothing": "dict.fromkeys('xyzuvabcdef')",
    "dict of texts": "dict.fromkeys(['x', 'y', 'z', 'u', 'v', 'a', 'df_dx', 'df_dy', 'df_dz'], '1')",
    "dict of nan": "dict.fromkeys(['x', 'y', 'z', 'u', 'v', 'a', 'df_dx', 'df_dy', 'df_dz'], float('nan'))",
    "dict of lists": "dict.fromkeys(['x', 'y', 'z', 'u', 'v', 'a', 'df_dx', 'df_dy', 'df_dz'], [[]])",
    "number keys": "{1: 2.0, None: 3.0, (1, 2): 4.0}",
}


@pytest.fixture(scope="module")
def junk_records() -> dict[str, GradeRecord]:
    return grade_sources(LAB, {name: every_function(value) for name, value in JUNK.items()}, seed=9)


@pytest.mark.parametrize("name", JUNK)
def test_junk_is_the_students_and_earns_nothing(junk_records: dict[str, GradeRecord], name: str) -> None:
    record = junk_records[name]

    assert [check.id for check in checks(record) if check.outcome in ("passed", "not_run")] == []
    assert record.score == 0
