"""What a submission can read and write."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import pytest

needs_private_tmp = pytest.mark.skipif(
    sys.prefix.startswith("/tmp/"), reason="the interpreter lies below /tmp, which then stays in view"
)

PRIVATE = [".", "/tmp", "/dev/shm"]
STUDENT = """
def listed(path):
    try:
        return sorted(os.listdir(path))
    except OSError as error:
        return type(error).__name__

def write(path):
    return attempt(lambda: Path(path, "mark").write_text("x"))

saw["root"] = listed("/")
saw["secret"] = attempt(lambda: Path(SECRET, "answers.txt").read_text())
saw["shadow"] = attempt(lambda: Path("/etc/shadow").read_text())
saw["etc"] = listed("/etc")
saw["passwd"] = Path("/etc/passwd").read_text()
saw["course"] = listed(COURSE)
saw["inner"] = Path(COURSE, "venv", "lib.py").read_text()
saw["labels"] = listed(Path(LIBRARY, "data"))
saw["label file"] = Path(LIBRARY, "labels.csv").read_text()
saw["library"] = Path(LIBRARY, "code.py").read_text()
saw["library by its link"] = Path(LINK, "code.py").read_text()
saw["written"] = {str(path): write(path) for path in
    ("/", "/etc", "/dev", "/proc", "/usr/lib", "/home", "/private", LIBRARY, LIBRARY + "/data", *PRIVATE)}
saw["interpreter"] = write(os.path.dirname(os.__file__))
saw["device"] = attempt(lambda: Path("/dev/null").write_text("x"))
saw["zeros"] = len(open("/dev/zero", "rb").read(7))
saw["made device"] = attempt(lambda: os.mknod("null", 0o020666, os.makedev(1, 3)))
saw["fifo"] = attempt(lambda: os.mkfifo("fifo"))
saw["renamed"] = attempt(lambda: (Path("a").write_text("x"), os.rename("a", "b")))
saw["mount"] = attempt(lambda: __import__("labgrade.worker.isolation.syscalls", fromlist=["x"]).mount(
    "none", "/tmp", "tmpfs", 0))
