"""Plugins: built in, or from a package that is really installed."""

import subprocess
import sys
from dataclasses import dataclass
from types import SimpleNamespace

import pytest

from labgrade import hookspecs
from labgrade.errors import UserError
from labgrade.hookspecs import hookimpl
from labgrade.intake import BUILTIN_FORMATS
from labgrade.plugins import extensions, plugin_manager
from labgrade.probes import BUILTIN_PROBES

HOOKS = (
    "labgrade_intake_formats",
    "labgrade_executors",
    "labgrade_datasets",
    "labgrade_exporters",
    "labgrade_probes",
)


@dataclass(frozen=True)
class Offer:
    name: str


class Exporters:
    def __init__(self, *names):
        self.offers = [Offer(name) for name in names]

    @hookimpl
    def labgrade_exporters(self):
        return self.offers


@pytest.fixture
def site(tmp_path):
    """A folder of installed packages holding one distribution with a plugin of labgrade's."""

    def install(code):
        folder = tmp_path / "site"
        info = folder / "acme_export-1.0.dist-info"
        info.mkdir(parents=True)
        (folder / "acme_export.py").write_text(code)
        (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-export\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text("[labgrade]\nacme = acme_export\n")
        return folder

    return install


def in_new_process(folder, code):
    """Run code in a fresh interpreter that has the folder's packages installed."""
    command = [sys.executable, "-I", "-c", f"import sys; sys.path.append({str(folder)!r})\n{code}"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


LIST_EXPORTERS = """
from labgrade.plugins import extensions, plugin_manager
print([offer.name for offer in extensions(plugin_manager(), "labgrade_exporters")])
"""

LIST_OR_EXPLAIN = f"""
from labgrade.errors import UserError
try:
{LIST_EXPORTERS.replace(chr(10), chr(10) + "    ").rstrip()}
except UserError as error:
    print(error)
"""


def test_there_are_five_hooks_each_documented():
    found = [name for name in vars(hookspecs) if name.startswith("labgrade_")]

    assert sorted(HOOKS) == sorted(found)
    assert all(getattr(hookspecs, name).__doc__ for name in found)


@pytest.mark.parametrize("hook", HOOKS)
def test_a_plugin_may_implement_each_hook(hook):
    plugin = SimpleNamespace(**{hook: hookimpl(lambda: [Offer("mine")])})

    assert (Offer("mine"),) == extensions(plugin_manager([plugin]), hook)


def test_a_hook_that_nobody_implements_offers_nothing():
    assert () == extensions(plugin_manager(), "labgrade_datasets")


def test_offers_come_in_the_order_of_registration():
    manager = plugin_manager([Exporters("csv", "xlsx"), Exporters("canvas")])

    assert ["csv", "xlsx", "canvas"] == [offer.name for offer in extensions(manager, "labgrade_exporters")]


def test_two_offers_of_one_name_are_refused():
    manager = plugin_manager([Exporters("csv"), Exporters("csv")])

    with pytest.raises(UserError, match='more than one plugin offers "csv"') as caught:
        extensions(manager, "labgrade_exporters")

    assert "labgrade_exporters" == caught.value.where


def test_what_labgrade_brings_itself_can_be_registered_through_the_hooks():
    builtin = SimpleNamespace(
        labgrade_intake_formats=hookimpl(lambda: BUILTIN_FORMATS),
        labgrade_probes=hookimpl(lambda: BUILTIN_PROBES),
    )
    manager = plugin_manager([builtin])

    assert tuple(BUILTIN_FORMATS) == extensions(manager, "labgrade_intake_formats")
    assert tuple(BUILTIN_PROBES) == extensions(manager, "labgrade_probes", key="op")


def test_an_installed_package_brings_its_plugin(site):
    folder = site(
        "from types import SimpleNamespace\n"
        "from labgrade.hookspecs import hookimpl\n"
        "@hookimpl\n"
        "def labgrade_exporters():\n"
        "    return [SimpleNamespace(name='acme')]\n"
    )

    assert "['acme']\n" == in_new_process(folder, LIST_EXPORTERS).stdout


def test_an_installed_plugin_that_fails_to_import_is_named(site):
    said = in_new_process(site("import no_such_module\n"), LIST_OR_EXPLAIN).stdout

    assert "acme (acme_export): the plugin cannot be loaded: ModuleNotFoundError" in said


def test_an_installed_plugin_with_an_unknown_hook_is_named(site):
    code = "from labgrade.hookspecs import hookimpl\n@hookimpl\ndef labgrade_exporterz():\n    return []\n"

    assert (
        "acme (acme_export): the plugin cannot be loaded"
        in in_new_process(site(code), LIST_OR_EXPLAIN).stdout
    )


def test_an_installed_plugin_with_wrong_arguments_is_named(site):
    code = (
        "from labgrade.hookspecs import hookimpl\n@hookimpl\ndef labgrade_exporters(course):\n    return []\n"
    )

    assert (
        "acme (acme_export): the plugin cannot be loaded"
        in in_new_process(site(code), LIST_OR_EXPLAIN).stdout
    )
