"""A lab's source: what becomes of it, and what is refused, with file and line."""

import ast

import nbformat
import pytest

from labgrade.authoring.source import parse_source, read_source
from labgrade.errors import UserError

BEGIN, END = "# BEGIN SOLUTION", "# END SOLUTION"


def source(*lines):
    return "\n".join(["# %%", *lines, ""])


def function(*body, name="f"):
    return [f"def {name}(x: int) -> int:", '    """Doc."""', *(f"    {line}" for line in body)]


def stub_of(*lines):
    return parse_source(source(*lines), "lab.py").stub_module()


def refusal(*lines):
    with pytest.raises(UserError) as caught:
        parse_source(source(*lines), "lab.py")
    return caught.value


def test_a_functions_region_becomes_the_raise():
    expected = source(*function("raise NotImplementedError"))

    assert expected == stub_of(*function(BEGIN, "y = x", "return y", END))


def test_a_region_at_top_level_vanishes_with_what_it_holds():
    lines = ["import math", "", BEGIN, "import secret", "TABLE = [1, 2]", END, "", "X = 1"]

    assert source("import math", "", "X = 1") == stub_of(*lines)


def test_a_whole_function_in_a_region_vanishes():
    lines = [*function(BEGIN, "return g(x)", END), "", "", BEGIN, *function("return x", name="g"), END]

    assert source(*function("raise NotImplementedError")) == stub_of(*lines)


def test_a_cell_that_only_held_a_region_is_gone():
    text = source(BEGIN, "X = 1", END) + source("Y = 2")

    parsed = parse_source(text, "lab.py")

    assert source("Y = 2") == parsed.stub_module()
    assert 1 == len(nbformat.reads(parsed.stub_notebook(), as_version=4).cells)
    assert 2 == len(nbformat.reads(parsed.solution_notebook(), as_version=4).cells)


def test_a_region_in_a_class_body_vanishes_and_methods_are_stubs():
    lines = [
        "class Net:",
        '    """A net."""',
        "",
        f"    {BEGIN}",
        "    width = 3",
        f"    {END}",
        "",
        *(f"    {line}" for line in function(BEGIN, "return x", END)),
    ]

    expected = [
        "class Net:",
        '    """A net."""',
        "",
        *(f"    {line}" for line in function("raise NotImplementedError")),
    ]
    assert source(*expected) == stub_of(*lines)


def test_decorators_comments_and_signatures_over_lines_stay():
    head = [
        "@torch.no_grad()",
        "@named(",
        '    "f",',
        ")",
        "def f(",
        "    x: int,  # the input",
        "    *,",
        "    y: int = 3,",
        ") -> int:",
        '    """Doc.',
        "",
        "    More.",
        '    """',
    ]

    expected = source(*head, "    raise NotImplementedError")
    assert expected == stub_of(*head, f"    {BEGIN}", "    return x", f"    {END}")


def test_an_async_function_is_a_function():
    lines = ["async def f() -> None:", '    """Doc."""', f"    {BEGIN}", "    await g()", f"    {END}"]

    assert "    raise NotImplementedError\n" in stub_of(*lines)


def test_nested_functions_inside_a_region_go_with_it():
    lines = function(BEGIN, "def inner():", "    return x", "return inner()", END)

    assert source(*function("raise NotImplementedError")) == stub_of(*lines)


def test_a_function_without_a_region_is_given_to_students_whole():
    lines = function("return x + 1", name="given")

    assert source(*lines) == stub_of(*lines)


def test_comments_and_strings_in_a_region_leave_nothing_behind():
    lines = function(BEGIN, 'text = """', "not indented", '"""', "# a hint", "return text", END)

    assert source(*function("raise NotImplementedError")) == stub_of(*lines)


def test_blank_lines_do_not_pile_up_where_a_region_vanished():
    lines = ["X = 1", "", "", BEGIN, "S = 1", END, "", "", "Y = 2"]

    assert source("X = 1", "", "", "Y = 2") == stub_of(*lines)


def test_windows_line_ends_make_no_difference():
    text = source(*function(BEGIN, "return x", END))

    assert (
        parse_source(text, "a").stub_module() == parse_source(text.replace("\n", "\r\n"), "a").stub_module()
    )


def test_parsing_a_stub_again_changes_nothing(course_root):
    stub = read_source(course_root / "reference_solutions/lab01_tiny.py").stub_module()

    assert stub == parse_source(stub, "stub").stub_module()


