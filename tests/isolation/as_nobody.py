"""Started by root: becomes an unprivileged user that can read the interpreter, then runs the rest of argv.

The interpreter may lie below a private home. In a mount namespace of its own this process puts an empty
folder over the private part, with only the needed folders bound back into it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import labgrade
from labgrade.worker.isolation import syscalls

NEEDED = [sys.base_prefix, sys.prefix, str(Path(labgrade.__file__).parents[1]), str(Path(__file__).parent)]


def private_part(path: str) -> Path | None:
    """The topmost folder on the way to `path` that others may not enter."""
    real = Path(path).resolve()
    return next((p for p in [*reversed(real.parents), real] if not p.stat().st_mode & 0o001), None)


def main() -> None:
    hidden = {path: private_part(path) for path in NEEDED}
    syscalls.unshare(syscalls.CLONE_NEWNS)
    syscalls.mount("none", "/", None, syscalls.MS_REC | syscalls.MS_PRIVATE)
    handles = {path: os.open(path, os.O_PATH) for path, part in hidden.items() if part}
    for part in {part for part in hidden.values() if part}:
        syscalls.mount("none", str(part), "tmpfs", 0, "mode=755")
    for path, handle in handles.items():
        real = Path(path).resolve()
        if not real.is_dir() or not any(real.iterdir()):
            real.mkdir(parents=True, exist_ok=True)
            syscalls.mount(f"/proc/self/fd/{handle}", str(real), None, syscalls.MS_BIND | syscalls.MS_REC)
        os.close(handle)
    os.setgroups([])
    os.setresgid(65534, 65534, 65534)
    os.setresuid(65534, 65534, 65534)
    os.execv(sys.executable, [sys.executable, *sys.argv[1:]])  # noqa: S606


main()