saw["cwd"] = os.getcwd()
saw["home"] = os.path.expanduser("~")
"""


@pytest.fixture(scope="module")
def course():
    # Not pytest's own folder, which others may not enter: an unprivileged zygote could not either.
    # Nor below /tmp, which is then a folder of the view, not the private one; that has its own test.
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder, "course")


@pytest.fixture(scope="module", params=["root", "unprivileged"])
def files(request, zygote, needs, course):
    needs("user namespace", "mount namespace")
    library, secret, link = course / "library", course / "secret", course.parent / "link"
    for folder in (library / "data", course / "venv", secret):
        folder.mkdir(parents=True, exist_ok=True)
    for path in (library / "data" / "digits.csv", library / "labels.csv", secret / "answers.txt"):
        path.write_text("1,2,3")
    for path in (library / "code.py", course / "venv" / "lib.py"):
        path.write_text("code")
    if not link.is_symlink():
        link.symlink_to(library)
    names = {
        "PRIVATE": PRIVATE,
        "COURSE": str(course),
        "LIBRARY": str(library),
        "SECRET": str(secret),
        "LINK": str(link),
    }
    before = "\n".join(f"{name} = {text!r}" for name, text in names.items())
    answer = zygote(
        user=request.param,
        readable=[str(link), str(course / "venv")],
        masked=[str(course), str(library / "data"), str(library / "labels.csv")],
        student=before + STUDENT,
    )
    assert "raised" not in answer.saw, answer.saw["raised"]
    return answer.saw


def test_the_tree_is_ours(files):
    assert {"run", "opt", "mnt", "boot", "sbin"}.isdisjoint(files["root"])


def test_a_folder_outside_the_view_is_not_there(files):
    assert "ENOENT" == files["secret"]


def test_the_machines_configuration_is_not_there(files):
    assert "ENOENT" == files["shadow"]
    assert {"passwd", "group", "hosts", "nsswitch.conf", "ld.so.cache"} >= set(files["etc"])
    assert files["passwd"].startswith("student:x:1000:")
    assert 1 == files["passwd"].count("\n")


def test_a_masked_folder_shows_only_what_is_readable_inside(files):
    assert ["library", "venv"] == files["course"]
    assert "code" == files["inner"]


def test_a_masked_part_of_a_readable_folder_is_empty(files):
    assert [] == files["labels"]
    assert "" == files["label file"]
    assert "code" == files["library"]


def test_a_readable_path_that_is_a_link_works_by_both_names(files):
    assert "code" == files["library by its link"]


@needs_private_tmp
def test_only_the_three_private_folders_can_be_written(files):
    done = [path for path, what in files["written"].items() if what == "done"]
    assert PRIVATE == done
    assert "done" != files["interpreter"]


def test_device_nodes_work_and_cannot_be_made(files):
    assert "done" == files["device"]
    assert 7 == files["zeros"]
    assert "EPERM" == files["made device"]


def test_ordinary_file_work_is_possible(files):
    assert "done" == files["fifo"]
    assert "done" == files["renamed"]


def test_nothing_can_be_mounted(files):
    assert "done" != files["mount"]


def test_home_is_the_working_directory(files):
    assert files["workdir"] == files["cwd"] == files["home"]


@needs_private_tmp
def test_a_second_submission_finds_nothing_of_the_first(zygote, needs):
    needs("mount namespace")
    leave = f"[Path(p, 'note').write_text('x') for p in {PRIVATE}]"
    look = f"saw['notes'] = [p for p in {PRIVATE} if Path(p, 'note').exists()]"

    answer = zygote(submissions=[{"student": leave + "\n" + look}, {"student": look}])

    assert PRIVATE == answer.runs[0]["notes"]
    assert [] == answer.runs[1]["notes"]


def test_our_own_package_and_the_label_files_are_hidden(zygote, needs):
    needs("mount namespace")

    answer = zygote(
        student="""
            import importlib.util
            saw["ours"] = sorted(str(p) for p in Path(sys.modules["labgrade"].__file__).parent.glob("*"))
            package = Path(importlib.util.find_spec("sklearn").origin).parent
            saw["package"] = package.joinpath("datasets", "_base.py").exists()
            saw["labels"] = [str(path) for path in package.joinpath("datasets", "data").glob("*")]
        """
    )

    assert [] == answer.saw["ours"]
    assert answer.saw["package"] is True
    assert [] == answer.saw["labels"]


def test_modules_that_were_not_imported_before_still_load(zygote, needs):
    needs("mount namespace")

    answer = zygote(
        user="unprivileged",
        before="saw['early'] = [n for n in ('_sqlite3', 'packaging.version', 'wave') if n in sys.modules]",
        student="import wave, _sqlite3, packaging.version; saw['loaded'] = True",
    )

    assert [] == answer.zygote["early"]
    assert answer.saw["loaded"] is True


@needs_private_tmp
def test_something_readable_below_the_usual_places_leaves_them_usable(zygote, needs):
    needs("mount namespace")
    with tempfile.TemporaryDirectory(dir="/tmp") as temporary:
        Path(temporary).chmod(0o755)
        Path(temporary, "lib.py").write_text("code")

        answer = zygote(
            readable=[temporary],
            student=f"""
                import tempfile
                saw["read"] = Path({temporary!r}, "lib.py").read_text()
                saw["neighbours"] = os.listdir("/tmp")
                with tempfile.NamedTemporaryFile("w") as file:
                    saw["write"] = attempt(lambda: file.write("x"))
            """,
        )

    assert "code" == answer.saw["read"]
    assert [Path(temporary).name] == answer.saw["neighbours"]
    assert "done" == answer.saw["write"]


@needs_private_tmp
def test_disk_use_has_one_budget(zygote, needs):
    needs("mount namespace")

    answer = zygote(
        limits={"disk_bytes": 4 << 20},
        student="""
            part = bytes(3 << 20)
            saw["first"] = attempt(lambda: Path("a").write_bytes(part))
            saw["second"] = attempt(lambda: Path("/tmp/b").write_bytes(part))
            saw["one file"] = attempt(lambda: os.truncate(os.open("c", os.O_CREAT | os.O_RDWR), 5 << 20))
        """,
    )

    assert "done" == answer.saw["first"]
    assert "ENOSPC" == answer.saw["second"]
    assert "EFBIG" == answer.saw["one file"]
