"""Where no namespace is granted: private folders on the real disk, Landlock, seccomp, limits."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

WITHOUT = ["user namespace"]


@pytest.fixture(scope="module")
def saw(zygote, needs):
    needs("landlock", "seccomp")
    leave = """
        Path("note").write_text("x")
        saw["own"] = os.getcwd()
        saw["mode"] = Path(".").stat().st_mode & 0o777
    """
    look = """
        parent = Path.cwd().parents[1]
        saw["neighbours"] = attempt(lambda: os.listdir(parent))
        saw["neighbour's file"] = attempt(lambda: (parent / "1" / "student" / "note").read_text())
        saw["passwd"] = attempt(lambda: Path("/etc/passwd").read_text())
        saw["home"] = attempt(lambda: os.listdir("/root"))
        saw["outside"] = attempt(lambda: Path("/tmp/mark").write_text("x"))
        saw["temporary"] = attempt(lambda: Path(os.environ["TMPDIR"], "a").write_text("x"))
        saw["labels"] = attempt(lambda: Path(LABELS).read_bytes())
        saw["zygote environment"] = attempt(lambda: Path(f"/proc/{zygote}/environ").read_bytes())
        saw["signal zygote"] = attempt(lambda: os.kill(zygote, 0))
        saw["signal self"] = attempt(lambda: os.kill(os.getpid(), 0))
        saw["socket"] = attempt(lambda: __import__("socket").socket())
        saw["null"] = attempt(lambda: Path("/dev/null").write_text("x"))
        aborted = os.fork()
        if aborted == 0:
            os.abort()
        saw["abort"] = os.waitstatus_to_exitcode(os.waitpid(aborted, 0)[1])
    """
    before = """
        import importlib.util
        LABELS = Path(importlib.util.find_spec("sklearn").origin).parent / "datasets/data/digits.csv.gz"
        saw["labels exist"] = LABELS.exists()
    """
    answer = zygote(
        user="unprivileged",
        disabled=WITHOUT,
        before=before,
        submissions=[{"student": leave}, {"student": look}],
    )
    assert answer.zygote["labels exist"]
    assert all("raised" not in run for run in answer.runs), answer.runs
    return answer.runs


def test_each_submission_has_a_folder_of_its_own(saw):
    assert 0o700 == saw[0]["mode"]
    assert saw[0]["workdir"] == saw[0]["own"] != saw[1]["workdir"]


@pytest.mark.parametrize(
    "act", ["neighbours", "neighbour's file", "passwd", "home", "outside", "labels", "zygote environment"]
)
def test_other_files_cannot_be_reached(saw, act):
    assert saw[1][act] in {"EACCES", "ENOENT", "EPERM"}


@pytest.mark.parametrize("act", ["temporary", "signal self", "null"])
def test_own_work_can_be_done(saw, act):
    assert "done" == saw[1][act]


def test_other_processes_and_the_network_cannot_be_reached(saw):
    assert "EPERM" == saw[1]["signal zygote"]
    assert "EPERM" == saw[1]["socket"]


def test_abort_still_ends_the_process(saw):
    assert -6 == saw[1]["abort"]


def test_without_landlock_the_filter_refuses_signals_to_others(zygote, needs):
    needs("seccomp")

    saw = zygote(
        user="unprivileged",
        disabled=[*WITHOUT, "landlock"],
        student="""
            import signal
            saw["zygote"] = attempt(lambda: os.kill(zygote, 0))
            saw["everybody"] = attempt(lambda: os.kill(-1, 0))
            saw["self"] = attempt(lambda: os.kill(os.getpid(), 0))
            child = os.fork()
            if child == 0:
                os.abort()
            saw["abort"] = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        """,
    ).saw

    assert ("EPERM", "EPERM", "done") == (saw["zygote"], saw["everybody"], saw["self"])
    assert saw["abort"] < 0


def test_folders_go_when_their_submission_was_waited_for(zygote):
    answer = zygote(
        disabled=WITHOUT,
        submissions=[{"student": "Path('note').write_text('x')"}] * 3,
        after="""
            base = Path(confinement._scratch.path)
            saw["left"] = len(list(base.iterdir()))
            confinement.close()
            saw["base"] = base.exists()
            saw["name"] = str(base)
        """,
    )

    assert answer.zygote["left"] <= 1  # the last one goes with the base, or before the next
    assert answer.zygote["base"] is False
    assert not Path(answer.zygote["name"]).exists()


def test_a_fork_of_the_zygote_that_closes_removes_nothing(zygote):
    answer = zygote(
        disabled=WITHOUT,
        after="""
            child = os.fork()
            if child == 0:
                confinement.close()
                os._exit(0)
            os.waitpid(child, 0)
            saw["there"] = confinement._scratch.path.is_dir()
        """,
    )

    assert answer.zygote["there"] is True


def test_what_a_killed_zygote_left_is_removed_by_the_next(zygote):
    ended = os.fork()
    if ended == 0:
        os._exit(0)
    os.waitpid(ended, 0)
    # Where the zygote looks, which gets no TMPDIR of ours.
    left = Path(tempfile.mkdtemp(prefix=f"labgrade-{ended}-", dir="/tmp"))
    running = Path(tempfile.mkdtemp(prefix=f"labgrade-{os.getpid()}-", dir="/tmp"))

    zygote(disabled=WITHOUT)

    assert not left.exists()
    assert running.exists()
    running.rmdir()


def test_the_supervisor_adopts_what_its_children_leave(zygote):
    saw = zygote(
        disabled=WITHOUT,
        submissions=[
            {
                "supervisor": """
                    if os.fork() == 0:
                        if os.fork() == 0:
                            os._exit(5)
                        os._exit(4)
                    saw["codes"] = sorted(os.waitstatus_to_exitcode(os.wait()[1]) for _ in range(2))
                """
            }
        ],
    ).saw

    assert [4, 5] == saw["codes"]


def test_the_reason_of_the_kernel_stands_in_the_report(zygote, needs):
    needs("user namespace")

    answer = zygote(
        user="root",
        probe=True,
        before="""
            from labgrade.worker.isolation import namespaces
            namespaces.rehearse = lambda act: "a policy forbids it"
        """,
    )

    assert not answer.has_pid_namespace
    in_force, detail = answer.layers["mount namespace"]
    assert not in_force
    assert "a policy forbids it" in detail
