"""The limit of `benchmarks.training`: exactly the trainings of a lab's solution, in a bare warm process."""

from __future__ import annotations

import importlib.util
import json
import sys
import time
from types import ModuleType

import torch
from torch.utils.data import DataLoader, TensorDataset

from benchmarks.overhead import ROOT
from labgrade.course import load_course
from labgrade.data.run import RunData
from labgrade.executors import data_for
from labgrade.grader.images import images_of
from labgrade.settings import load_settings


def main() -> None:
    """Train the networks named on the command line; print the CPU seconds of each as JSON."""
    lab_id, *names = sys.argv[1:]
    torch.set_num_threads(1)
    lab = load_course(ROOT).lab(lab_id)
    settings = load_settings({"course": ROOT})
    data = images_of(lab, settings.dataset, data_for(settings, [lab]), "cpu", 1)
    if lab.training is None or data is None:
        raise SystemExit(f"{lab_id} trains nothing")
    solution = _module(lab_id)
    _train(solution, names[0], data, lab.training.batch_size, 1)  # warm: first optimizer, first convolutions
    batch, epochs = lab.training.batch_size, lab.training.epochs_on(data.name)
    print(json.dumps({name: _train(solution, name, data, batch, epochs) for name in names}))


def _module(lab_id: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(lab_id, ROOT / "reference_solutions" / f"{lab_id}.py")
    if spec is None or spec.loader is None:
        raise SystemExit(f"there is no solution of {lab_id}")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _train(solution: ModuleType, name: str, data: RunData, batch_size: int, epochs: int) -> float:
    torch.manual_seed(1)
    pairs = TensorDataset(data.train.images, data.train.labels)
    loader = DataLoader(pairs, batch_size=batch_size, shuffle=True)
    start = time.process_time()
    solution.train_classifier(getattr(solution, name)(), loader, epochs, torch.device("cpu"))
    return time.process_time() - start


if __name__ == "__main__":
    main()
