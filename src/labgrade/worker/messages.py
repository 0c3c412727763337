"""The frames that are exchanged over a worker's channels, written and read in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch

from labgrade.errors import StudentRaised
from labgrade.wire.frames import Frame
from labgrade.wire.strict_json import WireError
from labgrade.wire.values import REQUEST, clean_text, pack, unpack
from labgrade.worker.executor import LoadFinding, LoadReport, Program
from labgrade.worker.loading import NAMES_LIMIT
from labgrade.worker.tracebacks import MESSAGE_LIMIT, NAME_LIMIT, TYPE_NAME_LIMIT, clean

_MAX_FINDINGS = 100
_ERROR = ("type", "message", "where", "missing_name", "advice")
_CODE_LIMIT = 40
_LOAD_REPORT = {"names", "findings", "output", "forkable"}


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
    tensors = {f"f{i}": _as_tensor(data) for i, (_, data) in enumerate(order.program.files)}
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


def _as_tensor(data: bytes) -> torch.Tensor:
    # frombuffer refuses an empty buffer.
    return torch.frombuffer(bytearray(data), dtype=torch.uint8) if data else torch.empty(0, dtype=torch.uint8)


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
    if set(head) != _LOAD_REPORT or not isinstance(head["findings"], list):
        raise WireError("a malformed load report")
    findings = tuple(_finding(item) for item in head["findings"][:_MAX_FINDINGS])
    output = clean_text(_text(head["output"]), 2 * output_bytes)
    names = frozenset(name for name in _names(head["names"]) if name.isidentifier())
    return LoadReport(names, findings, output, forkable=head["forkable"] is True)


def _finding(item: Any) -> LoadFinding:
    match item:
        case [str(code), str(message), str(where), lost]:
            return LoadFinding(
                clean(code, _CODE_LIMIT),
                clean(message, MESSAGE_LIMIT),
                clean(where, NAME_LIMIT),
                tuple(_names(lost)),
            )
    raise WireError("a malformed finding")


def _names(items: Any) -> list[str]:
    if not isinstance(items, list):
        raise WireError("a malformed list of names")
    return [clean(_text(item), NAME_LIMIT) for item in items[:NAMES_LIMIT]]


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise WireError("a text was expected")
    return value


def begin(seed: int) -> Frame:
    """Write the first frame of an exercise."""
    return Frame({"op": "begin", "seed": seed})


def request(number: int, op: str, arguments: Mapping[str, Any], *, large: bool = False) -> Frame:
    """Write a request for a probe, whose reply may be `large`.

    Raises:
        TypeError: an argument does not cross; the grader's own fault.
    """
    tensors: dict[str, torch.Tensor] = {}
    packed = pack(dict(arguments), tensors, REQUEST)
    return Frame({"id": number, "op": op, "arguments": packed, "large": large}, tensors)


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
    error = {key: _text(head["error"].get(key, "")) for key in _ERROR}
    # Cleaned in the worker already, where student code could have undone it.
    raise StudentRaised(
        clean(error["type"], TYPE_NAME_LIMIT),
        clean(error["message"], MESSAGE_LIMIT),
        clean(error["where"], NAME_LIMIT),
        clean(error["missing_name"], NAME_LIMIT),
        clean(error["advice"], MESSAGE_LIMIT),
    )
