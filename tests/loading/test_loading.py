from __future__ import annotations

import dataclasses
import inspect
import json
import pickle
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest


class TestStatementByStatement:
    def test_a_statement_that_raises_stops_no_other(self, load_module, told):
        loaded = load_module("x = 1\ny = 1 / 0\nz = x + 1\n")
        assert loaded.namespace["z"] == 2
        assert told(loaded) == [("statement-raised", "lab01.py:2")]
        assert loaded.report.findings[0].message == "ZeroDivisionError: division by zero"
        assert loaded.report.findings[0].lost_names == ("y",)

    def test_nor_does_one_in_a_cell(self, load_cells, told):
        loaded = load_cells("x = 1", "\n1 / 0\ny = x", "z = y + 1")
        assert loaded.namespace["z"] == 2
        assert told(loaded) == [("statement-raised", "cell 2, line 2")]

    @pytest.mark.parametrize(
        "statement",
        [
            "raise KeyboardInterrupt",
            "raise SystemExit(3)",
            "exit()",
            "quit()",
            "import sys; sys.exit('bye')",
            "raise BaseException('x')",
            "raise type('X' * 1_000_000, (BaseException,), {'__str__': lambda self: 1 / 0})",
            "class Evil(BaseException):\n    __class__ = property(lambda self: 1 / 0)\nraise Evil",
            "import sys; sys.setrecursionlimit(60)",
            "import sys; sys.stdout.close(); print('x')",
            "import sys; sys.stdin.close()",
            "def deep(): deep()\ndeep()",
            "assert False",
            "return 3",
            "break",
            "raise ExceptionGroup('several', [ValueError('a'), TypeError('b')])",
        ],
    )
    def test_whatever_it_raises(self, statement, load_module):
        loaded = load_module(f"{statement}\nafter = 1\n")
        assert loaded.namespace["after"] == 1
        assert len(loaded.report.findings) <= 1

    def test_a_syntax_error_costs_its_statement(self, load_module, told):
        loaded = load_module("x = 1\ny = (2\n\ndef f():\n    return x\n")
        assert loaded.namespace["f"]() == 1
        assert told(loaded) == [("syntax-error", "lab01.py:2")]

    def test_in_a_notebook_at_most_its_cell(self, load_cells, told):
        loaded = load_cells("x = 1", "y = = 2", "z = x")
        assert loaded.namespace["z"] == 1
        assert told(loaded) == [("syntax-error", "cell 2, line 1")]

    def test_findings_come_in_the_order_of_the_source(self, load_module, told):
        loaded = load_module("1 / 0\n)\nraise ValueError('later')\n")
        assert [where for _, where in told(loaded)] == ["lab01.py:1", "lab01.py:2", "lab01.py:3"]

    def test_what_python_compiles_too_late_is_a_finding(self, load_module, told):
        loaded = load_module("def f():\n    x = 1\n    global x\nreturn 1\nafter = 1\n")
        assert told(loaded) == [("syntax-error", "lab01.py:3"), ("syntax-error", "lab01.py:4")]
        assert loaded.report.findings[0].lost_names == ("f",)

    def test_a_monster_that_parses_but_does_not_compile(self, load_module, told):
        loaded = load_module("x = " + " + ".join(["1"] * 2000) + "\ny = " + "-" * 150 + "1\nafter = 1\n")
        assert loaded.namespace["after"] == 1
        assert {code for code, _ in told(loaded)} <= {"syntax-error"}

    def test_cells_may_await(self, load_cells):
        loaded = load_cells("import asyncio", "x = await asyncio.sleep(0, 3)\ny = x + 1")
        assert loaded.namespace["y"] == 4

    def test_modules_may_not(self, load_module, told):
        assert told(load_module("await f()\n")) == [("syntax-error", "lab01.py:1")]

    def test_future_imports_hold_below(self, load_files):
        loaded = load_files(
            {
                "a.py": b"from __future__ import annotations\ndef f(x: undefined): pass\n",
                "b.py": b"def g(x: undefined): pass\n",
            }
        )
        assert loaded.namespace["f"].__annotations__ == {"x": "undefined"}
        assert [finding.where for finding in loaded.report.findings] == ["b.py:1"]

    def test_our_own_future_imports_do_not(self, load_module):
        assert load_module("def f(x: int): pass\n").namespace["f"].__annotations__ == {"x": int}


