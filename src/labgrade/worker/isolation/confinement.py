"""One confinement for a whole batch: prepared once in the zygote, entered by every submission.

zygote                                prepare()    view built, root left, first filter installed
  └ clone() → supervisor (PID 1)      enter()      id maps, private files, /proc, no capabilities
      └ os.fork() → loader            lock_down()  limits, Landlock, second filter; then student code
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Final

from labgrade.worker.executor import IsolationReport, Limits
from labgrade.worker.isolation import (
    landlock,
    mounts,
    namespaces,
    preconditions,
    privileges,
    rlimits,
    syscalls,
)
from labgrade.worker.isolation.probe import run_probe
from labgrade.worker.isolation.scratch import Scratch, make_folders
from labgrade.worker.isolation.seccomp import Filter, base_filter, final_filter
from labgrade.worker.isolation.view import Layout, View
from labgrade.worker.isolation.witness import Witness

LAYERS: Final = (
    *namespaces.FLAGS,
    "unprivileged user",
    "capabilities",
    "hidden memory",
    "landlock",
    "seccomp",
    "resource limits",
)
"""Every layer that `Confinement.prepare` can leave out and that a report names."""

_REHEARSED_BYTES: Final = 1 << 20


class Confinement:
    """What holds for each submission of a batch. Made by `prepare`.

    Attributes:
        writable: the folders a submission may write to, once entered; the working directory comes first.
        reasons: layer to why it is missing, where the kernel refused it.
    """

    def __init__(self, view: View, layout: Layout, disabled: frozenset[str], witness: Witness) -> None:
        self._view = view
        self._layout = layout
        self._disabled = disabled
        self._witness = witness
        self._flags = 0
        self._abi = 0 if "landlock" in disabled else landlock.version()
        self._scratch: Scratch | None = None
        self._reserved: Path | None = None
        self._base_rules: list[tuple[str, int]] = []
        self._final: Filter | None = None
        self._outside = os.geteuid(), os.getegid()
        self._mapped = 0
        self._others = 0
        self._report: IsolationReport | None = None
        self.writable: tuple[str, ...] = ()
        self.reasons: dict[str, str] = {}

    @property
    def has_pid_namespace(self) -> bool:
        """Whether a submission's processes die with its supervisor and see only themselves."""
        return bool(self._flags & syscalls.CLONE_NEWPID)

    @classmethod
    def prepare(cls, view: View, *, disabled: frozenset[str] = frozenset()) -> Confinement:
        """Confine the calling process, once, after its imports and while it has one thread.

        Afterwards its root is the view (where mount namespaces are granted), it is not root and has no
        capability, and neither it nor what it forks can start a program or open an internet socket.

        Args:
            view: what submissions may see.
            disabled: names of `LAYERS` to leave out, to see what the others do alone.

        Raises:
            ExecutorUnavailable: this machine or process cannot be confined this way.
        """
        _require_known(disabled)
        preconditions.require_machine()
        layout = Layout.of(view)
        made = cls(view, layout, disabled, Witness.place(layout))
        made._choose_namespaces()
        made._move()
        made._give_up()
        return made

    def _choose_namespaces(self) -> None:
        flags = namespaces.flags_without(self._disabled)
        why = namespaces.rehearse(lambda: self._rehearse(flags)) if flags else ""
        if why:
            self.reasons = dict.fromkeys(namespaces.FLAGS, f"refused: {why}")
        self._flags = 0 if why else flags

    def _rehearse(self, flags: int) -> None:
        """What zygote and submission will do: a policy may grant a namespace and no right inside it."""
        own_mounts = flags & syscalls.CLONE_NEWNS
        if own_mounts:
            self._enter_view()
        self._leave_root()
        namespaces.enter_user_namespace(flags & ~syscalls.CLONE_NEWPID)
        if own_mounts:
            mounts.mount_private(_REHEARSED_BYTES)

    def _move(self) -> None:
        if self._flags & syscalls.CLONE_NEWNS:
            self._enter_view()
            return
        self._scratch = Scratch()
        rules = [(path, landlock.READ if whole else landlock.LIST) for path, whole in self._layout.grants()]
        devices = [(f"/dev/{name}", landlock.USE) for name in self._view.devices]
        # Shared by all submissions, so its names cannot be listed; data loaders need it.
        shared = [("/dev/shm", landlock.OWN & ~landlock.LIST)]  # noqa: S108 - the C library's own choice
        self._base_rules = [*rules, *devices, ("/proc", landlock.READ), *shared]

    def _enter_view(self) -> None:
        namespaces.own_mounts()
        mounts.enter_view(self._layout, self._view.devices)
        preconditions.require_readable_for_nobody()

    def _leave_root(self) -> None:
        if os.geteuid() == 0 and "unprivileged user" not in self._disabled:
            if preconditions.readable_for_nobody():
                privileges.become_nobody()
            else:
                self.reasons["unprivileged user"] = "the interpreter can be read by root only"

    def _give_up(self) -> None:
        self._leave_root()
        if self._scratch:
            self._scratch.give_to(os.geteuid(), os.getegid())
        if os.geteuid() == 0 and self._flags:
            namespaces.enter_user_namespace(0)
        self._outside = os.geteuid(), os.getegid()
        self._mapped = rlimits.mapped_bytes()
        self._others = 0 if self._flags else rlimits.tasks_of(os.getuid())
        if "capabilities" not in self._disabled:
            privileges.drop_capabilities()
        privileges.forbid_new_privileges()
        privileges.set_dumpable(dumpable="hidden memory" in self._disabled)
        self._filter()

    def _filter(self) -> None:
        if "seccomp" in self._disabled:
            return
        base_filter().install()
        if self.has_pid_namespace or self._abi >= landlock.SIGNALS_FROM:
            self._final = final_filter()

    def clone(self) -> int:
        """Fork as `os.fork` does; the child is the first process of a submission's namespaces.

        Returns:
            0 in the child; in the parent the child's process id, to be waited for.

        Raises:
            OSError: no process or namespace could be made.
        """
        if self._scratch:
            self._scratch.tidy()
            self._reserved = self._scratch.reserve()
        child = namespaces.fork_into(self._flags) if self._flags else os.fork()
        if child and self._scratch and self._reserved:
            self._scratch.belongs_to(self._reserved, child)
        return child

    def enter(self, limits: Limits) -> str:
        """Complete a submission's surroundings; the first thing that its supervisor does.

        Sets HOME and TMPDIR and changes to the working directory.

        Args:
            limits: the size of the private file system is taken from here.

        Returns:
            The writable working directory.

        Raises:
            OSError: the kernel refused a step that worked when it was probed.
        """
        self._witness.close()
        if self._flags:
            namespaces.write_id_maps((namespaces.STUDENT, namespaces.STUDENT), self._outside)
        self._make_places(limits)
        if self._flags & syscalls.CLONE_NEWPID and self._flags & syscalls.CLONE_NEWNS:
            mounts.mount_proc()
        if self._flags:
            namespaces.forbid_nesting()
        else:
            privileges.adopt_orphans()
        if "capabilities" not in self._disabled:
            privileges.drop_capabilities()
        privileges.set_dumpable(dumpable="hidden memory" in self._disabled)
        privileges.die_with_parent()
        return self._settle()

    def _make_places(self, limits: Limits) -> None:
        if self._reserved:
            self.writable = make_folders(self._reserved)
        else:
            self.writable = mounts.mount_private(min(limits.disk_bytes, self._view.disk_bytes))

    def _settle(self) -> str:
        working, temporary = self.writable[:2]
        os.environ["HOME"] = working
        os.environ["TMPDIR"] = temporary
        tempfile.tempdir = None
        os.chdir(working)
        return working

    def lock_down(self, limits: Limits) -> None:
        """Give up the rest; the last thing before student code runs, while there is one thread.

        Raises:
            OSError: the kernel refused a step.
        """
        privileges.die_with_parent()
        if "resource limits" not in self._disabled:
            rlimits.apply(limits, address_bytes=self.address_bytes(limits), other_processes=self._others)
        if self._abi:
            landlock.restrict(self._rules(), self._abi)
        if "seccomp" not in self._disabled:
            (self._final or final_filter(signals_to=os.getpid())).install()

    def address_bytes(self, limits: Limits) -> int | None:
        """The bound on each process's address space, in bytes; None where a GPU is in view."""
        return None if self._view.has_gpu else rlimits.address_space(limits, self._mapped)

    def _rules(self) -> list[tuple[str, int]]:
        own = [(folder, landlock.OWN) for folder in self.writable]
        if self._reserved:
            return [*self._base_rules, *own]
        # Mounts decide what is in sight and that it is read-only; this repeats the second with other means.
        return [("/", landlock.READ), ("/dev", landlock.USE), *own]

    def probe(self) -> IsolationReport:
        """Try what is forbidden in a throw-away submission, and say what happened.

        Runs once; a later call returns the same report, since what it looked with is given up.

        Raises:
            OSError: no process could be made.
        """
        if self._report is None:
            self._report = run_probe(self, self._witness, self.reasons)
            self._witness.close()
        return self._report

    def close(self) -> None:
        """Remove what lies on the real disk. For the zygote's end; harmless elsewhere."""
        self._witness.close()
        if self._scratch:
            self._scratch.close()


def _require_known(layers: frozenset[str]) -> None:
    unknown = layers - set(LAYERS)
    if unknown:
        raise ValueError(f"not a layer: {', '.join(sorted(unknown))}; layers are {', '.join(LAYERS)}")
