"""What honest lab code does goes on working behind every lock."""

from __future__ import annotations

import pytest

SMALL = """
import ctypes, ctypes.util, getpass, multiprocessing, platform, socket, subprocess, tempfile, urllib.request
from concurrent.futures import ThreadPoolExecutor

saw["processor"] = Path("/proc/cpuinfo").read_text() != ""
saw["memory"] = Path("/proc/meminfo").read_text().startswith("MemTotal")
saw["self"] = os.readlink("/proc/self") == str(os.getpid())
saw["cores"] = os.cpu_count() >= 1
saw["user"] = getpass.getuser()
saw["platform"] = platform.platform().startswith("Linux")
saw["library"] = ctypes.util.find_library("m") in {None, "libm.so.6"}
saw["dlopen"] = ctypes.CDLL("libm.so.6").abs(-3)
saw["callback"] = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)(lambda x: x + 1)(3)
saw["threads"] = list(ThreadPoolExecutor(4).map(abs, [-1, -2]))
with multiprocessing.get_context("fork").Pool(2) as pool:
    saw["pool"] = pool.map(abs, [-3, -4])
queue = multiprocessing.get_context("fork").Queue()
queue.put("x")
saw["queue"] = queue.get(timeout=10)
with tempfile.TemporaryDirectory() as folder:
    Path(folder, "a.txt").write_text("a")
saw["clock"] = time.strftime("%Y") >= "2024"
saw["download"] = attempt(lambda: urllib.request.urlopen("http://example.invalid", timeout=5))
saw["pip"] = attempt(lambda: subprocess.run(["pip", "install", "x"]))
"""


@pytest.mark.parametrize("disabled", [[], ["user namespace"]], ids=["all layers", "no namespaces"])
def test_the_standard_library_works(zygote, disabled):
    saw = zygote(user="unprivileged", disabled=disabled, student=SMALL).saw

    assert "raised" not in saw, saw["raised"]
    false = {name for name, value in saw.items() if value is False}
    assert set() == false
    assert 3 == saw["dlopen"]
    assert 4 == saw["callback"]
    assert [1, 2] == saw["threads"]
    assert [3, 4] == saw["pool"]
    assert "x" == saw["queue"]


def test_what_cannot_work_fails_softly(zygote):
    saw = zygote(student=SMALL).saw

    assert "URLError" == saw["download"] or saw["download"].startswith("E")
    assert "EPERM" == saw["pip"]


TORCH = """
import warnings
warnings.simplefilter("ignore")
from torch.utils.data import DataLoader, TensorDataset

model = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 2))
optimizer = torch.optim.Adam(model.parameters())
data = TensorDataset(torch.randn(64, 4), torch.randint(0, 2, (64,)))
for x, y in DataLoader(data, batch_size=16, num_workers=2):
    optimizer.zero_grad()
    torch.nn.functional.cross_entropy(model(x), y).backward()
    optimizer.step()
saw["trained"] = True

torch.save(model.state_dict(), "model.pt")
saw["saved"] = len(torch.load("model.pt")) == 4

import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
plt.plot([1, 2])
plt.savefig("figure.png")
saw["figure"] = Path("figure.png").stat().st_size > 1000

import sklearn.linear_model
saw["sklearn"] = bool(sklearn.linear_model.LinearRegression().fit([[0], [1]], [0, 2]).coef_[0] > 1)

import torchvision.models
saw["convolved"] = list(torchvision.models.squeezenet1_1()(torch.zeros(1, 3, 64, 64)).shape) == [1, 1000]

def too_large():
    try:
        torch.zeros(10 << 28)
    except RuntimeError as error:
        return "can't allocate memory" in str(error)
saw["ten gigabytes"] = too_large()
"""


@pytest.mark.slow
@pytest.mark.parametrize("disabled", [[], ["user namespace"]], ids=["all layers", "no namespaces"])
def test_training_works(zygote, disabled):
    saw = zygote(
        before="import torch; torch.set_num_threads(1)", disabled=disabled, student=TORCH, user="unprivileged"
    ).saw

    assert "raised" not in saw, saw["raised"]
    assert set() == {name for name, value in saw.items() if value is False}
    assert {"trained", "saved", "figure", "sklearn", "convolved", "ten gigabytes"} <= set(saw)
