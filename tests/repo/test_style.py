"""The measures that the code holds itself to, and what must never stand in a file of this repository."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PACKAGE = REPOSITORY / "src" / "labgrade"
MODULES = sorted(PACKAGE.rglob("*.py"))
MAX_MODULE_LINES = 400
MAX_FUNCTION_LINES = 60
MAX_CLASS_LINES = 300
SKIPPED = {".git", ".venv", "__pycache__", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis"}
TEXT = {".py", ".md", ".toml", ".ini", ".yaml", ".yml", ".ipynb", ".html", ".css", ".js", ".json", ".cfg", ""}

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def name_of(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


every_module = pytest.mark.parametrize("path", MODULES, ids=map(name_of, MODULES))


def definitions(path: Path, kinds: type | tuple[type, ...] = Definition.__args__) -> list[Definition]:
    return [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, kinds)]


def lines_of(path: Path, node: Definition) -> int:
    """Non-blank lines of a definition without its docstring."""
    lines = path.read_text(encoding="utf-8").splitlines()
    kept = set(range(node.lineno, node.end_lineno + 1))
    if ast.get_docstring(node) is not None:
        kept -= set(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    return sum(1 for number in kept if lines[number - 1].strip())


@every_module
def test_no_module_is_too_long(path):
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]

    assert len(lines) <= MAX_MODULE_LINES


@every_module
def test_no_function_is_too_long(path):
    functions = definitions(path, (ast.FunctionDef, ast.AsyncFunctionDef))

    assert [] == [f.name for f in functions if lines_of(path, f) > MAX_FUNCTION_LINES]


@every_module
def test_no_class_is_too_long(path):
    assert [] == [c.name for c in definitions(path, ast.ClassDef) if lines_of(path, c) > MAX_CLASS_LINES]


@every_module
def test_a_module_says_what_it_is_for(path):
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


def test_half_of_the_functions_have_eight_lines_or_fewer():
    lengths = sorted(
        lines_of(path, function)
        for path in MODULES
        for function in definitions(path, (ast.FunctionDef, ast.AsyncFunctionDef))
    )

    assert lengths[len(lengths) // 2] <= 8


def test_imports_run_one_way():
    program = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"

    ended = subprocess.run(
        [sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=False
    )

    assert 0 == ended.returncode, ended.stdout


def repository_files() -> list[Path]:
    """Every text file that could be committed: what git ignores apart from reports is skipped."""
    return [
        path
        for path in REPOSITORY.rglob("*")
        if path.is_file()
        and path.suffix in TEXT
        and not SKIPPED.intersection(path.relative_to(REPOSITORY).parts)
        and path.relative_to(REPOSITORY).parts[0] not in {"reports", "dist", "build"}
    ]


def test_no_file_names_a_path_of_one_machine():
    # The two words are put together here so that this file does not hold them.
    pattern = re.compile(rb"(?<![\w.{}])/(?:ro" rb"ot|wo" rb"rk)/\w")

    assert [] == [str(path) for path in repository_files() if pattern.search(path.read_bytes())]
