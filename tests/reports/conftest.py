"""A browser for the tests that need one, and a small class's pages on disk."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from labgrade.reports.build import build_reports
from labgrade.reports.views import LabInfo

from .factory import INFO, LAB, check, exercise, graded, record, slug, varied

CODE = b"import torch\nimport pandas as pd\npoints = pd.read_csv('points.csv')\n" + b"x = 1\n" * 60
REQUIRED = bool(os.environ.get("LABGRADE_REQUIRE_BROWSER"))
PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "chrome")


def chromium() -> str | None:
    """Path of a Chromium: LABGRADE_CHROMIUM, else the first found on the PATH."""
    named = os.environ.get("LABGRADE_CHROMIUM")
    return named or next((found for name in PROGRAMS if (found := shutil.which(name))), None)


def missing(reason: str) -> None:
    """Skip, or fail where a browser is required."""
    (pytest.fail if REQUIRED else pytest.skip)(f"browser tests need {reason}")


@pytest.fixture(scope="session")
def browser():
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("the package playwright")
    program = chromium()
    if program is None:
        missing("Chromium on the PATH, or LABGRADE_CHROMIUM")
    with sync_playwright() as playwright:
        # As root, and in many containers, Chromium cannot build its own sandbox; the pages are ours.
        running = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture(scope="session")
def class_pages(tmp_path_factory) -> Path:
    """A class of six with every kind of cell; the output folder."""
    out = tmp_path_factory.mktemp("reports")
    records = [
        varied("s01"),
        graded("s02", ("q3", "q5")),
        graded("s02", lab="lab02"),
        graded("s10", ("q1", "q2", "q3", "q4", "q5")),
        graded("s9"),
        graded("Анна <b>", ("q8",), lab="lab02"),
        record(exercise("q1", check("q1.a"), check("q1.b", "not_run")), student="s11"),
    ]
    labs = {LAB: INFO, "lab02": LabInfo("lab02", "Computation graphs", INFO.exercises)}
    build_reports(records, out, "Deep Learning Lab", labs, slug=slug, code_of=lambda _: [("lab01.py", CODE)])
    return out
