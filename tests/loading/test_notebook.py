from __future__ import annotations

import ast
import json
import sys

import pytest

from labgrade.worker.notebook import plain_python, read_notebook


def read(data):
    return read_notebook("lab01.ipynb", data, alone=True)


def codes(source):
    return [finding.code for finding in source.findings]


class TestShapes:
    def test_code_cells_alone_are_read_and_numbered_from_one(self, notebook_of):
        data = notebook_of(
            {"cell_type": "markdown", "source": "# Question 1"},
            "x = 1",
            {"cell_type": "raw", "source": "raw"},
            "",
            ["y = 2\n", "z = 3"],
        )
        units = read(data).units
        assert [(unit.label, unit.code) for unit in units] == [
            ("cell 1", "x = 1"),
            ("cell 2", ""),
            ("cell 3", "y = 2\nz = 3"),
        ]

    def test_among_several_files_the_notebook_is_named(self, notebook_of):
        (unit,) = read_notebook("q1.ipynb", notebook_of("x = 1"), alone=False).units
        assert unit.label == unit.filename == "q1.ipynb cell 1"

    def test_format_3_keeps_cells_in_worksheets(self):
        cell = {"cell_type": "code", "language": "python", "input": ["x = 1\n"], "outputs": []}
        old = {"nbformat": 3, "worksheets": [{"cells": [cell]}, {"cells": [cell]}, "?"]}
        assert [unit.code for unit in read(json.dumps(old).encode()).units] == ["x = 1\n"] * 2

    def test_a_format_to_come_is_read_by_its_shape(self):
        cell = {"cell_type": "code", "source": "x = 1", "novelty": {}}
        new = {"nbformat": 5, "content": {"cells": [cell, None, {"cell_type": "code"}, {"source": "no"}]}}
        assert [unit.code for unit in read(json.dumps(new).encode()).units] == ["x = 1", ""]

    def test_outputs_and_metadata_are_dropped(self):
        cell = {
            "cell_type": "code",
            "source": "x = 1",
            "metadata": {"points": 1000},
            "outputs": [{"text": "1" * 10_000}],
        }
        source = read(json.dumps({"cells": [cell]}).encode())
        assert source.units[0].code == "x = 1"
        assert source.findings == ()

    @pytest.mark.parametrize("source", [None, 3, {"a": 1}, [1, "x = 1", None]])
    def test_a_source_of_another_type_is_no_accident(self, source, notebook_of):
        (unit,) = read(notebook_of({"cell_type": "code", "source": source})).units
        assert unit.code in ("", "x = 1")

    def test_line_ends_nul_and_lone_surrogates_in_a_cell(self, notebook_of):
        (unit,) = read(notebook_of("x = 1\r\ny = '\ud800'\rz\0 = 3")).units
        assert ast.parse(unit.code)
        assert unit.code.count("\n") == 2

    def test_utf_16_with_bom(self, notebook_of):
        source = read(notebook_of("x = 1").decode().encode("utf-16"))
        assert [unit.code for unit in source.units] == ["x = 1"]
        assert codes(source) == ["encoding"]


class TestBroken:
    def test_says_line_and_column(self):
        (finding,) = read(b'{\n  "cells": [,]\n}').findings
        assert (finding.code, finding.where) == ("notebook-broken", "lab01.ipynb")
        assert "line 2, column 13" in finding.message

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"x = 1\n",
            b"[]",
            b"null",
            b'{"cells": 3}',
            b'{"worksheets": 3}',
            b"[" * 200_000,
            b'{"cells": ' + b"[" * 200_000,
            b'{"n": ' + b"9" * 10_000 + b"}",
            b'{"cells": [{"cell_type": "code", "source": "x = ',
        ],
        ids=[
            "empty",
            "python",
            "list",
            "null",
            "number",
            "sheets",
            "deep",
            "deep cells",
            "long number",
            "cut",
        ],
    )
    def test_is_one_finding_and_no_cell(self, data):
        source = read(data)
        assert source.units == ()
        assert codes(source) == ["notebook-broken"]


class TestKernel:
    @pytest.mark.parametrize(
        "metadata",
        [
            {"kernelspec": {"language": "julia"}},
            {"language_info": {"name": "R"}},
        ],
    )
    def test_another_language_is_a_finding(self, metadata, notebook_of):
        source = read(notebook_of("x = 1", metadata=metadata))
        assert codes(source) == ["kernel"]
        assert len(source.units) == 1

    @pytest.mark.parametrize(
        "metadata",
        [
            {},
            None,
            {"kernelspec": {"language": "python"}},
            {"kernelspec": 3},
            {"language_info": {"name": ""}},
        ],
    )
    def test_python_or_nothing_is_none(self, metadata, notebook_of):
        assert codes(read(notebook_of("x = 1", metadata=metadata))) == []


