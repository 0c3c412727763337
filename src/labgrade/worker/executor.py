"""The process boundary: what a grader may ask of the place where student code runs.

Two executors implement it: `fork.ForkExecutor` (Linux) and `spawn.SpawnExecutor` (everywhere).
`labgrade.conformance` is the suite that both pass.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from labgrade.budget import USUAL, Allowance


@dataclass(frozen=True)
class Limits:
    """What student code may use.

    Attributes:
        load_seconds: CPU seconds for module-level code.
        exercise_seconds: CPU seconds for all calls of one exercise.
        memory_bytes: resident memory of the submission's whole process tree.
        processes: processes and threads at one time.
        disk_bytes: size of the private temporary file system.
        output_bytes: captured standard output that is kept.
    """

    load_seconds: float = 20.0
    exercise_seconds: float = 10.0
    memory_bytes: int = 4 << 30
    processes: int = 64
    disk_bytes: int = 256 << 20
    output_bytes: int = 16_384


@dataclass(frozen=True)
class Program:
    """What is to be loaded: files by relative path, and those that run, in order."""

    files: tuple[tuple[str, bytes], ...]
    entries: tuple[str, ...]
    module_name: str


@dataclass(frozen=True)
class LoadFinding:
    """Something that happened while loading.

    Attributes:
        code: stable id.
        message: a sentence that a student may read.
        where: file and line, or cell; "" where unknown.
        lost_names: names that the failed statement would have bound.
    """

    code: str
    message: str
    where: str = ""
    lost_names: tuple[str, ...] = ()


@dataclass(frozen=True)
class LoadReport:
    """What the worker says after loading. Untrusted, but bounded.

    Attributes:
        names: public names the module defines.
        findings: in order of occurrence.
        output: what was printed, cut.
        forkable: False where threads or CUDA make forking the loaded process unsafe.
    """

    names: frozenset[str]
    findings: tuple[LoadFinding, ...]
    output: str
    forkable: bool = True


@dataclass(frozen=True)
class Layer:
    """One isolation layer, as a probe that tried the forbidden act saw it."""

    name: str
    in_force: bool
    detail: str = ""


@dataclass(frozen=True)
class IsolationReport:
    """Layers by name, and what they confine: of "files", "network", "process tree", "memory"."""

    layers: tuple[Layer, ...]
    confines: frozenset[str]


OVER = "its exercise has ended, and with it what the worker kept"
"""Said to a grader that asks over a channel, or of an object, of an exercise before."""


class Channel(Protocol):
    """A line to one process that holds the loaded submission."""

    def ask(self, op: str, arguments: dict[str, Any], allowance: Allowance = USUAL) -> Any:
        """Run probe `op` in the worker and return its decoded value.

        Args:
            op: the probe's name.
            arguments: function, args, kwargs, options.
            allowance: what this request may use beyond what the exercise may.

        Raises:
            StudentRaised, StudentTimedOut, StudentCrashed, NotAttempted: see `labgrade.errors`.
            WorkerLost: a process of ours died.
            LookupError: the channel's exercise has ended (`OVER`); the grader's own fault.
        """


class LoadedSubmission(Protocol):
    """A submission whose top-level code ran, once."""

    @property
    def report(self) -> LoadReport:
        """What loading said."""

    @property
    def cpu_seconds(self) -> float:
        """CPU seconds of the student's processes so far, measured outside them."""

    def exercise(self, *, fresh: bool, seconds: float, seed: int) -> AbstractContextManager[Channel]:
        """Open a channel for one exercise.

        Args:
            fresh: in a process of its own, with the folders as loading left them; else in the shared one,
                which is made anew where it crashed or timed out before.
            seconds: CPU seconds that the exercise may use.
            seed: for the worker's random generators; derived one-way from the run's secret.
        """


class Executor(Protocol):
    """Runs submissions away from the grader."""

    name: str

    def isolation(self) -> IsolationReport:
        """What is in force, as probed."""

    def clients(self, number: int) -> Sequence[Executor]:
        """Return executors for `number` jobs that will be forked from the calling process."""

    def open(self, program: Program, limits: Limits) -> AbstractContextManager[LoadedSubmission]:
        """Load a program in a new confined process (top-level code runs once)."""

    def close(self) -> None:
        """End every process of the executor and reap it."""
