"""How much of a hand-in is read, with room for honest notebooks that carry large outputs."""

from __future__ import annotations

from dataclasses import dataclass

KIB = 1024
MIB = 1024 * KIB


@dataclass(frozen=True)
class IntakeLimits:
    """Upper limits for one submission; sizes in bytes.

    Attributes:
        py_bytes: one Python file.
        notebook_bytes: one notebook, outputs included (a few hundred figures fit).
        data_bytes: one data file beside the code.
        archive_bytes: one zip archive as handed in.
        total_bytes: everything kept of one submission, unpacked.
        entries: names looked at in an archive or folder, those left out included.
        members: files kept.
        depth: folders inside folders.
        ratio: bytes that an archive may unpack to, per byte of its own.
        ratio_floor: bytes that any archive may unpack to, whatever the ratio.
    """

    py_bytes: int = 8 * MIB
    notebook_bytes: int = 256 * MIB
    data_bytes: int = 32 * MIB
    archive_bytes: int = 128 * MIB
    total_bytes: int = 256 * MIB
    entries: int = 20_000
    members: int = 2_000
    depth: int = 16
    ratio: int = 200
    ratio_floor: int = 32 * MIB


def readable_size(size: int) -> str:
    """Return `size` (bytes) as people write it: "8 MiB", "12 KiB", "17 bytes"."""
    for unit, name in ((MIB, "MiB"), (KIB, "KiB")):
        if size >= unit:
            return f"{size / unit:.4g} {name}"
    return f"{size} bytes"
