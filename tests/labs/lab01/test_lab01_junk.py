"""Whatever comes back that answers nothing earns nothing, and is never taken for a fault of the grader."""

import tomllib

import pytest

JUNK = {
    "nothing": "None",
    "an ellipsis": "...",
    "an empty text": "''",
    "a text": "'tensor([[1., 2.], [3., 4.]])'",
    "a truth value": "True",
    "the number zero": "0",
    "not a number": "float('nan')",
    "infinity": "float('inf')",
    "a huge integer": "10**400",
    "a complex number": "1j",
    "an empty list": "[]",
    "an empty dict": "{}",
    "an empty tensor": "torch.empty(0)",
    "a pair of empty tensors": "(torch.empty(0), torch.empty(0))",
    "one zero": "torch.zeros(1)",
    "a zero without dimensions": "torch.tensor(0.0)",
    "a square of zeros": "torch.zeros(7, 7)",
    "a square of nan": "torch.full((7, 7), float('nan'))",
    "a square of truth values": "torch.ones(7, 7, dtype=torch.bool)",
    "a pair of zero tensors": "(torch.zeros(2, 3), torch.zeros(2, 3))",
    "a pair of nan tensors": "(torch.full((2, 3), float('nan')), torch.full((2, 3), float('nan')))",
    "a long pair of zeros": "(torch.zeros(1, 1, 1, 10), torch.zeros(10))",
    "a long pair of nan": "(torch.full((1, 1, 1, 10), float('nan')), torch.full((10,), float('nan')))",
    "a pair of nothing": "(None, None)",
    "a pair of zeros": "(0, 0)",
    "a pair of nan": "(float('nan'), float('nan'))",
    "three things": "(1, 2, 3)",
    "a nested list": "[[[[]]]]",
    "a shape that broadcasts": "torch.zeros(1, 1, 1, 1)",
    "a large expanded tensor": "torch.zeros(1).expand(2**40)",
    "a sparse tensor": "torch.eye(7).to_sparse()",
    "a complex tensor": "torch.zeros(7, 7, dtype=torch.complex64)",
    "an integer tensor": "torch.zeros(7, 7, dtype=torch.int64)",
    "a meta tensor": "torch.empty(7, 7, device='meta')",
    "a pair of meta tensors": "(torch.empty(2, 3, device='meta'),) * 2",
    "an array of objects": "np.array([None, 'a'], dtype=object)",
    "an array of texts": "np.array(['a', 'b'])",
    "a function": "print",
    "a generator": "(x for x in 'ab')",
    "a set": "{1, 2}",
    "a dict of nothing": "dict.fromkeys(['first_matrix', 'last_column', 'corner', 'positive'])",
    "a dict of zeros": "{k: torch.zeros(1) for k in ('first_matrix', 'last_column', 'corner', 'positive')}",
    "a dict with tensors as keys": "{torch.zeros(1): 1}",
    "its own arguments": "args",
    "an exception that it raises": "[][1]",
    "an exception that it is": "ValueError('no')",
    "an end of the process": "sys.exit(0)",
}


@pytest.fixture(scope="module")
def names(lab_folder):
    planned = tomllib.loads((lab_folder / "lab.toml").read_text(encoding="utf-8"))
    return [name for exercise in planned["exercises"] for name in exercise["names"]]


@pytest.mark.parametrize("value", JUNK.values(), ids=JUNK.keys())
def test_junk_earns_nothing_and_is_no_fault_of_the_grader(grade, names, value):
    functions = [f"def {name}(*args, **kwargs):\n    return {value}\n" for name in names]

    record = grade("\n".join(["import sys", "import numpy as np", "import torch", "", *functions]))

    outcomes = {check.id: check.outcome for exercise in record.exercises for check in exercise.checks}
    assert "not_run" not in outcomes.values()
    assert record.score == 0
