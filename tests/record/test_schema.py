"""The published schema is the one of the code, and every record is valid against it."""

from __future__ import annotations

import copy
import json
import math
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from labgrade.record.codec import encode
from labgrade.record.model import Finding
from labgrade.record.schema import json_schema, schema_text

from .factory import check, record

PUBLISHED = Path(__file__).parents[2] / "docs" / "record.schema.json"
RECORD = record(
    check(),
    check("q1.shape", "failed", evidence={"shape": [2, math.nan]}, misconception="lab01_tensors.q1.permute"),
    check("q1.hidden", "not_run", visibility="hidden"),
    findings=(Finding(code="syntax-error", message="A bracket is open.", where="lab01.py:3"),),
)


def test_published_file_is_current():
    assert PUBLISHED.read_text("utf-8") == schema_text(), "run: python -m labgrade.record.schema"


def test_command_prints_it():
    command = [sys.executable, "-m", "labgrade.record.schema"]
    printed = subprocess.run(command, check=True, capture_output=True).stdout
    assert printed.decode("utf-8") == schema_text()


def test_is_itself_a_valid_schema():
    jsonschema.Draft202012Validator.check_schema(json_schema())


def test_records_are_valid():
    jsonschema.validate(json.loads(encode(RECORD)), json_schema())


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (["score"], "3"),
        (["score"], -1),
        (["schema"], "labgrade.record/2"),
        (["exercises", 0, "checks", 0, "outcome"], "won"),
        (["exercises", 0, "checks", 0, "points"], 3),
        (["provenance", "seed"], None),
    ],
)
def test_other_documents_are_not(place, value):
    document = json.loads(encode(RECORD))
    target = copy.deepcopy(document)
    inner = target
    for step in place[:-1]:
        inner = inner[step]
    inner[place[-1]] = value
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(target, json_schema())
