"""On a machine with a GPU: student code trains there, and the marks are those of the CPU."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from tests.docs.pages import REPOSITORY

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="torch finds no GPU here"),
]


def _graded(device, out):
    solution = REPOSITORY / "reference_solutions/lab04_feedforward.py"
    command = [sys.executable, "-m", "labgrade", "grade", str(solution), "--lab", "lab04_feedforward"]
    command += ["--device", device, "--seed", "3", "--out", str(out), "--course", str(REPOSITORY), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    submission = json.loads(done.stdout)["submissions"][0]
    return submission["score"], json.loads(Path(submission["record"]).read_text(encoding="utf-8"))


def test_marks_do_not_depend_on_the_device(tmp_path):
    on_cpu, _ = _graded("cpu", tmp_path / "cpu")
    on_gpu, record = _graded("cuda", tmp_path / "gpu")

    assert on_gpu == on_cpu == record["max_score"]
    assert record["provenance"]["device"] == "cuda"


def test_auto_takes_the_gpu(tmp_path):
    _, record = _graded("auto", tmp_path / "auto")

    assert record["provenance"]["device"] == "cuda"
