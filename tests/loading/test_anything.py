"""Loading never raises, whatever is handed in."""

from __future__ import annotations

import ast
import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labgrade.worker.loading import Loaded
from labgrade.worker.notebook import plain_python, read_notebook
from labgrade.worker.source import Unit, decode, statements
from labgrade.worker.tracebacks import clean

few = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)

FRAGMENTS = r"""
x = 1|y = x +|def f(a):|    return a|	return a|class A:|    b = 2|@f|if x:|else:|try:|except E:|f(1,
)|]|}|'|\|# note|%time x|!ls|x?|%%time|%%bash|The loss is 0.5|for i in [1]:|    pass|  z = 3|é = 1|λ
1 / 0|x: int|await f()|from __future__ import annotations|import math, nowhere_at_all|lambda: 0
"""
ODD = ["", '"""', "'''", "\x0c", "\x00", "\ud800"]
sources = st.lists(
    st.sampled_from([*FRAGMENTS.strip("\n").replace("\n", "|").split("|"), *ODD]), max_size=12
).map("\n".join)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                ["cells", "worksheets", "cell_type", "source", "input", "metadata", "kernelspec", "language"]
            )
            | st.text(),
            inner | st.just("code"),
            max_size=4,
        )
    ),
    max_leaves=20,
)


@few
@given(data=st.binary(max_size=200) | sources.map(lambda text: text.encode("utf-8", "replace")))
def test_any_bytes_as_a_module(data, load_files):
    loaded = load_files({"lab01.py": data}, budget_seconds=2.0)
    assert isinstance(loaded, Loaded)
    assert len(loaded.report.findings) <= 31


@few
@given(data=st.binary(max_size=200) | json_values.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_as_a_notebook(data, load_files):
    assert isinstance(load_files({"lab01.ipynb": data}, budget_seconds=2.0), Loaded)


@few
@given(cells=st.lists(sources, max_size=4))
def test_any_cells(cells, load_cells):
    assert isinstance(load_cells(*cells, budget_seconds=2.0), Loaded)


@given(text=sources | st.text(max_size=100))
@settings(deadline=None)
def test_every_line_is_either_read_or_reported(text):
    code = decode("lab01.py", text.encode("utf-8", "replace")).text
    lines = code.split("\n")
    places = [
        part.node.lineno if not hasattr(part, "code") else int(part.where.rpartition(":")[2])
        for part in statements(Unit("lab01.py", code, "lab01.py", "lab01.py"))
    ]
    assert all(1 <= line <= len(lines) + 1 for line in places)
    assert places or ast.parse(code).body == []


@given(text=sources)
@settings(deadline=None)
def test_transformed_cells_keep_their_lines(text):
    code, used = plain_python(text)
    assert (
        any(kind == "cell-magic" for kind, _ in used) or code.rstrip("\n").count("\n") <= text.count("\n") + 1
    )


@few
@given(cells=st.lists(sources, max_size=4))
def test_every_cell_is_a_unit(cells, notebook_of):
    units = read_notebook("lab01.ipynb", notebook_of(*cells), alone=True).units
    assert [unit.label for unit in units] == [f"cell {n + 1}" for n in range(len(cells))]


@given(text=st.text(st.characters(), max_size=300), limit=st.integers(8, 200))
def test_clean_text_is_printable_and_bounded(text, limit):
    result = clean(text, limit)
    assert len(result.encode("utf-8")) <= limit
    assert all(c.isprintable() or c in "\u200c\u200d" for c in result)
