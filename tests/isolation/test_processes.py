"""What a submission can do to processes, its own and others, and to the network."""

from __future__ import annotations

import platform
import signal

import pytest

STUDENT = """
import ctypes, resource, signal, socket, threading
libc = ctypes.CDLL(None, use_errno=True)

def checked(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), "refused")

saw["pid"] = os.getpid()
saw["parent"] = os.getppid()
saw["listed"] = sorted(int(n) for n in os.listdir("/proc") if n.isdigit())
saw["ids"] = [os.getuid(), os.geteuid(), os.getgid(), os.getgroups()]
saw["capabilities"] = [l.split()[1] for l in open("/proc/self/status") if l.startswith(("CapEff", "CapPrm"))]
saw["no new privileges"] = [l.split()[1] for l in open("/proc/self/status") if l.startswith("NoNewPrivs")]
saw["signal supervisor"] = attempt(lambda: os.kill(1, 0))
saw["signal zygote"] = attempt(lambda: os.kill(zygote, 0))
saw["signal everybody"] = attempt(lambda: os.kill(-1, 0))
saw["limit supervisor"] = attempt(lambda: resource.prlimit(1, resource.RLIMIT_CPU, (1, 1)))
saw["slow supervisor down"] = attempt(lambda: os.setpriority(os.PRIO_PROCESS, 1, 19))
saw["be nice itself"] = attempt(lambda: os.setpriority(os.PRIO_PROCESS, 0, 5))
saw["supervisor memory"] = attempt(lambda: open("/proc/1/mem", "rb"))
saw["supervisor environment"] = attempt(lambda: open("/proc/1/environ", "rb").read())
saw["supervisor files"] = attempt(lambda: os.listdir("/proc/1/fd"))
saw["trace"] = attempt(lambda: checked(libc.ptrace(16, 1, 0, 0)))
saw["execve"] = attempt(lambda: os.execv(sys.executable, [sys.executable, "-c", "0"]))
saw["shell"] = os.waitstatus_to_exitcode(os.system("true"))
saw["unshare user"] = attempt(lambda: checked(libc.unshare(0x10000000)))
saw["unshare net"] = attempt(lambda: checked(libc.unshare(0x40000000)))
saw["clone user"] = attempt(lambda: checked(libc.syscall(NUMBER_OF_CLONE, 0x10000000 | 17, 0, 0, 0, 0)))
saw["chroot"] = attempt(lambda: os.chroot("."))
saw["memfd"] = attempt(lambda: os.memfd_create("x"))
saw["shared segment"] = attempt(lambda: checked(libc.shmget(0, 4096, 0o1600)))
saw["host name"] = attempt(lambda: checked(libc.sethostname(b"x", 1)))
saw["family"] = {name: attempt(lambda: socket.socket(getattr(socket, name), kind)) for name, kind in
    (("AF_INET", 1), ("AF_INET6", 2), ("AF_NETLINK", 3), ("AF_PACKET", 3), ("AF_VSOCK", 1), ("AF_UNIX", 1))}
saw["interfaces"] = [l.split(":")[0].strip() for l in open("/proc/net/dev").readlines()[2:]]

child = os.fork()
if child == 0:
    signal.pause()
saw["signal child"] = attempt(lambda: os.kill(child, signal.SIGKILL))
saw["child"] = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
aborted = os.fork()
if aborted == 0:
    os.abort()
status = os.waitpid(aborted, 0)[1]
saw["abort"] = os.waitstatus_to_exitcode(status)
saw["core"] = os.WCOREDUMP(status)
pair = socket.socketpair()
pair[0].send(b"x")
saw["pair"] = pair[1].recv(1).decode()
thread = threading.Thread(target=lambda: saw.__setitem__("thread", True))
thread.start()
thread.join()
"""
CLONE = "import platform\nNUMBER_OF_CLONE = {'x86_64': 56, 'aarch64': 220}[platform.machine()]\n"


@pytest.fixture(scope="module", params=["root", "unprivileged"])
def acts(request, zygote, needs):
    needs("user namespace", "pid namespace", "seccomp", "landlock")
    answer = zygote(user=request.param, student=CLONE + STUDENT, limits={"processes": 16})
    assert "raised" not in answer.saw, answer.saw["raised"]
    return answer.saw


