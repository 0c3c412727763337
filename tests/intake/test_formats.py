"""Forms of hand-in are objects of one Protocol, and others can be added."""

from __future__ import annotations

from typing import TYPE_CHECKING

import labgrade.intake
from labgrade.intake import BUILTIN_FORMATS, Entry, IntakeLimits, Member, Submission, read_entry
from labgrade.intake.notes import SENTENCES, Notes

from .hand_ins import CODE, LAB

if TYPE_CHECKING:
    from pathlib import Path

    from labgrade.intake.source import Source


class _PlainText:
    """A form that a course might add: answers typed into a text field."""

    name = "text"

    def claims(self, path_name: str, head: bytes | None) -> bool:
        return head is not None and path_name.endswith(".txt")

    def read(self, source: Source, limits: IntakeLimits, notes: Notes) -> tuple[Member, ...]:
        notes.add("renamed", source.name, kind="Python code")
        return (Member("answer.py", source.read(limits.py_bytes)),)


def test_built_in_formats_have_names_of_their_own() -> None:
    assert [form.name for form in BUILTIN_FORMATS] == ["folder", "zip", "notebook", "python"]


def test_added_format_reads_what_it_claims(tmp_path: Path) -> None:
    (tmp_path / "s01.txt").write_bytes(CODE)
    entry = Entry("s01", LAB, str(tmp_path / "s01.txt"))
    submission = read_entry(entry, formats=(_PlainText(), *BUILTIN_FORMATS))
    assert isinstance(submission, Submission)
    assert submission.members == (Member("answer.py", CODE),)


def test_findings_of_the_entry_come_first(tmp_path: Path) -> None:
    (tmp_path / "s01.py").write_bytes(b"")
    notes = Notes()
    notes.add("duplicate-id", "s01.py", "s01.zip")
    entry = Entry("s01", LAB, str(tmp_path / "s01.py"), notes.findings())
    assert [finding.code for finding in read_entry(entry).findings] == ["duplicate-id", "empty"]


def test_every_kind_of_finding_is_one_sentence_with_a_way_out() -> None:
    for code, sentence in SENTENCES.items():
        assert sentence.endswith("."), code
        assert ". " not in sentence.replace("a .zip or", "").replace(" .zip ", " "), code
        assert "{names}" in sentence, code


def test_public_names_are_sorted_and_there() -> None:
    names = labgrade.intake.__all__
    assert sorted(names) == names
    assert all(hasattr(labgrade.intake, name) for name in names)
