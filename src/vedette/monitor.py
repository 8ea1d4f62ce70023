"""A frozen declaration of what is watched: schema, data, windows, metrics, rules, alerts; Python and TOML alike."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from vedette import registry
from vedette.alerts.calendar import Planned
from vedette.alerts.deploy import Deploy
from vedette.alerts.mute import Mute
from vedette.alerts.policy import Policy
from vedette.errors import ConfigError, DataError, VedetteError, nearest, unknown_name
from vedette.rules.base import Rule
from vedette.schema import Schema

#: Of the file format.
VERSION = 1


class Data(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where the rows are: paths of files, folders or patterns, relative to the monitor file."""

    reference: str | None = None
    current: str | None = None
    labels: str | None = None


class Windows(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """How time is cut.

    Attributes
    ----------
    every : str
        ``"15min"``, ``"6h"``, ``"1d"``, ``"1w"``, ``"1mo"`` or ``"1000 rows"``.
    timezone : str
        IANA name; days begin at its midnight.
    label_delay, late : str
        How long labels and rows may take; used by the rules of alerts.
    """

    every: str = "1d"
    timezone: str = "UTC"
    label_delay: str = "0d"
    late: str = "0d"


class Reference(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What each window is compared with where a monitor runs on and on; bin edges always come from the baseline.

    Attributes
    ----------
    kind : str
        ``"static"``: the baseline. ``"rolling"``: the windows before it, `windows` of them (28 unless said).
        ``"previous"``: the one window before it. ``"same-phase"``: the last `windows` (4 unless said) windows of
        the same weekday and hour.
    windows : int, optional
        How many past windows.
    """

    kind: Literal["static", "rolling", "previous", "same-phase"] = "static"
    windows: Annotated[int, msgspec.Meta(ge=1, le=1000)] | None = None

    @property
    def depth(self) -> int:
        """How many past windows a window is compared with; 0 for the baseline."""
        usual = {"static": 0, "rolling": 28, "previous": 1, "same-phase": 4}[self.kind]
        return usual if self.windows is None or self.kind in ("static", "previous") else self.windows


class Alerts(Policy, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """What may be reported, and what of an incident's life is told.

    Attributes
    ----------
    false_alarms : str
        The budget of the whole model, e.g. ``"1 per month"``.
    """

    false_alarms: str = "1 per month"


class Monitor(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    r"""What is watched and how; equal to its TOML file.

    Attributes
    ----------
    model : str
    schema : Schema
    data : Data
    windows : Windows
    reference : Reference
    metrics : list of str, optional
        Default: those that suit the task and the columns; ``"default"`` among others stands for these.
    rules : list of dict
        Rules as tables: ``{kind = "threshold", metrics = ["f1"], below = 0.7}``; added to the default ones.
    alerts : Alerts
    calendar : list of Planned
        Holidays, planned downtime: windows that are not like others.
    deploys : list of Deploy
        When the model, or what feeds it, was deployed: a change that begins with one says so.
    mutes : list of Mute
    sinks : list of dict
    version : int
        Of the file format.

    Examples
    --------
    >>> monitor = Monitor.from_toml('[schema]\nlabel = "y"')
    >>> Monitor.from_toml(monitor.to_toml()) == monitor
    True
    """

    version: int = VERSION
    model: str = "model"
    schema: Schema = Schema()
    data: Data = Data()
    windows: Windows = Windows()
    reference: Reference = Reference()
    metrics: list[str] | None = None
    rules: list[dict[str, Any]] = []
    alerts: Alerts = Alerts()
    calendar: list[Planned] = []
    deploys: list[Deploy] = []
    mutes: list[Mute] = []
    sinks: list[dict[str, Any]] = []

    def with_(self, **changes: Any) -> Monitor:
        """Return a copy with some fields changed."""
        return msgspec.structs.replace(self, **changes)

    @classmethod
    def from_toml(cls, text: str) -> Monitor:
        """Return the monitor a TOML text declares.

        Raises
        ------
        ConfigError
            Not TOML (``monitor.not-toml``), an unknown key, with the nearest known one (``monitor.unknown-key``),
            or a value of the wrong kind (``monitor.bad-value``).
        """
        try:
            plain = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise _not_toml(error) from error
        if plain.get("version", VERSION) != VERSION:
            raise ConfigError(
                f"The monitor is of version {plain['version']}",
                f"Version {VERSION}",
                "Update vedette, or write the file again with `vedette init`",
                code="monitor.unknown-version",
            )
        try:
            monitor = msgspec.convert(plain, cls)
        except msgspec.ValidationError as error:
            if isinstance(error.__cause__, VedetteError):  # a schema that contradicts itself
                raise error.__cause__ from None
            raise _explained(str(error)) from error
        for name in (
            *(monitor.metrics or ()),
            *(name for rule in monitor.made_rules() for name in rule.metrics),
        ):
            registered(name)
        return monitor

    @classmethod
    def load(cls, path: str | Path) -> Monitor:
        """Return the monitor in a file; its data paths become relative to the file's folder."""
        file = Path(path)
        if not file.is_file():
            raise DataError(
                f"{file} does not exist",
                "A monitor file",
                "Run `vedette init DATA` to write one",
                code="monitor.missing-file",
            )
        try:
            monitor = cls.from_toml(file.read_text("utf-8"))
        except UnicodeDecodeError as error:
            raise _not_toml(error) from error
        resolved = {f: _beside(file, getattr(monitor.data, f)) for f in Data.__struct_fields__}
        return monitor.with_(data=Data(**resolved))

    def to_toml(self) -> str:
        """Return the TOML text; defaults are left out."""
        plain = msgspec.to_builtins(self)
        return msgspec.toml.encode({"version": self.version, "model": self.model, **plain}).decode()

    def made_rules(self) -> list[Rule]:
        """Return the rules beside the default ones.

        Raises
        ------
        UnknownNameError
            Unknown kind of rule (``registry.unknown-rule``).
        ConfigError
            A rule without a kind, or with an unknown or wrong parameter (``monitor.bad-rule``).
        """
        names = {t["name"]: t for t in self.rules if t.get("name")}
        parts = {part for table in self.rules for part in _parts(table)}
        usual = {"timezone": self.windows.timezone}
        built = [_rule(table, names, usual, (table.get("name", ""),)) for table in self.rules]
        made = [rule for rule in built if not rule.name or rule.name not in parts]
        if self.schema.label is not None and self.windows.label_delay not in ("", "0d"):
            made.append(_rule({"kind": "late_labels", "delay": self.windows.label_delay}, names, usual))
        return made


def registered(name: str) -> None:
    """Raise when no metric has this name; ``"default"`` stands for several."""
    known = registry.names("metric")
    if name not in known and name != "default":
        raise unknown_name("Metric", name, known, code="registry.unknown-metric")


def _not_toml(error: Exception) -> ConfigError:
    return ConfigError(
        f"The monitor is not TOML: {error}",
        "A TOML document in UTF-8",
        "Mend the place named",
        code="monitor.not-toml",
    )


def _parts(table: dict[str, Any]) -> list[str]:
    """Return the names of rules that a rule joins."""
    inner = table.get("rules", ())
    named = [part for part in inner if isinstance(part, str)]
    return named + [name for part in inner if isinstance(part, dict) for name in _parts(part)]


def _part(
    part: Any, names: dict[str, dict[str, Any]], usual: dict[str, str], within: tuple[str, ...]
) -> Rule:
    """Return a condition of a rule: a table of its own, or a rule by name."""
    if isinstance(part, dict):
        return _rule(part, names, usual, within)
    if part not in names or part in within:
        free = [name for name in names if name not in within]  # no rule joins itself
        raise unknown_name("Condition", str(part), free, code="rules.unknown-condition")
    return _rule(names[part], names, usual, (*within, part))


def _rule(
    table: dict[str, Any],
    names: dict[str, dict[str, Any]],
    usual: dict[str, str],
    within: tuple[str, ...] = (),
) -> Rule:
    if not isinstance(table.get("kind"), str):
        raise ConfigError(
            f"A rule names no kind: {table}",
            f"One of {', '.join(registry.names('rule'))}",
            "Write kind = 'threshold'",
            code="monitor.bad-rule",
        )
    cls = registry.load("rule", table["kind"])
    fields = {key: value for key, value in table.items() if key != "kind"}
    unknown = next((key for key in fields if key not in cls.__struct_fields__), None)
    if unknown is not None:
        guess = nearest(unknown, cls.__struct_fields__)
        raise _bad_rule(
            cls, f"{table['kind']}: key {unknown!r} is unknown", guess and f"Did you mean {guess!r}?"
        )
    for key in usual.keys() & set(cls.__struct_fields__):
        fields.setdefault(key, usual[key])
    if "rules" in cls.__struct_fields__:
        fields["rules"] = tuple(_part(part, names, usual, within) for part in fields.get("rules", ()))
    try:
        rule: Rule = msgspec.convert(fields, cls)
    except msgspec.ValidationError as error:
        if isinstance(error.__cause__, VedetteError):
            raise error.__cause__ from None
        raise _bad_rule(cls, f"{table['kind']}: {error}", None) from error
    return rule


def _bad_rule(cls: type[Rule], found: str, hint: str | None) -> ConfigError:
    known = ", ".join(cls.__struct_fields__)
    return ConfigError(f"Rule {found}", f"Keys {known}", hint or "Mend the rule", code="monitor.bad-rule")


def _beside(file: Path, path: str | None) -> str | None:
    return None if path is None else str(file.parent / path)


_TABLES: dict[str, type[msgspec.Struct]] = {
    "": Monitor,
    "schema": Schema,
    "data": Data,
    "windows": Windows,
    "reference": Reference,
    "alerts": Alerts,
    "calendar": Planned,
    "deploys": Deploy,
    "mutes": Mute,
}


def _explained(message: str) -> ConfigError:
    """Return the error for what msgspec says, naming the nearest key."""
    unknown = re.match(r"Object contains unknown field `(.+?)`(?: - at `\$\.?(.*?)`)?$", message)
    if not unknown:
        return ConfigError(
            f"The monitor is not valid: {message}",
            "Keys and kinds as in the documentation of monitor files",
            "Mend the value named",
            code="monitor.bad-value",
        )
    key, table = unknown[1], (unknown[2] or "").partition("[")[0]
    known = list(_TABLES.get(table, Monitor).__struct_encode_fields__)
    guess = nearest(key, known)
    return ConfigError(
        f"Key {key!r} is unknown{f' in [{table}]' if table else ''}",
        f"Known: {', '.join(sorted(known))}",
        f"Did you mean {guess!r}?" if guess else "Remove it",
        code="monitor.unknown-key",
    )
