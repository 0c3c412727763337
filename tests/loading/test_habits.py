"""The habits of real students, as a module and as a notebook: each costs its own statement at most."""

from __future__ import annotations

import re
from typing import NamedTuple

import pytest

torch = pytest.importorskip("torch")


class Habit(NamedTuple):
    """What a student writes, the words in what they are told ("" where nothing), and the names they lose."""

    code: str
    say: str = ""
    lost: tuple[str, ...] = ()


NO_GPU = "no GPU; use the device argument instead of 'cuda'"
NO_NETWORK = "no network while grading"
ELSEWHERE = "an empty folder that holds only the files you handed in"
needs_no_gpu = pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")

HABITS = {
    "demonstration at top level": Habit("print(add(1, 2))\nfor i in range(3):\n    print(add(i, i))"),
    "training at import": Habit(
        "model = torch.nn.Linear(1, 1)\noptimizer = torch.optim.SGD(model.parameters(), lr=0.1)\n"
        "for epoch in range(20):\n    loss = model(torch.ones(4, 1)).square().mean()\n"
        "    optimizer.zero_grad(); loss.backward(); optimizer.step()\n    print(epoch, loss.item())"
    ),
    "own globals used in functions": Habit(
        "device = 'cpu'\ndef move(x):\n    return x.to(device)\nmove(torch.ones(1))"
    ),
    "loop variables overwrite": Habit("x = y = 1\nfor x, y in [(1, 2)]:\n    pass"),
    "absolute path": Habit(
        "frame = open('/home/student/Desktop/data.csv')",
        f"'/home/student/Desktop/data.csv' .*{ELSEWHERE}",
        ("frame",),
    ),
    "relative path": Habit(
        "state = torch.load('./ModelFiles/model.pt')", f"'./ModelFiles/model.pt' .*{ELSEWHERE}", ("state",)
    ),
    "windows path": Habit("text = open('.\\\\data\\\\a.csv').read()", ELSEWHERE, ("text",)),
    "writing a file": Habit("torch.save(torch.ones(2), 'w.pt')\nw = torch.load('w.pt')"),
    "removed module": Habit(
        "from numpy.array_api import float32, int32",
        "The module 'numpy.array_api' is not installed here. .*same once more",
        ("float32", "int32"),
    ),
    "module not installed": Habit(
        "import torchviz_of_nowhere as viz", "module 'torchviz_of_nowhere' is not installed here", ("viz",)
    ),
    "module among others": Habit(
        "import math, torchviz_of_nowhere",
        "module 'torchviz_of_nowhere' is not installed",
        ("torchviz_of_nowhere",),
    ),
    "own helper module": Habit(
        "from MyDL import LinearModel", "module 'MyDL' is not installed here", ("LinearModel",)
    ),
    "name that a module lost": Habit(
        "from math import tau, shape", "ImportError: cannot import name 'shape'", ("shape",)
    ),
    "Colab": Habit(
        "from google.colab import drive\ndrive.mount('/content/drive')",
        "Colab alone.*1 later statement",
        ("drive",),
    ),
    "input": Habit("n = int(input('How many? '))", r"input\(\) cannot be answered", ("n",)),
    "reading standard input": Habit(
        "import sys\nline = sys.stdin.readline()", "cannot be answered", ("line",)
    ),
    "exit": Habit("exit()", r"exit\(\) was ignored"),
    "other names for modules": Habit("import torch as T\nimport torch.nn as F\nout = T.relu(T.ones(2))"),
    "matplotlib for pyplot": Habit(
        "import matplotlib as plt\nplt.plot([1], [2])", "import matplotlib.pyplot as plt"
    ),
    "whole model saved": Habit(
        "torch.save(torch.nn.Linear(1, 1), 'm.pt')\nmodel = torch.load('m.pt')",
        "reads only weights",
        ("model",),
    ),
    "slip in a name": Habit(
        "opt = torch.optim.adam([])", "'module' object is not callable|has no attribute 'adam'", ("opt",)
    ),
    "results pasted as a string": Habit("'''\nepoch 1: 0.5\nepoch 2: 0.4\n'''"),
    "results pasted as prose": Habit(
        "tensor([1., 2.]) is the result\nof the first question", "invalid syntax"
    ),
    "bracket never closed": Habit("print(add(1, 2)", "was never closed|invalid syntax"),
    "file beside the module": Habit("import os\nhere = os.path.dirname(os.path.abspath(__file__))"),
    "trained before or not": Habit("import os\nif not os.path.isfile('model.pth'):\n    trained = True"),
    "question in a string": Habit('"""Q1. Reshape a tensor."""'),
    "stub": Habit(
        "def todo(x):\n    raise NotImplementedError\ny = todo(1)", "NotImplementedError was raised", ("y",)
    ),
    "a download": Habit("import urllib.error\nraise urllib.error.URLError('no route')", NO_NETWORK),
    "a dataset download": Habit(
        "raise RuntimeError('Error downloading train-images-idx3-ubyte.gz')", NO_NETWORK
    ),
    "a dataset that is not there": Habit(
        "raise RuntimeError('Dataset not found. You can use download=True to download it')", NO_NETWORK
    ),
    "a data set inside a library": Habit(
        "import errno\nraise FileNotFoundError(errno.ENOENT, 'No such file', "
        "'/opt/lib/site-packages/sklearn/datasets/data/digits.csv.gz')",
        "scikit-learn's own data sets cannot be read while grading; use the images that the functions get",
    ),
    "a socket": Habit("import socket\nraise socket.gaierror(-3, 'Temporary failure')", NO_NETWORK),
    "metal": Habit("raise RuntimeError('PyTorch is not linked with support for mps devices')", NO_GPU),
    "CPU build": Habit("raise AssertionError('Torch not compiled with CUDA enabled')", NO_GPU),
    "map location": Habit(
        "raise RuntimeError('Attempting to deserialize object on a CUDA device but it is not')",
        NO_GPU,
    ),
    "a full GPU is something else": Habit(
        "raise RuntimeError('CUDA out of memory.')", "RuntimeError: CUDA out of memory"
    ),
}
GPU_HABITS = {
    "to cuda": Habit("x = torch.ones(2).to('cuda')", NO_GPU, ("x",)),
    "model to cuda": Habit(
        "model = torch.nn.Linear(1, 1).cuda()\nout = model(torch.ones(1))",
        f"{NO_GPU}.*1 later",
        ("model", "out"),
    ),
    "device of a tensor": Habit(
        "device = torch.device('cuda')\nx = torch.ones(2, device=device)", NO_GPU, ("x",)
    ),
    "device context": Habit("with torch.device('cuda'):\n    x = torch.ones(2)", NO_GPU, ("x",)),
}
NOTEBOOK_HABITS = {
    "inline figures": Habit("%matplotlib inline\nx = 1", "do nothing while grading: %matplotlib"),
    "pip": Habit("!pip install torchviz\nx = 1", "not run while grading.*!pip"),
    "help": Habit("add?\nx = 1", "Help requests"),
    "timed cell": Habit("%%time\nx = 1"),
    "timed line": Habit("%time x = add(1, 2)\ny = %time add(x, 1)\nassert y == 4"),
    "captured cell": Habit("%%capture out\nprint(1)\nout.show()"),
    "shell cell": Habit("%%bash\nrm -rf /", "not run while grading: %%bash"),
    "shell output": Habit("files = !ls\nfor file in files:\n    print(file)", "!ls"),
    "display": Habit("display(add(1, 2))\nget_ipython().run_line_magic('matplotlib', 'inline')"),
}
BEFORE = "import torch\n\ndef add(a, b):\n    return a + b\n"
AFTER = "def subtract(a, b):\n    return add(a, -b)\n"


