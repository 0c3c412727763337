"""Code that would leave the worker, stay behind, or use up the machine."""

from __future__ import annotations

from tests.attacks.arena import LEFT_BEHIND, HandIn, attack

CALL_ITSELF = f"""
import ctypes, os, signal, time


def call_itself():
    ctypes.CDLL(None).prctl(15, b"{LEFT_BEHIND}", 0, 0, 0)
"""

DAEMON = (
    CALL_ITSELF
    + '''

def daemon(seconds=120):
    """Leave a process behind that has left group and session, and wants to live on."""
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            call_itself()
            for number in (1, 2, 3, 13, 14, 15):
                signal.signal(number, signal.SIG_IGN)
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                time.sleep(0.2)
                try:
                    open(ARENA["canary"] + "/daemon", "w").close()
                except OSError:
                    pass
        os._exit(0)
'''
)

NETWORK = '''
import socket


def call_out():
    """Try every way to a listener on this machine."""
    for act in (tcp, udp, abstract):
        try:
            act()
        except OSError:
            pass


def tcp():
    socket.create_connection(("127.0.0.1", ARENA["tcp"]), timeout=1).close()


def udp():
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", ARENA["udp"]))


def abstract():
    socket.socket(socket.AF_UNIX).connect("\\0" + ARENA["abstract"])
'''


def harmless(code: str, **expected: object) -> HandIn:
    """Return a hand-in that is right, and does something beside."""
    return attack(code, **expected)  # type: ignore[arg-type]


LEAVING = {
    "daemon-top": harmless(DAEMON + "\ndaemon()\n"),
    "daemon-call": harmless(
        DAEMON + "\n\ndef extreme_values(t):\n    daemon()\n    return t.max(), t.min()\n"
    ),
    "network-top": harmless(NETWORK + "\ncall_out()\n"),
    "network-call": harmless(
        NETWORK + "\n\ndef extreme_values(t):\n    call_out()\n    return t.max(), t.min()\n"
    ),
    "signals": harmless(
        """
        import os, signal

        for pid in [1, os.getppid(), -1, *range(2, 400)]:
            if pid != os.getpid():
                for number in (signal.SIGSTOP, signal.SIGTERM, signal.SIGKILL):
                    try:
                        if pid != -1:
                            os.kill(pid, number)
                    except OSError:
                        pass
        """
    ),
    "programs": harmless(
        """
        import os, subprocess

        for act in (
            lambda: subprocess.run(["/bin/sh", "-c", f"touch {ARENA['canary']}/program"], check=False),
            lambda: os.system(f"touch {ARENA['canary']}/program"),
            lambda: os.posix_spawn("/bin/touch", ["touch", ARENA["canary"] + "/program"], {}),
        ):
            try:
                act()
            except OSError:
                pass
        """
    ),
    "fork-bomb": attack(
        """
        import os, time


        def extreme_values(t):
            while True:
                try:
                    os.fork()
                except OSError:
                    time.sleep(0.001)
        """,
        "q9",
    ),
    "threads-bomb": attack(
        """
        import threading, time


        def extreme_values(t):
            while True:
                threading.Thread(target=time.sleep, args=(1000,)).start()
        """,
        "q9",
    ),
    "memory-call": attack(
        """
        def extreme_values(t):
            kept = []
            while True:
                kept.append(bytearray(b"x") * (1 << 26))
        """,
        "q9",
    ),
    "memory-tree": attack(
        CALL_ITSELF
        + """

def extreme_values(t):
    for _ in range(8):
        if os.fork() == 0:
            call_itself()
            kept = bytearray(b"x") * (900 << 20)
            time.sleep(60)
            os._exit(0)
    time.sleep(60)
    return t.max(), t.min()
""",
        "q9",
    ),
    "disk-call": attack(
        """
        def extreme_values(t):
            with open("large", "wb") as file:
                while True:
                    file.write(b"x" * (1 << 24))
        """,
        "q9",
    ),
    "log-flood": harmless(
        """
        import os, sys


        def extreme_values(t):
            for _ in range(200):
                print("x" * 100_000)
                sys.stderr.write("y" * 100_000)
                os.write(1, b"z" * 100_000)
            return t.max(), t.min()
        """
    ),
    "descriptors": harmless(
        """
        import os


        def extreme_values(t):
            kept = []
            try:
                while True:
                    kept.append(os.open("/dev/null", os.O_RDONLY))
            except OSError:
                for number in kept:
                    os.close(number)
            return t.max(), t.min()
        """
    ),
    "core-file": attack(
        """
        import os, resource


        def extreme_values(t):
            try:
                resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            except (OSError, ValueError):
                pass
            os.abort()
        """,
        "q9",
        outcome="crashed",
    ),
    "trace-parent": harmless(
        """
        import ctypes, os

        libc = ctypes.CDLL(None, use_errno=True)
        for pid in (1, os.getppid()):
            libc.ptrace(16, pid, 0, 0)
            for name in ("mem", "environ", "maps", "auxv"):
                try:
                    open(f"/proc/{pid}/{name}", "rb").read(100)
                except OSError:
                    pass
        """
    ),
    "neighbours-write": harmless(
        """
        import os, pathlib

        for folder in ("/tmp", "/dev/shm", "/var/tmp", os.environ.get("TMPDIR", "/tmp"), "."):
            try:
                pathlib.Path(folder, "from-neighbour").write_text("the answer of a neighbour")
            except OSError:
                pass
        """
    ),
    "neighbours-read": attack(
        """
        import os, pathlib

        FOUND = [
            folder
            for folder in ("/tmp", "/dev/shm", "/var/tmp", os.environ.get("TMPDIR", "/tmp"), ".")
            if pathlib.Path(folder, "from-neighbour").exists()
        ]
        if FOUND:
            del extreme_values
        """
    ),
}
"""None of these reaches anybody; those that are right for the rest keep every mark."""
