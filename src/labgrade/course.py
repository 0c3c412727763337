"""The course: its labs and their exercises, and where its files lie.

Nothing else in the package knows a path. A course is the folder that holds `course.toml`:

    assignments/LAB/       lab.toml, task.md, LAB.py, LAB.ipynb
    graders/LAB/           test_visible.py, test_hidden.py, and what both share
    reference_solutions/   LAB.py
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labgrade.coursefile import COURSE_FILE, LAB_FILE, PlanComponent, read_course, read_lab
from labgrade.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from labgrade.coursefile import ChecksTable, CourseTable, ExerciseTable, LabTable

PUBLIC_COURSE = "public_course"
COURSE_VARIABLE = "LABGRADE_COURSE"


@dataclass(frozen=True)
class CheckPlan:
    """How many checks of one visibility an exercise has, and their marks together."""

    checks: int
    marks: Decimal


@dataclass(frozen=True)
class ExercisePlan:
    """One exercise as `lab.toml` plans it.

    Attributes:
        id: `q1`, …, or `a1` for an additional question.
        title: as students read it.
        names: functions and classes that a submission must define for it.
        visible: the checks that students have.
        hidden: the checks that only the instructor has; stated even where their module is absent.
        seconds: CPU seconds that all calls of the exercise may use together; a training has its own.
        alone: it runs once, in a process of its own: for an exercise that trains.
    """

    id: str
    title: str
    names: tuple[str, ...]
    visible: CheckPlan
    hidden: CheckPlan
    seconds: float
    alone: bool = False

    @property
    def marks(self) -> Decimal:
        """Marks of all its checks, visible and hidden."""
        return self.visible.marks + self.hidden.marks


@dataclass(frozen=True)
class LabLimits:
    """CPU seconds that a submission may use: for module-level code, and for one exercise."""

    load_seconds: float
    exercise_seconds: float


@dataclass(frozen=True)
class TrainingPlan:
    """What one training of a lab is given, and what it has to reach.

    Attributes:
        images: number of training images.
        batch_size: of the loader.
        epochs: passes over the images; a number, or data set to number.
        seconds: CPU seconds; past them the weights reached are graded.
        minimum: data set to the least accuracy, a fraction, on images held back.
        minimum_transformed: the same where the network could not be captured.
    """

    images: int
    batch_size: int
    epochs: int | Mapping[str, int]
    seconds: float
    minimum: Mapping[str, float]
    minimum_transformed: Mapping[str, float]

    def epochs_on(self, dataset: str) -> int:
        """Return the passes over the images of a data set for which a minimum is stated."""
        return self.epochs if isinstance(self.epochs, int) else self.epochs[dataset]


@dataclass(frozen=True)
class Lab:
    """One lab of a course, and where its files lie.

    Attributes:
        course_root: the folder that holds `course.toml`.
        id: also the name of its folders and of its stub.
        title: as students read it.
        marks: total of all checks, visible and hidden.
        preload: modules that a worker imports before any submission.
        limits: what a submission may use.
        exercises: in the order of the task.
        training: for a lab whose exercises train on the run's data set, else None.
    """

    course_root: Path
    id: str
    title: str
    marks: Decimal
    preload: tuple[str, ...]
    limits: LabLimits
    exercises: tuple[ExercisePlan, ...]
    training: TrainingPlan | None = None

    @property
    def names(self) -> frozenset[str]:
        """Every name that a submission is to define."""
        return frozenset(name for plan in self.exercises for name in plan.names)

    @property
    def folder(self) -> Path:
        """What students get: `assignments/LAB`."""
        return self.course_root / "assignments" / self.id

    @property
    def stub_module(self) -> Path:
        """The stub as a Python module."""
        return self.folder / f"{self.id}.py"

    @property
    def stub_notebook(self) -> Path:
        """The stub as a notebook, with the same cells as the module."""
        return self.folder / f"{self.id}.ipynb"

    @property
    def task(self) -> Path:
        """The task statement."""
        return self.folder / "task.md"

    @property
    def graders(self) -> Path:
        """The folder of the lab's grader modules."""
        return self.course_root / "graders" / self.id

    @property
    def visible_module(self) -> Path:
        """The checks that students have."""
        return self.graders / "test_visible.py"

    @property
    def hidden_module(self) -> Path | None:
        """The checks that only the instructor has; None where this copy of the course lacks them."""
        path = self.graders / "test_hidden.py"
        return path if path.is_file() else None

    @property
    def solution(self) -> Path:
        """The one source of stub and solution; absent from a student's copy."""
        return self.course_root / "reference_solutions" / f"{self.id}.py"

    def exercise(self, exercise_id: str) -> ExercisePlan:
        """Return the exercise with that id.

        Raises:
            UserError: where the lab has none; names those it has.
        """
        for exercise in self.exercises:
            if exercise.id == exercise_id:
                return exercise
        raise _unknown("exercise", exercise_id, [e.id for e in self.exercises], self.id)


