"""Views resolved against the file system: which paths are shown, covered, linked, granted."""

from __future__ import annotations

import os
import sys
import sysconfig
from pathlib import Path

import pytest
from tests.trees import write_tree

from labgrade.worker.isolation import View, default_view
from labgrade.worker.isolation.view import Layout


@pytest.fixture
def tree(tmp_path):
    root = tmp_path.resolve()
    names = ("site/pkg/data/deep/a.csv", "site/pkg/code.py", "site/other.py", "course/venv/lib/x.py")
    return write_tree(root, dict.fromkeys(names, "x"))


def layout(tree, readable, masked=()):
    return Layout.of(View(tuple(f"{tree}/{p}" for p in readable), tuple(f"{tree}/{p}" for p in masked)))


def relative(tree, steps):
    return [(os.path.relpath(path, tree), shown) for path, shown in steps]


def test_parents_come_before_children(tree):
    found = layout(tree, ["site/pkg/data/deep", "site"], ["site/pkg/data"])

    assert [("site", True), ("site/pkg/data", False), ("site/pkg/data/deep", True)] == relative(
        tree, found.steps
    )


def test_what_changes_nothing_is_no_step(tree):
    found = layout(tree, ["site", "site/pkg", "course/venv"], ["course", "course/venv/../other"])

    assert [("course/venv", True), ("site", True)] == relative(tree, found.steps)


def test_what_is_both_readable_and_masked_is_masked(tree):
    found = layout(tree, ["site", "site/pkg"], ["site/pkg"])

    assert not found.is_visible(f"{tree}/site/pkg/code.py")
    assert found.is_visible(f"{tree}/site/other.py")


def test_the_innermost_entry_decides(tree):
    found = layout(tree, ["site", "site/pkg/data/deep"], ["site/pkg"])

    assert [True, False, True] == [
        found.is_visible(f"{tree}/{p}") for p in ("site", "site/pkg/data", "site/pkg/data/deep/a.csv")
    ]


def test_paths_outside_every_entry_are_not_visible(tree):
    found = layout(tree, ["site"])

    assert not found.is_visible("/etc/passwd")
    assert not found.is_visible(f"{tree}/sites")
    assert not found.is_visible("/")


def test_paths_that_do_not_exist_are_dropped(tree):
    found = layout(tree, ["site", "nowhere"], ["site/nothing"])

    assert [("site", True)] == relative(tree, found.steps)


def test_links_on_the_way_are_kept_and_resolved(tree):
    (tree / "alias").symlink_to("site/pkg")
    (tree / "second").symlink_to(tree / "alias")

    found = layout(tree, ["second/data"])

    assert [("site/pkg/data", True)] == relative(tree, found.steps)
    assert {f"{tree}/second": f"{tree}/alias", f"{tree}/alias": "site/pkg"} == dict(found.links)


def test_a_link_upwards_is_resolved(tree):
    (tree / "site" / "up").symlink_to("../course/./venv")

    found = layout(tree, ["site/up/lib"])

    assert [("course/venv/lib", True)] == relative(tree, found.steps)


def test_a_masked_link_masks_what_it_leads_to(tree):
    (tree / "alias").symlink_to("site/pkg/data")

    found = layout(tree, ["site"], ["alias"])

    assert not found.is_visible(f"{tree}/site/pkg/data")


def test_a_whole_folder_is_one_grant(tree):
    assert [(f"{tree}/site", True)] == list(layout(tree, ["site"]).grants())


def test_a_folder_with_something_hidden_is_granted_entry_by_entry(tree):
    grants = dict(layout(tree, ["site"], ["site/pkg/data"]).grants())

    assert {
        f"{tree}/site": False,
        f"{tree}/site/pkg": False,
        f"{tree}/site/pkg/code.py": True,
        f"{tree}/site/other.py": True,
    } == grants


def test_what_is_readable_inside_something_hidden_is_granted(tree):
    grants = dict(layout(tree, ["site", "site/pkg/data/deep"], ["site/pkg/data"]).grants())

    assert grants[f"{tree}/site/pkg/data/deep"] is True
    assert f"{tree}/site/pkg/data" not in grants


def test_a_link_is_no_grant_of_what_it_leads_to(tree):
    (tree / "site" / "out").symlink_to(tree / "course")

    assert f"{tree}/site/out" not in dict(layout(tree, ["site"], ["site/pkg/data"]).grants())


def test_the_default_view_shows_the_interpreter_and_no_home():
    found = Layout.of(default_view())

    assert found.is_visible(os.path.realpath(os.__file__))
    assert found.is_visible(os.path.realpath(pytest.__file__))
    homes = {"/", "/etc", "/home", "/root", "/var", "/usr", "/proc", "/dev", "/sys", str(Path.home())}
    assert homes.isdisjoint(found.shown)


def test_the_default_view_hides_labels_and_our_own_package():
    found = Layout.of(default_view())
    ours = Path(sys.modules["labgrade"].__file__).resolve()

    assert not found.is_visible(str(ours))
    assert any(path.endswith("sklearn/datasets/data") for path in found.hidden)


def test_the_default_view_takes_more_to_hide(tree):
    inside = f"{sysconfig.get_path('stdlib')}/json"
    view = default_view([str(tree), inside])

    assert inside in view.masked
    assert not Layout.of(view).is_visible(f"{inside}/decoder.py")
    assert not Layout.of(view).is_visible(f"{tree}/site")
    assert str(tree) not in view.masked, "what lies below nothing readable need not be named"


@pytest.mark.parametrize(
    ("devices", "gpu"), [(("null",), False), (("null", "nvidia0"), True), (("dri",), True)]
)
def test_gpu_nodes_are_recognised(devices, gpu):
    assert gpu is View((), devices=devices).has_gpu
