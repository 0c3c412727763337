"""The few SVG elements that a plot needs. Every text and every attribute value is escaped here."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from markupsafe import Markup, escape

CHARACTER = 7.0
"""Width of a character of a plot's text in SVG units, on the safe side for the style sheet's 12.5 px."""


def tag(name: str, *children: Markup | str, **attributes: str | float) -> Markup:
    """Return one element.

    Args:
        name: of the element; ours, never from a record.
        children: markup, or text that is escaped.
        attributes: "class_" is class and "text_anchor" is text-anchor; numbers are rounded to a tenth.
    """
    written = "".join(f' {_attribute(key)}="{_value(value)}"' for key, value in attributes.items())
    inner = "".join(escape(child) for child in children)
    return Markup(f"<{name}{written}>{inner}</{name}>")  # noqa: S704  (each part is escaped above)


def _attribute(key: str) -> str:
    return key.rstrip("_").replace("_", "-")


def _value(value: str | float) -> str:
    return str(escape(value)) if isinstance(value, str) else rounded(value)


def joined(parts: Iterable[Markup]) -> Markup:
    """Return elements one after another."""
    return Markup().join(parts)


def rounded(value: float) -> str:
    """Write a coordinate: at most one decimal, no "-0"."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def columns_of(text: str) -> int:
    """Return how many columns wide a text is: letters of East Asian scripts and emoji take two."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def width_of(text: str) -> float:
    """Return about how wide a text is drawn, in SVG units."""
    return CHARACTER * columns_of(text)


def clipped(text: str, width: float) -> str:
    """Return what fits into `width` SVG units, with an ellipsis where some is left out."""
    if width_of(text) <= width:
        return text
    room = int(width / CHARACTER) - 1
    kept = ""
    for letter in text:
        room -= columns_of(letter)
        if room < 0:
            break
        kept += letter
    return f"{kept.rstrip()}…"
