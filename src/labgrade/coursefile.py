"""The two TOML files of a course, read strictly: every mistake names its file and key.

`course.toml` lies at the course's root, `assignments/LAB/lab.toml` beside each lab's stub. Marks are
written as strings or whole numbers, never as floats, because `0.1` has no exact binary value.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from labgrade.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pydantic_core import ErrorDetails

COURSE_FILE = "course.toml"
LAB_FILE = "lab.toml"
MARK_DECIMALS = 4

SLUG = r"^[a-z][a-z0-9_]*$"


def exact_mark(value: object) -> Decimal:
    """Turn a mark as TOML gives it into an exact decimal.

    Args:
        value: a string such as `"0.5"`, or a whole number.

    Raises:
        ValueError: for anything else, a negative mark, or more than four decimals.
    """
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        message = f'write the mark as a string, such as "{value}"'
        raise ValueError(message)  # noqa: TRY004 - pydantic turns only a ValueError into an error with a key
    try:
        mark = Decimal(value)
    except InvalidOperation as error:
        message = f"{value!r} is not a number"
        raise ValueError(message) from error
    return _checked_mark(mark, value)


def _checked_mark(mark: Decimal, written: object) -> Decimal:
    if not mark.is_finite() or mark < 0:
        message = f"{written!r} is not a mark of 0 or more"
        raise ValueError(message)
    if mark != round(mark, MARK_DECIMALS):
        message = f"{written!r} has more than {MARK_DECIMALS} decimals"
        raise ValueError(message)
    return mark


FileMark = Annotated[Decimal, BeforeValidator(exact_mark)]
Slug = Annotated[str, Field(pattern=SLUG)]
Text = Annotated[str, Field(min_length=1)]
Seconds = Annotated[float, Field(gt=0, strict=False, allow_inf_nan=False)]


class FileModel(BaseModel):
    """Base of what a course's files may hold: frozen, no unknown keys, no silent conversions."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class ChecksTable(FileModel):
    """How many checks of one visibility an exercise has, and their marks together."""

    checks: Annotated[int, Field(ge=0)]
    marks: FileMark


class ExerciseTable(FileModel):
    """One `[[exercises]]` entry of `lab.toml`."""

    id: Slug
    title: Text
    names: Annotated[list[Annotated[str, Field(pattern=r"^[A-Za-z_]\w*$")]], Field(min_length=1)]
    visible: ChecksTable
    hidden: ChecksTable
    seconds: Seconds | None = None
    alone: bool = False


class LimitsTable(FileModel):
    """The `[limits]` table of `lab.toml`, in CPU seconds."""

    load_seconds: Seconds = 20.0
    exercise_seconds: Seconds = 10.0


Count = Annotated[int, Field(ge=1)]
Accuracy = Annotated[float, Field(gt=0, lt=1)]


class TrainingTable(FileModel):
    """The `[training]` table of `lab.toml`: the budget of a training, and the accuracy to reach in it."""

    images: Count
    batch_size: Count
    epochs: Count | dict[Slug, Count]
    seconds: Seconds
    minimum: dict[Slug, Accuracy]
    minimum_transformed: dict[Slug, Accuracy]


class LabTable(FileModel):
    """The whole of `lab.toml`."""

    id: Slug
    title: Text
    marks: FileMark
    preload: list[Text] = Field(default_factory=list)
    limits: LimitsTable = Field(default_factory=LimitsTable)
    training: TrainingTable | None = None
    exercises: Annotated[list[ExerciseTable], Field(min_length=1)]


class Evaluation(FileModel):
    """How one evaluation of a component is marked: out of how much, and on which aspects."""

    out_of: FileMark
    aspects: list[Text]


class PlanComponent(FileModel):
    """A node of the evaluation plan; its components' marks add up to its own."""

    id: Slug
    title: Text
    marks: FileMark
    evaluation: Evaluation | None = None
    components: list[PlanComponent] = Field(default_factory=list)


class DemoTable(FileModel):
    """What `make demo` grades: paths below the course's root."""

    paths: Annotated[list[Text], Field(min_length=1)]


class SettingsTable(FileModel):
    """Defaults of the course for the settings that an option or a variable may override."""

    data_root: list[Text] | None = None
    device: str | None = None
    jobs: int | None = None
    out: Text | None = None
    executor: str | None = None
    allow_missing_layers: list[Text] | None = None


class CourseTable(FileModel):
    """The whole of `course.toml`."""

    title: Text
    code: Text
    dataset: Text = "digits"
    labs: Annotated[list[Slug], Field(min_length=1)]
    demo: DemoTable | None = None
    settings: SettingsTable = Field(default_factory=SettingsTable)
    plan: PlanComponent | None = None


