"""Reading one entry: bytes are taken once, and exactly these are digested and run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from labgrade.intake import sniff
from labgrade.intake.choose import choose_entries
from labgrade.intake.formats import BUILTIN_FORMATS, IntakeFormat, claiming
from labgrade.intake.limits import IntakeLimits
from labgrade.intake.model import Entry, Member, Rejection, Submission, digest_members
from labgrade.intake.names import readable
from labgrade.intake.notes import Notes, Refused
from labgrade.intake.source import Source, open_source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from labgrade.record.model import Finding


def read_entry(
    entry: Entry,
    *,
    limits: IntakeLimits = IntakeLimits(),  # noqa: B008 - frozen
    formats: Sequence[IntakeFormat] = BUILTIN_FORMATS,
) -> Submission | Rejection:
    """Read what lies at an entry into a submission.

    Bad input never raises: it becomes a finding, and a rejection where nothing can be run. Time
    and memory are bounded by `limits`; links are not followed and pipes not waited for.

    Args:
        entry: where the hand-in lies, and whose it is.
        limits: how much is read.
        formats: asked in order which of them reads the entry.
    """
    notes = Notes()
    try:
        members = _read_members(entry, limits, formats, notes)
        entries = _entries(members, entry, notes)
    except Refused as refused:
        notes.add(refused.code, *refused.names, **refused.facts)
        return Rejection(entry.student, entry.lab, readable(entry.path), _findings(entry, notes))
    _note_blank(members, entries, notes)
    return Submission(
        entry.student,
        entry.lab,
        readable(entry.path),
        members,
        entries,
        digest_members(members),
        _findings(entry, notes),
    )


def _read_members(
    entry: Entry, limits: IntakeLimits, formats: Sequence[IntakeFormat], notes: Notes
) -> tuple[Member, ...]:
    with open_source(entry.path, _name(entry.path), frozenset(entry.skip)) as source:
        chosen = claiming(formats, source)
        if chosen is None:
            raise Refused("unsupported-file", source.name, kind=_kind(source))
        if source.head is not None and source.links > 1:
            notes.add("hard-link", source.name)
        return chosen.read(source, limits, notes)


def _entries(members: Sequence[Member], entry: Entry, notes: Notes) -> tuple[str, ...]:
    entries = choose_entries(members, entry.lab, notes)
    if not entries:
        raise Refused("nothing-to-run", _name(entry.path))
    return entries


def _kind(source: Source) -> str:
    return sniff.foreign_kind(source.head or b"") or sniff.kind_by_suffix(source.name)


def _note_blank(members: Sequence[Member], entries: Sequence[str], notes: Notes) -> None:
    data = {member.path: member.data for member in members}
    blank = [path for path in entries if sniff.is_blank(data[path])]
    if blank:
        notes.add("empty", *blank)


def _findings(entry: Entry, notes: Notes) -> tuple[Finding, ...]:
    return entry.findings + notes.findings()


def _name(path: str) -> str:
    return Path(path).name or path
