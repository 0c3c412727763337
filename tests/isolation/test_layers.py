"""The report: everything in force on a full machine, and each layer's absence visible."""

from __future__ import annotations

import pytest

from labgrade.worker.isolation import LAYERS

ALL = {"files", "network", "process tree", "memory"}


@pytest.mark.parametrize("user", ["root", "unprivileged"])
def test_with_every_layer_all_four_are_confined(zygote, needs, user):
    needs(*LAYERS)

    answer = zygote(user=user, probe=True)

    assert set() == answer.missing(), answer.layers
    assert ALL == answer.confines


@pytest.mark.parametrize(
    ("disabled", "missing", "unconfined"),
    [
        ("mount namespace", {"mount namespace", "own /proc"}, {"files"}),
        ("pid namespace", {"pid namespace", "own /proc"}, {"process tree"}),
        ("network namespace", {"network namespace"}, set()),
        ("ipc namespace", {"ipc namespace"}, set()),
        ("capabilities", {"capabilities"}, set()),
        ("hidden memory", {"hidden memory"}, set()),
        ("landlock", {"landlock"}, set()),
        ("seccomp", {"seccomp"}, set()),
        ("resource limits", {"resource limits"}, {"memory"}),
    ],
)
def test_a_disabled_layer_is_reported_missing_and_no_other(zygote, needs, disabled, missing, unconfined):
    needs(*LAYERS)

    # As root it could not leave root: the interpreter may lie in root's home.
    user = "unprivileged" if disabled == "mount namespace" else "current"
    answer = zygote(user=user, disabled=[disabled], probe=True)

    assert missing == answer.missing(), answer.layers
    assert unconfined == ALL - answer.confines


def test_without_leaving_root_process_limits_do_not_bind(zygote, needs):
    needs(*LAYERS)

    answer = zygote(user="root", disabled=["unprivileged user"], probe=True)

    assert {"unprivileged user", "resource limits"} == answer.missing()
    assert {"memory"} == ALL - answer.confines


def test_without_the_user_namespace_no_other_namespace_is_there(zygote, needs):
    needs("landlock", "seccomp")

    answer = zygote(user="unprivileged", disabled=["user namespace"], probe=True)

    namespaces = {name for name in answer.layers if name.endswith("namespace")}
    assert namespaces | {"own /proc"} == answer.missing()
    assert not answer.has_pid_namespace
    assert {"network", "memory"} == answer.confines


def test_every_detail_says_what_was_seen(zygote, needs):
    needs(*LAYERS)

    details = {name: detail for name, (_, detail) in zygote(probe=True).layers.items()}

    assert "ENOENT" in details["mount namespace"]
    assert "survivor: died" in details["pid namespace"]
    assert "internet socket: EPERM" in details["seccomp"]
    assert "memory: ENOMEM" in details["resource limits"]


def test_network_is_unconfined_where_no_layer_stops_it(zygote, needs):
    needs(*LAYERS)

    answer = zygote(disabled=["network namespace", "seccomp", "landlock"], probe=True)

    assert "network" not in answer.confines


def test_network_namespace_alone_confines_the_network(zygote, needs):
    needs("network namespace")

    answer = zygote(disabled=["seccomp", "landlock"], probe=True)

    assert "network" in answer.confines


def test_a_name_that_is_no_layer_is_refused(zygote):
    answer = zygote(
        after="""
            from labgrade.worker.isolation.confinement import _require_known
            saw["what"] = attempt(lambda: _require_known(frozenset({"moat"})))
        """,
        masked=[],
    )

    assert "ValueError" == answer.zygote["what"]


def test_probing_twice_gives_the_same_report(zygote):
    answer = zygote(probe=True, after="saw['same'] = confinement.probe() is confinement.probe()")

    assert answer.zygote["same"] is True