def holds(habit, loaded):
    """The habit cost its own statement, was told once, and left what stands above and below."""
    messages = [finding.message for finding in loaded.report.findings]
    assert len(messages) == (1 if habit.say else 0), messages
    assert not habit.say or re.search(habit.say, messages[0]), messages
    assert not habit.say or loaded.report.findings[0].lost_names == habit.lost
    assert loaded.namespace["subtract"](5, 2) == 3


@pytest.mark.parametrize("name", HABITS)
def test_habits(name, load_module, load_cells):
    """As a module and as a notebook: told at its place, and the same either way."""
    module = load_module(f"{BEFORE}\n{HABITS[name].code}\n\n{AFTER}")
    cells = load_cells(BEFORE, HABITS[name].code, AFTER)
    holds(HABITS[name], module)
    holds(HABITS[name], cells)
    assert {finding.where for finding in module.report.findings} <= {f"lab01.py:{n}" for n in (6, 7, 8)}
    assert all(finding.where.startswith("cell 2, line ") for finding in cells.report.findings)
    assert module.report.names == cells.report.names
    # Where a line does not parse, the message names it, and a module and a cell count lines differently.
    assert [finding.message for finding in module.report.findings if finding.code != "syntax-error"] == [
        finding.message for finding in cells.report.findings if finding.code != "syntax-error"
    ]


