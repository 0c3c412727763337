"""The findings of intake: one sentence a kind, whatever the number of files that it concerns."""

from __future__ import annotations

from labgrade.intake.names import visible
from labgrade.record.model import Finding

_NAMED = 3
_NAMED_IN_ORDER = 20
_NAME_LENGTH = 80

SENTENCES = {
    # of a whole hand-in: it cannot be run
    "unsupported-file": "{names} is {kind}, which the grader cannot run; hand in a .py file, a notebook "
    "(.ipynb), or a .zip or folder of these.",
    "nothing-to-run": "{names} holds no .py or .ipynb file that can be run; add your work and hand it in "
    "again.",
    "damaged-archive": "{names} cannot be unpacked, it is damaged or incomplete; make the .zip again and "
    "try to open it before you hand it in.",
    "archive-bomb": "{names} unpacks to more than {limit}, far beyond its own size, so it was not unpacked "
    "further; hand in the code without the data.",
    "too-many-files": "{names} holds more than {limit} files; hand in your own files only, without "
    "environments, packages or data sets.",
    "too-much-code": "{names} is beyond what a hand-in may hold ({limit}); hand in your own files only.",
    "unreadable": "{names} could not be opened ({reason}); check its permissions and that it is still there.",
    # of a whole hand-in or of files inside it
    "link": "Not followed: {names}, a link to another place; hand in the file itself.",
    "special-file": "Not read: {names}, which is no ordinary file but a pipe, socket or device; hand in a "
    "copy of the file.",
    "too-large": "Not read: {names}, larger than {limit}; clear the outputs or leave the data out, and hand "
    "it in again.",
    "renamed": "The name ends wrongly: {names} holds {kind} and was read as that; save it under the right "
    "ending.",
    "empty": "Nothing is written in {names}; check that you saved your work and handed in the right file.",
    "hard-link": "The same file also lies under another name on this disk: {names}; it was read as it "
    "stands here.",
    # of files inside a folder or archive
    "left-out": "Not taken along: {names}; only Python files, notebooks and small data files are read.",
    "nested-archive": "Not unpacked: {names}, an archive inside the hand-in; put its files in directly.",
    "too-much-data": "Not taken along: {names}, beyond what a hand-in may hold ({limit}); leave data sets "
    "out.",
    "unsafe-path": "Not unpacked: {names}, whose path leads outside the hand-in or is too long; make the "
    ".zip from inside your own folder.",
    "unsafe-name": "Characters that cannot be used in a file name were replaced by _ in {names}; rename "
    "the file with plain letters.",
    "too-deep": "Not read: {names}, more than {limit} folders deep; put your files nearer to the top.",
    "encrypted": "Not unpacked: {names}, protected by a password; make the .zip without one.",
    "damaged-member": "Not unpacked: {names}, damaged or cut short inside the archive; make the .zip again.",
    "unsupported-compression": "Not unpacked: {names}, compressed by a method that the grader does not "
    "read; make a plain .zip.",
    "duplicate-member": "Two files have the same name, capitals aside: {names}; the last one was used, keep "
    "only one.",
    "name-clash": "A file and a folder have the same name: {names}; the file was left out, rename one.",
    # of what runs
    "several-files": "Several files were run in this order, in one namespace: {names}; name your main file "
    "{lab} if only that one should run.",
    "main-file": "Only {main} was run, as it has the lab's name; it can import {names}.",
    "two-versions": "The lab's file is there more than once: {names}; {main} was run, hand in one only.",
    # of a student's id
    "duplicate-id": "More than one hand-in has this id: {names}; each was graded, keep one.",
    "similar-id": "Another hand-in for this lab has an id that looks like this one, {names}; check that "
    "each belongs to the right person.",
}


class Notes:
    """Collects what is worth telling; files of one kind share one finding."""

    def __init__(self) -> None:
        self._names: dict[str, list[str]] = {}
        self._facts: dict[str, dict[str, str]] = {}

    def add(self, code: str, *names: str, **facts: str) -> None:
        """Note that `names` (file names, untrusted) are of kind `code`, a key of SENTENCES."""
        self._names.setdefault(code, []).extend(names)
        self._facts[code] = facts

    def findings(self) -> tuple[Finding, ...]:
        """Return one finding a kind, in the order in which the kinds first came."""
        return tuple(finding(code, names, **self._facts[code]) for code, names in self._names.items())


class Refused(Exception):
    """The hand-in cannot be read at all. Never leaves this package.

    Attributes:
        code, names, facts: as in `Notes.add`.
    """

    def __init__(self, code: str, *names: str, **facts: str) -> None:
        super().__init__(code)
        self.code = code
        self.names = names
        self.facts = facts


class MemberLost(Refused):
    """One file inside a hand-in cannot be read; the rest can."""


def finding(code: str, names: list[str] | tuple[str, ...], **facts: str) -> Finding:
    """Return the finding of kind `code` about `names`; `facts` fill the rest of its sentence."""
    most = _NAMED_IN_ORDER if code == "several-files" else _NAMED
    message = SENTENCES[code].format(names=listed(names, most), **facts)
    where = visible(names[0], _NAME_LENGTH) if len(names) == 1 else None
    return Finding(code=code, message=message, where=where)


def quoted(name: str) -> str:
    """Return an untrusted name in quotation marks, fit for a sentence."""
    return f'"{visible(name, _NAME_LENGTH)}"'


def listed(names: list[str] | tuple[str, ...], most: int = _NAMED) -> str:
    """Return names as a list in a sentence: at most `most` of them, then how many more."""
    shown = [quoted(name) for name in names[:most]]
    if len(names) > most:
        shown.append(f"{len(names) - most} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"
