from __future__ import annotations

import ast
import codecs

import pytest

from labgrade.worker.source import (
    Unit,
    bound_names,
    decode,
    defines,
    future_flags,
    guess_names,
    read_module,
    statements,
)


def parsed(code):
    """What a module's text comes to: source of a statement with its line, or a finding."""
    return statements(Unit("lab01.py", code, "lab01.py", "lab01.py"))


def kept(code):
    """First lines of the statements that were kept."""
    return [part.node.lineno for part in parsed(code) if not hasattr(part, "code")]


def lost(code):
    """Places of the findings."""
    return [part.where for part in parsed(code) if hasattr(part, "code")]


class TestDecode:
    @pytest.mark.parametrize(
        "data",
        [
            b"x = 1\n",
            "name = 'é'\n".encode(),
            codecs.BOM_UTF8 + b"x = 1\n",
            "# -*- coding: latin-1 -*-\nname = 'é'\n".encode("latin-1"),
            "#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\nname = 'é'\n".encode("cp1252"),
        ],
        ids=["ascii", "utf-8", "utf-8 with BOM", "declared", "declared in the second line"],
    )
    def test_what_python_reads_has_no_finding(self, data):
        text, findings = decode("lab01.py", data)
        assert findings == ()
        assert not text.startswith("\ufeff")
        assert "é" in text or "é".encode() not in data

    @pytest.mark.parametrize(
        ("data", "said"),
        [
            ("größe = 3\n".encode("cp1252"), "cp1252"),
            (b"# \x81\nx = 1\n", "latin-1"),
            (b"# coding: no-such-code\nx = 1\n", "utf-8"),
            (b"# coding: rot13\nx = 1\n", "utf-8"),
            ("größe = 3\n".encode("utf-16"), "UTF-16"),
            (codecs.BOM_UTF16_BE + "größe = 3\n".encode("utf-16-be"), "UTF-16"),
            ("größe = 3\n".encode("utf-32"), "UTF-32"),
            (b"x = 1\0\n", "NUL"),
        ],
    )
    def test_anything_else_is_read_too_and_said(self, data, said):
        text, findings = decode("lab01.py", data)
        assert ast.parse(text)
        assert [(finding.code, finding.where) for finding in findings] == [("encoding", "lab01.py")]
        assert said in findings[0].message

    def test_a_name_in_an_undeclared_encoding_stays_that_name(self):
        assert decode("lab01.py", "größe = 3".encode("latin-1")).text == "größe = 3"

    @pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
    def test_line_ends_become_line_feeds(self, end):
        assert decode("lab01.py", f"x = 1{end}y = 2{end}".encode()).text == "x = 1\ny = 2\n"

    def test_half_a_surrogate_becomes_a_replacement(self):
        text = decode("lab01.py", b"# coding: raw_unicode_escape\nx = '\\ud800'\n").text
        assert text.encode("utf-8")

    def test_an_empty_file_is_an_empty_module(self):
        source = read_module("lab01.py", b"")
        assert source.findings == ()
        assert statements(source.units[0]) == []


