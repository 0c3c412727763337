"""Records for the tests of the pages: one student's, and a class of them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from labgrade.record.model import (
    Check,
    Digests,
    Exercise,
    Finding,
    GradeRecord,
    LayerState,
    Provenance,
)
from labgrade.reports.views import LabInfo

LAB = "lab01_tensors"
TITLES = {
    "q1": "Reshape, stack, squeeze",
    "q2": "Channels last",
    "q3": "Rows and columns",
    "q4": "NumPy and back",
    "q5": "Random weights",
    "q6": "Matrix product",
    "q7": "Devices",
    "q8": "Largest element",
}
INFO = LabInfo(LAB, "Introduction to tensors", tuple(TITLES.items()))
SEED = 918273645546372819
GRADER = "9f" * 32
FEEDBACK = "2 of 6 values of the result differ. Hint: which axis counts the columns?"


def slug(student: str) -> str:
    """Stand in for intake's slug."""
    plain = student.isascii() and student.isalnum()
    return student if plain else "x" + student.encode("utf-8", "backslashreplace").hex()[:40]


def check(check_id: str, outcome: str = "passed", **fields: Any) -> Check:
    """Return a check of one mark; `fields` replace any of its own."""
    marks = Decimal(fields.pop("max_score", 1))
    score = {"passed": marks, "not_run": None}.get(outcome, Decimal(0))
    return Check(
        **{
            "id": check_id,
            "title": f"What {check_id} checks",
            "visibility": "visible",
            "outcome": outcome,
            "score": score,
            "max_score": marks,
            "feedback": "" if outcome == "passed" else FEEDBACK,
            **fields,
        },
    )


def exercise(exercise_id: str, *checks: Check) -> Exercise:
    """Return an exercise of these checks."""
    scores = [c.score for c in checks]
    known = [s for s in scores if s is not None]
    return Exercise(
        id=exercise_id,
        title=TITLES.get(exercise_id, exercise_id),
        score=sum(known, Decimal(0)) if len(known) == len(scores) else None,
        max_score=sum((c.max_score for c in checks), Decimal(0)),
        checks=checks,
    )


def record(*exercises: Exercise, student: str = "s01", **fields: Any) -> GradeRecord:
    """Return the record of a submission."""
    scores = [e.score for e in exercises]
    known = [s for s in scores if s is not None]
    return GradeRecord(
        **{
            "sequence": 1,
            "student": student,
            "lab": LAB,
            "score": sum(known, Decimal(0)) if len(known) == len(scores) else None,
            "max_score": sum((e.max_score for e in exercises), Decimal(0)),
            "findings": (),
            "exercises": exercises,
            "provenance": provenance(),
            **fields,
        },
    )


def provenance(**fields: Any) -> Provenance:
    """Return where the marks came from, with values that a page for students must not show."""
    return Provenance(
        **{
            "digests": Digests(submission="5b" * 32, grader=GRADER, data="da" * 32, environment="ee" * 32),
            "seed": SEED,
            "device": "cpu",
            "dataset": "digits",
            "executor": "fork",
            "isolation": (
                LayerState(name="landlock", in_force=True),
                LayerState(name="cgroup", in_force=False),
            ),
            "versions": {"labgrade": "0.1.0", "torch": "2.14.1"},
            "started": "2026-11-24T06:04:00.000001+00:00",
            "finished": "2026-11-24T06:04:01.250000+00:00",
            "cpu_seconds": 0.25,
            "exercises_run": tuple(TITLES),
            "entries": ("lab01.py",),
            "instructor_notes": {"q2.hidden_axes": "expected tensor([3., 1.]), got tensor([1., 3.])"},
            **fields,
        },
    )


def curve(title: str = "Loss an epoch", **series: list[Any]) -> dict[str, Any]:
    """Return the evidence of a curve over epochs; without series, of one that falls."""
    lines = series or {"loss": [2.31, 1.2, 0.74, 0.5, 0.41, 0.36]}
    labels = {"x_label": "epoch", "y_label": "loss"}
    return {
        "kind": "curve",
        "title": title,
        **labels,
        "series": [{"name": name, "y": values} for name, values in lines.items()],
    }


def confusion(title: str = "Confusion matrix") -> dict[str, Any]:
    """Return the evidence of three classes, of which the last has no images."""
    matrix = [[18, 2, 0], [5, 14, 1], [0, 0, 0]]
    return {"kind": "confusion", "title": title, "classes": ["cat", "dog", "<i>"], "matrix": matrix}


def table(title: str = "Parameters of each layer") -> dict[str, Any]:
    """Return the evidence of a table."""
    rows = [["conv1", 160], ["fc1", 50_186]]
    return {"kind": "table", "title": title, "columns": ["layer", "parameters"], "rows": rows}


def points(title: str = "Accuracy against drop") -> dict[str, Any]:
    """Return the evidence of points."""
    labels = {"x_label": "drop (%)", "y_label": "accuracy"}
    return {"kind": "points", "title": title, **labels, "points": [[0, 0.87], [32.5, 0.86], [80, 0.61]]}


