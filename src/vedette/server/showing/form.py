"""A monitor's text and the form of its settings: each written into the other, with comments kept."""

from __future__ import annotations

import itertools
import re
import tomllib
from collections.abc import Mapping

import msgspec

from vedette.errors import VedetteError
from vedette.monitor import Monitor
from vedette.server.api import changing
from vedette.server.pages.monitor import Check, Form, Problem

#: Where each setting of the form stands: table and key; "" is before all tables.
PLACES: dict[str, tuple[str, str]] = {
    "false_alarms": ("alerts", "false_alarms"),
    "every": ("windows", "every"),
    "timezone": ("windows", "timezone"),
    "label_delay": ("windows", "label_delay"),
    "late": ("windows", "late"),
    "metrics": ("", "metrics"),
}
_HEADER = re.compile(r"\s*\[{1,2}\s*(?P<name>[^\]]+?)\s*\]{1,2}\s*(#.*)?")
_AT_LINE = re.compile(r"at line (\d+)")
_NAMED = re.compile(r"['`]([^'`]+)['`]")


def checked(model: str, toml: str, changes: Mapping[str, str]) -> Check:
    """Return a text with the form's changes written into it, its form, and what is wrong with it."""
    for name, value in changes.items():
        if name in PLACES:
            toml = changed(toml, name, value)
    try:
        monitor = Monitor.from_toml(toml)
    except VedetteError as error:
        return Check(toml=toml, problems=(problem(error, toml),))
    try:
        changing.read(model, toml)
    except VedetteError as error:
        return Check(toml=toml, form=form(monitor), problems=(problem(error, toml),))
    return Check(toml=toml, form=form(monitor))


def form(monitor: Monitor) -> Form:
    """Return the settings of a monitor that people change most."""
    windows = monitor.windows
    return Form(
        false_alarms=monitor.alerts.false_alarms,
        every=windows.every,
        timezone=windows.timezone,
        label_delay=windows.label_delay,
        late=windows.late,
        metrics="default" if monitor.metrics is None else ", ".join(monitor.metrics),
    )


def problem(error: VedetteError, toml: str) -> Problem:
    """Return an error with the line that it is about, 0 where that cannot be told."""
    return Problem(error.found, error.expected, error.fix, line_of(error, toml))


def line_of(error: VedetteError, toml: str) -> int:
    r"""Return the line of an error: the one that it names, else the first that holds a word which it quotes.

    Examples
    --------
    >>> from vedette.errors import ConfigError
    >>> wrong = ConfigError("Key 'evry' is unknown in [windows]", "Known: every", "Rename it", code="a.b")
    >>> line_of(wrong, 'model = "m"\n[windows]\nevry = "1d"')
    3
    """
    told = _AT_LINE.search(error.found)
    if told:
        return int(told[1])
    lines = toml.splitlines()
    for quoted in _NAMED.findall(error.found):
        word = re.escape(quoted.removeprefix("$.").rpartition(".")[2] if quoted.startswith("$") else quoted)
        whole = re.compile(rf"(?<![\w.]){word}(?![\w.])")
        found = next((i for i, line in enumerate(lines, 1) if whole.search(line.partition(" #")[0])), 0)
        if found:
            return found
    return 0


def changed(toml: str, name: str, value: str) -> str:
    r"""Return a text with one setting of the form written into it, an empty one taken out; what else stands, stays.

    Examples
    --------
    >>> print(changed('# ours\n[windows]\nevery = "1d"  # days', "every", "6h"))
    # ours
    [windows]
    every = "6h"  # days
    """
    table, key = PLACES[name]
    wanted = _plain(name, value.strip())
    try:
        before = tomllib.loads(toml)
    except tomllib.TOMLDecodeError:
        return toml
    text = _written(toml, table, key, wanted)
    target = _expected(before, table, key, wanted)
    try:
        if tomllib.loads(text) == target:
            return text
    except tomllib.TOMLDecodeError:
        pass
    # A way of writing that lines do not tell apart, such as an inline table: the whole is written anew.
    return msgspec.toml.encode(target).decode()


def _plain(name: str, value: str) -> str | list[str] | None:
    if name == "metrics":
        names = [part.strip() for part in value.replace("，", ",").split(",") if part.strip()]
        return None if names in ([], ["default"]) else names
    return value or None


def _expected(
    before: dict[str, object], table: str, key: str, value: str | list[str] | None
) -> dict[str, object]:
    inner = before.get(table, {}) if table else before
    kept = {k: v for k, v in inner.items() if k != key} if isinstance(inner, dict) else {}
    if value is not None:
        kept[key] = value
    if not table:
        return kept
    return {**before, table: kept} if kept or table in before else before


def _written(toml: str, table: str, key: str, value: str | list[str] | None) -> str:
    lines = toml.splitlines()
    first, last = _table(lines, table)
    found = _entry(lines, key, first, last)
    said = (
        None
        if value is None
        else f"{key} = {msgspec.toml.encode({'v': value}).decode().partition('= ')[2].strip()}"
    )
    if found is not None:
        tail = _comment(lines[found[1] - 1])
        lines[found[0] : found[1]] = [] if said is None else [said + tail]
    elif said is not None:
        if first < 0:
            lines += ["", f"[{table}]", said]
        else:
            place = last
            while place > first and not lines[place - 1].strip():
                place -= 1
            lines.insert(place, said)
    return "\n".join(lines) + ("\n" if toml.endswith("\n") else "")


def _table(lines: list[str], table: str) -> tuple[int, int]:
    """Return the lines within a table, (-1, -1) where it is not there."""
    headers = [(i, m["name"]) for i, line in enumerate(lines) if (m := _HEADER.fullmatch(line))]
    starts = [(-1, ""), *headers, (len(lines), "")]
    for (at, name), (end, _) in itertools.pairwise(starts):
        if name == table:
            return at + 1, end
    return -1, -1


def _entry(lines: list[str], key: str, first: int, last: int) -> tuple[int, int] | None:
    """Return the lines of one key within a table: more than one where its list goes over lines."""
    if first < 0:
        return None
    for i in range(first, last):
        if re.match(rf"\s*{key}\s*=", lines[i]):
            for end in range(i + 1, last + 1):
                try:
                    tomllib.loads("\n".join(lines[i:end]))
                except tomllib.TOMLDecodeError:
                    continue
                return i, end
    return None


def _comment(line: str) -> str:
    """Return the comment at the end of a line that holds a value, with the blanks before it."""
    found = re.search(r"\s+#[^\"'\]]*$", line)
    return found[0] if found else ""
