# ruff: noqa: INP001, T201 - a script beside the pages
"""Takes the pictures of docs/images again, from the sample class of lab 2 and one training of lab 4.

    .venv/bin/python docs/make_images.py

Needs Chromium on the PATH, or named by LABGRADE_CHROMIUM.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
LAB = "lab02_computation_graphs"
TRAINING = "lab04_feedforward"
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "chrome")
MAX_BYTES = 200_000
MARGIN = 8
EDGES = "e.getBoundingClientRect()"


class Picture(NamedTuple):
    """One picture.

    Attributes:
        name: its file.
        page: below the output folder.
        width: of the window, in CSS pixels.
        parts: selectors; the picture reaches from the first one's top to the last one's bottom.
        without: selector of what lies between and is left out, or "".
    """

    name: str
    page: str
    width: int
    parts: Sequence[str]
    without: str = ""


PICTURES = (
    Picture(
        "student.png",
        f"{LAB}/s14/index.html",
        760,
        ("header", "#exercise-q2 .check:nth-child(2)"),
        without="main > section:not([aria-labelledby=score], #exercise-q2)",
    ),
    Picture(
        "training.png",
        f"{TRAINING}/s01/index.html",
        760,
        ("header", "#exercise-q4 figure:has(.count)"),
        without="main > section:not(#exercise-q4), .check:not(:nth-child(2)), details",
    ),
    Picture("marks.png", f"{LAB}/index.html", 1100, ("section[aria-labelledby=marks]",)),
)


def main() -> None:
    """Grade the samples, take every picture, and say how large each is."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - of the tools, not of the product

    program = os.environ.get("LABGRADE_CHROMIUM") or next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        sys.exit("No Chromium on the PATH; name one by LABGRADE_CHROMIUM.")
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        grade(Path(folder))
        # As root Chromium cannot build its own sandbox; the pages are ours.
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for picture in PICTURES:
            size = take(browser, Path(folder), picture)
            print(f"{picture.name}: {size:,} bytes{' (TOO LARGE)' if size > MAX_BYTES else ''}")
        browser.close()


def grade(out: Path) -> None:
    """Grade the sample class, and one submission that trains, into `out`."""
    samples = [str(ROOT / "submissions" / name) for name in (LAB, f"{TRAINING}/s01.py")]
    command = [sys.executable, "-m", "labgrade", "grade", *samples, "--out", str(out)]
    command += ["--course", str(ROOT), "--seed", "1"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own command


def take(browser: Browser, out: Path, picture: Picture) -> int:
    """Take one picture and return its size in bytes."""
    # The pages' policy allows no style but their own.
    page = browser.new_page(
        viewport={"width": picture.width, "height": 800}, color_scheme="light", bypass_csp=True
    )
    page.goto((out / picture.page).as_uri())
    if picture.without:
        page.add_style_tag(content=f"{picture.without} {{ display: none }}")
    top, bottom = top_of(page, picture.parts[0]), bottom_of(page, picture.parts[-1])
    path = IMAGES / picture.name
    page.screenshot(
        path=path, full_page=True, clip={"x": 0, "y": top, "width": picture.width, "height": bottom - top}
    )
    page.close()
    return path.stat().st_size


def top_of(page: Page, selector: str) -> float:
    """Return where an element begins, with some room above it."""
    return max(float(page.locator(selector).first.evaluate(f"e => {EDGES}.top")) - MARGIN, 0.0)


def bottom_of(page: Page, selector: str) -> float:
    """Return where an element ends, with some room below it."""
    return float(page.locator(selector).first.evaluate(f"e => {EDGES}.bottom")) + MARGIN


if __name__ == "__main__":
    main()
