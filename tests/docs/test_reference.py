"""The reference is complete, and its generated parts are up to date."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import BaseModel

from labgrade import coursefile
from labgrade.cli.errors import ExitCode
from labgrade.intake.limits import MIB, IntakeLimits
from labgrade.intake.notes import SENTENCES
from labgrade.record import model
from labgrade.reports.outcomes import BADGES
from labgrade.worker.executor import Limits
from labgrade.worker.isolation import LAYERS

from .pages import DOCS, REPOSITORY, text_of

REFERENCE = text_of(DOCS / "reference.md")
FINDINGS = text_of(DOCS / "findings.md")
SECURITY = text_of(DOCS / "security.md")
PACKAGE = REPOSITORY / "src" / "labgrade"


def section(name: str, text: str = REFERENCE) -> str:
    return text.partition(f"\n## {name}\n")[2].partition("\n## ")[0]


def first_cells(text: str) -> set[str]:
    """What stands in backticks in the first column of a text's tables."""
    rows = re.findall(r"^\| (.+?) \|", text, re.MULTILINE)
    return {word for row in rows for word in re.findall(r"`([^`]+)`", row)}


def test_the_generated_parts_are_up_to_date():
    command = [sys.executable, str(DOCS / "make_reference.py"), "--check"]

    ended = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (0, "") == (ended.returncode, ended.stderr)


def test_every_exit_code_is_explained():
    assert {str(int(code)) for code in ExitCode} == set(
        re.findall(r"^\| (\d+) \|", section("Exit codes"), re.MULTILINE)
    )


def test_every_json_document_is_described():
    sources = [path.read_text(encoding="utf-8") for path in (PACKAGE / "cli").glob("*.py")]
    schemas = {found for text in sources for found in re.findall(r'^SCHEMA = "([^"]+)"', text, re.MULTILINE)}

    assert schemas
    assert schemas == set(re.findall(r"`(labgrade\.\w+/\d)`", section("JSON output")))


FILE_MODELS = [
    value for value in vars(coursefile).values() if isinstance(value, type) and issubclass(value, BaseModel)
]


@pytest.mark.parametrize("table", FILE_MODELS, ids=lambda table: table.__name__)
def test_every_key_of_a_course_file_is_described(table):
    text = section("Course files")

    assert [] == [name for name in table.model_fields if not re.search(rf"\b{name}\b", text)]


RECORD_MODELS = [
    model.GradeRecord,
    model.Exercise,
    model.Check,
    model.Finding,
    model.Provenance,
    model.LayerState,
]


@pytest.mark.parametrize("part", [*RECORD_MODELS, model.Digests], ids=lambda part: part.__name__)
def test_every_field_of_a_record_is_described(part):
    names = [field.alias or name for name, field in part.model_fields.items()]

    assert [] == [name for name in names if f"`{name}`" not in section("Record")]


def test_every_outcome_is_explained():
    assert set(BADGES) == first_cells(section("Outcomes"))


def test_limits_are_those_of_the_code():
    text, worker, intake = section("Limits"), Limits(), IntakeLimits()

    assert f"| {worker.memory_bytes >> 30} GiB; each" in text
    assert f"| {worker.processes} |" in text
    assert f"| {worker.disk_bytes >> 20} MiB |" in text
    assert f"| {worker.output_bytes >> 10} KiB |" in text
    sizes = (intake.py_bytes, intake.notebook_bytes, intake.data_bytes, intake.archive_bytes)
    assert f"| {', '.join(str(size // MIB) for size in sizes)} MiB |" in text
    assert f"| {intake.total_bytes // MIB} MiB, {intake.members:,} files |" in text


# -- findings ----------------------------------------------------------------------------------------

PLACE_OF_CODE = {"LoadFinding": 0, "_note": 1, "_Ended": 0, "finding": 0}


def codes_in(path: Path) -> set[str]:
    """Codes of findings that a module makes: literals in the calls that make one, or in `code` before."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.IfExp):
            if [getattr(target, "id", "") for target in node.targets] == ["code"]:
                found |= {choice.value for choice in (node.value.body, node.value.orelse)}
            continue
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        places = [node.args[PLACE_OF_CODE[name]]] if name in PLACE_OF_CODE and node.args else []
        places += [word.value for word in node.keywords if name == "Finding" and word.arg == "code"]
        found |= {place.value for place in places if isinstance(place, ast.Constant)}
    return found


def every_code() -> set[str]:
    from labgrade.worker.notebook import _KINDS

    modules = [
        *(PACKAGE / "worker").glob("*.py"),
        *(PACKAGE / "grader").glob("*.py"),
        *(DOCS.parent / "graders").rglob("*.py"),
    ]
    return {*SENTENCES, *_KINDS}.union(*map(codes_in, modules))


def test_every_code_of_a_finding_is_explained_and_no_other():
    assert every_code() == first_cells(FINDINGS)


# -- security ----------------------------------------------------------------------------------------


def test_every_layer_is_in_the_table_with_how_it_is_probed():
    assert {*LAYERS, "own /proc"} == first_cells(section("Layers (Linux)", SECURITY))


def test_the_checks_that_rest_on_a_self_report_are_the_ones_that_the_page_names():
    named = re.search(r"these are the visible checks called `(\w+)`", SECURITY)[1]
    for path in REPOSITORY.glob("graders/*/test_*.py"):
        text = text_of(path)
        checks = re.findall(r"self_report=True\)\n    def test_(\w+)", text)
        assert set(checks) <= {named}
        assert text.count("self_report=True") == len(checks)
        assert not checks or path.name == "test_visible.py"
