"""From what a probe saw to what a record says. Pure: sightings in, report out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from labgrade.worker.executor import IsolationReport, Layer
from labgrade.worker.isolation.acts import DONE, Sightings

Rule = Callable[[Mapping[str, str]], tuple[bool, str]]

_FILTERED: Final = ("internet socket", "start a program", "personality", "new user namespace")


def report(sightings: Sightings, reasons: Mapping[str, str]) -> IsolationReport:
    """Judge every layer, and what all of them together confine.

    Args:
        sightings: act to what happened. An act that is missing was not tried: its layer is not in force.
        reasons: layer to why the kernel refused it, added to the detail.
    """
    layers = tuple(_judge(name, rule, sightings, reasons.get(name, "")) for name, rule in _RULES.items())
    confines = frozenset(
        name for name, holds in _CONFINES.items() if "stopped" not in sightings and holds(sightings)
    )
    return IsolationReport(layers, confines)


def _judge(name: str, rule: Rule, sightings: Sightings, reason: str) -> Layer:
    if "stopped" in sightings:
        return Layer(name, in_force=False, detail=f"not seen: {sightings['stopped']}")
    in_force, detail = rule(sightings)
    return Layer(name, in_force, f"{detail} ({reason})" if reason and not in_force else detail)


def _quote(saw: Mapping[str, str], *acts: str) -> str:
    return "; ".join(f"{act}: {saw.get(act, 'not tried')}" for act in acts)


def _refused(saw: Mapping[str, str], *acts: str) -> bool:
    return all(saw.get(act, DONE) != DONE for act in acts)


def _user_namespace(saw: Mapping[str, str]) -> tuple[bool, str]:
    apart = saw.get("user namespace", "") not in {"", saw.get("user namespace outside", "")}
    return apart and _refused(saw, "become root"), _quote(saw, "user namespace", "user", "become root")


def _mount_namespace(saw: Mapping[str, str]) -> tuple[bool, str]:
    return _refused(saw, "see canary"), _quote(saw, "see canary")


def _pid_namespace(saw: Mapping[str, str]) -> tuple[bool, str]:
    alone = saw.get("process 1 is") == "ours" and saw.get("survivor") == "died"
    return alone, _quote(saw, "process 1 is", "survivor", "signal zygote")


def _own_proc(saw: Mapping[str, str]) -> tuple[bool, str]:
    return saw.get("proc") == "own", f"/proc shows {saw.get('proc')} processes"


def _network_namespace(saw: Mapping[str, str]) -> tuple[bool, str]:
    return _refused(saw, "abstract socket"), _quote(saw, "abstract socket")


def _ipc_namespace(saw: Mapping[str, str]) -> tuple[bool, str]:
    inside, outside = saw.get("ipc namespace", ""), saw.get("ipc namespace outside", "")
    return inside not in {"", outside}, f"{inside or 'none'}, the zygote's is {outside or 'none'}"


def _unprivileged_user(saw: Mapping[str, str]) -> tuple[bool, str]:
    return saw.get("zygote user") not in {None, "0"}, f"runs as user {saw.get('zygote user')} of the machine"


def _capabilities(saw: Mapping[str, str]) -> tuple[bool, str]:
    return _refused(saw, "mount"), _quote(saw, "mount")


def _hidden_memory(saw: Mapping[str, str]) -> tuple[bool, str]:
    return _refused(saw, "supervisor memory"), _quote(saw, "supervisor memory")


def _landlock(saw: Mapping[str, str]) -> tuple[bool, str]:
    tried = _quote(saw, "write beside", "write own", "signal supervisor", "abstract")
    return _refused(saw, "write beside"), f"{tried}; left outside: {saw.get('marked') or 'nothing'}"


def _seccomp(saw: Mapping[str, str]) -> tuple[bool, str]:
    return all(saw.get(act) == "EPERM" for act in _FILTERED), _quote(saw, *_FILTERED)


def _resource_limits(saw: Mapping[str, str]) -> tuple[bool, str]:
    return _memory(saw), _quote(saw, "memory", "threads", "threads wanted", "disk")


def _files(saw: Mapping[str, str]) -> bool:
    return saw.get("marked") == "" and _refused(saw, "read canary") and saw.get("write own") == DONE


def _network(saw: Mapping[str, str]) -> bool:
    return saw.get("heard") == "" and _refused(saw, "TCP", "UDP", "abstract")


def _process_tree(saw: Mapping[str, str]) -> bool:
    harmless = _refused(saw, "signal zygote", "zygote memory", "supervisor memory, locked", "trace")
    return harmless and saw.get("survivor") == "died"


def _memory(saw: Mapping[str, str]) -> bool:
    bounded = int(saw.get("threads", "0")) < int(saw.get("threads wanted", "0"))
    return bounded and _refused(saw, "memory", "disk")


_RULES: Final[dict[str, Rule]] = {
    "user namespace": _user_namespace,
    "mount namespace": _mount_namespace,
    "pid namespace": _pid_namespace,
    "own /proc": _own_proc,
    "network namespace": _network_namespace,
    "ipc namespace": _ipc_namespace,
    "unprivileged user": _unprivileged_user,
    "capabilities": _capabilities,
    "hidden memory": _hidden_memory,
    "landlock": _landlock,
    "seccomp": _seccomp,
    "resource limits": _resource_limits,
}

_CONFINES: Final[dict[str, Callable[[Mapping[str, str]], bool]]] = {
    "files": _files,
    "network": _network,
    "process tree": _process_tree,
    "memory": _memory,
}
