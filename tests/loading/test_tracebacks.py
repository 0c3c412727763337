from __future__ import annotations

import pytest

from labgrade.worker.tracebacks import advice, clean, describe_exception, place


def raised(source, filename="lab01.py"):
    """The exception that a source raises."""
    try:
        exec(compile(source, filename, "exec"), {"__name__": "student"})
    except BaseException as error:  # noqa: BLE001
        return error
    raise AssertionError("nothing was raised")


def told(source):
    return describe_exception(raised(source), {"lab01.py"})


class TestDescribeException:
    def test_type_message_and_place(self):
        assert told("x = 1\ny = 1 / 0\n") == {
            "type": "ZeroDivisionError",
            "message": "division by zero",
            "where": "lab01.py:2",
            "missing_name": "",
        }

    def test_the_place_is_the_deepest_line_of_the_students_own(self):
        assert told("import json\ndef f():\n    json.loads('{')\n\nf()\n")["where"] == "lab01.py:3"

    def test_a_cell_and_its_line(self):
        error = raised("\n\n1 / 0", "q1.ipynb cell 12")
        assert describe_exception(error, {"q1.ipynb cell 12"})["where"] == "q1.ipynb cell 12, line 3"

    def test_no_place_where_no_line_is_the_students(self):
        assert describe_exception(raised("1 / 0"), {"other.py"})["where"] == ""
        assert describe_exception(ValueError("never raised"), {"lab01.py"})["where"] == ""

    @pytest.mark.parametrize(
        ("source", "name"),
        [
            ("missing", "missing"),
            ("def f():\n    return missing\nf()", "missing"),
            ("def f():\n    x = x + 1\nf()", ""),
            ("raise NameError('by hand')", ""),
            ("raise NameError('x', name=3)", ""),
            ("raise NameError('x', name='y' * 1000)", "y" * 197 + "…"),
            ("raise ValueError('x')", ""),
        ],
    )
    def test_missing_name(self, source, name):
        assert told(source)["missing_name"] == name

    def test_a_group_tells_its_first_member(self):
        message = told("raise ExceptionGroup('two', [ValueError('a'), TypeError('b')])")["message"]
        assert message == "two (2 sub-exceptions); first of them: ValueError: a"

    def test_groups_of_groups_end(self):
        source = "e = ValueError('inmost')\nfor _ in range(500): e = ExceptionGroup('g', [e])\nraise e\n"
        assert told(source)["message"].count("first of them") == 3

    @pytest.mark.parametrize(
        ("body", "message"),
        [
            ("def __str__(self): raise SystemExit", "(its message cannot be shown)"),
            ("def __str__(self): return 3", "(its message cannot be shown)"),
            ("__str__ = None", "(its message cannot be shown)"),
            ("def __str__(self): return self.__str__()", "(its message cannot be shown)"),
            (
                "def __str__(self): return type('S', (str,), {'__getitem__': lambda s, i: 1 / 0})('mine')",
                "mine",
            ),
            ("__class__ = property(lambda self: 1 / 0)\n    def __str__(self): return 'mine'", "mine"),
            ("__traceback__ = property(lambda self: 1 / 0)\n    def __str__(self): return 'mine'", "mine"),
            ("def __getattribute__(self, name): raise KeyboardInterrupt", ""),
            ("def __eq__(self, other): 1 / 0", ""),
        ],
    )
    def test_hostile_exceptions(self, body, message):
        described = told(f"class Evil(BaseException):\n    {body}\nraise Evil()\n")
        assert described["type"] == "Evil"
        assert described["message"] == message
        assert described["where"].startswith("lab01.py:")

    def test_a_hostile_metaclass(self):
        source = (
            "class Meta(type):\n"
            "    __name__ = property(lambda cls: 1 / 0)\n"
            "    __mro__ = property(lambda cls: 1 / 0)\n"
            "    def __eq__(cls, other): raise SystemExit\n"
            "    __hash__ = type.__hash__\n"
            "class Evil(Exception, metaclass=Meta): pass\n"
            "raise Evil('x')\n"
        )
        assert told(source) == {"type": "Evil", "message": "x", "where": "lab01.py:7", "missing_name": ""}
        error = raised(source)
        assert advice(error, describe_exception(error, ())) == "Evil: x"

    def test_everything_is_bounded_and_one_line(self):
        described = told("raise type('T' * 1_000_000, (Exception,), {})('\\x1b[31m\\n' + 'é' * 5_000_000)")
        assert len(described["type"].encode()) <= 80
        assert len(described["message"].encode()) <= 2048
        assert described["message"].startswith("\\x1b[31m é")

    def test_a_recursion_without_end(self):
        described = told("def f():\n    f()\nf()\n")
        assert (described["type"], described["where"]) == ("RecursionError", "lab01.py:2")

    def test_a_traceback_made_by_hand(self):
        source = (
            "import types\n"
            "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    tb = error.__traceback__\n"
            "for n in range(50_000):\n    tb = types.TracebackType(tb, tb.tb_frame, 0, n + 1)\n"
            "raise ValueError('x').with_traceback(tb)\n"
        )
        assert told(source)["where"].startswith("lab01.py:")


