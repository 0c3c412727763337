"""The notebook of a stub: the same cells as the module, the same bytes each time, and it runs."""

import os
import subprocess
import sys

import nbformat
import pytest

from labgrade.authoring.source import parse_source, read_source


@pytest.fixture
def parsed(course_root):
    return read_source(course_root / "reference_solutions/lab01_tiny.py")


def cells(text):
    return nbformat.reads(text, as_version=4).cells


def code(text):
    return "\n\n".join(cell.source for cell in cells(text) if cell.cell_type == "code")


def test_it_is_a_valid_notebook_of_format_4_5_for_python3(parsed):
    book = nbformat.reads(parsed.stub_notebook(), as_version=4)

    nbformat.validate(book)
    assert (4, 5) == (book.nbformat, book.nbformat_minor)
    assert "python3" == book.metadata.kernelspec.name


def test_it_carries_no_outputs_and_no_counts(parsed):
    made = [cell for cell in cells(parsed.stub_notebook()) if cell.cell_type == "code"]

    assert made
    assert all(cell.outputs == [] and cell.execution_count is None for cell in made)


def test_markdown_cells_lose_their_comment_signs(parsed):
    first = cells(parsed.stub_notebook())[0]

    assert "markdown" == first.cell_type
    assert "# A tiny lab\n\nTwo exercises." == first.source


def test_it_is_the_same_each_time(parsed, course_root):
    again = read_source(course_root / "reference_solutions/lab01_tiny.py")

    assert parsed.stub_notebook() == again.stub_notebook()
    assert parsed.solution_notebook() == again.solution_notebook()


def test_cell_ids_are_unique_even_for_equal_cells():
    text = "# %%\nX = 1\n\n# %%\nX = 1\n\n# %% [markdown]\n# X\n"

    ids = [cell.id for cell in cells(parse_source(text, "lab.py").stub_notebook())]

    assert 3 == len(set(ids))


def test_a_change_in_one_cell_leaves_the_other_ids_alone():
    before = cells(parse_source("# %%\nX = 1\n\n# %%\nY = 1\n", "lab.py").stub_notebook())
    after = cells(parse_source("# %%\nX = 2\n\n# %%\nY = 1\n", "lab.py").stub_notebook())

    assert before[0].id != after[0].id
    assert before[1].id == after[1].id


def test_a_cells_id_does_not_depend_on_its_solution():
    template = '# %%\ndef f():\n    """F."""\n    # BEGIN SOLUTION\n    return {}\n    # END SOLUTION\n'

    one, two = (parse_source(template.format(n), "lab.py").stub_notebook() for n in (1, 2))

    assert one == two


def test_notebook_and_module_have_the_same_code(parsed):
    module = [line for line in parsed.stub_module().splitlines() if line and not line.startswith("#")]
    notebook = [
        line for line in code(parsed.stub_notebook()).splitlines() if line and not line.startswith("#")
    ]

    assert module == notebook


def test_notebook_and_module_define_the_same_names(parsed):
    from_module, from_notebook = {}, {}

    exec(parsed.stub_module(), from_module)
    exec(code(parsed.stub_notebook()), from_notebook)

    assert from_module.keys() == from_notebook.keys()


def test_the_solution_notebook_gives_the_answers(parsed):
    namespace = {}

    exec(code(parsed.solution_notebook()), namespace)

    assert 6.0 == namespace["double"](3.0)
    assert (4.0, 2.0) == namespace["pair"](4.0)
    assert 5.0 == namespace["Box"](5.0).content
    assert "SOLUTION" not in parsed.solution_notebook()


@pytest.mark.slow
def test_the_solution_notebook_runs_in_a_kernel(parsed, tmp_path):
    path = tmp_path / "lab.ipynb"
    path.write_text(parsed.solution_notebook(), encoding="utf-8")
    command = (
        "import nbformat, nbclient, sys; nbclient.NotebookClient(nbformat.read(sys.argv[1], 4)).execute()"
    )

    ended = subprocess.run(
        [sys.executable, "-c", command, str(path)],
        env={**os.environ, "IPYTHONDIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (0, "") == (ended.returncode, ended.stderr if ended.returncode else "")
