"""Whatever comes back that answers nothing earns nothing, and is never taken for a fault of the grader."""

from __future__ import annotations

import re

import pytest

JUNK = {
    "nothing": "None",
    "a text": "'tensor([[1., 2.], [3., 4.]])'",
    "a truth value": "True",
    "the number zero": "0",
    "not a number": "float('nan')",
    "a huge integer": "10**400",
    "a complex number": "1j",
    "an empty list": "[]",
    "an empty tensor": "torch.empty(0)",
    "a shape that broadcasts": "torch.zeros(1, 1, 1, 1)",
    "five dimensions": "torch.zeros(1, 1, 1, 2, 2)",
    "a large expanded tensor": "torch.zeros(1).expand(2**40)",
    "a sparse tensor": "torch.eye(10).to_sparse()",
    "a complex tensor": "torch.zeros(10, 10, dtype=torch.complex64)",
    "a meta tensor": "torch.empty(10, 10, device='meta')",
    "an array of objects": "np.array([None, 'a'], dtype=object)",
    "a pair of nothing": "(None, None)",
    "a pair of nan": "(float('nan'), float('nan'))",
    "a pair with an empty matrix": "(0.5, [])",
    "a pair with an empty row": "(0.5, [[]])",
    "a pair with a ragged matrix": "(0.5, [[1, 2], [3]])",
    "a pair with a matrix of texts": "(0.5, [['a'] * 10] * 10)",
    "a pair with a matrix of nan": "(0.5, np.full((10, 10), np.nan))",
    "pairs of nan": "[(float('nan'), float('nan'))] * 3",
    "pairs of texts": "[('a', 'b')] * 3",
    "pairs of three": "[(1, 2, 3)] * 3",
    "a nested list": "[[[[]]]]",
    "a generator": "(x for x in 'ab')",
    "a function": "print",
    "its own arguments": "args",
    "a plain module": "nn.Linear(3, 3)",
    "a module without parameters": "nn.Flatten()",
    "a layer of other size": "nn.Conv2d(1, 3, 5, bias=False)",
    "a figure without axes": "plt.figure()",
    "a figure of nan": "plt.plot([float('nan')] * 4)[0].figure",
    "an exception that it raises": "[][1]",
    "an end of the process": "sys.exit(0)",
}
HEAD = (
    "import sys\nimport numpy as np\nimport torch\nfrom torch import nn\nimport matplotlib.pyplot as plt\n\n"
)
NETWORKS = ("CNNClassifier", "ReducedCNN", "FashionCNN")
# What asks for no network of the student's.
FUNCTIONS = {
    *("q3.trains_what_it_is_given", "q3.confusion_example", "q3.accuracy_example", "q3.confusion_at_random"),
    *("q3.accuracy_at_random", "q3.absent_class", "q4.drop_example", "q4.drop_at_random"),
    *(
        "q4.pairs_example",
        "q4.pairs_drops",
        "q4.pairs_accuracies",
        "q4.figure_example",
        "q4.figure_at_random",
    ),
}


def checks(record):
    return [check for exercise in record.exercises for check in exercise.checks]


@pytest.fixture(scope="session")
def names(solution):
    """Every function and class of the lab."""
    return re.findall(r"^(?:def|class) (\w+)", solution, re.MULTILINE)


@pytest.mark.parametrize("junk", JUNK.values(), ids=JUNK)
def test_junk_earns_nothing(grade, names, junk):
    functions = "\n".join(f"def {name}(*args, **kwargs):\n    return {junk}\n" for name in names)
    record = grade(HEAD + functions)

    assert [check.id for check in checks(record) if check.outcome in ("passed", "not_run")] == []
    assert record.score == 0


OUTPUTS = {
    "nothing": "None",
    "the images": "x",
    "one row": "torch.zeros(10)",
    "not a number": "torch.full((len(x), 10), float('nan'))",
    "the same for all": "torch.zeros(len(x), 10)",
    "a sum": "x.sum()",
    "a list": "[x]",
    "itself": "self",
}


@pytest.mark.parametrize("output", OUTPUTS.values(), ids=OUTPUTS)
def test_networks_that_give_junk_earn_nothing(grade, solution, output):
    networks = "\n".join(
        f"class {name}({name}):\n    def forward(self, x):\n        return {output}\n" for name in NETWORKS
    )
    record = grade(f"{solution}\n\n{networks}", ("q3", "q4", "a1"))
    passed = {check.id for check in checks(record) if check.outcome == "passed"}

    assert [check.id for check in checks(record) if check.outcome == "not_run"] == []
    assert passed <= FUNCTIONS


LOOP = """
def train_classifier(model, loader, epochs, device, train=train_classifier):
    train(model, loader, epochs, device)
    return {losses}
"""
LOSSES = ("None", "[float('nan')] * epochs", "['a'] * epochs", "torch.zeros(epochs)", "iter([1.0])", "model")


@pytest.mark.parametrize("losses", LOSSES)
def test_losses_that_are_junk_lose_their_own_marks(grade, small, losses):
    record = grade(small + LOOP.format(losses=losses), ("q3",))
    failed = {check.id for check in checks(record) if check.outcome != "passed"}

    assert {"q3.losses"} <= failed <= {"q3.losses", "q3.trains_what_it_is_given"}
    assert {check.outcome for check in checks(record)} == {"passed", "failed"}
