"""`clone` is a fork: the interpreter works in parent and child as after `os.fork`."""

from __future__ import annotations

import pytest

FORKED = """
import ctypes, random, signal, subprocess, threading
results = {}
thread = threading.Thread(target=lambda: results.update(thread=threading.current_thread().name))
thread.start()
thread.join(10)
saw["thread"] = "thread" in results
saw["main thread"] = threading.current_thread() is threading.main_thread()
# The C library sends this to the thread id that it cached: a stale one does not exist here.
saw["own thread"] = attempt(lambda: signal.pthread_kill(threading.get_ident(), 0))
saw["pid"] = os.getpid()
saw["hook"] = hooks.count("child")
child = os.fork()
if child == 0:
    os.kill(os.getpid(), signal.SIGTERM)
saw["grandchild"] = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
arm()
signal.raise_signal(signal.SIGUSR1)
saw["signals"] = hooks.count("signal")
"""
BEFORE = """
import signal, threading
hooks = []
os.register_at_fork(before=lambda: hooks.append("before"), after_in_child=lambda: hooks.append("child"),
                    after_in_parent=lambda: hooks.append("parent"))
def arm():
    signal.signal(signal.SIGUSR1, lambda *_: hooks.append("signal"))
"""


@pytest.mark.parametrize("disabled", [[], ["user namespace"]])
def test_the_child_is_a_working_interpreter(zygote, disabled):
    saw = zygote(before=BEFORE, disabled=disabled, submissions=[{"supervisor": FORKED}]).saw

    assert "raised" not in saw, saw["raised"]
    assert saw["thread"]
    assert saw["main thread"]
    assert "done" == saw["own thread"]
    assert 1 <= saw["hook"]
    assert -15 == saw["grandchild"]
    assert 1 == saw["signals"]


def test_the_first_process_of_a_pid_namespace_is_one(zygote, needs):
    needs("pid namespace")

    answer = zygote(before=BEFORE, submissions=[{"supervisor": "saw['pid'] = os.getpid()"}])

    assert answer.has_pid_namespace
    assert 1 == answer.saw["pid"]
    assert 1 < answer.saw["pid seen by the zygote"]


def test_the_parent_waits_for_the_child_as_for_any_other(zygote):
    answer = zygote(
        after="""
            child = confinement.clone()
            if child == 0:
                os._exit(7)
            pid, status, usage = os.wait4(child, 0)
            saw["same"] = pid == child
            saw["code"] = os.waitstatus_to_exitcode(status)
            saw["measured"] = usage.ru_maxrss > 0
        """
    )

    assert {"same": True, "code": 7, "measured": True} == answer.zygote


def test_the_hooks_of_the_parent_run_too(zygote):
    answer = zygote(
        before=BEFORE,
        after="""
            hooks.clear()
            child = confinement.clone()
            if child == 0:
                os._exit(0)
            os.waitpid(child, 0)
            saw["hooks"] = hooks
        """,
    )

    assert ["before", "parent"] == answer.zygote["hooks"]


def test_no_descriptor_of_ours_stays_open_in_a_submission(zygote):
    answer = zygote(
        before="first = set(os.listdir('/proc/self/fd'))",
        probe=True,
        student="saw['new'] = sorted(set(os.listdir('/proc/self/fd')) - first)",
    )

    # The driver's own pipe to the zygote, both of its ends.
    assert 2 >= len(answer.saw["new"])


def test_an_unprobed_submission_inherits_no_listener(zygote):
    answer = zygote(
        before="import stat",
        student="""
            saw["sockets"] = [n for n in os.listdir("/proc/self/fd") if n.isdigit() and int(n) < 100
                              and attempt(lambda n=n: os.fstat(int(n))) == "done"
                              and stat.S_ISSOCK(os.fstat(int(n)).st_mode)]
        """,
    )

    assert [] == answer.saw["sockets"]


def test_a_second_thread_is_refused_with_a_next_step(zygote):
    answer = zygote(
        after="""
            import threading
            from labgrade.errors import UserError
            from labgrade.worker.isolation import Confinement, View
            stop = threading.Event()
            thread = threading.Thread(target=stop.wait)
            thread.start()
            try:
                Confinement.prepare(View(()))
            except UserError as error:
                saw["what"], saw["next"] = error.what, error.next_step
            stop.set()
            thread.join()
        """
    )

    assert "2 threads" in answer.zygote["what"]
    assert "OMP_NUM_THREADS=1" in answer.zygote["next"]
