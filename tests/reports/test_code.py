"""The code view shows the lines that ran, numbered as findings number them."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labgrade.reports import code
from labgrade.reports.code import CodeView, code_view, decoded


def notebook(*sources: object, kinds: str = "") -> bytes:
    cells = [
        {"cell_type": "markdown" if kinds[place : place + 1] == "m" else "code", "source": source}
        for place, source in enumerate(sources)
    ]
    return json.dumps({"nbformat": 4, "cells": cells}).encode()


def only_block(data: bytes, path: str = "lab01.py") -> code.Block:
    ((block,),) = (file.blocks for file in code_view([(path, data)]).files)
    return block


class TestModules:
    @pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
    def test_lines_end_as_python_ends_them(self, end):
        assert only_block(end.join([b"a", b"", b"b", b""])).lines == ("a", "", "b")

    def test_other_separators_do_not_shift_the_numbers(self):
        block = only_block("x = '\x0c\x1c\u2028'\ny = 1\n".encode())
        assert block.lines == ("x = '\\x0c\\x1c\\u2028'", "y = 1")

    def test_empty(self):
        assert only_block(b"").lines == ("",)

    def test_long_lines_are_cut(self):
        assert only_block(b"x" * 10**6).lines == ("x" * code.MAX_LINE + "… (1,000,000 characters)",)


class TestNotebooks:
    def test_code_cells_are_numbered_among_themselves_empty_ones_too(self):
        data = notebook("a", "# title", ["b\n", "c"], "", kinds="cm")
        (file,) = code_view([("lab.ipynb", data)]).files
        assert [(block.cell, block.lines) for block in file.blocks] == [
            (1, ("a",)),
            (2, ("b", "c")),
            (3, ("",)),
        ]

    @pytest.mark.parametrize(
        "data",
        [b"", b"not json", b"[]", b'{"cells": 3}', b"[" * 100_000, b'{"cells": [3, {"cell_type": "code"}]}'],
    )
    def test_damaged_ones_show_something(self, data):
        (file,) = code_view([("lab.ipynb", data)]).files
        assert file.note or file.blocks

    def test_odd_sources_are_no_crash(self):
        (file,) = code_view([("lab.ipynb", notebook(None, 7, ["x", 3, None], {"a": 1}))]).files
        assert [block.lines for block in file.blocks] == [("",), ("",), ("x",), ("",)]

    def test_without_code_cells(self):
        (file,) = code_view([("lab.ipynb", notebook("text", kinds="m"))]).files
        assert (file.blocks, file.note) == ((), "A notebook without code cells.")


class TestDecoding:
    @pytest.mark.parametrize(
        ("data", "text"),
        [
            (b"\xef\xbb\xbfx = 1", "x = 1"),
            ("x = 'é'".encode(), "x = 'é'"),
            (b"x = '\xe9'", "x = 'é'"),
            ("# coding: cp1251\nx = 'ж'".encode("cp1251"), "# coding: cp1251\nx = 'ж'"),
            (b"# coding: no-such\nx = '\xe9'", "# coding: no-such\nx = 'é'"),
            (b"# coding: rot13\nx = '\xe9'", "# coding: rot13\nx = 'é'"),
            ("x = 1".encode("utf-16"), "x = 1"),
        ],
    )
    def test_as_python_or_somehow(self, data, text):
        assert decoded(data) == text

    @given(st.binary(max_size=80))
    def test_never_fails(self, data):
        assert isinstance(decoded(data), str)


class TestLimits:
    def test_lines_of_all_files_together(self, monkeypatch):
        monkeypatch.setattr(code, "MAX_LINES", 5)
        files = code_view([("a.py", b"1\n2\n3\n"), ("b.py", b"1\n2\n3\n"), ("c.py", b"1\n")]).files
        assert [(len(f.blocks[0].lines), f.blocks[0].more) for f in files] == [(3, 0), (2, 1), (0, 1)]

    def test_files(self):
        files = code_view([(f"f{i:03}.py", b"") for i in range(100)]).files
        assert len(files) == code.MAX_FILES + 1
        assert files[-1].path == f"{100 - code.MAX_FILES} more files"

    def test_bytes(self):
        (file,) = code_view([("a.py", b"#" * (code.MAX_BYTES + 1))]).files
        assert file.blocks == ()
        assert "too long" in file.note

    def test_data_files_are_named_not_shown(self):
        (file,) = code_view([("points.csv", b"1,2\n")]).files
        assert (file.blocks, file.note) == ((), "4 bytes, not shown.")


class TestOrder:
    def test_what_ran_comes_first_in_its_order(self):
        files = [("a.csv", b""), ("b.py", b""), ("c.py", b""), ("d.py", b"")]
        assert [f.path for f in code_view(files, ["d.py", "b.py"]).files] == ["d.py", "b.py", "a.csv", "c.py"]


class TestAnchors:
    VIEW = code_view(
        [("src/lab01.py", b"a\nb\n"), ("lab.ipynb", notebook("x", "y\nz")), ("data.csv", b"")],
        ["src/lab01.py", "lab.ipynb"],
    )

    @pytest.mark.parametrize(
        ("where", "anchor"),
        [
            ("src/lab01.py:2", "f1-L2"),
            ("lab01.py:1", "f1-L1"),
            ("cell 2, line 2", "f2-c2-L2"),
            ("cell 2", "f2-c2-L1"),
            ("lab.ipynb cell 1, line 1", "f2-c1-L1"),
            ("lab01.py:3", ""),
            ("lab01.py:0", ""),
            ("other.py:1", ""),
            ("cell 3, line 1", ""),
            ("cell 2, line 9", ""),
            ("data.csv", ""),
            ("lab01.py:9999999999999", ""),
            ("the whole file", ""),
            ("", ""),
            (None, ""),
        ],
    )
    def test_lead_to_the_line_or_nowhere(self, where, anchor):
        assert self.VIEW.anchor_of(where) == anchor

    def test_nowhere_without_code(self):
        assert CodeView().anchor_of("lab01.py:1") == ""