def test_every_function_of_a_stub_raises_not_implemented(course_root):
    source_text = read_source(course_root / "reference_solutions/lab01_tiny.py")
    namespace = {}
    exec(compile(source_text.stub_module(), "stub", "exec"), namespace)

    for name in ("double", "pair", "Box"):
        with pytest.raises(NotImplementedError):
            namespace[name](1.0)
    assert "helper" not in namespace
    assert "Twice `x`.\n" in namespace["double"].__doc__


def test_a_stub_keeps_signatures_and_docstrings(course_root):
    path = course_root / "reference_solutions/lab01_tiny.py"
    written = ast.parse(path.read_text())
    stub = ast.parse(read_source(path).stub_module())

    def outline(tree):
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        return {
            f.name: (ast.unparse(f.args), ast.unparse(f.returns), ast.get_docstring(f)) for f in functions
        }

    known = outline(written)
    known.pop("helper")
    assert known == outline(stub)


def test_no_word_of_a_solution_reaches_a_stub(course_root):
    parsed = read_source(course_root / "reference_solutions/lab01_tiny.py")

    for text in (parsed.stub_module(), parsed.stub_notebook()):
        for secret in ("helper", "root = ", "return 2 * x", "SOLUTION"):
            assert secret not in text


REFUSED = {
    "an end without a begin": (["X = 1", END], 3, "without"),
    "a begin without an end": (["X = 1", BEGIN, "Y = 2"], 3, "without"),
    "a region in a region": ([BEGIN, "X = 1", BEGIN, "Y = 2", END, END], 4, "inside the one of line 2"),
    "two ends": ([BEGIN, "X = 1", END, END], 5, "without"),
    "ends indented unlike": ([*function(BEGIN, "return x"), END], 6, "not indented as"),
    "a region over two cells": ([BEGIN, "X = 1", "# %%", "Y = 1", END], 2, "in its cell"),
    "a marker in small letters": (
        ["# begin solution", "X = 1", "# end solution"],
        2,
        "not a solution marker",
    ),
    "a marker with more text": ([f"{BEGIN} (q1)", "X = 1", END], 2, "not a solution marker"),
    "a marker after code": ([f"X = 1  {BEGIN}"], 2, "not a solution marker"),
    "a marker run together": (["#BEGIN SOLUTION", "X = 1", END], 2, "not a solution marker"),
    "an empty region": (function(BEGIN, "# only a comment", END), 4, "holds no code"),
    "code left before a region": (
        function("y = x", BEGIN, "return y", END),
        4,
        "keeps more than its docstring",
    ),
    "code left after a region": (
        function(BEGIN, "y = x", END, "return y"),
        7,
        "keeps more than its docstring",
    ),
    "a region inside an if": (
        function("if x:", f"    {BEGIN}", "    return x", f"    {END}"),
        4,
        "keeps more than its docstring",
    ),
    "a region in a nested function": (
        function("def g():", '    """G."""', f"    {BEGIN}", "    return x", f"    {END}", "return g()"),
        4,
        "keeps more than its docstring",
    ),
    "two regions in a function": (
        function(BEGIN, "y = x", END, BEGIN, "return y", END),
        7,
        "more than one region",
    ),
    "no docstring": (["def f(x):", f"    {BEGIN}", "    return x", f"    {END}"], 2, "f has no docstring"),
    "a body that is only a region": (
        ["class A:", f"    {BEGIN}", "    x = 1", f"    {END}", "", "Y = 1"],
        7,
        "without the solution",
    ),
    "a region that reaches out": (
        [*function(BEGIN, "return x"), "Y = 1", f"    {END}"],
        4,
        "reaches out of f",
    ),
    "source that is no Python": (["X = 1", "def f(:"], 3, "not valid Python"),
    "a cell mark run together": (["X = 1", "#%%"], 3, "not a cell mark"),
    "an unknown kind of cell": (["X = 1", "# %% [raw]"], 3, "not a cell mark"),
    "code in a markdown cell": (
        ["X = 1", "# %% [markdown]", "# text", "Y = 2"],
        5,
        "code in a markdown cell",
    ),
    "a marker in a markdown cell": (["X = 1", "# %% [markdown]", BEGIN], 4, "in a markdown cell"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_refused_is_named_with_file_and_line(case):
    lines, number, message = REFUSED[case]

    error = refusal(*lines)

    assert f"lab.py:{number}" == error.where
    assert message in error.what


def test_text_before_the_first_cell_is_refused():
    with pytest.raises(UserError, match="before the first cell") as caught:
        parse_source("\nimport math\n# %%\n", "lab.py")

    assert "lab.py:2" == caught.value.where


def test_a_source_that_is_not_there_is_named(tmp_path):
    with pytest.raises(UserError, match="cannot be read") as caught:
        read_source(tmp_path / "lab09.py")

    assert str(tmp_path / "lab09.py") == caught.value.where
