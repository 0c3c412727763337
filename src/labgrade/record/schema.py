"""The record's JSON Schema, published as docs/record.schema.json for scripts in any language.

`python -m labgrade.record.schema > docs/record.schema.json` writes it anew.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from labgrade.record.model import SCHEMA, GradeRecord


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of the documents that `labgrade` writes."""
    schema = GradeRecord.model_json_schema(mode="serialization", by_alias=True)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:{SCHEMA.replace('/', ':').replace('.', ':')}",
        **schema,
    }


def schema_text() -> str:
    """Return the schema as the published file holds it."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema_text())
