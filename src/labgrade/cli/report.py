"""`labgrade report`: every page again, from the records."""

from __future__ import annotations

import typer

from labgrade.cli.options import CourseOption, OutOption


def report(*, out: OutOption = None, course: CourseOption = None) -> None:
    """Build every page again from the records in the output folder."""
    from labgrade.errors import UserError
    from labgrade.intake.slug import safe_slug
    from labgrade.publish import Publisher
    from labgrade.record.store import RecordStore
    from labgrade.settings import load_settings

    settings = load_settings({"out": out, "course": course})
    if not settings.out.is_dir():
        raise UserError("There is no such folder.", str(settings.out), "Run `labgrade grade` first, or give --out.")
    store = RecordStore(settings.out, safe_slug)
    with store.lock():
        pages = Publisher(settings.course, store).everything()
    typer.echo(f"{len(pages)} pages. Report: {pages[0]}")
