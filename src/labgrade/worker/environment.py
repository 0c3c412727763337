"""The environment of every process that student code may see: an allow-list with constant values."""

from __future__ import annotations

import os
import sys

_INHERITED = ("SYSTEMROOT", "COMSPEC", "PATHEXT", "CUDA_VISIBLE_DEVICES", "LD_LIBRARY_PATH", "LABGRADE_DEBUG")


def worker_environment() -> dict[str, str]:
    """Return the variables a zygote or a spawned worker starts with."""
    constant = {
        "PATH": os.defpath,
        "HOME": "/home/student",
        "LANG": "C.UTF-8",
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        "MPLBACKEND": "Agg",
        # One thread a worker: a second is slower for networks this small, and a process that ever ran a
        # parallel region cannot be forked safely. The limit also holds where student code asks for more.
        "OMP_NUM_THREADS": "1",
        "OMP_THREAD_LIMIT": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        # A worker may not start programs, and joblib's processes are programs: in one process it works.
        "JOBLIB_MULTIPROCESSING": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "NVIDIA_TF32_OVERRIDE": "0",
        # Asking the driver whether there is a GPU would keep every later fork from using it.
        "PYTORCH_NVML_BASED_CUDA_CHECK": "1",
    }
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    if sys.platform == "win32":
        constant.pop("HOME")
    return {**constant, **inherited}
