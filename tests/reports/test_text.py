"""Untrusted text hides, reorders and overprints nothing once it is shown."""

from __future__ import annotations

import sys
import unicodedata
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labgrade.reports.text import counted, number, percent, shown, visible, written

JOINERS = "\u200c\u200d"


def test_every_control_and_format_character_is_spelled_out():
    unseen = [
        char
        for char in map(chr, range(sys.maxunicode + 1))
        if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"} and char not in f"\n\t{JOINERS}"
    ]
    left = [hex(ord(char)) for char in unseen if visible(char) == char]
    assert left == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a\x1b[31mred", "a\\x1b[31mred"),
        ("over\rprint", "over\\rprint"),
        ("\u202egnp.exe", "\\u202egnp.exe"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("nul\0", "nul\\x00"),
        ("tag\U000e0041", "tag\\U000e0041"),
        ("lone\ud800", "lone\\ud800"),
        ("z\u0301\u0302\u0303\u0304", "z\\u0301\\u0302\\u0303\\u0304"),
    ],
)
def test_as_python_would_write_it(text, expected):
    assert visible(text) == expected


@pytest.mark.parametrize(
    "text",
    ["plain", "two\nlines\tand a tab", "naïve ☃ 😀", "नमस्ते", "क्\u200dष", "می\u200cخواهم", "שלום", "Ệ", ""],
)
def test_leaves_what_people_write(text):
    assert visible(text) == text


@given(st.text(alphabet=st.characters(), max_size=50))
def test_result_is_always_valid_unicode_and_stable(text):
    once = visible(text)
    assert visible(once) == once
    assert once.encode("utf-8").decode("utf-8") == once


class TestShown:
    def test_short_text_is_whole(self):
        assert shown("abc", 3) == "abc"

    def test_long_text_says_how_long_it_was(self):
        assert shown("x" * 1_000_000, 5) == "xxxxx… (cut; 1,000,000 characters in all)"

    def test_is_made_visible_too(self):
        assert shown("\x07" + "x" * 10, 3) == "\\x07xx… (cut; 11 characters in all)"


@pytest.mark.parametrize(
    ("mark", "text"),
    [("4.0", "4"), ("0.50", "0.5"), ("10", "10"), ("0", "0"), ("0.3333", "0.3333"), ("1E+1", "10")],
)
def test_marks_have_no_trailing_zeros(mark, text):
    assert number(Decimal(mark)) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0173064, "0.0173064"),
        (1 / 3, "0.333333"),
        (101_770, "101,770"),
        (-2.0, "-2"),
        (0.0, "0"),
        (1e15, "1e+15"),
        (1.5e-9, "1.5e-09"),
        (float("nan"), "NaN"),
        (float("inf"), "Infinity"),
        (float("-inf"), "-Infinity"),
    ],
)
def test_measured_numbers_have_six_digits_and_whole_ones_all(value, text):
    assert written(value) == text


@pytest.mark.parametrize(
    ("part", "whole", "expected"),
    [("0", "4", 0), ("4", "4", 100), ("1", "4", 25), ("0.001", "4", 1), ("3.999", "4", 99), ("0", "0", 0)],
)
def test_only_nothing_is_0_and_only_all_is_100_percent(part, whole, expected):
    assert percent(Decimal(part), Decimal(whole)) == expected


def test_counts_agree_with_their_noun():
    assert [counted(n, "lab") for n in (0, 1, 2)] == ["0 labs", "1 lab", "2 labs"]
