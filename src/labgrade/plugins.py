"""Loads plugins: what labgrade brings itself, then every installed package of the group `labgrade`."""

from __future__ import annotations

from collections import Counter
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any

import pluggy

from labgrade import hookspecs
from labgrade.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterable

GROUP = "labgrade"


def plugin_manager(builtins: Iterable[object] = ()) -> pluggy.PluginManager:
    """Return a manager with the five hooks, the built-in plugins and the installed ones.

    Args:
        builtins: modules or objects that implement hooks, registered first.

    Raises:
        UserError: where an installed plugin cannot be loaded, or implements a hook that is not there.
    """
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    for plugin in builtins:
        manager.register(plugin)
    for entry in entry_points(group=GROUP):
        _register(manager, entry)
    return manager


def extensions(
    manager: pluggy.PluginManager, hook: str, key: str = "name", *, newest_first: bool = False
) -> tuple[Any, ...]:
    """Return what all plugins offer for one hook, in the order they were registered.

    Args:
        manager: from `plugin_manager`.
        hook: name of one of the five hooks.
        key: the attribute by which offers are told apart; "op" for probes.
        newest_first: what was registered last comes first; each plugin's own offers keep their order.

    Raises:
        UserError: where two plugins offer something of the same name.
    """
    batches = getattr(manager.hook, hook)()  # pluggy asks the newest first
    offers = [offer for batch in (batches if newest_first else reversed(batches)) for offer in batch]
    for name, times in Counter(getattr(offer, key) for offer in offers).items():
        if times > 1:
            what = f'more than one plugin offers "{name}"'
            raise UserError(what, hook, "Uninstall all but one of them.")
    return tuple(offers)


def _register(manager: pluggy.PluginManager, entry: EntryPoint) -> None:
    try:
        manager.register(entry.load(), name=entry.name)
        manager.check_pending()
    except Exception as error:
        what = f"the plugin cannot be loaded: {type(error).__name__}: {error}"
        where = f"{entry.name} ({entry.value})"
        raise UserError(what, where, "Update or uninstall the package that brings it.") from error
