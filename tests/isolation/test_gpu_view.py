"""Which device nodes are in view, with and without a GPU."""

from __future__ import annotations

from labgrade.worker.isolation.view import default_view


def _nodes(folder):
    for name in (
        "null",
        "nvidia0",
        "nvidiactl",
        "nvidia-uvm",
        "nvidia-caps/nvidia-cap1",
        "dri/renderD128",
        "sda",
    ):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).touch()
    return folder


def test_a_run_on_the_cpu_sees_no_card(tmp_path):
    view = default_view(dev=_nodes(tmp_path))

    assert not view.has_gpu
    assert set(view.devices) == {"null", "zero", "full", "random", "urandom"}


def test_a_run_on_a_gpu_sees_its_nodes_and_no_disk(tmp_path):
    view = default_view(gpu=True, dev=_nodes(tmp_path))

    assert view.has_gpu
    assert {"nvidia0", "nvidiactl", "nvidia-uvm", "nvidia-caps/nvidia-cap1", "dri/renderD128"} <= set(
        view.devices
    )
    assert "sda" not in view.devices
