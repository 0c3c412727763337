"""Evidence of a visible check as short labelled facts."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from labgrade.reports.text import shown, written

MAX_FACTS = 20
_VALUE_LIMIT = 300
_DRAWN = "plots"
"""Key of what a page draws; `plots.read` takes it from there."""


class Fact(NamedTuple):
    """One line of evidence, fit to be shown.

    Attributes:
        label: what it is, our words or an unknown key.
        value: what came.
        expected: what was expected, or "" where the fact is no comparison.
    """

    label: str
    value: str
    expected: str = ""


def facts_of(evidence: Mapping[str, Any]) -> tuple[Fact, ...]:
    """Return a check's evidence as facts: comparisons first, then differences, then the rest by key."""
    rest = {key: value for key, value in evidence.items() if key != _DRAWN}
    facts = [fact for build in _KNOWN if (fact := build(rest)) is not None]
    others = [Fact(_label(key), _plain(value)) for key, value in rest.items()]
    return tuple((facts + others)[:MAX_FACTS])


def _label(key: str) -> str:
    words = key.replace("_", " ")
    return shown(words[:1].upper() + words[1:], 60)


def _comparison(
    label: str,
    came: str,
    wanted: str,
    write: Callable[[Any], str],
    write_wanted: Callable[[Any], str] | None = None,
) -> Callable[..., Fact | None]:
    def build(rest: dict[str, Any]) -> Fact | None:
        if came not in rest:
            return None
        expected = (write_wanted or write)(rest.pop(wanted)) if wanted in rest else ""
        return Fact(label, write(rest.pop(came)), expected)

    return build


def _mismatched(rest: dict[str, Any]) -> Fact | None:
    if "mismatched" not in rest or "total" not in rest:
        return None
    wrong, total = rest.pop("mismatched"), rest.pop("total")
    return None if total == 1 else Fact("Elements that differ", f"{_plain(wrong)} of {_plain(total)}")


def _self_report(rest: dict[str, Any]) -> Fact | None:
    if rest.get("kind") != "self-report":
        return None
    del rest["kind"]
    return Fact("Rests on", "what your program reports of itself")


def _difference(rest: dict[str, Any]) -> Fact | None:
    if "greatest_difference" not in rest:
        return None
    value = rest.pop("greatest_difference")
    text = f"{value:.4g}" if isinstance(value, float) else _plain(value)
    place = rest.pop("place", None)
    return Fact("Greatest difference", f"{text} at {_plain(place)}" if place else text)


def _tolerance(rest: dict[str, Any]) -> Fact | None:
    return Fact("Allowed", _plain(rest.pop("tolerance"))) if "tolerance" in rest else None


def _shape(value: Any) -> str:
    """Write a shape as Python does: (), (3,), (2, 3)."""
    if not isinstance(value, list):
        return _plain(value)
    return f"({_plain(value[0])},)" if len(value) == 1 else f"({', '.join(_plain(size) for size in value)})"


def _dtype(value: Any) -> str:
    return _plain(value).removeprefix("torch.")


def _plain(value: Any) -> str:
    """Write a JSON value in one line; cut where it is long."""
    if isinstance(value, str):
        return shown(value, _VALUE_LIMIT)
    return shown(json.dumps(value, ensure_ascii=False), _VALUE_LIMIT)


def _measured(value: Any) -> str:
    return written(value) if isinstance(value, float) else _plain(value)


def _at_least(value: Any) -> str:
    return f"at least {_measured(value)}"


_KNOWN: tuple[Callable[..., Fact | None], ...] = (
    _comparison("Shape", "shape", "expected_shape", _shape),
    _comparison("Dtype", "dtype", "expected_dtype", _dtype),
    _comparison("Length", "length", "expected_length", _plain),
    _comparison("Accuracy", "accuracy", "minimum", _measured, _at_least),
    _mismatched,
    _self_report,
    _difference,
    _comparison("Value there", "got", "expected", _plain),
    _tolerance,
)