class TestClean:
    @pytest.mark.parametrize(
        ("text", "result"),
        [
            ("plain", "plain"),
            ("two\n   lines\r\n", "two lines"),
            ("a\x00b\x1b[2Jc\x7f\x9b", "a\\x00b\\x1b[2Jc\\x7f\\x9b"),
            ("\u202egpj.exe", "\\u202egpj.exe"),
            ("half \ud800", "half \\ud800"),
            ("no\u00a0break", "no break"),
            ("क्\u200dष", "क्\u200dष"),
            ("\U0001f600", "\U0001f600"),
        ],
    )
    def test_text(self, text, result):
        assert clean(text, 100) == result

    @pytest.mark.parametrize("character", ["a", "é", "\U0001f600", "\x00", "\ud800", "\n"])
    def test_is_bounded_in_bytes_and_valid(self, character):
        for limit in range(4, 30):
            assert len(clean(character * 100, limit).encode("utf-8")) <= limit


class TestPlace:
    @pytest.mark.parametrize(
        ("filename", "line", "words"),
        [
            ("lab01.py", 12, "lab01.py:12"),
            ("sub/lab01.py", 1, "sub/lab01.py:1"),
            ("cell 3", 12, "cell 3, line 12"),
            ("a b.ipynb cell 3", 1, "a b.ipynb cell 3, line 1"),
            ("my cell 3.py", 1, "my cell 3.py:1"),
            ("cell 3", None, "cell 3"),
        ],
    )
    def test_words(self, filename, line, words):
        assert place(filename, line) == words

    def test_a_file_of_this_machine_is_named_without_its_folder(self, tmp_path):
        assert place(str(tmp_path / "helper.py"), 2) == "helper.py:2"


class TestAdvice:
    def test_without_a_message_the_type_is_named(self):
        error = raised("assert False")
        assert advice(error, describe_exception(error, ())) == "AssertionError was raised."

    @pytest.mark.parametrize("path", ["3", "b'x'", "None"])
    def test_a_path_of_another_type_is_left_alone(self, path):
        error = raised(f"raise FileNotFoundError(2, 'gone', {path})")
        assert advice(error, describe_exception(error, ())).startswith("FileNotFoundError: [Errno 2] gone")

    def test_a_module_without_a_name(self):
        error = raised("raise ModuleNotFoundError('by hand')")
        assert "'by hand'" in advice(error, describe_exception(error, ()))

    def test_a_permission_refused_names_the_path(self):
        error = raised("raise PermissionError(13, 'refused', '/home/student')")
        assert advice(error, describe_exception(error, ())).startswith("PermissionError: '/home/student'")