def test_only_the_submissions_own_processes_exist(acts):
    assert 1 == acts["parent"]
    assert [1, acts["pid"]] == acts["listed"]


def test_the_student_is_nobody_special(acts):
    assert [1000, 1000, 1000] == acts["ids"][:3]
    assert {"0" * 16} == set(acts["capabilities"])
    assert ["1"] == acts["no new privileges"]


@pytest.mark.parametrize(
    "act",
    [
        "signal supervisor",
        "signal zygote",
        "limit supervisor",
        "slow supervisor down",
        "supervisor memory",
        "supervisor environment",
        "supervisor files",
        "trace",
        "execve",
        "unshare user",
        "unshare net",
        "clone user",
        "chroot",
        "memfd",
        "shared segment",
        "host name",
    ],
)
def test_a_forbidden_act_fails(acts, act):
    assert acts[act] in {"EPERM", "EACCES", "ESRCH"}


def test_a_program_cannot_be_started_and_that_fails_softly(acts):
    assert 127 == acts["shell"]


def test_only_local_sockets_can_be_made(acts):
    assert {"AF_UNIX"} == {family for family, what in acts["family"].items() if what == "done"}
    assert "x" == acts["pair"]


def test_the_network_namespace_is_empty(acts):
    assert ["lo"] == acts["interfaces"]


def test_own_children_can_be_signalled(acts):
    assert "done" == acts["signal child"]
    assert -9 == acts["child"]


def test_abort_ends_a_process_by_its_signal_and_leaves_no_core(acts):
    assert -6 == acts["abort"]
    assert acts["core"] is False


def test_threads_and_own_priority_are_the_students(acts):
    assert acts["thread"] is True
    assert "done" == acts["be nice itself"]


@pytest.mark.skipif(platform.machine() != "x86_64", reason="x86 has a second numbering of calls")
def test_a_call_by_another_numbering_ends_the_process(zygote, needs):
    needs("seccomp")

    saw = zygote(
        student="""
            import ctypes
            x32 = 0x40000000
            child = os.fork()
            if child == 0:
                ctypes.CDLL(None).syscall(x32 | 41, 2, 1, 0)    # socket(AF_INET, SOCK_STREAM)
                os._exit(0)
            saw["signal"] = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        """
    ).saw

    assert -signal.SIGSYS == saw["signal"]


def test_nothing_outlives_the_supervisor(zygote, needs):
    needs("pid namespace")

    answer = zygote(
        before="alive, held = os.pipe()",
        student="""
            import signal
            if os.fork() == 0:
                os.setsid()
                if os.fork() == 0:
                    os.write(held, b"here")
                    signal.pause()
                os._exit(0)
            os.wait()
            saw["left"] = True
        """,
        after="""
            os.close(held)
            while os.read(alive, 10):   # ends when every holder is gone
                pass
            saw["all gone"] = True
        """,
    )

    assert answer.saw["left"] is True
    assert answer.zygote["all gone"] is True


def test_the_supervisor_can_kill_what_student_code_became(zygote, needs):
    needs("landlock", "seccomp")

    answer = zygote(
        submissions=[
            {
                "supervisor": "ready, tell = os.pipe()",
                "student": """
                    import signal
                    os.write(tell, b"x")
                    signal.pause()
                """,
                "meanwhile": """
                    import signal
                    os.read(ready, 1)
                    os.kill(loader, signal.SIGKILL)   # an error would end the supervisor with a word
                """,
            }
        ]
    )

    assert "raised" not in answer.saw


def test_the_submission_dies_with_the_zygote(zygote, needs):
    needs("pid namespace")

    answer = zygote(
        before="alive, held = os.pipe()",
        after="""
            middle = os.fork()      # a zygote of its own, to be killed
            if middle == 0:
                import signal
                started, start = os.pipe()
                if confinement.clone() == 0:
                    confinement.enter(limits)
                    os.write(start, b"x")
                    signal.pause()
                os.read(started, 1)
                os.kill(os.getpid(), signal.SIGKILL)
            os.waitpid(middle, 0)
            os.close(held)
            saw["after"] = os.read(alive, 1).decode()
        """,
    )

    assert "" == answer.zygote["after"]
