"""The process that student code finds itself in: prepared once, put right between exercises, seeded.

Libraries are only touched where they are imported already: nothing here makes a worker start slower.
Student code may have replaced what is called here; a step that fails is left out, the others follow.
"""

from __future__ import annotations

import builtins
import contextlib
import gc
import os
import random
import signal
import sys
import threading
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from labgrade.worker.notebook import RUN_MAGICS, statement_of

if TYPE_CHECKING:
    from collections.abc import Callable

_SIGNALS: Final = ("SIGALRM", "SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGCHLD", "SIGVTALRM", "SIGPROF")


@dataclass
class _Baseline:
    """What `reset_between_exercises` returns to."""

    workdir: Path | None = None
    environment: dict[str, str] = field(default_factory=dict)
    warning_filters: list[Any] = field(default_factory=list)
    recursion_limit: int = 1000
    sys_path: list[str] = field(default_factory=list)


_baseline = _Baseline()  # a fact of the process, like the working directory itself


def prepare_process(workdir: str | Path) -> None:
    """Make the process ready for student code, once, before anything is loaded.

    The working directory becomes `workdir`, which also ends the module search path (a student's `torch.py`
    must not hide the real one). Figures are drawn by Agg, and showing them does nothing.

    Args:
        workdir: an existing writable directory.
    """
    os.chdir(workdir)
    os.environ["MPLBACKEND"] = "Agg"
    sys.path[:] = [entry for entry in sys.path if entry not in {"", ".", str(workdir)}] + [str(workdir)]
    warnings.filterwarnings("ignore", message=".*non-interactive, and thus cannot be shown")
    _default_signals()
    with contextlib.suppress(Exception):
        if pyplot := sys.modules.get("matplotlib.pyplot"):
            pyplot.switch_backend("agg")
    _baseline.workdir = Path(workdir)
    _baseline.environment = dict(os.environ)
    _baseline.warning_filters = list(warnings.filters)
    _baseline.recursion_limit = sys.getrecursionlimit()
    _baseline.sys_path = list(sys.path)


def reset_between_exercises() -> None:
    """Undo what one exercise may have left to the next in the same process. Never raises."""
    for step in (_reset_interpreter, _default_signals, _reset_torch, _reset_numpy, _close_figures):
        _attempt(step)


def reseed(seed: int) -> None:
    """Seed every random generator that is loaded: `random`, NumPy's global one, torch on all devices."""
    random.seed(seed)
    if numpy := sys.modules.get("numpy"):
        _attempt(lambda: numpy.random.seed(seed % 2**32))  # imports numpy.random, which numpy itself puts off
    if "torch" in sys.modules:
        # Imports torch, so only where that is loaded.
        from labgrade.probes.seeding import seed_torch  # noqa: PLC0415

        _attempt(lambda: seed_torch(seed % 2**63))


def _attempt(step: Callable[[], object]) -> None:
    with contextlib.suppress(Exception):
        step()


def _reset_interpreter() -> None:
    if _baseline.workdir is not None:
        os.chdir(_baseline.workdir)
        sys.path[:] = _baseline.sys_path
        warnings.resetwarnings()  # also forgets which warnings were shown once
        cast("list[Any]", warnings.filters)[:] = _baseline.warning_filters
        if dict(os.environ) != _baseline.environment:
            os.environ.clear()
            os.environ.update(_baseline.environment)
    sys.setrecursionlimit(_baseline.recursion_limit)
    sys.settrace(None)
    sys.setprofile(None)
    gc.enable()