class TestStatements:
    def test_a_whole_module_keeps_its_lines(self):
        assert kept("x = 1\n\ndef f():\n    return 1\n\n\ny = 2\n") == [1, 3, 7]

    def test_imports_of_several_modules_are_several_statements(self):
        parts = parsed("import os, sys\nfrom math import pi, e as euler\n")
        assert [ast.unparse(part.node) for part in parts] == [
            "import os",
            "import sys",
            "from math import pi",
            "from math import e as euler",
        ]
        assert [part.node.lineno for part in parts] == [1, 1, 2, 2]

    @pytest.mark.parametrize(
        ("code", "lines", "places"),
        [
            ("x = 1\ny = = 2\nz = 3\n", [1, 3], ["lab01.py:2"]),
            ("def f():\n    return 1\n\nThe loss is 0.5\nand falls on\n", [1], ["lab01.py:4"]),
            ("x = 1\ny = f(1,\n", [1], ["lab01.py:2"]),
            ("y = f(1,\n\ndef g():\n    return [1]\n", [3], ["lab01.py:1"]),
            ("x = 1\n    y = 2\nz = 3\n", [1, 3], ["lab01.py:2"]),
            ("x = 1\n)\nz = 3\n", [1, 3], ["lab01.py:2"]),
            ("def f():\n    a = 1\n      b = 2\n    return b\n\ndef g():\n    pass\n", [6], ["lab01.py:3"]),
            ("if x\n    y = 1\nelse:\n    y = 2\nz = 3\n", [5], ["lab01.py:1"]),
            ("def f():\nx = 1\n", [2], ["lab01.py:1"]),
            ("class A:\n\tdef f(self):\n        return 1\nx = 1\n", [4], ["lab01.py:3"]),
            ("x = 1\ns = 'never closed\nz = 3\n", [1, 3], ["lab01.py:2"]),
            ('s = """never closed\nx = 1\n', [2], ["lab01.py:1"]),
            ("@decorated\n@twice\ndef f():\n    pass\n1 1\n", [3], ["lab01.py:5"]),
            ("x = 1\n<<<<<<< HEAD\ny = 2\n=======\ny = 3\n>>>>>>> other\n", [1, 3, 5], ["lab01.py:2"] * 1),
        ],
    )
    def test_only_the_damaged_block_is_lost(self, code, lines, places):
        assert kept(code) == lines
        assert lost(code)[: len(places)] == places

    @pytest.mark.parametrize(
        "block",
        [
            '"""\nx = 1\ndef f():\n"""\n',
            "f(\n1,\n2,\n)\n",
            "x = [\n1,\n2\n]\n",
            "try:\n    x\nexcept E:\n    y\nelse:\n    z\nfinally:\n    w\n",
            "if a:\n    x\nelif b:\n    y\n# a comment\nelse:\n    z\n",
            "@one\n@two\nclass A:\n    x = 1\n",
            "x = 1 + \\\n2\n",
            "def f(\na,\n):\n    return a\n",
            "\x0cdef f():\n    pass\n",
            "# only a comment\nx = 1\n",
        ],
    )
    def test_what_takes_several_lines_in_the_first_column_stays_whole(self, block):
        alone = [ast.dump(node) for node in ast.parse(block).body]
        parts = parsed(f"{block}1 1\n{block}")
        assert [ast.dump(part.node) for part in parts if not hasattr(part, "code")] == alone * 2
        assert len(lost(f"{block}1 1\n{block}")) == 1

    def test_the_message_is_pythons_with_line_and_column(self):
        (finding,) = [
            part for part in parsed("x = 1\nfor i in range(3)\n    pass\n") if hasattr(part, "code")
        ]
        assert finding.code == "syntax-error"
        assert finding.message.startswith("lab01.py, line 2, column 18: expected ':'.")
        assert "lines 2 to" in finding.message

    def test_prose_of_many_lines_is_one_finding(self):
        prose = "\n".join(f"after epoch {n} the loss is {n}" for n in range(2000))
        parts = parsed(f"x = 1\n{prose}\n")
        assert len(parts) == 2
        assert parts[1].where == "lab01.py:2"

    def test_a_damaged_block_names_what_it_would_have_defined(self):
        finding = parsed("def f(x):\n    return (x\n\nclass A(:\n    pass\n")[0]
        assert finding.lost_names == ("f", "A")

    def test_a_long_pasted_string_after_damage_is_read_once(self):
        pasted = "".join(f"Epoch {n}: loss (it's) {n}\n" for n in range(3000))
        code = f'1 1\nx = """\n{pasted}"""\ny = 2\n'
        assert kept(code) == [2, 3004]

    @pytest.mark.parametrize(
        "monster",
        ["x = " + "-" * 90_000 + "1", "x = a" + ".b" * 90_000, "x = " + "(" * 5000 + ")" * 5000],
        ids=["unary minuses", "attributes", "parentheses"],
    )
    def test_monsters_cost_themselves_alone(self, monster):
        parts = parsed(f"before = 1\n{monster}\nafter = 2\n")
        assert [part.where for part in parts if hasattr(part, "code")] == ["lab01.py:2"]
        assert kept(f"before = 1\n{monster}\nafter = 2\n") == [1, 3]

    def test_a_warning_while_parsing_is_no_business_of_ours(self, recwarn):
        parsed("x = '\\d'\n1 1\n")
        assert not recwarn.list


