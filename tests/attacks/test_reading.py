"""Hand-ins that search memory, processes, files and environment for what decides their mark."""

from __future__ import annotations

import pytest
from tests.attacks.arena import HONEST, ROOT, HandIn, expect_marks, grade
from tests.attacks.reading import AT_TOP, IN_A_CALL

pytestmark = pytest.mark.xdist_group("attacks")

SEED = 8_072_605_143_197_553
NEIGHBOUR = "neighbour-of-quartz"


def _secrets(folder) -> dict[str, tuple[str, str]]:
    """Return what a worker must not know, cut in two."""
    hidden = (ROOT / "graders" / "lab01_tensors" / "test_hidden.py").read_text(encoding="utf-8")
    other = (ROOT / "reference_solutions" / "lab02_computation_graphs.py").read_text(encoding="utf-8")
    title = next(line for line in hidden.splitlines() if '"""' in line and line.startswith("        "))
    solution = other.split("# BEGIN SOLUTION\n")[1].splitlines()[0]
    whole = {
        "seed": str(SEED),
        "neighbour": NEIGHBOUR,
        "the class's folder": str(folder / "class"),
        "the output's folder": str(folder / "out"),
        "a hidden check": title.strip().strip('"'),
        "a hidden module": "lab01_tensors/test_hidden",
        "a solution": solution.strip(),
        "a secret file": "is nobody's business",
        "the control": "has to be found, or this search",
    }
    return {name: (text[: len(text) // 2], text[len(text) // 2 :]) for name, text in whole.items()}


@pytest.fixture(scope="module")
def seen(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reading")
    secrets = f"SECRETS = {_secrets(folder)!r}\n"
    hand_ins = {
        f"a-{NEIGHBOUR}": HONEST,
        "b-top": HandIn(secrets + AT_TOP, finding="statement-raised"),
        "c-call": HandIn(secrets + IN_A_CALL),
        "d-honest": HONEST,
    }
    return hand_ins, grade(folder, hand_ins, seed=SEED)


def test_nothing_that_decides_a_mark_is_within_reach(seen):
    _, graded = seen
    told = [finding for finding in graded.records["b-top"]["findings"] if "LookupError" in finding["message"]]

    assert 1 == len(told), graded.records["b-top"]["findings"]
    assert told[0]["message"].endswith("it found the control in frames; the control in memory")


@pytest.mark.parametrize("name", ["b-top", "c-call", "d-honest"])
def test_looking_costs_nothing(seen, name):
    hand_ins, graded = seen

    expect_marks(graded.records[name], hand_ins[name])