def _default_signals() -> None:
    for name in _SIGNALS:
        if number := getattr(signal, name, None):
            with contextlib.suppress(ValueError, OSError):  # not in the main thread
                signal.signal(number, signal.SIG_DFL)
    with contextlib.suppress(ValueError, OSError):
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _reset_torch() -> None:
    torch: Any = sys.modules.get("torch")
    if torch is None:
        return
    for step in (
        lambda: torch.set_default_device(None),
        lambda: torch.set_default_dtype(torch.float32),
        lambda: torch.set_grad_enabled(True),
        lambda: torch.set_anomaly_enabled(False),
        # torch.use_deterministic_algorithms imports the compiler: a second and 900 modules.
        lambda: torch._C._set_deterministic_algorithms(mode=False, warn_only=False),  # noqa: SLF001
        lambda: torch.set_num_threads(1),
        _forget_a_missing_gpu,
    ):
        _attempt(step)


def _forget_a_missing_gpu() -> None:
    """Let a fork say that there is no GPU, where its parent tried to use one at the top level.

    torch would say instead that CUDA cannot be initialised *again*, which sends a student the wrong way.
    """
    cuda = sys.modules["torch.cuda"]
    if not cuda.is_available():
        setattr(cuda, "_is_in_bad_fork", lambda: False)  # noqa: B010 - a name that torch keeps to itself


def _reset_numpy() -> None:
    if numpy := sys.modules.get("numpy"):
        numpy.seterr(divide="warn", over="warn", under="ignore", invalid="warn")


def _close_figures() -> None:
    if pyplot := sys.modules.get("matplotlib.pyplot"):
        pyplot.close("all")


class Shell:
    """What `get_ipython()` returns: accepts everything, does nothing, but runs the code that magics time.

    Args:
        namespace: in which that code runs.
    """

    def __init__(self, namespace: dict[str, Any]) -> None:
        self.user_ns = namespace

    def run_line_magic(self, magic: str, line: str = "", *_args: object) -> Any:
        """Run the code of `%time f(x)` once and return its value; any other magic gives None."""
        return self._run(line) if magic in RUN_MAGICS else None

    def run_cell_magic(self, magic: str, line: str = "", cell: str = "") -> Any:
        """Run the body of `%%time` once, as a notebook exported to a module calls it."""
        del line
        return self._run(cell) if magic in {*RUN_MAGICS, "capture"} else None

    def magic(self, line: str) -> Any:
        """Older spelling of `run_line_magic`."""
        name, _, rest = line.lstrip("%").partition(" ")
        return self.run_line_magic(name, rest)

    def getoutput(self, _command: str = "", *_args: object) -> list[str]:
        """Commands are not run; they print no lines."""
        return []

    def captured(self) -> Captured:
        """What `%%capture name` leaves in its name."""
        return Captured()

    def __getattr__(self, name: str) -> Callable[..., None]:
        if name.startswith("__"):
            raise AttributeError(name)
        return _nothing

    def _run(self, code: str) -> Any:
        code = statement_of(code).strip()
        try:
            expression = compile(code, "magic", "eval", dont_inherit=True)
        except SyntaxError:
            exec(compile(code, "magic", "exec", dont_inherit=True), self.user_ns)  # noqa: S102
            return None
        return eval(expression, self.user_ns)  # noqa: S307 - the student's own code, in the worker


class Captured:
    """An output of `%%capture`: nothing is in it."""

    stdout = ""
    stderr = ""
    outputs: tuple[object, ...] = ()

    def show(self) -> None:
        """Show nothing."""

    __call__ = show


def _nothing(*_args: object, **_options: object) -> None:
    """Answer of the shell to whatever it is asked."""


def install_shell(namespace: dict[str, Any]) -> None:
    """Give student code the two names that a notebook has without an import, `get_ipython` and `display`."""
    shell = Shell(namespace)
    names: Any = builtins
    names.get_ipython = lambda: shell
    names.display = print


def is_forkable() -> bool:
    """Whether a fork of this process can go on: it has one thread and has not touched a GPU."""
    try:
        threads = sum(1 for _ in Path("/proc/self/task").iterdir())
    except OSError:
        threads = threading.active_count()
    cuda: Any = sys.modules.get("torch.cuda")
    try:
        return threads == 1 and not (cuda and cuda.is_initialized())
    except Exception:  # noqa: BLE001 - replaced by student code
        return False
