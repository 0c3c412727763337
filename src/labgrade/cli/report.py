"""`labgrade report`: every page again, from the records."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from labgrade.cli.errors import warn
from labgrade.cli.options import CourseOption, OutOption
from labgrade.errors import UserError

if TYPE_CHECKING:
    from labgrade.record.store import RecordChanged


def report(*, out: OutOption = None, course: CourseOption = None) -> None:
    """Build every page again from the records in the output folder."""
    from labgrade.intake.slug import safe_slug
    from labgrade.publish import Publisher, writing_to
    from labgrade.record.store import RecordStore
    from labgrade.settings import load_settings

    settings = load_settings({"out": out, "course": course})
    if not settings.out.is_dir():
        place = str(settings.out)
        raise UserError("There is no such folder.", place, "Run `labgrade grade` first, or give --out.")
    damaged: list[RecordChanged] = []
    store = RecordStore(settings.out, safe_slug, damaged.append)
    with store.lock(), writing_to(settings.out):
        pages = Publisher(settings.course, store).everything()
    typer.echo(f"{len(pages)} pages. Report: {pages[0]}")
    for problem in damaged:
        warn(f"{problem}; it was passed over.")
