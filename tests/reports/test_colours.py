"""The style sheet's colours of plots stand out, in light, in dark and on paper."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest

import labgrade.reports

STYLE = (Path(labgrade.reports.__file__).parent / "templates" / "style.css").read_text("utf-8")
SCHEMES = {"light": ":root", "dark": "@media (prefers-color-scheme: dark)", "print": "@media print"}
SERIES = [f"s{place}" for place in range(1, 9)]


def colours(scheme: str) -> dict[str, str]:
    block = STYLE[STYLE.index(SCHEMES[scheme]) :]
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", block[: block.index("}")]))


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.fixture(params=SCHEMES)
def palette(request):
    return colours(request.param)


def test_contrast_is_reckoned_as_the_guidelines_do():
    assert contrast("#000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#fff") == pytest.approx(4.54, abs=0.01)


def test_counts_stand_out_from_their_cells(palette):
    for cell in ("c0", "c1", "c2", "c3"):
        assert contrast(palette["c-ink"], palette[cell]) >= 4.5
    for cell in ("c4", "c5"):
        assert contrast(palette["c-deep-ink"], palette[cell]) >= 4.5


def test_shades_go_one_way(palette):
    shades = [luminance(palette[f"c{place}"]) for place in range(6)]

    assert shades in (sorted(shades), sorted(shades, reverse=True))
    assert all(abs(one - other) > 0.002 for one, other in itertools.pairwise(shades))


def test_lines_bars_and_words_stand_out_from_the_card(palette):
    for name in (*SERIES, "bar", "bad-ink"):
        assert contrast(palette[name], palette["card"]) >= 3
    for name in ("ink", "soft"):
        assert contrast(palette[name], palette["card"]) >= 4.5


def test_series_have_a_colour_each(palette):
    assert len({palette[name] for name in SERIES}) == len(SERIES)
