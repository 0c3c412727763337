"""Back the heap by huge pages, so that a fork copies hundreds of page-table entries instead of 130,000.

Measured: fork and exit of a process with torch fall from 15 to 5 ms; the collapse itself takes about a
second, so a batch asks for it and a self-check does not.
"""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path

_MADV_HUGEPAGE = 14
_MADV_COLLAPSE = 25  # Linux 6.1 and newer; elsewhere the call fails and nothing is lost
_HUGE = 2 << 20


def collapse_heap() -> int:
    """Collapse this process's private anonymous memory into huge pages; return the bytes that were."""
    if sys.platform != "linux":
        return 0
    libc = ctypes.CDLL(None, use_errno=True)
    libc.madvise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    collapsed = 0
    for start, end in _anonymous_ranges():
        first, last = -(-start // _HUGE) * _HUGE, end // _HUGE * _HUGE
        if last > first and libc.madvise(first, last - first, _MADV_HUGEPAGE) == 0:
            collapsed += sum(
                _HUGE for page in range(first, last, _HUGE) if libc.madvise(page, _HUGE, _MADV_COLLAPSE) == 0
            )
    return collapsed


def _anonymous_ranges() -> list[tuple[int, int]]:
    ranges = []
    with Path("/proc/self/maps").open(encoding="ascii", errors="replace") as maps:
        for line in maps:
            place, access, _offset, _device, _inode, *name = line.split()
            if name in ([], ["[heap]"]) and access == "rw-p":
                start, end = (int(part, 16) for part in place.split("-"))
                ranges.append((start, end))
    return ranges
