"""The sample hand-ins: each gets what its work is worth, however it was written and wrapped."""

from decimal import Decimal
from pathlib import Path

import pytest

SAMPLES = Path(__file__).parents[3] / "submissions" / "lab01_tensors"

WORTH = {
    "s01.py": "50",  # a module
    "s02.ipynb": "50",  # a notebook with magics, plots and markdown
    "s03.py": "50",  # einsum, NumPy, loops
    "s04.py": "37",  # demo code with input() around the functions
    "s05.py": "22.5",
    "s06.py": "40",  # "cuda" at top level
    "s07.py": "21.5",  # half done
    "s08.py": "0",  # the stub
    "s09.py": "45",  # one function with a syntax error
    "s10.py": "47",  # one endless loop
    "s11.py": "47",  # exit() at the end
    "s12.zip": "49",  # a file a question
    "s13.py": "50",  # byte-order mark, CRLF
    "s14": "50",  # a helper module beside it
    "s15.py": "50",  # training at import, plots left open
    "s16.ipynb": "26.5",  # written on another platform, cells that fail
    "s17.py": "23.5",  # a missing package, misspelt names
    "s18.py": "0",  # empty
}
FINDINGS = {
    "s02.ipynb": {"magic", "shell", "help"},
    "s04.py": {"statement-raised"},
    "s06.py": {"statement-raised"},
    "s09.py": {"syntax-error"},
    "s11.py": {"statement-raised"},
    "s12.zip": {"several-files"},
    "s14": {"several-files"},
    "s16.ipynb": {"magic", "shell", "cell-magic", "statement-raised", "syntax-error"},
    "s17.py": {"statement-raised"},
    "s18.py": {"empty"},
}
MISCONCEPTIONS = {
    "s04.py": {
        "q1.flat-copy",
        "q1.one-dimension-squeezed",
        "q2.reshape-for-permute",
        "q3.zeros-counted",
        "q4.graph-not-detached",
        "q7.seed-inside",
    },
    "s05.py": {
        "q1.cat-for-stack",
        "q2.permute-copied",
        "q3.row-for-column",
        "q4.dtype-lost",
        "q5.integers-drawn",
        "q6.elementwise-product",
        "q7.device-ignored",
        "q8.reshape-for-transpose",
        "q10.along-one-axis",
        "q11.seed-after-drawing",
    },
    "s06.py": {"q5.seed-inside", "q7.device-ignored", "q11.seed-ignored"},
    "s11.py": {"q10.order-exchanged"},
    "s12.zip": {"q3.zeros-counted"},
    "s16.ipynb": {
        "q1.one-dimension-squeezed",
        "q4.graph-not-detached",
        "q8.reshape-for-transpose",
        "q10.values-for-indices",
        "q11.seed-forgotten",
    },
    "s17.py": {
        "q3.matrices-for-rows",
        "q4.dtype-lost",
        "q6.factors-exchanged",
        "q8.elementwise-product",
        "q9.order-exchanged",
        "q10.coordinates-for-index",
        "q11.seed-forgotten",
    },
}

every_sample = pytest.mark.parametrize("name", WORTH)


def test_every_sample_is_listed():
    assert {path.name for path in SAMPLES.iterdir()} == set(WORTH)


@every_sample
def test_a_sample_gets_what_its_work_is_worth(grade, name):
    record = grade(SAMPLES / name, seed=31)

    assert record.score == Decimal(WORTH[name])
    assert record.max_score == Decimal(50)


@every_sample
def test_the_findings_say_what_happened_on_the_way(grade, name):
    record = grade(SAMPLES / name, seed=31)

    assert {finding.code for finding in record.findings} == FINDINGS.get(name, set())


@every_sample
def test_the_mistakes_of_a_sample_are_named(grade, name):
    record = grade(SAMPLES / name, seed=31)

    named = {check.misconception for exercise in record.exercises for check in exercise.checks}
    expected = MISCONCEPTIONS.get(name, set())
    assert named - {None} == {f"lab01_tensors.{mistake}" for mistake in expected}


def test_an_endless_loop_costs_its_exercise_alone(grade):
    record = grade(SAMPLES / "s10.py", seed=31)

    timed_out = {c.id for exercise in record.exercises for c in exercise.checks if c.outcome == "timeout"}
    assert timed_out == {"q10.example", "q10.positions_any"}


def test_a_misspelt_name_is_pointed_out(grade):
    record = grade(SAMPLES / "s17.py", seed=31)

    feedback = {check.id: check.feedback for exercise in record.exercises for check in exercise.checks}
    assert "to_channel_last" in feedback["q2.values"]
