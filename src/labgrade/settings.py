"""The settings of a run, as one frozen object: option, then environment, then `course.toml`.

`resolve` is pure; `SETTINGS` lists every setting with the places it may come from, for the reference
and for the test that holds command line and documentation complete.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from labgrade.course import COURSE_VARIABLE, find_course
from labgrade.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from labgrade.course import Course

DEVICES = ("cpu", "cuda", "auto")
DEFAULT_OUT = "reports"
MAX_SEED = 2**63 - 1


@dataclass(frozen=True)
class Setting:
    """Where one setting may come from.

    Attributes:
        name: the field of `Settings`.
        option: as on the command line.
        variable: as in the environment.
        key: in `course.toml`, or "" where the course must not fix it.
        meaning: one line for the reference.
    """

    name: str
    option: str
    variable: str
    key: str
    meaning: str


SETTINGS = (
    Setting("course", "--course", COURSE_VARIABLE, "", "the folder that holds course.toml"),
    Setting("dataset", "--data", "LABGRADE_DATASET", "dataset", "data set of the image exercises"),
    Setting(
        "data_root",
        "--data-root",
        "LABGRADE_DATA",
        "settings.data_root",
        "folders searched for data, in order",
    ),
    Setting("download", "--download", "LABGRADE_DOWNLOAD", "", "fetch the data set where no folder has it"),
    Setting("device", "--device", "LABGRADE_DEVICE", "settings.device", "cpu, cuda or auto"),
    Setting("jobs", "--jobs", "LABGRADE_JOBS", "settings.jobs", "submissions graded at one time"),
    Setting("out", "--out", "LABGRADE_OUT", "settings.out", "folder of records and reports"),
    Setting("seed", "--seed", "LABGRADE_SEED", "", "the run's secret; drawn where none is given"),
    Setting("executor", "--executor", "LABGRADE_EXECUTOR", "settings.executor", "auto, fork or spawn"),
    Setting(
        "allow_missing_layers",
        "--allow-missing-layer",
        "LABGRADE_ALLOW_MISSING_LAYERS",
        "settings.allow_missing_layers",
        "isolation layers that may be absent, by name",
    ),
)


@dataclass(frozen=True)
class Settings:
    """What a run goes by.

    Attributes:
        course: the course, read.
        dataset: name of the data set of the image exercises.
        data_root: folders searched for data sets, in order.
        download: a data set that is in none of them may be downloaded into the first.
        device: "cpu", "cuda" or "auto".
        jobs: submissions graded at one time, or None for as many as there are cores.
        out: folder of records and reports.
        seed: the run's secret, or None where one is to be drawn.
        executor: "auto", "fork", "spawn", or the name of a plugin's.
        allow_missing_layers: names of isolation layers that may be absent.
        origins: setting's name to the place that it was set, only where one was.
    """

    course: Course
    dataset: str
    data_root: tuple[Path, ...]
    download: bool
    device: str
    jobs: int | None
    out: Path
    seed: int | None
    executor: str
    allow_missing_layers: tuple[str, ...]
    origins: Mapping[str, str]


def load_settings(options: Mapping[str, object], environ: Mapping[str, str] = os.environ) -> Settings:
    """Find the course and resolve the settings of a run.

    Args:
        options: setting's name to what its option says; None counts as not given.
        environ: the environment's variables.

    Raises:
        UserError: where no course is found, or a value is wrong; names where it came from.
    """
    explicit = options.get("course")
    course = find_course(Path(str(explicit)) if explicit is not None else None, environ=environ)
    return resolve(course, options, environ)


def resolve(course: Course, options: Mapping[str, object], environ: Mapping[str, str]) -> Settings:
    """Return the settings of a run in `course`: option, then environment, then `course.toml`.

    An empty variable counts as not set. Paths in `course.toml` are relative to the course's root, all
    others to the working directory.

    Raises:
        UserError: naming the option, variable or key whose value is wrong.
    """
    given = {s.name: found for s in SETTINGS if (found := _given(s, course, options, environ))}
    return Settings(
        course=course,
        dataset=_value(given.get("dataset"), _name, course.dataset),
        data_root=_value(given.get("data_root"), _folders, ()),
        download=_value(given.get("download"), _yes_or_no, default=False),
        device=_value(given.get("device"), _one_of(DEVICES), "cpu"),
        jobs=_value(given.get("jobs"), _jobs, None),
        out=_value(given.get("out"), _path, Path(DEFAULT_OUT)),
        seed=_value(given.get("seed"), _seed, None),
        executor=_value(given.get("executor"), _executor, "auto"),
        allow_missing_layers=_value(given.get("allow_missing_layers"), _layers, ()),
        origins={name: found.origin for name, found in given.items()},
    )


@dataclass(frozen=True)
class _Given:
    """A value as someone wrote it, where they wrote it, and what its relative paths start from."""

    value: object
    origin: str
    base: Path


def _given(
    setting: Setting, course: Course, options: Mapping[str, object], environ: Mapping[str, str]
) -> _Given | None:
    if (option := options.get(setting.name)) not in (None, [], ()):
        return _Given(option, setting.option, Path())
    if variable := environ.get(setting.variable):
        return _Given(variable, setting.variable, Path())
    written = {"dataset": course.dataset, **course.settings}.get(setting.name)
    if setting.key and written is not None:
        return _Given(written, f"{course.file}, key {setting.key}", course.root)
    return None


Value = TypeVar("Value")


def _value(given: _Given | None, parse: Callable[[_Given], Value], default: Value) -> Value:
    if given is None:
        return default
    try:
        return parse(given)
    except ValueError as error:
        raise UserError(str(error), given.origin, "Correct the value, or leave it out.") from error


def _name(given: _Given) -> str:
    return _extension(given, "a data set")


def _executor(given: _Given) -> str:
    return _extension(given, "an executor")


def _extension(given: _Given, kind: str) -> str:
    # Which names there are is for the plugins to say (`labgrade.extensions`).
    text = str(given.value)
    if not re.fullmatch(r"[a-z][a-z0-9_-]*", text):
        message = f"{text!r} is not the name of {kind} (small letters, digits, hyphens and underscores)"
        raise ValueError(message)
    return text


def _one_of(allowed: tuple[str, ...]) -> Callable[[_Given], str]:
    def parse(given: _Given) -> str:
        text = str(given.value)
        if text not in allowed:
            message = f"{text!r} is none of {', '.join(allowed)}"
            raise ValueError(message)
        return text

    return parse


def _yes_or_no(given: _Given) -> bool:
    text = str(given.value).lower()
    if text not in {"true", "1", "yes", "false", "0", "no"}:
        message = f"{text!r} is neither yes nor no"
        raise ValueError(message)
    return text in {"true", "1", "yes"}


def _whole(given: _Given, lowest: int, highest: int) -> int:
    text = str(given.value)
    if not re.fullmatch(r"[0-9]{1,20}", text) or not lowest <= int(text) <= highest:
        message = f"{text!r} is not a whole number from {lowest} to {highest}"
        raise ValueError(message)
    return int(text)


def _jobs(given: _Given) -> int:
    return _whole(given, 1, 1024)


def _seed(given: _Given) -> int:
    return _whole(given, 0, MAX_SEED)


def _path(given: _Given) -> Path:
    return given.base / Path(str(given.value)).expanduser()


def _parts(given: _Given, separator: str) -> list[str]:
    parts = given.value.split(separator) if isinstance(given.value, str) else given.value
    if not isinstance(parts, (list, tuple)):
        parts = [parts]
    return [text for part in parts if (text := str(part).strip())]


def _folders(given: _Given) -> tuple[Path, ...]:
    return tuple(given.base / Path(part).expanduser() for part in _parts(given, os.pathsep))


def _layers(given: _Given) -> tuple[str, ...]:
    return tuple(sorted(set(_parts(given, ","))))
