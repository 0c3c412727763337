"""From sightings to the report: no layer is in force that was not seen to be."""

from __future__ import annotations

import pytest

from labgrade.worker.isolation.verdict import report

ALL = {"files", "network", "process tree", "memory"}
GOOD = {
    "user namespace": "user:[2]",
    "user namespace outside": "user:[1]",
    "become root": "EINVAL",
    "see canary": "ENOENT",
    "read canary": "ENOENT",
    "process 1 is": "ours",
    "survivor": "died",
    "proc": "own",
    "abstract socket": "ECONNREFUSED",
    "ipc namespace": "ipc:[2]",
    "ipc namespace outside": "ipc:[1]",
    "zygote user": "65534",
    "mount": "EPERM",
    "supervisor memory": "EACCES",
    "supervisor memory, locked": "EACCES",
    "zygote memory": "ENOENT",
    "signal zygote": "ESRCH",
    "trace": "EPERM",
    "write beside": "EACCES",
    "write own": "done",
    "internet socket": "EPERM",
    "start a program": "EPERM",
    "personality": "EPERM",
    "new user namespace": "EPERM",
    "memory": "ENOMEM",
    "threads": "5",
    "threads wanted": "12",
    "disk": "EFBIG",
    "TCP": "EPERM",
    "UDP": "EPERM",
    "abstract": "EPERM",
    "heard": "",
    "marked": "",
}


def judge(changes=None, reasons=None):
    found = report(GOOD | (changes or {}), reasons or {})
    return {layer.name: layer for layer in found.layers}, found.confines


def missing(layers):
    return {name for name, layer in layers.items() if not layer.in_force}


def test_where_everything_was_refused_everything_holds():
    layers, confines = judge()

    assert set() == missing(layers)
    assert ALL == confines


@pytest.mark.parametrize(
    ("act", "saw", "layer"),
    [
        ("become root", "done", "user namespace"),
        ("user namespace", "user:[1]", "user namespace"),
        ("see canary", "done", "mount namespace"),
        ("process 1 is", "another", "pid namespace"),
        ("survivor", "lives", "pid namespace"),
        ("survivor", "never lived", "pid namespace"),
        ("proc", "the machine's", "own /proc"),
        ("abstract socket", "done", "network namespace"),
        ("ipc namespace", "ipc:[1]", "ipc namespace"),
        ("ipc namespace", "", "ipc namespace"),
        ("zygote user", "0", "unprivileged user"),
        ("mount", "done", "capabilities"),
        ("supervisor memory", "done", "hidden memory"),
        ("write beside", "done", "landlock"),
        ("personality", "done", "seccomp"),
        ("start a program", "EACCES", "seccomp"),
        ("memory", "done", "resource limits"),
        ("threads", "12", "resource limits"),
        ("disk", "done", "resource limits"),
    ],
)
def test_an_act_that_succeeded_unmakes_its_layer_alone(act, saw, layer):
    layers, _ = judge({act: saw})

    assert {layer} == missing(layers)


@pytest.mark.parametrize(
    ("act", "saw", "loses"),
    [
        ("read canary", "done", "files"),
        ("marked", "/var", "files"),
        ("write own", "EACCES", "files"),
        ("TCP", "done", "network"),
        ("UDP", "done", "network"),
        ("abstract", "done", "network"),
        ("heard", "UDP", "network"),
        ("signal zygote", "done", "process tree"),
        ("zygote memory", "done", "process tree"),
        ("trace", "done", "process tree"),
        ("survivor", "lives", "process tree"),
        ("memory", "done", "memory"),
        ("threads", "12", "memory"),
    ],
)
def test_an_act_that_succeeded_unmakes_a_confinement(act, saw, loses):
    _, confines = judge({act: saw})

    assert {loses} == ALL - confines


def test_what_was_left_outside_is_named():
    layers, confines = judge({"marked": "/dev/shm"})

    assert layers["landlock"].in_force
    assert layers["landlock"].detail.endswith("left outside: /dev/shm")
    assert "files" not in confines


def test_an_act_that_was_not_tried_counts_as_done():
    layers, confines = report({}, {}).layers, report({}, {}).confines

    assert not any(layer.in_force for layer in layers)
    assert frozenset() == confines


def test_a_probe_that_stopped_sees_nothing():
    layers, confines = judge({"stopped": "OSError: no space"})

    assert set(layers) == missing(layers)
    assert all("no space" in layer.detail for layer in layers.values())
    assert frozenset() == confines


def test_the_kernels_reason_follows_what_was_seen():
    layers, _ = judge({"see canary": "done"}, {"mount namespace": "EPERM by policy"})

    assert "see canary: done (EPERM by policy)" == layers["mount namespace"].detail


def test_a_reason_is_left_out_where_the_layer_is_in_force():
    layers, _ = judge(reasons={"mount namespace": "EPERM by policy"})

    assert "policy" not in layers["mount namespace"].detail
