"""Links, pipes, sockets and devices are told, never followed and never waited for."""

from __future__ import annotations

import os
import socket
from typing import TYPE_CHECKING

import pytest
from tests.trees import write_tree

from labgrade.errors import UserError
from labgrade.intake import find_entries

from .hand_ins import CODE, LAB, LABS, accepted, codes, message, paths, rejected

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(os.name == "nt", reason="POSIX file types")


def _link(path: Path, target: str) -> Path:
    path.symlink_to(target)
    return path


@pytest.mark.parametrize("target", ["/dev/zero", "other.py", "missing.py", "s01.py", "."])
def test_link_as_hand_in_is_rejected(tmp_path: Path, target: str) -> None:
    (tmp_path / "other.py").write_bytes(CODE)
    rejection = rejected(_link(tmp_path / "s01.py", target))
    assert codes(rejection) == ["link"]
    assert '"s01.py"' in message(rejection, "link")


def test_fifo_is_rejected_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "s01.py")
    assert codes(rejected(tmp_path / "s01.py")) == ["special-file"]


def test_socket_is_rejected(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # a socket's path may have 108 bytes only
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("s01.py")
        assert codes(rejected(tmp_path / "s01.py")) == ["special-file"]


def test_device_is_rejected(tmp_path: Path) -> None:
    device = tmp_path / "s01.py"
    try:
        os.mknod(device, 0o20600, os.makedev(1, 5))
    except OSError:
        pytest.skip("making a device needs root")
    assert codes(rejected(device)) == ["special-file"]


def test_links_inside_a_folder_lose_themselves_only(tmp_path: Path) -> None:
    other = write_tree(tmp_path / "s02", {"answers.py": CODE})
    mine = write_tree(tmp_path / "s01", {"q1.py": CODE})
    _link(mine / "stolen.py", str(other / "answers.py"))
    _link(mine / "their_folder", str(other))
    _link(mine / "loop", ".")
    _link(mine / "zero.csv", "/dev/zero")
    submission = accepted(mine)
    assert paths(submission) == ["q1.py"]
    assert codes(submission) == ["link"]
    assert "and 1 more" in message(submission, "link")


def test_pipes_inside_a_folder_lose_themselves_only(tmp_path: Path) -> None:
    mine = write_tree(tmp_path / "s01", {"q1.py": CODE})
    os.mkfifo(mine / "q2.py")
    submission = accepted(mine)
    assert paths(submission) == ["q1.py"]
    assert codes(submission) == ["special-file"]


def test_hard_link_is_read_and_noted(tmp_path: Path) -> None:
    (tmp_path / "s01.py").write_bytes(CODE)
    os.link(tmp_path / "s01.py", tmp_path / "s02.py")
    assert codes(accepted(tmp_path / "s01.py")) == ["hard-link"]


def test_hard_link_inside_a_folder_is_read_and_noted(tmp_path: Path) -> None:
    mine = write_tree(tmp_path / "s01", {"q1.py": CODE})
    os.link(mine / "q1.py", tmp_path / "elsewhere.py")
    submission = accepted(mine)
    assert paths(submission) == ["q1.py"]
    assert codes(submission) == ["hard-link"]


def test_linked_folder_of_a_lab_is_an_error_not_an_empty_class(tmp_path: Path) -> None:
    write_tree(tmp_path / "share", {"s01.py": CODE})
    write_tree(tmp_path / "submissions" / LABS[1], {"s01.py": CODE})
    _link(tmp_path / "submissions" / LAB, str(tmp_path / "share"))
    with pytest.raises(UserError, match="link") as caught:
        find_entries([tmp_path / "submissions"], labs=LABS, lab=None)
    assert "--lab" in caught.value.next_step
    assert len(find_entries([tmp_path / "submissions" / LAB], labs=LABS, lab=None)) == 1


def test_students_link_named_as_the_lab_stops_nobody(tmp_path: Path) -> None:
    write_tree(tmp_path / "class", {"s01.py": CODE})
    _link(tmp_path / "class" / LAB, "/")
    entries = find_entries([tmp_path / "class"], labs=LABS, lab=LAB)
    assert [entry.student for entry in entries] == [LAB, "s01"]


def test_special_entries_of_a_class_are_not_dropped(tmp_path: Path) -> None:
    write_tree(tmp_path, {"s01.py": CODE})
    os.mkfifo(tmp_path / "s02.py")
    _link(tmp_path / "s03", str(tmp_path))
    _link(tmp_path / "s04.csv", "/dev/zero")
    entries = find_entries([tmp_path], labs=LABS, lab=LAB)
    assert [entry.student for entry in entries] == ["s01", "s02", "s03", "s04"]
    assert [codes(rejected(tmp_path / name)) for name in ("s02.py", "s03", "s04.csv")] == [
        ["special-file"],
        ["link"],
        ["link"],
    ]
