"""The folder of records: names, order, damage, and what a kill at any moment leaves behind."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import signal
import sys

import pytest

from labgrade.errors import UserError
from labgrade.record import atomic
from labgrade.record.codec import encode
from labgrade.record.store import RecordChanged, RecordStore, RecordWarning, latest

from .factory import LAB, check, provenance, record, slug

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


@pytest.fixture
def store(tmp_path):
    return RecordStore(tmp_path / "out", slug)


def numbered(sequence: int, student: str = "s01", **fields: object):
    return record(student=student, sequence=sequence, **fields)


class TestPut:
    def test_names_the_file_by_time_and_digest(self, store):
        path = store.put(record())
        assert path.parent == store.root / LAB / slug("s01")
        digest = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
        assert path.name == f"20261124T060401.250000Z-{digest}.json"

    def test_time_is_utc_whatever_offset_was_noted(self, store):
        path = store.put(record(provenance=provenance(finished="2026-11-24T11:34:01+05:30")))
        assert path.name.startswith("20261124T060401.000000Z-")

    def test_reads_back_equal(self, store):
        original = record(check(outcome="failed"))
        assert store.load(store.put(original)) == original

    def test_twice_is_one_file(self, store):
        assert store.put(record()) == store.put(record())
        assert len(list(store.records())) == 1

    def test_leaves_nothing_else(self, store):
        path = store.put(record())
        assert list(path.parent.iterdir()) == [path]

    def test_refuses_what_it_could_not_read_back(self, store):
        with pytest.raises(ValueError, match="larger than"):
            store.put(record(output="x" * (17 * 1024 * 1024)))
        assert list(store.records()) == []

    @pytest.mark.parametrize("lab", ["..", "", "a/b", ".hidden", "submitted", "lab\n", "x" * 200])
    def test_refuses_ids_that_are_no_folder(self, store, lab):
        with pytest.raises(UserError, match="id of a lab"):
            store.put(record(lab=lab))


class TestOrder:
    def test_sequence_starts_at_one_and_goes_on(self, store):
        assert store.next_sequence(LAB, "s01") == 1
        store.put(numbered(1))
        store.put(numbered(7, output="later"))
        assert store.next_sequence(LAB, "s01") == 8
        assert store.next_sequence(LAB, "s02") == 1

    def test_sequence_decides_not_the_clock(self, store):
        store.put(numbered(2))
        store.put(numbered(1, provenance=provenance(finished="2031-01-01T00:00:00+00:00")))
        assert store.current(LAB, "s01") == numbered(2)

    def test_current_names_its_file(self, store):
        store.put(numbered(1))
        path = store.put(numbered(2))
        assert store.ranked(LAB, "s01")[-1] == (path, numbered(2))

    def test_ties_do_not_depend_on_times_or_reading_order(self, store):
        pair = [numbered(1, output=text) for text in ("a", "b")]
        for one in pair:
            store.put(one)
        expected = max(pair, key=lambda one: hashlib.sha256(encode(one)).hexdigest())
        assert store.current(LAB, "s01") == expected
        assert latest(pair) == latest(reversed(pair)) == {(LAB, "s01"): expected}

    def test_none_before_the_first(self, store):
        assert store.current(LAB, "s01") is None
        assert store.ranked(LAB, "s01") == []
        assert list(store.records()) == []

    def test_an_id_that_is_no_unicode_is_found_again(self, store):
        store.put(record(student="s\udc80"))
        assert store.next_sequence(LAB, "s\udc80") == 2
        assert store.current(LAB, "s\udc80") == record(student="s\\udc80")

    def test_filters_by_lab_and_student(self, store):
        kept = {
            (lab, student): record(lab=lab, student=student)
            for lab in ("lab01_tensors", "lab02")
            for student in ("s01", "s02")
        }
        for one in kept.values():
            store.put(one)
        assert latest(store.records()) == kept
        assert {r.lab for r in store.records(student="s01")} == {"lab01_tensors", "lab02"}
        assert {r.student for r in store.records("lab02")} == {"s01", "s02"}
        assert list(store.records("lab02", "s02")) == [kept["lab02", "s02"]]


class TestDamage:
    DAMAGES = (
        ("one byte", lambda path: path.write_bytes(path.read_bytes().replace(b"s01", b"s99"))),
        ("a space", lambda path: path.write_bytes(path.read_bytes() + b" ")),
        ("cut", lambda path: path.write_bytes(path.read_bytes()[:-40])),
        ("empty", lambda path: path.write_bytes(b"")),
        ("folder", lambda path: (path.unlink(), path.mkdir())),
        ("renamed", lambda path: path.rename(path.with_name("copy.json"))),
        ("another time", lambda path: path.rename(path.with_name(path.name.replace("2026", "2031")))),
    )

    @pytest.mark.parametrize("damage", [d for _, d in DAMAGES], ids=[name for name, _ in DAMAGES])
    def test_is_reported_and_passed_over(self, store, damage):
        store.put(numbered(1))
        damage(store.put(numbered(2)))
        with pytest.warns(RecordWarning, match="passed over"):
            assert list(store.records()) == [numbered(1)]
        with pytest.warns(RecordWarning):
            assert store.current(LAB, "s01") == numbered(1)
        (problem,) = store.problems()
        with pytest.raises(RecordChanged) as caught:
            store.load(problem.path)
        assert (caught.value.path, caught.value.why) == (problem.path, problem.why)
        assert problem.why in str(problem)

    def test_is_told_to_the_caller_instead_of_a_warning(self, tmp_path):
        told: list[RecordChanged] = []
        store = RecordStore(tmp_path, slug, told.append)
        path = store.put(record())
        path.write_bytes(b"{}")
        assert list(store.records()) == []
        assert [problem.path for problem in told] == [path]

    def test_a_record_moved_to_another_student_is_not_theirs(self, store):
        path = store.put(record(student="s01"))
        other = store.folder(LAB, "s02")
        other.mkdir()
        shutil.copy(path, other / path.name)
        with pytest.warns(RecordWarning, match="the record of 's01'"):
            assert store.current(LAB, "s02") is None
        assert [problem.path.parent for problem in store.problems()] == [other]

    def test_a_damaged_file_keeps_its_number(self, store):
        store.put(numbered(1))
        path = store.put(numbered(2))
        path.write_bytes(path.read_bytes() + b" ")
        with pytest.warns(RecordWarning):
            assert store.next_sequence(LAB, "s01") == 3

    def test_missing_file(self, store):
        with pytest.raises(RecordChanged, match="cannot be read"):
            store.load(store.root / "nothing.json")


class TestLock:
    def test_second_batch_is_told(self, store):
        other = RecordStore(store.root, slug)
        with store.lock(), pytest.raises(UserError, match="Another run") as caught, other.lock():
            pytest.fail("both hold the lock")
        assert caught.value.where == str(store.root)
        with other.lock():
            assert (store.root / ".lock").exists()

    def test_is_freed_after_an_error(self, store):
        with pytest.raises(KeyError), store.lock():
            raise KeyError
        with store.lock():
            assert list(store.records()) == []

    @needs_fork
    def test_dies_with_its_process(self, store):
        ready, tell = os.pipe()
        child = os.fork()
        if child == 0:  # pragma: no cover
            with store.lock():
                os.write(tell, b"x")
                signal.pause()
        os.close(tell)
        assert os.read(ready, 1) == b"x"
        with pytest.raises(UserError), store.lock():
            pytest.fail("both hold the lock")
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(ready)
        with store.lock():
            assert list(store.records()) == []

    @needs_fork
    def test_a_fork_that_leaves_it_does_not_open_it(self, store):
        child = -1
        try:
            with store.lock():
                child = os.fork()
                if child:
                    assert os.waitpid(child, 0)[1] == 0
                    with pytest.raises(UserError), RecordStore(store.root, slug).lock():
                        pytest.fail("both hold the lock")
        finally:
            if child == 0:  # pragma: no cover
                os._exit(sys.exc_info()[0] is not None)

    def test_a_folder_that_cannot_be_is_named(self, tmp_path):
        (tmp_path / "out").write_text("a file")
        with (
            pytest.raises(UserError, match="cannot be written to"),
            RecordStore(tmp_path / "out", slug).lock(),
        ):
            pytest.fail("a file was locked as a folder")

    def test_sweeps_leftovers_only_of_ours(self, store):
        place = store.put(record()).parent
        leftovers = [place / ".labgrade-1.tmp", store.root / "submitted" / ".labgrade-2.tmp"]
        kept = [place / "notes.tmp", store.root / "data.txt"]
        (store.root / "submitted").mkdir()
        for file in leftovers + kept:
            file.write_bytes(b"half")
        with store.lock():
            assert [file.exists() for file in leftovers + kept] == [False, False, True, True]


@needs_fork
class TestKill:
    """A process killed at every system call of `put` leaves the record whole or absent, never twice."""

    STEPS = ("open", "fsync", "replace", "replaced", "folder")

    @staticmethod
    def die(*_args: object, **_options: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    def arrange(self, step: str) -> None:  # pragma: no cover  (runs in the child)
        real_replace, real_fsync = os.replace, os.fsync
        calls = []

        def replace_then_die(source, target):
            real_replace(source, target)
            self.die()

        def nth_fsync(descriptor, last):
            real_fsync(descriptor)
            calls.append(descriptor)
            if len(calls) == last:
                self.die()

        if step == "open":
            atomic._write_new = lambda path, data, **_durable: (path.write_bytes(data[:100]), self.die())
        elif step == "fsync":
            os.fsync = self.die
        elif step == "replace":
            os.replace = self.die
        elif step == "replaced":
            os.replace = replace_then_die
        else:
            os.fsync = lambda descriptor: nth_fsync(descriptor, 2)

    @pytest.mark.parametrize("step", STEPS)
    def test_leaves_whole_files_only(self, store, step):
        store.put(numbered(1))
        child = os.fork()
        if child == 0:  # pragma: no cover
            self.arrange(step)
            store.put(numbered(2))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        assert os.WTERMSIG(status) == signal.SIGKILL
        expected = [1, 2] if step in ("replaced", "folder") else [1]
        assert sorted(r.sequence for r in store.records()) == expected
        with store.lock():
            path = store.put(numbered(2))
        assert sorted(r.sequence for r in store.records()) == [1, 2]
        names = [entry.name for entry in path.parent.iterdir()]
        assert all(re.fullmatch(r"\d{8}T\d{6}\.\d{6}Z-[0-9a-f]{12}\.json", name) for name in names)
        assert len(names) == 2


class TestAtomic:
    def test_error_leaves_the_old_file_and_no_other(self, tmp_path, monkeypatch):
        target = tmp_path / "page.html"
        atomic.write_atomic(target, b"old")

        def full(*_args):
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "replace", full)
        with pytest.raises(OSError, match="No space"):
            atomic.write_atomic(target, b"new", durable=False)
        assert target.read_bytes() == b"old"
        assert list(tmp_path.iterdir()) == [target]
