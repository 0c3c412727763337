"""Code that ends, or never ends, the process in which a check waits for its answer."""

from __future__ import annotations

from tests.attacks.arena import HandIn, attack


def _instead(body: str, outcome: str = "", finding: str = "") -> HandIn:
    """Return a hand-in whose `extreme_values` does something else; that exercise is lost."""
    lines = "\n".join(f"    {line}" for line in body.strip().splitlines())
    return attack(
        f"import os, sys\n\n\ndef extreme_values(t):\n{lines}\n", "q9", outcome=outcome, finding=finding
    )


def _answer(definition: str, made: str, outcome: str = "") -> HandIn:
    """Return a hand-in whose `extreme_values` answers with an object of its own."""
    return attack(f"{definition}\n\n\ndef extreme_values(t):\n    return {made}\n", "q9", outcome=outcome)


HUGE_NAME = """
type("E" * 1_000_000, (Exception,), {})
"""

ENDING = {
    "exit-0": _instead("os._exit(0)", "crashed"),
    "exit-polite": _instead("sys.exit(0)", "error"),
    "exit-text": _instead('raise SystemExit(\'{"outcome": "passed", "score": 5}\')', "error"),
    "interrupt": _instead("raise KeyboardInterrupt", "error"),
    "segmentation": _instead("import ctypes\nctypes.string_at(0)", "crashed"),
    "abort": _instead("os.abort()", "crashed"),
    "kill-itself": _instead("os.kill(os.getpid(), 9)", "crashed"),
    "kill-parents": _instead("os.kill(os.getppid(), 9)\nos.kill(1, 9)\nos.kill(-1, 9)"),
    "close-all": _instead("os.closerange(0, 1024)\nreturn t.max(), t.min()"),
    "answers-twice": _instead("os.fork()\nreturn t.max() + 1, t.min()"),
    "recursion": _instead("return extreme_values(t)", "error"),
    "memory": _instead("return bytearray(1 << 45)", "error"),
    "loop": _instead("while True:\n    pass", "timeout"),
    "loop-deaf": _instead(
        "import signal\n"
        "for number in range(1, 65):\n"
        "    try:\n        signal.signal(number, signal.SIG_IGN)\n"
        "    except (OSError, ValueError):\n        pass\n"
        "signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))\n"
        "while True:\n"
        "    try:\n        [0 for _ in iter(int, 1)]\n"
        "    except BaseException:\n        pass",
        "timeout",
    ),
    "sleep": _instead("import time\nwhile True:\n    time.sleep(1e6)", "timeout"),
    "stop": _instead("import signal\nos.kill(os.getpid(), signal.SIGSTOP)", "timeout"),
    "thread-exit": _instead(
        "import threading, time\n"
        "threading.Thread(target=lambda: (time.sleep(0.01), os._exit(0))).start()\n"
        "time.sleep(5)\nreturn t.max(), t.min()",
        "crashed",
    ),
    "generator-of-answers": _answer("", "(value for value in (t.max(), t.min()))"),
    "huge-name": _instead("raise type('E' * 1_000_000, (Exception,), {})('m' * 10_000_000)", "error"),
    "base-exception": attack(
        """
        class Stop(BaseException):
            def __str__(self):
                while True:
                    pass
            __repr__ = __str__


        def extreme_values(t):
            raise Stop
        """,
        "q9",
    ),
    "str-raises": attack(
        """
        class Odd(Exception):
            def __str__(self):
                raise self
            __repr__ = __str__

            @property
            def args(self):
                raise self


        def extreme_values(t):
            raise Odd
        """,
        "q9",
        outcome="error",
    ),
    "str-huge": attack(
        """
        class Odd(Exception):
            def __str__(self):
                return "x" * 200_000_000


        def extreme_values(t):
            raise Odd
        """,
        "q9",
    ),
    "float-hangs": _answer(
        "class Slow:\n    def __float__(self):\n        while True:\n            pass", "(Slow(), Slow())"
    ),
    "len-hangs": _answer(
        "class Slow(tuple):\n"
        "    def __len__(self):\n        while True:\n            pass\n"
        "    __iter__ = __getitem__ = __eq__ = __len__",
        "Slow((t.max() + 1, t.min()))",
    ),
    "class-lies": _answer(
        "class Liar:\n"
        "    __class__ = property(lambda self: tuple)\n"
        "    def __eq__(self, other):\n        return True\n"
        "    def __len__(self):\n        return 2\n"
        "    def __iter__(self):\n        return iter((Liar(), Liar()))\n"
        "    def __getattr__(self, name):\n        return Liar()\n"
        "    def __call__(self, *_, **__):\n        return Liar()",
        "Liar()",
    ),
    "tensor-lies": _answer(
        "class Equal(torch.Tensor):\n"
        "    @classmethod\n"
        "    def __torch_function__(cls, function, types, args=(), kwargs=None):\n"
        "        return torch.tensor(True)",
        "(torch.zeros(()).as_subclass(Equal), torch.zeros(()).as_subclass(Equal))",
    ),
    # The next exercise's time is its own: what loops while an answer is thrown away costs this one alone.
    "del-hangs": attack(
        """
        class Slow:
            def __del__(self):
                while True:
                    pass


        def extreme_values(t):
            slow = Slow()
            return t.max() + 1, t.min()
        """,
        "q9",
    ),
    "del-hangs-later": attack(
        """
        class Slow:
            def __del__(self):
                while True:
                    pass


        KEPT = []


        def extreme_values(t):
            slow = Slow()
            slow.itself = slow
            return t.max() + 1, t.min()
        """,
        "q9",
    ),
    "atexit-hangs": attack(
        """
        import atexit, threading, time


        def forever():
            while True:
                time.sleep(1)


        def extreme_values(t):
            atexit.register(forever)
            threading.Thread(target=forever).start()
            return t.max() + 1, t.min()
        """,
        "q9",
    ),
    "traced": _instead(
        "def trace(*_):\n    while True:\n        pass\n"
        "sys.settrace(trace)\nsys.setprofile(trace)\nextreme_indices(t)\nreturn t.max(), t.min()"
    ),
}
"""Each ends its exercise alone, and no ending but a right answer is one."""