class TestModule:
    def test_is_registered_and_not_main(self, load_module):
        loaded = load_module("where = __name__\nif __name__ == '__main__':\n    1 / 0\n")
        assert sys.modules[loaded.namespace["where"]] is loaded.module
        assert loaded.namespace is vars(loaded.module)
        assert loaded.report.findings == ()

    def test_has_a_file_in_the_working_directory(self, load_module, tmp_path):
        loaded = load_module("path = __file__\n")
        assert Path(loaded.namespace["path"]) == tmp_path / "lab01.py"

    def test_classes_pickle_and_dataclasses_resolve(self, load_module):
        loaded = load_module(
            "from __future__ import annotations\n"
            "from dataclasses import dataclass\n"
            "@dataclass\n"
            "class Point:\n"
            "    x: int\n"
            "    y: int = 2\n"
        )
        point = loaded.namespace["Point"](1)
        assert pickle.loads(pickle.dumps(point)) == point  # noqa: S301
        assert [field.name for field in dataclasses.fields(point)] == ["x", "y"]

    def test_source_can_be_inspected(self, load_cells):
        loaded = load_cells("x = 1", "def f():\n    return 2")
        assert inspect.getsource(loaded.namespace["f"]) == "def f():\n    return 2\n"

    def test_entries_run_in_order_in_one_namespace(self, load_files, notebook_of):
        loaded = load_files({"a.py": b"x = 1\n", "b.ipynb": notebook_of("y = x + 1", "1 / 0")})
        assert loaded.namespace["y"] == 2
        assert loaded.report.findings[0].where == "b.ipynb cell 2, line 1"

    def test_other_files_are_there_to_import_and_read(self, load_files):
        loaded = load_files(
            {
                "lab01.py": b"import helper_of_mine as h\nx = h.f(2)\ndata = open('data/a.csv').read()\n",
                "helper_of_mine.py": b"def f(n):\n    return 1 / (n - 2)\n",
                "data/a.csv": b"1,2",
            },
            entries=["lab01.py"],
        )
        assert loaded.namespace["data"] == "1,2"
        assert [finding.where for finding in loaded.report.findings] == ["helper_of_mine.py:2"]

    def test_an_entry_that_is_not_there_is_a_finding(self, load_files, told):
        loaded = load_files({"a.py": b"x = 1\n"}, entries=["a.py", "b.py"])
        assert told(loaded) == [("file-missing", "b.py")]


class TestNames:
    def test_are_those_that_the_code_bound(self, load_module):
        loaded = load_module("import math\nx, _y = 1, 2\ndef f(): pass\nclass A: pass\ndel x\n__all__ = []\n")
        assert loaded.report.names == {"math", "_y", "f", "A"}

    def test_are_bounded_and_identifiers(self, load_module):
        loaded = load_module(
            "globals().update({3: 1, 'a b': 1, 'y' * 201: 1, 'é': 1})\n"
            "globals().update({f'n{i}': i for i in range(50_000)})\n"
        )
        assert len(loaded.report.names) == 20_000
        assert "é" in loaded.report.names
        assert all(name.isidentifier() and len(name) <= 200 for name in loaded.report.names)


class TestFindings:
    def test_what_follows_from_a_lost_name_is_counted_not_told(self, load_module):
        loaded = load_module(
            "model = 1 / 0\noptimizer = model.x\nfor p in optimizer:\n    q = p\nprint(model)\n"
        )
        (finding,) = loaded.report.findings
        assert finding.lost_names == ("model", "optimizer", "p", "q")
        assert finding.message.endswith("(3 later statements failed because of it.)")

    def test_a_name_nobody_lost_is_a_finding_of_its_own(self, load_module):
        loaded = load_module("x = 1 / 0\ny = never\n")
        assert [finding.message for finding in loaded.report.findings] == [
            "ZeroDivisionError: division by zero",
            "NameError: name 'never' is not defined",
        ]

    def test_a_name_that_a_syntax_error_lost_is_known(self, load_module):
        loaded = load_module("def f(x:\n    return x\n\ny = f(1)\n")
        (finding,) = loaded.report.findings
        assert finding.lost_names == ("f", "y")
        assert "(1 later statement failed because of it.)" in finding.message

    def test_the_same_thing_again_is_counted(self, load_module):
        loaded = load_module("".join(f"x{n} = 1 / 0\n" for n in range(5)))
        (finding,) = loaded.report.findings
        assert finding.message == "ZeroDivisionError: division by zero (The same 4 more times.)"
        assert finding.where == "lab01.py:1"
        assert finding.lost_names == ("x0", "x1", "x2", "x3", "x4")

    def test_are_at_most_thirty_and_a_count(self, load_module):
        loaded = load_module("".join(f"x{n} = int('a{n}')\n" for n in range(50)))
        assert len(loaded.report.findings) == 31
        last = loaded.report.findings[-1]
        assert (last.code, last.message) == ("more", "20 more findings are not listed.")
        assert "x49" in last.lost_names

    def test_lost_names_are_bounded(self, load_module):
        names = ", ".join(f"n{i}" for i in range(500))
        loaded = load_module(f"{names} = 1 / 0\n{'m' * 500} = n3\n")
        (finding,) = loaded.report.findings
        assert len(finding.lost_names) == 100
        assert max(map(len, finding.lost_names)) <= 200


