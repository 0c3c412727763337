"""What an exception of student code is described as: a few bounded strings, whatever the exception does.

Nothing here trusts the object. Its class is read by `type`, its attributes through the descriptors of the
built-in exceptions, so that a subclass can override neither. Only its `__str__` is its own: that may raise
(which is caught), or hang (callers keep it under a time limit).
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypedDict

from labgrade.worker.executor import LoadFinding

if TYPE_CHECKING:
    from collections.abc import Collection
    from types import TracebackType

TYPE_NAME_LIMIT: Final = 80
MESSAGE_LIMIT: Final = 2048
NAME_LIMIT: Final = 200
LOST_LIMIT: Final = 100
FINDINGS_LIMIT: Final = 30
_FRAME_LIMIT: Final = 20_000
_GROUP_DEPTH: Final = 3
_JOINERS: Final = "\u200c\u200d"  # Indic scripts and emoji need them
_NO_TEXT: Final = "(its message cannot be shown)"


class Description(TypedDict):
    """An exception as plain strings.

    Keys:
        type: name of its class, at most 80 characters.
        message: its text on one line, at most 2 KiB of UTF-8, control characters escaped.
        where: the deepest line of the student's own code ("lab01.py:12", "cell 3, line 12"), or "".
        missing_name: for a NameError the name that was not there, else "".
    """

    type: str
    message: str
    where: str
    missing_name: str


def describe_exception(error: BaseException, filenames: Collection[str]) -> Description:
    """Describe `error` for the other side of the boundary. Never raises.

    Args:
        error: what student code raised.
        filenames: `co_filename` of the student's own code objects.
    """
    return Description(
        type=clean(class_name(error), TYPE_NAME_LIMIT),
        message=clean(_text(error), MESSAGE_LIMIT),
        where=_where(error, filenames),
        missing_name=_missing_name(error),
    )


def clean(text: str, limit: int) -> str:
    """One line of valid, printable Unicode, at most `limit` bytes of UTF-8.

    Line breaks become spaces; other control, format and surrogate characters become visible escapes.
    """
    text = re.sub(r"\s*[\r\n]\s*", " ", text[: 2 * limit]).strip()
    if not text.isprintable():
        text = "".join(map(_visible, text))
    raw = text.encode("utf-8")
    return text if len(raw) <= limit else raw[: limit - 3].decode("utf-8", "ignore") + "…"


def _visible(character: str) -> str:
    if character.isprintable() or character in _JOINERS:
        return character
    if unicodedata.category(character) == "Zs":
        return " "
    return character.encode("unicode_escape").decode("ascii")


def class_name(error: object) -> str:
    """Name of the real class of `error`; a metaclass cannot answer for it."""
    return str(type.__dict__["__name__"].__get__(type(error)))


def ancestors(error: object) -> frozenset[str]:
    """Names of the real class of `error` and of all its bases."""
    bases: tuple[type, ...] = type.__dict__["__mro__"].__get__(type(error))
    return frozenset(str(type.__dict__["__name__"].__get__(base)) for base in bases)


def builtin_field(error: BaseException, owner: type[BaseException], field: str) -> Any:
    """Field of a built-in exception class, read past every override; None where `error` is no `owner`."""
    if not any(base is owner for base in type.__dict__["__mro__"].__get__(type(error))):
        return None  # `in` would ask the metaclass of a hostile class
    return owner.__dict__[field].__get__(error)


def place(filename: str, line: int | None) -> str:
    """How a student finds a line: "lab01.py:12", or "cell 3, line 12"."""
    name = PurePath(filename).name if PurePath(filename).is_absolute() else filename
    if not line:
        return name
    return f"{name}, line {line}" if re.search(r"\bcell \d+\Z", name) else f"{name}:{line}"


def _text(error: BaseException, depth: int = 0) -> str:
    try:
        text = str.__str__(str(error))[: 2 * MESSAGE_LIMIT]
    except BaseException:  # noqa: BLE001 - a message may raise whatever it likes
        return _NO_TEXT
    members = builtin_field(error, BaseExceptionGroup, "exceptions")
    if members and depth < _GROUP_DEPTH:
        first = members[0]
        text = f"{text}; first of them: {class_name(first)[:TYPE_NAME_LIMIT]}: {_text(first, depth + 1)}"
    return text


class _Frame(NamedTuple):
    filename: str
    line: int | None


def _where(error: BaseException, filenames: Collection[str]) -> str:
    found: _Frame | None = None
    entry: TracebackType | None = builtin_field(error, BaseException, "__traceback__")
    for _ in range(_FRAME_LIMIT):
        if entry is None:
            break
        filename = entry.tb_frame.f_code.co_filename
        if filename in filenames:
            found = _Frame(filename, entry.tb_lineno)
        entry = entry.tb_next
    return clean(place(*found), NAME_LIMIT) if found else ""


def _missing_name(error: BaseException) -> str:
    name = builtin_field(error, NameError, "name")
    if type(name) is not str or "UnboundLocalError" in ancestors(error):
        return ""
    return clean(name, NAME_LIMIT)


def advice(error: BaseException, told: Description) -> str:
    """What happened in one sentence, and for the frequent habits what to do about it.

    Args:
        error: what student code raised at the top level.
        told: its description.
    """
    for habit in (_exit_habit, _network_habit, _import_habit, _file_habit, _message_habit):
        if say := habit(error, told):
            return say
    return f"{told['type']}: {told['message']}" if told["message"] else f"{told['type']} was raised."


def call_advice(error: BaseException, told: Description) -> str:
    """What to do about an exception of a call that shows one of the frequent habits, or ""."""
    says = (habit(error, told) for habit in (_network_habit, _file_habit, _message_habit))
    return next((say for say in says if say), "")


_NETWORK: Final = frozenset(
    {"URLError", "gaierror", "ConnectionError", "HTTPError", "HTTPException", "SSLError"}
)
_NO_NETWORK: Final = (
    "There is no network while grading, so nothing can be downloaded; use the data that the functions get."
)
_PACKAGED_DATA: Final = re.compile(r"sklearn[/\\]datasets\b")
_NO_PACKAGED_DATA: Final = (
    "scikit-learn's own data sets cannot be read while grading; use the images that the functions get."
)
_HABITS: Final = (
    (
        re.compile(
            r"NVIDIA driver|compiled with CUDA|No CUDA GPUs|'cuda' backend|CUDA device but|"
            r"\bMPS\b|\bmps devices?\b|"
            # What a fork says where its parent had asked whether there is a GPU.
            r"re-initialize CUDA|is_device_in_bad_fork",
            re.IGNORECASE,
        ),
        "This machine has no GPU; use the device argument instead of 'cuda'.",
    ),
    (
        re.compile(
            r"Error downloading|Dataset not found|urlopen error|name resolution|Network is unreachable|"
            r"Name or service not known|Max retries exceeded|couldn't connect to"
        ),
        _NO_NETWORK,
    ),
    (
        re.compile(r"Weights only load failed"),
        "torch.load reads only weights unless told otherwise; save and load the state dict of the model.",
    ),
    (
        re.compile(r"module 'matplotlib' has no attribute"),
        "The module 'matplotlib' does not draw; write `import matplotlib.pyplot as plt`.",
    ),
)


def _exit_habit(error: BaseException, _told: Description) -> str:
    if "SystemExit" not in ancestors(error):
        return ""
    return "exit() was ignored; the statements below it still ran."


def _network_habit(error: BaseException, _told: Description) -> str:
    return _NO_NETWORK if ancestors(error) & _NETWORK else ""


def _import_habit(error: BaseException, told: Description) -> str:
    if "ModuleNotFoundError" not in ancestors(error):
        return ""
    name = builtin_field(error, ImportError, "name")
    name = clean(name, NAME_LIMIT) if type(name) is str else told["message"]
    if name == "google" or name.startswith("google.colab"):
        return "google.colab exists on Colab alone; nothing can be mounted or uploaded while grading."
    return (
        f"The module '{name}' is not installed here; what needs it was left out, everything else was loaded."
    )


def _file_habit(error: BaseException, _told: Description) -> str:
    path = builtin_field(error, OSError, "filename")
    if type(path) is not str:
        return ""
    if _PACKAGED_DATA.search(path):
        return _NO_PACKAGED_DATA
    return (
        f"{class_name(error)}: '{clean(path, NAME_LIMIT)}' cannot be used; code runs in an empty folder that "
        "holds only the files you handed in."
    )


def _message_habit(_error: BaseException, told: Description) -> str:
    return next((say for pattern, say in _HABITS if pattern.search(told["message"])), "")


@dataclass
class _Entry:
    """A finding, and what is counted to it instead of being said again."""

    finding: LoadFinding
    lost: dict[str, None] = field(default_factory=dict)
    again: int = 0
    follow: int = 0

    def closed(self) -> LoadFinding:
        message = self.finding.message
        if self.again:
            message += f" (The same {self.again} more times.)" if self.again > 1 else " (The same once more.)"
        if self.follow:
            message += f" ({self.follow} later statement{'s'[: self.follow > 1]} failed because of it.)"
        return replace(self.finding, message=message, lost_names=tuple(self.lost)[:LOST_LIMIT])


class Findings:
    """What happened while loading: causes, each with the failures that follow from it."""

    def __init__(self) -> None:
        self._entries: list[_Entry] = []
        self._by_message: dict[str, _Entry] = {}
        self._by_name: dict[str, _Entry] = {}
        self._more = _Entry(LoadFinding("more", ""))

    def add(self, finding: LoadFinding) -> None:
        """Add a finding; one that says the same as an earlier one is counted there."""
        entry = self._by_message.get(finding.message)
        if entry is None:
            entry = self._new(finding)
        else:
            entry.again += 1
        self._lose(entry, finding.lost_names)

    def follows(self, name: str, lost: tuple[str, ...]) -> bool:
        """Count a failure that needed `name` to the finding that lost it, with the names it loses itself."""
        entry = self._by_name.get(name)
        if entry is None:
            return False
        entry.follow += 1
        self._lose(entry, lost)
        return True

    def collected(self) -> tuple[LoadFinding, ...]:
        """All findings in order, the last of them a count where there were too many."""
        found = [entry.closed() for entry in self._entries]
        if self._more.again:
            say = f"{self._more.again} more findings are not listed."
            found.append(LoadFinding("more", say, lost_names=tuple(self._more.lost)[:LOST_LIMIT]))
        return tuple(found)

    def _new(self, finding: LoadFinding) -> _Entry:
        if len(self._entries) >= FINDINGS_LIMIT:
            self._more.again += 1
            return self._more
        entry = self._by_message[finding.message] = _Entry(finding)
        self._entries.append(entry)
        return entry

    def _lose(self, entry: _Entry, names: tuple[str, ...]) -> None:
        for name in names:
            entry.lost[name[:NAME_LIMIT]] = None
            self._by_name.setdefault(name, entry)
