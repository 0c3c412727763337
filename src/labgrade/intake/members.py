"""From the files found in a folder or archive to the members that are kept."""

from __future__ import annotations

import itertools
import re
import unicodedata
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from labgrade.intake import sniff
from labgrade.intake.limits import IntakeLimits, readable_size
from labgrade.intake.model import Member
from labgrade.intake.names import fold, is_hidden, natural_key
from labgrade.intake.notes import MemberLost, Notes, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

RUNNABLE = (".py", ".ipynb")
_DATA = frozenset(
    {".csv", ".tsv", ".txt", ".json", ".jsonl", ".yaml", ".yml", ".toml", ".md", ".npy", ".npz"}
    | {".pt", ".pth", ".pkl", ".safetensors", ".h5", ".parquet", ".png", ".jpg", ".jpeg", ".gif", ".bmp"}
)
_JUNK = frozenset({"__macosx", "__pycache__", "venv", "node_modules", "site-packages"})
_JUNK_FILES = frozenset({"thumbs.db", "desktop.ini"})
_COMPONENT_BYTES = 255
_PATH_BYTES = 1024
_PATH_CHARACTERS = 4 * _PATH_BYTES  # more is not even looked at: composing may shorten a name, not that far
_REPLACED = re.compile(r'[\\/:*?"<>|]')
_DRIVE = re.compile(r"[A-Za-z]:")


@dataclass(frozen=True)
class Candidate:
    """A file that may become a member.

    Attributes:
        path: safe relative POSIX path.
        size: bytes that it says it has.
        read: returns its bytes given a limit; raises MemberLost for this file, Refused for all.
    """

    path: str
    size: int
    read: Callable[[int], bytes]


def is_junk(name: str) -> bool:
    """Return whether a path component is never a student's work: dot-entries, caches, environments."""
    lower = name.lower()
    return lower.startswith(".") or lower in _JUNK | _JUNK_FILES or lower.endswith((".pyc", ".pyo"))


def safe_path(components: Sequence[str]) -> str | None:
    """Return the components as a relative POSIX path that is safe to write, or None.

    Control characters, lone surrogates and what no file system takes become `_`; the text is NFC.
    None where a component is empty, `.` or `..`, or the path is too long.
    """
    if not components or any(part in {"", ".", ".."} for part in components):
        return None
    cleaned = [_safe_component(part) for part in components]
    sizes = [len(part.encode("utf-8")) for part in cleaned]
    if max(sizes) > _COMPONENT_BYTES or sum(sizes) + len(sizes) > _PATH_BYTES:
        return None
    return "/".join(cleaned)


def noted_path(components: Sequence[str], shown: str, notes: Notes) -> str | None:
    """Return `safe_path` of the components, and note where the file loses its name or itself."""
    path = safe_path(components)
    if path is None:
        notes.add("unsafe-path", shown)
    elif path != unicodedata.normalize("NFC", "/".join(components)):
        notes.add("unsafe-name", shown)
    return path


def with_ending(stem: str, ending: str) -> str:
    """Return a file name of the stem and the ending, the stem cut where it would be too long."""
    room = _COMPONENT_BYTES - len(ending)
    return stem.encode("utf-8")[:room].decode("utf-8", "ignore") + ending


def archive_components(name: str) -> list[str] | None:
    """Return the components of an archive member's name, or None where it leads out of the archive."""
    if len(name) > _PATH_CHARACTERS:
        return None
    unix = name.replace("\\", "/")
    components = [part for part in unix.split("/") if part not in {"", "."}]
    leads_out = unix.startswith("/") or _DRIVE.match(unix) or ".." in components or "\0" in name
    return None if leads_out or not components else components


def keep(candidates: Iterable[Candidate], limits: IntakeLimits, notes: Notes) -> tuple[Member, ...]:
    """Read the candidates that count, within the limits, and note what was left out and why.

    Code is read before data, so that a data set beside it cannot crowd it out.

    Raises:
        Refused: where too much code is there, or reading one file rules out the rest.
    """
    wanted = _no_clash([c for c in _one_a_name(candidates, notes) if _is_wanted(c.path, notes)], notes)
    wanted.sort(key=lambda c: (not c.path.lower().endswith(RUNNABLE), natural_key(c.path)))
    budget = _Budget(limits)
    members = [m for m in (_read(c, budget, notes) for c in wanted) if m is not None]
    return _without_top_folder(_rightly_named(members, notes))


