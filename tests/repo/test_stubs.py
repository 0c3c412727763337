"""The stubs of this repository follow from their sources, and hold what their labs promise."""

import ast
from pathlib import Path

import nbformat
import pytest

from labgrade.authoring.build import generated_files
from labgrade.authoring.source import read_source
from labgrade.course import Course, Lab, load_course

REPOSITORY = Path(__file__).resolve().parents[2]
COURSE: Course = load_course(REPOSITORY)

every_lab = pytest.mark.parametrize("lab", COURSE.labs, ids=[lab.id for lab in COURSE.labs])


def definitions(text: str) -> dict[str, ast.AST]:
    """Top-level functions and classes by name."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {node.name: node for node in ast.parse(text).body if isinstance(node, kinds)}


def functions(tree: ast.AST) -> list[ast.FunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]


@every_lab
def test_the_committed_stubs_are_up_to_date(lab: Lab):
    assert [] == [file.path.name for file in generated_files(lab) if not file.up_to_date], "run: make stubs"


@every_lab
def test_the_stub_defines_every_name_that_an_exercise_needs(lab: Lab):
    needed = {name for exercise in lab.exercises for name in exercise.names}

    assert not needed - set(definitions(lab.stub_module.read_text(encoding="utf-8")))


@every_lab
def test_every_needed_function_is_a_docstring_and_a_raise(lab: Lab):
    defined = definitions(lab.stub_module.read_text(encoding="utf-8"))
    for name in {name for exercise in lab.exercises for name in exercise.names}:
        for function in functions(defined[name]):
            assert ast.get_docstring(function), name
            assert "raise NotImplementedError" == ast.unparse(function.body[-1]), name
            assert 2 == len(function.body), name


@every_lab
def test_every_needed_function_has_type_hints(lab: Lab):
    defined = definitions(lab.stub_module.read_text(encoding="utf-8"))
    for name in {name for exercise in lab.exercises for name in exercise.names}:
        for function in functions(defined[name]):
            arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
            assert function.returns is not None, name
            assert all(a.annotation is not None for a in arguments if a.arg != "self"), name


@every_lab
def test_module_and_notebook_have_the_same_cells(lab: Lab):
    notebook = nbformat.read(lab.stub_notebook, as_version=4)
    nbformat.validate(notebook)
    cells = [cell.source for cell in notebook.cells if cell.cell_type == "code"]

    module = ast.parse(lab.stub_module.read_text(encoding="utf-8"))
    assert ast.dump(module) == ast.dump(ast.parse("\n\n".join(cells)))


@every_lab
def test_the_solution_has_every_needed_name(lab: Lab):
    cells = nbformat.reads(read_source(lab.solution).solution_notebook(), as_version=4).cells
    code = "\n\n".join(cell.source for cell in cells if cell.cell_type == "code")
    needed = {name for exercise in lab.exercises for name in exercise.names}

    assert not needed - set(definitions(code))
    assert "NotImplementedError" not in code


@every_lab
def test_the_task_is_there(lab: Lab):
    assert lab.task.read_text(encoding="utf-8").strip()
