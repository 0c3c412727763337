"""What this machine can do for grading, each thing with what to do where it is missing."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import torch

from labgrade.errors import ExecutorUnavailable
from labgrade.executors import CONFINED, start_executor
from labgrade.extensions import data_sets
from labgrade.grader.digests import versions
from labgrade.settings import Settings
from labgrade.worker.executor import IsolationReport, Layer


@dataclass(frozen=True)
class Finding:
    """One thing looked at.

    Attributes:
        topic: heading it belongs under.
        name, detail: what was looked at, and what was seen.
        ok: it is in place.
        advice: what to do where it is not, or "".
        needed: grading of the course as it is needs it.
    """

    topic: str
    name: str
    detail: str
    ok: bool
    advice: str = ""
    needed: bool = True

    def as_json(self) -> dict[str, Any]:
        """Return the finding as `doctor --json` prints it."""
        return asdict(self)


def diagnose(settings: Settings) -> list[Finding]:
    """Look at versions, course, device, isolation and data sets."""
    return [*_versions(), *_course(settings), _device(settings), *_isolation(settings), *_data(settings)]


def _versions() -> list[Finding]:
    return [Finding("Versions", name, version, ok=True) for name, version in versions().items()]


def _course(settings: Settings) -> list[Finding]:
    course = settings.course
    found = [Finding("Course", course.title, str(course.root), ok=True)]
    for lab in course.labs:
        hidden = course.has_hidden(lab)
        detail = "visible and hidden checks" if hidden else "visible checks only"
        say = (
            "" if hidden else "Enough for `labgrade check`; grading needs the instructor's course (--course)."
        )
        found.append(Finding("Course", lab.id, detail, ok=hidden, advice=say))
    return found


def _device(settings: Settings) -> Finding:
    if torch.cuda.is_available():
        return Finding("Device", "cuda", torch.cuda.get_device_name(0), ok=True)
    needed = settings.device == "cuda"
    advice = "For a GPU, install a driver that torch can use."
    return Finding("Device", "cuda", "no GPU; the CPU is used", ok=False, advice=advice, needed=needed)


def _isolation(settings: Settings) -> list[Finding]:
    executor = start_executor(settings, settings.course.labs)
    try:
        report = executor.isolation()
    except ExecutorUnavailable as error:
        return [Finding("Isolation", executor.name, error.what, ok=False, advice=error.next_step)]
    finally:
        executor.close()
    # A layer that is absent matters only where what it confines has no other: that is told below it.
    return [*map(_layer, report.layers), *(_confines(name, report) for name in CONFINED)]


def _layer(layer: Layer) -> Finding:
    advice = "" if layer.in_force else _ADVICE.get(layer.name, _OTHER_ADVICE)
    return Finding("Isolation", layer.name, layer.detail, layer.in_force, advice, needed=False)


_OTHER_ADVICE = "The other layers stand in where they can; see what is confined below."
_ADVICE = {
    "user namespace": "Allow unprivileged user namespaces, or run as root. On Ubuntu: "
    "sysctl kernel.apparmor_restrict_unprivileged_userns=0; in Docker: a seccomp profile with unshare.",
    "landlock": "Use Linux 5.13 or newer with Landlock enabled.",
    "separate process": "",
}


def _confines(name: str, report: IsolationReport) -> Finding:
    ok = name in report.confines
    advice = "" if ok else f'`grade` refuses; to grade all the same: --allow-missing-layer "{name}"'
    return Finding("Student code is confined in", name, "yes" if ok else "no", ok, advice)


def _data(settings: Settings) -> list[Finding]:
    looked = [(offer.name, offer.look(settings.data_root)) for offer in data_sets()]
    return [
        Finding("Data sets", name, seen.detail, seen.found, seen.advice, needed=name == settings.dataset)
        for name, seen in looked
    ]
