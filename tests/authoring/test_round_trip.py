"""Sources made up at random: what always holds between a source, its stub and its notebooks."""

import ast

import nbformat
from hypothesis import given, settings
from hypothesis import strategies as st

from labgrade.authoring.source import parse_source

WORD = "secret"

some = settings(max_examples=40, deadline=None)


def indented(lines, by):
    return [" " * by + line if line else line for line in lines]


def region(*lines):
    return ["# BEGIN SOLUTION", *lines, "# END SOLUTION"]


@st.composite
def bodies(draw):
    """A solution: some statements, a string over lines, blank lines, comments."""
    text = f'{WORD} = """\ntext\n"""'
    statements = [f"{WORD} = 1", "if x:\n    return 3", text, "", f"# {WORD}"]
    chosen = draw(st.lists(st.sampled_from(statements), max_size=4))
    return [line for text in chosen for line in text.split("\n")] + [f"return {WORD}"]


@st.composite
def functions(draw, indent=0):
    name = draw(st.sampled_from(["f", "g", "h"]))
    head = draw(st.sampled_from([[], ["@decorated"]])) if indent == 0 else []
    keyword = draw(st.sampled_from(["def", "async def"]))
    lines = [*head, f"{keyword} {name}(x: int = 1) -> int:", '    """Doc."""']
    return [*lines, *indented(region(*draw(bodies())), 4)]


@st.composite
def classes(draw):
    methods = draw(st.lists(functions(indent=4), min_size=1, max_size=2))
    lines = ["class Net:", '    """A net."""', *indented(region(f"{WORD} = 2"), 4)]
    for method in methods:
        lines += ["", *indented(method, 4)]
    return lines


given_code = st.sampled_from(
    ["import math", "X = [1,\n     2]", 'Y = "# not a cell"', "def given():\n    return 1"]
)
pieces = st.one_of(
    functions(),
    classes(),
    given_code.map(lambda text: text.split("\n")),
    st.just(region(f"{WORD} = 3", "", "def helper():", f"    return {WORD}")),
    st.just(["# %% [markdown]", "# Some *text*.", "#", "#  indented", "# %%"]),
    st.just(["# %%"]),
    st.just(["", ""]),
)


@st.composite
def sources(draw):
    lines = ["# %%"]
    for piece in draw(st.lists(pieces, min_size=1, max_size=6)):
        lines += [*piece, ""]
    return "\n".join(lines)


def code_of(notebook):
    cells = nbformat.reads(notebook, as_version=4).cells
    return "\n".join(cell.source for cell in cells if cell.cell_type == "code")


def tree(code):
    return ast.dump(ast.parse(code))


@some
@given(sources())
def test_nothing_of_a_solution_is_left_in_a_stub(text):
    parsed = parse_source(text, "lab.py")

    for made in (parsed.stub_module(), parsed.stub_notebook()):
        assert WORD not in made
        assert "SOLUTION" not in made


@some
@given(sources())
def test_module_and_notebook_of_a_stub_are_the_same_program(text):
    parsed = parse_source(text, "lab.py")

    assert tree(parsed.stub_module()) == tree(code_of(parsed.stub_notebook()))


@some
@given(sources())
def test_every_function_with_a_region_ends_up_as_docstring_and_raise(text):
    stub = ast.parse(parse_source(text, "lab.py").stub_module())
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)

    for function in (node for node in ast.walk(stub) if isinstance(node, kinds) and node.name != "given"):
        assert [ast.Expr, ast.Raise] == [type(statement) for statement in function.body]


@some
@given(sources())
def test_the_solution_is_the_source_without_its_markers(text):
    parsed = parse_source(text, "lab.py")

    assert tree(code_of(parsed.solution_notebook())) == tree(text)


@some
@given(sources())
def test_a_stub_is_its_own_stub(text):
    stub = parse_source(text, "lab.py").stub_module()

    assert parse_source(stub or "# %%\n", "stub").stub_module() == stub


@some
@given(sources())
def test_a_stub_has_no_more_than_two_blank_lines_in_a_row_and_ends_with_one_line_end(text):
    stub = parse_source(text, "lab.py").stub_module()

    assert "\n\n\n\n" not in stub
    assert stub.endswith("\n")
    assert not stub.endswith("\n\n")


@some
@given(sources())
def test_cell_ids_are_unique_and_notebooks_valid(text):
    parsed = parse_source(text, "lab.py")

    for made in (parsed.stub_notebook(), parsed.solution_notebook()):
        book = nbformat.reads(made, as_version=4)
        nbformat.validate(book)
        assert len({cell.id for cell in book.cells}) == len(book.cells)
