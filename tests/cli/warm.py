"""A process that has imported labgrade and torch once, and runs command lines in forks of itself.

Importing torch costs more than grading the classes of these tests. Every fork is a whole run: it starts
its own zygote and its own jobs, and is killed and waited for like any process.

One line of JSON a request on standard input, one a reply on standard output:
{"run": ARGUMENTS, "cwd": …, "env": {…}, "out": FILE, "err": FILE, "before": SOURCE} → a process id
{"wait": PID} → its wait status
"""

from __future__ import annotations

import json
import os
import sys

for _name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[_name] = "1"

import labgrade.diagnosis  # noqa: E402 - threads are settled first
import labgrade.selfcheck  # noqa: E402
import labgrade.verify  # noqa: E402, F401 - and with it the batch
from labgrade.cli.app import run  # noqa: E402


def main() -> None:
    """Serve until standard input ends."""
    for line in sys.stdin:
        request = json.loads(line)
        reply = os.waitpid(request["wait"], 0)[1] if "wait" in request else start(request)
        sys.stdout.write(f"{json.dumps(reply)}\n")
        sys.stdout.flush()


def start(request: dict) -> int:
    """Fork a run and return its process id."""
    pid = os.fork()
    if pid == 0:
        code = 70
        try:
            code = one_run(request)
        finally:
            os._exit(code)
    return pid


def one_run(request: dict) -> int:
    """Become the run: files, folder and environment as asked for."""
    os.setsid()
    for descriptor, name, flags in (
        (0, os.devnull, os.O_RDONLY),
        (1, request["out"], os.O_RDWR | os.O_CREAT | os.O_APPEND),
        (2, request["err"], os.O_RDWR | os.O_CREAT | os.O_APPEND),
    ):
        os.dup2(os.open(name, flags), descriptor)
    os.chdir(request["cwd"])
    os.environ.update(request["env"])
    exec(request["before"], {})
    code = run(request["run"])
    sys.stdout.flush()
    sys.stderr.flush()
    return code


if __name__ == "__main__":
    main()
