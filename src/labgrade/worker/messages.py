"""The frames that are exchanged over a worker's channels, written and read in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch

from labgrade.errors import StudentRaised
from labgrade.wire.frames import Frame
from labgrade.wire.strict_json import WireError
from labgrade.wire.values import clean_text, pack, unpack
from labgrade.worker.executor import LoadFinding, LoadReport, Program

_MAX_NAMES = 2_000
_MAX_FINDINGS = 100


@dataclass(frozen=True)
class LoadOrder:
    """What a loader is told to load.

    Attributes:
        budget_seconds: for module-level code.
        output_bytes: of printed output that is kept.
        skip: numbers of top-level statements that ended the process before.
        definitions_after: after this statement only definitions run; None for all.
    """

    program: Program
    budget_seconds: float
    output_bytes: int
    skip: frozenset[int] = frozenset()
    definitions_after: int | None = None


def load_order(order: LoadOrder) -> Frame:
    """Write a load order; the files' bytes travel as tensors of bytes."""
    tensors = {
        f"f{i}": torch.frombuffer(bytearray(data), dtype=torch.uint8) if data else torch.empty(0, dtype=torch.uint8)
        for i, (_, data) in enumerate(order.program.files)
    }
    head = {
        "paths": [path for path, _ in order.program.files],
        "entries": list(order.program.entries),
        "module": order.program.module_name,
        "budget": order.budget_seconds,
        "output": order.output_bytes,
        "skip": sorted(order.skip),
        "definitions_after": order.definitions_after,
    }
    return Frame(head, tensors)


def read_load_order(frame: Frame) -> LoadOrder:
    """Read what `load_order` wrote."""
    head = frame.head
    files = tuple((path, frame.tensors[f"f{i}"].numpy().tobytes()) for i, path in enumerate(head["paths"]))
    return LoadOrder(
        Program(files, tuple(head["entries"]), head["module"]),
        head["budget"],
        head["output"],
        frozenset(head["skip"]),
        head["definitions_after"],
    )


def load_reply(report: LoadReport) -> Frame:
    """Write a loader's report."""
    findings = [[f.code, f.message, f.where, list(f.lost_names)] for f in report.findings]
    head = {
        "names": sorted(report.names),
        "findings": findings,
        "output": clean_text(report.output),
        "forkable": report.forkable,
    }
    return Frame(head)


def read_load_reply(frame: Frame, output_bytes: int) -> LoadReport:
    """Read a loader's report, which student code may have written.

    Raises:
        WireError: where it is malformed.
    """
    head = frame.head
    if set(head) != {"names", "findings", "output", "forkable"} or not isinstance(head["findings"], list):
        raise WireError("a malformed load report")
    findings = tuple(_finding(item) for item in head["findings"][:_MAX_FINDINGS])
    output = clean_text(_text(head["output"]), 2 * output_bytes)
    return LoadReport(frozenset(_names(head["names"])), findings, output, forkable=head["forkable"] is True)


def _finding(item: Any) -> LoadFinding:
    if not isinstance(item, list) or len(item) != 4:
        raise WireError("a malformed finding")
    code, message, where, lost = item
    return LoadFinding(
        clean_text(_text(code), 40), clean_text(_text(message), 2_048), clean_text(_text(where), 200), tuple(_names(lost))
    )


def _names(items: Any) -> list[str]:
    if not isinstance(items, list):
        raise WireError("a malformed list of names")
    return [clean_text(_text(item), 200) for item in items[:_MAX_NAMES]]


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise WireError("a text was expected")
    return value


def begin(seed: int, *, wipe: bool) -> Frame:
    """Write the first frame of an exercise."""
    return Frame({"op": "begin", "seed": seed, "wipe": wipe})


def request(number: int, op: str, arguments: Mapping[str, Any]) -> Frame:
    """Write a request for a probe."""
    tensors: dict[str, torch.Tensor] = {}
    return Frame({"id": number, "op": op, "arguments": pack(dict(arguments), tensors)}, tensors)


def read_reply(frame: Frame, number: int) -> Any:
    """Return the value of the reply to request `number`.

    Raises:
        StudentRaised: the student's code raised.
        WireError: anything but a well-formed reply to that very request.
    """
    head = frame.head
    if head.get("id") != number or type(head.get("id")) is not int:
        raise WireError("a reply to another request")
    if set(head) == {"id", "value"}:
        return unpack(head["value"], frame.tensors)
    if set(head) != {"id", "error"} or not isinstance(head["error"], dict):
        raise WireError("a malformed reply")
    error = {key: _text(head["error"].get(key, "")) for key in ("type", "message", "where", "missing_name")}
    raise StudentRaised(
        clean_text(error["type"], 80),
        clean_text(error["message"], 2_048),
        clean_text(error["where"], 200),
        clean_text(error["missing_name"], 200),
    )
