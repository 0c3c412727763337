"""What a command does to its own process before it imports torch."""

from __future__ import annotations

import os
import sys
import warnings

THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def single_threaded() -> None:
    """Keep this process, which will import torch and fork, on one thread, and libraries' warnings quiet.

    What a library wants to tell its programmers means nothing to a student or an instructor; `python -W`
    shows it again.
    """
    for name in THREAD_VARIABLES:
        os.environ[name] = "1"
    if not sys.warnoptions:
        warnings.simplefilter("ignore")
