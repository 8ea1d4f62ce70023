"""A name is a file; a plug-in takes the same path; a mistake in either says so."""

import sys
import types
from importlib.metadata import EntryPoint

import pytest

from vedette import registry
from vedette.errors import ConfigError, UnknownNameError


@pytest.fixture
def fresh():
    """Forget what was found before and after."""
    for cached in (registry.paths, registry.load):
        cached.cache_clear()
    yield
    for cached in (registry.paths, registry.load):
        cached.cache_clear()


def plugin(monkeypatch, name, value):
    entry = EntryPoint(name=name, value=value, group="vedette.rules")
    monkeypatch.setattr(registry, "entry_points", lambda group: [entry] if group == "vedette.rules" else [])


@pytest.mark.parametrize("kind", registry.PACKAGES)
def test_every_name_loads_the_class_of_its_file(kind):
    for name, cls in registry.load_all(kind).items():
        assert cls.__module__.endswith(name)
        assert cls.__name__.casefold() == name.replace("_", "").casefold()
        assert registry.family(kind, name) != "plugin"


def test_an_unknown_name_suggests_the_nearest():
    with pytest.raises(UnknownNameError, match="Did you mean 'shift'") as raised:
        registry.load("rule", "shfit")
    assert raised.value.code == "registry.unknown-rule"


def test_a_plug_in_is_found_by_its_entry_point(monkeypatch, fresh):
    plugin(monkeypatch, "mine", "collections:OrderedDict")
    assert "mine" in registry.names("rule")
    assert registry.load("rule", "mine").__name__ == "OrderedDict"
    assert registry.family("rule", "mine") == "plugin"


def test_a_plug_in_may_not_take_a_name(monkeypatch, fresh):
    plugin(monkeypatch, "shift", "theirs:Shift")
    with pytest.raises(ConfigError, match=r"theirs:Shift is already vedette\.rules\.shift") as raised:
        registry.paths("rule")
    assert raised.value.code == "registry.duplicate"


def test_a_name_in_two_folders_is_refused(monkeypatch, fresh):
    found = [("psi", "vedette.metrics.drift.psi"), ("psi", "vedette.metrics.quality.psi")]
    monkeypatch.setattr(registry, "_built_in", lambda _: found)
    with pytest.raises(ConfigError, match="stands in two files") as raised:
        registry.paths("metric")
    assert raised.value.code == "registry.duplicate"


def test_a_broken_plug_in_is_a_warning_and_the_others_load(monkeypatch, fresh):
    plugin(monkeypatch, "mine", "no_such_module:Rule")
    with pytest.warns(UserWarning, match="'mine' of no_such_module:Rule cannot be imported"):
        found = registry.load_all("rule")
    assert "shift" in found
    assert "mine" not in found


def test_a_file_without_its_class_is_refused(monkeypatch, fresh):
    module = types.ModuleType("vedette.rules.empty")
    monkeypatch.setitem(sys.modules, "vedette.rules.empty", module)
    monkeypatch.setattr(registry, "_built_in", lambda _: [("empty", "vedette.rules.empty")])
    with pytest.raises(ConfigError, match="does not define a class 'Empty'") as raised:
        registry.load("rule", "empty")
    assert raised.value.code == "registry.no-class"
    with pytest.raises(ConfigError):
        registry.load_all("rule")  # a file of ours is no plug-in: it may not be skipped


def test_a_kind_without_a_folder_has_no_names(monkeypatch, fresh):
    monkeypatch.setitem(registry.PACKAGES, "sink", "vedette.no_such_folder")
    assert registry.names("sink") == []
