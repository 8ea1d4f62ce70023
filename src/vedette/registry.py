"""Names of everything that can be added, found by listing folders, imported on first use.

A built-in is one file: its registered name is the file's name. A third party registers the same kind of class
under an entry point in group ``vedette.<kind>s``; both take the same path from here on.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
import re
import warnings
from collections.abc import Mapping
from importlib.metadata import entry_points
from types import ModuleType
from typing import Any

from vedette.errors import ConfigError, unknown_name

#: kind -> package whose files are the built-ins of that kind
PACKAGES = {
    "summary": "vedette.summaries",
    "metric": "vedette.metrics",
    "rule": "vedette.rules",
    "source": "vedette.sources",
    "sink": "vedette.sinks",
}
#: modules of such a package that are not themselves an entry
SUPPORT = {"base", "http", "paths", "whole", "wording"}


@functools.cache
def paths(kind: str) -> Mapping[str, str]:
    """Return name -> importable ``module`` or ``module:attribute`` of every registered class of `kind`."""
    found: dict[str, str] = {}
    for name, module in _built_in(PACKAGES[kind]):
        if name in found:
            raise ConfigError(
                f"{kind.title()} {name!r} stands in two files, {found[name]} and {module}",
                "A name is one file",
                "Rename one of them",
                code="registry.duplicate",
            )
        found[name] = module
    for entry in entry_points(group=f"vedette.{kind}s"):
        if entry.name in found:
            raise ConfigError(
                f"{kind.title()} {entry.name!r} of {entry.value} is already {found[entry.name]}",
                "Names are unique over all installed packages",
                "Uninstall one of the two or ask its author to rename it",
                code="registry.duplicate",
            )
        found[entry.name] = entry.value
    return found


def names(kind: str) -> list[str]:
    """Return the sorted names of `kind`.

    Examples
    --------
    >>> "psi" in names("metric")
    True
    """
    return sorted(paths(kind))


@functools.cache
def load(kind: str, name: str) -> Any:
    """Return the class registered as `name`.

    Raises
    ------
    UnknownNameError
        When nothing of that name is registered; the nearest name is suggested.
    """
    known = paths(kind)
    if name not in known:
        raise unknown_name(kind.title(), name, known, code=f"registry.unknown-{kind}")
    module, _, attribute = known[name].partition(":")
    loaded = importlib.import_module(module)
    return getattr(loaded, attribute) if attribute else _the_class(loaded, name)


def load_all(kind: str) -> dict[str, Any]:
    """Return every class of `kind` by name; a third party's broken module is a warning, not a failure."""
    found = {}
    for name, path in paths(kind).items():
        try:
            found[name] = load(kind, name)
        except Exception as error:
            if path.startswith("vedette."):
                raise
            warnings.warn(f"{kind} {name!r} of {path} cannot be imported: {error}", stacklevel=2)
    return found


def family(kind: str, name: str) -> str:
    """Return the folder a built-in stands in (``"drift"`` for psi), or ``"plugin"``."""
    path = paths(kind)[name]
    return path.split(".")[-2] if path.startswith(PACKAGES[kind] + ".") else "plugin"


def _built_in(package: str) -> list[tuple[str, str]]:
    try:
        root = importlib.import_module(package)
    except ModuleNotFoundError as error:
        if error.name != package:
            raise
        return []
    walked = pkgutil.walk_packages(root.__path__, package + ".")
    files = [(m.name.rsplit(".", 1)[1], m.name) for m in walked if not m.ispkg]
    return [(name, module) for name, module in files if name not in SUPPORT and not name.startswith("_")]


def _the_class(module: ModuleType, name: str) -> Any:
    camel = "".join(part.title() for part in name.split("_"))
    wanted = re.compile(f"{camel}$", re.IGNORECASE)
    classes = [v for k, v in vars(module).items() if isinstance(v, type) and wanted.match(k)]
    if len(classes) != 1:
        raise ConfigError(
            f"File {module.__name__} does not define a class {camel!r}",
            "A registered file defines the class of its own name in CamelCase",
            f"Name the class {camel}",
            code="registry.no-class",
        )
    return classes[0]
