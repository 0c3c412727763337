"""Views to HTML: one environment, templates compiled once, a strict content policy on each page."""

from __future__ import annotations

import base64
import functools
import hashlib
from pathlib import Path
from typing import NamedTuple

import jinja2
from markupsafe import Markup

from labgrade.reports.plots.draw import drawn
from labgrade.reports.tables import ClassView, LabView
from labgrade.reports.text import counted, number
from labgrade.reports.views import StudentView

_TEMPLATES = Path(__file__).parent / "templates"


class _Inline(NamedTuple):
    """A style sheet or script of ours, and the hash by which the policy lets it through."""

    text: Markup
    hash: str


def _inline(name: str) -> _Inline:
    text = (_TEMPLATES / name).read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
    return _Inline(Markup(text), f"'sha256-{digest}'")  # noqa: S704  (our own file)


@functools.cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals.update(style=_inline("style.css"), script=_inline("sort.js"))
    environment.filters.update(number=number, counted=counted, drawn=drawn)
    return environment


@functools.cache
def _template(name: str) -> jinja2.Template:
    return _environment().get_template(name)


def prepare() -> None:
    """Compile every template, so that forks of this process need not."""
    for name in ("base.html", "tables.html", "figures.html", "student.html", "lab.html", "class.html"):
        _template(name)


def student_page(view: StudentView) -> str:
    """Return a student's page."""
    return _template("student.html").render(view=view)


def lab_page(view: LabView) -> str:
    """Return a lab's page."""
    return _template("lab.html").render(view=view)


def class_page(view: ClassView) -> str:
    """Return the page of the class."""
    return _template("class.html").render(view=view)