class TestNames:
    @pytest.mark.parametrize(
        ("code", "names"),
        [
            ("x = y = 1", ("x", "y")),
            ("a, (b, *c) = 1, (2, 3)", ("a", "b", "c")),
            ("x: int = 1", ("x",)),
            ("x += 1", ("x",)),
            ("x[0] = y.z = 1", ()),
            ("def f(a):\n    b = 1", ("f",)),
            ("async def f():\n    pass", ("f",)),
            ("class A:\n    b = 1", ("A",)),
            ("import os.path, numpy as np", ("os", "np")),
            ("from math import *", ()),
            ("from math import pi as p, e", ("p", "e")),
            ("for i, x in y:\n    loss = [k for k in x]\nelse:\n    done = 1", ("i", "x", "loss", "done")),
            ("with open('a') as f, g as (h, k):\n    pass", ("f", "h", "k")),
            ("if (n := 1) > 0:\n    m = lambda q: (r := q)", ("n", "m")),
            ("match v:\n    case [a, *b]:\n        c = 1\n    case d:\n        pass", ("a", "b", "c", "d")),
            ("del x", ()),
            ("print(1)", ()),
        ],
    )
    def test_bound_names(self, code, names):
        assert bound_names(ast.parse(code).body[0]) == names

    def test_guessed_names_are_those_at_the_first_column(self):
        text = "def f(:\n    x = 1\nasync def g\ny = (\nz: int = [\nif a == b\n" + "n" * 300 + " = (\n"
        assert guess_names(text) == ("f", "g", "y", "z")


class TestDefines:
    @pytest.mark.parametrize(
        "code",
        [
            "def f(): pass",
            "async def f(): pass",
            "class A: pass",
            "import os",
            "from os import path",
            "x = f()",
            "x: int = 1",
            "x += 1",
            "pass",
            "'a docstring'",
            "if a:\n    x = 1\nelse:\n    def f(): pass",
            "try:\n    import a\nexcept ImportError:\n    a = None\nfinally:\n    pass",
        ],
    )
    def test_definitions(self, code):
        assert defines(ast.parse(code).body[0])

    @pytest.mark.parametrize(
        "code",
        [
            "f()",
            "for i in x: pass",
            "while x: pass",
            "with a: pass",
            "if a:\n    f()",
            "if a:\n    pass\nelse:\n    f()",
            "try:\n    f()\nexcept E:\n    pass",
            "try:\n    pass\nexcept E:\n    f()",
            "del x",
            "assert x",
        ],
    )
    def test_anything_else(self, code):
        assert not defines(ast.parse(code).body[0])


class TestFutureFlags:
    def test_of_a_future_import(self):
        node = ast.parse("from __future__ import annotations").body[0]
        assert future_flags(node) != 0

    @pytest.mark.parametrize("code", ["from math import pi", "import math", "from __future__ import later"])
    def test_of_anything_else(self, code):
        assert future_flags(ast.parse(code).body[0]) == 0


def findings(code):
    return [part for part in parsed(code) if hasattr(part, "code")]


def test_a_line_in_pythons_own_words_is_the_files():
    found = findings("import math\n\n\ndef area(r):\n    return (math.pi *\n        r}\n\nx = 1\n")

    assert ["lab01.py:6"] == [finding.where for finding in found]
    assert "on line 5" in found[0].message


def test_an_opening_bracket_is_named_by_its_own_line():
    found = findings("a = 1\nb = 2\nvalues = [\n    1,\n    2)\nc = 3\n")

    assert "on line 3" in found[0].message
