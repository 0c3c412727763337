"""Names for people, for sorting and for folders."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from labgrade.intake import safe_slug, visible
from labgrade.intake.names import natural_key, readable, skeleton

_ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=300)
_RESERVED = {"con", "prn", "aux", "nul", "com1", "lpt9", "index"}


@pytest.mark.parametrize("student", ["s01", "21z401", "anna-maier", "a_b", "s01.v2", "0", "a" * 60])
def test_plain_ids_stay(student: str) -> None:
    assert safe_slug(student) == student


@pytest.mark.parametrize(
    "student",
    [
        *("", ".", "..", "../x", "a/b", "a\\b", "%2f", "~", "-a", "a ", "a.", "a\n", "a\0b", "<b>", "=1+1"),
        *("index", "con", "nul.txt", "com1", "lpt9.x", "conin$"),
        *("S01", "a" * 61, "x" * 240, "\u00fcn\u00ef", "\u202e", "\udcff"),
    ],
)
def test_other_ids_get_a_digest(student: str) -> None:
    slug = safe_slug(student)
    assert slug != student
    assert slug.rpartition("-")[2].isalnum()
    assert _is_safe(slug)


def test_words_of_the_id_stay_readable() -> None:
    assert safe_slug("Anna Maier").startswith("anna-maier-")
    assert safe_slug("\u0410\u043d\u043d\u0430").startswith("student-")


def test_slug_of_another_cannot_be_chosen_as_id() -> None:
    slug = safe_slug("Anna Maier")
    assert safe_slug(slug) != slug


@given(_ANY_TEXT)
@example("a" * 43 + "-" + "0" * 16)
def test_slug_is_safe(student: str) -> None:
    slug = safe_slug(student)
    assert _is_safe(slug)
    assert safe_slug(student) == slug


@given(st.lists(_ANY_TEXT | st.text("aAbB.-0", max_size=4), unique=True, max_size=20))
def test_slugs_never_collide(students: list[str]) -> None:
    once = {safe_slug(student).casefold() for student in students}
    again = {safe_slug(safe_slug(student)) for student in students}
    assert len(once) == len(students)
    assert len(again) == len(students)


@given(_ANY_TEXT, st.integers(10, 200))
def test_visible_text_is_one_short_printable_line(text: str, limit: int) -> None:
    shown = visible(text, limit)
    assert len(shown) <= limit
    assert shown.isprintable()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("q1.py", "q1.py"),
        ("\u00e9t\u00e9 \u0915.py", "\u00e9t\u00e9 \u0915.py"),
        ("a\nb\r\x1b[0m", "a\\x0ab\\x0d\\x1b[0m"),
        ("\x85\u200b\u202e\u2028\ufeff", "\\x85\\u200b\\u202e\\u2028\\ufeff"),
        ("\udcff\ud800", "\\xff\\ud800"),
        ("\U000e0041", "\\U000e0041"),
        ("[/bold] {x} %s <b>", "[/bold] {x} %s <b>"),
    ],
)
def test_what_cannot_be_seen_is_written_out(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_long_text_keeps_its_end() -> None:
    shown = visible("n" * 1_000_000 + ".ipynb", 40)
    assert len(shown) == 40
    assert shown.startswith("nnnn")
    assert "\u2026" in shown
    assert shown.endswith("n.ipynb")


def test_natural_order_counts_as_people_do() -> None:
    names = ["q10", "q2", "Q1", "q02", "q", "10", "9", "a1b10", "a1b9"]
    assert sorted(names, key=natural_key) == ["9", "10", "a1b9", "a1b10", "q", "Q1", "q02", "q2", "q10"]


@given(st.lists(_ANY_TEXT | st.text("q019", max_size=8)))
@example(["1" * 5000, "2" * 5000, "\u00b2", "\u0663"])
def test_any_names_can_be_sorted_the_same_from_any_order(names: list[str]) -> None:
    backwards = names[::-1]
    assert sorted(names, key=natural_key) == sorted(backwards, key=natural_key)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("s01", "S01"),
        ("s01", "s\uff101"),
        ("s01", "\u0455O1"),
        ("anna", "\u0430nna"),
        ("a b", "ab"),
        ("a\u200bb", "ab"),
    ],
)
def test_ids_that_look_alike_share_a_skeleton(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize(
    ("one", "other"), [("s01", "s02"), ("s1", "s11"), ("anna", "hanna"), ("\u00e9", "e")]
)
def test_ids_that_differ_to_the_eye_do_not(one: str, other: str) -> None:
    assert skeleton(one) != skeleton(other)


@given(_ANY_TEXT)
def test_readable_text_is_valid_unicode(text: str) -> None:
    assert readable(text).encode("utf-8").decode("utf-8") == readable(text)
    assert readable(readable(text)) == readable(text)


def _is_safe(slug: str) -> bool:
    return (
        0 < len(slug) <= 60
        and slug.isascii()
        and slug == slug.lower()
        and set(slug) <= set("abcdefghijklmnopqrstuvwxyz0123456789._-")
        and slug[0].isalnum()
        and not slug.endswith(".")
        and slug.partition(".")[0] not in _RESERVED
    )
