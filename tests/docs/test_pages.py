"""The how-to pages say what the code does: examples run, keys and commands are all there."""

import importlib.util
import re
from pathlib import Path

import pytest

from vedette import registry
from vedette.alerts.calendar import Planned
from vedette.alerts.mute import Mute
from vedette.cli.main import COMMANDS
from vedette.monitor import Alerts, Monitor, Windows
from vedette.schema import Schema

ROOT = Path(__file__).parents[2]
PAGES = {name: ROOT / "docs" / f"{name}.md" for name in ("alerts", "late-labels", "monitor", "rules", "cli")}


def text(name):
    return PAGES[name].read_text("utf-8")


@pytest.mark.parametrize("name", PAGES)
def test_examples_run(name, capsys):
    spec = importlib.util.spec_from_file_location("examples", ROOT / "tools" / "examples.py")
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    ran, failed = tool.run(PAGES[name])
    assert ran >= 3
    assert not failed, capsys.readouterr().err


@pytest.mark.parametrize("name", ["alerts", "late-labels", "monitor", "rules"])
def test_every_piece_of_a_monitor_file_is_valid(name):
    pieces = re.findall(r"```toml\n(.*?)```", text(name), re.DOTALL)
    assert pieces
    for piece in pieces:
        Monitor.from_toml(piece)


def test_every_key_of_the_schema_is_explained():
    table = text("monitor").split("## `[schema]`")[1].split("##")[0]
    first_column = "".join(re.findall(r"^\|([^|]*)\|", table, re.MULTILINE))
    assert set(re.findall(r"`(\w+)`", first_column)) == set(Schema.__struct_fields__)


def test_every_table_of_a_monitor_is_explained():
    named = set(re.findall(r"`\[*(\w+)\]*`", text("monitor")))
    assert set(Monitor.__struct_fields__) - {"version", "model", "sinks"} <= named
    assert set(Windows.__struct_fields__) - {"late"} <= named


def test_every_key_of_the_alerts_is_explained():
    explained = set(re.findall(r"^\| `(\w+)` \|", text("alerts"), re.MULTILINE))
    assert set(Alerts.__struct_fields__) <= explained
    for table in (Planned, Mute):
        assert set(table.__struct_encode_fields__) <= explained


def test_every_rule_is_explained_with_its_keys():
    rows = dict(re.findall(r"^\| `(\w+)` \| .* \| (.*) \|$", text("rules"), re.MULTILINE))
    assert sorted(rows) == registry.names("rule")
    shared = {"metrics", "breaches", "of", "name"}
    for name, keys in rows.items():
        assert (
            set(re.findall(r"`(\w+)`", keys)) == set(registry.load("rule", name).__struct_fields__) - shared
        )


def test_every_command_is_listed():
    assert set(re.findall(r"^\| `vedette ([\w-]+)", text("cli"), re.MULTILINE)) == set(COMMANDS)