@dataclass(frozen=True)
class Course:
    """A course as its files describe it.

    Attributes:
        root: the folder that holds `course.toml`, absolute.
        title: as students read it.
        code: the course's number at its institution.
        dataset: data set that image exercises use unless something else is asked for.
        labs: in the order of the course.
        demo: what `make demo` grades, absolute paths.
        plan: the evaluation plan, or None where the course states none.
        settings: the `[settings]` table, only what is set there.
    """

    root: Path
    title: str
    code: str
    dataset: str
    labs: tuple[Lab, ...]
    demo: tuple[Path, ...]
    plan: PlanComponent | None
    settings: Mapping[str, Any]

    @property
    def file(self) -> Path:
        """The course's `course.toml`."""
        return self.root / COURSE_FILE

    def lab(self, lab_id: str) -> Lab:
        """Return the lab with that id.

        Raises:
            UserError: where the course has none; names the nearest and all others.
        """
        for lab in self.labs:
            if lab.id == lab_id:
                return lab
        raise _unknown("lab", lab_id, [lab.id for lab in self.labs], str(self.file))

    def select(self, lab_ids: Sequence[str]) -> tuple[Lab, ...]:
        """Return the labs with these ids, or all labs where none is named.

        Raises:
            UserError: where an id is unknown.
        """
        return tuple(self.lab(lab_id) for lab_id in lab_ids) if lab_ids else self.labs

    def has_hidden(self, lab: Lab) -> bool:
        """Return whether this copy of the course can run the lab's hidden checks."""
        return lab.hidden_module is not None


def find_course(
    explicit: Path | None = None,
    start: Path | None = None,
    environ: Mapping[str, str] = os.environ,
) -> Course:
    """Find and read the course.

    The first of these that is there decides: `explicit`, the variable `LABGRADE_COURSE`, the nearest
    folder upwards from `start` that holds `course.toml`, the public part that the installed package
    carries.

    Args:
        explicit: what `--course` says: a course's root, or its `course.toml`.
        start: where to begin looking; the working directory by default.
        environ: the environment's variables.

    Raises:
        UserError: where no course is found, or its files hold a mistake.
    """
    if explicit is not None:
        return load_course(_named_root(explicit, "--course"))
    if variable := environ.get(COURSE_VARIABLE):
        return load_course(_named_root(Path(variable), COURSE_VARIABLE))
    root = nearest_root(start or Path.cwd()) or public_root()
    if root is None:
        raise UserError(
            f"no course found: neither this folder nor any above it holds {COURSE_FILE}",
            str(start or Path.cwd()),
            f"Name the course's folder with --course FOLDER or {COURSE_VARIABLE}.",
        )
    return load_course(root)


def nearest_root(start: Path) -> Path | None:
    """Return the nearest folder that holds `course.toml`, from `start` upwards, or None."""
    here = start.resolve()
    return next((folder for folder in (here, *here.parents) if (folder / COURSE_FILE).is_file()), None)


def public_root() -> Path | None:
    """Return the course's public part that an installed wheel carries; None in a source checkout."""
    root = Path(str(files("labgrade"))) / PUBLIC_COURSE
    return root if (root / COURSE_FILE).is_file() else None


def load_course(root: Path) -> Course:
    """Read the course whose `course.toml` lies in `root`.

    Raises:
        UserError: naming the file and the key of the first mistake.
    """
    root = root.resolve()
    table = read_course(root / COURSE_FILE)
    labs = tuple(_load_lab(root, lab_id) for lab_id in table.labs)
    return _course(root, table, labs)


def _named_root(path: Path, origin: str) -> Path:
    root = path.parent if path.name == COURSE_FILE else path
    if (root / COURSE_FILE).is_file():
        return root
    raise UserError(
        f"no course at {str(path)!r}: it holds no {COURSE_FILE}",
        origin,
        f"Give the folder that holds {COURSE_FILE}.",
    )


def _course(root: Path, table: CourseTable, labs: tuple[Lab, ...]) -> Course:
    return Course(
        root=root,
        title=table.title,
        code=table.code,
        dataset=table.dataset,
        labs=labs,
        demo=tuple(root / path for path in table.demo.paths) if table.demo else (),
        plan=table.plan,
        settings=table.settings.model_dump(exclude_none=True),
    )


def _load_lab(root: Path, lab_id: str) -> Lab:
    table = read_lab(root / "assignments" / lab_id / LAB_FILE, lab_id)
    return Lab(
        course_root=root,
        id=table.id,
        title=table.title,
        marks=table.marks,
        preload=tuple(table.preload),
        limits=LabLimits(table.limits.load_seconds, table.limits.exercise_seconds),
        exercises=tuple(_exercise(exercise, table) for exercise in table.exercises),
        training=TrainingPlan(**table.training.model_dump()) if table.training else None,
    )


def _exercise(table: ExerciseTable, lab: LabTable) -> ExercisePlan:
    return ExercisePlan(
        id=table.id,
        title=table.title,
        names=tuple(table.names),
        visible=_checks(table.visible),
        hidden=_checks(table.hidden),
        seconds=table.seconds or lab.limits.exercise_seconds,
        alone=table.alone,
    )


def _checks(table: ChecksTable) -> CheckPlan:
    return CheckPlan(table.checks, table.marks)


def _unknown(kind: str, name: str, known: Sequence[str], where: str) -> UserError:
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    guess = f'Did you mean "{near[0]}"? ' if near else ""
    return UserError(f'there is no {kind} "{name}"', where, f"{guess}Known: {', '.join(known)}.")