def trained(accuracy: Any = 0.87, parameters: Any = 50_346, loss: Any = 0.36) -> dict[str, Any]:
    """Return the evidence of a training: three numbers, and what a page draws."""
    plots = [curve(loss=[2.31, 1.2, "NaN", 0.5, 0.41, loss]), confusion(), table(), points()]
    return {"accuracy": accuracy, "minimum": 0.8, "parameters": parameters, "plots": plots}


def hostile_plots(text: str) -> list[dict[str, Any]]:
    """Return a plot of every kind with `text` wherever one has words."""
    labels = {"title": text, "x_label": text, "y_label": text}
    named = [{"name": f"{text[:40]}{place}", "y": [2, "NaN", 1]} for place in range(2)]
    return [
        {"kind": "curve", **labels, "title": f"loss {text}", "series": [*named, {"name": text, "y": [3]}]},
        confusion() | {"title": text, "classes": [text] * 3},
        table() | {"title": text, "columns": [text, text], "rows": [[text, text]]},
        points() | labels,
        {"kind": text, "title": text},
    ]


def varied(student: str = "s01", **fields: Any) -> GradeRecord:
    """Return a record that has every outcome, evidence of every kind and findings."""
    shapes = {"expected_shape": [2, 4, 5, 3], "shape": [2, 3, 4, 5]}
    values = {
        "mismatched": 4,
        "total": 24,
        "greatest_difference": 0.7431234,
        "place": [1, 2],
        "got": "1.25",
        "expected": "0.506877",
        "tolerance": "rtol 0.0001, atol 1e-05",
    }
    dtypes = {"expected_dtype": "a floating-point dtype", "dtype": "int64"}
    secrets = {"secret_input": "H1DD3N", "plots": [curve("H1DD3N"), table("H1DD3N")]}
    hidden = {"visibility": "hidden", "evidence": secrets, "title": "HIDDEN TITLE"}
    return record(
        exercise(
            "q1",
            check("q1.reshape", evidence=trained()),
            check("q1.stack"),
            check("q1.hidden_sizes", **hidden),
        ),
        exercise(
            "q2",
            check("q2.shape"),
            check(
                "q2.values",
                "failed",
                max_score=2,
                title="Axes are reordered, elements stay with their pixel",
                feedback="4 of 24 values of the result differ. The shape is right, but elements moved to "
                "other pixels: is it the order of axes that you changed, or the order of elements?",
                misconception=f"{LAB}.q2.reshape-for-permute",
                evidence=values,
            ),
            check(
                "q2.hidden_axes",
                "failed",
                **hidden,
                feedback="The values are wrong for an unseen input.",
            ),
        ),
        exercise(
            "q3",
            check(
                "q3.column", "failed", feedback="The result should have shape (2, 4, 5, 3).", evidence=shapes
            ),
            check("q3.positive"),
        ),
        exercise(
            "q4",
            check(
                "q4.dtype",
                "failed",
                feedback="The result should have a floating-point dtype.",
                evidence=dtypes,
            ),
            check(
                "q4.grad",
                "error",
                feedback="Your code raised RuntimeError: Can't call numpy() on Tensor that requires grad "
                "(lab01.py:12). Hint: a tensor in a graph needs one step more.",
                evidence={"raised": "RuntimeError"},
            ),
        ),
        exercise(
            "q5",
            check("q5.range"),
            check("q5.hidden_seed", "timeout", **hidden, max_score="0.5"),
            check("q5.hidden_range", **hidden, max_score="0.5"),
        ),
        exercise("q6", check("q6.product", "crashed", evidence={"cause": "signal 11 (SIGSEGV)"})),
        exercise("q7", check("q7.cpu", "not_attempted", feedback="There is no `to_device` yet.")),
        exercise(
            "q8", check("q8.largest", "skipped", feedback="This check needs q7, which did not pass yet.")
        ),
        **{
            "student": student,
            "findings": (
                Finding(
                    code="statement-raised",
                    message="FileNotFoundError: there is no points.csv where your file runs. The rest of the "
                    "file was graded all the same.",
                    where="lab01.py:3",
                ),
                Finding(code="plt-show", message="`plt.show()` does nothing here, and costs nothing."),
            ),
            "output": "tensor([[0.1, 0.2]])\nepoch 1: loss 0.53\nepoch 2: loss 0.31\n",
            **fields,
        },
    )


def graded(student: str, lost: tuple[str, ...] = (), **fields: Any) -> GradeRecord:
    """Return a plain record: four marks an exercise, none for those in `lost`."""
    exercises = []
    for key in TITLES:
        outcome = "failed" if key in lost else "passed"
        slugs = {"misconception": f"{LAB}.{key}.row-for-column"} if outcome == "failed" else {}
        exercises.append(
            exercise(
                key,
                check(f"{key}.first", max_score=1),
                check(f"{key}.second", outcome, max_score=2, **slugs),
                check(f"{key}.hidden", outcome, max_score=1, visibility="hidden"),
            ),
        )
    return record(*exercises, student=student, **fields)
