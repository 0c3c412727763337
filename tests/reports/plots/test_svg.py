"""Elements are escaped, coordinates short, and labels no wider than their room."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labgrade.reports.plots.svg import clipped, rounded, tag, width_of

WORDS = st.text(alphabet=st.characters(exclude_categories=["C"]), max_size=60)


@given(WORDS, WORDS)
def test_text_stays_text(text, value):
    element = ET.fromstring(tag("text", text, class_=value, x=1.25))  # noqa: S314 - our own markup

    assert (element.tag, element.text or "", element.attrib) == ("text", text, {"class": value, "x": "1.2"})
    assert len(element) == 0


def test_elements_nest():
    inner = tag("title", "<b>")

    assert tag("rect", inner, text_anchor="end") == (
        '<rect text-anchor="end"><title>&lt;b&gt;</title></rect>'
    )


@pytest.mark.parametrize(
    ("value", "text"), [(3.0, "3"), (3.14, "3.1"), (-0.04, "0"), (-2.5, "-2.5"), (0, "0"), (560, "560")]
)
def test_coordinates_have_a_decimal_at_most(value, text):
    assert rounded(value) == text


@given(WORDS, st.floats(20, 400))
def test_a_label_is_no_wider_than_its_room(text, width):
    label = clipped(text, width)

    assert width_of(label) <= max(width, width_of("…"))
    assert label == text or label.endswith("…")


def test_wide_letters_count_twice():
    assert width_of("漢字") == width_of("abcd")
    assert clipped("漢字漢字", width_of("abcde")) == "漢字…"