class _Budget:
    """What may still be read of one submission."""

    def __init__(self, limits: IntakeLimits) -> None:
        self._limits = limits
        self._bytes = limits.total_bytes
        self._members = limits.members

    def limit(self, path: str) -> int:
        """Return the most bytes that the file may have by its kind."""
        if path.lower().endswith(".ipynb"):
            return self._limits.notebook_bytes
        return self._limits.py_bytes if path.lower().endswith(".py") else self._limits.data_bytes

    def require(self, path: str, size: int) -> None:
        """Raise where a file of `size` bytes does not fit any more: MemberLost for data, else Refused."""
        if self._members > 0 and size <= self._bytes:
            return
        limit = f"{self._limits.members:,} files, {readable_size(self._limits.total_bytes)}"
        if path.lower().endswith(RUNNABLE):  # losing some of the code would change what the rest does
            raise Refused("too-much-code", path, limit=limit)
        raise MemberLost("too-much-data", path, limit=limit)

    def spend(self, size: int) -> None:
        """Count one file of `size` bytes."""
        self._members -= 1
        self._bytes -= size


def _read(candidate: Candidate, budget: _Budget, notes: Notes) -> Member | None:
    try:
        data = _read_within(candidate, budget)
    except MemberLost as lost:
        notes.add(lost.code, *lost.names, **lost.facts)
        return None
    budget.spend(len(data))
    return Member(candidate.path, data)


def _read_within(candidate: Candidate, budget: _Budget) -> bytes:
    limit = budget.limit(candidate.path)
    if candidate.size > limit:
        raise MemberLost("too-large", candidate.path, limit=readable_size(limit))
    budget.require(candidate.path, candidate.size)
    data = candidate.read(limit)
    budget.require(candidate.path, len(data))  # what it said of its size need not be so
    return data


def _one_a_name(candidates: Iterable[Candidate], notes: Notes) -> list[Candidate]:
    # Case aside, as some file systems do: the same files must run on every machine. The last one wins,
    # as it does when an archive is unpacked.
    kept: dict[str, Candidate] = {}
    for candidate in candidates:
        other = kept.pop(fold(candidate.path), None)
        if other is not None:
            notes.add("duplicate-member", other.path, candidate.path)
        kept[fold(candidate.path)] = candidate
    return list(kept.values())


def _no_clash(candidates: Sequence[Candidate], notes: Notes) -> list[Candidate]:
    # Only an archive can hold q1.py and q1.py/q2.py; no disk can.
    folders = _folders(candidate.path for candidate in candidates)
    kept = []
    for candidate in candidates:
        if fold(candidate.path) in folders:
            notes.add("name-clash", candidate.path)
        else:
            kept.append(candidate)
    return kept


def _folders(paths: Iterable[str]) -> set[str]:
    parents = (str(parent) for path in paths for parent in PurePosixPath(path).parents)
    return {fold(parent) for parent in parents}


def _is_wanted(path: str, notes: Notes) -> bool:
    ending = sniff.suffix(path)
    if ending in sniff.ARCHIVES:
        notes.add("nested-archive", path)
        return False
    if ending not in _DATA and ending not in RUNNABLE:
        notes.add("left-out", path)
        return False
    return True


def _rightly_named(members: Sequence[Member], notes: Notes) -> list[Member]:
    taken = {fold(member.path) for member in members} | _folders(member.path for member in members)
    renamed = (_rightly_named_member(member, taken, notes) for member in members)
    return [member for member in renamed if member is not None]


def _rightly_named_member(member: Member, taken: set[str], notes: Notes) -> Member | None:
    head = member.data[: sniff.HEAD_BYTES]
    ending = sniff.suffix(member.path)
    if ending not in RUNNABLE:
        return member
    kind = sniff.foreign_kind(head)
    if sniff.is_zip(head) or kind is not None:
        notes.add("left-out" if kind else "nested-archive", member.path)
        return None
    is_notebook = sniff.is_notebook(head) if ending == ".py" else sniff.may_be_notebook(head)
    right = ".ipynb" if is_notebook else ".py"
    if member.path.lower().endswith(right):
        return member
    notes.add("renamed", member.path, kind="a notebook" if is_notebook else "Python code")
    return Member(_free_path(member.path, right, taken), member.data)


def _free_path(path: str, ending: str, taken: set[str]) -> str:
    folder, slash, name = path.rpartition("/")
    stems = itertools.chain([sniff.stem(name), name], (f"{name}-{n}" for n in itertools.count(2)))
    paths = (folder + slash + with_ending(stem, ending) for stem in stems)
    free = next(path for path in paths if fold(path) not in taken)
    taken.add(fold(free))
    return free


def _without_top_folder(members: Sequence[Member]) -> tuple[Member, ...]:
    while members and all("/" in member.path for member in members):
        tops = {member.path.split("/", 1)[0] for member in members}
        if len(tops) > 1:
            break
        members = [Member(member.path.split("/", 1)[1], member.data) for member in members]
    return tuple(members)


def _safe_component(part: str) -> str:
    text = unicodedata.normalize("NFC", _REPLACED.sub("_", part))
    return "".join("_" if is_hidden(c) else c for c in text)