Table = TypeVar("Table", bound=FileModel)


def read_course(path: Path) -> CourseTable:
    """Read and check a `course.toml`.

    Raises:
        UserError: naming the file and the key that is wrong.
    """
    table = _read(path, CourseTable)
    _refuse_repeats(table.labs, path, "labs", "lab")
    if table.plan is not None:
        _check_plan(table.plan, path, "plan")
        _refuse_repeats(_component_ids(table.plan), path, "plan", "component")
    return table


def read_lab(path: Path, lab_id: str) -> LabTable:
    """Read and check the `lab.toml` of the lab that `course.toml` calls `lab_id`.

    Raises:
        UserError: naming the file and the key that is wrong.
    """
    table = _read(path, LabTable)
    if table.id != lab_id:
        raise _wrong(path, "id", f'says "{table.id}", but the lab\'s folder is called "{lab_id}"')
    _refuse_repeats((exercise.id for exercise in table.exercises), path, "exercises", "exercise")
    if table.training is not None:
        _check_training(table.training, path)
    for position, exercise in enumerate(table.exercises):
        _check_exercise(exercise, path, f"exercises[{position}]")
    _check_total(table, path)
    return table


def _read(path: Path, model: type[Table]) -> Table:
    try:
        return model.model_validate(_toml(path))
    except ValidationError as error:
        raise _explain(path, error.errors()[0]) from error


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise UserError(f"this is not valid TOML: {error}", str(path), "Correct that line.") from error
    except UnicodeDecodeError as error:
        raise UserError("this is not UTF-8 text", str(path), "Save the file as UTF-8.") from error
    except OSError as error:
        raise UserError(f"cannot be read ({error.strerror})", str(path), "Is the file there?") from error


def _explain(path: Path, error: ErrorDetails) -> UserError:
    key = _key(error["loc"])
    if error["type"] == "extra_forbidden":
        return UserError(f'unknown key "{key}"', str(path), "Correct its spelling, or remove it.")
    if error["type"] == "missing":
        return UserError(f'the key "{key}" is missing', str(path), "Add it.")
    said = error["msg"].removeprefix("Value error, ")
    return UserError(f'key "{key}": {said[:1].lower()}{said[1:]}', str(path), f"It says {error['input']!r}.")


def _key(location: tuple[int | str, ...]) -> str:
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return text.removeprefix(".")


def _wrong(path: Path, key: str, what: str) -> UserError:
    return UserError(f'key "{key}": {what}', str(path), "Make the two agree.")


def _refuse_repeats(ids: Iterable[str], path: Path, key: str, kind: str) -> None:
    for name, times in Counter(ids).items():
        if times > 1:
            what = f'key "{key}": the {kind} "{name}" is there {times} times'
            raise UserError(what, str(path), "Give each an id of its own.")


def _check_exercise(exercise: ExerciseTable, path: Path, key: str) -> None:
    _refuse_repeats(exercise.names, path, f"{key}.names", "name")
    for kind, plan in (("visible", exercise.visible), ("hidden", exercise.hidden)):
        if (plan.checks == 0) != (plan.marks == 0):
            what = f"{plan.checks} checks with {plan.marks} marks together; every check carries a mark"
            raise _wrong(path, f"{key}.{kind}", what)


def _check_training(training: TrainingTable, path: Path) -> None:
    """Every data set that may be used needs both minima, and its epochs where these differ."""
    named = {"training.minimum_transformed": set(training.minimum_transformed)}
    if isinstance(training.epochs, dict):
        named["training.epochs"] = set(training.epochs)
    for key, names in named.items():
        if names != set(training.minimum):
            raise _wrong(
                path,
                key,
                f"names other data sets than training.minimum, which has {', '.join(training.minimum)}",
            )


def _check_total(table: LabTable, path: Path) -> None:
    total = sum((e.visible.marks + e.hidden.marks for e in table.exercises), Decimal(0))
    if total != table.marks:
        raise _wrong(path, "marks", f"says {table.marks}, but the exercises add up to {total}")


def _check_plan(component: PlanComponent, path: Path, key: str) -> None:
    total = sum((part.marks for part in component.components), Decimal(0))
    if component.components and total != component.marks:
        raise _wrong(path, f"{key}.marks", f"says {component.marks}, but its components add up to {total}")
    for position, part in enumerate(component.components):
        _check_plan(part, path, f"{key}.components[{position}]")


def _component_ids(component: PlanComponent) -> list[str]:
    below = [name for part in component.components for name in _component_ids(part)]
    return [component.id, *below]