@needs_no_gpu
@pytest.mark.parametrize("name", GPU_HABITS)
class TestGpuHabits:
    def test_as_a_module(self, name, load_module):
        holds(GPU_HABITS[name], load_module(f"{BEFORE}\n{GPU_HABITS[name].code}\n\n{AFTER}"))

    def test_as_a_notebook(self, name, load_cells):
        holds(GPU_HABITS[name], load_cells(BEFORE, GPU_HABITS[name].code, AFTER))


@needs_no_gpu
def test_the_default_device_costs_what_follows_until_it_is_put_back(load_module):
    loaded = load_module(
        "import torch\ntorch.set_default_device('cuda')\nx = torch.ones(2)\ny = torch.ones(3)\n"
    )
    torch.set_default_device(None)
    (finding,) = loaded.report.findings
    assert NO_GPU in finding.message
    assert finding.lost_names == ("x", "y")


@pytest.mark.parametrize("name", NOTEBOOK_HABITS)
def test_habits_of_notebooks(name, load_cells):
    holds(NOTEBOOK_HABITS[name], load_cells(BEFORE, NOTEBOOK_HABITS[name].code, AFTER))


def test_an_exported_notebook_runs_as_a_module(load_module):
    loaded = load_module(
        "get_ipython().system('pip install torchviz')\n"
        "get_ipython().run_cell_magic('time', '', 'x = 1\\n')\n"
        "get_ipython().magic('%matplotlib inline')\n"
        "get_ipython().ast_node_interactivity('all')\n"
        "files = get_ipython().getoutput('ls')\n"
    )
    assert loaded.report.findings == ()
    assert (loaded.namespace["x"], loaded.namespace["files"]) == (1, [])


def test_figures_at_top_level_are_shown_to_nobody(load_module, monkeypatch):
    pytest.importorskip("matplotlib")
    monkeypatch.setenv("MPLBACKEND", "Agg")
    loaded = load_module(
        "import matplotlib.pyplot as plt\n"
        "for n in range(3):\n"
        "    plt.figure()\n"
        "    plt.plot([0, 1], [0, n])\n"
        "    plt.show()\n"
        "count = len(plt.get_fignums())\n"
        "plt.close('all')\n"
    )
    assert loaded.report.findings == ()
    assert loaded.namespace["count"] == 3


@pytest.mark.parametrize("source", ["", "\n\n", "# nothing yet\n", '"""A stub."""\n'])
def test_an_empty_hand_in_is_no_fault(source, load_module, load_cells):
    assert load_module(source).report.findings == ()
    assert load_cells(source).report.findings == ()
    assert load_cells().report.names == frozenset()