class TestNumbers:
    def test_progress_is_told_before_each_statement_through_all_units(self, load_files, notebook_of):
        told = []
        load_files(
            {"a.py": b"x = 1\n1 / 0\n", "b.ipynb": notebook_of("import os, sys", ")", "y = 2")},
            progress=told.append,
        )
        assert told == [0, 1, 2, 3, 4]

    def test_a_skipped_statement_is_said_and_leaves_the_others_their_numbers(self, load_module, told):
        seen = []
        loaded = load_module("x = 1\nx = y = 2\nz = 3\n", skip=frozenset({1}), progress=seen.append)
        assert seen == [0, 2]
        assert loaded.namespace["x"] == 1
        assert told(loaded) == [("statement-ended-process", "lab01.py:2")]
        assert loaded.report.findings[0].lost_names == ("x", "y")

    def test_after_a_number_only_definitions_run(self, load_module, told):
        loaded = load_module(
            "ran = []\nran.append(1)\nran.append(2)\ndef f(): return 3\n", definitions_after=1
        )
        assert loaded.namespace["ran"] == [1]
        assert loaded.namespace["f"]() == 3
        assert told(loaded) == [("definitions-only", "lab01.py:3")]


class TestOutput:
    def test_both_streams_are_kept_in_order(self, load_module):
        loaded = load_module("import sys\nprint('one')\nprint('two', file=sys.stderr)\nprint('three')\n")
        assert loaded.report.output == "one\ntwo\nthree\n"

    def test_is_cut_in_the_middle(self, load_module):
        loaded = load_module("for n in range(200_000):\n    print('epoch', n)\n", output_bytes=1000)
        assert loaded.report.output.startswith("epoch 0\n")
        assert loaded.report.output.endswith("epoch 199999\n")
        assert "bytes left out" in loaded.report.output
        assert len(loaded.report.output.encode()) < 1100

    def test_the_streams_are_ours_again_afterwards(self, load_module):
        before = sys.stdin, sys.stdout, sys.stderr
        load_module("import sys\nsys.stdout = sys.stderr = None\n")
        assert (sys.stdin, sys.stdout, sys.stderr) == before


class TestForkable:
    def test_with_one_thread(self, load_module):
        if threading.active_count() > 1 or len(list(Path("/proc/self/task").glob("*"))) > 1:
            pytest.skip("this test process has threads of its own")
        assert load_module("x = 1\n").report.forkable

    def test_not_with_a_thread_that_the_code_left(self, load_module):
        loaded = load_module(
            "import threading\nend = threading.Event()\n"
            "threading.Thread(target=end.wait, daemon=True).start()\n"
        )
        loaded.namespace["end"].set()
        assert not loaded.report.forkable

    @pytest.mark.parametrize("initialised", [lambda: True, lambda: 1 / 0], ids=["in use", "replaced"])
    def test_not_with_a_gpu_in_use(self, initialised, load_module, monkeypatch):
        monkeypatch.setitem(sys.modules, "torch.cuda", SimpleNamespace(is_initialized=initialised))
        assert not load_module("x = 1\n").report.forkable


SAME = [
    "x = [1, 2]",
    "def f(n):\n    return n * len(x)",
    "1 / 0",
    "import math\ny = math.pi",
    "z = f(3)",
    "w = y +",
]


def test_the_same_code_gives_the_same_names_and_values_in_every_form(load_files, notebook_of):
    module = "\n\n".join(SAME)
    percent = "\n\n".join(f"# %%\n{cell}" for cell in SAME)
    forms = {
        "module.py": module.encode(),
        "windows.py": module.replace("\n", "\r\n").encode(),
        "percent.py": ("# %% [markdown]\n# # Lab 1\n\n" + percent).encode(),
        "wide.py": module.encode("utf-16"),
        "notebook.ipynb": notebook_of(*SAME),
        "timed.ipynb": notebook_of(*(f"%%time\n{cell}" for cell in SAME)),
        "worksheets.ipynb": json.dumps(
            {"worksheets": [{"cells": [{"cell_type": "code", "input": cell} for cell in SAME]}]}
        ).encode(),
    }
    for path, data in forms.items():
        loaded = load_files({path: data})
        assert loaded.report.names == {"x", "f", "math", "y", "z"}, path
        assert (loaded.namespace["z"], loaded.namespace["x"]) == (6, [1, 2]), path
        assert {"statement-raised", "syntax-error"} <= {finding.code for finding in loaded.report.findings}
