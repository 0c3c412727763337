"""Memory, processes, processor time, descriptors: limits of each process, and that honest work fits."""

from __future__ import annotations

import resource

import pytest

STUDENT = """
import mmap, resource
names = ("AS", "CORE", "CPU", "FSIZE", "NOFILE", "NPROC", "MSGQUEUE", "MEMLOCK")
saw["limits"] = {name: resource.getrlimit(getattr(resource, "RLIMIT_" + name)) for name in names}
saw["raise"] = attempt(lambda: resource.setrlimit(resource.RLIMIT_NPROC, (10_000, 10_000)))
saw["ten gigabytes"] = attempt(lambda: bytearray(10 << 30))
saw["a gigabyte"] = attempt(lambda: mmap.mmap(-1, 1 << 30))

children = []
try:
    for _ in range(50):
        child = os.fork()
        if child == 0:
            time.sleep(60)
        children.append(child)
except OSError as error:
    saw["fork"] = type(error).__name__
saw["children"] = len(children)
for child in children:
    os.kill(child, 9)
    os.waitpid(child, 0)
saw["fork again"] = attempt(lambda: os.waitpid(os.fork() or os._exit(0), 0))
"""
LIMITS = {"processes": 8, "memory_bytes": 1 << 30, "disk_bytes": 8 << 20}


@pytest.fixture(scope="module", params=["root", "unprivileged"])
def used(request, zygote, needs):
    needs("user namespace", "resource limits")
    answer = zygote(user=request.param, student=STUDENT, limits=LIMITS)
    assert "raised" not in answer.saw, answer.saw["raised"]
    return answer.saw


def test_ten_gigabytes_are_a_memory_error(used):
    assert "MemoryError" == used["ten gigabytes"]


def test_a_gigabyte_is_not(used):
    assert "done" == used["a gigabyte"]


def test_forks_stop_at_the_limit(used):
    assert "BlockingIOError" == used["fork"]
    assert 8 - 2 == used["children"]  # supervisor and loader count
    assert "done" == used["fork again"]


def test_limits_cannot_be_raised(used):
    assert used["raise"] in {"ValueError", "EPERM"}


def test_the_hard_limits(used):
    limits = used["limits"]

    assert [0, 0] == limits["CORE"]
    assert [0, 0] == limits["MSGQUEUE"]
    assert [8 << 20, 8 << 20] == limits["FSIZE"]
    assert resource.RLIM_INFINITY != limits["CPU"][1] > 30  # far above load and exercise together
    assert 256 <= limits["NOFILE"][1] <= 1024
    assert 3 << 30 > limits["AS"][1] >= 2 << 30


def test_process_limits_of_two_submissions_do_not_add_up(zygote, needs):
    needs("user namespace", "resource limits")

    answer = zygote(
        limits={"processes": 3},  # supervisor, loader and one more, in each
        after="""
            import signal
            read, write = os.pipe()
            pids = []
            for _ in range(3):
                pids.append(confinement.clone())
                if pids[-1] == 0:
                    confinement.enter(limits)
                    if os.fork() == 0:
                        confinement.lock_down(limits)
                        what = attempt(lambda: os.fork() or signal.pause())
                        os.write(write, what.encode().ljust(20))
                    signal.pause()
                saw[str(len(pids))] = os.read(read, 20).decode().strip()
            for pid in pids:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
        """,
    )

    assert {"1": "done", "2": "done", "3": "done"} == answer.zygote


def test_with_a_gpu_in_view_the_address_space_is_not_limited(zygote):
    answer = zygote(
        devices=["null", "nvidia0"],
        student="import resource; saw['limit'] = resource.getrlimit(resource.RLIMIT_AS)[1]",
    )

    assert resource.RLIM_INFINITY == answer.saw["limit"]