class TestPlainPython:
    @pytest.mark.parametrize(
        "code",
        ["", "x = 1\n", "\n\nx = 1", "y = (a\n%b)", "s = '''\n%time\n!ls\n'''", "x = 5 % 3", "a != b"],
    )
    def test_python_stays_as_it_is(self, code):
        assert plain_python(code) == (code, ())

    @pytest.mark.parametrize(
        ("line", "kind", "what"),
        [
            ("%matplotlib inline", "magic", "%matplotlib"),
            ("%load_ext autoreload", "magic", "%load_ext"),
            ("%pip install torch", "magic", "%pip"),
            ("!pip install torchviz", "shell", "!pip"),
            ("!nvidia-smi 2>&1 | grep 'MiB'", "shell", "!nvidia"),
            ("files = !ls", "shell", "!ls"),
            ("!!ls", "shell", "!ls"),
            ("here = %pwd", "magic", "%pwd"),
            ("torch.stack?", "help", "?"),
            ("?torch", "help", "?"),
            ("torch.stack??", "help", "?"),
            ("if True:\n    %matplotlib inline", "magic", "%matplotlib"),
            ("!pip install a \\\n  b", "shell", "!pip"),
        ],
    )
    def test_ipython_syntax_becomes_calls_on_the_same_lines(self, line, kind, what):
        code, used = plain_python(f"\n\nx = 1\n{line}\ny = 2\n")
        body = ast.parse(code).body
        assert used == ((kind, what),)
        assert body[0].lineno == 3
        assert body[-1].lineno == 5 + line.count("\n")

    @pytest.mark.parametrize("line", ["%time f()", "x = %time f()", "%timeit -n 10 f()", "%prun f()"])
    def test_magics_that_run_python_are_not_told(self, line):
        code, used = plain_python(line)
        assert "get_ipython()" in code
        assert used == ()

    @pytest.mark.parametrize(
        "magic",
        [
            "%%time",
            "%%timeit -n 1",
            "%%capture",
            "%%capture --no-stderr",
            "%%prun -l 3",
            "%%debug",
            "%%memit",
        ],
    )
    def test_cell_magics_with_a_python_body_keep_it(self, magic):
        code, used = plain_python(f"\n{magic}\nx = 1\n%matplotlib inline\n")
        assert ast.parse(code).body[0].lineno == 3
        assert used == (("magic", "%matplotlib"),)

    @pytest.mark.parametrize(
        "cell",
        [
            "%%bash\nls -l",
            "%%html\n<b>x</b>",
            "%%writefile net.py\nx = 1",
            "%%javascript\nalert(1)",
            "%%!\nls",
            "%%time\n%%bash\nls",
        ],
    )
    def test_other_cell_magics_empty_the_cell(self, cell):
        code, used = plain_python(cell)
        assert code == ""
        assert [kind for kind, _ in used] == ["cell-magic"]

    def test_the_setup_of_timeit_is_kept(self):
        assert plain_python("%%timeit -n 10 -r3 n = 5\nx = n").code == "n = 5\nx = n"

    def test_prompts_and_a_common_indent_go(self):
        assert ast.parse(plain_python(">>> x = 1\n>>> y = 2").code)
        assert ast.parse(plain_python("    x = 1\n    y = 2").code)
        assert ast.parse(plain_python("In [1]: x = 1").code)

    def test_what_cannot_be_made_python_comes_back_for_the_parser_to_judge(self):
        assert plain_python("%matplotlib inline\nx = = 1").code.endswith("x = = 1\n")

    def test_many_magics_in_a_long_cell_end(self):
        code, used = plain_python("x = 1\n" * 400 + "%who\n" * 200)
        assert code.count("\n") == 601
        assert used

    def test_without_ipython_the_cell_stays_as_it_is(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "IPython.core.inputtransformer2", None)
        assert plain_python("%time x") == ("%time x", ())

    def test_one_finding_a_kind_names_the_commands(self, notebook_of):
        cells = ["x = 1", "%who\n!ls", *(f"%magic{n}\n!pip install {n}" for n in range(8)), "x?"]
        findings = read(notebook_of(*cells)).findings
        assert [(finding.code, finding.where) for finding in findings] == [
            ("magic", "cell 2"),
            ("shell", "cell 2"),
            ("help", "cell 11"),
        ]
        assert "%who, %magic0, %magic1, %magic2, %magic3 and 4 more" in findings[0].message
        assert "!ls, !pip" in findings[1].message
