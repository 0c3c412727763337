"""How a forked process of ours ends: never by returning into its parent's code."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable
from typing import NoReturn

OUR_FAULT = 70
"""Exit status of a fork in which our own code raised (EX_SOFTWARE)."""


def run_and_exit(body: Callable[[], object]) -> NoReturn:
    """Run `body` in a fresh fork and end the process, without the exit handlers of its parent."""
    status = 0
    try:
        body()
    except BaseException:  # noqa: BLE001 - whatever it is, a fork must not return
        status = OUR_FAULT
        traceback.print_exc()
    finally:
        os._exit(status)
