"""Runs in a process of its own, as a zygote: confines itself, runs submissions, prints what they saw.

Its one argument is a JSON object: `disabled`, `readable`, `masked`, `devices`, `limits`, `before` and
`after` (code for the zygote), `probe`, and `submissions`: a list of {"supervisor", "loader", "student"}
with the code that runs after `enter`, in the loader before `lock_down`, and after it.
"""

from __future__ import annotations

import dataclasses
import errno
import json
import os
import sys
import threading  # noqa: F401 - student code needs it, and so does the interpreter's fork
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from labgrade.worker.executor import Limits
from labgrade.worker.isolation import Confinement, default_view


def attempt(act: Callable[[], Any]) -> str:
    """What came of an act: "done", or the name of its error."""
    try:
        act()
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, type(error).__name__)
    except Exception as error:  # noqa: BLE001
        return type(error).__name__
    return "done"


def run(code: str, names: dict[str, Any]) -> None:
    try:
        exec(compile(code, "submission", "exec"), names)
    except BaseException as error:  # noqa: BLE001
        names["saw"]["raised"] = f"{type(error).__name__}: {error}"


def submit(confinement: Confinement, limits: Limits, code: dict[str, str], names: dict[str, Any]) -> Any:
    read, write = os.pipe()
    names = {**names, "zygote": os.getpid(), "saw": {}}
    child = confinement.clone()
    if child == 0:
        supervise(confinement, limits, code, names, write)
    os.close(write)
    with os.fdopen(read, "rb") as end:
        text = end.read()
    names["saw"] = json.loads(text) if text else {}
    names["saw"]["status"] = os.waitstatus_to_exitcode(os.wait4(child, 0)[1])
    names["saw"]["pid seen by the zygote"] = child
    return names["saw"]


def supervise(
    confinement: Confinement, limits: Limits, code: dict[str, str], names: dict[str, Any], write: int
) -> None:
    try:
        names["saw"]["workdir"] = confinement.enter(limits)
        run(code.get("supervisor", ""), names)
        loader = os.fork()
        if loader == 0:
            run(code.get("loader", ""), names)
            confinement.lock_down(limits)
            run(code.get("student", ""), names)
            os.write(write, json.dumps(names["saw"]).encode())
            os._exit(0)
        names["loader"] = loader
        run(code.get("meanwhile", ""), names)
        os.waitpid(loader, 0)
    except BaseException as error:  # noqa: BLE001
        os.write(write, json.dumps({"raised": f"{type(error).__name__}: {error}"}).encode())
    finally:
        os._exit(0)


def main() -> None:
    wish = json.loads(sys.argv[1])
    names: dict[str, Any] = {"attempt": attempt, "os": os, "sys": sys, "time": time, "Path": Path, "saw": {}}
    run(wish.get("before", ""), names)
    view = default_view()
    readable, masked = (*view.readable, *wish.get("readable", [])), (*view.masked, *wish.get("masked", []))
    view = dataclasses.replace(view, readable=readable, masked=masked)
    if "devices" in wish:
        view = dataclasses.replace(view, devices=tuple(wish["devices"]))
    limits = Limits(**wish.get("limits", {}))
    started = time.perf_counter()
    confinement = Confinement.prepare(view, disabled=frozenset(wish.get("disabled", [])))
    answer: dict[str, Any] = {"prepare_ms": (time.perf_counter() - started) * 1e3}
    names |= {"confinement": confinement, "limits": limits}
    if wish.get("probe"):
        report = confinement.probe()
        answer["layers"] = {layer.name: [layer.in_force, layer.detail] for layer in report.layers}
        answer["confines"] = sorted(report.confines)
    answer["runs"] = [submit(confinement, limits, code, names) for code in wish.get("submissions", [])]
    answer["has_pid_namespace"] = confinement.has_pid_namespace
    run(wish.get("after", ""), names)
    answer["zygote"] = names["saw"]
    confinement.close()
    sys.stdout.write(json.dumps(answer))


main()
