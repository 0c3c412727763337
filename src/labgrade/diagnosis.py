"""What this machine can do for grading, each thing with what to do where it is missing."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from labgrade.batch.run import CONFINED
from labgrade.data.availability import data_sets
from labgrade.errors import ExecutorUnavailable
from labgrade.grader.digests import versions
from labgrade.settings import Settings
from labgrade.worker.executor import IsolationReport
from labgrade.worker.factory import make_executor


@dataclass(frozen=True)
class Finding:
    """One thing looked at.

    Attributes:
        topic: heading it belongs under.
        name, detail: what was looked at, and what was seen.
        ok: it is in place.
        advice: what to do where it is not, or "".
    """

    topic: str
    name: str
    detail: str
    ok: bool
    advice: str = ""

    def as_json(self) -> dict[str, Any]:
        """Return the finding as `doctor --json` prints it."""
        return asdict(self)


def diagnose(settings: Settings) -> list[Finding]:
    """Look at versions, course, device, isolation and data sets."""
    return [*_versions(), *_course(settings), *_device(), *_isolation(settings), *_data(settings)]


def _versions() -> list[Finding]:
    return [Finding("Versions", name, version, ok=True) for name, version in versions().items()]


def _course(settings: Settings) -> list[Finding]:
    course = settings.course
    found = [Finding("Course", course.title, str(course.root), ok=True)]
    for lab in course.labs:
        hidden = course.has_hidden(lab)
        detail = "visible and hidden checks" if hidden else "visible checks only"
        advice = "" if hidden else "Enough for `labgrade check`; grading needs the instructor's course (--course)."
        found.append(Finding("Course", lab.id, detail, ok=hidden, advice=advice))
    return found


def _device() -> list[Finding]:
    import torch

    if torch.cuda.is_available():
        return [Finding("Device", "cuda", torch.cuda.get_device_name(0), ok=True)]
    advice = "Nothing needs one: marks are the same on the CPU. For a GPU, install a driver that torch can use."
    return [Finding("Device", "cuda", "no GPU that torch can use; the CPU is used", ok=False, advice=advice)]


def _isolation(settings: Settings) -> list[Finding]:
    executor = make_executor(settings.executor, ("torch",), hide=(settings.course.root,))
    try:
        report = executor.isolation()
    except ExecutorUnavailable as error:
        return [Finding("Isolation", executor.name, error.what, ok=False, advice=error.next_step)]
    finally:
        executor.close()
    layers = [Finding("Isolation", y.name, y.detail, y.in_force, _layer_advice(y.name, ok=y.in_force)) for y in report.layers]
    return layers + [_confines(name, report) for name in CONFINED]


def _layer_advice(name: str, *, ok: bool) -> str:
    return "" if ok else _ADVICE.get(name, "The other layers stand in where they can; see what is confined below.")


_ADVICE = {
    "user namespace": "Allow unprivileged user namespaces (sysctl kernel.apparmor_restrict_unprivileged_userns=0 on "
    "Ubuntu; for Docker, a seccomp profile that allows unshare), or run as root.",
    "landlock": "Use Linux 5.13 or newer with Landlock enabled.",
    "separate process": "",
}


def _confines(name: str, report: IsolationReport) -> Finding:
    ok = name in report.confines
    advice = "" if ok else f'`grade` refuses; to grade all the same: --allow-missing-layer "{name}"'
    return Finding("Student code is confined in", name, "yes" if ok else "no", ok, advice)


def _data(settings: Settings) -> list[Finding]:
    return [
        Finding("Data sets", found.name, found.detail, found.available, found.advice)
        for found in data_sets(settings.data_root)
    ]
