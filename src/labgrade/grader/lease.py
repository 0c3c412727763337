"""One GPU for several jobs: whoever has the lease trains, the others wait.

The lease is a lock on a file, which the kernel takes back when its holder dies. It counts for all runs of
one user on a machine, since they share the card's memory.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock


@contextmanager
def gpu_lease(folder: Path | None = None) -> Iterator[None]:
    """Hold the GPU; waits until whoever has it gives it back, or dies.

    Args:
        folder: of the lock; the temporary folder where None.
    """
    owner = os.getuid() if hasattr(os, "getuid") else os.environ.get("USERNAME", "user")
    with FileLock((folder or Path(tempfile.gettempdir())) / f"labgrade-gpu-{owner}.lock"):
        yield
