"""The submissions' bytes, kept by digest, so that a record can be graded again and shown with its code.

A submission is one zip archive: `submission.json` with the paths that run, then every file below
`files/`. Nothing in it varies (stored, fixed times), so equal submissions are equal archives.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from labgrade import strict_json
from labgrade.record.atomic import write_atomic
from labgrade.record.digest import digest_files, is_digest

MAX_BYTES = 512 * 1024 * 1024
_MAX_MANIFEST = 1024 * 1024
_MANIFEST = "submission.json"
_FILES = "files/"
# What zipfile is known to raise for archives that it cannot read.
_UNREADABLE = (zipfile.BadZipFile, KeyError, ValueError, NotImplementedError, RuntimeError, EOFError, OSError)
_EPOCH = (1980, 1, 1, 0, 0, 0)


class SubmissionLost(ValueError):
    """The bytes of a submission are not there, or not those of the digest; the text says which."""


@dataclass(frozen=True)
class StoredSubmission:
    """What was handed in.

    Attributes:
        digest: SHA-256 (hex) of the files.
        files: (path, bytes) of every file, by path.
        entries: paths of the files that run, in order.
    """

    digest: str
    files: tuple[tuple[str, bytes], ...]
    entries: tuple[str, ...]


def pack(submission: StoredSubmission) -> bytes:
    """Return the archive of a submission.

    Raises:
        ValueError: its digest is not that of its files, an entry is none of them, or a path cannot
            stand in an archive.
    """
    if digest_files(submission.files) != submission.digest:
        raise ValueError(f"the files are not those of {submission.digest[:12]}")
    _require_entries(submission.files, submission.entries)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        manifest = json.dumps({"entries": submission.entries}).encode("ascii")
        archive.writestr(zipfile.ZipInfo(_MANIFEST, _EPOCH), manifest)
        for path, data in sorted(submission.files):
            archive.writestr(_member(path), data)
    return buffer.getvalue()


def _member(path: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(_FILES + path, _EPOCH)
    if member.filename != _FILES + path:
        raise ValueError(f"the path {path!r} cannot stand in an archive")
    return member


def _require_entries(files: Iterable[tuple[str, bytes]], entries: Sequence[str]) -> None:
    if strangers := set(entries) - {path for path, _ in files}:
        raise ValueError(f"{min(strangers)!r} is to run, but is not one of the files")


def unpack(raw: bytes, digest: str) -> StoredSubmission:
    """Read an archive of `pack` back, in memory.

    Raises:
        SubmissionLost: it is damaged, or holds other files than those of `digest`.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            manifest = _manifest(archive)
            members = [m for m in archive.infolist() if m.filename.startswith(_FILES)]
            files = tuple(sorted((m.filename[len(_FILES) :], _read(archive, m)) for m in members))
            _require_entries(files, manifest)
    except _UNREADABLE as error:
        raise SubmissionLost(f"the stored submission {digest[:12]} is damaged ({error})") from None
    if digest_files(files) != digest:
        raise SubmissionLost(f"the stored submission {digest[:12]} was changed")
    return StoredSubmission(digest, files, manifest)


def _manifest(archive: zipfile.ZipFile) -> tuple[str, ...]:
    raw = _read(archive, archive.getinfo(_MANIFEST))
    document = strict_json.loads(raw, max_bytes=_MAX_MANIFEST, max_depth=3)
    entries = document.get("entries") if isinstance(document, dict) else None
    if not (isinstance(entries, list) and all(isinstance(entry, str) for entry in entries)):
        raise ValueError(f"{_MANIFEST} does not list the files that run")
    return tuple(entries)


def _read(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    if member.compress_type != zipfile.ZIP_STORED:
        # We never compress: an archive that does is not ours, and could unpack to any size.
        raise ValueError(f"{member.filename!r} is compressed")
    return archive.read(member)


def put(folder: Path, digest: str, files: Iterable[tuple[str, bytes]], entries: Sequence[str]) -> Path:
    """Keep a submission under its digest in `folder`; equal bytes are kept once.

    Raises:
        ValueError: `digest` is not that of `files`, or an entry is none of them.
    """
    raw = pack(StoredSubmission(digest, tuple(files), tuple(entries)))
    path = _place(folder, digest)
    if not (path.is_file() and path.read_bytes() == raw):
        write_atomic(path, raw)
    return path


def get(folder: Path, digest: str) -> StoredSubmission:
    """Return the submission of `digest`, verified.

    Raises:
        SubmissionLost: it is not there, damaged or changed.
    """
    path = _place(folder, digest)
    if not path.is_file():
        raise SubmissionLost(f"the submission {digest[:12]} is not in {folder}")
    if path.stat().st_size > MAX_BYTES:
        raise SubmissionLost(f"the stored submission {digest[:12]} is larger than {MAX_BYTES} bytes")
    return unpack(path.read_bytes(), digest)


def _place(folder: Path, digest: str) -> Path:
    if not is_digest(digest):
        # A digest can come from a record on disk; it must not lead out of the folder.
        raise SubmissionLost(f"{digest[:80]!r} is no SHA-256 digest")
    return folder / f"{digest}.zip"
