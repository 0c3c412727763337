from __future__ import annotations

import builtins
import gc
import os
import random
import signal
import sys
import warnings
from pathlib import Path

import pytest

from labgrade.worker.surroundings import (
    Shell,
    install_shell,
    prepare_process,
    reseed,
    reset_between_exercises,
)


@pytest.fixture
def prepared(tmp_path, monkeypatch):
    """A process prepared for student code, and put right afterwards."""
    monkeypatch.setenv("MPLBACKEND", "TkAgg")
    environment, filters = dict(os.environ), list(warnings.filters)
    handlers = {number: signal.getsignal(number) for number in signal.valid_signals()}
    workdir = tmp_path / "work"
    workdir.mkdir()
    prepare_process(workdir)
    yield workdir
    os.environ.clear()
    os.environ.update(environment)
    warnings.filters[:] = filters
    for number, handler in handlers.items():
        if handler is not None and signal.getsignal(number) is not handler:
            signal.signal(number, handler)


class TestPrepareProcess:
    def test_starts_in_its_directory_which_ends_the_path(self, prepared):
        assert Path.cwd() == prepared
        assert sys.path[-1] == str(prepared)
        assert "" not in sys.path

    @pytest.mark.usefixtures("prepared")
    def test_draws_with_agg(self):
        assert os.environ["MPLBACKEND"] == "Agg"

    @pytest.mark.usefixtures("prepared")
    def test_showing_a_figure_is_silent(self):
        pyplot = pytest.importorskip("matplotlib.pyplot")
        pyplot.switch_backend("agg")
        pyplot.figure()
        with warnings.catch_warnings(record=True) as caught:
            pyplot.show()
        pyplot.close("all")
        assert caught == []


class TestResetBetweenExercises:
    def test_the_interpreter(self, prepared, tmp_path):
        limit = sys.getrecursionlimit()
        os.chdir(tmp_path)
        os.environ["LEFT_BEHIND"] = "1"
        sys.path.insert(0, "/left/behind")
        sys.setrecursionlimit(limit + 1000)
        sys.setprofile(lambda *_: None)
        gc.disable()
        signal.signal(signal.SIGTERM, lambda *_: None)
        warnings.simplefilter("error")
        reset_between_exercises()
        assert Path.cwd() == prepared
        assert "LEFT_BEHIND" not in os.environ
        assert "/left/behind" not in sys.path
        assert sys.getrecursionlimit() == limit
        assert sys.getprofile() is None
        assert gc.isenabled()
        assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
        assert warnings.filters[0][0] != "error"

    @pytest.mark.usefixtures("prepared")
    def test_torch(self):
        torch = pytest.importorskip("torch")
        threads = torch.get_num_threads()
        torch.set_default_device("meta")
        torch.set_default_dtype(torch.float64)
        torch.set_grad_enabled(False)
        torch.set_anomaly_enabled(True)
        torch._C._set_deterministic_algorithms(mode=True, warn_only=False)
        torch.set_num_threads(2)
        reset_between_exercises()
        number = torch.ones(1, requires_grad=True) * 2
        assert (number.device.type, number.dtype, number.requires_grad) == ("cpu", torch.float32, True)
        assert not torch.is_anomaly_enabled()
        assert not torch.are_deterministic_algorithms_enabled()
        assert torch.get_num_threads() == 1
        torch.set_num_threads(threads)

    @pytest.mark.usefixtures("prepared")
    def test_numpy(self):
        numpy = pytest.importorskip("numpy")
        before = numpy.seterr(all="raise")
        reset_between_exercises()
        assert numpy.geterr() == {"divide": "warn", "over": "warn", "under": "ignore", "invalid": "warn"}
        numpy.seterr(**before)

    @pytest.mark.usefixtures("prepared")
    def test_figures(self):
        pyplot = pytest.importorskip("matplotlib.pyplot")
        pyplot.switch_backend("agg")
        pyplot.figure()
        reset_between_exercises()
        assert pyplot.get_fignums() == []

    def test_a_step_that_student_code_broke_leaves_the_others(self, prepared, tmp_path, monkeypatch):
        torch = pytest.importorskip("torch")
        monkeypatch.setattr(torch, "set_default_device", None)
        torch.set_default_dtype(torch.float64)
        os.chdir(tmp_path)
        reset_between_exercises()
        assert torch.get_default_dtype() == torch.float32
        assert Path.cwd() == prepared

    @pytest.mark.usefixtures("prepared")
    def test_imports_nothing(self, monkeypatch):
        for name in ("torch", "numpy", "matplotlib.pyplot"):
            monkeypatch.delitem(sys.modules, name, raising=False)
        before = set(sys.modules)
        reset_between_exercises()
        reseed(3)
        assert set(sys.modules) == before


class TestReseed:
    @pytest.mark.parametrize("seed", [0, 7, 2**32, 2**63 + 5, 2**64 - 1])
    def test_draws_again_the_same(self, seed):
        torch, numpy = pytest.importorskip("torch"), pytest.importorskip("numpy.random")

        def draw():
            reseed(seed)
            return random.random(), numpy.rand(), torch.rand(1).item()  # noqa: S311

        assert draw() == draw()

    def test_another_seed_draws_otherwise(self):
        reseed(1)
        first = random.random()  # noqa: S311
        reseed(2)
        assert random.random() != first  # noqa: S311


class TestShell:
    def test_is_there_without_an_import(self):
        space = {}
        install_shell(space)
        assert builtins.get_ipython().user_ns is space
        assert builtins.display is print

    @pytest.mark.parametrize(
        ("call", "value"),
        [
            (lambda shell: shell.run_line_magic("time", "n + 1"), 3),
            (lambda shell: shell.run_line_magic("time", "m = n + 1"), None),
            (lambda shell: shell.run_line_magic("timeit", "-n 10 -r3 n + 1"), 3),
            (lambda shell: shell.run_line_magic("matplotlib", "inline"), None),
            (lambda shell: shell.run_cell_magic("capture", "", "m = 3"), None),
            (lambda shell: shell.run_cell_magic("bash", "", "ls"), None),
            (lambda shell: shell.magic("%time n"), 2),
            (lambda shell: shell.system("ls"), None),
            (lambda shell: shell.getoutput("ls"), []),
            (lambda shell: shell.anything(1, x=2), None),
            (lambda shell: shell.captured().show(), None),
            (lambda shell: shell.captured()(), None),
            (lambda shell: shell.captured().stdout, ""),
        ],
    )
    def test_accepts(self, call, value):
        assert call(Shell({"n": 2})) == value

    def test_runs_timed_code_in_the_namespace(self):
        space = {"n": 2}
        Shell(space).run_cell_magic("time", "", "m = n + 1\nk = m + 1\n")
        assert (space["m"], space["k"]) == (3, 4)

    def test_has_no_special_methods_of_its_own_making(self):
        with pytest.raises(AttributeError):
            Shell({}).__iter__  # noqa: B018
