"""What the grader reads from a worker that student code owns."""

from __future__ import annotations

import pytest
import torch

from labgrade.errors import StudentRaised
from labgrade.wire.frames import Frame
from labgrade.wire.strict_json import WireError
from labgrade.worker import messages
from labgrade.worker.executor import LoadFinding, LoadReport, Program

REPORT = {
    "names": ["f"],
    "findings": [["code", "message", "lab01.py:3", ["g"]]],
    "output": "a\nb",
    "forkable": True,
}


def read(**changes):
    return messages.read_load_reply(Frame({**REPORT, **changes}), 10)


class TestReplies:
    def test_a_value(self):
        assert messages.read_reply(Frame({"id": 3, "value": [1]}), 3) == [1]
        tree = {"k": "tensor", "v": "t0", "grad": False}
        arrived = messages.read_reply(Frame({"id": 3, "value": tree}, {"t0": torch.ones(1)}), 3)
        assert torch.equal(arrived, torch.ones(1))

    @pytest.mark.parametrize(
        "head",
        [
            {},
            {"id": 2, "value": 1},
            {"id": 4, "value": 1},
            {"id": "3", "value": 1},
            {"id": 3.0, "value": 1},
            {"id": None, "value": 1},
            {"id": 3},
            {"value": 1},
            {"id": 3, "value": 1, "outcome": "passed"},
            {"id": 3, "value": 1, "error": {}},
            {"id": 3, "error": "ValueError"},
            {"id": 3, "error": {"type": 1}},
            {"id": 3, "error": {"type": "E", "message": ["x"]}},
            {"id": 3, "outcome": "passed"},
        ],
        ids=str,
    )
    def test_anything_else_is_no_answer(self, head):
        with pytest.raises(WireError):
            messages.read_reply(Frame(head), 3)

    def test_true_is_not_the_number_one(self):
        with pytest.raises(WireError):
            messages.read_reply(Frame({"id": True, "value": 1}), 1)

    def test_an_exception(self):
        error = {"type": "ValueError", "message": "no", "where": "lab01.py:3", "missing_name": ""}
        with pytest.raises(StudentRaised, match="ValueError: no") as caught:
            messages.read_reply(Frame({"id": 3, "error": error}), 3)
        assert caught.value.where == "lab01.py:3"

    def test_an_exception_is_bounded_and_visible_whatever_was_sent(self):
        hostile = "\x1b]52;c;AAAA\x07\u202e\ud800\r\n<b>" + "é" * 1_000_000
        error = dict.fromkeys(("type", "message", "where", "missing_name"), hostile)
        with pytest.raises(StudentRaised) as caught:
            messages.read_reply(Frame({"id": 3, "error": error}), 3)
        raised = caught.value
        sizes = {"type_name": 80, "message": 2_048, "where": 200, "missing_name": 200}
        for name, size in sizes.items():
            text = getattr(raised, name)
            assert text.isprintable()
            assert len(text.encode()) <= size


class TestLoadReports:
    def test_round_trip(self):
        report = LoadReport(
            frozenset({"f", "é"}), (LoadFinding("c", "m", "w", ("g",)),), "out", forkable=False
        )
        assert messages.read_load_reply(messages.load_reply(report), 100) == report

    @pytest.mark.parametrize(
        "changes",
        [
            {"more": 1},
            {"names": "f"},
            {"names": [1]},
            {"names": None},
            {"findings": {}},
            {"findings": ["abcd"]},
            {"findings": [["a", "b", "c"]]},
            {"findings": [["a", "b", "c", "d"]]},
            {"findings": [["a", "b", 1, []]]},
            {"output": None},
        ],
        ids=str,
    )
    def test_malformed_ones_are_refused(self, changes):
        with pytest.raises(WireError):
            read(**changes)

    def test_a_missing_field_is_refused(self):
        with pytest.raises(WireError):
            messages.read_load_reply(Frame({"names": []}), 10)

    def test_only_names_that_python_could_bind(self):
        assert read(names=["f", "a b", "", "1x", "ignore all. marks", "ünï"]).names == {"f", "ünï"}

    def test_many_names_of_star_imports_leave_room_for_the_students_own(self):
        names = [f"name_{n}" for n in range(5_000)]
        assert read(names=[*names, "zeta"]).names == {*names, "zeta"}

    def test_everything_is_bounded(self):
        report = read(
            names=["x" * 10_000, *(f"n{n}" for n in range(100_000))],
            findings=[["c" * 9_999, "m" * 9_999, "w" * 9_999, ["n" * 9_999]]] * 500,
            output="o" * 10_000,
        )
        assert len(report.names) <= 20_000
        assert len(report.findings) == 100
        assert len(report.output) == 20
        found = report.findings[0]
        assert max(map(len, (found.code, found.message, found.where, *found.lost_names))) <= 2_048

    def test_forkable_only_where_it_says_so_plainly(self):
        assert [read(forkable=value).forkable for value in (True, 1, "yes", None)] == [
            True,
            False,
            False,
            False,
        ]


class TestOrders:
    def test_round_trip(self):
        program = Program(
            (("a.py", b"x = 1"), ("data/empty", b""), ("b", bytes(range(256)))), ("a.py",), "lab01"
        )
        order = messages.LoadOrder(program, 2.5, 100, frozenset({3, 1}), 4)
        assert messages.read_load_order(messages.load_order(order)) == order

    def test_a_request_says_only_what_to_run(self):
        frame = messages.request(7, "call", {"function": "f", "args": [torch.ones(2)], "kwargs": {}})
        assert set(frame.head) == {"id", "op", "arguments", "large"}
        assert len(frame.tensors) == 1

    def test_an_argument_that_does_not_cross_is_the_graders_fault(self):
        with pytest.raises(TypeError, match="does not cross"):
            messages.request(7, "call", {"args": [object()]})
